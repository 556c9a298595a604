/** All extreme Nash equilibria of two-agent games, in integers, by enumerating the vertices of the best-response polytopes. */
import { Rational } from '../games/rational.ts';
import { commonDenominator, IntegerTableau, scaled } from './exact-simplex.ts';

/** A vertex as a mixed strategy; bit k of `labels` is set when own choice k is unused or the other's choice k - own is a best response. */
interface Vertex {
  readonly strategy: readonly Rational[];
  readonly labels: number;
}

export interface ExtremeEquilibria {
  /** Pairs (row strategy, column strategy), greatest first in lexicographic order. */
  readonly equilibria: readonly (readonly [readonly Rational[], readonly Rational[]])[];
  /** Indices of equilibria that are joined by segments of equilibria: one list per connected component of the set of all. */
  readonly components: readonly (readonly number[])[];
  readonly complete: boolean;
}

/** Labels are bits of one integer, so both agents together may have this many choices. */
export const mostChoices = 30;

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
  const positiveA = positive(a);
  const positiveB = positive(b);
  const rowsOfQ = Array.from({ length: m }, (_, i) => positiveA.slice(i * n, i * n + n));
  const rowsOfP = Array.from({ length: n }, (_, j) =>
    Array.from({ length: m }, (_, i) => positiveB[i * n + j] as bigint),
  );
  // In P the structural variable i has label i and slack j label m + j; in Q the other way round.
  const p = vertices(rowsOfP, m, variable => variable, stop);
  const q = vertices(rowsOfQ, n, variable => (variable < n ? m + variable : variable - n), stop);
  const all = 2 ** (m + n) - 1;
  const pairs: [number, number][] = [];
  p.vertices.forEach((x, i) => {
    q.vertices.forEach((y, j) => {
      if ((x.labels | y.labels) === all) pairs.push([i, j]);
    });
  });
  const strategyOf = ([i, j]: readonly [number, number]) =>
    [(p.vertices[i] as Vertex).strategy, (q.vertices[j] as Vertex).strategy] as const;
  pairs.sort((left, right) => {
    const [x, y] = strategyOf(left);
    const [u, v] = strategyOf(right);
    return compareStrategies(u, x) || compareStrategies(v, y);
  });
  return { equilibria: pairs.map(strategyOf), components: connected(pairs), complete: p.complete && q.complete };
}

/** Integers in proportion to the payoffs, moved up to be at least 1. */
function positive(payoffs: readonly Rational[]): bigint[] {
  const scale = commonDenominator(payoffs);
  const integers = payoffs.map(x => scaled(x, scale));
  let least = integers[0] ?? 0n;
  for (const x of integers) if (x < least) least = x;
  return integers.map(x => x - least + 1n);
}

/** All vertices but the origin of { z >= 0, rows z <= 1 }, by depth-first search over feasible bases; pivots are undone on the way back. */
function vertices(
  rows: readonly (readonly bigint[])[],
  columns: number,
  labelOf: (variable: number) => number,
  stop: () => boolean,
): { vertices: Vertex[]; complete: boolean } {
  const tableau = new IntegerTableau(
    rows.map(row => [...row, 1n]),
    rows.length,
    columns,
  );
  const found = new Map<string, Vertex>();
  const seen = new Set<number>();
  const maskOf = () => tableau.nonbasic.reduce((mask, variable) => mask + 2 ** variable, 0);
  const visit = () => {
    seen.add(maskOf());
    const vertex = read(tableau, columns, labelOf);
    if (vertex !== undefined) found.set(vertex.strategy.join(), vertex);
  };
  visit();
  const path: { moves: [number, number][]; undo: [number, number] | undefined }[] = [
    { moves: movesFrom(tableau), undo: undefined },
  ];
  while (path.length > 0) {
    const top = path.at(-1) as (typeof path)[number];
    const move = top.moves.pop();
    if (move === undefined) {
      path.pop();
      if (top.undo !== undefined) tableau.pivot(...top.undo);
      continue;
    }
    const [row, column] = move;
    const next = maskOf() - 2 ** (tableau.nonbasic[column] as number) + 2 ** (tableau.basic[row] as number);
    if (seen.has(next)) continue;
    if (stop()) return { vertices: [...found.values()], complete: false };
    tableau.pivot(row, column);
    visit();
    path.push({ moves: movesFrom(tableau), undo: [row, column] });
  }
  return { vertices: [...found.values()], complete: true };
}

/** Every exchange that keeps the basis feasible; ties in a degenerate vertex are all taken. */
function movesFrom(tableau: IntegerTableau): [number, number][] {
  return tableau.nonbasic.flatMap((_, column) =>
    tableau.leavingRows(column).map((row): [number, number] => [row, column]),
  );
}

function read(tableau: IntegerTableau, columns: number, labelOf: (variable: number) => number): Vertex | undefined {
  const weights = new Array<bigint>(columns).fill(0n);
  let labels = 0;
  for (const variable of tableau.nonbasic) labels |= 1 << labelOf(variable);
  tableau.basic.forEach((variable, i) => {
    const value = (tableau.cells[i] as bigint[]).at(-1) as bigint;
    if (value === 0n) labels |= 1 << labelOf(variable);
    else if (variable < columns) weights[variable] = value;
  });
  const total = weights.reduce((sum, w) => sum + w, 0n);
  if (total === 0n) return undefined;
  return { strategy: weights.map(w => Rational.of(w, total)), labels };
}

function compareStrategies(x: readonly Rational[], y: readonly Rational[]): number {
  for (let k = 0; k < x.length; k++) {
    const order = (x[k] as Rational).compare(y[k] as Rational);
    if (order !== 0) return order;
  }
  return 0;
}

/** Pairs that share a vertex belong together: the components of the bipartite graph of complementary vertices. */
function connected(pairs: readonly (readonly [number, number])[]): number[][] {
  const groups: { rows: Set<number>; columns: Set<number>; members: number[] }[] = [];
  pairs.forEach(([i, j], k) => {
    const touching = groups.filter(group => group.rows.has(i) || group.columns.has(j));
    const merged = { rows: new Set([i]), columns: new Set([j]), members: [k] };
    for (const group of touching) {
      for (const x of group.rows) merged.rows.add(x);
      for (const y of group.columns) merged.columns.add(y);
      merged.members.push(...group.members);
      groups.splice(groups.indexOf(group), 1);
    }
    groups.push(merged);
  });
  return groups.map(group => group.members.sort((x, y) => x - y)).sort((x, y) => (x[0] as number) - (y[0] as number));
}
