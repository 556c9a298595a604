/** Why a game is not listed, in words that name what to change; and the class of games that read `time`. */
import { expect, test } from 'vitest';
import { notListable } from '../../compiler/game/listable.ts';
import { classify } from '../../compiler/properties/classify.ts';
import { factsOf } from '../../compiler/properties/facts.ts';
import { quickListing } from '../../compiler/requirements/quick.ts';
import { modelOf, study } from './support.ts';

const counter = (type: string): string => `game Counter {
  agents A, B
  actions { L, R }
  state { x: ${type} = 0 }
  step { next x = ${type === 'real' ? 'x / 2' : '(x + 2) % 4'} }
  reward = x
  horizon 5
}`;

test('an integer without a range is called that, and the remedy lists the game', () => {
  const model = modelOf(counter('int'));
  const listed = quickListing(model);
  expect(listed).toMatchObject({ why: expect.stringContaining('`x` is an `int` without a range') });
  expect(listed).toMatchObject({ why: expect.stringContaining('`x: 0..3`') });
  expect(classify(model, undefined, factsOf(model, listed)).kind).toBe('stochastic game with unbounded integers');
  expect(quickListing(modelOf(counter('0..3'))).game?.stateCount).toBe(2);
});

test('a real number is one', () => {
  const model = modelOf(counter('real'));
  expect(notListable(model)).toContain('`x` is a real number');
  expect(classify(model, undefined, factsOf(model, quickListing(model))).kind).toContain('real-valued');
});

test('time is no hidden part of the state', () => {
  const game = (seen: string): string => `game Timed {
    agents A
    actions { L, R }
    state { x: bool = false, y: bool = false }
    step { next x = x or action[A] == L  next y = action[A] == R }
    observe[A] { ${seen} }
    reward = if x and time < 3 then 1 else 0
    horizon 4
  }`;
  expect(study(game('x, y')).cls.kind).toContain('MDP (');
  expect(study(game('x')).cls.kind).toBe('POMDP');
});

test('an outcome at the horizon is marked and is not one with the end', () => {
  const { game } = study(`game Cut {
    agents A
    actions { Go }
    state { over: bool = false }
    step { let o ~ bernoulli(1/2)  next over = o }
    reward = if time > 7 then 1 else 0
    end when over
    horizon 2
  }`);
  const last = [...(game.outcomeCut ?? [])].flatMap((cut, o) => (cut === 1 ? [o] : []));
  expect(last.map(o => [game.outcomeState[o], game.outcomeProbability[o]])).toEqual([[-1, 0.5]]);
  expect([...game.outcomeState].filter(next => next === -1).length).toBe(3);
});
