import type { Span } from './ast.ts';
import type { SyntaxCode } from './codes.ts';
import { syntaxCodes } from './codes.ts';

/** An edit that repairs a problem. */
export interface SyntaxFix {
  readonly title: string;
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
}

/** One thing that is wrong with the form of a program. */
export interface SyntaxProblem {
  /** `M01xx` */
  readonly code: string;
  /** The same in words: `unclosed-delimiter`. */
  readonly name: string;
  readonly span: Span;
  /** The rule and the fact, one line. */
  readonly message: string;
  /** What to do, one line. */
  readonly remedy: string | undefined;
  readonly related: readonly { readonly span: Span; readonly message: string }[];
  readonly fix: SyntaxFix | undefined;
}

/** Makes a problem; the name comes from the table of codes. */
export function problem(
  code: SyntaxCode,
  span: Span,
  message: string,
  more: {
    readonly remedy?: string | undefined;
    readonly related?: SyntaxProblem['related'];
    readonly fix?: SyntaxFix | undefined;
  } = {},
): SyntaxProblem {
  return {
    code,
    name: syntaxCodes[code].name,
    span,
    message,
    remedy: more.remedy,
    related: more.related ?? [],
    fix: more.fix,
  };
}

/** More problems than anybody reads; a file that is no program at all would have millions. */
const maxProblems = 1000;

export function hasRoom(problems: readonly unknown[]): boolean {
  return problems.length < maxProblems;
}

/** Notes a problem, unless there are too many already. */
export function report(problems: SyntaxProblem[], one: SyntaxProblem): void {
  if (hasRoom(problems)) problems.push(one);
}
