/** All extreme Nash equilibria of two-agent games, in integers, by enumerating the vertices of the best-response polytopes. */
import { Rational } from '../games/rational.ts';
import { type Component, componentsOf } from './components.ts';
import { commonDenominator, IntegerTableau, scaled } from './exact-simplex.ts';

/**
 * A vertex, as weights in proportion to a mixed strategy; bit k of `labels` is set when own choice k is unused or the other's
 * choice k - own is a best response. A vertex is the only point at which all its inequalities are tight, so labels name it.
 */
interface Vertex {
  readonly weights: readonly bigint[];
  readonly labels: number;
}

export interface ExtremeEquilibria {
  /** Pairs (row strategy, column strategy), greatest first in lexicographic order. */
  readonly equilibria: readonly (readonly [readonly Rational[], readonly Rational[]])[];
  /** The connected components of the set of all equilibria. */
  readonly components: readonly Component[];
  readonly complete: boolean;
}

/** Labels are bits of one integer, so both agents together may have this many choices. */
export const mostChoices = 30;

/** Tableaus kept on the way down; below that depth steps are undone by pivoting back, which takes as long as the step. */
const keptTableaus = 3_000;

/**
 * Mangasarian (1964), with the label criterion of von Stengel (2002): (x, y) is extreme exactly if x and y are vertices of
 * { x >= 0, B'x <= 1 } and { y >= 0, Ay <= 1 } that together carry all labels. Every equilibrium of a component is a convex
 * combination of such pairs, in degenerate games too, so the list is complete in that sense.
 * @param a payoffs of the row agent, row-major, m by n; `b` those of the column agent.
 * @param stop asked at every basis; true cuts the search short, and `complete` is false.
 */
export function extremeEquilibria(
  a: readonly Rational[],
  b: readonly Rational[],
  m: number,
  n: number,
  stop: () => boolean,
): ExtremeEquilibria {
  const { rowsOfP, rowsOfQ } = bestResponsePolytopes(a, b, m, n);
  // In P the structural variable i has label i and slack j label m + j; in Q the other way round.
  const p = vertices(rowsOfP, m, variable => variable, stop);
  const q = vertices(rowsOfQ, n, variable => (variable < n ? m + variable : variable - n), stop);
  const strategies = (list: readonly Vertex[]): ((k: number) => readonly Rational[]) => {
    const made = new Map<number, readonly Rational[]>();
    return k => {
      const known = made.get(k);
      if (known !== undefined) return known;
      const { weights } = list[k] as Vertex;
      const total = weights.reduce((sum, w) => sum + w, 0n);
      const strategy = weights.map(w => Rational.of(w, total));
      made.set(k, strategy);
      return strategy;
    };
  };
  const [rowAt, columnAt] = [strategies(p.vertices), strategies(q.vertices)];
  const pairs = complementary(p.vertices, q.vertices, m, n);
  pairs.sort(([i, j], [k, l]) => compareStrategies(rowAt(k), rowAt(i)) || compareStrategies(columnAt(l), columnAt(j)));
  return {
    equilibria: pairs.map(([i, j]) => [rowAt(i), columnAt(j)] as const),
    components: componentsOf(pairs, rowAt, columnAt),
    complete: p.complete && q.complete,
  };
}

/** Integers in proportion to the payoffs moved up to be positive: rows of B transposed (for P) and of A (for Q). */
export function bestResponsePolytopes(
  a: readonly Rational[],
  b: readonly Rational[],
  m: number,
  n: number,
): { readonly rowsOfP: bigint[][]; readonly rowsOfQ: bigint[][] } {
  const positiveA = positive(a);
  const positiveB = positive(b);
  return {
    rowsOfQ: Array.from({ length: m }, (_, i) => positiveA.slice(i * n, i * n + n)),
    rowsOfP: Array.from({ length: n }, (_, j) => Array.from({ length: m }, (_, i) => positiveB[i * n + j] as bigint)),
  };
}

/** Integers in proportion to the payoffs, moved up to be at least 1. */
function positive(payoffs: readonly Rational[]): bigint[] {
  const scale = commonDenominator(payoffs);
  const integers = payoffs.map(x => scaled(x, scale));
  let least = integers[0] ?? 0n;
  for (const x of integers) if (x < least) least = x;
  return integers.map(x => x - least + 1n);
}

/** Pairs that carry all labels together. Where neither vertex has a label too many, one determines the labels of the other. */
function complementary(p: readonly Vertex[], q: readonly Vertex[], m: number, n: number): [number, number][] {
  const all = 2 ** (m + n) - 1;
  const exactly = new Map<number, number>();
  const rich: number[] = [];
  q.forEach((y, j) => {
    if (bits(y.labels) === n) exactly.set(y.labels, j);
    else rich.push(j);
  });
  const pairs: [number, number][] = [];
  p.forEach((x, i) => {
    if (bits(x.labels) > m) {
      q.forEach((y, j) => {
        if ((x.labels | y.labels) === all) pairs.push([i, j]);
      });
      return;
    }
    const only = exactly.get(all & ~x.labels);
    if (only !== undefined) pairs.push([i, only]);
    for (const j of rich) if ((x.labels | (q[j] as Vertex).labels) === all) pairs.push([i, j]);
  });
  return pairs;
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/**
 * All vertices but the origin of { z >= 0, rows z <= 1 }, by depth-first search over the bases that are feasible when the right-hand
 * sides are perturbed lexicographically: a degenerate vertex has few of those, and every vertex has one (Avis and Fukuda 1992).
 */
function vertices(
  rows: readonly (readonly bigint[])[],
  columns: number,
  labelOf: (variable: number) => number,
  stop: () => boolean,
): { vertices: Vertex[]; complete: boolean } {
  let tableau = new IntegerTableau(
    rows.map(row => [...row, 1n]),
    rows.length,
    columns,
  );
  const found = new Map<number, Vertex>();
  const seen = new Set<number>();
  const visit = (mask: number) => {
    seen.add(mask);
    const vertex = read(tableau, columns, labelOf);
    if (vertex !== undefined && !found.has(vertex.labels)) found.set(vertex.labels, vertex);
  };
  visit(2 ** columns - 1);
  const path: {
    moves: [number, number][];
    readonly mask: number;
    readonly before: IntegerTableau | undefined;
    readonly undo: [number, number] | undefined;
  }[] = [{ moves: movesFrom(tableau, columns), mask: 2 ** columns - 1, before: undefined, undo: undefined }];
  while (path.length > 0) {
    const top = path.at(-1) as (typeof path)[number];
    const move = top.moves.pop();
    if (move === undefined) {
      path.pop();
      if (top.before !== undefined) tableau = top.before;
      else if (top.undo !== undefined) tableau.pivot(...top.undo);
      continue;
    }
    const [row, column] = move;
    const mask = top.mask - 2 ** (tableau.nonbasic[column] as number) + 2 ** (tableau.basic[row] as number);
    if (seen.has(mask)) continue;
    if (stop()) return { vertices: [...found.values()], complete: false };
    const before = path.length < keptTableaus ? tableau : undefined;
    if (before !== undefined) tableau = before.copy();
    tableau.pivot(row, column);
    visit(mask);
    path.push({ moves: movesFrom(tableau, columns), mask, before, undo: [row, column] });
  }
  return { vertices: [...found.values()], complete: true };
}

/** The one exchange per column that keeps the perturbed basis feasible. */
function movesFrom(tableau: IntegerTableau, columns: number): [number, number][] {
  const moves: [number, number][] = [];
  for (let column = 0; column < tableau.nonbasic.length; column++) {
    const row = tableau.leavingRow(column, columns);
    if (row >= 0) moves.push([row, column]);
  }
  return moves;
}

function read(tableau: IntegerTableau, columns: number, labelOf: (variable: number) => number): Vertex | undefined {
  const weights = new Array<bigint>(columns).fill(0n);
  let labels = 0;
  let empty = true;
  for (const variable of tableau.nonbasic) labels |= 1 << labelOf(variable);
  tableau.basic.forEach((variable, i) => {
    const value = (tableau.cells[i] as bigint[]).at(-1) as bigint;
    if (value === 0n) labels |= 1 << labelOf(variable);
    else if (variable < columns) {
      weights[variable] = value;
      empty = false;
    }
  });
  return empty ? undefined : { weights, labels };
}

export function compareStrategies(x: readonly Rational[], y: readonly Rational[]): number {
  for (let k = 0; k < x.length; k++) {
    const order = (x[k] as Rational).compare(y[k] as Rational);
    if (order !== 0) return order;
  }
  return 0;
}
