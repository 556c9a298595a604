/** Evolutionary stability, checked in another way than it is found. */
import type { Profile } from './claim.ts';
import type { Field } from './number.ts';
import type { PayoffTable } from './reading.ts';

/** Simplices looked at before the check gives up. */
const mostParts = 20_000;

/**
 * p is evolutionarily stable exactly if (p - y)' A y > 0 for every other y that mixes best replies to p. The sign along a ray from p does not change,
 * and every ray leaves the simplex where some action of p is unused, so it is enough to test y without action i, for each i in use.
 * There the form is y' M y with M_jk = (p'A)_k - A_jk, strictly copositive if it is positive at all pairs of vertices of a subdivision (Bundfuss and
 * Duer 2008). Returns what is wrong, or undefined.
 */
export function checkStability<T>(
  field: Field<T>,
  table: PayoffTable<T>,
  profile: Profile,
  tolerance: number,
): string | undefined {
  const [n = 0, other] = table.counts;
  if (table.counts.length !== 2 || n !== other) return 'the game is not symmetric';
  const at = (i: number, j: number): T => table.payoff[(i * n + j) * 2] as T;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      if (Math.abs(field.toNumber(field.sub(at(i, j), table.payoff[(j * n + i) * 2 + 1] as T))) > tolerance)
        return 'the game is not symmetric';
  const p = (profile[0] ?? []).map(x => field.of(x));
  if (!p.every((x, k) => field.compare(x, field.of(profile[1]?.[k] ?? -1)) === 0))
    return 'the agents do not play the same strategy';
  const gets = Array.from({ length: n }, (_, i) =>
    p.reduce((sum, x, j) => field.add(sum, field.mul(x, at(i, j))), field.zero),
  );
  const most = gets.reduce((high, x) => (field.compare(x, high) > 0 ? x : high));
  const replies = gets.flatMap((x, i) => (field.toNumber(field.sub(most, x)) <= tolerance ? [i] : []));
  const against = Array.from({ length: n }, (_, k) =>
    p.reduce((sum, x, j) => field.add(sum, field.mul(x, at(j, k))), field.zero),
  );
  for (let i = 0; i < n; i++) {
    if (field.sign(p[i] as T) <= 0) continue;
    const mutants = replies.filter(k => k !== i);
    const matrix = mutants.map(j => mutants.map(k => field.sub(against[k] as T, at(j, k))));
    const verdict = positiveOnSimplex(field, matrix);
    if (verdict === undefined) return 'it could not be decided whether a strategy resists all mutants';
    if (!verdict) return 'a mutant can invade a strategy that was said to be stable';
  }
  return undefined;
}

/** Is y'My > 0 for all y >= 0 that sum to one? Undefined when too many parts are needed to tell. */
function positiveOnSimplex<T>(field: Field<T>, matrix: readonly (readonly T[])[]): boolean | undefined {
  const n = matrix.length;
  const half = field.div(field.one, field.add(field.one, field.one));
  const symmetric = matrix.map((row, i) =>
    row.map((x, j) => field.mul(half, field.add(x, (matrix[j] as readonly T[])[i] as T))),
  );
  const unit = (k: number): T[] => Array.from({ length: n }, (_, i) => (i === k ? field.one : field.zero));
  const form = (v: readonly T[], w: readonly T[]): T => {
    let sum = field.zero;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        const weight = field.mul(v[i] as T, w[j] as T);
        if (field.sign(weight) !== 0) sum = field.add(sum, field.mul(weight, (symmetric[i] as readonly T[])[j] as T));
      }
    return sum;
  };
  const open: T[][][] = n === 0 ? [] : [Array.from({ length: n }, (_, k) => unit(k))];
  for (let parts = 0; open.length > 0; parts++) {
    if (parts > mostParts) return undefined;
    const simplex = open.pop() as T[][];
    let edge: [number, number] | undefined;
    let lowest = field.zero;
    for (let i = 0; i < simplex.length; i++)
      for (let j = i; j < simplex.length; j++) {
        const value = form(simplex[i] as T[], simplex[j] as T[]);
        if (i === j && field.sign(value) <= 0) return false;
        if (i !== j && field.sign(value) <= 0 && (edge === undefined || field.compare(value, lowest) < 0)) {
          edge = [i, j];
          lowest = value;
        }
      }
    if (edge === undefined) continue;
    // Cut the edge where the form is least on it, so that a point that refutes is hit.
    const [i, j] = edge;
    const [v, w] = [simplex[i] as T[], simplex[j] as T[]];
    const [vv, ww, vw] = [form(v, v), form(w, w), form(v, w)];
    const share = field.div(field.sub(ww, vw), field.sub(field.add(vv, ww), field.add(vw, vw)));
    const cut = v.map((x, k) => field.add(field.mul(share, x), field.mul(field.sub(field.one, share), w[k] as T)));
    open.push(
      simplex.map((vertex, k) => (k === i ? cut : vertex)),
      simplex.map((vertex, k) => (k === j ? cut : vertex)),
    );
  }
  return true;
}
