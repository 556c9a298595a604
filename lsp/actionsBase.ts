/** What the files of code actions share: the shape of an action, and how places for new text are found. */
import type { Diagnostic } from '../compiler/api.ts';
import type { Edit, Sheet, Span } from './base.ts';
import { contains } from './base.ts';
import { namesOf } from './names.ts';

export type ActionKind = 'quickfix' | 'refactor.rewrite' | 'refactor.extract' | 'source.fixAll';

export interface Action {
  readonly title: string;
  readonly kind: ActionKind;
  readonly edits: readonly Edit[];
  /** Of a repair: what it repairs. */
  readonly repairs: Diagnostic | undefined;
  /** The one an editor may apply without asking. */
  readonly preferred?: true;
}

/** An action that writes `text` at one place. */
export function insertion(title: string, sheet: Sheet, at: number, text: string): Action {
  return rewrite(title, sheet, [{ start: at, end: at, text }]);
}

/** An action of several edits of one file. */
export function rewrite(
  title: string,
  { path }: Sheet,
  edits: readonly (Span & { readonly text: string })[],
  kind: ActionKind = 'refactor.rewrite',
): Action {
  return {
    title,
    kind,
    edits: edits.map(({ start, end, text }) => ({ path, span: { start, end }, text })),
    repairs: undefined,
  };
}

/** Every node of a kind around an offset, the innermost last. */
export function around<T extends { readonly kind: string; readonly span: Span }>(
  tree: unknown,
  kind: T['kind'],
  offset: number,
): readonly T[] {
  const found: T[] = [];
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const child of node) visit(child);
      return;
    }
    const { span, kind: own } = node as { readonly span?: Span; readonly kind?: string };
    if (span !== undefined && !contains(span, offset)) return;
    if (own === kind) found.push(node as T);
    for (const child of Object.values(node)) visit(child);
  };
  visit(tree);
  return found;
}

/** The spaces that the line of an offset begins with. */
export function indentOf(sheet: Sheet, offset: number): string {
  return /^[ \t]*/.exec(sheet.lines.lineText(sheet.lines.position(offset).line))?.[0] ?? '';
}

/** A stretch with the spaces before it, and its line if nothing else stands on it. */
export function wholeLine({ text }: Sheet, { start, end }: Span): Span {
  let from = start;
  while (from > 0 && (text[from - 1] === ' ' || text[from - 1] === '\t')) from--;
  const alone =
    (from === 0 || text[from - 1] === '\n') && (end === text.length || /^[ \t]*\r?\n/.test(text.slice(end)));
  if (!alone) return { start: from, end };
  return { start: from, end: end + (/^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length ?? 0) };
}

/** A name that nothing in the file has yet. */
export function freeName(sheet: Sheet, wanted: string): string {
  const taken = new Set([...namesOf(sheet).decls, ...namesOf(sheet).uses].map(one => one.name));
  let name = wanted;
  for (let k = 2; taken.has(name); k++) name = `${wanted}${k}`;
  return name;
}
