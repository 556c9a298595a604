import type { Span } from '../../grammar/ast.ts';
import type { Diagnostic, Fix, Location } from '../api.ts';
import { type RuleArgs, type RuleName, rules } from './rules.ts';

export interface Extra {
  readonly related?: readonly { readonly at: Location; readonly message: string }[];
  /** Where none are given, a suggested name makes one. */
  readonly fixes?: readonly Fix[];
}

const maxProblems = 1000;

/** Collects diagnostics; the same rule at the same place is reported once. */
export class Reporter {
  readonly diagnostics: Diagnostic[] = [];
  private readonly seen = new Set<string>();

  report<N extends RuleName>(file: string, span: Span, name: N, args: RuleArgs<N>, extra: Extra = {}): void {
    const key = `${name} ${file} ${span.start} ${span.end}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    const rule = rules[name] as {
      readonly code: string;
      readonly severity: Diagnostic['severity'];
      readonly message: (args: RuleArgs<N>) => string;
      readonly remedy: (args: RuleArgs<N>) => string | undefined;
    };
    this.diagnostics.push({
      code: rule.code,
      name,
      severity: rule.severity,
      at: { file, span },
      message: rule.message(args),
      remedy: rule.remedy(args),
      related: extra.related ?? [],
      fixes: extra.fixes ?? suggestedFix(file, span, args as object | undefined),
    });
  }

  /** There are more problems than anybody reads; what comes next may be left unchecked. */
  get isFull(): boolean {
    return this.diagnostics.length >= maxProblems;
  }

  get hasErrors(): boolean {
    return this.diagnostics.some(d => d.severity === 'error');
  }
}

/** A misspelt name is replaced by the one that is suggested, where the span is that of the name. */
function suggestedFix(file: string, span: Span, args: object | undefined): readonly Fix[] {
  if (args === undefined || !('suggestion' in args) || typeof args.suggestion !== 'string') return [];
  const name = 'name' in args ? args.name : 'field' in args ? args.field : undefined;
  if (typeof name !== 'string' || span.end - span.start !== name.length) return [];
  return [replaceFix(`Replace by \`${args.suggestion}\``, file, span, args.suggestion)];
}

/** The edit that replaces what stands at `span`. */
export function replaceFix(title: string, file: string, span: Span, text: string): Fix {
  return { title, edits: [{ file, span, text }] };
}
