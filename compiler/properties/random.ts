/** Choices of the random plays: not always uniform, so that corners are met too. */
import type { Stream } from '../../runtime/rng/stream.ts';
import type { Evaluator } from '../game/evaluate.ts';
import { spaceOf } from '../game/evaluateMemory.ts';
import type { ActionSpace } from '../game/model.ts';

/**
 * How the agents of an episode choose, by turns: uniformly; all alike; each the same again and again; one differently from all others.
 */
export const manners = ['uniform', 'alike', 'constant', 'one apart'] as const;
export type Manner = (typeof manners)[number];

export function mannerOf(episode: number): Manner {
  return manners[episode % manners.length] as Manner;
}

/** One of `count` options for an agent. `shared` is drawn once per step, `kept` once per episode. */
export function pick(
  stream: Stream,
  manner: Manner,
  count: number,
  agent: number,
  shared: number,
  kept: number,
): number {
  switch (manner) {
    case 'uniform':
      return stream.below(count);
    case 'alike':
      return shared % count;
    case 'constant':
      return (kept + agent * 7) % count;
    case 'one apart':
      return agent === 0 ? stream.below(count) : kept % count;
  }
}

/** A real action component: an end, the middle, or anywhere between. */
export function pickReal(stream: Stream, low: number, high: number): number {
  const [from, to] = [Number.isFinite(low) ? low : -1e3, Number.isFinite(high) ? high : 1e3];
  switch (stream.below(4)) {
    case 0:
      return from;
    case 1:
      return to;
    case 2:
      return from + (to - from) / 2;
    default:
      return from + (to - from) * stream.unit();
  }
}

export function realsOf(space: ActionSpace, stream: Stream): number[] {
  const reals = new Array<number>(space.realSize).fill(0);
  for (const part of space.parts)
    if (part.kind === 'real')
      for (let k = 0; k < part.size; k++) reals[part.offset + k] = pickReal(stream, part.bounds.low, part.bounds.high);
  return reals;
}

/** Writes a random joint action into the memory of an evaluator; false if an agent that acts has none. */
export function chooseRandomly(evaluator: Evaluator, stream: Stream, episode: number): boolean {
  const { memory, model } = evaluator;
  const manner = mannerOf(episode);
  const [shared, kept] = [stream.below(1 << 20), Math.imul(episode + 1, 0x9e3779b1) >>> 12];
  const legal: number[] = [];
  for (let agent = 0; agent < model.agents.length; agent++) {
    legal.length = 0;
    evaluator.legalActions(agent, legal);
    if (legal.length === 0 && evaluator.acts(agent)) return false;
    memory.actions[agent] =
      legal.length === 0 ? -1 : (legal[pick(stream, manner, legal.length, agent, shared, kept)] as number);
    const space = spaceOf(model, (model.agents[agent] as { cls: number }).cls);
    if (space.realSize > 0) memory.realActions.set(realsOf(space, stream), memory.realStart[agent] as number);
  }
  return true;
}
