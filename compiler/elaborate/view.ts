/** How people read a state: the same stores, with names. */
import type { ViewValue } from '../game/model.ts';
import { valueName } from './match.ts';
import type { Storage } from './storage.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';

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
        names: Array.from({ length: size }, (_, k) => elementName(type, k, agentLabels)),
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
      const keys = Array.from({ length: shown }, (_, k) => keyName(storage.type.keys, storage.sizes, k, agentLabels));
      const [rows, columns] = storage.sizes;
      const grid =
        storage.sizes.length === 2 && shown === total && rows !== undefined && columns !== undefined
          ? ([rows, columns] as const)
          : undefined;
      return {
        kind: 'array',
        keys,
        items: keys.map((_, k) => viewOf(storage.element, agentLabels, offset * total + k)),
        grid,
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

function keyName(
  keys: readonly Type[],
  sizes: readonly number[],
  flat: number,
  agentLabels: readonly string[],
): string {
  const names: string[] = [];
  let rest = flat;
  for (let d = sizes.length - 1; d >= 0; d--) {
    const size = sizes[d] as number;
    names.unshift(elementName(keys[d] as Type, rest % size, agentLabels));
    rest = Math.floor(rest / size);
  }
  return names.join(', ');
}

function elementName(type: Type, k: number, agentLabels: readonly string[]): string {
  if (type.kind === 'agent') return agentLabels[type.first + k] ?? `${k}`;
  if (type.kind === 'index') return `${type.name}[${k}]`;
  return valueName(type, k);
}
