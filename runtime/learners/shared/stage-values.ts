/**
 * Agents that keep a value of every joint action where they are, and play a solution of the game of one step that these values make
 * (Nash-Q, friend-Q, foe-Q). The learners add what a solution is, and whose values an agent keeps: its own, or everybody's.
 *
 *   Q_j(o, u) += alpha (r_j + gamma (1 - term) V_j(o') - Q_j(o, u)),   then V(o) and pi_i(o) anew       u joint
 *
 * An agent acts from its pi_i(o), also when it is evaluated, and with probability `explore` uniformly at random. Who does not act counts as
 * having one action, so turns need no special case.
 */
import { type GameBuffers, running, terminated } from '../../games/vector.ts';
import { purposes } from '../../rng/stream.ts';
import type { Schedule } from '../../train/spec.ts';
import { drawOf, policyKeys } from './draws.ts';
import { drawLegal, exploreBelow } from './explore.ts';
import { jointOf } from './joint.ts';
import type { Arrays, LearnedTable, Learner } from './learner.ts';
import { viewPolicy } from './own-table.ts';
import { bitsOf, type Column, type Rows, rowsFor } from './rows.ts';
import { valueAt } from './schedule.ts';
import type { Shape } from './shape.ts';

/** Settings of all of them; `stageSettings` documents them. */
export interface StageSettings {
  readonly alpha: Schedule;
  readonly visits: boolean;
  readonly explore: Schedule;
  readonly initial: number;
  readonly gamma: number;
}

/** What one agent has learned, by its own observation. */
export interface StageTable {
  readonly agent: number;
  /** Whose values it keeps. */
  readonly payees: readonly number[];
  readonly rows: Rows;
  /** Q(observation, payee, joint action), the joint action fastest. */
  readonly q: Column;
  /** V(observation, payee). */
  readonly value: Column;
  /** pi(observation, own action). */
  readonly policy: Column;
  /** How often each joint action was taken. */
  readonly visits: Column;
}

export function stageTables(
  shape: Shape,
  settings: StageSettings,
  payeesOf: (agent: number) => readonly number[],
): StageTable[] {
  const tables: StageTable[] = [];
  for (let agent = 0; agent < shape.agents; agent++) {
    const rows = rowsFor(shape, shape.observationLength[agent]!, shape.actionRow);
    const payees = payeesOf(agent);
    const own = shape.actionCount[agent]!;
    const q = rows.column('q', payees.length * shape.jointCount, settings.initial);
    const value = rows.column('value', payees.length, settings.initial);
    const policy = rows.column('policy', own, 1 / own);
    tables.push({ agent, payees, rows, q, value, policy, visits: rows.column('visits', shape.jointCount, 0) });
  }
  return tables;
}

/** @param solve writes V and pi of a row of a table from its Q. */
export function stageValues(
  shape: Shape,
  settings: StageSettings,
  buffers: GameBuffers,
  seed: number,
  tables: readonly StageTable[],
  solve: (table: StageTable, row: number) => void,
): Learner {
  const { masks, actions, rewards, ended } = buffers;
  const observed = bitsOf(buffers.observations);
  const lastObserved = bitsOf(buffers.finalObservations);
  const keys = policyKeys(shape.envs, seed, purposes.policy, 0, 0);
  /** Row of every agent in every game at its last decision. */
  const decided = new Int32Array(shape.envs * shape.agents);

  /** Agent i's action for a draw, or -1 if it does not act; row -1 is an observation never seen. */
  function choose(i: number, row: number, on: Uint8Array, maskStart: number, split: number, draw: number): number {
    const count = shape.actionCount[i]!;
    const start = maskStart + shape.actionStart[i]!;
    return drawLegal(tables[i]!.policy.values, row * count, on, start, count, split, draw);
  }

  function act(step: number, episode: number): void {
    const split = exploreBelow(valueAt(settings.explore, step, episode));
    for (let e = 0; e < shape.envs; e++) {
      const maskStart = e * shape.actionRow;
      for (let i = 0; i < shape.agents; i++) {
        const start = e * shape.observationRow + shape.observationStart[i]!;
        const row = tables[i]!.rows.rowOf(observed, start, masks, maskStart);
        const action = choose(i, row, masks, maskStart, split, drawOf(keys, e, i));
        actions[e * shape.agents + i] = Math.max(0, action);
        decided[e * shape.agents + i] = row;
      }
    }
    keys.counter[0]! += shape.agents;
  }

  function update(step: number, episode: number): void {
    const alpha = valueAt(settings.alpha, step, episode);
    for (let e = 0; e < shape.envs; e++) {
      const joint = jointOf(shape, actions, e);
      for (const table of tables) {
        const { agent, payees, rows, q, value, visits } = table;
        const row = decided[e * shape.agents + agent]!;
        let next = -1;
        if (ended[e] !== terminated) {
          const start = e * shape.observationRow + shape.observationStart[agent]!;
          next =
            ended[e] === running
              ? rows.rowOf(observed, start, masks, e * shape.actionRow)
              : rows.find(lastObserved, start);
        }
        const times = ++visits.values[row * shape.jointCount + joint]!;
        const size = settings.visits ? alpha / times : alpha;
        for (let k = 0; k < payees.length; k++) {
          let target = rewards[e * shape.agents + payees[k]!]!;
          if (ended[e] !== terminated)
            target += settings.gamma * (next < 0 ? settings.initial : value.values[next * payees.length + k]!);
          const cell = (row * payees.length + k) * shape.jointCount + joint;
          q.values[cell]! += size * (target - q.values[cell]!);
        }
        solve(table, row);
      }
    }
  }

  function greedy(on: GameBuffers, envs: number, draws: Uint32Array): void {
    const seenNow = bitsOf(on.observations);
    for (let e = 0; e < envs; e++) {
      for (let i = 0; i < shape.agents; i++) {
        const row = tables[i]!.rows.find(seenNow, e * shape.observationRow + shape.observationStart[i]!);
        const action = choose(i, row, on.masks, e * shape.actionRow, 0, draws[e * shape.agents + i]!);
        on.actions[e * shape.agents + i] = Math.max(0, action);
      }
    }
  }

  function save(): Arrays {
    const arrays: Arrays = new Map();
    for (const { agent, rows } of tables) rows.save(`agent${agent}`, arrays);
    return arrays.set('policy.counter', keys.counter.slice());
  }

  function restore(arrays: Arrays): void {
    for (const { agent, rows } of tables) rows.restore(`agent${agent}`, arrays);
    keys.counter.set(arrays.get('policy.counter') as Int32Array);
  }

  function view(): readonly LearnedTable[] {
    return tables.map(table => viewPolicy(shape, table));
  }

  return { act, update, greedy, save, restore, view };
}
