/** Sparse linear equations in fractions: solved modulo a prime, lifted to a power of it, and read as fractions (Dixon 1982). */
import { factorise, prime, type SparseRows } from './modular.ts';

/** A vector of fractions over one denominator. */
export interface Fractions {
  readonly numerators: readonly bigint[];
  readonly denominator: bigint;
}

/** Digits to the base of the prime after which fractions are taken to be too long to be of use: about 1,000 decimal ones on both sides. */
const mostLifts = 256;

/**
 * The unknowns that satisfy as many of the equations as determine them; whether they satisfy the others is for the caller to see. Undefined where the
 * equations do not determine them, numbers are too large, or `stop` interrupts.
 */
export function solveSparse(matrix: SparseRows, right: Float64Array, stop: () => boolean): Fractions | undefined {
  const { start, index, value, unknowns } = matrix;
  if (unknowns === 0) return { numerators: [], denominator: 1n };
  // Every remainder stays below the sum of a row, and its product with the prime must be exact.
  for (let r = 0; r < matrix.rows; r++) {
    let sum = Math.abs(right[r] as number) + 1;
    for (let k = start[r] as number; k < (start[r + 1] as number); k++) sum += Math.abs(value[k] as number);
    if (!(sum * prime < Number.MAX_SAFE_INTEGER)) return undefined;
  }
  const factors = factorise(matrix, stop);
  if (factors === undefined) return undefined;
  const { equations } = factors;
  const rest = Float64Array.from(equations, row => right[row] as number);
  const digits: Float64Array[] = [];
  for (let wanted = 32; wanted <= mostLifts; wanted *= 2) {
    while (digits.length < wanted) {
      if (stop()) return undefined;
      const digit = factors.solve(rest);
      digits.push(digit);
      equations.forEach((row, k) => {
        let left = rest[k] as number;
        for (let e = start[row] as number; e < (start[row + 1] as number); e++)
          left -= (value[e] as number) * (digit[index[e] as number] as number);
        // Divisible, by what the digit solves.
        rest[k] = left / prime;
      });
    }
    const found = reconstruct(digits, unknowns);
    if (found !== undefined && satisfies(matrix, right, equations, found)) return found;
  }
  return undefined;
}

/** Numbers in base `prime`, least digit first. */
function number(
  digits: readonly Float64Array[],
  unknown: number,
  from: number,
  to: number,
  powers: Map<number, bigint>,
): bigint {
  if (to - from === 1) return BigInt(digits[from]?.[unknown] as number);
  const middle = from + ((to - from) >> 1);
  const low = number(digits, unknown, from, middle, powers);
  const high = number(digits, unknown, middle, to, powers);
  return low + high * power(middle - from, powers);
}

function power(exponent: number, powers: Map<number, bigint>): bigint {
  let found = powers.get(exponent);
  if (found === undefined) {
    found = BigInt(prime) ** BigInt(exponent);
    powers.set(exponent, found);
  }
  return found;
}

/**
 * Fractions with the same residues and numerators and denominators below the root of half the modulus (Wang, Guy and Davenport 1982). The denominator
 * found so far is tried on the next unknown first: mostly it is that of all.
 */
function reconstruct(digits: readonly Float64Array[], unknowns: number): Fractions | undefined {
  const powers = new Map<number, bigint>();
  const modulus = power(digits.length, powers);
  const bound = root(modulus / 2n);
  let denominator = 1n;
  const numerators: bigint[] = [];
  for (let j = 0; j < unknowns; j++) {
    const residue = number(digits, j, 0, digits.length, powers);
    const scaled = (residue * denominator) % modulus;
    const near = scaled > modulus / 2n ? scaled - modulus : scaled;
    // Well below the modulus, so that it is no accident.
    if (near <= bound && near >= -bound) {
      numerators.push(near);
      continue;
    }
    const fraction = rational(near < 0n ? near + modulus : near, modulus, bound);
    if (fraction === undefined) return undefined;
    const [numerator, extra] = fraction;
    denominator *= extra;
    if (denominator > bound) return undefined;
    numerators.forEach((known, k) => {
      numerators[k] = known * extra;
    });
    numerators.push(numerator);
  }
  return { numerators, denominator };
}

/** The fraction congruent to a residue, by Euclid's algorithm stopped half way. */
function rational(residue: bigint, modulus: bigint, bound: bigint): readonly [bigint, bigint] | undefined {
  let [a, b, u, v] = [modulus, residue, 0n, 1n];
  while (b > bound) {
    const q = a / b;
    [a, b] = [b, a - q * b];
    [u, v] = [v, u - q * v];
  }
  if (v === 0n || (v < 0n ? -v : v) > bound) return undefined;
  return v < 0n ? [-b, -v] : [b, v];
}

/** The integer part of a square root, by Newton. */
function root(value: bigint): bigint {
  let x = 1n << BigInt((value.toString(16).length * 4 + 2) >> 1);
  for (;;) {
    const next = (x + value / x) >> 1n;
    if (next >= x) return x;
    x = next;
  }
}

function satisfies(
  { start, index, value }: SparseRows,
  right: Float64Array,
  equations: Int32Array,
  { numerators, denominator }: Fractions,
): boolean {
  return equations.every(row => {
    let sum = -BigInt(right[row] as number) * denominator;
    for (let e = start[row] as number; e < (start[row + 1] as number); e++)
      sum += BigInt(value[e] as number) * (numerators[index[e] as number] as bigint);
    return sum === 0n;
  });
}
