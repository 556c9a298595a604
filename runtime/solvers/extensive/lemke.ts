/**
 * One equilibrium of a two-agent tree with rewards of any kind: the path of von Stengel, van den Elzen and Talman (2002) by Lemke's method on
 * the sequence form, in fractions. Each agent plays a start strategy (uniform) with weight z0, which falls from 1 to 0, and otherwise replies
 * best to what the other plays.
 *
 * With a best reply a*(h) to the other's start at each information set, the plan of a* is basic: its probabilities x are affine in those of
 * the other sequences, and the losses r of the others in those of a*. Exactly one of x and r is zero for each sequence, and
 *   w = q + M z + d z0,   w, z, z0 >= 0,   w z = 0          (w: x of a*, r of the others; z: the reverse)
 * is a linear complementarity problem with one row for each sequence.
 */
import { Rational } from '../../games/rational.ts';
import { rationals } from '../../verify/number.ts';
import { commonDenominator, IntegerTableau, scaled } from '../exact-simplex.ts';
import type { PlanSpace } from './form.ts';

/** Payoffs of one agent by own and other sequence, probability of chance included. */
export interface ExactPayoffs {
  readonly own: readonly number[];
  readonly other: readonly number[];
  readonly payoff: readonly Rational[];
}

/** Rows of the problem up to which it is tried. */
export const mostSequences = 160;

const { zero, one, add, sub, mul } = rationals;

/**
 * Plans of both agents in fractions, or why there are none: `stopped`, or `lost` where the path has no end (which would be a mistake here).
 * @param start the start strategies, as plans
 */
export function lemke(
  spaces: readonly [PlanSpace, PlanSpace],
  payoffs: readonly [ExactPayoffs, ExactPayoffs],
  start: readonly [readonly Rational[], readonly Rational[]],
  stop: () => boolean,
): readonly [readonly Rational[], readonly Rational[]] | 'stopped' | 'lost' {
  const sides = [new Side(spaces[0], payoffs[0], start[1]), new Side(spaces[1], payoffs[1], start[0])] as const;
  const rows = spaces[0].sequences + spaces[1].sequences - 2;
  const offset = [0, spaces[0].sequences - 1] as const;
  const matrix = Array.from({ length: rows }, () => new Array<Rational>(rows).fill(zero));
  const q = new Array<Rational>(rows).fill(zero);
  const d = new Array<Rational>(rows).fill(zero);
  for (const i of [0, 1] as const) {
    const j = i === 0 ? 1 : 0;
    const [side, other] = [sides[i], sides[j]];
    const rowOf = (s: number) => offset[i] + s - 1;
    const column = (at: number, sequences: readonly number[], values: readonly Rational[]) => {
      for (const s of sequences) (matrix[rowOf(s)] as Rational[])[at] = values[s] as Rational;
    };
    // Probabilities of the replies: of the plan of a* less what the others take from it.
    for (const s of side.replies) {
      q[rowOf(s)] = side.base[s] as Rational;
      d[rowOf(s)] = (side.base[s] as Rational).neg();
    }
    for (const s of side.rest) column(rowOf(s), side.replies, side.shift(s));
    // Losses of the rest: by the losses of the replies, and by what the other does.
    for (const s of side.replies) column(rowOf(s), side.rest, side.losses(undefined, s));
    for (const s of other.rest)
      column(offset[j] + s - 1, side.rest, side.losses(side.payoffsAgainst(other.shift(s)), undefined));
    const atBase = side.losses(side.payoffsAgainst(other.base), undefined);
    const atStart = side.losses(side.payoffsAgainst(start[j]), undefined);
    for (const s of side.rest) {
      q[rowOf(s)] = atBase[s] as Rational;
      d[rowOf(s)] = sub(atStart[s] as Rational, atBase[s] as Rational);
    }
  }
  const found = solveComplementarity(matrix, q, d, stop);
  if (typeof found === 'string') return found;
  const planOf = (i: 0 | 1) => {
    const plan = new Array<Rational>(spaces[i].sequences).fill(zero);
    plan[0] = one;
    for (const s of sides[i].replies) plan[s] = found.w[offset[i] + s - 1] as Rational;
    for (const s of sides[i].rest) plan[s] = found.z[offset[i] + s - 1] as Rational;
    return plan;
  };
  return [planOf(0), planOf(1)];
}

/** One agent's part: its replies to the other's start, and the linear maps that they make. */
class Side {
  readonly replies: readonly number[];
  readonly rest: readonly number[];
  /** The plan of the replies. */
  readonly base: readonly Rational[];
  readonly #space: PlanSpace;
  readonly #payoffs: ExactPayoffs;
  readonly #reply: Int32Array;

  constructor(space: PlanSpace, payoffs: ExactPayoffs, otherStart: readonly Rational[]) {
    this.#space = space;
    this.#payoffs = payoffs;
    this.#reply = new Int32Array(space.sets);
    const values = [...this.payoffsAgainst(otherStart)];
    for (let h = space.sets - 1; h >= 0; h--) {
      const from = space.first[h] as number;
      let best = from;
      for (let s = from + 1; s < from + (space.count[h] as number); s++)
        if ((values[s] as Rational).compare(values[best] as Rational) > 0) best = s;
      this.#reply[h] = best;
      const before = space.parent[h] as number;
      values[before] = add(values[before] as Rational, values[best] as Rational);
    }
    this.replies = [...this.#reply];
    const chosen = new Set(this.replies);
    this.rest = Array.from({ length: space.sequences - 1 }, (_, k) => k + 1).filter(s => !chosen.has(s));
    this.base = this.#plan(one, -1);
  }

  /** Payoff right behind each own sequence, against a plan (or a change of one) of the other. */
  payoffsAgainst(plan: readonly Rational[]): readonly Rational[] {
    const values = new Array<Rational>(this.#space.sequences).fill(zero);
    this.#payoffs.own.forEach((s, k) => {
      const p = plan[this.#payoffs.other[k] as number] as Rational;
      if (p.sign !== 0) values[s] = add(values[s] as Rational, mul(p, this.#payoffs.payoff[k] as Rational));
    });
    return values;
  }

  /** How the plan changes with the probability of a sequence that is no reply. */
  shift(sequence: number): readonly Rational[] {
    return this.#plan(zero, sequence);
  }

  #plan(root: Rational, unit: number): readonly Rational[] {
    const { sets, sequences, parent, first, count } = this.#space;
    const plan = new Array<Rational>(sequences).fill(zero);
    plan[0] = root;
    if (unit >= 0) plan[unit] = one;
    for (let h = 0; h < sets; h++) {
      let left = plan[parent[h] as number] as Rational;
      const from = first[h] as number;
      const reply = this.#reply[h] as number;
      for (let s = from; s < from + (count[h] as number); s++) if (s !== reply) left = sub(left, plan[s] as Rational);
      plan[reply] = left;
    }
    return plan;
  }

  /** Losses of all sequences against the replies, for these payoffs, or for a loss of one at the reply `unit`. */
  losses(payoffs: readonly Rational[] | undefined, unit: number | undefined): readonly Rational[] {
    const { sets, sequences, parent, first, count } = this.#space;
    const values = payoffs === undefined ? new Array<Rational>(sequences).fill(zero) : [...payoffs];
    const found = new Array<Rational>(sequences).fill(zero);
    for (let h = sets - 1; h >= 0; h--) {
      const reply = this.#reply[h] as number;
      const worth = reply === unit ? add(values[reply] as Rational, one) : (values[reply] as Rational);
      const from = first[h] as number;
      for (let s = from; s < from + (count[h] as number); s++) found[s] = sub(worth, values[s] as Rational);
      const before = parent[h] as number;
      values[before] = add(values[before] as Rational, worth);
    }
    return found;
  }
}

/** Lemke (1965) from z0 = 1 downwards, lexicographic against cycling. q + d must not be negative. */
function solveComplementarity(
  matrix: readonly (readonly Rational[])[],
  q: readonly Rational[],
  d: readonly Rational[],
  stop: () => boolean,
): { readonly w: readonly Rational[]; readonly z: readonly Rational[] } | 'stopped' | 'lost' {
  const n = q.length;
  // The first row to reach zero when z0 falls.
  let first = -1;
  let weight = zero;
  for (let i = 0; i < n; i++) {
    if ((d[i] as Rational).sign <= 0) continue;
    const at = (q[i] as Rational).neg().div(d[i] as Rational);
    if (at.compare(weight) > 0) {
      first = i;
      weight = at;
    }
  }
  if (first < 0) return { w: q, z: new Array<Rational>(n).fill(zero) };
  const tableau = begin(matrix, q, d, first);
  const { scales } = tableau;
  const { basic, nonbasic, cells } = tableau.tableau;
  // Variables: w_i is i, z_i is n + i, z0 is 2 n.
  let entering = n + first;
  for (let step = 0; ; step++) {
    if (step % 4 === 3 && stop()) return 'stopped';
    if (step > 50 * (n + 10)) return 'lost';
    const column = nonbasic.indexOf(entering);
    const row = leavingRow(tableau.tableau, column, tableau.order);
    if (row < 0) return 'lost';
    const leaving = basic[row] as number;
    tableau.tableau.pivot(row, column);
    if (leaving === 2 * n) break;
    entering = leaving < n ? leaving + n : leaving - n;
  }
  const w = new Array<Rational>(n).fill(zero);
  const z = new Array<Rational>(n).fill(zero);
  basic.forEach((variable, i) => {
    const value = Rational.of((cells[i] as bigint[]).at(-1) as bigint, tableau.tableau.denominator);
    if (variable < n) w[variable] = value.div(Rational.of(scales[variable] as bigint));
    else if (variable < 2 * n) z[variable - n] = value;
  });
  return { w, z };
}

/** The tableau after z0 has entered in a row, in integers: each row is multiplied up on its own, so that w_i counts `scales[i]` times. */
function begin(
  matrix: readonly (readonly Rational[])[],
  q: readonly Rational[],
  d: readonly Rational[],
  first: number,
): { readonly tableau: IntegerTableau; readonly scales: readonly bigint[]; readonly order: readonly number[] } {
  const n = q.length;
  const turn = one.div(d[first] as Rational);
  // z0 = -q/d - (M z)/d + w/d in the first row; the others take that in.
  const source = [
    ...(matrix[first] as readonly Rational[]).map(m => mul(m, turn)),
    mul(q[first] as Rational, turn).neg(),
  ];
  const scales: bigint[] = [];
  const lines = q.map((constant, i) => {
    const share = d[i] as Rational;
    const line =
      i === first
        ? [...source.slice(0, n), turn.neg(), source[n] as Rational]
        : [
            ...(matrix[i] as readonly Rational[]).map((m, j) => sub(mul(share, source[j] as Rational), m)),
            mul(share, turn).neg(),
            add(constant, mul(share, source[n] as Rational)),
          ];
    const scale = commonDenominator(line);
    scales.push(i === first ? 1n : scale);
    return line.map(entry => scaled(entry, scale));
  });
  const tableau = new IntegerTableau(lines, n, n + 1);
  for (let i = 0; i < n; i++) tableau.basic[i] = i === first ? 2 * n : i;
  for (let j = 0; j < n; j++) tableau.nonbasic[j] = n + j;
  tableau.nonbasic[n] = first;
  return { tableau, scales, order: [...tableau.basic] };
}

/** Lexicographic minimum ratio: values first, then the columns of the first basis; z0 leaves as soon as it can. */
function leavingRow(tableau: IntegerTableau, column: number, order: readonly number[]): number {
  const { cells, basic, nonbasic, denominator } = tableau;
  let rows = tableau.leavingRows(column);
  const ending = rows.find(row => basic[row] === 2 * order.length);
  if (ending !== undefined) return ending;
  for (const variable of order) {
    if (rows.length <= 1) break;
    const at = nonbasic.indexOf(variable);
    const entry = (row: number) =>
      at < 0 ? (basic[row] === variable ? denominator : 0n) : ((cells[row] as bigint[])[at] as bigint);
    let least: number[] = [];
    for (const row of rows) {
      const best = least[0];
      if (best === undefined) {
        least = [row];
        continue;
      }
      const left = entry(row) * ((cells[best] as bigint[])[column] as bigint);
      const right = entry(best) * ((cells[row] as bigint[])[column] as bigint);
      if (left < right) least = [row];
      else if (left === right) least.push(row);
    }
    rows = least;
  }
  return rows[0] ?? -1;
}
