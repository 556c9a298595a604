/**
 * Misspelt keywords. A word that stands where a declaration, an item, a clause or a statement begins, is nearly one of the
 * keywords that may stand there and is followed by what follows that keyword is read as the keyword. The mistake is reported
 * once, and the rest of the piece is checked as if it had been written right.
 */
import type { IToken, TokenType } from 'chevrotain';
import { retype } from './context.ts';
import { tokenSpan } from './cst.ts';
import { forms, ruleSentence } from './forms.ts';
import { clauseKeywords, fileKeywords, itemKeywords, type Layout, sharedKeywords } from './layout.ts';
import { meantWord, misspelt } from './messages-entries.ts';
import { actionsWithoutBraces, argumentEquals } from './messages-habits.ts';
import { isName } from './parser-expressions.ts';
import { problem, report, type SyntaxProblem } from './problem.ts';
import { completes, leavesOpen, type PieceRule } from './recover.ts';
import * as T from './tokens.ts';

/** What a block holds; `undefined` is everything that has no keywords of its own. */
type Kind = 'declaration' | 'gameItem' | 'trainClause' | 'statement' | undefined;

interface Block {
  readonly kind: Kind;
  /** The keyword of the entry that is being read. */
  entry: TokenType | undefined;
  /** Are these the parentheses behind a name that is used? Names that are being declared have parameters there. */
  readonly call?: boolean;
}

/** Comparing words takes time; a text of a million words is no program. */
const maxAttempts = 20_000;

/**
 * The tokens with misspelt keywords retyped in place, with `:` for the `=` of arguments (`f(x = 3)`) and without signs behind keywords
 * that take none (`horizon = 5`); undefined where there is nothing of that kind. Reports each.
 */
export function mendKeywords(
  tokens: readonly IToken[],
  layout: Layout,
  problems: SyntaxProblem[],
): IToken[] | undefined {
  let mended = false;
  const dropped = new Set<IToken>();
  const inserted = new Map<IToken, IToken>();
  let attempts = 0;
  const blocks: Block[] = [{ kind: 'declaration', entry: undefined }];
  for (const [at, token] of tokens.entries()) {
    const type = token.tokenType;
    const block = blocks.at(-1)!;
    if (type === T.LBrace) blocks.push({ kind: inside(block), entry: undefined });
    else if (type === T.LParen || type === T.LBracket || type === T.HeadParen || type === T.UpdateBracket)
      blocks.push({ kind: undefined, entry: undefined, call: type === T.LParen && isCall(tokens, at) });
    else if (type === T.Equals && block.call === true && isNamed(tokens, at)) {
      report(problems, argumentEquals(tokens[at - 1]!, token));
      retype(token, T.Colon);
      mended = true;
    } else if (type === T.RBrace || type === T.RParen || type === T.RBracket) {
      if (blocks.length > 1) blocks.pop();
    } else if (block.kind !== undefined && beginsEntry(tokens, at, layout)) {
      if (type === T.Identifier && attempts++ < maxAttempts && misspells(tokens, at, block.kind, problems))
        mended = true;
      if (starters[block.kind].has(token.tokenType)) block.entry = token.tokenType;
      const sign = tokens[at + 1];
      if (sign !== undefined && isSuperfluous(token, sign, block.kind)) {
        const brackets = token.tokenType === T.Agents ? bracketsAround(tokens, at + 2) : [];
        reportSign(token, sign, tokens[at + 2], brackets, problems);
        for (const one of [sign, ...brackets]) dropped.add(one);
      }
      const names = token.tokenType === T.Actions ? bareNames(tokens, at + 1) : undefined;
      if (sign !== undefined && names !== undefined) {
        report(problems, actionsWithoutBraces(token, sign, names));
        retype(sign, T.LBrace);
        const last = names.at(-1)!;
        inserted.set(last, { ...last, image: '}', tokenType: T.RBrace, tokenTypeIdx: T.RBrace.tokenTypeIdx! });
        mended = true;
      }
    }
  }
  if (!mended && dropped.size === 0) return undefined;
  return tokens
    .filter(token => !dropped.has(token))
    .flatMap(token => {
      const closing = inserted.get(token);
      return closing === undefined ? [token] : [token, closing];
    });
}

/** The names of `= A, B` or `: A, B`, at least two; undefined where something else stands there. */
function bareNames(tokens: readonly IToken[], sign: number): readonly IToken[] | undefined {
  const type = tokens[sign]?.tokenType;
  if (type !== T.Equals && type !== T.Colon) return undefined;
  const names: IToken[] = [];
  for (let at = sign + 1; tokens[at]?.tokenType === T.Identifier; at += 2) {
    names.push(tokens[at]!);
    if (tokens[at + 1]?.tokenType !== T.Comma) return names.length > 1 ? names : undefined;
  }
  return undefined;
}

/** A parenthesis behind a name that is not being declared. */
function isCall(tokens: readonly IToken[], at: number): boolean {
  const [keyword, name] = [tokens[at - 2], tokens[at - 1]];
  return name !== undefined && isName(name) && !(keyword !== undefined && declaring.has(keyword.tokenType));
}

const declaring: ReadonlySet<object> = new Set([T.Game, T.Fn, T.Network, T.Mixer]);

/** `(name =` or `, name =` */
function isNamed(tokens: readonly IToken[], at: number): boolean {
  const [opener, name] = [tokens[at - 2], tokens[at - 1]];
  return name !== undefined && isName(name) && (opener?.tokenType === T.LParen || opener?.tokenType === T.Comma);
}

/** Keywords of entries that are followed by their value without a sign. */
const plain: Readonly<Partial<Record<NonNullable<Kind>, ReadonlySet<object>>>> = {
  gameItem: new Set([T.Agents, T.Horizon, T.Discount]),
  trainClause: new Set([T.Algorithm, T.Budget, T.Envs, T.Seeds]),
};

function isSuperfluous(keyword: IToken, sign: IToken, kind: NonNullable<Kind>): boolean {
  return (sign.tokenType === T.Equals || sign.tokenType === T.Colon) && plain[kind]?.has(keyword.tokenType) === true;
}

/** The brackets or braces of `[A, B]` and `{ A, B }`: agents stand without. */
function bracketsAround(tokens: readonly IToken[], at: number): readonly IToken[] {
  const open = tokens[at];
  if (open === undefined || !['[', '{'].includes(open.image)) return [];
  let end = at + 1;
  while (tokens[end]?.tokenType === T.Identifier || tokens[end]?.tokenType === T.Comma) end++;
  const close = tokens[end];
  return close !== undefined && [']', '}'].includes(close.image) ? [open, close] : [];
}

function reportSign(
  keyword: IToken,
  sign: IToken,
  value: IToken | undefined,
  brackets: readonly IToken[],
  problems: SyntaxProblem[],
): void {
  const span = tokenSpan(sign);
  const end = value !== undefined && keyword.endOffset! + 1 < span.start ? value.startOffset : span.end;
  const edits = [
    { span: { start: span.start, end }, text: '' },
    ...brackets.map(one => ({ span: tokenSpan(one), text: '' })),
  ];
  const removed = [sign, ...brackets].map(({ image }) => `\`${image}\``).join(' and ');
  const fix = { title: `Remove ${removed}`, edits };
  const form = ruleSentence(forms[`${keyword.image}Item`] ?? forms[`${keyword.image}Clause`]!);
  const message = `${form}, without \`${sign.image}\`; here one follows \`${keyword.image}\`.`;
  report(problems, problem('M0143', span, message, { remedy: `Remove ${removed}.`, fix }));
}

const union = (...sets: readonly ReadonlySet<object>[]): ReadonlySet<object> => new Set(sets.flatMap(set => [...set]));
const starters: Readonly<Record<NonNullable<Kind>, ReadonlySet<object>>> = {
  declaration: union(fileKeywords, sharedKeywords, new Set([T.Mixer, T.Network])),
  gameItem: union(itemKeywords, sharedKeywords),
  trainClause: clauseKeywords,
  statement: new Set([T.Let, T.Next]),
};

/** What stands between the braces of the entry that a block is at. */
function inside({ kind, entry }: Block): Kind {
  if (kind === 'declaration') return entry === T.Game ? 'gameItem' : entry === T.Train ? 'trainClause' : undefined;
  if (kind === 'gameItem') return entry === T.Init || entry === T.Step ? 'statement' : undefined;
  return undefined;
}

/** Behind a brace, at the beginning of a line, or behind a value that no word can go on from. */
function beginsEntry(tokens: readonly IToken[], at: number, layout: Layout): boolean {
  const before = tokens[at - 1];
  if (before === undefined) return true;
  const type = before.tokenType;
  if (type === T.LBrace || type === T.RBrace) return true;
  if (leavesOpen(before) || type === T.Comma || type === T.Dot || type === T.Colon) return false;
  return layout.startsLine(tokens[at]!) || completes(before);
}

function misspells(
  tokens: readonly IToken[],
  at: number,
  piece: NonNullable<Kind> & PieceRule,
  problems: SyntaxProblem[],
): boolean {
  const token = tokens[at]!;
  const meant = meantWord(piece, token);
  const type = meant === undefined ? undefined : T.keywordTypes.get(meant);
  if (meant === undefined || type === undefined || !follows(type, piece, tokens, at + 1)) return false;
  report(problems, misspelt(piece, token, meant));
  token.image = meant;
  retype(token, type);
  return true;
}

const startsNumber: ReadonlySet<TokenType> = new Set([T.NumberLiteral, T.LParen, T.Minus]);

/** Do the tokens from `at` on go on as an entry with this keyword does? */
function follows(keyword: TokenType, piece: PieceRule, tokens: readonly IToken[], at: number): boolean {
  const first = tokens[at];
  const second = tokens[at + 1]?.tokenType;
  if (first === undefined) return false;
  const type = first.tokenType;
  const named = isName(first);
  const value = named || startsNumber.has(type);
  switch (keyword) {
    case T.Import:
      return named || type === T.StringLiteral;
    case T.Game:
      return named && (second === T.LBrace || second === T.LParen || second === T.Equals || second === T.Where);
    case T.Solve:
      return named && (second === T.Of || second === T.Colon);
    case T.Train:
      return named && second === T.On;
    case T.Sweep:
      return named && second === T.Of;
    case T.Mixer:
      return named && (second === T.LBrace || second === T.LParen);
    case T.Network:
      return named && (second === T.Equals || second === T.LParen);
    case T.Enum:
    case T.Record_:
      return named && second === T.LBrace;
    case T.Fn:
      return named && second === T.LParen;
    case T.Let:
      return named && (second === T.Equals || second === T.Colon || (piece === 'statement' && startsSides(second)));
    case T.Next:
      return named && (second === T.Equals || startsSides(second));
    case T.Assert:
      return named && second !== T.Equals && second !== T.LBrace;
    case T.Agents:
      return named && second !== T.Equals && second !== T.LBrace;
    case T.Index:
      return named && second === T.LBracket;
    case T.Actions:
      return type === T.LBrace || type === T.LBracket || type === T.Equals;
    case T.State:
    case T.Init:
    case T.Step:
    case T.Payoff:
      return type === T.LBrace;
    case T.Legal:
      return named && (second === T.For || second === T.Comma);
    case T.Active:
      return type === T.LBracket;
    case T.Turn:
      return type === T.Equals;
    case T.Reward:
      return type === T.Equals || type === T.LBracket || type === T.ZeroSum;
    case T.Observe:
      return type === T.LBrace || type === T.LBracket;
    case T.End:
    case T.Stop:
      return type === T.When;
    case T.Team:
      return type === T.Reward;
    case T.Policy:
    case T.Critic:
      return type === T.LBracket || type === T.Reads;
    case T.Algorithm:
      return named && second !== T.Equals;
    case T.Evaluate:
      return type === T.Every;
    case T.Report:
      return type === T.Per || (named && (second === T.Over || second === T.Per));
    case T.Horizon:
    case T.Discount:
    case T.Budget:
    case T.Envs:
      return value;
    case T.Seeds:
      return value || type === T.LBracket;
    default:
      return false;
  }
}

function startsSides(type: TokenType | undefined): boolean {
  return type === T.Tilde || type === T.LBracket;
}
