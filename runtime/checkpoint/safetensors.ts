/**
 * The safetensors format, written and read here: 8 bytes with the length of the header (little-endian), the header as JSON (name ->
 * type, shape, place), then the numbers, little-endian, in the order of their places without holes. Other tools read it.
 */
import type { Arrays } from '../learners/shared/learner.ts';

const types = { F64: Float64Array, F32: Float32Array, I32: Int32Array, U8: Uint8Array } as const;
type TypeName = keyof typeof types;
type Numbers = Float64Array | Float32Array | Int32Array | Uint8Array;

/** The name of the header's entry that holds text about the file. */
const metadataName = '__metadata__';
/** A header of more bytes than this is no header; the reference implementation has the same limit. */
const longestHeader = 100_000_000;

export interface SafetensorsOptions {
  /** Shapes of tensors that are not flat; the product must be the number of elements. */
  readonly shapes?: ReadonlyMap<string, readonly number[]>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Wide types first, so that every tensor starts at a multiple of its element; equal types by name. */
export function encodeSafetensors(arrays: Arrays, { shapes, metadata }: SafetensorsOptions = {}): Uint8Array {
  const sorted = [...arrays].sort(
    ([a, x], [b, y]) => y.BYTES_PER_ELEMENT - x.BYTES_PER_ELEMENT || (a < b ? -1 : a > b ? 1 : 0),
  );
  const entries: [string, unknown][] = metadata === undefined ? [] : [[metadataName, metadata]];
  let end = 0;
  for (const [name, array] of sorted) {
    if (name === metadataName) throw new RangeError(`a tensor cannot be named ${metadataName}`);
    const shape = shapes?.get(name) ?? [array.length];
    if (shape.reduce((product, n) => product * n, 1) !== array.length)
      throw new RangeError(`${name} has ${array.length} numbers, which is not the shape ${shape.join('x')}`);
    entries.push([name, { dtype: typeOf(array), shape, data_offsets: [end, end + array.byteLength] }]);
    end += array.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.fill(32, 8, 8 + length);
  bytes.set(json, 8);
  let at = 8 + length;
  for (const [, array] of sorted) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return bytes;
}

export interface Safetensors {
  readonly arrays: Arrays;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Reads a file with the types F64, F32, I32 and U8; otherwise says what is wrong, as the end of "it cannot be read: ...". */
export function decodeSafetensors(bytes: Uint8Array): Safetensors | { readonly error: string } {
  if (bytes.length < 8) return { error: 'it is shorter than the length of a header' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > longestHeader || 8 + length > bytes.length) return { error: 'it ends inside its header' };
  const header = parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  if (header === undefined) return { error: 'its header is damaged' };
  const arrays: Arrays = new Map();
  const shapes = new Map<string, readonly number[]>();
  let metadata: Readonly<Record<string, string>> = {};
  const placed: { name: string; entry: Entry }[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === metadataName) metadata = textsOf(value);
    else if (isEntry(value)) placed.push({ name, entry: value });
    else return { error: `its entry ${name} is damaged or of a type that is not read here` };
  }
  placed.sort(
    (a, b) => a.entry.data_offsets[0] - b.entry.data_offsets[0] || a.entry.data_offsets[1] - b.entry.data_offsets[1],
  );
  let end = 0;
  for (const { name, entry } of placed) {
    const [from, to] = entry.data_offsets;
    const count = entry.shape.reduce((product, n) => product * n, 1);
    if (from !== end || to - from !== count * types[entry.dtype].BYTES_PER_ELEMENT)
      return { error: `the place of its tensor ${name} does not fit its shape` };
    end = to;
    if (8 + length + to > bytes.length) return { error: `it ends inside the tensor ${name}` };
    // A copy of its own: a view of a file's bytes would share its memory, and not be aligned.
    const copy = new Uint8Array(bytes.subarray(8 + length + from, 8 + length + to));
    arrays.set(name, new types[entry.dtype](copy.buffer));
    shapes.set(name, entry.shape);
  }
  if (8 + length + end !== bytes.length) return { error: 'it goes on behind its last tensor' };
  return { arrays, shapes, metadata };
}

function typeOf(array: Numbers): TypeName {
  if (array instanceof Float64Array) return 'F64';
  if (array instanceof Float32Array) return 'F32';
  return array instanceof Int32Array ? 'I32' : 'U8';
}

interface Entry {
  readonly dtype: TypeName;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  const { dtype, shape, data_offsets: place } = value as Partial<Record<keyof Entry, unknown>>;
  const whole = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every(n => Number.isSafeInteger(n) && n >= 0);
  return typeof dtype === 'string' && Object.hasOwn(types, dtype) && whole(shape) && whole(place) && place.length === 2;
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
