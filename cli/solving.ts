/** How far a solver is, as a line on standard error; and Ctrl-C, where a solver hands over what it has. */
import { canPause } from '../runtime/solvers/iterating.ts';
import type { Io } from './io.ts';
import { grouped } from './text.ts';

/** Milliseconds between two lines, on a terminal and elsewhere. */
const redraw = 200;
const plain = 10_000;

export class Solving {
  interrupted = false;
  readonly #io: Io;
  #shown = performance.now();
  #drawn = false;

  constructor(io: Io) {
    this.#io = io;
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

  /**
   * Runs a solver. Only those that pause can hear Ctrl-C and end with what they have; the others are ended by it like any process.
   */
  async run<T>(
    concept: string,
    method: string | undefined,
    solve: (signal: AbortSignal | undefined) => Promise<T>,
  ): Promise<T> {
    this.#shown = performance.now();
    if (!canPause(concept, method)) return this.#cleared(solve(undefined));
    const stop = new AbortController();
    const release = this.#io.onInterrupt(() => {
      this.interrupted = true;
      stop.abort();
    });
    try {
      return await this.#cleared(solve(stop.signal));
    } finally {
      release();
    }
  }

  async #cleared<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } finally {
      if (this.#drawn) this.#io.err('\r\u001b[K');
      this.#drawn = false;
    }
  }
}
