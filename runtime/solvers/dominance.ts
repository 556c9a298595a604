/** Iterated elimination of dominated actions, with mixed dominators (Bernheim 1984, Pearce 1984). */
import { Rational } from '../games/rational.ts';
import type { Elimination } from '../verify/claim.ts';
import { rationals } from '../verify/number.ts';
import { expired, type Found, type SolveContext } from './answer.ts';
import { exactSimplex } from './exact-simplex.ts';
import { solveMatrix } from './matrix-game.ts';
import { type NormalForm, rationalPayoffs, withChoice } from './normal-form.ts';
import { payoffsAt } from './pure.ts';

/** Mixed dominators are searched for while an agent's comparison has at most this many entries. */
const mixedEntries = 40_000;
/** Weak mixed dominators need an exact program; up to this many entries. */
const weakEntries = 4_000;

interface Search {
  readonly form: NormalForm;
  readonly payoffs: readonly Rational[];
  readonly alive: number[][];
  skipped: boolean;
}

/**
 * Strikes out dominated actions one at a time until none is left: strictly dominated ones first; with `weak`, and when no strict
 * step remains, one weakly dominated action at a time. What survives strict elimination does not depend on the order; what
 * survives weak elimination does, and the order taken is reported.
 */
export function solveDominance(form: NormalForm, weak: boolean, ctx: SolveContext): Found {
  const search: Search = {
    form,
    payoffs: rationalPayoffs(form),
    alive: form.counts.map(count => Array.from({ length: count }, (_, a) => a)),
    skipped: false,
  };
  const steps: Elimination[] = [];
  let complete = true;
  for (let round = 1; complete; round++) {
    const before = steps.length;
    for (let i = 0; i < form.agents.length && complete; i++)
      for (const choice of [...(search.alive[i] as number[])]) {
        if (expired(ctx)) {
          complete = false;
          break;
        }
        const by = strictDominator(search, i, choice);
        if (by !== undefined) strike(search, steps, { round, agent: i, choice, by, weak: false });
      }
    if (steps.length > before || !complete) continue;
    if (!weak) break;
    const step = firstWeak(search, round, ctx);
    if (step === undefined) break;
    strike(search, steps, step);
  }
  const single = search.alive.every(list => list.length === 1);
  const left = search.alive.reduce((product, list) => product * list.length, 1);
  const warnings: string[] = [];
  if (!complete) warnings.push('stopped at the time limit; more actions may be dominated');
  if (search.skipped)
    warnings.push('the game is too large to look for every mixed dominator; more actions may be dominated');
  if (steps.some(step => step.weak))
    warnings.push('weak elimination depends on its order: another order may leave other actions');
  return {
    kind: 'dominance',
    method: weak ? 'weak' : 'strict',
    note: single ? 'one outcome survives' : `${left} of ${form.size} profiles survive`,
    solution: { kind: 'elimination', steps, surviving: search.alive },
    values: single
      ? payoffsAt(
          form,
          profileNumber(
            form,
            search.alive.map(list => list[0] as number),
          ),
        )
      : undefined,
    completeness: complete && !search.skipped ? 'all-proved' : 'some',
    warnings,
  };
}

function profileNumber(form: NormalForm, choices: readonly number[]): number {
  return choices.reduce((sum, choice, i) => sum + choice * (form.strides[i] as number), 0);
}

function strike(search: Search, steps: Elimination[], step: Elimination): void {
  steps.push(step);
  const list = search.alive[step.agent] as number[];
  list.splice(list.indexOf(step.choice), 1);
}

/** Profiles of the others that are still possible, each with this agent's first choice. */
function contexts(search: Search, agent: number): number[] {
  let profiles = [0];
  search.alive.forEach((list, k) => {
    if (k !== agent)
      profiles = profiles.flatMap(profile => list.map(choice => profile + choice * (search.form.strides[k] as number)));
  });
  return profiles;
}

/** `gain[b][c]`: what the agent wins in context c by choosing the b-th rival instead of `choice`. */
function gains(search: Search, agent: number, choice: number): { rivals: number[]; gain: Rational[][] } {
  const n = search.form.agents.length;
  const rivals = (search.alive[agent] as number[]).filter(b => b !== choice);
  const around = contexts(search, agent);
  const at = (profile: number, b: number) =>
    search.payoffs[withChoice(search.form, profile, agent, b) * n + agent] as Rational;
  const own = around.map(profile => at(profile, choice));
  const gain = rivals.map(b => around.map((profile, c) => rationals.sub(at(profile, b), own[c] as Rational)));
  return { rivals, gain };
}

function strictDominator(search: Search, agent: number, choice: number): Rational[] | undefined {
  const { rivals, gain } = gains(search, agent, choice);
  const pure = gain.findIndex(row => row.every(x => x.sign > 0));
  if (pure >= 0)
    return spread(
      search,
      agent,
      rivals,
      gain.map((_, b) => (b === pure ? Rational.one : Rational.zero)),
    );
  if (rivals.length < 2) return undefined;
  const width = gain[0]?.length ?? 0;
  if (rivals.length * width > mixedEntries) {
    search.skipped = true;
    return undefined;
  }
  // A dominating mixture exists exactly where the game "rival against context" has a positive value. Doubles find it; since
  // strict inequalities bear rounding, a nearby mixture of small fractions is then tested exactly.
  const { row, value } = solveMatrix(
    gain.flatMap(list => list.map(x => x.toNumber())),
    rivals.length,
    width,
  );
  if (!(value > 0)) return undefined;
  for (const denominators of [12, 1000, 1e9]) {
    const mixture = normalise(row.map(p => simplest(p, denominators)));
    if (mixture !== undefined && dominates(gain, mixture)) return spread(search, agent, rivals, mixture);
  }
  return undefined;
}

function dominates(gain: readonly (readonly Rational[])[], mixture: readonly Rational[]): boolean {
  const width = gain[0]?.length ?? 0;
  for (let c = 0; c < width; c++) {
    let total = Rational.zero;
    mixture.forEach((p, b) => {
      total = rationals.add(total, rationals.mul(p, gain[b]?.[c] as Rational));
    });
    if (total.sign <= 0) return false;
  }
  return true;
}

function firstWeak(search: Search, round: number, ctx: SolveContext): Elimination | undefined {
  for (let i = 0; i < search.form.agents.length; i++)
    for (const choice of search.alive[i] as number[]) {
      if (expired(ctx)) return undefined;
      const by = weakDominator(search, i, choice);
      if (by !== undefined) return { round, agent: i, choice, by, weak: true };
    }
  return undefined;
}

/** A mixture that is never worse and somewhere better: maximise the total gain over mixtures that lose nowhere. */
function weakDominator(search: Search, agent: number, choice: number): Rational[] | undefined {
  const { rivals, gain } = gains(search, agent, choice);
  const pure = gain.findIndex(row => row.every(x => x.sign >= 0) && row.some(x => x.sign > 0));
  if (pure >= 0)
    return spread(
      search,
      agent,
      rivals,
      gain.map((_, b) => (b === pure ? Rational.one : Rational.zero)),
    );
  if (rivals.length < 2) return undefined;
  const width = gain[0]?.length ?? 0;
  if (rivals.length * width > weakEntries) {
    search.skipped = true;
    return undefined;
  }
  const rows = Array.from({ length: width }, (_, c) => gain.map(row => (row[c] as Rational).neg()));
  const total = gain.map(row => row.reduce((sum, x) => sum.add(x), Rational.zero));
  const found = exactSimplex(
    [...rows, gain.map(() => Rational.one)],
    [...rows.map(() => Rational.zero), Rational.one],
    total,
  );
  if (found.status !== 'optimal' || found.objective.sign <= 0) return undefined;
  const mixture = normalise(found.x);
  return mixture === undefined ? undefined : spread(search, agent, rivals, mixture);
}

/** From weights on the rivals to a strategy over all choices. */
function spread(search: Search, agent: number, rivals: readonly number[], weights: readonly Rational[]): Rational[] {
  const strategy = new Array<Rational>(search.form.counts[agent] as number).fill(Rational.zero);
  rivals.forEach((b, k) => {
    strategy[b] = weights[k] as Rational;
  });
  return strategy;
}

function normalise(weights: readonly Rational[]): Rational[] | undefined {
  const sum = weights.reduce((total, w) => total.add(w), Rational.zero);
  return sum.sign > 0 ? weights.map(w => w.div(sum)) : undefined;
}

/** The last convergent of the continued fraction of `value` (in [0, 1]) whose denominator is at most `limit`. */
export function simplest(value: number, limit: number): Rational {
  let [p0, q0, p1, q1] = [0, 1, 1, 0];
  let rest = value;
  for (let k = 0; k < 40; k++) {
    const whole = Math.floor(rest);
    const p = whole * p1 + p0;
    const q = whole * q1 + q0;
    if (q > limit || p > Number.MAX_SAFE_INTEGER) break;
    [p0, q0, p1, q1] = [p1, q1, p, q];
    const fraction = rest - whole;
    if (fraction < 1e-13) break;
    rest = 1 / fraction;
  }
  return Rational.of(p1, q1);
}
