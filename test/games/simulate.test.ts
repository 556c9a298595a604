import { describe, expect, test } from 'vitest';
import { emitGame } from '../../compiler/emit/game.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { type Simulation, simulate } from '../../runtime/games/simulate.ts';
import { twoStep } from '../emit/models.ts';
import * as games from '../game/models.ts';

function play(model: GameModel, options: Parameters<typeof simulate>[2]): Simulation {
  const { spec, create } = loadGame(emitGame(model, { types: false, module: 'function' }));
  return simulate(create, spec, options);
}

/** Is the estimate within five standard errors of the truth (and not trivially so)? */
function expectNear({ mean, stderr }: { mean: number; stderr: number }, truth: number): void {
  expect(stderr).toBeGreaterThan(0);
  expect(Math.abs(mean - truth) / stderr).toBeLessThan(5);
}

describe('random play earns what it should', () => {
  test('two-step: 7 half of the time, else a quarter of 0 + 1 + 1 + 8', () => {
    const result = play(twoStep(), { steps: 200_000, envs: 32, seed: 1 });
    expectNear(result.returns[0] as { mean: number; stderr: number }, 0.5 * 7 + 0.5 * 2.5);
    expect(result.length).toEqual({ mean: 2, stderr: 0 });
    expect(result.steps).toBe(200_000);
    expect(result.episodes).toBe(100_000);
    expect(result.unfinished).toBe(0);
  });

  test('matching pennies: 0, and the opposite for the other', () => {
    const { returns } = play(games.matchingPennies(), { steps: 50_000, envs: 10, seed: 2 });
    expectNear(returns[0] as { mean: number; stderr: number }, 0);
    expect(returns[1]?.mean).toBeCloseTo(-(returns[0]?.mean as number), 12);
  });

  test('Kuhn: random betting earns the first player 1/8', () => {
    // All pass/bet sequences are equally likely at each decision: PP 1/4 (pot 1), PBP 1/8 (-1), PBB 1/8 (pot 2), BP 1/4 (+1), BB 1/4 (pot 2).
    const { returns } = play(games.kuhn(), { steps: 400_000, envs: 64, seed: 3 });
    expectNear(returns[0] as { mean: number; stderr: number }, 1 / 4 - 1 / 8);
  });

  test('tic-tac-toe: X wins 0.585, O 0.288 of random games', () => {
    const { returns } = play(games.ticTacToe(), { steps: 300_000, envs: 64, seed: 4 });
    expectNear(returns[0] as { mean: number; stderr: number }, 0.5849 - 0.2881);
  });

  test('real actions are drawn inside their bounds', () => {
    const { returns, length } = play(games.drift(), { steps: 5_000, envs: 10, seed: 5 });
    expect(returns[0]?.mean).toBeLessThan(0);
    expect(length.mean).toBeLessThanOrEqual(12);
  });
});

describe('which episodes count', () => {
  // Every episode lasts 4 steps; 10 games and 30 steps give 3 steps each: nothing ends in time.
  test('those that start in time, played to their end', () => {
    const result = play(games.clock(), { steps: 30, envs: 10, seed: 0 });
    expect(result).toMatchObject({ steps: 30, episodes: 10, unfinished: 0, length: { mean: 4 } });
    // 6 steps each: one episode ended, one is under way.
    expect(play(games.clock(), { steps: 60, envs: 10, seed: 0 }).episodes).toBe(20);
    // 8 steps each: the third has not begun.
    expect(play(games.clock(), { steps: 80, envs: 10, seed: 0 }).episodes).toBe(20);
  });

  test('no bias towards short ones: the mean does not depend on how long one looks', () => {
    const long = play(games.ticTacToe(), { steps: 400_000, envs: 100, seed: 6 });
    const short = play(games.ticTacToe(), { steps: 50_000, envs: 10_000, seed: 7 });
    expect(short.episodes).toBeGreaterThan(9_000);
    expectNear(short.length, long.length.mean);
  });

  test('running ones, where none ends, and says so', () => {
    const endless: GameModel = { ...games.clock(), end: undefined };
    const result = play(endless, { steps: 40, envs: 4, seed: 0 });
    expect(result.unfinished).toBe(4);
    expect(result.episodes).toBe(4);
    expect(result.length.mean).toBeGreaterThanOrEqual(10);
  });
});

test('what a game does depends on the seed and its number, not on how many there are', () => {
  // Two vectors of three games make the six games of one vector: the same episodes, so the same mean.
  const model = games.soccer();
  const whole = play(model, { steps: 6 * 500, envs: 6, seed: 8 });
  const halves = [0, 3].map(firstGame => play(model, { steps: 3 * 500, envs: 3, seed: 8, firstGame }));
  const episodes = halves.reduce((n, h) => n + h.episodes, 0);
  const total = halves.reduce((sum, h) => sum + h.episodes * (h.returns[0]?.mean as number), 0);
  expect(episodes).toBe(whole.episodes);
  expect(total / episodes).toBeCloseTo(whole.returns[0]?.mean as number, 12);
  expect(play(model, { steps: 3000, envs: 6, seed: 9 }).returns).not.toEqual(whole.returns);
});

test('time is what the clock says', () => {
  let now = 100;
  const result = play(games.clock(), { steps: 10, envs: 2, seed: 0, clock: () => (now += 1.5) });
  expect(result.seconds).toBe(1.5);
  expect(play(games.clock(), { steps: 10, envs: 2, seed: 0 }).seconds).toBeUndefined();
});

test('counts must be counts, and real actions need bounds', () => {
  expect(() => play(games.clock(), { steps: 0, envs: 1, seed: 0 })).toThrow(
    /`steps` must be a positive whole number, but it is 0/,
  );
  expect(() => play(games.clock(), { steps: 1, envs: 1.5, seed: 0 })).toThrow(RangeError);
  const drift = games.drift();
  const open: GameModel = {
    ...drift,
    actionSpaces: drift.actionSpaces.map(s => ({
      ...s,
      parts: s.parts.map(p => (p.kind === 'real' ? { ...p, bounds: { low: 0, high: Infinity } } : p)),
    })),
  };
  expect(() => play(open, { steps: 1, envs: 1, seed: 0 })).toThrow(/needs bounds on every real action/);
});

test('loading anything else is an error', () => {
  expect(() => loadGame('return 1;')).toThrow(TypeError);
  expect(() => loadGame('return {')).toThrow(SyntaxError);
});
