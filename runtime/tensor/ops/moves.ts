import type { Node, Shape } from '../ir.ts';
import { showShape, sizeOf } from '../ir.ts';
import { broadcastShapes } from './elementwise.ts';
import type { OpRule } from './rule.ts';
import { axisOf, operands, refuse, withAxis } from './rule.ts';

// Operations that move numbers and compute nothing.

function only(name: string, inputs: readonly Node[]): Node {
  const [x] = inputs;
  if (x === undefined || inputs.length !== 1) refuse(`${name} takes one operand`);
  return x;
}

function positive(name: string, shape: Shape): void {
  if (!shape.every(d => Number.isInteger(d) && d >= 1)) {
    refuse(`${name}: ${showShape(shape)} is not a shape; every length is a positive integer`);
  }
}

export const broadcast: OpRule<'broadcast'> = {
  shape(_, inputs, shape) {
    const x = only('broadcast', inputs);
    positive('broadcast', shape);
    if (broadcastShapes(x.shape, shape)?.join() !== shape.join() || x.shape.length > shape.length) {
      refuse(`broadcast: ${showShape(x.shape)} does not stretch to ${showShape(shape)}`);
    }
    return { shape, type: x.type };
  },
  gradient: ({ g, node, dy }) => [g.sumTo(dy, node.inputs[0]!.shape)],
};

export const reshape: OpRule<'reshape'> = {
  shape(_, inputs, shape) {
    const x = only('reshape', inputs);
    positive('reshape', shape);
    if (sizeOf(shape) !== sizeOf(x.shape)) {
      refuse(
        `reshape: ${showShape(x.shape)} has ${sizeOf(x.shape)} elements, ${showShape(shape)} would have ${sizeOf(shape)}`,
      );
    }
    return { shape, type: x.type };
  },
  gradient: ({ g, node, dy }) => [g.reshape(dy, node.inputs[0]!.shape)],
};

export const slice: OpRule<'slice'> = {
  shape({ starts }, inputs, shape) {
    const x = only('slice', inputs);
    const rank = x.shape.length;
    if (starts.length !== rank || shape.length !== rank) {
      refuse(`slice: needs one start and one length per axis of ${showShape(x.shape)}`);
    }
    for (let k = 0; k < rank; k++) {
      const from = starts[k]!;
      const length = shape[k]!;
      const whole = Number.isInteger(from) && Number.isInteger(length);
      if (!whole || from < 0 || length < 1 || from + length > x.shape[k]!) {
        refuse(`slice: entries ${from} .. ${from + length - 1} of axis ${k}, which has length ${x.shape[k]}`);
      }
    }
    return { shape, type: x.type };
  },
  gradient: ({ g, op, node, dy }) => [g.padTo(dy, op.starts, node.inputs[0]!.shape)],
};

export const pad: OpRule<'pad'> = {
  shape({ before }, inputs, shape) {
    operands('pad', inputs, ['f32']);
    const x = only('pad', inputs);
    const fits =
      before.length === x.shape.length &&
      shape.length === x.shape.length &&
      x.shape.every((d, k) => before[k]! >= 0 && before[k]! + d <= shape[k]!);
    if (!fits) {
      refuse(`pad: ${showShape(x.shape)} behind ${showShape(before)} zeros does not fit into ${showShape(shape)}`);
    }
    return { shape, type: 'f32' };
  },
  gradient: ({ g, op, node, dy }) => [g.sliceAt(dy, op.before, node.inputs[0]!.shape)],
};

export const transpose: OpRule<'transpose'> = {
  shape(op, inputs) {
    const x = only('transpose', inputs);
    const sorted = [...op.permutation].sort((a, b) => a - b);
    if (sorted.length !== x.shape.length || sorted.some((p, k) => p !== k)) {
      refuse(`transpose: ${showShape(op.permutation)} does not name each of the ${x.shape.length} axes once`);
    }
    return { shape: op.permutation.map(p => x.shape[p]!), type: x.type };
  },
  gradient({ g, op, dy }) {
    const inverse: number[] = op.permutation.map(() => 0);
    op.permutation.forEach((p, k) => {
      inverse[p] = k;
    });
    return [g.transpose(dy, inverse)];
  },
};

export const concat: OpRule<'concat'> = {
  shape(op, inputs) {
    const [first] = inputs;
    if (first === undefined) refuse('concat of nothing');
    axisOf('concat', op.axis, first.shape.length);
    let length = 0;
    for (const x of inputs) {
      const fits =
        x.type === first.type &&
        x.shape.length === first.shape.length &&
        x.shape.every((d, k) => k === op.axis || d === first.shape[k]);
      if (!fits) {
        refuse(`concat: ${inputs.map(i => showShape(i.shape)).join(', ')} must match on every axis but ${op.axis}`);
      }
      length += x.shape[op.axis]!;
    }
    return { shape: withAxis(first.shape, op.axis, length), type: first.type };
  },
  gradient({ g, op, node, dy, needs }) {
    let from = 0;
    return node.inputs.map((x, k) => {
      const starts = x.shape.map((_, axis) => (axis === op.axis ? from : 0));
      from += x.shape[op.axis]!;
      return needs(k) ? g.sliceAt(dy, starts, x.shape) : undefined;
    });
  },
};
