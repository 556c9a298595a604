/**
 * Independent proximal policy optimisation: every agent learns a policy and a critic from what it sees itself and from its own rewards;
 * agents of a class may share the parameters of both.
 *
 *   rho_i    = pi_i(u_i | o_i) / pi_i,old(u_i | o_i)
 *   L_policy = -mean of min(rho_i A_i, clip(rho_i, 1 - e, 1 + e) A_i) - c H(pi_i(. | o_i))
 *   L_value  =  mean of max(l(V_i - G_i), l(clip(V_i, V_i,old - e, V_i,old + e) - G_i)),    V_i = V(o_i)
 *
 * A_i by generalised advantage estimation over a rollout, G_i = A_i + V_i,old, l half the square or Huber's loss. With
 * `normalize_values` L_value is in units of the returns' running mean m and deviation d: G_i there is (G_i - m) / d, V_i what the critic's
 * network says, and advantages are made with m + d V_i. The means go over the steps in which the agent acted. A time limit is not an end: the advantage goes on with the critic's value of what followed. With a
 * recurrent network o_i is the agent's history; gradients go back to the first step of the rollout, whose memory was kept.
 *
 * de Witt et al. (2020). Is independent learning all you need in the StarCraft multi-agent challenge? arXiv 2011.09533.
 * Schulman et al. (2017). Proximal policy optimization algorithms. arXiv 1707.06347.
 */
import type { GameBuffers } from '../games/vector.ts';
import { policyLearner } from './deep/policy-learner.ts';
import { type PolicySettings, policySettings } from './deep/policy-settings.ts';
import { proximal } from './deep/ppo.ts';
import type { DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export type IppoSettings = PolicySettings;

export const ippoSettings = policySettings;

// ------------------------------------------------------------------------------------------ the learner

/** Networks: deep/policy-networks.ts; loss: deep/ppo.ts; acting and updates: deep/policy-learner.ts. */
export function ippo(
  shape: Shape,
  settings: IppoSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  return policyLearner(shape, settings, buffers, seed, context, proximal(settings, 'observation'));
}
