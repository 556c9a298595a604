/**
 * Evolutionarily stable strategies (Maynard Smith and Price 1973) of symmetric two-agent games, in fractions: p is one exactly if a
 * matrix built from it is strictly copositive on a cone (Haigh 1975; Abakuks 1980).
 */
import { Rational } from '../../games/rational.ts';
import { expired, type Found, type Refusal, type SolveContext } from '../answer.ts';
import { type NormalForm, rationalPayoffs } from '../normal-form.ts';
import { bilinear, matricesOf } from './bimatrix.ts';
import { mixtureOn } from './indifference.ts';
import { mostActions } from './limits.ts';

export function solveStability(form: NormalForm, ctx: SolveContext): Found | Refusal {
  const [m = 0, n = 0] = form.counts;
  if (form.agents.length !== 2)
    return {
      refused: `evolutionary stability is about two agents; ${form.name} has ${form.agents.length}`,
      remedy: 'use `dynamics by replicator` or `alpha_rank`',
    };
  const [a, b] = matricesOf(rationalPayoffs(form), m, n);
  const same =
    m === n &&
    form.choiceNames[0]?.every((name, k) => name === form.choiceNames[1]?.[k]) === true &&
    a.every((x, k) => x.equals(b[(k % n) * n + Math.floor(k / n)] as Rational));
  if (!same)
    return {
      refused: `evolutionary stability is about symmetric games; exchanging ${form.agents.join(' and ')} changes ${form.name}`,
      remedy: 'use `dynamics by replicator` or `alpha_rank`, which take several populations',
    };
  if (m > mostActions)
    return {
      refused: `\`evolutionarily_stable\` takes up to ${mostActions} actions; ${form.name} has ${m}`,
      remedy: 'use `dynamics by replicator`',
    };
  const { stable, complete } = stableStrategies(a, m, () => expired(ctx));
  const profiles = stable.map(p => [p, p]);
  const profileValues = stable.map(p => [bilinear(a, p, p), bilinear(a, p, p)]);
  return {
    kind: 'ess',
    method: 'support_enumeration',
    note: `${stable.length} evolutionarily stable ${stable.length === 1 ? 'strategy' : 'strategies'}, in fractions`,
    solution: { kind: 'profiles', profiles },
    values: profileValues[0],
    profileValues,
    completeness: complete
      ? stable.length > 0
        ? 'all-proved'
        : 'none-proved'
      : stable.length > 0
        ? 'some'
        : 'none-found',
    warnings: complete ? [] : ['stopped before every support was tried'],
  };
}

export function stableStrategies(
  a: readonly Rational[],
  n: number,
  stop: () => boolean,
): { readonly stable: readonly (readonly Rational[])[]; readonly complete: boolean } {
  const stable: { readonly p: readonly Rational[]; readonly support: number; readonly replies: number }[] = [];
  const masks = Array.from({ length: 2 ** n - 1 }, (_, k) => k + 1).sort((x, y) => bits(x) - bits(y) || x - y);
  for (const [k, support] of masks.entries()) {
    if (k % 16 === 15 && stop()) return { stable: stable.map(one => one.p), complete: false };
    // Bishop and Cannings (1976): no other equilibrium lies within the best replies of a stable strategy.
    if (stable.some(one => (support & one.support) === one.support || (support & one.replies) === support)) continue;
    const used = Array.from({ length: n }, (_, i) => i).filter(i => (support & (1 << i)) !== 0);
    const p = mixtureOn((i, j) => a[i * n + j] as Rational, used, used, n);
    if (p === undefined) continue;
    const gets = Array.from({ length: n }, (_, i) =>
      p.reduce((sum, q, j) => (q.sign === 0 ? sum : sum.add(q.mul(a[i * n + j] as Rational))), Rational.zero),
    );
    const best = gets.reduce((most, x) => (x.compare(most) > 0 ? x : most));
    const first = p.findIndex(q => q.sign > 0);
    if (!(gets[first] as Rational).equals(best)) continue;
    const replies = gets.flatMap((x, i) => (x.equals(best) ? [i] : []));
    if (!strictlyCopositive(haighMatrix(a, n, p, replies), p, replies)) continue;
    stable.push({ p, support, replies: replies.reduce((mask, i) => mask | (1 << i), 0) });
  }
  return { stable: stable.map(one => one.p), complete: true };
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Q_ij = a_kj + a_ik - a_ij - a_kk, made symmetric, over the best replies but the first action k in use (last of the list here). */
function haighMatrix(
  a: readonly Rational[],
  n: number,
  p: readonly Rational[],
  replies: readonly number[],
): Rational[][] {
  const k = p.findIndex(q => q.sign > 0);
  const others = ordered(p, replies);
  const at = (i: number, j: number): Rational => a[i * n + j] as Rational;
  const entry = (i: number, j: number): Rational => at(k, j).add(at(i, k)).sub(at(i, j)).sub(at(k, k));
  return others.map(i => others.map(j => entry(i, j).add(entry(j, i))));
}

/** Best replies but the first action in use: those in use (their coordinates may have any sign), then the others. */
function ordered(p: readonly Rational[], replies: readonly number[]): number[] {
  const k = p.findIndex(q => q.sign > 0);
  const inUse = replies.filter(i => i !== k && (p[i] as Rational).sign > 0);
  return [...inUse, ...replies.filter(i => (p[i] as Rational).sign === 0)];
}

/** Eliminates the coordinates of any sign (all pivots must be positive); what is left must be copositive on the others. */
function strictlyCopositive(matrix: Rational[][], p: readonly Rational[], replies: readonly number[]): boolean {
  const free = replies.filter(i => (p[i] as Rational).sign > 0).length - 1;
  let rest = matrix;
  for (let c = 0; c < free; c++) {
    const [top, ...below] = rest as [Rational[], ...Rational[][]];
    const pivot = top[0] as Rational;
    if (pivot.sign <= 0) return false;
    rest = below.map(row => {
      const factor = (row[0] as Rational).div(pivot);
      return row.slice(1).map((x, j) => x.sub(factor.mul(top[j + 1] as Rational)));
    });
  }
  return copositive(rest);
}

/** Keller's criterion (Hadeler 1983): in no principal submatrix are all cofactors of the last row positive and the determinant not. */
function copositive(matrix: readonly (readonly Rational[])[]): boolean {
  const n = matrix.length;
  for (let mask = 1; mask < 2 ** n; mask++) {
    const used = Array.from({ length: n }, (_, i) => i).filter(i => (mask & (1 << i)) !== 0);
    const part = used.map(i => used.map(j => matrix[i]?.[j] as Rational));
    const size = used.length;
    const determinant = det(part);
    if (determinant.sign > 0) continue;
    const positive = used.every((_, column) => {
      const minor = part.slice(0, -1).map(row => row.filter((_, c) => c !== column));
      const cofactor = size === 1 ? Rational.one : det(minor);
      return ((size - 1 + column) % 2 === 0 ? cofactor : cofactor.neg()).sign > 0;
    });
    if (positive) return false;
  }
  return true;
}

function det(matrix: readonly (readonly Rational[])[]): Rational {
  const rows = matrix.map(row => [...row]);
  let result = Rational.one;
  for (let c = 0; c < rows.length; c++) {
    const pivot = rows.findIndex((row, r) => r >= c && row[c]?.sign !== 0);
    if (pivot < 0) return Rational.zero;
    if (pivot !== c) {
      [rows[c], rows[pivot]] = [rows[pivot] as Rational[], rows[c] as Rational[]];
      result = result.neg();
    }
    const top = rows[c] as Rational[];
    result = result.mul(top[c] as Rational);
    for (let r = c + 1; r < rows.length; r++) {
      const row = rows[r] as Rational[];
      if (row[c]?.sign === 0) continue;
      const factor = (row[c] as Rational).div(top[c] as Rational);
      for (let k = c; k < rows.length; k++) row[k] = (row[k] as Rational).sub(factor.mul(top[k] as Rational));
    }
  }
  return result;
}
