/** The game of a run folder, compiled again from what the folder recorded and ready to be played. */
import type { GameModel } from '../compiler/game/model.ts';
import { type LoadedGame, loadGame } from '../runtime/games/load.ts';
import type { RunDescription } from '../runtime/train/folder.ts';
import { exitCode } from './io.ts';
import type { Got } from './open.ts';
import { differs } from './policy.ts';
import type { Reply } from './reply.ts';
import { gameTextOf, recordedModel } from './training.ts';

export interface RecordedGame extends LoadedGame {
  readonly model: GameModel;
}

/** Refuses where the recorded program does not give the recorded game any more: it was written by another version of Marl. */
export function recordedGame(reply: Reply, run: RunDescription, dir: string): Got<RecordedGame> {
  const model = recordedModel(run);
  const changed = `the program recorded in ${dir} does not give the game of this training any more`;
  const help = `It was written by Marl ${run.versions.marl}; train again with this version.`;
  if (model === undefined) return { exit: reply.problem(exitCode.wrong, `${changed}.`, help) };
  const loaded = loadGame(gameTextOf(model, run.train));
  const difference = differs(run.game, loaded.spec);
  if (difference !== undefined) return { exit: reply.problem(exitCode.wrong, `${changed}: ${difference}.`, help) };
  return { value: { ...loaded, model } };
}
