/**
 * The wire format of Protocol Buffers, as far as ONNX models need it: varints, 32-bit floats, and fields of bytes. A message is written
 * as a list of fields in the order of their numbers, so equal messages have equal bytes.
 */

const varint = 0;
const lengthDelimited = 2;
const fixed32 = 5;

/** The fields of one message. */
export class Message {
  readonly #parts: Uint8Array[] = [];

  /** A whole number of at most 2^53; negative ones take ten bytes, as the format wants it. */
  int(field: number, value: number): this {
    this.#parts.push(varintOf(BigInt(field * 8 + varint)), varintOf(BigInt.asUintN(64, BigInt(value))));
    return this;
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#parts.push(varintOf(BigInt(field * 8 + fixed32)), bytes);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#parts.push(varintOf(BigInt(field * 8 + lengthDelimited)), varintOf(BigInt(value.length)), value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.encode());
  }

  /** Many whole numbers in one field. */
  packed(field: number, values: readonly number[]): this {
    return this.bytes(field, joined(values.map(value => varintOf(BigInt.asUintN(64, BigInt(value))))));
  }

  encode(): Uint8Array {
    return joined(this.#parts);
  }
}

/** One field as it stands in a message; what its bytes mean is the reader's to know. */
export type Field =
  | { readonly field: number; readonly kind: 'int'; readonly value: bigint }
  | { readonly field: number; readonly kind: 'float'; readonly value: number }
  | { readonly field: number; readonly kind: 'bytes'; readonly value: Uint8Array };

/** The fields of a message in the order of the bytes. @throws RangeError where these are no message. */
export function decodeMessage(bytes: Uint8Array): readonly Field[] {
  const fields: Field[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const number = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('the message ends inside a number');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new RangeError('a number of the message has more than ten bytes');
  };
  while (at < bytes.length) {
    const key = Number(number());
    const field = Math.floor(key / 8);
    switch (key % 8) {
      case varint:
        fields.push({ field, kind: 'int', value: number() });
        break;
      case fixed32:
        if (at + 4 > bytes.length) throw new RangeError('the message ends inside a number');
        fields.push({ field, kind: 'float', value: view.getFloat32(at, true) });
        at += 4;
        break;
      case lengthDelimited: {
        const length = Number(number());
        if (at + length > bytes.length) throw new RangeError('the message ends inside a field');
        fields.push({ field, kind: 'bytes', value: bytes.subarray(at, at + length) });
        at += length;
        break;
      }
      default:
        throw new RangeError(`the message has a field of wire type ${key % 8}, which is not read here`);
    }
  }
  return fields;
}

/** The numbers of a packed field. */
export function unpacked(bytes: Uint8Array): readonly number[] {
  const values: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte >= 128) continue;
    values.push(Number(BigInt.asIntN(64, value)));
    value = 0n;
    shift = 0n;
  }
  return values;
}

function varintOf(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
