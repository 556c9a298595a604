/**
 * Lenient Q-learning (Panait, Sullivan and Luke 2006; LMRL2, Wei and Luke 2016): independent learners of a team that
 * forgive bad outcomes of an action while it is new to them. Every (observation, action) has a temperature T, which falls
 * with each visit.
 *
 *   delta_i = r_i + gamma (1 - term) max_a Q_i(o_i', a) - Q_i(o_i, a_i)
 *   skip with probability 1 - exp(-K T(o_i, a_i)) where delta_i < 0
 *   Q_i(o_i, a_i) += alpha delta_i   otherwise
 *   T(o_i, a_i) <- nu T(o_i, a_i)
 *
 * Cooled too fast it is IQL; too slowly, it never hears of stochastic rewards. Epsilon should reach its end after T has
 * cooled, not before.
 *
 * Panait, L., Sullivan, K., Luke, S. (2006). Lenient learners in cooperative multiagent systems. AAMAS.
 * Wei, E., Luke, S. (2016). Lenient learning in independent-learner stochastic cooperative games. JMLR 17.
 */
import type { GameBuffers } from '../games/vector.ts';
import { purposes } from '../rng/stream.ts';
import type { Schedule, SettingDoc } from '../train/spec.ts';
import { decentralised } from './shared/decentralised.ts';
import { drawOf, policyKeys } from './shared/draws.ts';
import { drawCount } from './shared/explore.ts';
import type { Learner, ValueSettings } from './shared/learner.ts';
import { type OwnTable, ownTables } from './shared/own-table.ts';
import { valueAt } from './shared/schedule.ts';
import { alphaDoc, valueSettings } from './shared/settings.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export interface LenientQSettings extends ValueSettings {
  readonly alpha: Schedule;
  readonly temperature: number;
  readonly leniency: number;
  readonly cooling: number;
}

export const lenientQSettings: readonly SettingDoc[] = [
  alphaDoc('Step size.'),
  {
    name: 'temperature',
    type: 'real',
    low: 0,
    default: 50,
    doc: 'T0, the temperature of an action never tried; 0 is IQL.',
    source: 'Wei and Luke 2016',
  },
  {
    name: 'leniency',
    type: 'real',
    low: 0,
    default: 2,
    doc: 'K: a temperature of 1/K or more forgives most bad outcomes.',
    source: "chosen with cooling 0.9997 on the three climbing games (project's reference run)",
  },
  {
    name: 'cooling',
    type: 'real',
    low: 0,
    high: 1,
    default: 0.9997,
    doc: 'nu, the factor of the temperature at each visit.',
    source: "tuned for 20 000 steps on the three climbing games (project's reference run)",
  },
  ...valueSettings,
];

// ------------------------------------------------------------------------------------------ the learner

export function lenientQ(shape: Shape, settings: LenientQSettings, buffers: GameBuffers, seed: number): Learner {
  const tables = ownTables(shape, settings.initial);
  const temperatures = tables.map(table => table.rows.column('temperature', table.width, settings.temperature));
  const forgiveness = policyKeys(shape.envs, seed, purposes.policy, 0, 1);
  let alpha = 0;

  function prepare(step: number, episode: number): void {
    alpha = valueAt(settings.alpha, step, episode);
    forgiveness.counter[0] = (step / shape.envs) * shape.agents;
  }

  function learn(q: Float64Array, start: number, action: number, target: number, table: OwnTable, env: number): void {
    const cell = start + action;
    const temperature = temperatures[table.agent]!.values;
    const delta = target - q[cell]!;
    const heard = Math.exp(-settings.leniency * temperature[cell]!) * drawCount;
    if (delta >= 0 || drawOf(forgiveness, env, table.agent) < heard) q[cell]! += alpha * delta;
    temperature[cell]! *= settings.cooling;
  }

  return decentralised(shape, settings, buffers, seed, tables, { prepare, learn });
}
