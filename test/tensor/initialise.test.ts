import { describe, expect, test } from 'vitest';
import type { Initial, StateDeclaration } from '../../runtime/tensor/index.ts';
import { initialValues, kaimingUniform, xavierUniform } from '../../runtime/tensor/index.ts';
import { close } from './support.ts';

function start(initial: Initial, shape: readonly number[], seed = 7, name = 'w'): Float64Array {
  const state: StateDeclaration = { name, shape, initial, trainable: true };
  return initialValues([state], seed).get(name)!;
}

describe('orthogonal', () => {
  test.each([
    [4, 4],
    [3, 6],
    [6, 3],
  ])('a %i x %i matrix: the shorter side is orthogonal, of length gain', (rows, columns) => {
    const w = start({ kind: 'orthogonal', gain: 2 }, [rows, columns]);
    const count = Math.min(rows, columns);
    const at = (v: number, k: number): number => (rows <= columns ? w[v * columns + k]! : w[k * columns + v]!);
    for (let a = 0; a < count; a++) {
      for (let b = 0; b < count; b++) {
        let dot = 0;
        for (let k = 0; k < Math.max(rows, columns); k++) dot += at(a, k) * at(b, k);
        expect(dot).toBeCloseTo(a === b ? 4 : 0, 12);
      }
    }
  });
  test('copies are different matrices, each orthogonal', () => {
    const w = start({ kind: 'orthogonal', gain: 1 }, [2, 2, 2]);
    for (const base of [0, 4]) close([w[base]! * w[base]! + w[base + 1]! * w[base + 1]!], [1], 1e-12);
    expect(Math.abs(w[0]! - w[4]!)).toBeGreaterThan(1e-6);
  });
});

describe('uniform and normal', () => {
  test('stay in the bounds and have the variance of the paper', () => {
    const he = start(kaimingUniform(64), [64, 64]);
    expect(Math.max(...he.map(Math.abs))).toBeLessThanOrEqual(1 / 8);
    const variance = (x: Float64Array): number => x.reduce((sum, v) => sum + v * v, 0) / x.length;
    expect(variance(he)).toBeCloseTo(1 / 64 / 3, 3);
    expect(variance(start(xavierUniform(30, 70, 2), [30, 70]))).toBeCloseTo((4 * 2) / 100, 2);
    expect(variance(start({ kind: 'normal', deviation: 0.5 }, [4000]))).toBeCloseTo(0.25, 1);
  });
});

test('a start depends on the seed and the name, not on the states beside it', () => {
  const initial: Initial = { kind: 'uniform', bound: 1 };
  const both = initialValues(
    ['a', 'b'].map(name => ({ name, shape: [3], initial, trainable: true })),
    7,
  );
  expect(start(initial, [3], 7, 'b')).toEqual(both.get('b'));
  expect(start(initial, [3], 8, 'b')).not.toEqual(both.get('b'));
  expect(both.get('a')).not.toEqual(both.get('b'));
});

test('a copy starts as what it copies, and must name a state of the same size', () => {
  const source: StateDeclaration = {
    name: 'q',
    shape: [2, 2],
    initial: { kind: 'orthogonal', gain: 1 },
    trainable: true,
  };
  const copy = (of: string, shape = [2, 2]): StateDeclaration => ({
    name: 'target',
    shape,
    initial: { kind: 'copy', of },
    trainable: false,
  });
  const values = initialValues([source, copy('q')], 3);
  expect(values.get('target')).toEqual(values.get('q'));
  expect(() => initialValues([source, copy('p')], 3)).toThrow(/target copies p/);
  expect(() => initialValues([source, copy('q', [3])], 3)).toThrow(/target copies q/);
  expect(() => initialValues([copy('target')], 3)).toThrow(/target copies target/);
});
