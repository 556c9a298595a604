import type { Node, Shape } from '../ir.ts';
import { showShape } from '../ir.ts';
import type { GradientContext, OpRule } from './rule.ts';
import { axisOf, operands, refuse } from './rule.ts';

export const matmul: OpRule<'matmul'> = {
  shape(op, inputs) {
    operands('matmul', inputs, ['f32', 'f32']);
    const [a, b] = inputs.map(i => i.shape) as [Shape, Shape];
    const rank = a.length;
    if (rank !== b.length || (rank !== 2 && rank !== 3)) {
      refuse(`matmul: operands ${showShape(a)} and ${showShape(b)} must both have 2 axes, or both 3`);
    }
    if (rank === 3 && a[0] !== b[0]) refuse(`matmul: ${a[0]} products on the left, ${b[0]} on the right`);
    const rows = a[rank - (op.transposeA ? 1 : 2)]!;
    const inner = a[rank - (op.transposeA ? 2 : 1)]!;
    const innerB = b[rank - (op.transposeB ? 1 : 2)]!;
    const columns = b[rank - (op.transposeB ? 2 : 1)]!;
    if (inner !== innerB) {
      refuse(
        `matmul: ${showShape(a)} times ${showShape(b)} sums over ${inner} entries on the left and ${innerB} on the right`,
      );
    }
    return { shape: rank === 3 ? [a[0]!, rows, columns] : [rows, columns], type: 'f32' };
  },
  // C = op(A) op(B); dA = dC op(B)^T and dB = op(A)^T dC, transposed where the operand is stored transposed.
  gradient({ g, op, dy, x, needs }) {
    const { transposeA: ta, transposeB: tb } = op;
    let a: Node | undefined;
    let b: Node | undefined;
    if (needs(0)) a = ta ? g.product(x(1), dy, tb, true) : g.product(dy, x(1), false, !tb);
    if (needs(1)) b = tb ? g.product(dy, x(0), true, ta) : g.product(x(0), dy, !ta, false);
    return [a, b];
  },
};

export const reduce: OpRule<'reduce'> = {
  shape(op, inputs) {
    operands(op.fn, inputs, ['f32']);
    const shape = inputs[0]!.shape;
    if (op.axes.length === 0) refuse(`${op.fn} over no axis`);
    for (const axis of op.axes) axisOf(op.fn, axis, shape.length);
    return { shape: shape.map((d, k) => (op.axes.includes(k) ? 1 : d)), type: 'f32' };
  },
  gradient({ g, op, node, dy, x, y }) {
    const shape = node.inputs[0]!.shape;
    if (op.fn === 'sum') return [g.broadcast(dy, shape)];
    // Equal shares among the entries that reach the maximum, as PyTorch's amax.
    const hits = g.equal(x(0), y());
    const count = g.sum(hits, op.axes, true);
    return [g.mul(hits, g.div(dy, count))];
  },
};

export const argmax: OpRule<'argmax'> = {
  shape(op, inputs) {
    operands('argmax', inputs, ['f32']);
    const shape = inputs[0]!.shape;
    axisOf('argmax', op.axis, shape.length);
    return { shape: shape.filter((_, k) => k !== op.axis), type: 'i32' };
  },
  gradient: undefined,
};

export const softmax: OpRule<'softmax'> = {
  shape(_, inputs) {
    operands('softmax', inputs, ['f32']);
    const shape = inputs[0]!.shape;
    if (shape.length === 0) refuse('softmax of a scalar');
    return { shape, type: 'f32' };
  },
  gradient: ctx => [ctx.op.log ? logSoftmaxGradient(ctx) : softmaxGradient(ctx)],
};

function softmaxGradient({ g, node, dy, y }: GradientContext<'softmax'>): Node {
  const last = node.shape.length - 1;
  const p = y();
  return g.mul(p, g.sub(dy, g.sum(g.mul(dy, p), [last], true)));
}

function logSoftmaxGradient({ g, node, dy, y }: GradientContext<'softmax'>): Node {
  const last = node.shape.length - 1;
  return g.sub(dy, g.mul(g.exp(y()), g.sum(dy, [last], true)));
}
