/**
 * exp, log and tanh on vectors of four lanes, written in place: a call would cost as much as the work. exp and log use the methods and coefficients
 * of Cephes (Moshier 1989: expf, logf), which are good to about one unit in the last place; tanh a rational fit good to six. Results below
 * the smallest normal number become 0.
 *
 * Each takes locals and replaces what they hold. Several advance side by side, step by step: one chain of operations alone mostly waits for
 * itself.
 */
import { type FunctionWriter, simd } from './binary.ts';

/** y = y * x + c for every coefficient, fused where the machine has it; returns locals of the values. */
function horner(
  fn: FunctionWriter,
  fma: boolean,
  xs: readonly number[],
  coefficients: readonly number[],
): readonly number[] {
  const [first, ...rest] = coefficients as [number, ...number[]];
  const ys = xs.map(() => fn.local('v128'));
  rest.forEach((c, k) => {
    xs.forEach((x, i) => {
      if (k === 0) fn.splat(first);
      else fn.get(ys[i]!);
      fn.get(x);
      if (!fma) fn.simd(simd.f32x4Mul);
      fn.splat(c);
      fn.simd(fma ? simd.relaxedMadd : simd.f32x4Add);
      fn.set(ys[i]!);
    });
  });
  return ys;
}

/** Added to a number of moderate size, it leaves the nearest integer in the last bits of the sum. */
const rounder = 1.5 * 2 ** 23;

/** Replaces numbers by their exponentials. */
export function writeExp(fn: FunctionWriter, fma: boolean, xs: readonly number[]): void {
  const ks = xs.map(() => fn.local('v128'));
  const rs = xs.map(() => fn.local('v128'));
  const small = xs.map(() => fn.local('v128'));
  // n = round(x / ln 2), r = x - n ln 2 in two parts. From 89 on the result is infinite anyway; a NaN stays one.
  xs.forEach((x, i) => {
    const k = ks[i]!;
    const n = fn.local('v128');
    fn.get(x);
    fn.splat(-87.3365447505531);
    fn.simd(simd.f32x4Lt);
    fn.set(small[i]!);
    fn.get(x);
    fn.splat(89);
    fn.simd(simd.f32x4Pmin);
    fn.tee(x);
    fn.splat(Math.LOG2E);
    fn.simd(simd.f32x4Mul);
    fn.splat(rounder);
    fn.simd(simd.f32x4Add);
    fn.tee(k);
    fn.splat(rounder);
    fn.simd(simd.f32x4Sub);
    fn.set(n);
    fn.get(k);
    fn.splat(rounder);
    fn.simd(simd.i32x4Sub);
    fn.set(k);
    fn.get(x);
    fn.get(n);
    fn.splat(0.693359375);
    fn.simd(simd.f32x4Mul);
    fn.simd(simd.f32x4Sub);
    fn.get(n);
    fn.splat(-2.1219444e-4);
    fn.simd(simd.f32x4Mul);
    fn.simd(simd.f32x4Sub);
    fn.set(rs[i]!);
  });
  const ps = horner(
    fn,
    fma,
    rs,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1],
  );
  xs.forEach((x, i) => {
    const [k, r] = [ks[i]!, rs[i]!];
    const half = fn.local('v128');
    fn.get(ps[i]!);
    fn.get(r);
    fn.simd(simd.f32x4Mul);
    fn.get(r);
    fn.simd(simd.f32x4Mul);
    fn.get(r);
    fn.simd(simd.f32x4Add);
    fn.splat(1);
    fn.simd(simd.f32x4Add);
    // times 2^n, in two factors so that 2^128 is no factor
    fn.get(k);
    fn.i32(1);
    fn.simd(simd.i32x4ShrS);
    fn.tee(half);
    powerOfTwo(fn);
    fn.simd(simd.f32x4Mul);
    fn.get(k);
    fn.get(half);
    fn.simd(simd.i32x4Sub);
    powerOfTwo(fn);
    fn.simd(simd.f32x4Mul);
    fn.get(small[i]!);
    fn.simd(simd.andNot);
    fn.set(x);
  });
}

/** An integer becomes 2 to its power. */
function powerOfTwo(fn: FunctionWriter): void {
  fn.splatBits(127);
  fn.simd(simd.i32x4Add);
  fn.i32(23);
  fn.simd(simd.i32x4Shl);
}

export const smallestNormal = 1.1754943508222875e-38;

/** Replaces numbers by their natural logarithms. */
export function writeLog(fn: FunctionWriter, fma: boolean, xs: readonly number[]): void {
  for (const x of xs) logOf(fn, fma, x);
}

function logOf(fn: FunctionWriter, fma: boolean, x: number): void {
  const e = fn.local('v128');
  const m = fn.local('v128');
  const z = fn.local('v128');
  const below = fn.local('v128');
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
  const [y] = horner(
    fn,
    fma,
    [m],
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
      2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
  ) as [number];
  fn.get(y);
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
  fn.set(x);
}

/** From here on the fit below is within some units in the last place of 1. */
const tanhLimit = 7.905311;
const tanhAbove = [
  -5.64167624e-14, 4.08741721e-11, -1.75837892e-8, 1.04674992e-5, 0.00303609832, 0.130225534, 0.999999872,
];
const tanhBelow = [0.000244866093, 0.024222764, 0.463558385, 1.0];

/** Replaces x by x P(x^2) / Q(x^2): a minimax fit between the limits, with P(0) = Q(0) = 1 to rounding so that small arguments keep their precision. */
export function writeTanh(fn: FunctionWriter, fma: boolean, xs: readonly number[]): void {
  const zs = xs.map(() => fn.local('v128'));
  xs.forEach((x, i) => {
    fn.get(x);
    fn.splat(tanhLimit);
    fn.simd(simd.f32x4Pmin);
    fn.splat(-tanhLimit);
    fn.simd(simd.f32x4Pmax);
    fn.set(x);
    fn.get(x);
    fn.get(x);
    fn.simd(simd.f32x4Mul);
    fn.set(zs[i]!);
  });
  const above = horner(fn, fma, zs, tanhAbove);
  const below = horner(fn, fma, zs, tanhBelow);
  xs.forEach((x, i) => {
    fn.get(above[i]!);
    fn.get(x);
    fn.simd(simd.f32x4Mul);
    fn.get(below[i]!);
    fn.simd(simd.f32x4Div);
    fn.set(x);
  });
}
