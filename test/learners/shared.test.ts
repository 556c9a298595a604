import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadGame } from '../../runtime/games/load.ts';
import { epsilonGreedy, exploreBelow, pickBest, pickLegal } from '../../runtime/learners/shared/explore.ts';
import { matrixGameSolver } from '../../runtime/learners/shared/matrix-game.ts';
import { bitsOf, rowsFor } from '../../runtime/learners/shared/rows.ts';
import { valueAt } from '../../runtime/learners/shared/schedule.ts';
import { shapeOf } from '../../runtime/learners/shared/shape.ts';
import { hash32 } from '../../runtime/rng/stream.ts';
import { meetingText, textOf } from './texts.ts';

const { spec } = loadGame(textOf(meetingText));
const shape = shapeOf(spec, 1);

test('schedules are linear, then constant', () => {
  const schedule = { from: 1, to: 0.5, over: 100, unit: 'steps' } as const;
  expect([0, 50, 100, 1000].map(step => valueAt(schedule, step, 0))).toEqual([1, 0.75, 0.5, 0.5]);
  expect(valueAt({ ...schedule, unit: 'episodes' }, 1000, 50)).toBe(0.75);
  expect(valueAt({ ...schedule, over: 0 }, 1000, 50)).toBe(1);
});

test('rows: equal observations share a row, others never do', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 0, max: 40 })), { maxLength: 300 }),
      seen => {
        const rows = rowsFor(shape, 2, 3);
        const q = rows.column('q', 1, -1);
        const masks = Uint8Array.of(1, 1, 1);
        const numbers = new Map<string, number>();
        for (const pair of seen) {
          const row = rows.rowOf(bitsOf(Float32Array.from(pair)), 0, masks, 0);
          const key = pair.map(x => x + 0).join();
          if (!numbers.has(key)) expect(q.values[row]).toBe(-1);
          else expect(row).toBe(numbers.get(key));
          numbers.set(key, row);
          q.values[row] = row;
        }
        expect(rows.count).toBe(numbers.size);
        const copy = rowsFor(shape, 2, 3);
        copy.column('q', 1, -1);
        const saved = new Map();
        rows.save('t', saved);
        copy.restore('t', saved);
        for (const pair of seen)
          expect(copy.find(bitsOf(Float32Array.from(pair)), 0)).toBe(numbers.get(pair.map(x => x + 0).join()));
      },
    ),
  );
});

test('-0 is 0', () => {
  const rows = rowsFor(shape, 2, 3);
  const row = rows.rowOf(bitsOf(Float32Array.of(0, 1)), 0, Uint8Array.of(1, 1, 1), 0);
  expect(rows.find(bitsOf(Float32Array.of(-0, 1)), 0)).toBe(row);
});

describe('one draw decides everything', () => {
  const masks = Uint8Array.of(1, 0, 1, 1);
  const values = Float64Array.of(2, 9, 2, 1);

  test('shares of exploring, of ties and of legal actions', () => {
    const count = [0, 0, 0, 0];
    const n = 200_000;
    for (let k = 0; k < n; k++) count[epsilonGreedy(values, 0, masks, 0, 4, 0.3, hash32(1, 2, k))]!++;
    expect(count[1]).toBe(0);
    for (const [a, share] of [
      [0, 0.45],
      [2, 0.45],
      [3, 0.1],
    ] as const) {
      /** Five standard deviations. */
      expect(Math.abs(count[a]! / n - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / n));
    }
  });

  test('the ends of the intervals stay inside', () => {
    for (const epsilon of [1e-9, 0.05, 1 / 3, 0.5, 0.999, 1]) {
      const split = exploreBelow(epsilon);
      for (const legal of [1, 2, 3, 5, 7, 1000]) {
        if (split > 0) expect(pickLegal(split - 1, split, legal)).toBeLessThan(legal);
        if (split >= 4294967296) continue;
        expect(pickBest(split, split, legal, legal)).toBe(0);
        expect(pickBest(4294967295, split, legal, legal)).toBe(legal - 1);
      }
    }
  });

  test('no legal action is -1', () => {
    expect(epsilonGreedy(values, 0, new Uint8Array(4), 0, 4, 0.5, 7)).toBe(-1);
  });
});

describe('matrix games', () => {
  const solver = matrixGameSolver(6, 6);
  const solve = (rows: number[][]) => {
    const strategy = new Float64Array(6);
    const value = solver.solve(Float64Array.from(rows.flat()), rows.length, rows[0]!.length, strategy);
    return { value, strategy: [...strategy.subarray(0, rows.length)] };
  };

  test('matching pennies, a saddle point, negative values', () => {
    const pennies = solve([
      [1, -1],
      [-1, 1],
    ]);
    expect(pennies.value).toBeCloseTo(0, 14);
    expect(pennies.strategy[0]).toBeCloseTo(0.5, 14);
    expect(
      solve([
        [-3, -5],
        [-1, -2],
      ]),
    ).toEqual({ value: -2, strategy: [0, 1] });
    const skewed = solve([
      [-10, -13],
      [-12, -9],
    ]);
    expect(skewed.value).toBeCloseTo(-11, 12);
    expect(skewed.strategy[0]).toBeCloseTo(0.5, 12);
  });

  test('no column holds the strategy below the value, and the transposed game has the opposite value', () => {
    const size = fc.integer({ min: 1, max: 6 });
    const game = fc.tuple(size, size).chain(([m, n]) =>
      fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: n, maxLength: n }), {
        minLength: m,
        maxLength: m,
      }),
    );
    fc.assert(
      fc.property(game, rows => {
        const { value, strategy } = solve(rows);
        expect(strategy.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
        for (let c = 0; c < rows[0]!.length; c++) {
          const against = rows.reduce((sum, row, r) => sum + strategy[r]! * row[c]!, 0);
          expect(against).toBeGreaterThan(value - 1e-9);
        }
        const other = solve(rows[0]!.map((_, c) => rows.map(row => -row[c]!)));
        expect(other.value).toBeCloseTo(-value, 9);
      }),
    );
  });
});
