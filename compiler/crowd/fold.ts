/** Folds of expressions on doubles. */
import type { IrExpr } from '../game/model.ts';
import type { Value } from '../game/operators.ts';

/** A fold over 0 .. count - 1 in the order of numbers; the first of several that are best. */
export function fold(
  operator: Extract<IrExpr, { op: 'reduce' }>['operator'],
  cell: { value: number },
  count: Value,
  condition: Value,
  body: Value,
): Value {
  return () => {
    const n = count();
    let total = operator === 'product' || operator === 'all' ? 1 : 0;
    let best = Number.NaN;
    let at = 0;
    for (let k = 0; k < n; k++) {
      cell.value = k;
      if (condition() === 0) continue;
      const value = body();
      if (operator === 'sum') total += value;
      else if (operator === 'product') total *= value;
      else if (operator === 'any' || operator === 'all') {
        // What is settled asks no more agents.
        if ((value !== 0) === (operator === 'any')) return operator === 'any' ? 1 : 0;
      } else {
        const greater = operator === 'max' || operator === 'argmax' ? value > best : value < best;
        if (Number.isNaN(best) || greater) {
          best = value;
          at = k;
        }
      }
    }
    if (operator === 'max' || operator === 'min') return best;
    return operator === 'argmax' || operator === 'argmin' ? at : total;
  };
}
