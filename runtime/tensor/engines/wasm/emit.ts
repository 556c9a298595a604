/** A planned block becomes functions of the module. */
import type { Node } from '../../ir.ts';
import { sizeOf } from '../../ir.ts';
import { FunctionWriter, scalar } from './binary.ts';
import type { Block, Copy, Loop } from './block.ts';
import type { Kernel } from './cluster.ts';
import { readsOf } from './cluster.ts';
import { copyNumbers } from './kernels/copy.ts';
import { finisher } from './kernels/finish.ts';
import { emitConcat, emitIndexing, emitOneHot, emitPad } from './kernels/indexing.ts';
import { emitMap } from './kernels/map.ts';
import { emitMatmul, type MatmulPlaces } from './kernels/matmul.ts';
import { blocksOf, emitArgmax, emitReduce, emitSoftmax, passesOf, reducedShape } from './kernels/reduce.ts';
import { at, KernelWriter, type Place, type Pointer, pointersOf, Region, room } from './place.ts';

/** The functions of a module while they are written. */
export interface Functions {
  readonly list: FunctionWriter[];
  readonly fma: boolean;
}

/** A function and the pointers it takes. */
export interface Call {
  readonly fn: number;
  readonly pointers: readonly Pointer[];
}

function add(functions: Functions, w: KernelWriter): Call {
  functions.list.push(w.fn);
  return { fn: functions.list.length - 1, pointers: w.pointers };
}

/** Writes everything that a block does; the result is what to call, in order. */
export function emitBlock(functions: Functions, block: Block): readonly Call[] {
  return [
    ...emitCopies(functions, block.first),
    ...block.kernels.map(kernel => emitKernel(functions, block, kernel)),
    ...emitCopies(functions, block.last),
  ];
}

function emitCopies(functions: Functions, copies: readonly Copy[]): readonly Call[] {
  if (copies.length === 0) return [];
  const w = new KernelWriter(
    copies.flatMap(({ from, to }) => [from, to]),
    functions.fma,
  );
  for (const { from, to, count } of copies) copyNumbers(w, to, undefined, from, undefined, count);
  return [add(functions, w)];
}

function emitKernel(functions: Functions, block: Block, kernel: Kernel): Call {
  const [node] = kernel.nodes as [Node];
  const loop = block.loops.get(kernel);
  if (loop !== undefined) return emitLoop(functions, loop);
  const reads = readsOf(kernel).map(block.place);
  const stored = kernel.nodes.filter(block.isStored);
  const w = new KernelWriter([...reads, ...stored.map(block.place)], functions.fma);
  const stores = stored.map(value => ({ node: value, place: block.place(value), flush: block.flushes(value) }));
  const map = { nodes: kernel.nodes, stores, place: block.place };
  if (kernel.kind === 'map') emitMap(w, map);
  else if (kernel.kind === 'product') emitMatmul(w, node, productPlaces(block, kernel), finisher(w, map));
  else emitSingle(w, node, node.inputs.map(block.place), block.place(node), block.scratch.get(kernel));
  return add(functions, w);
}

function productPlaces(block: Block, kernel: Kernel): MatmulPlaces {
  const [a, b] = kernel.nodes[0]!.inputs.map(block.place) as [Place, Place];
  return { a, b, turned: block.scratch.get(kernel) };
}

function emitSingle(w: KernelWriter, node: Node, from: readonly Place[], to: Place, scratch: Place | undefined): void {
  const [a, b] = from as [Place, Place];
  switch (node.op.kind) {
    case 'reduce':
      emitPasses(w, node, a, to, scratch);
      return;
    case 'softmax':
      emitSoftmax(w, node, a, to);
      return;
    case 'argmax':
      emitArgmax(w, node, a, to);
      return;
    case 'take':
    case 'scatterAdd':
    case 'takeAlong':
    case 'scatterAlong':
      emitIndexing(w, node, a, b, to);
      return;
    case 'oneHot':
      emitOneHot(w, node, a, to);
      return;
    case 'concat':
      emitConcat(w, node, from, to);
      return;
    case 'pad':
      emitPad(w, node, a, to);
      return;
    default:
      throw new Error(`${node.op.kind} is not a kernel of its own`);
  }
}

/** One pass per run of neighbouring axes; two halves of the work space serve in turn. */
function emitPasses(w: KernelWriter, node: Node, from: Place, to: Place, scratch: Place | undefined): void {
  if (node.op.kind !== 'reduce') throw new Error('not a reduction');
  const runs = passesOf(node.op.axes);
  let shape = node.inputs[0]!.shape;
  let source = from;
  runs.forEach(({ first, last }, k) => {
    const blocks = blocksOf(shape, first, last);
    shape = reducedShape(shape, first, last);
    const half =
      (k % 2) * (k === 0 ? 0 : room(sizeOf(reducedShape(node.inputs[0]!.shape, runs[0]!.first, runs[0]!.last))));
    const target = k === runs.length - 1 ? to : at(scratch!.base, scratch!.offset + half);
    if (node.op.kind === 'reduce') emitReduce(w, node.op.fn, blocks, source, target);
    source = target;
  });
}

/** A function that runs the body once per step, moving the pointers. */
function emitLoop(functions: Functions, loop: Loop): Call {
  const begin = emitCopies(functions, loop.begin);
  const calls = emitBlock(functions, loop.body);
  const own = new Set(loop.pointers.map(p => p.pointer));
  const outer = [
    ...new Set([
      ...pointersOf(loop.pointers.map(p => p.start)),
      ...[...begin, ...calls].flatMap(call => call.pointers).filter(p => !own.has(p)),
    ]),
  ];
  const fn = new FunctionWriter(outer.map(() => 'i32'));
  const locals = new Map<Pointer, number>(outer.map((pointer, k) => [pointer, k]));
  for (const { pointer, start } of loop.pointers) {
    if (start.base instanceof Region) fn.i32(start.base.base + start.offset);
    else {
      fn.get(locals.get(start.base)!);
      fn.i32(start.offset);
      fn.op(scalar.i32Add);
    }
    const local = fn.local('i32');
    fn.set(local);
    locals.set(pointer, local);
  }
  for (const call of begin) emitCall(fn, call, locals);
  fn.repeat(fn.local('i32'), 0, loop.op.length, 1, () => {
    for (const call of calls) emitCall(fn, call, locals);
    for (const { pointer, stride } of loop.pointers) fn.advance(locals.get(pointer)!, stride);
  });
  functions.list.push(fn);
  return { fn: functions.list.length - 1, pointers: outer };
}

export function emitCall(fn: FunctionWriter, call: Call, locals: ReadonlyMap<Pointer, number>): void {
  for (const pointer of call.pointers) fn.get(locals.get(pointer)!);
  fn.call(call.fn);
}
