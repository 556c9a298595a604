/** Says that a game gets stuck, at the expression or draw where it does. */
import type { GameDecl, LegalItem } from '../../grammar/ast.ts';
import type { Location, Program } from '../api.ts';
import type { Reporter } from '../diagnostics/report.ts';
import { withTrace } from '../elaborate/trace.ts';
import type { GameFault } from '../game/evaluateErrors.ts';
import { enumerate, type Problem } from '../game/exact.ts';
import type { GameModel } from '../game/model.ts';
import { problemInPlay } from '../properties/glimpse.ts';

const remedies: Readonly<Partial<Record<GameFault, string>>> = {
  'no-legal-action':
    'Make an action legal in that state, leave the agent out there with `turn` or `active`, or let the game have ended by then.',
  reward: 'Keep what `exp` and products are given small, as with `clamp`.',
  overflow: 'Give a sequence more room, or keep what grows small with a condition or with `clamp`.',
  probability: 'Let the weights sum to 1 wherever play leads, as `[p, 1 - p]` do; or divide them by their sum.',
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
  const restricting = problem.stuck === undefined ? [] : restrictions(program, game, problem.stuck.agent);
  // What another file declares is told beside the use in this one, which chose the parameters.
  const at = restricting.find(one => one.file === program.entry);
  const { file, span } = at ?? placeOf(program, game, problem) ?? { file: program.entry, span: info.span };
  const fact = problem.stuck?.fact ?? message.replace(/\.$/, '');
  const remedy = remedies[kind];
  const args = { game, fact, notActing: kind === 'no-action', ...(remedy === undefined ? {} : { remedy }) };
  const others = restricting.filter(one => one !== at);
  const related = others.map(one => ({
    at: one,
    message: at === undefined ? 'This restricts it.' : 'This restricts it, too.',
  }));
  reporter.report(file, span, 'unplayable', args, { related });
}

/** What decides which actions an agent has: the `legal` clauses about it, else where its actions are declared. */
function restrictions(program: Program, game: string, agent: number): readonly Location[] {
  const found = declarationOf(program, game);
  const { model } = program.instantiate(game, new Map());
  if (found === undefined || model === undefined) return [];
  const { file, decl } = found;
  const legal = decl.items.filter(item => item.kind === 'Legal' && isAbout(item, model, agent));
  if (legal.length > 0) return legal.map(({ span }) => ({ file, span }));
  const cls = model.classes[model.agents[agent]?.cls ?? -1]?.name;
  const actions = decl.items.filter(item => item.kind === 'Actions');
  const own = actions.find(item => item.of?.text === cls) ?? actions.find(item => item.of === undefined);
  return own === undefined ? [] : [{ file, span: own.span }];
}

/** `for Row`, `for p: Row` and, of any agent, `for p` and `for p: agents`. */
function isAbout({ binder }: LegalItem, model: GameModel, agent: number): boolean {
  const { type, name } = binder;
  const written = type === undefined ? name.text : type.kind === 'NamedType' ? type.name.text : undefined;
  const named = model.classes.findIndex(cls => cls.name === written);
  return named < 0 || named === model.agents[agent]?.cls;
}

/** The game itself where it is another with its parameters set, or repeated. */
function declarationOf(program: Program, game: string): { readonly file: string; readonly decl: GameDecl } | undefined {
  let file = program.entry;
  let name = game;
  // As long a chain as there are declarations; a circle is refused elsewhere.
  for (let links = 0; links < 100; links++) {
    const named = (path: string) =>
      program.sources
        .get(path)
        ?.ast.declarations.find(d => (d.kind === 'Game' || d.kind === 'GameAlias') && d.name.text === name);
    if (named(file) === undefined) file = [...program.sources.keys()].find(path => named(path) !== undefined) ?? file;
    const decl = named(file);
    if (decl?.kind === 'Game') return { file, decl };
    if (decl?.kind !== 'GameAlias') return undefined;
    let { of } = decl;
    while (of.base !== undefined) of = of.base;
    name = of.path.at(-1)?.text ?? '';
  }
  return undefined;
}

/**
 * A draw says where it stands, and is believed where that lies in the game's own declaration: spans do not name their file. Of
 * expressions lowering forgets it: the game is lowered once more with places, and listed or played up to the same problem.
 */
function placeOf(program: Program, game: string, problem: Problem): Location | undefined {
  const { kind, states, span } = problem;
  const { entry: file } = program;
  const own = program.sources.get(file)?.ast.declarations.find(d => d.kind === 'Game' && d.name.text === game)?.span;
  if (span !== undefined && own !== undefined && own.start <= span.start && span.end <= own.end) return { file, span };
  if (kind !== 'no-action') return undefined;
  const { model } = withTrace(() => program.instantiate(game, new Map()));
  if (model === undefined) return undefined;
  // What was met in a moment of play was met before any state was listed, and is met there again.
  const again = states === 0 ? problemInPlay(model) : enumerate(model, { maxStates: states + 1 }).problem;
  return again?.kind === kind ? again.origin : undefined;
}
