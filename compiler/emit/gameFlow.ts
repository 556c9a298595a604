/** What is known of work stores at a place in straight-line code: which elements hold which constants. */
import type { IrStmt, Store } from '../game/model.ts';
import { walkStmts } from './gameFold.ts';

export class Flow {
  /** Stores that nobody else writes. */
  private readonly own: (store: Store) => boolean;
  private readonly values = new Map<number, Map<number, number>>();

  constructor(own: (store: Store) => boolean) {
    this.own = own;
  }

  /** The constant in `store[index]`, if both are known. */
  valueAt(store: Store, index: number | undefined): number | undefined {
    return index === undefined ? undefined : this.values.get(store.id)?.get(index);
  }

  /** `store[index] = value`; undefined stands for anything. */
  assign(store: Store, index: number | undefined, value: number | undefined): void {
    if (!this.own(store)) return;
    if (index === undefined) {
      this.values.delete(store.id);
      return;
    }
    const elements = this.values.get(store.id) ?? new Map<number, number>();
    if (value === undefined) elements.delete(index);
    else elements.set(index, value);
    this.values.set(store.id, elements);
  }

  /** Nothing is known any more of what these statements assign. */
  forgetAssigned(stmts: readonly IrStmt[]): void {
    walkStmts(
      stmts,
      stmt => {
        if (stmt.op === 'store') this.values.delete(stmt.store.id);
        if (stmt.op === 'copy') this.values.delete(stmt.to.id);
      },
      () => {},
    );
  }

  copy(): Flow {
    const flow = new Flow(this.own);
    for (const [id, elements] of this.values) flow.values.set(id, new Map(elements));
    return flow;
  }

  /** Where two branches meet, what both agree on is known. */
  keepCommon(other: Flow): void {
    for (const [id, elements] of this.values)
      for (const [index, value] of elements)
        if (!Object.is(other.values.get(id)?.get(index), value)) elements.delete(index);
  }
}
