/**
 * What each agent could get at most if all agents worked for it and saw the state: the optimal value of the Markov decision
 * process whose action is the joint action and whose reward is that agent's (Bellman 1957). For common rewards this is the
 * value of a team that shares what it sees.
 */
import type { TabularGame } from '../../runtime/games/tabular.ts';
import { rounding } from './base.ts';
import { longestPlay } from './structure.ts';

export interface Plan {
  /** 1: values do not depend on the time; else the number of steps of the horizon. */
  readonly layers: number;
  /** The most that an agent can still get in a state with `time` steps taken (0 where there is one layer). */
  value(state: number, agent: number, time: number): number;
  /** The most that an agent can still get after a joint action. */
  gain(joint: number, agent: number, time: number): number;
  /** Is one value as good as another, up to rounding? */
  ties(a: number, b: number): boolean;
}

/** Outcomes looked at, over all sweeps. */
const workLimit = 60_000_000;
const large = 'the game is too large to compute the values of its states';

/**
 * Optimal values for each of `agents`, or why they were not computed. As everywhere, a horizon counts only where nothing is
 * discounted: a discounted game has the value of play that goes on.
 */
export function planOf(game: TabularGame, agents: readonly number[]): Plan | { readonly why: string } {
  const { discount, stateCount: size } = game;
  const n = game.agents.length;
  const longest = discount < 1 ? undefined : longestPlay(game);
  const ends = longest !== undefined && longest <= (game.horizon ?? Number.POSITIVE_INFINITY);
  const layers = discount < 1 || ends ? 1 : game.horizon;
  if (layers === undefined) return { why: 'play need not end and is not discounted, so that its states have no value' };
  const perSweep = Math.max(1, game.outcomeState.length * agents.length);
  if (perSweep * layers > workLimit || size * n * layers > 20_000_000) return { why: large };
  const values = new Float64Array(size * n * layers);

  /** A horizon of one step: nothing follows the first. */
  const cutAtOnce = !ends && discount === 1 && layers === 1;
  const value = (state: number, agent: number, time: number): number =>
    values[(time * size + state) * n + agent] as number;
  const gain = (joint: number, agent: number, time: number): number => {
    let sum = 0;
    const later = layers === 1 ? 0 : time + 1;
    const over = layers > 1 && later === layers;
    for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
      const next = game.outcomeState[o] as number;
      const rest = next === -1 || over || cutAtOnce ? 0 : value(next, agent, later);
      sum += (game.outcomeProbability[o] as number) * ((game.outcomeReward[o * n + agent] as number) + discount * rest);
    }
    return sum;
  };
  /** Updates a state, returns by how much its values changed. */
  const update = (state: number, time: number): number => {
    let change = 0;
    for (const agent of agents) {
      let best = Number.NEGATIVE_INFINITY;
      for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++)
        best = Math.max(best, gain(joint, agent, time));
      const k = (time * size + state) * n + agent;
      change = Math.max(change, Math.abs(best - (values[k] as number)));
      values[k] = best;
    }
    return change;
  };

  if (layers > 1)
    for (let time = layers - 1; time >= 0; time--) for (let state = 0; state < size; state++) update(state, time);
  // States are numbered breadth-first, so that going backwards settles most of them at once.
  else
    for (let sweeps = 1; ; sweeps++) {
      if (sweeps * perSweep > workLimit) return { why: large };
      let change = 0;
      for (let state = size - 1; state >= 0; state--) change = Math.max(change, update(state, 0));
      // A contraction: what is left to change is at most change * discount / (1 - discount).
      if (change === 0 || (discount < 1 && change * discount <= 1e-12 * (1 - discount) * greatest(values))) break;
    }
  const slack = rounding * greatest(values);
  return { layers, value, gain, ties: (a, b) => Math.abs(a - b) <= slack };
}

function greatest(values: Float64Array): number {
  let size = 1;
  for (const value of values) size = Math.max(size, Math.abs(value));
  return size;
}
