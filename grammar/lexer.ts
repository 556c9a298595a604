import { type IToken, Lexer } from 'chevrotain';
import { retype } from './context.ts';
import { tokenSpan } from './cst.ts';
import { mend } from './mend.ts';
import { problem, report, type SyntaxProblem } from './problem.ts';
import * as T from './tokens.ts';

let shared: Lexer | undefined;

/** The one lexer of this process, made when it is first needed. */
function sharedLexer(): Lexer {
  shared ??= makeLexer(true);
  return shared;
}

/** A lexer for the tokens of the language; validations cost time and are for tests. */
export function makeLexer(skipValidations: boolean): Lexer {
  return new Lexer([...T.lexicalTokens], {
    positionTracking: 'onlyOffset',
    ensureOptimizations: true,
    skipValidations,
  });
}

export interface Lexed {
  readonly tokens: readonly IToken[];
  /** Doc comments, joined line by line, by the offset of the token they precede. */
  readonly docs: ReadonlyMap<number, string>;
  /** A comment without an end took everything from here on. */
  readonly cutAt: number | undefined;
}

const mistakes: ReadonlySet<object> = new Set([
  T.ForeignOperator,
  T.ForeignString,
  T.OpenString,
  T.OpenTriple,
  T.OpenChar,
  T.CharLiteral,
  T.Dot,
]);

/** Reads words, numbers and signs. Mistakes in them are reported to `problems` and replaced by what was meant. */
export function lex(text: string, problems: SyntaxProblem[]): Lexed {
  const result = sharedLexer().tokenize(text);
  let doubtful = result.errors.length > 0;
  let numberEnd = -1;
  for (const token of result.tokens) {
    const type = token.tokenType;
    // The lexer tracks starts only, which is faster; ends follow from them.
    token.endOffset = token.startOffset + token.image.length - 1;
    if (token.startOffset === numberEnd) doubtful = true;
    if (type === T.Identifier) {
      const keyword = T.keywordTypes.get(token.image);
      if (keyword !== undefined) retype(token, keyword);
    } else if (type === T.NumberLiteral) numberEnd = token.endOffset! + 1;
    else if (mistakes.has(type)) doubtful = true;
  }
  for (const comment of [...(result.groups.docs ?? []), ...(result.groups.mistakes ?? [])])
    comment.endOffset = comment.startOffset + comment.image.length - 1;
  const tokens = doubtful ? mend(text, result.tokens, result.errors, problems) : result.tokens;
  let cutAt: number | undefined;
  for (const mistake of result.groups.mistakes ?? []) {
    if (mistake.tokenType === T.OpenComment) cutAt = mistake.startOffset;
    reportComment(mistake, problems);
  }
  return { tokens, docs: attachDocs(text, result.groups.docs ?? [], tokens), cutAt };
}

function reportComment(comment: IToken, problems: SyntaxProblem[]): void {
  const { start, end } = tokenSpan(comment);
  if (comment.tokenType === T.OpenComment) {
    const message = 'A comment that begins with `/*` ends with `*/`; for this one there is none.';
    const fix = { title: 'Insert `*/`', edits: [{ span: { start: end, end }, text: ' */' }] };
    report(
      problems,
      problem('M0103', { start, end: start + 2 }, message, { remedy: 'Write `*/` where it ends.', fix }),
    );
    return;
  }
  const fix = { title: 'Write `//`', edits: [{ span: { start, end: start + 1 }, text: '//' }] };
  const message = 'Comments begin with `//`; this line begins one with `#`.';
  report(problems, problem('M0110', { start, end: start + 1 }, message, { remedy: 'Write `//`.', fix }));
}

/**
 * Gives every block of `///` lines to the token that follows it. Of several blocks separated by blank lines only the
 * last one counts: the first ones speak of the file.
 */
function attachDocs(text: string, comments: readonly IToken[], tokens: readonly IToken[]): ReadonlyMap<number, string> {
  const docs = new Map<number, string>();
  let next = 0;
  let lines: string[] = [];
  for (const [at, comment] of comments.entries()) {
    lines.push(comment.image.slice(3).replace(/^ /, '').trimEnd());
    const end = comment.endOffset! + 1;
    const following = comments[at + 1];
    while (next < tokens.length && tokens[next]!.startOffset < end) next++;
    const token = tokens[next];
    if (following !== undefined && (token === undefined || following.startOffset < token.startOffset)) {
      if (/\n[ \t]*\r?\n/.test(text.slice(end, following.startOffset))) lines = [];
      continue;
    }
    if (token !== undefined) docs.set(token.startOffset, lines.join('\n'));
    lines = [];
  }
  return docs;
}
