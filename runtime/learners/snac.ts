/**
 * Shared network actor-critic: one policy and one critic for all agents, learned from what all of them went through.
 *
 *   L_policy = -mean of sg[G_k - V(o_k)] log pi(u_k | o_k) - c H(pi(. | o_k))          over the steps of all agents k
 *   L_value  =  mean of (G_k - V(o_k))^2 / 2
 *
 * The experience is pooled without weights: it is the network's own. Agents that see the same do the same, unless `agent_ids` tells them
 * their number. G_k and the handling of ends, time limits and waiting agents are those of independent actor-critics.
 *
 * Christianos, Schaefer and Albrecht (2020). Shared experience actor-critic for multi-agent reinforcement learning. NeurIPS.
 */
import type { GameBuffers } from '../games/vector.ts';
import type { SettingDoc } from '../train/spec.ts';
import { advantageActorCritic } from './deep/a2c.ts';
import { type A2cSettings, a2cSettings, sharedExperience } from './deep/a2c-settings.ts';
import { policyLearner } from './deep/policy-learner.ts';
import type { DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export type SnacSettings = A2cSettings;

const own: typeof sharedExperience = {
  ...sharedExperience,
  sharing: {
    choices: ['all'],
    roles: false,
    default: 'all',
    doc: 'One set of parameters for everybody.',
    source: 'Christianos et al. 2020',
  },
  agent_ids: {
    default: false,
    doc: 'The network is told the number of its agent, one-hot.',
    source: 'Christianos et al. 2020',
  },
  normalize_values: { default: false, source: 'Christianos et al. 2020' },
};

export const snacSettings: readonly SettingDoc[] = a2cSettings(0.01).map(doc => ({ ...doc, ...own[doc.name] }));

// ------------------------------------------------------------------------------------------ the learner

/** Networks: deep/policy-networks.ts; returns and loss: deep/a2c.ts; acting and updates: deep/policy-learner.ts. */
export function snac(
  shape: Shape,
  settings: SnacSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  return policyLearner(shape, settings, buffers, seed, context, advantageActorCritic(settings, 'observation'));
}
