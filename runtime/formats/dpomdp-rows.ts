/** Tables of `.dpomdp` files while they are read: later lines overwrite earlier ones. */
import { Rational } from '../games/rational.ts';
import type { SparseRow } from './dpomdp.ts';
import type { Scrutiny } from './problem.ts';

/** Entries that all lines together may set, so that a few lines with wildcards cannot take hours. */
const mostWork = 20_000_000;

/** Counts what is written. */
export class Work {
  #left = mostWork;

  spend(scrutiny: Scrutiny, at: number, entries: number): void {
    this.#left -= Math.max(1, entries);
    if (this.#left < 0)
      scrutiny.fail(
        at,
        `the lines of a file set at most ${mostWork} entries of its tables`,
        'this line exceeds that',
        'use `*` for the state reached and the observation where all of them get the same number',
      );
  }
}

interface Row {
  rest: Rational;
  entries: Map<number, Rational> | undefined;
  /** Offset of the line that wrote it last. */
  at: number;
}

/** Rows of one table. What is never set is 0. */
export class Rows {
  readonly width: number;
  readonly #rows: (Row | undefined)[];

  constructor(count: number, width: number) {
    this.#rows = new Array<Row | undefined>(count).fill(undefined);
    this.width = width;
  }

  get count(): number {
    return this.#rows.length;
  }

  /** Gives all columns of a row one value. */
  fill(row: number, value: Rational, at: number): void {
    this.#rows[row] = { rest: value, entries: undefined, at };
  }

  /** Columns from `from` on, `step` apart. */
  set(row: number, columns: Iterable<number>, value: Rational, at: number): void {
    let found = this.#rows[row];
    if (found === undefined) {
      found = { rest: Rational.zero, entries: undefined, at };
      this.#rows[row] = found;
    }
    found.at = at;
    found.entries ??= new Map();
    for (const column of columns) found.entries.set(column, value);
  }

  /** Offset of the line that wrote a row last; undefined where none did. */
  writtenAt(row: number): number | undefined {
    return this.#rows[row]?.at;
  }

  /** The sum of a row as a double, and exactly. */
  sum(row: number): { readonly near: number; exact(): Rational } {
    const found = this.#rows[row];
    if (found === undefined) return { near: 0, exact: () => Rational.zero };
    const { rest, entries } = found;
    const others = this.width - (entries?.size ?? 0);
    let near = others * rest.toNumber();
    if (entries !== undefined) for (const value of entries.values()) near += value.toNumber();
    return {
      near,
      exact: () => {
        let sum = rest.mul(Rational.of(others));
        if (entries !== undefined) for (const value of entries.values()) sum = sum.add(value);
        return sum;
      },
    };
  }

  /** Entries that the finished row of probabilities will have. */
  entries(row: number): number {
    const found = this.#rows[row];
    if (found === undefined || (found.entries === undefined && this.#isUniform(found.rest))) return 0;
    return found.rest.sign === 0 ? (found.entries?.size ?? 0) : this.width;
  }

  /** The finished row. @param probabilities rows of probabilities are either uniform or list what is not 0 */
  finish(row: number, probabilities: boolean): SparseRow {
    const found = this.#rows[row];
    if (found === undefined) return nothing;
    const { rest, entries = new Map<number, Rational>() } = found;
    const full = entries.size === this.width;
    const [one = rest] = entries.values();
    const constant =
      (full || entries.size === 0 || one.equals(rest)) && all(entries.values(), value => value.equals(one));
    if (constant && (!probabilities || this.#isUniform(one))) return { rest: one, entries: [] };
    if (probabilities && !full && rest.sign !== 0)
      for (let column = 0; column < this.width; column++) if (!entries.has(column)) entries.set(column, rest);
    const base = full || probabilities ? Rational.zero : rest;
    const kept = [...entries].filter(([, value]) => !value.equals(base));
    kept.sort(([a], [b]) => a - b);
    return { rest: base, entries: kept };
  }

  #isUniform(value: Rational): boolean {
    return value.numerator === 1n && value.denominator === BigInt(this.width);
  }
}

const nothing: SparseRow = { rest: Rational.zero, entries: [] };

function all<T>(values: Iterable<T>, holds: (value: T) => boolean): boolean {
  for (const value of values) if (!holds(value)) return false;
  return true;
}
