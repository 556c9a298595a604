/** Values during elaboration: composite values are trees over scalar expressions, arrays are functions of their indices. */
import type { Bounds, IrExpr } from '../game/model.ts';
import * as B from './bounds.ts';
import { spend } from './budget.ts';
import * as ir from './ir.ts';
import type { ArrayType, RecordType, Type } from './types.ts';
import * as T from './types.ts';

export type Value =
  | { readonly kind: 'scalar'; readonly type: Type; readonly e: IrExpr }
  | { readonly kind: 'record'; readonly type: RecordType; readonly fields: readonly Value[] }
  | { readonly kind: 'tuple'; readonly items: readonly Value[] }
  /** `at` takes one zero-based ordinal per key. */
  | { readonly kind: 'array'; readonly type: ArrayType; readonly at: (indices: readonly IrExpr[]) => Value }
  /** Elements past `length` are never asked for under a true guard. */
  | {
      readonly kind: 'seq';
      readonly element: Type;
      readonly capacity: number;
      readonly length: IrExpr;
      readonly at: (index: IrExpr) => Value;
    }
  /** A type used as a set of values: `agents`, `0..3`. */
  | { readonly kind: 'set'; readonly type: Type }
  | { readonly kind: 'invalid' };

export const invalid: Value = { kind: 'invalid' };

export function scalar(type: Type, e: IrExpr): Value {
  return { kind: 'scalar', type, e };
}
export function boolean(e: IrExpr): Value {
  return scalar(T.boolType, e);
}
/** An int or real by the kind of the expression; its type carries the bounds. */
export function number(e: IrExpr): Value {
  return scalar({ kind: e.scalar === 'int' ? 'int' : 'real', bounds: e.bounds }, e);
}

export function typeOf(value: Value): Type {
  spend();
  switch (value.kind) {
    case 'scalar':
      return value.type.kind === 'int' || value.type.kind === 'real'
        ? { kind: value.type.kind, bounds: value.e.bounds }
        : value.type;
    case 'record':
      return value.type;
    case 'tuple':
      return { kind: 'tuple', items: value.items.map(typeOf) };
    case 'array':
      return value.type;
    case 'seq':
      return { kind: 'seq', element: value.element, capacity: value.capacity };
    case 'set':
      return value.type;
    case 'invalid':
      return T.invalidType;
  }
}

/** The value with what the current path knows about its scalars. */
export function refresh(value: Value): Value {
  switch (value.kind) {
    case 'scalar':
      return { ...value, e: ir.refresh(value.e) };
    case 'record':
      return { ...value, fields: value.fields.map(refresh) };
    case 'tuple':
      return { ...value, items: value.items.map(refresh) };
    case 'array':
      return { ...value, at: (indices: readonly IrExpr[]) => refresh(value.at(indices)) };
    case 'seq':
      return { ...value, length: ir.refresh(value.length), at: (index: IrExpr) => refresh(value.at(index)) };
    default:
      return value;
  }
}

/** All values of a list as one value chosen by `index` (int, in 0..n-1). Constant tables become constant data through `table`. */
export function pick(
  values: readonly Value[],
  index: IrExpr,
  table: (data: readonly IrExpr[], index: IrExpr) => IrExpr | undefined,
): Value {
  const k = ir.constantOf(index);
  if (k !== undefined) return values[k] ?? invalid;
  const first = values[0];
  if (first === undefined) return invalid;
  switch (first.kind) {
    case 'scalar': {
      const parts = values.map(v => (v.kind === 'scalar' ? v.e : undefined));
      if (parts.some(p => p === undefined)) return invalid;
      const exprs = parts as IrExpr[];
      const type = values.map(typeOf).reduce(T.join);
      if (exprs.every(e => e.op === 'const')) {
        const loaded = table(exprs, index);
        if (loaded !== undefined) return scalar(type, loaded);
      }
      let result = exprs.at(-1) as IrExpr;
      for (let i = exprs.length - 2; i >= 0; i--)
        result = ir.select(ir.binary('eq', index, ir.int(i)), exprs[i] as IrExpr, result);
      return scalar(type, result);
    }
    case 'record':
      return {
        kind: 'record',
        type: first.type,
        fields: first.fields.map((_, f) =>
          pick(
            values.map(v => (v.kind === 'record' ? (v.fields[f] ?? invalid) : invalid)),
            index,
            table,
          ),
        ),
      };
    case 'tuple':
      return {
        kind: 'tuple',
        items: first.items.map((_, f) =>
          pick(
            values.map(v => (v.kind === 'tuple' ? (v.items[f] ?? invalid) : invalid)),
            index,
            table,
          ),
        ),
      };
    case 'array':
      return {
        kind: 'array',
        type: {
          ...first.type,
          element: values.map(v => (v.kind === 'array' ? v.type.element : T.invalidType)).reduce(T.join),
        },
        at: indices =>
          pick(
            values.map(v => (v.kind === 'array' ? v.at(indices) : invalid)),
            index,
            table,
          ),
      };
    case 'seq':
      return {
        kind: 'seq',
        element: values.map(v => (v.kind === 'seq' ? v.element : T.invalidType)).reduce(T.join),
        capacity: Math.max(...values.map(v => (v.kind === 'seq' ? v.capacity : 0))),
        length:
          scalarOf(
            pick(
              values.map(v => (v.kind === 'seq' ? number(v.length) : invalid)),
              index,
              table,
            ),
          ) ?? ir.int(0),
        at: i =>
          pick(
            values.map(v => (v.kind === 'seq' ? v.at(i) : invalid)),
            index,
            table,
          ),
      };
    default:
      return invalid;
  }
}

export function scalarOf(value: Value): IrExpr | undefined {
  return value.kind === 'scalar' ? value.e : undefined;
}

/** `if condition then a else b`, leaf by leaf; both have compatible types. */
export function select(condition: IrExpr, a: Value, b: Value): Value {
  const c = ir.constantOf(condition);
  if (c !== undefined) return c === 0 ? b : a;
  if (a.kind === 'invalid') return b;
  if (b.kind === 'invalid') return a;
  if (a.kind === 'scalar' && b.kind === 'scalar')
    return scalar(T.join(typeOf(a), typeOf(b)), ir.select(condition, a.e, b.e));
  if (a.kind === 'record' && b.kind === 'record') {
    return {
      kind: 'record',
      type: a.type,
      fields: a.fields.map((field, k) => select(condition, field, b.fields[k] ?? invalid)),
    };
  }
  if (a.kind === 'tuple' && b.kind === 'tuple') {
    return { kind: 'tuple', items: a.items.map((item, k) => select(condition, item, b.items[k] ?? invalid)) };
  }
  if (a.kind === 'array' && b.kind === 'array' && T.sameKeys(a.type, b.type)) {
    const type = T.join(a.type, b.type) as ArrayType;
    return { kind: 'array', type, at: indices => select(condition, a.at(indices), b.at(indices)) };
  }
  const left = toSeq(a);
  const right = toSeq(b);
  if (left !== undefined && right !== undefined) {
    return {
      kind: 'seq',
      element: T.join(left.element, right.element),
      capacity: Math.max(left.capacity, right.capacity),
      length: ir.select(condition, left.length, right.length),
      at: i => {
        // An index past the end of one side is only ever used when that side is not chosen.
        if (left.capacity === 0) return right.at(i);
        if (right.capacity === 0) return left.at(i);
        return select(condition, left.at(i), right.at(i));
      },
    };
  }
  return a;
}

/** A sequence, or a one-dimensional array seen as one. */
export function toSeq(value: Value): Extract<Value, { kind: 'seq' }> | undefined {
  if (value.kind === 'seq') return value;
  if (value.kind === 'array' && value.type.keys.length === 1) {
    const size = T.sizeOf(value.type.keys[0] as Type);
    if (size === undefined) return undefined;
    return { kind: 'seq', element: value.type.element, capacity: size, length: ir.int(size), at: i => value.at([i]) };
  }
  return undefined;
}

/** Are the two equal? Undefined when they cannot be compared. `loop` folds a conjunction over 0..count-1. */
export function equal(
  a: Value,
  b: Value,
  loop: (count: IrExpr, body: (k: IrExpr) => IrExpr) => IrExpr,
): IrExpr | undefined {
  if (a.kind === 'scalar' && b.kind === 'scalar') {
    const same = a.type.kind === b.type.kind || (isNumeric(a.type) && isNumeric(b.type));
    if (!same) return undefined;
    if ((a.type.kind === 'enum' || a.type.kind === 'index') && a.type.name !== (b.type as { name: string }).name)
      return undefined;
    return ir.binary('eq', a.e, b.e);
  }
  if (a.kind === 'record' && b.kind === 'record' && a.type.name === b.type.name)
    return allEqual(a.fields, b.fields, loop);
  if (a.kind === 'tuple' && b.kind === 'tuple' && a.items.length === b.items.length)
    return allEqual(a.items, b.items, loop);
  if (a.kind === 'array' && b.kind === 'array') {
    if (!T.compatible(a.type, b.type) && !T.compatible(b.type, a.type)) return undefined;
    const sizes = a.type.keys.map(key => T.sizeOf(key) ?? 0);
    const nest = (d: number, indices: readonly IrExpr[]): IrExpr | undefined => {
      if (d === sizes.length) return equal(a.at(indices), b.at(indices), loop);
      let ok = true;
      const result = loop(ir.int(sizes[d] as number), k => {
        const inner = nest(d + 1, [...indices, k]);
        if (inner === undefined) ok = false;
        return inner ?? ir.bool(false);
      });
      return ok ? result : undefined;
    };
    return nest(0, []);
  }
  const left = toSeq(a);
  const right = toSeq(b);
  if (left !== undefined && right !== undefined) {
    const sameLength = ir.binary('eq', left.length, right.length);
    if (left.capacity === 0 || right.capacity === 0) return sameLength;
    let ok = true;
    const overlap = Math.min(left.capacity, right.capacity);
    const constantLength = ir.constantOf(left.length) ?? ir.constantOf(right.length);
    const test = (k: IrExpr): IrExpr => {
      const inner = equal(left.at(k), right.at(k), loop);
      if (inner === undefined) ok = false;
      return inner ?? ir.bool(false);
    };
    let elements: IrExpr;
    if (constantLength !== undefined) {
      elements = ir.bool(true);
      for (let k = 0; k < Math.min(constantLength, overlap); k++) elements = ir.and(elements, test(ir.int(k)));
    } else {
      elements = loop(ir.int(overlap), k => ir.or(ir.binary('ge', k, left.length), test(k)));
    }
    return ok ? ir.and(sameLength, elements) : undefined;
  }
  return undefined;
}

function allEqual(
  a: readonly Value[],
  b: readonly Value[],
  loop: (count: IrExpr, body: (k: IrExpr) => IrExpr) => IrExpr,
): IrExpr | undefined {
  let result = ir.bool(true);
  for (let k = 0; k < a.length; k++) {
    const part = equal(a[k] ?? invalid, b[k] ?? invalid, loop);
    if (part === undefined) return undefined;
    result = ir.and(result, part);
  }
  return result;
}

function isNumeric(type: Type): boolean {
  return type.kind === 'int' || type.kind === 'real';
}

// ---------------------------------------------------------------------------------------------- ordinals

/** The value with this ordinal in a finite scalar, record or tuple type (array types have no ordinals here). */
export function fromOrdinal(type: Type, ordinal: IrExpr): Value {
  switch (type.kind) {
    case 'bool':
    case 'enum':
    case 'index':
      return scalar(type, ordinal);
    case 'int':
      return scalar(type, ir.binary('add', ordinal, ir.int(type.bounds.low)));
    case 'agent':
      return scalar(type, ir.binary('add', ordinal, ir.int(type.first)));
    case 'record':
      return {
        kind: 'record',
        type,
        fields: split(
          type.fields.map(f => f.type),
          ordinal,
        ),
      };
    case 'tuple':
      return { kind: 'tuple', items: split(type.items, ordinal) };
    default:
      return invalid;
  }
}

/** Last type fastest. */
function split(types: readonly Type[], ordinal: IrExpr): Value[] {
  const values: Value[] = [];
  let rest = ordinal;
  for (let k = types.length - 1; k >= 0; k--) {
    const type = types[k] as Type;
    const size = ir.int(T.sizeOf(type) ?? 1);
    values[k] = fromOrdinal(type, k === 0 ? rest : ir.binary('mod', rest, size));
    rest = ir.binary('idiv', rest, size);
  }
  return values;
}

/** The ordinal of a value of a finite type; undefined for arrays and sequences. */
export function toOrdinal(type: Type, value: Value): IrExpr | undefined {
  if (value.kind === 'scalar') {
    const low = T.boundsOf(type).low;
    return Number.isFinite(low) && value.e.scalar === 'int' ? ir.binary('sub', value.e, ir.int(low)) : undefined;
  }
  const types = type.kind === 'record' ? type.fields.map(f => f.type) : type.kind === 'tuple' ? type.items : undefined;
  const parts = value.kind === 'record' ? value.fields : value.kind === 'tuple' ? value.items : undefined;
  if (types === undefined || parts === undefined) return undefined;
  let ordinal: IrExpr = ir.int(0);
  for (let k = 0; k < types.length; k++) {
    const part = toOrdinal(types[k] as Type, parts[k] ?? invalid);
    if (part === undefined) return undefined;
    ordinal = ir.binary('add', ir.binary('mul', ordinal, ir.int(T.sizeOf(types[k] as Type) ?? 1)), part);
  }
  return ordinal;
}

/** Does every scalar of the ordinal's source lie inside the type? Bounds of the offending part otherwise. */
export function outside(
  type: Type,
  value: Value,
): { readonly found: Bounds; readonly allowed: Bounds; readonly where: string } | undefined {
  if (value.kind === 'scalar' && T.isScalar(type)) {
    const allowed = T.boundsOf(type);
    return B.contains(allowed, value.e.bounds) ? undefined : { found: value.e.bounds, allowed, where: '' };
  }
  if (value.kind === 'record' && type.kind === 'record') {
    for (let k = 0; k < type.fields.length; k++) {
      const field = type.fields[k] as RecordType['fields'][number];
      const bad = outside(field.type, value.fields[k] ?? invalid);
      if (bad !== undefined) return { ...bad, where: `.${field.name}${bad.where}` };
    }
  }
  if (value.kind === 'tuple' && type.kind === 'tuple') {
    for (let k = 0; k < type.items.length; k++) {
      const bad = outside(type.items[k] as Type, value.items[k] ?? invalid);
      if (bad !== undefined) return { ...bad, where: `.${k}${bad.where}` };
    }
  }
  return undefined;
}
