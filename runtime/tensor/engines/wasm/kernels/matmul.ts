/** Matrix products: register tiles of rows x vectors, all of one column panel before the next. */
import type { Node } from '../../../ir.ts';
import { scalar, simd } from '../binary.ts';
import type { KernelWriter, Place } from '../place.ts';
import { storeLanes } from './copy.ts';

export interface MatmulPlaces {
  readonly a: Place;
  readonly b: Place;
  /** Where the second operand is written transposed, if it is stored so. */
  readonly turned: Place | undefined;
  readonly out: Place;
}

/** Numbers of scratch memory: the second operand, turned. */
export function matmulScratch(node: Node): number {
  if (node.op.kind !== 'matmul' || !node.op.transposeB) return 0;
  const [k = 1, n = 1] = node.inputs[1]!.shape.slice(-2);
  return k * n;
}

export function emitMatmul(w: KernelWriter, node: Node, places: MatmulPlaces): void {
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
      out: { place: places.out, moved: movedOut },
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
  readonly out: Operand;
}

/** Column panels, widest first: equal panels in one loop, then what is left. */
function emitProduct(w: KernelWriter, p: Product): void {
  const vectors = Math.ceil(p.n / 4);
  const width = vectors % 3 === 0 && vectors % 2 !== 0 ? 3 : Math.min(2, vectors);
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
  const most = width === 1 ? 8 : width === 2 ? 6 : 4;
  // Tiles of nearly equal height keep the last one from being thin.
  const tiles = Math.ceil(p.m / most);
  const rows = Math.ceil(p.m / tiles);
  const full = Math.floor(p.m / rows);
  const rowA = fn.local('i32');
  const rowOut = fn.local('i32');
  const row = fn.local('i32');
  start(w, p.a.moved, rowA);
  start(w, p.out.moved, rowOut);
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
      for (let v = 0; v < width; v++) {
        fn.get(bAt);
        fn.loadVector(u * p.n * 4 + v * 16);
        fn.set(loaded[v]!);
      }
      for (let r = 0; r < rows; r++) {
        fn.get(aAt);
        fn.loadSplat(r * p.rowA + u * p.columnA);
        fn.set(factor);
        for (let v = 0; v < width; v++) multiplyAdd(w, factor, loaded[v]!, sums[r * width + v]!);
      }
    }
    fn.advance(aAt, unroll * p.columnA);
    fn.advance(bAt, unroll * p.n * 4);
  });
  for (let r = 0; r < rows; r++)
    for (let v = 0; v < width; v++)
      storeLanes(w, p.out.place, rowOut, r * p.n * 4 + v * 16, sums[r * width + v]!, v === width - 1 ? lanes : 4);
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

/** [rows, columns] to [columns, rows]. */
function turn(w: KernelWriter, from: Place, moved: number, to: Place, rows: number, columns: number): void {
  const { fn } = w;
  const r = fn.local('i32');
  const c = fn.local('i32');
  const source = fn.local('i32');
  const target = fn.local('i32');
  fn.get(moved);
  fn.set(source);
  fn.repeat(r, 0, rows, 1, () => {
    fn.get(r);
    fn.i32(2);
    fn.op(scalar.i32Shl);
    fn.set(target);
    fn.repeat(c, 0, columns, 1, () => {
      const out = w.address(to, target);
      const offset = w.address(from, source);
      fn.loadF32(offset);
      fn.storeF32(out);
      fn.advance(source, 4);
      fn.advance(target, rows * 4);
    });
  });
}
