/**
 * Where the variables of one emitted function are declared. A variable assigned once is a `const` there, if everything that
 * reads it is in the same block; otherwise it is declared before the statement, in the innermost block that holds all its
 * assignments and uses (values drawn inside `such that` loops and in branches are read outside them).
 */

import type { IrExpr, IrStmt, Store } from '../game/model.ts';
import { blocksOf, expressionsOf } from '../game/parts.ts';
import { walkExpr } from './gameFold.ts';

/** A variable: a local, or a store of size 1 that is kept in a variable. */
export type Slot = { readonly kind: 'local' | 'store'; readonly id: number; readonly name: string };

export interface Scopes {
  /** Slots to declare (with an initial value) before the statement at this place. */
  readonly before: ReadonlyMap<string, readonly Slot[]>;
  /** Slots that are constants declared where they are assigned. Others without an early declaration start at their first assignment. */
  readonly single: ReadonlySet<string>;
}

export const slotOf = (kind: Slot['kind'], of: { readonly id: number; readonly name: string }): Slot => ({
  kind,
  id: of.id,
  name: of.name,
});
export const slotKey = (slot: Slot): string => `${slot.kind}${slot.id}`;

/** A block is named by the statement numbers and branch numbers that lead to it. */
export type Block = readonly number[];
export const placeKey = (block: Block, statement: number): string => `${block.join('.')}:${statement}`;

interface Uses {
  readonly slot: Slot;
  readonly definitions: { readonly block: Block; readonly statement: number }[];
  readonly blocks: Block[];
}

/**
 * @param root the statements of the function; `tail` expressions are evaluated after them in the same block
 * @param inVariable the size-1 stores that are variables in this function
 * @param reads stores whose value is needed at the end
 */
export function planScopes(
  root: readonly IrStmt[],
  tail: readonly IrExpr[],
  inVariable: (store: Store) => boolean,
  reads: readonly Store[],
): Scopes {
  const uses = new Map<string, Uses>();
  const entry = (slot: Slot): Uses => {
    const key = slotKey(slot);
    let found = uses.get(key);
    if (found === undefined) {
      found = { slot, definitions: [], blocks: [] };
      uses.set(key, found);
    }
    return found;
  };
  const use = (slot: Slot, block: Block): void => void entry(slot).blocks.push(block);
  const define = (slot: Slot, block: Block, statement: number): void => {
    const found = entry(slot);
    found.definitions.push({ block, statement });
    found.blocks.push(block);
  };
  const readExpr = (expr: IrExpr, block: Block): void =>
    walkExpr(expr, e => {
      if (e.op === 'local') use(slotOf('local', e.local), block);
      if (e.op === 'load' && inVariable(e.store)) use(slotOf('store', e.store), block);
    });
  const walk = (stmts: readonly IrStmt[], block: Block): void => {
    for (const [k, stmt] of stmts.entries()) {
      // The condition of `such that` is tested at the end of its body.
      const where = stmt.op === 'such_that' ? [...block, k, 0] : block;
      for (const expr of expressionsOf(stmt)) readExpr(expr, where);
      if (stmt.op === 'let' || stmt.op === 'draw') define(slotOf('local', stmt.local), block, k);
      if (stmt.op === 'store' && inVariable(stmt.store)) define(slotOf('store', stmt.store), block, k);
      if (stmt.op === 'copy') {
        if (inVariable(stmt.from)) use(slotOf('store', stmt.from), block);
        if (inVariable(stmt.to)) define(slotOf('store', stmt.to), block, k);
      }
      for (const [b, inner] of blocksOf(stmt).entries()) walk(inner, [...block, k, b]);
    }
  };
  walk(root, []);
  for (const expr of tail) readExpr(expr, []);
  for (const store of reads) use(slotOf('store', store), []);

  const before = new Map<string, Slot[]>();
  const single = new Set<string>();
  for (const [key, { slot, definitions, blocks }] of uses) {
    const first = definitions[0];
    if (first === undefined) continue;
    const common = blocks.reduce(commonBlock);
    if (definitions.length === 1 && first.block.length === common.length) {
      single.add(key);
      continue;
    }
    // The first assignment is in that block itself: it declares the variable.
    if (first.block.length === common.length) continue;
    const statement = first.block.length > common.length ? (first.block[common.length] as number) : first.statement;
    const place = placeKey(common, statement);
    before.set(place, [...(before.get(place) ?? []), slot]);
  }
  return { before, single };
}

function commonBlock(a: Block, b: Block): Block {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return a.slice(0, length - (length % 2));
}

/**
 * Does running `stmts` surely assign all of `store`? Only loops over constant counts are understood, which is how families
 * are lowered.
 * @param indices the elements that one statement surely assigns
 * @param mayRead whether reading the store before all of it is assigned is all right
 */
export function assignsAll(
  stmts: readonly IrStmt[],
  store: Store,
  indices: (stmt: IrStmt) => ReadonlySet<number>,
  mayRead: boolean,
): boolean {
  const assigned = new Set<number>();
  for (const stmt of stmts) {
    if (stmt.op === 'copy' && stmt.to === store) return true;
    for (const index of indices(stmt)) assigned.add(index);
    if (assigned.size >= store.size) return true;
    if (!mayRead && reads(stmt, store)) return false;
  }
  return false;
}

function reads(stmt: IrStmt, store: Store): boolean {
  if (stmt.op === 'copy' && stmt.from === store) return true;
  let found = false;
  for (const expr of expressionsOf(stmt))
    walkExpr(expr, e => {
      if (e.op === 'load' && e.store === store) found = true;
    });
  return found || blocksOf(stmt).some(block => block.some(inner => reads(inner, store)));
}
