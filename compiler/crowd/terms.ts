/**
 * What may come of an action, added up by whom the agent meets. Members of the crowd are drawn independently, so that only how many are of which kind
 * counts, not which agent is which: four neighbours that are sick or not are five cases, not sixteen.
 */
import type { Met } from './setting.ts';

interface Term {
  readonly met: Met;
  /** What follows: a state, or `reward`. */
  readonly next: number;
  amount: number;
}

const reward = -1;

export class Terms {
  /** Terms in all rows together. */
  count = 0;
  /** Does anything depend on whom an agent meets? */
  meets = false;
  readonly #rows: (Map<string, Term> | undefined)[];
  /** Rewards that come whoever is met. */
  readonly #sure: Float64Array;

  /** `rows`: pairs of a state and an action. */
  constructor(rows: number) {
    this.#rows = new Array<Map<string, Term> | undefined>(rows);
    this.#sure = new Float64Array(rows);
  }

  /** The agent moves on to `next`, with this weight where it meets such members. */
  move(row: number, next: number, met: Met, weight: number): void {
    this.#add(row, next, met, weight);
  }

  earn(row: number, met: Met, amount: number): void {
    if (met.length > 0) this.#add(row, reward, met, amount);
    else this.#sure[row] = (this.#sure[row] as number) + amount;
  }

  /** Expected reward of a row, by the chance to meet such members. */
  reward(row: number, chance: (met: Met) => number): number {
    return (this.#sure[row] as number) + (this.moves(row, chance).get(reward) ?? 0);
  }

  /** Chances of the states that follow, in the order in which they were found. */
  moves(row: number, chance: (met: Met) => number): Map<number, number> {
    const found = new Map<number, number>();
    const terms = this.#rows[row];
    if (terms !== undefined)
      for (const { met, next, amount } of terms.values()) {
        const p = chance(met);
        // What never happens may be without bounds.
        if (p > 0) found.set(next, (found.get(next) ?? 0) + p * amount);
      }
    return found;
  }

  #add(row: number, next: number, met: Met, amount: number): void {
    let terms = this.#rows[row];
    if (terms === undefined) {
      terms = new Map();
      this.#rows[row] = terms;
    }
    if (met.length > 0) this.meets = true;
    const key = met.length === 0 ? `${next}` : `${next} ${met.join()}`;
    const term = terms.get(key);
    if (term !== undefined) {
      term.amount += amount;
      return;
    }
    terms.set(key, { met, next, amount });
    this.count++;
  }
}
