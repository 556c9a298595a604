/** n-step returns over a rollout that holds ends of episodes, time limits and steps without a decision. */
import { running, terminated } from '../../games/vector.ts';
import type { Experience } from './gae.ts';

/**
 * n-step returns (Mnih et al. 2016) over the decisions of every agent:
 *
 *   G_k = R_k + gamma^m_k R_{k+1} + ... (n terms) + gamma^(m_k + ... + m_{k+n-1}) V_{k+n}
 *
 * where R_k is what the agent earned, discounted, in the m_k steps from decision k to the next one; m = 1 where everybody always acts. Past
 * the last decision of an episode or of the rollout there are no more terms: the sum stops, with 0 where the problem ended and with `next`
 * where a time limit or the rollout cut it.
 *
 * Writes `returns`; 0 where the agent did not act.
 */
export function nStepReturns(experience: Experience, gamma: number, n: number, returns: Float64Array): void {
  const { steps, agents, games, rewards, values, next, active, ended } = experience;
  // Of the decisions after the present step, in the same stretch of an episode, the nearest last: what is earned until the one after
  // them, its discount, the value at the decision.
  const earned: number[] = [];
  const discount: number[] = [];
  const worth: number[] = [];
  for (let a = 0; a < agents; a++) {
    for (let e = 0; e < games; e++) {
      /** What follows the last decision of the stretch, and rewards and discount since the nearest decision. */
      let end = 0;
      let waited = 0;
      let passed = 1;
      for (let t = steps - 1; t >= 0; t--) {
        const k = (t * agents + a) * games + e;
        const how = ended[t * games + e]!;
        if (how !== running || t === steps - 1) {
          end = how === terminated ? 0 : next[k]!;
          waited = 0;
          passed = 1;
          earned.length = 0;
          discount.length = 0;
          worth.length = 0;
        }
        waited = rewards[k]! + gamma * waited;
        passed *= gamma;
        if (active[k] === 0) {
          returns[k] = 0;
          continue;
        }
        earned.push(waited);
        discount.push(passed);
        worth.push(values[k]!);
        waited = 0;
        passed = 1;
        const last = earned.length - n;
        let sum = last > 0 ? worth[last - 1]! : end;
        for (let j = Math.max(0, last); j < earned.length; j++) sum = earned[j]! + discount[j]! * sum;
        returns[k] = sum;
      }
    }
  }
}
