import type { Graph } from '../graph.ts';
import type { Node } from '../ir.ts';
import type { EmbeddingSpec, EntrySpec } from './spec.ts';
import type { Place } from './weights.ts';
import { parameter } from './weights.ts';

/** Whose input it is. */
interface Whose {
  readonly group?: string;
  readonly critic?: boolean;
}

/**
 * x [.., features] -> [.., vectors of all entries, then the numbers that are handed on]. Every entry has a table of its own, and what is no
 * value of it (zeros where nothing was observed) becomes the vector 0. Numbers are made one-hot first; a one-hot value is multiplied with
 * its table, for all entries with as many values in one product: those with the fewest values come first.
 */
export function embedding(g: Graph, place: Place, spec: EmbeddingSpec, x: Node, whose: Whose): Node {
  const given =
    (whose.critic === true ? spec.critics : spec.given)?.[whose.group ?? ''] ??
    g.refuse('does not know what the numbers of its input stand for');
  const features = x.shape.at(-1) ?? g.refuse('expects a vector, got a single number');
  const entries = given.flatMap(separate);
  const needs = entries.reduce((sum, { values, low }) => sum + (low === undefined ? values : 1), 0);
  if (needs !== features) g.refuse(`expects ${needs} inputs, got ${features}`);
  const parts: Node[] = [];
  const sizes = [...new Set(entries.filter(({ values }) => values > 1).map(({ values }) => values))];
  for (const values of sizes.sort((a, b) => a - b)) {
    const same = entries.filter(entry => entry.values === values);
    parts.push(lookUp(g, place, spec.units, x, values, same));
  }
  const rest = entries.filter(({ values }) => values === 1).map(({ from }) => from);
  if (rest.length > 0) parts.push(taken(g, x, rest));
  return parts.length === 1 ? parts[0]! : g.concat(parts);
}

/** Numbers of the output. */
export function embeddedLength({ units }: EmbeddingSpec, given: readonly EntrySpec[]): number {
  return given.reduce((sum, { count = 1, values }) => sum + count * (values === 1 ? 1 : units), 0);
}

type Entry = Omit<EntrySpec, 'count' | 'stride'>;

function separate({ count = 1, stride = 1, ...entry }: EntrySpec): readonly Entry[] {
  return Array.from({ length: count }, (_, k) => ({ ...entry, from: entry.from + k * stride }));
}

/** Vectors of entries that have equally many values, side by side. */
function lookUp(g: Graph, place: Place, units: number, x: Node, values: number, entries: readonly Entry[]): Node {
  const each = Array.from({ length: values }, (_, v) => v);
  const places = entries.flatMap(({ from, low }) => each.map(v => (low === undefined ? from + v : from)));
  const scales = entries.flatMap(({ scale = 1 }) => each.map(() => scale));
  const wanted = entries.flatMap(({ low }) => each.map(v => (low === undefined ? 1 : v + low)));
  const all = [places.length];
  const error = g.sub(g.mul(taken(g, x, places), g.constant(scales, all)), g.constant(wanted, all));
  // Within rounding: a number was divided in single precision.
  const hot = g.less(g.abs(error), 0.25);

  const count = entries.length;
  const [copies, rows] = place.copies === undefined ? [1, 1] : (x.shape.slice(-3, -1) as [number, number]);
  const weight = parameter(g, place, `table${values}`, [count, values, units], { kind: 'normal', deviation: 1 });
  // [.., copies, rows, entries, values] to [copies x entries, .. x rows, values]: all tables in one product.
  const apart = g.transpose(g.reshape(hot, [-1, copies, rows, count, values]), [1, 3, 0, 2, 4]);
  const found = g.matmul(
    g.reshape(apart, [copies * count, -1, values]),
    g.reshape(weight, [copies * count, values, units]),
  );
  const together = g.transpose(g.reshape(found, [copies, count, -1, rows, units]), [2, 0, 3, 1, 4]);
  return g.reshape(together, [...x.shape.slice(0, -1), count * units]);
}

/** Some of the numbers of the last axis. */
function taken(g: Graph, x: Node, places: readonly number[]): Node {
  return g.take(x, g.constant(places, [places.length], 'i32'), x.shape.length - 1);
}
