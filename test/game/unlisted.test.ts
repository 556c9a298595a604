/** Games that cannot be listed: why not, in words that are true, and without long looks at them. */
import { describe, expect, test } from 'vitest';
import { enumerate } from '../../compiler/game/exact.ts';
import { tooLongToList, workOf } from '../../compiler/game/work.ts';
import { rewardBounds } from '../../compiler/properties/bounds.ts';
import { factOf } from '../../compiler/properties/facts.ts';
import { glance, quick, search, thorough } from '../../compiler/properties/search.ts';
import { quickListing } from '../../compiler/requirements/quick.ts';
import { game, modelOf, tableOf } from '../support/memory-host.ts';

const crowd = (agents: number) =>
  modelOf(`game G { agents P[${agents}] actions { X, Y } reward[i: P] = count(action[j] == action[i] for j in P) }`);

describe('a reward that is no finite number', () => {
  const source = game(
    'state { s: 0..3 = 0 }',
    'step { next s = (s + 1) % 4 }',
    'reward zero_sum A = exp(1000 * s) - exp(1000 * s)',
    'horizon 5',
  );

  test('ends a listing, with the state and the actions', () => {
    const { problem } = enumerate(modelOf(source), { maxStates: 100 });
    expect(problem).toMatchObject({
      kind: 'reward',
      message: 'the reward of A is not a finite number, where s = 1 and A chooses X, B chooses X',
    });
  });

  test('has no bounds', () => {
    const model = modelOf(source);
    const listed = { game: undefined, why: '', problem: enumerate(model, { maxStates: 100 }).problem };
    expect(rewardBounds(model, listed)[0]).toMatchObject({ low: -Infinity, high: Infinity });
  });

  test('leaves open whether the agents agree', () => {
    const table = tableOf(game('reward = if action[A] == action[B] then 1 else 0'));
    const odd = { ...table, exact: undefined, outcomeReward: table.outcomeReward.map(() => Number.NaN) };
    expect(factOf(odd, 'no_conflict')).toMatchObject({
      status: 'unknown',
      why: 'a reward of A is not a finite number',
    });
  });
});

describe('many agents', () => {
  test('have too many joint actions, and their number is said', () => {
    // 2^10000 = 10^3010.29...
    expect(enumerate(crowd(10_000), { maxStates: 100, maxTransitions: 8 }).problem).toMatchObject({
      kind: 'budget',
      message: 'a state of the game has about 10^3010 joint actions, too many to list',
    });
    expect(enumerate(crowd(30), { maxStates: 100 }).problem?.message).toBe(
      'a state of the game has 1,073,741,824 joint actions, too many to list',
    );
  });

  test('are not played where a step takes longer than all the looking may', () => {
    const model = crowd(10_000);
    expect(workOf(model).step).toBeGreaterThan(1e8);
    for (const effort of [glance, quick, thorough]) expect(search(model, ['common_reward'], effort).steps).toBe(0);
    // A hundred steps are cheap here.
    expect(search(crowd(20), ['common_reward'], quick).refuted.get('common_reward')?.status).toBe('refuted');
  });
});

test('where the work is the limit, the work is what is told', () => {
  const model = modelOf(
    game('state { s: 0..9 = 0 }', 'reward = sum(i + j + s for i in 0..9999, j in 0..9999)', 'horizon 3'),
  );
  expect(quickListing(model)).toMatchObject({ game: undefined, why: tooLongToList(model) });
  expect(tooLongToList(model)).toMatch(
    /^a step of the game computes about \d00,000,000 expressions, so that listing its transitions would take too long$/,
  );
});
