/**
 * Independent deep Q-learning: every agent learns the values of its own actions with a network, from its own rewards.
 *
 *   y_i = r_i + gamma (1 - term) Q_i^-(o'_i, argmax_a Q_i(o'_i, a))        (double; else max_a Q_i^-(o'_i, a))
 *   L   = mean over agents and steps of (Q_i(o_i, a_i) - y_i)^2
 *
 * Q^- is the target network. With a recurrent network o_i is the agent's history; it is replayed in whole episodes from an empty memory.
 * A time limit is not an end: values go on behind it.
 *
 * Mnih et al. (2015). Human-level control through deep reinforcement learning. Nature 518.
 * Tan (1993). Multi-agent reinforcement learning: independent vs. cooperative agents. ICML.
 */
import type { GameBuffers } from '../games/vector.ts';
import { chosenValues, nextValues } from './deep/q-networks.ts';
import { nStepTargets } from './deep/td-targets.ts';
import { type ValueLoss, valueLearner } from './deep/value-learner.ts';
import { type DeepValueSettings, deepValueSettings } from './deep/value-settings.ts';
import type { DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export type IdqnSettings = DeepValueSettings;

export const idqnSettings = deepValueSettings;

// ------------------------------------------------------------------------------------------ loss

function idqnLoss(settings: IdqnSettings): ValueLoss {
  const { gamma, double, n_step: n } = settings;
  return {
    readsState: false,
    build(g, { batch, online, target }) {
      const { terminated, last, weight } = batch;
      const squares = batch.groups.map(({ available, actions, rewards }, k) => {
        const next = nextValues(g, online[k]!, target[k]!, available, double);
        const y = g.stopGradient(nStepTargets(g, { rewards, terminated, last }, next, gamma, n));
        const delta = g.sub(chosenValues(g, online[k]!, actions), y);
        return g.sum(g.mul(weight, g.square(delta)));
      });
      const agents = batch.groups.reduce((sum, { group }) => sum + group.agents.length, 0);
      const total = squares.reduce((sum, square) => g.add(sum, square));
      return g.div(total, g.mul(agents, g.sum(weight)));
    },
  };
}

// ------------------------------------------------------------------------------------------ the learner

export function idqn(
  shape: Shape,
  settings: IdqnSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  return valueLearner(shape, settings, buffers, seed, context, idqnLoss(settings));
}
