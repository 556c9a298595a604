import { describe, expect, test } from 'vitest';
import { emitGame } from '../../compiler/emit/game.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { Stream } from '../../runtime/rng/stream.ts';
import * as games from '../game/models.ts';
import { chooseRandomly, compareReadings, load, type Running, start } from './against.ts';
import { foraging, spread, twoStep } from './models.ts';

const models: readonly (readonly [string, () => GameModel, ends: readonly ('terminated' | 'truncated')[]])[] = [
  ['matching pennies', games.matchingPennies, ['terminated']],
  ['two cells', games.twoCells, ['terminated']],
  ['Kuhn', games.kuhn, ['terminated']],
  ['drift', games.drift, ['truncated']],
  ['depot', games.depot, ['terminated']],
  ['clock', games.clock, ['terminated']],
  ['tic-tac-toe', games.ticTacToe, ['terminated']],
  ['connect four', games.connectFour, ['terminated']],
  ['soccer', games.soccer, ['terminated']],
  ['two-step', twoStep, ['terminated']],
  ['foraging', () => foraging(5, 2, 1), ['terminated', 'truncated']],
  ['foraging, three players', () => foraging(8, 3, 2), ['truncated']],
  ['spread', () => spread(3), ['truncated']],
  ['spread, five agents', () => spread(5), ['truncated']],
];

describe('the sampled reading is the stepped reading', () => {
  for (const [name, make, ends] of models)
    for (const unroll of [true, false])
      test(`${name}${unroll ? ', written out' : ''}`, () => {
        const seen = compareReadings(make(), {
          unroll,
          envs: 3,
          steps: name === 'soccer' ? 900 : 150,
          seed: 7,
          firstGame: 2,
        });
        for (const kind of ends) expect(seen[kind]).toBeGreaterThan(0);
      });
});

describe('trajectories', () => {
  /** Everything that one game of a vector shows over some steps. */
  function trace(running: Running, games: number, firstGame: number, steps: number): number[][] {
    const { buffers, game } = running;
    const traces: number[][] = Array.from({ length: games }, () => []);
    const streams = traces.map((_, e) => new Stream(5, 99, firstGame + e, 0));
    const row = (array: ArrayLike<number>, e: number): number[] => {
      const size = array.length / games;
      return Array.from({ length: size }, (_, k) => array[e * size + k] as number);
    };
    for (let t = 0; t < steps; t++) {
      chooseRandomly(running, streams);
      game.step();
      for (const [e, values] of traces.entries()) {
        values.push(
          ...row(buffers.observations, e),
          ...row(buffers.masks, e),
          ...row(buffers.rewards, e),
          ...row(buffers.ended, e),
        );
        for (const array of Object.values(game.state)) values.push(...row(array, e));
      }
    }
    return traces;
  }

  for (const make of [games.depot, games.soccer, games.drift, () => foraging(6, 2, 2)])
    test(`do not depend on the number of games: ${make().name}`, () => {
      const loaded = load(make());
      const together = trace(start(loaded, 7, 3), 7, 0, 60);
      const alone = Array.from({ length: 7 }, (_, g) => trace(start(loaded, 1, 3, g), 1, g, 60)[0]);
      const split = [...trace(start(loaded, 3, 3, 0), 3, 0, 60), ...trace(start(loaded, 4, 3, 3), 4, 3, 60)];
      expect(alone).toEqual(together);
      expect(split).toEqual(together);
      expect(together[0]).not.toEqual(together[1]);
    });

  test('depend on the seed, also on its upper half', () => {
    const loaded = load(games.depot());
    const of = (seed: number): number[][] => trace(start(loaded, 2, seed), 2, 0, 20);
    expect(of(1)).toEqual(of(1));
    expect(of(2)).not.toEqual(of(1));
    expect(of(1 + 2 ** 32)).not.toEqual(of(1));
  });

  test('start again from episode 0 after a reset', () => {
    const running = start(load(games.soccer()), 4, 11);
    const first = trace(running, 4, 0, 30);
    running.game.reset();
    expect(running.game.state.$episode).toEqual(new Int32Array(4));
    expect(trace(running, 4, 0, 30)).toEqual(first);
  });

  test('two vectors of one program do not share work space', () => {
    const loaded = load(games.depot(), false);
    const a = start(loaded, 2, 1);
    const b = start(loaded, 2, 2);
    const alone = trace(start(loaded, 2, 1), 2, 0, 10);
    const streams = [0, 1].map(e => new Stream(5, 99, e, 0));
    trace(b, 2, 0, 5);
    const seen = trace(a, 2, 0, 10);
    expect(streams).toHaveLength(2);
    expect(seen).toEqual(alone);
  });
});

describe('ends', () => {
  test('a horizon truncates, an end terminates, and the end wins', () => {
    const at = (horizon: number | undefined): number[] => {
      const running = start(load({ ...games.clock(), horizon }), 1, 0);
      return Array.from({ length: 6 }, () => {
        running.game.step();
        return running.buffers.ended[0] as number;
      });
    };
    expect(at(undefined)).toEqual([0, 0, 0, 1, 0, 0]);
    expect(at(3)).toEqual([0, 0, 2, 0, 0, 2]);
    expect(at(4)).toEqual([0, 0, 0, 1, 0, 0]);
  });

  test('the final observation is of the state reached, the observation of the new episode', () => {
    const running = start(load(games.clock()), 1, 0);
    const { buffers, game } = running;
    for (let t = 0; t < 4; t++) game.step();
    expect([...buffers.finalObservations]).toEqual([4]);
    expect([...buffers.observations]).toEqual([0]);
    expect(game.state.$episode?.[0]).toBe(1);
  });

  test('a game that never ends is never restarted', () => {
    const { end: _, ...rest } = games.clock();
    const running = start(load({ ...rest, end: undefined }), 2, 0);
    for (let t = 0; t < 1000; t++) running.game.step();
    expect([...(running.game.state.$time as Int32Array)]).toEqual([1000, 1000]);
    expect([...(running.game.state.$episode as Int32Array)]).toEqual([0, 0]);
  });

  test('agents that do not act have no legal action', () => {
    const running = start(load(games.ticTacToe()), 1, 0);
    const masks = (): string => [...running.buffers.masks].join('');
    expect(masks()).toBe(`${'1'.repeat(9)}${'0'.repeat(9)}`);
    running.buffers.actions.set([4, -1]);
    running.game.step();
    expect(masks()).toBe(`${'0'.repeat(9)}111101111`);
  });

  test('an impossible condition is an error that says so', () => {
    const model = games.kuhn();
    const init = model.init.map(s =>
      s.op === 'such_that'
        ? { ...s, condition: { op: 'const', value: 0, scalar: 'int', bounds: { low: 0, high: 0 } } as const }
        : s,
    );
    expect(() => start(load({ ...model, init }), 1, 0)).toThrow(
      /Kuhn: a "such that" condition did not hold in 100,000 draws/,
    );
  });
});

test('a step allocates nothing that grows: memory stays flat', () => {
  const running = start(load(foraging(8, 2, 3)), 64, 1);
  const streams = Array.from({ length: 64 }, (_, e) => new Stream(1, 9, e, 0));
  chooseRandomly(running, streams);
  for (let t = 0; t < 2000; t++) running.game.step();
  const before = process.memoryUsage().heapUsed;
  for (let t = 0; t < 2000; t++) running.game.step();
  // 128,000 game steps; one object of 16 bytes per step would be 2 MB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_000_000);
});

test('emitted text is the same every time', () => {
  const options = { types: true, module: 'esm' } as const;
  expect(emitGame(games.depot(), options)).toBe(emitGame(games.depot(), options));
});
