/**
 * A few signs and words mean different things depending on what follows them at any distance: the `(` that begins a
 * tuple pattern ends at a `)` followed by `=>`. One pass over the tokens settles them, so that the parser needs to look
 * only one or two tokens ahead. Expects balanced delimiters.
 */
import type { IToken, TokenType } from 'chevrotain';
import * as T from './tokens.ts';

/** Gives a token another type. The tokens are ours alone, so this is done in place. */
export function retype(token: IToken, type: TokenType): void {
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx!;
}

const closers = new Map<TokenType, TokenType>([
  [T.LParen, T.RParen],
  [T.LBracket, T.RBracket],
  [T.LBrace, T.RBrace],
]);

/** For every opening token the index of its closing token, -1 elsewhere. */
function matchDelimiters(tokens: readonly IToken[]): Int32Array {
  const closeOf = new Int32Array(tokens.length).fill(-1);
  const open: number[] = [];
  for (const [at, token] of tokens.entries()) {
    const type = token.tokenType;
    if (closers.has(type)) open.push(at);
    else if (type === T.RParen || type === T.RBracket || type === T.RBrace) {
      const from = open.pop();
      if (from !== undefined) closeOf[from] = at;
    }
  }
  return closeOf;
}

/** Settles the context-dependent tokens of a balanced token list and drops commas before a closing delimiter. */
export function settleContext(tokens: readonly IToken[]): IToken[] {
  const merged = mergeAndTrim(tokens);
  const closeOf = matchDelimiters(merged);
  let payoffEnd = -1;
  for (const [at, token] of merged.entries()) {
    const type = token.tokenType;
    if (type === T.Payoff) {
      if (merged[at + 1]?.tokenType === T.LBrace) payoffEnd = Math.max(payoffEnd, closeOf[at + 1]!);
    } else if (type === T.LParen) {
      const after = merged[closeOf[at]! + 1]?.tokenType;
      const head = at < payoffEnd ? after === T.Colon : after === T.FatArrow || after === T.Bar;
      if (head) retype(token, T.HeadParen);
    } else if (type === T.Minus) {
      if (at >= payoffEnd && startsNegativePattern(merged, at)) retype(token, T.HeadMinus);
    } else if (type === T.LBracket) {
      const before = merged[at - 1]?.tokenType;
      const updates = before === T.Comma || before === T.With;
      if (updates && merged[closeOf[at]! + 1]?.tokenType === T.Equals) retype(token, T.UpdateBracket);
    } else if (type === T.Such) {
      if (merged[at + 1]?.tokenType !== T.That) retype(token, T.Identifier);
    } else if (type === T.Map_) {
      const after = merged[at + 1]?.tokenType;
      if (after !== T.TripleString && after !== T.OpenTriple) retype(token, T.Identifier);
    } else if (type === T.Seq) {
      if (merged[at + 1]?.tokenType !== T.Less) retype(token, T.Identifier);
    } else if (type === T.Sample) {
      if (!startsSample(merged, closeOf, at)) retype(token, T.Identifier);
    }
  }
  return merged;
}

/** Joins `not in` into one token, splits `0.1` in `t.0.1`, and drops a comma that only precedes a closing delimiter. */
function mergeAndTrim(tokens: readonly IToken[]): IToken[] {
  const result: IToken[] = [];
  for (const [at, token] of tokens.entries()) {
    const type = token.tokenType;
    const last = result.at(-1);
    if (type === T.In && last?.tokenType === T.Not) {
      last.image = 'not in';
      last.endOffset = token.endOffset;
      retype(last, T.NotIn);
    } else if (type === T.Comma && isCloser(tokens[at + 1]?.tokenType) && last && !closers.has(last.tokenType)) {
      // A trailing comma says nothing.
    } else if (type === T.NumberLiteral && last?.tokenType === T.Dot && token.image.includes('.')) {
      result.push(...splitMembers(token));
    } else {
      result.push(token);
    }
  }
  return result;
}

function isCloser(type: TokenType | undefined): boolean {
  return type === T.RParen || type === T.RBracket || type === T.RBrace;
}

/** The lexer reads the `0.1` of `t.0.1` as a fraction; it is two tuple positions. */
function splitMembers(token: IToken): IToken[] {
  const dot = token.image.indexOf('.');
  const part = (type: TokenType, from: number, to: number): IToken => ({
    ...token,
    image: token.image.slice(from, to),
    startOffset: token.startOffset + from,
    endOffset: token.startOffset + to - 1,
    tokenType: type,
    tokenTypeIdx: type.tokenTypeIdx!,
  });
  return [part(T.NumberLiteral, 0, dot), part(T.Dot, dot, dot + 1), part(T.NumberLiteral, dot + 1, token.image.length)];
}

function isAtom(token: IToken | undefined): boolean {
  const type = token?.tokenType;
  return type === T.NumberLiteral || type === T.Identifier;
}

/** `- 1 =>`, `- 1 | ...`, `- 3 .. -1 =>`. */
function startsNegativePattern(tokens: readonly IToken[], at: number): boolean {
  if (!isAtom(tokens[at + 1])) return false;
  let next = at + 2;
  if (tokens[next]?.tokenType === T.DotDot) {
    next++;
    if (tokens[next]?.tokenType === T.Minus) next++;
    if (!isAtom(tokens[next])) return false;
    next++;
  }
  const type = tokens[next]?.tokenType;
  return type === T.FatArrow || type === T.Bar;
}

/** `sample n of T`: an arithmetic expression, then `of`. Anything else is a variable called `sample`. */
function startsSample(tokens: readonly IToken[], closeOf: Int32Array, at: number): boolean {
  const first = tokens[at + 1]?.tokenType;
  if (
    first !== T.NumberLiteral &&
    first !== T.LParen &&
    !first?.CATEGORIES?.includes(T.Identifier) &&
    first !== T.Identifier
  )
    return false;
  // Nobody writes a longer count; the bound keeps a text of nothing but `sample` linear.
  const limit = Math.min(tokens.length, at + 100);
  for (let next = at + 1; next < limit; next++) {
    const type = tokens[next]!.tokenType;
    if (type === T.Of) return next > at + 1;
    const arithmetic =
      type === T.NumberLiteral ||
      type === T.Identifier ||
      type === T.Dot ||
      type.CATEGORIES?.includes(T.SumOperator) ||
      type.CATEGORIES?.includes(T.ProductOperator) ||
      type.CATEGORIES?.includes(T.Identifier);
    if (closeOf[next]! > next && type !== T.LBrace) next = closeOf[next]!;
    else if (!arithmetic) return false;
  }
  return false;
}
