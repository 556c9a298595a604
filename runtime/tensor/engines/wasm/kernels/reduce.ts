/** Sums and maxima over axes, softmax, argmax. */
import type { Node, Shape } from '../../../ir.ts';
import { scalar, simd } from '../binary.ts';
import { writeExp, writeLog } from '../math.ts';
import type { KernelWriter, Place } from '../place.ts';
import { storeLanes } from './copy.ts';

/** A tensor seen as [outer, size, inner] around a run of axes. */
export interface Blocks {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
}

export function blocksOf(shape: Shape, first: number, last: number): Blocks {
  const product = (from: number, to: number): number => shape.slice(from, to).reduce((a, b) => a * b, 1);
  return { outer: product(0, first), size: product(first, last + 1), inner: product(last + 1, shape.length) };
}

/** Runs of neighbouring axes, last run first: each is one pass. */
export function passesOf(axes: readonly number[]): readonly { readonly first: number; readonly last: number }[] {
  const runs: { first: number; last: number }[] = [];
  for (const axis of axes) {
    const run = runs.at(-1);
    if (run !== undefined && run.last === axis - 1) run.last = axis;
    else runs.push({ first: axis, last: axis });
  }
  return runs.reverse();
}

/** The shape between passes: reduced axes have length 1. */
export function reducedShape(shape: Shape, first: number, last: number): Shape {
  return shape.map((d, k) => (k >= first && k <= last ? 1 : d));
}

/** [outer, size, inner] to [outer, inner]. */
export function emitReduce(w: KernelWriter, name: 'sum' | 'max', blocks: Blocks, from: Place, to: Place): void {
  if (blocks.inner === 1) {
    reduceRows(w, name, blocks, from, to);
    return;
  }
  const { fn } = w;
  const { outer, size, inner } = blocks;
  const source = fn.local('i32');
  const target = fn.local('i32');
  const walk = fn.local('i32');
  // Several columns side by side: one sum alone would wait for itself.
  const sums = [0, 1, 2, 3].map(() => fn.local('v128'));
  const columns = (vectors: number, lanes: number): void => {
    const used = sums.slice(0, vectors);
    for (const sum of used) first(w, name, sum);
    fn.get(source);
    fn.set(walk);
    fn.repeat(fn.local('i32'), 0, size, 1, () => {
      used.forEach((sum, v) => {
        fn.get(sum);
        const offset = w.address(from, walk);
        fn.loadVector(offset + v * 16);
        fn.simd(name === 'sum' ? simd.f32x4Add : simd.f32x4Max);
        fn.set(sum);
      });
      fn.advance(walk, inner * 4);
    });
    used.forEach((sum, v) => {
      storeLanes(w, to, target, v * 16, sum, v === vectors - 1 ? lanes : 4);
    });
    const bytes = ((vectors - 1) * 4 + lanes) * 4;
    fn.advance(source, bytes);
    fn.advance(target, bytes);
  };
  fn.repeat(fn.local('i32'), 0, outer, 1, () => {
    const full = inner >> 4;
    if (full > 0) fn.repeat(fn.local('i32'), 0, full, 1, () => columns(4, 4));
    const rest = inner % 16;
    if (rest > 0) columns(Math.ceil(rest / 4), ((rest - 1) % 4) + 1);
    fn.advance(source, (size - 1) * inner * 4);
  });
}

/** The neutral element. */
function first(w: KernelWriter, name: 'sum' | 'max', local: number): void {
  w.fn.splat(name === 'sum' ? 0 : -Infinity);
  w.fn.set(local);
}

function reduceRows(w: KernelWriter, name: 'sum' | 'max', { outer, size }: Blocks, from: Place, to: Place): void {
  const { fn } = w;
  const source = fn.local('i32');
  const target = fn.local('i32');
  fn.repeat(fn.local('i32'), 0, outer, 1, () => {
    const total = fn.local('f32');
    foldRow(w, name, size, source, lanes => {
      const offset = w.address(from, source);
      fn.loadVector(offset);
      keepLanes(w, name, lanes);
    });
    fn.set(total);
    const offset = w.address(to, target);
    fn.get(total);
    fn.storeF32(offset);
    fn.advance(target, 4);
  });
}

/** Lanes from `lanes` on become neutral, so that what stands behind a row does not count. */
function keepLanes(w: KernelWriter, name: 'sum' | 'max', lanes: number): void {
  const { fn } = w;
  if (lanes === 4) return;
  const value = fn.local('v128');
  fn.set(value);
  fn.get(value);
  fn.splat(name === 'sum' ? 0 : -Infinity);
  fn.lanes([0, 1, 2, 3].map(k => (k < lanes ? 1 : 0)));
  fn.splat(0);
  fn.simd(simd.f32x4Ne);
  fn.simd(simd.bitselect);
}

/**
 * Folds `size` numbers, four at a time, and leaves the result on the stack; `push` leaves the next four on the stack, `walk` is a local
 * that moves along by their bytes. The number of lanes that count is passed on.
 */
function foldRow(
  w: KernelWriter,
  name: 'sum' | 'max',
  size: number,
  walk: number,
  push: (lanes: number) => void,
): void {
  const { fn } = w;
  const combine = name === 'sum' ? simd.f32x4Add : simd.f32x4Max;
  const full = size >> 2;
  // Long rows take turns at several sums: one alone would wait for itself.
  const turns = full >= 16 ? 4 : 1;
  const sums = Array.from({ length: turns }, () => fn.local('v128'));
  for (const sum of sums) first(w, name, sum);
  const step = (sum: number, lanes: number): void => {
    fn.get(sum);
    push(lanes);
    fn.simd(combine);
    fn.set(sum);
    fn.advance(walk, lanes * 4);
  };
  const rounds = Math.floor(full / turns);
  if (rounds > 0) {
    fn.repeat(fn.local('i32'), 0, rounds, 1, () => {
      for (const sum of sums) step(sum, 4);
    });
  }
  const [sum, ...others] = sums as [number, ...number[]];
  for (let k = rounds * turns; k < full; k++) step(sum, 4);
  if (size % 4 !== 0) step(sum, size % 4);
  for (const other of others) {
    fn.get(sum);
    fn.get(other);
    fn.simd(combine);
    fn.set(sum);
  }
  for (const lane of [0, 1, 2, 3]) {
    fn.get(sum);
    fn.extract(lane);
    if (lane > 0) fn.op(name === 'sum' ? scalar.f32Add : scalar.f32Max);
  }
}

/** Along the last axis: x - max - log(sum(exp(x - max))), or its exponential. */
export function emitSoftmax(w: KernelWriter, node: Node, from: Place, to: Place): void {
  if (node.op.kind !== 'softmax') throw new Error('not a softmax');
  const { log } = node.op;
  const { fn } = w;
  const size = node.shape.at(-1) ?? 1;
  const { outer } = blocksOf(node.shape, node.shape.length - 1, node.shape.length - 1);
  const row = fn.local('i32');
  const walk = fn.local('i32');
  const most = fn.local('v128');
  const shift = fn.local('v128');
  const value = fn.local('v128');
  const total = fn.local('f32');
  const restart = (): void => {
    fn.get(row);
    fn.set(walk);
  };
  const load = (place: Place): void => {
    const offset = w.address(place, walk);
    fn.loadVector(offset);
  };
  fn.repeat(fn.local('i32'), 0, outer, 1, () => {
    restart();
    foldRow(w, 'max', size, walk, lanes => {
      load(from);
      keepLanes(w, 'max', lanes);
    });
    fn.simd(simd.f32x4Splat);
    fn.set(most);
    restart();
    foldRow(w, 'sum', size, walk, lanes => {
      load(from);
      fn.get(most);
      fn.simd(simd.f32x4Sub);
      fn.set(value);
      writeExp(fn, w.fma, [value]);
      if (!log) storeLanes(w, to, walk, 0, value, lanes);
      fn.get(value);
      keepLanes(w, 'sum', lanes);
    });
    fn.set(total);
    if (log) {
      fn.get(total);
      fn.simd(simd.f32x4Splat);
      fn.set(shift);
      writeLog(fn, w.fma, [shift]);
    } else {
      fn.splat(1);
      fn.get(total);
      fn.simd(simd.f32x4Splat);
      fn.simd(simd.f32x4Div);
      fn.set(shift);
    }
    restart();
    const step = (lanes: number): void => {
      load(log ? from : to);
      if (log) {
        // Before the logarithm, not together with it: a maximum of -1e9, the mark of what is not available, would swallow it.
        fn.get(most);
        fn.simd(simd.f32x4Sub);
      }
      fn.get(shift);
      fn.simd(log ? simd.f32x4Sub : simd.f32x4Mul);
      fn.set(value);
      storeLanes(w, to, walk, 0, value, lanes);
      fn.advance(walk, lanes * 4);
    };
    const full = size >> 2;
    if (full > 0) fn.repeat(fn.local('i32'), 0, full, 1, () => step(4));
    if (size % 4 !== 0) step(size % 4);
    fn.advance(row, size * 4);
  });
}

/** Index of the largest of each row, the lowest on ties; a NaN is never the largest unless it stands first. */
export function emitArgmax(w: KernelWriter, node: Node, from: Place, to: Place): void {
  if (node.op.kind !== 'argmax') throw new Error('not an argmax');
  const { outer, size, inner } = blocksOf(node.inputs[0]!.shape, node.op.axis, node.op.axis);
  const { fn } = w;
  const source = fn.local('i32');
  const target = fn.local('i32');
  const walk = fn.local('i32');
  const best = fn.local('f32');
  const value = fn.local('f32');
  const bestAt = fn.local('i32');
  const at = fn.local('i32');
  fn.repeat(fn.local('i32'), 0, outer, 1, () => {
    fn.repeat(fn.local('i32'), 0, inner, 1, () => {
      fn.get(source);
      fn.set(walk);
      const offset = w.address(from, walk);
      fn.loadF32(offset);
      fn.set(best);
      fn.i32(0);
      fn.set(bestAt);
      if (size > 1) {
        fn.repeat(at, 1, size, 1, () => {
          fn.advance(walk, inner * 4);
          const here = w.address(from, walk);
          fn.loadF32(here);
          fn.set(value);
          fn.get(value);
          fn.get(best);
          fn.op(scalar.f32Gt);
          fn.if(() => {
            fn.get(value);
            fn.set(best);
            fn.get(at);
            fn.set(bestAt);
          });
        });
      }
      const out = w.address(to, target);
      fn.get(bestAt);
      fn.storeI32(out);
      fn.advance(source, 4);
      fn.advance(target, 4);
    });
    fn.advance(source, (size - 1) * inner * 4);
  });
}
