/**
 * Independent Q-learning, IQL (Watkins 1989; Tan 1993): every agent learns alone, the others are part of its world.
 *
 *   Q_i(o_i, a_i) <- (1 - alpha) Q_i(o_i, a_i) + alpha (r_i + gamma (1 - term) max_a Q_i(o_i', a))
 *
 * Tan, M. (1993). Multi-agent reinforcement learning: independent vs. cooperative agents. ICML.
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

export interface IndependentQSettings extends ValueSettings {
  readonly alpha: Schedule;
}

export const independentQSettings: readonly SettingDoc[] = [alphaDoc('Step size.'), ...valueSettings];

// ------------------------------------------------------------------------------------------ the learner

export function independentQ(
  shape: Shape,
  settings: IndependentQSettings,
  buffers: GameBuffers,
  seed: number,
): Learner {
  let alpha = 0;
  let keep = 1;

  function prepare(step: number, episode: number): void {
    alpha = valueAt(settings.alpha, step, episode);
    keep = 1 - alpha;
  }

  function learn(q: Float64Array, start: number, action: number, target: number): void {
    q[start + action] = keep * q[start + action]! + alpha * target;
  }

  /** `learn` for all; with the agents taken in turn, the processor works on several sums of products at once. */
  function learnAll(q: Float64Array, starts: Int32Array, actions: Int32Array, targets: Float64Array): void {
    const step = alpha;
    const rest = keep;
    const agents = starts.length;
    for (let slot = 0; slot < actions.length; ) {
      for (let i = 0; i < agents; i++, slot++) {
        const cell = starts[i]! + actions[slot]!;
        q[cell] = rest * q[cell]! + step * targets[slot]!;
      }
    }
  }

  return decentralised(shape, settings, buffers, seed, ownTables(shape, settings.initial), {
    prepare,
    learn,
    learnAll,
  });
}
