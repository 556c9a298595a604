/** Two-agent zero-sum matrix games by linear programming (von Neumann 1928, Dantzig 1951). */
import { Rational } from '../games/rational.ts';
import { exactSimplex } from './exact-simplex.ts';
import { glpk } from './glpk.ts';
import { canonicalProgram } from './linear-program.ts';
import { denseSimplex } from './simplex.ts';

/** The row agent maximises, the column agent minimises. */
export interface MatrixSolution<T> {
  readonly value: T;
  readonly row: readonly T[];
  readonly column: readonly T[];
}

/** Up to this many entries the built-in simplex is the fastest. */
const builtInEntries = 10_000;

/** A pure saddle point: an entry least in its row and greatest in its column. */
export function saddlePoint(matrix: ArrayLike<number>, m: number, n: number): [number, number] | undefined {
  let bestRow = 0;
  let maximin = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < m; i++) {
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < n; j++) least = Math.min(least, matrix[i * n + j] as number);
    if (least > maximin) {
      maximin = least;
      bestRow = i;
    }
  }
  for (let j = 0; j < n; j++) {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < m; i++) most = Math.max(most, matrix[i * n + j] as number);
    if (most === maximin) return [bestRow, j];
  }
  return undefined;
}

/**
 * Value and optimal strategies in doubles, of a matrix of m rows of n numbers, by the built-in simplex. The matrix is mapped to
 * [1, 2] first (the shift form: maximise sum w subject to B w <= 1, w >= 0; then w over its sum is the column strategy), so
 * that the size of the payoffs does not matter.
 */
export function solveMatrix(matrix: ArrayLike<number>, m: number, n: number): MatrixSolution<number> {
  const saddle = saddlePoint(matrix, m, n);
  if (saddle !== undefined) return pureSolution(matrix, m, n, saddle);
  const { low, range, shifted } = shiftForm(matrix, m, n);
  const found = denseSimplex(shifted, new Float64Array(m).fill(1), new Float64Array(n).fill(1));
  const solution = unshift(found.x, found.dual, low, range);
  if (found.status === 'optimal' && duality(matrix, m, n, solution) <= 1e-9 * range) return solution;
  // Doubles lost their way, which ill-conditioned payoffs can bring about: do the same in integers.
  const exact = solveMatrixExactly(Array.from(matrix, Rational.fromNumber), m, n);
  return {
    value: exact.value.toNumber(),
    row: exact.row.map(p => p.toNumber()),
    column: exact.column.map(p => p.toNumber()),
  };
}

/** The same for large matrices, by GLPK; falls back on the built-in method when GLPK gives no answer. */
export async function solveLargeMatrix(
  matrix: Float64Array,
  m: number,
  n: number,
  seconds?: number,
): Promise<MatrixSolution<number> & { readonly backend: string }> {
  const saddle = m * n <= builtInEntries ? undefined : saddlePoint(matrix, m, n);
  if (saddle !== undefined) return { ...pureSolution(matrix, m, n, saddle), backend: 'saddle point' };
  if (m * n > builtInEntries) {
    const { low, range, shifted } = shiftForm(matrix, m, n);
    const program = canonicalProgram(shifted, new Float64Array(m).fill(1), new Float64Array(n).fill(1));
    const found = await glpk.solve(program, seconds === undefined ? {} : { seconds });
    if (found.status === 'optimal') return { ...unshift(found.x, found.dual, low, range), backend: glpk.name };
  }
  return { ...solveMatrix(matrix, m, n), backend: 'built-in' };
}

function pureSolution(
  matrix: ArrayLike<number>,
  m: number,
  n: number,
  [i, j]: readonly [number, number],
): MatrixSolution<number> {
  const unit = (length: number, at: number) => Array.from({ length }, (_, k) => (k === at ? 1 : 0));
  return { value: matrix[i * n + j] as number, row: unit(m, i), column: unit(n, j) };
}

function shiftForm(
  matrix: ArrayLike<number>,
  m: number,
  n: number,
): { low: number; range: number; shifted: Float64Array } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < m * n; k++) {
    low = Math.min(low, matrix[k] as number);
    high = Math.max(high, matrix[k] as number);
  }
  const range = high > low ? high - low : 1;
  const shifted = new Float64Array(m * n);
  for (let k = 0; k < m * n; k++) shifted[k] = ((matrix[k] as number) - low) / range + 1;
  return { low, range, shifted };
}

function unshift(w: Float64Array, dual: Float64Array, low: number, range: number): MatrixSolution<number> {
  const column = normalised(w);
  const row = normalised(dual);
  let sum = 0;
  for (const x of w) sum += Math.max(0, x);
  return { value: low + range * (1 / sum - 1), row, column };
}

function normalised(weights: Float64Array): number[] {
  let sum = 0;
  for (const x of weights) sum += Math.max(0, x);
  const shares = new Array<number>(weights.length);
  for (let k = 0; k < weights.length; k++) shares[k] = Math.max(0, weights[k] as number) / sum;
  return shares;
}

/** How far apart the two guarantees are. */
function duality(matrix: ArrayLike<number>, m: number, n: number, { row, column }: MatrixSolution<number>): number {
  let lower = Number.POSITIVE_INFINITY;
  let upper = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < n; j++) {
    let total = 0;
    for (let i = 0; i < m; i++) total += (row[i] as number) * (matrix[i * n + j] as number);
    lower = Math.min(lower, total);
  }
  for (let i = 0; i < m; i++) {
    let total = 0;
    for (let j = 0; j < n; j++) total += (column[j] as number) * (matrix[i * n + j] as number);
    upper = Math.max(upper, total);
  }
  const gap = upper - lower;
  return Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap;
}

/** Up to this much work (entries times the shorter side) a matrix game is solved in integers. */
export const exactMatrixWork = 64_000;

/** Value and optimal strategies as fractions. @throws RangeError when `stop` interrupts it. */
export function solveMatrixExactly(
  matrix: readonly Rational[],
  m: number,
  n: number,
  stop: () => boolean = () => false,
): MatrixSolution<Rational> {
  const low = matrix.reduce((least, x) => (x.compare(least) < 0 ? x : least));
  const shift = Rational.one.sub(low);
  const rows = Array.from({ length: m }, (_, i) => matrix.slice(i * n, i * n + n).map(x => x.add(shift)));
  const found = exactSimplex(
    rows,
    new Array<Rational>(m).fill(Rational.one),
    new Array<Rational>(n).fill(Rational.one),
    stop,
  );
  if (found.status !== 'optimal') throw new RangeError('interrupted');
  const scale = (list: readonly Rational[]) => {
    const sum = list.reduce((total, x) => total.add(x), Rational.zero);
    return list.map(x => x.div(sum));
  };
  return { value: Rational.one.div(found.objective).sub(shift), row: scale(found.dual), column: scale(found.x) };
}
