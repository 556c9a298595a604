import type { BinaryFunction, UnaryFunction } from '../../ir.ts';
import type { Tensor, Tf } from './tensors.ts';

type Unary = (tf: Tf, x: Tensor) => Tensor;
type Binary = (tf: Tf, a: Tensor, b: Tensor) => Tensor;

/** Truth values of TensorFlow.js (bool) as ours: 0 and 1 in f32. */
const numbers = (tf: Tf, x: Tensor): Tensor => tf.cast(x, 'float32');

/** Ours as those of TensorFlow.js. Not a cast, which some backends do by cutting off the fraction. */
export function truth(tf: Tf, x: Tensor): Tensor {
  return tf.notEqual(x, 0);
}

/** The wasm backend's maximum and minimum pass over a NaN on the right, which would hide a diverging loss. */
function heedingNaN(tf: Tf, b: Tensor, result: Tensor): Tensor {
  return tf.getBackend() === 'wasm' ? tf.where(tf.isNaN(b), b, result) : result;
}

export const unaryKernels: Readonly<Record<UnaryFunction, Unary>> = {
  neg: (tf, x) => tf.neg(x),
  abs: (tf, x) => tf.abs(x),
  // The wasm backend's own sign is 0 for small numbers.
  sign: (tf, x) => tf.sub(numbers(tf, tf.greater(x, 0)), numbers(tf, tf.less(x, 0))),
  square: (tf, x) => tf.square(x),
  sqrt: (tf, x) => tf.sqrt(x),
  // TensorFlow's own reciprocal is off by two units in the last place, its division by none.
  reciprocal: (tf, x) => tf.div(1, x),
  exp: (tf, x) => tf.exp(x),
  log: (tf, x) => tf.log(x),
  tanh: (tf, x) => tf.tanh(x),
  sigmoid: (tf, x) => tf.sigmoid(x),
  // The library's own softplus switches to exp(x) at -14 and is less exact before it.
  softplus: (tf, x) => tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x))))),
  relu: (tf, x) => tf.relu(x),
  elu: (tf, x) => tf.elu(x),
  floor: (tf, x) => tf.floor(x),
  not: (tf, x) => numbers(tf, tf.equal(x, 0)),
};

export const binaryKernels: Readonly<Record<BinaryFunction, Binary>> = {
  add: (tf, a, b) => tf.add(a, b),
  sub: (tf, a, b) => tf.sub(a, b),
  mul: (tf, a, b) => tf.mul(a, b),
  div: (tf, a, b) => tf.div(a, b),
  max: (tf, a, b) => heedingNaN(tf, b, tf.maximum(a, b)),
  min: (tf, a, b) => heedingNaN(tf, b, tf.minimum(a, b)),
  less: (tf, a, b) => numbers(tf, tf.less(a, b)),
  lessEqual: (tf, a, b) => numbers(tf, tf.lessEqual(a, b)),
  equal: (tf, a, b) => numbers(tf, tf.equal(a, b)),
  and: (tf, a, b) => numbers(tf, tf.logicalAnd(truth(tf, a), truth(tf, b))),
  or: (tf, a, b) => numbers(tf, tf.logicalOr(truth(tf, a), truth(tf, b))),
};
