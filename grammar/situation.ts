/** Where the parser stopped, with everything the sentences about it need, and the parts those sentences share. */
import { EOF, type IToken } from 'chevrotain';
import { tokenSpan } from './cst.ts';
import { decodeExpectation } from './expectation.ts';
import { forms, ruleSentence, transparentRules } from './forms.ts';
import type { Failure } from './recover.ts';
import * as T from './tokens.ts';

/** One failure with everything the sentences need. */
export interface Situation {
  readonly failure: Failure;
  /** The innermost construct that has a form of its own. */
  readonly rule: string;
  /** Every rule the parser was in, outermost first. */
  readonly stack: readonly string[];
  /** Names of the token types that would have fitted; empty where the piece should have ended. */
  readonly expected: readonly string[];
  /** The token that does not fit; undefined at the end of the piece. */
  readonly actual: IToken | undefined;
  readonly previous: IToken | undefined;
  /** Do `previous` and `actual` stand on one line? */
  readonly sameLine: boolean;
}

export function situate(failure: Failure): Situation {
  const { error, tokens, layout } = failure;
  const { rule, expected: all } = decodeExpectation(error.message);
  const expected = all.filter((name, at) => all.indexOf(name) === at);
  const stack = [...(error.context?.ruleStack ?? [])];
  if (stack.at(-1) !== rule) stack.push(rule);
  const actual = error.token.tokenType === EOF ? undefined : error.token;
  const at = actual === undefined ? tokens.length : tokens.indexOf(actual);
  const previous = tokens[at - 1];
  return {
    failure,
    rule: innermostRule(failure, expected.length === 0 ? undefined : stack.findLast(one => !transparentRules.has(one))),
    stack,
    expected,
    actual,
    previous,
    sameLine: actual !== undefined && !layout.startsLine(actual),
  };
}

/** The innermost rule, or the one that reads a piece beginning with this keyword. */
function innermostRule(failure: Failure, innermost: string | undefined): string {
  const word = failure.tokens[0]?.image ?? '';
  if (innermost !== undefined && innermost !== 'trainClause') return innermost;
  const found = ['Decl', 'Item', 'Clause'].map(ending => `${word}${ending}`).find(rule => forms[rule] !== undefined);
  if (failure.piece === 'declaration' && word === 'let') return 'constDecl';
  return found ?? (failure.piece === 'gameItem' && word === 'let' ? 'constDecl' : failure.piece);
}

/** As it stands in the text, shortened, as code. */
export function quote(token: IToken): string {
  const line = token.image.split(/\r?\n/, 1)[0]!;
  const short = line.length > 30 || line.length < token.image.length ? `${line.slice(0, 27)}...` : line;
  return `\`${short}\``;
}

/** Just behind a token: where something is missing. */
export function behind(token: IToken | undefined): { start: number; end: number } {
  const end = token === undefined ? 0 : token.endOffset! + 1;
  return { start: end, end };
}

/** Where the problem is shown: on the token that does not fit if it stands on the line, else behind the previous one. */
export function place(situation: Situation): { start: number; end: number } {
  const { actual, previous, sameLine } = situation;
  if (actual !== undefined && (sameLine || previous === undefined)) return tokenSpan(actual);
  return behind(previous);
}

/** `behind X stands Y in place of Z` or `behind X Z is missing`. */
export function fact(situation: Situation, wanted: string): string {
  const { actual, previous, sameLine } = situation;
  const where = previous === undefined ? 'here' : `behind ${quote(previous)}`;
  if (actual === undefined || !sameLine || isCloser(actual) || actual.tokenType === T.Comma)
    return `${where} ${wanted} is missing`;
  return `${where} stands ${quote(actual)} in place of ${wanted}`;
}

export function isCloser(token: IToken): boolean {
  const type = token.tokenType;
  return type === T.RParen || type === T.RBracket || type === T.RBrace;
}

/** The construct's rule, or that of the piece where the construct has none. */
export function ruleOf(situation: Situation): string {
  return ruleSentence(forms[situation.rule] ?? forms[situation.failure.piece]!);
}
