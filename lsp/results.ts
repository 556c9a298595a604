/** What came of running something: answers of solvers, and the last training in a run folder. */
import type { SolveSpec } from '../compiler/api.ts';
import type { GameModel } from '../compiler/game/model.ts';
import type { Sheet } from './base.ts';

/** The answer to one `solve`, or to the question what a game is worth. */
export interface SolveAnswer {
  /** The name of the `solve` (as given, or `nash of Stag`), or that of the game. */
  readonly of: string;
  /** For the end of a line: `value Row -3, Column -3`. */
  readonly short: string;
  /** All that `marl solve` prints. */
  readonly lines: readonly string[];
}

/** What is solved: a concept for a game. */
export type Question = Pick<SolveSpec, 'name' | 'game' | 'concept' | 'method' | 'maximizing' | 'iterations'>;

/** What the host brings to answer questions; `tell` hears how far it is. */
export interface SolveTools {
  answer(
    question: Question,
    model: GameModel,
    tell: (done: number, of: number | undefined, what: string) => void,
  ): Promise<SolveAnswer>;
}

/** The training in a run folder that belongs to a `train` of a file. */
export interface LastRun {
  readonly algorithm: string;
  /** The last evaluation's mean return over seeds, with its standard error: `0.93 +- 0.02`. */
  readonly result: string;
  readonly seeds: number;
  /** How the agents' returns become one. */
  readonly reduction: string;
  readonly folder: string;
  /** The program it was trained from, as it was then. */
  readonly text: string;
}

/** What a text says, whatever its spaces and comments: an answer stays true while this does. */
export function meaning(sheet: Sheet): string {
  return sheet.pieces.flatMap(one => (one.kind === 'comment' || one.kind === 'doc' ? [] : [one.text])).join('\n');
}
