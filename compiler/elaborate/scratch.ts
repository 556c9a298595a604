/** Scratch memory for composite values that are computed once and read later. */
import type { Span } from '../../grammar/ast.ts';
import type { IrStmt } from '../game/model.ts';
import { type Context, report } from './context.ts';
import * as ir from './ir.ts';
import { allocate, leaves, maximumElements, type Place, read, type Storage, write } from './storage.ts';
import type { Type } from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';
import { someInBlock } from './walk.ts';

/** Scratch for `copies` values of a type; undefined after a report when it is too large or its type is not known. */
export function scratch(ctx: Context, type: Type, name: string, span: Span, copies = 1): Storage | undefined {
  const made = allocate(ctx.build, type, name, () => ({ kind: 'scratch' }), copies);
  if (made !== undefined) return made;
  if (isUnknown(type))
    report(ctx, span, 'not-here', {
      what: 'An empty list',
      where: 'nothing says what it may hold',
      remedy: 'Give it a type, as in `let xs: seq<0..9, 5> = []`.',
    });
  else {
    const limit = `at most ${maximumElements.toLocaleString('en')}`;
    report(ctx, span, 'bad-size', { what: `\`${name}\``, size: 'more', limit });
  }
  return undefined;
}

function isUnknown(type: Type): boolean {
  switch (type.kind) {
    case 'invalid':
      return true;
    case 'seq':
    case 'array':
      return isUnknown(type.element);
    case 'tuple':
      return type.items.some(isUnknown);
    default:
      return false;
  }
}

/** Statements that compute `value` now; the result reads what they stored. */
export function keep(ctx: Context, name: string, value: Value, span: Span, out: IrStmt[]): Value {
  if (value.kind !== 'array' && value.kind !== 'seq') return value;
  const storage = scratch(ctx, V.typeOf(value), name, span);
  if (storage === undefined) return V.invalid;
  write(ctx.build, { storage, base: ir.int(0) }, value, out);
  return read(storage);
}

/**
 * Writes `value` to a place that it may itself read: `c = Cell(c.col, c.row)`. The parts are written one after the other, so such a
 * value is first computed as a whole.
 */
export function replace(ctx: Context, place: Place, type: Type, value: Value, span: Span, out: IrStmt[]): void {
  const direct: IrStmt[] = [];
  write(ctx.build, place, value, direct);
  const targets = leaves(place.storage);
  const readsItself = someInBlock(direct, part => part.op === 'load' && targets.includes(part.store));
  if (!readsItself || value.kind === 'scalar') {
    out.push(...direct);
    return;
  }
  const whole = scratch(ctx, type, 'whole', span);
  if (whole === undefined) return;
  write(ctx.build, { storage: whole, base: ir.int(0) }, value, out);
  write(ctx.build, place, read(whole), out);
}
