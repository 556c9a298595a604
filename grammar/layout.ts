/** Where tokens stand on their lines. Only error recovery asks: to a right program line breaks mean nothing. */
import type { IToken } from 'chevrotain';
import { LineMap } from './position.ts';
import * as T from './tokens.ts';

export interface Layout {
  /** Is this the first token of its line? */
  startsLine(token: IToken): boolean;
  /** Characters before the token on its line. */
  column(token: IToken): number;
  /** Width of the white space at the beginning of the token's line. */
  indent(token: IToken): number;
  /** The offset where the token's (last) line ends. */
  lineEnd(token: IToken): number;
}

export function layoutOf(text: string): Layout {
  const lines = new LineMap(text);
  const lineStart = (offset: number): number => offset - lines.position(offset).column + 1;
  const indentAt = (start: number): number => {
    let at = start;
    while (text[at] === ' ' || text[at] === '\t') at++;
    return at - start;
  };
  return {
    startsLine(token) {
      const start = lineStart(token.startOffset);
      for (let at = token.startOffset - 1; at >= start; at--) if (text[at] !== ' ' && text[at] !== '\t') return false;
      return true;
    },
    column: token => token.startOffset - lineStart(token.startOffset),
    indent: token => indentAt(lineStart(token.startOffset)),
    lineEnd: token => lines.lineSpan(lines.position(token.endOffset!).line).end,
  };
}

/** Keywords that can only begin a declaration of a file. */
export const fileKeywords: ReadonlySet<object> = new Set([T.Import, T.Game, T.Solve, T.Train, T.Sweep]);

/** Keywords that begin a declaration of a file or an item of a game, and nothing else. */
export const sharedKeywords: ReadonlySet<object> = new Set([T.Enum, T.Record_, T.Let, T.Fn, T.Assert]);

/** Words that begin an item of a game. */
export const itemKeywords: ReadonlySet<object> = new Set([
  T.Agents,
  T.Index,
  T.Actions,
  T.State,
  T.Init,
  T.Legal,
  T.Active,
  T.Turn,
  T.Step,
  T.Reward,
  T.Observe,
  T.End,
  T.Horizon,
  T.Discount,
  T.Payoff,
]);

/** Words that begin a clause of a training. */
export const clauseKeywords: ReadonlySet<object> = new Set([
  T.Team,
  T.Algorithm,
  T.Budget,
  T.Envs,
  T.Seeds,
  T.Evaluate,
  T.Report,
  T.Stop,
  T.Policy,
  T.Critic,
]);

/** Keywords that only go on with what stands before them. */
export const goingOn: ReadonlySet<object> = new Set([
  T.If,
  T.Then,
  T.Else,
  T.And,
  T.Or,
  T.Not,
  T.NotIn,
  T.In,
  T.For,
  T.With,
]);
