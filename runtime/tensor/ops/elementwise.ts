import type { BinaryFunction, Node, Shape, UnaryFunction } from '../ir.ts';
import { showShape } from '../ir.ts';
import type { GradientContext, OpRule } from './rule.ts';
import { operands, refuse } from './rule.ts';

/** Shape after NumPy broadcasting, or undefined where the shapes do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let k = 0; k < rank; k++) {
    const x = a[k - rank + a.length] ?? 1;
    const y = b[k - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return undefined;
    out.push(x === 1 ? y : x);
  }
  return out;
}

function fitted(name: string, inputs: readonly Node[]): Shape {
  let shape: Shape = [];
  for (const node of inputs) {
    const next = broadcastShapes(shape, node.shape);
    if (next === undefined) {
      refuse(
        `${name}: shapes ${inputs.map(i => showShape(i.shape)).join(' and ')} do not fit together (aligned at the right, each pair of lengths must be equal or one of them 1)`,
      );
    }
    shape = next;
  }
  return shape;
}

type UnaryRule = (ctx: GradientContext<'unary'>) => Node | undefined;

/** d f(x) / dx times dy. Where the function has a kink the value is PyTorch's (abs 0 at 0, relu 0 at 0). */
const unaryGradients: Record<UnaryFunction, UnaryRule> = {
  neg: ({ g, dy }) => g.neg(dy),
  abs: ({ g, dy, x }) => g.mul(dy, g.sign(x(0))),
  sign: () => undefined,
  square: ({ g, dy, x }) => g.mul(dy, g.mul(2, x(0))),
  sqrt: ({ g, dy, y }) => g.div(g.mul(dy, 0.5), y()),
  reciprocal: ({ g, dy, y }) => g.neg(g.mul(dy, g.square(y()))),
  exp: ({ g, dy, y }) => g.mul(dy, y()),
  log: ({ g, dy, x }) => g.div(dy, x(0)),
  tanh: ({ g, dy, y }) => g.mul(dy, g.sub(1, g.square(y()))),
  sigmoid: ({ g, dy, y }) => g.mul(dy, g.mul(y(), g.sub(1, y()))),
  softplus: ({ g, dy, x }) => g.mul(dy, g.sigmoid(x(0))),
  relu: ({ g, dy, y }) => g.select(y(), dy, 0),
  // exp(x) = y + 1 where x <= 0, and y <= 0 exactly there.
  elu: ({ g, dy, y }) => g.mul(dy, g.add(g.minimum(y(), 0), 1)),
  floor: () => undefined,
  not: () => undefined,
};

type BinaryRule = (ctx: GradientContext<'binary'>) => [Node | undefined, Node | undefined];

const none: BinaryRule = () => [undefined, undefined];

const binaryGradients: Record<BinaryFunction, BinaryRule> = {
  add: ({ dy }) => [dy, dy],
  sub: ({ g, dy, needs }) => [dy, needs(1) ? g.neg(dy) : undefined],
  mul: ({ g, dy, x, needs }) => [needs(0) ? g.mul(dy, x(1)) : undefined, needs(1) ? g.mul(dy, x(0)) : undefined],
  div: ({ g, dy, x, y, needs }) => [
    needs(0) ? g.div(dy, x(1)) : undefined,
    needs(1) ? g.neg(g.div(g.mul(dy, y()), x(1))) : undefined,
  ],
  // On ties all of it goes to the first operand; PyTorch gives half to each. In PPO's min(r A, clip(r) A)
  // both ways lead to the same sum, which matters because r is exactly 1 in the first epoch.
  max: ({ g, dy, x, needs }) => [
    needs(0) ? g.mul(dy, g.lessEqual(x(1), x(0))) : undefined,
    needs(1) ? g.mul(dy, g.less(x(0), x(1))) : undefined,
  ],
  min: ({ g, dy, x, needs }) => [
    needs(0) ? g.mul(dy, g.lessEqual(x(0), x(1))) : undefined,
    needs(1) ? g.mul(dy, g.less(x(1), x(0))) : undefined,
  ],
  less: none,
  lessEqual: none,
  equal: none,
  and: none,
  or: none,
};

export const unary: OpRule<'unary'> = {
  shape(op, inputs) {
    operands(op.fn, inputs, ['f32']);
    return { shape: inputs[0]!.shape, type: 'f32' };
  },
  gradient: ctx => [unaryGradients[ctx.op.fn](ctx)],
};

export const binary: OpRule<'binary'> = {
  shape(op, inputs) {
    operands(op.fn, inputs, ['f32', 'f32']);
    return { shape: fitted(op.fn, inputs), type: 'f32' };
  },
  gradient: ctx =>
    binaryGradients[ctx.op.fn](ctx).map((d, k) =>
      d === undefined || !ctx.needs(k) ? undefined : ctx.g.sumTo(d, ctx.node.inputs[k]!.shape),
    ),
};

export const select: OpRule<'select'> = {
  shape(_, inputs) {
    operands('select', inputs, ['f32', 'f32', 'f32']);
    return { shape: fitted('select', inputs), type: 'f32' };
  },
  gradient({ g, node, dy, x, needs }) {
    const a = needs(1) ? g.sumTo(g.select(x(0), dy, 0), node.inputs[1]!.shape) : undefined;
    const b = needs(2) ? g.sumTo(g.select(x(0), 0, dy), node.inputs[2]!.shape) : undefined;
    return [undefined, a, b];
  },
};

export const float: OpRule<'float'> = {
  shape(_, inputs) {
    operands('float', inputs, ['i32']);
    return { shape: inputs[0]!.shape, type: 'f32' };
  },
  gradient: undefined,
};

export const stopGradient: OpRule<'stopGradient'> = {
  shape: (_, inputs) => ({ shape: inputs[0]!.shape, type: inputs[0]!.type }),
  gradient: undefined,
};
