/**
 * The one style of `.marl` files. Only white space changes: every word and comment stays, blank lines (at most one) and line breaks of the
 * author stay where they fit, lines are at most 120 wide. Declarations with errors are left as they are.
 */
import { type Parsed, type Piece, parse, scan } from '../../grammar/index.ts';
import { padsOf } from './align.ts';
import { breakLongLines } from './breaks.ts';
import { columnBehind, type Laid, lay } from './layout.ts';
import { mapText } from './maps.ts';
import { rolesOf } from './roles.ts';
import { type Frozen, separate, settleBreaks, type Word, wordsOf } from './words.ts';

export interface Formatted {
  readonly text: string;
  /** Parts that were left as they are, because they have errors: offsets in the text that was given. */
  readonly kept: readonly Frozen[];
}

/** Formats a file. The result parses to the same tree, and formatting it again changes nothing. */
export function format(text: string): Formatted {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const source = text.slice(mark.length).replaceAll('\r\n', '\n');
  const pieces = scan(source);
  const parsed = parse(source);
  const kept = brokenParts(parsed, pieces);
  const words = wordsOf(source, pieces, kept);
  const roles = rolesOf(parsed.ast, pieces);
  const starts = new Set(parsed.ast.declarations.map(({ span }) => firstWord(pieces, span.start)));
  const settled = (): Laid => {
    settleBreaks(words, roles);
    separate(words, starts);
    return lay(words, roles, padsOf(words, roles));
  };
  let laid = settled();
  while (breakLongLines(words, roles, laid)) laid = settled();
  let result = '';
  for (const { from, to, indent } of laid.lines) {
    result += '\n'.repeat(from === 0 ? 0 : words[from]!.breaks);
    let column = 0;
    for (let at = from; at < to; at++) {
      const word = words[at]!;
      const text = mapText(word, indent);
      result += ' '.repeat(Math.max(0, laid.columns[at]! - column)) + text;
      column = columnBehind(text, laid.columns[at]!);
    }
  }
  const ended = result === '' ? '' : `${result}\n`;
  // The last line of defence: a formatter must never change a program.
  if (!same(pieces, scan(ended))) return { text, kept: [{ start: 0, end: text.length }] };
  return { text: mark + ended, kept };
}

/** The offset of the first word of a declaration: its comments come before it. */
function firstWord(pieces: readonly Piece[], start: number): number {
  return pieces.find(piece => piece.start >= start && piece.kind !== 'doc' && piece.kind !== 'comment')?.start ?? start;
}

/** Runs of words that belong to no declaration without errors. */
function brokenParts({ ast, errors }: Parsed, pieces: readonly Piece[]): Frozen[] {
  if (errors.length === 0) return [];
  const clean = ast.declarations.filter(
    ({ span }) => !errors.some(error => error.span.start <= span.end && error.span.end >= span.start),
  );
  const parts: { start: number; end: number }[] = [];
  let next = 0;
  let open: { start: number; end: number } | undefined;
  for (const piece of pieces) {
    while (next < clean.length && clean[next]!.span.end <= piece.start) next++;
    const declaration = clean[next];
    if (declaration !== undefined && piece.start >= declaration.span.start) open = undefined;
    else if (piece.kind === 'comment' || piece.kind === 'doc') continue;
    else if (open === undefined) {
      open = { start: piece.start, end: piece.end };
      parts.push(open);
    } else open.end = piece.end;
  }
  return parts;
}

/** The same words and comments; only rows of texts may have moved. */
function same(before: readonly Piece[], after: readonly Piece[]): boolean {
  const plain = ({ kind, text }: Piece): string => (kind === 'string' ? text.replaceAll(/\n[ \t]*/g, '\n') : text);
  return before.length === after.length && before.every((piece, k) => plain(piece) === plain(after[k]!));
}

export type { Frozen, Word };
