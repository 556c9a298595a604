/** The WebAssembly binary format, as far as the engine needs it: functions, one memory, data, SIMD. */

import { webAssembly } from './webassembly.ts';

export type ValueType = 'i32' | 'f32' | 'v128';

const typeCode: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** Instructions of one byte. */
export const scalar = {
  select: 0x1b,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32Ne: 0x47,
  i32LtS: 0x48,
  i32LtU: 0x49,
  i32GtS: 0x4a,
  f32Gt: 0x5e,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32Shl: 0x74,
  f32Add: 0x92,
  f32Mul: 0x94,
  f32Max: 0x97,
} as const;

/** Instructions on four lanes; the number after the SIMD prefix. */
export const simd = {
  f32x4Splat: 0x13,
  f32x4Eq: 0x41,
  f32x4Ne: 0x42,
  f32x4Lt: 0x43,
  f32x4Gt: 0x44,
  f32x4Le: 0x45,
  and: 0x4e,
  andNot: 0x4f,
  or: 0x50,
  xor: 0x51,
  bitselect: 0x52,
  f32x4Floor: 0x68,
  f32x4Nearest: 0x6a,
  i32x4Shl: 0xab,
  i32x4ShrS: 0xac,
  i32x4ShrU: 0xad,
  i32x4Add: 0xae,
  i32x4Sub: 0xb1,
  f32x4Abs: 0xe0,
  f32x4Neg: 0xe1,
  f32x4Sqrt: 0xe3,
  f32x4Add: 0xe4,
  f32x4Sub: 0xe5,
  f32x4Mul: 0xe6,
  f32x4Div: 0xe7,
  f32x4Min: 0xe8,
  f32x4Max: 0xe9,
  /** first, second: the second where it is less, or greater, else the first, NaN included: one instruction where min and max are eight. */
  f32x4Pmin: 0xea,
  f32x4Pmax: 0xeb,
  i32x4TruncSat: 0xf8,
  f32x4Convert: 0xfa,
  relaxedMadd: 0x105,
} as const;

type ScalarOp = (typeof scalar)[keyof typeof scalar];
type SimdOp = (typeof simd)[keyof typeof simd];

function unsigned(out: number[], value: number): void {
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
}

function signed(out: number[], value: number): void {
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    out.push(done ? low : low | 0x80);
    if (done) return;
  }
}

const float = new Float32Array(1);
const floatBytes = new Uint8Array(float.buffer);

function floatBits(value: number): readonly number[] {
  float[0] = value;
  return [...floatBytes];
}

/** One function while it is written. Methods append instructions; what they do to the stack is WebAssembly's. */
export class FunctionWriter {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly #locals: ValueType[] = [];
  readonly #bytes: number[] = [];
  /** Vector constants by their bytes, with the local that holds each from the beginning of the function on. */
  readonly #constants = new Map<string, { readonly bytes: readonly number[]; readonly local: number }>();

  constructor(params: readonly ValueType[], results: readonly ValueType[] = []) {
    this.params = params;
    this.results = results;
  }

  /** A new local variable, 0 at first. */
  local(type: ValueType): number {
    this.#locals.push(type);
    return this.params.length + this.#locals.length - 1;
  }

  op(...ops: readonly ScalarOp[]): void {
    this.#bytes.push(...ops);
  }

  simd(op: SimdOp): void {
    this.#bytes.push(0xfd);
    unsigned(this.#bytes, op);
  }

  i32(value: number): void {
    this.#bytes.push(0x41);
    signed(this.#bytes, value);
  }

  f32(value: number): void {
    this.#bytes.push(0x43, ...floatBits(value));
  }

  /** Four lanes of one number. */
  splat(value: number): void {
    this.lanes([value, value, value, value]);
  }

  lanes(values: readonly number[]): void {
    this.#vector(values.flatMap(floatBits));
  }

  /**
   * A constant is made once, before all loops: a machine needs four instructions and more to make one out of nothing, and compilers of
   * WebAssembly leave it where it stands. Zero is one instruction anywhere.
   */
  #vector(bytes: readonly number[]): void {
    if (bytes.every(b => b === 0)) {
      this.#bytes.push(0xfd, 12, ...bytes);
      return;
    }
    const key = bytes.join();
    const known = this.#constants.get(key) ?? { bytes, local: this.local('v128') };
    this.#constants.set(key, known);
    this.get(known.local);
  }

  /** Four lanes of one integer. */
  splatBits(bits: number): void {
    const bytes = [bits & 255, (bits >>> 8) & 255, (bits >>> 16) & 255, (bits >>> 24) & 255];
    this.#vector([...bytes, ...bytes, ...bytes, ...bytes]);
  }

  get(local: number): void {
    this.#bytes.push(0x20);
    unsigned(this.#bytes, local);
  }

  set(local: number): void {
    this.#bytes.push(0x21);
    unsigned(this.#bytes, local);
  }

  tee(local: number): void {
    this.#bytes.push(0x22);
    unsigned(this.#bytes, local);
  }

  #memory(prefix: readonly number[], align: number, offset: number): void {
    this.#bytes.push(...prefix, align);
    unsigned(this.#bytes, offset);
  }

  loadI32(offset: number): void {
    this.#memory([0x28], 2, offset);
  }
  loadF32(offset: number): void {
    this.#memory([0x2a], 2, offset);
  }
  storeI32(offset: number): void {
    this.#memory([0x36], 2, offset);
  }
  storeF32(offset: number): void {
    this.#memory([0x38], 2, offset);
  }
  loadVector(offset: number): void {
    this.#memory([0xfd, 0], 2, offset);
  }
  loadSplat(offset: number): void {
    this.#memory([0xfd, 9], 2, offset);
  }
  /** address, vector: replaces one lane by what stands at the address. */
  loadLane(offset: number, lane: number): void {
    this.#memory([0xfd, 86], 2, offset);
    this.#bytes.push(lane);
  }
  storeVector(offset: number): void {
    this.#memory([0xfd, 11], 2, offset);
  }
  storeLane(offset: number, lane: number): void {
    this.#memory([0xfd, 90], 2, offset);
    this.#bytes.push(lane);
  }
  storePair(offset: number, pair: number): void {
    this.#memory([0xfd, 91], 2, offset);
    this.#bytes.push(pair);
  }
  /** first, second: four of their eight numbers, 0-3 of the first, 4-7 of the second. */
  shuffle(picks: readonly number[]): void {
    this.#bytes.push(0xfd, 13, ...picks.flatMap(p => [p * 4, p * 4 + 1, p * 4 + 2, p * 4 + 3]));
  }
  extract(lane: number): void {
    this.#bytes.push(0xfd, 31, lane);
  }
  /** destination, source, bytes */
  copyMemory(): void {
    this.#bytes.push(0xfc, 10, 0, 0);
  }
  /** destination, byte, bytes */
  fillMemory(): void {
    this.#bytes.push(0xfc, 11, 0);
  }

  call(fn: number): void {
    this.#bytes.push(0x10);
    unsigned(this.#bytes, fn);
  }

  /** Runs `body` and again while the condition that it leaves on the stack holds. */
  loop(body: () => void): void {
    this.#bytes.push(0x03, 0x40);
    body();
    this.#bytes.push(0x0d, 0, 0x0b);
  }

  /** Takes a condition. */
  if(then: () => void, otherwise?: () => void): void {
    this.#bytes.push(0x04, 0x40);
    then();
    if (otherwise !== undefined) {
      this.#bytes.push(0x05);
      otherwise();
    }
    this.#bytes.push(0x0b);
  }

  /** `for (i = from; i < to; i += step)` with at least one turn; a loop of one turn is written out. */
  repeat(i: number, from: number, to: number, step: number, body: () => void): void {
    this.i32(from);
    this.set(i);
    if (from + step >= to) {
      body();
      return;
    }
    this.loop(() => {
      body();
      this.get(i);
      this.i32(step);
      this.op(scalar.i32Add);
      this.tee(i);
      this.i32(to);
      this.op(scalar.i32LtS);
    });
  }

  /** Adds a constant to a local. */
  advance(local: number, by: number): void {
    if (by === 0) return;
    this.get(local);
    this.i32(by);
    this.op(scalar.i32Add);
    this.set(local);
  }

  /** The function's entry in the code section. */
  body(): readonly number[] {
    const groups: { type: ValueType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = groups.at(-1);
      if (last?.type === type) last.count++;
      else groups.push({ type, count: 1 });
    }
    const out: number[] = [];
    unsigned(out, groups.length);
    for (const { type, count } of groups) {
      unsigned(out, count);
      out.push(typeCode[type]);
    }
    for (const { bytes, local } of this.#constants.values()) {
      out.push(0xfd, 12, ...bytes, 0x21);
      unsigned(out, local);
    }
    for (const byte of this.#bytes) out.push(byte);
    out.push(0x0b);
    return out;
  }
}

export interface ModuleParts {
  readonly functions: readonly FunctionWriter[];
  /** Exported functions by name. */
  readonly exports: readonly { readonly name: string; readonly fn: number }[];
  /** Bytes of memory; it never grows. Exported as `memory`. */
  readonly memory: number;
  readonly data: readonly { readonly at: number; readonly bytes: Uint8Array }[];
}

const pageBytes = 65_536;

export function encodeModule(parts: ModuleParts): Uint8Array<ArrayBuffer> {
  const types: string[] = [];
  const typeBytes: number[][] = [];
  const typeOf = (fn: FunctionWriter): number => {
    const key = `${fn.params.join()}>${fn.results.join()}`;
    const known = types.indexOf(key);
    if (known >= 0) return known;
    types.push(key);
    const bytes = [0x60];
    for (const list of [fn.params, fn.results]) {
      unsigned(bytes, list.length);
      for (const type of list) bytes.push(typeCode[type]);
    }
    typeBytes.push(bytes);
    return types.length - 1;
  };
  const typeIndices = parts.functions.map(typeOf);
  const out: number[] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const section = (id: number, entries: readonly (readonly number[])[]): void => {
    const body: number[] = [];
    unsigned(body, entries.length);
    for (const entry of entries) for (const byte of entry) body.push(byte);
    out.push(id);
    unsigned(out, body.length);
    for (const byte of body) out.push(byte);
  };
  section(1, typeBytes);
  section(
    3,
    typeIndices.map(index => {
      const bytes: number[] = [];
      unsigned(bytes, index);
      return bytes;
    }),
  );
  const pages = Math.max(1, Math.ceil(parts.memory / pageBytes));
  const limits: number[] = [1];
  unsigned(limits, pages);
  unsigned(limits, pages);
  section(5, [limits]);
  const names = [
    { name: 'memory', kind: 2, index: 0 },
    ...parts.exports.map(({ name, fn }) => ({ name, kind: 0, index: fn })),
  ];
  section(
    7,
    names.map(({ name, kind, index }) => {
      const text = new TextEncoder().encode(name);
      const bytes: number[] = [];
      unsigned(bytes, text.length);
      bytes.push(...text, kind);
      unsigned(bytes, index);
      return bytes;
    }),
  );
  section(10, parts.functions.map(sized));
  section(
    11,
    parts.data.map(({ at, bytes }) => {
      const entry: number[] = [0, 0x41];
      signed(entry, at);
      entry.push(0x0b);
      unsigned(entry, bytes.length);
      for (const byte of bytes) entry.push(byte);
      return entry;
    }),
  );
  return Uint8Array.from(out);
}

function sized(fn: FunctionWriter): readonly number[] {
  const body = fn.body();
  const out: number[] = [];
  unsigned(out, body.length);
  for (const byte of body) out.push(byte);
  return out;
}

/** Does this machine's WebAssembly know fused multiply-add on four lanes? */
export function hasRelaxedMadd(): boolean {
  const fn = new FunctionWriter([], ['v128']);
  fn.splat(1);
  fn.splat(1);
  fn.splat(1);
  fn.simd(simd.relaxedMadd);
  return webAssembly.validate(encodeModule({ functions: [fn], exports: [], memory: 0, data: [] }));
}
