/**
 * Others that an agent meets, each by itself: independent members of the crowd. Of a member that is met no more is settled than what was read of
 * it: reading one of its variables splits the members that it may still be by the value of that variable. What is read twice is the same, and what
 * nobody reads is never multiplied out.
 */

/** Something that a member has: one number for every row (own state and action). */
export interface Quantity {
  readonly id: number;
  of(row: number): number;
}

interface Option {
  readonly value: number;
  readonly set: number;
}

interface Split {
  readonly agent: number;
  readonly before: number;
  readonly options: readonly Option[];
  taken: number;
}

/** Any member at all. */
const anybody = 0;

export class Encounters {
  /** Everybody of whom anything was ever read. */
  readonly everMet = new Set<number>();
  /** Values that were tried since the last `part`. */
  tried = 0;
  readonly #sets: Int32Array[];
  readonly #known = new Map<string, number>();
  readonly #options = new Map<string, readonly Option[]>();
  readonly #may = new Map<number, number>();
  readonly #splits: Split[] = [];
  #shares: Float64Array = new Float64Array(0);
  #total = 1;
  #weights: (number | undefined)[] = [];

  /** `rows`: what a member may be, as rows of own state and action. */
  constructor(rows: readonly number[]) {
    this.#sets = [Int32Array.from(rows)];
    this.#known.set(rows.join(), anybody);
  }

  /** The crowd is spread like this from now on. */
  spread(shares: Float64Array): void {
    // Shares add up to one but for rounding. Left in, that would grow with the number of those who are met, from step to step.
    let total = 0;
    for (const row of this.#sets[anybody] as Int32Array) total += shares[row] as number;
    this.#total = total;
    this.#shares = shares;
    this.#weights = [];
  }

  /** Everybody goes, so that the next that come are new. */
  part(): void {
    this.#splits.length = 0;
    this.#may.clear();
    this.tried = 0;
  }

  /** A quantity of the agent that is met. The first value that is possible: `turn` goes on to the others. */
  read(agent: number, quantity: Quantity): number {
    this.everMet.add(agent);
    const before = this.#may.get(agent) ?? anybody;
    const options = this.#optionsOf(before, quantity);
    const [first] = options;
    if (first === undefined) return Number.NaN;
    if (options.length > 1) {
      this.#splits.push({ agent, before, options, taken: 0 });
      this.#may.set(agent, first.set);
      this.tried++;
    }
    return first.value;
  }

  /** How much is settled. */
  get depth(): number {
    return this.#splits.length;
  }

  /** Takes the next value of the last thing that was settled beyond `depth`; false, and all of that is open again, where there is none. */
  turn(depth: number): boolean {
    while (this.#splits.length > depth) {
      const last = this.#splits.at(-1) as Split;
      const next = last.options[++last.taken];
      if (next !== undefined) {
        this.#may.set(last.agent, next.set);
        this.tried++;
        return true;
      }
      this.#may.set(last.agent, last.before);
      this.#splits.pop();
    }
    return false;
  }

  /** Who is there, as far as it was settled: sets of members, in order of their numbers. */
  there(): readonly number[] {
    const agents = new Set(this.#splits.map(split => split.agent));
    return [...agents].map(agent => this.#may.get(agent) as number).sort((a, b) => a - b);
  }

  /** How likely it is to meet such members, each drawn on its own. */
  chance(sets: readonly number[]): number {
    let product = 1;
    for (const set of sets) product *= this.#shareOf(set);
    return product;
  }

  /** What is known of a quantity is no longer true. */
  forget(): void {
    this.#options.clear();
  }

  #shareOf(set: number): number {
    let share = this.#weights[set];
    if (share === undefined) {
      share = 0;
      for (const row of this.#sets[set] as Int32Array) share += this.#shares[row] as number;
      share /= this.#total;
      this.#weights[set] = share;
    }
    return share;
  }

  #optionsOf(set: number, quantity: Quantity): readonly Option[] {
    const key = `${set} ${quantity.id}`;
    let options = this.#options.get(key);
    if (options === undefined) {
      const rows = new Map<number, number[]>();
      for (const row of this.#sets[set] as Int32Array) {
        const value = quantity.of(row);
        const list = rows.get(value);
        if (list === undefined) rows.set(value, [row]);
        else list.push(row);
      }
      options = [...rows].map(([value, list]) => ({ value, set: this.#setOf(list) }));
      this.#options.set(key, options);
    }
    return options;
  }

  #setOf(rows: readonly number[]): number {
    const text = rows.join();
    let set = this.#known.get(text);
    if (set === undefined) {
      set = this.#sets.length;
      this.#sets.push(Int32Array.from(rows));
      this.#known.set(text, set);
    }
    return set;
  }
}
