import { type IToken, Lexer } from 'chevrotain';
import { retype } from './context.ts';
import { tokenSpan } from './cst.ts';
import { clauseKeywords, fileKeywords, itemKeywords, sharedKeywords } from './layout.ts';
import { mend } from './mend.ts';
import { problem, report, type SyntaxProblem } from './problem.ts';
import * as T from './tokens.ts';

let shared: Lexer | undefined;

/** The one lexer of this process, made when it is first needed. */
export function sharedLexer(): Lexer {
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
  /** A comment without an end took closing delimiters that stand behind here. */
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
  let result = sharedLexer().tokenize(text);
  const open = result.groups.mistakes?.find(mistake => mistake.tokenType === T.OpenComment);
  let cutAt: number | undefined;
  if (open !== undefined) {
    const { start } = tokenSpan(open);
    const end = endOfOpenComment(text, start);
    reportOpenComment(start, end, problems);
    result = sharedLexer().tokenize(withoutOpenComments(text, start, end));
    if (/[)\]}]/.test(text.slice(start, end))) cutAt = start;
  }
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
  for (const mistake of result.groups.mistakes ?? []) reportComment(mistake, problems);
  return { tokens, docs: attachDocs(text, result.groups.docs ?? [], tokens), cutAt };
}

const beginners = [...T.keywordTypes].flatMap(([word, type]) =>
  type === T.Next || [fileKeywords, sharedKeywords, itemKeywords, clauseKeywords].some(set => set.has(type))
    ? [word]
    : [],
);
/** What begins a line of a program, rather than of prose. */
const programLine = new RegExp(
  `^[ \\t]*(?:[}/\\]]|(?:${beginners.join('|')})\\b|\\w+[ \\t]*(?:\\[[^\\]\\n]*\\][ \\t]*)?(?:[=~:]|=>))`,
);

/** A comment without an end is taken to go on to the first line that looks like program. */
function endOfOpenComment(text: string, start: number): number {
  let end = lineEnd(text, start);
  while (end < text.length) {
    const next = lineEnd(text, end + 1);
    if (programLine.test(text.slice(end + 1, Math.min(next, end + 200)))) break;
    end = next;
  }
  return text[end - 1] === '\r' ? end - 1 : end;
}

function lineEnd(text: string, from: number): number {
  const found = text.indexOf('\n', from);
  return found < 0 ? text.length : found;
}

/** The text with white space for the comment, and for what begins others behind it: they cannot end either. */
function withoutOpenComments(text: string, start: number, end: number): string {
  const blank = (part: string): string => part.replaceAll(/[^\r\n]/g, ' ');
  return text.slice(0, start) + blank(text.slice(start, end)) + text.slice(end).replaceAll(/\/\*[^\n]*/g, blank);
}

function reportOpenComment(start: number, end: number, problems: SyntaxProblem[]): void {
  const message = 'A comment that begins with `/*` ends with `*/`; for this one there is none.';
  const fix = { title: 'Insert `*/`', edits: [{ span: { start: end, end }, text: ' */' }] };
  report(problems, problem('M0103', { start, end: start + 2 }, message, { remedy: 'Write `*/` where it ends.', fix }));
}

function reportComment(comment: IToken, problems: SyntaxProblem[]): void {
  const { start } = tokenSpan(comment);
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
