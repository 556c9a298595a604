/**
 * Multi-agent proximal policy optimisation: policies of what every agent sees itself, learned with a critic that reads the whole state.
 * Only the policies are needed to play.
 *
 *   rho_i    = pi_i(u_i | o_i) / pi_i,old(u_i | o_i)
 *   L_policy = -mean of min(rho_i A_i, clip(rho_i, 1 - e, 1 + e) A_i) - c H(pi_i(. | o_i))
 *   L_value  =  mean of max(l(V_i - G_i), l(clip(V_i, V_i,old - e, V_i,old + e) - G_i)),    V_i = V(s, i)
 *
 * The same as independent proximal policy optimisation but for V: of the state and the agent's number, with `critic_observation` also of
 * what the agent sees; with `critic_state = false` of what all agents see, by attention among them (Iqbal and Sha 2019). In a game without state (one step only) V is a number per agent. A_i, G_i, l, the units of values
 * and the handling of ends, time limits, waiting agents and memory are as there.
 *
 * Yu et al. (2022). The surprising effectiveness of PPO in cooperative multi-agent games. NeurIPS datasets and benchmarks.
 */
import type { GameBuffers } from '../games/vector.ts';
import type { SettingDoc } from '../train/spec.ts';
import { policyLearner } from './deep/policy-learner.ts';
import { criticState, type PolicySettings, policySettings } from './deep/policy-settings.ts';
import { proximal } from './deep/ppo.ts';
import type { DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export interface MappoSettings extends PolicySettings {
  readonly critic_observation: boolean;
  readonly critic_state: boolean;
}

export const mappoSettings: readonly SettingDoc[] = [
  ...policySettings,
  {
    name: 'critic_observation',
    type: 'bool',
    default: false,
    doc: 'The critic reads what its agent sees besides the whole state.',
    source: 'an option in the code of Yu et al. 2022',
  },
  criticState,
];

// ------------------------------------------------------------------------------------------ the learner

/** Networks: deep/policy-networks.ts; loss: deep/ppo.ts; acting and updates: deep/policy-learner.ts. */
export function mappo(
  shape: Shape,
  settings: MappoSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  const central = settings.critic_observation ? 'state and observation' : 'state';
  const reads = settings.critic_state ? central : 'observation';
  return policyLearner(shape, settings, buffers, seed, context, proximal(settings, reads));
}
