/** The lines of a `.dpomdp` file and their words. */
import { excerpt, type Scrutiny } from './problem.ts';

export interface Word {
  readonly kind: 'id' | 'number' | '*' | ':';
  readonly text: string;
  readonly at: number;
}

/** A line with something on it. */
export interface Line {
  readonly words: readonly Word[];
  /** Offset of its first word. */
  readonly at: number;
}

const word = /(:)|(\*)|([A-Za-z][A-Za-z0-9_-]*)|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y;
const blank = /[ \t\r\v\f]*/y;

/** Reads one line at a time; empty lines and comments are passed over. */
export class Lines {
  readonly scrutiny: Scrutiny;
  #offset = 0;
  #next: Line | undefined;

  constructor(scrutiny: Scrutiny) {
    this.scrutiny = scrutiny;
    this.#next = this.#read();
  }

  peek(): Line | undefined {
    return this.#next;
  }

  take(rule: string): Line {
    const line = this.#next;
    if (line === undefined) this.scrutiny.fail(this.scrutiny.text.length, rule, 'the file ends here');
    this.#next = this.#read();
    return line;
  }

  #read(): Line | undefined {
    const { text } = this.scrutiny;
    while (this.#offset < text.length) {
      const end = text.indexOf('\n', this.#offset);
      const stop = end < 0 ? text.length : end;
      const words = this.#words(this.#offset, stop);
      this.#offset = stop + 1;
      const [first] = words;
      if (first !== undefined) return { words, at: first.at };
    }
    return undefined;
  }

  #words(from: number, stop: number): readonly Word[] {
    const { text } = this.scrutiny;
    const words: Word[] = [];
    for (let at = from; ; ) {
      blank.lastIndex = at;
      blank.test(text);
      at = Math.min(blank.lastIndex, stop);
      if (at >= stop) return words;
      if (text[at] === '#') {
        if (words.length > 0)
          this.scrutiny.warn(
            at,
            'a comment has a line of its own',
            'this one stands behind something; it is passed over',
          );
        return words;
      }
      word.lastIndex = at;
      const match = word.exec(text);
      const behind = text[word.lastIndex];
      if (match === null || (match[4] !== undefined && behind !== undefined && !/[\s:*#]/.test(behind))) {
        const piece = /^[^ \t\r\n\v\f:]{1,60}/.exec(text.slice(at, Math.min(stop, at + 60)))?.[0] ?? text[at] ?? '';
        this.scrutiny.fail(
          at,
          'a line holds names, decimal numbers, `*` and `:`',
          `${excerpt(piece)} stands here`,
          piece.includes('/')
            ? 'write fractions as decimals'
            : 'names begin with a letter and hold letters, digits, `_` and `-`',
        );
      }
      const kind =
        match[1] !== undefined ? ':' : match[2] !== undefined ? '*' : match[3] !== undefined ? 'id' : 'number';
      words.push({ kind, text: match[0], at });
      at = word.lastIndex;
    }
  }
}

/** Words that mean something and are no names. */
export const dpomdpWords: ReadonlySet<string> = new Set([
  'agents',
  'discount',
  'values',
  'states',
  'start',
  'actions',
  'observations',
  'T',
  'O',
  'R',
  'uniform',
  'identity',
  'reward',
  'cost',
  'include',
  'exclude',
  'reset',
]);
