/** Which methods go over all states again and again, so that `for n iterations` can cut them short. */
import type { Concept } from './answer.ts';
import { isDynamics } from './normal/methods.ts';
import { isRegretMethod } from './regret-methods.ts';
import { methodsOf } from './table.ts';

const iterating: ReadonlySet<string> = new Set([
  'value_iteration',
  'shapley_iteration',
  'hoffman_karp',
  'jesp',
  'cross_entropy',
]);

/** Does this method, as answers name it, iterate? */
export function isIterating(method: string): boolean {
  return iterating.has(method) || isRegretMethod(method) || isDynamics(method);
}

/** Can this concept, by this method or by any, come down to a method that iterates? `nash` calls minimax, which has one that does. */
export function mayIterate(concept: Concept, method: string | undefined): boolean {
  if (concept === 'nash') return method === undefined || method === 'minimax' || isIterating(method);
  if (concept === 'mean_field') return true;
  // The usual way to plan for a team is one search.
  if (concept === 'decentralised') return method !== undefined && isIterating(method);
  return method === undefined ? methodsOf(concept).some(isIterating) : isIterating(method);
}
