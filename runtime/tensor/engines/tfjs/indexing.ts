import type { Node, Op, Shape } from '../../ir.ts';
import { sizeOf } from '../../ir.ts';
import type { Kernel, LoweringContext, Tensor, Tf } from './tensors.ts';

/**
 * Reading and writing through indices. TensorFlow.js refuses an index outside the axis on some backends and reads rubbish on others, while
 * ours reads 0 there and drops what is written. So reads go to entry 0 and are replaced by 0 afterwards; writes go to one entry more,
 * which is cut off. Along an axis with one index per entry the tensor is seen as flat, with the rest of the position as a constant.
 */
type IndexingOp = Extract<Op, { readonly kind: 'take' | 'takeAlong' | 'scatterAdd' | 'scatterAlong' }>;

export function lowerIndexing(ctx: LoweringContext, op: IndexingOp, node: Node): Kernel {
  switch (op.kind) {
    case 'take':
      return take(ctx, op.axis, node);
    case 'takeAlong':
      return takeAlong(ctx, op.axis, node);
    case 'scatterAdd':
      return scatterAdd(ctx, op.axis, node);
    case 'scatterAlong':
      return scatterAlong(ctx, op.axis, node);
  }
}

/** True where 0 <= index < size. */
function inside(tf: Tf, indices: Tensor, size: Tensor, zero: Tensor): Tensor {
  return tf.logicalAnd(tf.greaterEqual(indices, zero), tf.less(indices, size));
}

/** Whether all indices are known when the program is compiled, and inside. */
function surelyInside(indices: Node, size: number): boolean {
  return indices.op.kind === 'constant' && indices.op.data.every(k => k >= 0 && k < size);
}

function take(ctx: LoweringContext, axis: number, node: Node): Kernel {
  const { tf } = ctx;
  const [x, indices] = node.inputs as [Node, Node];
  const length = x.shape[axis]!;
  if (surelyInside(indices, length)) {
    return ([values, at]) => tf.gather(values as Tensor, at as Tensor, axis);
  }
  const size = ctx.constant([length], [], 'i32');
  const zero = ctx.constant([0], [], 'i32');
  const nothing = x.type === 'i32' ? zero : ctx.constant([0], [], 'f32');
  const stretched = x.shape.map((_, k) => (k === axis ? node.shape[axis]! : 1));
  return ([values, at]) => {
    const valid = inside(tf, at as Tensor, size, zero);
    const read = tf.gather(values as Tensor, tf.where(valid, at as Tensor, zero), axis);
    return tf.where(tf.reshape(valid, stretched), read, nothing);
  };
}

/** Position of every entry of `walked` in a flat tensor of shape `indexed`, with index 0 on the axis; and how far one index moves it. */
function flatPositions(
  walked: Shape,
  indexed: Shape,
  axis: number,
): { readonly base: Int32Array; readonly inner: number } {
  const inner = sizeOf(walked.slice(axis + 1));
  const length = walked[axis]!;
  const base = new Int32Array(sizeOf(walked));
  for (let k = 0; k < base.length; k++) {
    const outer = Math.floor(k / (length * inner));
    base[k] = outer * indexed[axis]! * inner + (k % inner);
  }
  return { base, inner };
}

function takeAlong(ctx: LoweringContext, axis: number, node: Node): Kernel {
  const { tf } = ctx;
  const x = node.inputs[0]!;
  const count = sizeOf(node.shape);
  const { base, inner } = flatPositions(node.shape, x.shape, axis);
  const start = ctx.constant(base, [count], 'i32');
  const step = ctx.constant([inner], [], 'i32');
  const size = ctx.constant([x.shape[axis]!], [], 'i32');
  const zero = ctx.constant([0], [], 'i32');
  const nothing = ctx.constant([0], [], 'f32');
  return ([values, indices]) => {
    const at = tf.reshape(indices as Tensor, [count]);
    const valid = inside(tf, at, size, zero);
    const flat = tf.where(valid, tf.add(start, tf.mul(at, step)), zero);
    const read = tf.gather(tf.reshape(values as Tensor, [-1]), flat);
    return tf.reshape(tf.where(valid, read, nothing), [...node.shape]);
  };
}

function scatterAdd(ctx: LoweringContext, axis: number, node: Node): Kernel {
  const { tf } = ctx;
  const shape = node.inputs[0]!.shape;
  const outer = sizeOf(shape.slice(0, axis));
  const inner = sizeOf(shape.slice(axis + 1));
  const count = shape[axis]!;
  const size = node.shape[axis]!;
  const end = ctx.constant([size], [], 'i32');
  const zero = ctx.constant([0], [], 'i32');
  const row = outer * inner;
  return ([values, indices]) => {
    const at = indices as Tensor;
    const target = tf.reshape(tf.where(inside(tf, at, end, zero), at, end), [count, 1]);
    const flat = tf.reshape(values as Tensor, [outer, count, inner]);
    const rows = tf.reshape(outer === 1 ? flat : tf.transpose(flat, [1, 0, 2]), [count, row]);
    const summed = tf.slice(tf.scatterND(target, rows, [size + 1, row]), [0, 0], [size, row]);
    const back = outer === 1 ? summed : tf.transpose(tf.reshape(summed, [size, outer, inner]), [1, 0, 2]);
    return tf.reshape(back, [...node.shape]);
  };
}

function scatterAlong(ctx: LoweringContext, axis: number, node: Node): Kernel {
  const { tf } = ctx;
  const { shape } = node.inputs[0]!;
  const count = sizeOf(shape);
  const total = sizeOf(node.shape);
  const { base, inner } = flatPositions(shape, node.shape, axis);
  const start = ctx.constant(base, [count], 'i32');
  const step = ctx.constant([inner], [], 'i32');
  const size = ctx.constant([node.shape[axis]!], [], 'i32');
  const end = ctx.constant([total], [], 'i32');
  const zero = ctx.constant([0], [], 'i32');
  return ([values, indices]) => {
    const at = tf.reshape(indices as Tensor, [count]);
    const flat = tf.where(inside(tf, at, size, zero), tf.add(start, tf.mul(at, step)), end);
    const summed = tf.scatterND(tf.reshape(flat, [count, 1]), tf.reshape(values as Tensor, [count]), [total + 1]);
    return tf.reshape(tf.slice(summed, [0], [total]), [...node.shape]);
  };
}
