/**
 * Parsing a text with mistakes. The tokens of a file are cut into declarations, those of a broken declaration into its
 * items, those of a broken item into its entries, and each piece is parsed on its own: one mistake spoils one piece, and
 * every piece reports at most one. Expects balanced delimiters.
 */
import type { CstNode, IRecognitionException, IToken, TokenType } from 'chevrotain';
import { child } from './cst.ts';
import {
  clauseKeywords,
  fileKeywords,
  goingOn,
  itemKeywords,
  type Layout,
  layoutOf,
  sharedKeywords,
} from './layout.ts';
import { type MarlParser, recoveringParser } from './parser.ts';
import { isName, startsSoftly } from './parser-expressions.ts';
import { hasRoom } from './problem.ts';
import * as T from './tokens.ts';

/** Where one piece of the file could not be read on. */
export interface Failure {
  readonly error: IRecognitionException;
  readonly tokens: readonly IToken[];
  /** The rule that was to read the piece. */
  readonly piece: PieceRule;
  readonly layout: Layout;
}

export type PieceRule =
  | 'declaration'
  | 'gameItem'
  | 'trainClause'
  | 'field'
  | 'stateField'
  | 'statement'
  | 'payoffRow'
  | 'setting'
  | 'mixerBinding'
  | 'sweepAxis';

/** Pieces that have no more than this many tokens are parsed with recovery, which finds parts of what is broken. */
const recoverableLength = 5000;

export function parsePieces(text: string, tokens: readonly IToken[], failures: Failure[]): readonly CstNode[] {
  const layout = layoutOf(text);
  const pieces = cut(tokens, layout, undefined);
  const declarations: CstNode[] = [];
  for (const piece of pieces) {
    // Mending costs time, and a text that is no program has a million broken pieces.
    if (!hasRoom(failures)) break;
    const cst = parsePiece(piece, 'declaration', layout, failures);
    locate(cst, piece[0]!.startOffset);
    declarations.push(cst);
  }
  return declarations;
}

/** Gives nodes of which nothing was read a place: behind what was read before them in their parent. */
function locate(node: CstNode, fallback: number): void {
  if (node.location === undefined || !(node.location.startOffset >= 0))
    Object.assign(node, { location: { startOffset: fallback, endOffset: fallback - 1 } });
  const inside = node.location!.endOffset! + 1;
  for (const found of Object.values(node.children))
    for (const one of found ?? []) if (!('image' in one)) locate(one, inside);
}

function parsePiece(tokens: readonly IToken[], piece: PieceRule, layout: Layout, failures: Failure[]): CstNode {
  const parser = recoveringParser();
  const small = tokens.length <= recoverableLength;
  const whole = small ? run(parser, piece, tokens) : undefined;
  if (whole !== undefined && whole.errors.length === 0) return whole.cst;
  const block = findBlock(tokens, piece);
  if (block === undefined) {
    if (whole === undefined) {
      const failure = run(parser, piece, tokens.slice(0, recoverableLength));
      report(failures, failure.errors[0], { tokens, piece, layout });
      return failure.cst;
    }
    report(failures, whole.errors[0], { tokens, piece, layout });
    return whole.cst;
  }
  const inside = tokens.slice(block.open + 1, block.close);
  // The header of a payoff table has no end of its own; it is read with the shell.
  const lead = block.kind.entry === 'payoffRow' ? inside.findIndex((_, at) => startsRow(inside, at)) : 0;
  const entriesAt = block.open + 1 + (lead < 0 ? inside.length : lead);
  const shell = [...tokens.slice(0, entriesAt), ...tokens.slice(block.close)];
  const outer = run(parser, piece, shell);
  report(failures, outer.errors[0], { tokens: shell, piece, layout });
  const entries = cut(tokens.slice(entriesAt, block.close), layout, block.kind).map(entry =>
    parsePiece(entry, block.kind.entry, layout, failures),
  );
  adopt(outer.cst, block.kind, entries);
  return outer.cst;
}

function run(
  parser: MarlParser,
  piece: PieceRule,
  tokens: readonly IToken[],
): { cst: CstNode; errors: IRecognitionException[] } {
  parser.input = [...tokens];
  const cst = (parser[piece]() as CstNode | undefined) ?? { name: piece, children: {} };
  return { cst, errors: parser.errors };
}

function report(failures: Failure[], error: IRecognitionException | undefined, rest: Omit<Failure, 'error'>): void {
  if (error !== undefined && hasRoom(failures)) failures.push({ error, ...rest });
}

// ---------------------------------------------------------------------------------------------- blocks

interface BlockKind {
  readonly entry: PieceRule;
  /** From the piece's node to the node that holds the entries, and their key there. */
  readonly path: readonly string[];
  readonly key: string;
  /** May commas separate the entries? */
  readonly commas?: boolean;
  starts(tokens: readonly IToken[], at: number): boolean;
}

const named =
  (sign: TokenType): BlockKind['starts'] =>
  (tokens, at) =>
    isName(tokens[at]!) && tokens[at + 1]?.tokenType === sign;

const startsItem: BlockKind['starts'] = (tokens, at) => {
  const type = tokens[at]!.tokenType;
  return itemKeywords.has(type) || sharedKeywords.has(type);
};

const startsStatement: BlockKind['starts'] = (tokens, at) => {
  const type = tokens[at]!.tokenType;
  if (type === T.Let || type === T.Next) return true;
  const after = tokens[at + 1]?.tokenType;
  return isName(tokens[at]!) && (after === T.Equals || after === T.Tilde);
};

const startsRow: BlockKind['starts'] = (tokens, at) =>
  tokens[at]!.tokenType === T.HeadParen ||
  ((isName(tokens[at]!) || tokens[at]!.tokenType === T.NumberLiteral) && tokens[at + 1]?.tokenType === T.Colon);

const blocks = new Map<TokenType, BlockKind>([
  [T.Game, { entry: 'gameItem', path: ['gameDecl'], key: 'gameItem', starts: startsItem }],
  [
    T.Train,
    {
      entry: 'trainClause',
      path: ['trainDecl'],
      key: 'trainClause',
      starts: (tokens, at) => clauseKeywords.has(tokens[at]!.tokenType),
    },
  ],
  [T.Mixer, { entry: 'mixerBinding', path: ['mixerDecl'], key: 'mixerBinding', starts: named(T.Equals) }],
  [T.Sweep, { entry: 'sweepAxis', path: ['sweepDecl'], key: 'sweepAxis', commas: true, starts: () => false }],
  [T.Record_, { entry: 'field', path: ['recordDecl', 'fields'], key: 'field', commas: true, starts: named(T.Colon) }],
  [T.State, { entry: 'stateField', path: ['stateItem'], key: 'stateField', commas: true, starts: named(T.Colon) }],
  [T.Init, { entry: 'statement', path: ['initItem', 'statements'], key: 'statement', starts: startsStatement }],
  [T.Step, { entry: 'statement', path: ['stepItem', 'statements'], key: 'statement', starts: startsStatement }],
  [T.Payoff, { entry: 'payoffRow', path: ['payoffItem'], key: 'payoffRow', starts: startsRow }],
  [T.Algorithm, { entry: 'setting', path: ['algorithmClause'], key: 'setting', starts: named(T.Equals) }],
]);

/** The block of a piece whose entries can be parsed one by one. */
function findBlock(
  tokens: readonly IToken[],
  piece: PieceRule,
): { open: number; close: number; kind: BlockKind } | undefined {
  const kind = tokens[0] && blocks.get(tokens[0].tokenType);
  if (kind === undefined || (piece !== 'declaration' && piece !== 'gameItem' && piece !== 'trainClause'))
    return undefined;
  let open = -1;
  let depth = 0;
  let found: { open: number; close: number; kind: BlockKind } | undefined;
  for (const [at, { tokenType }] of tokens.entries()) {
    if (openers.has(tokenType)) {
      if (depth++ === 0 && tokenType === T.LBrace) open = at;
    } else if (tokenType === T.RBrace || tokenType === T.RParen || tokenType === T.RBracket) {
      if (--depth !== 0 || tokenType !== T.RBrace) continue;
      found ??= { open, close: at, kind };
      // A `match` in the `where` of a game has braces too; the items are in the block that begins with one.
      if (open + 1 < at && kind.starts(tokens, open + 1)) return { open, close: at, kind };
    }
  }
  return found;
}

/** Puts entries that were parsed on their own where the parser would have put them. */
function adopt(piece: CstNode, kind: BlockKind, entries: readonly CstNode[]): void {
  let holder: CstNode | undefined = piece;
  for (const rule of kind.path) holder = holder && child(holder, rule);
  if (holder !== undefined) holder.children[kind.key] = [...entries];
}

// ---------------------------------------------------------------------------------------------- cutting

function startsDeclaration(tokens: readonly IToken[], at: number): boolean {
  const type = tokens[at]!.tokenType;
  if (fileKeywords.has(type) || sharedKeywords.has(type)) return true;
  return startsSoftly(tokens[at]!, tokens[at + 1]);
}

/**
 * Cuts at commas where they separate entries, and before every token outside brackets that looks like the start of an
 * entry: because of what it is and because it begins a line or follows a block, or because it begins a line below the
 * first token of the first entry. Without a kind of block it cuts a file into declarations.
 */
function cut(tokens: readonly IToken[], layout: Layout, kind: BlockKind | undefined): readonly (readonly IToken[])[] {
  const pieces: IToken[][] = [];
  let current: IToken[] = [];
  let depth = 0;
  /** The column of an `if` or `for` that stands where a statement should. */
  let foreign: number | undefined;
  const margin = kind === undefined ? 0 : tokens[0] && layout.startsLine(tokens[0]) ? layout.column(tokens[0]) : -1;
  const startsEntry = kind === undefined ? startsDeclaration : kind.starts;
  const end = (): void => {
    if (current.length > 0) pieces.push(current);
    current = [];
  };
  for (const [at, token] of tokens.entries()) {
    const type = token.tokenType;
    const before = tokens[at - 1];
    if (depth === 0 && type === T.Comma && kind?.commas === true && current.length > 0) {
      end();
      continue;
    }
    if (depth === 0 && before !== undefined && current.length > 0) {
      const startsLine = layout.startsLine(token);
      const continues = goingOn.has(type) && (type !== T.If || leavesOpen(before));
      if (foreign !== undefined) {
        // What stands below an `if` of another language, and its other branches, are one mistake.
        const column = layout.column(token);
        const belongs = column > foreign || (column === foreign && /^(?:elif|else|elseif|then)$/.test(token.image));
        if (!startsLine || belongs) {
          current.push(token);
          if (openers.has(type)) depth++;
          continue;
        }
        foreign = undefined;
      }
      const aligned = startsLine && layout.column(token) === margin && isWord(token) && !continues;
      const certain = fileKeywords.has(type) || sharedKeywords.has(type);
      const free = (startsLine && !leavesOpen(before)) || before.tokenType === T.RBrace || completes(before);
      if (aligned || (startsEntry(tokens, at) && (certain || free))) end();
    }
    if (openers.has(type)) depth++;
    else if (type === T.RBrace || type === T.RParen || type === T.RBracket) depth--;
    current.push(token);
    if (
      current.length === 1 &&
      kind?.entry === 'statement' &&
      (type === T.If || type === T.For || token.image === 'while')
    )
      foreign = layout.startsLine(token) ? layout.column(token) : undefined;
  }
  end();
  return pieces;
}

const openers: ReadonlySet<TokenType> = new Set([T.LBrace, T.LParen, T.LBracket, T.HeadParen, T.UpdateBracket]);

/** Does an expression that ends here still lack its last operand? */
export function leavesOpen(token: IToken): boolean {
  const type = token.tokenType;
  const operator = type.CATEGORIES?.some(
    one => one === T.BinaryOperator || one === T.PrefixOperator || one === T.SumOperator,
  );
  return operator === true || type === T.Equals || type === T.Tilde || type === T.Then || type === T.Else;
}

/** Nothing that begins with a word goes on from here; soft keywords such as `of` and `when` go on with one. */
export function completes({ tokenType: type }: IToken): boolean {
  return type === T.Identifier || type === T.NumberLiteral || type === T.RParen || type === T.RBracket;
}

function isWord(token: IToken): boolean {
  return /^\w/.test(token.image) && token.tokenType !== T.NumberLiteral;
}
