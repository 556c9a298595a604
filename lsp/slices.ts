/**
 * Checking only what a keystroke can have changed. A file is cut into its top-level declarations; where one of them was edited, a text is
 * checked in which all others are blank, except those that it mentions and those that mention it. Places stay the same, as blanks take
 * the room of what they hide; diagnostics of the rest are those of before, moved. What this misses, the whole check that follows finds.
 */
import type { Diagnostic } from '../compiler/api.ts';
import { type Piece, scan } from '../grammar/index.ts';
import type { Span } from './base.ts';

export interface Chunk extends Span {
  readonly text: string;
  readonly isImport: boolean;
  /** Words in it, its own name among them. */
  readonly words: ReadonlySet<string>;
  /** Names that the rest of the file may use: its own, and members of an enum. */
  readonly gives: readonly string[];
  /** It begins with a keyword and every text and comment in it ends, so that what is wrong here stays here. */
  readonly whole: boolean;
  /** Brackets come in pairs. */
  readonly closed: boolean;
  /** As long as the text, with the same line breaks and spaces between them. */
  blank(): string;
}

const beginners: ReadonlySet<string> = new Set([
  'import',
  'game',
  'enum',
  'record',
  'let',
  'fn',
  'solve',
  'train',
  'sweep',
  'assert',
  'mixer',
  'network',
]);

/** Declarations that begin at the start of a line, with the comments before them. */
export function chunksOf(text: string, pieces: readonly Piece[] = scan(text)): readonly Chunk[] {
  const starts: number[] = [0];
  let comments: number | undefined;
  for (let k = 0; k < pieces.length; k++) {
    const piece = pieces[k]!;
    if (piece.kind === 'comment' || piece.kind === 'doc') {
      if (atLineStart(text, piece.start)) comments ??= k;
      continue;
    }
    if (atLineStart(text, piece.start) && beginners.has(piece.text)) starts.push(comments ?? k);
    comments = undefined;
  }
  const cuts = [...new Set(starts)];
  return cuts.flatMap((first, k) => {
    const last = cuts[k + 1] ?? pieces.length;
    const start = k === 0 ? 0 : (pieces[first]?.start ?? text.length);
    const end = last >= pieces.length ? text.length : pieces[last]!.start;
    return end <= start && text.length > 0 ? [] : [chunk(text, pieces.slice(first, last), start, end)];
  });
}

/**
 * The declarations of a text, given those of an older one: only those around the edit are looked at again. The pieces of the others
 * are the same, as none reaches over the beginning of a declaration.
 */
export function rechunked(before: readonly Chunk[], old: string, text: string): readonly Chunk[] {
  if (text === old) return before;
  const shortest = Math.min(old.length, text.length);
  let same = 0;
  while (same < shortest && old.charCodeAt(same) === text.charCodeAt(same)) same++;
  let tail = 0;
  const most = shortest - same;
  while (tail < most && old.charCodeAt(old.length - 1 - tail) === text.charCodeAt(text.length - 1 - tail)) tail++;
  // One more on either side: an edit can join a declaration to its neighbour.
  const first = before.findLastIndex(one => one.start <= same) - 1;
  const last = before.findIndex(one => one.end >= old.length - tail) + 1;
  if (first < 1 || last < 1 || last >= before.length - 1) return chunksOf(text);
  const moved = text.length - old.length;
  const { start } = before[first]!;
  const window = text.slice(start, before[last]!.end + moved);
  const pieces = scan(window);
  const fresh = chunksOf(window, pieces);
  const end = pieces.at(-1)?.kind;
  // A text without its end goes on behind the window, and a comment at the end belongs to what follows.
  if (fresh.some(one => !one.whole) || end === 'comment' || end === 'doc') return chunksOf(text);
  return [
    ...before.slice(0, first),
    ...fresh.map(one => shifted(one, start)),
    ...before.slice(last + 1).map(one => shifted(one, moved)),
  ];
}

function shifted(one: Chunk, by: number): Chunk {
  return by === 0 ? one : { ...one, start: one.start + by, end: one.end + by };
}

function atLineStart(text: string, at: number): boolean {
  return at === 0 || text[at - 1] === '\n' || text[at - 1] === '\r';
}

function chunk(text: string, pieces: readonly Piece[], start: number, end: number): Chunk {
  const own = pieces.filter(piece => piece.kind !== 'comment' && piece.kind !== 'doc');
  const words = new Set(own.flatMap(piece => (piece.kind === 'word' ? [piece.text] : [])));
  const keyword = own[0]?.text;
  const gives: string[] = [];
  if (own[1]?.kind === 'word' && keyword !== 'import' && keyword !== 'assert') gives.push(own[1].text);
  if (keyword === 'enum') for (const piece of own.slice(2)) if (piece.kind === 'word') gives.push(piece.text);
  return {
    start,
    end,
    text: text.slice(start, end),
    isImport: keyword === 'import',
    words,
    gives,
    closed: balanced(own),
    blank: blanked(text.slice(start, end)),
    whole:
      keyword !== undefined &&
      beginners.has(keyword) &&
      own.every(piece => piece.kind !== 'mistake') &&
      !/\/\*/.test(text.slice(start, end)),
  };
}

/** Made when it is first asked for: most declarations are blank in every check of another. */
function blanked(text: string): () => string {
  let made: string | undefined;
  return () => {
    made ??= text.replace(/[^\r\n]/g, ' ');
    return made;
  };
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

function balanced(pieces: readonly Piece[]): boolean {
  const open: string[] = [];
  for (const { kind, text } of pieces) {
    if (kind !== 'sign') continue;
    const close = closing[text];
    if (close !== undefined) open.push(close);
    else if ((text === ')' || text === ']' || text === '}') && open.pop() !== text) return false;
  }
  return open.length === 0;
}

export interface Slice {
  /** The whole text with what does not matter blanked out. */
  readonly text: string;
  /** Where the check of `text` speaks for the file: the edited declarations and those that mention them. */
  readonly affected: readonly Span[];
}

/** What to check after an edit; undefined where only the whole file will do. `names` are those that an import brings. */
export function sliceFor(
  before: readonly Chunk[],
  after: readonly Chunk[],
  names: (item: Chunk) => readonly string[],
): Slice | undefined {
  const [old, now] = difference(before, after);
  if (now.length === 0 || now.length > 4) return undefined;
  if ([...old, ...now].some(one => !one.whole || one.isImport)) return undefined;
  const affected = new Set<Chunk>(now);
  const changed = new Set([...old, ...now].flatMap(one => one.gives));
  grow(
    affected,
    changed,
    after,
    (one, known) => mentions(one.words, known),
    one => one.gives,
  );
  const needed = new Set<Chunk>(affected);
  const mentioned = new Set<string>();
  for (const one of affected) for (const word of one.words) mentioned.add(word);
  grow(
    needed,
    mentioned,
    after,
    (one, known) => mentions(one.isImport ? names(one) : one.gives, known),
    one => (one.isImport ? [] : one.words),
  );
  if ([...needed].some(one => !one.whole)) return undefined;
  // Where a bracket is missing, the message names what stands behind.
  for (const [k, one] of after.entries()) {
    const next = after[k + 1];
    if (affected.has(one) && !one.closed && next !== undefined) needed.add(next);
  }
  const size = [...needed].reduce((sum, one) => sum + one.text.length, 0);
  const total = after.reduce((sum, one) => sum + one.text.length, 0);
  if (size > total * 0.8) return undefined;
  const text = after.map(one => (needed.has(one) ? one.text : one.blank())).join('');
  return { text, affected: [...affected].map(({ start, end }) => ({ start, end })) };
}

function mentions(words: Iterable<string>, known: ReadonlySet<string>): boolean {
  for (const word of words) if (known.has(word)) return true;
  return false;
}

/** Adds chunks until no other joins. */
function grow(
  found: Set<Chunk>,
  known: Set<string>,
  all: readonly Chunk[],
  joins: (one: Chunk, known: ReadonlySet<string>) => boolean,
  brings: (one: Chunk) => Iterable<string>,
): void {
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const one of all)
      if (!found.has(one) && joins(one, known)) {
        found.add(one);
        for (const name of brings(one)) known.add(name);
      }
  }
}

/** The chunks between the common beginning and the common end. */
function difference(before: readonly Chunk[], after: readonly Chunk[]): readonly [readonly Chunk[], readonly Chunk[]] {
  let head = 0;
  while (head < before.length && head < after.length && before[head]!.text === after[head]!.text) head++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before.at(-1 - tail)!.text === after.at(-1 - tail)!.text) tail++;
  return [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
}

/** Diagnostics of the last whole check, moved to where their declarations are now, and those of the slice. */
export function merged(
  path: string,
  last: readonly Diagnostic[],
  before: readonly Chunk[],
  after: readonly Chunk[],
  slice: Slice,
  fresh: readonly Diagnostic[],
): readonly Diagnostic[] {
  const place = mover(before, after);
  const speaks = (span: Span): boolean =>
    slice.affected.some(({ start, end }) => start <= span.start && span.start < end);
  const kept = last.flatMap(one => {
    if (one.at.file !== path) return [];
    const moved = movedDiagnostic(one, path, place);
    return moved === undefined || speaks(moved.at.span) ? [] : [moved];
  });
  return [
    ...[...kept, ...fresh.filter(one => one.at.file === path && speaks(one.at.span))].sort(
      (a, b) => a.at.span.start - b.at.span.start || a.at.span.end - b.at.span.end,
    ),
    ...last.filter(one => one.at.file !== path),
  ];
}

type Move = (span: Span) => Span | undefined;

/** Where places of the old text are in the new one; undefined inside of what was edited. */
function mover(before: readonly Chunk[], after: readonly Chunk[]): Move {
  const [old, now] = difference(before, after);
  const start = old[0]?.start ?? now[0]?.start ?? 0;
  const end = old.at(-1)?.end ?? start;
  const delta = now.reduce((sum, one) => sum + one.text.length, 0) - old.reduce((sum, one) => sum + one.text.length, 0);
  return span => {
    if (span.end < start || (span.end === start && span.start < start)) return span;
    return span.start >= end ? { start: span.start + delta, end: span.end + delta } : undefined;
  };
}

function movedDiagnostic(one: Diagnostic, path: string, place: Move): Diagnostic | undefined {
  const span = place(one.at.span);
  if (span === undefined) return undefined;
  const related = one.related.flatMap(other => {
    const at = other.at.file === path ? place(other.at.span) : other.at.span;
    return at === undefined ? [] : [{ ...other, at: { ...other.at, span: at } }];
  });
  const fixes = one.fixes.flatMap(fix => {
    const edits = fix.edits.flatMap(edit => {
      const at = edit.file === path ? place(edit.span) : edit.span;
      return at === undefined ? [] : [{ ...edit, span: at }];
    });
    return edits.length === fix.edits.length ? [{ ...fix, edits }] : [];
  });
  return { ...one, at: { ...one.at, span }, related, fixes };
}
