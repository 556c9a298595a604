/**
 * The (coarse) correlated equilibrium of greatest entropy (Ortiz, Schapire and Kakade 2007). Its dual is smooth and has few variables:
 * for multipliers y >= 0 of the incentive constraints g(y) = log sum_s exp(-y . gain_s) bounds the entropy of every equilibrium from
 * above, and at the least g the distribution in proportion to exp(-y . gain_s) is the one sought. Joint actions that no equilibrium
 * plays are found first, by linear programs, since their multipliers would have to be infinite.
 */
import type { SolveContext } from '../answer.ts';
import { expired } from '../answer.ts';
import { glpk } from '../glpk.ts';
import { canonicalProgram } from '../linear-program.ts';
import { gainOf, type NormalForm, payoffScale } from '../normal-form.ts';
import { denseSimplex, solvesProgram } from '../simplex.ts';
import { solveDense } from './expectation.ts';

export interface Incentives {
  readonly agent: number;
  readonly deviation: number;
  readonly profiles: readonly number[];
}

export interface MaximumEntropy {
  readonly probabilities: number[];
  /** One per incentive constraint, in payoffs as given. */
  readonly multipliers: number[];
  readonly converged: boolean;
}

/** Rows of gains (one per constraint) times profiles kept as one array; up to so many entries. */
export const mostEntropyEntries = 4_000_000;
const mostRounds = 300;
/** Programs of up to so many entries are tried by the built-in simplex. */
const denseEntries = 20_000;
/** Mass below this counts as none: linear programs in doubles are not more exact. */
const negligible = 1e-8;

export async function maximumEntropy(
  form: NormalForm,
  incentives: readonly Incentives[],
  ctx: SolveContext,
): Promise<MaximumEntropy | undefined> {
  const scale = payoffScale(form);
  const rows = incentives.map(incentive => {
    const row = new Float64Array(form.size);
    for (const profile of incentive.profiles) row[profile] = gainOf(form, incentive, profile) / scale;
    return row;
  });
  const face = await supportOf(rows, form.size);
  if (face === undefined) return undefined;
  // A deviation whose gain is zero wherever anything is played has no say.
  const kept = rows.flatMap((row, r) => (face.support.some(s => Math.abs(row[s] as number) > 1e-13) ? [r] : []));
  const found = minimise(
    kept.map(r => Float64Array.from(face.support, s => (rows[r] as Float64Array)[s] as number)),
    face.support.length,
    ctx,
  );
  const probabilities = new Array<number>(form.size).fill(0);
  face.support.forEach((s, k) => {
    probabilities[s] = found.p[k] as number;
  });
  // Enough of the proof that the rest is never played to make its part of the bound vanish.
  const weight = face.proof === undefined ? 0 : outweigh(rows, face.support, face.proof, kept, found.y);
  const multipliers = incentives.map((_, r) => {
    const place = kept.indexOf(r);
    return ((place < 0 ? 0 : (found.y[place] as number)) + weight * (face.proof?.[r] ?? 0)) / scale;
  });
  return { probabilities, multipliers, converged: found.converged };
}

/** Joint actions that some equilibrium plays; `proof`: multipliers under which each of the others loses at least 1. */
async function supportOf(
  rows: readonly Float64Array[],
  size: number,
): Promise<{ readonly support: readonly number[]; readonly proof: Float64Array | undefined } | undefined> {
  const played = new Uint8Array(size);
  const matrix = new Float64Array((rows.length + 1) * size);
  rows.forEach((row, r) => {
    matrix.set(row, r * size);
  });
  matrix.fill(1, rows.length * size);
  const bounds = new Float64Array(rows.length + 1);
  bounds[rows.length] = 1;
  for (let round = 0; round <= size; round++) {
    const objective = Float64Array.from(played, seen => 1 - seen);
    if (objective.every(x => x === 0)) break;
    const dense = matrix.length <= denseEntries ? denseSimplex(matrix, bounds, objective) : undefined;
    const sound = dense?.status === 'optimal' && solvesProgram(matrix, bounds, objective, dense, 1e-9);
    const found = sound ? dense : await glpk.solve(canonicalProgram(matrix, bounds, objective));
    if (found.status !== 'optimal') return undefined;
    const mass = objective.reduce((sum, c, s) => sum + c * (found.x[s] as number), 0);
    if (mass <= negligible)
      return { support: indices(played), proof: found.dual.slice(0, rows.length).map(y => Math.max(0, y)) };
    let fresh = false;
    found.x.forEach((x, s) => {
      if (x > negligible && played[s] === 0) {
        played[s] = 1;
        fresh = true;
      }
    });
    if (!fresh) return undefined;
  }
  return { support: indices(played), proof: undefined };
}

function indices(marks: Uint8Array): number[] {
  return Array.from(marks.keys()).filter(k => marks[k] === 1);
}

function outweigh(
  rows: readonly Float64Array[],
  support: readonly number[],
  proof: Float64Array,
  kept: readonly number[],
  y: Float64Array,
): number {
  const inside = new Set(support);
  let needed = 0;
  const size = rows[0]?.length ?? 0;
  for (let s = 0; s < size; s++) {
    if (inside.has(s)) continue;
    let loses = 0;
    for (const [r, row] of rows.entries()) loses += (proof[r] as number) * (row[s] as number);
    let score = 0;
    kept.forEach((r, k) => {
      score -= (y[k] as number) * ((rows[r] as Float64Array)[s] as number);
    });
    if (loses > 1e-9) needed = Math.max(needed, (score + 45) / loses);
  }
  return Math.max(0, needed);
}

/**
 * Least g(y) over y >= 0 by Newton's method on the coordinates that are not held at zero (Bertsekas 1982), with a little regularisation
 * where constraints depend on each other.
 */
function minimise(
  gains: readonly Float64Array[],
  size: number,
  ctx: SolveContext,
): { readonly y: Float64Array; readonly p: Float64Array; readonly converged: boolean } {
  const m = gains.length;
  let y = new Float64Array(m);
  let here = dual(gains, y, size);
  let converged = m === 0;
  for (let round = 0; round < mostRounds && !converged && !expired(ctx); round++) {
    // The gradient of g by y_r is minus the expected gain of constraint r.
    const slope = gains.map(row => -row.reduce((sum, g, s) => sum + g * (here.p[s] as number), 0));
    const free = y.reduce((list: number[], value, r) => {
      if (value > 1e-12 || (slope[r] as number) < 0) list.push(r);
      return list;
    }, []);
    const residual = slope.reduce(
      (most, g, r) => Math.max(most, (y[r] as number) > 1e-12 ? Math.abs(g) : Math.max(0, -g)),
      0,
    );
    if (residual < 1e-14) {
      converged = true;
      break;
    }
    const k = free.length;
    const hessian = new Float64Array(k * k);
    free.forEach((r, i) => {
      free.forEach((q, j) => {
        if (j < i) return;
        let sum = 0;
        const [left, right] = [gains[r] as Float64Array, gains[q] as Float64Array];
        for (let s = 0; s < size; s++) sum += (here.p[s] as number) * (left[s] as number) * (right[s] as number);
        const covariance = sum - (slope[r] as number) * (slope[q] as number);
        hessian[i * k + j] = covariance;
        hessian[j * k + i] = covariance;
      });
    });
    for (let i = 0; i < k; i++) hessian[i * k + i] = (hessian[i * k + i] as number) + Math.min(1e-10, residual * 1e-3);
    const direction = solveDense(
      hessian,
      Float64Array.from(free, r => -(slope[r] as number)),
    );
    if (direction === undefined) break;
    let length = 1;
    let moved = false;
    while (length > 1e-12) {
      const next = y.slice();
      free.forEach((r, i) => {
        next[r] = Math.max(0, (y[r] as number) + length * (direction.x[i] as number));
      });
      const there = dual(gains, next, size);
      if (there.g < here.g || (length === 1 && there.g <= here.g + 1e-15 * Math.abs(here.g))) {
        moved = there.g < here.g || round < mostRounds;
        converged = Math.abs(there.g - here.g) <= 1e-16 && residual < 1e-11;
        y = next;
        here = there;
        break;
      }
      length /= 2;
    }
    if (!moved) {
      converged = residual < 1e-10;
      break;
    }
  }
  return { y, p: here.p, converged };
}

function dual(
  gains: readonly Float64Array[],
  y: Float64Array,
  size: number,
): { readonly g: number; readonly p: Float64Array } {
  const scores = new Float64Array(size);
  gains.forEach((row, r) => {
    const weight = y[r] as number;
    if (weight !== 0) for (let s = 0; s < size; s++) scores[s] = (scores[s] as number) - weight * (row[s] as number);
  });
  let most = Number.NEGATIVE_INFINITY;
  for (const score of scores) most = Math.max(most, score);
  let sum = 0;
  const p = scores.map(score => Math.exp(score - most));
  for (const x of p) sum += x;
  return { g: most + Math.log(sum), p: p.map(x => x / sum) };
}
