/** Where in a program the cursor stands, by the words and signs before it: completion must know while the program is unfinished. */
import type { Piece } from '../grammar/index.ts';
import type { Sheet, Span } from './base.ts';

export interface Bracket {
  readonly sign: '(' | '[' | '{';
  /** Words and signs of the statement before it, the nearest last; at most some. */
  readonly head: readonly string[];
  readonly start: number;
  /** Words directly inside, each the first of a line or behind a comma: names that were given already. */
  readonly given: readonly string[];
  /** Commas passed inside. */
  readonly commas: number;
}

export interface Situation {
  /** What the typed beginning of a word would replace. */
  readonly replace: Span;
  readonly prefix: string;
  /** Words and signs before the prefix, the nearest last; empty inside of comments and texts, with `silent`. */
  readonly before: readonly string[];
  readonly silent: boolean;
  /** Open brackets, the innermost last. */
  readonly brackets: readonly Bracket[];
  /** The prefix is the first word of its line. */
  readonly lineStart: boolean;
  /** The keyword that the top-level declaration begins with, and its words up to the first bracket. */
  readonly declaration: readonly string[];
}

const beginners = /^(import|game|enum|record|let|fn|solve|train|sweep|assert|mixer|network)$/;
const opens: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const longestHead = 12;

export function situationAt(sheet: Sheet, offset: number): Situation {
  const { text, pieces } = sheet;
  const current = sheet.pieceAt(offset);
  const piece = current === undefined ? undefined : pieces[current];
  const typing = piece !== undefined && piece.kind === 'word' && piece.start < offset ? piece : undefined;
  const silent =
    piece !== undefined &&
    piece.start < offset &&
    (((piece.kind === 'comment' || piece.kind === 'doc') && offset <= piece.end) ||
      (piece.kind === 'string' && offset < piece.end) ||
      piece.kind === 'mistake' ||
      (piece.kind === 'number' && offset <= piece.end));
  const start = typing?.start ?? offset;
  const seen = pieces.filter(one => one.end <= start && one.kind !== 'comment' && one.kind !== 'doc');
  const lineBegin = text.lastIndexOf('\n', start - 1) + 1;
  const lineStart = text.slice(lineBegin, start).trim() === '';
  // A declaration begins where a line does; a beginner inside of a game is indented.
  let first = 0;
  for (let k = seen.length - 1; k >= 0; k--) {
    const one = seen[k]!;
    const column = one.start - (text.lastIndexOf('\n', one.start - 1) + 1);
    if (column === 0 && beginners.test(one.text)) {
      first = k;
      break;
    }
  }
  const own = seen.slice(first);
  const stop = own.findIndex(one => one.text in opens);
  return {
    replace: { start, end: typing?.end ?? offset },
    prefix: text.slice(start, offset),
    before: own.slice(-longestHead).map(one => one.text),
    silent,
    brackets: bracketsOf(text, own),
    lineStart,
    declaration: own.slice(0, stop < 0 ? own.length : stop).map(one => one.text),
  };
}

interface Open {
  readonly sign: Bracket['sign'];
  readonly head: readonly string[];
  readonly start: number;
  readonly given: string[];
  commas: number;
}

function bracketsOf(text: string, pieces: readonly Piece[]): readonly Bracket[] {
  const open: Open[] = [];
  let statement: string[] = [];
  const statements: string[][] = [];
  let previous: Piece | undefined;
  for (const piece of pieces) {
    const fresh = previous === undefined || text.slice(previous.end, piece.start).includes('\n');
    const top = open.at(-1);
    if (top !== undefined && piece.kind === 'word' && (fresh || previous?.text === ',' || previous?.text === top.sign))
      top.given.push(piece.text);
    // In one line `{ alpha = 1 epsilon = 2 }`: a word with `=` behind it was given too.
    if (top !== undefined && piece.text === '=' && previous?.kind === 'word' && !top.given.includes(previous.text))
      top.given.push(previous.text);
    if (fresh && (top === undefined || top.sign === '{')) statement = [];
    if (piece.text in opens && piece.kind === 'sign') {
      open.push({
        sign: piece.text as Bracket['sign'],
        head: statement.slice(-longestHead),
        start: piece.start,
        given: [],
        commas: 0,
      });
      statements.push(statement);
      statement = [];
    } else if (piece.text === ')' || piece.text === ']' || piece.text === '}') {
      const closed = open.pop();
      statement = statements.pop() ?? [];
      if (closed !== undefined) statement = [...statement, `${closed.sign}${piece.text}`];
    } else {
      if (piece.text === ',' && top !== undefined) top.commas++;
      statement.push(piece.text);
    }
    previous = piece;
  }
  return open;
}
