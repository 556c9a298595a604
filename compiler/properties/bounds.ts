/** Between which numbers the rewards of a step lie. */
import type { GameModel } from '../game/model.ts';
import { rewardBounds as rangesOf } from './algebra/index.ts';
import type { Listed } from './facts.ts';
import { rewardRange } from './rewards.ts';

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
  return model.agents.map(({ label }, i) => {
    if (game !== undefined) return { agent: label, ...rewardRange(game, i), exact: true };
    const bounds = ranges[i] ?? { low: 0, high: 0 };
    return { agent: label, low: bounds.low, high: bounds.high, exact: false };
  });
}
