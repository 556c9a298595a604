import type { Node, Op, Shape } from './ir.ts';
import { resultOf } from './ops/index.ts';
import type { Value } from './ops/rule.ts';

/**
 * Adds a node at the end of a list, with its shape from the op's rule, or with `leaf` as given. The one place where nodes are made, so
 * that `nodes[i].id === i` holds everywhere.
 */
export function append(
  nodes: Node[],
  op: Op,
  inputs: readonly Node[],
  options: { readonly asked?: Shape; readonly leaf?: Value; readonly label?: string } = {},
): Node {
  const { shape, type } = options.leaf ?? resultOf(op, inputs, options.asked ?? []);
  const node: Node = { id: nodes.length, op, inputs, shape, type, label: options.label ?? '' };
  nodes.push(node);
  return node;
}
