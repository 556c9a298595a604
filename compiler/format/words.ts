/** Pieces on their way to new lines: how many breaks stand before each, which brackets belong together. */
import type { Piece } from '../../grammar/index.ts';
import type { Roles } from './roles.ts';

export interface Word {
  readonly kind: Piece['kind'] | 'frozen';
  readonly text: string;
  readonly start: number;
  /** Line breaks before it: none, one, or two for a blank line. */
  breaks: 0 | 1 | 2;
  /** Index of the bracket that belongs to this one; -1 for everything else. */
  pair: number;
}

export const isOpener = ({ kind, text }: Word): boolean =>
  kind === 'sign' && (text === '(' || text === '[' || text === '{');
export const isCloser = ({ kind, text }: Word): boolean =>
  kind === 'sign' && (text === ')' || text === ']' || text === '}');
export const isComment = ({ kind }: Word): boolean => kind === 'comment' || kind === 'doc';
/** Nothing can follow it on its line. */
export const endsLine = ({ kind, text }: Word): boolean =>
  kind === 'doc' || kind === 'frozen' || (kind === 'comment' && text.startsWith('//'));

/** A region of the text that stays as it is. */
export interface Frozen {
  readonly start: number;
  readonly end: number;
}

export function wordsOf(text: string, pieces: readonly Piece[], frozen: readonly Frozen[]): Word[] {
  const words: Word[] = [];
  let end = 0;
  let region = 0;
  const add = (kind: Word['kind'], from: number, to: number, image: string): void => {
    const lines = text.slice(end, from).split('\n').length - 1;
    words.push({ kind, text: image, start: from, breaks: lines === 0 ? 0 : lines === 1 ? 1 : 2, pair: -1 });
    end = to;
  };
  for (const piece of pieces) {
    while (region < frozen.length && frozen[region]!.end <= piece.start) region++;
    const kept = frozen[region];
    if (kept === undefined || piece.start < kept.start) add(piece.kind, piece.start, piece.end, piece.text);
    else if (piece.start === kept.start) add('frozen', kept.start, kept.end, text.slice(kept.start, kept.end));
  }
  pairBrackets(words);
  return words;
}

function pairBrackets(words: readonly Word[]): void {
  const open: number[] = [];
  for (const [at, word] of words.entries()) {
    if (isOpener(word)) open.push(at);
    else if (isCloser(word)) {
      const opener = open.pop();
      if (opener === undefined) continue;
      word.pair = opener;
      words[opener]!.pair = at;
    }
  }
}

/** Author's breaks where they may stand, and those that every program has. */
export function settleBreaks(words: readonly Word[], roles: Roles): void {
  for (const [at, word] of words.entries()) {
    const before = words[at - 1];
    if (before === undefined) {
      word.breaks = 0;
      continue;
    }
    if (endsLine(before) || word.kind === 'frozen' || word.kind === 'doc') word.breaks = atLeast(word.breaks, 1);
    else if (word.text === ',' || (word.text === '{' && roles.blocks.has(word.start))) word.breaks = 0;
    // Blank lines at the edges of brackets say nothing.
    if (isOpener(before) && word.breaks > 1) word.breaks = 1;
    if (isCloser(word) && word.breaks > 1) word.breaks = 1;
  }
  for (const [at, word] of words.entries()) {
    if (!isOpener(word) || word.pair < 0) continue;
    if (roles.blocks.has(word.start) && isSpread(words, at, roles)) spread(words, at, roles);
    const hangs = words[at + 1]!.breaks > 0;
    const closer = words[word.pair]!;
    if (hangs) closer.breaks = word.pair === at + 1 ? 0 : 1;
    else if (!endsLine(words[word.pair - 1]!)) closer.breaks = 0;
    if (word.pair === at + 1) closer.breaks = 0;
  }
}

/** Does a block go over several lines as it was written? Payoff tables always do. */
function isSpread(words: readonly Word[], opener: number, roles: Roles): boolean {
  const { pair, start } = words[opener]!;
  if (pair === opener + 1) return false;
  if (roles.tables.some(({ span, rows }) => rows.length > 0 && span.start < start && start < span.end)) return true;
  for (let at = opener + 1; at < pair; at++) {
    const word = words[at]!;
    if (word.breaks > 0 && (at === opener + 1 || roles.items.has(word.start) || isComment(word))) return true;
    if (isOpener(word) && word.pair > 0) {
      if (holdsSpread(words, at, roles)) return true;
      at = word.pair;
    }
  }
  return false;
}

/** A block around one that goes over several lines does so too. */
function holdsSpread(words: readonly Word[], opener: number, roles: Roles): boolean {
  if (roles.blocks.has(words[opener]!.start) && isSpread(words, opener, roles)) return true;
  for (let at = opener + 1; at < words[opener]!.pair; at++) {
    if (!isOpener(words[at]!) || words[at]!.pair < 0) continue;
    if (holdsSpread(words, at, roles)) return true;
    at = words[at]!.pair;
  }
  return false;
}

/** Puts every item of a block on lines of its own. */
export function spread(words: readonly Word[], opener: number, roles: Roles): void {
  const { pair } = words[opener]!;
  for (let at = opener + 1; at < pair; at++) {
    const word = words[at]!;
    const trailing = isComment(word) && word.breaks === 0 && !word.text.includes('\n');
    if (at === opener + 1 ? !trailing : roles.items.has(word.start)) word.breaks = atLeast(word.breaks, 1);
    if (at === opener + 1 && word.breaks > 1) word.breaks = 1;
    if (isOpener(word) && word.pair > 0) at = word.pair;
  }
  words[pair]!.breaks = 1;
}

function atLeast(breaks: Word['breaks'], least: 1 | 2): Word['breaks'] {
  return breaks < least ? least : breaks;
}

/** Declarations of a file stand on lines of their own, those of several lines apart from their neighbours. */
export function separate(words: readonly Word[], starts: ReadonlySet<number>): void {
  const firsts = [...words.entries()].flatMap(([at, word]) =>
    starts.has(word.start) || word.kind === 'frozen' ? [at] : [],
  );
  let wasLong = false;
  for (const [k, first] of firsts.entries()) {
    let head = first;
    while (head > 0 && isComment(words[head - 1]!) && words[head - 1]!.breaks > 0 && words[head]!.breaks === 1) head--;
    let end = firsts[k + 1] ?? words.length;
    while (end > first + 1 && isComment(words[end - 1]!)) end--;
    const isLong = words.slice(first + 1, end).some(({ breaks }) => breaks > 0) || words[first]!.kind === 'frozen';
    if (first > 0 && words[first]!.breaks === 0) words[first]!.breaks = 1;
    if (k > 0 && (isLong || wasLong) && head > 0 && words[head]!.kind !== 'frozen') words[head]!.breaks = 2;
    wasLong = isLong;
  }
}
