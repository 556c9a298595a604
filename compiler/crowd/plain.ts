/** What expressions of a game depend on, when one agent among many carries them out. */
import { someExpr, someInBlock } from '../elaborate/walk.ts';
import { numberOf } from '../game/exactNumbers.ts';
import type { GameModel, IrExpr, IrStmt } from '../game/model.ts';

type Reduce = Extract<IrExpr, { op: 'reduce' }>;

/** Nothing of the step is needed for the reward but the state before it and the action. */
export function isPlain(model: GameModel, reward: IrExpr): boolean {
  const locals = new Set<number>();
  const stores = new Set<number>();
  const collect = (body: readonly IrStmt[]): void => {
    for (const stmt of body) {
      if (stmt.op === 'let' || stmt.op === 'draw') locals.add(stmt.local.id);
      else if (stmt.op === 'store') stores.add(stmt.store.id);
      else if (stmt.op === 'copy') stores.add(stmt.to.id);
      else if (stmt.op === 'for') collect(stmt.body);
      else if (stmt.op === 'if') {
        collect(stmt.then);
        collect(stmt.else);
      }
    }
  };
  collect(model.step);
  const made = (part: IrExpr): boolean =>
    (part.op === 'local' && locals.has(part.local.id)) || (part.op === 'load' && stores.has(part.store.id));
  return !someExpr(reward, made) && !someInBlock(model.after, made);
}

/** A fold over all agents that reads something of each. */
export function overCrowd(e: Reduce, size: number): boolean {
  if (e.count.op !== 'const' || numberOf(e.count.value) !== size) return false;
  const own = (index: IrExpr): boolean =>
    someExpr(index, part => part.op === 'local' && part.local.id === e.variable.id);
  const reads = (part: IrExpr): boolean =>
    (part.op === 'load' && part.store.role.kind !== 'constant' && own(part.index)) ||
    (part.op === 'action' && own(part.agent));
  return someExpr(e.body, reads) || (e.condition !== undefined && someExpr(e.condition, reads));
}

/** Does a sum over all agents depend on nothing but the own state and the crowd? `steady` are variables that are always the agent itself. */
export function isLasting(e: Reduce, steady: ReadonlySet<number>): boolean {
  const changing = (part: IrExpr): boolean => {
    if (part.op === 'local') return part.local.id !== e.variable.id && !steady.has(part.local.id);
    if (part.op === 'load') return part.store.role.kind !== 'state' && part.store.role.kind !== 'constant';
    if (part.op === 'action') return !(part.agent.op === 'local' && part.agent.local.id === e.variable.id);
    return part.op === 'call' || part.op === 'reduce' || part.op === 'time';
  };
  return !someExpr(e.body, changing) && (e.condition === undefined || !someExpr(e.condition, changing));
}
