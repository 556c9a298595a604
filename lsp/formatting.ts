/** The one style, as edits that touch only declarations that change. */
import { format } from '../compiler/format/index.ts';
import type { Edit, Sheet, Span } from './base.ts';
import { chunksOf } from './slices.ts';

/** Edits for the whole file, or for the declarations that a stretch touches. */
export function formatting(sheet: Sheet, range?: Span): readonly Edit[] {
  const formatted = format(sheet.text).text;
  if (formatted === sheet.text) return [];
  const before = chunksOf(sheet.text);
  const after = chunksOf(formatted);
  // Formatting keeps declarations apart; should it not, the whole text is one edit.
  if (before.length !== after.length)
    return range === undefined
      ? [{ path: sheet.path, span: { start: 0, end: sheet.text.length }, text: formatted }]
      : [];
  return before.flatMap((old, k) => {
    const now = after[k]!;
    if (old.text === now.text) return [];
    if (range !== undefined && (old.end <= range.start || old.start >= Math.max(range.end, range.start + 1))) return [];
    return [{ path: sheet.path, span: { start: old.start, end: old.end }, text: now.text }];
  });
}
