/**
 * Central Q-learning: one learner sees what all agents see, chooses for all of them and learns the value of joint actions
 * from the team's reward. It is Q-learning on the game as a one-agent problem, and the upper bound for learners that have
 * to act apart.
 *
 *   Q(o, a) += alpha (r + gamma (1 - term) max_b Q(o', b) - Q(o, a))     o, a, b joint
 *
 * Watkins, C. J. C. H. (1989). Learning from delayed rewards. PhD thesis, Cambridge.
 */
import { type GameBuffers, running, terminated } from '../games/vector.ts';
import { purposes } from '../rng/stream.ts';
import type { Schedule, SettingDoc } from '../train/spec.ts';
import { drawOf, policyKeys } from './shared/draws.ts';
import { bestLegal, epsilonGreedy } from './shared/explore.ts';
import { allowed, jointDigits, jointOf } from './shared/joint.ts';
import type { Arrays, LearnedTable, Learner, ValueSettings } from './shared/learner.ts';
import { bitsOf, rowsFor } from './shared/rows.ts';
import { valueAt } from './shared/schedule.ts';
import { alphaDoc, valueSettings } from './shared/settings.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export interface CentralQSettings extends ValueSettings {
  readonly alpha: Schedule;
}

export const centralQSettings: readonly SettingDoc[] = [alphaDoc('Step size.'), ...valueSettings];

// ------------------------------------------------------------------------------------------ the learner

export function centralQ(shape: Shape, settings: CentralQSettings, buffers: GameBuffers, seed: number): Learner {
  const { actions, rewards, ended } = buffers;
  const observed = bitsOf(buffers.observations);
  const lastObserved = bitsOf(buffers.finalObservations);
  const keys = policyKeys(shape.envs, seed, purposes.policy, 0, 0);
  const rows = rowsFor(shape, shape.observationRow, shape.actionRow);
  const q = rows.column('q', shape.jointCount, settings.initial);
  const digits = jointDigits(shape);
  /** Row of every game at its last decision. */
  const decided = new Int32Array(shape.envs);
  /** Scratch: which joint actions are legal. */
  const legal = new Uint8Array(shape.jointCount);

  /** Fills `legal` from a row of masks. */
  function findLegal(masks: Uint8Array, maskStart: number): void {
    for (let u = 0; u < shape.jointCount; u++) {
      let every = 1;
      for (let i = 0; i < shape.agents; i++) {
        if (!allowed(shape, masks, maskStart, i, digits[u * shape.agents + i]!)) every = 0;
      }
      legal[u] = every;
    }
  }

  /** The largest Q of a row; `initial` for one never seen (-1). */
  function valueAtRow(row: number): number {
    return row < 0 ? settings.initial : q.values[row * shape.jointCount + bestOf(row)]!;
  }

  function bestOf(row: number): number {
    findLegal(rows.legal, row * shape.actionRow);
    return bestLegal(q.values, row * shape.jointCount, legal, 0, shape.jointCount);
  }

  function act(step: number, episode: number): void {
    const epsilon = valueAt(settings.epsilon, step, episode);
    for (let e = 0; e < shape.envs; e++) {
      const row = rows.rowOf(observed, e * shape.observationRow, buffers.masks, e * shape.actionRow);
      decided[e] = row;
      findLegal(buffers.masks, e * shape.actionRow);
      const draw = drawOf(keys, e, 0);
      const joint = epsilonGreedy(q.values, row * shape.jointCount, legal, 0, shape.jointCount, epsilon, draw);
      for (let i = 0; i < shape.agents; i++) actions[e * shape.agents + i] = digits[joint * shape.agents + i]!;
    }
    keys.counter[0]! += 1;
  }

  function update(step: number, episode: number): void {
    const alpha = valueAt(settings.alpha, step, episode);
    for (let e = 0; e < shape.envs; e++) {
      /** A team is paid alike: agent 0's reward is everyone's. */
      let target = rewards[e * shape.agents]!;
      if (ended[e] !== terminated) {
        const start = e * shape.observationRow;
        const next =
          ended[e] === running
            ? rows.rowOf(observed, start, buffers.masks, e * shape.actionRow)
            : rows.find(lastObserved, start);
        target += settings.gamma * valueAtRow(next);
      }
      const cell = decided[e]! * shape.jointCount + jointOf(shape, actions, e);
      q.values[cell]! += alpha * (target - q.values[cell]!);
    }
  }

  function greedy(on: GameBuffers, envs: number): void {
    const seenNow = bitsOf(on.observations);
    for (let e = 0; e < envs; e++) {
      const row = rows.find(seenNow, e * shape.observationRow);
      findLegal(on.masks, e * shape.actionRow);
      const joint =
        row < 0 ? legal.indexOf(1) : bestLegal(q.values, row * shape.jointCount, legal, 0, shape.jointCount);
      for (let i = 0; i < shape.agents; i++) on.actions[e * shape.agents + i] = digits[joint * shape.agents + i]!;
    }
  }

  function save(): Arrays {
    const arrays: Arrays = new Map();
    rows.save('central', arrays);
    return arrays.set('policy.counter', keys.counter.slice());
  }

  function restore(arrays: Arrays): void {
    rows.restore('central', arrays);
    keys.counter.set(arrays.get('policy.counter') as Int32Array);
  }

  function view(): readonly LearnedTable[] {
    return [
      {
        agent: undefined,
        quantity: 'Q',
        rows: rows.count,
        keyLength: rows.keyLength,
        key: row => rows.key(row),
        value: (row, joint) => q.values[row * shape.jointCount + joint]!,
        legal: (row, joint) => {
          findLegal(rows.legal, row * shape.actionRow);
          return legal[joint] !== 0;
        },
        best: bestOf,
      },
    ];
  }

  return { act, update, greedy, save, restore, view };
}
