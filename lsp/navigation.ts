/** From a name to where it is declared, and back to everywhere it is used. */
import { hardKeywords } from '../grammar/tokens.ts';
import type { Edit, Place, Sheet, Span } from './base.ts';
import { type Decl, lookup, namesOf, scopeAt } from './names.ts';
import type { Project } from './project.ts';
import { typeOfDecl } from './typeNames.ts';

export interface Definition {
  /** The name at the cursor. */
  readonly from: Span;
  readonly to: Place;
  readonly extent: Span;
}

export function definition(project: Project, sheet: Sheet, offset: number): Definition | undefined {
  const link = importedFile(project, sheet, offset);
  if (link !== undefined) return link;
  const found = project.at(sheet, offset);
  if (found?.decl === undefined) return undefined;
  const { path, span, extent } = found.decl;
  return { from: found.span, to: { path, span }, extent };
}

/** The enum, record or class that the type of a name is made of. */
export function typeDefinition(project: Project, sheet: Sheet, offset: number): Definition | undefined {
  const found = project.at(sheet, offset);
  if (found?.decl === undefined) return undefined;
  const type = project.typeAt(sheet, found.span) ?? typeOfDecl(project, sheet, found.decl);
  const name = /[A-Za-z_]\w*/.exec(type ?? '')?.[0] ?? found.decl.of;
  if (name === undefined) return undefined;
  const decl = lookup(scopeAt(namesOf(sheet), offset), name) ?? project.global(sheet, name);
  return decl === undefined
    ? undefined
    : { from: found.span, to: { path: decl.path, span: decl.span }, extent: decl.extent };
}

function importedFile(project: Project, sheet: Sheet, offset: number): Definition | undefined {
  for (const declaration of sheet.ast.declarations) {
    if (declaration.kind !== 'Import' || !('file' in declaration.from)) continue;
    const { fileSpan } = declaration.from;
    if (offset < fileSpan.start || offset > fileSpan.end) continue;
    const [target] = project.imported(sheet, declaration);
    const start = { start: 0, end: 0 };
    return target === undefined
      ? undefined
      : { from: fileSpan, to: { path: target.sheet.path, span: start }, extent: start };
  }
  return undefined;
}

export function references(project: Project, sheet: Sheet, offset: number, withDeclaration: boolean): readonly Place[] {
  const decl = project.at(sheet, offset)?.decl;
  if (decl === undefined) return [];
  return project.occurrences(decl).filter(one => withDeclaration || !one.declares);
}

export interface Highlight {
  readonly span: Span;
  readonly writes: boolean;
}

/** The same name elsewhere in this file. */
export function highlights(project: Project, sheet: Sheet, offset: number): readonly Highlight[] {
  const decl = project.at(sheet, offset)?.decl;
  if (decl === undefined) return [];
  return project.occurrences(decl, sheet).filter(one => one.path === sheet.path);
}

// ---------------------------------------------------------------------------------------------- renaming

export type Renaming = { readonly span: Span; readonly name: string } | { readonly refused: string };

/** Whether the name at the cursor can be changed, and the stretch that an editor should select. */
export function prepareRename(project: Project, sheet: Sheet, offset: number): Renaming {
  const found = project.at(sheet, offset);
  if (found?.decl === undefined) return { refused: 'There is no name of this program here.' };
  if (!project.owns(found.decl.path))
    return { refused: `\`${found.decl.name}\` is declared in the library, which is not changed from here.` };
  return { span: found.span, name: found.decl.name };
}

export type Renamed = { readonly edits: readonly Edit[] } | { readonly refused: string };

export function rename(project: Project, sheet: Sheet, offset: number, to: string): Renamed {
  const prepared = prepareRename(project, sheet, offset);
  if ('refused' in prepared) return prepared;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(to))
    return { refused: `\`${to}\` is no name: names are letters, digits and \`_\`.` };
  if (hardKeywords.some(word => word.name === to)) return { refused: `\`${to}\` is a word of the language.` };
  const decl = project.at(sheet, offset)?.decl as Decl;
  if (to === decl.name) return { edits: [] };
  const places = project.occurrences(decl);
  const taken = places.find(({ path, span }) => {
    const other = project.sheet(path);
    return other !== undefined && hides(project, other, span.start, to, decl);
  });
  if (taken !== undefined) return { refused: `\`${to}\` means something else already where \`${decl.name}\` is used.` };
  return { edits: places.filter(({ path }) => project.owns(path)).map(({ path, span }) => ({ path, span, text: to })) };
}

/** Would the new name mean another thing at this place? Fields live apart from names in scope. */
function hides(project: Project, sheet: Sheet, offset: number, name: string, decl: Decl): boolean {
  if (decl.kind === 'field') return project.siblings(sheet, decl).some(one => one.name === name);
  const found = lookup(scopeAt(namesOf(sheet), offset), name) ?? project.global(sheet, name);
  if (found === undefined) return false;
  // Parameters of different things, and names of different games, do not meet.
  return (
    found.of === decl.of ||
    found.of === undefined ||
    decl.of === undefined ||
    found.kind === 'binder' ||
    found.kind === 'local'
  );
}
