/** Solves the program of extensive-form correlated equilibria: in fractions where it is small, else by GLPK and put right afterwards. */
import { Rational } from '../../games/rational.ts';
import { type Field, floats, type Num, rationals } from '../../verify/number.ts';
import { expired, limitsOf, type Refusal, type SolveContext, stopped } from '../answer.ts';
import { exactSimplex } from '../exact-simplex.ts';
import { glpk } from '../glpk.ts';
import type { LinearProgram } from '../linear-program.ts';
import { solveNear } from '../polish.ts';
import { builtIn } from '../simplex.ts';
import type { Row, TriggerProgram } from './trigger-program.ts';

/** Up to this many rows times unknowns the program is solved in fractions from the start. */
const exactCells = 5_000;
/** Equations times unknowns up to which a solution in doubles is put right, in fractions and in doubles. */
const exactRepair = 20_000;
const repair = 4_000_000;
/** An unknown below this counts as zero, and a row with less slack as binding. */
const negligible = 1e-7;

export interface Solved {
  /** Of every unknown. */
  readonly x: readonly Num[];
  /** Multiplier of every row; those of inequalities are not negative. */
  readonly dual: readonly number[] | readonly Rational[];
  readonly how: string;
}

/** @param fractions whether the numbers of the game are fractions, not doubles taken at their word */
export async function solveProgram(
  program: TriggerProgram,
  fractions: boolean,
  ctx: SolveContext,
): Promise<Solved | Refusal> {
  const { rows, unknowns } = program;
  if (fractions && rows.length * unknowns <= exactCells) {
    const found = inFractions(program, () => expired(ctx));
    if (found !== undefined) return { ...found, how: 'linear program in fractions' };
  }
  if (expired(ctx)) return stopped;
  ctx.onProgress?.(0, 1, 'linear program');
  const sparse = inDoubles(program);
  const limits = limitsOf(ctx);
  let backend = glpk;
  let solution = await glpk.solve(sparse, limits);
  // Where GLPK is not installed, small programs do without it.
  if (solution.status === 'failed' && rows.length * unknowns <= 250_000) {
    backend = builtIn;
    solution = await builtIn.solve(sparse, limits);
  }
  if (solution.status === 'limit') return stopped;
  if (solution.status !== 'optimal')
    return {
      refused: `the linear program of ${unknowns} unknowns was not solved (${solution.reason ?? solution.status})`,
      remedy: 'make the game smaller, or use `nash`',
    };
  const how = `linear program by ${backend.name}`;
  const dual = Array.from(solution.dual, (y, r) => (rows[r]?.equal === true ? y : Math.max(0, y)));
  const active = activeOf(program, solution.x);
  const cells = active.rows.length * active.unknowns.length;
  if (fractions && cells <= exactRepair && !expired(ctx)) {
    const x = repaired(rationals, program, active, value => value);
    if (x !== undefined && holds(program, x)) return { x, dual, how: `${how}, then fractions` };
  }
  if (cells <= repair && !expired(ctx)) {
    const x = repaired(floats, program, active, value => value.toNumber());
    if (x?.every(value => value >= -1e-9) === true) return { x: x.map(value => Math.max(0, value)), dual, how };
  }
  return { x: Array.from(solution.x, value => (value > 1e-12 ? value : 0)), dual, how };
}

/** Equations become two inequalities, so that nothing at all is a first feasible point; more mass can only pay. */
function inFractions(program: TriggerProgram, stop: () => boolean): Omit<Solved, 'how'> | undefined {
  const lines: Rational[][] = [];
  const bounds: Rational[] = [];
  const line = ({ terms }: Row, sign: 1 | -1): Rational[] => {
    const cells = new Array<Rational>(program.unknowns).fill(Rational.zero);
    for (const [unknown, value] of terms) cells[unknown] = sign > 0 ? value : value.neg();
    return cells;
  };
  const twice: number[] = [];
  for (const row of program.rows) {
    lines.push(line(row, 1));
    bounds.push(row.bound);
  }
  program.rows.forEach((row, r) => {
    if (!row.equal || row.bound.sign !== 0) return;
    twice.push(r);
    lines.push(line(row, -1));
    bounds.push(Rational.zero);
  });
  const cost = new Array<Rational>(program.unknowns).fill(Rational.zero);
  for (const [unknown, value] of program.objective) cost[unknown] = value;
  const found = exactSimplex(lines, bounds, cost, stop);
  if (found.status !== 'optimal') return undefined;
  const dual = found.dual.slice(0, program.rows.length);
  twice.forEach((r, k) => {
    dual[r] = (dual[r] as Rational).sub(found.dual[program.rows.length + k] as Rational);
  });
  return { x: found.x, dual };
}

function inDoubles({ rows, unknowns, objective }: TriggerProgram): LinearProgram {
  const start = new Int32Array(rows.length + 1);
  const index: number[] = [];
  const value: number[] = [];
  rows.forEach(({ terms }, r) => {
    for (const [unknown, factor] of terms) {
      index.push(unknown);
      value.push(factor.toNumber());
    }
    start[r + 1] = index.length;
  });
  const cost = new Float64Array(unknowns);
  for (const [unknown, factor] of objective) cost[unknown] = factor.toNumber();
  const upper = Float64Array.from(rows, row => row.bound.toNumber());
  return {
    variables: unknowns,
    rows: rows.length,
    start,
    index: Int32Array.from(index),
    value: Float64Array.from(value),
    rowLower: Float64Array.from(rows, (row, r) => (row.equal ? (upper[r] as number) : Number.NEGATIVE_INFINITY)),
    rowUpper: upper,
    lower: new Float64Array(unknowns),
    upper: new Float64Array(unknowns).fill(Number.POSITIVE_INFINITY),
    objective: cost,
  };
}

/** What is not zero, and what binds. */
interface Active {
  readonly unknowns: readonly number[];
  readonly rows: readonly Row[];
  readonly near: readonly number[];
}

function activeOf(program: TriggerProgram, x: Float64Array): Active {
  const unknowns: number[] = [];
  x.forEach((value, unknown) => {
    if (value > negligible) unknowns.push(unknown);
  });
  const rows = program.rows.filter(row => {
    let sum = -row.bound.toNumber();
    let touched = false;
    for (const [unknown, factor] of row.terms) {
      const value = x[unknown] as number;
      sum += factor.toNumber() * value;
      touched ||= value > negligible;
    }
    return touched && (row.equal || sum > -negligible);
  });
  return { unknowns, rows, near: unknowns.map(unknown => x[unknown] as number) };
}

/** The vertex that was meant: rows that bind as equations on what is not zero. */
function repaired<T>(
  field: Field<T>,
  program: TriggerProgram,
  { unknowns, rows, near }: Active,
  read: (value: Rational) => T,
): T[] | undefined {
  const places = new Map(unknowns.map((unknown, k) => [unknown, k]));
  const equations = rows.map(({ terms, bound }) => {
    const line = new Array<T>(unknowns.length + 1).fill(field.zero);
    for (const [unknown, value] of terms) {
      const k = places.get(unknown);
      if (k !== undefined) line[k] = read(value);
    }
    line[unknowns.length] = read(bound);
    return line;
  });
  const solved = solveNear(
    field,
    equations,
    near.map(value => field.of(value)),
    1e-9,
  );
  if (solved === undefined) return undefined;
  const x = new Array<T>(program.unknowns).fill(field.zero);
  unknowns.forEach((unknown, k) => {
    x[unknown] = solved[k] as T;
  });
  return x;
}

function holds({ rows }: TriggerProgram, x: readonly Rational[]): boolean {
  if (x.some(value => value.sign < 0)) return false;
  return rows.every(({ terms, equal, bound }) => {
    let sum = bound.neg();
    for (const [unknown, factor] of terms) sum = rationals.add(sum, rationals.mul(factor, x[unknown] as Rational));
    return equal ? sum.sign === 0 : sum.sign <= 0;
  });
}
