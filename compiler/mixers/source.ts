/** A mixer as elaborated: the model, and beside it where each of its nodes stands in the program. */
import type { Span } from '../../grammar/ast.ts';
import type { MixerModel } from '../../runtime/mixers/model.ts';

/** Where a node was written. */
export interface Origin {
  readonly span: Span;
  /** Where its arguments are written, in the order of `argumentsOf`; a name that stands for an argument has its own place. */
  readonly args: readonly Span[];
  /** The function or operator that made it, for edits. */
  readonly callee: Span | undefined;
}

export interface Binding {
  readonly name: string;
  readonly node: number;
  /** The expression behind `=`. */
  readonly value: Span;
  /** How often the name is used. */
  readonly uses: number;
}

export interface MixerSource {
  readonly model: MixerModel;
  readonly file: string;
  readonly text: string;
  /** By node. */
  readonly origins: readonly Origin[];
  readonly bindings: readonly Binding[];
}

/** The program text at a span on one line, shortened. */
export function textAt(source: MixerSource, span: Span): string {
  const text = source.text.slice(span.start, span.end).replace(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
