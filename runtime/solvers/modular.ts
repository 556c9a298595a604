/** Sparse linear equations modulo a prime: a square part that can be solved, and its solution for any right-hand side. */

/** The greatest prime below 2^26: products of two residues are exact in doubles. */
export const prime = 67_108_859;

/** Rows of integers, sparse: row r owns `start[r] .. start[r + 1]` of `index` (unknowns) and `value`. */
export interface SparseRows {
  readonly rows: number;
  readonly unknowns: number;
  readonly start: Int32Array;
  readonly index: Int32Array;
  readonly value: Float64Array;
}

/** Factors of as many equations as there are unknowns. */
export interface Factors {
  /** The equations, in the order of elimination; the others depend on them, modulo the prime at least. */
  readonly equations: Int32Array;
  /** The unknowns modulo the prime for right-hand sides modulo the prime, `right[k]` of `equations[k]`. */
  solve(right: Float64Array): Float64Array;
}

/**
 * Gaussian elimination, always with a row of the fewest entries and in it with the column of the fewest (Markowitz 1957): programs over sequences
 * stay nearly as sparse as they are. Undefined where some unknown is not determined.
 */
export function factorise(matrix: SparseRows, stop: () => boolean): Factors | undefined {
  const { rows, unknowns, start, index, value } = matrix;
  const entries: Map<number, number>[] = [];
  const columns: Set<number>[] = Array.from({ length: unknowns }, () => new Set<number>());
  for (let r = 0; r < rows; r++) {
    const row = new Map<number, number>();
    for (let k = start[r] as number; k < (start[r + 1] as number); k++) {
      const residue = modulo(value[k] as number);
      if (residue === 0) continue;
      row.set(index[k] as number, residue);
      columns[index[k] as number]?.add(r);
    }
    entries.push(row);
  }
  const queue = new Shortest(entries.map(row => row.size));
  const equations: number[] = [];
  const pivots: number[] = [];
  const upper: (readonly [number, number])[][] = [];
  const inverses: number[] = [];
  const lower: (readonly [number, number])[][] = [];
  while (equations.length < unknowns) {
    if (equations.length % 64 === 63 && stop()) return undefined;
    const row = queue.take();
    if (row === undefined) return undefined;
    const source = entries[row] as Map<number, number>;
    let column = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const j of source.keys()) {
      const size = (columns[j] as Set<number>).size;
      if (size < least) {
        column = j;
        least = size;
      }
    }
    const inverse = inverted(source.get(column) as number);
    for (const j of source.keys()) columns[j]?.delete(row);
    const factors: (readonly [number, number])[] = [];
    for (const other of columns[column] as Set<number>) {
      const target = entries[other] as Map<number, number>;
      const factor = ((target.get(column) as number) * inverse) % prime;
      factors.push([other, factor]);
      for (const [j, entry] of source) {
        const before = target.get(j);
        const after = modulo((before ?? 0) - ((factor * entry) % prime));
        if (after === 0 || j === column) {
          target.delete(j);
          if (j !== column) columns[j]?.delete(other);
        } else {
          target.set(j, after);
          if (before === undefined) columns[j]?.add(other);
        }
      }
      queue.change(other, target.size);
    }
    columns[column]?.clear();
    source.delete(column);
    equations.push(row);
    pivots.push(column);
    inverses.push(inverse);
    upper.push([...source]);
    lower.push(factors);
  }
  return { equations: Int32Array.from(equations), solve: solver(rows, equations, pivots, inverses, upper, lower) };
}

function solver(
  rows: number,
  equations: readonly number[],
  pivots: readonly number[],
  inverses: readonly number[],
  upper: readonly (readonly (readonly [number, number])[])[],
  lower: readonly (readonly (readonly [number, number])[])[],
): Factors['solve'] {
  const place = new Int32Array(rows).fill(-1);
  equations.forEach((row, k) => {
    place[row] = k;
  });
  // Rows that were never taken matter no more.
  const below = flat(
    lower.map(list =>
      list.flatMap(([row, f]) => ((place[row] as number) < 0 ? [] : [[place[row] as number, f] as const])),
    ),
  );
  const above = flat(upper);
  const size = equations.length;
  return right => {
    const left = right.map(modulo);
    for (let k = 0; k < size; k++) {
      const amount = left[k] as number;
      if (amount === 0) continue;
      for (let e = below.start[k] as number; e < (below.start[k + 1] as number); e++) {
        const at = below.index[e] as number;
        left[at] = modulo((left[at] as number) - (((below.value[e] as number) * amount) % prime));
      }
    }
    const x = new Float64Array(size);
    for (let k = size - 1; k >= 0; k--) {
      let sum = left[k] as number;
      for (let e = above.start[k] as number; e < (above.start[k + 1] as number); e++)
        sum -= ((above.value[e] as number) * (x[above.index[e] as number] as number)) % prime;
      x[pivots[k] as number] = (modulo(sum) * (inverses[k] as number)) % prime;
    }
    return x;
  };
}

function flat(lists: readonly (readonly (readonly [number, number])[])[]) {
  const start = new Int32Array(lists.length + 1);
  lists.forEach((list, k) => {
    start[k + 1] = (start[k] as number) + list.length;
  });
  const index = new Int32Array(start[lists.length] as number);
  const value = new Float64Array(index.length);
  lists.forEach((list, k) => {
    list.forEach(([j, v], e) => {
      index[(start[k] as number) + e] = j;
      value[(start[k] as number) + e] = v;
    });
  });
  return { start, index, value };
}

/** The residue in [0, prime) of an integer below 2^53. */
export function modulo(value: number): number {
  const rest = value % prime;
  return rest < 0 ? rest + prime : rest;
}

/** The inverse of a residue that is not 0, by Euclid. */
function inverted(residue: number): number {
  let [a, b, u, v] = [residue, prime, 1, 0];
  while (b !== 0) {
    const q = Math.floor(a / b);
    [a, b] = [b, a - q * b];
    [u, v] = [v, u - q * v];
  }
  return modulo(u);
}

/** Rows by their number of entries, the shortest first; rows without any are left out. */
class Shortest {
  readonly #sizes: number[];
  readonly #buckets: Set<number>[] = [];

  constructor(sizes: readonly number[]) {
    this.#sizes = [...sizes];
    sizes.forEach((size, row) => {
      this.#bucket(size).add(row);
    });
  }

  #bucket(size: number): Set<number> {
    while (this.#buckets.length <= size) this.#buckets.push(new Set());
    return this.#buckets[size] as Set<number>;
  }

  change(row: number, size: number): void {
    this.#bucket(this.#sizes[row] as number).delete(row);
    this.#sizes[row] = size;
    this.#bucket(size).add(row);
  }

  take(): number | undefined {
    for (let size = 1; size < this.#buckets.length; size++)
      for (const row of this.#bucket(size)) {
        this.#bucket(size).delete(row);
        return row;
      }
    return undefined;
  }
}
