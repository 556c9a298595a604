import type { Node, ScanOp, Shape } from '../ir.ts';
import { showShape } from '../ir.ts';
import type { OpRule, Value } from './rule.ts';
import { refuse } from './rule.ts';

function same(a: Node, b: Node): boolean {
  return a.type === b.type && a.shape.join() === b.shape.join();
}

/** Shape of operand k as the body sees it. */
export function argumentValue(op: Pick<ScanOp, 'carries' | 'slices' | 'length'>, k: number, operand: Node): Value {
  const sliced = k >= op.carries && k < op.carries + op.slices;
  if (!sliced) return { shape: operand.shape, type: operand.type };
  if (operand.shape[0] !== op.length) {
    refuse(
      `scan over ${op.length} steps: a sequence has shape ${showShape(operand.shape)}, its first axis must be time`,
    );
  }
  return { shape: operand.shape.slice(1), type: operand.type };
}

/** Its gradient is in gradients/scan.ts: it needs the bookkeeping of the whole reverse pass. */
export const scan: OpRule<'scan'> = {
  shape(op, inputs) {
    if (op.body.arguments.length !== inputs.length) refuse('scan: one argument of the body per operand');
    for (let k = 0; k < op.carries; k++) {
      const start = inputs[k]!;
      const next = op.body.next[k];
      if (next === undefined || !same(start, next) || start.type !== 'f32') {
        const got = next === undefined ? 'missing' : showShape(next.shape);
        refuse(`scan: carry ${k} starts with shape ${showShape(start.shape)}, after a step it is ${got}`);
      }
    }
    return { shape: [], type: 'f32' };
  },
  gradient: undefined,
};

export const part: OpRule<'part'> = {
  shape(op, inputs) {
    const [owner] = inputs;
    if (owner?.op.kind !== 'scan') refuse('part: its operand must be a scan');
    const { body, carries, length } = owner.op;
    const carry = body.next[op.index];
    if (op.index < carries && carry !== undefined) return { shape: carry.shape, type: 'f32' };
    const stacked = body.stacked[op.index - carries];
    if (stacked === undefined) refuse(`part: the scan has no output ${op.index}`);
    const shape: Shape = [length, ...stacked.shape];
    return { shape, type: stacked.type };
  },
  gradient: undefined,
};
