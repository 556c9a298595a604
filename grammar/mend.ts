/**
 * Mistakes that show in single tokens: signs and quotes of other languages, letters outside ASCII, numbers that run into
 * words, literals without an end. Each is reported once and replaced by what was meant, so that the parser can go on.
 */
import type { ILexingError, IToken, TokenType } from 'chevrotain';
import type { Span } from './ast.ts';
import { retype } from './context.ts';
import { tokenSpan } from './cst.ts';
import { problem, report, type SyntaxProblem } from './problem.ts';
import * as T from './tokens.ts';

interface Replacement {
  /** What takes its place; undefined drops it, `same` keeps it as a token that fits nowhere. */
  readonly by: TokenType | 'same' | undefined;
  readonly text: string;
  readonly rule: string;
}

const power: Replacement = {
  by: T.Star,
  text: '*',
  rule: 'There is no operator for powers; write `x * x`, or `exp` and `log`',
};
const update: Replacement = {
  by: T.Equals,
  text: '=',
  rule: 'Equations give the whole new value, `next x = x + 1`; there are no assignments that add',
};
const word = (by: TokenType, text: string): Replacement => ({ by, text, rule: `\`${text}\` is written as a word` });
const other = (by: TokenType, text: string, what: string): Replacement => ({
  by,
  text,
  rule: `${what} is written \`${text}\``,
});

const foreign: ReadonlyMap<string, Replacement> = new Map<string, Replacement>([
  ['&&', word(T.And, 'and')],
  ['&', word(T.And, 'and')],
  ['\u2227', word(T.And, 'and')],
  ['||', word(T.Or, 'or')],
  ['\u2228', word(T.Or, 'or')],
  ['!', word(T.Not, 'not')],
  ['\u00ac', word(T.Not, 'not')],
  ['\u2208', word(T.In, 'in')],
  ['===', other(T.EqualEqual, '==', 'Equality')],
  ['!==', other(T.NotEqual, '!=', 'Inequality')],
  ['<>', other(T.NotEqual, '!=', 'Inequality')],
  ['\u2260', other(T.NotEqual, '!=', 'Inequality')],
  ['=<', other(T.LessEqual, '<=', 'At most')],
  ['\u2264', other(T.LessEqual, '<=', 'At most')],
  ['\u2265', other(T.GreaterEqual, '>=', 'At least')],
  [':=', other(T.Equals, '=', 'A definition')],
  ['\u2212', other(T.Minus, '-', 'Minus')],
  ['\u2013', other(T.Minus, '-', 'Minus')],
  ['\u2014', other(T.Minus, '-', 'Minus')],
  ['\u2192', other(T.Arrow, '->', 'An arrow')],
  ['\u00d7', other(T.Star, '*', 'Multiplication')],
  ['\u00b7', other(T.Star, '*', 'Multiplication')],
  ['\u00f7', other(T.Slash, '/', 'Division')],
  ['**', power],
  ['^', power],
  ['+=', update],
  ['-=', update],
  ['*=', update],
  ['/=', update],
  [';', { by: undefined, text: '', rule: 'Nothing is written between declarations or statements' }],
  ['?', { by: 'same', text: '', rule: 'A choice is written `if c then a else b`' }],
]);

/** Reports and replaces; expects the tokens in order and returns them in order. */
export function mend(
  text: string,
  tokens: readonly IToken[],
  unreadable: readonly ILexingError[],
  problems: SyntaxProblem[],
): IToken[] {
  const readable = unreadable.length === 0 ? tokens : mendUnreadable(text, tokens, unreadable, problems);
  const result: IToken[] = [];
  for (const [at, token] of readable.entries()) {
    const type = token.tokenType;
    const before = result.at(-1);
    if (type === T.ForeignOperator) {
      if (mendOperator(text, token, problems)) result.push(token);
    } else if (type === T.OpenString || type === T.OpenTriple || type === T.ForeignString || type === T.CharLiteral) {
      mendQuotes(token, readable[at + 1], problems);
      result.push(token);
    } else if (type === T.OpenChar) {
      const message =
        "A single quote belongs around one character in the legend of a map, `'#'`; this one stands alone.";
      report(
        problems,
        problem('M0101', tokenSpan(token), message, { remedy: 'Strings take double quotes: `"text"`.' }),
      );
    } else if (type === T.Dot && mendPoint(token, before, readable[at + 1], problems)) {
      // The point of a number without digits on one side says nothing.
    } else if (before?.tokenType === T.NumberLiteral && runsInto(before, token)) {
      reportNumber(before, token, problems);
    } else {
      result.push(token);
    }
  }
  return result;
}

/** Returns whether the token stays. */
function mendOperator(text: string, token: IToken, problems: SyntaxProblem[]): boolean {
  const known = foreign.get(token.image);
  if (known === undefined) return true;
  const span = tokenSpan(token);
  const message = `${known.rule}; this is \`${token.image}\`.`;
  const removes = known.by === undefined;
  const title = removes ? `Remove \`${token.image}\`` : `Write \`${known.text}\``;
  const fixable = known.by !== 'same' && known !== power && known !== update;
  report(
    problems,
    problem('M0105', span, message, {
      remedy: fixable ? `${title}.` : undefined,
      fix: fixable ? { title, edits: [{ span, text: spaced(text, span, known.text) }] } : undefined,
    }),
  );
  if (known.by === undefined) return false;
  if (known.by !== 'same') {
    token.image = known.text;
    retype(token, known.by);
  }
  return true;
}

/** A word needs white space around it. */
function spaced(text: string, { start, end }: Span, by: string): string {
  if (!/\w/.test(by)) return by;
  return `${/\w/.test(text[start - 1] ?? ' ') ? ' ' : ''}${by}${/\s/.test(text[end] ?? ' ') ? '' : ' '}`;
}

function mendQuotes(token: IToken, next: IToken | undefined, problems: SyntaxProblem[]): void {
  const span = tokenSpan(token);
  const end = { start: span.end, end: span.end };
  switch (token.tokenType) {
    case T.OpenString:
      report(
        problems,
        problem('M0102', span, 'A string ends with `"` on the line where it begins; this one does not.', {
          remedy: 'Write `"` at its end; `\\n` stands for a line break.',
          fix: { title: 'Insert `"`', edits: [{ span: end, text: '"' }] },
        }),
      );
      retype(token, T.StringLiteral);
      return;
    case T.OpenTriple:
      report(
        problems,
        problem(
          'M0104',
          { start: span.start, end: span.start + 3 },
          'A map ends with `"""`; for this one there is none.',
          {
            remedy: 'Write `"""` behind the last row.',
            fix: { title: 'Insert `"""`', edits: [{ span: end, text: '\n"""' }] },
          },
        ),
      );
      return;
    case T.ForeignString:
      reportQuotes(token, 'typographic quotes', problems);
      return;
    default:
      if (next?.tokenType !== T.Colon) reportQuotes(token, 'single quotes', problems);
  }
}

function reportQuotes(token: IToken, what: string, problems: SyntaxProblem[]): void {
  const span = tokenSpan(token);
  const plain = `"${token.image.slice(1, -1).replaceAll("\\'", "'")}"`;
  report(
    problems,
    problem('M0106', span, `Strings stand between double quotes; this one stands between ${what}.`, {
      remedy: `Write \`${plain}\`.`,
      fix: { title: 'Use double quotes', edits: [{ span, text: plain }] },
    }),
  );
  token.image = plain;
  retype(token, T.StringLiteral);
}

// ---------------------------------------------------------------------------------------------- numbers

function touches(left: IToken, right: IToken): boolean {
  return left.endOffset! + 1 === right.startOffset;
}

/** `3x`, `0x1F`: a number and a word without a space between them. */
function runsInto(number: IToken, next: IToken): boolean {
  if (!touches(number, next)) return false;
  return next.tokenType === T.NumberLiteral || /^[A-Za-z_]/.test(next.image);
}

function reportNumber(number: IToken, rest: IToken, problems: SyntaxProblem[]): void {
  const span = { start: number.startOffset, end: rest.endOffset! + 1 };
  const message = `A number is written in decimal digits, and a name begins with a letter; \`${number.image}${rest.image}\` is neither.`;
  const meant = abbreviated(number.image, rest.image);
  if (meant !== undefined) {
    const fix = { title: `Write \`${meant}\``, edits: [{ span, text: meant }] };
    report(problems, problem('M0108', span, message, { remedy: `Write \`${meant}\`.`, fix }));
    return;
  }
  report(
    problems,
    problem('M0108', span, message, {
      remedy: `Write \`${number.image} * ${rest.image}\` for a product, or separate them.`,
    }),
  );
}

/** `10_000` for `10k`, `1_500_000` for `1.5M`; undefined for other words. */
function abbreviated(number: string, unit: string): string | undefined {
  const zeros = { k: 3, K: 3, M: 6 }[unit];
  const [, whole, , part = ''] = /^(\d[\d_]*)(\.(\d+))?$/.exec(number) ?? [];
  if (zeros === undefined || whole === undefined || part.length > zeros) return undefined;
  const digits = `${whole.replaceAll('_', '')}${part.padEnd(zeros, '0')}`.replace(/^0+(?=\d)/, '');
  return digits.replaceAll(/\B(?=(\d{3})+$)/g, '_');
}

/** `.5` and `5.`: reports a point with digits on one side only and tells that it can be dropped. */
function mendPoint(
  point: IToken,
  before: IToken | undefined,
  next: IToken | undefined,
  problems: SyntaxProblem[],
): boolean {
  const afterNumber = before?.tokenType === T.NumberLiteral && touches(before, point);
  const beforeNumber = next?.tokenType === T.NumberLiteral && touches(point, next);
  const span = tokenSpan(point);
  if (beforeNumber && !(before !== undefined && touches(before, point))) {
    const edits = [{ span: { start: span.start, end: span.start }, text: '0' }];
    const message = `A number has digits before its point; \`.${next.image}\` has none.`;
    const remedy = `Write \`0.${next.image}\`.`;
    report(
      problems,
      problem('M0108', { start: span.start, end: next.endOffset! + 1 }, message, {
        remedy,
        fix: { title: 'Insert `0`', edits },
      }),
    );
    next.image = `0.${next.image}`;
    return true;
  }
  if (afterNumber && !(next !== undefined && touches(point, next) && /^\w/.test(next.image))) {
    const edits = [{ span: { start: span.end, end: span.end }, text: '0' }];
    const message = `A number has digits behind its point; \`${before.image}.\` has none.`;
    const remedy = `Write \`${before.image}.0\` or \`${before.image}\`.`;
    report(
      problems,
      problem('M0108', { start: before.startOffset, end: span.end }, message, {
        remedy,
        fix: { title: 'Insert `0`', edits },
      }),
    );
    return true;
  }
  return false;
}

// ---------------------------------------------------------------------------------------------- unreadable characters

/** Letters outside ASCII are joined with the word around them; every other run of characters is reported and dropped. */
function mendUnreadable(
  text: string,
  tokens: readonly IToken[],
  unreadable: readonly ILexingError[],
  problems: SyntaxProblem[],
): IToken[] {
  const result: IToken[] = [];
  let next = 0;
  let done = 0;
  for (const { offset, length } of unreadable) {
    if (offset < done) continue;
    while (next < tokens.length && tokens[next]!.startOffset < offset) result.push(tokens[next++]!);
    const run = text.slice(offset, offset + length);
    if (/^[\p{L}\p{M}\p{N}]/u.test(run)) {
      const merged = mergeWord(text, offset, result, problems);
      done = merged.endOffset! + 1;
      while (next < tokens.length && tokens[next]!.startOffset < done) next++;
      result.push(merged);
    } else reportUnreadable(offset, run, problems);
  }
  for (; next < tokens.length; next++) result.push(tokens[next]!);
  return result;
}

/** The whole word around a letter outside ASCII, as a name; takes back the part already in `before`. */
function mergeWord(text: string, offset: number, before: IToken[], problems: SyntaxProblem[]): IToken {
  let start = offset;
  const last = before.at(-1);
  if (last !== undefined && last.endOffset! + 1 === offset && /^\w+$/.test(last.image)) {
    start = last.startOffset;
    before.pop();
  }
  const wordPattern = /[\p{L}\p{M}\p{N}_]+/uy;
  wordPattern.lastIndex = offset;
  const end = offset + (wordPattern.exec(text)?.[0].length ?? 1);
  const image = text.slice(start, end);
  const span = { start, end };
  const plain = image.normalize('NFKD').replaceAll(/\p{M}/gu, '').replaceAll('\u00df', 'ss');
  const ascii = /^[A-Za-z_]\w*$/.test(plain);
  const message = `Names use the letters A to Z, digits and \`_\`; \`${image}\` has others.`;
  report(
    problems,
    problem('M0107', span, message, {
      remedy: ascii ? `Write \`${plain}\`.` : 'Spell it with these letters.',
      fix: ascii ? { title: `Write \`${plain}\``, edits: [{ span, text: plain }] } : undefined,
    }),
  );
  return {
    image,
    startOffset: start,
    endOffset: end - 1,
    tokenType: T.Identifier,
    tokenTypeIdx: T.Identifier.tokenTypeIdx!,
  } as IToken;
}

function reportUnreadable(offset: number, run: string, problems: SyntaxProblem[]): void {
  const first = String.fromCodePoint(run.codePointAt(0)!);
  const span: Span = { start: offset, end: offset + run.length };
  const shown = /^[\p{P}\p{S}]/u.test(first) ? `\`${first}\`` : describeInvisible(first);
  const rest = [...run].length - 1;
  const message =
    rest === 0
      ? `${shown} has no meaning in the language.`
      : `${shown} has no meaning in the language, nor have the ${rest} characters after it.`;
  report(
    problems,
    problem('M0101', span, message, {
      remedy: 'Remove it; text belongs into comments (`//`) and strings.',
      fix: { title: rest === 0 ? 'Remove it' : 'Remove them', edits: [{ span, text: '' }] },
    }),
  );
}

function describeInvisible(char: string): string {
  const code = char.codePointAt(0)!;
  return `The character U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
