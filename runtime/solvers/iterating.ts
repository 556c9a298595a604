/** Which methods go over all states again and again, so that `for n iterations` can cut them short. */
import type { Concept } from './answer.ts';
import { methodsOf } from './table.ts';

const iterating: ReadonlySet<string> = new Set(['value_iteration', 'shapley_iteration']);

/** Does this method, as answers name it, iterate? */
export function isIterating(method: string): boolean {
  return iterating.has(method);
}

/** Can this concept, by this method or by any, come down to a method that iterates? `nash` calls minimax, which has one that does. */
export function mayIterate(concept: Concept, method: string | undefined): boolean {
  if (concept === 'nash') return method === undefined || method === 'minimax';
  return method === undefined ? methodsOf(concept).some(isIterating) : isIterating(method);
}
