/** What the preamble of a `.dpomdp` file says, and what its words mean then. */
import { Rational } from '../games/rational.ts';
import type { Word } from './dpomdp-lines.ts';
import type { NumberReader } from './numbers.ts';
import { excerpt, type Scrutiny } from './problem.ts';

export interface Preamble {
  readonly agents: readonly string[];
  readonly discount: Rational;
  readonly cost: boolean;
  readonly states: readonly string[];
  readonly start: readonly Rational[];
  readonly actions: readonly (readonly string[])[];
  readonly observations: readonly (readonly string[])[];
}

/** A number from 0 to 1. */
export function probability(scrutiny: Scrutiny, numbers: NumberReader, word: Word): Rational {
  const rule = 'a probability is a number from 0 to 1';
  if (word.kind !== 'number') scrutiny.fail(word.at, rule, `${excerpt(word.text)} stands here`);
  const value = numbers.read(word.text, word.at);
  if (value.sign < 0 || value.compare(Rational.one) > 0)
    scrutiny.fail(word.at, rule, `${excerpt(word.text)} stands here`);
  return value;
}

/** The place of a name or index in a list. */
export function indexOf(word: Word, names: readonly string[]): number | undefined {
  if (word.kind === 'number') {
    const k = Number(word.text);
    return /^\d+$/.test(word.text) && k < names.length ? k : undefined;
  }
  const k = word.kind === 'id' ? positions(names).get(word.text) : undefined;
  return k;
}

/** Looked up for every line of a file: a map per list, made once. */
const known = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

function positions(names: readonly string[]): ReadonlyMap<string, number> {
  let map = known.get(names);
  if (map === undefined) {
    map = new Map(names.map((name, k) => [name, k]));
    known.set(names, map);
  }
  return map;
}
