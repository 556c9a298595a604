import { describe, expect, test } from 'vitest';
import type { Learner } from '../../runtime/learners/shared/learner.ts';
import { handSpec } from './games.ts';
import { constant, learnerOn } from './support.ts';

const settings = { alpha: constant(0.5), epsilon: constant(0), initial: 0 };

/** Q of agent 0 after seeing `observation`, by action. */
function q(learner: Learner, observation: number, table = 0): number[] {
  const view = learner.view()[table]!;
  for (let row = 0; row < view.rows; row++) {
    if (view.key(row)[0] === observation) return [0, 1].map(action => view.value(row, action));
  }
  throw new Error(`no row for ${observation}`);
}

describe('targets by hand', () => {
  for (const [ended, name, expected] of [
    [0, 'running', 0.5 * (1 + 0.5 * 10)],
    [1, 'terminated', 0.5 * 1],
    [2, 'truncated', 0.5 * (1 + 0.5 * 4)],
  ] as const) {
    test(`IQL when ${name}`, () => {
      const { learner, buffers } = learnerOn({ spec: handSpec }, 'IQL', settings);
      /** Rows for what is reached: 5 with max 10 (after the step), 7 with max 4 (where the episode was cut). */
      const known = learner.save();
      known.set('agent0.count', Int32Array.of(2));
      known.set('agent0.keys', new Int32Array(Float32Array.of(5, 7).buffer));
      known.set('agent0.legal', Uint8Array.of(1, 1, 1, 1));
      known.set('agent0.q', Float64Array.of(10, 3, 2, 4));
      learner.restore(known);
      buffers.observations.set([1, 0]);
      learner.act(0, 0);
      const action = buffers.actions[0]!;
      buffers.rewards.set([1, 0]);
      buffers.ended[0] = ended;
      buffers.observations.set([5, 0]);
      buffers.finalObservations.set([7, 0]);
      learner.update(0, 0);
      expect(q(learner, 1)[action]).toBe(expected);
    });
  }

  test('JAL, MinimaxQ and CentralQ cut the bootstrap at termination only', () => {
    for (const name of ['JAL', 'MinimaxQ', 'CentralQ']) {
      for (const ended of [0, 1, 2]) {
        const { learner, buffers } = learnerOn({ spec: handSpec }, name, {
          ...settings,
          initial: 8,
          decay: 1,
          explore: constant(0),
        });
        buffers.observations.set([1, 2]);
        learner.act(0, 0);
        buffers.rewards.set([1, 1]);
        buffers.ended[0] = ended;
        buffers.observations.set([3, 4]);
        buffers.finalObservations.set([5, 6]);
        learner.update(0, 0);
        const values = learner.save().get(name === 'CentralQ' ? 'central.q' : 'agent0.q') as Float64Array;
        const updated = values.subarray(0, 4).find(value => value !== 8);
        /** Unseen observations are worth `initial`: 8 + 0.5 (1 + 0.5 * 8 - 8), or without the bootstrap 8 + 0.5 (1 - 8). */
        expect([name, ended, updated]).toEqual([name, ended, ended === 1 ? 4.5 : 6.5]);
      }
    }
  });

  test('turns: rewards add up, discounted, until the agent decides again', () => {
    const { learner, buffers } = learnerOn({ spec: handSpec }, 'IQL', settings);
    const first = () => buffers.masks.set([1, 1, 0, 0]);
    const second = () => buffers.masks.set([0, 0, 1, 1]);
    first();
    buffers.observations.set([1, 1]);
    learner.act(0, 0);
    const action = buffers.actions[0]!;
    buffers.rewards.set([2, 0]);
    buffers.ended[0] = 0;
    second();
    learner.update(0, 0);
    expect(q(learner, 1)).toEqual([0, 0]);
    learner.act(1, 0);
    buffers.rewards.set([4, 0]);
    buffers.ended[0] = 1;
    first();
    learner.update(1, 0);
    expect(q(learner, 1)[action]).toBe(0.5 * (2 + 0.5 * 4));
  });

  test('illegal actions are neither chosen nor maxed over', () => {
    for (const name of [
      'IQL',
      'HystereticQ',
      'LenientQ',
      'DistributedQ',
      'JAL',
      'CentralQ',
      'MinimaxQ',
      'NashQ',
      'CorrelatedQ',
      'FriendQ',
      'FoeQ',
    ]) {
      const { learner, buffers } = learnerOn({ spec: handSpec }, name, {
        alpha: constant(1),
        beta: constant(1),
        temperature: 0,
        epsilon: constant(0.5),
        explore: constant(0.5),
        decay: 1,
        visits: false,
        initial: 0,
      });
      buffers.observations.set([1, 1]);
      for (let step = 0; step < 200; step++) {
        /** Action A is legal and costs 1; B would keep its value 0 and look better. */
        buffers.masks.set([1, 0, 1, 0]);
        learner.act(step, 0);
        expect([...buffers.actions]).toEqual([0, 0]);
        buffers.rewards.set([-1, -1]);
        buffers.ended[0] = 0;
        learner.update(step, 0);
      }
      /** Worth -1 for ever at discount 0.5, so -2; with the illegal action in the maximum it would be -1. */
      if (name === 'DistributedQ') continue;
      const arrays = learner.save();
      const values = (arrays.get('agent0.q') ?? arrays.get('central.q')) as Float64Array;
      expect([name, Math.abs(values[0]! + 2) < 1e-3]).toEqual([name, true]);
    }
  });

  test('hysteretic steps with beta where the TD error is negative, not the reward', () => {
    const { learner, buffers } = learnerOn({ spec: handSpec }, 'HystereticQ', {
      alpha: constant(0.5),
      beta: constant(0.25),
      epsilon: constant(0),
      initial: -8,
    });
    buffers.observations.set([1, 1]);
    learner.act(0, 0);
    const [a, b] = buffers.actions;
    buffers.rewards.set([-4, -12]);
    buffers.ended[0] = 1;
    learner.update(0, 0);
    expect(q(learner, 1)[a!]).toBe(-6);
    expect(q(learner, 1, 1)[b!]).toBe(-9);
  });
});
