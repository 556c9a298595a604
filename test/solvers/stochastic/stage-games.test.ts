/** Stage games as learners ask for them, beside the solvers with certificates. */
import { expect, test } from 'vitest';
import {
  correlatedGames,
  nashGames,
  type StageGames,
  type StageShape,
} from '../../../runtime/solvers/stochastic/stage-games.ts';
import { toFloat } from '../../../runtime/verify/number.ts';
import { answerOf } from '../extensive/support.ts';
import { integers, matrix } from '../games.ts';

function shapeOf(...actionCount: number[]): StageShape {
  const actionStart = actionCount.map((_, i) => actionCount.slice(0, i).reduce((sum, count) => sum + count, 0));
  return {
    agents: actionCount.length,
    actionCount,
    actionStart,
    actionRow: actionCount.reduce((sum, count) => sum + count, 0),
    jointCount: actionCount.reduce((product, count) => product * count, 1),
    jointStride: actionCount.map((_, i) => actionCount.slice(i + 1).reduce((product, count) => product * count, 1)),
  };
}

/** The most that an agent gains by doing one thing where it is told another. */
function disobedience(shape: StageShape, values: Float64Array, { joint }: StageGames, legal: Uint8Array): number {
  let most = 0;
  for (let i = 0; i < shape.agents; i++) {
    const count = shape.actionCount[i]!;
    const stride = shape.jointStride[i]!;
    for (let told = 0; told < count; told++)
      for (let other = 0; other < count; other++) {
        if (legal[shape.actionStart[i]! + other] === 0) continue;
        let gain = 0;
        for (let u = 0; u < shape.jointCount; u++) {
          if (Math.floor(u / stride) % count !== told) continue;
          const change = u + (other - told) * stride;
          gain += joint[u]! * (values[i * shape.jointCount + change]! - values[i * shape.jointCount + u]!);
        }
        most = Math.max(most, gain);
      }
  }
  return most;
}

test('equilibria of random games with illegal actions: nobody gains, and nothing illegal is played', () => {
  const next = integers(7, 9);
  for (let k = 0; k < 40; k++) {
    const shape = k % 2 === 0 ? shapeOf(3, 4) : shapeOf(2, 3);
    const values = Float64Array.from({ length: 2 * shape.jointCount }, () => next() + next() / 7);
    const legal = new Uint8Array(shape.actionRow).fill(1);
    legal[k % shape.actionRow] = 0;
    for (const games of [
      nashGames(shape, 'first', 0),
      nashGames(shape, 'welfare', 0),
      nashGames(shape, 'best', 1),
      correlatedGames(shape, 'utilitarian'),
      correlatedGames(shape, 'egalitarian'),
      correlatedGames(shape, 'republican'),
    ]) {
      games.solve(values, 0, legal, 0);
      expect(games.joint.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
      expect(disobedience(shape, values, games, legal)).toBeLessThan(1e-7);
      expect(games.strategies[k % shape.actionRow]).toBe(0);
      for (const i of [0, 1]) {
        const worth = games.joint.reduce((sum, p, u) => sum + p * values[i * shape.jointCount + u]!, 0);
        expect(games.worth[i]).toBeCloseTo(worth, 9);
      }
      const before = [...games.joint];
      games.solve(values, 0, legal, 0);
      expect([...games.joint]).toEqual(before);
    }
  }
});

test('two agents: Nash equilibria are products of strategies', () => {
  const next = integers(11, 9);
  const shape = shapeOf(3, 3);
  for (let k = 0; k < 20; k++) {
    const values = Float64Array.from({ length: 18 }, () => next());
    const games = nashGames(shape, 'first', 0);
    games.solve(values, 0, new Uint8Array(6).fill(1), 0);
    games.joint.forEach((p, u) => {
      expect(p).toBeCloseTo(games.strategies[Math.floor(u / 3)]! * games.strategies[3 + (u % 3)]!, 12);
    });
  }
});

test('three agents: what a device is worth is what `solve correlated` certifies', async () => {
  const next = integers(3, 9);
  const shape = shapeOf(2, 2, 2);
  const names = ['a', 'b'];
  for (let k = 0; k < 6; k++) {
    const payoffs = Array.from({ length: 8 }, () => [next(), next(), next()]);
    const game = matrix([names, names, names], ([a = 0, b = 0, c = 0]) => payoffs[4 * a + 2 * b + c]!);
    const values = Float64Array.from({ length: 24 }, (_, at) => payoffs[at % 8]![Math.floor(at / 8)]!);
    const legal = new Uint8Array(6).fill(1);
    const worth = (games: StageGames): number[] => {
      games.solve(values, 0, legal, 0);
      return [...games.worth];
    };
    const exact = async (maximizing: string) =>
      toFloat((await answerOf(game, { concept: 'correlated', maximizing })).objective?.value ?? Number.NaN);
    const sum = worth(correlatedGames(shape, 'utilitarian')).reduce((total, v) => total + v, 0);
    expect(sum).toBeCloseTo(await exact('welfare'), 9);
    expect(Math.min(...worth(correlatedGames(shape, 'egalitarian')))).toBeCloseTo(await exact('egalitarian'), 9);
    const most = await Promise.all(game.agents.map(exact));
    expect(Math.max(...worth(correlatedGames(shape, 'republican')))).toBeCloseTo(Math.max(...most), 9);
  }
});

test('who does not act has one action, and what is not finite is refused', () => {
  const shape = shapeOf(2, 3);
  const games = correlatedGames(shape, 'utilitarian');
  const values = Float64Array.from([1, 9, 9, 2, 9, 9, 0, 0, 0, 5, 0, 0]);
  games.solve(values, 0, Uint8Array.from([1, 1, 0, 0, 0]), 0);
  expect([...games.worth]).toEqual([2, 5]);
  expect([...games.strategies]).toEqual([0, 1, 1, 0, 0]);
  values[0] = Number.POSITIVE_INFINITY;
  expect(() => games.solve(values, 0, new Uint8Array(5).fill(1), 0)).toThrow('discount below 1');
});
