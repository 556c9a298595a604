/**
 * Friend-Q (Littman 2001): every agent learns its own values of joint actions and expects all others to do what is best for it.
 *
 *   V_i(o)       = max_u Q_i(o, u)
 *   Q_i(o, u)   += alpha (r_i + gamma (1 - term) V_i(o') - Q_i(o, u))
 *
 * It plays its own part of the best joint action, of equal ones that with the lowest number. This is an equilibrium where one outcome is
 * best for everybody; elsewhere the values are what help from all others would be worth, and the play may be bad for all.
 *
 * Littman, M. L. (2001). Friend-or-foe Q-learning in general-sum games. ICML.
 */
import type { GameBuffers } from '../games/vector.ts';
import type { SettingDoc } from '../train/spec.ts';
import { allowed, jointDigits } from './shared/joint.ts';
import type { Learner } from './shared/learner.ts';
import { stageSettings } from './shared/settings.ts';
import type { Shape } from './shared/shape.ts';
import { type StageSettings, type StageTable, stageTables, stageValues } from './shared/stage-values.ts';

// ------------------------------------------------------------------------------------------ settings

export type FriendQSettings = StageSettings;

export const friendQSettings: readonly SettingDoc[] = stageSettings;

// ------------------------------------------------------------------------------------------ the learner

export function friendQ(shape: Shape, settings: FriendQSettings, buffers: GameBuffers, seed: number): Learner {
  const tables = stageTables(shape, settings, agent => [agent]);
  const digits = jointDigits(shape);

  /** V and pi of a row from its Q. */
  function solve({ agent, rows, q, value, policy }: StageTable, row: number): void {
    let best = -1;
    for (let u = 0; u < shape.jointCount; u++) {
      let legal = true;
      for (let i = 0; i < shape.agents; i++)
        if (!allowed(shape, rows.legal, row * shape.actionRow, i, digits[u * shape.agents + i]!)) legal = false;
      const cell = row * shape.jointCount + u;
      if (legal && (best < 0 || q.values[cell]! > q.values[best]!)) best = cell;
    }
    value.values[row] = q.values[best]!;
    const own = shape.actionCount[agent]!;
    const action = digits[(best - row * shape.jointCount) * shape.agents + agent]!;
    for (let a = 0; a < own; a++) policy.values[row * own + a] = a === action ? 1 : 0;
  }

  return stageValues(shape, settings, buffers, seed, tables, solve);
}
