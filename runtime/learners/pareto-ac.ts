/**
 * Pareto actor-critic: every agent supposes that the others will do what is best for all. In games in which all agree what is best, it
 * learns its part of that, where others settle for what is safe.
 *
 *   G_i      = n rewards + gamma^n max over a_-i of Q_i^-(s_{t+n}, u_i, a_-i)
 *   A_i      = max over a_-i of Q_i(s, u_i, a_-i) - V_i(s)
 *   L_policy = -mean of sg[A_i] log pi_i(u_i | o_i) - c H(pi_i(. | o_i))
 *   L_value  =  mean of (G_i - Q_i(s, u))^2 / 2 + (G_i - V_i(s))^2 / 2
 *
 * Q_i reads the state and what the others do, and is asked about all their available joint actions. The entropy's weight falls from much to
 * little: at first the others' actions must all be seen with every own action, in the end everybody must commit itself. The returns of
 * V_i are the same; what makes the policies optimistic is that A_i is judged by the maximum. Only the policies are needed to play; played
 * greedily, because one slip of a sampled one may cost what a coordinated choice earns. Where several joint actions are best, nothing here says
 * which of them the others mean: agents meet by chance, and stay together where the entropy's weight ends at 0.
 *
 * Christianos, Papoudakis and Albrecht (2023). Pareto actor-critic for equilibrium selection in multi-agent reinforcement learning. TMLR.
 */
import type { GameBuffers } from '../games/vector.ts';
import { entropy, halfSquare } from '../tensor/compose.ts';
import { adam } from '../tensor/optimisers/spec.ts';
import type { Clash, SettingDoc, SettingValue } from '../train/spec.ts';
import { targetOf } from './deep/a2c.ts';
import { type A2cSettings, a2cSettings, actionCriticNetwork, remembers } from './deep/a2c-settings.ts';
import type { ActorCritic } from './deep/actor-critic.ts';
import { nStepReturns } from './deep/n-step.ts';
import { policyLearner } from './deep/policy-learner.ts';
import type { DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export type ParetoAcSettings = A2cSettings;

const epymarl = 'EPyMARL (Christianos et al. 2023)';

/** What is different from other actor-critics with a central critic. */
const own: Readonly<Record<string, Partial<SettingDoc>>> = {
  critic_network: actionCriticNetwork,
  sharing: { default: 'none', source: epymarl },
  optimizer: { default: { ...adam, lr: { from: 3e-4, to: 3e-4, over: 0, unit: 'steps' } }, source: epymarl },
  rollout: { default: 10, source: epymarl },
  n_step: { default: 10, source: epymarl },
  entropy: {
    default: { from: 20, to: 0.01, over: 400_000, unit: 'steps' },
    doc: 'Weight of the policy’s entropy, in nats, beside its advantage. It should reach its end after about four fifths of the budget: before, the policies are hardly more than uniform.',
    source: `${epymarl}, 80 % of 500 000 steps`,
  },
};

export const paretoAcSettings: readonly SettingDoc[] = a2cSettings(0.01).map(doc => ({ ...doc, ...own[doc.name] }));

export const paretoAcClash = (settings: Readonly<Record<string, SettingValue>>): Clash | undefined =>
  remembers(settings, ['critic_network'], 'the critic of joint actions does not remember');

// ------------------------------------------------------------------------------------------ returns and loss

function optimistic(settings: ParetoAcSettings): ActorCritic {
  return {
    critics: [
      { path: 'critic', values: 'action' },
      { path: 'value', values: 'state' },
    ],
    reads: 'state',
    ...targetOf(settings),
    epochs: 1,
    minibatches: 1,
    /** What the critic makes of what the agents do. */
    worth: (g, { best, actions }) => g.pick(best(), actions),
    /** Returns of a group's rollout. */
    estimate: (experience, { returns }) => nStepReturns(experience, settings.gamma, settings.n_step, returns),
    /** The policy gradient with this learner's advantage, and the error of what the critics say. */
    loss(g, { policy, taken, actions, target, critics: [q, v], best, mean }) {
      const advantage = g.stopGradient(g.sub(g.pick(best(), actions), v!));
      return {
        policy: g.neg(mean(g.mul(taken, advantage))),
        entropy: mean(entropy(g, policy)),
        critics: [mean(halfSquare(g, g.sub(target, g.pick(q!, actions)))), mean(halfSquare(g, g.sub(target, v!)))],
      };
    },
  };
}

// ------------------------------------------------------------------------------------------ the learner

/** Networks: deep/policy-networks.ts, deep/action-critic.ts; returns: deep/n-step.ts; acting and updates: deep/policy-learner.ts. */
export function paretoAc(
  shape: Shape,
  settings: ParetoAcSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  return policyLearner(shape, settings, buffers, seed, context, optimistic(settings));
}
