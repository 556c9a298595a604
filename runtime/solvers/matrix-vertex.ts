/** Matrix games too large for the simplex method in fractions: the optimum in doubles, made exact. */
import { Rational } from '../games/rational.ts';
import { commonDenominator, scaled } from './exact-simplex.ts';
import { exactVertex, type IntegerProgram } from './exact-vertex.ts';
import { canonicalProgram } from './linear-program.ts';
import type { MatrixSolution } from './matrix-game.ts';
import { denseSimplex } from './simplex.ts';

/** Entries of a matrix up to which this is tried: more take seconds to be checked in fractions, not to be solved. */
export const mostLifted = 10_000;

/**
 * Value and optimal strategies as fractions, of a matrix of m rows of n payoffs to the row agent. Undefined where the payoffs have too many digits, or the
 * doubles do not lead to an optimum.
 */
export function liftMatrix(
  payoffs: readonly Rational[],
  m: number,
  n: number,
  stop: () => boolean,
): MatrixSolution<Rational> | undefined {
  let [low, high] = [payoffs[0] as Rational, payoffs[0] as Rational];
  for (const x of payoffs) {
    if (x.compare(low) < 0) low = x;
    if (x.compare(high) > 0) high = x;
  }
  if (low.equals(high)) return undefined;
  // As in `solveMatrix`, payoffs in [1, 2], here times their range and common denominator.
  const range = high.sub(low);
  const shift = range.sub(low);
  const shifted = payoffs.map(x => x.add(shift));
  const scale = commonDenominator(shifted);
  const value = Float64Array.from(shifted, x => Number(scaled(x, scale)));
  if (!value.every(Number.isSafeInteger)) return undefined;
  const unit = range.toNumber() * Number(scale);
  const ones = (length: number) => new Float64Array(length).fill(1);
  const matrix = value.map(x => x / unit);
  const rough = denseSimplex(matrix, ones(m), ones(n));
  if (rough.status !== 'optimal') return undefined;
  const program: IntegerProgram = {
    rows: m,
    unknowns: n,
    start: Int32Array.from({ length: m + 1 }, (_, i) => i * n),
    index: Int32Array.from(value, (_, k) => k % n),
    value,
    bound: ones(m),
    objective: ones(n),
  };
  const solution = { status: 'optimal', x: rough.x, dual: rough.dual } as const;
  const vertex = exactVertex(program, canonicalProgram(matrix, ones(m), ones(n)), solution, stop);
  if (vertex === undefined) return undefined;
  const { x, dual } = vertex;
  const sum = x.numerators.reduce((total, w) => total + w, 0n);
  const shares = (list: readonly bigint[]) => {
    const total = list.reduce((all, w) => all + w, 0n);
    return list.map(w => Rational.of(w, total));
  };
  return {
    value: Rational.of(x.denominator, sum * scale).sub(shift),
    row: shares(dual.numerators),
    column: shares(x.numerators),
  };
}
