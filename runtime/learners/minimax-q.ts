/**
 * Minimax-Q (Littman 1994): each of two opponents learns the values of both agents' actions and plays the maximin strategy
 * of its matrix of values at every observation, which the linear program of a matrix game gives.
 *
 *   V_i(o)        = max_pi min_b sum_a pi(a) Q_i(o, a, b)
 *   Q_i(o, a, b) += alpha (r_i + gamma (1 - term) V_i(o') - Q_i(o, a, b)),   then V_i(o) and pi_i(o) anew
 *
 * It acts from the mixed pi_i(o), also when it is evaluated, and with probability `explore` uniformly at random. An agent
 * that does not act counts as having one action.
 *
 * Littman, M. L. (1994). Markov games as a framework for multi-agent reinforcement learning. ICML.
 */
import { type GameBuffers, running, terminated } from '../games/vector.ts';
import { purposes } from '../rng/stream.ts';
import type { Schedule, SettingDoc } from '../train/spec.ts';
import { drawOf, policyKeys } from './shared/draws.ts';
import { drawLegal, exploreBelow } from './shared/explore.ts';
import { allowed } from './shared/joint.ts';
import type { Arrays, LearnedTable, Learner } from './shared/learner.ts';
import { matrixGameSolver } from './shared/matrix-game.ts';
import { viewPolicy } from './shared/own-table.ts';
import { bitsOf, type Column, type Rows, rowsFor } from './shared/rows.ts';
import { valueAt } from './shared/schedule.ts';
import { alphaDoc, gammaDoc, initialDoc } from './shared/settings.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export interface MinimaxQSettings {
  readonly alpha: Schedule;
  readonly decay: number;
  readonly explore: Schedule;
  readonly initial: number;
  readonly gamma: number;
}

const littman = 'Littman 1994';

export const minimaxQSettings: readonly SettingDoc[] = [
  {
    ...alphaDoc('Step size, before `decay`.'),
    default: { from: 1, to: 1, over: 0, unit: 'steps' },
    source: littman,
  },
  {
    name: 'decay',
    type: 'real',
    low: 0,
    high: 1,
    default: 0.9999954,
    doc: 'The step size is multiplied by this at every step of a game.',
    source: `${littman}: 1 to 0.01 in 10^6 steps`,
  },
  {
    name: 'explore',
    type: 'schedule',
    low: 0,
    high: 1,
    default: { from: 0.2, to: 0.2, over: 0, unit: 'steps' },
    doc: 'Probability of a uniformly random legal action while learning.',
    source: littman,
  },
  { ...initialDoc, default: 1, source: littman },
  gammaDoc,
];

// ------------------------------------------------------------------------------------------ tables

/** Rows by the agent's own observation. */
interface MinimaxTable {
  readonly rows: Rows;
  /** Q(observation, own action, other's action), the other's fastest. */
  readonly q: Column;
  readonly value: Column;
  /** Probability of each own action. */
  readonly policy: Column;
}

function minimaxTables(shape: Shape, settings: MinimaxQSettings): MinimaxTable[] {
  const tables: MinimaxTable[] = [];
  for (let i = 0; i < 2; i++) {
    const rows = rowsFor(shape, shape.observationLength[i]!, shape.actionRow);
    const own = shape.actionCount[i]!;
    const q = rows.column('q', shape.jointCount, settings.initial);
    const value = rows.column('value', 1, settings.initial);
    tables.push({ rows, q, value, policy: rows.column('policy', own, 1 / own) });
  }
  return tables;
}

// ------------------------------------------------------------------------------------------ the learner

export function minimaxQ(shape: Shape, settings: MinimaxQSettings, buffers: GameBuffers, seed: number): Learner {
  const { masks, actions, rewards, ended } = buffers;
  const observed = bitsOf(buffers.observations);
  const lastObserved = bitsOf(buffers.finalObservations);
  const keys = policyKeys(shape.envs, seed, purposes.policy, 0, 0);
  const tables = minimaxTables(shape, settings);
  const decided = new Int32Array(shape.envs * 2);
  /** The product of all decays so far. */
  const decayed = Float64Array.of(1);
  /** Scratch: the matrix game over legal actions. */
  const most = Math.max(...shape.actionCount);
  const solver = matrixGameSolver(most, most);
  const payoff = new Float64Array(most * most);
  const strategy = new Float64Array(most);

  /** Agent i's action for a draw, or -1 if it does not act; row -1 is an observation never seen. */
  function choose(i: number, row: number, on: Uint8Array, maskStart: number, split: number, draw: number): number {
    const count = shape.actionCount[i]!;
    const start = maskStart + shape.actionStart[i]!;
    return drawLegal(tables[i]!.policy.values, row * count, on, start, count, split, draw);
  }

  /** V and pi of a row from its Q. */
  function solve(i: number, row: number): void {
    const { rows, q, value, policy } = tables[i]!;
    const own = shape.actionCount[i]!;
    const others = shape.actionCount[1 - i]!;
    const legalStart = row * shape.actionRow;
    let m = 0;
    let size = 0;
    for (let a = 0; a < own; a++) {
      if (!allowed(shape, rows.legal, legalStart, i, a)) continue;
      m++;
      for (let b = 0; b < others; b++) {
        if (allowed(shape, rows.legal, legalStart, 1 - i, b)) payoff[size++] = q.values[(row * own + a) * others + b]!;
      }
    }
    value.values[row] = solver.solve(payoff, m, size / m, strategy);
    let k = 0;
    for (let a = 0; a < own; a++) {
      policy.values[row * own + a] = allowed(shape, rows.legal, legalStart, i, a) ? strategy[k++]! : 0;
    }
  }

  function act(step: number, episode: number): void {
    const split = exploreBelow(valueAt(settings.explore, step, episode));
    for (let e = 0; e < shape.envs; e++) {
      const maskStart = e * shape.actionRow;
      for (let i = 0; i < 2; i++) {
        const start = e * shape.observationRow + shape.observationStart[i]!;
        const row = tables[i]!.rows.rowOf(observed, start, masks, maskStart);
        const action = choose(i, row, masks, maskStart, split, drawOf(keys, e, i));
        actions[e * 2 + i] = Math.max(0, action);
        decided[e * 2 + i] = row;
      }
    }
    keys.counter[0]! += 2;
  }

  function update(step: number, episode: number): void {
    const alpha = valueAt(settings.alpha, step, episode);
    for (let e = 0; e < shape.envs; e++) {
      for (let i = 0; i < 2; i++) {
        const { rows, q, value } = tables[i]!;
        const row = decided[e * 2 + i]!;
        let target = rewards[e * 2 + i]!;
        if (ended[e] !== terminated) {
          const start = e * shape.observationRow + shape.observationStart[i]!;
          const next =
            ended[e] === running
              ? rows.rowOf(observed, start, masks, e * shape.actionRow)
              : rows.find(lastObserved, start);
          target += settings.gamma * (next < 0 ? settings.initial : value.values[next]!);
        }
        const own = row * shape.actionCount[i]! + actions[e * 2 + i]!;
        const cell = own * shape.actionCount[1 - i]! + actions[e * 2 + 1 - i]!;
        q.values[cell]! += alpha * decayed[0]! * (target - q.values[cell]!);
        solve(i, row);
      }
      decayed[0]! *= settings.decay;
    }
  }

  function greedy(on: GameBuffers, envs: number, draws: Uint32Array): void {
    const seenNow = bitsOf(on.observations);
    for (let e = 0; e < envs; e++) {
      for (let i = 0; i < 2; i++) {
        const row = tables[i]!.rows.find(seenNow, e * shape.observationRow + shape.observationStart[i]!);
        const action = choose(i, row, on.masks, e * shape.actionRow, 0, draws[e * 2 + i]!);
        on.actions[e * 2 + i] = Math.max(0, action);
      }
    }
  }

  function save(): Arrays {
    const arrays: Arrays = new Map();
    tables.forEach(({ rows }, i) => {
      rows.save(`agent${i}`, arrays);
    });
    return arrays.set('policy.counter', keys.counter.slice()).set('decayed', decayed.slice());
  }

  function restore(arrays: Arrays): void {
    tables.forEach(({ rows }, i) => {
      rows.restore(`agent${i}`, arrays);
    });
    keys.counter.set(arrays.get('policy.counter') as Int32Array);
    decayed.set(arrays.get('decayed') as Float64Array);
  }

  function view(): readonly LearnedTable[] {
    return tables.map(({ rows, policy }, agent) => viewPolicy(shape, { agent, rows, policy }));
  }

  return { act, update, greedy, save, restore, view };
}
