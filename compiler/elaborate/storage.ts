/** Where typed values live: one store per scalar leaf. */
import type { Bounds, IrExpr, IrStmt, Store } from '../game/model.ts';
import * as B from './bounds.ts';
import type { Builder } from './context.ts';
import * as ir from './ir.ts';
import type { ArrayType, RecordType, Type } from './types.ts';
import * as T from './types.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';

export type Storage =
  | { readonly kind: 'scalar'; readonly type: Type; readonly store: Store }
  | { readonly kind: 'record'; readonly type: RecordType; readonly fields: readonly Storage[] }
  | { readonly kind: 'tuple'; readonly items: readonly Storage[] }
  | { readonly kind: 'array'; readonly type: ArrayType; readonly sizes: readonly number[]; readonly element: Storage }
  | {
      readonly kind: 'seq';
      readonly element: Type;
      readonly capacity: number;
      readonly length: Store;
      readonly items: Storage;
    };

/** Refuse what could never be stepped in reasonable memory. */
export const maximumElements = 1 << 22;

/** The role of a leaf about to be made. */
export type RoleOf = (leaf: string, scalar: Store['scalar'], bounds: Bounds, size: number) => Store['role'];

/**
 * `role` makes the role of each leaf store; `copies` is the product of the outer array sizes; `slots` says that these are slots of a
 * sequence, where unused ones hold 0. Undefined when the type is too large.
 */
export function allocate(
  build: Builder,
  type: Type,
  name: string,
  role: RoleOf,
  copies = 1,
  slots = false,
): Storage | undefined {
  if (copies > maximumElements) return undefined;
  const leaf = (leafName: string, scalar: Store['scalar'], own: Bounds): Store => {
    const bounds = slots ? B.union(own, B.exactly(0)) : own;
    return build.store(leafName, scalar, bounds, copies, role(leafName, scalar, bounds, copies));
  };
  switch (type.kind) {
    case 'record': {
      const fields = type.fields.map(f => allocate(build, f.type, `${name}_${f.name}`, role, copies, slots));
      return fields.includes(undefined) ? undefined : { kind: 'record', type, fields: fields as Storage[] };
    }
    case 'tuple': {
      const items = type.items.map((item, k) => allocate(build, item, `${name}_${k}`, role, copies, slots));
      return items.includes(undefined) ? undefined : { kind: 'tuple', items: items as Storage[] };
    }
    case 'array': {
      const sizes = type.keys.map(key => T.sizeOf(key) ?? Infinity);
      const element = allocate(
        build,
        type.element,
        name,
        role,
        sizes.reduce((a, b) => a * b, copies),
        slots,
      );
      return element === undefined ? undefined : { kind: 'array', type, sizes, element };
    }
    case 'seq': {
      const length = leaf(`${name}_len`, 'int', B.between(0, type.capacity));
      const items = allocate(build, type.element, name, role, copies * type.capacity, true);
      return items === undefined
        ? undefined
        : { kind: 'seq', element: type.element, capacity: type.capacity, length, items };
    }
    case 'invalid':
      return undefined;
    default: {
      const scalar = type.kind === 'real' ? 'real' : 'int';
      return { kind: 'scalar', type, store: leaf(name, scalar, T.boundsOf(type)) };
    }
  }
}

/** A storage of the same shape whose leaves are new stores. */
export function mirror(storage: Storage, make: (leaf: Store) => Store): Storage {
  switch (storage.kind) {
    case 'scalar':
      return { ...storage, store: make(storage.store) };
    case 'record':
      return { ...storage, fields: storage.fields.map(f => mirror(f, make)) };
    case 'tuple':
      return { ...storage, items: storage.items.map(f => mirror(f, make)) };
    case 'array':
      return { ...storage, element: mirror(storage.element, make) };
    case 'seq':
      return { ...storage, length: make(storage.length), items: mirror(storage.items, make) };
  }
}

export function leaves(storage: Storage): readonly Store[] {
  switch (storage.kind) {
    case 'scalar':
      return [storage.store];
    case 'record':
      return storage.fields.flatMap(leaves);
    case 'tuple':
      return storage.items.flatMap(leaves);
    case 'array':
      return leaves(storage.element);
    case 'seq':
      return [storage.length, ...leaves(storage.items)];
  }
}

/** The value stored in copy `base`. */
export function read(storage: Storage, base: IrExpr = ir.int(0)): Value {
  switch (storage.kind) {
    case 'scalar': {
      // The store of a sequence also holds the zeros of unused slots, which nobody reads.
      const e = ir.load(storage.store, base);
      return V.scalar(storage.type, { ...e, bounds: B.intersect(e.bounds, T.boundsOf(storage.type)) });
    }
    case 'record':
      return { kind: 'record', type: storage.type, fields: storage.fields.map(f => read(f, base)) };
    case 'tuple':
      return { kind: 'tuple', items: storage.items.map(f => read(f, base)) };
    case 'array':
      return {
        kind: 'array',
        type: storage.type,
        at: indices => read(storage.element, flatten(base, storage.sizes, indices)),
      };
    case 'seq':
      return {
        kind: 'seq',
        element: storage.element,
        capacity: storage.capacity,
        length: ir.load(storage.length, base),
        at: i => read(storage.items, flatten(base, [storage.capacity], [i])),
      };
  }
}

/** The storage of one element, for point updates. */
export interface Place {
  readonly storage: Storage;
  readonly base: IrExpr;
}

export function elementPlace(place: Place, indices: readonly IrExpr[]): Place | undefined {
  if (place.storage.kind !== 'array') return undefined;
  return { storage: place.storage.element, base: flatten(place.base, place.storage.sizes, indices) };
}

/** Statements that store `value` (already of the storage's type). */
export function write(build: Builder, place: Place, value: Value, out: IrStmt[]): void {
  const { storage, base } = place;
  if (storage.kind === 'scalar' && value.kind === 'scalar') {
    const e = storage.store.scalar === 'real' ? ir.toReal(value.e) : value.e;
    out.push({ op: 'store', store: storage.store, index: base, value: e });
  } else if (storage.kind === 'record' && value.kind === 'record') {
    storage.fields.forEach((field, k) => {
      write(build, { storage: field, base }, value.fields[k] ?? V.invalid, out);
    });
  } else if (storage.kind === 'tuple' && value.kind === 'tuple') {
    storage.items.forEach((item, k) => {
      write(build, { storage: item, base }, value.items[k] ?? V.invalid, out);
    });
  } else if (storage.kind === 'array' && value.kind === 'array') {
    nest(build, storage.sizes, [], out, (indices, body) => {
      write(build, { storage: storage.element, base: flatten(base, storage.sizes, indices) }, value.at(indices), body);
    });
  } else if (storage.kind === 'seq') {
    const seq = V.toSeq(value);
    if (seq === undefined) return;
    const length = ir.binary('min', seq.length, ir.int(storage.capacity));
    // Slots past the length hold zeros, so that equal sequences are stored alike.
    nest(build, [storage.capacity], [], out, (indices, body) => {
      const k = indices[0] as IrExpr;
      const slot = { storage: storage.items, base: flatten(base, [storage.capacity], indices) };
      const filled =
        seq.capacity === 0 ? V.invalid : V.select(ir.binary('lt', k, length), seq.at(k), zero(storage.items));
      write(build, slot, filled.kind === 'invalid' ? zero(storage.items) : filled, body);
    });
    const cuts = length.op === 'binary' && length.operator === 'min' && seq.length.bounds.high > storage.capacity;
    const sequence = storage.length.name.replace(/_len\d*$/, '').replace(/^next_/, '');
    out.push({ op: 'store', store: storage.length, index: base, value: length, ...(cuts ? { sequence } : {}) });
  }
}

/** Loops over all index combinations, one `for` per dimension. */
export function nest(
  build: Builder,
  sizes: readonly number[],
  indices: readonly IrExpr[],
  out: IrStmt[],
  inner: (indices: readonly IrExpr[], body: IrStmt[]) => void,
): void {
  const d = indices.length;
  if (d === sizes.length) {
    inner(indices, out);
    return;
  }
  const size = sizes[d] as number;
  if (size === 1) {
    nest(build, sizes, [...indices, ir.int(0)], out, inner);
    return;
  }
  const variable = build.local('ijkl'[d] ?? 'n', 'int', B.between(0, Math.max(0, size - 1)));
  const body: IrStmt[] = [];
  nest(build, sizes, [...indices, ir.local(variable)], body, inner);
  if (body.length > 0 && size > 0) out.push({ op: 'for', variable, count: ir.int(size), body });
}

/** Statements that give every scalar the value of its bounds nearest to 0. */
export function fill(build: Builder, storage: Storage, out: IrStmt[]): void {
  for (const store of leaves(storage)) {
    const nearest = Math.min(Math.max(0, store.bounds.low), store.bounds.high);
    nest(build, [store.size], [], out, (indices, body) => {
      const value = store.scalar === 'real' ? ir.real(nearest) : ir.int(nearest);
      body.push({ op: 'store', store, index: indices[0] as IrExpr, value });
    });
  }
}

/** The value whose every scalar is stored as 0 (slots past a sequence's end). */
export function zero(storage: Storage): Value {
  switch (storage.kind) {
    case 'scalar':
      return V.scalar(storage.type, storage.store.scalar === 'real' ? ir.real(0) : ir.int(0));
    case 'record':
      return { kind: 'record', type: storage.type, fields: storage.fields.map(zero) };
    case 'tuple':
      return { kind: 'tuple', items: storage.items.map(zero) };
    case 'array':
      return { kind: 'array', type: storage.type, at: () => zero(storage.element) };
    case 'seq':
      return {
        kind: 'seq',
        element: storage.element,
        capacity: storage.capacity,
        length: ir.int(0),
        at: () => zero(storage.items),
      };
  }
}

function flatten(base: IrExpr, sizes: readonly number[], indices: readonly IrExpr[]): IrExpr {
  let flat = base;
  for (let d = 0; d < sizes.length; d++) {
    flat = ir.binary('add', ir.binary('mul', flat, ir.int(sizes[d] as number)), indices[d] as IrExpr);
  }
  return flat;
}
