/** One step of an optimiser on some networks, each with its own gradient clipped by itself. */
import { gradients } from '../../tensor/gradients/index.ts';
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';
import { clipByGlobalNorm } from '../../tensor/optimisers/clip.ts';
import type { OptimiserSpec } from '../../tensor/optimisers/spec.ts';
import { update } from '../../tensor/optimisers/update.ts';
import type { Group } from './groups.ts';

/** Parameters whose gradient is clipped together; with `copies`, those of every copy (their first axis) together. */
export interface Parameters {
  readonly own: readonly Node[];
  readonly copies: number | undefined;
}

/** All parameters that are named `path/...`, clipped together. */
export function parametersUnder(g: Graph, path: string): readonly Parameters[] {
  return [{ own: g.parameters.filter(isUnder(`${path}/`)), copies: undefined }];
}

/** The parameters `path/GROUP/...` of every group: every network's own gradient is clipped by itself. */
export function parametersOf(g: Graph, groups: readonly Group[], path: string): readonly Parameters[] {
  return groups.map(({ name, copies }) => ({ own: g.parameters.filter(isUnder(`${path}/${name}/`)), copies }));
}

/**
 * A step down the gradient of `loss`, scaled down to a norm of at most `clip` as PyTorch's `clip_grad_norm_` does it (0: never). Moments stay
 * in states named `slots/...`. The sum of the norms before clipping.
 */
export function optimise(
  g: Graph,
  parameters: readonly Parameters[],
  loss: Node,
  optimizer: OptimiserSpec,
  clip: number,
  rate: Node,
  slots = 'optimizer',
): Node {
  const trained = parameters.flatMap(({ own }) => own);
  const found = gradients(g, loss, trained);
  const clipped: Node[] = [];
  const norms: Node[] = [];
  for (const { own, copies } of parameters) {
    const mine = found.slice(clipped.length, clipped.length + own.length);
    const { gradients: scaled, norm } = clipOwn(g, copies, mine, clip === 0 ? 1e30 : clip);
    clipped.push(...(clip === 0 ? mine : scaled));
    norms.push(norm);
  }
  update(g, optimizer, slots, trained, clipped, rate);
  return norms.reduce((sum, norm) => g.add(sum, norm));
}

const isUnder =
  (prefix: string) =>
  (node: Node): boolean =>
    node.op.kind === 'state' && node.op.name.startsWith(prefix);

/** `clipByGlobalNorm`, for copies each by itself. */
function clipOwn(
  g: Graph,
  copies: number | undefined,
  found: readonly Node[],
  maximum: number,
): { readonly gradients: readonly Node[]; readonly norm: Node } {
  if (copies === undefined) return clipByGlobalNorm(g, found, maximum);
  const squares = found.map(gradient => g.sum(g.square(g.reshape(gradient, [copies, -1])), [1]));
  const norms = g.sqrt(squares.reduce((sum, term) => g.add(sum, term)));
  const factor = g.minimum(g.div(maximum, g.add(norms, 1e-6)), 1);
  const scale = (gradient: Node): Node =>
    g.mul(gradient, g.reshape(factor, [copies, ...gradient.shape.slice(1).map(() => 1)]));
  return { gradients: found.map(scale), norm: g.sum(norms) };
}
