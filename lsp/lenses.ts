/** What can be done with a declaration, above it, and what came of it. */
import type { SolveDecl } from '../grammar/ast.ts';
import type { Sheet, Span } from './base.ts';
import { gameOf } from './hover.ts';
import type { GameInsight } from './insight.ts';
import { equilibriaText } from './payoffText.ts';
import type { Project } from './project.ts';

/** Commands that a client may run; it says which it can. */
export const commands = ['marl.check', 'marl.answer', 'marl.solve', 'marl.train', 'marl.play', 'marl.emit'] as const;
export type CommandName = (typeof commands)[number];

/** Those that the server runs itself: it decides what the file asserts, and shows answers of solvers between the lines. */
export const ownCommands: readonly CommandName[] = ['marl.check', 'marl.answer'];

export interface Lens {
  readonly span: Span;
  readonly title: string;
  /** Undefined: only to be read. */
  readonly command: CommandName | undefined;
  /** File, and the name in it. */
  readonly target: { readonly path: string; readonly name: string };
}

/** How a `solve` is called where it was not given a name: `nash of Stag`. */
export function solveName(sheet: Sheet, { name, concept, of }: SolveDecl): string {
  return name?.text ?? `${concept.text} of ${sheet.slice(of.span)}`;
}

/** The kind of a game, its equilibria where it is a table, and what a study has solved. */
function knownText({ words, table, values }: GameInsight): string {
  const equilibria = table === undefined ? [] : [equilibriaText(table).replace(/\.$/, '')];
  return [words, ...equilibria, ...(values ?? []).map(one => one.claim.replace(' ==', ' is'))].join('. ');
}

export function lenses(project: Project, sheet: Sheet, can: ReadonlySet<CommandName>): readonly Lens[] {
  const found: Lens[] = [];
  const solving = can.has('marl.solve') ? 'marl.solve' : 'marl.answer';
  for (const one of sheet.ast.declarations) {
    const add = (title: string, command: CommandName | undefined, name: string, span: Span): void => {
      if (command === undefined || can.has(command))
        found.push({ span, title, command, target: { path: sheet.path, name } });
    };
    if (one.kind === 'Game' || one.kind === 'GameAlias') {
      const { text, span } = one.name;
      const game = gameOf(project, sheet, text);
      add('Check', 'marl.check', text, span);
      if (game?.fits.some(fit => fit.kind === 'solver' && fit.available && fit.status === 'fits'))
        add('Solve', solving, text, span);
      add('Play', 'marl.play', text, span);
      // Last, so that it is what a narrow column cuts off.
      if (game !== undefined) add(knownText(game), undefined, text, span);
    } else if (one.kind === 'Solve') add('Solve', solving, solveName(sheet, one), one.name?.span ?? one.concept.span);
    else if (one.kind === 'Train') {
      add('Train', 'marl.train', one.name.text, one.name.span);
      add('Emit', 'marl.emit', one.name.text, one.name.span);
    } else if (one.kind === 'Sweep') add('Train', 'marl.train', one.name.text, one.name.span);
  }
  return found;
}
