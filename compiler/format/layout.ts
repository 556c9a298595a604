/** Where every word stands: the column of each line from the brackets and items around it. */
import type { Pads } from './align.ts';
import { gap } from './gap.ts';
import { mapText } from './maps.ts';
import type { Roles } from './roles.ts';
import { isCloser, isComment, isOpener, type Word } from './words.ts';

/** Lines are broken where they would be longer. */
export const lineWidth = 120;
const step = 2;

export interface Line {
  /** Words `from` to `to` (exclusive). */
  readonly from: number;
  readonly to: number;
  readonly indent: number;
  /** Column behind the last word that is no comment at the end. */
  readonly end: number;
}

export interface Laid {
  readonly columns: readonly number[];
  readonly lines: readonly Line[];
}

interface Open {
  readonly hangs: boolean;
  /** Indentation of the line of the bracket, its own column, and the column of what stands in it. */
  readonly line: number;
  readonly column: number;
  content: number;
  /** Column of the item that is being written; undefined before the first. */
  item: number | undefined;
  readonly block: boolean;
}

export function lay(words: readonly Word[], roles: Roles, pads: Pads): Laid {
  const columns: number[] = [];
  const lines: Line[] = [];
  const columnOf = new Map<number, number>();
  const open: Open[] = [{ hangs: true, line: 0, column: 0, content: 0, item: undefined, block: true }];
  let from = 0;
  let indent = 0;
  let column = 0;
  for (const [at, word] of words.entries()) {
    if (at === 0 || word.breaks > 0) {
      if (at > 0) lines.push({ from, to: at, indent, end: endOf(words, columns, from, at) });
      from = at;
      indent = indentAt(words, at, open, roles, columnOf);
      column = indent + (pads.get(word.start) ?? 0);
    } else column += pads.get(word.start) ?? gap(words, at, roles);
    columns.push(column);
    columnOf.set(word.start, column);
    const inner = open.at(-1)!;
    if (roles.items.has(word.start)) inner.item = at === from ? indent : column;
    if (inner.content < 0) inner.content = column;
    const start = column;
    column = columnBehind(mapText(word, indent), column);
    if (isOpener(word)) {
      const next = words[at + 1];
      const hangs = next === undefined || next.breaks > 0 || (isComment(next) && (words[at + 2]?.breaks ?? 1) > 0);
      open.push({
        hangs,
        line: indent,
        column: start,
        content: hangs ? indent + step : -1,
        item: undefined,
        block: roles.blocks.has(word.start),
      });
    } else if (isCloser(word) && open.length > 1) open.pop();
  }
  if (words.length > 0) lines.push({ from, to: words.length, indent, end: endOf(words, columns, from, words.length) });
  return { columns, lines };
}

/** The column behind a text that begins in a column. */
export function columnBehind(text: string, column: number): number {
  const lastBreak = text.lastIndexOf('\n');
  return lastBreak < 0 ? column + text.length : text.length - lastBreak - 1;
}

function endOf(words: readonly Word[], columns: readonly number[], from: number, to: number): number {
  let last = to - 1;
  while (last > from && isComment(words[last]!)) last--;
  const { text } = words[last]!;
  // Of a text of several lines only the first stands on this one.
  const first = text.indexOf('\n');
  return columns[last]! + (first < 0 ? text.length : first);
}

function indentAt(
  words: readonly Word[],
  at: number,
  open: readonly Open[],
  roles: Roles,
  columnOf: ReadonlyMap<number, number>,
): number {
  const inner = open.at(-1)!;
  const word = words[at]!;
  if (word.kind === 'frozen') return 0;
  if (isCloser(word)) return inner.hangs ? inner.line : inner.column;
  const content = Math.max(0, inner.content);
  if (isComment(word)) {
    // A comment stands where that stands which it speaks of.
    let next = at + 1;
    while (next < words.length && isComment(words[next]!)) next++;
    return next >= words.length || isCloser(words[next]!) || words[next]!.kind === 'frozen'
      ? content
      : indentAt(words, next, open, roles, columnOf);
  }
  const root = roles.branches.get(word.start);
  const aligned = root === undefined ? undefined : columnOf.get(root);
  if (aligned !== undefined) return aligned;
  if (roles.items.has(word.start)) return inner.item ?? content;
  if (inner.item !== undefined) return inner.item + step;
  return content;
}
