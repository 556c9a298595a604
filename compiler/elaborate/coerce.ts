/** Values into declared types: kinds, ranges, int to real. */
import type { Expr, Span } from '../../grammar/ast.ts';
import type { IrExpr } from '../game/model.ts';
import * as B from './bounds.ts';
import { type Context, report, sourceText } from './context.ts';
import * as ir from './ir.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';

export function mismatch(ctx: Context, span: Span, expected: string, found: Value, because: string | undefined): void {
  if (found.kind === 'invalid') return;
  const text = found.kind === 'set' ? `the type ${T.nameOf(found.type)}` : T.describe(V.typeOf(found));
  const remedy = conversion(ctx, expected, found, span);
  report(ctx, span, 'type-mismatch', {
    expected,
    // Two types may have one name, one in the file and one in the game.
    found: text === expected ? 'one of another type of that name' : text,
    because,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** How to get from what is there to what is wanted, where there is a usual way. */
function conversion(ctx: Context, expected: string, found: Value, span: Span): string | undefined {
  if (found.kind !== 'scalar') return undefined;
  const written = sourceText(ctx, span);
  const text = /^\w[\w.]*([([][\w.()[\], ]*[)\]])?$/.test(written) ? written : 'x';
  const { kind } = found.type;
  const wantsBool = expected === T.describe(T.boolType);
  if (wantsBool && (kind === 'int' || kind === 'real')) return `Compare it, as in \`${text} > 0\`.`;
  if (wantsBool && kind === 'enum') return `Compare it, as in \`${text} == ${found.type.members[0]}\`.`;
  if (kind === 'real' && expected === T.describe(T.intType))
    return `Round it with \`round(${text})\`, \`floor(${text})\` or \`ceil(${text})\`.`;
  if (kind === 'bool' && (expected === T.describe(T.intType) || expected === T.describe(T.realType)))
    return `Choose the numbers: \`if ${text} then 1 else 0\`.`;
  return undefined;
}

/** `value` as a `type`, or invalid after a report. `what` begins the message: `` `row` of Cell ``. */
export function coerce(ctx: Context, value: Value, type: Type, span: Span, what: string): Value {
  if (value.kind === 'invalid' || type.kind === 'invalid') return V.invalid;
  if (value.kind === 'scalar' && T.isScalar(type)) {
    if (!scalarFits(value.type, type)) {
      mismatch(ctx, span, T.describe(type), value, what);
      return V.invalid;
    }
    const allowed = T.boundsOf(type);
    if (!B.contains(allowed, value.e.bounds)) {
      if (type.kind === 'agent') mismatch(ctx, span, T.describe(type), value, what);
      else report(ctx, span, 'out-of-range', { what, allowed: B.show(allowed), found: B.show(value.e.bounds) });
      return V.invalid;
    }
    return V.scalar(type, type.kind === 'real' ? ir.toReal(value.e) : value.e);
  }
  if (value.kind === 'record' && type.kind === 'record' && T.compatible(value.type, type)) {
    const fields = value.fields.map((field, k) =>
      coerce(ctx, field, type.fields[k]?.type ?? T.invalidType, span, `\`${type.fields[k]?.name}\` of ${type.name}`),
    );
    return fields.some(f => f.kind === 'invalid') ? V.invalid : { kind: 'record', type, fields };
  }
  if (value.kind === 'tuple' && type.kind === 'tuple' && value.items.length === type.items.length) {
    const items = value.items.map((item, k) => coerce(ctx, item, type.items[k] as Type, span, what));
    return items.some(f => f.kind === 'invalid') ? V.invalid : { kind: 'tuple', items };
  }
  if (value.kind === 'array' && type.kind === 'array' && keysFit(value.type.keys, type.keys)) {
    return { kind: 'array', type, at: indices => coerce(ctx, value.at(indices), type.element, span, what) };
  }
  // `[[a, b], [c, d]]` as a grid.
  if (value.kind === 'array' && type.kind === 'array' && type.keys.length > value.type.keys.length) {
    const { element, keys } = value.type;
    if (element.kind === 'array' && keysFit(keys, type.keys.slice(0, keys.length))) {
      const grid: Value = {
        kind: 'array',
        type: { kind: 'array', keys: [...keys, ...element.keys], element: element.element },
        at: indices => {
          const row = value.at(indices.slice(0, keys.length));
          return row.kind === 'array' ? row.at(indices.slice(keys.length)) : V.invalid;
        },
      };
      if (grid.type.keys.length <= type.keys.length) return coerce(ctx, grid, type, span, what);
    }
  }
  if (type.kind === 'seq') {
    const seq = V.toSeq(value);
    if (seq !== undefined) {
      const least = seq.length.bounds.low;
      if (least > type.capacity) {
        report(ctx, span, 'out-of-range', {
          what,
          allowed: `at most ${type.capacity} elements`,
          found: `${least} long`,
        });
        return V.invalid;
      }
      return {
        kind: 'seq',
        element: type.element,
        capacity: seq.capacity,
        length: seq.length,
        at: i => coerce(ctx, seq.at(i), type.element, span, what),
      };
    }
  }
  mismatch(ctx, span, T.describe(type), value, what);
  return V.invalid;
}

function scalarFits(from: Type, to: Type): boolean {
  if (from.kind === 'agent' && to.kind === 'agent') return true;
  return T.compatible(from, to);
}

function keysFit(from: readonly Type[], to: readonly Type[]): boolean {
  return from.length === to.length && from.every((key, k) => T.sizeOf(key) === T.sizeOf(to[k] as Type));
}

export function expectBool(ctx: Context, value: Value, span: Span, what: string): IrExpr | undefined {
  if (value.kind === 'invalid') return undefined;
  if (value.kind === 'scalar' && value.type.kind === 'bool') return value.e;
  mismatch(ctx, span, 'a condition (bool)', value, what);
  return undefined;
}

/** An int or real expression. */
export function expectNumber(ctx: Context, value: Value, span: Span, what: string): IrExpr | undefined {
  if (value.kind === 'invalid') return undefined;
  if (value.kind === 'scalar' && (value.type.kind === 'int' || value.type.kind === 'real')) return value.e;
  mismatch(ctx, span, 'a number', value, what);
  return undefined;
}

export function expectInt(ctx: Context, value: Value, span: Span, what: string): IrExpr | undefined {
  if (value.kind === 'invalid') return undefined;
  if (value.kind === 'scalar' && value.type.kind === 'int') return value.e;
  mismatch(ctx, span, 'an integer', value, what);
  return undefined;
}

/** Reports a divisor that may be 0. */
export function nonZero(ctx: Context, divisor: IrExpr, at: Expr, text: string): boolean {
  if (divisor.bounds.low > 0 || divisor.bounds.high < 0) return true;
  const sign = divisor.bounds.high <= 0 ? '<' : '>';
  report(ctx, at.span, 'division-by-zero', { divisor: text, bounds: B.show(divisor.bounds), sign });
  return false;
}

/**
 * An integer, refused where its range is known and reaches beyond what is exact. One without a range is checked while the game is
 * played (`game/wholes.ts`).
 */
export function exactInteger(ctx: Context, e: IrExpr, span: Span): Value {
  const { low, high } = e.bounds;
  const known = Number.isFinite(low) && Number.isFinite(high) && !B.isEmpty(e.bounds);
  if (e.scalar === 'real' || !known || B.magnitude(e.bounds) <= Number.MAX_SAFE_INTEGER) return V.number(e);
  const isProduct = e.op === 'binary' && e.operator === 'mul';
  report(ctx, span, 'inexact-integer', { found: `${rough(low)}..${rough(high)}`, isProduct });
  return V.invalid;
}

/** Beyond 2^53 a double's last digits say nothing: `2.37e+18`. */
function rough(end: number): string {
  return Number.isSafeInteger(end) ? `${end}` : end.toExponential(2);
}
