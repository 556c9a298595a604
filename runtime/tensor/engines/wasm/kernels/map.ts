/**
 * Fused element-wise work: any number of operations over one shape in one loop, four elements at a time. Slices, transposes and
 * broadcasts are ways to read an operand, so they cost no pass of their own.
 */
import type { BinaryFunction, Node, UnaryFunction } from '../../../ir.ts';
import { sizeOf } from '../../../ir.ts';
import { simd } from '../binary.ts';
import { broadcastStrides, collapse, denseStrides } from '../loops.ts';
import { smallestNormal, writeExp, writeTanh } from '../math.ts';
import type { KernelWriter, Place } from '../place.ts';
import { storeLanes } from './copy.ts';

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
  const locals = new Map(kernel.nodes.map(node => [node, fn.local('v128')] as const));

  const turn = (lanes: number): void => {
    for (const node of kernel.nodes) {
      const operands = node.inputs.map((input, k) => {
        const number = accessNumber.get(node)![k]!;
        if (number >= 0) return () => pushOperand(w, readers[number]!, index, inner, lanes);
        const uniform = uniformValue(input);
        if (uniform !== undefined) return () => fn.splat(uniform);
        return () => fn.get(locals.get(input)!);
      });
      emitOperation(w, node, operands);
      fn.set(locals.get(node)!);
    }
    // Everything is read before anything is written: results may lie where operands did.
    for (const { node, place, flush } of kernel.stores) {
      const value = locals.get(node)!;
      if (flush) flushTiny(w, value);
      storeLanes(w, place, index, 0, value, lanes);
    }
    fn.advance(index, lanes * 4);
    for (const { moved, strides } of readers) if (moved !== undefined) fn.advance(moved, lanes * strides[inner]! * 4);
  };
  const level = (d: number): void => {
    const size = walk.sizes[d]!;
    if (d === inner) {
      for (const reader of readers)
        if (reader.shared !== undefined && !constantReaders.includes(reader)) loadShared(w, reader);
      const full = size >> 2;
      if (full > 0) fn.repeat(fn.local('i32'), 0, full, 1, () => turn(4));
      if (size % 4 !== 0) turn(size % 4);
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

function pushOperand(w: KernelWriter, reader: Reader, index: number, inner: number, lanes: number): void {
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
    fn.loadVector(offset + start);
    return;
  }
  const gathered = fn.local('v128');
  fn.splat(0);
  fn.set(gathered);
  for (let lane = 0; lane < lanes; lane++) {
    const offset = w.address(access.place, moved);
    fn.get(gathered);
    fn.loadLane(offset + start + lane * stride * 4, lane);
    fn.set(gathered);
  }
  fn.get(gathered);
}

export type Push = () => void;

/** Leaves the value of a node on the stack. */
export function emitOperation(w: KernelWriter, node: Node, operands: readonly Push[]): void {
  const { fn } = w;
  const [a, b, c] = operands as [Push, Push, Push];
  switch (node.op.kind) {
    case 'unary':
      emitUnary(w, node.op.fn, a);
      return;
    case 'binary':
      emitBinary(w, node.op.fn, a, b);
      return;
    case 'select':
      b();
      c();
      a();
      fn.splat(0);
      fn.simd(simd.f32x4Ne);
      fn.simd(simd.bitselect);
      return;
    case 'float':
      a();
      fn.simd(simd.f32x4Convert);
      return;
    default:
      a();
      return;
  }
}

/** A mask becomes 0 or 1. */
function truth(w: KernelWriter): void {
  w.fn.splat(1);
  w.fn.simd(simd.and);
}

function emitUnary(w: KernelWriter, name: UnaryFunction, x: Push): void {
  const { fn } = w;
  switch (name) {
    case 'neg':
      x();
      fn.simd(simd.f32x4Neg);
      return;
    case 'abs':
      x();
      fn.simd(simd.f32x4Abs);
      return;
    case 'sign':
      x();
      fn.splat(0);
      fn.simd(simd.f32x4Gt);
      truth(w);
      x();
      fn.splat(0);
      fn.simd(simd.f32x4Lt);
      truth(w);
      fn.simd(simd.f32x4Sub);
      return;
    case 'square':
      x();
      x();
      fn.simd(simd.f32x4Mul);
      return;
    case 'sqrt':
      x();
      fn.simd(simd.f32x4Sqrt);
      return;
    case 'reciprocal':
      fn.splat(1);
      x();
      fn.simd(simd.f32x4Div);
      return;
    case 'exp':
      x();
      writeExp(fn, w.fma);
      return;
    case 'log':
      x();
      fn.call(w.math.log);
      return;
    case 'tanh':
      x();
      writeTanh(fn, w.fma);
      return;
    case 'sigmoid':
      fn.splat(1);
      fn.splat(1);
      x();
      fn.simd(simd.f32x4Neg);
      writeExp(fn, w.fma);
      fn.simd(simd.f32x4Add);
      fn.simd(simd.f32x4Div);
      return;
    case 'softplus':
      x();
      fn.splat(0);
      fn.simd(simd.f32x4Max);
      fn.splat(1);
      x();
      fn.simd(simd.f32x4Abs);
      fn.simd(simd.f32x4Neg);
      writeExp(fn, w.fma);
      fn.simd(simd.f32x4Add);
      fn.call(w.math.log);
      fn.simd(simd.f32x4Add);
      return;
    case 'relu':
      x();
      fn.splat(0);
      fn.simd(simd.f32x4Max);
      return;
    case 'elu':
      x();
      x();
      writeExp(fn, w.fma);
      fn.splat(1);
      fn.simd(simd.f32x4Sub);
      x();
      fn.splat(0);
      fn.simd(simd.f32x4Gt);
      fn.simd(simd.bitselect);
      return;
    case 'floor':
      x();
      fn.simd(simd.f32x4Floor);
      return;
    case 'not':
      x();
      fn.splat(0);
      fn.simd(simd.f32x4Eq);
      truth(w);
      return;
  }
}

const arithmetic = {
  add: simd.f32x4Add,
  sub: simd.f32x4Sub,
  mul: simd.f32x4Mul,
  div: simd.f32x4Div,
  max: simd.f32x4Max,
  min: simd.f32x4Min,
} as const;

const comparisons = { less: simd.f32x4Lt, lessEqual: simd.f32x4Le, equal: simd.f32x4Eq } as const;

function emitBinary(w: KernelWriter, name: BinaryFunction, a: Push, b: Push): void {
  const { fn } = w;
  switch (name) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'max':
    case 'min':
      a();
      b();
      fn.simd(arithmetic[name]);
      return;
    case 'less':
    case 'lessEqual':
    case 'equal':
      a();
      b();
      fn.simd(comparisons[name]);
      truth(w);
      return;
    case 'and':
    case 'or':
      a();
      fn.splat(0);
      fn.simd(simd.f32x4Ne);
      b();
      fn.splat(0);
      fn.simd(simd.f32x4Ne);
      fn.simd(name === 'and' ? simd.and : simd.or);
      truth(w);
      return;
  }
}
