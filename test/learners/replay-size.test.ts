/** How much a replay of episodes keeps where nobody said how long an episode may be. */
import { expect, test } from 'vitest';
import { stepsKept } from '../../runtime/learners/deep/replay.ts';
import { libraryGame, startDeep } from './deep-support.ts';

test('episodes are counted as long as they may be, up to a million steps', () => {
  expect(stepsKept({ amount: 700, unit: 'steps' }, 50)).toBe(700);
  expect(stepsKept({ amount: 5_000, unit: 'episodes' }, 50)).toBe(250_000);
  expect(stepsKept({ amount: 5_000, unit: 'episodes' }, 10_000)).toBe(1_000_000);
  expect(stepsKept({ amount: 3_000_000, unit: 'steps' }, 50)).toBe(3_000_000);
});

test.each(['IDQN', 'MADDPG'])('%s trains with its defaults on a game without a horizon', name => {
  const { training } = startDeep(libraryGame('TicTacToe'), name, {}, 1, { steps: 100, episodes: 1 });
  training.advance(100);
  expect(training.step()).toBe(100);
});
