/**
 * Intervals of real numbers with open and closed ends: what a sub-term of a mixer can be, whatever the weights and inputs are. An
 * open end is a bound that is never attained, which is what tells a positive value from one that may be 0.
 */
import type { UnaryFunction } from '../../runtime/mixers/model.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

export const anything: Interval = { low: -Infinity, high: Infinity, lowOpen: true, highOpen: true };
/** (0, 1]: one of several shares that add up to 1. */
export const share: Interval = { low: 0, high: 1, lowOpen: true, highOpen: false };
/** What a count can be: at least one, whatever the game. */
export const count: Interval = { low: 1, high: Infinity, lowOpen: false, highOpen: true };

export function exactly(value: number): Interval {
  return { low: value, high: value, lowOpen: false, highOpen: false };
}

export const isNonNegative = (x: Interval): boolean => x.low >= 0;
export const isNonPositive = (x: Interval): boolean => x.high <= 0;
export const isPositive = (x: Interval): boolean => x.low > 0 || (x.low === 0 && x.lowOpen);
export const isNegative = (x: Interval): boolean => x.high < 0 || (x.high === 0 && x.highOpen);

export function negate(x: Interval): Interval {
  return { low: -x.high, high: -x.low, lowOpen: x.highOpen, highOpen: x.lowOpen };
}

export function add(a: Interval, b: Interval): Interval {
  return {
    // Numbers beyond the largest double give no bound.
    low: Number.isNaN(a.low + b.low) ? -Infinity : a.low + b.low,
    high: Number.isNaN(a.high + b.high) ? Infinity : a.high + b.high,
    lowOpen: a.lowOpen || b.lowOpen,
    highOpen: a.highOpen || b.highOpen,
  };
}

interface End {
  readonly at: number;
  readonly open: boolean;
}

/** An end of a product; 0 is attained where either factor attains it. */
function times(a: End, b: End): End {
  const zero = (a.at === 0 && !a.open) || (b.at === 0 && !b.open);
  if (a.at === 0 || b.at === 0) return { at: 0, open: !zero };
  return { at: a.at * b.at, open: a.open || b.open };
}

function hullOf(ends: readonly End[]): Interval {
  const low = Math.min(...ends.map(end => end.at));
  const high = Math.max(...ends.map(end => end.at));
  const open = (at: number) => ends.every(end => end.at !== at || end.open);
  return { low, high, lowOpen: open(low), highOpen: open(high) };
}

const lowEnd = (x: Interval): End => ({ at: x.low, open: x.lowOpen });
const highEnd = (x: Interval): End => ({ at: x.high, open: x.highOpen });

export function multiply(a: Interval, b: Interval): Interval {
  const ends = [lowEnd(a), highEnd(a)].flatMap(end => [times(end, lowEnd(b)), times(end, highEnd(b))]);
  return hullOf(ends);
}

export function reciprocal(x: Interval): Interval {
  if (!isPositive(x) && !isNegative(x)) return anything;
  const inverse = ({ at, open }: End, zero: number): End =>
    at === 0 ? { at: zero, open: true } : Number.isFinite(at) ? { at: 1 / at, open } : { at: 0, open: true };
  const sign = isPositive(x) ? Infinity : -Infinity;
  return hullOf([inverse(lowEnd(x), sign), inverse(highEnd(x), sign)]);
}

/** Both. */
export function hull(a: Interval, b: Interval): Interval {
  return hullOf([lowEnd(a), highEnd(a), lowEnd(b), highEnd(b)]);
}

export function larger(a: Interval, b: Interval): Interval {
  const [low, other] = a.low >= b.low ? [a, b] : [b, a];
  const high = hull(a, b);
  return {
    low: low.low,
    lowOpen: low.lowOpen || (other.low === low.low && other.lowOpen),
    high: high.high,
    highOpen: high.highOpen,
  };
}

export function smaller(a: Interval, b: Interval): Interval {
  return negate(larger(negate(a), negate(b)));
}

/** The sum of one or more such values, however many. */
export function sumOfSome(x: Interval): Interval {
  return {
    low: x.low >= 0 ? x.low : -Infinity,
    high: x.high <= 0 ? x.high : Infinity,
    lowOpen: x.low >= 0 ? x.lowOpen : true,
    highOpen: x.high <= 0 ? x.highOpen : true,
  };
}

function absolute(x: Interval): Interval {
  if (isNonNegative(x)) return x;
  if (isNonPositive(x)) return negate(x);
  return { ...hull(x, negate(x)), low: 0, lowOpen: false };
}

/** The ends through an increasing function, with its limits. */
function through(x: Interval, f: (x: number) => number, atLow: number, atHigh: number): Interval {
  return {
    low: x.low === -Infinity ? atLow : f(x.low),
    high: x.high === Infinity ? atHigh : f(x.high),
    lowOpen: x.lowOpen,
    highOpen: x.highOpen,
  };
}

export function apply(fn: UnaryFunction, x: Interval): Interval {
  switch (fn) {
    case 'neg':
      return negate(x);
    case 'abs':
      return absolute(x);
    case 'square': {
      const size = absolute(x);
      return multiply(size, size);
    }
    case 'exp':
      return through(x, Math.exp, 0, Infinity);
    case 'log':
      return x.low < 0 ? anything : through(x, Math.log, -Infinity, Infinity);
    case 'sqrt':
      return x.low < 0 ? { ...anything, low: 0, lowOpen: false } : through(x, Math.sqrt, 0, Infinity);
    case 'relu':
      return larger(x, exactly(0));
    case 'elu':
      return through(x, v => (v > 0 ? v : Math.expm1(v)), -1, Infinity);
    case 'leaky_relu':
      return through(x, v => (v > 0 ? v : v / 100), -Infinity, Infinity);
    case 'softplus':
      return through(x, v => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))), 0, Infinity);
    case 'sigmoid':
      return through(x, v => 1 / (1 + Math.exp(-v)), 0, 1);
    case 'tanh':
      return through(x, Math.tanh, -1, 1);
    case 'stop_gradient':
      return x;
  }
}

/** In words, for messages. */
export function showInterval(x: Interval): string {
  const end = (value: number) =>
    Number.isFinite(value) ? `${Number(value.toPrecision(6))}` : value > 0 ? 'infinity' : '-infinity';
  if (x.low === x.high) return end(x.low);
  return `${end(x.low)}..${end(x.high)}`;
}
