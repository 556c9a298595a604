/**
 * Independent advantage actor-critic: every agent learns a policy and a critic from what it sees itself and from its own rewards; agents of
 * a class may share the parameters of both.
 *
 *   G_i      = r_t + gamma r_{t+1} + ... (n rewards) + gamma^n V_i^-(o_{t+n})
 *   L_policy = -mean of sg[G_i - V_i(o_i)] log pi_i(u_i | o_i) - c H(pi_i(. | o_i))
 *   L_value  =  mean of (G_i - V_i(o_i))^2 / 2
 *
 * The sum stops early at the end of an episode: with nothing behind it where the problem ended, with V_i^- of what followed where a time
 * limit or the rollout cut it. V^- is a target critic (`tau`), or the critic itself. One update per rollout; the means go over the steps in
 * which the agent acted. With a recurrent network o_i is the agent's history.
 *
 * Mnih et al. (2016). Asynchronous methods for deep reinforcement learning. ICML.
 * Papoudakis et al. (2021). Benchmarking multi-agent deep reinforcement learning algorithms in cooperative tasks. NeurIPS datasets and benchmarks.
 */
import type { GameBuffers } from '../games/vector.ts';
import { advantageActorCritic } from './deep/a2c.ts';
import { type A2cSettings, a2cSettings } from './deep/a2c-settings.ts';
import { policyLearner } from './deep/policy-learner.ts';
import type { DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export type Ia2cSettings = A2cSettings;

export const ia2cSettings = a2cSettings(0.001);

// ------------------------------------------------------------------------------------------ the learner

/** Networks: deep/policy-networks.ts; returns and loss: deep/a2c.ts; acting and updates: deep/policy-learner.ts. */
export function ia2c(
  shape: Shape,
  settings: Ia2cSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  return policyLearner(shape, settings, buffers, seed, context, advantageActorCritic(settings, 'observation'));
}
