/**
 * What was learned beside the exact answer, for games that were listed: the optimum of a team, the exploitability of a zero-sum pair,
 * what each agent could gain by a best reply. Values are expected discounted returns, computed from the table and not played.
 */
import type { TabularGame } from '../games/tabular.ts';
import type { GameSpec } from '../games/vector.ts';
import type { Learner } from '../learners/shared/learner.ts';
import { isRefusal, solve } from '../solvers/index.ts';
import { type Course, commonReward, courseOf, hiddenState, zeroSum } from '../solvers/markov.ts';
import { atStart, type Free, MarkovChecker, type Payee, ruleIn, timedValues } from '../verify/markov.ts';
import { floats, toFloat } from '../verify/number.ts';
import { floatReading } from '../verify/reading.ts';
import { type Backup, type Device, deviceRule, deviceTable, disobeying, obeying } from './device.ts';
import { plannedOptimum } from './planned.ts';
import { bestReply, hiddenFrom } from './reply.ts';
import { learnedRule, type StateRule } from './rule.ts';
import type { TrainSpec } from './spec.ts';

/** How good the policies of one seed are, exactly. */
export type Gap =
  | {
      readonly kind: 'optimum';
      /** The team's value of what was learned, and the greatest there is. */
      readonly value: number;
      readonly optimum: number;
      readonly gap: number;
      /** Why the optimum is only an upper bound of what the agents can reach. */
      readonly bound: string | undefined;
    }
  | {
      readonly kind: 'exploitability' | 'regret';
      /**
       * Of the policies as they are drawn from, where they are stochastic; otherwise of the greedy ones. `device`: of one that draws the
       * joint action and tells every agent its part.
       */
      readonly policies: 'greedy' | 'sampled' | 'device';
      readonly values: readonly number[];
      /** What each agent would gain by a best reply to the others, or by doing something else than a device tells it. */
      readonly regret: readonly number[];
      /** Half the sum of the gains, for two agents with opposed rewards. */
      readonly exploitability: number | undefined;
      /** Why the gains are only upper bounds. */
      readonly bound: string | undefined;
    };

export interface Yardstick {
  /** The gap of a learner's policies without exploration, or why there is none. */
  measure(learner: Learner): Gap | { readonly why: string };
}

/** Steps of the horizon times outcomes, in one valuation. */
const mostTimedWork = 5_000_000;
/** Differences below this part of the greatest reward count as rounding. */
const relative = 1e-9;

/** Prepares the exact side for a game. Gives the reason where there is no exact answer to stand beside. */
export async function yardstickFor(
  game: TabularGame,
  spec: GameSpec,
  train: Pick<TrainSpec, 'teamReward'>,
): Promise<Yardstick | { readonly why: string }> {
  const course = courseOf(game);
  if ('refused' in course) return { why: course.refused };
  if (course.kind === 'timed' && course.steps * game.outcomeState.length > mostTimedWork)
    return { why: 'its horizon is too long for an exact valuation' };
  const valuation = new Valuation(game, course);
  const team = game.agents.length === 1 || commonReward(game) || train.teamReward !== 'none';
  const optimum = team ? await teamOptimum(game, course, train) : undefined;
  if (optimum !== undefined && 'why' in optimum) return optimum;
  return {
    measure(learner) {
      const table = deviceTable(learner);
      if (table !== undefined) {
        const device = deviceRule(table, spec, game);
        if ('why' in device) return device;
        return optimum === undefined
          ? disobedience(valuation, device)
          : gapTo(optimum, valuation, valuation.settled(obeying(game, device, 'sum')), train);
      }
      // The likeliest action of an equilibrium in mixed strategies says nothing about the equilibrium.
      const policies = optimum === undefined && learner.sample !== undefined ? 'sampled' : 'greedy';
      const rule = learnedRule(learner, spec, game, policies);
      if ('why' in rule) return rule;
      return optimum === undefined
        ? regrets(valuation, rule, policies)
        : gapTo(optimum, valuation, valuation.value(rule, 'nobody', 'sum'), train);
    },
  };
}

interface Optimum {
  readonly value: number;
  readonly bound: string | undefined;
}

/** The greatest expected return of the team, as `return` counts it: the mean over agents, or their sum. */
async function teamOptimum(
  game: TabularGame,
  course: Course,
  train: Pick<TrainSpec, 'teamReward'>,
): Promise<Optimum | { readonly why: string }> {
  const common = game.agents.length === 1 || commonReward(game);
  const planned = common && hiddenState(game) !== undefined ? await plannedOptimum(game, course) : undefined;
  if (planned !== undefined)
    return { value: train.teamReward === 'sum' ? planned * game.agents.length : planned, bound: undefined };
  const answer = await solve(game, { concept: common ? 'optimal' : 'welfare' });
  if (isRefusal(answer)) return { why: answer.refused };
  if (answer.certificate.kind === 'approximate' || answer.values === undefined)
    return { why: 'the exact answer was not confirmed' };
  const sum = answer.values.reduce<number>((total, value) => total + toFloat(value), 0);
  const bound =
    hiddenState(game) !== undefined
      ? 'the optimum of one hand that sees the whole state, which these agents do not'
      : course.kind === 'timed'
        ? 'the optimum of policies that know the time'
        : undefined;
  return { value: train.teamReward === 'sum' ? sum : sum / game.agents.length, bound };
}

function gapTo(
  optimum: Optimum,
  valuation: Valuation,
  own: number | undefined,
  train: Pick<TrainSpec, 'teamReward'>,
): Gap | { readonly why: string } {
  if (own === undefined) return { why: unsettled };
  const value = train.teamReward === 'sum' ? own : own / valuation.game.agents.length;
  const gap = optimum.value - value;
  const none = Math.abs(gap) <= valuation.rounding;
  if (gap < -valuation.rounding) return { why: 'the values do not fit each other' };
  // What reaches a bound shows that the bound is the optimum.
  return {
    kind: 'optimum',
    value: none ? optimum.value : value,
    optimum: optimum.value,
    gap: none ? 0 : gap,
    bound: none ? undefined : optimum.bound,
  };
}

const unsettled = 'the values did not settle';

function regrets(
  valuation: Valuation,
  rule: StateRule,
  policies: 'greedy' | 'sampled',
): Gap | { readonly why: string } {
  const { game, course } = valuation;
  const values: number[] = [];
  const regret: number[] = [];
  let bounded = false;
  for (let i = 0; i < game.agents.length; i++) {
    const own = valuation.value(rule, 'nobody', i);
    const hidden = hiddenFrom(game, i);
    const steps = course.kind === 'timed' ? course.steps : undefined;
    const replied = hidden && course.kind !== 'cyclic' ? bestReply(game, rule, i, steps) : undefined;
    const best = replied ?? valuation.value(rule, i, i);
    if (own === undefined || best === undefined) return { why: unsettled };
    bounded ||= hidden && replied === undefined;
    values.push(own);
    regret.push(best - own <= valuation.rounding ? 0 : best - own);
  }
  const bound = bounded ? 'a reply that sees the whole state, which no agent does, gains that much' : undefined;
  return gains(game, policies, values, regret, bound);
}

function gains(
  game: TabularGame,
  policies: 'greedy' | 'sampled' | 'device',
  values: readonly number[],
  regret: readonly number[],
  bound: string | undefined,
): Gap {
  const opposed = game.agents.length === 2 && zeroSum(game);
  return {
    kind: opposed ? 'exploitability' : 'regret',
    policies,
    values,
    regret,
    exploitability: opposed ? ((regret[0] as number) + (regret[1] as number)) / 2 : undefined,
    bound,
  };
}

/** What each agent would gain by doing something else than the device tells it. */
function disobedience(valuation: Valuation, device: Device): Gap | { readonly why: string } {
  const { game } = valuation;
  const values: number[] = [];
  const regret: number[] = [];
  for (let i = 0; i < game.agents.length; i++) {
    const own = valuation.settled(obeying(game, device, i));
    const best = valuation.settled(disobeying(game, device, i));
    if (own === undefined || best === undefined) return { why: unsettled };
    values.push(own);
    regret.push(best - own <= valuation.rounding ? 0 : best - own);
  }
  const hidden = game.agents.some((_, i) => hiddenFrom(game, i));
  const bound = hidden ? 'an agent that sees the whole state, which no agent does, gains that much' : undefined;
  return gains(game, 'device', values, regret, bound);
}

/** Values of a rule, and of best replies that see the state, along the course that the solvers take. */
class Valuation {
  readonly game: TabularGame;
  readonly course: Course;
  readonly rounding: number;
  readonly #checker: MarkovChecker;

  constructor(game: TabularGame, course: Course) {
    this.game = game;
    this.course = course;
    this.#checker = new MarkovChecker(game);
    const most = game.outcomeReward.reduce((scale, reward) => Math.max(scale, Math.abs(reward)), Number.MIN_VALUE);
    const lasting = course.kind === 'timed' ? course.steps : Math.max(1, Math.min(1e6, this.#checker.amplification()));
    this.rounding = relative * most * lasting;
  }

  /** Expected return at the start; undefined where it is not known to within rounding. */
  value(rule: StateRule, free: Free, payee: Payee): number | undefined {
    const reading = floatReading(this.game);
    if (this.course.kind === 'timed') {
      const rules = new Array<StateRule>(this.course.steps).fill(rule);
      return atStart(reading, timedValues(reading, { kind: 'timed', rules }, free, payee));
    }
    const { values, error } = this.#checker.fixedPoint(ruleIn(floats, rule), free, payee);
    return error <= this.rounding ? atStart(reading, values) : undefined;
  }

  /** The same for any way to value a state by what follows. */
  settled(backup: Backup): number | undefined {
    const reading = floatReading(this.game);
    if (this.course.kind === 'timed') {
      let values = new Float64Array(this.game.stateCount);
      for (let t = 0; t < this.course.steps; t++) values = values.map((_, s, after) => backup(s, after));
      return atStart(reading, values);
    }
    const { values, error } = this.#checker.fixedPointOf(backup);
    return error <= this.rounding ? atStart(reading, values) : undefined;
  }
}
