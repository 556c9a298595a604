/**
 * Advantage actor-critic with a central critic: policies of what every agent sees itself, learned with a critic that reads the whole state.
 * Only the policies are needed to play.
 *
 *   critic = state:         G_i = n rewards + gamma^n V^-(s_{t+n}, i)             A_i = G_i - V(s, i)
 *   critic = joint_action:  G_i = n rewards + gamma^n Q^-(s_{t+n}, u_{t+n}, i)    A_i = Q(s, u, i)
 *
 *   L_policy = -mean of sg[A_i] log pi_i(u_i | o_i) - c H(pi_i(. | o_i))
 *   L_value  =  mean of (G_i - V(s, i))^2 / 2, or of (G_i - Q(s, u, i))^2 / 2
 *
 * The critic of joint actions is told what the others do and values every action of agent i; nothing is taken off its value (counterfactual
 * multi-agent policy gradients do that), but with `normalize_values` values are near 0 on average. Behind a time limit or the end of a
 * rollout, what the agents would do is drawn from their policies. In a game without state the critic knows the agent's number alone.
 *
 * Papoudakis et al. (2021). Benchmarking multi-agent deep reinforcement learning algorithms in cooperative tasks. NeurIPS datasets and benchmarks.
 * Albrecht, Christianos and Schaefer (2024). Multi-agent reinforcement learning, chapter 9.4. MIT Press.
 */
import type { GameBuffers } from '../games/vector.ts';
import { entropy, halfSquare } from '../tensor/compose.ts';
import type { Clash, SettingDoc, SettingValue } from '../train/spec.ts';
import { advantageActorCritic } from './deep/a2c.ts';
import { type A2cSettings, a2cSettings, remembers } from './deep/a2c-settings.ts';
import type { ActorCritic } from './deep/actor-critic.ts';
import { policyLearner } from './deep/policy-learner.ts';
import type { CriticReads } from './deep/policy-networks.ts';
import { attendsInstead, criticState } from './deep/policy-settings.ts';
import type { DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export interface Maa2cSettings extends A2cSettings {
  readonly critic: 'state' | 'joint_action';
  readonly critic_observation: boolean;
  readonly critic_state: boolean;
}

export const maa2cSettings: readonly SettingDoc[] = [
  {
    name: 'critic',
    type: 'choice',
    choices: ['state', 'joint_action'],
    default: 'state',
    doc: 'What the critic values: the state, or what all agents do in it.',
    source: 'EPyMARL (Papoudakis et al. 2021); Albrecht, Christianos and Schaefer 2024',
  },
  {
    name: 'critic_observation',
    type: 'bool',
    default: false,
    doc: 'The critic reads what its agent sees besides the whole state.',
    source: 'as for MAPPO, code of Yu et al. 2022',
  },
  criticState,
  ...a2cSettings(0.01),
];

const stateOfActions: Clash = {
  name: 'critic_state',
  expected: '`true` where `critic = joint_action`, whose critic reads the state',
  found: '`false`',
  remedy: 'Leave it out, or set `critic = state`.',
};

export const maa2cClash = (settings: Readonly<Record<string, SettingValue>>): Clash | undefined =>
  settings.critic === 'joint_action'
    ? (remembers(settings, ['critic_network'], 'the critic of joint actions does not remember') ??
      (settings.critic_state === false ? stateOfActions : undefined))
    : attendsInstead(settings);

// ------------------------------------------------------------------------------------------ loss of the critic of joint actions

function jointAction(settings: Maa2cSettings, reads: CriticReads): ActorCritic {
  return {
    ...advantageActorCritic(settings, reads),
    critics: [{ path: 'critic', values: 'action' }],
    /** What the critic makes of what the agents do. */
    worth: (g, { output, actions }) => g.pick(output, actions),
    /** The policy gradient with this learner's advantage, and the error of what the critics say. */
    loss(g, { policy, taken, actions, target, critics: [values], mean }) {
      const value = g.pick(values!, actions);
      return {
        policy: g.neg(mean(g.mul(taken, g.stopGradient(value)))),
        entropy: mean(entropy(g, policy)),
        critics: [mean(halfSquare(g, g.sub(target, value)))],
      };
    },
  };
}

// ------------------------------------------------------------------------------------------ the learner

/** Networks: deep/policy-networks.ts, deep/action-critic.ts; returns: deep/a2c.ts; acting and updates: deep/policy-learner.ts. */
export function maa2c(
  shape: Shape,
  settings: Maa2cSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  const central = settings.critic_observation ? 'state and observation' : 'state';
  const reads = settings.critic_state ? central : 'observation';
  const method = settings.critic === 'state' ? advantageActorCritic(settings, reads) : jointAction(settings, reads);
  return policyLearner(shape, settings, buffers, seed, context, method);
}
