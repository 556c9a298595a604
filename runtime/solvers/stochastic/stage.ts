/** The game of one state: payoffs of joint actions when play goes on as valued, and rules that say how it is played. */

import { Rational } from '../../games/rational.ts';
import { legalOf, type TabularGame } from '../../games/tabular.ts';
import type { Objective } from '../../verify/claim.ts';
import { isExact, type Num, toFloat } from '../../verify/number.ts';
import { isRefusal, type SolveContext } from '../answer.ts';
import { stageDevice } from '../correlated-program.ts';
import { matricesOf } from '../normal/bimatrix.ts';
import { solveLemkeHowson } from '../normal/lemke-howson.ts';
import { choicesOf, type NormalForm, payoffScale, withChoice } from '../normal-form.ts';
import { payoffsAt, pureEquilibria, pureProfile } from '../pure.ts';
import { extremeEquilibria } from '../vertices.ts';

/** How a state is played. */
export interface StagePlay {
  /** What the rule keeps: a strategy per agent, one device, or for every agent its own strategy and that of all others together. */
  readonly tables: readonly (readonly Num[])[];
  /** Probabilities of the joint actions: one list for all agents, or one for each. */
  readonly mixes: readonly (readonly Num[])[];
  readonly worth: readonly Num[];
}

/** @param before how the state was played last: kept where it is as good as anything else. Undefined where nothing was found. */
export type StageRule = (form: NormalForm, before: StagePlay | undefined) => StagePlay | undefined;

/** Actions of two agents together up to which all extreme equilibria of a state are compared; beyond, one is found by pivots. */
const compared = 14;
/** Two numbers in doubles are one when they differ by no more than this part of the range of the payoffs. */
const equal = 1e-9;

/** The stage game without payoffs; `payoff` and `exact` are filled per call. */
export function emptyForm(game: TabularGame, state: number): NormalForm {
  const n = game.agents.length;
  const legal = game.agents.map((_, i) => Array.from(legalOf(game, state, i)));
  const counts = legal.map(list => Math.max(1, list.length));
  const strides = new Array<number>(n).fill(1);
  for (let i = n - 2; i >= 0; i--) strides[i] = (strides[i + 1] as number) * (counts[i + 1] as number);
  const size = counts.reduce((product, count) => product * count, 1);
  return {
    name: game.name,
    agents: game.agents,
    choiceNames: legal.map((list, i) =>
      list.length === 0 ? ['-'] : list.map(a => game.actionNames[i]?.[a] ?? `${a}`),
    ),
    counts,
    strides,
    size,
    payoff: new Float64Array(size * n),
    exact: undefined,
    constantSum: undefined,
  };
}

/** What a list of probabilities of joint actions is worth to an agent. */
export function worthOf(form: NormalForm, mix: readonly Num[], agent: number): Num {
  const n = form.agents.length;
  const { exact } = form;
  if (exact !== undefined && mix.every(isExact))
    return (mix as readonly Rational[]).reduce(
      (sum, p, k) => (p.sign === 0 ? sum : sum.add(p.mul(exact[k * n + agent] as Rational))),
      Rational.zero,
    );
  return mix.reduce((sum: number, p, k) => {
    const weight = toFloat(p);
    return weight === 0 ? sum : sum + weight * (form.payoff[k * n + agent] as number);
  }, 0);
}

/** The value of going on as before at other payoffs. */
export function revalued(form: NormalForm, { tables, mixes }: StagePlay): StagePlay {
  return {
    tables,
    mixes,
    worth: form.agents.map((_, i) => worthOf(form, mixes[i] ?? (mixes[0] as readonly Num[]), i)),
  };
}

function product(form: NormalForm, strategies: readonly (readonly Num[])[]): readonly Num[] {
  return Array.from({ length: form.size }, (_, profile) => {
    const parts = choicesOf(form, profile).map((choice, i) => strategies[i]?.[choice] as Num);
    return parts.every(isExact)
      ? (parts as readonly Rational[]).reduce((all, p) => (all.sign === 0 ? all : all.mul(p)), Rational.one)
      : parts.reduce((all: number, p) => all * toFloat(p), 1);
  });
}

export function playOf(form: NormalForm, strategies: readonly (readonly Num[])[]): StagePlay {
  return revalued(form, { tables: strategies, mixes: [product(form, strategies)], worth: [] });
}

/** What an objective says about values; fractions stay fractions. */
export function scoreOf(objective: Objective, values: readonly Num[]): Num {
  const exact = values.every(isExact);
  const sum = (): Num =>
    exact
      ? (values as readonly Rational[]).reduce((total, x) => total.add(x), Rational.zero)
      : values.reduce((total: number, x) => total + toFloat(x), 0);
  switch (objective.kind) {
    case 'agent':
      return values[objective.agent] as Num;
    case 'egalitarian':
      return values.reduce((least, x) => (toFloat(x) < toFloat(least) ? x : least));
    case 'social_cost': {
      const total = sum();
      return isExact(total) ? total.neg() : -total;
    }
    default:
      return sum();
  }
}

export function better(a: Num, b: Num, slack: number): boolean {
  return isExact(a) && isExact(b) ? a.compare(b) > 0 : toFloat(a) > toFloat(b) + slack;
}

/** The best by the objective; of several the one that was played before, else the first. */
function best(
  form: NormalForm,
  objective: Objective,
  plays: readonly StagePlay[],
  before: StagePlay | undefined,
): StagePlay | undefined {
  const slack = equal * payoffScale(form);
  const scores = plays.map(play => scoreOf(objective, play.worth));
  let top = 0;
  scores.forEach((score, k) => {
    if (better(score, scores[top] as Num, slack)) top = k;
  });
  const kept = plays.find(
    (play, k) => before !== undefined && !better(scores[top] as Num, scores[k] as Num, slack) && same(play, before),
  );
  return kept ?? plays[top];
}

function same(a: StagePlay, b: StagePlay): boolean {
  return a.tables.every((list, k) =>
    list.every((p, c) => Math.abs(toFloat(p) - toFloat(b.tables[k]?.[c] ?? 0)) < 1e-6),
  );
}

/**
 * A Nash equilibrium: of the pure ones, if there are any, the best by the objective; else of the mixed ones. The rule is the same for all, so
 * that all expect the same equilibrium. `mixed` finds mixed equilibria; `loyal` keeps what was played before as long as it is an equilibrium
 * at all.
 */
export function nashRule(
  objective: Objective,
  mixed: (form: NormalForm) => readonly (readonly (readonly Num[])[])[],
  loyal: boolean,
): StageRule {
  return (form, before) => {
    const pure = pureEquilibria(form, {}).profiles.map((profile): StagePlay => {
      const tables = pureProfile(form.counts, choicesOf(form, profile));
      return { tables, mixes: [unit(form, profile)], worth: payoffsAt(form, profile) };
    });
    const old = loyal && before !== undefined ? pure.find(play => same(play, before)) : undefined;
    if (old !== undefined) return old;
    if (pure.length > 0) return best(form, objective, pure, before);
    if (loyal && before !== undefined && gainIn(form, before) <= 1e-11 * payoffScale(form))
      return revalued(form, before);
    return best(
      form,
      objective,
      mixed(form).map(strategies => playOf(form, strategies)),
      before,
    );
  };
}

export function unit(form: NormalForm, profile: number): readonly Rational[] {
  return Array.from({ length: form.size }, (_, k) => (k === profile ? Rational.one : Rational.zero));
}

/** The most that one agent could gain by another action, in doubles. */
function gainIn(form: NormalForm, { tables }: StagePlay): number {
  const strategies = tables.map(list => list.map(toFloat));
  const n = form.agents.length;
  let most = 0;
  for (let i = 0; i < n; i++) {
    const own = new Float64Array(form.counts[i] as number);
    let now = 0;
    for (let profile = 0; profile < form.size; profile++) {
      const choices = choicesOf(form, profile);
      let weight = 1;
      for (let j = 0; j < n; j++) if (j !== i) weight *= strategies[j]?.[choices[j] as number] as number;
      const worth = weight * (form.payoff[profile * n + i] as number);
      const choice = choices[i] as number;
      own[choice] = (own[choice] as number) + worth;
      now += worth * (strategies[i]?.[choice] as number);
    }
    most = Math.max(most, Math.max(...own) - now);
  }
  return most;
}

/** 2 to the power of 40. */
const steps = 1_099_511_627_776;

/** Fractions near the doubles, whose size does not grow from sweep to sweep: 40 bits of the range of each agent's payoffs. */
function rounded(form: NormalForm): readonly Rational[] {
  const n = form.agents.length;
  const low = new Array<number>(n).fill(Number.POSITIVE_INFINITY);
  const high = new Array<number>(n).fill(Number.NEGATIVE_INFINITY);
  form.payoff.forEach((x, k) => {
    low[k % n] = Math.min(low[k % n] as number, x);
    high[k % n] = Math.max(high[k % n] as number, x);
  });
  return Array.from(form.payoff, (x, k) => {
    const range = (high[k % n] as number) - (low[k % n] as number);
    return Rational.of(range > 0 ? Math.round(((x - (low[k % n] as number)) / range) * steps) : 0);
  });
}

/** All extreme equilibria of two agents where they are few, else one; fractions where the payoffs are. */
export function equilibriaOfTwo(form: NormalForm, ctx: SolveContext): readonly (readonly (readonly Num[])[])[] {
  const settle = (profiles: readonly (readonly (readonly Num[])[])[]) =>
    form.exact === undefined ? profiles.map(profile => profile.map(list => list.map(toFloat))) : profiles;
  const [m, n] = form.counts as [number, number];
  const payoffs = form.exact ?? rounded(form);
  if (m + n <= compared) {
    const [a, b] = matricesOf(payoffs, m, n);
    return settle(extremeEquilibria(a, b, m, n, () => false).equilibria);
  }
  const found = solveLemkeHowson({ ...form, exact: payoffs }, ctx, true);
  return isRefusal(found) || found.solution.kind !== 'profiles' ? [] : settle(found.solution.profiles.slice(0, 1));
}

/** A correlated equilibrium that is best by the objective; `loyal` as for Nash equilibria. */
export function correlatedRule(objective: Objective, loyal: boolean): StageRule {
  return (form, before) => {
    if (loyal && before !== undefined) {
      const kept = revalued(form, before);
      if (disobedience(form, kept.mixes[0] as readonly Num[]) <= 1e-12 * payoffScale(form)) return kept;
    }
    const device = stageDevice(form, objective);
    if (device === undefined) return undefined;
    const play = revalued(form, { tables: [device], mixes: [device], worth: [] });
    if (before === undefined) return play;
    // Of several that are equally good, the one from before: else values would jump from one to another for ever.
    const old = revalued(form, before);
    const slack = equal * payoffScale(form);
    const kept =
      !better(scoreOf(objective, play.worth), scoreOf(objective, old.worth), slack) &&
      disobedience(form, old.mixes[0] as readonly Num[]) <= 1e-3 * slack;
    return kept ? old : play;
  };
}

/** The most that an agent gains by one other action wherever one action is recommended to it, in doubles. */
function disobedience(form: NormalForm, device: readonly Num[]): number {
  const n = form.agents.length;
  let most = 0;
  for (let i = 0; i < n; i++) {
    const count = form.counts[i] as number;
    const gain = new Float64Array(count * count);
    for (let profile = 0; profile < form.size; profile++) {
      const p = toFloat(device[profile] as Num);
      if (p === 0) continue;
      const told = choicesOf(form, profile)[i] as number;
      for (let other = 0; other < count; other++) {
        const change = form.payoff[withChoice(form, profile, i, other) * n + i] as number;
        const at = told * count + other;
        gain[at] = (gain[at] as number) + p * (change - (form.payoff[profile * n + i] as number));
      }
    }
    most = Math.max(most, ...gain);
  }
  return most;
}
