/** Two-agent zero-sum matrix games by linear programming (von Neumann 1928, Dantzig 1951). */
import { Rational } from '../games/rational.ts';
import { exactSimplex } from './exact-simplex.ts';
import { glpk } from './glpk.ts';
import { canonicalProgram, type LinearLimits } from './linear-program.ts';
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

/** The same for large matrices, by GLPK; falls back on the built-in method when GLPK fails, and on learning when it is given up. */
export async function solveLargeMatrix(
  matrix: Float64Array,
  m: number,
  n: number,
  limits: LinearLimits = {},
): Promise<MatrixSolution<number> & { readonly backend: string }> {
  const saddle = m * n <= builtInEntries ? undefined : saddlePoint(matrix, m, n);
  if (saddle !== undefined) return { ...pureSolution(matrix, m, n, saddle), backend: 'saddle point' };
  if (m * n > builtInEntries) {
    const { low, range, shifted } = shiftForm(matrix, m, n);
    const program = canonicalProgram(shifted, new Float64Array(m).fill(1), new Float64Array(n).fill(1));
    const found = await glpk.solve(program, limits);
    if (found.status === 'optimal') return { ...unshift(found.x, found.dual, low, range), backend: glpk.name };
    if (found.status === 'limit') return { ...learned(matrix, m, n), backend: givenUp };
  }
  return { ...solveMatrix(matrix, m, n), backend: 'built-in' };
}

/** The `backend` of average strategies that stand in for a program which was given up. */
export const givenUp = 'regret matching, as the linear program was given up';
/** Milliseconds for them. */
const hurried = 1_000;

/** Average strategies of regret matching+ (Tammelin 2014), both sides in turn, weighted by the round; the value is what they come to. */
function learned(matrix: Float64Array, m: number, n: number): MatrixSolution<number> {
  const until = performance.now() + hurried;
  const [regretRow, regretColumn] = [new Float64Array(m), new Float64Array(n)];
  const [sumRow, sumColumn] = [new Float64Array(m), new Float64Array(n)];
  let column: readonly number[] = new Array<number>(n).fill(1 / n);
  for (let round = 1; round < 3 || performance.now() < until; round++) {
    const row = played(regretRow);
    const gets = new Float64Array(m);
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) gets[i] = (gets[i] as number) + (matrix[i * n + j] as number) * (column[j] as number);
    learn(regretRow, sumRow, row, gets, round);
    const now = played(regretRow);
    const loses = new Float64Array(n);
    for (let i = 0; i < m; i++) {
      const p = now[i] as number;
      if (p > 0) for (let j = 0; j < n; j++) loses[j] = (loses[j] as number) - p * (matrix[i * n + j] as number);
    }
    learn(regretColumn, sumColumn, played(regretColumn), loses, round);
    column = played(regretColumn);
  }
  const [row, average] = [shares(sumRow, total(sumRow)), shares(sumColumn, total(sumColumn))];
  let value = 0;
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) value += (row[i] as number) * (average[j] as number) * (matrix[i * n + j] as number);
  return { value, row, column: average };
}

function played(regret: Float64Array): readonly number[] {
  const sum = total(regret);
  return sum > 0 ? shares(regret, sum) : new Array<number>(regret.length).fill(1 / regret.length);
}

function learn(
  regret: Float64Array,
  sum: Float64Array,
  play: readonly number[],
  worth: Float64Array,
  round: number,
): void {
  let mean = 0;
  for (let k = 0; k < worth.length; k++) mean += (play[k] as number) * (worth[k] as number);
  for (let k = 0; k < worth.length; k++) {
    regret[k] = Math.max(0, (regret[k] as number) + (worth[k] as number) - mean);
    sum[k] = (sum[k] as number) + round * (play[k] as number);
  }
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
  const sum = total(w);
  return { value: low + range * (1 / sum - 1), row: shares(dual, total(dual)), column: shares(w, sum) };
}

/** Indices, not iterators: stage games of a few rows are solved by the million. */
function total(weights: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += Math.max(0, weights[k] as number);
  return sum;
}

function shares(weights: Float64Array, sum: number): number[] {
  const parts = new Array<number>(weights.length);
  for (let k = 0; k < weights.length; k++) parts[k] = Math.max(0, weights[k] as number) / sum;
  return parts;
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
