/**
 * The vertex of a linear program in fractions, from one that was found in doubles: which variables are used and which rows are tight says what
 * equations it solves; those are solved exactly, and the result is an optimum because it and its multipliers are feasible and worth the same
 * (Applegate, Cook, Dash and Espinoza 2007).
 */
import { type Fractions, solveSparse } from './lifting.ts';
import type { LinearProgram, LinearSolution } from './linear-program.ts';
import type { SparseRows } from './modular.ts';

/** Maximise `objective x` subject to `A x <= bound`, `x >= 0`, in integers. */
export interface IntegerProgram extends SparseRows {
  readonly bound: Float64Array;
  readonly objective: Float64Array;
}

export interface Vertex {
  readonly x: Fractions;
  /** Multipliers of the rows, >= 0. */
  readonly dual: Fractions;
}

/** What counts as zero in an answer in doubles; tried in turn. */
const zeros = [1e-9, 1e-7, 1e-11];

/**
 * @param rough the same program in doubles, rows, variables and objective scaled by positive numbers, and its solution.
 * @returns an optimum, proved in integers; undefined where the doubles do not lead to one.
 */
export function exactVertex(
  program: IntegerProgram,
  rough: LinearProgram,
  solution: LinearSolution,
  stop: () => boolean,
): Vertex | undefined {
  const columns = transposed(program);
  for (const zero of zeros) {
    const { used, tight, priced, free } = active(rough, solution, zero);
    const x = spread(solvePart(program, tight, used, program.bound, stop), used, program.unknowns);
    if (x === undefined || !within(program, x, program.bound, 1)) continue;
    const dual = spread(solvePart(columns, free, priced, program.objective, stop), priced, program.rows);
    if (dual === undefined || !within(columns, dual, program.objective, -1)) continue;
    if (dot(program.objective, x) * dual.denominator === dot(program.bound, dual) * x.denominator) return { x, dual };
  }
  return undefined;
}

/** Variables in use, tight rows, rows with a multiplier, and variables whose constraint of the dual program is tight. */
function active(program: LinearProgram, { x, dual }: LinearSolution, zero: number) {
  const { rows, variables, start, index, value } = program;
  const act = new Float64Array(rows);
  const priced = new Float64Array(variables);
  for (let r = 0; r < rows; r++)
    for (let k = start[r] as number; k < (start[r + 1] as number); k++) {
      const j = index[k] as number;
      act[r] = (act[r] as number) + (value[k] as number) * (x[j] as number);
      priced[j] = (priced[j] as number) + (value[k] as number) * (dual[r] as number);
    }
  const where = (length: number, holds: (k: number) => boolean) =>
    Int32Array.from(Array.from({ length }, (_, k) => k).filter(holds));
  return {
    used: where(variables, j => (x[j] as number) > zero),
    tight: where(rows, r => Math.abs((act[r] as number) - (program.rowUpper[r] as number)) <= zero),
    priced: where(rows, r => (dual[r] as number) > zero),
    free: where(variables, j => Math.abs((priced[j] as number) - (program.objective[j] as number)) <= zero),
  };
}

/** The unknowns among `chosen` from the equations among `rows`, all other unknowns being 0. */
function solvePart(
  { unknowns, start, index, value }: SparseRows,
  rows: Int32Array,
  chosen: Int32Array,
  right: Float64Array,
  stop: () => boolean,
): Fractions | undefined {
  const place = new Int32Array(unknowns).fill(-1);
  chosen.forEach((j, k) => {
    place[j] = k;
  });
  const from = new Int32Array(rows.length + 1);
  const at: number[] = [];
  const entries: number[] = [];
  rows.forEach((r, i) => {
    for (let k = start[r] as number; k < (start[r + 1] as number); k++) {
      const j = place[index[k] as number] as number;
      if (j < 0) continue;
      at.push(j);
      entries.push(value[k] as number);
    }
    from[i + 1] = at.length;
  });
  const part: SparseRows = {
    rows: rows.length,
    unknowns: chosen.length,
    start: from,
    index: Int32Array.from(at),
    value: Float64Array.from(entries),
  };
  return solveSparse(
    part,
    Float64Array.from(rows, r => right[r] as number),
    stop,
  );
}

function spread(part: Fractions | undefined, chosen: Int32Array, length: number): Fractions | undefined {
  if (part === undefined) return undefined;
  const numerators = new Array<bigint>(length).fill(0n);
  chosen.forEach((j, k) => {
    numerators[j] = part.numerators[k] as bigint;
  });
  return { numerators, denominator: part.denominator };
}

/** No entry below 0, and no row above (`side` 1) or below (-1) its bound. */
function within(
  { rows, start, index, value }: SparseRows,
  { numerators, denominator }: Fractions,
  bound: Float64Array,
  side: 1 | -1,
): boolean {
  if (numerators.some(x => x < 0n)) return false;
  for (let r = 0; r < rows; r++) {
    let sum = -BigInt(bound[r] as number) * denominator;
    for (let k = start[r] as number; k < (start[r + 1] as number); k++) {
      const x = numerators[index[k] as number] as bigint;
      if (x !== 0n) sum += BigInt(value[k] as number) * x;
    }
    if (side === 1 ? sum > 0n : sum < 0n) return false;
  }
  return true;
}

function dot(weights: Float64Array, { numerators }: Fractions): bigint {
  return numerators.reduce((sum, x, k) => (x === 0n ? sum : sum + BigInt(weights[k] as number) * x), 0n);
}

function transposed({ rows, unknowns, start, index, value }: SparseRows): SparseRows {
  const from = new Int32Array(unknowns + 1);
  for (const j of index) from[j + 1] = (from[j + 1] as number) + 1;
  for (let j = 0; j < unknowns; j++) from[j + 1] = (from[j + 1] as number) + (from[j] as number);
  const fill = from.slice();
  const at = new Int32Array(index.length);
  const entries = new Float64Array(index.length);
  for (let r = 0; r < rows; r++)
    for (let k = start[r] as number; k < (start[r + 1] as number); k++) {
      const j = index[k] as number;
      const place = fill[j] as number;
      fill[j] = place + 1;
      at[place] = r;
      entries[place] = value[k] as number;
    }
  return { rows: unknowns, unknowns: rows, start: from, index: at, value: entries };
}
