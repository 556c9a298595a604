import { Rational } from '../../runtime/games/rational.ts';
import { EvaluationError } from './evaluateErrors.ts';
import type { Scalar, UnaryOperator } from './model.ts';

/**
 * Arithmetic of the exact reading. A value is a number when it is a safe integer, a `Rational` when it is another fraction, and
 * a double that is not a safe integer once an irrational function (or a double in the source) made it inexact. An inexact
 * result that happens to be an integer would look exact, so it is remembered in `inexact`.
 */
export class ExactNumbers {
  /** True once an inexact integer was made: from then on nothing this arithmetic returns may be called a fraction. */
  inexact = false;

  add(a: Scalar, b: Scalar): Scalar {
    if (typeof a === 'number' && typeof b === 'number' && isExact(a) && isExact(b)) {
      const sum = a + b;
      if (isExact(sum)) return sum;
    }
    const x = rationalOf(a);
    const y = rationalOf(b);
    if (x === undefined || y === undefined) return this.double(numberOf(a) + numberOf(b));
    return simplest(x.add(y));
  }

  sub(a: Scalar, b: Scalar): Scalar {
    return this.add(a, this.neg(b));
  }

  mul(a: Scalar, b: Scalar): Scalar {
    // An exact zero annihilates an inexact factor, and one leaves it as it is.
    if (a === 1) return b;
    if (b === 1) return a;
    if ((a === 0 && Number.isFinite(numberOf(b))) || (b === 0 && Number.isFinite(numberOf(a)))) return 0;
    if (typeof a === 'number' && typeof b === 'number' && isExact(a) && isExact(b)) {
      const product = a * b;
      if (isExact(product)) return product;
    }
    const x = rationalOf(a);
    const y = rationalOf(b);
    if (x === undefined || y === undefined) return this.double(numberOf(a) * numberOf(b));
    return simplest(x.mul(y));
  }

  /** @throws EvaluationError on division by zero. */
  div(a: Scalar, b: Scalar): Scalar {
    if (b === 0) throw new EvaluationError('a divisor must not be 0, but it is here');
    if (b === 1) return a;
    const x = rationalOf(a);
    const y = rationalOf(b);
    if (x === undefined || y === undefined) return this.double(numberOf(a) / numberOf(b));
    return simplest(x.div(y));
  }

  min(a: Scalar, b: Scalar): Scalar {
    return compare(a, b) <= 0 ? a : b;
  }

  max(a: Scalar, b: Scalar): Scalar {
    return compare(a, b) >= 0 ? a : b;
  }

  neg(a: Scalar): Scalar {
    return typeof a === 'number' ? 0 - a : a.neg();
  }

  abs(a: Scalar): Scalar {
    return typeof a === 'number' ? Math.abs(a) : a.abs();
  }

  sign(a: Scalar): number {
    return typeof a === 'number' ? Math.sign(a) : a.sign;
  }

  floor(a: Scalar): number {
    return typeof a === 'number' ? Math.floor(a) : Number(a.floor());
  }

  ceil(a: Scalar): number {
    return 0 - this.floor(this.neg(a));
  }

  /** Rounded half up, as `Math.floor(x + 0.5)`. */
  round(a: Scalar): number {
    if (typeof a !== 'number') return Number(a.add(half).floor());
    // Beyond 2^52 the half would be rounded away, or up.
    return Number.isInteger(a) ? a : Math.floor(a + 0.5);
  }

  /** `sqrt`, `exp`, `log`, `sin`, `cos`, `tanh`: exact where the result is a fraction, else a double. */
  irrational(operator: UnaryOperator, a: Scalar): Scalar {
    const x = numberOf(a);
    switch (operator) {
      case 'sqrt': {
        const fraction = rationalOf(a);
        const root = fraction === undefined ? undefined : rootOf(fraction);
        return root === undefined ? this.double(Math.sqrt(x)) : simplest(root);
      }
      case 'exp':
        return a === 0 ? 1 : this.double(Math.exp(x));
      case 'log':
        return a === 1 ? 0 : this.double(Math.log(x));
      case 'sin':
        return a === 0 ? 0 : this.double(Math.sin(x));
      case 'cos':
        return a === 0 ? 1 : this.double(Math.cos(x));
      case 'tanh':
        return a === 0 ? 0 : this.double(Math.tanh(x));
      default:
        throw new EvaluationError(`\`${operator}\` is not a function of this kind`);
    }
  }

  private double(value: number): number {
    if (isExact(value)) this.inexact = true;
    return value;
  }
}

const half = Rational.of(1, 2);

function isExact(value: number): boolean {
  return Number.isSafeInteger(value);
}

/** Integers below 2^53 as numbers, other fractions as they are. */
export function simplest(value: Rational): Scalar {
  if (!value.isInteger) return value;
  const number = Number(value.numerator);
  return isExact(number) ? number : value;
}

export function numberOf(value: Scalar): number {
  return typeof value === 'number' ? value : value.toNumber();
}

const small: readonly Rational[] = Array.from({ length: 257 }, (_, k) => Rational.of(k - 128));

/** The value as a fraction; undefined for an inexact double. */
export function rationalOf(value: Scalar): Rational | undefined {
  if (typeof value !== 'number') return value;
  if (value >= -128 && value <= 128 && Number.isInteger(value)) return small[value + 128];
  return isExact(value) ? Rational.of(value) : undefined;
}

/** Negative, zero or positive. */
export function compare(a: Scalar, b: Scalar): number {
  if (typeof a !== 'number' && typeof b !== 'number') return a.compare(b);
  const x = rationalOf(a);
  const y = rationalOf(b);
  if (x !== undefined && y !== undefined) return typeof a === 'number' && typeof b === 'number' ? a - b : x.compare(y);
  const left = numberOf(a);
  const right = numberOf(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

function rootOf(value: Rational): Rational | undefined {
  if (value.sign < 0) return undefined;
  const numerator = integerRoot(value.numerator);
  const denominator = integerRoot(value.denominator);
  return numerator === undefined || denominator === undefined ? undefined : Rational.of(numerator, denominator);
}

/** The integer whose square is `n`, if there is one (Newton's iteration from above). */
function integerRoot(n: bigint): bigint | undefined {
  if (n < 2n) return n;
  let root = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) break;
    root = next;
  }
  return root * root === n ? root : undefined;
}
