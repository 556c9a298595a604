/** What the rewards of one step lie between, by the cases of their conditions. */
import type { Bounds, GameModel } from '../../game/model.ts';
import { rangeOf } from './decide.ts';
import { atDepth } from './sumsOfRewards.ts';

/** Agents whose rewards are looked at one by one; in a larger game those of a family share one range. */
const fewAgents = 16;

/**
 * A range per agent that holds its reward in every step, never wider than `bounds` of the reward itself. Every reading gives a
 * range that holds, so they are intersected.
 */
export function rewardBounds(model: GameModel): readonly Bounds[] {
  const known: Bounds[] = model.rewards.map(reward => reward.bounds);
  const narrow = (agent: number, { low, high }: Bounds): void => {
    const old = known[agent] as Bounds;
    known[agent] = { low: Math.max(old.low, low), high: Math.min(old.high, high) };
  };
  atDepth(model, rewards => {
    const { session } = rewards;
    if (model.agents.length <= fewAgents)
      for (let agent = 0; agent < model.agents.length; agent++) narrow(agent, rangeOf(session, rewards.of(agent)));
    else
      for (const { agent, count, reward } of rewards.members()) {
        const range = rangeOf(session, reward);
        for (let k = 0; k < count; k++) narrow(agent + k, range);
      }
    return undefined;
  });
  return known;
}
