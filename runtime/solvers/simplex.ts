/** The built-in dense simplex method in doubles (Dantzig 1951): small programs, stage games, and wherever GLPK is not wanted. */
import {
  failedSolution,
  type LinearBackend,
  type LinearLimits,
  type LinearProgram,
  type LinearSolution,
  programProblem,
} from './linear-program.ts';

/** The result of maximising `c x` over `A x <= b`, `x >= 0`. */
export interface DenseSolution {
  readonly status: 'optimal' | 'infeasible' | 'unbounded' | 'limit';
  readonly x: Float64Array;
  /** Multipliers of the rows, >= 0. */
  readonly dual: Float64Array;
  readonly objective: number;
}

const pivotTolerance = 1e-11;
const costTolerance = 1e-11;

/** After so many pivots in a row without progress the smallest-index rule of Bland (1977) takes over, which cannot cycle. */
const patience = 20;

/**
 * Maximises `objective x` subject to `matrix x <= bounds` (rows of `objective.length` numbers), `x >= 0`. Numbers should be of
 * moderate size; scale before. `deadline` is a moment on the clock of `performance.now()`.
 */
export function denseSimplex(
  matrix: Float64Array,
  bounds: Float64Array,
  objective: Float64Array,
  deadline = Number.POSITIVE_INFINITY,
): DenseSolution {
  const m = bounds.length;
  const n = objective.length;
  let worstRow = -1;
  for (let i = 0; i < m; i++)
    if ((bounds[i] as number) < 0 && (worstRow < 0 || (bounds[i] as number) < (bounds[worstRow] as number)))
      worstRow = i;
  const tableau = new Tableau(matrix, bounds, n, worstRow >= 0);
  if (worstRow >= 0) {
    // An extra variable, subtracted from every row, makes a first feasible point; it is then driven to zero.
    tableau.cells[m * tableau.width + n] = 1;
    tableau.pivot(worstRow, n);
    if (tableau.maximise(deadline) === 'limit') return noPoint('limit', m, n);
    if ((tableau.cells[m * tableau.width + tableau.width - 1] as number) < -1e-9) return noPoint('infeasible', m, n);
    tableau.retire(n);
  }
  tableau.price(objective);
  const status = tableau.maximise(deadline);
  if (status === 'unbounded') return noPoint('unbounded', m, n);
  return {
    status,
    x: tableau.point(n),
    dual: tableau.multipliers(n),
    objective: tableau.cells[m * tableau.width + tableau.width - 1] as number,
  };
}

/**
 * Do a point and multipliers solve the program, up to `tolerance`? Doubles can lose their way in programs with many ties, and then end in a
 * basis that only looks like the last.
 */
export function solvesProgram(
  matrix: Float64Array,
  bounds: Float64Array,
  objective: Float64Array,
  { x, dual }: Pick<DenseSolution, 'x' | 'dual'>,
  tolerance: number,
): boolean {
  const n = objective.length;
  const prices = new Float64Array(n);
  let [value, bound] = [0, 0];
  for (let r = 0; r < bounds.length; r++) {
    let used = 0;
    for (let j = 0; j < n; j++) {
      used += (matrix[r * n + j] as number) * (x[j] as number);
      prices[j] = (prices[j] as number) + (dual[r] as number) * (matrix[r * n + j] as number);
    }
    if (!(used <= (bounds[r] as number) + tolerance)) return false;
    bound += (dual[r] as number) * (bounds[r] as number);
  }
  for (let j = 0; j < n; j++) {
    if (!((prices[j] as number) >= (objective[j] as number) - tolerance)) return false;
    value += (objective[j] as number) * (x[j] as number);
  }
  return Math.abs(value - bound) <= tolerance * Math.max(1, Math.abs(value));
}

function noPoint(status: 'infeasible' | 'unbounded' | 'limit', m: number, n: number): DenseSolution {
  return { status, x: new Float64Array(n), dual: new Float64Array(m), objective: Number.NaN };
}

/** Rows of basic variables over columns of non-basic ones; the last row holds reduced costs, the last column values. */
class Tableau {
  readonly cells: Float64Array;
  readonly width: number;
  private readonly m: number;
  private readonly extra: number;
  /** Variable of each row and column: structural ones count from 0, then the extra one if any, then slacks. */
  private readonly basic: Int32Array;
  private readonly nonbasic: Int32Array;
  private readonly banned: Uint8Array;

  constructor(matrix: Float64Array, bounds: Float64Array, n: number, withExtra: boolean) {
    const m = bounds.length;
    this.m = m;
    this.extra = withExtra ? 1 : 0;
    this.width = n + this.extra + 1;
    this.cells = new Float64Array((m + 1) * this.width);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) this.cells[i * this.width + j] = matrix[i * n + j] as number;
      if (withExtra) this.cells[i * this.width + n] = -1;
      this.cells[i * this.width + this.width - 1] = bounds[i] as number;
    }
    // Plain loops: for a stage game of four rows `from` with a function would take longer than all pivots.
    this.basic = new Int32Array(m);
    for (let i = 0; i < m; i++) this.basic[i] = n + this.extra + i;
    this.nonbasic = new Int32Array(n + this.extra);
    for (let j = 0; j < n + this.extra; j++) this.nonbasic[j] = j;
    this.banned = new Uint8Array(n + this.extra);
  }

  pivot(row: number, column: number): void {
    const { cells, width } = this;
    const base = row * width;
    const inverse = 1 / (cells[base + column] as number);
    for (let j = 0; j < width; j++) cells[base + j] = (cells[base + j] as number) * inverse;
    cells[base + column] = inverse;
    for (let i = 0; i <= this.m; i++) {
      if (i === row) continue;
      const at = i * width;
      const factor = cells[at + column] as number;
      if (factor === 0) continue;
      for (let j = 0; j < width; j++) cells[at + j] = (cells[at + j] as number) - factor * (cells[base + j] as number);
      cells[at + column] = -factor * inverse;
    }
    const leaving = this.basic[row] as number;
    this.basic[row] = this.nonbasic[column] as number;
    this.nonbasic[column] = leaving;
  }

  maximise(deadline: number): 'optimal' | 'unbounded' | 'limit' {
    const { cells, width, m } = this;
    let stalled = 0;
    for (let step = 0; ; step++) {
      if (step % 64 === 63 && performance.now() > deadline) return 'limit';
      // Far more than any program needs on which the method does not creep; callers have another method then.
      if (step > 2000 + 20 * (m + width)) return 'limit';
      const bland = stalled > patience;
      const column = this.entering(bland);
      if (column < 0) return 'optimal';
      let row = -1;
      let least = Number.POSITIVE_INFINITY;
      for (let i = 0; i < m; i++) {
        const entry = cells[i * width + column] as number;
        if (entry <= pivotTolerance) continue;
        const ratio = Math.max(0, cells[i * width + width - 1] as number) / entry;
        const tie = row >= 0 && Math.abs(ratio - least) <= 1e-13 * (1 + least);
        const better =
          tie &&
          (bland
            ? (this.basic[i] as number) < (this.basic[row] as number)
            : entry > (cells[row * width + column] as number));
        if (better || (!tie && ratio < least)) {
          row = i;
          least = ratio;
        }
      }
      if (row < 0) return 'unbounded';
      stalled = least > 1e-13 ? 0 : stalled + 1;
      this.pivot(row, column);
    }
  }

  private entering(bland: boolean): number {
    const { cells, width, m } = this;
    let chosen = -1;
    for (let j = 0; j < width - 1; j++) {
      const cost = cells[m * width + j] as number;
      if (cost >= -costTolerance || this.banned[j] === 1) continue;
      if (chosen < 0) chosen = j;
      else if (bland) {
        if ((this.nonbasic[j] as number) < (this.nonbasic[chosen] as number)) chosen = j;
      } else if (cost < (cells[m * width + chosen] as number)) chosen = j;
    }
    return chosen;
  }

  /** Takes a variable, now zero, out of the program for good. */
  retire(variable: number): void {
    const { cells, width } = this;
    const row = this.basic.indexOf(variable);
    if (row >= 0) {
      let best = -1;
      for (let j = 0; j < width - 1; j++)
        if (best < 0 || Math.abs(cells[row * width + j] as number) > Math.abs(cells[row * width + best] as number))
          best = j;
      if (best >= 0 && Math.abs(cells[row * width + best] as number) > pivotTolerance) this.pivot(row, best);
    }
    const column = this.nonbasic.indexOf(variable);
    if (column >= 0) this.banned[column] = 1;
  }

  /** Writes the reduced costs of an objective for the present basis. */
  price(objective: Float64Array): void {
    const { cells, width, m } = this;
    const last = m * width;
    cells.fill(0, last, last + width);
    for (let j = 0; j < width - 1; j++) {
      const variable = this.nonbasic[j] as number;
      if (variable < objective.length) cells[last + j] = -(objective[variable] as number);
    }
    for (let i = 0; i < m; i++) {
      const cost = objective[this.basic[i] as number] ?? 0;
      if (cost === 0) continue;
      for (let j = 0; j < width; j++)
        cells[last + j] = (cells[last + j] as number) + cost * (cells[i * width + j] as number);
    }
  }

  point(n: number): Float64Array {
    const x = new Float64Array(n);
    for (let i = 0; i < this.m; i++) {
      const variable = this.basic[i] as number;
      if (variable < n) x[variable] = Math.max(0, this.cells[i * this.width + this.width - 1] as number);
    }
    return x;
  }

  multipliers(n: number): Float64Array {
    const dual = new Float64Array(this.m);
    for (let j = 0; j < this.width - 1; j++) {
      const slack = (this.nonbasic[j] as number) - n - this.extra;
      if (slack >= 0) dual[slack] = Math.max(0, this.cells[this.m * this.width + j] as number);
    }
    return dual;
  }
}

/** The built-in method behind the common interface: bounds become rows, free variables become differences. Dense, so for small programs. */
export const builtIn: LinearBackend = {
  name: 'built-in',
  async solve(program: LinearProgram, limits: LinearLimits = {}): Promise<LinearSolution> {
    const problem = programProblem(program);
    if (problem !== undefined) return failedSolution('failed', problem);
    const deadline = limits.seconds === undefined ? undefined : performance.now() + limits.seconds * 1000;
    // x_j = origin_j + sign_j * column (and minus the next column, where x_j is free).
    const { variables, rows } = program;
    const column = new Int32Array(variables);
    const origin = new Float64Array(variables);
    const sign = new Float64Array(variables).fill(1);
    const free = new Uint8Array(variables);
    const caps: { column: number; bound: number }[] = [];
    let columns = 0;
    for (let j = 0; j < variables; j++) {
      const low = program.lower[j] as number;
      const high = program.upper[j] as number;
      column[j] = columns++;
      if (Number.isFinite(low)) {
        origin[j] = low;
        if (Number.isFinite(high)) caps.push({ column: column[j] as number, bound: high - low });
      } else if (Number.isFinite(high)) {
        origin[j] = high;
        sign[j] = -1;
      } else {
        free[j] = 1;
        columns++;
      }
    }
    const sides: { row: number; sign: number; bound: number }[] = [];
    for (let r = 0; r < rows; r++) {
      if (Number.isFinite(program.rowUpper[r] as number))
        sides.push({ row: r, sign: 1, bound: program.rowUpper[r] as number });
      if (Number.isFinite(program.rowLower[r] as number))
        sides.push({ row: r, sign: -1, bound: -(program.rowLower[r] as number) });
    }
    const matrix = new Float64Array((sides.length + caps.length) * columns);
    const bounds = new Float64Array(sides.length + caps.length);
    sides.forEach((side, at) => {
      let bound = side.bound;
      for (let k = program.start[side.row] as number; k < (program.start[side.row + 1] as number); k++) {
        const j = program.index[k] as number;
        const entry = side.sign * (program.value[k] as number);
        matrix[at * columns + (column[j] as number)] = entry * (sign[j] as number);
        if (free[j] === 1) matrix[at * columns + (column[j] as number) + 1] = -entry;
        bound -= entry * (origin[j] as number);
      }
      bounds[at] = bound;
    });
    caps.forEach((cap, k) => {
      matrix[(sides.length + k) * columns + cap.column] = 1;
      bounds[sides.length + k] = cap.bound;
    });
    const objective = new Float64Array(columns);
    for (let j = 0; j < variables; j++) {
      const cost = program.objective[j] as number;
      objective[column[j] as number] = cost * (sign[j] as number);
      if (free[j] === 1) objective[(column[j] as number) + 1] = -cost;
    }
    const found = denseSimplex(matrix, bounds, objective, deadline);
    if (found.status !== 'optimal') return failedSolution(found.status);
    const x = Float64Array.from({ length: variables }, (_, j) => {
      const at = column[j] as number;
      const plus = found.x[at] as number;
      return (origin[j] as number) + (sign[j] as number) * plus - (free[j] === 1 ? (found.x[at + 1] as number) : 0);
    });
    const dual = new Float64Array(rows);
    sides.forEach((side, at) => {
      dual[side.row] = (dual[side.row] as number) + side.sign * (found.dual[at] as number);
    });
    return { status: 'optimal', x, dual };
  },
};
