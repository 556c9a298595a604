/** Which functions call which. */
import type { Place, Sheet, Span } from './base.ts';
import { type Decl, namesOf } from './names.ts';
import type { Project } from './project.ts';

export interface Caller {
  readonly decl: Decl;
  /** Where it calls, in the file of the caller. */
  readonly at: readonly Span[];
}

export function callable(project: Project, sheet: Sheet, offset: number): Decl | undefined {
  const decl = project.at(sheet, offset)?.decl;
  return decl?.kind === 'function' ? decl : undefined;
}

/** The function, or else the game, that holds a place. */
function holder(sheet: Sheet, span: Span): Decl | undefined {
  return namesOf(sheet)
    .decls.filter(
      ({ kind, extent }) =>
        (kind === 'function' || kind === 'game') && extent.start <= span.start && span.end <= extent.end,
    )
    .sort((a, b) => a.extent.end - a.extent.start - (b.extent.end - b.extent.start))[0];
}

export function incoming(project: Project, decl: Decl): readonly Caller[] {
  const found = new Map<Decl, Span[]>();
  for (const place of project.occurrences(decl) as readonly (Place & { readonly declares: boolean })[]) {
    if (place.declares) continue;
    const sheet = project.sheet(place.path);
    const by = sheet === undefined ? undefined : holder(sheet, place.span);
    if (by !== undefined) found.set(by, [...(found.get(by) ?? []), place.span]);
  }
  return [...found].map(([one, at]) => ({ decl: one, at }));
}

export function outgoing(project: Project, decl: Decl): readonly Caller[] {
  const sheet = project.sheet(decl.path);
  if (sheet === undefined) return [];
  const found = new Map<Decl, Span[]>();
  for (const use of namesOf(sheet).uses) {
    if (use.span.start < decl.extent.start || use.span.end > decl.extent.end) continue;
    const target = project.resolve(sheet, use);
    if (target?.kind === 'function') found.set(target, [...(found.get(target) ?? []), use.span]);
  }
  return [...found].map(([one, at]) => ({ decl: one, at }));
}
