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
import { maskLogits } from '../tensor/compose.ts';
import type { Graph } from '../tensor/graph.ts';
import type { Node } from '../tensor/ir.ts';
import type { MixerSetting, SettingDoc } from '../train/spec.ts';
import { chosenValues } from './deep/q-networks.ts';
import { later, now, nStepTargets } from './deep/td-targets.ts';
import { mixerInputs } from './deep/team.ts';
import { type ValueLoss, valueLearner } from './deep/value-learner.ts';
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
    build(g, { batch, online, target }) {
      const { groups, terminated, last, weight } = batch;
      const [length, , windows] = weight.shape as [number, number, number];
      const rows = length * windows;
      const total = (path: string, inputs: ReturnType<typeof mixerInputs>): Node =>
        g.reshape(mix(g, model, path, rows, inputs), [length, 1, windows]);

      const chosen = groups.map(({ actions }, k) => chosenValues(g, online[k]!, actions));
      const best = groups.map(({ available }, k) => g.max(maskLogits(g, now(g, online[k]!), now(g, available)), [-1]));
      const actions = groups.map(group => group.actions);
      const value = total('online/mixer', mixerInputs(g, batch, { which: 'now', values: chosen, best, actions }));

      const following = groups.map(({ available }, k) =>
        followingOf(g, online[k]!, target[k]!, later(g, available), double),
      );
      const next = total(
        'target/mixer',
        mixerInputs(g, batch, {
          which: 'later',
          values: following.map(f => f.values),
          best: following.map(f => f.best),
          actions: following.map(f => f.actions),
        }),
      );
      // All agents of a team get one reward: the first one's.
      const rewards = g.slice(groups[0]!.rewards, 1, 0, 1);
      const y = g.stopGradient(nStepTargets(g, { rewards, terminated, last }, next, gamma, n));
      return g.div(g.sum(g.mul(weight, g.square(g.sub(value, y)))), g.sum(weight));
    },
  };
}

/** What is done next and what the target network says of it: the online network's best available action, or the target's own. */
function followingOf(
  g: Graph,
  online: Node,
  target: Node,
  available: Node,
  double: boolean,
): { readonly actions: Node; readonly values: Node; readonly best: Node } {
  const values = maskLogits(g, later(g, target), available);
  const actions = g.argmax(double ? maskLogits(g, later(g, online), available) : values);
  return { actions, values: g.pick(values, actions), best: g.max(values, [-1]) };
}

// ------------------------------------------------------------------------------------------ the learner

export function qmix(
  shape: Shape,
  settings: QmixSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  return valueLearner(shape, settings, buffers, seed, context, qmixLoss(settings));
}
