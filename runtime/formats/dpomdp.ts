/** MADP's `.dpomdp` as data: a decentralised POMDP with tables of exact numbers. */
import type { Rational } from '../games/rational.ts';

/**
 * Joint actions and joint observations are numbered with the LAST agent fastest. Rewards are rewards: costs were negated. Rows that
 * are equal may be one object.
 */
export interface DecPomdp {
  readonly agents: readonly string[];
  /** From 0 to 1. */
  readonly discount: Rational;
  readonly states: readonly string[];
  /** Per state; sums to 1 within 1e-9, as all probabilities do. */
  readonly start: readonly Rational[];
  /** Per agent. */
  readonly actions: readonly (readonly string[])[];
  /** Per agent. */
  readonly observations: readonly (readonly string[])[];
  /** Row `joint action * states + from`, a column per state reached. */
  readonly transition: readonly SparseRow[];
  /** Row `joint action * states + state reached`, a column per joint observation. */
  readonly observation: readonly SparseRow[];
  /** Row `joint action * states + from`, column `state reached * joint observations + joint observation`. */
  readonly reward: readonly SparseRow[];
}

/**
 * A row of a table. Uniform rows of probabilities and constant rows of rewards have no entries; other rows of probabilities have
 * `rest` 0.
 */
export interface SparseRow {
  /** Of all columns without an entry. */
  readonly rest: Rational;
  /** Ascending columns; no value is `rest`. */
  readonly entries: readonly (readonly [column: number, value: Rational])[];
}

/** One number of a row, by bisection. */
export function entryOf(row: SparseRow, column: number): Rational {
  let low = 0;
  let high = row.entries.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [at, value] = row.entries[middle] as readonly [number, Rational];
    if (at === column) return value;
    if (at < column) low = middle + 1;
    else high = middle - 1;
  }
  return row.rest;
}

/** How many joint choices these lists have. */
export function jointCount(lists: readonly (readonly string[])[]): number {
  return lists.reduce((product, list) => product * list.length, 1);
}

/** The choice of every agent in a joint one: last agent fastest. */
export function splitJoint(joint: number, lists: readonly (readonly string[])[]): readonly number[] {
  const parts: number[] = [];
  for (let i = lists.length - 1; i >= 0; i--) {
    const size = lists[i]?.length ?? 1;
    parts[i] = joint % size;
    joint = Math.floor(joint / size);
  }
  return parts;
}
