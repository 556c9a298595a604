/**
 * A learned device as a table over the states of a listed game: it draws the joint action of all agents and tells each its part. What
 * that is worth, and what an agent would gain by doing something else than it is told.
 */
import { legalOf, type TabularGame } from '../games/tabular.ts';
import type { GameSpec } from '../games/vector.ts';
import type { LearnedTable, Learner } from '../learners/shared/learner.ts';

/** `device[s][k]`: probability of the k-th legal joint action of state s. */
export type Device = readonly Float64Array[];

/** Value of a state for one agent, by the values of the states that follow. */
export type Backup = (state: number, values: ArrayLike<number>) => number;

/** The one table of a learner whose agents follow a device; undefined where they act apart, or the joint action is no mixture. */
export function deviceTable(learner: Learner): LearnedTable | undefined {
  return learner.view().find(({ agent, quantity }) => agent === undefined && quantity === 'probability');
}

/** Uniform over legal joint actions where the learner has never been, as it plays there. */
export function deviceRule(
  table: LearnedTable,
  spec: Pick<GameSpec, 'observationLength'>,
  game: TabularGame,
): Device | { readonly why: string } {
  const n = game.agents.length;
  const rowOf = new Map<string, number>();
  for (let row = 0; row < table.rows; row++) rowOf.set(table.key(row).join(), row);
  const counts = game.actionNames.map(names => names.length);
  const strides = counts.map((_, i) => counts.slice(i + 1).reduce((product, count) => product * count, 1));
  const device: Float64Array[] = [];
  for (let s = 0; s < game.stateCount; s++) {
    const seen: number[] = [];
    for (let i = 0; i < n && table.keyLength > 0; i++) {
      const numbers = game.observedNumbers?.(i, game.observation[s * n + i] as number);
      if (numbers === undefined) return { why: 'the listed game does not tell what agents see' };
      // Who sees nothing is listed with one number that says nothing.
      seen.push(...new Float32Array(numbers.subarray(0, spec.observationLength[i])));
    }
    const row = rowOf.get(seen.join());
    const joint = jointActions(game, s).map(actions =>
      actions.reduce((u, action, i) => u + action * (strides[i] as number), 0),
    );
    const weights = Float64Array.from(joint, u => (row === undefined ? 1 : table.value(row, u)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    device.push(weights.map(weight => weight / total));
  }
  return device;
}

/** The joint actions of a state in the order of the listing; who does not act takes action 0. */
function jointActions(game: TabularGame, state: number): readonly (readonly number[])[] {
  return game.agents.reduce<readonly (readonly number[])[]>(
    (before, _, i) => {
      const legal = [...legalOf(game, state, i)];
      return before.flatMap(actions => (legal.length === 0 ? [0] : legal).map(action => [...actions, action]));
    },
    [[]],
  );
}

/** Everybody does as told; `payee` is an agent, or the sum over all. */
export function obeying(game: TabularGame, device: Device, payee: number | 'sum'): Backup {
  return (s, values) => {
    const from = game.jointStart[s] as number;
    return (device[s] as Float64Array).reduce(
      (sum, p, k) => (p === 0 ? sum : sum + p * lookahead(game, from + k, payee, values)),
      0,
    );
  };
}

/** One agent, told its part, does what is best for itself given what that says about the others. */
export function disobeying(game: TabularGame, device: Device, agent: number): Backup {
  return (s, values) => {
    const from = game.jointStart[s] as number;
    const counts = game.agents.map((_, i) => Math.max(1, legalOf(game, s, i).length));
    const stride = counts.slice(agent + 1).reduce((product, count) => product * count, 1);
    const own = counts[agent] as number;
    /** What it gets by doing b where it is told a. */
    const worth = new Float64Array(own * own);
    (device[s] as Float64Array).forEach((p, k) => {
      if (p === 0) return;
      const told = Math.floor(k / stride) % own;
      for (let b = 0; b < own; b++)
        worth[told * own + b] =
          (worth[told * own + b] as number) + p * lookahead(game, from + k + (b - told) * stride, agent, values);
    });
    let sum = 0;
    for (let told = 0; told < own; told++) sum += Math.max(...worth.subarray(told * own, told * own + own));
    return sum;
  };
}

function lookahead(game: TabularGame, joint: number, payee: number | 'sum', values: ArrayLike<number>): number {
  const n = game.agents.length;
  let sum = 0;
  for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
    const next = game.outcomeState[o] as number;
    let reward = 0;
    for (let i = 0; i < n; i++) if (payee === 'sum' || payee === i) reward += game.outcomeReward[o * n + i] as number;
    const rest = next < 0 ? 0 : game.discount * (values[next] as number);
    sum += (game.outcomeProbability[o] as number) * (reward + rest);
  }
  return sum;
}
