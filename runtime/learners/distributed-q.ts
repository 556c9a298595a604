/**
 * Distributed Q-learning (Lauer and Riedmiller 2000): the optimistic learner of a team. It keeps the best it has ever seen,
 * which is right only where transitions and the common reward are deterministic.
 *
 *   Q_i(o_i, a_i) <- max(Q_i(o_i, a_i), r + gamma (1 - term) max_a Q_i(o_i', a))
 *   pi_i(o_i) <- a_i   only where this raises max_a Q_i(o_i, a)
 *
 * The second rule is the social convention: of several optima all agents keep the one they found together first, instead of
 * each breaking the tie alone.
 *
 * Lauer, M., Riedmiller, M. (2000). An algorithm for distributed reinforcement learning in cooperative multi-agent systems.
 * ICML.
 */
import type { GameBuffers } from '../games/vector.ts';
import type { SettingDoc } from '../train/spec.ts';
import { decentralised } from './shared/decentralised.ts';
import { bestLegal } from './shared/explore.ts';
import type { Learner, ValueSettings } from './shared/learner.ts';
import { type OwnTable, ownTables } from './shared/own-table.ts';
import { valueSettings } from './shared/settings.ts';
import type { Shape } from './shared/shape.ts';

// ------------------------------------------------------------------------------------------ settings

export type DistributedQSettings = ValueSettings;

/** `initial` has to be at most the least return, since values only rise. */
export const distributedQSettings: readonly SettingDoc[] = valueSettings;

// ------------------------------------------------------------------------------------------ the learner

export function distributedQ(
  shape: Shape,
  settings: DistributedQSettings,
  buffers: GameBuffers,
  seed: number,
): Learner {
  /** The policy is a column of its own: 1 for the action it takes, all 0 before it has one. */
  const tables = ownTables(shape, settings.initial).map(table => ({
    ...table,
    policy: table.rows.column('policy', table.width, 0),
  }));

  function prepare(): void {}

  function learn(q: Float64Array, start: number, action: number, target: number, table: OwnTable): void {
    if (target <= q[start + action]!) return;
    const top = q[start + bestLegal(q, start, table.rows.legal, start, table.width)]!;
    q[start + action] = target;
    if (target <= top) return;
    const policy = table.policy.values;
    for (let a = 0; a < table.width; a++) policy[start + a] = a === action ? 1 : 0;
  }

  return decentralised(shape, settings, buffers, seed, tables, { prepare, learn });
}
