/**
 * What the parser was looking for when it failed. Chevrotain lets us word its errors as strings only, so the facts
 * travel in that string as JSON and `messages.ts` makes sentences of them.
 */
import type { IParserErrorMessageProvider } from 'chevrotain';

export interface Expectation {
  readonly rule: string;
  /** Names of token types, one of which would have fitted; empty where the input should have ended. */
  readonly expected: readonly string[];
}

const encode = (rule: string, expected: readonly string[]): string => JSON.stringify({ rule, expected });

export const describeMismatch: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName }) => encode(ruleName, [expected.name]),
  buildNotAllInputParsedMessage: ({ ruleName }) => encode(ruleName, []),
  buildNoViableAltMessage: ({ expectedPathsPerAlt, ruleName }) =>
    encode(
      ruleName,
      expectedPathsPerAlt.flatMap(alt => alt.map(path => path[0]?.name ?? '')),
    ),
  buildEarlyExitMessage: ({ expectedIterationPaths, ruleName }) =>
    encode(
      ruleName,
      expectedIterationPaths.map(path => path[0]?.name ?? ''),
    ),
};

export function decodeExpectation(message: string): Expectation {
  return JSON.parse(message) as Expectation;
}
