/**
 * MADDPG: every agent acts on what it sees itself, and learns with a critic of its own that reads what all agents saw and did. To the
 * critic the others are no moving part of the environment; and since every critic learns its own agent's rewards, the agents may be a
 * team, opponents, or neither.
 *
 *   y_i = r_i + gamma (1 - term) Q_i^-(x', a'_1 .. a'_n)            a'_j = mu_j^-(o'_j): the target policies
 *   L(Q_i)  = mean of (Q_i(x, a_1 .. a_n) - y_i)^2                  joint actions from the replay
 *   L(mu_i) = mean of -Q_i(x, a_1 .. mu_i(o_i) .. a_n) + c |outputs of mu_i|^2
 *
 * Only the agent's own action is the policy's; what the others did comes from the replay. A real action is a number between its bounds, by
 * a tanh, played with normal noise. A finite action is a Gumbel-softmax draw, softmax((logits + G) / temperature), so that gradients
 * pass; played is its largest entry, a draw from softmax(logits). An action may have both parts. A time limit is no end: targets go on
 * behind it.
 *
 * Lowe, Wu, Tamar, Harb, Abbeel and Mordatch (2017). Multi-agent actor-critic for mixed cooperative-competitive environments. NIPS.
 */
import type { GameBuffers } from '../games/vector.ts';
import type { Node } from '../tensor/ir.ts';
import { describeNetwork } from '../tensor/layers/spec.ts';
import type { Clash, SettingDoc } from '../train/spec.ts';
import { deterministicLearner } from './deep/deterministic-learner.ts';
import type { DeterministicLoss } from './deep/deterministic-program.ts';
import { type DeterministicSettings, deterministicSettings } from './deep/deterministic-settings.ts';
import { isRecurrent } from './deep/q-networks.ts';
import { nStepTargets } from './deep/td-targets.ts';
import type { DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export type MaddpgSettings = DeterministicSettings;

export const maddpgSettings: readonly SettingDoc[] = deterministicSettings;

/** Critics judge joint actions of one moment: a memory of their own would have to be led through actions that were never taken. */
export function maddpgClash({ critic_network: network }: Partial<MaddpgSettings>): Clash | undefined {
  if (network === undefined || !isRecurrent(network)) return undefined;
  return {
    name: 'critic_network',
    expected: 'a network without `gru` and `lstm` (critics judge the joint action of one moment)',
    found: `\`${describeNetwork(network)}\``,
    remedy: 'Policies may remember: give `network` the memory.',
  };
}

// ------------------------------------------------------------------------------------------ loss

function maddpgLoss({ gamma, logit_penalty: penalty }: MaddpgSettings): DeterministicLoss {
  return {
    build(g, { batch, played, own, next, outputs, values }) {
      const { groups, terminated, last, weight } = batch;
      /** The mean over steps that count, summed over the agents: x [T, agents, windows] -> one number. */
      const mean = (x: Node): Node => g.div(g.sum(g.mul(weight, x)), g.sum(weight));
      const sum = (parts: readonly Node[]): Node => parts.reduce((total, part) => g.add(total, part));

      // Critics: (Q_i(x, a_1 .. a_n) - y_i)^2, y_i = r_i + gamma (1 - term) Q_i^-(x', a'_1 .. a'_n)
      const following = values('target/critic', 'later', next);
      const critic = values('critic', 'now', played).map((q, k) => {
        const steps = { rewards: groups[k]!.rewards, terminated, last };
        const y = g.stopGradient(nStepTargets(g, steps, following[k]!, gamma, 1));
        return mean(g.square(g.sub(q, y)));
      });

      // Policies: -Q_i(x, a_1 .. mu_i(o_i) .. a_n) + c |outputs of mu_i|^2
      const actor = values('critic', 'now', played, own).map((q, k) => mean(g.sub(g.mul(penalty, outputs[k]!), q)));
      return { critic: sum(critic), actor: sum(actor) };
    },
  };
}

// ------------------------------------------------------------------------------------------ the learner

export function maddpg(
  shape: Shape,
  settings: MaddpgSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  return deterministicLearner(shape, settings, buffers, seed, context, maddpgLoss(settings));
}
