/** Proximal policy optimisation (Schulman et al. 2017) as a description for `policy-learner.ts`. */
import { entropy, halfSquare, huber } from '../../tensor/compose.ts';
import type { Node } from '../../tensor/ir.ts';
import type { ActorCritic } from './actor-critic.ts';
import { generalisedAdvantages, normaliseAdvantages } from './gae.ts';
import type { CriticReads } from './policy-networks.ts';
import type { PolicySettings } from './policy-settings.ts';

/**
 * With w = 1 where the agent acted, per policy (a group's, or every agent's own without sharing):
 *
 *   rho = pi(u | x) / pi_old(u | x)
 *   L_policy = -sum(w min(rho A, clip(rho, 1 - e, 1 + e) A)) / sum(w) - c sum(w H(pi)) / sum(w)
 *   L_value  =  sum(w max(l(V - G), l(V_old + clip(V - V_old, -e, e) - G))) / sum(w)     (first term only without `value_clip`)
 */
export function proximal(settings: PolicySettings, reads: CriticReads): ActorCritic {
  const { clip_ratio: e } = settings;
  return {
    critics: [{ path: 'critic', values: 'state' }],
    reads,
    epochs: settings.epochs,
    minibatches: settings.minibatches,
    ...(settings.value_clip ? { clipsValues: true } : {}),
    told: true,
    /** Advantages and returns of a group's rollout; `policies` are the ranges of agents with parameters of their own. */
    estimate(experience, { advantages, returns }, policies) {
      generalisedAdvantages(experience, settings.gamma, settings.gae_lambda, advantages, returns);
      if (!settings.normalize_advantages) return;
      for (const [first, end] of policies) normaliseAdvantages(experience, advantages, first, end);
    },
    /** The clipped surrogate and the critic's clipped error. */
    loss(g, { policy, taken, probability, advantage, target, before, critics: [values], mean }) {
      // Actor: min(rho A, clip(rho, 1 - e, 1 + e) A)
      const logRatio = g.sub(taken, g.log(probability));
      const ratio = g.exp(logRatio);
      const surrogate = g.minimum(g.mul(ratio, advantage), g.mul(g.clip(ratio, 1 - e, 1 + e), advantage));
      const far = g.greater(g.abs(g.sub(ratio, 1)), e);
      // Schulman 2020, "Approximating KL divergence": (rho - 1) - log(rho), unbiased and never negative.
      const kl = g.sub(g.sub(ratio, 1), logRatio);

      // Critic: how far its value, and that clipped around its value before, are from the return
      const l = (error: Node): Node =>
        settings.value_loss === 'huber' ? huber(g, error, settings.huber_delta) : halfSquare(g, error);
      const v = values!;
      const near = settings.value_clip ? g.add(before!, g.clip(g.sub(v, before!), -e, e)) : v;
      const error = settings.value_clip ? g.maximum(l(g.sub(v, target)), l(g.sub(near, target))) : l(g.sub(v, target));
      return {
        policy: g.neg(mean(surrogate)),
        entropy: mean(entropy(g, policy)),
        critics: [mean(error)],
        told: { clipFraction: mean(far), approximateKL: mean(kl) },
      };
    },
  };
}
