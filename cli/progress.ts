/** How far a training is: one line redrawn on a terminal, plain lines now and then elsewhere. */
import type { Quantity } from '../runtime/train/spec.ts';
import type { Io } from './io.ts';
import { grouped } from './text.ts';

/** Seconds between two lines, on a terminal and elsewhere. */
const redraw = 0.2;
const plain = 10;

export class Progress {
  readonly #io: Io;
  readonly #budget: Quantity;
  readonly #seeds: number;
  readonly #began: number;
  readonly #done = new Map<number, { step: number; episode: number }>();
  #shown: number;
  #drawn = false;

  /** @param seeds number of seeds trained by this command */
  constructor(io: Io, budget: Quantity, seeds: number) {
    this.#io = io;
    this.#budget = budget;
    this.#seeds = seeds;
    this.#began = seconds();
    this.#shown = this.#began;
  }

  update(seed: number, step: number, episode: number): void {
    this.#done.set(seed, { step, episode });
    const now = seconds();
    if (now - this.#shown < (this.#io.terminal ? redraw : plain)) return;
    this.#shown = now;
    this.#write(now - this.#began);
  }

  /** Removes the line from a terminal. */
  clear(): void {
    if (this.#drawn) this.#io.err('\r\u001b[K');
    this.#drawn = false;
  }

  #write(elapsed: number): void {
    const all = [...this.#done.values()];
    const steps = all.reduce((sum, seed) => sum + seed.step, 0);
    const spent = all.reduce(
      (sum, seed) => sum + Math.min(this.#budget.amount, this.#budget.unit === 'steps' ? seed.step : seed.episode),
      0,
    );
    const part = spent / (this.#budget.amount * this.#seeds);
    const left = part > 0 ? (elapsed / part) * (1 - part) : undefined;
    const text = `${Math.floor(100 * part)} % of ${this.#seeds} ${this.#seeds === 1 ? 'seed' : 'seeds'}, ${grouped(steps)} steps, ${grouped(steps / elapsed)} steps/s${left === undefined ? '' : `, ${duration(left)} left`}`;
    if (this.#io.terminal) {
      this.#io.err(`\r\u001b[K${text.slice(0, this.#io.width - 1)}`);
      this.#drawn = true;
    } else this.#io.err(`${text}\n`);
  }
}

/** `42 s`, `3 min`, `1 h 20 min` */
export function duration(value: number): string {
  const whole = Math.max(0, Math.round(value));
  if (whole < 100) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function seconds(): number {
  return performance.now() / 1000;
}
