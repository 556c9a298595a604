/**
 * Joint-action learner with agent models, JAL-AM (Claus and Boutilier 1998; Albrecht, Christianos and Schaefer 2024,
 * algorithm 8): every agent learns values of joint actions and how often the others choose what, and acts on what its own
 * actions are worth against these frequencies.
 *
 *   pi_j(a_j | o_i) = N(o_i, a_j) / sum_b N(o_i, b)
 *   AV_i(o_i, a_i)  = sum_{a_-i} Q_i(o_i, a_i, a_-i) prod_{j != i} pi_j(a_j | o_i)
 *   Q_i(o_i, a)    += alpha (r_i + gamma (1 - term) max_{a_i} AV_i(o_i', a_i) - Q_i(o_i, a))
 *
 * The models of a step are updated before its values. An agent alone learns as in Q-learning. An agent that does not act
 * counts as having one action, so turns need no special case.
 *
 * Claus, C., Boutilier, C. (1998). The dynamics of reinforcement learning in cooperative multiagent systems. AAAI.
 */
import { type GameBuffers, running, terminated } from '../games/vector.ts';
import { purposes } from '../rng/stream.ts';
import type { Schedule, SettingDoc } from '../train/spec.ts';
import { drawOf, policyKeys } from './shared/draws.ts';
import { bestLegal, epsilonGreedy } from './shared/explore.ts';
import { allowed, jointDigits, jointOf } from './shared/joint.ts';
import type { Arrays, LearnedTable, Learner, ValueSettings } from './shared/learner.ts';
import { bitsOf, type Column, type Rows, rowsFor } from './shared/rows.ts';
import { valueAt } from './shared/schedule.ts';
import { alphaDoc, valueSettings } from './shared/settings.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export interface JointActionSettings extends ValueSettings {
  readonly alpha: Schedule;
  readonly prior: number;
}

export const jointActionSettings: readonly SettingDoc[] = [
  alphaDoc('Step size.'),
  {
    name: 'prior',
    type: 'real',
    low: 1e-9,
    default: 1,
    doc: 'Count every action of another agent starts with, above 0 so that nothing is impossible.',
    source: 'Claus and Boutilier 1998',
  },
  ...valueSettings,
];

// ------------------------------------------------------------------------------------------ tables

/** Rows by the agent's own observation. */
interface JointTable {
  readonly rows: Rows;
  /** Q(observation, joint action). */
  readonly q: Column;
  /** N(observation, action) of every agent, as a row of masks. */
  readonly seen: Column;
}

function jointTables(shape: Shape, settings: JointActionSettings): JointTable[] {
  const tables: JointTable[] = [];
  for (let i = 0; i < shape.agents; i++) {
    const rows = rowsFor(shape, shape.observationLength[i]!, shape.actionRow);
    const q = rows.column('q', shape.jointCount, settings.initial);
    const seen = rows.column('seen', shape.actionRow, settings.prior);
    tables.push({ rows, q, seen });
  }
  return tables;
}

// ------------------------------------------------------------------------------------------ the learner

export function jointActionLearner(
  shape: Shape,
  settings: JointActionSettings,
  buffers: GameBuffers,
  seed: number,
): Learner {
  const { masks, actions, rewards, ended } = buffers;
  const observed = bitsOf(buffers.observations);
  const lastObserved = bitsOf(buffers.finalObservations);
  const keys = policyKeys(shape.envs, seed, purposes.policy, 0, 0);
  const tables = jointTables(shape, settings);
  const digits = jointDigits(shape);
  /** Row of every agent in every game at its last decision. */
  const decided = new Int32Array(shape.envs * shape.agents);
  /** Scratch: the models and the expected values of one row. */
  const model = new Float64Array(shape.actionRow);
  const expected = new Float64Array(Math.max(...shape.actionCount));

  /** Fills `expected` with AV_i(row, .). */
  function expect(i: number, row: number): void {
    const { rows, q, seen } = tables[i]!;
    const rowStart = row * shape.actionRow;
    for (let j = 0; j < shape.agents; j++) {
      let total = 0;
      for (let a = 0; a < shape.actionCount[j]!; a++) {
        const k = shape.actionStart[j]! + a;
        model[k] = allowed(shape, rows.legal, rowStart, j, a) ? seen.values[rowStart + k]! : 0;
        total += model[k]!;
      }
      for (let a = 0; a < shape.actionCount[j]!; a++) model[shape.actionStart[j]! + a]! /= total;
    }
    expected.fill(0);
    for (let u = 0; u < shape.jointCount; u++) {
      let probability = 1;
      for (let j = 0; j < shape.agents; j++) {
        if (j !== i) probability *= model[shape.actionStart[j]! + digits[u * shape.agents + j]!]!;
      }
      expected[digits[u * shape.agents + i]!]! += probability * q.values[row * shape.jointCount + u]!;
    }
  }

  /** max AV_i over the legal actions of a row; `initial` for one never seen (-1). */
  function valueAtRow(i: number, row: number): number {
    if (row < 0) return settings.initial;
    expect(i, row);
    const maskStart = row * shape.actionRow + shape.actionStart[i]!;
    const best = bestLegal(expected, 0, tables[i]!.rows.legal, maskStart, shape.actionCount[i]!);
    return expected[Math.max(0, best)]!;
  }

  function act(step: number, episode: number): void {
    const epsilon = valueAt(settings.epsilon, step, episode);
    for (let e = 0; e < shape.envs; e++) {
      const rowStart = e * shape.actionRow;
      for (let i = 0; i < shape.agents; i++) {
        const start = e * shape.observationRow + shape.observationStart[i]!;
        const row = tables[i]!.rows.rowOf(observed, start, masks, rowStart);
        const maskStart = rowStart + shape.actionStart[i]!;
        expect(i, row);
        const draw = drawOf(keys, e, i);
        const action = epsilonGreedy(expected, 0, masks, maskStart, shape.actionCount[i]!, epsilon, draw);
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
      for (let i = 0; i < shape.agents; i++) {
        const { rows, q, seen } = tables[i]!;
        const row = decided[e * shape.agents + i]!;
        for (let j = 0; j < shape.agents; j++) {
          const action = actions[e * shape.agents + j]!;
          if (j !== i) seen.values[row * shape.actionRow + shape.actionStart[j]! + action]! += 1;
        }
        let target = rewards[e * shape.agents + i]!;
        if (ended[e] !== terminated) {
          const start = e * shape.observationRow + shape.observationStart[i]!;
          const next =
            ended[e] === running
              ? rows.rowOf(observed, start, masks, e * shape.actionRow)
              : rows.find(lastObserved, start);
          target += settings.gamma * valueAtRow(i, next);
        }
        const cell = row * shape.jointCount + joint;
        q.values[cell]! += alpha * (target - q.values[cell]!);
      }
    }
  }

  function greedy(on: GameBuffers, envs: number): void {
    const seenNow = bitsOf(on.observations);
    for (let e = 0; e < envs; e++) {
      for (let i = 0; i < shape.agents; i++) {
        const row = tables[i]!.rows.find(seenNow, e * shape.observationRow + shape.observationStart[i]!);
        if (row < 0) expected.fill(0);
        else expect(i, row);
        const maskStart = e * shape.actionRow + shape.actionStart[i]!;
        const action = bestLegal(expected, 0, on.masks, maskStart, shape.actionCount[i]!);
        on.actions[e * shape.agents + i] = Math.max(0, action);
      }
    }
  }

  function save(): Arrays {
    const arrays: Arrays = new Map();
    tables.forEach(({ rows }, i) => {
      rows.save(`agent${i}`, arrays);
    });
    return arrays.set('policy.counter', keys.counter.slice());
  }

  function restore(arrays: Arrays): void {
    tables.forEach(({ rows }, i) => {
      rows.restore(`agent${i}`, arrays);
    });
    keys.counter.set(arrays.get('policy.counter') as Int32Array);
  }

  function view(): readonly LearnedTable[] {
    return tables.map(({ rows }, agent) => ({
      agent,
      quantity: 'AV',
      rows: rows.count,
      keyLength: rows.keyLength,
      key: row => rows.key(row),
      value: (row, action) => {
        expect(agent, row);
        return expected[action]!;
      },
      legal: (row, action) => rows.legal[row * shape.actionRow + shape.actionStart[agent]! + action] !== 0,
      best: row => {
        expect(agent, row);
        const maskStart = row * shape.actionRow + shape.actionStart[agent]!;
        return bestLegal(expected, 0, rows.legal, maskStart, shape.actionCount[agent]!);
      },
    }));
  }

  return { act, update, greedy, save, restore, view };
}
