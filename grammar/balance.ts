/**
 * Delimiters that do not match are found and repaired before anything is parsed, because a parser that loses count of its
 * braces understands nothing that follows. Where the repair goes is guessed from the indentation.
 */
import type { IToken, TokenType } from 'chevrotain';
import type { Span } from './ast.ts';
import { tokenSpan } from './cst.ts';
import { fileKeywords, goingOn, itemKeywords, type Layout, layoutOf, sharedKeywords } from './layout.ts';
import { hasRoom, problem, report, type SyntaxProblem } from './problem.ts';
import * as T from './tokens.ts';

/** Brackets and conditions may enclose each other this often; every level costs the parser some of its stack. */
export const maxNesting = 200;

const closerOf = new Map<TokenType, TokenType>([
  [T.LParen, T.RParen],
  [T.LBracket, T.RBracket],
  [T.LBrace, T.RBrace],
]);
const closers: ReadonlySet<TokenType> = new Set(closerOf.values());
const signs = new Map<TokenType, string>([
  [T.RParen, ')'],
  [T.RBracket, ']'],
  [T.RBrace, '}'],
]);

/** Do the delimiters of these tokens match as they stand? */
function isBalanced(tokens: readonly IToken[]): boolean {
  const expected: TokenType[] = [];
  for (const { tokenType } of tokens) {
    const closer = closerOf.get(tokenType);
    if (closer !== undefined) expected.push(closer);
    else if (closers.has(tokenType) && expected.pop() !== tokenType) return false;
  }
  return expected.length === 0;
}

/** Reports nesting that is too deep, once; the tokens are then not worth parsing. */
export function checkNesting(tokens: readonly IToken[]): SyntaxProblem | undefined {
  // One number per open bracket: the conditions begun in it since its last separator.
  const chains = [0];
  let chained = 0;
  let signsInRow = 0;
  for (const token of tokens) {
    const type = token.tokenType;
    signsInRow = type === T.Minus || type === T.Not ? signsInRow + 1 : 0;
    if (closerOf.has(type)) chains.push(0);
    else if (closers.has(type)) {
      if (chains.length > 1) chained -= chains.pop()!;
    } else if (type === T.If) {
      chains[chains.length - 1]!++;
      chained++;
    } else if (type === T.Let || type === T.Next || type === T.Comma || type === T.FatArrow || type === T.Equals) {
      chained -= chains.at(-1)!;
      chains[chains.length - 1] = 0;
    }
    if (chains.length - 1 + chained + signsInRow > maxNesting) return tooDeep(tokenSpan(token));
  }
  return undefined;
}

export function tooDeep(span: Span): SyntaxProblem {
  const message = `Brackets, conditions and signs may enclose each other ${maxNesting} times; here they go deeper.`;
  return problem('M0114', span, message, {
    remedy: 'Name parts with `let` or `fn`; many cases of one value are a `match`.',
  });
}

/** The tokens with matching delimiters: wrong ones replaced or dropped, missing ones added with no extent. */
export function balance(
  text: string,
  tokens: readonly IToken[],
  problems: SyntaxProblem[],
  cutAt?: number,
): readonly IToken[] {
  if (isBalanced(tokens)) return tokens;
  const layout = layoutOf(text);
  const result: IToken[] = [];
  let end = 0;
  for (const section of sections(tokens, layout)) {
    end += section.length;
    if (isBalanced(section)) {
      for (const token of section) result.push(token);
      continue;
    }
    // A comment without an end took the closing delimiters with it.
    const following = tokens[end] ?? (cutAt === undefined ? undefined : 'comment');
    // Indentation is a hint that can mislead; it is followed where it explains the section with fewer mistakes.
    const guided = repair(section, following, layout, true);
    const plain = repair(section, following, layout, false);
    const best = plain.problems.length < guided.problems.length ? plain : guided;
    for (const token of best.tokens) result.push(token);
    for (const one of best.problems) report(problems, one);
  }
  return result;
}

/** Cuts before every keyword that can only begin a declaration and begins a line without indentation. */
function sections(tokens: readonly IToken[], layout: Layout): readonly (readonly IToken[])[] {
  const result: IToken[][] = [];
  let current: IToken[] = [];
  for (const token of tokens) {
    const type = token.tokenType;
    const begins = fileKeywords.has(type) || sharedKeywords.has(type) || type === T.Mixer || type === T.Network;
    if (begins && current.length > 0 && layout.column(token) === 0) {
      result.push(current);
      current = [];
    }
    current.push(token);
  }
  result.push(current);
  return result;
}

interface Repaired {
  readonly tokens: readonly IToken[];
  readonly problems: readonly SyntaxProblem[];
}

interface Open {
  readonly token: IToken;
  readonly indent: number;
}

function repair(
  tokens: readonly IToken[],
  following: IToken | 'comment' | undefined,
  layout: Layout,
  guided: boolean,
): Repaired {
  const result: IToken[] = [];
  const problems: SyntaxProblem[] = [];
  const open: Open[] = [];

  const closeTop = (next: IToken | 'comment' | undefined): void => {
    const opener = open.pop()!.token;
    const last = result.at(-1)!;
    const type = closerOf.get(opener.tokenType)!;
    result.push(madeUp(type, last.endOffset! + 1));
    if (next === 'comment' || (last.image.startsWith('"') && !isClosedString(last))) return;
    if (hasRoom(problems)) problems.push(unclosed(opener, last, signs.get(type)!, layout, next));
  };

  for (const [at, token] of tokens.entries()) {
    const type = token.tokenType;
    const startsLine = guided && open.length > 0 && layout.startsLine(token);
    if (!closers.has(type)) {
      if (startsLine) {
        const column = layout.column(token);
        while (open.length > 0 && column <= open.at(-1)!.indent && couldFollow(open.at(-1)!, token, tokens[at + 1]))
          closeTop(token);
      }
      if (closerOf.has(type)) open.push({ token, indent: layout.indent(token) });
      result.push(token);
      continue;
    }
    if (startsLine) {
      const column = layout.column(token);
      const aligned = open.findLastIndex(one => closerOf.get(one.token.tokenType) === type && one.indent === column);
      if (aligned >= 0 && column < open.at(-1)!.indent) while (open.length > aligned + 1) closeTop(token);
    }
    const fits = open.findLastIndex(one => closerOf.get(one.token.tokenType) === type);
    if (fits < 0) {
      const top = open.at(-1);
      const expected = top && closerOf.get(top.token.tokenType)!;
      if (top === undefined || expected === undefined || nextCloser(tokens, at + 1) === expected) {
        if (hasRoom(problems)) problems.push(unopened(token, tokens[at - 1]));
      } else {
        open.pop();
        if (hasRoom(problems)) problems.push(mismatched(top.token, token, signs.get(expected)!));
        result.push({
          ...token,
          image: signs.get(expected)!,
          tokenType: expected,
          tokenTypeIdx: expected.tokenTypeIdx!,
        });
      }
      continue;
    }
    while (open.length > fits + 1) closeTop(token);
    open.pop();
    result.push(token);
  }
  while (open.length > 0) closeTop(following);
  return { tokens: result, problems };
}

/** Whether a token at the beginning of a line, indented no deeper than the line of `opener`, shows that it was not closed. */
function couldFollow(opener: Open, token: IToken, next: IToken | undefined): boolean {
  const type = token.tokenType;
  if (goingOn.has(type) || closerOf.has(type)) return false;
  if (opener.token.tokenType === T.LBrace) return true;
  if (fileKeywords.has(type) || sharedKeywords.has(type) || type === T.Next) return true;
  if (itemKeywords.has(type)) return true;
  const after = next?.tokenType;
  return after === T.Equals || after === T.Tilde || after === T.Colon || after === T.FatArrow;
}

/** How far to look for the delimiter that would explain a wrong one. */
const lookAhead = 300;

/** The next closing delimiter that does not belong to an opening one after `from`. */
function nextCloser(tokens: readonly IToken[], from: number): TokenType | undefined {
  let depth = 0;
  for (let at = from; at < Math.min(tokens.length, from + lookAhead); at++) {
    const type = tokens[at]!.tokenType;
    if (closerOf.has(type)) depth++;
    else if (closers.has(type) && depth-- === 0) return type;
  }
  return undefined;
}

/** A literal without an end took the closing delimiter with it; that was reported where it begins. */
function isClosedString(token: IToken): boolean {
  return (
    token.tokenType !== T.OpenTriple &&
    (token.tokenType !== T.StringLiteral || (token.image.length > 1 && token.image.endsWith('"')))
  );
}

function madeUp(type: TokenType, offset: number): IToken {
  return {
    image: '',
    startOffset: offset,
    endOffset: offset - 1,
    tokenType: type,
    tokenTypeIdx: type.tokenTypeIdx!,
  } as IToken;
}

/** Was this token added by `balance`? */
export function isMadeUp(token: IToken): boolean {
  return token.image === '' && token.endOffset! < token.startOffset;
}

function unclosed(opener: IToken, last: IToken, sign: string, layout: Layout, next: IToken | undefined): SyntaxProblem {
  const at = { start: last.endOffset! + 1, end: last.endOffset! + 1 };
  const block = opener.tokenType === T.LBrace && (next === undefined || layout.startsLine(next));
  const before = next === undefined ? 'at the end of the text' : `before \`${shorten(next.image)}\``;
  const inserted = block && last !== opener ? `\n${' '.repeat(layout.indent(opener))}${sign}` : sign;
  return problem('M0111', at, `Every \`${opener.image}\` needs its \`${sign}\`; ${before} one is missing.`, {
    remedy: `Insert \`${sign}\`.`,
    related: [{ span: tokenSpan(opener), message: `this \`${opener.image}\` is not closed` }],
    fix: { title: `Insert \`${sign}\``, edits: [{ span: at, text: inserted }] },
  });
}

function unopened(token: IToken, before: IToken | undefined): SyntaxProblem {
  const span = tokenSpan(token);
  const opener = token.image === ')' ? '(' : token.image === ']' ? '[' : '{';
  const fact = before === undefined ? 'nothing is open here' : `no \`${opener}\` is open here`;
  return problem('M0112', span, `A \`${token.image}\` closes a \`${opener}\`; ${fact}.`, {
    remedy: `Remove it, or write the \`${opener}\` that it belongs to.`,
    fix: { title: `Remove \`${token.image}\``, edits: [{ span, text: '' }] },
  });
}

function mismatched(opener: IToken, token: IToken, sign: string): SyntaxProblem {
  const span = tokenSpan(token);
  return problem(
    'M0113',
    span,
    `A \`${opener.image}\` is closed by \`${sign}\`; here \`${token.image}\` stands in its place.`,
    {
      remedy: `Write \`${sign}\`.`,
      related: [{ span: tokenSpan(opener), message: `opened with \`${opener.image}\`` }],
      fix: { title: `Write \`${sign}\``, edits: [{ span, text: sign }] },
    },
  );
}

function shorten(image: string): string {
  return image.length > 30 ? `${image.slice(0, 27)}...` : image;
}
