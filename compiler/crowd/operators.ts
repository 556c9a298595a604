/** The operators of expressions on doubles. */
import type { BinaryOperator, IrExpr, UnaryOperator } from '../game/model.ts';

export type Value = () => number;

export function unary(operator: UnaryOperator, x: Value): Value {
  switch (operator) {
    case 'neg':
      return () => 0 - x();
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
      return () => Math.round(x());
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
      return () => {
        const [x, y] = [a(), b()];
        return x - y * Math.floor(x / y);
      };
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

/** A fold over 0 .. count - 1 in the order of numbers; the first of several that are best. */
export function fold(
  operator: Extract<IrExpr, { op: 'reduce' }>['operator'],
  cell: { value: number },
  count: Value,
  condition: Value,
  body: Value,
): Value {
  return () => {
    const n = count();
    let total = operator === 'product' || operator === 'all' ? 1 : 0;
    let best = Number.NaN;
    let at = 0;
    for (let k = 0; k < n; k++) {
      cell.value = k;
      if (condition() === 0) continue;
      const value = body();
      if (operator === 'sum') total += value;
      else if (operator === 'product') total *= value;
      else if (operator === 'any') total = total !== 0 || value !== 0 ? 1 : 0;
      else if (operator === 'all') total = total !== 0 && value !== 0 ? 1 : 0;
      else {
        const greater = operator === 'max' || operator === 'argmax' ? value > best : value < best;
        if (Number.isNaN(best) || greater) {
          best = value;
          at = k;
        }
      }
    }
    if (operator === 'max' || operator === 'min') return best;
    return operator === 'argmax' || operator === 'argmin' ? at : total;
  };
}
