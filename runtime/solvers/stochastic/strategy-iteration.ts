/** Strategy iteration for zero-sum Markov games (Hoffman and Karp 1966): a best answer to the first agent's strategies, then better ones. */
import type { TabularGame } from '../../games/tabular.ts';
import { expired, type SolveContext } from '../answer.ts';
import { induceFixedPoint } from '../induction.ts';
import { countsIn, floatNumbers, lookahead, type Numbers } from '../markov.ts';
import { type MatrixSolution, solveMatrix } from '../matrix-game.ts';

/** States up to which an answer is valued by elimination, which takes work to the third power; beyond, by sweeps. */
const mostEliminated = 220;
/** Improvements after which rounding, not progress, must be what goes on. */
const mostRounds = 10_000;

export interface Improved {
  readonly values: Float64Array;
  /** Optimal mixtures in every state, given the values. */
  readonly stages: readonly MatrixSolution<number>[];
  /** How much the last improvement moved a value. */
  readonly residual: number;
  readonly rounds: number;
  readonly finished: boolean;
}

/**
 * Every round: the first agent's optimal mixtures in the matrix games at the present values, then the value of these mixtures against a
 * best answer, an ordinary decision process. Values rise from round to round, and where they stop the mixtures are optimal.
 */
export function strategyIteration(game: TabularGame, scale: number, ctx: SolveContext): Improved {
  const numbers = floatNumbers(game, 0);
  const most = ctx.iterations ?? mostRounds;
  let values: Float64Array = new Float64Array(game.stateCount);
  let stages: MatrixSolution<number>[] = [];
  let residual = Number.POSITIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  let stalled = 0;
  for (let round = 1; ; round++) {
    stages = Array.from({ length: game.stateCount }, (_, s) => stageAt(game, numbers, s, values));
    const better = answerTo(game, numbers, stages, values, scale, ctx);
    residual = better.reduce((move, value, s) => Math.max(move, Math.abs(value - (values[s] as number))), 0);
    values = better;
    // Rounding leaves the last digits restless.
    stalled = residual < least * 0.9 ? 0 : stalled + 1;
    least = Math.min(least, residual);
    const settled = residual <= 4e-16 * scale || (stalled > 4 && residual <= 1e-12 * scale);
    ctx.onProgress?.(round, undefined, 'improvements');
    if (settled || round >= most || expired(ctx)) {
      stages = Array.from({ length: game.stateCount }, (_, s) => stageAt(game, numbers, s, values));
      return { values, stages, residual, rounds: round, finished: settled };
    }
  }
}

function stageAt(
  game: TabularGame,
  numbers: Numbers<number>,
  state: number,
  values: Float64Array,
): MatrixSolution<number> {
  const [m, n] = countsIn(game, state) as [number, number];
  const from = game.jointStart[state] as number;
  return solveMatrix(
    Array.from({ length: m * n }, (_, k) => lookahead(game, numbers, from + k, values)),
    m,
    n,
  );
}

/** What the second agent's choice leaves to the first, which mixes as `stage` says. */
function left(
  game: TabularGame,
  numbers: Numbers<number>,
  state: number,
  row: readonly number[],
  column: number,
  values: ArrayLike<number>,
): number {
  const from = game.jointStart[state] as number;
  const n = ((game.jointStart[state + 1] as number) - from) / row.length;
  let total = 0;
  for (let i = 0; i < row.length; i++) {
    const p = row[i] as number;
    if (p !== 0) total += p * lookahead(game, numbers, from + i * n + column, values);
  }
  return total;
}

/** Values of the first agent's mixtures against a best answer: policy iteration (Howard 1960), from the best answers at `start`. */
function answerTo(
  game: TabularGame,
  numbers: Numbers<number>,
  stages: readonly MatrixSolution<number>[],
  start: Float64Array,
  scale: number,
  ctx: SolveContext,
): Float64Array {
  const best = (s: number, values: ArrayLike<number>): { column: number; value: number } => {
    const { row, column } = stages[s] as MatrixSolution<number>;
    let found = { column: 0, value: Number.POSITIVE_INFINITY };
    for (let j = 0; j < column.length; j++) {
      const value = left(game, numbers, s, row, j, values);
      if (value < found.value) found = { column: j, value };
    }
    return found;
  };
  if (game.stateCount > mostEliminated) {
    const found = induceFixedPoint(game, scale, (s, values) => best(s, values).value, ctx, undefined, start);
    return Float64Array.from(found.values);
  }
  const choice = Int32Array.from({ length: game.stateCount }, (_, s) => best(s, start).column);
  for (let round = 0; ; round++) {
    const values = valuesAgainst(game, numbers, stages, choice);
    let changed = false;
    for (let s = 0; s < game.stateCount; s++) {
      const { column, value } = best(s, values);
      if (column === choice[s] || value >= (values[s] as number) - 1e-13 * scale) continue;
      choice[s] = column;
      changed = true;
    }
    if (!changed || round >= mostRounds || expired(ctx)) return values;
  }
}

/** Values of fixed strategies of both: the linear system v = r + discount P v, by elimination with the largest pivots. */
function valuesAgainst(
  game: TabularGame,
  numbers: Numbers<number>,
  stages: readonly MatrixSolution<number>[],
  choice: Int32Array,
): Float64Array {
  const size = game.stateCount;
  const rows = Array.from({ length: size }, (_, s): Float64Array => {
    const row = new Float64Array(size + 1);
    row[s] = 1;
    const mixture = (stages[s] as MatrixSolution<number>).row;
    const from = game.jointStart[s] as number;
    const n = ((game.jointStart[s + 1] as number) - from) / mixture.length;
    mixture.forEach((p, i) => {
      if (p === 0) return;
      const joint = from + i * n + (choice[s] as number);
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
        const q = p * (numbers.probability[o] as number);
        const next = game.outcomeState[o] as number;
        row[size] = (row[size] as number) + q * numbers.reward(o);
        if (next >= 0) row[next] = (row[next] as number) - q * numbers.discount;
      }
    });
    return row;
  });
  for (let c = 0; c < size; c++) {
    let pivot = c;
    for (let r = c + 1; r < size; r++)
      if (Math.abs(rows[r]?.[c] as number) > Math.abs(rows[pivot]?.[c] as number)) pivot = r;
    const top = rows[pivot] as Float64Array;
    rows[pivot] = rows[c] as Float64Array;
    rows[c] = top;
    for (let r = c + 1; r < size; r++) {
      const row = rows[r] as Float64Array;
      const factor = (row[c] as number) / (top[c] as number);
      if (factor === 0) continue;
      for (let k = c; k <= size; k++) row[k] = (row[k] as number) - factor * (top[k] as number);
    }
  }
  const values = new Float64Array(size);
  for (let r = size - 1; r >= 0; r--) {
    const row = rows[r] as Float64Array;
    let rest = row[size] as number;
    for (let k = r + 1; k < size; k++) rest -= (row[k] as number) * (values[k] as number);
    values[r] = rest / (row[r] as number);
  }
  return values;
}
