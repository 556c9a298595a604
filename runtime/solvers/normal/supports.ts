/**
 * Equilibria of games of several agents, support by support (Dickhaut and Kaplan 1991; small and balanced supports first, as Porter,
 * Nudelman and Shoham 2008): Newton's method from several starting points, then an exact check where the result is rational.
 */
import { Rational } from '../../games/rational.ts';
import { Stream } from '../../rng/stream.ts';
import type { Num } from '../../verify/number.ts';
import { expired, type Found, type Refusal, type SolveContext } from '../answer.ts';
import { simplest } from '../dominance.ts';
import { type NormalForm, withChoice } from '../normal-form.ts';
import { equilibriumOn, exactly, expectation, offsetsOf, splitStrategies } from './expectation.ts';
import { mixtureOn } from './indifference.ts';
import { isolate, spreadOut } from './isolation.ts';

/** Combinations of supports that are gone through; a game with more is searched in its smaller supports. */
const mostSupports = 40_000;
/** Starting points per combination: equal probabilities, then random ones. */
const starts = 12;
/** Games of up to so many profiles are looked at in fractions. */
const exactProfiles = 4_096;
/** Boxes of probabilities times joint actions up to which it is proved that nothing was missed. */
const proofWork = 600_000;
/** Name of the stream of random starting points. */
const purpose = 0x5355;

/** @param enough stop once so many are found. */
export function solveBySupports(
  form: NormalForm,
  ctx: SolveContext,
  enough = Number.POSITIVE_INFINITY,
): Found | Refusal {
  const { found, complete, skipped } = equilibriaBySupports(form, ctx, enough);
  const proof = complete && !skipped && form.agents.length > 2 ? proveAll(form, found, ctx) : undefined;
  const counted = `${found.length} ${found.length === 1 ? 'equilibrium' : 'equilibria'}, by Newton's method on each combination of supports`;
  const answer = profilesFound(
    form,
    found,
    'support_enumeration',
    proof === undefined || 'open' in proof
      ? counted
      : `${counted}; ${proof.boxes} boxes of probabilities hold no other`,
    [
      ...(proof !== undefined && 'open' in proof ? [proof.open] : []),
      ...(complete || found.length >= enough ? [] : ['stopped before every combination of supports was tried']),
      ...(skipped
        ? [`there are more than ${mostSupports} combinations of supports; only the smaller ones were tried`]
        : []),
    ],
  );
  return proof !== undefined && !('open' in proof) ? { ...answer, completeness: 'all-proved' } : answer;
}

/**
 * Adds to `found` what Newton's method missed, by going over all probabilities of all combinations of supports.
 * @returns the number of boxes, or why it is not proved that these are all.
 */
function proveAll(
  form: NormalForm,
  found: Float64Array[],
  ctx: SolveContext,
): { readonly boxes: number } | { readonly open: string } {
  const most = Math.floor(proofWork / form.size);
  let boxes = 0;
  for (const supports of combinations(form).list) {
    if (hopeless(form, supports)) continue;
    const part = isolate(form, supports, most - boxes, () => expired(ctx));
    boxes += part.boxes;
    for (const free of part.solutions) {
      const near = spreadOut(form, supports, free);
      const p = equilibriumOn(form, supports, near) ?? near;
      if (!found.some(other => other.every((x, at) => Math.abs(x - (p[at] as number)) < 1e-7))) found.push(p);
    }
    if (part.state === 'decided') continue;
    const used = supports.map(
      (support, i) => `${form.agents[i]} ${support.map(a => form.choiceNames[i]?.[a]).join(' and ')}`,
    );
    return {
      open:
        part.state === 'stopped'
          ? 'the proof that these are all was not finished'
          : `equilibria that use ${used.join(', ')} are not isolated, or too nearly so to be told apart: they are not all listed`,
    };
  }
  return { boxes };
}

/** Equilibria in doubles as an answer, in fractions wherever the exact check agrees. */
export function profilesFound(
  form: NormalForm,
  found: readonly Float64Array[],
  method: string,
  note: string,
  warnings: readonly string[],
): Found {
  const rational = found.map(p => rationalised(form, p));
  const all = rational.length > 0 && rational.every(profile => profile !== undefined);
  const profiles: Num[][][] = all
    ? (rational as Rational[][][])
    : found.map(
        (p, k) =>
          (rational[k] as Rational[][] | undefined)?.map(list => list.map(x => x.toNumber())) ??
          splitStrategies(form, p),
      );
  const profileValues = profiles.map((profile, k) =>
    all ? (exactly(form, profile as Rational[][])?.values as Num[]) : valuesOf(form, found[k] as Float64Array),
  );
  return {
    kind: 'nash',
    method,
    note,
    solution: { kind: 'profiles', profiles },
    values: profileValues[0],
    profileValues,
    completeness: found.length > 0 ? 'some' : 'none-found',
    warnings,
  };
}

/** @param enough stop once so many are found. */
export function equilibriaBySupports(
  form: NormalForm,
  ctx: SolveContext,
  enough: number,
): { readonly found: Float64Array[]; readonly complete: boolean; readonly skipped: boolean } {
  const { list, skipped } = combinations(form);
  const offsets = offsetsOf(form);
  const length = form.counts.reduce((sum, count) => sum + count, 0);
  const random = new Stream(1, purpose, 0, 0);
  const found: Float64Array[] = [];
  for (const [k, supports] of list.entries()) {
    if (expired(ctx)) return { found, complete: false, skipped };
    if (k % 64 === 0) ctx.onProgress?.(k, list.length, 'combinations of supports');
    if (hopeless(form, supports)) continue;
    const mixing = supports.some(support => support.length > 1);
    for (let attempt = 0; attempt < (mixing ? starts : 1); attempt++) {
      const start = new Float64Array(length);
      supports.forEach((support, i) => {
        const weights = support.map(() => (attempt === 0 ? 1 : -Math.log(1 - random.unit())));
        const sum = weights.reduce((total, w) => total + w, 0);
        support.forEach((a, at) => {
          start[(offsets[i] as number) + a] = (weights[at] as number) / sum;
        });
      });
      const p = equilibriumOn(form, supports, start);
      if (p === undefined || found.some(other => other.every((x, at) => Math.abs(x - (p[at] as number)) < 1e-7)))
        continue;
      found.push(p);
      if (found.length >= enough) return { found, complete: false, skipped };
    }
  }
  return { found, complete: true, skipped };
}

/** All combinations of supports, small ones first, then those of equal sizes. */
function combinations(form: NormalForm): { list: number[][][]; skipped: boolean } {
  const subsets = (count: number, most: number): number[][] =>
    Array.from({ length: 2 ** count - 1 }, (_, k) =>
      Array.from({ length: count }, (_, a) => a).filter(a => ((k + 1) & (1 << a)) !== 0),
    ).filter(support => support.length <= most);
  let most = Math.max(...form.counts);
  const choose = (count: number, limit: number): number => {
    let [sum, term] = [0, 1];
    for (let k = 1; k <= Math.min(count, limit); k++) {
      term = (term * (count - k + 1)) / k;
      sum += term;
    }
    return sum;
  };
  const number = (limit: number): number => form.counts.reduce((product, count) => product * choose(count, limit), 1);
  while (most > 1 && (number(most) > mostSupports || Math.max(...form.counts) > 24)) {
    if (number(most) <= mostSupports && choose(Math.max(...form.counts), most) <= mostSupports && most <= 3) break;
    most--;
  }
  let list: number[][][] = [[]];
  for (const count of form.counts) {
    const own = count > 24 ? small(count, most) : subsets(count, most);
    list = list.flatMap(prefix => own.map(support => [...prefix, support]));
  }
  const sizes = (supports: readonly (readonly number[])[]): [number, number] => {
    const lengths = supports.map(support => support.length);
    const total = lengths.reduce((sum, one) => sum + one, 0);
    return [total, Math.max(...lengths) - Math.min(...lengths)];
  };
  const keyed = list.map(supports => ({ supports, key: sizes(supports) }));
  keyed.sort((x, y) => x.key[0] - y.key[0] || x.key[1] - y.key[1]);
  return { list: keyed.map(entry => entry.supports), skipped: most < Math.max(...form.counts) };
}

/** Subsets of at most `most` of many choices. */
function small(count: number, most: number): number[][] {
  let layer: number[][] = Array.from({ length: count }, (_, a) => [a]);
  const all = [...layer];
  for (let size = 2; size <= most; size++) {
    layer = layer.flatMap(set =>
      Array.from({ length: count }, (_, a) => a)
        .filter(a => a > (set.at(-1) as number))
        .map(a => [...set, a]),
    );
    all.push(...layer);
  }
  return all;
}

/** Is a choice of some support strictly dominated while the others keep to their supports? Then no equilibrium has these. */
function hopeless(form: NormalForm, supports: readonly (readonly number[])[]): boolean {
  const n = form.agents.length;
  for (let i = 0; i < n; i++) {
    let around = [0];
    supports.forEach((support, k) => {
      if (k !== i)
        around = around.flatMap(profile => support.map(choice => profile + choice * (form.strides[k] as number)));
    });
    const at = (profile: number, a: number): number => form.payoff[withChoice(form, profile, i, a) * n + i] as number;
    for (const a of supports[i] as readonly number[])
      for (let b = 0; b < (form.counts[i] as number); b++)
        if (b !== a && around.every(profile => at(profile, b) > at(profile, a))) return true;
  }
  return false;
}

/** The same equilibrium in small fractions, if that is what it is. */
export function rationalised(form: NormalForm, p: Float64Array): Rational[][] | undefined {
  if (form.exact === undefined || form.size > exactProfiles) return undefined;
  if (form.agents.length === 2) return exactPair(form, form.exact, p);
  for (const limit of [100, 10_000, 1e7]) {
    const profile = splitStrategies(form, p).map(list => {
      const rounded = list.map(x => simplest(Math.min(1, Math.max(0, x)), limit));
      const sum = rounded.reduce((total, x) => total.add(x), Rational.zero);
      return sum.sign > 0 ? rounded.map(x => x.div(sum)) : rounded;
    });
    if (exactly(form, profile)?.equilibrium === true) return profile;
  }
  return undefined;
}

/** Two agents: each mixes so that all the actions in use of the other pay the same, which is linear. */
function exactPair(form: NormalForm, payoffs: readonly Rational[], p: Float64Array): Rational[][] | undefined {
  const [m, n] = form.counts as [number, number];
  const [x, y] = splitStrategies(form, p).map(list => list.flatMap((q, a) => (q > 1e-9 ? [a] : []))) as [
    number[],
    number[],
  ];
  const column = mixtureOn((i, j) => payoffs[2 * (i * n + j)] as Rational, x, y, n);
  const row = mixtureOn((j, i) => payoffs[2 * (i * n + j) + 1] as Rational, y, x, m);
  if (row === undefined || column === undefined) return undefined;
  const profile = [row, column];
  return exactly(form, profile)?.equilibrium === true ? profile : undefined;
}

function valuesOf(form: NormalForm, p: Float64Array): number[] {
  const { payoff } = expectation(form, p, false);
  const offsets = offsetsOf(form);
  return form.counts.map((count, i) => {
    let sum = 0;
    for (let a = 0; a < count; a++)
      sum += (p[(offsets[i] as number) + a] as number) * (payoff[(offsets[i] as number) + a] as number);
    return sum;
  });
}
