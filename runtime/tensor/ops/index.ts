import type { Node, Op, Shape } from '../ir.ts';
import * as elementwise from './elementwise.ts';
import * as indexing from './indexing.ts';
import * as loops from './loops.ts';
import * as moves from './moves.ts';
import * as products from './products.ts';
import type { Kind, OpRule, Value } from './rule.ts';

const leaf = {
  shape: (): Value => {
    throw new Error('a leaf has the shape it was declared with');
  },
  gradient: undefined,
};

/** Every operation: shape rule and gradient rule. Meaning: ir.ts. Values: engines/reference. Tolerances: accuracy.ts. */
export const rules: { readonly [K in Kind]: OpRule<K> } = {
  input: leaf,
  state: leaf,
  constant: leaf,
  argument: leaf,
  unary: elementwise.unary,
  binary: elementwise.binary,
  select: elementwise.select,
  float: elementwise.float,
  stopGradient: elementwise.stopGradient,
  matmul: products.matmul,
  reduce: products.reduce,
  argmax: products.argmax,
  softmax: products.softmax,
  take: indexing.take,
  scatterAdd: indexing.scatterAdd,
  takeAlong: indexing.takeAlong,
  scatterAlong: indexing.scatterAlong,
  oneHot: indexing.oneHot,
  broadcast: moves.broadcast,
  reshape: moves.reshape,
  transpose: moves.transpose,
  concat: moves.concat,
  slice: moves.slice,
  pad: moves.pad,
  scan: loops.scan,
  part: loops.part,
};

/** The rule of this op. The cast is sound: `rules` maps each kind to its own rule. */
export function ruleOf<K extends Kind>(op: Op & { readonly kind: K }): OpRule<K> {
  return rules[op.kind] as OpRule<K>;
}

/** Shape and type of a node with this op and these operands. */
export function resultOf(op: Op, inputs: readonly Node[], asked: Shape): Value {
  return (rules[op.kind] as OpRule<Kind>).shape(op as never, inputs, asked);
}
