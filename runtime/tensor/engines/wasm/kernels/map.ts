/**
 * Fused element-wise work: any number of operations over one shape in one loop, four elements at a time. Slices, transposes and
 * broadcasts are ways to read an operand, so they cost no pass of their own.
 */
import type { Node } from '../../../ir.ts';
import { sizeOf } from '../../../ir.ts';
import { simd } from '../binary.ts';
import { broadcastStrides, collapse, denseStrides } from '../loops.ts';
import { smallestNormal } from '../math.ts';
import type { KernelWriter, Place } from '../place.ts';
import { storeLanes } from './copy.ts';
import { emitCostly, emitOperation, isCostly, type Push } from './operations.ts';

/** Is this an operation that runs inside a fused loop? */
export function isMap(node: Node): boolean {
  switch (node.op.kind) {
    case 'unary':
    case 'binary':
    case 'select':
    case 'float':
    case 'broadcast':
    case 'slice':
    case 'transpose':
      return true;
    default:
      return false;
  }
}

/** May operand `k` of `node` be a value of the same loop? It must be read at the place where it was computed. */
export function fuses(node: Node, k: number): boolean {
  const { kind } = node.op;
  if (kind === 'slice' || kind === 'transpose' || kind === 'broadcast') return false;
  return node.inputs[k]!.shape.join() === node.shape.join() && node.inputs[k]!.type === node.type;
}

/** The one number that a constant consists of. */
export function uniformValue(node: Node): number | undefined {
  if (node.op.kind !== 'constant' || node.type !== 'f32') return undefined;
  return node.op.data.length === 1 ? node.op.data[0] : undefined;
}

/** How an operand from outside the loop is read. */
export interface Access {
  readonly place: Place;
  /** Elements from the beginning of the place. */
  readonly start: number;
  readonly strides: readonly number[];
}

export interface Store {
  readonly node: Node;
  readonly place: Place;
  /** Numbers too small to be normal become 0. */
  readonly flush: boolean;
}

export interface MapKernel {
  readonly nodes: readonly Node[];
  readonly stores: readonly Store[];
  /** Where a value from outside lies. */
  place(node: Node): Place;
}

export function accessOf(node: Node, k: number, place: Place): Access {
  const from = node.inputs[k]!.shape;
  const { op } = node;
  const dense = denseStrides(from);
  if (op.kind === 'slice')
    return { place, start: op.starts.reduce((sum, s, d) => sum + s * dense[d]!, 0), strides: dense };
  if (op.kind === 'transpose') return { place, start: 0, strides: op.permutation.map(axis => dense[axis]!) };
  return { place, start: 0, strides: broadcastStrides(from, node.shape) };
}

/** Does the kernel read this operand only at the index it writes? Then the result may replace it in memory. */
export function readsInPlace(node: Node, k: number): boolean {
  const access = accessOf(node, k, undefined as unknown as Place);
  return (
    access.start === 0 &&
    sizeOf(node.inputs[k]!.shape) === sizeOf(node.shape) &&
    access.strides.join() === broadcastStrides(node.shape, node.shape).join()
  );
}

interface Reader {
  readonly access: Access;
  readonly strides: readonly number[];
  /** Local with bytes from the beginning of the place; undefined where the common index serves. */
  readonly moved: number | undefined;
  /** Holds the number that all four lanes share while the innermost loop runs. */
  readonly shared: number | undefined;
}

/** Vectors that pass through functions of many steps side by side. */
const vectorsAbreast = 2;

export function emitMap(w: KernelWriter, kernel: MapKernel): void {
  const { fn } = w;
  const [{ shape }] = kernel.nodes as [Node];
  const inside = new Set(kernel.nodes);
  // Every distinct way in which something from outside is read.
  const accesses: Access[] = [];
  const accessNumber = new Map<Node, number[]>();
  for (const node of kernel.nodes) {
    const numbers = node.inputs.map((input, k) => {
      if ((inside.has(input) && fuses(node, k)) || uniformValue(input) !== undefined) return -1;
      const access = accessOf(node, k, kernel.place(input));
      const known = accesses.findIndex(
        a =>
          a.place.base === access.place.base &&
          a.place.offset === access.place.offset &&
          a.start === access.start &&
          a.strides.join() === access.strides.join(),
      );
      return known >= 0 ? known : accesses.push(access) - 1;
    });
    accessNumber.set(node, numbers);
  }
  const dense = broadcastStrides(shape, shape);
  const walk = collapse(shape, [dense, ...accesses.map(a => a.strides)]);
  const inner = walk.sizes.length - 1;
  const index = fn.local('i32');
  const readers = accesses.map((access, k): Reader => {
    const strides = walk.strides[k + 1]!;
    const contiguous = strides.join() === walk.strides[0]!.join();
    return {
      access,
      strides,
      moved: contiguous ? undefined : fn.local('i32'),
      shared: strides[inner] === 0 ? fn.local('v128') : undefined,
    };
  });
  const constantReaders = readers.filter(r => r.shared !== undefined && r.strides.every(s => s === 0));
  for (const reader of constantReaders) loadShared(w, reader);
  const abreast = kernel.nodes.some(isCostly) ? vectorsAbreast : 1;
  const locals = new Map(
    kernel.nodes.map(node => [node, Array.from({ length: abreast }, () => fn.local('v128'))] as const),
  );

  /** So many vectors, the last of so many lanes. */
  const turn = (vectors: number, lanes: number): void => {
    const lanesOf = (v: number): number => (v === vectors - 1 ? lanes : 4);
    for (const node of kernel.nodes) {
      const operandsOf = (v: number): readonly Push[] =>
        node.inputs.map((input, k) => {
          const number = accessNumber.get(node)![k]!;
          if (number >= 0) return () => pushOperand(w, readers[number]!, index, inner, v, lanesOf(v));
          const uniform = uniformValue(input);
          if (uniform !== undefined) return () => fn.splat(uniform);
          return () => fn.get(locals.get(input)![v]!);
        });
      const targets = locals.get(node)!.slice(0, vectors);
      if (isCostly(node)) {
        emitCostly(
          w,
          node,
          targets.map((_, v) => operandsOf(v)[0]!),
          targets,
        );
        continue;
      }
      targets.forEach((target, v) => {
        emitOperation(w, node, operandsOf(v));
        fn.set(target);
      });
    }
    // Everything is read before anything is written: results may lie where operands did.
    for (const { node, place, flush } of kernel.stores) {
      for (let v = 0; v < vectors; v++) {
        const value = locals.get(node)![v]!;
        if (flush) flushTiny(w, value);
        storeLanes(w, place, index, v * 16, value, lanesOf(v));
      }
    }
    const numbers = (vectors - 1) * 4 + lanes;
    fn.advance(index, numbers * 4);
    for (const { moved, strides } of readers) if (moved !== undefined) fn.advance(moved, numbers * strides[inner]! * 4);
  };
  const level = (d: number): void => {
    const size = walk.sizes[d]!;
    if (d === inner) {
      for (const reader of readers)
        if (reader.shared !== undefined && !constantReaders.includes(reader)) loadShared(w, reader);
      const full = Math.floor(size / (abreast * 4));
      if (full > 0) fn.repeat(fn.local('i32'), 0, full, 1, () => turn(abreast, 4));
      const rest = size - full * abreast * 4;
      if (rest > 0) turn(Math.ceil(rest / 4), ((rest - 1) % 4) + 1);
      return;
    }
    fn.repeat(fn.local('i32'), 0, size, 1, () => {
      level(d + 1);
      for (const { moved, strides } of readers)
        if (moved !== undefined) fn.advance(moved, (strides[d]! - walk.sizes[d + 1]! * strides[d + 1]!) * 4);
    });
  };
  level(0);
}

/** Sets lanes of a local that are below the smallest normal number to 0. */
export function flushTiny({ fn }: KernelWriter, local: number): void {
  fn.get(local);
  fn.get(local);
  fn.simd(simd.f32x4Abs);
  fn.splat(smallestNormal);
  fn.simd(simd.f32x4Lt);
  fn.simd(simd.andNot);
  fn.set(local);
}

function loadShared(w: KernelWriter, { access, moved, shared }: Reader): void {
  const offset = w.address(access.place, moved);
  w.fn.loadSplat(offset + access.start * 4);
  w.fn.set(shared!);
}

function pushOperand(
  w: KernelWriter,
  reader: Reader,
  index: number,
  inner: number,
  vector: number,
  lanes: number,
): void {
  const { fn } = w;
  const { access, moved, shared, strides } = reader;
  if (shared !== undefined) {
    fn.get(shared);
    return;
  }
  const stride = strides[inner]!;
  const start = access.start * 4;
  if (stride === 1) {
    const offset = w.address(access.place, moved ?? index);
    fn.loadVector(offset + start + vector * 16);
    return;
  }
  const gathered = fn.local('v128');
  fn.splat(0);
  fn.set(gathered);
  for (let lane = 0; lane < lanes; lane++) {
    const offset = w.address(access.place, moved);
    fn.get(gathered);
    fn.loadLane(offset + start + (vector * 4 + lane) * stride * 4, lane);
    fn.set(gathered);
  }
  fn.get(gathered);
}
