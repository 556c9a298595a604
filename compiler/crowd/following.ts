/** What becomes of others in a step, as far as it follows from their own states and actions. */
import { Person } from './person.ts';
import { dependence } from './plain.ts';
import { type Follower, NoCrowd, type Setting } from './setting.ts';

/** A next state with whom it took to get there. */
interface Outcome {
  readonly next: number;
  readonly met: string;
}

/** All agents have the same rules, so that those for one of them, `self`, say it of all. */
export class Following implements Follower {
  readonly #setting: Setting;
  readonly #self: number;
  readonly #rows: readonly number[];
  readonly #lasting: boolean;
  readonly #outcomes = new Map<number, readonly Outcome[]>();
  #person: Person | undefined;
  #time = 0;
  #shares: Float64Array = new Float64Array(0);

  constructor(setting: Setting, self: number, rows: readonly number[]) {
    this.#setting = setting;
    this.#self = self;
    this.#rows = rows;
    const { crowd, time } = dependence(setting.model.step, undefined, setting.size);
    this.#lasting = !crowd && !time;
  }

  meet(time: number, shares: Float64Array): boolean {
    this.#time = time;
    this.#shares = shares;
    if (this.#lasting || this.#outcomes.size === 0) return false;
    this.#outcomes.clear();
    return true;
  }

  next(row: number, slot: number): number {
    const { values, slots } = this.#setting;
    let outcomes = this.#outcomes.get(row);
    if (outcomes === undefined) {
      outcomes = this.#work(row);
      this.#outcomes.set(row, outcomes);
    }
    const valueIn = ({ next }: Outcome): number => values[next]?.[slot] as number;
    const [first] = outcomes;
    if (first === undefined) return Number.NaN;
    const value = valueIn(first);
    const other = outcomes.find(outcome => valueIn(outcome) !== value);
    if (other === undefined) return value;
    const byChance = outcomes.some(a => outcomes.some(b => a.met === b.met && valueIn(a) !== valueIn(b)));
    const name = slots[slot]?.store.name;
    throw new NoCrowd(
      `\`next ${name}\` of another agent is read, and depends on ${byChance ? 'chance' : 'whom that agent meets'}, not on its own state and action alone: read \`${name}\`, which is its value before the step`,
    );
  }

  #work(row: number): Outcome[] {
    const { actions } = this.#setting;
    this.#person ??= new Person(this.#setting, this.#self, this.#rows);
    this.#person.meet(this.#time, this.#shares);
    const found = new Map<string, Outcome>();
    this.#person.act(Math.floor(row / actions), row % actions, (next, _, met) => {
      const key = `${next} ${met.join()}`;
      if (!found.has(key)) found.set(key, { next, met: met.join() });
    });
    return [...found.values()];
  }
}
