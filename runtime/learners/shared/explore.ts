/**
 * Choosing among values. One 32-bit draw decides both whether to explore and what to take: the draws below
 * `epsilon * 2^32` explore, and the place of a draw in that interval is the random action; the place of the other draws in
 * theirs breaks ties.
 */

/** Number of 32-bit draws. */
export const drawCount = 4294967296;

/** The draws below this explore: `epsilon * 2^32`, rounded to an even number. */
export function exploreBelow(epsilon: number): number {
  return Math.round(epsilon * 2147483648) * 2;
}

/** Which of `legal` actions an exploring draw (below `split`) stands for. */
export function pickLegal(draw: number, split: number, legal: number): number {
  const k = Math.trunc(draw * (legal / split));
  return k < legal ? k : legal - 1;
}

/**
 * Which of `ties` best actions any other draw stands for. The place is counted behind the `legal` actions and two more, as
 * `one-shot.ts` lays them out, so that both round alike.
 */
export function pickBest(draw: number, split: number, legal: number, ties: number): number {
  const scale = ties / (drawCount - split);
  const k = Math.trunc(draw * scale + (legal + 2 - split * scale)) - legal - 2;
  return k < 0 ? 0 : k < ties ? k : ties - 1;
}

/** Epsilon-greedy over the legal actions, with ties broken at random; -1 if no action is legal. */
export function epsilonGreedy(
  values: Float64Array,
  start: number,
  masks: Uint8Array,
  maskStart: number,
  count: number,
  epsilon: number,
  draw: number,
): number {
  const split = exploreBelow(epsilon);
  let legal = 0;
  let best = -1;
  let ties = 0;
  for (let a = 0; a < count; a++) {
    if (masks[maskStart + a] === 0) continue;
    legal++;
    if (best < 0 || values[start + a]! > values[start + best]!) {
      best = a;
      ties = 1;
    } else if (values[start + a] === values[start + best]) ties++;
  }
  if (legal === 0) return -1;
  if (draw < split) return nthLegal(masks, maskStart, count, pickLegal(draw, split, legal));
  if (ties === 1) return best;
  let k = pickBest(draw, split, legal, ties);
  const top = values[start + best]!;
  for (let a = best; a < count; a++) {
    if (masks[maskStart + a] === 0 || values[start + a] !== top) continue;
    best = a;
    if (k-- === 0) break;
  }
  return best;
}

/** The legal action of the largest value, the lowest index among equals; -1 if none is legal. */
export function bestLegal(
  values: Float64Array,
  start: number,
  masks: Uint8Array,
  maskStart: number,
  count: number,
): number {
  let best = -1;
  for (let a = 0; a < count; a++) {
    if (masks[maskStart + a] !== 0 && (best < 0 || values[start + a]! > values[start + best]!)) best = a;
  }
  return best;
}

/** The k-th legal action, counted from 0; there are more than k. */
export function nthLegal(masks: Uint8Array, maskStart: number, count: number, k: number): number {
  let nth = -1;
  for (let a = 0; a < count; a++) {
    if (masks[maskStart + a] === 0) continue;
    nth = a;
    if (k-- === 0) break;
  }
  return nth;
}

/**
 * The legal action that one draw picks from probabilities at `start` of `policy`, or uniformly for draws below `split`; -1 where nothing is
 * legal. A negative `start` stands for an observation never seen: all legal actions alike.
 */
export function drawLegal(
  policy: Float64Array,
  start: number,
  masks: Uint8Array,
  maskStart: number,
  count: number,
  split: number,
  draw: number,
): number {
  const uniform = draw < split || start < 0;
  let legal = 0;
  let total = 0;
  for (let a = 0; a < count; a++) {
    if (masks[maskStart + a] === 0) continue;
    legal++;
    total += uniform ? 1 : policy[start + a]!;
  }
  if (legal === 0) return -1;
  let rest = draw < split ? pickLegal(draw, split, legal) : ((draw - split) / (drawCount - split)) * total;
  let last = 0;
  for (let a = 0; a < count; a++) {
    const weight = masks[maskStart + a] === 0 ? 0 : uniform ? 1 : policy[start + a]!;
    if (weight === 0) continue;
    last = a;
    if (rest < weight) return a;
    rest -= weight;
  }
  return last;
}
