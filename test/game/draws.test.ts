/** Weights that sum to 1: which are shown to by their form, and that no reading draws from others. */
import { describe, expect, test } from 'vitest';
import { emitGame } from '../../compiler/emit/game.ts';
import { sumsToOne } from '../../compiler/game/draws.ts';
import { enumerate } from '../../compiler/game/exact.ts';
import type { GameModel, IrExpr } from '../../compiler/game/model.ts';
import { Stepped } from '../../compiler/game/stepped.ts';
import { problemInPlay } from '../../compiler/properties/glimpse.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { simulate } from '../../runtime/games/simulate.ts';
import { modelOf } from '../properties/support.ts';

/** A game that draws `d` with these weights in every step, from a state that wanders over all its values. */
function drawing(weights: string): GameModel {
  return modelOf(`game G {
    agents A
    actions { X, Y }
    state { k: 0..3 = 1, p: prob = 1/4, q: prob = 1/2, r: prob[3] = 1/3, big: 0..9999999 = 0 }
    step {
      let u ~ uniform(0..9999999)
      let d ~ categorical(${weights})
      next k = u % 4
      next big = u
      next r[0] = if u % 2 == 0 then 1/2 else 1/3
      next p = 1 - p
    }
    reward = d
  }`);
}

function weightsOf(model: GameModel): readonly IrExpr[] {
  for (const stmt of model.step) if (stmt.op === 'draw' && stmt.dist.kind === 'categorical') return stmt.dist.weights;
  throw new Error('no weights');
}

const play = (model: GameModel): unknown => {
  const { spec, create } = loadGame(emitGame(model, { types: false, module: 'function' }));
  return simulate(create, spec, { steps: 200, envs: 2, seed: 1, clock: () => 0 }).returns;
};

describe('weights that sum to 1 by their form', () => {
  test.each([
    '[1/2, 1/3, 1/6]',
    '[0.1, 0.2, 0.7]',
    '[p, 1 - p]',
    '[p / 2, p * 0.5, 1 - p]',
    '[k / 3, 1 - k / 3]',
    'if k == 0 then [1/4, 3/4] else [p, 1 - p]',
    '[if k < 2 then p else q, if k < 2 then 1 - p else 1 - q]',
  ])('%s', weights => {
    const model = drawing(weights);
    expect(sumsToOne(weightsOf(model))).toBe(true);
    // No check costs anything where nothing can go wrong.
    expect(emitGame(model, { types: false, module: 'function' })).not.toContain('requireSum');
    expect(problemInPlay(model)).toBeUndefined();
    play(model);
  });
});

describe('weights that need not', () => {
  test.each([
    ['[k / 3, 1/3, 1/3]', /those of `d` sum to (0\.66|1\b|1\.33)/],
    ['r', /those of `d` sum to 1\.1666/],
    ['[p, 1 - q]', /those of `d` sum to (0\.75|1\.25)/],
    ['[if k < 2 then p else q, if k < 3 then 1 - p else 1 - q]', /those of `d` sum to (0\.75|1\.25)/],
  ])('%s', (weights, message) => {
    const model = drawing(weights);
    expect(sumsToOne(weightsOf(model))).toBe(false);
    const problem = problemInPlay(model);
    expect(problem?.kind).toBe('probability');
    expect(problem?.message).toMatch(message);
    expect(problem?.message).toMatch(/in step \d+, where k = /);
    // The emitted game says the same, for the draw of the same number.
    expect(() => play(model)).toThrow(message);
  });

  test('may sum to 1 all the same, and are drawn from', () => {
    const model = drawing('[max(p, 1 - p), min(p, 1 - p)]');
    expect(sumsToOne(weightsOf(model))).toBe(false);
    expect(problemInPlay(model)).toBeUndefined();
    play(model);
  });

  test('the message of a listing names the variable, the sum, the state and the draw', () => {
    const text = `game G {
      agents A
      actions { X, Y }
      state { k: 0..3 = 1 }
      step {
        let d ~ categorical([k / 3, 1/3, 1/3])
        next k = d
      }
      reward = k
    }`;
    const { problem } = enumerate(modelOf(text), { maxStates: 100 });
    expect(problem?.message).toBe(
      'the probabilities of a draw must sum to 1, but those of `d` sum to 2/3, where k = 0 and A chooses X',
    );
    expect(text.slice(problem?.span?.start, problem?.span?.end)).toBe('categorical([k / 3, 1/3, 1/3])');
  });

  test('the stepped reading stops at the same step as the emitted game', () => {
    const model = drawing('r');
    const stepped = new Stepped(model, 1);
    expect(() => {
      for (let t = 0; t < 200; t++) stepped.step([0]);
    }).toThrow(/those of `d` sum to 1\.1666/);
  });
});
