import type { BinaryFunction, UnaryFunction } from '../../ir.ts';

export const unaryFunctions: Readonly<Record<UnaryFunction, (x: number) => number>> = {
  neg: x => -x,
  abs: Math.abs,
  sign: Math.sign,
  square: x => x * x,
  sqrt: Math.sqrt,
  reciprocal: x => 1 / x,
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  sigmoid: x => 1 / (1 + Math.exp(-x)),
  softplus: x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  relu: x => Math.max(x, 0),
  elu: x => (x > 0 ? x : Math.expm1(x)),
  floor: Math.floor,
  not: x => (x === 0 ? 1 : 0),
};

export const binaryFunctions: Readonly<Record<BinaryFunction, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: Math.max,
  min: Math.min,
  less: (a, b) => (a < b ? 1 : 0),
  lessEqual: (a, b) => (a <= b ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
  and: (a, b) => (a !== 0 && b !== 0 ? 1 : 0),
  or: (a, b) => (a !== 0 || b !== 0 ? 1 : 0),
};
