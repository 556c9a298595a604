/**
 * Independent deep Q-learning: every agent learns the values of its own actions with a network, from its own rewards.
 *
 *   y_i = r_i + gamma (1 - term) Q_i^-(o'_i, argmax_a Q_i(o'_i, a))        (double; else max_a Q_i^-(o'_i, a))
 *   L   = mean over agents and steps of w_i (Q_i(o_i, a_i) - y_i)^2
 *
 * Q^- is the target network. With a recurrent network o_i is the agent's history; it is replayed in whole episodes from an empty memory.
 * A time limit is not an end: values go on behind it.
 *
 * The others learn too, so that what goes badly may have been their fault, and what the replay holds may be what they do no more. Three
 * options weigh transitions for that; w_i is 1 without them.
 *
 *   hysteretic   w_i = beta where y_i < Q_i                                beta < 1
 *   lenient      w_i = 0 with probability l_i where y_i < Q_i              l_i = 1 - exp(-K T_i), kept when the agent acted
 *   importance   w_i = prod over j != i of pi_j(a_j | o_j) / mu_j          mu_j: the probability of a_j when it was chosen
 *
 * Mnih et al. (2015). Human-level control through deep reinforcement learning. Nature 518.
 * Tan (1993). Multi-agent reinforcement learning: independent vs. cooperative agents. ICML.
 * Omidshafiei, Pazis, Amato, How and Vian (2017). Deep decentralized multi-task multi-agent reinforcement learning under partial observability. ICML.
 * Palmer, Tuyls, Bloembergen and Savani (2018). Lenient multi-agent deep reinforcement learning. AAMAS.
 * Foerster et al. (2017). Stabilising experience replay for deep multi-agent reinforcement learning. ICML.
 */
import type { GameBuffers } from '../games/vector.ts';
import type { Clash, SettingDoc } from '../train/spec.ts';
import { type ImportanceSettings, importanceWeights } from './deep/importance.ts';
import { type LeniencySettings, leniencyNote } from './deep/leniency.ts';
import { behaviourNote } from './deep/notes.ts';

import { chosenValues, nextValues, nStepTargets } from './deep/td-targets.ts';
import { valueLearner } from './deep/value-learner.ts';
import type { ValueLoss } from './deep/value-program.ts';
import { type DeepValueSettings, deepValueSettings } from './deep/value-settings.ts';
import type { DeepContext, Learner } from './shared/learner.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export interface IdqnSettings extends DeepValueSettings, LeniencySettings, ImportanceSettings {
  readonly beta: number;
}

export const idqnSettings: readonly SettingDoc[] = [
  {
    name: 'beta',
    type: 'real',
    low: 0,
    high: 1,
    default: 1,
    doc: 'Hysteretic learning: share of its weight that a transition has where the target is below the estimate; 1 is none.',
    source: 'Omidshafiei et al. 2017, beta / alpha 0.2 to 0.4',
  },
  {
    name: 'temperature',
    type: 'real',
    low: 0,
    default: 0,
    doc: 'Lenient learning: T0, the temperature of an action never tried; 0 is none.',
    source: 'Palmer et al. 2018, 1',
  },
  {
    name: 'leniency',
    type: 'real',
    low: 0,
    default: 2,
    doc: 'K: bad outcomes are forgiven with probability 1 - exp(-K T).',
    source: 'Palmer et al. 2018',
  },
  {
    name: 'cooling',
    type: 'real',
    low: 0,
    high: 1,
    default: 0.9995,
    doc: 'nu, the factor of the temperature at each visit of an observation and action.',
    source: 'Wei and Luke 2016; the schedule of Palmer et al. 2018 follows the visits too',
  },
  {
    name: 'importance',
    type: 'bool',
    default: false,
    doc: 'Replayed transitions count by how much likelier the others are to act so now than when they did.',
    source: 'Foerster et al. 2017',
  },
  {
    name: 'importance_cap',
    type: 'real',
    low: 0,
    default: 0,
    doc: 'Largest importance weight; 0 leaves them as they are.',
    source: 'Foerster et al. 2017: capping trades variance for bias',
  },
  ...deepValueSettings,
];

/** What excludes each other, for a person. */
export function idqnClash({ beta, temperature, importance, n_step }: Partial<IdqnSettings>): Clash | undefined {
  if (beta !== undefined && beta < 1 && temperature !== undefined && temperature > 0)
    return {
      name: 'beta',
      expected: '1 in lenient learning (`temperature` above 0), which forgives bad outcomes itself',
      found: `${beta}`,
      remedy: 'Leave one of them out.',
    };
  if (importance === true && n_step !== undefined && n_step > 1)
    return {
      name: 'n_step',
      expected: '1 with `importance`, whose weights are those of one step',
      found: `${n_step}`,
      remedy: 'Leave one of them out.',
    };
  return undefined;
}

// ------------------------------------------------------------------------------------------ loss

function idqnLoss(settings: IdqnSettings): ValueLoss {
  const { gamma, double, n_step: n, beta, temperature, importance, importance_cap } = settings;
  const lenient = temperature > 0;
  return {
    readsState: false,
    readsExplore: importance,
    build(g, { batch, online, target }) {
      const { terminated, last, weight } = batch;
      const ratios = importance ? importanceWeights(g, batch, online, g.input('explore', []), importance_cap) : [];
      const squares = batch.groups.map(({ available, actions, rewards, notes }, k) => {
        const next = nextValues(g, online[k]!, target[k]!, available, double);
        const y = g.stopGradient(nStepTargets(g, { rewards, terminated, last }, next, gamma, n));
        const delta = g.sub(chosenValues(g, online[k]!, actions), y);
        let loss = g.square(delta);
        if (beta < 1) loss = g.mul(loss, g.select(g.greater(delta, 0), g.broadcast(beta, delta.shape), 1));
        if (lenient) loss = g.mul(loss, g.select(g.greater(delta, 0), notes.heard!, 1));
        if (importance) loss = g.mul(loss, ratios[k]!);
        return g.sum(g.mul(weight, loss));
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
  const notes = [
    ...(settings.temperature > 0 ? [leniencyNote(shape, settings, seed)] : []),
    ...(settings.importance ? [behaviourNote()] : []),
  ];
  return valueLearner(shape, settings, buffers, seed, context, idqnLoss(settings), notes);
}
