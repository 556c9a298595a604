import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Memory } from '../../compiler/game/evaluateMemory.ts';
import { GrowingInts, KeyTable, StatePacking } from '../../compiler/game/exactPacking.ts';
import type { Bounds } from '../../compiler/game/model.ts';
import { actions, Builder } from './build.ts';

const open: Bounds = { low: -Infinity, high: Infinity };
const wide: Bounds = { low: -2147483648, high: 2147483647 };

const bounds: fc.Arbitrary<Bounds> = fc.oneof(
  fc.constantFrom(open, wide, { low: 0, high: 2 ** 40 }, { low: 0, high: 2147483647 }, { low: 5, high: 5 }),
  fc
    .tuple(fc.integer({ min: -100, max: 100 }), fc.integer({ min: 0, max: 70000 }))
    .map(([low, n]) => ({ low, high: low + n })),
);

/** A store's bounds and the values of its elements, ends included often. */
const store = bounds.chain(b => {
  const low = Math.max(b.low, -(2 ** 52));
  const high = Math.min(b.high, 2 ** 52);
  const value = fc.oneof(
    fc.constantFrom(low, high),
    fc.maxSafeInteger().map(n => low + (Math.abs(n) % (high - low + 1))),
  );
  return fc.record({ bounds: fc.constant(b), values: fc.array(value, { minLength: 1, maxLength: 9 }) });
});

test('law: unpacking what was packed gives the state back, from the state and from the next stores', () => {
  fc.assert(
    fc.property(fc.array(store, { maxLength: 6 }), fc.boolean(), fc.boolean(), (stores, usesTime, reached) => {
      const b = new Builder();
      const made = stores.map((s, k) => ({
        ...s,
        at: b.state(`s${k}`, s.values.length, s.bounds, 'int', k % 2 === 0),
      }));
      const model = b.finish({ name: 'Stores', classes: [], actions: [actions('Go')], rewards: [], usesTime });
      const memory = new Memory(model, true);
      const packing = new StatePacking(model, memory);
      const write = (values: (s: (typeof made)[number]) => readonly number[]) => {
        for (const [k, s] of made.entries()) {
          const into = memory.store(reached && k % 2 === 0 ? s.at[1] : s.at[0]);
          values(s).forEach((v, i) => {
            into[i] = v;
          });
        }
      };
      write(s => s.values);
      const words = new Int32Array(packing.width + 2);
      packing.pack(words.subarray(1, 1 + packing.width), reached, 77);
      write(s => s.values.map(() => s.bounds.low));
      memory.time = 0;
      packing.unpack(words, 1);
      for (const s of made) expect(Array.from(memory.store(s.at[0]) as ArrayLike<number>)).toEqual(s.values);
      expect(memory.time).toBe(usesTime ? 77 : 0);
      expect([words[0], words.at(-1)]).toEqual([0, 0]);
    }),
  );
});

test('small ranges share words', () => {
  const width = (size: number, high: number) => {
    const b = new Builder();
    b.state('s', size, { low: 0, high });
    const model = b.finish({ name: 'Stores', classes: [], actions: [actions('Go')], rewards: [] });
    return new StatePacking(model, new Memory(model, true)).width;
  };
  expect([width(32, 1), width(33, 1), width(42, 2), width(6, 31), width(7, 31), width(100, 0)]).toEqual([
    1, 2, 3, 1, 2, 1,
  ]);
});

test('packing refuses a value outside its range', () => {
  const b = new Builder();
  const [s] = b.state('s', 2, { low: 0, high: 2 });
  const model = b.finish({ name: 'Stores', classes: [], actions: [actions('Go')], rewards: [] });
  const memory = new Memory(model, true);
  memory.store(s)[1] = 3;
  const packing = new StatePacking(model, memory);
  expect(() => packing.pack(new Int32Array(1), false, 0)).toThrow('`s` holds values in 0..2, but it is 3');
});

test('law: a key table numbers distinct keys in order of insertion', () => {
  const key = fc.tuple(fc.integer({ min: -40, max: 40 }), fc.constantFrom(0, -1, 2147483647), fc.integer());
  fc.assert(
    fc.property(fc.array(fc.oneof(key, key), { maxLength: 3000, size: 'max' }), keys => {
      const table = new KeyTable(3, 1);
      const numbers = new Map<string, number>();
      for (const k of keys) {
        const expected = numbers.get(k.join()) ?? numbers.size;
        numbers.set(k.join(), expected);
        expect(table.add(Int32Array.from(k))).toBe(expected);
      }
      expect(table.count).toBe(numbers.size);
      const stored = Array.from(numbers.keys(), (_, n) => Array.from(table.words.subarray(n * 3, n * 3 + 3)).join());
      expect(stored).toEqual([...numbers.keys()]);
    }),
    { numRuns: 20 },
  );
});

test('growing arrays keep what was pushed', () => {
  const ints = new GrowingInts();
  for (let k = 0; k < 1000; k++) ints.push(k * 3);
  expect([ints.length, ints.at(999)]).toEqual([1000, 2997]);
  expect(Array.from(ints.finish())).toEqual(Array.from({ length: 1000 }, (_, k) => k * 3));
});
