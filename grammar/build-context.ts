import type { Span } from './ast.ts';
import { forms, ruleSentence } from './forms.ts';
import { problem, report, type SyntaxProblem } from './problem.ts';

/** What the builders share while they turn one concrete syntax tree into an abstract one. */
export interface BuildContext {
  /** Documentation by the offset of the first token that follows it. */
  readonly docs: ReadonlyMap<number, string>;
  readonly problems: SyntaxProblem[];
  /** How many operands and brackets enclose the expression being built. */
  depth: number;
}

/** The documentation before a declaration, field or parameter. */
export function docOf(ctx: BuildContext, span: Span): string | undefined {
  return ctx.docs.get(span.start);
}

/** Reports a block that needs an entry and has none. */
export function requireEntry(ctx: BuildContext, rule: string, entries: number, span: Span): void {
  if (entries > 0 || ctx.problems.some(one => one.span.start <= span.end + 1 && span.start <= one.span.end)) return;
  const message = `${ruleSentence(forms[rule]!)}; this one has no entry.`;
  report(ctx.problems, problem('M0138', span, message, { remedy: 'Write at least one entry, or remove it all.' }));
}
