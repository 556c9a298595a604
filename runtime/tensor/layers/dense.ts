import type { Graph } from '../graph.ts';
import type { Node } from '../ir.ts';
import type { DenseSpec } from './spec.ts';
import type { Place } from './weights.ts';
import { activate, addBias, biasInitial, parameter, product, weightInitial } from './weights.ts';

/** y = activation(x W + b), W [features, units]; x [.., features] -> [.., units]. */
export function dense(g: Graph, place: Place, spec: DenseSpec, x: Node): Node {
  const features = x.shape.at(-1) ?? g.refuse('expects a vector, got a single number');
  const weight = parameter(
    g,
    place,
    'weight',
    [features, spec.units],
    weightInitial(spec.weights, features, spec.units),
  );
  let y = product(g, place, x, weight);
  if (spec.bias !== false) {
    y = addBias(g, place, y, parameter(g, place, 'bias', [spec.units], biasInitial(spec.weights, features)));
  }
  return activate(g, spec.activation, y);
}
