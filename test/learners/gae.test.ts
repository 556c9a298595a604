import { describe, expect, test } from 'vitest';
import { running, terminated, truncated } from '../../runtime/games/vector.ts';
import { generalisedAdvantages, normaliseAdvantages } from '../../runtime/learners/deep/gae.ts';
import { partsOf, shuffle } from '../../runtime/learners/deep/ppo-batch.ts';
import { ValueNorm } from '../../runtime/learners/deep/value-norm.ts';
import { Stream } from '../../runtime/rng/stream.ts';

const gamma = 0.5;
const lambda = 0.5;

interface Sequence {
  readonly rewards: readonly number[];
  readonly values: readonly number[];
  readonly next?: readonly number[];
  readonly active?: readonly number[];
  readonly ended?: readonly number[];
}

function estimate({ rewards, values, next, active, ended }: Sequence): { advantages: number[]; returns: number[] } {
  const steps = rewards.length;
  const advantages = new Float64Array(steps);
  const returns = new Float64Array(steps);
  const zeros = rewards.map(() => 0);
  const experience = { steps, agents: 1, games: 1, rewards, values, next: next ?? zeros };
  generalisedAdvantages(
    { ...experience, active: active ?? zeros.map(() => 1), ended: ended ?? zeros.map(() => running) },
    gamma,
    lambda,
    advantages,
    returns,
  );
  return { advantages: [...advantages], returns: [...returns] };
}

describe('generalised advantage estimation, by hand', () => {
  test('a rollout that goes on is continued with the value of what followed', () => {
    // delta_2 = 3 + 0.5 * 10 - 2 = 6; delta_1 = 2 + 0.5 * 2 - 4 = -1; delta_0 = 1 + 0.5 * 4 - 1 = 2.
    const { advantages, returns } = estimate({ rewards: [1, 2, 3], values: [1, 4, 2], next: [99, 99, 10] });
    expect(advantages).toEqual([2 + 0.25 * (-1 + 0.25 * 6), -1 + 0.25 * 6, 6]);
    expect(returns).toEqual(advantages.map((a, k) => a + [1, 4, 2][k]!));
  });

  test('behind an end of the problem nothing counts, behind a time limit the value of its last observation', () => {
    const rewards = [1, 2, 3];
    const values = [1, 4, 2];
    const next = [99, 8, 10];
    const end = estimate({ rewards, values, next, ended: [running, terminated, running] });
    expect(end.advantages).toEqual([2 + 0.25 * (2 - 4), 2 - 4, 6]);
    const cut = estimate({ rewards, values, next, ended: [running, truncated, running] });
    expect(cut.advantages).toEqual([2 + 0.25 * (2 + 0.5 * 8 - 4), 2 + 0.5 * 8 - 4, 6]);
    expect(estimate({ rewards, values, next, ended: [running, running, terminated] }).advantages[2]).toBe(3 - 2);
  });

  test('waiting is no decision: its rewards belong to the one before, discounted, and its values are not asked for', () => {
    // Decisions at 0 and 2: R = 1 + 0.5 * 2 = 2, the next value counts 0.25.
    const { advantages, returns } = estimate({
      rewards: [1, 2, 3],
      values: [1, 1000, 2],
      next: [99, 99, 10],
      active: [1, 0, 1],
    });
    expect(advantages).toEqual([2 + 0.25 * 2 - 1 + 0.25 * 0.5 * 6, 0, 6]);
    expect(returns[1]).toBe(0);
    // An agent that is gone until the end: rewards of its team still count.
    const gone = estimate({
      rewards: [1, 2, 4],
      values: [3, 1000, 1000],
      active: [1, 0, 0],
      ended: [0, 0, terminated],
    });
    expect(gone.advantages).toEqual([1 + 0.5 * 2 + 0.25 * 4 - 3, 0, 0]);
  });

  test('one-step episodes: the reward less the value', () => {
    const ended = [terminated, terminated];
    expect(estimate({ rewards: [1, 5], values: [2, 3], next: [9, 9], ended }).advantages).toEqual([-1, 2]);
  });

  test('agents and games lie side by side', () => {
    const games = 2;
    const agents = 2;
    const steps = 2;
    const rewards = [1, 2, 3, 4, 5, 6, 7, 8];
    const values = [8, 7, 6, 5, 4, 3, 2, 1];
    const next = [0, 0, 0, 0, 10, 20, 30, 40];
    const ended = [running, terminated, running, truncated];
    const active = rewards.map(() => 1);
    const advantages = new Float64Array(8);
    generalisedAdvantages(
      { steps, agents, games, rewards, values, next, ended, active },
      gamma,
      lambda,
      advantages,
      new Float64Array(8),
    );
    for (let a = 0; a < agents; a++)
      for (let e = 0; e < games; e++) {
        const at = (t: number) => (t * agents + a) * games + e;
        const of = (all: readonly number[]) => [all[at(0)]!, all[at(1)]!];
        const own = estimate({
          rewards: of(rewards),
          values: of(values),
          next: of(next),
          ended: [ended[e]!, ended[games + e]!],
        });
        expect([advantages[at(0)], advantages[at(1)]]).toEqual(own.advantages);
      }
  });

  test('advantages are normalised over the entries that count', () => {
    const advantages = Float64Array.of(1, 0, 3, 0, 100, 200);
    const experience = { steps: 2, agents: 3, games: 1, active: [1, 0, 1, 0, 1, 1] };
    normaliseAdvantages(experience, advantages, 0, 1);
    expect(advantages).toEqual(Float64Array.of(0, 0, 3, 0, 100, 200));
    normaliseAdvantages(experience, advantages, 2, 3);
    const scale = 98.5 / (98.5 + 1e-5);
    expect([...advantages]).toEqual([0, 0, -scale, 0, 100, scale]);
    const none = Float64Array.of(5);
    normaliseAdvantages({ steps: 1, agents: 1, games: 1, active: [0] }, none, 0, 1);
    expect(none[0]).toBe(5);
  });
});

describe('running mean and deviation of returns', () => {
  test('are right from the first batch on, and average the batches', () => {
    const norm = new ValueNorm(true);
    expect([norm.mean, norm.deviation]).toEqual([0, 1]);
    norm.add(4, 25);
    expect(norm.mean).toBeCloseTo(4, 9);
    expect(norm.deviation).toBeCloseTo(3, 9);
    norm.add(2, 13);
    expect(norm.mean).toBeCloseTo(3, 4);
    expect(norm.deviation).toBeCloseTo(Math.sqrt(19 - 9), 4);
    const same = new ValueNorm(true);
    same.restore(norm.save());
    expect([same.mean, same.deviation]).toEqual([norm.mean, norm.deviation]);
  });

  test('constant returns keep a deviation, and switched off nothing changes', () => {
    const norm = new ValueNorm(true);
    norm.add(7, 49);
    expect(norm.deviation).toBe(0.1);
    const off = new ValueNorm(false);
    off.add(7, 100);
    expect([off.mean, off.deviation]).toEqual([0, 1]);
  });
});

describe('minibatches', () => {
  test('cover all lanes, keep games whole where asked, and are never more than there are lanes', () => {
    expect(partsOf(5, 3, false, 4)).toEqual({ batch: { steps: undefined, lanes: 4 }, lanes: 15 });
    expect(partsOf(5, 3, true, 2)).toEqual({ batch: { steps: 5, lanes: 2 }, lanes: 3 });
    expect(partsOf(5, 3, true, 100)).toEqual({ batch: { steps: 5, lanes: 1 }, lanes: 3 });
  });

  test('shuffling permutes, alike for equal streams', () => {
    const shuffled = (counter: number): Int32Array => {
      const order = Int32Array.from({ length: 50 }, (_, k) => k);
      shuffle(order, new Stream(1, 6, 0, 0, counter));
      return order;
    };
    expect([...shuffled(0)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, k) => k));
    expect(shuffled(0)).toEqual(shuffled(0));
    expect(shuffled(0)).not.toEqual(shuffled(100));
  });
});
