/** How far a solver is, as a line on standard error; and Ctrl-C, where a solver hands over what it has. */
import type { Io } from './io.ts';
import { grouped } from './text.ts';

/** Milliseconds between two lines, on a terminal and elsewhere. */
const redraw = 200;
const plain = 10_000;

/** For `SolveContext`: true once somebody asked to stop. */
export interface Stop {
  readonly aborted: boolean;
}

export class Solving {
  readonly #io: Io;
  #heard = false;
  #shown = performance.now();
  #drawn = false;

  constructor(io: Io) {
    this.#io = io;
  }

  get interrupted(): boolean {
    return this.#heard || (this.#io.asked?.() ?? 0) > 0;
  }

  /** For `SolveContext`. */
  readonly onProgress = (done: number, total: number | undefined, what: string): void => {
    const now = performance.now();
    if (now - this.#shown < (this.#io.terminal ? redraw : plain)) return;
    this.#shown = now;
    const text = `${grouped(done)}${total === undefined ? '' : ` of ${grouped(total)}`} ${what}`;
    if (this.#io.terminal) {
      this.#io.err(`\r\u001b[K${text.slice(0, this.#io.width - 1)}`);
      this.#drawn = true;
    } else this.#io.err(`${text}\n`);
  };

  /** Runs a solver, which is told of Ctrl-C when it next asks. */
  async run<T>(solve: (signal: Stop) => Promise<T>): Promise<T> {
    this.#shown = performance.now();
    const release = this.#io.onInterrupt(() => {
      this.#heard = true;
    });
    const heard = () => this.interrupted;
    try {
      return await solve({
        get aborted() {
          return heard();
        },
      });
    } finally {
      release();
      if (this.#drawn) this.#io.err('\r\u001b[K');
      this.#drawn = false;
    }
  }
}
