/** What is wrong, or odd, with a game file: rule, fact, remedy, and the place. */

/** Lines and columns count from 1, columns in UTF-16 code units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Place {
  /** What a file must obey. */
  readonly rule: string;
  /** What stands there instead. */
  readonly fact: string;
  readonly remedy: string | undefined;
  /** The other place, where two do not agree. */
  readonly other?: Place & { readonly what: string };
}

/** A game, or the first error; and what was tolerated, in the order of the file. */
export type Parsed<T> =
  | { readonly game: T; readonly error?: undefined; readonly warnings: readonly Problem[] }
  | { readonly game?: undefined; readonly error: Problem; readonly warnings: readonly Problem[] };

/** A game as text, and what had to be changed because the format cannot express it. */
export interface Printed {
  readonly text: string;
  readonly warnings: readonly string[];
}

/** `2:7: rule: fact` in one line. */
export function describeProblem(problem: Problem): string {
  const other =
    problem.other === undefined ? '' : ` (${problem.other.what}: ${problem.other.line}:${problem.other.column})`;
  return `${problem.line}:${problem.column}: ${problem.rule}, but ${problem.fact}${other}`;
}

/** A text under scrutiny: turns offsets into places and collects what is found. */
export class Scrutiny {
  readonly text: string;
  readonly warnings: Problem[] = [];
  /** Further warnings say nothing new, and each costs a walk through the text. */
  static readonly mostWarnings = 50;

  constructor(text: string) {
    this.text = text;
  }

  place(offset: number): Place {
    let line = 1;
    let start = 0;
    for (let at = this.text.indexOf('\n'); at >= 0 && at < offset; at = this.text.indexOf('\n', at + 1)) {
      line++;
      start = at + 1;
    }
    return { line, column: offset - start + 1 };
  }

  warn(offset: number, rule: string, fact: string, remedy?: string): void {
    if (this.warnings.length < Scrutiny.mostWarnings) this.warnings.push({ ...this.place(offset), rule, fact, remedy });
  }

  fail(offset: number, rule: string, fact: string, remedy?: string, other?: { offset: number; what: string }): never {
    const problem: Problem = { ...this.place(offset), rule, fact, remedy };
    throw new Refused(
      other === undefined ? problem : { ...problem, other: { ...this.place(other.offset), what: other.what } },
    );
  }
}

/** Leaves a parser at its first error; never leaves this folder. */
class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(describeProblem(problem));
    this.problem = problem;
  }
}

/** Runs a parser: its error becomes a value. */
export function judged<T>(text: string, parse: (scrutiny: Scrutiny) => T): Parsed<T> {
  const scrutiny = new Scrutiny(text);
  try {
    return { game: parse(scrutiny), warnings: scrutiny.warnings };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { error: error.problem, warnings: scrutiny.warnings };
  }
}

/** A piece of a file for a message: short, on one line, in quotes. */
export function excerpt(text: string): string {
  const line = text.slice(0, 60).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
  return `\`${line}${text.length > 60 ? '...' : ''}\``;
}
