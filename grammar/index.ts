/** The grammar: text in, abstract syntax tree and every error of form out. Never throws, whatever the text. */
import type { CstNode, IToken } from 'chevrotain';
import type { SourceFile } from './ast.ts';
import { buildFile } from './ast-builder.ts';
import { balance, checkNesting, tooDeep } from './balance.ts';
import { settleContext } from './context.ts';
import { children } from './cst.ts';
import { layoutOf } from './layout.ts';
import { lex } from './lexer.ts';
import { mendKeywords } from './mend-keywords.ts';
import { describe } from './messages.ts';
import { strictParser } from './parser.ts';
import { report, type SyntaxProblem } from './problem.ts';
import { type Failure, parsePieces } from './recover.ts';

export type * from './ast.ts';
export { type SyntaxCode, type SyntaxCodeInfo, syntaxCodes } from './codes.ts';
export { LineMap, type Position } from './position.ts';
export type { SyntaxFix, SyntaxProblem } from './problem.ts';
export { type Piece, type PieceKind, scan } from './scan.ts';

export interface Parsed {
  /** Complete where the text is right; broken parts are left out or `Invalid`. */
  readonly ast: SourceFile;
  /** Sorted by place. */
  readonly errors: readonly SyntaxProblem[];
}

/** Parses one file. Offsets in the result count UTF-16 units of `text`, a byte order mark included. */
export function parse(text: string): Parsed {
  const problems: SyntaxProblem[] = [];
  const span = { start: 0, end: text.length };
  const empty: SourceFile = { kind: 'SourceFile', declarations: [], span };
  const { tokens, docs, cutAt } = lex(text, problems);
  const deep = checkNesting(tokens);
  if (deep !== undefined) return { ast: empty, errors: [deep] };
  try {
    const balanced = settleContext(balance(text, tokens, problems, cutAt));
    const declarations = parseTokens(text, balanced, problems);
    const ast = buildFile({ docs, problems, depth: 0 }, declarations, span);
    return { ast, errors: problems.sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end) };
  } catch (error) {
    // Nesting that `checkNesting` does not count can still exhaust the stack; anything else is our own mistake.
    if (error instanceof RangeError)
      return { ast: empty, errors: [tooDeep({ start: 0, end: Math.min(1, text.length) })] };
    throw error;
  }
}

/** At once where the text is right, piece by piece where it is not. */
function parseTokens(text: string, given: IToken[], problems: SyntaxProblem[]): readonly CstNode[] {
  const parser = strictParser();
  let tokens = given;
  parser.input = tokens;
  let file = parser.file();
  // What follows a keyword decides how some signs are read.
  const mended = parser.errors.length > 0 ? mendKeywords(tokens, layoutOf(text), problems) : undefined;
  if (mended !== undefined) {
    tokens = settleContext(mended);
    parser.input = tokens;
    file = parser.file();
  }
  if (parser.errors.length === 0) return children(file, 'declaration');
  const first = parser.errors[0]!;
  const failures: Failure[] = [];
  const declarations = parsePieces(text, tokens, failures);
  // The pieces can be right and their order wrong; then the error of the whole stands.
  if (failures.length === 0) failures.push({ error: first, tokens, piece: 'declaration', layout: layoutOf(text) });
  for (const failure of failures) {
    const one = describe(failure, problems);
    if (one !== undefined) report(problems, one);
  }
  return declarations;
}
