import type { Update, WithExpr } from '../../grammar/ast.ts';
import { suggest } from '../diagnostics/suggest.ts';
import type { IrExpr } from '../game/model.ts';
import * as B from './bounds.ts';
import { coerce, expectNumber, mismatch } from './coerce.ts';
import { type Context, report } from './context.ts';
import { arrayIndices, elaborate } from './expr.ts';
import * as ir from './ir.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';

/** `c with row - 1 clamped`, `board with [k] = mark`: a changed copy. */
export function withExpr(ctx: Context, e: WithExpr, expected: Type | undefined): Value {
  let value = elaborate(ctx, e.object, expected);
  for (const update of e.updates) {
    value =
      'field' in update.target
        ? updateField(ctx, value, update, update.target.field.text)
        : updateElement(ctx, value, update, update.target.indices, e);
    if (value.kind === 'invalid') return V.invalid;
  }
  return value;
}

function updateField(ctx: Context, value: Value, update: Update, name: string): Value {
  if (value.kind === 'invalid') return V.invalid;
  if (value.kind !== 'record') {
    mismatch(ctx, update.span, 'a record', value, 'What `with` changes a field of');
    return V.invalid;
  }
  const k = value.type.fields.findIndex(field => field.name === name);
  const field = value.type.fields[k];
  if (field === undefined) {
    const known = value.type.fields.map(f => f.name);
    const span = 'field' in update.target ? update.target.field.span : update.span;
    report(ctx, span, 'no-such-field', {
      field: name,
      of: value.type.name,
      suggestion: suggest(name, known),
      known: known.join(', '),
    });
    return V.invalid;
  }
  const changed = changedValue(ctx, value.fields[k] as Value, field.type, update, `\`${name}\` of ${value.type.name}`);
  if (changed.kind === 'invalid') return V.invalid;
  return { ...value, fields: value.fields.map((old, i) => (i === k ? changed : old)) };
}

function updateElement(
  ctx: Context,
  value: Value,
  update: Update,
  indices: Parameters<typeof arrayIndices>[2],
  e: WithExpr,
): Value {
  if (value.kind === 'invalid') return V.invalid;
  if (value.kind !== 'array') {
    mismatch(ctx, e.object.span, 'an array', value, 'What `with [...]` changes an element of');
    return V.invalid;
  }
  const at = arrayIndices(ctx, value.type.keys, indices, update.span);
  if (at === undefined) return V.invalid;
  // An array of its own (`let xs = [0, 0]`) takes any element of the kind; where it is put judges the range.
  const { element } = value.type;
  const type = update.mode === undefined ? unbounded(element) : element;
  const changed = changedValue(ctx, value.at(at), type, update, 'This element');
  if (changed.kind === 'invalid') return V.invalid;
  return {
    ...value,
    type: { ...value.type, element: T.isScalar(element) ? T.join(element, V.typeOf(changed)) : element },
    at: (asked: readonly IrExpr[]) => {
      let here = ir.bool(true);
      for (let d = 0; d < at.length; d++) here = ir.and(here, ir.binary('eq', asked[d] as IrExpr, at[d] as IrExpr));
      return V.select(here, changed, value.at(asked));
    },
  };
}

/** Numbers without their range. */
function unbounded(type: Type): Type {
  return type.kind === 'int' ? T.intType : type.kind === 'real' ? T.realType : type;
}

function changedValue(ctx: Context, old: Value, type: Type, update: Update, what: string): Value {
  const given = elaborate(ctx, update.value, type);
  if (given.kind === 'invalid') return V.invalid;
  if (update.op === '=' && update.mode === undefined) return coerce(ctx, given, type, update.value.span, what);
  const x = expectNumber(ctx, given, update.value.span, 'The change');
  const before = expectNumber(ctx, old, update.span, what);
  if (x === undefined || before === undefined) return V.invalid;
  const moved = update.op === '=' ? x : ir.binary(update.op === '+' ? 'add' : 'sub', before, x);
  const bounds = T.boundsOf(type);
  if (update.mode === undefined) {
    if (!B.contains(bounds, moved.bounds)) {
      report(ctx, update.span, 'out-of-range', {
        what,
        allowed: B.show(bounds),
        found: B.show(moved.bounds),
        remedy: 'Add `clamped` to stop at the ends, or `wrapped` to go round.',
      });
      return V.invalid;
    }
    return coerce(ctx, V.number(moved), type, update.span, what);
  }
  const literal = (n: number) => (type.kind === 'real' ? ir.real(n) : ir.int(n));
  if (update.mode === 'clamped') {
    const raised = Number.isFinite(bounds.low) ? ir.binary('max', moved, literal(bounds.low)) : moved;
    const clamped = Number.isFinite(bounds.high) ? ir.binary('min', raised, literal(bounds.high)) : raised;
    return coerce(ctx, V.number(clamped), type, update.span, what);
  }
  if (type.kind !== 'int' || moved.scalar !== 'int' || !Number.isFinite(bounds.low) || !Number.isFinite(bounds.high)) {
    const where = moved.scalar === 'int' ? `${what} has no ends to go round` : `${what} is not a whole number`;
    report(ctx, update.span, 'not-here', { what: '`wrapped`', where });
    return V.invalid;
  }
  const size = bounds.high - bounds.low + 1;
  const wrapped = ir.binary(
    'add',
    ir.binary('mod', ir.binary('sub', moved, ir.int(bounds.low)), ir.int(size)),
    ir.int(bounds.low),
  );
  return coerce(ctx, V.number(wrapped), type, update.span, what);
}
