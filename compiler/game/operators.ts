/** The operators of expressions on doubles, each made once into a function that is called for every value. */
import type { BinaryOperator, UnaryOperator } from './model.ts';

export type Value = () => number;

export function unary(operator: UnaryOperator, x: Value): Value {
  switch (operator) {
    case 'neg':
      return () => -x();
    case 'not':
      return () => (x() === 0 ? 1 : 0);
    case 'abs':
      return () => Math.abs(x());
    case 'sign':
      return () => Math.sign(x());
    case 'floor':
      return () => Math.floor(x());
    case 'ceil':
      return () => Math.ceil(x());
    case 'round':
      return () => Math.floor(x() + 0.5);
    case 'toReal':
      return x;
    case 'sqrt':
      return () => Math.sqrt(x());
    case 'exp':
      return () => Math.exp(x());
    case 'log':
      return () => Math.log(x());
    case 'sin':
      return () => Math.sin(x());
    case 'cos':
      return () => Math.cos(x());
    case 'tanh':
      return () => Math.tanh(x());
  }
}

export function binary(operator: BinaryOperator, a: Value, b: Value): Value {
  switch (operator) {
    case 'add':
      return () => a() + b();
    case 'sub':
      return () => a() - b();
    case 'mul':
      return () => a() * b();
    case 'min':
      return () => Math.min(a(), b());
    case 'max':
      return () => Math.max(a(), b());
    case 'div':
      return () => a() / b();
    case 'idiv':
      return () => Math.floor(a() / b());
    case 'mod':
      return () => remainder(a(), b());
    case 'eq':
      return () => (a() === b() ? 1 : 0);
    case 'ne':
      return () => (a() !== b() ? 1 : 0);
    case 'lt':
      return () => (a() < b() ? 1 : 0);
    case 'le':
      return () => (a() <= b() ? 1 : 0);
    case 'gt':
      return () => (a() > b() ? 1 : 0);
    case 'ge':
      return () => (a() >= b() ? 1 : 0);
  }
}

/** With the sign of the divisor. Exact for all exact integers: below 0 the multiple taken away is the one nearer to 0. */
export function remainder(x: number, y: number): number {
  const quotient = Math.floor(x / y);
  return quotient < 0 ? x - y * (quotient + 1) + y : x - y * quotient;
}
