import type { Node } from '../ir.ts';
import { append } from '../node-list.ts';

/**
 * A sum of tensors padded with zeros whose blocks lie side by side and fill an axis is a concatenation. Such sums are the adjoint of
 * taking a tensor apart: the gates of a GRU, the heads of a network.
 */
export function joined(node: Node, inputs: readonly Node[], nodes: Node[]): Node | undefined {
  if (node.op.kind !== 'binary' || node.op.fn !== 'add') return undefined;
  const pads = inputs.map(padsOf);
  if (pads.includes(undefined) || !inputs.every(input => input.shape.join() === node.shape.join())) return undefined;
  const blocks = pads.flat() as Block[];
  const axis = blocks[0]!.axis;
  if (!blocks.every(block => block.axis === axis)) return undefined;
  blocks.sort((a, b) => a.from - b.from);
  let end = 0;
  for (const { from, value } of blocks) {
    if (from !== end) return undefined;
    end += value.shape[axis] as number;
  }
  if (end !== node.shape[axis]) return undefined;
  return append(
    nodes,
    { kind: 'concat', axis },
    blocks.map(block => block.value),
    { label: node.label },
  );
}

interface Block {
  readonly value: Node;
  readonly axis: number;
  readonly from: number;
}

/** The padded blocks a tensor is the sum of, if it is such a sum, each padded along one axis only. */
function padsOf(node: Node): Block[] | undefined {
  if (node.op.kind === 'pad') {
    const value = node.inputs[0] as Node;
    const axes = value.shape.flatMap((d, k) => (d === node.shape[k] ? [] : [k]));
    const [axis] = axes;
    return axis === undefined || axes.length > 1 ? undefined : [{ value, axis, from: node.op.before[axis] as number }];
  }
  if (node.op.kind !== 'binary' || node.op.fn !== 'add') return undefined;
  const [a, b] = node.inputs.map(padsOf);
  return a === undefined || b === undefined ? undefined : [...a, ...b];
}
