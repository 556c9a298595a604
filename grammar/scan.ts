/** A text as the words, signs and comments it is made of, every character accounted for: what editors and the formatter look at. */
import type { IToken } from 'chevrotain';
import type { Span } from './ast.ts';
import { sharedLexer } from './lexer.ts';
import * as T from './tokens.ts';

export type PieceKind = 'word' | 'number' | 'string' | 'sign' | 'comment' | 'doc' | 'mistake';

export interface Piece extends Span {
  readonly kind: PieceKind;
  readonly text: string;
}

/** Pieces in order; what lies between them is white space. */
export function scan(text: string): readonly Piece[] {
  const { tokens, groups, errors } = sharedLexer().tokenize(text);
  const piece = (token: IToken, kind: PieceKind): Piece => {
    const { image, startOffset: start } = token;
    // A line comment in a file with Windows line ends stops before them already; trailing spaces say nothing.
    const trimmed = kind === 'comment' || kind === 'doc' ? image.trimEnd() : image;
    return { kind, text: trimmed, start, end: start + image.length };
  };
  const found = [
    ...tokens.map(token => piece(token, kindOf(token))),
    ...(groups.comments ?? []).map(token => piece(token, 'comment')),
    ...(groups.docs ?? []).map(token => piece(token, 'doc')),
    ...(groups.mistakes ?? []).map(token => piece(token, 'mistake')),
    ...errors.map(({ offset, length }): Piece => {
      const image = text.slice(offset, offset + length);
      return { kind: 'mistake', text: image, start: offset, end: offset + length };
    }),
  ];
  return found.sort((a, b) => a.start - b.start);
}

const strings: ReadonlySet<object> = new Set([T.TripleString, T.StringLiteral, T.CharLiteral]);
const broken: ReadonlySet<object> = new Set([
  T.OpenTriple,
  T.OpenString,
  T.OpenChar,
  T.ForeignOperator,
  T.ForeignString,
]);

function kindOf({ tokenType }: IToken): PieceKind {
  if (tokenType === T.Identifier) return 'word';
  if (tokenType === T.NumberLiteral) return 'number';
  if (strings.has(tokenType)) return 'string';
  return broken.has(tokenType) ? 'mistake' : 'sign';
}
