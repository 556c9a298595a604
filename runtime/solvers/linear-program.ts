/** The one interface to linear programming. Backends are interchangeable; whoever uses an answer checks it. */

/** `rowLower <= A x <= rowUpper`, `lower <= x <= upper`, objective to be maximised. Infinite bounds mean none. */
export interface LinearProgram {
  readonly variables: number;
  readonly rows: number;
  /** Row r owns the entries `start[r] .. start[r + 1]` of `index` (variables, each at most once a row) and `value`. */
  readonly start: Int32Array;
  readonly index: Int32Array;
  readonly value: Float64Array;
  readonly rowLower: Float64Array;
  readonly rowUpper: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly objective: Float64Array;
}

export type LinearStatus = 'optimal' | 'infeasible' | 'unbounded' | 'limit' | 'failed';

export interface LinearSolution {
  readonly status: LinearStatus;
  /** Length `variables`; empty when no point is known (`limit` may carry the last feasible one). */
  readonly x: Float64Array;
  /** One multiplier per row, >= 0 for a binding upper and <= 0 for a binding lower bound; empty unless optimal. */
  readonly dual: Float64Array;
  /** Why it failed, for people. */
  readonly reason?: string;
}

export interface LinearLimits {
  /** Wall-clock seconds. */
  readonly seconds?: number;
  /** Asked while a large program is solved; where it says so, the status is `limit`. */
  readonly signal?: { readonly aborted: boolean };
}

export interface LinearBackend {
  readonly name: string;
  solve(program: LinearProgram, limits?: LinearLimits): Promise<LinearSolution>;
}

export function failedSolution(status: LinearStatus, reason?: string): LinearSolution {
  const empty = new Float64Array(0);
  return reason === undefined ? { status, x: empty, dual: empty } : { status, x: empty, dual: empty, reason };
}

/** Why a program must not reach a backend, or undefined. Coefficients must be finite; bounds may be infinite on their own side only. */
export function programProblem(program: LinearProgram): string | undefined {
  const { variables, rows, start, index, value } = program;
  const finite = (list: Float64Array) => list.every(x => Number.isFinite(x));
  if (
    program.objective.length !== variables ||
    program.lower.length !== variables ||
    program.upper.length !== variables
  )
    return 'the objective and the bounds need one entry per variable';
  if (program.rowLower.length !== rows || program.rowUpper.length !== rows || start.length !== rows + 1)
    return 'the rows do not fit their bounds';
  if (!finite(program.objective)) return 'the objective has a coefficient that is not finite';
  if (!finite(value)) return 'a row has a coefficient that is not finite';
  const boundProblem = (low: Float64Array, high: Float64Array, what: string): string | undefined => {
    for (let k = 0; k < low.length; k++) {
      const l = low[k] as number;
      const u = high[k] as number;
      if (Number.isNaN(l) || Number.isNaN(u) || l === Number.POSITIVE_INFINITY || u === Number.NEGATIVE_INFINITY)
        return `${what} ${k} has a bound that is not a number or infinite on the wrong side`;
    }
    return undefined;
  };
  const wrong =
    boundProblem(program.lower, program.upper, 'variable') ?? boundProblem(program.rowLower, program.rowUpper, 'row');
  if (wrong !== undefined) return wrong;
  const seen = new Int32Array(variables).fill(-1);
  for (let r = 0; r < rows; r++)
    for (let k = start[r] as number; k < (start[r + 1] as number); k++) {
      const variable = index[k] as number;
      if (!(variable >= 0 && variable < variables)) return `row ${r} names a variable that does not exist`;
      if (seen[variable] === r) return `row ${r} names a variable twice`;
      seen[variable] = r;
    }
  return undefined;
}

/** `A x <= b`, `x >= 0`, rows given densely; zeros are dropped. */
export function canonicalProgram(matrix: Float64Array, bounds: Float64Array, objective: Float64Array): LinearProgram {
  const variables = objective.length;
  const rows = bounds.length;
  const start = new Int32Array(rows + 1);
  const index: number[] = [];
  const value: number[] = [];
  for (let r = 0; r < rows; r++) {
    for (let j = 0; j < variables; j++) {
      const entry = matrix[r * variables + j] as number;
      if (entry === 0) continue;
      index.push(j);
      value.push(entry);
    }
    start[r + 1] = index.length;
  }
  return {
    variables,
    rows,
    start,
    index: Int32Array.from(index),
    value: Float64Array.from(value),
    rowLower: new Float64Array(rows).fill(Number.NEGATIVE_INFINITY),
    rowUpper: bounds,
    lower: new Float64Array(variables),
    upper: new Float64Array(variables).fill(Number.POSITIVE_INFINITY),
    objective,
  };
}
