/** How far trainings are: one line redrawn on a terminal, plain lines now and then elsewhere. */
import type { Quantity } from '../runtime/train/spec.ts';
import type { Io } from './io.ts';
import { grouped } from './text.ts';

/** Seconds between two lines, on a terminal and elsewhere. */
const redraw = 0.2;
const plain = 10;

/** One training of those that run at the same time. */
export interface Part {
  readonly budget: Quantity;
  /** Seeds trained by this command. */
  readonly seeds: number;
}

export class Progress {
  readonly #io: Io;
  readonly #parts: readonly Part[];
  readonly #seeds: number;
  readonly #began: number;
  readonly #done: Map<number, { step: number; episode: number }>[];
  #shown: number;
  #drawn = false;

  constructor(io: Io, parts: readonly Part[]) {
    this.#io = io;
    this.#parts = parts;
    this.#seeds = parts.reduce((sum, part) => sum + part.seeds, 0);
    this.#done = parts.map(() => new Map());
    this.#began = seconds();
    this.#shown = this.#began;
  }

  /** @param part number of the training */
  update(part: number, seed: number, step: number, episode: number): void {
    this.#done[part]?.set(seed, { step, episode });
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
    let steps = 0;
    let whole = 0;
    for (const [k, { budget }] of this.#parts.entries()) {
      for (const done of this.#done[k]?.values() ?? []) {
        steps += done.step;
        whole += Math.min(1, (budget.unit === 'steps' ? done.step : done.episode) / budget.amount);
      }
    }
    const part = whole / this.#seeds;
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

/** The same of what is over: `0.4 s`, where whole seconds would say nothing. */
export function took(value: number): string {
  if (value >= 9.95) return duration(value);
  return value < 0.05 ? 'less than 0.1 s' : `${value.toFixed(1)} s`;
}

function seconds(): number {
  return performance.now() / 1000;
}
