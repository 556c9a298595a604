/** `[a, b]` and `{ A: x, B: y }`: arrays written out element by element. */
import type { Expr } from '../../grammar/ast.ts';
import type { IrExpr } from '../game/model.ts';
import * as B from './bounds.ts';
import { mismatch } from './coerce.ts';
import { type Context, report } from './context.ts';
import { elaborate, ordinalsFor } from './expr.ts';
import * as ir from './ir.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import { valueName } from './valueNames.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';

export function listExpr(ctx: Context, items: readonly Expr[], expected: Type | undefined): Value {
  const elementType = expected?.kind === 'seq' || expected?.kind === 'array' ? expected.element : undefined;
  const values: Value[] = [];
  for (const item of items)
    values.push(elaborate(ctx, item, elementType ?? (values[0] === undefined ? undefined : V.typeOf(values[0]))));
  if (values.some(v => v.kind === 'invalid')) return V.invalid;
  if (values.length === 0)
    return { kind: 'seq', element: elementType ?? T.invalidType, capacity: 0, length: ir.int(0), at: () => V.invalid };
  let type = V.typeOf(values[0] as Value);
  for (let k = 1; k < values.length; k++) {
    const next = V.typeOf(values[k] as Value);
    const sequences = V.toSeq(values[k] as Value) !== undefined && V.toSeq(values[0] as Value) !== undefined;
    if (!T.compatible(type, next) && !T.compatible(next, type) && !sequences) {
      mismatch(
        ctx,
        (items[k] as Expr).span,
        T.describe(type),
        values[k] as Value,
        'The elements of a list have one type, so this',
      );
      return V.invalid;
    }
    type = T.join(type, next);
  }
  // Lists of different lengths are sequences.
  const elements = type.kind === 'seq' ? values.map(value => V.toSeq(value) ?? value) : values;
  return {
    kind: 'array',
    type: { kind: 'array', keys: [T.rangeType(0, values.length - 1)], element: type },
    at: ([index]) => V.pick(elements, index as IrExpr, (data, i) => constantTable(ctx, data, i)),
  };
}

/** Constant scalars as a constant store (one per content), loaded at `index`. */
export function constantTable(ctx: Context, data: readonly IrExpr[], index: IrExpr): IrExpr {
  const key = data.map(ir.keyOf).join(' ');
  const known = ctx.build.tables.get(key);
  if (known !== undefined) return ir.load(known, index);
  const real = data.some(e => e.scalar === 'real');
  const values = data.map(e => (e.op === 'const' ? e.value : 0));
  const bounds = data.map(e => e.bounds).reduce(B.union);
  const store = ctx.build.constant('table', real ? 'real' : 'int', bounds, values);
  ctx.build.tables.set(key, store);
  return ir.load(store, index);
}

export function dictExpr(ctx: Context, e: Extract<Expr, { kind: 'Dict' }>, expected: Type | undefined): Value {
  const keyed = e.entries.filter(entry => entry.key !== undefined);
  let key = expected?.kind === 'array' ? expected.keys[0] : undefined;
  const keys = keyed.map(entry => elaborate(ctx, entry.key as Expr, key));
  if (key === undefined) {
    const first = keys[0];
    if (first?.kind === 'scalar') key = first.type.kind === 'agent' ? ctx.build.agentsType : first.type;
  }
  const elementType = expected?.kind === 'array' ? expected.element : undefined;
  const values = e.entries.map(entry => elaborate(ctx, entry.value, elementType));
  if (key === undefined || keys.some(k => k.kind === 'invalid') || values.some(v => v.kind === 'invalid'))
    return V.invalid;
  const size = T.sizeOf(key);
  if (size === undefined) {
    report(ctx, e.span, 'not-finite', { what: 'The keys of `{ ... }`', type: `\`${T.nameOf(key)}\`` });
    return V.invalid;
  }
  if (size > 1_000_000) {
    report(ctx, e.span, 'bad-size', { what: '`{ ... }`', size: `${size}`, limit: 'at most 1,000,000' });
    return V.invalid;
  }
  const rest = e.entries.findIndex(entry => entry.key === undefined);
  const table: (Value | undefined)[] = Array.from({ length: size }, () => (rest >= 0 ? values[rest] : undefined));
  let at = 0;
  for (let k = 0; k < e.entries.length; k++) {
    const entry = e.entries[k] as (typeof e.entries)[number];
    if (entry.key === undefined) continue;
    const ordinals = ordinalsFor(ctx, [key], [keys[at++] as Value], [entry.key], entry.span);
    const ordinal = ordinals?.[0] === undefined ? undefined : ir.constantOf(ordinals[0]);
    if (ordinal === undefined) {
      if (ordinals !== undefined) report(ctx, entry.key.span, 'not-constant', { what: 'A key of `{ ... }`' });
      return V.invalid;
    }
    table[ordinal] = values[k];
  }
  const missing = table.indexOf(undefined);
  if (missing >= 0) {
    report(ctx, e.span, 'match-incomplete', { missing: `\`${valueName(key, missing)}\`` });
    return V.invalid;
  }
  const all = table as Value[];
  return {
    kind: 'array',
    type: { kind: 'array', keys: [key], element: all.map(V.typeOf).reduce(T.join) },
    at: ([index]) => V.pick(all, index as IrExpr, (data, i) => constantTable(ctx, data, i)),
  };
}
