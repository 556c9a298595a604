/** What the form of an observation shows of the state. */
import type { GameModel, IrExpr } from '../game/model.ts';

/** Does every class observe every number of the state as it is, by the form of its observation? */
export function showsAll(model: GameModel): boolean {
  return model.classes.every(cls => {
    if (cls.observation.prelude.length > 0) return false;
    return model.state.every(store => {
      const seen = new Set<number>();
      for (const piece of cls.observation.pieces) {
        const { value } = piece;
        const load = value.op === 'unary' && value.operator === 'toReal' ? value.operand : value;
        if (load.op !== 'load' || load.store !== store) continue;
        for (let k = 0; k < piece.count; k++) {
          const index = at(load.index, piece.variable.id, k);
          if (index !== undefined) seen.add(index);
        }
      }
      return seen.size === store.size;
    });
  });
}

/** A sum of products of constants and one variable, at a value of it; undefined for anything else. */
function at(e: IrExpr, variable: number, value: number): number | undefined {
  if (e.op === 'const') return typeof e.value === 'number' ? e.value : e.value.toNumber();
  if (e.op === 'local') return e.local.id === variable ? value : undefined;
  if (e.op !== 'binary') return undefined;
  const left = at(e.left, variable, value);
  const right = at(e.right, variable, value);
  if (left === undefined || right === undefined) return undefined;
  switch (e.operator) {
    case 'add':
      return left + right;
    case 'sub':
      return left - right;
    case 'mul':
      return left * right;
    case 'idiv':
      return Math.floor(left / right);
    case 'mod':
      return left - right * Math.floor(left / right);
    default:
      return undefined;
  }
}
