/** Choosing from what a network says of one agent's actions, which stand with what is available from `start` on in longer arrays. */
import { drawCount, pickLegal } from '../shared/explore.ts';

/** The action that a 32-bit draw stands for: actions own intervals as long as their probabilities. */
export function drawn(
  probabilities: ArrayLike<number>,
  available: ArrayLike<number>,
  start: number,
  count: number,
  draw: number,
): number {
  let rest = draw / drawCount;
  let last = 0;
  for (let action = 0; action < count; action++) {
    if (available[start + action] === 0 || probabilities[start + action] === 0) continue;
    last = action;
    rest -= probabilities[start + action]!;
    if (rest < 0) break;
  }
  return last;
}

/** The available action with the largest number, lowest index among equals. */
export function best(values: ArrayLike<number>, available: ArrayLike<number>, start: number, count: number): number {
  let found = -1;
  for (let action = 0; action < count; action++)
    if (available[start + action] !== 0 && (found < 0 || values[start + action]! > values[start + found]!))
      found = action;
  return found;
}

/** The best available action, or for a 32-bit draw below `split` (`exploreBelow` of epsilon) any, all equally likely. */
export function epsilonGreedy(
  values: ArrayLike<number>,
  available: ArrayLike<number>,
  start: number,
  count: number,
  split: number,
  draw: number,
): number {
  if (draw >= split) return best(values, available, start, count);
  let legal = 0;
  for (let action = 0; action < count; action++) if (available[start + action] !== 0) legal++;
  let nth = pickLegal(draw, split, legal);
  for (let action = 0; action < count; action++) if (available[start + action] !== 0 && nth-- === 0) return action;
  return -1;
}
