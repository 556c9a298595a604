import { Graph } from './graph.ts';
import type { Body, Node } from './ir.ts';
import { argumentValue } from './ops/loops.ts';

export interface ScanOperands {
  /** Number of steps. */
  readonly length: number;
  /** From the last step to the first. */
  readonly reverse?: boolean;
  /** Initial values. */
  readonly carries: readonly Node[];
  /** Leading axis `length`. */
  readonly slices: readonly Node[];
  /** The same in every step: weights. */
  readonly shared?: readonly Node[];
}

export interface ScanResult {
  /** After the last step. */
  readonly carries: Node[];
  /** Leading axis `length`. */
  readonly stacked: Node[];
}

/**
 * A loop over time as one node (its meaning: ScanOp in ir.ts). `body` is called once, with a graph of its own and that graph's versions
 * of the operands: carries as they enter a step, the step's entry of every slice, the shared tensors.
 */
export function scan(
  g: Graph,
  operands: ScanOperands,
  body: (
    b: Graph,
    carries: Node[],
    slices: Node[],
    shared: Node[],
  ) => { readonly next: readonly Node[]; readonly stacked: readonly Node[] },
): ScanResult {
  const { length, reverse = false, carries, slices, shared = [] } = operands;
  const inputs = [...carries, ...slices, ...shared];
  const counts = { carries: carries.length, slices: slices.length, length };
  const b = new Graph('scan', true);
  const args = inputs.map((operand, k) => {
    const { shape, type } = argumentValue(counts, k, operand);
    return b.argument(k, shape, type);
  });
  const split = carries.length + slices.length;
  const { next, stacked } = b.scope(g.label, () =>
    body(b, args.slice(0, carries.length), args.slice(carries.length, split), args.slice(split)),
  );
  const whole: Body = { nodes: b.nodes, arguments: args, next: [...next], stacked: [...stacked] };
  const node = g.emit({ kind: 'scan', body: whole, reverse, ...counts }, inputs);
  const parts = [...next, ...stacked].map((_, index) => g.emit({ kind: 'part', index }, [node]));
  return { carries: parts.slice(0, next.length), stacked: parts.slice(next.length) };
}
