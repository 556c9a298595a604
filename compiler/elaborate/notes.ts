/** What is remembered of expressions while a declaration is elaborated. */
import type { IrExpr } from '../game/model.ts';

/** One record for all that is asked of an expression, as finding it takes longer than what is found. */
export interface Note {
  /** Parts when everything is written out, and levels; 0 until they are counted. */
  size: number;
  depth: number;
  /** See `keyOf`; -1 until it is asked for. */
  key: number;
}

let notes = new WeakMap<IrExpr, Note>();

/** Drops all notes. They can be made again: this only keeps the table small, which makes it quick. */
export function dropNotes(): void {
  notes = new WeakMap();
}

export function noteOf(e: IrExpr): Note {
  let note = notes.get(e);
  if (note === undefined) {
    note = { size: 0, depth: 0, key: -1 };
    notes.set(e, note);
  }
  return note;
}
