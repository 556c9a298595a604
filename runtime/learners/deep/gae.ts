/** Generalised advantage estimation over a rollout that holds ends of episodes, time limits and steps without a decision. */
import { running, terminated } from '../../games/vector.ts';

/** Tensors of a rollout, [steps, agents, games], except `ended` [steps, games]. */
export interface Experience {
  readonly steps: number;
  readonly agents: number;
  readonly games: number;
  readonly rewards: ArrayLike<number>;
  /** V of what the agent saw before each step. */
  readonly values: ArrayLike<number>;
  /** V of what followed; read where a time limit cut the episode and after the last step. */
  readonly next: ArrayLike<number>;
  /** 1 where the agent decided something, 0 where it waited or was gone. */
  readonly active: ArrayLike<number>;
  readonly ended: ArrayLike<number>;
}

/**
 * GAE(lambda) (Schulman et al. 2016) over the decisions of every agent:
 *
 *   A_k = delta_k + gamma^m lambda A_{k+1},   delta_k = R_k + gamma^m V_{k+1} - V_k,
 *
 * where R_k is what the agent earned, discounted, in the m steps from decision k to the next one. In games where everybody always acts
 * m = 1, the textbook's formula. Waiting is no decision: its rewards belong to the decision before, and no value is asked for. Where the
 * problem ends V_{k+1} and A_{k+1} are 0; where a time limit or the rollout cuts it V_{k+1} is `next` and A_{k+1} is 0.
 *
 * Writes `advantages` and `returns` (A + V); both are 0 where the agent did not act.
 */
export function generalisedAdvantages(
  experience: Experience,
  gamma: number,
  lambda: number,
  advantages: Float64Array,
  returns: Float64Array,
): void {
  const { steps, agents, games, rewards, values, next, active, ended } = experience;
  for (let a = 0; a < agents; a++) {
    for (let e = 0; e < games; e++) {
      let value = 0;
      let advantage = 0;
      for (let t = steps - 1; t >= 0; t--) {
        const k = (t * agents + a) * games + e;
        const how = ended[t * games + e]!;
        if (how !== running || t === steps - 1) {
          value = how === terminated ? 0 : next[k]!;
          advantage = 0;
        }
        const total = rewards[k]! + gamma * value;
        if (active[k] === 0) {
          value = total;
          advantage *= gamma;
          advantages[k] = 0;
          returns[k] = 0;
          continue;
        }
        value = values[k]!;
        advantage = total - value + gamma * lambda * advantage;
        advantages[k] = advantage;
        returns[k] = advantage + value;
      }
    }
  }
}

/**
 * Mean 0 and standard deviation 1 over the entries where `active` is 1, of one range of agents; the others stay 0. As in the code of Yu
 * et al. 2022: population deviation, plus 1e-5.
 */
export function normaliseAdvantages(
  { steps, agents, games, active }: Pick<Experience, 'steps' | 'agents' | 'games' | 'active'>,
  advantages: Float64Array,
  firstAgent: number,
  endAgent: number,
): void {
  const over = (visit: (k: number) => void): void => {
    for (let t = 0; t < steps; t++)
      for (let k = (t * agents + firstAgent) * games; k < (t * agents + endAgent) * games; k++)
        if (active[k] !== 0) visit(k);
  };
  let count = 0;
  let sum = 0;
  over(k => {
    count++;
    sum += advantages[k]!;
  });
  if (count === 0) return;
  const mean = sum / count;
  let squares = 0;
  over(k => {
    squares += (advantages[k]! - mean) * (advantages[k]! - mean);
  });
  const scale = 1 / (Math.sqrt(squares / count) + 1e-5);
  over(k => {
    advantages[k] = (advantages[k]! - mean) * scale;
  });
}
