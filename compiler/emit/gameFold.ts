/** Small questions about IR expressions that decide how they are emitted: constant? how big? does it need statements? */
import { Rational } from '../../runtime/games/rational.ts';
import type { Bounds, IrExpr, IrStmt, Local, Scalar } from '../game/model.ts';
import { remainder } from '../game/operators.ts';
import { blocksOf, expressionsOf, partsOf } from '../game/parts.ts';

/** Values of locals that are constants where the expression is emitted (unrolled loop variables, a lone agent). */
export type Known = ReadonlyMap<number, number>;

export function scalarNumber(value: Scalar): number {
  return value instanceof Rational ? value.toNumber() : value;
}

/** Do all values fit a signed 32-bit integer? */
export function fitsInt32(bounds: Bounds): boolean {
  return bounds.low >= -2147483648 && bounds.high <= 2147483647;
}

/** The value of an expression that does not depend on the game, or undefined. Irrational functions are left to run time. */
export function constantOf(expr: IrExpr, known: Known): number | undefined {
  switch (expr.op) {
    case 'const':
      return scalarNumber(expr.value);
    case 'local':
      return known.get(expr.local.id);
    case 'load': {
      if (expr.store.role.kind !== 'constant') return undefined;
      const index = constantOf(expr.index, known);
      const value = index === undefined ? undefined : expr.store.role.data[index];
      return value === undefined ? undefined : scalarNumber(value);
    }
    case 'unary': {
      const x = constantOf(expr.operand, known);
      return x === undefined ? undefined : unary(expr.operator, x);
    }
    case 'binary': {
      const a = constantOf(expr.left, known);
      if (a === undefined) return undefined;
      const b = constantOf(expr.right, known);
      return b === undefined ? undefined : binary(expr.operator, a, b);
    }
    case 'and':
    case 'or': {
      const decides = expr.op === 'and' ? 0 : 1;
      const a = constantOf(expr.left, known);
      if (a === decides) return decides;
      const b = constantOf(expr.right, known);
      if (b === decides) return decides;
      return a === undefined || b === undefined ? undefined : 1 - decides;
    }
    case 'select': {
      const c = constantOf(expr.condition, known);
      return c === undefined ? undefined : constantOf(c !== 0 ? expr.then : expr.else, known);
    }
    case 'call': {
      if (expr.fn.body.length > 0) return undefined;
      const inside = new Map<number, number>();
      for (const [k, param] of expr.fn.params.entries()) {
        const arg = constantOf(expr.args[k] as IrExpr, known);
        if (arg !== undefined) inside.set(param.id, arg);
      }
      return constantOf(expr.fn.result, inside);
    }
    case 'action':
    case 'time':
    case 'reduce':
      return undefined;
  }
}

function unary(operator: (IrExpr & { op: 'unary' })['operator'], x: number): number | undefined {
  switch (operator) {
    case 'neg':
      return -x;
    case 'not':
      return x === 0 ? 1 : 0;
    case 'abs':
      return Math.abs(x);
    case 'sign':
      return Math.sign(x);
    case 'floor':
      return Math.floor(x) + 0;
    case 'ceil':
      return Math.ceil(x) + 0;
    case 'round':
      return Math.floor(x + 0.5) + 0;
    case 'toReal':
      return x;
    case 'sqrt':
    case 'exp':
    case 'log':
    case 'sin':
    case 'cos':
    case 'tanh':
      return undefined;
  }
}

function binary(operator: (IrExpr & { op: 'binary' })['operator'], a: number, b: number): number {
  switch (operator) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'min':
      return Math.min(a, b);
    case 'max':
      return Math.max(a, b);
    case 'div':
      return a / b;
    case 'idiv':
      return Math.floor(a / b) + 0;
    case 'mod':
      return remainder(a, b);
    case 'eq':
      return a === b ? 1 : 0;
    case 'ne':
      return a !== b ? 1 : 0;
    case 'lt':
      return a < b ? 1 : 0;
    case 'le':
      return a <= b ? 1 : 0;
    case 'gt':
      return a > b ? 1 : 0;
    case 'ge':
      return a >= b ? 1 : 0;
  }
}

type Reduce = IrExpr & { op: 'reduce' };

/** Elements and total size up to which a fold is written out instead of looped over. */
const unrollElements = 4;
const unrollWeight = 96;

/** The number of elements of a fold that is written out as one expression; undefined for a fold that becomes a loop. */
export function unrolledCount(expr: Reduce, known: Known): number | undefined {
  const n = constantOf(expr.count, known);
  if (n === undefined || n > unrollElements) return undefined;
  const conditional = expr.condition !== undefined;
  if (expr.operator === 'argmin' || expr.operator === 'argmax') return undefined;
  if (conditional && (expr.operator === 'min' || expr.operator === 'max')) return undefined;
  const inner = new Map(known).set(expr.variable.id, 0);
  if (needsStatements(expr.body, inner) || (expr.condition !== undefined && needsStatements(expr.condition, inner)))
    return undefined;
  return n * weight(expr, inner, unrollWeight) <= unrollWeight * (n <= 1 ? 8 : 1) ? n : undefined;
}

/** Number of nodes of body and condition, folds inside counted as often as they are written out; stops counting past `limit`. */
function weight(expr: Reduce, known: Known, limit: number): number {
  return size(expr.body, known, limit) + (expr.condition === undefined ? 0 : size(expr.condition, known, limit));
}

function size(expr: IrExpr, known: Known, limit: number): number {
  let total = expr.op === 'const' || expr.op === 'local' ? 0 : 1;
  if (expr.op === 'reduce') {
    const n = constantOf(expr.count, known) ?? 1;
    return total + n * weight(expr, new Map(known).set(expr.variable.id, 0), limit);
  }
  for (const child of partsOf(expr)) {
    total += size(child, known, limit);
    if (total > limit) break;
  }
  return total;
}

/** The number of operations of an expression, folds counted as often as they are written out; undefined above `limit`. */
export function sizeWithin(expr: IrExpr, known: Known, limit: number): number | undefined {
  const total = size(expr, known, limit);
  return total > limit ? undefined : total;
}

/** Must parts of this expression be computed by statements before it (loops)? */
export function needsStatements(expr: IrExpr, known: Known): boolean {
  if (expr.op === 'reduce') return unrolledCount(expr, known) === undefined;
  if (expr.op === 'select') {
    const c = constantOf(expr.condition, known);
    if (c !== undefined) return needsStatements(c !== 0 ? expr.then : expr.else, known);
  }
  return partsOf(expr).some(child => needsStatements(child, known));
}

/** Calls `visit` for an expression and everything inside it; functions that are called are not entered. */
export function walkExpr(expr: IrExpr, visit: (expr: IrExpr) => void): void {
  visit(expr);
  for (const child of partsOf(expr)) walkExpr(child, visit);
}

export function walkStmts(
  stmts: readonly IrStmt[],
  visitStmt: (stmt: IrStmt) => void,
  visitExpr: (expr: IrExpr) => void,
): void {
  for (const stmt of stmts) {
    visitStmt(stmt);
    for (const expr of expressionsOf(stmt)) walkExpr(expr, visitExpr);
    for (const block of blocksOf(stmt)) walkStmts(block, visitStmt, visitExpr);
  }
}

/** An integer constant as an expression. */
export function intConst(value: number): IrExpr {
  return { op: 'const', value, scalar: 'int', bounds: { low: value, high: value } };
}

export function localExpr(local: Local): IrExpr {
  return { op: 'local', local, scalar: local.scalar, bounds: local.bounds };
}
