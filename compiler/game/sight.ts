/** What an agent sees, as lines of text. */
import { drawBoard } from './board.ts';
import { printNumber } from './describe.ts';
import type { Board, ObservationPiece } from './model.ts';

/** A piece with the values of its elements, before one-hot. */
export interface SeenPiece {
  readonly piece: ObservationPiece;
  readonly values: readonly number[];
}

/** One expression after the other: boards as boards, the elements of other arrays in a row, those of several numbers in parentheses. */
export function printSight(seen: readonly SeenPiece[]): string {
  const lines: { label: string; seen: SeenPiece[] }[] = [];
  for (const one of seen) {
    const line = lines.at(-1);
    // What one expression consists of has one name; only boards stand for a whole.
    if (line?.label === one.piece.label && line.seen[0]?.piece.board === one.piece.board) line.seen.push(one);
    else lines.push({ label: one.piece.label, seen: [one] });
  }
  return lines.flatMap(line => printed(line.label, line.seen)).join('\n');
}

function printed(label: string, seen: readonly SeenPiece[]): readonly string[] {
  const board = seen[0]?.piece.board;
  if (board === undefined) return [`${label}  ${loopsOf(seen).flatMap(elements).join(' ')}`];
  return board.tables.flatMap((title, k) => [
    title === '' ? label : `${label}[${title}]`,
    ...drawBoard(board, k, cellsOf(board, seen)).map(line => `  ${line}`),
  ]);
}

function cellsOf(board: Board, seen: readonly SeenPiece[]): readonly string[] {
  if (seen[0]?.piece.element === undefined) return elements(seen);
  const count = board.tables.length * board.rows.labels.length * board.columns.labels.length;
  const cells = Array.from({ length: count }, (): SeenPiece[] => []);
  for (const one of seen) cells[one.piece.element ?? 0]?.push(one);
  return cells.map(parts => loopsOf(parts).flatMap(elements).join(' '));
}

/** The fields of an array of records are pieces of their own, which people read element by element. */
function loopsOf(seen: readonly SeenPiece[]): readonly (readonly SeenPiece[])[] {
  const loops: SeenPiece[][] = [];
  for (const one of seen) {
    const loop = loops.at(-1);
    if (loop !== undefined && interleaved(loop[0]?.piece, one.piece)) loop.push(one);
    else loops.push([one]);
  }
  return loops;
}

function interleaved(first: ObservationPiece | undefined, piece: ObservationPiece): boolean {
  if (first === undefined || first.count === 1) return false;
  return piece.count === first.count && piece.stride === first.stride && piece.offset < first.offset + first.stride;
}

function elements(loop: readonly SeenPiece[]): readonly string[] {
  const [first] = loop;
  return Array.from({ length: first?.values.length ?? 0 }, (_, k) => {
    const texts = loop.map(({ piece, values }) => textOf(piece, values[k] ?? 0));
    return texts.length === 1 ? (texts[0] as string) : `(${texts.join(' ')})`;
  });
}

function textOf({ names, low }: ObservationPiece, value: number): string {
  return names === undefined ? printNumber(value) : (names[value - low] ?? '-');
}
