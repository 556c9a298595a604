/**
 * The sequence-form linear program of a two-agent zero-sum tree (Koller, Megiddo and von Stengel 1996), in a form without equations or free
 * variables. Payoffs of the first agent are shifted to be positive; then more of any of its sequences can only help it, and its plan may
 * be bounded from above only:
 *
 *   maximise  sum_s A(s, 0) x_s + sum_h q_h             h: the other's information sets that no own sequence precedes
 *   q_h <= sum_s A(s, ha) x_s + sum_h' q_h'             for each choice ha of the other, h': its information sets right after ha
 *   sum_a x_ka <= x_before(k)                           for each own information set k;   x_0 = 1, x, q >= 0
 *
 * so that 0 is feasible. Plans that do not use up their bounds are scaled up, and the multipliers of the first rows, a plan of the other
 * agent that may exceed its bounds, are scaled down: neither makes its agent worse off.
 */
import { Rational } from '../../games/rational.ts';
import { exactSimplex } from '../exact-simplex.ts';
import type { LinearProgram } from '../linear-program.ts';
import { exactEnds, type PlanSpace, type SequenceForm } from './form.ts';
import type { GameTree } from './tree.ts';

/** Number of rows and variables of the program. */
export function programSize(form: SequenceForm): { readonly rows: number; readonly variables: number } {
  const [own, other] = form.spaces;
  return { rows: other.sequences - 1 + own.sets, variables: own.sequences - 1 + other.sets };
}

/** Calls `entry(row, variable, sign)` for all coefficients that do not depend on payoffs. */
export function structure(form: SequenceForm, entry: (row: number, variable: number, value: 1 | -1) => void): void {
  const [own, other] = form.spaces;
  const q = own.sequences - 1;
  for (let h = 0; h < other.sets; h++) {
    const from = other.first[h] as number;
    for (let s = from; s < from + (other.count[h] as number); s++) entry(s - 1, q + h, 1);
    const before = other.parent[h] as number;
    if (before > 0) entry(before - 1, q + h, -1);
  }
  for (let k = 0; k < own.sets; k++) {
    const row = other.sequences - 1 + k;
    const from = own.first[k] as number;
    for (let s = from; s < from + (own.count[k] as number); s++) entry(row, s - 1, 1);
    const before = own.parent[k] as number;
    if (before > 0) entry(row, before - 1, -1);
  }
}

/** The program in doubles, payoffs mapped to [1, 2]. */
export function sequenceProgram(form: SequenceForm): LinearProgram {
  const [own, other] = form.spaces;
  const { rows, variables } = programSize(form);
  const low = form.low[0];
  const range = form.high[0] > low ? form.high[0] - low : 1;
  const entries: { row: number; variable: number; value: number }[] = [];
  structure(form, (row, variable, value) => entries.push({ row, variable, value }));
  const bound = new Float64Array(rows);
  const objective = new Float64Array(variables);
  for (let k = 0; k < own.sets; k++) if (own.parent[k] === 0) bound[other.sequences - 1 + k] = 1;
  for (let h = 0; h < other.sets; h++) if (other.parent[h] === 0) objective[own.sequences - 1 + h] = 1;
  const payoffs = form.rows[0];
  for (let s = 0; s < own.sequences; s++)
    for (let k = payoffs.start[s] as number; k < (payoffs.start[s + 1] as number); k++) {
      const c = payoffs.other[k] as number;
      const weight = payoffs.weight[k] as number;
      const value = ((payoffs.payoff[k] as number) - low * weight) / range + weight;
      if (s === 0 && c > 0) bound[c - 1] = (bound[c - 1] as number) + value;
      else if (s > 0 && c > 0) entries.push({ row: c - 1, variable: s - 1, value: -value });
      else if (s > 0) objective[s - 1] = (objective[s - 1] as number) + value;
    }
  const start = new Int32Array(rows + 1);
  for (const { row } of entries) start[row + 1] = (start[row + 1] as number) + 1;
  for (let r = 0; r < rows; r++) start[r + 1] = (start[r + 1] as number) + (start[r] as number);
  const fill = start.slice();
  const index = new Int32Array(entries.length);
  const value = new Float64Array(entries.length);
  for (const entry of entries) {
    const at = fill[entry.row] as number;
    fill[entry.row] = at + 1;
    index[at] = entry.variable;
    value[at] = entry.value;
  }
  return {
    variables,
    rows,
    start,
    index,
    value,
    rowLower: new Float64Array(rows).fill(Number.NEGATIVE_INFINITY),
    rowUpper: bound,
    lower: new Float64Array(variables),
    upper: new Float64Array(variables).fill(Number.POSITIVE_INFINITY),
    objective,
  };
}

/** Weights of the sequences of both agents from a solution and its multipliers, entry 0 for the empty one. */
export function sequenceWeights<T>(
  form: SequenceForm,
  one: T,
  x: ArrayLike<T>,
  dual: ArrayLike<T>,
): readonly [readonly T[], readonly T[]] {
  const [own, other] = form.spaces;
  return [
    [one, ...Array.from({ length: own.sequences - 1 }, (_, s) => x[s] as T)],
    [one, ...Array.from({ length: other.sequences - 1 }, (_, s) => dual[s] as T)],
  ];
}

/** Up to this many rows times variables the program is solved in fractions. */
export const exactProgram = 6_000;

/** Both agents' weights of sequences as fractions; undefined where the game has none, or when `stop` interrupts. */
export function solveExactly(
  tree: GameTree,
  form: SequenceForm,
  stop: () => boolean,
): readonly [readonly Rational[], readonly Rational[]] | undefined {
  const ends = exactEnds(tree);
  if (ends === undefined) return undefined;
  const [own, other] = form.spaces;
  const { rows, variables } = programSize(form);
  const matrix = Array.from({ length: rows }, () => new Array<Rational>(variables).fill(Rational.zero));
  const bound = new Array<Rational>(rows).fill(Rational.zero);
  const objective = new Array<Rational>(variables).fill(Rational.zero);
  structure(form, (row, variable, value) => {
    (matrix[row] as Rational[])[variable] = Rational.of(value);
  });
  for (let k = 0; k < own.sets; k++) if (own.parent[k] === 0) bound[other.sequences - 1 + k] = Rational.one;
  for (let h = 0; h < other.sets; h++) if (other.parent[h] === 0) objective[own.sequences - 1 + h] = Rational.one;
  const low = ends.reduce<Rational | undefined>(
    (least, { payoffs: [paid] }) =>
      paid !== undefined && (least === undefined || paid.compare(least) < 0) ? paid : least,
    undefined,
  );
  const shift = Rational.one.sub(low ?? Rational.zero);
  for (const e of ends) {
    const value = (e.payoffs[0] as Rational).add(shift).mul(e.reach);
    const row = (e.sequences[1] as number) - 1;
    const variable = (e.sequences[0] as number) - 1;
    if (variable < 0 && row >= 0) bound[row] = (bound[row] as Rational).add(value);
    else if (variable >= 0 && row >= 0) {
      const line = matrix[row] as Rational[];
      line[variable] = (line[variable] as Rational).sub(value);
    } else if (variable >= 0) objective[variable] = (objective[variable] as Rational).add(value);
  }
  const found = exactSimplex(matrix, bound, objective, stop);
  return found.status === 'optimal' ? sequenceWeights(form, Rational.one, found.x, found.dual) : undefined;
}

/** Payoffs of both agents under strategies in fractions, one list of probabilities per information set. */
export function exactValues(
  tree: GameTree,
  form: SequenceForm,
  strategies: readonly (readonly (readonly Rational[])[])[],
): readonly [Rational, Rational] {
  const [own = [], other = []] = form.spaces.map((space, i) => exactPlan(space, strategies[i] ?? []));
  let [first, second] = [Rational.zero, Rational.zero];
  for (const { sequences, payoffs, reach } of exactEnds(tree, true) ?? []) {
    const p = (own[sequences[0] as number] as Rational).mul(other[sequences[1] as number] as Rational).mul(reach);
    if (p.sign === 0) continue;
    first = first.add(p.mul(payoffs[0] as Rational));
    second = second.add(p.mul(payoffs[1] as Rational));
  }
  return [first, second];
}

/** Strategies as a plan. */
export function exactPlan(space: PlanSpace, strategies: readonly (readonly Rational[])[]): readonly Rational[] {
  const plan = new Array<Rational>(space.sequences).fill(Rational.one);
  for (let h = 0; h < space.sets; h++)
    strategies[h]?.forEach((p, a) => {
      plan[(space.first[h] as number) + a] = p.mul(plan[space.parent[h] as number] as Rational);
    });
  return plan;
}

/** Probabilities of the choices of every information set in fractions; uniform where a plan has none. */
export function exactStrategies(space: PlanSpace, weights: readonly Rational[]): (readonly Rational[])[] {
  return Array.from({ length: space.sets }, (_, h) => {
    const from = space.first[h] as number;
    const size = space.count[h] as number;
    const own = weights.slice(from, from + size);
    const sum = own.reduce((total, x) => total.add(x), Rational.zero);
    return sum.sign > 0 ? own.map(x => x.div(sum)) : own.map(() => Rational.of(1, size));
  });
}
