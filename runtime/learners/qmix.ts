/**
 * QMIX: a team's value is a function of its agents' utilities that grows in each of them, so that the best action of every agent is the
 * best for the team. The function is a mixer; its weights come from the state, which only training sees.
 *
 *   Q_tot(s, u) = mixer(Q_1(o_1, u_1), ..., Q_n(o_n, u_n); s)              monotonic in every Q_i, which the compiler proves
 *   y           = r + gamma (1 - term) mixer^-(Q_i^-(o'_i, argmax_a Q_i(o'_i, a)); s')
 *   L           = mean over steps of (Q_tot - y)^2
 *
 * By default the mixer is the two-layer hypernetwork of the paper, |w2(s)| . elu(|w1(s)| q + b1(s)) + v(s). Any other declared `mixer` takes
 * its place.
 *
 * Rashid et al. (2018). QMIX: monotonic value function factorisation for deep multi-agent reinforcement learning. ICML.
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

export interface QmixSettings extends DeepValueSettings {
  readonly mixer: MixerSetting;
}

export const qmixSettings: readonly SettingDoc[] = [
  {
    name: 'mixer',
    type: 'mixer',
    default: 'TwoLayer',
    doc: 'How utilities become the team’s value; must be monotonic.',
    source: 'Rashid et al. 2018',
  },
  ...deepValueSettings,
];

// ------------------------------------------------------------------------------------------ loss

function qmixLoss(settings: QmixSettings): ValueLoss {
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

export function qmix(
  shape: Shape,
  settings: QmixSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  return valueLearner(shape, settings, buffers, seed, context, qmixLoss(settings), []);
}
