/** Elements of the state as a program writes them. */
import type { GameModel, Store, ViewValue } from '../game/model.ts';

/** `at[B]` for the row of B's place; the store's name for what nobody shows. */
export function elementName(model: GameModel, store: Store, element: number): string {
  for (const { name, value } of model.view) {
    const found = within(name, value, store, element);
    if (found !== undefined) return found;
  }
  return store.name;
}

function within(name: string, value: ViewValue, store: Store, element: number): string | undefined {
  switch (value.kind) {
    case 'number':
    case 'named':
      return value.store === store && value.offset === element ? name : undefined;
    case 'record':
      // Which field it is says less than what it belongs to.
      return value.fields.some(field => within(name, field.value, store, element) !== undefined) ? name : undefined;
    case 'tuple':
      return value.items.some(item => within(name, item, store, element) !== undefined) ? name : undefined;
    case 'seq': {
      const { length } = value;
      if (length.store === store && length.offset === element) return name;
      return value.items.some(item => within(name, item, store, element) !== undefined) ? name : undefined;
    }
    case 'array':
      for (const [k, item] of value.items.entries()) {
        const found = within(`${name}[${value.keys[k] ?? k}]`, item, store, element);
        if (found !== undefined) return found;
      }
      return undefined;
  }
}

/** "`at[B]` and `goal`", at most three of them. */
export function elementNames(model: GameModel, reads: readonly { store: Store; element: number }[]): string {
  const names = [...new Set(reads.map(({ store, element }) => `\`${elementName(model, store, element)}\``))];
  if (names.length <= 1) return names[0] ?? 'something';
  if (names.length > 3) return `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
