/**
 * Tables over observations. An observation is a slice of 32-bit floats, compared bit for bit (with -0 equal to 0); each
 * distinct one seen gets the next row number. Columns hold the learned numbers of a row and grow with the table. The index
 * is an open-addressing hash table (linear probing, at most half full), so nothing is allocated per look-up.
 */
import type { Arrays } from './learner.ts';

/** The bits of observations, as `ObservationRows` reads them. */
export function bitsOf(observations: Float32Array): Int32Array {
  return new Int32Array(observations.buffer, observations.byteOffset, observations.length);
}

/** `width` numbers per row, `initial` at first. Read `values` afresh after any look-up that may add a row. */
export interface Column {
  readonly name: string;
  readonly width: number;
  readonly initial: number;
  values: Float64Array;
}

export class ObservationRows {
  readonly keyLength: number;
  readonly maskLength: number;
  /** Rows in use. */
  count = 0;
  /** Legal actions of each row, as they were when it was first seen: `maskLength` flags. */
  legal: Uint8Array;
  private keys: Int32Array;
  private slots = new Int32Array(32).fill(-1);
  private capacity = 16;
  private readonly columns: Column[] = [];

  constructor(keyLength: number, maskLength: number) {
    this.keyLength = keyLength;
    this.maskLength = maskLength;
    this.legal = new Uint8Array(this.capacity * maskLength);
    this.keys = new Int32Array(this.capacity * keyLength);
  }

  column(name: string, width: number, initial: number): Column {
    const column = { name, width, initial, values: new Float64Array(this.capacity * width).fill(initial) };
    this.columns.push(column);
    return column;
  }

  /** The row of an observation, added if it is new. */
  rowOf(bits: Int32Array, start: number, masks: Uint8Array, maskStart: number): number {
    const row = this.find(bits, start);
    return row >= 0 ? row : this.add(bits, start, masks, maskStart);
  }

  /** The row of an observation, or -1. */
  find(bits: Int32Array, start: number): number {
    if (this.keyLength === 0) return this.count - 1;
    return this.slots[this.slotOf(bits, start)]!;
  }

  private add(bits: Int32Array, start: number, masks: Uint8Array, maskStart: number): number {
    if (this.count === this.capacity) this.grow();
    const row = this.count++;
    for (let k = 0; k < this.keyLength; k++) this.keys[row * this.keyLength + k] = zeroed(bits[start + k]!);
    for (let k = 0; k < this.maskLength; k++) this.legal[row * this.maskLength + k] = masks[maskStart + k]!;
    this.slots[this.slotOf(bits, start)] = row;
    return row;
  }

  /** The slot that holds this observation, or the empty one where it belongs. */
  private slotOf(bits: Int32Array, start: number): number {
    const last = this.slots.length - 1;
    let h = 0x9e3779b9;
    for (let k = 0; k < this.keyLength; k++) {
      h = Math.imul(h ^ zeroed(bits[start + k]!), 0x21f0aaad);
      h ^= h >>> 15;
    }
    for (let slot = h & last; ; slot = (slot + 1) & last) {
      const row = this.slots[slot]!;
      if (row < 0 || this.equals(row, bits, start)) return slot;
    }
  }

  private equals(row: number, bits: Int32Array, start: number): boolean {
    for (let k = 0; k < this.keyLength; k++) {
      if (this.keys[row * this.keyLength + k] !== zeroed(bits[start + k]!)) return false;
    }
    return true;
  }

  private grow(): void {
    this.capacity *= 2;
    const keys = this.keys;
    this.keys = new Int32Array(this.capacity * this.keyLength);
    this.keys.set(keys);
    const legal = this.legal;
    this.legal = new Uint8Array(this.capacity * this.maskLength);
    this.legal.set(legal);
    for (const column of this.columns) {
      const values = column.values;
      column.values = new Float64Array(this.capacity * column.width).fill(column.initial);
      column.values.set(values);
    }
    this.slots = new Int32Array(this.capacity * 2).fill(-1);
    if (this.keyLength === 0) return;
    for (let row = 0; row < this.count; row++) this.slots[this.slotOf(this.keys, row * this.keyLength)] = row;
  }

  /** The observation of a row. */
  key(row: number): Float32Array {
    return new Float32Array(this.keys.slice(row * this.keyLength, (row + 1) * this.keyLength).buffer);
  }

  save(prefix: string, into: Arrays): void {
    into.set(`${prefix}.count`, Int32Array.of(this.count));
    into.set(`${prefix}.keys`, this.keys.slice(0, this.count * this.keyLength));
    into.set(`${prefix}.legal`, this.legal.slice(0, this.count * this.maskLength));
    for (const { name, width, values } of this.columns) {
      into.set(`${prefix}.${name}`, values.slice(0, this.count * width));
    }
  }

  /** Replaces the table by what `save` wrote. */
  restore(prefix: string, from: Arrays): void {
    const keys = from.get(`${prefix}.keys`) as Int32Array;
    const legal = from.get(`${prefix}.legal`) as Uint8Array;
    const count = (from.get(`${prefix}.count`) as Int32Array)[0]!;
    this.count = 0;
    this.slots.fill(-1);
    for (let row = 0; row < count; row++) this.add(keys, row * this.keyLength, legal, row * this.maskLength);
    for (const column of this.columns) column.values.set(from.get(`${prefix}.${column.name}`) as Float64Array);
  }
}

/** The bits of -0 become those of 0. */
function zeroed(bits: number): number {
  return bits === -2147483648 ? 0 : bits;
}
