/** What expressions of a game depend on, when one agent among many carries them out. */
import { someExpr, someInBlock } from '../elaborate/walk.ts';
import type { GameModel, IrExpr, IrStmt } from '../game/model.ts';
import { isOwnPlace, overCrowd } from './identity.ts';

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

/** Does a sum over all agents depend on nothing but the own state and the crowd? `steady` are variables that are always the agent itself. */
export function isLasting(e: Reduce, steady: ReadonlySet<number>, size: number): boolean {
  const member = new Set([e.variable.id]);
  const changing = (part: IrExpr): boolean => {
    if (part.op === 'local') return part.local.id !== e.variable.id && !steady.has(part.local.id);
    if (part.op === 'load') {
      const { role, size: places } = part.store;
      const own = isOwnPlace(part.index, member, places / size) || isOwnPlace(part.index, steady, places / size);
      return role.kind !== 'constant' && !(role.kind === 'state' && own);
    }
    if (part.op === 'action') return !isOwnPlace(part.agent, member, 1);
    return part.op === 'call' || part.op === 'reduce' || part.op === 'time';
  };
  return !someExpr(e.body, changing) && (e.condition === undefined || !someExpr(e.condition, changing));
}

/** What the rules of a step, or of what is earned in it, depend on besides the agents' states and actions. */
export interface Dependence {
  readonly crowd: boolean;
  readonly time: boolean;
}

export function dependence(body: readonly IrStmt[], e: IrExpr | undefined, size: number): Dependence {
  const some = (test: (part: IrExpr) => boolean): boolean =>
    someInBlock(body, test) || (e !== undefined && someExpr(e, test));
  return {
    crowd: some(part => part.op === 'reduce' && overCrowd(part, size)),
    time: some(part => part.op === 'time'),
  };
}
