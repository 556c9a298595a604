/** Expressions with variables replaced. */
import type { IrExpr, Local } from '../game/model.ts';
import { action, and, binary, call, load, local, not, or, reduce, select, toReal, unary } from './ir.ts';

/** `e` with locals replaced; bounds are recomputed. */
export function substitute(e: IrExpr, replacements: ReadonlyMap<Local, IrExpr>): IrExpr {
  const go = (x: IrExpr): IrExpr => {
    switch (x.op) {
      case 'const':
      case 'time':
        return x;
      case 'local':
        return replacements.get(x.local) ?? local(x.local);
      case 'load':
        return load(x.store, go(x.index));
      case 'action':
        return action(go(x.agent), x.part, x.component === undefined ? undefined : go(x.component), x.bounds);
      case 'unary':
        if (x.operator === 'not') return not(go(x.operand));
        if (x.operator === 'toReal') return toReal(go(x.operand));
        return unary(x.operator, go(x.operand));
      case 'binary':
        return binary(x.operator, go(x.left), go(x.right));
      case 'and':
        return and(go(x.left), go(x.right));
      case 'or':
        return or(go(x.left), go(x.right));
      case 'select':
        return select(go(x.condition), go(x.then), go(x.else));
      case 'reduce':
        return reduce(
          x.operator,
          x.variable,
          go(x.count),
          x.condition === undefined ? undefined : go(x.condition),
          go(x.body),
        );
      case 'call':
        return call(x.fn, x.args.map(go));
    }
  };
  return go(e);
}
