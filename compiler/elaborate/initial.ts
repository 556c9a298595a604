/** The first state: initial values, then `init`; every element of every variable gets a value before it is read. */
import type { GameItem, Stmt } from '../../grammar/ast.ts';
import type { IrStmt } from '../game/model.ts';
import { coerce } from './coerce.ts';
import { type Context, report } from './context.ts';
import { elaborate } from './expr.ts';
import * as ir from './ir.ts';
import { statements } from './stmts.ts';
import { fill, leaves, type Place, write } from './storage.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';
import { someInBlock } from './walk.ts';

type StateItem = Extract<GameItem, { kind: 'State' }>;

/** Statements that write every state store. */
export function initialState(ctx: Context, declared: readonly StateItem[], stmts: readonly Stmt[]): IrStmt[] {
  const out: IrStmt[] = [];
  const assigned = new Set(stmts.flatMap(stmt => (stmt.kind === 'Assign' ? [stmt.name.text] : [])));
  const here: Context = { ...ctx, phase: 'init', out };
  for (const field of declared.flatMap(item => item.fields)) {
    const variable = ctx.build.states.get(field.name.text);
    if (variable === undefined) continue;
    const place: Place = { storage: variable.storage, base: ir.int(0) };
    if (field.initial !== undefined) {
      const given = filled(elaborate(here, field.initial, variable.type), variable.type);
      const value = coerce(here, given, variable.type, field.initial.span, `\`${variable.name}\``);
      if (value.kind !== 'invalid') write(ctx.build, place, value, out);
      variable.readable = true;
      variable.covered = 'all';
    } else if (!assigned.has(variable.name)) {
      report(ctx, field.name.span, 'missing-initial', { name: variable.name, partly: false });
      variable.readable = true;
      variable.covered = 'all';
    }
  }
  statements(here, stmts, out);
  const unset: IrStmt[] = [];
  for (const variable of ctx.build.states.values()) {
    const { type, covered } = variable;
    const size = type.kind === 'array' ? type.keys.reduce((n, key) => n * (T.sizeOf(key) ?? 0), 1) : 1;
    if (covered !== 'all' && covered.size < size && !ctx.build.reporter.hasErrors)
      report(ctx, variable.span, 'missing-initial', { name: variable.name, partly: true });
    // A draw may look at elements that have none yet: they hold a value of their type, in every reading the same.
    const stores = leaves(variable.storage);
    const isRead = someInBlock(out, part => part.op === 'load' && stores.includes(part.store));
    const given = declared.some(item =>
      item.fields.some(f => f.name.text === variable.name && f.initial !== undefined),
    );
    if (isRead && !given) fill(ctx.build, variable.storage, unset);
  }
  return [...unset, ...out];
}

/** One initial value for an array stands for all its elements. */
function filled(value: Value, type: Type): Value {
  if (type.kind !== 'array' || value.kind === 'array' || value.kind === 'seq' || value.kind === 'invalid') return value;
  const inner = filled(value, type.element);
  return { kind: 'array', type: { ...type, element: V.typeOf(inner) }, at: () => inner };
}
