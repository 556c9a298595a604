/** Matrix products: register tiles of rows x vectors, all of one column panel before the next. */
import type { Node } from '../../../ir.ts';
import { scalar, simd } from '../binary.ts';
import type { KernelWriter, Place } from '../place.ts';
import type { Finish } from './finish.ts';

export interface MatmulPlaces {
  readonly a: Place;
  readonly b: Place;
  /** Where the second operand is written transposed, if it is stored so. */
  readonly turned: Place | undefined;
}

/** Numbers of scratch memory: the second operand, turned. */
export function matmulScratch(node: Node): number {
  if (node.op.kind !== 'matmul' || !node.op.transposeB) return 0;
  const [k = 1, n = 1] = node.inputs[1]!.shape.slice(-2);
  return k * n;
}

/** `finish` takes the sums of a tile and stores what becomes of them. */
export function emitMatmul(w: KernelWriter, node: Node, places: MatmulPlaces, finish: Finish): void {
  if (node.op.kind !== 'matmul') throw new Error('not a product');
  const { transposeA, transposeB } = node.op;
  const [m = 1, n = 1] = node.shape.slice(-2);
  const k = node.inputs[0]!.shape.at(transposeA ? -2 : -1)!;
  const batches = node.shape.length === 3 ? node.shape[0]! : 1;
  const { fn } = w;
  const moved = [fn.local('i32'), fn.local('i32'), fn.local('i32')] as const;
  const [movedA, movedB, movedOut] = moved;
  const batch = fn.local('i32');
  fn.repeat(batch, 0, batches, 1, () => {
    if (places.turned !== undefined) turn(w, places.b, movedB, places.turned, n, k);
    const product = {
      m,
      n,
      k,
      // Bytes from one row, and from one column, of the first operand to the next.
      rowA: transposeA ? 4 : k * 4,
      columnA: transposeA ? m * 4 : 4,
      a: { place: places.a, moved: movedA },
      b: transposeB ? { place: places.turned!, moved: undefined } : { place: places.b, moved: movedB },
      movedOut,
      finish,
    };
    emitProduct(w, product);
    if (batches > 1) {
      fn.advance(movedA, m * k * 4);
      fn.advance(movedB, k * n * 4);
      fn.advance(movedOut, m * n * 4);
    }
  });
}

interface Operand {
  readonly place: Place;
  readonly moved: number | undefined;
}

interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly rowA: number;
  readonly columnA: number;
  readonly a: Operand;
  readonly b: Operand;
  /** Bytes from the beginning of the results to this product's. */
  readonly movedOut: number;
  readonly finish: Finish;
}

/**
 * Vectors of a panel. Sums, loaded vectors and a factor must fit 15 registers, and fewer than eight sums wait for themselves: few rows make
 * up for it in width.
 */
function panelWidth(rows: number, vectors: number): number {
  const best = rows === 1 ? 8 : rows === 2 ? 4 : rows === 3 ? 3 : 2;
  return Math.min(vectors === 3 ? 3 : best, vectors);
}

/** Column panels, widest first: equal panels in one loop, then what is left. */
function emitProduct(w: KernelWriter, p: Product): void {
  const vectors = Math.ceil(p.n / 4);
  const width = panelWidth(p.m, vectors);
  const full = Math.floor(p.n / 4 / width);
  const column = w.fn.local('i32');
  if (full > 0) w.fn.repeat(column, 0, full * width * 16, width * 16, () => emitRows(w, p, column, width, 4));
  const rest = p.n - full * width * 4;
  if (rest === 0) return;
  w.fn.i32(full * width * 16);
  w.fn.set(column);
  emitRows(w, p, column, Math.ceil(rest / 4), ((rest - 1) % 4) + 1);
}

/** All rows of one panel. `lanes`: valid lanes of its last vector. */
function emitRows(w: KernelWriter, p: Product, column: number, width: number, lanes: number): void {
  const { fn } = w;
  const most = [8, 8, 6, 3, 2][width] ?? 1;
  // Tiles of nearly equal height keep the last one from being thin.
  const tiles = Math.ceil(p.m / most);
  const rows = Math.ceil(p.m / tiles);
  const full = Math.floor(p.m / rows);
  const rowA = fn.local('i32');
  const rowOut = fn.local('i32');
  const row = fn.local('i32');
  start(w, p.a.moved, rowA);
  start(w, p.movedOut, rowOut);
  fn.get(rowOut);
  fn.get(column);
  fn.op(scalar.i32Add);
  fn.set(rowOut);
  fn.repeat(row, 0, full, 1, () => {
    emitTile(w, p, column, width, lanes, rows, rowA, rowOut);
    fn.advance(rowA, rows * p.rowA);
    fn.advance(rowOut, rows * p.n * 4);
  });
  const rest = p.m - full * rows;
  if (rest > 0) emitTile(w, p, column, width, lanes, rest, rowA, rowOut);
}

function start(w: KernelWriter, moved: number | undefined, local: number): void {
  if (moved === undefined) w.fn.i32(0);
  else w.fn.get(moved);
  w.fn.set(local);
}

/** rows x width accumulators, over all of k. */
function emitTile(
  w: KernelWriter,
  p: Product,
  column: number,
  width: number,
  lanes: number,
  rows: number,
  rowA: number,
  rowOut: number,
): void {
  const { fn } = w;
  const sums = Array.from({ length: rows * width }, () => fn.local('v128'));
  const loaded = Array.from({ length: width }, () => fn.local('v128'));
  const factor = fn.local('v128');
  const aAt = fn.local('i32');
  const bAt = fn.local('i32');
  const step = fn.local('i32');
  for (const sum of sums) {
    fn.splat(0);
    fn.set(sum);
  }
  w.wholeAddress(p.a.place, rowA);
  fn.set(aAt);
  start(w, p.b.moved, bAt);
  fn.get(bAt);
  fn.get(column);
  fn.op(scalar.i32Add);
  fn.set(bAt);
  w.wholeAddress(p.b.place, bAt);
  fn.set(bAt);
  const unroll = p.k % 4 === 0 ? 4 : p.k % 2 === 0 ? 2 : 1;
  fn.repeat(step, 0, p.k / unroll, 1, () => {
    for (let u = 0; u < unroll; u++) {
      const load = (v: number): void => {
        fn.get(bAt);
        fn.loadVector(u * p.n * 4 + v * 16);
        fn.set(loaded[v]!);
      };
      // A single row uses each vector once: none waits in a register.
      if (rows > 1) for (let v = 0; v < width; v++) load(v);
      for (let r = 0; r < rows; r++) {
        fn.get(aAt);
        fn.loadSplat(r * p.rowA + u * p.columnA);
        fn.set(factor);
        for (let v = 0; v < width; v++) {
          if (rows === 1) load(v);
          multiplyAdd(w, factor, loaded[v]!, sums[r * width + v]!);
        }
      }
    }
    fn.advance(aAt, unroll * p.columnA);
    fn.advance(bAt, unroll * p.n * 4);
  });
  p.finish({ sums, rows, width, lanes, at: rowOut, column, rowBytes: p.n * 4 });
}

function multiplyAdd(w: KernelWriter, a: number, b: number, sum: number): void {
  const { fn } = w;
  if (w.fma) {
    fn.get(a);
    fn.get(b);
    fn.get(sum);
    fn.simd(simd.relaxedMadd);
  } else {
    fn.get(sum);
    fn.get(a);
    fn.get(b);
    fn.simd(simd.f32x4Mul);
    fn.simd(simd.f32x4Add);
  }
  fn.set(sum);
}

/** [rows, columns] to [columns, rows]: squares of four vectors, and number by number what is left. */
function turn(w: KernelWriter, from: Place, moved: number, to: Place, rows: number, columns: number): void {
  const [fullRows, fullColumns] = [rows - (rows % 4), columns - (columns % 4)];
  const whole = { rows, columns, from, moved, to };
  if (fullRows > 0 && fullColumns > 0) turnPart(w, whole, [0, fullRows], [0, fullColumns], 4);
  if (fullRows > 0 && fullColumns < columns) turnPart(w, whole, [0, fullRows], [fullColumns, columns], 1);
  if (fullRows < rows) turnPart(w, whole, [fullRows, rows], [0, columns], 1);
}

interface Turn {
  readonly rows: number;
  readonly columns: number;
  readonly from: Place;
  readonly moved: number;
  readonly to: Place;
}

function turnPart(
  w: KernelWriter,
  { rows, columns, from, moved, to }: Turn,
  [firstRow, endRow]: readonly [number, number],
  [firstColumn, endColumn]: readonly [number, number],
  step: 1 | 4,
): void {
  const { fn } = w;
  const r = fn.local('i32');
  const source = fn.local('i32');
  const target = fn.local('i32');
  const lines = step === 4 ? [0, 1, 2, 3].map(() => fn.local('v128')) : [];
  const halves = lines.map(() => fn.local('v128'));
  fn.repeat(r, firstRow, endRow, step, () => {
    fn.get(r);
    fn.i32(columns * 4);
    fn.op(scalar.i32Mul);
    fn.get(moved);
    fn.op(scalar.i32Add);
    fn.set(source);
    fn.get(r);
    fn.i32(2);
    fn.op(scalar.i32Shl);
    fn.set(target);
    fn.advance(source, firstColumn * 4);
    fn.advance(target, firstColumn * rows * 4);
    fn.repeat(fn.local('i32'), firstColumn, endColumn, step, () => {
      if (step === 1) {
        const out = w.address(to, target);
        const offset = w.address(from, source);
        fn.loadF32(offset);
        fn.storeF32(out);
      } else turnSquare(w, { from, source, fromLine: columns * 4, to, target, toLine: rows * 4, lines, halves });
      fn.advance(source, step * 4);
      fn.advance(target, step * rows * 4);
    });
  });
}

interface Square {
  readonly from: Place;
  readonly source: number;
  readonly fromLine: number;
  readonly to: Place;
  readonly target: number;
  readonly toLine: number;
  readonly lines: readonly number[];
  readonly halves: readonly number[];
}

function turnSquare(w: KernelWriter, s: Square): void {
  const { fn } = w;
  s.lines.forEach((line, k) => {
    const offset = w.address(s.from, s.source);
    fn.loadVector(offset + k * s.fromLine);
    fn.set(line);
  });
  const pick = (from: readonly number[], a: number, b: number, picks: readonly number[]): void => {
    fn.get(from[a]!);
    fn.get(from[b]!);
    fn.shuffle(picks);
  };
  // Pairs of numbers of lines 0, 1 and of lines 2, 3, then quadruples.
  for (const k of [0, 1, 2, 3]) {
    pick(s.lines, k < 2 ? 0 : 2, k < 2 ? 1 : 3, k % 2 === 0 ? [0, 4, 1, 5] : [2, 6, 3, 7]);
    fn.set(s.halves[k]!);
  }
  for (const k of [0, 1, 2, 3]) {
    const offset = w.address(s.to, s.target);
    pick(s.halves, k >> 1, 2 + (k >> 1), k % 2 === 0 ? [0, 1, 4, 5] : [2, 3, 6, 7]);
    fn.storeVector(offset + k * s.toLine);
  }
}
