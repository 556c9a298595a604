import type { MapLit } from '../../grammar/ast.ts';
import { amount } from '../diagnostics/suggest.ts';
import type { IrExpr } from '../game/model.ts';
import { mismatch } from './coerce.ts';
import { type Context, report } from './context.ts';
import { elaborate } from './expr.ts';
import * as ir from './ir.ts';
import { constantTable } from './literals.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';

/** A picture as a two-dimensional array: rows from the top, columns from the left, both from 0. */
export function elaborateMap(ctx: Context, e: MapLit, expected: Type | undefined): Value {
  const elementType = expected?.kind === 'array' ? expected.element : undefined;
  const legend = new Map<string, Value>();
  let type: Type | undefined;
  for (const entry of e.legend) {
    const value = elaborate(ctx, entry.value, elementType ?? type);
    if (value.kind === 'invalid') return V.invalid;
    if (type !== undefined && !T.compatible(V.typeOf(value), type)) {
      mismatch(ctx, entry.value.span, T.describe(type), value, 'The values of a legend have one type, so this');
      return V.invalid;
    }
    if (legend.has(entry.char))
      report(ctx, entry.span, 'bad-map', { problem: `\`${entry.char}\` stands in the legend twice` });
    type = type === undefined ? V.typeOf(value) : T.join(type, V.typeOf(value));
    legend.set(entry.char, value);
  }
  const width = e.rows[0]?.text.length ?? 0;
  if (width === 0 || type === undefined) {
    report(ctx, e.span, 'bad-map', { problem: 'this one is empty' });
    return V.invalid;
  }
  const cells: Value[] = [];
  for (const row of e.rows) {
    if (row.text.length !== width) {
      report(ctx, row.span, 'bad-map', {
        problem: `this row has ${amount(row.text.length, 'character')}, the first one ${width}`,
      });
      return V.invalid;
    }
    for (let k = 0; k < row.text.length; k++) {
      const value = legend.get(row.text.charAt(k));
      if (value === undefined) {
        const span = { start: row.span.start + k, end: row.span.start + k + 1 };
        report(ctx, span, 'bad-map', { problem: `\`${row.text.charAt(k)}\` is not in the legend` });
        return V.invalid;
      }
      cells.push(value);
    }
  }
  return {
    kind: 'array',
    type: { kind: 'array', keys: [T.rangeType(0, e.rows.length - 1), T.rangeType(0, width - 1)], element: type },
    at: ([row, column]) =>
      V.pick(cells, ir.binary('add', ir.binary('mul', row as IrExpr, ir.int(width)), column as IrExpr), (data, index) =>
        constantTable(ctx, data, index),
      ),
  };
}
