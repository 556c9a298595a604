/** Sparse equations and programs made exact, against elimination and simplex in fractions. */
import { describe, expect, it } from 'vitest';
import { Rational } from '../../runtime/games/rational.ts';
import { exactSimplex } from '../../runtime/solvers/exact-simplex.ts';
import { exactVertex, type IntegerProgram } from '../../runtime/solvers/exact-vertex.ts';
import { isRefusal, solve } from '../../runtime/solvers/index.ts';
import { solveSparse } from '../../runtime/solvers/lifting.ts';
import { canonicalProgram } from '../../runtime/solvers/linear-program.ts';
import { solveMatrix } from '../../runtime/solvers/matrix-game.ts';
import type { SparseRows } from '../../runtime/solvers/modular.ts';
import { denseSimplex } from '../../runtime/solvers/simplex.ts';
import { toFloat } from '../../runtime/verify/number.ts';
import { bimatrix, integers, randomMatrix } from './games.ts';

const never = () => false;

function sparse(matrix: readonly (readonly number[])[], unknowns: number): SparseRows {
  const start = new Int32Array(matrix.length + 1);
  const index: number[] = [];
  const value: number[] = [];
  matrix.forEach((row, r) => {
    row.forEach((x, j) => {
      if (x === 0) return;
      index.push(j);
      value.push(x);
    });
    start[r + 1] = index.length;
  });
  return { rows: matrix.length, unknowns, start, index: Int32Array.from(index), value: Float64Array.from(value) };
}

/** Gauss and Jordan in fractions; undefined where the matrix is singular. */
function eliminated(matrix: readonly (readonly number[])[], right: readonly number[]): Rational[] | undefined {
  const rows = matrix.map((row, i) => [...row, right[i] as number].map(x => Rational.of(x)));
  const size = rows.length;
  for (let k = 0; k < size; k++) {
    const at = rows.findIndex((row, i) => i >= k && (row[k] as Rational).sign !== 0);
    if (at < 0) return undefined;
    [rows[k], rows[at]] = [rows[at] as Rational[], rows[k] as Rational[]];
    const pivot = rows[k] as Rational[];
    rows.forEach((row, i) => {
      if (i === k) return;
      const factor = (row[k] as Rational).div(pivot[k] as Rational);
      for (let j = k; j <= size; j++) row[j] = (row[j] as Rational).sub(factor.mul(pivot[j] as Rational));
    });
  }
  return rows.map((row, k) => (row[size] as Rational).div(row[k] as Rational));
}

describe('equations', () => {
  it('random ones have the solution of elimination, singular ones none', () => {
    let singular = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const next = integers(seed, 9);
      const size = 2 + (seed % 9);
      const matrix = Array.from({ length: size }, () => Array.from({ length: size }, () => (next() > 0 ? next() : 0)));
      const right = Array.from({ length: size }, next);
      const expected = eliminated(matrix, right);
      const found = solveSparse(sparse(matrix, size), Float64Array.from(right), never);
      if (expected === undefined) {
        singular++;
        expect(found, `seed ${seed}`).toBeUndefined();
        continue;
      }
      const read = found?.numerators.map(x => Rational.of(x, found.denominator));
      expect(read?.map(String), `seed ${seed}`).toEqual(expected.map(String));
    }
    expect(singular).toBeGreaterThan(0);
    expect(singular).toBeLessThan(40);
  });

  it('a Hilbert matrix; coefficients too large for exact remainders are refused, not rounded', () => {
    const size = 12;
    const scale = 5_354_228_880; // least common multiple of 1 .. 23
    const matrix = Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => scale / (i + j + 1)));
    expect(solveSparse(sparse(matrix, size), new Float64Array(size).fill(1), never)).toBeUndefined();
    const small = matrix.slice(0, 6).map((row, i) => row.slice(0, 6).map((_, j) => 27_720 / (i + j + 1)));
    const found = solveSparse(sparse(small, 6), new Float64Array(6).fill(1), never);
    const expected = eliminated(small, new Array(6).fill(1));
    expect(found?.numerators.map(x => `${Rational.of(x, found.denominator)}`)).toEqual(expected?.map(String));
  });

  it('more equations than unknowns: as many as determine them are solved', () => {
    const matrix = [
      [1, 1],
      [2, 2],
      [1, -1],
    ];
    const found = solveSparse(sparse(matrix, 2), Float64Array.from([3, 6, 1]), never);
    expect(found?.numerators.map(x => x / (found.denominator ?? 1n))).toEqual([2n, 1n]);
  });

  it('stops when it is told to', () => {
    expect(solveSparse(sparse([[3]], 1), Float64Array.from([1]), () => true)).toBeUndefined();
  });
});

describe('programs', () => {
  it('a vertex in doubles becomes the optimum in fractions, and a point that is none does not', () => {
    let proved = 0;
    for (let seed = 1; seed <= 80; seed++) {
      const next = integers(seed, 8);
      const [m, n] = [2 + (seed % 5), 2 + (seed % 7)];
      const matrix = Array.from({ length: m }, () => Array.from({ length: n }, () => Math.abs(next())));
      for (const row of matrix) row[seed % n] = 1 + Math.abs(next());
      // Every variable is bounded.
      matrix.push(new Array<number>(n).fill(1));
      const bound = matrix.map(() => 1 + Math.abs(next()));
      const objective = Array.from({ length: n }, next);
      const exact = exactSimplex(
        matrix.map(row => row.map(x => Rational.of(x))),
        bound.map(x => Rational.of(x)),
        objective.map(x => Rational.of(x)),
      );
      expect(exact.status).toBe('optimal');
      const flat = Float64Array.from(matrix.flat());
      const [b, c] = [Float64Array.from(bound), Float64Array.from(objective)];
      const rough = denseSimplex(flat, b, c);
      const program: IntegerProgram = { ...sparse(matrix, n), bound: b, objective: c };
      const solution = { status: 'optimal', x: rough.x, dual: rough.dual } as const;
      const vertex = exactVertex(program, canonicalProgram(flat, b, c), solution, never);
      if (vertex === undefined) continue;
      proved++;
      const worth = vertex.x.numerators.reduce((sum, x, j) => sum + x * BigInt(objective[j] as number), 0n);
      expect(`${Rational.of(worth, vertex.x.denominator)}`, `seed ${seed}`).toBe(`${exact.objective}`);
      const idle = { ...solution, x: new Float64Array(n) };
      if (exact.objective.sign > 0)
        expect(exactVertex(program, canonicalProgram(flat, b, c), idle, never), `seed ${seed}`).toBeUndefined();
    }
    // The rest have several optima at once, of which a basis tells more than the numbers do.
    expect(proved).toBeGreaterThan(70);
  });
});

describe('matrix games beyond the simplex method in fractions', () => {
  it('a tournament on a circle is worth exactly 0, by uniform play', async () => {
    const size = 51;
    // Every action beats the 25 after it.
    const rows = Array.from({ length: size }, (_, i) =>
      Array.from({ length: size }, (_, j) => {
        const ahead = (j - i + size) % size;
        return ahead === 0 ? 0 : ahead <= 25 ? 1 : -1;
      }),
    );
    const answer = await solve(bimatrix(rows), { concept: 'minimax' });
    if (isRefusal(answer)) throw new Error(answer.refused);
    expect(answer.note).toContain('simplex, then fractions');
    expect(answer.values?.map(String)).toEqual(['0', '0']);
    const [row] = answer.solution.kind === 'profiles' ? (answer.solution.profiles[0] ?? []) : [];
    expect(row?.map(String)).toEqual(new Array(size).fill('1/51'));
  });

  it('a random one has one value from both sides, near that of doubles', async () => {
    const game = bimatrix(randomMatrix(45, 60, integers(3, 100)));
    const answer = await solve(game, { concept: 'minimax' });
    if (isRefusal(answer)) throw new Error(answer.refused);
    expect(answer.exact).toBe(true);
    expect(answer.certificate).toMatchObject({ kind: 'minimax', arithmetic: 'rational' });
    expect(String(answer.certificate.gap?.lower)).toBe(String(answer.certificate.gap?.upper));
    const doubles = solveMatrix(randomMatrix(45, 60, integers(3, 100)).flat(), 45, 60);
    expect(toFloat(answer.values?.[0] ?? 0)).toBeCloseTo(doubles.value, 9);
  });
});
