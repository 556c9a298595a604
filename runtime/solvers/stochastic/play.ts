/** Plays a game of many steps state by state, as a rule for single states says, along the course of the game. */
import type { Rational } from '../../games/rational.ts';
import type { TabularGame } from '../../games/tabular.ts';
import { isExact, type Num, rationals, toFloat } from '../../verify/number.ts';
import { expired, type SolveContext } from '../answer.ts';
import { inducePasses } from '../induction.ts';
import type { Course } from '../markov.ts';
import type { NormalForm } from '../normal-form.ts';
import { emptyForm, revalued, type StagePlay, type StageRule } from './stage.ts';

/** Fractions are used up to this many outcomes (times steps), while denominators stay below this many digits. */
const exactOutcomes = 30_000;
const exactDigits = 200;
/** Sweeps of value iteration with one rule; how often strategies are held while values follow them; sweeps of a new rule to settle in. */
const mostSweeps = 4_000;
const held = 20;

export interface Played {
  /** `stages[t][s]`; one list for stationary play. */
  readonly stages: readonly (readonly StagePlay[])[];
  /** `values[s][i]` at the start of play. */
  readonly values: readonly (readonly Num[])[];
  readonly finished: boolean;
  readonly residual: number;
  readonly sweeps: number;
  /** How a fixed point was found, where plain value iteration does not find one. */
  readonly how?: string | undefined;
}

/** No rule gave an answer in some state. */
export class NoStage extends Error {
  readonly state: number;

  constructor(state: number) {
    super('a stage game has no solution by this rule');
    this.state = state;
  }
}

class TooLarge extends Error {}

/** Payoffs of the joint actions of a state when play goes on with `values`. */
class Forms {
  readonly #game: TabularGame;
  readonly #empty: readonly NormalForm[];

  constructor(game: TabularGame) {
    this.#game = game;
    this.#empty = Array.from({ length: game.stateCount }, (_, s) => emptyForm(game, s));
  }

  float(state: number, worthAt: (next: number, agent: number) => number): NormalForm {
    const game = this.#game;
    const n = game.agents.length;
    const form = this.#empty[state] as NormalForm;
    const from = game.jointStart[state] as number;
    form.payoff.fill(0);
    for (let k = 0; k < form.size; k++)
      for (let o = game.outcomeStart[from + k] as number; o < (game.outcomeStart[from + k + 1] as number); o++) {
        const p = game.outcomeProbability[o] as number;
        const next = game.outcomeState[o] as number;
        for (let i = 0; i < n; i++) {
          const rest = next < 0 ? 0 : game.discount * worthAt(next, i);
          form.payoff[k * n + i] =
            (form.payoff[k * n + i] as number) + p * ((game.outcomeReward[o * n + i] as number) + rest);
        }
      }
    return form;
  }

  exact(state: number, worthAt: (next: number, agent: number) => Rational): NormalForm {
    const game = this.#game;
    const numbers = game.exact as NonNullable<TabularGame['exact']>;
    const n = game.agents.length;
    const empty = this.#empty[state] as NormalForm;
    const from = game.jointStart[state] as number;
    const exact = new Array<Rational>(empty.size * n).fill(rationals.zero);
    for (let k = 0; k < empty.size; k++)
      for (let o = game.outcomeStart[from + k] as number; o < (game.outcomeStart[from + k + 1] as number); o++) {
        const p = numbers.outcomeProbability[o] as Rational;
        const next = game.outcomeState[o] as number;
        for (let i = 0; i < n; i++) {
          const reward = numbers.outcomeReward[o * n + i] as Rational;
          const worth = next < 0 ? reward : rationals.add(reward, rationals.mul(numbers.discount, worthAt(next, i)));
          exact[k * n + i] = rationals.add(exact[k * n + i] as Rational, rationals.mul(p, worth));
        }
      }
    empty.payoff.set(exact.map(x => x.toNumber()));
    return { ...empty, exact };
  }
}

/** One pass from the end, in fractions where the game has them and the rule keeps them; undefined at the time limit. @throws NoStage */
export function playPasses(
  game: TabularGame,
  course: Exclude<Course, { kind: 'cyclic' }>,
  rule: StageRule,
  ctx: SolveContext,
): Played | undefined {
  const steps = course.kind === 'timed' ? course.steps : 1;
  if (game.exact !== undefined && game.outcomeState.length * steps <= exactOutcomes) {
    try {
      return pass(game, course, rule, true, ctx);
    } catch (error) {
      if (!(error instanceof TooLarge || error instanceof NoStage)) throw error;
    }
  }
  return pass(game, course, rule, false, ctx);
}

function pass(
  game: TabularGame,
  course: Exclude<Course, { kind: 'cyclic' }>,
  rule: StageRule,
  inFractions: boolean,
  ctx: SolveContext,
): Played | undefined {
  const forms = new Forms(game);
  const stages: StagePlay[][] = [];
  let list = new Array<StagePlay>(game.stateCount);
  let done = 0;
  const limit = 10n ** BigInt(exactDigits);
  const zero: readonly Num[] = game.agents.map(() => rationals.zero);
  const found = inducePasses<readonly Num[]>(
    game,
    course,
    zero,
    (s, values) => {
      const worthAt = (next: number, i: number) => (values[next] as readonly Num[])[i] as Num;
      const form = inFractions
        ? forms.exact(s, (next, i) => rationals.of(worthAt(next, i)))
        : forms.float(s, (next, i) => toFloat(worthAt(next, i)));
      const play = rule(form, undefined);
      if (play === undefined) throw new NoStage(s);
      if (inFractions) {
        if (expired(ctx) || !play.worth.every(isExact)) throw new TooLarge();
        if ((play.worth as readonly Rational[]).some(x => x.denominator > limit)) throw new TooLarge();
      }
      list[s] = play;
      if (++done === game.stateCount) {
        stages.unshift(list);
        list = new Array<StagePlay>(game.stateCount);
        done = 0;
      }
      return play.worth;
    },
    ctx,
  );
  if (!found.finished) return undefined;
  return { stages, values: Array.from(found.values), finished: true, residual: 0, sweeps: steps(course) };
}

function steps(course: Course): number {
  return course.kind === 'timed' ? course.steps : 1;
}

/** One try at a fixed point of value iteration. */
export interface Attempt {
  readonly rule: StageRule;
  /**
   * `values`: from all values zero. `here`: from where the try before came to. A rule: from where that one leads; what is the same for all
   * agents at the start of a sweep is the same at its end, so that fixed points in which agents differ are only found from elsewhere.
   */
  readonly from: 'zero' | 'here' | StageRule;
  /** For people, where it is not the plain one: how the values were found. */
  readonly how?: string;
}

/** Sweeps without progress after which more of the same is given up, and the same for rules that only lead to a start. */
const patience = 300;
const shortPatience = 60;

/**
 * Value iteration with a stage game in every state, until nothing moves by more than rounding, or for `ctx.iterations` sweeps from 0 in which every
 * state is valued by the sweep before. Tries follow each other until one settles: value iteration with equilibria of general-sum stages need
 * not. @throws NoStage
 */
export async function playOn(game: TabularGame, attempts: readonly Attempt[], ctx: SolveContext): Promise<Played> {
  const n = game.agents.length;
  const forms = new Forms(game);
  const scale = game.outcomeReward.reduce((most, reward) => Math.max(most, Math.abs(reward)), Number.MIN_VALUE);
  const values = new Float64Array(game.stateCount * n);
  let stages = new Array<StagePlay | undefined>(game.stateCount).fill(undefined);
  let residual = Number.POSITIVE_INFINITY;
  let sweeps = 0;
  let rested = performance.now();
  const limited = ctx.iterations !== undefined;
  const sweep = (rule: StageRule): number => {
    const before = limited ? values.slice() : values;
    const worthAt = (next: number, i: number) => before[next * n + i] as number;
    let moved = 0;
    const list = stages.slice();
    for (let s = game.stateCount - 1; s >= 0; s--) {
      const play = rule(forms.float(s, worthAt), stages[s]);
      if (play === undefined) throw new NoStage(s);
      list[s] = play;
      play.worth.forEach((value, i) => {
        const worth = toFloat(value);
        moved = Math.max(moved, Math.abs(worth - (values[s * n + i] as number)));
        values[s * n + i] = worth;
      });
    }
    stages = list;
    sweeps++;
    return moved;
  };
  const follow = () => {
    const worthAt = (next: number, i: number) => values[next * n + i] as number;
    for (let round = 0; round < held; round++)
      for (let s = game.stateCount - 1; s >= 0; s--)
        revalued(forms.float(s, worthAt), stages[s] as StagePlay).worth.forEach((value, i) => {
          values[s * n + i] = toFloat(value);
        });
  };
  const finish = (finished: boolean, how?: string): Played => ({
    stages: [stages as StagePlay[]],
    values: Array.from({ length: game.stateCount }, (_, s) => [...values.subarray(s * n, s * n + n)]),
    finished,
    residual,
    sweeps,
    how,
  });
  const settle = async (rule: StageRule, patient: number): Promise<'settled' | 'stalled' | 'expired'> => {
    const most = ctx.iterations ?? sweeps + mostSweeps;
    let least = Number.POSITIVE_INFINITY;
    let stalled = 0;
    while (sweeps < most) {
      residual = sweep(rule);
      if (residual <= 4e-16 * scale) return 'settled';
      stalled = residual < least * 0.99 ? 0 : stalled + 1;
      least = Math.min(least, residual);
      // The last bits may go round in circles.
      if (stalled > 20 && residual <= 1e-13 * scale) return 'settled';
      // So does a cycle of equilibria; more of the same does not end it.
      if (stalled > patient && !limited) return 'stalled';
      const now = performance.now();
      if (now - rested > 40) {
        ctx.onProgress?.(sweeps, ctx.iterations, 'sweeps');
        await new Promise(resolve => setTimeout(resolve, 0));
        rested = performance.now();
        if (expired(ctx)) return 'expired';
      }
      if (!limited) follow();
    }
    return 'stalled';
  };
  for (const { rule, from, how } of attempts) {
    if (from !== 'here') {
      values.fill(0);
      stages.fill(undefined);
    }
    if (typeof from === 'function' && (await settle(from, shortPatience)) === 'expired') break;
    const end = await settle(rule, patience);
    if (end === 'settled') return finish(true, how);
    if (end === 'expired' || limited) break;
  }
  return finish(false);
}
