import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matrixGameSolver } from '../../runtime/learners/shared/matrix-game.ts';
import { solveMatrix } from '../../runtime/solvers/matrix-game.ts';

// The learners' small solver against the one whose answers carry certificates: same value, and a strategy that secures it.
const matrix = fc
  .record({ rows: fc.integer({ min: 1, max: 6 }), columns: fc.integer({ min: 1, max: 6 }) })
  .chain(({ rows, columns }) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      payoff: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: rows * columns, maxLength: rows * columns }),
    }),
  );

it('agrees with the certified solver', () => {
  const solver = matrixGameSolver(6, 6);
  const strategy = new Float64Array(6);
  fc.assert(
    fc.property(matrix, ({ rows, columns, payoff }) => {
      const value = solver.solve(Float64Array.from(payoff), rows, columns, strategy);
      expect(value).toBeCloseTo(solveMatrix(payoff, rows, columns).value, 9);
      for (let c = 0; c < columns; c++) {
        let earned = 0;
        for (let r = 0; r < rows; r++) earned += (strategy[r] as number) * (payoff[r * columns + c] as number);
        expect(earned).toBeGreaterThanOrEqual(value - 1e-9);
      }
    }),
    { numRuns: 2_000 },
  );
});
