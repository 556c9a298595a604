/**
 * What was learned beside the exact answer, for games that were listed: the optimum of a team, the exploitability of a zero-sum pair,
 * what each agent could gain by a best reply. Values are expected discounted returns, computed from the table and not played.
 */
import type { TabularGame } from '../games/tabular.ts';
import type { GameSpec } from '../games/vector.ts';
import type { Learner } from '../learners/shared/learner.ts';
import { isRefusal, solve } from '../solvers/index.ts';
import {
  type Course,
  commonReward,
  countsSteps,
  courseOf,
  type HiddenState,
  hiddenFrom,
  hiddenState,
  horizonWarning,
  zeroSum,
} from '../solvers/markov.ts';
import { toFloat } from '../verify/number.ts';
import { type Device, deviceRule, deviceTable, disobeying, obeying } from './device.ts';
import { type SpreadOut, spreadOut } from './histories.ts';
import { plannedOptimum } from './planned.ts';
import { reductionOf, type Told } from './reduction.ts';
import { bestReply } from './reply.ts';
import { decidesOnce, learnedRule, type StateRule } from './rule.ts';
import type { TrainSpec } from './spec.ts';
import { Valuation } from './valuation.ts';

/** How good the policies of one seed are, exactly. */
export type Gap =
  | {
      readonly kind: 'optimum';
      /** Of the policies as they are drawn from, where evaluations are; of the greedy ones where absent. */
      readonly policies?: 'sampled';
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
      /** Why the gains in `bounded` are only upper bounds. */
      readonly bound: string | undefined;
      /** By agent: is the gain only known not to be greater? */
      readonly bounded: readonly boolean[];
    };

export interface Yardstick {
  /** The gap of a learner's policies without exploration, or why there is none. */
  measure(learner: Learner): Gap | { readonly why: string };
  /** What the numbers count that what was played does not, a sentence each without its full stop. */
  readonly notes: readonly string[];
}

/** Steps of the horizon times outcomes, in one valuation. */
const mostTimedWork = 5_000_000;
/** Prepares the exact side for a game. Gives the reason where there is no exact answer to stand beside. */
export async function yardstickFor(
  game: TabularGame,
  spec: GameSpec,
  train: Told & Partial<Pick<TrainSpec, 'evaluate'>>,
): Promise<Yardstick | { readonly why: string }> {
  const course = courseOf(game);
  if ('refused' in course) return { why: course.refused };
  if (course.kind === 'timed' && course.steps * game.outcomeState.length > mostTimedWork)
    return { why: 'its horizon is too long for an exact valuation' };
  const valuation = new Valuation(game, course);
  const team = game.agents.length === 1 || commonReward(game) || train.teamReward !== 'none';
  const optimum = team ? await teamOptimum(game, course, train) : undefined;
  if (optimum !== undefined && 'why' in optimum) return optimum;
  const clock = optimum === undefined ? 'a best reply counts its steps' : 'the optimum counts its steps';
  return {
    notes: [...horizonWarning(game, course), ...(countsSteps(game, course) ? [clock] : [])],
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
      const drawn = optimum === undefined || train.evaluate?.policy === 'sampled';
      const policies = drawn && learner.sample !== undefined ? 'sampled' : 'greedy';
      const found: Learned =
        learner.begin === undefined || decidesOnce(game)
          ? presentRule(learner, spec, valuation, policies)
          : remembered(spreadOut(learner, spec, game, course, policies, optimum === undefined));
      if ('why' in found) return found;
      return optimum === undefined
        ? regrets(found.valuation, found.rule, policies)
        : gapTo(optimum, valuation, found.valuation.value(found.rule, 'nobody', 'sum'), train, policies);
    },
  };
}

/** A policy over the states of a game, and how they are valued. */
type Learned = { readonly valuation: Valuation; readonly rule: StateRule } | { readonly why: string };

function presentRule(learner: Learner, spec: GameSpec, valuation: Valuation, policies: 'greedy' | 'sampled'): Learned {
  const rule = learnedRule(learner, spec, valuation.game, policies);
  return 'why' in rule ? rule : { valuation, rule };
}

/** Histories never come back. */
function remembered(spread: SpreadOut | { readonly why: string }): Learned {
  if ('why' in spread) return spread;
  const course = courseOf(spread.game);
  return 'refused' in course
    ? { why: course.refused }
    : { valuation: new Valuation(spread.game, course), rule: spread.rule };
}

interface Optimum {
  readonly value: number;
  readonly bound: string | undefined;
}

/** Is the team's value the sum over agents, as `return` counts it? Otherwise it is their mean, also beside other reductions. */
export function countsSum(train: Told): boolean {
  const reported = reductionOf(train);
  return reported === 'sum' || (reported !== 'mean' && train.teamReward === 'sum');
}

/** The greatest expected return of the team. */
async function teamOptimum(
  game: TabularGame,
  course: Course,
  train: Told,
): Promise<Optimum | { readonly why: string }> {
  const common = game.agents.length === 1 || commonReward(game);
  const planned = common && hiddenState(game) !== undefined ? await plannedOptimum(game, course) : undefined;
  if (planned !== undefined)
    return { value: countsSum(train) ? planned * game.agents.length : planned, bound: undefined };
  const answer = await solve(game, { concept: common ? 'optimal' : 'welfare' });
  if (isRefusal(answer)) return { why: answer.refused };
  if (answer.certificate.kind === 'approximate' || answer.values === undefined)
    return { why: 'the exact answer was not confirmed' };
  const sum = answer.values.reduce<number>((total, value) => total + toFloat(value), 0);
  const hidden = hiddenState(game);
  const bound =
    hidden === undefined
      ? undefined
      : `the optimum of one hand that sees the whole state, and ${alikeText(game, hidden)}`;
  return { value: countsSum(train) ? sum : sum / game.agents.length, bound };
}

function gapTo(
  optimum: Optimum,
  valuation: Valuation,
  own: number | undefined,
  train: Told,
  policies: 'greedy' | 'sampled' = 'greedy',
): Gap | { readonly why: string } {
  if (own === undefined) return { why: unsettled };
  const value = countsSum(train) ? own : own / valuation.game.agents.length;
  const gap = optimum.value - value;
  const none = Math.abs(gap) <= valuation.rounding;
  if (gap < -valuation.rounding) return { why: 'the values do not fit each other' };
  // What reaches a bound shows that the bound is the optimum.
  return {
    kind: 'optimum',
    ...(policies === 'sampled' ? { policies } : {}),
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
  const bounded: (HiddenState | undefined)[] = [];
  for (let i = 0; i < game.agents.length; i++) {
    const own = valuation.value(rule, 'nobody', i);
    const hidden = hiddenFrom(game, i);
    const steps = course.kind === 'timed' ? course.steps : undefined;
    const replied = hidden !== undefined && course.kind !== 'cyclic' ? bestReply(game, rule, i, steps) : undefined;
    const best = replied ?? valuation.value(rule, i, i);
    if (own === undefined || best === undefined) return { why: unsettled };
    values.push(own);
    const gain = best - own <= valuation.rounding ? 0 : best - own;
    regret.push(gain);
    // Where nothing is gained by seeing more, nothing is gained by seeing less.
    bounded.push(replied === undefined && gain > 0 ? hidden : undefined);
  }
  return gains(game, policies, values, regret, bounded, 'a reply');
}

function gains(
  game: TabularGame,
  policies: 'greedy' | 'sampled' | 'device',
  values: readonly number[],
  regret: readonly number[],
  bounded: readonly (HiddenState | undefined)[],
  whose: string,
): Gap {
  const opposed = game.agents.length === 2 && zeroSum(game);
  const hidden = bounded.find(states => states !== undefined);
  return {
    kind: opposed ? 'exploitability' : 'regret',
    policies,
    values,
    regret,
    exploitability: opposed ? ((regret[0] as number) + (regret[1] as number)) / 2 : undefined,
    bound:
      hidden === undefined
        ? undefined
        : `${whose} that sees the whole state gains that much, and ${alikeText(game, hidden)}`,
    bounded: bounded.map(states => states !== undefined),
  };
}

/** Letters of two states in a sentence. */
const mostLetters = 160;

/** What an agent does not see, by an example where that is short. */
function alikeText(game: TabularGame, { agent, states }: HiddenState): string {
  const who = game.agents[agent];
  const [a, b] = states.map(state => game.describeState(state)) as [string, string];
  return a.length + b.length > mostLetters
    ? `${who} does not see all of it`
    : `${who} does not see all of it: ${a} and ${b} look alike`;
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
  const bounded = regret.map((gain, i) => (gain > 0 ? hiddenFrom(game, i) : undefined));
  return gains(game, 'device', values, regret, bounded, 'an agent');
}
