/**
 * Exceptions with a reason: `// strict allows unscaled-observation: the benchmark shows raw positions`. The comment holds for the
 * declaration in which it stands, or for the whole file where it stands outside of all.
 */
import type { Declaration, Span } from '../../grammar/ast.ts';
import type { Diagnostic } from '../api.ts';

export interface Allowance {
  /** Name of a rule, as written. */
  readonly rule: string;
  /** Where the name stands. */
  readonly span: Span;
  /** What it holds for. */
  readonly scope: Span;
}

const pattern = /\/\/[ \t]*strict allows[ \t]+([a-z][a-z-]*)[ \t]*:[ \t]*\S/g;

export function allowances(text: string, declarations: readonly Declaration[]): readonly Allowance[] {
  return [...text.matchAll(pattern)].map(match => {
    const rule = match[1] as string;
    const start = match.index + match[0].indexOf(rule, match[0].indexOf('allows') + 'allows'.length);
    const around = declarations.find(d => d.span.start <= match.index && match.index < d.span.end);
    return { rule, span: { start, end: start + rule.length }, scope: around?.span ?? { start: 0, end: text.length } };
  });
}

export function suppresses({ rule, scope }: Allowance, { name, at }: Diagnostic): boolean {
  return rule === name && scope.start <= at.span.start && at.span.end <= scope.end;
}
