/** Smart constructors of IR expressions: they fold constants, compute bounds and apply what is known on the current path. */
import { Rational } from '../../runtime/games/rational.ts';
import type {
  BinaryOperator,
  Bounds,
  IrExpr,
  IrFunction,
  Local,
  Scalar,
  ScalarKind,
  Store,
  UnaryOperator,
} from '../game/model.ts';
import * as B from './bounds.ts';
import { admit, requireFinite, requireWhole } from './budget.ts';
import type { Facts } from './facts.ts';
import { keyOf } from './keys.ts';
import { substitute } from './substitute.ts';
import { someExpr } from './walk.ts';

export { keyOf } from './keys.ts';

type Plain<T> = T extends unknown ? Omit<T, 'bounds'> : never;
type Shape = Plain<IrExpr>;

/** What is known on the path being elaborated; swapped while a branch is elaborated. */
let facts: Facts | undefined;

export function currentFacts(): Facts | undefined {
  return facts;
}

/** Runs `body` knowing `known`. */
export function withFacts<T>(known: Facts | undefined, body: () => T): T {
  const outer = facts;
  facts = known;
  try {
    return body();
  } finally {
    facts = outer;
  }
}

function make(shape: Shape, bounds: Bounds): IrExpr {
  const node = { ...shape, bounds } as IrExpr;
  admit(node);
  const known = facts?.bounds(keyOf(node));
  return known === undefined ? node : ({ ...shape, bounds: B.intersect(bounds, known) } as IrExpr);
}

/** The same expression with what has been learned since it was made. */
export function refresh(e: IrExpr): IrExpr {
  const known = facts?.bounds(keyOf(e));
  return known === undefined || B.contains(known, e.bounds) ? e : { ...e, bounds: B.intersect(e.bounds, known) };
}

// ---------------------------------------------------------------------------------------------- leaves

export function int(value: number): IrExpr {
  requireWhole(value);
  return { op: 'const', scalar: 'int', value, bounds: B.exactly(value) };
}

export function real(value: Scalar): IrExpr {
  const number = typeof value === 'number' ? value : value.toNumber();
  requireFinite(number);
  // Fractions grow with every operation; one of hundreds of digits is no more use than the nearest double.
  const simple =
    value instanceof Rational && ((value.isInteger && Number.isSafeInteger(number)) || value.isLong) ? number : value;
  return { op: 'const', scalar: 'real', value: simple, bounds: B.exactly(number) };
}

export function bool(value: boolean): IrExpr {
  return int(value ? 1 : 0);
}

export function local(variable: Local): IrExpr {
  return make({ op: 'local', scalar: variable.scalar, local: variable }, variable.bounds);
}

export function load(store: Store, index: IrExpr): IrExpr {
  if (store.role.kind === 'constant') {
    const k = constantOf(index);
    if (k !== undefined) {
      const value = store.role.data[k];
      if (value !== undefined) return store.scalar === 'int' ? int(value as number) : real(value);
    }
  }
  return make({ op: 'load', scalar: store.scalar, store, index }, store.bounds);
}

export function action(agent: IrExpr, part: number, component: IrExpr | undefined, bounds: Bounds): IrExpr {
  return make({ op: 'action', scalar: component === undefined ? 'int' : 'real', agent, part, component }, bounds);
}

export function time(high: number): IrExpr {
  return make({ op: 'time', scalar: 'int' }, { low: 0, high });
}

// ---------------------------------------------------------------------------------------------- operators

export function constantOf(e: IrExpr): number | undefined {
  if (e.op === 'const') return typeof e.value === 'number' ? e.value : e.value.toNumber();
  return undefined;
}

function exactOf(e: IrExpr): Rational | undefined {
  if (e.op !== 'const') return undefined;
  if (e.value instanceof Rational) return e.value;
  // A double stands for a fraction that was too long to carry on.
  return Number.isFinite(e.value) ? Rational.fromNumber(e.value) : undefined;
}

export function toReal(e: IrExpr): IrExpr {
  if (e.scalar === 'real') return e;
  if (e.op === 'const') return real(e.value);
  return make({ op: 'unary', scalar: 'real', operator: 'toReal', operand: e }, e.bounds);
}

/** Both operands in the kind that can hold either. */
function promote(a: IrExpr, b: IrExpr): [IrExpr, IrExpr, ScalarKind] {
  if (a.scalar === b.scalar) return [a, b, a.scalar];
  return [toReal(a), toReal(b), 'real'];
}

export function binary(operator: BinaryOperator, left: IrExpr, right: IrExpr): IrExpr {
  const [a, b, kind] = operator === 'div' ? [toReal(left), toReal(right), 'real' as const] : promote(left, right);
  const folded = foldBinary(operator, a, b, kind);
  if (folded !== undefined) return folded;
  switch (operator) {
    case 'add':
      if (isZero(a)) return b;
      if (isZero(b)) return a;
      // `len(s) - 1 + 1`: so counts `for i in 0..len(s) - 1`.
      if (kind === 'int' && a.op === 'binary' && a.operator === 'sub' && keyOf(a.right) === keyOf(b)) return a.left;
      return make({ op: 'binary', scalar: kind, operator, left: a, right: b }, B.add(a.bounds, b.bounds));
    case 'sub':
      if (isZero(b)) return a;
      if (kind === 'int' && keyOf(a) === keyOf(b)) return int(0);
      // `x + 2 - x`: the length of `x..x + 2` is known whatever x is.
      if (kind === 'int' && a.op === 'binary' && a.operator === 'add') {
        if (keyOf(a.left) === keyOf(b)) return a.right;
        if (keyOf(a.right) === keyOf(b)) return a.left;
      }
      return make({ op: 'binary', scalar: kind, operator, left: a, right: b }, B.add(a.bounds, B.negate(b.bounds)));
    case 'mul': {
      if (constantOf(a) === 1) return b;
      if (constantOf(b) === 1) return a;
      const square = keyOf(a) === keyOf(b) ? B.absolute(a.bounds) : undefined;
      const bounds = square === undefined ? B.multiply(a.bounds, b.bounds) : B.multiply(square, square);
      return make({ op: 'binary', scalar: kind, operator, left: a, right: b }, bounds);
    }
    case 'div':
      if (constantOf(b) === 1) return a;
      return make({ op: 'binary', scalar: 'real', operator, left: a, right: b }, B.divide(a.bounds, b.bounds));
    case 'idiv':
      if (constantOf(b) === 1) return a;
      return make({ op: 'binary', scalar: 'int', operator, left: a, right: b }, B.floorDivide(a.bounds, b.bounds));
    case 'mod':
      if (constantOf(b) === 1) return int(0);
      if (a.bounds.low >= 0 && a.bounds.high < b.bounds.low) return a;
      return make({ op: 'binary', scalar: 'int', operator, left: a, right: b }, B.remainder(a.bounds, b.bounds));
    case 'min':
      if (a.bounds.high <= b.bounds.low) return a;
      if (b.bounds.high <= a.bounds.low) return b;
      return make({ op: 'binary', scalar: kind, operator, left: a, right: b }, B.minimum(a.bounds, b.bounds));
    case 'max':
      if (a.bounds.low >= b.bounds.high) return a;
      if (b.bounds.low >= a.bounds.high) return b;
      return make({ op: 'binary', scalar: kind, operator, left: a, right: b }, B.maximum(a.bounds, b.bounds));
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge': {
      const known = decide(operator, a, b);
      if (known !== undefined) return bool(known);
      return make({ op: 'binary', scalar: 'int', operator, left: a, right: b }, B.truth);
    }
  }
}

function isZero(e: IrExpr): boolean {
  return constantOf(e) === 0;
}

function foldBinary(operator: BinaryOperator, a: IrExpr, b: IrExpr, kind: ScalarKind): IrExpr | undefined {
  const x = exactOf(a);
  const y = exactOf(b);
  if (x === undefined || y === undefined) return undefined;
  const number = (value: Rational) => (kind === 'int' ? safeInt(value) : real(value));
  switch (operator) {
    case 'add':
      return number(x.add(y));
    case 'sub':
      return number(x.sub(y));
    case 'mul':
      return number(x.mul(y));
    case 'div':
      return y.sign === 0 ? undefined : real(x.div(y));
    case 'idiv':
      return y.sign === 0 ? undefined : safeInt(Rational.of(x.div(y).floor()));
    case 'mod':
      return y.sign === 0 ? undefined : safeInt(x.sub(y.mul(Rational.of(x.div(y).floor()))));
    case 'min':
      return x.compare(y) <= 0 ? a : b;
    case 'max':
      return x.compare(y) >= 0 ? a : b;
    case 'eq':
      return bool(x.compare(y) === 0);
    case 'ne':
      return bool(x.compare(y) !== 0);
    case 'lt':
      return bool(x.compare(y) < 0);
    case 'le':
      return bool(x.compare(y) <= 0);
    case 'gt':
      return bool(x.compare(y) > 0);
    case 'ge':
      return bool(x.compare(y) >= 0);
  }
}

function safeInt(value: Rational): IrExpr | undefined {
  const n = value.toNumber();
  return Number.isSafeInteger(n) ? int(n) : undefined;
}

/** The truth of a comparison when bounds (or structural equality) settle it. */
function decide(operator: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge', a: IrExpr, b: IrExpr): boolean | undefined {
  const x = a.bounds;
  const y = b.bounds;
  if (B.isEmpty(x) || B.isEmpty(y)) return undefined;
  const same = a.scalar === 'int' && keyOf(a) === keyOf(b);
  switch (operator) {
    case 'eq':
      if (same) return true;
      if (x.high < y.low || y.high < x.low) return false;
      return B.isConstant(x) && B.isConstant(y) && x.low === y.low ? true : undefined;
    case 'ne': {
      const equal = decide('eq', a, b);
      return equal === undefined ? undefined : !equal;
    }
    case 'lt':
      if (same) return false;
      return x.high < y.low ? true : x.low >= y.high ? false : undefined;
    case 'le':
      if (same) return true;
      return x.high <= y.low ? true : x.low > y.high ? false : undefined;
    case 'gt':
      return decide('lt', b, a);
    case 'ge':
      return decide('le', b, a);
  }
}

export function not(e: IrExpr): IrExpr {
  const c = constantOf(e);
  if (c !== undefined) return bool(c === 0);
  if (e.op === 'unary' && e.operator === 'not') return e.operand;
  if (e.op === 'binary') {
    const flipped = { eq: 'ne', ne: 'eq', lt: 'ge', ge: 'lt', gt: 'le', le: 'gt' } as const;
    if (e.operator in flipped && e.left.scalar === 'int') {
      return binary(flipped[e.operator as keyof typeof flipped], e.left, e.right);
    }
  }
  return make({ op: 'unary', scalar: 'int', operator: 'not', operand: e }, B.truth);
}

export function and(left: IrExpr, right: IrExpr): IrExpr {
  const a = constantOf(left);
  if (a !== undefined) return a === 0 ? bool(false) : right;
  const b = constantOf(right);
  if (b !== undefined) return b === 0 ? bool(false) : left;
  return make({ op: 'and', scalar: 'int', left, right }, B.truth);
}

export function or(left: IrExpr, right: IrExpr): IrExpr {
  const a = constantOf(left);
  if (a !== undefined) return a === 0 ? right : bool(true);
  const b = constantOf(right);
  if (b !== undefined) return b === 0 ? left : bool(true);
  return make({ op: 'or', scalar: 'int', left, right }, B.truth);
}

export function select(condition: IrExpr, thenValue: IrExpr, elseValue: IrExpr): IrExpr {
  const c = constantOf(condition);
  if (c !== undefined) return c === 0 ? elseValue : thenValue;
  const [a, b, kind] = promote(thenValue, elseValue);
  // Each side carries what is known in its own branch; behind the branches only what both say holds.
  if (keyOf(a) === keyOf(b)) return { ...a, bounds: B.union(a.bounds, b.bounds) };
  if (kind === 'int' && constantOf(a) === 1 && constantOf(b) === 0 && condition.bounds.high <= 1) return condition;
  return make({ op: 'select', scalar: kind, condition, then: a, else: b }, B.union(a.bounds, b.bounds));
}

export function unary(operator: Exclude<UnaryOperator, 'not' | 'toReal'>, operand: IrExpr): IrExpr {
  const x = exactOf(operand);
  switch (operator) {
    case 'neg':
      if (x !== undefined) return operand.scalar === 'int' ? int(0 - x.toNumber()) : real(x.neg());
      return make({ op: 'unary', scalar: operand.scalar, operator, operand }, B.negate(operand.bounds));
    case 'abs':
      if (operand.bounds.low >= 0) return operand;
      if (x !== undefined) return operand.scalar === 'int' ? int(Math.abs(x.toNumber())) : real(x.abs());
      return make({ op: 'unary', scalar: operand.scalar, operator, operand }, B.absolute(operand.bounds));
    case 'sign':
      if (x !== undefined) return int(x.sign);
      return make({ op: 'unary', scalar: 'int', operator, operand }, B.monotone(operand.bounds, Math.sign));
    case 'floor':
    case 'ceil':
    case 'round': {
      if (operand.scalar === 'int') return operand;
      const f =
        operator === 'floor' ? Math.floor : operator === 'ceil' ? Math.ceil : (v: number) => Math.floor(v + 0.5);
      if (x !== undefined) {
        const shifted = operator === 'round' ? x.add(Rational.of(1, 2)) : x;
        const value = operator === 'ceil' ? -shifted.neg().floor() : shifted.floor();
        return int(Number(value));
      }
      return make({ op: 'unary', scalar: 'int', operator, operand }, B.monotone(operand.bounds, f));
    }
    case 'sqrt':
      return make(
        { op: 'unary', scalar: 'real', operator, operand: toReal(operand) },
        B.monotone(operand.bounds, v => Math.sqrt(Math.max(0, v))),
      );
    case 'exp':
      return make(
        { op: 'unary', scalar: 'real', operator, operand: toReal(operand) },
        B.monotone(operand.bounds, Math.exp),
      );
    case 'log':
      return make(
        { op: 'unary', scalar: 'real', operator, operand: toReal(operand) },
        B.monotone(operand.bounds, v => Math.log(Math.max(0, v))),
      );
    case 'tanh':
      return make(
        { op: 'unary', scalar: 'real', operator, operand: toReal(operand) },
        B.monotone(operand.bounds, Math.tanh),
      );
    case 'sin':
    case 'cos':
      return make({ op: 'unary', scalar: 'real', operator, operand: toReal(operand) }, B.between(-1, 1));
  }
}

export function reduce(
  operator: 'sum' | 'product' | 'min' | 'max' | 'any' | 'all' | 'argmin' | 'argmax',
  variable: Local,
  count: IrExpr,
  condition: IrExpr | undefined,
  body: IrExpr,
): IrExpr {
  const scalar =
    operator === 'any' || operator === 'all' || operator === 'argmin' || operator === 'argmax' ? 'int' : body.scalar;
  const known = foldReduce(operator, variable, count, condition, body);
  if (known !== undefined) return known;
  return make(
    { op: 'reduce', scalar, operator, variable, count, condition, body },
    reduceBounds(operator, count, condition !== undefined, body),
  );
}

/** Longest loop over constants that is computed when the game is built. */
const longestFold = 1000;

function foldReduce(
  operator: Extract<IrExpr, { op: 'reduce' }>['operator'],
  variable: Local,
  count: IrExpr,
  condition: IrExpr | undefined,
  body: IrExpr,
): IrExpr | undefined {
  const n = constantOf(count);
  if (n === undefined || n > longestFold) return undefined;
  const inner = new Set([variable]);
  const varies = (part: IrExpr): boolean => {
    if (part.op === 'reduce') inner.add(part.variable);
    if (part.op === 'local') return !inner.has(part.local);
    if (part.op === 'load') return part.store.role.kind !== 'constant';
    return part.op === 'action' || part.op === 'time' || part.op === 'call';
  };
  if (someExpr(body, varies) || (condition !== undefined && someExpr(condition, varies))) return undefined;
  let result: IrExpr | undefined =
    operator === 'sum' || operator === 'any'
      ? int(0)
      : operator === 'product' || operator === 'all'
        ? int(1)
        : undefined;
  if (body.scalar === 'real' && (operator === 'sum' || operator === 'product')) result = toReal(result as IrExpr);
  let best: IrExpr | undefined;
  for (let k = 0; k < n; k++) {
    const here = new Map([[variable, int(k)]]);
    const passes = condition === undefined ? 1 : constantOf(substitute(condition, here));
    if (passes === undefined) return undefined;
    if (passes === 0) continue;
    const value = substitute(body, here);
    if (constantOf(value) === undefined) return undefined;
    switch (operator) {
      case 'sum':
        result = binary('add', result as IrExpr, value);
        break;
      case 'product':
        result = binary('mul', result as IrExpr, value);
        break;
      case 'any':
        result = or(result as IrExpr, value);
        break;
      case 'all':
        result = and(result as IrExpr, value);
        break;
      case 'min':
      case 'max':
        result = result === undefined ? value : binary(operator, result, value);
        break;
      default: {
        const better = best === undefined ? 1 : constantOf(binary(operator === 'argmax' ? 'gt' : 'lt', value, best));
        if (better === undefined) return undefined;
        if (better === 1) {
          best = value;
          result = int(k);
        }
      }
    }
    if (result === undefined || constantOf(result) === undefined) return undefined;
  }
  return result;
}

function reduceBounds(operator: string, count: IrExpr, filtered: boolean, body: IrExpr): Bounds {
  switch (operator) {
    case 'sum':
      return body.scalar === 'int'
        ? B.repeated(body.bounds, count.bounds, !filtered)
        : B.summed(body.bounds, count.bounds, !filtered);
    case 'product':
      return body.bounds.low >= 0 && body.bounds.high <= 1 ? B.truth : B.anything;
    case 'min':
    case 'max':
      return body.bounds;
    case 'any':
    case 'all':
      return B.truth;
    default:
      return { low: 0, high: Math.max(0, count.bounds.high - 1) };
  }
}

let insideCall = false;
const small = new WeakMap<IrFunction, boolean>();

/** Bounds are those of the body at these arguments where it is short, else those of all arguments. */
export function call(fn: IrFunction, args: readonly IrExpr[]): IrExpr {
  let { bounds } = fn.result;
  if (!insideCall && isShort(fn)) {
    insideCall = true;
    try {
      const e = substitute(fn.result, new Map(fn.params.map((param, k) => [param, args[k] ?? local(param)])));
      if (e.op === 'const') return e;
      bounds = B.intersect(bounds, e.bounds);
    } finally {
      insideCall = false;
    }
  }
  return make({ op: 'call', scalar: fn.result.scalar, fn, args }, bounds);
}

/** One expression of at most a hundred parts. */
function isShort(fn: IrFunction): boolean {
  let known = small.get(fn);
  if (known === undefined) {
    let parts = 0;
    known = fn.body.length === 0 && !someExpr(fn.result, () => ++parts > 100);
    small.set(fn, known);
  }
  return known;
}
