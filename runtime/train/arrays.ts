/**
 * Named typed arrays in one file: the line `marl arrays 1`, a line of JSON that lists name, type and length of each, padding to
 * a multiple of 8 bytes, then the arrays one after another, each padded likewise, little-endian.
 */
import type { Arrays } from '../learners/shared/learner.ts';

const magic = 'marl arrays 1\n';
const types = { Float64Array, Float32Array, Int32Array, Uint8Array } as const;
type TypeName = keyof typeof types;

interface Entry {
  readonly name: string;
  readonly type: TypeName;
  readonly length: number;
}

export function encodeArrays(arrays: Arrays): Uint8Array {
  const entries: Entry[] = [];
  for (const [name, array] of arrays) {
    entries.push({ name, type: array.constructor.name as TypeName, length: array.length });
  }
  const head = new TextEncoder().encode(`${magic}${JSON.stringify(entries)}\n`);
  let size = padded(head.length);
  for (const array of arrays.values()) size += padded(array.byteLength);
  const bytes = new Uint8Array(size);
  bytes.set(head);
  let offset = padded(head.length);
  for (const array of arrays.values()) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    offset += padded(array.byteLength);
  }
  return bytes;
}

/** What `encodeArrays` wrote, or why it cannot be read. */
export function decodeArrays(bytes: Uint8Array): { readonly arrays: Arrays } | { readonly error: string } {
  const end = bytes.indexOf(10, magic.length);
  if (new TextDecoder().decode(bytes.subarray(0, magic.length)) !== magic || end < 0) {
    return { error: 'it does not start as a table file does' };
  }
  const entries = entriesOf(new TextDecoder().decode(bytes.subarray(magic.length, end)));
  if (entries === undefined) return { error: 'its list of tables is damaged' };
  const arrays: Arrays = new Map();
  let offset = padded(end + 1);
  for (const { name, type, length } of entries) {
    const size = length * types[type].BYTES_PER_ELEMENT;
    if (offset + size > bytes.length) return { error: `it ends inside the table ${name}` };
    // A copy of its own: `slice` of a Node Buffer would share the memory of the whole file, and not be aligned.
    arrays.set(name, new types[type](new Uint8Array(bytes.subarray(offset, offset + size)).buffer));
    offset += padded(size);
  }
  return { arrays };
}

function entriesOf(text: string): Entry[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return Array.isArray(value) && value.every(isEntry) ? value : undefined;
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null || !('name' in value && 'type' in value && 'length' in value))
    return false;
  const { name, type, length } = value;
  return (
    typeof name === 'string' &&
    typeof type === 'string' &&
    Object.hasOwn(types, type) &&
    Number.isSafeInteger(length) &&
    (length as number) >= 0
  );
}

function padded(size: number): number {
  return Math.ceil(size / 8) * 8;
}
