/**
 * Counterfactual multi-agent policy gradients: a central critic says what a joint action is worth, and what it would be worth if one agent
 * had done something else; an agent learns from the difference that it made.
 *
 *   A_i      = Q(s, u) - sum over a of pi_i(a | o_i) Q(s, (u_-i, a))        credit = counterfactual
 *   A_i      = Q(s, u) - Q(s, (u_-i, c_i))                                  credit = difference
 *   L_policy = -mean of sg[A_i] log pi_i(u_i | o_i) - c H(pi_i(. | o_i))
 *   L_value  =  mean of (G - Q(s, u))^2 / 2,    G_t = r_t + gamma ((1 - lambda) Q^-(s_{t+1}, u_{t+1}) + lambda G_{t+1})
 *
 * The critic reads the state, what agent i sees and what the others do, never what i does: it gives Q of all of i's actions at once. The
 * policy in the baseline is the one that acts, now: (1 - eps) softmax + eps / (number of available actions). The first credit is the
 * aristocratic utility of Wolpert and Tumer with Q for the world's utility, the second their difference reward (wonderful life utility)
 * with a fixed default action c_i; it is an option here because both ask the same critic what would have been. Behind a time limit or the
 * end of a rollout, what the agents would do is drawn from their policies.
 *
 * Here critic and policies take one step per rollout, with all steps at once; the authors' critic takes one step per time step, backwards.
 *
 * Foerster, Farquhar, Afouras, Nardelli and Whiteson (2018). Counterfactual multi-agent policy gradients. AAAI.
 * Wolpert and Tumer (2002). Optimal payoff functions for members of collectives. Advances in Complex Systems 4.
 */
import type { GameBuffers } from '../games/vector.ts';
import { entropy, halfSquare } from '../tensor/compose.ts';
import type { Graph } from '../tensor/graph.ts';
import type { Node } from '../tensor/ir.ts';
import type { Clash, Schedule, SettingDoc, SettingValue } from '../train/spec.ts';
import { targetOf } from './deep/a2c.ts';
import {
  type A2cSettings,
  actionCriticNetwork,
  asBefore,
  bodySettings,
  constantly,
  gammaDoc,
  normalizeDoc,
  remembers,
  targetSettings,
} from './deep/a2c-settings.ts';
import type { ActorCritic, GroupTensors } from './deep/actor-critic.ts';
import { generalisedAdvantages } from './deep/gae.ts';
import { policyLearner } from './deep/policy-learner.ts';
import type { DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export interface ComaSettings extends Omit<A2cSettings, 'n_step'> {
  readonly credit: 'counterfactual' | 'difference';
  readonly default_action: number;
  readonly td_lambda: number;
  readonly explore: Schedule;
}

const pymarl = 'PyMARL (Samvelyan et al. 2019)';

export const comaSettings: readonly SettingDoc[] = [
  {
    name: 'credit',
    type: 'choice',
    choices: ['counterfactual', 'difference'],
    default: 'counterfactual',
    doc: 'What an action is compared with: what the policy would have done on average, or a default action.',
    source: 'Foerster et al. 2018; Wolpert and Tumer 2002',
  },
  {
    name: 'default_action',
    type: 'int',
    low: 0,
    high: 65_535,
    default: 0,
    doc: 'Number of the default action of `credit = difference`, counted from 0; where it is not available, or there are not so many, the first one that is.',
    source: 'Wolpert and Tumer 2002',
  },
  ...bodySettings.map(doc => (doc.name === 'critic_network' ? actionCriticNetwork : doc)),
  asBefore('rollout', { default: 16, source: 'this project' }),
  gammaDoc,
  {
    name: 'td_lambda',
    type: 'real',
    low: 0,
    high: 1,
    default: 0.8,
    doc: 'Weight of later rewards in the critic’s targets: 0 trusts the critic, 1 the rewards.',
    source: pymarl,
  },
  ...targetSettings.map(doc => ({ ...doc, default: doc.name === 'tau' ? 1 : 200, source: pymarl })),
  {
    name: 'explore',
    type: 'schedule',
    low: 0,
    high: 1,
    default: { from: 0.5, to: 0.01, over: 100_000, unit: 'steps' },
    doc: 'Share of every policy that is spread evenly over the available actions while learning; as it is at a rollout’s first step.',
    source: pymarl,
  },
  asBefore('entropy', { default: constantly(0), source: pymarl }),
  normalizeDoc,
];

export const comaClash = (settings: Readonly<Record<string, SettingValue>>): Clash | undefined =>
  remembers(settings, ['critic_network'], 'the critic of joint actions does not remember');

// ------------------------------------------------------------------------------------------ targets and loss

export function counterfactual(settings: ComaSettings): ActorCritic {
  return {
    critics: [{ path: 'critic', values: 'action' }],
    reads: 'state and observation',
    ...targetOf(settings),
    epochs: 1,
    minibatches: 1,
    explore: settings.explore,
    /** What the critic makes of what the agents do. */
    worth: (g, { output, actions }) => g.pick(output, actions),
    /** A + V of generalised advantage estimation is the return of TD(lambda), what the critic learns. */
    estimate: (experience, { advantages, returns }) =>
      generalisedAdvantages(experience, settings.gamma, settings.td_lambda, advantages, returns),
    /** The policy gradient with this learner's advantage, and the error of what the critics say. */
    loss(g, of) {
      const { policy, taken, actions, target, critics, mean } = of;
      const q = critics[0]!;
      const value = g.pick(q, actions);
      const advantage = g.stopGradient(g.sub(value, baseline(g, of, q, settings)));
      return {
        policy: g.neg(mean(g.mul(taken, advantage))),
        entropy: mean(entropy(g, policy)),
        critics: [mean(halfSquare(g, g.sub(target, value)))],
      };
    },
  };
}

/** What it would have been worth: q [.., agents, lanes, actions] -> [.., agents, lanes]. */
function baseline(
  g: Graph,
  { policy, available, group }: Pick<GroupTensors, 'policy' | 'available' | 'group'>,
  q: Node,
  { credit, default_action: index }: ComaSettings,
): Node {
  if (credit === 'counterfactual') return g.sum(g.mul(g.exp(policy), q), [-1]);
  // The largest entry, the first of equals: the default action where it is available.
  const wanted = Array.from({ length: group.actionCount }, (_, action) => (action === index ? 2 : 1));
  return g.pick(q, g.argmax(g.mul(available, g.constant(wanted, [group.actionCount]))));
}

// ------------------------------------------------------------------------------------------ the learner

/** Networks: deep/policy-networks.ts, deep/action-critic.ts; acting and updates: deep/policy-learner.ts. */
export function coma(
  shape: Shape,
  settings: ComaSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  return policyLearner(shape, settings, buffers, seed, context, counterfactual(settings));
}
