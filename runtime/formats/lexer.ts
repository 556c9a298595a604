/** The words of `.nfg` and `.efg`: white space is ASCII and means nothing outside quotes. */
import { excerpt, type Scrutiny } from './problem.ts';

export interface Token {
  readonly kind: 'number' | 'string' | 'symbol' | '{' | '}' | ',' | 'end';
  /** Of a string what it says, of all others what is written. */
  readonly text: string;
  /** Offset of its first character. */
  readonly at: number;
}

const space = /[ \t\r\n\v\f]*/y;
const number = /[+-]?(?:\d+\/\d+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)/y;
const symbol = /[^ \t\r\n\v\f]+/y;
const behindNumber = new Set([' ', '\t', '\r', '\n', '\v', '\f', '{', '}', ',', '"', undefined]);

/** Reads one token at a time, with one token of lookahead. */
export class Lexer {
  readonly scrutiny: Scrutiny;
  #next: Token;
  #offset = 0;

  constructor(scrutiny: Scrutiny) {
    this.scrutiny = scrutiny;
    this.#next = this.#read();
  }

  peek(): Token {
    return this.#next;
  }

  take(): Token {
    const token = this.#next;
    if (token.kind !== 'end') this.#next = this.#read();
    return token;
  }

  /** Is the next token of this kind? Then it is taken. */
  takeIf(kind: Token['kind']): Token | undefined {
    return this.#next.kind === kind ? this.take() : undefined;
  }

  expect(kind: 'number' | 'string' | '{' | '}', rule: string, remedy?: string): Token {
    if (this.#next.kind !== kind) this.scrutiny.fail(this.#next.at, rule, found(this.#next), remedy);
    return this.take();
  }

  /** A whole number that a double holds exactly. */
  integer(rule: string): { readonly value: number; readonly at: number } {
    const token = this.expect('number', rule);
    const value = Number(token.text);
    if (!/^[+-]?\d+$/.test(token.text) || !Number.isSafeInteger(value))
      this.scrutiny.fail(token.at, rule, `${excerpt(token.text)} is no whole number of that size`);
    return { value, at: token.at };
  }

  #read(): Token {
    const { text } = this.scrutiny;
    space.lastIndex = this.#offset;
    space.test(text);
    const at = space.lastIndex;
    this.#offset = at;
    const first = text[at];
    if (first === undefined) return { kind: 'end', text: '', at };
    if (first === '{' || first === '}' || first === ',') {
      this.#offset = at + 1;
      return { kind: first, text: first, at };
    }
    if (first === '"') return this.#string(at);
    number.lastIndex = at;
    if (number.test(text)) {
      this.#offset = number.lastIndex;
      if (!behindNumber.has(text[this.#offset])) {
        symbol.lastIndex = at;
        symbol.test(text);
        this.scrutiny.fail(
          at,
          'a number is written 7, 0.25, .5, 1e-3 or 1/3, with a space behind it',
          `${excerpt(text.slice(at, symbol.lastIndex))} stands here`,
          'write `1/3` without spaces, and a digit behind `e`',
        );
      }
      return { kind: 'number', text: text.slice(at, this.#offset), at };
    }
    symbol.lastIndex = at;
    symbol.test(text);
    this.#offset = symbol.lastIndex;
    return { kind: 'symbol', text: text.slice(at, this.#offset), at };
  }

  /** `\"` stands for a quote; any other backslash for itself. */
  #string(at: number): Token {
    const { text } = this.scrutiny;
    const pieces: string[] = [];
    let from = at + 1;
    for (;;) {
      const quote = text.indexOf('"', from);
      if (quote < 0)
        this.scrutiny.fail(at, 'a label ends with a quote', 'this one never ends', 'a quote inside is written `\\"`');
      if (text[quote - 1] !== '\\' || quote - 1 < from) {
        pieces.push(text.slice(from, quote));
        this.#offset = quote + 1;
        return { kind: 'string', text: pieces.join(''), at };
      }
      pieces.push(text.slice(from, quote - 1), '"');
      from = quote + 1;
    }
  }
}

/** What stands in the place of something else, as the second half of a sentence. */
export function found(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'the file ends here';
    case 'string':
      return `the label ${excerpt(token.text)} stands here`;
    default:
      return `${excerpt(token.text)} stands here`;
  }
}
