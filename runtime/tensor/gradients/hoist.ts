import type { Graph } from '../graph.ts';
import type { Node } from '../ir.ts';
import { sizeOf } from '../ir.ts';

/**
 * What one step adds to the gradient of a shared tensor can be left out of the loop when its sum over the steps is one operation on the
 * stacked values: A_t^T B_t summed over t is the product of all rows at once, and a sum over rows is a sum over steps and rows.
 */
export function hoistable(contribution: Node): { readonly operands: readonly Node[] } | undefined {
  const core = strip(contribution);
  if (core.op.kind === 'matmul' && core.op.transposeA && !core.op.transposeB) {
    return { operands: core.inputs };
  }
  if (core.op.kind === 'reduce' && core.op.fn === 'sum') return { operands: core.inputs };
  return undefined;
}

/** The sum of a contribution over all steps; `stacked` gives the stacked values of a node of the loop's body. */
export function hoisted(g: Graph, contribution: Node, stacked: (node: Node) => Node): Node {
  const core = strip(contribution);
  const [a, b] = core.inputs.map(stacked);
  if (core.op.kind === 'matmul') {
    const rows = (x: Node): Node => allRows(g, x);
    return g.reshape(g.product(rows(a!), rows(b!), true, false), contribution.shape);
  }
  if (core.op.kind !== 'reduce') throw new Error('only products and sums leave the loop');
  const total = g.sum(a!, [0, ...core.op.axes.map(axis => axis + 1)], true);
  if (sizeOf(total.shape) !== sizeOf(contribution.shape)) throw new Error('a hoisted sum changed its size');
  return g.reshape(total, contribution.shape);
}

/** Stacked [T, rows, columns] as [T rows, columns]; with a batch axis, [T, P, rows, columns] as [P, T rows, columns]. */
function allRows(g: Graph, x: Node): Node {
  const [steps, ...rest] = x.shape as [number, ...number[]];
  if (rest.length === 2) return g.reshape(x, [steps * rest[0]!, rest[1]!]);
  return g.reshape(g.transpose(x, [1, 0, 2, 3]), [rest[0]!, steps * rest[1]!, rest[2]!]);
}

function strip(node: Node): Node {
  return node.op.kind === 'reshape' ? strip(node.inputs[0] as Node) : node;
}
