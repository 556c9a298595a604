/**
 * Foe-Q (Littman 2001): every agent learns its own values of joint actions and expects all others to work together against it. For two
 * opponents it is minimax-Q; for more, the others are one opponent who chooses for all of them.
 *
 *   V_i(o)       = max_pi min_b sum_a pi(a) Q_i(o, a, b)                    b: what all others do
 *   Q_i(o, u)   += alpha (r_i + gamma (1 - term) V_i(o') - Q_i(o, u))
 *
 * It plays pi, and is sure of V_i whoever it plays against. Only where agents are opponents is that also an equilibrium.
 *
 * Littman, M. L. (2001). Friend-or-foe Q-learning in general-sum games. ICML.
 */
import type { GameBuffers } from '../games/vector.ts';
import type { SettingDoc } from '../train/spec.ts';
import { allowed, jointDigits } from './shared/joint.ts';
import type { Learner } from './shared/learner.ts';
import { matrixGameSolver } from './shared/matrix-game.ts';
import { stageSettings } from './shared/settings.ts';
import type { Shape } from './shared/shape.ts';
import { type StageSettings, type StageTable, stageTables, stageValues } from './shared/stage-values.ts';

// ------------------------------------------------------------------------------------------ settings

export type FoeQSettings = StageSettings;

export const foeQSettings: readonly SettingDoc[] = stageSettings;

// ------------------------------------------------------------------------------------------ the learner

export function foeQ(shape: Shape, settings: FoeQSettings, buffers: GameBuffers, seed: number): Learner {
  const tables = stageTables(shape, settings, agent => [agent]);
  const digits = jointDigits(shape);
  /** Scratch: the matrix game over legal actions, own actions as rows. */
  const most = Math.max(...shape.actionCount);
  const solver = matrixGameSolver(most, shape.jointCount / Math.min(...shape.actionCount));
  const payoff = new Float64Array(shape.jointCount);
  const strategy = new Float64Array(most);

  /** V and pi of a row from its Q. */
  function solve({ agent, rows, q, value, policy }: StageTable, row: number): void {
    const own = shape.actionCount[agent]!;
    const legalStart = row * shape.actionRow;
    let m = 0;
    let size = 0;
    for (let a = 0; a < own; a++) {
      if (!allowed(shape, rows.legal, legalStart, agent, a)) continue;
      m++;
      for (let u = 0; u < shape.jointCount; u++) {
        let wanted = digits[u * shape.agents + agent] === a;
        for (let i = 0; wanted && i < shape.agents; i++)
          wanted = allowed(shape, rows.legal, legalStart, i, digits[u * shape.agents + i]!);
        if (wanted) payoff[size++] = q.values[row * shape.jointCount + u]!;
      }
    }
    value.values[row] = solver.solve(payoff, m, size / m, strategy);
    let k = 0;
    for (let a = 0; a < own; a++)
      policy.values[row * own + a] = allowed(shape, rows.legal, legalStart, agent, a) ? strategy[k++]! : 0;
  }

  return stageValues(shape, settings, buffers, seed, tables, solve);
}
