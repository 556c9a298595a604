/**
 * Hysteretic Q-learning (Matignon, Laurent and Le Fort-Piat 2007): independent learners of a team that learn slowly from
 * what goes badly, because it may have been the others' exploration.
 *
 *   delta_i = r_i + gamma (1 - term) max_a Q_i(o_i', a) - Q_i(o_i, a_i)
 *   Q_i(o_i, a_i) += alpha delta_i   where delta_i >= 0
 *   Q_i(o_i, a_i) += beta delta_i    otherwise, beta < alpha
 *
 * Matignon, L., Laurent, G. J., Le Fort-Piat, N. (2007). Hysteretic Q-learning: an algorithm for decentralized reinforcement
 * learning in cooperative multi-agent teams. IROS.
 */
import type { GameBuffers } from '../games/vector.ts';
import type { Schedule, SettingDoc } from '../train/spec.ts';
import { decentralised } from './shared/decentralised.ts';
import type { Learner, ValueSettings } from './shared/learner.ts';
import { ownTables } from './shared/own-table.ts';
import { valueAt } from './shared/schedule.ts';
import { alphaDoc, valueSettings } from './shared/settings.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export interface HystereticQSettings extends ValueSettings {
  readonly alpha: Schedule;
  readonly beta: Schedule;
}

export const hystereticQSettings: readonly SettingDoc[] = [
  alphaDoc('Step size where the target is above the estimate.'),
  {
    name: 'beta',
    type: 'schedule',
    low: 0,
    high: 1,
    default: { from: 0.01, to: 0.01, over: 0, unit: 'steps' },
    doc: 'Step size where the target is below the estimate; smaller than alpha, 0 never lowers an estimate.',
    source: 'Matignon et al. 2007, alpha 0.1 and beta 0.01 in their climbing game',
  },
  ...valueSettings,
];

// ------------------------------------------------------------------------------------------ the learner

export function hystereticQ(shape: Shape, settings: HystereticQSettings, buffers: GameBuffers, seed: number): Learner {
  let alpha = 0;
  let beta = 0;

  function prepare(step: number, episode: number): void {
    alpha = valueAt(settings.alpha, step, episode);
    beta = valueAt(settings.beta, step, episode);
  }

  function learn(q: Float64Array, start: number, action: number, target: number): void {
    const delta = target - q[start + action]!;
    q[start + action]! += (delta >= 0 ? alpha : beta) * delta;
  }

  return decentralised(shape, settings, buffers, seed, ownTables(shape, settings.initial), { prepare, learn });
}
