/** The linear programming backends and the traps of glpk.js. */
import { describe, expect, it } from 'vitest';
import { glpk } from '../../runtime/solvers/glpk.ts';
import { isRefusal, solve } from '../../runtime/solvers/index.ts';
import { canonicalProgram, type LinearProgram } from '../../runtime/solvers/linear-program.ts';
import { builtIn } from '../../runtime/solvers/simplex.ts';
import { toFloat } from '../../runtime/verify/number.ts';
import { bimatrix, integers, randomMatrix } from './games.ts';

const none = Number.POSITIVE_INFINITY;

function program(
  rows: readonly (readonly [readonly number[], number, number])[],
  bounds: readonly (readonly [number, number])[],
  objective: readonly number[],
): LinearProgram {
  const dense = canonicalProgram(
    Float64Array.from(rows.flatMap(([row]) => row)),
    new Float64Array(rows.length),
    Float64Array.from(objective),
  );
  return {
    ...dense,
    rowLower: Float64Array.from(rows, ([, low]) => low),
    rowUpper: Float64Array.from(rows, ([, , high]) => high),
    lower: Float64Array.from(bounds, ([low]) => low),
    upper: Float64Array.from(bounds, ([, high]) => high),
  };
}

for (const backend of [glpk, builtIn]) {
  describe(`linear programs by ${backend.name}`, () => {
    it('optimum and duals', async () => {
      // Dantzig's example: 3x + 5y, x <= 4, 2y <= 12, 3x + 2y <= 18.
      const found = await backend.solve(
        program(
          [
            [[1, 0], -none, 4],
            [[0, 2], -none, 12],
            [[3, 2], -none, 18],
          ],
          [
            [0, none],
            [0, none],
          ],
          [3, 5],
        ),
      );
      expect(found.status).toBe('optimal');
      expect(Array.from(found.x)).toEqual([2, 6].map(x => expect.closeTo(x, 9)));
      expect(Array.from(found.dual)).toEqual([0, 1.5, 1].map(y => expect.closeTo(y, 9)));
    });

    it('free variables, equations, lower bounds on rows and two-sided bounds', async () => {
      // Maximise -x - 2y with x + y = 1, x - y >= -3, x free, -5 <= y <= 1.
      const found = await backend.solve(
        program(
          [
            [[1, 1], 1, 1],
            [[1, -1], -3, none],
          ],
          [
            [-none, none],
            [-5, 1],
          ],
          [-1, -2],
        ),
      );
      expect(found.status).toBe('optimal');
      expect(Array.from(found.x)).toEqual([6, -5].map(x => expect.closeTo(x, 9)));
    });

    it('tells infeasible from unbounded', async () => {
      const infeasible = program(
        [
          [[1], 2, none],
          [[1], -none, 1],
        ],
        [[0, none]],
        [1],
      );
      const unbounded = program(
        [[[1, -1], -none, 1]],
        [
          [0, none],
          [0, none],
        ],
        [1, 0],
      );
      expect((await backend.solve(infeasible)).status).toBe('infeasible');
      expect((await backend.solve(unbounded)).status).toBe('unbounded');
    });

    it('refuses numbers that are not finite, and repeated variables', async () => {
      const bad = program([[[Number.NaN], -none, 1]], [[0, none]], [1]);
      expect(await backend.solve(bad)).toMatchObject({
        status: 'failed',
        reason: expect.stringContaining('not finite'),
      });
      expect((await backend.solve(program([[[1], -none, 1]], [[0, none]], [none]))).status).toBe('failed');
      expect((await backend.solve(program([[[1], -none, 1]], [[none, none]], [1]))).status).toBe('failed');
      const twice = {
        ...program(
          [[[1, 1], -none, 1]],
          [
            [0, 1],
            [0, 1],
          ],
          [1, 1],
        ),
        index: Int32Array.from([0, 0]),
      };
      expect((await backend.solve(twice)).reason).toContain('twice');
      // And it still works afterwards.
      expect((await backend.solve(program([[[1], -none, 1]], [[0, none]], [1]))).status).toBe('optimal');
    });

    it('a variable in no row keeps its bounds', async () => {
      const found = await backend.solve(
        program(
          [[[1, 0], -none, 1]],
          [
            [0, none],
            [-1, 2],
          ],
          [1, 1],
        ),
      );
      expect(Array.from(found.x)).toEqual([1, 2].map(x => expect.closeTo(x, 9)));
    });
  });
}

describe('matrix games of all sizes', () => {
  it.each([1e-12, 1, 1e12])('payoffs scaled by %d change only the value', async scale => {
    const next = integers(7, 50);
    const base = randomMatrix(8, 8, next);
    const plain = await solve(bimatrix(base, undefined, { exact: false }), { concept: 'minimax' });
    const big = await solve(
      bimatrix(
        base.map(row => row.map(x => x * scale)),
        undefined,
        { exact: false },
      ),
      { concept: 'minimax' },
    );
    if (isRefusal(plain) || isRefusal(big)) throw new Error('refused');
    expect(big.certificate.kind).toBe('minimax');
    expect(toFloat(big.values?.[0] as number) / scale).toBeCloseTo(toFloat(plain.values?.[0] as number), 9);
    if (big.solution.kind !== 'profiles' || plain.solution.kind !== 'profiles') throw new Error('no profiles');
    const row = (answer: typeof big.solution) => answer.profiles[0]?.[0]?.map(toFloat) ?? [];
    expect(row(big.solution)).toEqual(row(plain.solution).map(p => expect.closeTo(p, 9)));
  });

  it('payoffs of wildly mixed size end verified or approximate', async () => {
    const wild = bimatrix(
      [
        [1e12, -1, 3],
        [1e-9, 2, -1e6],
        [-7, 1e-12, 5],
      ],
      undefined,
      { exact: false },
    );
    const answer = await solve(wild, { concept: 'minimax' });
    if (isRefusal(answer)) throw new Error(answer.refused);
    if (answer.certificate.kind !== 'approximate')
      expect(toFloat(answer.certificate.epsilon)).toBeLessThanOrEqual(answer.certificate.tolerance);
  });

  it('payoffs that are not finite are refused', async () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const answer = await solve(bimatrix([[1, bad]], undefined, { exact: false }), { concept: 'minimax' });
      expect(isRefusal(answer) && answer.refused).toContain('finite');
    }
  });

  it('300 by 300 in under two seconds of processor time, certified', async () => {
    const next = integers(11, 1_000_000);
    const a = randomMatrix(300, 300, next);
    const tabular = bimatrix(a, undefined, { exact: false });
    const started = process.cpuUsage();
    const answer = await solve(tabular, { concept: 'minimax' });
    const used = process.cpuUsage(started);
    const seconds = (used.user + used.system) / 1e6;
    if (isRefusal(answer)) throw new Error(answer.refused);
    expect(answer.note).toContain('glpk');
    expect(answer.certificate.kind).toBe('minimax');
    expect(seconds).toBeLessThan(2);
  });

  it('GLPK and the built-in simplex agree on a game in between', async () => {
    const next = integers(5, 1000);
    const a = randomMatrix(40, 60, next);
    const shift = (x: number) => x / 1000 + 2;
    const canonical = canonicalProgram(
      Float64Array.from(a.flat(), shift),
      new Float64Array(40).fill(1),
      new Float64Array(60).fill(1),
    );
    const [one, other] = await Promise.all([glpk.solve(canonical), builtIn.solve(canonical)]);
    const sum = (x: Float64Array) => x.reduce((total, value) => total + value, 0);
    expect(sum(one.x)).toBeCloseTo(sum(other.x), 9);
    expect(sum(one.dual)).toBeCloseTo(sum(one.x), 9);
    expect(sum(other.dual)).toBeCloseTo(sum(other.x), 9);
  });
});
