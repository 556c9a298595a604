/** What is certain of returns without listing the states. */
import { expect, test } from 'vitest';
import { returnBounds } from '../../compiler/properties/bounds.ts';
import { marl } from '../cli/run.ts';
import { gameFrom } from '../learners/deep-support.ts';
import { gameOf } from '../stdlib/library.ts';

const walk = (reward: string, ends: string) => `
  game Walk {
    agents A
    actions { Left, Right }
    state { at: 0..4 = 2 }
    step { next at = if action[A] == Left then max(at - 1, 0) else min(at + 1, 4) }
    reward = ${reward}
    ${ends}
  }`;

test.each<[string, string, string, number, number]>([
  ['both signs, three steps at a half', 'at - 2', 'horizon 3  discount 0.5', -3.5, 3.5],
  ['at least the first step of what is never negative', 'at + 1', 'horizon 3  discount 0.5', 1, 8.75],
  ['at most the first step of what is never positive', '-at - 1', 'horizon 3  discount 0.5', -8.75, -1],
  ['for ever, discounted', 'at - 2', 'discount 0.75', -8, 8],
  ['for ever, undiscounted', 'at', 'end when at == 4', 0, Infinity],
])('%s', (_, reward, ends, low, high) => {
  const [bounds] = returnBounds(gameFrom(walk(reward, ends)));
  expect(bounds?.low).toBeCloseTo(low, 12);
  expect(bounds?.high).toBe(high);
});

// Exact optima of the library, from the papers' tables.
test.each<[string, number]>([
  ['TwoStep', 7.92],
  ['Climbing', 11],
  ['GridGame2', 98.01],
])('an optimum is within: %s', (game, best) => {
  for (const { low, high } of returnBounds(gameOf(game))) {
    expect(low).toBeLessThanOrEqual(best);
    expect(high).toBeGreaterThanOrEqual(best);
  }
});

test('a game that is too large to solve is refused with them', async () => {
  const { err, code } = await marl(['solve', 'std.games.Soccer', '--concept', 'minimax', '--states', '100'], {
    cwd: import.meta.dirname,
  });
  expect(code).toBe(1);
  expect(err).toContain('Whatever is played, discounted returns are, by range analysis: everyone -10 to 10.');
});
