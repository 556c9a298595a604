/** Sequences that do not fit: shown to fit where intervals can, an error with its witness in the exact and stepped readings otherwise. */
import { describe, expect, test } from 'vitest';
import { enumerate } from '../../compiler/game/exact.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { Stepped } from '../../compiler/game/stepped.ts';
import { game, modelOf } from '../support/memory-host.ts';

const remember = (capacity: number, equation: string, ...more: readonly string[]) =>
  modelOf(
    game(`state { said: seq<Action, ${capacity}> = [] }`, `step { next said = ${equation} }`, 'horizon 3', ...more),
  );

const append = 'said + [action[A]]';

function marks(model: GameModel): readonly string[] {
  return [...model.init, ...model.step].flatMap(stmt => (stmt.op === 'store' && stmt.sequence ? [stmt.sequence] : []));
}

describe('a sequence in the state', () => {
  test('that outgrows its type is an error with the state and the actions', () => {
    const { game: table, problem } = enumerate(remember(2, append), { maxStates: 1000 });
    expect(table).toBeUndefined();
    expect(problem).toMatchObject({
      kind: 'overflow',
      message:
        'the sequence `said` holds at most 2 elements, but one of 3 is stored in it, where said = [X, X] and A chooses X, B chooses X',
    });
  });

  test('that fits in every state reached is none, though intervals do not show it', () => {
    const model = remember(3, append, 'end when len(next said) == 3');
    expect(marks(model)).toEqual(['said']);
    expect(enumerate(model, { maxStates: 1000 }).game?.stateCount).toBe(1 + 2 + 4);
  });

  test.each([
    ['asked for its length', 'if len(said) < 2 then said + [action[A]] else said'],
    ['replaced', '[action[A], action[B]]'],
  ])('that is %s is shown to fit, and nothing is checked', (_, equation) => {
    const model = remember(2, equation);
    expect(marks(model)).toEqual([]);
    expect(enumerate(model, { maxStates: 1000 }).problem).toBeUndefined();
  });

  test('stops a game that is played step by step', () => {
    const play = new Stepped(remember(2, append), 1);
    const step = () => play.step([0, 1]);
    step();
    step();
    expect(step).toThrow('at most 2 elements, but one of 3 is stored in it, in step 3, where said = [X, X]');
    expect(play.state()).toEqual({ said: ['X', 'X'] });
  });
});

test('the beginning counts too', () => {
  const model = modelOf(
    game(
      'state { deal: seq<0..3, 2> }',
      'init {\n    k ~ uniform(0..3)\n    deal = [i for i in 0..3 if i < k]\n  }',
    ).replace('state {', 'state { k: 0..3 '),
  );
  expect(enumerate(model, { maxStates: 100 }).problem).toMatchObject({
    kind: 'overflow',
    message: 'the sequence `deal` holds at most 2 elements, but one of 3 is stored in it',
  });
});
