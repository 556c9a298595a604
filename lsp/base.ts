/** What all features share: places, files as they stand in the editor, and what the server needs of its surroundings. */
import type { Host } from '../compiler/api.ts';
import type { Parsed, SourceFile, Span } from '../grammar/index.ts';
import { LineMap, type Piece, parse, scan } from '../grammar/index.ts';
import type { LastRun } from './results.ts';

export type { Span } from '../grammar/index.ts';

/** A stretch of a file. Paths are those of the host: as on disk, or `std:games/Kuhn.marl`. */
export interface Place {
  readonly path: string;
  readonly span: Span;
}

export interface Edit extends Place {
  readonly text: string;
}

/** One text with what can be said of it alone, each part made when it is first asked for. */
export class Sheet {
  readonly path: string;
  readonly text: string;
  #parsed: Parsed | undefined;
  #pieces: readonly Piece[] | undefined;
  #lines: LineMap | undefined;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }

  get parsed(): Parsed {
    this.#parsed ??= parse(this.text);
    return this.#parsed;
  }

  get ast(): SourceFile {
    return this.parsed.ast;
  }

  get pieces(): readonly Piece[] {
    this.#pieces ??= scan(this.text);
    return this.#pieces;
  }

  get lines(): LineMap {
    this.#lines ??= new LineMap(this.text);
    return this.#lines;
  }

  slice({ start, end }: Span): string {
    return this.text.slice(start, end);
  }

  /** The number in `pieces` of the piece that holds or ends at an offset; comments included. */
  pieceAt(offset: number): number | undefined {
    const { pieces } = this;
    let low = 0;
    let high = pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (pieces[middle]!.start < offset || (pieces[middle]!.start === offset && offset === 0)) low = middle;
      else high = middle - 1;
    }
    const next = pieces[low + 1];
    if (next !== undefined && next.start === offset && next.kind === 'word') return low + 1;
    const found = pieces[low];
    return found !== undefined && found.start <= offset && offset <= found.end ? low : undefined;
  }
}

export function contains(span: Span, offset: number): boolean {
  return span.start <= offset && offset <= span.end;
}

export function within(inner: Span, outer: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** A host that also knows the folders of the library. */
export interface LibraryHost extends Host {
  groups(): readonly string[];
}

/** A word of the language in one line and in a few sentences. */
export interface WordDoc {
  readonly word: string;
  readonly summary: string;
  readonly text: string;
}

/** What the command line brings: the file system, the library, the explanations. */
export interface Desk {
  /** The host for an entry file; it reads from disk, and texts of open files are laid over it. */
  host(entry: string): LibraryHost;
  /** One path per file, whatever way leads to it. */
  same(path: string): string;
  /** Programs below a folder, absolute paths in order; at most some thousands. */
  programs(folder: string): readonly string[];
  /** Does a file lie in the installed library? */
  isLibrary(path: string): boolean;
  word(name: string): WordDoc | undefined;
  /** The equations of a learner, several lines of plain text. */
  equations(algorithm: string): string | undefined;
  /** How the last training of this name in a file ended; `folders` are those opened in the editor. */
  lastRun(file: string, train: string, folders: readonly string[]): LastRun | undefined;
}
