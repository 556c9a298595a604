/** What can be done with a declaration, above it, and what came of it. */
import type { Sheet, Span } from './base.ts';
import { equilibriaText, gameOf } from './hover.ts';
import type { Project } from './project.ts';

/** Commands that a client may run; it says which it can. */
export const commands = ['marl.check', 'marl.solve', 'marl.train', 'marl.play', 'marl.emit'] as const;
export type CommandName = (typeof commands)[number];

export interface Lens {
  readonly span: Span;
  readonly title: string;
  /** Undefined: only to be read. */
  readonly command: CommandName | undefined;
  /** File, and the name in it. */
  readonly target: { readonly path: string; readonly name: string };
}

export function lenses(project: Project, sheet: Sheet, can: ReadonlySet<CommandName>): readonly Lens[] {
  const found: Lens[] = [];
  for (const one of sheet.ast.declarations) {
    const add = (title: string, command: CommandName | undefined, name: string, span: Span): void => {
      if (command === undefined || can.has(command))
        found.push({ span, title, command, target: { path: sheet.path, name } });
    };
    if (one.kind === 'Game' || one.kind === 'GameAlias') {
      const { text, span } = one.name;
      const game = gameOf(project, sheet, text);
      if (game !== undefined)
        add(
          game.table === undefined ? game.words : `${game.words}. ${equilibriaText(game.table)}`,
          undefined,
          text,
          span,
        );
      add('Check', 'marl.check', text, span);
      if (game?.fits.some(fit => fit.kind === 'solver' && fit.available && fit.status === 'fits'))
        add('Solve', 'marl.solve', text, span);
      add('Play', 'marl.play', text, span);
    } else if (one.kind === 'Solve')
      add('Solve', 'marl.solve', one.name?.text ?? '', one.name?.span ?? one.concept.span);
    else if (one.kind === 'Train') {
      add('Train', 'marl.train', one.name.text, one.name.span);
      add('Emit', 'marl.emit', one.name.text, one.name.span);
    } else if (one.kind === 'Sweep') add('Train', 'marl.train', one.name.text, one.name.span);
  }
  return found;
}
