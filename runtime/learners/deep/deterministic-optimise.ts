/** One step of an optimiser on policies or critics, each with its own gradient clipped by itself. */
import { gradients } from '../../tensor/gradients/index.ts';
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';
import type { OptimiserSpec } from '../../tensor/optimisers/spec.ts';
import { update } from '../../tensor/optimisers/update.ts';
import type { Group } from './groups.ts';

/** A step down the gradient of `loss` on the networks named `path/...`. The norm of all of it before clipping (`clip` 0: never). */
export function optimiseByAgent(
  g: Graph,
  groups: readonly Group[],
  path: 'actor' | 'critic',
  loss: Node,
  optimizer: OptimiserSpec,
  clip: number,
  rate: Node,
): Node {
  const trained = g.parameters.filter(node => stateName(node).startsWith(`${path}/`));
  const found = gradients(g, loss, trained);
  const { clipped, norm } = clippedByAgent(g, path, groups, trained, found, clip);
  update(g, optimizer, `optimizer/${path}`, trained, clipped, rate);
  return norm;
}

/**
 * Gradients, those of every agent's own network (of a group's, where it is shared) scaled down to a norm of at most `most` as by PyTorch's
 * `clip_grad_norm_`; and the norm of all of them together before.
 */
function clippedByAgent(
  g: Graph,
  path: 'actor' | 'critic',
  groups: readonly Group[],
  parameters: readonly Node[],
  found: readonly Node[],
  most: number,
): { readonly clipped: readonly Node[]; readonly norm: Node } {
  const clipped = [...found];
  let total = g.constant(0);
  for (const group of groups) {
    const own = parameters.flatMap((node, at) => (stateName(node).startsWith(`${path}/${group.name}/`) ? [at] : []));
    const copies = group.copies ?? 1;
    const squares = own
      .map(at => g.sum(g.reshape(g.square(found[at]!), [copies, -1]), [1]))
      .reduce((sum, part) => g.add(sum, part));
    total = g.add(total, g.sum(squares));
    if (most === 0) continue;
    const factor = g.minimum(g.div(most, g.add(g.sqrt(squares), 1e-6)), 1);
    for (const at of own) {
      const gradient = found[at]!;
      const scale =
        group.copies === undefined
          ? g.reshape(factor, [])
          : g.reshape(factor, [copies, ...gradient.shape.slice(1).map(() => 1)]);
      clipped[at] = g.mul(gradient, scale);
    }
  }
  return { clipped, norm: g.sqrt(total) };
}

function stateName(node: Node): string {
  return node.op.kind === 'state' ? node.op.name : '';
}
