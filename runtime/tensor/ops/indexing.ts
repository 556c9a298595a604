import type { Node } from '../ir.ts';
import { showShape } from '../ir.ts';
import type { OpRule } from './rule.ts';
import { axisOf, operands, refuse, withAxis } from './rule.ts';

function pair(name: string, inputs: readonly Node[]): readonly [Node, Node] {
  const [x, indices] = inputs;
  if (x === undefined || indices === undefined || inputs.length !== 2) refuse(`${name} takes a tensor and indices`);
  if (indices.type !== 'i32') refuse(`${name}: the indices must be i32, got f32`);
  return [x, indices];
}

function size(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) refuse(`${name}: a size of ${value}; sizes are positive integers`);
}

export const take: OpRule<'take'> = {
  shape(op, inputs) {
    const [x, indices] = pair('take', inputs);
    axisOf('take', op.axis, x.shape.length);
    if (indices.shape.length !== 1) refuse(`take: indices of shape ${showShape(indices.shape)} must have one axis`);
    return { shape: withAxis(x.shape, op.axis, indices.shape[0]!), type: x.type };
  },
  gradient({ g, op, node, dy, x }) {
    return [g.scatterAdd(dy, x(1), op.axis, node.inputs[0]!.shape[op.axis]!), undefined];
  },
};

export const scatterAdd: OpRule<'scatterAdd'> = {
  shape(op, inputs) {
    operands('scatterAdd', inputs, ['f32', 'i32']);
    const [values, indices] = pair('scatterAdd', inputs);
    axisOf('scatterAdd', op.axis, values.shape.length);
    size('scatterAdd', op.size);
    if (indices.shape.length !== 1 || indices.shape[0] !== values.shape[op.axis]) {
      refuse(
        `scatterAdd: values ${showShape(values.shape)} have ${values.shape[op.axis]} entries on axis ${op.axis}, the indices have shape ${showShape(indices.shape)}`,
      );
    }
    return { shape: withAxis(values.shape, op.axis, op.size), type: 'f32' };
  },
  gradient: ({ g, op, dy, x }) => [g.take(dy, x(1), op.axis), undefined],
};

export const takeAlong: OpRule<'takeAlong'> = {
  shape(op, inputs) {
    operands('takeAlong', inputs, ['f32', 'i32']);
    const [x, indices] = pair('takeAlong', inputs);
    axisOf('takeAlong', op.axis, x.shape.length);
    const fits =
      x.shape.length === indices.shape.length && x.shape.every((d, k) => k === op.axis || d === indices.shape[k]);
    if (!fits) {
      refuse(
        `takeAlong: indices ${showShape(indices.shape)} must match ${showShape(x.shape)} on every axis but ${op.axis}`,
      );
    }
    return { shape: indices.shape, type: 'f32' };
  },
  gradient({ g, op, node, dy, x }) {
    return [g.scatterAlong(dy, x(1), op.axis, node.inputs[0]!.shape[op.axis]!), undefined];
  },
};

export const scatterAlong: OpRule<'scatterAlong'> = {
  shape(op, inputs) {
    operands('scatterAlong', inputs, ['f32', 'i32']);
    const [values, indices] = pair('scatterAlong', inputs);
    axisOf('scatterAlong', op.axis, values.shape.length);
    size('scatterAlong', op.size);
    if (values.shape.join() !== indices.shape.join()) {
      refuse(
        `scatterAlong: values ${showShape(values.shape)} and indices ${showShape(indices.shape)} must have one shape`,
      );
    }
    return { shape: withAxis(values.shape, op.axis, op.size), type: 'f32' };
  },
  gradient: ({ g, op, dy, x }) => [g.takeAlong(dy, x(1), op.axis), undefined],
};

export const oneHot: OpRule<'oneHot'> = {
  shape(op, inputs) {
    operands('oneHot', inputs, ['i32']);
    size('oneHot', op.depth);
    return { shape: [...inputs[0]!.shape, op.depth], type: 'f32' };
  },
  gradient: undefined,
};
