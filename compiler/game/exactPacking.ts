import { EvaluationError, NotFiniteError } from './evaluateErrors.ts';
import { isInt32, type Memory } from './evaluateMemory.ts';
import type { GameModel, Store } from './model.ts';

/** A state store's place in the packed words. */
interface Field {
  readonly store: Store;
  readonly size: number;
  /** Value minus `low` is what is packed. */
  readonly low: number;
  readonly span: number;
  /** Bits per element; 64 for stores without 32-bit bounds, which are packed as doubles. */
  readonly bits: number;
  /** Word and shift of every element. */
  readonly word: Int32Array;
  readonly shift: Int32Array;
}

/**
 * Packs the state stores (and time, where the game reads it) into 32-bit words, bounded integers in as few bits as their range
 * needs; no element straddles two words.
 */
export class StatePacking {
  /** Words per state, at least 1. */
  readonly width: number;
  private readonly memory: Memory;
  private readonly fields: readonly Field[];
  private readonly usesTime: boolean;
  private readonly double = new Float64Array(1);
  private readonly halves = new Int32Array(this.double.buffer);

  /** @throws NotFiniteError when a state store holds reals. */
  constructor(model: GameModel, memory: Memory) {
    this.memory = memory;
    this.usesTime = model.usesTime;
    const fields: Field[] = [];
    let word = model.usesTime ? 1 : 0;
    let used = 0;
    for (const store of model.state) {
      if (store.scalar === 'real') {
        throw new NotFiniteError(
          `the state of this game holds real numbers (\`${store.name}\`), so its states cannot be listed; sample or train it instead`,
        );
      }
      const { low, high } = store.bounds;
      const bits = isInt32(store) ? 32 - Math.clz32(high - low) : 64;
      const field: Field = {
        store,
        size: store.size,
        low,
        span: high - low,
        bits,
        word: new Int32Array(store.size),
        shift: new Int32Array(store.size),
      };
      for (let k = 0; k < store.size; k++) {
        if (used + Math.min(bits, 32) > 32) {
          word++;
          used = 0;
        }
        field.word[k] = word;
        field.shift[k] = used;
        if (bits === 64) word++;
        used += Math.min(bits, 32);
      }
      fields.push(field);
    }
    this.fields = fields;
    this.width = Math.max(1, word + (used > 0 ? 1 : 0));
  }

  /** Packs the state; with `reached`, the state that the step in progress reaches. Time is `time`. */
  pack(words: Int32Array, reached: boolean, time: number): void {
    words.fill(0);
    if (this.usesTime) words[0] = time;
    for (const field of this.fields) {
      const { store, size, low, span, bits, word, shift } = field;
      const next = store.role.kind === 'state' ? store.role.next : undefined;
      const data = this.memory.store(reached && next !== undefined ? next : store) as Int32Array;
      if (bits === 64) {
        for (let k = 0; k < size; k++) {
          this.double[0] = (data[k] as number) + 0;
          words[word[k] as number] = this.halves[0] as number;
          words[(word[k] as number) + 1] = this.halves[1] as number;
        }
        continue;
      }
      for (let k = 0; k < size; k++) {
        const v = (data[k] as number) - low;
        if (!(v >= 0 && v <= span)) outOfRange(store, data[k] as number);
        const at = word[k] as number;
        words[at] = (words[at] as number) | (v << (shift[k] as number));
      }
    }
  }

  /** Restores a packed state into the memory. */
  unpack(words: Int32Array, offset: number): void {
    if (this.usesTime) this.memory.time = words[offset] as number;
    for (const { store, size, low, bits, word, shift } of this.fields) {
      const data = this.memory.store(store) as Int32Array;
      if (bits === 64) {
        for (let k = 0; k < size; k++) {
          this.halves[0] = words[offset + (word[k] as number)] as number;
          this.halves[1] = words[offset + (word[k] as number) + 1] as number;
          data[k] = this.double[0] as number;
        }
        continue;
      }
      const mask = bits === 32 ? -1 : (1 << bits) - 1;
      for (let k = 0; k < size; k++) {
        const packed = (words[offset + (word[k] as number)] as number) >>> (shift[k] as number);
        // For 32 bits the sum wraps around to the value.
        data[k] = (packed & mask) + low;
      }
    }
  }
}

function outOfRange(store: Store, value: number): never {
  throw new EvaluationError(
    `\`${store.name}\` holds values in ${store.bounds.low}..${store.bounds.high}, but it is ${value}`,
  );
}

/** A set of fixed-width keys of 32-bit words, numbered in order of insertion: open addressing over typed arrays. */
export class KeyTable {
  readonly width: number;
  /** Key k is `words[k * width .. (k + 1) * width]`. */
  words: Int32Array;
  count = 0;
  private slots: Int32Array;

  constructor(width: number, capacity = 1024) {
    this.width = width;
    this.words = new Int32Array(capacity * width);
    this.slots = new Int32Array(capacity * 2);
  }

  /** The number of a key; a new key gets the next number (`count` grows). */
  add(key: Int32Array): number {
    const mask = this.slots.length - 1;
    let slot = hash(key, 0, this.width) & mask;
    for (;;) {
      const found = this.slots[slot] as number;
      if (found === 0) break;
      if (this.holds(found - 1, key)) return found - 1;
      slot = (slot + 1) & mask;
    }
    const index = this.count++;
    if (index * this.width === this.words.length) {
      const wider = new Int32Array(this.words.length * 2);
      wider.set(this.words);
      this.words = wider;
    }
    this.words.set(key, index * this.width);
    this.slots[slot] = index + 1;
    if (this.count * 2 > this.slots.length) this.rehash();
    return index;
  }

  private holds(index: number, key: Int32Array): boolean {
    const { words, width } = this;
    const start = index * width;
    for (let k = 0; k < width; k++) if (words[start + k] !== key[k]) return false;
    return true;
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (let index = 0; index < this.count; index++) {
      let slot = hash(this.words, index * this.width, this.width) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.slots = slots;
  }
}

function hash(words: Int32Array, start: number, width: number): number {
  let h = 0x2545f491;
  for (let k = 0; k < width; k++) {
    h = Math.imul(h ^ (words[start + k] as number), 0x21f0aaad);
    h ^= h >>> 15;
  }
  h = Math.imul(h, 0x735a2d97);
  return h ^ (h >>> 15);
}

/** 32-bit integers in an array that grows by doubling. */
export class GrowingInts {
  length = 0;
  private data = new Int32Array(256);

  push(value: number): void {
    if (this.length === this.data.length) {
      const wider = new Int32Array(this.data.length * 2);
      wider.set(this.data);
      this.data = wider;
    }
    this.data[this.length++] = value;
  }

  at(index: number): number {
    return this.data[index] as number;
  }

  /** The values pushed, in an array of just that length. */
  finish(): Int32Array {
    return this.data.slice(0, this.length);
  }
}
