/** What a rule of the catalogue is made of. */
import type { Severity } from '../../api.ts';

export interface Rule<A> {
  readonly code: string;
  readonly severity: Severity;
  readonly message: (args: A) => string;
  readonly remedy: (args: A) => string | undefined;
}

export function error<A>(code: string, message: (args: A) => string, remedy: (args: A) => string | undefined): Rule<A> {
  return { code, severity: 'error', message, remedy };
}
export function warning<A>(
  code: string,
  message: (args: A) => string,
  remedy: (args: A) => string | undefined,
): Rule<A> {
  return { code, severity: 'warning', message, remedy };
}

export const didYouMean = (a: { suggestion: string | undefined }) =>
  a.suggestion === undefined ? undefined : `Did you mean \`${a.suggestion}\`?`;
