import { Rational } from '../games/rational.ts';

/** A number in an answer: an exact fraction, or a double where no exact value is known. */
export type Num = number | Rational;

/** Arithmetic written once and run on doubles or on fractions. */
export interface Field<T> {
  readonly exact: boolean;
  readonly zero: T;
  readonly one: T;
  of(value: Num): T;
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  div(a: T, b: T): T;
  /** Negative, zero or positive. */
  compare(a: T, b: T): number;
  sign(a: T): number;
  toNumber(a: T): number;
}

export const floats: Field<number> = {
  exact: false,
  zero: 0,
  one: 1,
  of: value => toFloat(value),
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  compare: (a, b) => a - b,
  sign: a => (a > 0 ? 1 : a < 0 ? -1 : 0),
  toNumber: a => a,
};

export const rationals: Field<Rational> = {
  exact: true,
  zero: Rational.zero,
  one: Rational.one,
  of: value => (typeof value === 'number' ? Rational.fromNumber(value) : value),
  // Zero and one are so common in games that skipping them pays for the test.
  add: (a, b) => (a.numerator === 0n ? b : b.numerator === 0n ? a : a.add(b)),
  sub: (a, b) => (b.numerator === 0n ? a : a.sub(b)),
  mul: (a, b) =>
    a.numerator === 0n || b.numerator === 0n
      ? Rational.zero
      : a === Rational.one
        ? b
        : b === Rational.one
          ? a
          : a.mul(b),
  div: (a, b) => (b === Rational.one ? a : a.div(b)),
  compare: (a, b) => a.compare(b),
  sign: a => a.sign,
  toNumber: a => a.toNumber(),
};

export function toFloat(value: Num): number {
  return typeof value === 'number' ? value : value.toNumber();
}

export function isExact(value: Num): value is Rational {
  return typeof value !== 'number';
}

/** Longest text of a fraction. */
const mostLetters = 15;

/** Is a fraction too long to be printed as one? */
export function isLong(value: Num): boolean {
  return isExact(value) && value.toString().length > mostLetters;
}

/**
 * `2/3`, `-1`, `0.561553`; doubles with at most `digits` significant digits. Fractions that are too long, or all of them with `decimals`, as
 * decimals: with `~` in front where that is not the number itself, and with no fewer digits than the whole part has.
 */
export function showNum(value: Num, digits = 6, decimals = false): string {
  if (typeof value !== 'number') return decimals || isLong(value) ? decimal(value, digits) : value.toString();
  if (!Number.isFinite(value)) return value > 0 ? 'infinity' : value < 0 ? '-infinity' : 'unknown';
  const text = Number(value.toPrecision(digits)).toString();
  return text === '-0' ? '0' : text;
}

function decimal(value: Rational, digits: number): string {
  const whole = value.abs().floor().toString().length;
  const text = showNum(value.toNumber(), Math.max(digits, Math.min(17, whole + 3)));
  return Rational.parse(text)?.equals(value) === true ? text : `~${text}`;
}
