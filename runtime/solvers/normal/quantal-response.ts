/**
 * Logit quantal response equilibria (McKelvey and Palfrey 1995), followed from uniform play at precision 0 by pseudo-arclength
 * continuation (Turocy 2005): the unknowns are logarithms of probabilities and the precision lambda,
 *   1 - sum_a exp x_ia = 0,   x_ia - x_i0 - lambda (u_ia - u_i0) = 0   for a > 0.
 * The branch may turn back in lambda; its end, as lambda grows without bound, is a Nash equilibrium.
 */
import type { BranchPoint } from '../../verify/claim.ts';
import { showNum } from '../../verify/number.ts';
import { expired, type Found, type Refusal, type SolveContext } from '../answer.ts';
import { type NormalForm, payoffScale } from '../normal-form.ts';
import { equilibriumOn, expectation, offsetsOf, regretsOf, solveDense, splitStrategies } from './expectation.ts';
import { mostTraced } from './limits.ts';
import { profilesFound, rationalised } from './supports.ts';

/** The precision, in units of one over the range of the payoffs, at which the branch is taken to have reached its end. */
const farEnough = 1e6;
const mostSteps = 5_000;
/** Points of the branch that an answer keeps. */
const mostPoints = 60;

interface Branch {
  readonly points: readonly { readonly lambda: number; readonly p: Float64Array }[];
  /** Precisions at which the branch turns back or forth. */
  readonly turns: readonly number[];
  /** Precisions near which other branches cross it. */
  readonly crossings: readonly number[];
  readonly ended: 'limit' | 'stopped' | 'stuck';
}

export function solveQuantalResponse(form: NormalForm, ctx: SolveContext): Found | Refusal {
  const refusal = tooLarge(form);
  if (refusal !== undefined) return refusal;
  const branch = traceBranch(form, ctx);
  const points: BranchPoint[] = thinned(branch.points).map(({ lambda, p }) => ({
    lambda,
    profile: splitStrategies(form, p),
  }));
  const end = limitOf(form, branch);
  const limit = end === undefined ? undefined : (rationalised(form, end) ?? splitStrategies(form, end));
  return {
    kind: 'qre',
    method: 'homotopy',
    note: `${branch.points.length} points of the branch from uniform play to lambda ${showNum(branch.points.at(-1)?.lambda ?? 0, 3)}${turnText(branch)}`,
    solution: { kind: 'branch', points, limit },
    values: end === undefined ? undefined : profilesFound(form, [end], 'homotopy', '', []).values,
    completeness: 'one',
    warnings: warningsOf(branch, end),
  };
}

/** The end of the branch as one Nash equilibrium; where it cannot be confirmed, its last point, which the certificate then judges. */
export function solveByHomotopy(form: NormalForm, ctx: SolveContext): Found | Refusal {
  const refusal = tooLarge(form);
  if (refusal !== undefined) return refusal;
  const branch = traceBranch(form, ctx);
  const end = limitOf(form, branch);
  const p = end ?? (branch.points.at(-1)?.p as Float64Array);
  const found = profilesFound(
    form,
    [p],
    'homotopy',
    `the end of the branch of logit equilibria, ${branch.points.length} points${turnText(branch)}`,
    warningsOf(branch, end),
  );
  return { ...found, completeness: 'one' };
}

function tooLarge(form: NormalForm): Refusal | undefined {
  return form.size > mostTraced
    ? {
        refused: `logit equilibria are followed in games of up to ${mostTraced} pure profiles; ${form.name} has ${form.size}`,
        remedy: 'use `pure`, `coarse_correlated` or `dynamics`',
      }
    : undefined;
}

function turnText({ turns }: Branch): string {
  return turns.length === 0
    ? ''
    : `, turning at lambda ${turns
        .slice(0, 6)
        .map(x => showNum(x, 4))
        .join(', ')}`;
}

function warningsOf(branch: Branch, end: Float64Array | undefined): string[] {
  const warnings: string[] = [];
  if (branch.ended === 'stopped') warnings.push('stopped before the branch had reached its end');
  if (branch.ended === 'stuck')
    warnings.push(
      `no step onwards was found at lambda ${showNum(branch.points.at(-1)?.lambda ?? 0, 4)}: branches may meet there`,
    );
  if (branch.crossings.length > 0)
    warnings.push(
      `other branches cross this one near lambda ${branch.crossings
        .slice(0, 4)
        .map(x => showNum(x, 4))
        .join(', ')}; they were not followed`,
    );
  if (end === undefined && branch.ended === 'limit')
    warnings.push('the end of the branch is not an isolated equilibrium; its last point comes near one');
  return warnings;
}

export function traceBranch(form: NormalForm, ctx: SolveContext): Branch {
  const scale = payoffScale(form);
  const offsets = offsetsOf(form);
  const length = form.counts.reduce((sum, count) => sum + count, 0);
  // z: logarithms of probabilities, then lambda times the range of the payoffs.
  let z = new Float64Array(length + 1);
  form.counts.forEach((count, i) => {
    z.fill(-Math.log(count), offsets[i], (offsets[i] as number) + count);
  });
  let tangent = new Float64Array(length + 1);
  tangent[length] = 1;
  const points = [{ lambda: 0, p: probabilities(z) }];
  const turns: number[] = [];
  const crossings: number[] = [];
  let step = 0.03;
  let lastSign = 0;
  let before: { readonly z: Float64Array; readonly tangent: Float64Array; readonly step: number } | undefined;
  for (let k = 0; k < mostSteps; k++) {
    if (expired(ctx)) return { points, turns, crossings, ended: 'stopped' };
    const here = system(form, offsets, scale, z);
    const along = border(here.matrix, tangent, length);
    const unit = new Float64Array(length + 1);
    unit[length] = 1;
    const solved = solveDense(along, unit);
    if (solved === undefined) return { points, turns, crossings, ended: 'stuck' };
    const norm = Math.sqrt(solved.x.reduce((sum, x) => sum + x * x, 0));
    const next = solved.x.map(x => x / norm);
    if (before !== undefined && solved.sign !== lastSign)
      crossings.push(crossing(form, offsets, scale, before, lastSign) / scale);
    lastSign = solved.sign;
    if ((next[length] as number) * (tangent[length] as number) < 0) turns.push((z[length] as number) / scale);
    tangent = new Float64Array(next);
    let moved: { readonly z: Float64Array; readonly rounds: number } | undefined;
    while (moved === undefined) {
      moved = corrected(form, offsets, scale, z, tangent, step);
      if (moved !== undefined) break;
      step /= 2;
      if (step < 1e-10) return { points, turns, crossings, ended: 'stuck' };
    }
    before = { z, tangent, step };
    z = new Float64Array(moved.z);
    const lambda = (z[length] as number) / scale;
    points.push({ lambda, p: probabilities(z) });
    ctx.onProgress?.(k, undefined, 'points of the branch');
    if ((z[length] as number) >= farEnough) return { points, turns, crossings, ended: 'limit' };
    if (moved.rounds <= 3) step = Math.min(step * 1.5, 0.05 * Math.max(1, Math.abs(z[length] as number)) * 4);
    else if (moved.rounds > 5) step /= 1.5;
  }
  return { points, turns, crossings, ended: 'stopped' };
}

/** Where on the last step the determinant changes its sign, which it does where branches cross and not where one turns back. */
function crossing(
  form: NormalForm,
  offsets: readonly number[],
  scale: number,
  { z, tangent, step }: { readonly z: Float64Array; readonly tangent: Float64Array; readonly step: number },
  sign: number,
): number {
  const length = z.length - 1;
  let [low, high] = [0, step];
  let lambda = z[length] as number;
  for (let k = 0; k < 40; k++) {
    const middle = (low + high) / 2;
    const at = corrected(form, offsets, scale, z, tangent, middle);
    if (at === undefined) break;
    lambda = at.z[length] as number;
    const { matrix } = system(form, offsets, scale, at.z);
    const unit = new Float64Array(length + 1);
    unit[length] = 1;
    const solved = solveDense(border(matrix, tangent, length), unit);
    if (solved === undefined) break;
    if (solved.sign === sign) low = middle;
    else high = middle;
  }
  return lambda;
}

function probabilities(z: Float64Array): Float64Array {
  return z.subarray(0, z.length - 1).map(Math.exp);
}

/** Left-hand sides and their derivatives by all unknowns, lambda last. */
function system(
  form: NormalForm,
  offsets: readonly number[],
  scale: number,
  z: Float64Array,
): { readonly values: Float64Array; readonly matrix: Float64Array } {
  const length = z.length - 1;
  const width = length + 1;
  const lambda = (z[length] as number) / scale;
  const p = probabilities(z);
  const { payoff, slope } = expectation(form, p, true);
  const by = slope as Float64Array;
  const values = new Float64Array(length);
  const matrix = new Float64Array(length * width);
  form.counts.forEach((count, i) => {
    const from = offsets[i] as number;
    let sum = 0;
    for (let a = from; a < from + count; a++) {
      sum += p[a] as number;
      matrix[from * width + a] = -(p[a] as number);
    }
    values[from] = 1 - sum;
    for (let a = from + 1; a < from + count; a++) {
      const difference = (payoff[a] as number) - (payoff[from] as number);
      values[a] = (z[a] as number) - (z[from] as number) - lambda * difference;
      const row = a * width;
      for (let c = 0; c < length; c++) {
        const change = ((by[a * length + c] as number) - (by[from * length + c] as number)) * (p[c] as number);
        matrix[row + c] = -lambda * change;
      }
      matrix[row + a] = (matrix[row + a] as number) + 1;
      matrix[row + from] = (matrix[row + from] as number) - 1;
      matrix[row + length] = -difference / scale;
    }
  });
  return { values, matrix };
}

/** The derivatives with one more row. */
function border(matrix: Float64Array, row: Float64Array, length: number): Float64Array {
  const square = new Float64Array((length + 1) * (length + 1));
  square.set(matrix);
  square.set(row, length * (length + 1));
  return square;
}

/** One step along the tangent, then Newton's method in the plane across it. */
function corrected(
  form: NormalForm,
  offsets: readonly number[],
  scale: number,
  from: Float64Array,
  tangent: Float64Array,
  step: number,
): { readonly z: Float64Array; readonly rounds: number } | undefined {
  const length = from.length - 1;
  const z = from.map((x, k) => x + step * (tangent[k] as number));
  let last = Number.POSITIVE_INFINITY;
  for (let rounds = 1; rounds <= 10; rounds++) {
    const { values, matrix } = system(form, offsets, scale, z);
    const right = new Float64Array(length + 1);
    values.forEach((value, k) => {
      right[k] = -value;
    });
    const solved = solveDense(border(matrix, tangent, length), right);
    if (solved === undefined) return undefined;
    let change = 0;
    solved.x.forEach((x, k) => {
      z[k] = (z[k] as number) + x;
      // Logarithms of probabilities and lambda grow large together; what counts is the error relative to them.
      change = Math.max(change, Math.abs(x) / Math.max(1, Math.abs(z[k] as number)));
    });
    if (!(change < 1)) return undefined;
    if (change < 1e-12) return { z, rounds };
    if (rounds > 2 && change > last) return change < 1e-9 ? { z, rounds } : undefined;
    last = change;
  }
  return undefined;
}

/** The Nash equilibrium at the end: equal payoffs on what is still played there. */
function limitOf(form: NormalForm, branch: Branch): Float64Array | undefined {
  const last = branch.points.at(-1);
  if (last === undefined || branch.ended !== 'limit') return undefined;
  const regret = Math.max(...regretsOf(form, last.p));
  for (const least of [1e-4, 1e-3, 1e-6, 1e-2]) {
    const supports = splitStrategies(form, last.p).map(list => list.flatMap((x, a) => (x > least ? [a] : [])));
    const p = equilibriumOn(form, supports, last.p);
    if (p?.every((x, k) => Math.abs(x - (last.p[k] as number)) < 1e-2) === true) return p;
  }
  return regret <= 1e-12 * payoffScale(form) ? last.p : undefined;
}

/** Some of the points, the first and the last among them, closer together where the precision is small. */
function thinned<T>(points: readonly T[]): T[] {
  if (points.length <= mostPoints) return [...points];
  const every = (points.length - 1) / (mostPoints - 1);
  return Array.from({ length: mostPoints }, (_, k) => points[Math.round(k * every)] as T);
}
