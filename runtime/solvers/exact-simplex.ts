/** The simplex method in integers: one common denominator, no fractions inside (Edmonds 1967, Azulay and Pique 2001). */
import { Rational } from '../games/rational.ts';

/**
 * Rows of basic over columns of non-basic variables; every true entry is `cells[i][j] / denominator`. Variables 0 .. n-1 are
 * structural (the columns at first), n .. n+m-1 the slacks of the rows. The last column holds the values; the last row, if an
 * objective is given, the reduced costs.
 */
export class IntegerTableau {
  readonly cells: bigint[][];
  readonly basic: number[];
  readonly nonbasic: number[];
  denominator = 1n;

  constructor(cells: bigint[][], rows: number, columns: number) {
    this.cells = cells;
    this.basic = Array.from({ length: rows }, (_, i) => columns + i);
    this.nonbasic = Array.from({ length: columns }, (_, j) => j);
  }

  /** Exchanges the variables of a row and a column; the entry there must be positive. */
  pivot(row: number, column: number): void {
    const { cells, denominator } = this;
    const source = cells[row] as bigint[];
    const pivot = source[column] as bigint;
    for (let i = 0; i < cells.length; i++) {
      if (i === row) continue;
      const target = cells[i] as bigint[];
      const factor = target[column] as bigint;
      for (let j = 0; j < target.length; j++) {
        if (j === column) continue;
        const entry = target[j] as bigint;
        const change = source[j] as bigint;
        if (factor === 0n || change === 0n) {
          if (entry !== 0n) target[j] = (entry * pivot) / denominator;
        } else target[j] = (entry * pivot - factor * change) / denominator;
      }
      target[column] = -factor;
    }
    source[column] = denominator;
    this.denominator = pivot;
    const leaving = this.basic[row] as number;
    this.basic[row] = this.nonbasic[column] as number;
    this.nonbasic[column] = leaving;
  }

  /** All rows in which the ratio of value to entry is least, among positive entries of the column. */
  leavingRows(column: number): number[] {
    let rows: number[] = [];
    for (let i = 0; i < this.basic.length; i++) {
      const row = this.cells[i] as bigint[];
      const entry = row[column] as bigint;
      if (entry <= 0n) continue;
      const best = rows[0];
      if (best === undefined) {
        rows = [i];
        continue;
      }
      const other = this.cells[best] as bigint[];
      const left = (row.at(-1) as bigint) * (other[column] as bigint);
      const right = (other.at(-1) as bigint) * entry;
      if (left < right) rows = [i];
      else if (left === right) rows.push(i);
    }
    return rows;
  }

  /**
   * The row that leaves when right-hand side r (the row of slack `columns + r`) is perturbed by the r-th of ever smaller numbers:
   * the only one, so that no basis comes back (Dantzig, Orden and Wolfe 1955). -1 when nothing bounds the column.
   */
  leavingRow(column: number, columns: number): number {
    let best = -1;
    for (let i = 0; i < this.basic.length; i++) {
      const row = this.cells[i] as bigint[];
      const entry = row[column] as bigint;
      if (entry <= 0n) continue;
      if (best < 0) {
        best = i;
        continue;
      }
      const other = this.cells[best] as bigint[];
      const left = (row.at(-1) as bigint) * (other[column] as bigint);
      const right = (other.at(-1) as bigint) * entry;
      if (left < right || (left === right && this.perturbation(i, best, column, columns) < 0)) best = i;
    }
    return best;
  }

  /** Compares two rows whose ratios tie, by the perturbation of each right-hand side in turn. */
  private perturbation(i: number, k: number, column: number, columns: number): number {
    const [row, other] = [this.cells[i] as bigint[], this.cells[k] as bigint[]];
    const part = (at: number, cells: readonly bigint[], slack: number): bigint => {
      if (this.basic[at] === slack) return this.denominator;
      const place = this.nonbasic.indexOf(slack);
      return place < 0 ? 0n : (cells[place] as bigint);
    };
    for (let r = 0; r < this.basic.length; r++) {
      const left = part(i, row, columns + r) * (other[column] as bigint);
      const right = part(k, other, columns + r) * (row[column] as bigint);
      if (left !== right) return left < right ? -1 : 1;
    }
    return 0;
  }

  copy(): IntegerTableau {
    const twin = new IntegerTableau(
      this.cells.map(row => row.slice()),
      0,
      0,
    );
    twin.basic.push(...this.basic);
    twin.nonbasic.push(...this.nonbasic);
    twin.denominator = this.denominator;
    return twin;
  }
}

export interface ExactSolution {
  readonly status: 'optimal' | 'unbounded' | 'limit';
  readonly x: readonly Rational[];
  /** Multipliers of the rows, >= 0. */
  readonly dual: readonly Rational[];
  readonly objective: Rational;
}

/**
 * Maximises `objective x` subject to `matrix x <= bounds`, `x >= 0`, with all bounds >= 0 (so that 0 is feasible).
 * @param stop asked now and then; true ends the search with status `limit`.
 */
export function exactSimplex(
  matrix: readonly (readonly Rational[])[],
  bounds: readonly Rational[],
  objective: readonly Rational[],
  stop: () => boolean = () => false,
): ExactSolution {
  const m = bounds.length;
  const n = objective.length;
  // Every row is multiplied up to integers on its own; the multiplier comes back in its dual.
  const scales = bounds.map((bound, i) => commonDenominator([...(matrix[i] as readonly Rational[]), bound]));
  const costScale = commonDenominator(objective);
  const cells = bounds.map((bound, i) =>
    [...(matrix[i] as readonly Rational[]), bound].map(entry => scaled(entry, scales[i] as bigint)),
  );
  cells.push([...objective.map(cost => -scaled(cost, costScale)), 0n]);
  const tableau = new IntegerTableau(cells, m, n);
  const status = maximise(tableau, stop);
  const x = new Array<Rational>(n).fill(Rational.zero);
  const dual = new Array<Rational>(m).fill(Rational.zero);
  const last = tableau.cells[m] as bigint[];
  tableau.basic.forEach((variable, i) => {
    if (variable < n) x[variable] = Rational.of((tableau.cells[i] as bigint[])[n] as bigint, tableau.denominator);
  });
  tableau.nonbasic.forEach((variable, j) => {
    if (variable >= n)
      dual[variable - n] = Rational.of(
        (last[j] as bigint) * (scales[variable - n] as bigint),
        tableau.denominator * costScale,
      );
  });
  return { status, x, dual, objective: Rational.of(last[n] as bigint, tableau.denominator * costScale) };
}

function maximise(tableau: IntegerTableau, stop: () => boolean): 'optimal' | 'unbounded' | 'limit' {
  const costs = tableau.basic.length;
  let stalled = 0;
  for (let step = 0; ; step++) {
    if (step % 8 === 7 && stop()) return 'limit';
    const last = tableau.cells[costs] as bigint[];
    const bland = stalled > 12;
    let column = -1;
    for (let j = 0; j < tableau.nonbasic.length; j++) {
      if ((last[j] as bigint) >= 0n) continue;
      if (column < 0) column = j;
      else if (
        bland
          ? (tableau.nonbasic[j] as number) < (tableau.nonbasic[column] as number)
          : (last[j] as bigint) < (last[column] as bigint)
      )
        column = j;
    }
    if (column < 0) return 'optimal';
    const rows = tableau.leavingRows(column);
    const row = rows.reduce(
      (best, i) => (best < 0 || (tableau.basic[i] as number) < (tableau.basic[best] as number) ? i : best),
      -1,
    );
    if (row < 0) return 'unbounded';
    stalled = ((tableau.cells[row] as bigint[]).at(-1) as bigint) === 0n ? stalled + 1 : 0;
    tableau.pivot(row, column);
  }
}

/** The least common denominator of some fractions. */
export function commonDenominator(values: readonly Rational[]): bigint {
  let common = 1n;
  for (const value of values) {
    const d = value.denominator;
    if (common % d === 0n) continue;
    common = (common / gcd(common, d)) * d;
  }
  return common;
}

/** `value * scale`, where the scale is a multiple of the denominator. */
export function scaled(value: Rational, scale: bigint): bigint {
  return value.numerator * (scale / value.denominator);
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}
