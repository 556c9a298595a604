/** States in the game's own words: one line for messages, plain values for JSON, a block of text for the terminal. */
import { Rational } from '../../runtime/games/rational.ts';
import { numberOf } from './exactNumbers.ts';
import type { GameModel, Scalar, Store, ViewValue } from './model.ts';

/** Reads one scalar of the state. */
export type ReadState = (store: Store, offset: number) => Scalar;

/** JSON: numbers, names, lists, and objects by field or key. */
export type Shown = number | string | readonly Shown[] | { readonly [name: string]: Shown };

/** Longest array shown key by key; longer ones are shown as lists. */
const keyed = 6;

/** `at[A] = Cell(2, 1), ball = A`; `time` is added where it is part of the state. */
export function describe(model: GameModel, read: ReadState, time?: number): string {
  const parts: string[] = [];
  for (const { name, value } of model.view) {
    if (value.kind === 'array' && value.grid === undefined && value.items.length <= keyed) {
      value.items.forEach((item, k) => {
        parts.push(`${name}[${value.keys[k] ?? k}] = ${inline(item, read)}`);
      });
    } else parts.push(`${name} = ${inline(value, read)}`);
  }
  if (time !== undefined) parts.push(`time = ${time}`);
  return parts.length === 0 ? '(no state)' : parts.join(', ');
}

/** The state as plain values by name. Arrays over 0, 1, ... are lists, grids lists of rows, other arrays objects by key. */
export function stateValues(model: GameModel, read: ReadState): { readonly [name: string]: Shown } {
  return Object.fromEntries(model.view.map(({ name, value }) => [name, shown(value, read)]));
}

/** The state as lines of text: one variable after the other, grids as grids. */
export function printState(model: GameModel, read: ReadState): string {
  const lines: string[] = [];
  for (const { name, value } of model.view) {
    if (value.kind === 'array' && value.grid !== undefined) {
      lines.push(name, ...gridRows(value, read).map(row => `  ${row}`));
    } else if (value.kind === 'array') {
      const width = Math.max(0, ...value.keys.map(key => key.length));
      lines.push(name);
      value.items.forEach((item, k) => {
        lines.push(`  ${(value.keys[k] ?? `${k}`).padEnd(width)}  ${inline(item, read)}`);
      });
    } else lines.push(`${name}  ${inline(value, read)}`);
  }
  return lines.join('\n');
}

/** At most six significant digits; fractions as they are. */
export function printNumber(value: Scalar): string {
  if (value instanceof Rational) return value.toString();
  return Number.isInteger(value) ? `${value + 0}` : `${Number(value.toPrecision(6))}`;
}

function inline(value: ViewValue, read: ReadState): string {
  switch (value.kind) {
    case 'number':
      return printNumber(read(value.store, value.offset));
    case 'named':
      return nameOf(value, read);
    case 'record':
      return `${value.type}(${value.fields.map(field => inline(field.value, read)).join(', ')})`;
    case 'tuple':
      return `(${value.items.map(item => inline(item, read)).join(', ')})`;
    case 'seq':
      return `[${present(value, read)
        .map(item => inline(item, read))
        .join(', ')}]`;
    case 'array':
      if (value.grid !== undefined) return `[${gridRows(value, read).join(' / ')}]`;
      return `[${value.items.map(item => inline(item, read)).join(', ')}]`;
  }
}

function shown(value: ViewValue, read: ReadState): Shown {
  switch (value.kind) {
    case 'number':
      return numberOf(read(value.store, value.offset)) + 0;
    case 'named':
      return nameOf(value, read);
    case 'record':
      return Object.fromEntries(value.fields.map(field => [field.name, shown(field.value, read)]));
    case 'tuple':
      return value.items.map(item => shown(item, read));
    case 'seq':
      return present(value, read).map(item => shown(item, read));
    case 'array': {
      const items = value.items.map(item => shown(item, read));
      if (value.grid !== undefined) {
        const [rows, columns] = value.grid;
        return Array.from({ length: rows }, (_, row) => items.slice(row * columns, (row + 1) * columns));
      }
      if (value.keys.every((key, k) => key === `${k}`)) return items;
      return Object.fromEntries(items.map((item, k) => [value.keys[k] ?? `${k}`, item]));
    }
  }
}

function nameOf(value: Extract<ViewValue, { kind: 'named' }>, read: ReadState): string {
  const number = numberOf(read(value.store, value.offset));
  return value.names[number - value.low] ?? `${number}`;
}

function present(value: Extract<ViewValue, { kind: 'seq' }>, read: ReadState): readonly ViewValue[] {
  return value.items.slice(0, numberOf(read(value.length.store, value.length.offset)));
}

function gridRows(value: Extract<ViewValue, { kind: 'array' }>, read: ReadState): string[] {
  const [rows, columns] = value.grid ?? [1, value.items.length];
  const cells = value.items.map(item => inline(item, read));
  const width = Math.max(0, ...cells.map(cell => cell.length));
  return Array.from({ length: rows }, (_, row) =>
    cells
      .slice(row * columns, (row + 1) * columns)
      .map(cell => cell.padEnd(width))
      .join(' ')
      .trimEnd(),
  );
}
