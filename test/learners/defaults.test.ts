/** Defaults that follow from other settings and from the game. */
import { expect, test } from 'vitest';
import { algorithmNamed, completeSettings, settledSettings } from '../../runtime/learners/catalogue.ts';
import { gru, mlp } from './deep-support.ts';

const every = (given: Readonly<Record<string, unknown>>, episodeLimit: number) =>
  settledSettings(completeSettings(algorithmNamed('IDQN')!, given as never, 0.9), episodeLimit).train_every;

test.each([
  [mlp(8), 50, { amount: 4, unit: 'steps' }],
  [mlp(8), 4, { amount: 4, unit: 'steps' }],
  [mlp(8), 1, { amount: 1, unit: 'steps' }],
  [gru(8), 50, { amount: 1, unit: 'episodes' }],
  [gru(8), 1, { amount: 1, unit: 'episodes' }],
])(
  'how often values are updated: every few steps, or every episode where the network remembers',
  (network, limit, wanted) => {
    expect(every({ network }, limit)).toEqual(wanted);
  },
);

test('what is said stays', () => {
  const said = { amount: 3, unit: 'episodes' } as const;
  expect(every({ train_every: said }, 50)).toEqual(said);
});

test('algorithms that have no such setting stay as they are', () => {
  const settings = completeSettings(algorithmNamed('IPPO')!, {}, 0.9);
  expect(settledSettings(settings, 50)).toBe(settings);
});
