/** Where tensors live in the memory of a module. */
import { FunctionWriter, scalar } from './binary.ts';

/** A piece of memory whose address is settled before code is written. */
export class Region {
  base = -1;
  readonly bytes: number;

  constructor(bytes: number) {
    this.bytes = bytes;
  }
}

/** An address that moves in a loop: slices of a scan. Kernels take pointers as parameters. */
export class Pointer {
  readonly kind = 'pointer';
}

/** An address: `offset` bytes behind a region's beginning or a pointer. */
export interface Place {
  readonly base: Region | Pointer;
  readonly offset: number;
}

export const at = (base: Region | Pointer, offset = 0): Place => ({ base, offset });

/** Vectors may be read up to 12 bytes past the end of a tensor; nothing is ever written there. */
export const slack = 16;

/** Bytes set aside for a tensor of `elements` numbers. */
export function room(elements: number): number {
  return Math.ceil((elements * 4 + slack) / 16) * 16;
}

/** One kernel: a function of the module with the pointers it uses as parameters. */
export class KernelWriter {
  readonly fn: FunctionWriter;
  readonly pointers: readonly Pointer[];
  /** Fused multiply-add where the machine has it. */
  readonly fma: boolean;

  constructor(places: readonly Place[], fma: boolean) {
    this.pointers = pointersOf(places);
    this.fn = new FunctionWriter(this.pointers.map(() => 'i32'));
    this.fma = fma;
  }

  /**
   * Puts the address of a place on the stack, moved by the bytes in local `moved` if one is given; returns what memory instructions
   * take as their constant offset.
   */
  address(place: Place, moved?: number): number {
    const { base } = place;
    if (base instanceof Region) {
      if (moved === undefined) this.fn.i32(0);
      else this.fn.get(moved);
      if (base.base < 0) throw new Error('a tensor without a place');
      return base.base + place.offset;
    }
    this.fn.get(this.pointers.indexOf(base));
    if (moved !== undefined) {
      this.fn.get(moved);
      this.fn.op(scalar.i32Add);
    }
    return place.offset;
  }

  /** Puts the whole address on the stack, for instructions without a constant offset. */
  wholeAddress(place: Place, moved?: number): void {
    const offset = this.address(place, moved);
    if (offset === 0) return;
    this.fn.i32(offset);
    this.fn.op(scalar.i32Add);
  }
}

export function pointersOf(places: readonly Place[]): readonly Pointer[] {
  const found: Pointer[] = [];
  for (const { base } of places) if (base instanceof Pointer && !found.includes(base)) found.push(base);
  return found;
}
