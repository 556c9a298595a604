/**
 * Nash-Q (Hu and Wellman 2003): each of two agents learns the values of joint actions for both of them, and plays its part of a Nash
 * equilibrium of the game that these values make at every observation.
 *
 *   V(o)       = values of the selected equilibrium of (Q_1(o, .), Q_2(o, .))
 *   Q_j(o, u) += alpha / N(o, u) (r_j + gamma (1 - term) V_j(o') - Q_j(o, u))      for both j, in the tables of each agent
 *
 * Every agent is told what the other is paid, and both select by one rule, so that agents that see the same keep the same tables and
 * expect the same equilibrium; only with `best` each selects for itself. Values converge where all stage games met on the way have a
 * global optimum, or all have a saddle point, and the equilibria selected are of that kind. Where several equilibria are worth the same,
 * as where agents are alike, chance would choose between them for ever with `welfare` or `egalitarian`; `first` does not ask it.
 *
 * Hu, J., Wellman, M. P. (2003). Nash Q-learning for general-sum stochastic games. JMLR 4.
 */
import type { GameBuffers } from '../games/vector.ts';
import { type NashSelection, nashGames, type StageGames } from '../solvers/stochastic/stage-games.ts';
import type { SettingDoc } from '../train/spec.ts';
import type { Learner } from './shared/learner.ts';
import { stageSettings } from './shared/settings.ts';
import type { Shape } from './shared/shape.ts';
import { type StageSettings, type StageTable, stageTables, stageValues } from './shared/stage-values.ts';

// ------------------------------------------------------------------------------------------ settings

export interface NashQSettings extends StageSettings {
  readonly selection: NashSelection;
}

const paper = 'Hu and Wellman 2003';

export const nashQSettings: readonly SettingDoc[] = [
  {
    name: 'selection',
    type: 'choice',
    choices: ['welfare', 'egalitarian', 'first', 'second', 'best'],
    default: 'welfare',
    doc: 'Which equilibrium is expected, pure ones before mixed ones: of the greatest sum of values (`welfare`), of the greatest least value (`egalitarian`), `first` or `second` in the order of joint actions, or `best` for the agent itself (agents may then expect different ones).',
    source: `${paper}: values converge with global optima, which have the greatest sum; the paper also tries the first, the second and the best`,
  },
  ...stageSettings,
];

// ------------------------------------------------------------------------------------------ the learner

export function nashQ(shape: Shape, settings: NashQSettings, buffers: GameBuffers, seed: number): Learner {
  const tables = stageTables(shape, settings, () => [0, 1]);
  const stages: StageGames[] = [];
  for (let i = 0; i < 2; i++) stages.push(nashGames(shape, settings.selection, i));

  /** V and pi of a row from its Q. */
  function solve({ agent, rows, q, value, policy }: StageTable, row: number): void {
    const { worth, strategies, solve: solveStage } = stages[agent]!;
    solveStage(q.values, row * 2 * shape.jointCount, rows.legal, row * shape.actionRow);
    for (let j = 0; j < 2; j++) value.values[row * 2 + j] = worth[j]!;
    const own = shape.actionCount[agent]!;
    for (let a = 0; a < own; a++) policy.values[row * own + a] = strategies[shape.actionStart[agent]! + a]!;
  }

  return stageValues(shape, settings, buffers, seed, tables, solve);
}
