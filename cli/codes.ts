export interface ExplainedCode {
  readonly code: string;
  readonly name: string;
  readonly severity: string;
  readonly summary: string;
  readonly explanation: string;
  readonly example: string | undefined;
}
export function codes(): readonly ExplainedCode[] {
  return [];
}
