/** Ranges of expressions where they are emitted: what the checker proved, sharpened by the constants known there. */
import type { Bounds, IrExpr } from '../game/model.ts';
import { constantOf, type Known } from './gameFold.ts';

const open: Bounds = { low: -Infinity, high: Infinity };

/** All values that an integer expression can have here. Reals are not looked into. */
export function rangeOf(expr: IrExpr, known: Known): Bounds {
  if (expr.scalar === 'real') return open;
  const value = constantOf(expr, known);
  if (value !== undefined) return { low: value, high: value };
  const inner = innerRange(expr, known);
  return { low: Math.max(inner.low, expr.bounds.low), high: Math.min(inner.high, expr.bounds.high) };
}

function innerRange(expr: IrExpr, known: Known): Bounds {
  if (expr.op === 'select') {
    const a = rangeOf(expr.then, known);
    const b = rangeOf(expr.else, known);
    return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
  }
  if (expr.op !== 'binary') return open;
  const a = rangeOf(expr.left, known);
  const b = rangeOf(expr.right, known);
  if (expr.operator === 'add') return { low: a.low + b.low, high: a.high + b.high };
  if (expr.operator === 'sub') return { low: a.low - b.high, high: a.high - b.low };
  return open;
}

/** The outcome of comparing two integers, when their ranges decide it. */
export function decided(expr: IrExpr & { op: 'binary' }, known: Known): boolean | undefined {
  if (expr.left.scalar === 'real' || expr.right.scalar === 'real') return undefined;
  const a = rangeOf(expr.left, known);
  const b = rangeOf(expr.right, known);
  // An empty range: this is never evaluated, and nothing is said about it.
  if (a.low > a.high || b.low > b.high) return undefined;
  const below = a.high < b.low;
  const above = a.low > b.high;
  switch (expr.operator) {
    case 'eq':
      return below || above ? false : undefined;
    case 'ne':
      return below || above ? true : undefined;
    case 'lt':
      return below ? true : a.low >= b.high ? false : undefined;
    case 'ge':
      return below ? false : a.low >= b.high ? true : undefined;
    case 'gt':
      return above ? true : a.high <= b.low ? false : undefined;
    case 'le':
      return above ? false : a.high <= b.low ? true : undefined;
    default:
      return undefined;
  }
}
