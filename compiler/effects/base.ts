/** What an expression reads: elements of the state, time, actions, chance. */
import type { Origin, Store } from '../game/model.ts';

/** The places that lead from an expression to what it reads, outermost first; empty while places are not kept. */
export type Trail = readonly Origin[];

/** Elements of state stores, each with one way in which it is reached. */
export class Elements {
  private readonly stores = new Map<Store, Map<number, Trail>>();

  add(store: Store, element: number, trail: Trail = []): void {
    let known = this.stores.get(store);
    if (known === undefined) {
      known = new Map();
      this.stores.set(store, known);
    }
    if (!known.has(element)) known.set(element, trail);
  }

  addAll(other: Elements, change: (trail: Trail) => Trail = trail => trail): void {
    for (const [store, element, trail] of other) this.add(store, element, change(trail));
  }

  has(store: Store, element: number): boolean {
    return this.stores.get(store)?.has(element) === true;
  }

  get isEmpty(): boolean {
    return this.stores.size === 0;
  }

  *[Symbol.iterator](): Iterator<readonly [Store, number, Trail]> {
    for (const [store, elements] of this.stores)
      for (const [element, trail] of elements) yield [store, element, trail] as const;
  }
}

/** The effect of an expression. */
export interface Reads {
  /** The state before the step, or the state itself where there is no step. */
  readonly state: Elements;
  /** Values that the state gets in this step. */
  readonly next: Elements;
  /** Agents whose action of this step is read. */
  readonly actions: Set<number>;
  time: boolean;
  chance: boolean;
}

export function nothing(): Reads {
  return { state: new Elements(), next: new Elements(), actions: new Set(), time: false, chance: false };
}

export function include(into: Reads, from: Reads, change?: (trail: Trail) => Trail): void {
  into.state.addAll(from.state, change);
  into.next.addAll(from.next, change);
  for (const agent of from.actions) into.actions.add(agent);
  into.time ||= from.time;
  into.chance ||= from.chance;
}
