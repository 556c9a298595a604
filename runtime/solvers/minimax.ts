/** The value and optimal strategies of two-agent zero-sum and constant-sum games. */
import type { Rational } from '../games/rational.ts';
import type { Num } from '../verify/number.ts';
import { expired, type Found, type Refusal, type SolveContext } from './answer.ts';
import { exactMatrixWork, solveLargeMatrix, solveMatrixExactly } from './matrix-game.ts';
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
  const matrix = Float64Array.from({ length: m * n }, (_, k) => form.payoff[2 * k] as number);
  const seconds = ctx.deadline === undefined ? undefined : Math.max(1, (ctx.deadline - performance.now()) / 1000);
  const { value, row, column, backend } = await solveLargeMatrix(matrix, m, n, seconds);
  const total = typeof sum === 'number' ? sum : sum.toNumber();
  return found([value, total - value], row, column, `linear program by ${backend}`);
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
