import { offsets } from '../../runtime/games/vector.ts';
import { numberOf } from './exactNumbers.ts';
import type { GameModel, Local, Scalar, Store } from './model.ts';

/** Where a scalar variable lives. Integers and reals have cells of their own so that integers stay small integers. */
export class IntCell {
  value = 0;
}
export class RealCell {
  value: Scalar = 0.5;
}

export type StoreData = Int32Array | Float64Array | Scalar[];

/** All values of one evaluator: stores, variables, the joint action and the time. Closures hold on to the arrays themselves. */
export class Memory {
  readonly model: GameModel;
  /** True: real stores hold `Scalar`s; false: doubles. */
  readonly exact: boolean;
  time = 0;
  /** Flat action index of every agent; -1: does not act. */
  readonly actions: Int32Array;
  /** Real action components, agent after agent; `realStart[i]` is where agent i begins. */
  readonly realActions: Float64Array;
  readonly realStart: readonly number[];
  private readonly data = new Map<number, StoreData>();
  private readonly ints = new Map<number, IntCell>();
  private readonly reals = new Map<number, RealCell>();

  constructor(model: GameModel, exact: boolean) {
    this.model = model;
    this.exact = exact;
    this.actions = new Int32Array(model.agents.length).fill(-1);
    this.realStart = offsets(model.agents.map(agent => spaceOf(model, agent.cls).realSize));
    this.realActions = new Float64Array(this.realStart.at(-1) ?? 0);
    for (const store of model.stores) this.data.set(store.id, allocate(store, exact));
  }

  /** The array behind a store. */
  store(store: Store): StoreData {
    let data = this.data.get(store.id);
    if (data === undefined) {
      data = allocate(store, this.exact);
      this.data.set(store.id, data);
    }
    return data;
  }

  int(local: Local): IntCell {
    let cell = this.ints.get(local.id);
    if (cell === undefined) {
      cell = new IntCell();
      this.ints.set(local.id, cell);
    }
    return cell;
  }

  real(local: Local): RealCell {
    let cell = this.reals.get(local.id);
    if (cell === undefined) {
      cell = new RealCell();
      this.reals.set(local.id, cell);
    }
    return cell;
  }

  /** New values become the state. */
  commit(): void {
    for (const store of this.model.state) {
      const { role } = store;
      if (role.kind === 'state' && role.next !== undefined) copyData(this.store(role.next), this.store(store));
    }
  }
}

export function spaceOf(model: GameModel, cls: number): GameModel['actionSpaces'][number] {
  const space = model.actionSpaces[model.classes[cls]?.actionSpace ?? 0];
  if (space === undefined) throw new Error(`class ${cls} of ${model.name} has no action space`);
  return space;
}

/** Reads the state for `describe` and its kin. */
export function readerOf(memory: Memory): (store: Store, offset: number) => Scalar {
  return (store, offset) => memory.store(store)[offset] ?? 0;
}

export function copyData(from: StoreData, to: StoreData): void {
  if (!Array.isArray(to)) to.set(from as ArrayLike<number>);
  else for (let k = 0; k < to.length; k++) to[k] = from[k] as Scalar;
}

/** True where every value of the store fits 32 bits. */
export function isInt32(store: Store): boolean {
  return store.scalar === 'int' && store.bounds.low >= -2147483648 && store.bounds.high <= 2147483647;
}

function allocate(store: Store, exact: boolean): StoreData {
  const { role } = store;
  if (store.scalar === 'real' && exact)
    return role.kind === 'constant' ? [...role.data] : new Array(store.size).fill(0);
  const data = isInt32(store) ? new Int32Array(store.size) : new Float64Array(store.size);
  if (role.kind === 'constant') for (let k = 0; k < store.size; k++) data[k] = numberOf(role.data[k] ?? 0);
  return data;
}
