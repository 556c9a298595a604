import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compare, ExactNumbers, numberOf, rationalOf, simplest } from '../../compiler/game/exactNumbers.ts';
import type { Scalar } from '../../compiler/game/model.ts';
import { Rational } from '../../runtime/games/rational.ts';

const fraction = fc
  .tuple(
    fc.oneof(fc.integer({ min: -9, max: 9 }), fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n })),
    fc.oneof(fc.integer({ min: 1, max: 9 }), fc.bigInt({ min: 1n, max: 2n ** 40n })),
  )
  .map(([n, d]) => Rational.of(n, d));

/** Exact results: the fraction they stand for, in the simplest form. */
function exactly(value: Scalar, expected: Rational): void {
  expect(rationalOf(value)?.toString()).toBe(expected.toString());
  expect(value).toEqual(simplest(expected));
}

describe('exact arithmetic', () => {
  test('law: it is the arithmetic of fractions', () => {
    fc.assert(
      fc.property(fraction, fraction, (a, b) => {
        const numbers = new ExactNumbers();
        const [x, y] = [simplest(a), simplest(b)];
        exactly(numbers.add(x, y), a.add(b));
        exactly(numbers.sub(x, y), a.sub(b));
        exactly(numbers.mul(x, y), a.mul(b));
        if (b.sign !== 0) exactly(numbers.div(x, y), a.div(b));
        exactly(numbers.neg(x), a.neg());
        exactly(numbers.abs(x), a.abs());
        exactly(numbers.min(x, y), a.compare(b) <= 0 ? a : b);
        exactly(numbers.max(x, y), a.compare(b) >= 0 ? a : b);
        expect(Math.sign(compare(x, y))).toBe(a.compare(b));
        expect(numbers.sign(x)).toBe(a.sign);
        expect(numbers.floor(x)).toBe(Number(a.floor()));
        expect(numbers.ceil(x)).toBe(0 - Number(a.neg().floor()));
        expect(numbers.round(x)).toBe(Number(a.add(Rational.of(1, 2)).floor()));
        exactly(numbers.irrational('sqrt', simplest(a.mul(a))), a.abs());
        expect(numbers.inexact).toBe(false);
      }),
    );
  });

  test('integers past 2^53 become fractions instead of rounding', () => {
    const numbers = new ExactNumbers();
    const big = Number.MAX_SAFE_INTEGER;
    expect(String(numbers.add(big, 2))).toBe('9007199254740993');
    expect(String(numbers.mul(big, big))).toBe(String(BigInt(big) * BigInt(big)));
    expect(numbers.sub(numbers.add(big, 2), 2)).toBe(big);
  });

  test('irrational results are doubles, exact ones stay exact', () => {
    const numbers = new ExactNumbers();
    expect(numbers.irrational('sqrt', 2)).toBe(Math.SQRT2);
    expect(numbers.irrational('exp', 1)).toBe(Math.E);
    expect(numbers.irrational('sqrt', Rational.of(9, 4))).toEqual(Rational.of(3, 2));
    expect(['exp', 'cos'].map(f => numbers.irrational(f as 'exp', 0))).toEqual([1, 1]);
    expect(['sin', 'tanh'].map(f => numbers.irrational(f as 'sin', 0))).toEqual([0, 0]);
    expect(numbers.irrational('log', 1)).toBe(0);
    expect(numberOf(numbers.add(Math.SQRT2, Rational.of(1, 2)))).toBe(Math.SQRT2 + 0.5);
    expect(numbers.mul(Math.SQRT2, 0)).toBe(0);
    expect(numbers.inexact).toBe(false);
  });

  test('an inexact result that looks like an integer is remembered', () => {
    const rounded = new ExactNumbers();
    expect(rounded.add(0.5, 0.5)).toBe(1);
    expect(rounded.inexact).toBe(true);
    const saturated = new ExactNumbers();
    expect(saturated.irrational('tanh', 40)).toBe(1);
    expect(saturated.inexact).toBe(true);
  });
});
