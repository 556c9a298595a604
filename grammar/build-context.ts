import type { Span } from './ast.ts';
import type { SyntaxProblem } from './problem.ts';

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
