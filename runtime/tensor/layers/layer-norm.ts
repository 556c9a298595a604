import type { Graph } from '../graph.ts';
import type { Node } from '../ir.ts';
import type { Place } from './weights.ts';
import { parameter } from './weights.ts';

/**
 * (x - mean) / sqrt(variance + eps) gain + offset over the last axis; the variance is the population's, as in PyTorch. `cells`: axes of a
 * grid between the rows and the features.
 */
export function layerNorm(g: Graph, place: Place, x: Node, eps = 1e-5, cells = 0): Node {
  const features = x.shape.at(-1) ?? g.refuse('expects a vector, got a single number');
  const centred = g.sub(x, g.mean(x, [-1], true));
  const variance = g.mean(g.square(centred), [-1], true);
  const normal = g.div(centred, g.sqrt(g.add(variance, eps)));
  const own = (name: string, value: number): Node => {
    const node = parameter(g, place, name, [features], { kind: 'constant', value });
    return place.copies === undefined
      ? node
      : g.reshape(node, [place.copies, 1, ...Array.from({ length: cells }, () => 1), features]);
  };
  return g.add(g.mul(normal, own('gain', 1)), own('offset', 0));
}
