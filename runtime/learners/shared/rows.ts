/**
 * Tables over observations. An observation is a slice of 32-bit floats, compared bit for bit (with -0 equal to 0); each
 * distinct one seen gets the next row number. Columns hold the learned numbers of a row and grow with the table. The index
 * is an open-addressing hash table (linear probing, at most half full), so nothing is allocated per look-up.
 */
import type { Arrays } from './learner.ts';
import type { Shape } from './shape.ts';

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

/** Rows by observation, with their columns. */
export interface Rows {
  readonly keyLength: number;
  /** Rows in use. */
  readonly count: number;
  /** Legal actions of each row, as they were when it was first seen: one flag per action. */
  readonly legal: Uint8Array;
  column(name: string, width: number, initial: number): Column;
  /** The row of an observation, added if it is new. */
  rowOf(bits: Int32Array, start: number, masks: Uint8Array, maskStart: number): number;
  /** The row of an observation, or -1. */
  find(bits: Int32Array, start: number): number;
  /** The observation of a row. */
  key(row: number): Float32Array;
  save(prefix: string, into: Arrays): void;
  /** Replaces the table by what `save` wrote. */
  restore(prefix: string, from: Arrays): void;
}

/** An empty table for observations of `keyLength` numbers, with `maskLength` actions to remember the legality of. */
export function rowsFor(shape: Shape, keyLength: number, maskLength: number): Rows {
  return shape.observationRow === 0 ? new SingleRow(maskLength) : new ObservationRows(keyLength, maskLength);
}

/** The table of a game in which nothing is observed. */
class SingleRow implements Rows {
  readonly keyLength = 0;
  count = 0;
  readonly legal: Uint8Array;
  private readonly columns: Column[] = [];

  constructor(maskLength: number) {
    this.legal = new Uint8Array(maskLength);
  }

  column(name: string, width: number, initial: number): Column {
    const column = { name, width, initial, values: new Float64Array(width).fill(initial) };
    this.columns.push(column);
    return column;
  }

  rowOf(_bits: Int32Array, _start: number, masks: Uint8Array, maskStart: number): number {
    if (this.count === 0) this.legal.set(masks.subarray(maskStart, maskStart + this.legal.length));
    this.count = 1;
    return 0;
  }

  find(_bits: Int32Array, _start: number): number {
    return this.count - 1;
  }

  key(): Float32Array {
    return new Float32Array(0);
  }

  save(prefix: string, into: Arrays): void {
    into.set(`${prefix}.count`, Int32Array.of(this.count));
    into.set(`${prefix}.legal`, this.legal.slice());
    for (const { name, values } of this.columns) into.set(`${prefix}.${name}`, values.slice());
  }

  restore(prefix: string, from: Arrays): void {
    this.count = (from.get(`${prefix}.count`) as Int32Array)[0]!;
    this.legal.set(from.get(`${prefix}.legal`) as Uint8Array);
    for (const { name, values } of this.columns) values.set(from.get(`${prefix}.${name}`) as Float64Array);
  }
}

class ObservationRows implements Rows {
  readonly keyLength: number;
  readonly maskLength: number;
  count = 0;
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

  rowOf(bits: Int32Array, start: number, masks: Uint8Array, maskStart: number): number {
    const row = this.find(bits, start);
    return row >= 0 ? row : this.add(bits, start, masks, maskStart);
  }

  find(bits: Int32Array, start: number): number {
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
    for (let row = 0; row < this.count; row++) this.slots[this.slotOf(this.keys, row * this.keyLength)] = row;
  }

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
