/** Says that a game gets stuck, at the expression or draw where it does. */
import type { Program } from '../api.ts';
import type { Reporter } from '../diagnostics/report.ts';
import { withTrace } from '../elaborate/trace.ts';
import type { GameFault } from '../game/evaluateErrors.ts';
import { enumerate, type Problem } from '../game/exact.ts';
import type { Origin } from '../game/model.ts';

const remedies: Readonly<Partial<Record<GameFault, string>>> = {
  reward: 'Keep what `exp` and products are given small, as with `clamp`.',
  overflow: 'Give it a larger type, or keep it small with a condition.',
};

/**
 * Reports the `problem` that listing a game met (`M0520`), unless it is only too large or real-valued.
 *
 * @param game of `program`, with its parameters at their defaults
 */
export function reportUnplayable(reporter: Reporter, program: Program, game: string, problem: Problem): void {
  const { kind, message } = problem;
  const info = program.games.find(({ name }) => name === game);
  if (info === undefined || kind === 'budget' || kind === 'not-finite') return;
  const { file, span } = placeOf(program, game, problem) ?? { file: program.entry, span: info.span };
  const fact = message.replace(/\.$/, '');
  const remedy = remedies[kind];
  const args = { game, fact, notActing: kind === 'no-action', ...(remedy === undefined ? {} : { remedy }) };
  reporter.report(file, span, 'unplayable', args);
}

/**
 * A draw says where it stands, and is believed where that lies in the game's own declaration: spans do not name their file. Of
 * expressions lowering forgets it: the game is lowered once more with places, and listed up to the same problem.
 */
function placeOf(program: Program, game: string, problem: Problem): Pick<Origin, 'file' | 'span'> | undefined {
  const { kind, states, span } = problem;
  const { entry: file } = program;
  const own = program.sources.get(file)?.ast.declarations.find(d => d.kind === 'Game' && d.name.text === game)?.span;
  if (span !== undefined && own !== undefined && own.start <= span.start && span.end <= own.end) return { file, span };
  if (kind !== 'no-action') return undefined;
  const { model } = withTrace(() => program.instantiate(game, new Map()));
  if (model === undefined) return undefined;
  const again = enumerate(model, { maxStates: states + 1 }).problem;
  return again?.kind === kind ? again.origin : undefined;
}
