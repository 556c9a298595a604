/** How people read a state: the same stores, with names. */
import { axisOf, boardOver } from '../game/board.ts';
import type { Axis, Board, ViewValue } from '../game/model.ts';
import type { Storage } from './storage.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import { valueNames } from './valueNames.ts';

/** Elements of one array that people are shown. */
const mostShown = 10_000;

export function viewOf(storage: Storage, agentLabels: readonly string[], offset = 0): ViewValue {
  switch (storage.kind) {
    case 'scalar': {
      const { type, store } = storage;
      const size = T.sizeOf(type);
      if (type.kind === 'int' || type.kind === 'real' || size === undefined) return { kind: 'number', store, offset };
      return {
        kind: 'named',
        store,
        offset,
        low: T.boundsOf(type).low,
        names: valueNames(type, size, agentLabels),
      };
    }
    case 'record':
      return {
        kind: 'record',
        type: storage.type.name,
        fields: storage.fields.map((field, k) => ({
          name: storage.type.fields[k]?.name ?? '',
          value: viewOf(field, agentLabels, offset),
        })),
      };
    case 'tuple':
      return { kind: 'tuple', items: storage.items.map(item => viewOf(item, agentLabels, offset)) };
    case 'array': {
      const total = storage.sizes.reduce((a, b) => a * b, 1);
      const shown = Math.min(total, mostShown);
      const names = storage.type.keys.map((key, d) =>
        valueNames(key, Math.min(storage.sizes[d] ?? 0, shown), agentLabels),
      );
      const keys = Array.from({ length: shown }, (_, k) => keyName(names, storage.sizes, k));
      return {
        kind: 'array',
        keys,
        items: keys.map((_, k) => viewOf(storage.element, agentLabels, offset * total + k)),
        board: shown === total ? boardOf(storage.type.keys, agentLabels) : undefined,
      };
    }
    case 'seq':
      return {
        kind: 'seq',
        length: { store: storage.length, offset },
        items: Array.from({ length: Math.min(storage.capacity, mostShown) }, (_, k) =>
          viewOf(storage.items, agentLabels, offset * storage.capacity + k),
        ),
      };
  }
}

/**
 * How an array with these keys is drawn: over the two fields of a record, or over its last two keys, with a table for every value
 * of the keys before. Undefined where there are no two axes, or nothing on them.
 */
export function boardOf(keys: readonly Type[], agentLabels: readonly string[]): Board | undefined {
  const sizes = keys.map(key => T.sizeOf(key) ?? 0);
  const total = sizes.reduce((a, b) => a * b, 1);
  if (total === 0 || total > mostShown) return undefined;
  const named = (d: number): readonly string[] => valueNames(keys[d] as Type, sizes[d] as number, agentLabels);
  const last = keys.length - 1;
  const own = fieldAxes(keys[last], agentLabels);
  const [first, second] = own ?? [
    last < 1 ? undefined : axisOf(named(last - 1), sizes[last] as number),
    axisOf(named(last), 1),
  ];
  if (first === undefined || second === undefined) return undefined;
  const leading = sizes.slice(0, own === undefined ? -2 : -1);
  const names = leading.map((_, d) => named(d));
  const count = leading.reduce((a, b) => a * b, 1);
  const tables = Array.from({ length: count }, (_, k) => keyName(names, leading, k));
  return boardOver(tables, first, second);
}

/** The axes of a key that is a record of two scalars. */
function fieldAxes(key: Type | undefined, agentLabels: readonly string[]): readonly [Axis, Axis] | undefined {
  if (key?.kind !== 'record' || key.fields.length !== 2 || !key.fields.every(field => T.isScalar(field.type)))
    return undefined;
  const [first, second] = key.fields.map(({ name, type }) => ({
    name,
    labels: valueNames(type, T.sizeOf(type) ?? 0, agentLabels),
  }));
  if (first === undefined || second === undefined) return undefined;
  return [axisOf(first.labels, second.labels.length, first.name), axisOf(second.labels, 1, second.name)];
}

/** `A, 2`: the indices that lead to an element. */
function keyName(names: readonly (readonly string[])[], sizes: readonly number[], flat: number): string {
  const found: string[] = [];
  let rest = flat;
  for (let d = sizes.length - 1; d >= 0; d--) {
    const size = sizes[d] as number;
    found.unshift(names[d]?.[rest % size] ?? `${rest % size}`);
    rest = Math.floor(rest / size);
  }
  return found.join(', ');
}
