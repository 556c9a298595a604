import type { Span } from './ast.ts';

/** A place in a text: line and column count from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Turns offsets into lines and columns and back. Lines end with `\n`, `\r\n` or a lone `\r`. */
export class LineMap {
  readonly #starts: readonly number[];
  readonly #text: string;

  constructor(text: string) {
    const starts = [0];
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 10 || (code === 13 && text.charCodeAt(at + 1) !== 10)) starts.push(at + 1);
    }
    this.#starts = starts;
    this.#text = text;
  }

  get lineCount(): number {
    return this.#starts.length;
  }

  /** The place of an offset; offsets outside the text are moved to its ends. */
  position(offset: number): Position {
    const at = Math.max(0, Math.min(offset, this.#text.length));
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - this.#starts[low]! + 1 };
  }

  /** The offset of a place; a column behind the end of its line means the end of that line. */
  offset(position: Position): number {
    if (position.line < 1) return 0;
    if (position.line > this.#starts.length) return this.#text.length;
    const span = this.lineSpan(position.line);
    return Math.min(span.start + Math.max(0, position.column - 1), span.end);
  }

  /** The extent of a line (from 1) without its line break. */
  lineSpan(line: number): Span {
    const start = this.#starts[line - 1] ?? this.#text.length;
    let end = this.#starts[line] ?? this.#text.length;
    if (line < this.#starts.length) {
      end--;
      if (end > start && this.#text.charCodeAt(end) === 10 && this.#text.charCodeAt(end - 1) === 13) end--;
    }
    return { start, end };
  }

  /** The text of a line (from 1) without its line break. */
  lineText(line: number): string {
    const span = this.lineSpan(line);
    return this.#text.slice(span.start, span.end);
  }
}
