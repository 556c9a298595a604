/** Arrays over two axes, drawn as boards for the terminal and the replay. */
import type { Axis, Board } from './model.ts';

/** An axis by its labels; those of one indexed set (`Food[0]`, `Food[1]`) become the set's name and numbers. */
export function axisOf(labels: readonly string[], stride: number, name?: string): Axis {
  if (name !== undefined) return { name, labels, stride };
  const parts = labels.map(label => /^(\w+)\[(\d+)\]$/.exec(label));
  const set = parts[0]?.[1];
  if (set === undefined || parts.some(part => part?.[1] !== set)) return { name: undefined, labels, stride };
  return { name: set, labels: parts.map(part => part?.[2] ?? ''), stride };
}

/** Names by which people know the axis that goes across; a record may well have it first: `Cell { x, y }`. */
const across: ReadonlySet<string> = new Set(['x', 'col', 'column', 'c']);
const down: ReadonlySet<string> = new Set(['y', 'row', 'r']);

/** A board over two axes, the second of them the faster. The first goes down, but for `x` and `y`, `col` and `row`. */
export function boardOver(tables: readonly string[], first: Axis, second: Axis): Board {
  const turned = across.has(first.name ?? '') && down.has(second.name ?? '');
  return turned ? { tables, rows: second, columns: first } : { tables, rows: first, columns: second };
}

/**
 * The lines of one table: the columns' labels, then a line per row. The corner says what goes down and what across, where that has a name.
 * @param cells of the whole array, in its order
 */
export function drawBoard({ rows, columns }: Board, table: number, cells: readonly string[]): readonly string[] {
  const start = table * rows.labels.length * columns.labels.length;
  const corner = `${rows.name ?? ''}${columns.name === undefined ? '' : `\\${columns.name}`}`;
  const drawn = rows.labels.map((_, i) =>
    columns.labels.map((_, j) => cells[start + i * rows.stride + j * columns.stride] ?? ''),
  );
  const left = widest([corner, ...rows.labels]);
  const width = widest([...columns.labels, ...drawn.flat()]);
  const line = (label: string, row: readonly string[]): string =>
    `${label}  ${row.map(cell => cell.padEnd(width)).join(' ')}`.trimEnd();
  return [
    line(corner.padEnd(left), columns.labels),
    ...drawn.map((row, i) => line((rows.labels[i] ?? '').padStart(left), row)),
  ];
}

/** The elements as the language indexes them: table by table, and the last index within a list. */
export function nested<T>(
  { tables, rows, columns }: Board,
  items: readonly T[],
): readonly (readonly (readonly T[])[])[] {
  const [outer, inner] = rows.stride === 1 ? [columns, rows] : [rows, columns];
  const [many, few] = [outer.labels.length, inner.labels.length];
  return tables.map((_, k) =>
    Array.from({ length: many }, (_, i) => items.slice((k * many + i) * few, (k * many + i + 1) * few)),
  );
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, text.length), 0);
}
