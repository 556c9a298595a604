/**
 * Value decomposition networks: a team's value is the sum of its agents' utilities, learned from the team's reward alone.
 *
 *   Q_tot(u) = sum_i Q_i(o_i, u_i)
 *   y        = r + gamma (1 - term) sum_i Q_i^-(o'_i, argmax_a Q_i(o'_i, a))
 *   L        = mean over steps of (Q_tot - y)^2
 *
 * Every agent acts greedily on its own utility, which is greedy on the sum. Games whose value is no sum are fitted as well as a sum can.
 *
 * Sunehag et al. (2018). Value-decomposition networks for cooperative multi-agent learning. AAMAS.
 */
import type { GameBuffers } from '../games/vector.ts';
import type { Graph } from '../tensor/graph.ts';
import type { Node } from '../tensor/ir.ts';

import { chosenValues, nextValues, nStepTargets } from './deep/td-targets.ts';
import { valueLearner } from './deep/value-learner.ts';
import type { ValueLoss } from './deep/value-program.ts';
import { type DeepValueSettings, deepValueSettings } from './deep/value-settings.ts';
import type { DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export type VdnSettings = DeepValueSettings;

export const vdnSettings = deepValueSettings;

// ------------------------------------------------------------------------------------------ loss

function vdnLoss(settings: VdnSettings): ValueLoss {
  const { gamma, double, n_step: n } = settings;
  return {
    readsState: false,
    build(g, { batch, online, target }) {
      const { terminated, last, weight } = batch;
      const chosen = batch.groups.map(({ actions }, k) => chosenValues(g, online[k]!, actions));
      const next = batch.groups.map(({ available }, k) => nextValues(g, online[k]!, target[k]!, available, double));
      // All agents of a team get one reward: the first one's.
      const rewards = g.slice(batch.groups[0]!.rewards, 1, 0, 1);
      const y = g.stopGradient(nStepTargets(g, { rewards, terminated, last }, sumOverAgents(g, next), gamma, n));
      const delta = g.sub(sumOverAgents(g, chosen), y);
      return g.div(g.sum(g.mul(weight, g.square(delta))), g.sum(weight));
    },
  };
}

/** [T, agents, windows] of every group to [T, 1, windows]. */
function sumOverAgents(g: Graph, values: readonly Node[]): Node {
  return values.map(value => g.sum(value, [1], true)).reduce((sum, value) => g.add(sum, value));
}

// ------------------------------------------------------------------------------------------ the learner

export function vdn(
  shape: Shape,
  settings: VdnSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  return valueLearner(shape, settings, buffers, seed, context, vdnLoss(settings), []);
}
