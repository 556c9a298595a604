/** Imports as links to the files they read. */
import type { Sheet, Span } from './base.ts';
import type { Project } from './project.ts';

export interface Link {
  readonly span: Span;
  readonly path: string;
}

export function links(project: Project, sheet: Sheet): readonly Link[] {
  return sheet.ast.declarations.flatMap(declaration => {
    if (declaration.kind !== 'Import') return [];
    const targets = project.imported(sheet, declaration);
    if ('file' in declaration.from) {
      const [target] = targets;
      return target === undefined ? [] : [{ span: declaration.from.fileSpan, path: target.sheet.path }];
    }
    const names = declaration.names ?? declaration.from.path.slice(-1);
    return names.flatMap(({ text, span }) => {
      const target = targets.find(one => one.name === text);
      return target === undefined ? [] : [{ span, path: target.sheet.path }];
    });
  });
}
