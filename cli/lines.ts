import { createInterface, type Interface } from 'node:readline';

/** Lines of an input, one at a time: typed at a terminal or piped. */
export class LineReader {
  readonly #interface: Interface;
  readonly #lines: AsyncIterator<string>;

  constructor(input: NodeJS.ReadableStream) {
    this.#interface = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    this.#lines = this.#interface[Symbol.asyncIterator]();
  }

  /** The next line without its end, or undefined behind the last. */
  async next(): Promise<string | undefined> {
    const { value, done } = await this.#lines.next();
    return done === true ? undefined : value;
  }

  close(): void {
    this.#interface.close();
  }
}
