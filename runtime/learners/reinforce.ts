/**
 * Independent REINFORCE: every agent makes what it did the likelier, the more it earned from there to the end of the episode.
 *
 *   G_i      = r_t + gamma r_{t+1} + ...                                    to the end of the episode
 *   L_policy = -mean of sg[G_i - b_i(o_i)] log pi_i(u_i | o_i) - c H(pi_i(. | o_i))
 *   L_value  =  mean of (G_i - b_i(o_i))^2 / 2
 *
 * The baseline b_i is 0 or a value that the agent learns; it takes noise out of the gradient, never its direction. Nothing is estimated:
 * a step counts only when its episode has ended within the rollout, and a time limit ends the sum as an end does. The means go over the
 * steps in which the agent acted.
 *
 * Williams (1992). Simple statistical gradient-following algorithms for connectionist reinforcement learning. Machine Learning 8.
 */
import type { GameBuffers } from '../games/vector.ts';
import { entropy, halfSquare } from '../tensor/compose.ts';
import type { SettingDoc } from '../train/spec.ts';
import { asBefore, bodySettings, constantly, gammaDoc } from './deep/a2c-settings.ts';
import type { ActorCritic } from './deep/actor-critic.ts';
import { generalisedAdvantages } from './deep/gae.ts';
import { policyLearner } from './deep/policy-learner.ts';
import type { OnPolicySettings } from './deep/policy-settings.ts';
import type { DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export interface ReinforceSettings extends OnPolicySettings {
  readonly baseline: 'none' | 'value';
}

export const reinforceSettings: readonly SettingDoc[] = [
  {
    name: 'baseline',
    type: 'choice',
    choices: ['none', 'value'],
    default: 'value',
    doc: 'What is taken off a return: nothing, or a value that the agent learns of what it sees.',
    source: 'Williams 1992',
  },
  ...bodySettings,
  asBefore('rollout', {
    doc: 'Steps of every parallel game between two updates; at least as many as an episode may have, up to a thousand. Episodes that are not over by then are lost.',
  }),
  gammaDoc,
  asBefore('entropy', { default: constantly(0), source: 'Williams 1992' }),
  asBefore('normalize_values', {
    default: false,
    doc: 'Returns are shifted and scaled by their running mean and deviation.',
    source: 'Williams 1992',
  }),
];

// ------------------------------------------------------------------------------------------ returns and loss

function reinforced({ gamma, baseline }: ReinforceSettings): ActorCritic {
  return {
    critics: baseline === 'value' ? [{ path: 'critic', values: 'state' }] : [],
    reads: 'observation',
    epochs: 1,
    minibatches: 1,
    wholeEpisodes: true,
    /** Returns of a group's rollout. */
    estimate(experience, { advantages, returns }) {
      // Returns with lambda = 1 where nothing is worth anything: the rewards alone.
      const nothing = new Float64Array(returns.length);
      generalisedAdvantages({ ...experience, values: nothing, next: nothing }, gamma, 1, advantages, returns);
    },
    /** The policy gradient with this learner's advantage, and the error of what the critics say. */
    loss(g, { policy, taken, target, critics: [value], mean }) {
      const advantage = baseline === 'none' ? target : g.sub(target, value!);
      return {
        policy: g.neg(mean(g.mul(taken, g.stopGradient(advantage)))),
        entropy: mean(entropy(g, policy)),
        critics: baseline === 'none' ? [] : [mean(halfSquare(g, advantage))],
      };
    },
  };
}

// ------------------------------------------------------------------------------------------ the learner

/** Networks: deep/policy-networks.ts; acting and updates: deep/policy-learner.ts. */
export function reinforce(
  shape: Shape,
  settings: ReinforceSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  return policyLearner(shape, settings, buffers, seed, context, reinforced(settings));
}
