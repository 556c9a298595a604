/** The optimal values of agents in fractions, where the table has fractions and is small: then which actions are best is no matter of rounding. */
import { Rational } from '../../runtime/games/rational.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import { solveNear } from '../../runtime/solvers/polish.ts';
import { rationals } from '../../runtime/verify/number.ts';
import { longestPlay } from './structure.ts';

/** Outcomes looked at, over all agents and sweeps; and states of a system of equations. */
const workLimit = 100_000;
const systemLimit = 40;
/** Improvements of a plan; from one that is nearly the best, one or two are needed. */
const mostImprovements = 20;
/** Fractions grow with every step; arithmetic with long ones takes longer than the answer is worth. */
const longest = 1n << 256n;
const isLong = (value: Rational): boolean => value.denominator > longest || value.abs().numerator > longest;

type Best = (state: number, joint: number, agent: number, time: number) => boolean;

/**
 * Is a joint action one of the best of its state for an agent? Undefined where fractions are out of reach. `layers` and `cutAtOnce` as
 * in `planOf`, whose `gain` in doubles is the first guess.
 */
export function exactPlan(
  game: TabularGame,
  agents: readonly number[],
  layers: number,
  cutAtOnce: boolean,
  gain: (joint: number, agent: number, time: number) => number,
): Best | undefined {
  const { exact, stateCount: size } = game;
  if (exact === undefined || exact.outcomeReward.some(isLong)) return undefined;
  const n = game.agents.length;
  const passes = layers > 1 ? layers : cutAtOnce ? 1 : longestPlay(game);
  if (passes === undefined && size > systemLimit) return undefined;
  if (game.outcomeState.length * agents.length * (passes ?? mostImprovements) > workLimit) return undefined;

  /** What a joint action is worth, with these values of the states it leads to. */
  const worth = (joint: number, agent: number, later: readonly Rational[] | undefined): Rational => {
    let sum = Rational.zero;
    for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
      const next = game.outcomeState[o] as number;
      let paid = exact.outcomeReward[o * n + agent] as Rational;
      if (next !== -1 && later !== undefined) paid = paid.add(exact.discount.mul(later[next] as Rational));
      sum = sum.add((exact.outcomeProbability[o] as Rational).mul(paid));
    }
    return sum;
  };
  const joints = (state: number): readonly number[] =>
    Array.from(
      { length: (game.jointStart[state + 1] as number) - (game.jointStart[state] as number) },
      (_, k) => (game.jointStart[state] as number) + k,
    );
  const most = (state: number, agent: number, later: readonly Rational[] | undefined): Rational =>
    joints(state)
      .map(joint => worth(joint, agent, later))
      .reduce((best, one) => (one.compare(best) > 0 ? one : best));

  /** Values of an agent, step by step of the horizon, or one list of them. */
  const valuesOf = (agent: number): readonly (readonly Rational[])[] | undefined => {
    const states = Array.from({ length: size }, (_, state) => state);
    if (layers > 1) {
      const lists: (readonly Rational[])[] = [];
      for (let time = layers - 1; time >= 0; time--) {
        const list = states.map(state => most(state, agent, lists[0]));
        if (list.some(isLong)) return undefined;
        lists.unshift(list);
      }
      return lists;
    }
    if (passes === undefined) {
      const list = improved(agent, states);
      return list && [list];
    }
    let list: readonly Rational[] = states.map(() => Rational.zero);
    for (let pass = 0; pass < passes; pass++) {
      list = states.map(state => most(state, agent, cutAtOnce ? undefined : list));
      if (list.some(isLong)) return undefined;
    }
    return [list];
  };

  /** Policy iteration (Howard 1960), each plan evaluated by its linear equations. */
  const improved = (agent: number, states: readonly number[]): readonly Rational[] | undefined => {
    let plan = states.map(state =>
      joints(state).reduce((best, joint) => (gain(joint, agent, 0) > gain(best, agent, 0) ? joint : best)),
    );
    for (let round = 0; round < mostImprovements; round++) {
      const values = evaluated(agent, plan);
      if (values === undefined || values.some(isLong)) return undefined;
      const better = states.map(state => {
        const now = values[state] as Rational;
        return joints(state).find(joint => worth(joint, agent, values).compare(now) > 0) ?? (plan[state] as number);
      });
      if (better.every((joint, state) => joint === plan[state])) return values;
      plan = better;
    }
    return undefined;
  };

  const evaluated = (agent: number, plan: readonly number[]): readonly Rational[] | undefined => {
    const equations = plan.map((joint, state) => {
      const row = new Array<Rational>(size + 1).fill(Rational.zero);
      row[state] = Rational.one;
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
        const next = game.outcomeState[o] as number;
        if (next === -1) continue;
        const share = exact.discount.mul(exact.outcomeProbability[o] as Rational);
        row[next] = (row[next] as Rational).sub(share);
      }
      row[size] = worth(joint, agent, undefined);
      return row;
    });
    return solveNear(
      rationals,
      equations,
      plan.map(() => Rational.zero),
      0,
    );
  };

  const best = new Uint8Array((game.outcomeStart.length - 1) * n * layers);
  const at = (joint: number, agent: number, time: number): number =>
    (time * (game.outcomeStart.length - 1) + joint) * n + agent;
  for (const agent of agents) {
    const lists = valuesOf(agent);
    if (lists === undefined) return undefined;
    for (const [time, list] of lists.entries()) {
      const later = cutAtOnce ? undefined : layers > 1 ? lists[time + 1] : list;
      for (let state = 0; state < size; state++)
        for (const joint of joints(state))
          if (worth(joint, agent, later).compare(list[state] as Rational) >= 0) best[at(joint, agent, time)] = 1;
    }
  }
  return (_, joint, agent, time) => best[at(joint, agent, time)] === 1;
}
