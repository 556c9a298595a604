/** Standardised rewards: (r - mean) / deviation of all that were played, agent by agent, and the same after a resumption. */
import { expect, test } from 'vitest';
import { RewardScale } from '../../runtime/learners/deep/reward-scale.ts';
import { trainSeed } from '../../runtime/train/run.ts';
import { gameFrom, loaded, mlp } from './deep-support.ts';
import { trainSpec } from './support.ts';

/** Mean and deviation as defined: two passes over all numbers. */
function standard(rewards: readonly number[], x: number): number {
  const mean = rewards.reduce((sum, r) => sum + r, 0) / rewards.length;
  const variance = rewards.reduce((sum, r) => sum + (r - mean) * (r - mean), 0) / rewards.length;
  return (x - mean) / Math.sqrt(variance);
}

test('every agent has its own mean and deviation', () => {
  const scale = new RewardScale(2);
  expect(scale.scaled(0, 3)).toBe(3);
  const played = [3, 100, -1, 250, 2.5, -40, 7, 0.5];
  for (let start = 0; start < played.length; start += 2) scale.add(played, start);
  const of = (agent: number) => played.filter((_, k) => k % 2 === agent);
  for (const x of [0, 3, -8]) {
    expect(scale.scaled(0, x)).toBeCloseTo(standard(of(0), x), 12);
    expect(scale.scaled(1, x)).toBeCloseTo(standard(of(1), x), 12);
  }
});

test('constant rewards only lose their mean, also where sums round', () => {
  for (const constant of [0, -1, 0.1, 1e9 / 3]) {
    const scale = new RewardScale(1);
    for (let k = 0; k < 1000; k++) scale.add([constant], 0);
    expect(Math.abs(scale.scaled(0, constant))).toBeLessThan(1e-6 * Math.max(1, Math.abs(constant)));
    expect(scale.scaled(0, constant + 2)).toBeCloseTo(2, 4);
  }
});

test('what is saved goes on as if nothing had happened', () => {
  const whole = new RewardScale(1);
  for (const reward of [1, 4, -2]) whole.add([reward], 0);
  const rest = new RewardScale(1);
  rest.restore(whole.save());
  for (const of of [whole, rest]) of.add([0.3], 0);
  expect(rest.save()).toEqual(whole.save());
  expect(rest.scaled(0, 5)).toBe(whole.scaled(0, 5));
});

/** Two steps that pay what one, then both of them chose. */
const paying = (scale: number) =>
  loaded(
    gameFrom(`game Pays {
  agents A, B
  actions { X, Y }
  state { last: 0..1 = 0 }
  step { next last = if action[A] == X then 1 else 0 }
  reward = ${scale} * (if action[A] == action[B] then 3 + last else -1)
  observe[p: agents] { last }
  horizon 2
}`),
  );

const train = trainSpec('VDN', {
  settings: { network: mlp(8), batch: 8, standardize_rewards: true },
  budget: { amount: 600, unit: 'steps' },
  evaluate: { every: { amount: 200, unit: 'steps' }, episodes: 2 },
});

test('a training that is resumed is the same bit for bit', () => {
  const game = paying(1);
  const whole = trainSeed(train, game, 3);
  const kept: { readonly checkpoint: typeof whole.checkpoint; readonly evaluations: number }[] = [];
  trainSeed(train, game, 3, { keeping: { every: 170, due: () => false, keep: state => kept.push(state) } });
  expect(kept.length).toBeGreaterThan(1);
  for (const { checkpoint, evaluations } of kept) {
    const rest = trainSeed(train, game, 3, {}, checkpoint);
    expect(rest.metrics).toEqual(whole.metrics.slice(evaluations));
    expect(rest.checkpoint).toEqual(whole.checkpoint);
  }
});

test('networks learn the same from rewards four times as large, and not without', () => {
  const networks = (scale: number, standardize_rewards: boolean): unknown => {
    const settings = { ...train.settings, standardize_rewards };
    const { checkpoint } = trainSeed({ ...train, settings }, paying(scale), 3);
    return [...checkpoint].filter(([name]) => name.startsWith('learner.tensor.'));
  };
  // A factor of a power of two rounds nothing.
  expect(networks(4, true)).toEqual(networks(1, true));
  expect(networks(4, false)).not.toEqual(networks(1, false));
});
