/** MADDPG on games with a known end: seconds each. */
import { describe, expect, test } from 'vitest';
import type { Settings } from '../../runtime/learners/catalogue.ts';
import { adamAt, gameFrom, libraryGame, loaded, startDeep } from './deep-support.ts';

type Game = ReturnType<typeof libraryGame>;

describe('games with a known end', () => {
  const quick: Settings = {
    batch: 64,
    train_every: { amount: 4, unit: 'steps' },
    optimizer: adamAt(3e-3),
    explore: { from: 1, to: 0, over: 1000, unit: 'steps' },
  };

  /** What every agent does at the end, by its table of one row. */
  function learned(game: Game, settings: Settings, seed: number, steps: number): number[][] {
    const { training, learner } = startDeep(game, 'MADDPG', settings, seed, { steps });
    while (!training.done()) training.advance(steps);
    return learner.view().map(table => {
      expect(table.rows).toBe(1);
      const { finite, reals } = table.columns ?? { finite: game.spec.actionCount[table.agent!]!, reals: 0 };
      return Array.from({ length: finite + reals }, (_, k) => table.value(0, k));
    });
  }

  test.each([1, 2])('one step, real actions, a reward of their own: the only equilibrium is (1, 1), seed %i', seed => {
    // The first wants to be where the second is, the second at 1.
    const game = loaded(
      gameFrom(`game Follow { agents A, B
        actions = real in -2..3
        step { let gap = action[A] - action[B]
          let miss = action[B] - 1 }
        reward[A] = -gap * gap
        reward[B] = -miss * miss
        end when true }`),
    );
    const [[a], [b]] = learned(game, quick, seed, 8000) as [[number], [number]];
    expect(Math.abs(a - 1)).toBeLessThan(0.1);
    expect(Math.abs(b - 1)).toBeLessThan(0.1);
  });

  test('a choice and a number together: the right one of two, and what goes with it', () => {
    const game = loaded(
      gameFrom(`game Both { agents A, B
        actions { side: 0..1, push: real in 0..1 }
        step { let off[p: agents] = action[p].push - (if action[p].side == 1 then 0.8 else 0.2) }
        reward[p] = (if action[p].side == 1 then 1 else 0) - off[p] * off[p]
        end when true }`),
    );
    for (const [zero, one, push] of learned(game, quick, 1, 8000) as [number, number, number][]) {
      expect(one).toBeGreaterThan(0.9);
      expect(zero + one).toBeCloseTo(1, 5);
      expect(Math.abs(push - 0.8)).toBeLessThan(0.1);
    }
  });

  test.each(['soft', 'hard'] as const)(
    'matrix games, %s draws: both defect, and both meet at the better table',
    gumbel => {
      const dilemma = learned(libraryGame('PrisonersDilemma'), { ...quick, gumbel }, 1, 4000);
      const defect = libraryGame('PrisonersDilemma').spec.actionNames[0]!.findIndex(name => /^D/.test(name));
      for (const policy of dilemma) expect(policy[defect]).toBeGreaterThan(0.9);
      const tables = loaded(
        gameFrom(`game Tables { agents A, B
        actions { X, Y }
        payoff { X Y
          X: 1 0
          Y: 0 4 } }`),
      );
      for (const policy of learned(tables, { ...quick, gumbel }, 1, 4000)) expect(policy[1]).toBeGreaterThan(0.9);
    },
  );

  test('max of two quadratics: from the middle it ends on the lower hill (Wei et al. 2018, Wen et al. 2019)', () => {
    const settings: Settings = { batch: 128, train_every: { amount: 4, unit: 'steps' }, optimizer: adamAt(1e-3) };
    const noise = { from: 0.5, to: 0.05, over: 6000, unit: 'steps' } as const;
    for (const [x] of learned(libraryGame('TwoQuadratics'), { ...settings, noise }, 1, 8000) as [number][])
      expect(Math.abs(x + 5)).toBeLessThan(1);
  });
});
