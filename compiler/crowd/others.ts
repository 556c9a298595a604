/** What the rules for one agent read of others: of those it meets, and of the one that stands for all others in sums over the crowd. */
import type { Store } from '../game/model.ts';
import { Encounters, type Quantity } from './met.ts';
import { type Follower, mostWays, NoCrowd, type Setting } from './setting.ts';

export class Others {
  readonly encounters: Encounters;
  /** State and action of the one that stands for all; it has the number after the last agent. */
  row = -1;
  /** Why others must not be read just now. */
  alone: string | undefined;
  readonly #setting: Setting;
  readonly #self: number;
  readonly #follower: Follower | undefined;
  readonly #firstSlot = new Map<number, number>();
  readonly #quantities = new Map<number, Quantity>();
  readonly #read = new Set<string>();

  constructor(setting: Setting, self: number, rows: readonly number[], follower: Follower | undefined) {
    this.#setting = setting;
    this.#self = self;
    this.#follower = follower;
    this.encounters = new Encounters(rows);
    setting.slots.forEach(({ store, offset }, k) => {
      if (offset > 0) return;
      this.#firstSlot.set(store.id, k);
      if (store.role.kind === 'state' && store.role.next !== undefined) this.#firstSlot.set(store.role.next.id, k);
    });
  }

  spread(time: number, shares: Float64Array): void {
    this.encounters.spread(shares);
    if (this.#follower?.meet(time, shares) === true) this.encounters.forget();
  }

  /** What stands at a place where the agent itself has nothing. */
  value(store: Store, at: number): number {
    const { size, slots, values, actions, model } = this.#setting;
    const width = store.size / size;
    const agent = Math.floor(at / width);
    const first = this.#firstSlot.get(store.id);
    if (agent === this.#self) throw new NoCrowd(`\`${store.name}\` is read before it has a value`);
    if (first === undefined)
      throw new NoCrowd(
        `\`${store.name}\` is made in the step for each agent and read of another: write what it is made of, out of the other's variables and action`,
      );
    const slot = first + (at % width);
    const name = slots[slot]?.store.name;
    const following = store.role.kind === 'next';
    this.#reach(following ? `next ${name}` : `${name}`);
    const follower = this.#follower;
    if (following && follower === undefined)
      throw new NoCrowd(
        `\`next ${name}\` of ${model.agents[agent]?.label ?? 'others'} is read in the step itself: write what it is made of, or read it in the reward`,
      );
    const quantity = following
      ? this.#quantity(slots.length + slot, row => (follower as Follower).next(row, slot))
      : this.#quantity(slot, row => values[Math.floor(row / actions)]?.[slot] as number);
    return agent === size ? quantity.of(this.row) : this.encounters.read(agent, quantity);
  }

  /** The action of another. */
  action(agent: number, part: number, partOf: (action: number) => number): number {
    const { size, slots, actions } = this.#setting;
    this.#reach('action');
    if (agent === size) return partOf(this.row % actions);
    return this.encounters.read(
      agent,
      this.#quantity(2 * slots.length + part, row => partOf(row % actions)),
    );
  }

  /** Whom a step meets is more than can be gone through. */
  tooMany(): NoCrowd {
    const { model, size } = this.#setting;
    const met = this.encounters.everMet.size;
    if (met === 0) return new NoCrowd(`A step of one agent has more than ${mostWays} outcomes`);
    const whom = met === size - 1 ? `all ${met} others` : met === 1 ? 'one other' : `${met} others`;
    const what = [...this.#read].map(name => `\`${name}\``).join(', ');
    const remedy =
      met === size - 1
        ? 'let a sum over all agents treat them alike, or only read those that are near'
        : 'let it meet fewer, or read less of each';
    return new NoCrowd(
      `A step of ${model.agents[this.#self]?.label} may go in more than ${mostWays} ways, as it reads ${what} of ${whom}, one by one: ${remedy}`,
    );
  }

  #quantity(id: number, of: (row: number) => number): Quantity {
    let quantity = this.#quantities.get(id);
    if (quantity === undefined) {
      quantity = { id, of };
      this.#quantities.set(id, quantity);
    }
    return quantity;
  }

  #reach(name: string): void {
    if (this.alone !== undefined) throw new NoCrowd(this.alone);
    this.#read.add(name);
  }
}
