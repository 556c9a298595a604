/** Reading and writing at computed indices. An index outside the axis reads 0; what is written there is dropped. */
import type { Node } from '../../../ir.ts';
import { sizeOf } from '../../../ir.ts';
import { scalar } from '../binary.ts';
import { at, type KernelWriter, type Place } from '../place.ts';
import { copyNumbers, fillZeros } from './copy.ts';
import { type Blocks, blocksOf } from './reduce.ts';

/** take and scatterAdd: one index for a whole block of `inner` numbers; takeAlong and scatterAlong: one for every number. */
export function emitIndexing(w: KernelWriter, node: Node, values: Place, indices: Place, to: Place): void {
  const { op } = node;
  const [x] = node.inputs as [Node];
  switch (op.kind) {
    case 'take': {
      const blocks = blocksOf(x.shape, op.axis, op.axis);
      emitTake(w, blocks, node.inputs[1]!.shape[0] ?? 1, values, indices, to);
      return;
    }
    case 'scatterAdd': {
      const blocks = { ...blocksOf(x.shape, op.axis, op.axis), size: op.size };
      fillZeros(w, to, sizeOf(node.shape));
      emitScatter(w, blocks, x.shape[op.axis]!, values, indices, to);
      return;
    }
    case 'takeAlong':
      emitAlong(w, blocksOf(x.shape, op.axis, op.axis), node.shape[op.axis]!, values, indices, to, 'take');
      return;
    case 'scatterAlong': {
      const blocks = { ...blocksOf(x.shape, op.axis, op.axis), size: op.size };
      fillZeros(w, to, sizeOf(node.shape));
      emitAlong(w, blocks, x.shape[op.axis]!, values, indices, to, 'scatter');
      return;
    }
    default:
      throw new Error(`${op.kind} is no indexing`);
  }
}

/** Loads the index at `moved` into a local, and leaves on the stack whether it is inside 0 .. size-1. */
function checkedIndex(w: KernelWriter, indices: Place, moved: number, index: number, size: number): void {
  const { fn } = w;
  const offset = w.address(indices, moved);
  fn.loadI32(offset);
  fn.tee(index);
  fn.i32(size);
  fn.op(scalar.i32LtU);
}

function emitTake(w: KernelWriter, blocks: Blocks, count: number, values: Place, indices: Place, to: Place): void {
  const { fn } = w;
  const { outer, size, inner } = blocks;
  const locals = { walk: fn.local('i32'), base: fn.local('i32'), from: fn.local('i32'), target: fn.local('i32') };
  const index = fn.local('i32');
  fn.repeat(fn.local('i32'), 0, outer, 1, () => {
    fn.i32(0);
    fn.set(locals.walk);
    fn.repeat(fn.local('i32'), 0, count, 1, () => {
      checkedIndex(w, indices, locals.walk, index, size);
      fn.if(
        () => {
          blockAddress(w, locals.base, index, inner, locals.from);
          if (inner === 1) copyOne(w, to, locals.target, values, locals.from);
          else copyNumbers(w, to, locals.target, values, locals.from, inner);
        },
        () => {
          w.wholeAddress(to, locals.target);
          fn.i32(0);
          fn.i32(inner * 4);
          fn.fillMemory();
        },
      );
      fn.advance(locals.walk, 4);
      fn.advance(locals.target, inner * 4);
    });
    fn.advance(locals.base, size * inner * 4);
  });
}

/** from = base + index * inner * 4 */
function blockAddress(w: KernelWriter, base: number, index: number, inner: number, from: number): void {
  const { fn } = w;
  fn.get(index);
  fn.i32(inner * 4);
  fn.op(scalar.i32Mul);
  fn.get(base);
  fn.op(scalar.i32Add);
  fn.set(from);
}

function copyOne(w: KernelWriter, to: Place, movedTo: number, from: Place, movedFrom: number): void {
  const out = w.address(to, movedTo);
  const offset = w.address(from, movedFrom);
  w.fn.loadI32(offset);
  w.fn.storeI32(out);
}

function addOne(w: KernelWriter, to: Place, movedTo: number, from: Place, movedFrom: number): void {
  const out = w.address(to, movedTo);
  const old = w.address(to, movedTo);
  w.fn.loadF32(old);
  const offset = w.address(from, movedFrom);
  w.fn.loadF32(offset);
  w.fn.op(scalar.f32Add);
  w.fn.storeF32(out);
}

/** `blocks` are those of the result; `count` entries of `inner` numbers are added into them. */
function emitScatter(w: KernelWriter, blocks: Blocks, count: number, values: Place, indices: Place, to: Place): void {
  const { fn } = w;
  const { outer, size, inner } = blocks;
  const walk = fn.local('i32');
  const base = fn.local('i32');
  const target = fn.local('i32');
  const source = fn.local('i32');
  const index = fn.local('i32');
  fn.repeat(fn.local('i32'), 0, outer, 1, () => {
    fn.i32(0);
    fn.set(walk);
    fn.repeat(fn.local('i32'), 0, count, 1, () => {
      checkedIndex(w, indices, walk, index, size);
      fn.if(
        () => {
          blockAddress(w, base, index, inner, target);
          fn.repeat(fn.local('i32'), 0, inner, 1, () => {
            addOne(w, to, target, values, source);
            fn.advance(source, 4);
            fn.advance(target, 4);
          });
        },
        () => fn.advance(source, inner * 4),
      );
      fn.advance(walk, 4);
    });
    fn.advance(base, size * inner * 4);
  });
}

/** One index per number; `blocks.size` is the axis that indices point into, `count` the axis of the indices. */
function emitAlong(
  w: KernelWriter,
  blocks: Blocks,
  count: number,
  values: Place,
  indices: Place,
  to: Place,
  kind: 'take' | 'scatter',
): void {
  const { fn } = w;
  const { outer, size, inner } = blocks;
  const walk = fn.local('i32');
  const base = fn.local('i32');
  const pointed = fn.local('i32');
  const index = fn.local('i32');
  const column = fn.local('i32');
  fn.repeat(fn.local('i32'), 0, outer, 1, () => {
    fn.repeat(fn.local('i32'), 0, count, 1, () => {
      fn.get(base);
      fn.set(column);
      fn.repeat(fn.local('i32'), 0, inner, 1, () => {
        checkedIndex(w, indices, walk, index, size);
        fn.if(
          () => {
            blockAddress(w, column, index, inner, pointed);
            if (kind === 'take') copyOne(w, to, walk, values, pointed);
            else addOne(w, to, pointed, values, walk);
          },
          kind === 'take'
            ? () => {
                const out = w.address(to, walk);
                fn.i32(0);
                fn.storeI32(out);
              }
            : undefined,
        );
        fn.advance(walk, 4);
        fn.advance(column, 4);
      });
    });
    fn.advance(base, size * inner * 4);
  });
}

export function emitOneHot(w: KernelWriter, node: Node, indices: Place, to: Place): void {
  if (node.op.kind !== 'oneHot') throw new Error('not one-hot');
  const { depth } = node.op;
  const { fn } = w;
  const walk = fn.local('i32');
  const base = fn.local('i32');
  const target = fn.local('i32');
  const index = fn.local('i32');
  fillZeros(w, to, sizeOf(node.shape));
  fn.repeat(fn.local('i32'), 0, sizeOf(node.inputs[0]!.shape), 1, () => {
    checkedIndex(w, indices, walk, index, depth);
    fn.if(() => {
      blockAddress(w, base, index, 1, target);
      const out = w.address(to, target);
      fn.f32(1);
      fn.storeF32(out);
    });
    fn.advance(walk, 4);
    fn.advance(base, depth * 4);
  });
}

/** Concatenation: every operand into its part of the rows. */
export function emitConcat(w: KernelWriter, node: Node, from: readonly Place[], to: Place): void {
  if (node.op.kind !== 'concat') throw new Error('not a concatenation');
  const { axis } = node.op;
  const row = blocksOf(node.shape, axis, axis);
  let before = 0;
  node.inputs.forEach((input, k) => {
    const length = input.shape[axis]! * row.inner;
    copyRows(w, row.outer, length, from[k]!, length, at(to.base, to.offset + before * 4), row.size * row.inner);
    before += length;
  });
}

/** `rows` times `length` numbers, with their own distance on either side. */
function copyRows(
  w: KernelWriter,
  rows: number,
  length: number,
  from: Place,
  fromStride: number,
  to: Place,
  toStride: number,
): void {
  const { fn } = w;
  const source = fn.local('i32');
  const target = fn.local('i32');
  fn.repeat(fn.local('i32'), 0, rows, 1, () => {
    copyNumbers(w, to, target, from, source, length);
    fn.advance(source, fromStride * 4);
    fn.advance(target, toStride * 4);
  });
}

/** Zeros, and the operand in the middle of them. */
export function emitPad(w: KernelWriter, node: Node, from: Place, to: Place): void {
  if (node.op.kind !== 'pad') throw new Error('not a padding');
  const { before } = node.op;
  const { fn } = w;
  const [input] = node.inputs as [Node];
  fillZeros(w, to, sizeOf(node.shape));
  const rank = input.shape.length;
  if (rank === 0) {
    copyNumbers(w, to, undefined, from, undefined, 1);
    return;
  }
  const source = fn.local('i32');
  const target = fn.local('i32');
  const distance = node.shape.map((_, d) => blocksOf(node.shape, d, d).inner);
  const start = before.reduce((sum, b, d) => sum + b * distance[d]!, 0);
  const inner = input.shape[rank - 1]!;
  const level = (d: number): void => {
    if (d === rank - 1) {
      copyNumbers(w, at(to.base, to.offset + start * 4), target, from, source, inner);
      fn.advance(source, inner * 4);
      return;
    }
    fn.repeat(fn.local('i32'), 0, input.shape[d]!, 1, () => {
      level(d + 1);
      fn.advance(target, distance[d]! * 4);
    });
    fn.advance(target, -input.shape[d]! * distance[d]! * 4);
  };
  level(0);
}
