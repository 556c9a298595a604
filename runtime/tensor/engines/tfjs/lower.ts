import type { Node, Op } from '../../ir.ts';
import { sizeOf } from '../../ir.ts';
import { binaryKernels, truth, unaryKernels } from './functions.ts';
import { lowerIndexing } from './indexing.ts';
import type { Kernel, LoweringContext, Tensor } from './tensors.ts';

/** Operations that compute from their operands alone; leaves, scans and their parts are the plan's (plan.ts). */
export type PureOp = Exclude<Op, { readonly kind: 'input' | 'state' | 'argument' | 'scan' | 'part' }>;

/** One operation as calls of TensorFlow.js; whatever is known from shapes is worked out here, once. */
export function lower(ctx: LoweringContext, op: PureOp, node: Node): Kernel {
  const { tf } = ctx;
  const shape = [...node.shape];
  const rank = node.inputs[0]?.shape.length ?? 0;
  const on = (f: (x: Tensor) => Tensor): Kernel => {
    return operands => f(operands[0] as Tensor);
  };
  const same = on(x => x);
  switch (op.kind) {
    case 'constant': {
      const size = sizeOf(shape);
      const values = op.data.length === size ? op.data : new Float64Array(size).fill(op.data[0]!);
      const tensor = ctx.constant(values, shape, node.type);
      return () => tensor;
    }
    case 'unary': {
      const f = unaryKernels[op.fn];
      return on(x => f(tf, x));
    }
    case 'binary': {
      const f = binaryKernels[op.fn];
      return ([a, b]) => f(tf, a as Tensor, b as Tensor);
    }
    case 'select':
      return ([c, a, b]) => tf.where(truth(tf, c as Tensor), a as Tensor, b as Tensor);
    case 'float':
      return on(x => tf.cast(x, 'float32'));
    case 'stopGradient':
      return same;
    case 'matmul':
      return ([a, b]) => tf.matMul(a as Tensor, b as Tensor, op.transposeA, op.transposeB);
    case 'reduce': {
      const axes = [...op.axes];
      return op.fn === 'sum' ? on(x => tf.sum(x, axes, true)) : on(x => tf.max(x, axes, true));
    }
    case 'argmax':
      return on(x => tf.argMax(x, op.axis));
    case 'softmax':
      return op.log ? on(x => tf.logSoftmax(x)) : on(x => tf.softmax(x));
    case 'take':
    case 'takeAlong':
    case 'scatterAdd':
    case 'scatterAlong':
      return lowerIndexing(ctx, op, node);
    case 'oneHot': {
      // By comparison: the library's own refuses a depth of 1.
      const columns = ctx.constant(
        Array.from({ length: op.depth }, (_, k) => k),
        [op.depth],
        'i32',
      );
      const column = [...node.inputs[0]!.shape, 1];
      return on(x => tf.cast(tf.equal(tf.reshape(x, column), columns), 'float32'));
    }
    case 'broadcast':
      return on(x => tf.broadcastTo(x, shape));
    case 'reshape':
      return on(x => tf.reshape(x, shape));
    case 'transpose': {
      const permutation = [...op.permutation];
      return on(x => tf.transpose(x, permutation));
    }
    case 'concat':
      return operands => tf.concat([...operands], op.axis);
    case 'slice': {
      const starts = [...op.starts];
      return rank === 0 ? same : on(x => tf.slice(x, starts, shape));
    }
    case 'pad': {
      const from = node.inputs[0]!.shape;
      const around = op.before.map((before, k): [number, number] => [before, shape[k]! - before - from[k]!]);
      return rank === 0 ? same : on(x => tf.pad(x, around));
    }
  }
}
