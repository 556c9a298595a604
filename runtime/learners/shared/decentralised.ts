/**
 * Agents that learn values of their own actions from their own observations (IQL, hysteretic, lenient, distributed): who
 * decides when, and what the target is. The learners add the one rule in which they differ.
 *
 * A decision of an agent lasts until it acts again or the episode ends: its target is the discounted sum of the rewards in
 * between, r_1 + gamma r_2 + ... + gamma^(k-1) r_k, plus gamma^k max Q at the next decision. Termination cuts the
 * bootstrap; truncation bootstraps from the observation the episode was cut at.
 */
import { type GameBuffers, running, terminated } from '../../games/vector.ts';
import { purposes } from '../../rng/stream.ts';
import { drawOf, policyKeys } from './draws.ts';
import { bestLegal, epsilonGreedy } from './explore.ts';
import type { Arrays, Learner, ValueSettings } from './learner.ts';
import { oneShotValues } from './one-shot.ts';
import { largestKnown, type OwnTable, restoreOwn, saveOwn, viewOwn } from './own-table.ts';
import { bitsOf } from './rows.ts';
import { valueAt } from './schedule.ts';
import type { Shape } from './shape.ts';

/** In what the learners differ. */
export interface Rule {
  /** Called before the updates of a vector step: sets step sizes. */
  prepare(step: number, episode: number): void;
  /**
   * Moves `q[start + action]`, the value of one agent's action, towards `target`. The row starts at `start` in `q` and in the
   * other columns of `table`; `env` is the game it happened in.
   */
  learn(q: Float64Array, start: number, action: number, target: number, table: OwnTable, env: number): void;
  /**
   * The same for all agents of all games, in games without observations: agent i's action of a game is the next element of
   * `actions`, its value is at `starts[i]` plus the action. For learners worth the extra loop.
   */
  learnAll?(q: Float64Array, starts: Int32Array, actions: Int32Array, targets: Float64Array): void;
}

export function decentralised(
  shape: Shape,
  settings: ValueSettings,
  buffers: GameBuffers,
  seed: number,
  tables: readonly OwnTable[],
  rule: Rule,
): Learner {
  if (shape.oneShot) return oneShotValues(shape, settings, buffers, seed, tables, rule);
  return sequentialValues(shape, settings, buffers, seed, tables, rule);
}

function sequentialValues(
  shape: Shape,
  settings: ValueSettings,
  buffers: GameBuffers,
  seed: number,
  tables: readonly OwnTable[],
  rule: Rule,
): Learner {
  const { masks, actions, rewards, ended } = buffers;
  const observed = bitsOf(buffers.observations);
  const lastObserved = bitsOf(buffers.finalObservations);
  const keys = policyKeys(shape.envs, seed, purposes.policy, 0, 0);
  const slots = shape.envs * shape.agents;
  /** Row and action of the open decision, row -1 where there is none; what it earned and gamma^k so far. */
  const openRow = new Int32Array(slots).fill(-1);
  const openAction = new Int32Array(slots);
  const earned = new Float64Array(slots);
  const weight = new Float64Array(slots);

  function act(step: number, episode: number): void {
    const epsilon = valueAt(settings.epsilon, step, episode);
    for (let i = 0; i < shape.agents; i++) {
      const { rows, policy, width } = tables[i]!;
      for (let e = 0; e < shape.envs; e++) {
        const slot = e * shape.agents + i;
        const maskStart = e * shape.actionRow + shape.actionStart[i]!;
        if (!acts(masks, maskStart, width)) continue;
        const row = rows.rowOf(observed, e * shape.observationRow + shape.observationStart[i]!, masks, maskStart);
        const draw = drawOf(keys, e, i);
        const action = epsilonGreedy(policy.values, row * width, masks, maskStart, width, epsilon, draw);
        actions[slot] = action;
        openRow[slot] = row;
        openAction[slot] = action;
        earned[slot] = 0;
        weight[slot] = 1;
      }
    }
    keys.counter[0]! += shape.agents;
  }

  function update(step: number, episode: number): void {
    rule.prepare(step, episode);
    for (let i = 0; i < shape.agents; i++) {
      const table = tables[i]!;
      for (let e = 0; e < shape.envs; e++) {
        const slot = e * shape.agents + i;
        const row = openRow[slot]!;
        if (row < 0) continue;
        earned[slot]! += weight[slot]! * rewards[slot]!;
        weight[slot]! *= settings.gamma;
        let value = 0;
        if (ended[e] === running) {
          const maskStart = e * shape.actionRow + shape.actionStart[i]!;
          if (!acts(masks, maskStart, table.width)) continue;
          value = nextValue(table, e, i, maskStart);
        } else if (ended[e] !== terminated) {
          const known = table.rows.find(lastObserved, e * shape.observationRow + shape.observationStart[i]!);
          value = largestKnown(table, known, settings.initial);
        }
        openRow[slot] = -1;
        const target = ended[e] === terminated ? earned[slot]! : earned[slot]! + weight[slot]! * value;
        rule.learn(table.q.values, row * table.width, openAction[slot]!, target, table, e);
      }
    }
  }

  /** The largest Q over what agent i may do now. */
  function nextValue(table: OwnTable, e: number, i: number, maskStart: number): number {
    const row = table.rows.rowOf(observed, e * shape.observationRow + shape.observationStart[i]!, masks, maskStart);
    const start = row * table.width;
    return table.q.values[start + bestLegal(table.q.values, start, masks, maskStart, table.width)]!;
  }

  function greedy(on: GameBuffers, envs: number): void {
    greedyOwn(shape, tables, on, envs);
  }

  function save(): Arrays {
    const arrays = saveOwn(tables);
    arrays.set('open.row', openRow.slice());
    arrays.set('open.action', openAction.slice());
    arrays.set('open.earned', earned.slice());
    arrays.set('open.weight', weight.slice());
    arrays.set('policy.counter', keys.counter.slice());
    return arrays;
  }

  function restore(arrays: Arrays): void {
    restoreOwn(tables, arrays);
    openRow.set(arrays.get('open.row') as Int32Array);
    openAction.set(arrays.get('open.action') as Int32Array);
    earned.set(arrays.get('open.earned') as Float64Array);
    weight.set(arrays.get('open.weight') as Float64Array);
    keys.counter.set(arrays.get('policy.counter') as Int32Array);
  }

  return { act, update, greedy, save, restore, view: () => tables.map(viewOwn) };
}

/** Writes the greedy action of every agent that acts; an observation never seen gets the first legal one. */
export function greedyOwn(shape: Shape, tables: readonly OwnTable[], on: GameBuffers, envs: number): void {
  const observed = bitsOf(on.observations);
  for (let i = 0; i < shape.agents; i++) {
    const { rows, policy, width } = tables[i]!;
    for (let e = 0; e < envs; e++) {
      const maskStart = e * shape.actionRow + shape.actionStart[i]!;
      const row = rows.find(observed, e * shape.observationRow + shape.observationStart[i]!);
      const action =
        row < 0
          ? on.masks.indexOf(1, maskStart) - maskStart
          : bestLegal(policy.values, row * width, on.masks, maskStart, width);
      if (action >= 0 && action < width) on.actions[e * shape.agents + i] = action;
    }
  }
}

/** Does the agent whose mask starts here act? */
function acts(masks: Uint8Array, maskStart: number, count: number): boolean {
  for (let a = 0; a < count; a++) if (masks[maskStart + a] !== 0) return true;
  return false;
}
