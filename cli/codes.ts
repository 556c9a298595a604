/** All diagnostic codes, of the grammar and of the checker, as `marl explain` shows them. */
import { explanations } from '../compiler/diagnostics/explanations.ts';
import { type RuleName, rules } from '../compiler/diagnostics/rules.ts';
import { syntaxCodes } from '../grammar/index.ts';

export interface ExplainedCode {
  readonly code: string;
  readonly name: string;
  readonly severity: string;
  /** One line. */
  readonly summary: string;
  readonly explanation: string;
  /** A program that is refused with this code. */
  readonly example: string;
  /** The same program repaired; codes of the grammar have none. */
  readonly repaired: string | undefined;
}

/** In the order of the codes. */
export function codes(): readonly ExplainedCode[] {
  const syntax = Object.entries(syntaxCodes).map(([code, { name, summary, explanation, bad }]) => ({
    code,
    name,
    severity: 'error',
    summary,
    explanation,
    example: bad,
    repaired: undefined,
  }));
  const checks = (Object.keys(rules) as RuleName[]).map(name => {
    const { summary, explanation, bad, good } = explanations[name];
    const { code, severity } = rules[name];
    return { code, name, severity, summary, explanation, example: bad, repaired: good };
  });
  return [...syntax, ...checks].sort((a, b) => (a.code < b.code ? -1 : 1));
}
