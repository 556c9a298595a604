/** What an agent's rules read and write, with a way back to what stood there before. */
import { numberOf } from '../game/exactNumbers.ts';
import type { Local, Store } from '../game/model.ts';

/** What stood at a place before it was written. */
interface Written {
  readonly data: Float64Array;
  readonly at: number;
  readonly value: number;
}

/** NaN stands where nothing is known: with whatever belongs to other agents. */
export class Memory {
  readonly #agents: number;
  readonly #cells = new Map<number, { value: number }>();
  readonly #stores = new Map<number, Float64Array>();
  readonly #undo: Written[] = [];

  constructor(agents: number) {
    this.#agents = agents;
  }

  /** A list of numbers; where it has places for every agent, behind them those of one more, who stands for all others in sums. */
  data(store: Store): Float64Array {
    let data = this.#stores.get(store.id);
    if (data === undefined) {
      const { role, size } = store;
      const more = role.kind === 'constant' || size % this.#agents !== 0 ? 0 : size / this.#agents;
      data = new Float64Array(size + more).fill(Number.NaN);
      if (role.kind === 'constant') for (let k = 0; k < size; k++) data[k] = numberOf(role.data[k] ?? 0);
      this.#stores.set(store.id, data);
    }
    return data;
  }

  cell(local: Local): { value: number } {
    let cell = this.#cells.get(local.id);
    if (cell === undefined) {
      cell = { value: 0 };
      this.#cells.set(local.id, cell);
    }
    return cell;
  }

  write(data: Float64Array, at: number, value: number): void {
    this.#undo.push({ data, at, value: data[at] as number });
    data[at] = value;
  }

  /** How much was written that can be taken back. */
  get depth(): number {
    return this.#undo.length;
  }

  restore(depth: number): void {
    while (this.#undo.length > depth) {
      const { data, at, value } = this.#undo.pop() as Written;
      data[at] = value;
    }
  }
}
