/**
 * QPLEX: a team's value as a value of the greedy actions plus advantages of the others, weighed by factors that may read the joint action.
 * It represents every value that is highest where each agent takes its own best action, not only those that grow with each utility.
 *
 *   Q_i'        = w_i(s) Q_i + v_i(s), w_i > 0
 *   A_i'        = Q_i'(u_i) - max_a Q_i'(a) <= 0                                                  over the available actions
 *   Q_tot(s, u) = sum_i Q_i'(u_i) + sum_i (lambda_i(s, u) - 1) sg[A_i'],  lambda_i > 0
 *   y           = r + gamma (1 - term) Q_tot^-(s', argmax_a Q_i(o'_i, a))
 *   L           = mean over steps of (Q_tot - y)^2
 *
 * By default lambda is a sum over 10 kernels of a positive key of the state, a gate of the agent and a gate of the joint action, as in the
 * authors' code: the mixer `Duplex`. Any other declared `mixer` that keeps IGM takes its place. No gradient reaches the utilities through the
 * advantages, sg[.].
 *
 * Wang, Ren, Liu, Yu and Zhang (2021). QPLEX: duplex dueling multi-agent Q-learning. ICLR.
 */
import type { GameBuffers } from '../games/vector.ts';
import { mix } from '../mixers/tensor.ts';
import type { MixerSetting, SettingDoc } from '../train/spec.ts';
import { following, meanOverSteps, mixedTotal, taken, teamReward } from './deep/mixing.ts';
import { nStepTargets } from './deep/td-targets.ts';
import { valueLearner } from './deep/value-learner.ts';
import type { ValueLoss } from './deep/value-program.ts';
import { type DeepValueSettings, deepValueSettings } from './deep/value-settings.ts';
import type { DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export interface QplexSettings extends DeepValueSettings {
  readonly mixer: MixerSetting;
}

export const qplexSettings: readonly SettingDoc[] = [
  {
    name: 'mixer',
    type: 'mixer',
    default: 'Duplex',
    doc: 'How utilities and joint actions become the team’s value; must keep IGM.',
    source: 'Wang et al. 2021',
  },
  ...deepValueSettings,
];

// ------------------------------------------------------------------------------------------ loss

function qplexLoss(settings: QplexSettings): ValueLoss {
  const { gamma, double, n_step: n } = settings;
  const { model } = settings.mixer;
  return {
    readsState: true,
    build(g, tensors) {
      const { batch } = tensors;
      // (Q_tot - y)^2, y = r + gamma (1 - term) Q_tot^-
      const total = mixedTotal(g, batch, taken(g, tensors, model.reads), (rows, inputs) =>
        mix(g, model, 'online/mixer', rows, inputs),
      );
      const next = mixedTotal(g, batch, following(g, tensors, double, model.reads), (rows, inputs) =>
        mix(g, model, 'target/mixer', rows, inputs),
      );
      const y = g.stopGradient(nStepTargets(g, { ...batch, rewards: teamReward(g, batch) }, next, gamma, n));
      return meanOverSteps(g, batch, g.square(g.sub(total, y)));
    },
  };
}

// ------------------------------------------------------------------------------------------ the learner

export function qplex(
  shape: Shape,
  settings: QplexSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  return valueLearner(shape, settings, buffers, seed, context, qplexLoss(settings), []);
}
