/**
 * exp, log and tanh on four lanes, as functions of the module. Methods and coefficients are those of Cephes (Moshier 1989: expf, logf,
 * tanhf), which are good to about one unit in the last place; results below the smallest normal number become 0.
 */
import { FunctionWriter, simd } from './binary.ts';

/** Function numbers of the helpers. */
export interface MathFunctions {
  readonly exp: number;
  readonly log: number;
  readonly tanh: number;
}

/** Writes the helpers as functions `first`, `first + 1`, ... */
export function mathFunctions(first: number): {
  readonly numbers: MathFunctions;
  readonly functions: FunctionWriter[];
} {
  const numbers = { exp: first, log: first + 1, tanh: first + 2 };
  return { numbers, functions: [exp(), log(), tanh(numbers.exp)] };
}

/** y = y * x + c for every coefficient. */
function horner(fn: FunctionWriter, x: number, coefficients: readonly number[]): void {
  coefficients.forEach((c, k) => {
    if (k > 0) {
      fn.get(x);
      fn.simd(simd.f32x4Mul);
    }
    fn.splat(c);
    if (k > 0) fn.simd(simd.f32x4Add);
  });
}

function exp(): FunctionWriter {
  const fn = new FunctionWriter(['v128'], ['v128']);
  const x = 0;
  const n = fn.local('v128');
  const r = fn.local('v128');
  const k = fn.local('v128');
  const half = fn.local('v128');
  // n = round(x / ln 2), r = x - n ln 2 in two parts
  fn.get(x);
  fn.splat(Math.LOG2E);
  fn.simd(simd.f32x4Mul);
  fn.simd(simd.f32x4Nearest);
  fn.set(n);
  fn.get(x);
  fn.get(n);
  fn.splat(0.693359375);
  fn.simd(simd.f32x4Mul);
  fn.simd(simd.f32x4Sub);
  fn.get(n);
  fn.splat(-2.1219444e-4);
  fn.simd(simd.f32x4Mul);
  fn.simd(simd.f32x4Sub);
  fn.set(r);
  horner(fn, r, [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1]);
  fn.get(r);
  fn.simd(simd.f32x4Mul);
  fn.get(r);
  fn.simd(simd.f32x4Mul);
  fn.get(r);
  fn.simd(simd.f32x4Add);
  fn.splat(1);
  fn.simd(simd.f32x4Add);
  // times 2^n, in two factors so that 2^128 is no factor
  fn.get(n);
  fn.simd(simd.i32x4TruncSat);
  fn.tee(k);
  fn.i32(1);
  fn.simd(simd.i32x4ShrS);
  fn.set(half);
  fn.get(half);
  powerOfTwo(fn);
  fn.simd(simd.f32x4Mul);
  fn.get(k);
  fn.get(half);
  fn.simd(simd.i32x4Sub);
  powerOfTwo(fn);
  fn.simd(simd.f32x4Mul);
  fn.set(r);
  // Ends of the range; a NaN stays one.
  fn.splat(Infinity);
  fn.get(r);
  fn.get(x);
  fn.splat(88.72283905206835);
  fn.simd(simd.f32x4Gt);
  fn.simd(simd.bitselect);
  fn.set(r);
  fn.splat(0);
  fn.get(r);
  fn.get(x);
  fn.splat(-87.3365447505531);
  fn.simd(simd.f32x4Lt);
  fn.simd(simd.bitselect);
  return fn;
}

/** An integer becomes 2 to its power. */
function powerOfTwo(fn: FunctionWriter): void {
  fn.splatBits(127);
  fn.simd(simd.i32x4Add);
  fn.i32(23);
  fn.simd(simd.i32x4Shl);
}

const smallestNormal = 1.1754943508222875e-38;

function log(): FunctionWriter {
  const fn = new FunctionWriter(['v128'], ['v128']);
  const x = 0;
  const e = fn.local('v128');
  const m = fn.local('v128');
  const z = fn.local('v128');
  const below = fn.local('v128');
  const y = fn.local('v128');
  // x = m 2^e with m in [1/2, 1)
  fn.get(x);
  fn.i32(23);
  fn.simd(simd.i32x4ShrU);
  fn.splatBits(126);
  fn.simd(simd.i32x4Sub);
  fn.simd(simd.f32x4Convert);
  fn.set(e);
  fn.get(x);
  fn.splatBits(0x007fffff);
  fn.simd(simd.and);
  fn.splatBits(0x3f000000);
  fn.simd(simd.or);
  fn.set(m);
  // below sqrt(1/2): one power of two less
  fn.get(m);
  fn.splat(Math.SQRT1_2);
  fn.simd(simd.f32x4Lt);
  fn.set(below);
  fn.get(e);
  fn.get(below);
  fn.splat(1);
  fn.simd(simd.and);
  fn.simd(simd.f32x4Sub);
  fn.set(e);
  fn.get(m);
  fn.get(below);
  fn.get(m);
  fn.simd(simd.and);
  fn.simd(simd.f32x4Add);
  fn.splat(1);
  fn.simd(simd.f32x4Sub);
  fn.set(m);
  fn.get(m);
  fn.get(m);
  fn.simd(simd.f32x4Mul);
  fn.set(z);
  horner(
    fn,
    m,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
      2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
  );
  fn.get(m);
  fn.simd(simd.f32x4Mul);
  fn.get(z);
  fn.simd(simd.f32x4Mul);
  fn.get(e);
  fn.splat(-2.1219444e-4);
  fn.simd(simd.f32x4Mul);
  fn.simd(simd.f32x4Add);
  fn.get(z);
  fn.splat(0.5);
  fn.simd(simd.f32x4Mul);
  fn.simd(simd.f32x4Sub);
  fn.get(m);
  fn.simd(simd.f32x4Add);
  fn.get(e);
  fn.splat(0.693359375);
  fn.simd(simd.f32x4Mul);
  fn.simd(simd.f32x4Add);
  fn.set(y);
  // Infinity and NaN are their own logarithms, what is too small for a normal number counts as 0, negative numbers have none.
  fn.get(y);
  fn.get(x);
  fn.get(x);
  fn.splat(Infinity);
  fn.simd(simd.f32x4Lt);
  fn.simd(simd.bitselect);
  fn.set(y);
  fn.splat(-Infinity);
  fn.get(y);
  fn.get(x);
  fn.splat(smallestNormal);
  fn.simd(simd.f32x4Lt);
  fn.simd(simd.bitselect);
  fn.set(y);
  fn.splat(NaN);
  fn.get(y);
  fn.get(x);
  fn.splat(0);
  fn.simd(simd.f32x4Lt);
  fn.simd(simd.bitselect);
  return fn;
}

function tanh(expNumber: number): FunctionWriter {
  const fn = new FunctionWriter(['v128'], ['v128']);
  const x = 0;
  const z = fn.local('v128');
  const size = fn.local('v128');
  // near 0: x + x z p(z) with z = x^2
  fn.get(x);
  fn.get(x);
  fn.simd(simd.f32x4Mul);
  fn.set(z);
  horner(fn, z, [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1]);
  fn.get(z);
  fn.simd(simd.f32x4Mul);
  fn.get(x);
  fn.simd(simd.f32x4Mul);
  fn.get(x);
  fn.simd(simd.f32x4Add);
  // elsewhere: sign(x) (1 - 2 / (exp(2|x|) + 1))
  fn.get(x);
  fn.simd(simd.f32x4Abs);
  fn.set(size);
  fn.splat(1);
  fn.splat(2);
  fn.get(size);
  fn.get(size);
  fn.simd(simd.f32x4Add);
  fn.call(expNumber);
  fn.splat(1);
  fn.simd(simd.f32x4Add);
  fn.simd(simd.f32x4Div);
  fn.simd(simd.f32x4Sub);
  fn.get(x);
  fn.splatBits(0x80000000 | 0);
  fn.simd(simd.and);
  fn.simd(simd.or);
  fn.get(size);
  fn.splat(0.625);
  fn.simd(simd.f32x4Lt);
  fn.simd(simd.bitselect);
  return fn;
}
