/** The one style, as edits: of declarations that change, of the spaces between words in a stretch, and while typing. */
import { format } from '../compiler/format/index.ts';
import { scan } from '../grammar/index.ts';
import type { Edit, Sheet, Span } from './base.ts';
import { chunksOf } from './slices.ts';

/** Edits for the whole file. */
export function formatting(sheet: Sheet): readonly Edit[] {
  const formatted = format(sheet.text).text;
  if (formatted === sheet.text) return [];
  const before = chunksOf(sheet.text);
  const after = chunksOf(formatted);
  // Formatting keeps declarations apart; should it not, the whole text is one edit.
  if (before.length !== after.length)
    return [{ path: sheet.path, span: { start: 0, end: sheet.text.length }, text: formatted }];
  return before.flatMap((old, k) => {
    const now = after[k]!;
    if (old.text === now.text) return [];
    return [{ path: sheet.path, span: { start: old.start, end: old.end }, text: now.text }];
  });
}

/** Edits for the lines that a stretch touches. */
export function rangeFormatting(sheet: Sheet, { start, end }: Span): readonly Edit[] {
  const from = sheet.lines.lineSpan(sheet.lines.position(start).line).start;
  // A selection of whole lines ends where the next one begins.
  const last = sheet.text[end - 1] === '\n' && end > start ? end - 1 : end;
  const to = sheet.lines.lineSpan(sheet.lines.position(last).line).end;
  return spaces(sheet).filter(({ span }) => from <= span.end && span.end <= to);
}

/**
 * Edits after a character was typed. A closing brace lays out all that it closes; a line break lays out the line that it ends and
 * indents the new one, which works while the rest is still to be written.
 */
export function typeFormatting(sheet: Sheet, offset: number, typed: string): readonly Edit[] {
  if (typed === '}') {
    const open = openerOf(sheet, offset - 1);
    return open === undefined ? [] : rangeFormatting(sheet, { start: open, end: offset });
  }
  if (typed !== '\n') return [];
  const { line } = sheet.lines.position(offset);
  const here = sheet.lines.lineSpan(line);
  const before = line > 1 ? sheet.lines.lineSpan(line - 1) : undefined;
  const ended =
    before === undefined
      ? []
      : spaces(sheet).filter(({ span }) => before.start <= span.end && span.end < here.start && span.end <= before.end);
  return [...ended, ...indentation(sheet, here)];
}

/** The opening brace that the closing one at an offset belongs to. */
function openerOf({ pieces }: Sheet, offset: number): number | undefined {
  const open: number[] = [];
  for (const { kind, text, start } of pieces) {
    if (kind !== 'sign') continue;
    if (text === '{' || text === '(' || text === '[') open.push(start);
    else if (text === '}' || text === ')' || text === ']') {
      const at = open.pop();
      if (start === offset) return at;
    }
  }
  return undefined;
}

/** A line without words yet, or with only a closing bracket, two spaces deeper than each line that opens a bracket around it. */
function indentation(sheet: Sheet, line: Span): readonly Edit[] {
  const text = sheet.slice(line).replace(/\r?\n$/, '');
  const rest = text.trimStart();
  if (rest !== '' && !/^[)\]}]/.test(rest)) return [];
  const open: number[] = [];
  for (const { kind, text: sign, start, end } of sheet.pieces) {
    if (start >= line.start) break;
    // Inside of a map or a comment every space is the author's.
    if (end > line.start) return [];
    if (kind !== 'sign') continue;
    if (sign === '{' || sign === '(' || sign === '[') open.push(sheet.lines.position(start).line);
    else if (sign === '}' || sign === ')' || sign === ']') open.pop();
  }
  const depth = new Set(rest === '' ? open : open.slice(0, -1)).size;
  const wanted = '  '.repeat(depth);
  const { start } = line;
  const end = start + (text.length - rest.length);
  return sheet.slice({ start, end }) === wanted ? [] : [{ path: sheet.path, span: { start, end }, text: wanted }];
}

/** What formatting changes, word by word: the spaces before it, or a map itself. None where words would not stay the same. */
function spaces(sheet: Sheet): readonly Edit[] {
  const { path, text, pieces } = sheet;
  const formatted = format(text).text;
  if (formatted === text) return [];
  const after = scan(formatted);
  if (after.length !== pieces.length) return [];
  const edits: Edit[] = [];
  const add = (start: number, end: number, now: string): void => {
    if (text.slice(start, end) !== now) edits.push({ path, span: { start, end }, text: now });
  };
  let [old, now] = [0, 0];
  for (const [k, piece] of pieces.entries()) {
    const other = after[k]!;
    if (other.kind !== piece.kind) return [];
    add(old, piece.start, formatted.slice(now, other.start));
    add(piece.start, piece.end, formatted.slice(other.start, other.end));
    [old, now] = [piece.end, other.end];
  }
  add(old, text.length, formatted.slice(now));
  return edits;
}
