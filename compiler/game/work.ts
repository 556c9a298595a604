/** How much a game computes in a step, before anybody plays it. */
import type { GameModel, IrExpr, IrFunction, IrStmt } from './model.ts';
import { blocksOf, expressionsOf, partsOf } from './parts.ts';

export interface Work {
  /** Expressions that one step of one game evaluates at most, with rewards, legality and observations of all agents. */
  readonly step: number;
  /** Numbers that a state holds. */
  readonly state: number;
}

/** Why a game was not listed, where the bound on its transitions came from the work that a step is. */
export function tooLongToList(model: GameModel): string {
  const { step } = workOf(model);
  return `a step of the game computes about ${Number(step.toPrecision(2)).toLocaleString('en-US')} expressions, so that listing its transitions would take too long`;
}

/** An upper bound from the sizes of all loops; both branches of every condition count. */
export function workOf(model: GameModel): Work {
  const { ofExpr, ofBlock } = counters();
  const sum = (exprs: readonly (IrExpr | undefined)[]): number =>
    exprs.reduce((total, e) => total + (e === undefined ? 0 : ofExpr(e)), 0);
  let step = ofBlock(model.init) + ofBlock(model.step) + ofBlock(model.after);
  step += sum([...model.rewards, model.end, model.turn]);
  for (const { count, actionSpace, observation } of model.classes) {
    const legal = model.legal[actionSpace];
    const actions = model.actionSpaces[actionSpace]?.count ?? 1;
    const pieces = observation.pieces.reduce(
      (total, piece) => total + piece.count * (piece.width + ofExpr(piece.value)),
      0,
    );
    const allowed = actions * (1 + (legal === undefined ? 0 : ofExpr(legal.condition)));
    const active = model.active === undefined ? 0 : ofExpr(model.active.condition);
    step += count * (ofBlock(observation.prelude) + pieces + allowed + active);
  }
  const state = model.state.reduce((total, store) => total + store.size, 0);
  return { step: step + state, state };
}

function counters(): { ofExpr: (e: IrExpr) => number; ofBlock: (stmts: readonly IrStmt[]) => number } {
  const known = new Map<IrExpr | IrFunction, number>();
  const ofExpr = (e: IrExpr): number => {
    const before = known.get(e);
    if (before !== undefined) return before;
    let total = 1;
    if (e.op === 'reduce') {
      const each = 1 + ofExpr(e.body) + (e.condition === undefined ? 0 : ofExpr(e.condition));
      total += ofExpr(e.count) + times(e.count) * each;
    } else for (const part of partsOf(e)) total += ofExpr(part);
    if (e.op === 'call') total += ofFunction(e.fn);
    known.set(e, total);
    return total;
  };
  const ofFunction = (fn: IrFunction): number => {
    const before = known.get(fn);
    if (before !== undefined) return before;
    const total = ofBlock(fn.body) + ofExpr(fn.result);
    known.set(fn, total);
    return total;
  };
  const ofBlock = (stmts: readonly IrStmt[]): number => {
    let total = 0;
    for (const stmt of stmts) {
      total += 1;
      for (const e of expressionsOf(stmt)) total += ofExpr(e);
      const repeats = stmt.op === 'for' ? times(stmt.count) : 1;
      for (const block of blocksOf(stmt)) total += repeats * ofBlock(block);
      if (stmt.op === 'copy') total += stmt.to.size;
    }
    return total;
  };
  return { ofExpr, ofBlock };
}

function times(count: IrExpr): number {
  return Math.max(0, count.bounds.high);
}
