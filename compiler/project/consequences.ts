/**
 * What follows from an error of form. A declaration that could not be read whole lacks parts that its author wrote, so nothing is
 * said about parts that are missing there, nor about names that the unreadable lines declare, nor about the meaning of what could
 * be read of such a line.
 */
import type { Diagnostic } from '../api.ts';
import type { RuleName } from '../diagnostics/rules.ts';
import type { Project } from './load.ts';

const absences: ReadonlySet<string> = new Set<RuleName>([
  'missing-item',
  'missing-clause',
  'missing-initial',
  'never-ends',
]);
const names: ReadonlySet<string> = new Set<RuleName>(['unknown-name', 'not-state']);

/** The diagnostics without those that an error of form in the same place explains. */
export function withoutConsequences(project: Project, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const broken = new Map<string, BrokenFile>();
  for (const one of project.syntax) {
    const { at } = one;
    const file = project.files.get(at.file);
    if (file === undefined) continue;
    const found = broken.get(at.file) ?? { text: file.text, starts: new Set(), lines: new Set(), guessed: new Set() };
    broken.set(at.file, found);
    found.starts.add(declarationAt(project, at.file, at.span.start));
    if (!isMended(one)) found.guessed.add(lineStart(file.text, at.span.start));
    if (found.lines.size < maxLines) found.lines.add(lineAt(file.text, at.span.start));
  }
  if (broken.size === 0) return diagnostics;
  const syntax = new Set(project.syntax);
  return diagnostics.filter(one => {
    const file = broken.get(one.at.file);
    if (file === undefined) return true;
    const { start, end } = one.at.span;
    if (syntax.has(one)) return true;
    if (file.guessed.has(lineStart(file.text, start))) return false;
    if (absences.has(one.name)) return !file.starts.has(declarationAt(project, one.at.file, start));
    return !(names.has(one.name) && end - start < maxName && declares(file.lines, file.text.slice(start, end)));
  });
}

interface BrokenFile {
  readonly text: string;
  /** Where the declarations with errors of form begin. */
  readonly starts: Set<number>;
  /** The lines where the errors are. */
  readonly lines: Set<string>;
  /** Where the lines begin of which only a part could be read. */
  readonly guessed: Set<number>;
}

/** Was the mistake replaced by what was meant before the line was read? Then what is said about the line holds. */
function isMended({ code, fixes, remedy }: Diagnostic): boolean {
  if (code <= 'M0113' || code === 'M0143') return fixes.length > 0;
  return remedy?.startsWith('Did you mean') === true;
}

const maxLines = 100;
const maxLine = 1_000;
const maxName = 100;

/** The beginning of the last declaration that begins before `offset`. */
function declarationAt(project: Project, path: string, offset: number): number {
  const declarations = project.files.get(path)?.ast.declarations ?? [];
  let low = 0;
  let high = declarations.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((declarations[middle]?.span.start ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return declarations[low - 1]?.span.start ?? 0;
}

function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

function lineAt(text: string, offset: number): string {
  const start = lineStart(text, offset);
  const end = text.indexOf('\n', offset);
  return text.slice(start, Math.min(end < 0 ? text.length : end, start + maxLine));
}

/** Does one of the lines look as if it declared this name? */
function declares(lines: ReadonlySet<string>, name: string): boolean {
  if (!/^\w+$/.test(name)) return false;
  const before = new RegExp(`(?:^|[,{]|\\b(?:let|fn|enum|record|index|agents|actions))\\s*${name}\\b`);
  const behind = new RegExp(`\\b${name}(?:\\s*(?:\\[[^\\]]*\\]\\s*)?(?::|~|=(?!=))|\\s+\\d)`);
  return [...lines].some(line => before.test(line) || behind.test(line));
}
