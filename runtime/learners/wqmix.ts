/**
 * Weighted QMIX: where a monotonic mixer cannot represent the team's value, it is made to fit the good joint actions first. Those that are
 * not known to be good count for less. A second, central value without any restriction says what the joint actions are worth.
 *
 *   y      = r + gamma (1 - term) Q_c^-(s', u'),  u'_i = argmax_a Q_i(o'_i, a)                    the greedy actions of QMIX's agents
 *   L      = mean over steps of w (Q_tot - y)^2 + (Q_c - y)^2
 *   central      w = 1 where u = u^g or y > Q_c^-(s, u^g), else alpha;  u^g_i = argmax_a Q_i(o_i, a)
 *   optimistic   w = 1 where Q_tot < y, else alpha
 *
 * Q_tot is QMIX's. Q_c has agent networks of its own, of the same form, and a mixer that need not be monotonic; nobody acts on it.
 *
 * Rashid, Farquhar, Peng and Whiteson (2020). Weighted QMIX: expanding monotonic value function factorisation. NeurIPS.
 */
import type { GameBuffers } from '../games/vector.ts';
import type { MixerInput } from '../mixers/model.ts';
import { mix } from '../mixers/tensor.ts';
import { maskLogits } from '../tensor/compose.ts';
import type { Graph } from '../tensor/graph.ts';
import type { Node } from '../tensor/ir.ts';
import type { MixerSetting, SettingDoc } from '../train/spec.ts';
import { meanOverSteps, mixedTotal, nextActions, taken, teamReward } from './deep/mixing.ts';
import { later, now } from './deep/moments.ts';
import { qSequence } from './deep/q-networks.ts';
import { nStepTargets } from './deep/td-targets.ts';
import { type Moment, teamRows } from './deep/team.ts';
import { valueLearner } from './deep/value-learner.ts';
import type { ValueLoss } from './deep/value-program.ts';
import { type DeepValueSettings, deepValueSettings } from './deep/value-settings.ts';
import type { ValueTensors } from './deep/value-tensors.ts';
import type { DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export interface WqmixSettings extends DeepValueSettings {
  readonly weighting: 'central' | 'optimistic';
  readonly alpha: number;
  readonly mixer: MixerSetting;
  readonly central: MixerSetting;
}

export const wqmixSettings: readonly SettingDoc[] = [
  {
    name: 'weighting',
    type: 'choice',
    choices: ['central', 'optimistic'],
    default: 'optimistic',
    doc: 'Which joint actions count fully: those that the central value finds best or better (CW-QMIX), or those that are underestimated (OW-QMIX).',
    source: 'Rashid et al. 2020',
  },
  {
    name: 'alpha',
    type: 'real',
    low: 0,
    high: 1,
    default: 0.1,
    doc: 'Weight of the other joint actions; 1 is QMIX with the targets of the central value.',
    source: 'Rashid et al. 2020, code (0.5 in StarCraft)',
  },
  {
    name: 'mixer',
    type: 'mixer',
    default: 'TwoLayer',
    doc: 'How utilities become the team’s value; must be monotonic.',
    source: 'Rashid et al. 2018',
  },
  {
    name: 'central',
    type: 'mixer',
    default: 'Central',
    free: true,
    doc: 'The mixer of the central value, on utilities of its own; of any form.',
    source: 'Rashid et al. 2020',
  },
  ...deepValueSettings,
];

// ------------------------------------------------------------------------------------------ loss

function wqmixLoss(settings: WqmixSettings): ValueLoss {
  const { gamma, double, n_step: n, weighting, alpha } = settings;
  const { model } = settings.mixer;
  const { model: central } = settings.central;
  return {
    readsState: true,
    build(g, tensors) {
      const { batch } = tensors;
      const network = { torso: settings.network, dueling: settings.dueling };
      const online = batch.groups.map(({ group, x }) => qSequence(g, network, 'online/central', group, x));
      const target = batch.groups.map(({ group, x }) =>
        g.stopGradient(qSequence(g, network, 'target/central', group, x)),
      );

      const mixed = (path: string, moment: Moment): Node =>
        mixedTotal(g, batch, moment, (rows, inputs) => mix(g, model, path, rows, inputs));
      const centrally = (path: string, moment: Moment): Node =>
        mixedTotal(g, batch, moment, (rows, inputs) => mix(g, central, path, rows, inputs));
      const done = batch.groups.map(({ actions }) => actions);
      const best = nextActions(g, tensors, double);

      // Q_tot and Q_c of what was done, and y = r + gamma (1 - term) Q_c^-(s', u')
      const total = mixed('online/mixer', taken(g, tensors, model.reads));
      const value = centrally('online/central_mixer', momentOf(g, batch, 'now', online, done, central.reads));
      const next = centrally('target/central_mixer', momentOf(g, batch, 'later', target, best, central.reads));
      const y = g.stopGradient(nStepTargets(g, { ...batch, rewards: teamReward(g, batch) }, next, gamma, n));

      // w (Q_tot - y)^2 + (Q_c - y)^2
      const delta = g.sub(total, y);
      let counts = g.less(delta, 0);
      if (weighting === 'central') {
        const greedy = greedyActions(g, tensors);
        const top = centrally('target/central_mixer', momentOf(g, batch, 'now', target, greedy, central.reads));
        counts = g.or(sameActions(g, batch, done, greedy), g.greater(y, top));
      }
      const w = g.stopGradient(g.select(counts, 1, g.broadcast(alpha, y.shape)));
      return meanOverSteps(g, batch, g.add(g.mul(w, g.square(delta)), g.square(g.sub(value, y))));
    },
  };
}

/** Some joint actions, with utilities by group [T + 1, agents, windows, actions]. */
function momentOf(
  g: Graph,
  { groups }: ValueTensors['batch'],
  which: 'now' | 'later',
  utilities: readonly Node[],
  actions: readonly Node[],
  reads: readonly MixerInput[],
): Moment {
  const at = which === 'now' ? now : later;
  return {
    which,
    values: actions.map((action, k) => g.pick(at(g, utilities[k]!), action)),
    ...(reads.includes('best')
      ? { best: groups.map(({ available }, k) => g.max(maskLogits(g, at(g, utilities[k]!), at(g, available)), [-1])) }
      : {}),
    ...(reads.includes('actions') ? { actions } : {}),
  };
}

/** What QMIX's agents find best now. */
function greedyActions(g: Graph, { batch, online }: ValueTensors): readonly Node[] {
  return batch.groups.map(({ available }, k) => g.argmax(maskLogits(g, now(g, online[k]!), now(g, available))));
}

/** [T, 1, windows]: 1 where all agents do the same in both. */
function sameActions(g: Graph, batch: ValueTensors['batch'], a: readonly Node[], b: readonly Node[]): Node {
  const same = a.map((actions, k) => g.equal(g.float(actions), g.float(b[k]!)));
  return g.reshape(g.min(teamRows(g, batch.groups, same), [-1]), batch.weight.shape);
}

// ------------------------------------------------------------------------------------------ the learner

export function wqmix(
  shape: Shape,
  settings: WqmixSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
): Learner {
  return valueLearner(shape, settings, buffers, seed, context, wqmixLoss(settings), []);
}
