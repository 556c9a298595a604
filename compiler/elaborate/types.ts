/** Types at concrete parameters: sizes and ranges are numbers. */
import type { Bounds } from '../game/model.ts';
import * as B from './bounds.ts';
import { spend } from './budget.ts';

export type Type =
  | { readonly kind: 'bool' }
  /** Ranges and `int`; what values occur is in the bounds of each expression. */
  | { readonly kind: 'int'; readonly bounds: Bounds }
  | { readonly kind: 'real'; readonly bounds: Bounds }
  | EnumType
  /** Global agent numbers `first .. first + count - 1`. `name` is `agents` or a class. */
  | { readonly kind: 'agent'; readonly name: string; readonly first: number; readonly count: number }
  | { readonly kind: 'index'; readonly name: string; readonly count: number }
  | RecordType
  | ArrayType
  | { readonly kind: 'seq'; readonly element: Type; readonly capacity: number }
  | { readonly kind: 'tuple'; readonly items: readonly Type[] }
  /** Already reported; silences what follows. */
  | { readonly kind: 'invalid' };

export interface EnumType {
  readonly kind: 'enum';
  readonly name: string;
  readonly members: readonly string[];
}

export interface RecordType {
  readonly kind: 'record';
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: Type }[];
}

export interface ArrayType {
  readonly kind: 'array';
  /** Finite key types; a plain size is the range 0..n-1. */
  readonly keys: readonly Type[];
  readonly element: Type;
}

export const boolType: Type = { kind: 'bool' };
export const intType: Type = { kind: 'int', bounds: B.anything };
export const realType: Type = { kind: 'real', bounds: B.anything };
export const invalidType: Type = { kind: 'invalid' };

export function rangeType(low: number, high: number): Type {
  return { kind: 'int', bounds: B.between(low, high) };
}

/** Number of values of a finite type, or undefined (reals, open ints, anything invalid). */
export function sizeOf(type: Type): number | undefined {
  spend();
  switch (type.kind) {
    case 'bool':
      return 2;
    case 'int': {
      const size = type.bounds.high - type.bounds.low + 1;
      return Number.isFinite(size) ? Math.max(0, size) : undefined;
    }
    case 'enum':
      return type.members.length;
    case 'agent':
    case 'index':
      return type.count;
    case 'record':
      return productOf(type.fields.map(field => field.type));
    case 'tuple':
      return productOf(type.items);
    case 'array': {
      const element = sizeOf(type.element);
      const keys = productOf(type.keys);
      if (element === undefined || keys === undefined) return undefined;
      if (element <= 1) return keys === 0 ? 1 : element;
      let size = 1;
      for (let k = 0; k < keys && size < Number.MAX_SAFE_INTEGER; k++) size *= element;
      return size;
    }
    case 'real':
    case 'seq':
    case 'invalid':
      return undefined;
  }
}

function productOf(types: readonly Type[]): number | undefined {
  let size = 1;
  for (const type of types) {
    const n = sizeOf(type);
    if (n === undefined) return undefined;
    size *= n;
  }
  return size;
}

/** One int or real; everything else is made of such leaves. */
export function isScalar(type: Type): boolean {
  return (
    type.kind !== 'record' &&
    type.kind !== 'tuple' &&
    type.kind !== 'array' &&
    type.kind !== 'seq' &&
    type.kind !== 'invalid'
  );
}

/** Bounds of the scalar that represents a value. */
export function boundsOf(type: Type): Bounds {
  switch (type.kind) {
    case 'bool':
      return B.truth;
    case 'int':
    case 'real':
      return type.bounds;
    case 'enum':
      return B.between(0, type.members.length - 1);
    case 'agent':
      return B.between(type.first, type.first + type.count - 1);
    case 'index':
      return B.between(0, type.count - 1);
    default:
      return B.anything;
  }
}

/** `Cell`, `0..3`, `bool[Player]`: as the language writes it. */
export function nameOf(type: Type): string {
  spend();
  switch (type.kind) {
    case 'bool':
      return 'bool';
    case 'int': {
      const { low, high } = type.bounds;
      return Number.isFinite(low) && Number.isFinite(high) ? `${low}..${high}` : 'int';
    }
    case 'real': {
      const { low, high } = type.bounds;
      if (!Number.isFinite(low) && !Number.isFinite(high)) return 'real';
      return low === 0 && high === 1 ? 'prob' : `real in ${low}..${high}`;
    }
    case 'enum':
    case 'agent':
    case 'index':
    case 'record':
      return type.name;
    case 'array':
      return `${elementName(type.element)}[${type.keys.map(keyName).join(', ')}]`;
    case 'seq':
      return `seq<${nameOf(type.element)}, ${type.capacity}>`;
    case 'tuple':
      return `(${type.items.map(nameOf).join(', ')})`;
    case 'invalid':
      return 'an invalid type';
  }
}

/** A range stands in parentheses in front of its brackets. */
function elementName(type: Type): string {
  const name = nameOf(type);
  return name.includes('..') && type.kind !== 'array' && type.kind !== 'seq' ? `(${name})` : name;
}

/** The index 0..n-1 is written as the size n. */
function keyName(key: Type): string {
  return key.kind === 'int' && key.bounds.low === 0 ? `${key.bounds.high + 1}` : nameOf(key);
}

/** What a type is in a sentence: `a number`, `a Cell`. */
export function describe(type: Type): string {
  switch (type.kind) {
    case 'bool':
      return 'a condition (bool)';
    case 'int':
      return 'an integer';
    case 'real':
      return 'a number';
    case 'agent':
      return type.name === 'agents' ? 'an agent' : `an agent of ${type.name}`;
    case 'enum':
    case 'index':
      return `a value of ${type.name}`;
    case 'record':
      return `a ${type.name}`;
    case 'array':
      return `an array ${nameOf(type)}`;
    case 'seq':
      return `a sequence ${nameOf(type)}`;
    case 'tuple':
      return `a tuple ${nameOf(type)}`;
    case 'invalid':
      return 'something invalid';
  }
}

/** May a value of one type stand where the other is wanted, ranges aside? */
export function compatible(a: Type, b: Type): boolean {
  spend();
  if (a.kind === 'invalid' || b.kind === 'invalid') return true;
  if (a.kind === 'int' && b.kind === 'real') return true;
  if (a.kind === 'real' && b.kind === 'int') return false;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'enum':
    case 'index':
      return a.name === (b as typeof a).name;
    case 'record': {
      // A file and a game may each have a record of one name.
      const other = b as typeof a;
      return (
        a.name === other.name &&
        a.fields.length === other.fields.length &&
        a.fields.every((f, k) => f.name === other.fields[k]?.name && compatible(f.type, other.fields[k].type))
      );
    }
    case 'tuple': {
      const other = b as typeof a;
      return (
        a.items.length === other.items.length && a.items.every((item, k) => compatible(item, other.items[k] as Type))
      );
    }
    case 'array': {
      const other = b as typeof a;
      return (
        a.keys.length === other.keys.length &&
        a.keys.every((key, k) => sizeOf(key) === sizeOf(other.keys[k] as Type)) &&
        compatible(a.element, other.element)
      );
    }
    case 'seq':
      return compatible(a.element, (b as typeof a).element);
    default:
      return true;
  }
}

/** Have two arrays the same number of elements along every dimension? */
export function sameKeys(a: ArrayType, b: ArrayType): boolean {
  return a.keys.length === b.keys.length && a.keys.every((key, k) => sizeOf(key) === sizeOf(b.keys[k] as Type));
}

/** A sequence type, or a one-dimensional array type seen as one. */
function asSeq(type: Type): Extract<Type, { kind: 'seq' }> | undefined {
  if (type.kind === 'seq') return type;
  if (type.kind !== 'array' || type.keys.length !== 1) return undefined;
  const capacity = sizeOf(type.keys[0] as Type);
  return capacity === undefined ? undefined : { kind: 'seq', element: type.element, capacity };
}

/** The smallest type that holds values of both. */
export function join(a: Type, b: Type): Type {
  spend();
  if (a.kind === 'invalid') return b;
  if (b.kind === 'invalid') return a;
  if (a.kind === 'int' && b.kind === 'int') return { kind: 'int', bounds: B.union(a.bounds, b.bounds) };
  if ((a.kind === 'int' || a.kind === 'real') && (b.kind === 'int' || b.kind === 'real')) {
    return { kind: 'real', bounds: B.union(a.bounds, b.bounds) };
  }
  if (a.kind === 'agent' && b.kind === 'agent') {
    const first = Math.min(a.first, b.first);
    const count = Math.max(a.first + a.count, b.first + b.count) - first;
    return a.first === b.first && a.count === b.count ? a : { kind: 'agent', name: 'agents', first, count };
  }
  if (a.kind === 'array' && b.kind === 'array' && sameKeys(a, b)) return { ...a, element: join(a.element, b.element) };
  const left = asSeq(a);
  const right = asSeq(b);
  if (left !== undefined && right !== undefined) {
    return {
      kind: 'seq',
      element: join(left.element, right.element),
      capacity: Math.max(left.capacity, right.capacity),
    };
  }
  if (a.kind === 'tuple' && b.kind === 'tuple') {
    return { kind: 'tuple', items: a.items.map((item, k) => join(item, b.items[k] ?? invalidType)) };
  }
  return a;
}
