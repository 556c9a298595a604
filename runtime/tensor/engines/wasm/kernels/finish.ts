/** What is done to the result of a product before it leaves the registers: a bias, an activation, the sum with what was there. */
import type { Node } from '../../../ir.ts';
import { broadcastStrides } from '../loops.ts';
import type { KernelWriter, Place } from '../place.ts';
import { storeLanes } from './copy.ts';
import { accessOf, flushTiny, fuses, type MapKernel, uniformValue } from './map.ts';
import { emitOperation, isCostly, type Push } from './operations.ts';

/** The sums of a tile of a product. */
export interface Tile {
  /** Locals, row by row. */
  readonly sums: readonly number[];
  readonly rows: number;
  /** Vectors of a row, and the valid lanes of the last one. */
  readonly width: number;
  readonly lanes: number;
  /** Local: bytes from the beginning of the results to the tile. */
  readonly at: number;
  /** Local: bytes from the beginning of a row to the tile's columns. */
  readonly column: number;
  readonly rowBytes: number;
}

export type Finish = (tile: Tile) => void;

/** How an operand from outside lies over the result: like it, as one row for all, or as one number. */
type Cover = 'same' | 'row' | 'number';

function coverOf(node: Node, k: number): Cover | undefined {
  const { start, strides } = accessOf(node, k, undefined as unknown as Place);
  if (start !== 0) return undefined;
  const key = strides.join();
  if (key === broadcastStrides(node.shape, node.shape).join()) return 'same';
  if (strides.every(s => s === 0)) return 'number';
  const last = strides.length - 1;
  return strides.every((s, d) => s === (d === last ? 1 : 0)) ? 'row' : undefined;
}

/** Can the node be computed on the tiles of a product, whose kernel has these nodes? */
export function finishes(nodes: readonly Node[], node: Node): boolean {
  const { op } = node;
  if (op.kind !== 'unary' && op.kind !== 'binary' && op.kind !== 'select') return false;
  // Functions of many registers stay in loops of their own: the sums of a tile fill the registers.
  if (isCostly(node)) return false;
  return node.inputs.every(
    (input, k) =>
      (nodes.includes(input) && fuses(node, k)) || uniformValue(input) !== undefined || coverOf(node, k) !== undefined,
  );
}

/** Computes the nodes behind the first, which is the product, on each tile, and stores what is wanted of all. */
export function finisher(w: KernelWriter, kernel: MapKernel): Finish {
  const { fn } = w;
  const [product, ...rest] = kernel.nodes as [Node, ...Node[]];
  const locals = new Map(rest.map(node => [node, fn.local('v128')] as const));
  const operand = (tile: Tile, node: Node, k: number, row: number, vector: number): Push => {
    const input = node.inputs[k]!;
    const uniform = uniformValue(input);
    if (uniform !== undefined) return () => fn.splat(uniform);
    if (input === product) return () => fn.get(tile.sums[row * tile.width + vector]!);
    const local = locals.get(input);
    if (local !== undefined) return () => fn.get(local);
    const cover = coverOf(node, k);
    const place = kernel.place(input);
    return () => {
      if (cover === 'number') fn.loadSplat(w.address(place));
      else if (cover === 'row') fn.loadVector(w.address(place, tile.column) + vector * 16);
      else fn.loadVector(w.address(place, tile.at) + row * tile.rowBytes + vector * 16);
    };
  };
  return tile => {
    for (let row = 0; row < tile.rows; row++)
      for (let vector = 0; vector < tile.width; vector++) {
        const sum = tile.sums[row * tile.width + vector]!;
        for (const node of rest) {
          emitOperation(
            w,
            node,
            node.inputs.map((_, k) => operand(tile, node, k, row, vector)),
          );
          fn.set(locals.get(node)!);
        }
        const lanes = vector === tile.width - 1 ? tile.lanes : 4;
        for (const { node, place, flush } of kernel.stores) {
          const value = node === product ? sum : locals.get(node)!;
          if (flush) flushTiny(w, value);
          storeLanes(w, place, tile.at, row * tile.rowBytes + vector * 16, value, lanes);
        }
      }
  };
}
