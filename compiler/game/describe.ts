/** States in the game's own words: one line for messages, plain values for JSON, a block of text for the terminal. */
import { Rational } from '../../runtime/games/rational.ts';
import { axisOf, boardOver, drawBoard, nested } from './board.ts';
import { numberOf } from './exactNumbers.ts';
import type { Board, GameModel, Scalar, Store, ViewValue } from './model.ts';

/** Reads one scalar of the state. */
export type ReadState = (store: Store, offset: number) => Scalar;

/** JSON: numbers, names, lists, and objects by field or key. */
export type Shown = number | string | readonly Shown[] | { readonly [name: string]: Shown };

/** Longest array shown key by key; longer ones are shown as lists. */
const keyed = 6;
/** Longest line that a list of numbers or names is written on, instead of one line per element. */
const lineWidth = 72;

/** `at[A] = Cell(2, 1), ball = A`; `time` is added where it is part of the state. */
export function describe(model: GameModel, read: ReadState, time?: number): string {
  const parts: string[] = [];
  for (const { name, value } of model.view) {
    if (value.kind === 'array' && value.board === undefined && value.items.length <= keyed) {
      value.items.forEach((item, k) => {
        parts.push(`${name}[${value.keys[k] ?? k}] = ${inline(item, read)}`);
      });
    } else parts.push(`${name} = ${inline(value, read)}`);
  }
  if (time !== undefined) parts.push(`time = ${time}`);
  return parts.length === 0 ? '(no state)' : parts.join(', ');
}

/** The state as plain values by name. Arrays over 0, 1, ... are lists, those over two axes lists of lists, other arrays objects by key. */
export function stateValues(model: GameModel, read: ReadState): { readonly [name: string]: Shown } {
  return Object.fromEntries(model.view.map(({ name, value }) => [name, shown(value, read)]));
}

/** The state as lines of text: one variable after the other, arrays over two axes as boards, others element by element. */
export function printState(model: GameModel, read: ReadState): string {
  const lines: string[] = [];
  for (const { name, value } of model.view) {
    if (value.kind === 'array') lines.push(...arrayLines(name, value, read));
    else lines.push(`${name}  ${inline(value, read)}`);
  }
  return lines.join('\n');
}

type ArrayView = Extract<ViewValue, { kind: 'array' }>;

function arrayLines(name: string, value: ArrayView, read: ReadState): readonly string[] {
  const drawn = drawing(value);
  if (drawn !== undefined) {
    const cells = drawn.items.map(item => inline(item, read));
    return drawn.board.tables.flatMap((title, k) => [
      title === '' ? name : `${name}[${title}]`,
      ...drawBoard(drawn.board, k, cells).map(line => `  ${line}`),
    ]);
  }
  const line = `${name}  ${inline(value, read)}`;
  if (isList(value.keys) && value.items.every(isLeaf) && line.length <= lineWidth) return [line];
  const width = value.keys.reduce((most, key) => Math.max(most, key.length), 0);
  return [name, ...value.items.map((item, k) => `  ${(value.keys[k] ?? `${k}`).padEnd(width)}  ${inline(item, read)}`)];
}

/** The board of an array over two axes, which may also be an array of arrays, and what stands on it. */
function drawing(value: ArrayView): { readonly board: Board; readonly items: readonly ViewValue[] } | undefined {
  if (value.board !== undefined) return { board: value.board, items: value.items };
  const rows = value.items.flatMap(item => (item.kind === 'array' && item.board === undefined ? [item] : []));
  const keys = rows[0]?.keys ?? [];
  if (keys.length === 0 || rows.length < value.items.length || rows.some(row => row.keys.length !== keys.length))
    return undefined;
  const board = boardOver([''], axisOf(value.keys, keys.length), axisOf(keys, 1));
  return { board, items: rows.flatMap(row => row.items) };
}

/** Is this how an array is indexed by 0, 1, ...? */
function isList(keys: readonly string[]): boolean {
  return keys.every((key, k) => key === `${k}`);
}

function isLeaf(value: ViewValue): boolean {
  return value.kind === 'number' || value.kind === 'named';
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
      if (value.board !== undefined) return `[${boardText(value.board, value, read)}]`;
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
      if (value.board !== undefined) {
        const { tables } = value.board;
        const lists = nested(value.board, items);
        return tables.length === 1 && tables[0] === '' ? (lists[0] ?? []) : byKey(tables, lists);
      }
      return byKey(value.keys, items);
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

/** A list where the keys are 0, 1, ..., else an object. */
function byKey(keys: readonly string[], items: readonly Shown[]): Shown {
  if (isList(keys)) return items;
  return Object.fromEntries(items.map((item, k) => [keys[k] ?? `${k}`, item]));
}

function boardText(board: Board, value: ArrayView, read: ReadState): string {
  const cells = value.items.map(item => inline(item, read));
  const width = cells.reduce((most, cell) => Math.max(most, cell.length), 0);
  return nested(board, cells)
    .map(rows =>
      rows
        .map(row =>
          row
            .map(cell => cell.padEnd(width))
            .join(' ')
            .trimEnd(),
        )
        .join(' / '),
    )
    .join(' // ');
}
