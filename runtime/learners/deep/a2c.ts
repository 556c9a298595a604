/** Advantage actor-critic (Mnih et al. 2016) as descriptions for `policy-learner.ts`. */
import { entropy, halfSquare } from '../../tensor/compose.ts';
import type { Graph } from '../../tensor/graph.ts';
import type { A2cSettings } from './a2c-settings.ts';
import type { ActorCritic, GroupTensors, Losses, TargetRule } from './actor-critic.ts';
import { nStepReturns } from './n-step.ts';
import type { CriticReads } from './policy-networks.ts';

/**
 * With a critic of states. With w = 1 where the agent acted, per policy:
 *
 *   L_policy = -sum(w sg[G - V(x)] log pi(u | x)) / sum(w) - c sum(w H(pi)) / sum(w)
 *   L_value  =  sum(w (G - V(x))^2 / 2) / sum(w)                                         G: n-step returns, from V^- where there is one
 */
export function advantageActorCritic(settings: A2cSettings, reads: CriticReads): ActorCritic {
  return {
    critics: [{ path: 'critic', values: 'state' }],
    reads,
    ...targetOf(settings),
    epochs: 1,
    minibatches: 1,
    /** Returns of a group's rollout. */
    estimate: (experience, { returns }) => nStepReturns(experience, settings.gamma, settings.n_step, returns),
    loss: advantageLoss,
  };
}

/** The policy gradient with an advantage that no gradient passes, and the critic's error. */
export function advantageLoss(g: Graph, { policy, taken, target, critics: [values], mean }: GroupTensors): Losses {
  const error = g.sub(target, values!);
  return {
    policy: g.neg(mean(g.mul(taken, g.stopGradient(error)))),
    entropy: mean(entropy(g, policy)),
    critics: [mean(halfSquare(g, error))],
  };
}

/** Nothing where the critic is its own target. */
export function targetOf({ tau, target_every: every }: Pick<A2cSettings, 'tau' | 'target_every'>): {
  readonly target?: TargetRule;
} {
  return tau === 1 && every === 1 ? {} : { target: { tau, every } };
}
