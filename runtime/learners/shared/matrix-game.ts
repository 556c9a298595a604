/**
 * Matrix games, solved for the row player by the simplex method: small, without allocation, for learners that solve one at
 * every step. (`runtime/solvers` has the solvers with certificates; a test compares the two.)
 *
 * With the payoffs shifted to be positive (which moves the value and nothing else, so that its sign is free) the column
 * player's program is  max sum y,  A y <= 1,  y >= 0;  the value is 1 / sum y, and the row player's strategy is the dual
 * solution times the value. Bland's rule keeps the degenerate cases from cycling.
 */
export interface MatrixGameSolver {
  /**
   * Solves `payoff`, `rows` x `columns`, row-major. Writes the row player's maximin strategy to `strategy` and returns the
   * value. A saddle point gives the pure strategy of the lowest index.
   */
  solve(payoff: Float64Array, rows: number, columns: number, strategy: Float64Array): number;
}

export function matrixGameSolver(maxRows: number, maxColumns: number): MatrixGameSolver {
  const tableau = new Float64Array((maxRows + 1) * (maxColumns + maxRows + 1));
  const basis = new Int32Array(maxRows);

  function solve(payoff: Float64Array, rows: number, columns: number, strategy: Float64Array): number {
    const saddle = saddleRow(payoff, rows, columns);
    if (saddle >= 0) {
      for (let r = 0; r < rows; r++) strategy[r] = r === saddle ? 1 : 0;
      return smallest(payoff, saddle, columns);
    }
    let low = Infinity;
    let high = -Infinity;
    for (let k = 0; k < rows * columns; k++) {
      low = Math.min(low, payoff[k]!);
      high = Math.max(high, payoff[k]!);
    }
    /** Payoffs become (a - low) / (high - low) + 1, in 1 .. 2. */
    const range = high - low;
    const width = columns + rows + 1;
    tableau.fill(0, 0, (rows + 1) * width);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) tableau[r * width + c] = (payoff[r * columns + c]! - low) / range + 1;
      tableau[r * width + columns + r] = 1;
      tableau[r * width + width - 1] = 1;
      basis[r] = columns + r;
    }
    for (let c = 0; c < columns; c++) tableau[rows * width + c] = -1;
    /** Bland's rule ends in exact arithmetic; the bound is for rounding. Some pivots per row and column are enough in practice. */
    for (let pivots = 0; pivots < 100 * width; pivots++) {
      const entering = enter(rows, width);
      if (entering < 0) break;
      pivot(leave(rows, width, entering), entering, rows, width);
    }
    const total = tableau[rows * width + width - 1]!;
    for (let r = 0; r < rows; r++) strategy[r] = Math.max(0, tableau[rows * width + columns + r]!) / total;
    return (1 / total - 1) * range + low;
  }

  /** Bland: the first column that improves, or -1. */
  function enter(rows: number, width: number): number {
    for (let c = 0; c < width - 1; c++) if (tableau[rows * width + c]! < -1e-12) return c;
    return -1;
  }

  /** The row of the smallest ratio, of equals the one with the lowest basic variable. There is one: the value is bounded. */
  function leave(rows: number, width: number, entering: number): number {
    let row = -1;
    let best = Infinity;
    for (let r = 0; r < rows; r++) {
      const slope = tableau[r * width + entering]!;
      if (slope <= 1e-12) continue;
      const ratio = tableau[r * width + width - 1]! / slope;
      if (ratio < best || (ratio === best && basis[r]! < basis[row]!)) {
        best = ratio;
        row = r;
      }
    }
    return row;
  }

  function pivot(row: number, column: number, rows: number, width: number): void {
    const scale = 1 / tableau[row * width + column]!;
    for (let c = 0; c < width; c++) tableau[row * width + c]! *= scale;
    for (let r = 0; r <= rows; r++) {
      const factor = tableau[r * width + column]!;
      if (r === row || factor === 0) continue;
      for (let c = 0; c < width; c++) tableau[r * width + c]! -= factor * tableau[row * width + c]!;
    }
    basis[row] = column;
  }

  return { solve };
}

/** The first row of the largest minimum, if that is also the smallest maximum of a column; else -1. */
function saddleRow(payoff: Float64Array, rows: number, columns: number): number {
  let row = 0;
  for (let r = 1; r < rows; r++) if (smallest(payoff, r, columns) > smallest(payoff, row, columns)) row = r;
  const value = smallest(payoff, row, columns);
  for (let c = 0; c < columns; c++) {
    let most = -Infinity;
    for (let r = 0; r < rows; r++) most = Math.max(most, payoff[r * columns + c]!);
    if (most === value) return row;
  }
  return -1;
}

function smallest(payoff: Float64Array, row: number, columns: number): number {
  let least = Infinity;
  for (let c = 0; c < columns; c++) least = Math.min(least, payoff[row * columns + c]!);
  return least;
}
