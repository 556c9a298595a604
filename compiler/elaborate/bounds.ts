import type { Bounds } from '../game/model.ts';

/** Interval arithmetic over closed intervals of the extended reals. Results contain every possible value; they may be wider. */

export const anything: Bounds = { low: -Infinity, high: Infinity };
export const truth: Bounds = { low: 0, high: 1 };

export function exactly(value: number): Bounds {
  return { low: value, high: value };
}

export function between(low: number, high: number): Bounds {
  return { low, high };
}

export function union(a: Bounds, b: Bounds): Bounds {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

/** May be empty (`low > high`) where a condition cannot hold. */
export function intersect(a: Bounds, b: Bounds): Bounds {
  return { low: Math.max(a.low, b.low), high: Math.min(a.high, b.high) };
}

export function isEmpty(a: Bounds): boolean {
  return a.low > a.high;
}

export function contains(outer: Bounds, inner: Bounds): boolean {
  return isEmpty(inner) || (outer.low <= inner.low && inner.high <= outer.high);
}

export function isConstant(a: Bounds): boolean {
  return a.low === a.high;
}

/** The largest absolute value; infinite where a bound is missing. */
export function magnitude(a: Bounds): number {
  return Math.max(Math.abs(a.low), Math.abs(a.high));
}

export function add(a: Bounds, b: Bounds): Bounds {
  return { low: a.low + b.low, high: a.high + b.high };
}

export function negate(a: Bounds): Bounds {
  return { low: 0 - a.high, high: 0 - a.low };
}

export function multiply(a: Bounds, b: Bounds): Bounds {
  const products = [times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high)];
  return { low: Math.min(...products), high: Math.max(...products) };
}

/** Quotient when `b` excludes 0; anything otherwise. */
export function divide(a: Bounds, b: Bounds): Bounds {
  if (b.low <= 0 && b.high >= 0) return anything;
  const quotients = [over(a.low, b.low), over(a.low, b.high), over(a.high, b.low), over(a.high, b.high)];
  return { low: Math.min(...quotients), high: Math.max(...quotients) };
}

export function floorDivide(a: Bounds, b: Bounds): Bounds {
  const q = divide(a, b);
  return { low: Math.floor(q.low), high: Math.floor(q.high) };
}

/** Remainder with the sign of the divisor. */
export function remainder(a: Bounds, b: Bounds): Bounds {
  if (b.low > 0) {
    if (a.low >= 0 && a.high < b.low) return a;
    return { low: 0, high: a.low >= 0 ? Math.min(a.high, b.high - 1) : b.high - 1 };
  }
  return { low: Math.min(0, b.low + 1), high: Math.max(0, b.high - 1) };
}

export function minimum(a: Bounds, b: Bounds): Bounds {
  return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) };
}

export function maximum(a: Bounds, b: Bounds): Bounds {
  return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
}

export function absolute(a: Bounds): Bounds {
  if (a.low >= 0) return a;
  if (a.high <= 0) return negate(a);
  return { low: 0, high: Math.max(-a.low, a.high) };
}

/** Image under a non-decreasing function. */
export function monotone(a: Bounds, f: (x: number) => number): Bounds {
  return { low: f(a.low), high: f(a.high) };
}

/** Between 0 and `count` copies of a value added up. */
export function repeated(a: Bounds, count: Bounds, all: boolean): Bounds {
  const total = multiply(a, count);
  return all ? total : union(total, exactly(0));
}

/** The same for doubles, which round at every addition: the ends are added up one by one, as the game does. */
export function summed(a: Bounds, count: Bounds, all: boolean): Bounds {
  const exact = repeated(a, count, all);
  if (isSmallWhole(a.low) && isSmallWhole(a.high)) return exact;
  const total = (end: number, n: number): number => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += end;
    return sum;
  };
  if (count.high > 1000) {
    const slack = Math.min(count.high * Number.EPSILON, 1e-9);
    return {
      low: exact.low - Math.abs(exact.low) * slack,
      high: exact.high + Math.abs(exact.high) * slack,
    };
  }
  const counts = [count.low, count.high];
  return {
    low: Math.min(exact.low, ...counts.map(n => total(a.low, n))),
    high: Math.max(exact.high, ...counts.map(n => total(a.high, n))),
  };
}

function isSmallWhole(x: number): boolean {
  return !Number.isFinite(x) || (Number.isInteger(x) && Math.abs(x) < 1e9);
}

/** `0..4`, `at least 0`, `any number` */
export function show(a: Bounds): string {
  const low = Number.isFinite(a.low);
  const high = Number.isFinite(a.high);
  if (low && high) return a.low === a.high ? `${a.low}` : `${trim(a.low)}..${trim(a.high)}`;
  if (low) return `at least ${trim(a.low)}`;
  if (high) return `at most ${trim(a.high)}`;
  return 'any number';
}

function trim(x: number): string {
  return Number.isInteger(x) ? `${x}` : `${Number(x.toPrecision(6))}`;
}

// 0 times infinity is 0 here: an interval end of infinity stands for "arbitrarily large", and 0 times any number is 0.
function times(x: number, y: number): number {
  return x === 0 || y === 0 ? 0 : x * y;
}

function over(x: number, y: number): number {
  if (x === 0) return 0;
  if (!Number.isFinite(y)) return Number.isFinite(x) ? 0 : x * Math.sign(y);
  return x / y;
}
