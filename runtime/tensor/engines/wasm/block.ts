/**
 * A block (a program, or the body of a scan) planned: its kernels in order, and a place for every value that a kernel reads from memory.
 */
import type { Node, ScanOp } from '../../ir.ts';
import { sizeOf } from '../../ir.ts';
import { arrange } from './arena.ts';
import { cluster, computedBy, isLeaf, type Kernel, readsOf, sourceOf } from './cluster.ts';
import { isMap, readsInPlace } from './kernels/map.ts';
import { matmulScratch } from './kernels/matmul.ts';
import { passesOf, reducedShape } from './kernels/reduce.ts';
import { at, type Place, Pointer, Region, room } from './place.ts';

/** A value that must stand at a given place when the block has run. */
export interface Target {
  readonly node: Node;
  readonly place: Place;
  /** The leaf whose old value stands there while the block runs. */
  readonly replaces: Node | undefined;
}

export interface Copy {
  readonly from: Place;
  readonly to: Place;
  readonly count: number;
}

/** The loop of a scan kernel. */
export interface Loop {
  readonly op: ScanOp;
  readonly body: Block;
  /** Initial values into the carries. */
  readonly begin: readonly Copy[];
  /** Pointers that move, with where they start and the bytes from one step to the next. */
  readonly pointers: readonly { readonly pointer: Pointer; readonly start: Place; readonly stride: number }[];
}

export interface Block {
  readonly kernels: readonly Kernel[];
  readonly loops: ReadonlyMap<Kernel, Loop>;
  /** Work space of kernels that need some. */
  readonly scratch: ReadonlyMap<Kernel, Place>;
  /** Where a value lies; only for values that are in memory. */
  place(node: Node): Place;
  isStored(node: Node): boolean;
  /** Is it kept for the next run or step? Then numbers too small to be normal become 0: they would never leave, and are slow. */
  flushes(node: Node): boolean;
  /** Done before the kernels, and after them. */
  readonly first: readonly Copy[];
  readonly last: readonly Copy[];
  /** Bytes of temporaries, those of loops included. */
  readonly bytes: number;
  /** Tells every temporary where it is. */
  settle(base: number): void;
}

interface Temporary {
  readonly region: Region;
  from: number;
  to: number;
  readonly settle?: (base: number) => void;
}

export function planBlock(nodes: readonly Node[], leaves: ReadonlyMap<Node, Place>, targets: readonly Target[]): Block {
  const kernels = cluster(
    nodes,
    targets.map(t => t.node),
  );
  const position = new Map<Node, number>();
  kernels.forEach((kernel, k) => {
    for (const node of kernel.nodes) position.set(node, k);
  });
  /** Kernels that read a source from memory. */
  const readers = new Map<Node, number[]>();
  kernels.forEach((kernel, k) => {
    for (const source of readsOf(kernel)) readers.set(source, [...(readers.get(source) ?? []), k]);
  });
  const places = new Map<Node, Place>(leaves);
  const end = kernels.length;
  // Old values that are wanted as they are move before anything else does.
  const kept = targets.filter(t => isLeaf(sourceOf(t.node)) && sourceOf(t.node) !== t.replaces);
  const direct = placeTargets(kernels, position, readers, targets, places);
  const lasting = new Set([...direct].flatMap(t => (t.replaces === undefined ? [] : [sourceOf(t.node)])));
  const late = targets.filter(t => !direct.has(t) && !isLeaf(sourceOf(t.node)));
  for (const { node } of late) {
    const source = sourceOf(node);
    readers.set(source, [...(readers.get(source) ?? []), end]);
  }

  const temporaries: Temporary[] = [];
  const temporary = (bytes: number, from: number, to: number, settle?: (base: number) => void): Place => {
    const region = new Region(bytes);
    temporaries.push(settle === undefined ? { region, from, to } : { region, from, to, settle });
    return at(region);
  };
  const lastUse = (source: Node, made: number): number => Math.max(made, ...(readers.get(source) ?? []));
  const placeOf = (node: Node): Place => {
    const place = places.get(sourceOf(node));
    if (place === undefined) throw new Error(`${node.op.kind} ${node.id} is nowhere in memory`);
    return place;
  };
  const loops = new Map<Kernel, Loop>();
  const scratch = new Map<Kernel, Place>();
  kernels.forEach((kernel, k) => {
    for (const node of kernel.nodes) {
      if (node.op.kind === 'scan') continue;
      if (!readers.has(node) || places.has(node)) continue;
      places.set(node, temporary(room(sizeOf(node.shape)), k, lastUse(node, k)));
    }
    const [node] = kernel.nodes as [Node];
    if (node.op.kind === 'scan') {
      const parts = nodes.filter(part => part.op.kind === 'part' && computedBy(part) === node);
      const outputs = scanOutputs(node, node.op).map((size, index) => {
        const uses = parts.filter(p => p.op.kind === 'part' && p.op.index === index);
        const place = temporary(room(size), k, Math.max(k, ...uses.map(part => lastUse(part, k))));
        for (const part of uses) places.set(part, place);
        return place;
      });
      const loop = planLoop(node, node.op, outputs, placeOf);
      loops.set(kernel, loop);
      temporary(Math.max(16, loop.body.bytes), k, k, base => loop.body.settle(base));
    }
    const extra = scratchNumbers(node);
    if (kernel.kind !== 'map' && extra > 0) scratch.set(kernel, temporary(room(extra), k, k));
  });

  const first: Copy[] = [];
  const last: Copy[] = [];
  for (const { node, place, replaces } of kept) {
    const count = sizeOf(node.shape);
    // Somebody may still read what this one replaces: it waits aside until the end.
    const aside = replaces === undefined ? place : temporary(room(count), -1, end);
    first.push({ from: placeOf(node), to: aside, count });
    if (replaces !== undefined) last.push({ from: aside, to: place, count });
  }
  for (const { node, place } of late) last.push({ from: placeOf(node), to: place, count: sizeOf(node.shape) });
  const { offsets, bytes } = arrange(temporaries.map(({ region, from, to }) => ({ bytes: region.bytes, from, to })));
  return {
    kernels,
    loops,
    scratch,
    first,
    last,
    place: placeOf,
    isStored: node => places.has(node),
    flushes: node => lasting.has(node),
    bytes,
    settle(base) {
      temporaries.forEach((t, k) => {
        t.region.base = base + offsets[k]!;
        t.settle?.(t.region.base);
      });
    },
  };
}

/** Targets that their kernel can write without a copy: nobody may still want what stands there. */
function placeTargets(
  kernels: readonly Kernel[],
  position: ReadonlyMap<Node, number>,
  readers: ReadonlyMap<Node, readonly number[]>,
  targets: readonly Target[],
  places: Map<Node, Place>,
): ReadonlySet<Target> {
  const direct = new Set<Target>();
  for (const target of targets) {
    const source = sourceOf(target.node);
    const k = position.get(source);
    if (k === undefined || source.op.kind === 'scan' || places.has(source)) continue;
    const old = target.replaces;
    if (old !== undefined) {
      const free = (readers.get(old) ?? []).every(r => r < k || (r === k && readsOnlyInPlace(kernels[k]!, old)));
      if (!free) continue;
    }
    places.set(source, target.place);
    direct.add(target);
  }
  return direct;
}

function readsOnlyInPlace(kernel: Kernel, old: Node): boolean {
  return kernel.nodes.every(node =>
    node.inputs.every((input, k) => sourceOf(input) !== old || (isMap(node) && readsInPlace(node, k))),
  );
}

/** Numbers of work space that a kernel of one operation needs. */
function scratchNumbers(node: Node): number {
  if (node.op.kind === 'matmul') return matmulScratch(node);
  if (node.op.kind !== 'reduce') return 0;
  const [run, ...more] = passesOf(node.op.axes);
  if (run === undefined || more.length === 0) return 0;
  // Each pass but the last goes to work space: two of the size of the first result serve them in turn.
  return (2 * room(sizeOf(reducedShape(node.inputs[0]!.shape, run.first, run.last)))) / 4;
}

/** Numbers of each output: carries, then what is stacked. */
function scanOutputs(node: Node, op: ScanOp): readonly number[] {
  return [
    ...node.inputs.slice(0, op.carries).map(carry => sizeOf(carry.shape)),
    ...op.body.stacked.map(value => sizeOf(value.shape) * op.length),
  ];
}

function planLoop(node: Node, op: ScanOp, outputs: readonly Place[], placeOf: (node: Node) => Place): Loop {
  const { body, carries, slices, length } = op;
  const leaves = new Map<Node, Place>();
  const pointers: { pointer: Pointer; start: Place; stride: number }[] = [];
  const moving = (start: Place, numbers: number): Place => {
    const pointer = new Pointer();
    const stride = numbers * 4;
    const first = op.reverse ? (length - 1) * stride : 0;
    pointers.push({ pointer, start: at(start.base, start.offset + first), stride: op.reverse ? -stride : stride });
    return at(pointer);
  };
  const begin: Copy[] = [];
  body.arguments.forEach((argument, k) => {
    const operand = node.inputs[k]!;
    if (k < carries) {
      begin.push({ from: placeOf(operand), to: outputs[k]!, count: sizeOf(operand.shape) });
      leaves.set(argument, outputs[k]!);
    } else if (k < carries + slices) leaves.set(argument, moving(placeOf(operand), sizeOf(argument.shape)));
    else leaves.set(argument, placeOf(operand));
  });
  const targets: Target[] = [
    ...body.next.map((value, k) => ({ node: value, place: outputs[k]!, replaces: body.arguments[k] })),
    ...body.stacked.map((value, k) => ({
      node: value,
      place: moving(outputs[carries + k]!, sizeOf(value.shape)),
      replaces: undefined,
    })),
  ];
  constantsOf(body.nodes).forEach(constant => {
    leaves.set(constant, placeOf(constant));
  });
  return { op, body: planBlock(body.nodes, leaves, targets), begin, pointers };
}

/** Constants of a block and of the loops in it. */
export function constantsOf(nodes: readonly Node[]): readonly Node[] {
  return nodes.flatMap(node => {
    if (node.op.kind === 'constant') return [node];
    return node.op.kind === 'scan' ? constantsOf(node.op.body.nodes) : [];
  });
}
