/**
 * What each agent could get at most if all agents worked for it and saw the state: the optimal value of the Markov decision
 * process whose action is the joint action and whose reward is that agent's (Bellman 1957). For common rewards this is the
 * value of a team that shares what it sees.
 */
import type { TabularGame } from '../../runtime/games/tabular.ts';
import { certain, roundingOf } from './doubles.ts';
import { exactPlan } from './planningExact.ts';
import { longestPlay } from './structure.ts';

export interface Plan {
  /** 1: values do not depend on the time; else the number of steps of the horizon. */
  readonly layers: number;
  /** Were doubles compared? Then `possibly` allows more than `surely`. */
  readonly rounded: boolean;
  /** The most that an agent can still get in a state with `time` steps taken (0 where there is one layer). */
  value(state: number, agent: number, time: number): number;
  /** The most that an agent can still get after a joint action. */
  gain(joint: number, agent: number, time: number): number;
  /** Does a joint action of the state give an agent the most, but for the last digits of what was computed? */
  surely(state: number, joint: number, agent: number, time: number): boolean;
  /** May it give the most, if rounding took half of the digits? What is not possible is certain. */
  possibly(state: number, joint: number, agent: number, time: number): boolean;
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
  if (!game.outcomeReward.every(Number.isFinite)) return { why: 'some reward is not a finite number' };
  const values = new Float64Array(size * n * layers);
  /** The greatest amount that an agent is paid or can get, and by how much its values changed in the present sweep. */
  const sizes = new Array<number>(n).fill(0);
  const changes = new Float64Array(n);
  game.outcomeReward.forEach((reward, k) => {
    sizes[k % n] = Math.max(sizes[k % n] as number, Math.abs(reward));
  });
  const terms = mostOutcomes(game);
  /** What the rounding of one step can come to. */
  const onceRounded = (agent: number): number => roundingOf(sizes[agent] as number, 2 * terms);

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
      const moved = Math.abs(best - (values[k] as number));
      change = Math.max(change, moved);
      changes[agent] = Math.max(changes[agent] as number, moved);
      sizes[agent] = Math.max(sizes[agent] as number, Math.abs(best));
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
      if (change === 0) break;
      // A contraction: what is left to change is at most change * discount / (1 - discount), here of every agent's own values.
      if (discount < 1 && agents.every(agent => (changes[agent] as number) * discount <= onceRounded(agent))) break;
      changes.fill(0);
    }
  const exact = exactPlan(game, agents, layers, cutAtOnce, gain);
  if (exact !== undefined) return { layers, rounded: false, value, gain, surely: exact, possibly: exact };
  // Every step adds a rounding; those of later steps count less where they are discounted.
  const lasting = Math.min(
    longest ?? Number.POSITIVE_INFINITY,
    layers > 1 || cutAtOnce ? layers : Number.POSITIVE_INFINITY,
    discount < 1 ? 1 / (1 - discount) : Number.POSITIVE_INFINITY,
  );
  // The value and the gain are both computed.
  const last = sizes.map((_, agent) => 4 * onceRounded(agent) * Math.max(1, lasting));
  const half = sizes.map((most, agent) => Math.max(certain * most, 16 * (last[agent] as number)));
  const within = (slack: readonly number[]) => (state: number, joint: number, agent: number, time: number) =>
    value(state, agent, time) - gain(joint, agent, time) <= (slack[agent] as number);
  return { layers, rounded: true, value, gain, surely: within(last), possibly: within(half) };
}

/** The most outcomes of a joint action: the terms of one sum. */
function mostOutcomes(game: TabularGame): number {
  let most = 1;
  for (let joint = 0; joint + 1 < game.outcomeStart.length; joint++)
    most = Math.max(most, (game.outcomeStart[joint + 1] as number) - (game.outcomeStart[joint] as number));
  return most;
}
