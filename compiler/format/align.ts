/** Signs of neighbouring lines one below the other: equations, fields, settings, arms of a match, cells of a payoff table. */
import type { Span } from '../../grammar/ast.ts';
import { gap } from './gap.ts';
import type { Group, Roles, Table } from './roles.ts';
import { isCloser, isComment, isOpener, type Word } from './words.ts';

/** Lines whose signs stand farther apart than this are not lined up; arms with many patterns stand beside short ones. */
const farthest: Readonly<Record<Group, number>> = {
  equation: 6,
  draw: 6,
  field: 8,
  entry: 8,
  setting: 8,
  arm: 4,
  fn: 6,
  let: 6,
  none: 0,
};
/** Spaces between the columns of a payoff table. */
const between = 4;

/** Spaces before a word that differ from `gap`, by its offset. */
export type Pads = ReadonlyMap<number, number>;

interface Member {
  readonly group: Group;
  /** The word that moves, the width of the line up to it, and the spaces that always stand there. */
  readonly word: Word;
  readonly width: number;
  readonly least: number;
}

export function padsOf(words: readonly Word[], roles: Roles): Pads {
  const pads = new Map<number, number>();
  const indexOf = new Map(words.map((word, at) => [word.start, at]));
  for (const table of roles.tables) if (indexOf.has(table.span.start)) tablePads(words, roles, table, pads);
  // Runs of members by the bracket they stand in.
  const runs: { run: Member[]; depth: number }[] = [{ run: [], depth: 0 }];
  const flush = (): void => {
    const { run } = runs.at(-1)!;
    const widest = Math.max(0, ...run.map(({ width }) => width));
    if (run.length > 1) for (const { word, width, least } of run) pads.set(word.start, widest - width + least);
    runs.at(-1)!.run = [];
  };
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const group = roles.items.get(word.start);
    if (group !== undefined && !isComment(word)) {
      const member = memberAt(words, at, group, roles, pads);
      const { run } = runs.at(-1)!;
      const last = run.at(-1);
      const blank = leadingBreaks(words, at) > 1;
      const near = (member?: Member): boolean =>
        member !== undefined &&
        last?.group === member.group &&
        run.every(({ width }) => Math.abs(width - member.width) <= farthest[group]);
      if (blank || !near(member)) flush();
      if (member !== undefined) runs.at(-1)!.run.push(member);
    }
    if (isOpener(word)) runs.push({ run: [], depth: runs.length });
    else if (isCloser(word) && runs.length > 1) {
      flush();
      runs.pop();
    }
  }
  while (runs.length > 0) {
    flush();
    runs.pop();
  }
  return pads;
}

/** Breaks before an item, or before the comments that stand above it. */
function leadingBreaks(words: readonly Word[], at: number): number {
  let most: number = words[at]!.breaks;
  for (let k = at - 1; k >= 0 && isComment(words[k]!) && words[k]!.breaks > 0; k--)
    most = Math.max(most, words[k]!.breaks);
  return most;
}

function memberAt(words: readonly Word[], at: number, group: Group, roles: Roles, pads: Pads): Member | undefined {
  if (group === 'none' || (at > 0 && words[at]!.breaks === 0)) return undefined;
  const afterColon = group === 'field' || group === 'entry';
  let width = words[at]!.text.length;
  for (let k = at + 1; k < words.length; k++) {
    const word = words[k]!;
    if (word.breaks > 0) return undefined;
    // What follows a colon moves, other signs move themselves.
    const point = afterColon ? words[k - 1]! : word;
    if (roles.points.has(point.start) && (afterColon || (words[k + 1]?.breaks ?? 1) === 0))
      return group === 'fn' && !isOneLine(words, k) ? undefined : { group, word, width, least: 1 };
    if (isComment(word)) return undefined;
    width += (pads.get(word.start) ?? gap(words, k, roles)) + word.text.length;
  }
  return undefined;
}

/** Does an item end on the line of this word, so far as brackets tell? */
function isOneLine(words: readonly Word[], at: number): boolean {
  const next = words.findIndex((word, k) => k > at && word.breaks > 0);
  const rest = words.slice(at, next < 0 ? words.length : next);
  const last = rest.at(-1)!;
  return last.text !== '=' && rest.every(word => !isOpener(word) || word.pair < at + rest.length);
}

// ------------------------------------------------------------------------------------------ payoff tables

interface Cell {
  /** Indices of its words. */
  readonly from: number;
  readonly to: number;
  /** Starts and ends of the expressions of a cell that has one alternative of several. */
  readonly parts: readonly { readonly from: number; readonly to: number }[];
}

function tablePads(words: readonly Word[], roles: Roles, table: Table, pads: Map<number, number>): void {
  const width = (from: number, to: number): number => {
    let sum = 0;
    for (let at = from; at < to; at++)
      sum += words[at]!.text.length + (at === from ? 0 : (pads.get(words[at]!.start) ?? gap(words, at, roles)));
    return sum;
  };
  const rows = table.rows.map(row => rowOf(words, row));
  const columns = Math.max(0, ...rows.map(row => row.cells.length));
  const labelWidth = Math.max(0, ...rows.map(row => width(row.label.from, row.label.to)));
  const header = table.header?.map(span => rangeOf(words, span));

  const widths = Array.from({ length: columns }, (_, c) => {
    const cells = rows.flatMap(row => row.cells[c] ?? []);
    lineUpParts(words, cells, width, pads);
    const label = header?.[c];
    return Math.max(
      ...cells.map(cell => width(cell.from, cell.to)),
      label === undefined ? 0 : width(label.from, label.to),
    );
  });
  for (const { label, cells } of rows) {
    let free = labelWidth - width(label.from, label.to);
    for (const [c, cell] of cells.entries()) {
      pads.set(words[cell.from]!.start, free + between + widths[c]! - width(cell.from, cell.to));
      free = 0;
    }
  }
  for (const [c, label] of (header ?? []).entries()) {
    const before = between + (widths[c] ?? 0) - width(label.from, label.to);
    pads.set(words[label.from]!.start, c === 0 ? labelWidth + before : before);
  }
}

/** `( 0, -5)` below `(-1, -1)`. */
function lineUpParts(
  words: readonly Word[],
  cells: readonly Cell[],
  width: (from: number, to: number) => number,
  pads: Map<number, number>,
): void {
  const count = cells[0]?.parts.length ?? 0;
  if (count < 2 || cells.some(({ parts }) => parts.length !== count)) return;
  for (let p = 0; p < count; p++) {
    const widest = Math.max(...cells.map(({ parts }) => width(parts[p]!.from, parts[p]!.to)));
    for (const { parts } of cells) {
      const { from, to } = parts[p]!;
      pads.set(words[from]!.start, widest - width(from, to) + (p === 0 ? 0 : 1));
    }
  }
}

function rowOf(
  words: readonly Word[],
  { labels, cells }: Table['rows'][number],
): { readonly label: { readonly from: number; readonly to: number }; readonly cells: readonly Cell[] } {
  const inner = rangeOf(words, labels);
  let from = inner.from;
  if (words[from - 1]?.text === '(') from--;
  // Up to the colon and with it.
  let at = inner.to;
  while (words[at] !== undefined && words[at]!.text !== ':') at++;
  const label = { from, to: at + 1 };
  const found: Cell[] = [];
  let start = at + 1;
  for (const [c, alternatives] of cells.entries()) {
    const last = alternatives.at(-1)!.at(-1)!;
    let end = rangeOf(words, last).to;
    const next = cells[c + 1]?.[0]?.[0]?.start;
    while (
      words[end] !== undefined &&
      isCloser(words[end]!) &&
      (next === undefined ? words[end]!.text === ')' : words[end]!.start < next)
    )
      end++;
    const [only] = alternatives;
    const parts = alternatives.length === 1 ? only!.map(span => rangeOf(words, span)) : [];
    found.push({ from: start, to: end, parts });
    start = end;
  }
  return { label, cells: found };
}

function rangeOf(words: readonly Word[], { start, end }: Span): { readonly from: number; readonly to: number } {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (words[middle]!.start < start) low = middle + 1;
    else high = middle;
  }
  let to = low;
  while (to < words.length && words[to]!.start < end) to++;
  return { from: low, to };
}
