/** The value and optimal strategies of two-agent zero-sum and constant-sum games. */
import type { Rational } from '../games/rational.ts';
import type { Num } from '../verify/number.ts';
import { expired, type Found, limitsOf, type Refusal, type SolveContext } from './answer.ts';
import { exactMatrixWork, givenUp, solveLargeMatrix, solveMatrixExactly } from './matrix-game.ts';
import { liftMatrix, mostLifted } from './matrix-vertex.ts';
import type { NormalForm } from './normal-form.ts';

export async function solveMinimax(form: NormalForm, ctx: SolveContext): Promise<Found | Refusal> {
  const [m, n] = form.counts as [number, number];
  const sum = form.constantSum;
  if (form.agents.length !== 2)
    return {
      refused: `minimax is about two agents; ${form.name} has ${form.agents.length}`,
      remedy: 'use `pure`, `nash` or `correlated`',
    };
  if (sum === undefined)
    return {
      refused: `minimax needs payoffs that sum to a constant; in ${form.name} they do not`,
      remedy: 'use `nash` or `correlated`',
    };
  if (form.exact !== undefined && m * n * Math.min(m, n) <= exactMatrixWork) {
    const matrix = Array.from({ length: m * n }, (_, k) => form.exact?.[2 * k] as Rational);
    try {
      const { value, row, column } = solveMatrixExactly(matrix, m, n, () => expired(ctx));
      return found([value, (sum as Rational).sub(value)], row, column, 'simplex in fractions');
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  if (form.exact !== undefined && m * n <= mostLifted) {
    const payoffs = Array.from({ length: m * n }, (_, k) => form.exact?.[2 * k] as Rational);
    const lifted = liftMatrix(payoffs, m, n, () => expired(ctx));
    if (lifted !== undefined)
      return found(
        [lifted.value, (sum as Rational).sub(lifted.value)],
        lifted.row,
        lifted.column,
        'simplex, then fractions',
      );
  }
  const matrix = Float64Array.from({ length: m * n }, (_, k) => form.payoff[2 * k] as number);
  const { value, row, column, backend } = await solveLargeMatrix(matrix, m, n, limitsOf(ctx));
  const total = typeof sum === 'number' ? sum : sum.toNumber();
  const how = backend === givenUp ? backend : `linear program by ${backend}`;
  const answer = found([value, total - value], row, column, how);
  if (backend !== givenUp) return answer;
  return {
    ...answer,
    warnings: ['stopped before the linear program was solved; the bounds say how far from it these strategies are'],
  };
}

function found(values: readonly [Num, Num], row: readonly Num[], column: readonly Num[], how: string): Found {
  return {
    kind: 'minimax',
    method: 'linear_program',
    note: `${how}; each strategy guarantees its agent's value whatever the other does`,
    solution: { kind: 'profiles', profiles: [[row, column]] },
    values,
    profileValues: [values],
    completeness: 'one',
    warnings: [],
  };
}
