import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../runtime/checkpoint/safetensors.ts';
import type { Arrays } from '../../runtime/learners/shared/learner.ts';

/** A file put together by hand after the description of the format, with a header padded further than ours. */
const byHand = Buffer.concat([
  Buffer.from([0x40, 0, 0, 0, 0, 0, 0, 0]),
  Buffer.from('{"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}'.padEnd(64)),
  Buffer.from(Float32Array.of(1.5, -2).buffer),
]);

describe('safetensors', () => {
  test('the layout that the format describes is written and read', () => {
    const arrays: Arrays = new Map([['w', Float32Array.of(1.5, -2)]]);
    const bytes = encodeSafetensors(arrays, { shapes: new Map([['w', [1, 2]]]) });
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    expect(JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString())).toEqual({
      w: { dtype: 'F32', shape: [1, 2], data_offsets: [0, 8] },
    });
    const read = decodeSafetensors(byHand);
    if ('error' in read) throw new Error(read.error);
    expect(read.arrays).toEqual(arrays);
    expect(read.shapes.get('w')).toEqual([1, 2]);
  });

  test('all types come back bit for bit, whatever their names, order and lengths', () => {
    const array = fc.oneof(
      fc.float64Array({ maxLength: 9 }),
      fc.float32Array({ maxLength: 9 }),
      fc.int32Array({ maxLength: 9 }),
      fc.uint8Array({ maxLength: 9 }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), array, { maxKeys: 6 }), record => {
        const arrays: Arrays = new Map(Object.entries(record).filter(([name]) => name !== '__metadata__'));
        const read = decodeSafetensors(encodeSafetensors(arrays, { metadata: { step: '7' } }));
        if ('error' in read) throw new Error(read.error);
        expect(read.metadata).toEqual({ step: '7' });
        expect([...read.arrays.keys()].sort()).toEqual([...arrays.keys()].sort());
        for (const [name, values] of arrays) {
          const found = read.arrays.get(name);
          expect(found?.constructor).toBe(values.constructor);
          expect(new Uint8Array(found!.buffer)).toEqual(
            new Uint8Array(values.buffer.slice(values.byteOffset, values.byteOffset + values.byteLength)),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  test('a file that ends early is refused, wherever', () => {
    const bytes = encodeSafetensors(
      new Map<string, Float64Array | Uint8Array>([
        ['a', Float64Array.of(1, 2)],
        ['b', Uint8Array.of(3)],
      ]),
    );
    for (let length = 0; length < bytes.length; length++)
      expect(decodeSafetensors(bytes.subarray(0, length))).toHaveProperty('error');
    expect(decodeSafetensors(Uint8Array.from([...bytes, 0]))).toHaveProperty('error');
  });

  test.each([
    ['a hole', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}', 2],
    [
      'an overlap',
      '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
      3,
    ],
    ['a shape that does not fit', '{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}', 8],
    ['a type that is not read', '{"a":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}', 2],
    ['a negative place', '{"a":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}}', 0],
    ['no JSON', '{"a"', 0],
    ['a list', '[]', 0],
  ])('%s is refused', (_, header, data) => {
    const bytes = Buffer.concat([Buffer.alloc(8), Buffer.from(header), Buffer.alloc(data)]);
    bytes.writeBigUInt64LE(BigInt(header.length));
    expect(decodeSafetensors(bytes)).toHaveProperty('error');
  });

  test('a header longer than the file is refused before memory is asked for', () => {
    const bytes = Buffer.alloc(64, 255);
    expect(decodeSafetensors(bytes)).toEqual({ error: 'it ends inside its header' });
  });
});
