/** Between which numbers the rewards of a step lie. */
import { numberOf } from '../game/exactNumbers.ts';
import type { GameModel } from '../game/model.ts';
import { rewardBounds as rangesOf } from './algebra/index.ts';
import type { Listed } from './facts.ts';
import { rewardRange } from './rewards.ts';

/** Between which numbers an agent's discounted return lies, from every state that an episode starts in. */
export interface ReturnBounds {
  readonly agent: string;
  readonly low: number;
  readonly high: number;
}

/** What is certain of returns without listing anything: range analysis over as many steps as an episode can have. */
export function returnBounds(model: GameModel): readonly ReturnBounds[] {
  const discount = numberOf(model.discount);
  const most = model.oneShot ? 1 : (model.horizon ?? Number.POSITIVE_INFINITY);
  // 1 + discount + discount^2 + ..., over all steps.
  let weight = 0;
  if (Number.isFinite(most)) for (let t = 0, power = 1; t < most; t++, power *= discount) weight += power;
  else weight = discount < 1 ? 1 / (1 - discount) : Number.POSITIVE_INFINITY;
  // An episode has one step at least, and may end after it.
  return rewardBounds(model, { game: undefined, why: '' }).map(({ agent, low, high }) => ({
    agent,
    low: low < 0 ? low * weight : low,
    high: high > 0 ? high * weight : high,
  }));
}

export interface RewardBounds {
  readonly agent: string;
  /** -Infinity and Infinity where no bound is known. */
  readonly low: number;
  readonly high: number;
  /** Both are earned in some reachable step; else they are what the types and operations of the reward allow. */
  readonly exact: boolean;
}

/** Least and greatest reward of every agent in one step: over everything reachable, or else by range analysis, which may be wide but not wrong. */
export function rewardBounds(model: GameModel, listed: Listed): readonly RewardBounds[] {
  const { game } = listed;
  const ranges = game === undefined ? rangesOf(model) : [];
  // What is no finite number somewhere has no bounds, whatever its expression comes to in the arithmetic of reals.
  const odd = game === undefined && 'problem' in listed && listed.problem?.kind === 'reward';
  return model.agents.map(({ label }, i) => {
    if (odd) return { agent: label, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, exact: false };
    if (game !== undefined) return { agent: label, ...rewardRange(game, i), exact: true };
    const bounds = ranges[i] ?? { low: 0, high: 0 };
    return { agent: label, low: bounds.low, high: bounds.high, exact: false };
  });
}
