/**
 * How far doubles can be trusted where a listed game has no fractions. What an agent is paid was computed with functions such as
 * `exp`, each good to about an ulp, so that equal amounts may differ in their last digits, and amounts that differ there may be
 * equal. Three answers keep both apart from what is certain.
 */

/** `equal`: no further apart than the last digits of what was compared; `different`: by far more; `close`: neither is sure. */
export type Comparison = 'equal' | 'different' | 'close';

/** The gap between 1 and the next double. */
const ulp = 2 ** -52;
/** Roundings allowed for in one term: what a reward of a few operations and functions collects. */
const perTerm = 8;
/** The relative distance of two terms that are the same as far as rounding goes. */
export const lastDigits: number = perTerm * ulp;
/** A term loses digits where it is itself a difference of larger numbers: up to half of them, or `rewardErrors.ts` says by how much it is off. */
export const certain = 1e-9;

/** What rounding alone may leave of a sum of `terms` doubles whose sizes add up to `size` (Higham 2002, equation 4.4). */
export function roundingOf(size: number, terms: number): number {
  return (terms + perTerm) * ulp * size;
}

/**
 * Is a sum 0? `size` adds up the sizes of its terms: there is no smallest number that counts, however small they are. `error` is what
 * the terms may have been off by before they were added, where that is known to be more than their last digits.
 */
export function compareToZero(sum: number, size: number, terms: number, error = 0): Comparison {
  if (!Number.isFinite(size) || !Number.isFinite(error)) return 'close';
  const off = Math.abs(sum);
  if (off <= roundingOf(size, terms) + error) return 'equal';
  return off > error + certain * size ? 'different' : 'close';
}

/** Are two doubles the same? `error` as in `compareToZero`. */
export function compareDoubles(a: number, b: number, error = 0): Comparison {
  if (a === b && error === 0) return 'equal';
  return compareToZero(a - b, Math.abs(a) + Math.abs(b), 2, error);
}

/**
 * Numbers the values so that only what differs by more than a relative `gap` gets different numbers. Neighbours are joined, whatever
 * they are rounded to, so that no two close values fall on two sides of a rounding edge.
 */
export function clusters(values: Iterable<number>, gap: number): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  let cluster = -1;
  let last = Number.NaN;
  for (const value of [...new Set(values)].sort((a, b) => a - b)) {
    if (!(value - last <= gap * Math.max(Math.abs(value), Math.abs(last)))) cluster++;
    found.set(value, cluster);
    last = value;
  }
  return found;
}
