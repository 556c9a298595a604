import { describe, expect, test } from 'vitest';
import type { Node, UnaryFunction } from '../../runtime/tensor/index.ts';
import { Graph, gradients, ShapeError } from '../../runtime/tensor/index.ts';
import { checkGradient, close, evaluate, tensorOf } from './support.ts';

const row = (g: Graph, ...data: number[]): Node => g.constant(data, [data.length]);
const indices = (g: Graph, ...data: number[]): Node => g.constant(data, [data.length], 'i32');

describe('unary functions: value by hand, gradient by differences', () => {
  const e = Math.E;
  const cases: [UnaryFunction, number[], number[]][] = [
    ['neg', [2, -1, 0], [-2, 1, -0]],
    ['abs', [2, -1, 0], [2, 1, 0]],
    ['sign', [2, -1, 0], [1, -1, 0]],
    ['square', [2, -3, 0], [4, 9, 0]],
    ['sqrt', [4, 2.25, 0], [2, 1.5, 0]],
    ['reciprocal', [4, -2, 1], [0.25, -0.5, 1]],
    ['exp', [0, 1, -1], [1, e, 1 / e]],
    ['log', [1, e, 0], [0, 1, Number.NEGATIVE_INFINITY]],
    ['tanh', [0, 50, Math.log(3)], [0, 1, 0.8]],
    ['sigmoid', [0, Math.log(3), -Math.log(3)], [0.5, 0.75, 0.25]],
    ['softplus', [0, 100, -100], [Math.LN2, 100, 0]],
    ['relu', [2, -1, 0], [2, 0, 0]],
    ['elu', [2, -1, 0], [2, 1 / e - 1, 0]],
    ['floor', [1.5, -1.5, 2], [1, -2, 2]],
    ['not', [0, 3, -1], [1, 0, 0]],
  ];
  test.each(cases)('%s', (fn, x, expected) => {
    const { data } = tensorOf(g => g.unary(fn, row(g, ...x)));
    data.forEach((value, k) => {
      if (Number.isFinite(expected[k]!)) expect(value).toBeCloseTo(expected[k]!, 14);
      else expect(value).toBe(expected[k]);
    });
    const positive = fn === 'sqrt' || fn === 'log';
    checkGradient([[2, 3]], (g, a) => g.unary(fn, positive ? g.add(a, 1.2) : a));
  });

  test('sigmoid and softplus neither overflow nor lose small values', () => {
    expect(tensorOf(g => g.sigmoid(row(g, -800, 800))).data).toEqual([0, 1]);
    expect(tensorOf(g => g.softplus(row(g, -30))).data[0]).toBeCloseTo(Math.exp(-30), 25);
  });
});

describe('binary functions', () => {
  const cases = [
    ['add', [5, 1, 0]],
    ['sub', [-1, -3, 0]],
    ['mul', [6, -2, 0]],
    ['div', [2 / 3, -0.5, Number.NaN]],
    ['max', [3, 2, 0]],
    ['min', [2, -1, 0]],
    ['less', [1, 1, 0]],
    ['lessEqual', [1, 1, 1]],
    ['equal', [0, 0, 1]],
    ['and', [1, 1, 0]],
    ['or', [1, 1, 0]],
  ] as const;
  test.each(cases)('%s', (fn, expected) => {
    const a = [2, -1, 0];
    const b = [3, 2, 0];
    const { data } = tensorOf(g => g.binary(fn, row(g, ...a), row(g, ...b)));
    expect(data).toEqual([...expected]);
    checkGradient(
      [
        [2, 3],
        [2, 3],
      ],
      (g, x, y) => g.binary(fn, x, y),
      { tolerance: 1e-6 },
    );
  });

  test('broadcasting aligns at the right, and gradients are summed back', () => {
    const { shape, data } = tensorOf(g => g.add(g.constant([1, 2], [2, 1]), row(g, 10, 20, 30)));
    expect(shape).toEqual([2, 3]);
    expect(data).toEqual([11, 21, 31, 12, 22, 32]);
    for (const fn of ['add', 'sub', 'mul', 'div', 'max', 'min'] as const) {
      checkGradient(
        [
          [2, 1, 3],
          [4, 1],
        ],
        (g, x, y) => g.binary(fn, x, y),
        { tolerance: 1e-6 },
      );
      checkGradient([[], [2, 2]], (g, x, y) => g.binary(fn, x, y), { tolerance: 1e-6 });
    }
  });

  test('a shape that does not fit is refused with both shapes', () => {
    const g = new Graph('bad');
    expect(() => g.add(g.input('a', [2, 3]), g.input('b', [2]))).toThrow(/\[2, 3\] and \[2\] do not fit together/);
  });

  test('the gradient of clip passes inside and at the bounds, not outside', () => {
    checkGradient([[4]], (g, x) => g.clip(x, -0.5, 0.5), { at: [[-0.9, -0.2, 0.3, 0.9]] });
    const g = new Graph('bounds');
    const x = g.input('x', [3]);
    g.output('d', gradients(g, g.sum(g.clip(x, -1, 1)), [x])[0]!);
    expect(evaluate(g.program(), new Map([['x', [-1, 1, 1.5]]])).get('d')).toEqual([1, 1, 0]);
  });

  test('on ties the first operand gets the whole gradient, and a maximum over an axis shares it', () => {
    const g = new Graph('ties');
    const [a, b, c] = [g.input('a', []), g.input('b', []), g.input('c', [3])];
    const loss = g.add(g.add(g.maximum(a, b), g.mul(10, g.minimum(a, b))), g.max(c));
    gradients(g, loss, [a, b, c]).forEach((d, k) => {
      g.output(`d${k}`, d);
    });
    const values = evaluate(g.program(), new Map(Object.entries({ a: [2], b: [2], c: [5, 1, 5] })));
    expect([values.get('d0'), values.get('d1'), values.get('d2')]).toEqual([[11], [0], [0.5, 0, 0.5]]);
  });

  test("PPO's clipped objective keeps its whole gradient where the ratio is exactly 1", () => {
    for (const advantage of [2, -3]) {
      const g = new Graph('ppo');
      const ratio = g.input('ratio', []);
      const objective = g.minimum(g.mul(ratio, advantage), g.mul(g.clip(ratio, 0.8, 1.2), advantage));
      g.output('d', gradients(g, objective, [ratio])[0]!);
      expect(evaluate(g.program(), new Map([['ratio', [1]]])).get('d')).toEqual([advantage]);
    }
  });
});

test('select takes values and gradients from the chosen side only, whatever is on the other', () => {
  const { data } = tensorOf(g => g.select(row(g, 1, 0), row(g, 5, Number.NaN), row(g, Number.POSITIVE_INFINITY, 7)));
  expect(data).toEqual([5, 7]);
  checkGradient([[2, 3], [3], [2, 1]], (g, c, a, b) => g.select(g.less(0, c), a, b));
});

describe('matmul', () => {
  test('by hand, with every combination of flags', () => {
    // [1 2 3; 4 5 6] times [1 0; -1 2; 1 1], each also stored transposed.
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        const { shape, data } = tensorOf(g => {
          const a = transposeA ? g.constant([1, 4, 2, 5, 3, 6], [3, 2]) : g.constant([1, 2, 3, 4, 5, 6], [2, 3]);
          const b = transposeB ? g.constant([1, -1, 1, 0, 2, 1], [2, 3]) : g.constant([1, 0, -1, 2, 1, 1], [3, 2]);
          return g.matmul(a, b, transposeA, transposeB);
        });
        expect(shape).toEqual([2, 2]);
        expect(data).toEqual([2, 7, 5, 16]);
      }
    }
  });

  test('gradients with every combination of flags, flat and batched', () => {
    for (const ta of [false, true]) {
      for (const tb of [false, true]) {
        const left = ta ? [3, 2] : [2, 3];
        const right = tb ? [4, 3] : [3, 4];
        checkGradient([left, right], (g, x, y) => g.matmul(x, y, ta, tb));
        checkGradient(
          [
            [2, ...left],
            [2, ...right],
          ],
          (g, x, y) => g.matmul(x, y, ta, tb),
        );
      }
    }
  });

  test('leading axes: a matrix on the right serves all, equal leading axes pair up', () => {
    checkGradient(
      [
        [2, 2, 3],
        [3, 2],
      ],
      (g, x, y) => g.matmul(x, y),
    );
    checkGradient(
      [
        [2, 2, 2, 3],
        [2, 2, 3, 2],
      ],
      (g, x, y) => g.matmul(x, y),
    );
    const g = new Graph('flat');
    expect(g.matmul(g.input('x', [5, 2, 3]), g.input('w', [3, 7])).shape).toEqual([5, 2, 7]);
    expect(g.nodes.filter(n => n.op.kind === 'matmul').map(n => n.shape)).toEqual([[10, 7]]);
  });

  test('refusals', () => {
    const g = new Graph('bad');
    const x = g.input('x', [2, 3]);
    expect(() => g.matmul(x, g.input('w', [4, 3]))).toThrow(/sums over 3 entries on the left and 4 on the right/);
    expect(() => g.matmul(g.input('p', [2, 2, 3]), g.input('q', [3, 3, 3]))).toThrow(/2 products on the left, 3/);
    expect(() => g.matmul(g.input('v', [3]), x)).toThrow(ShapeError);
    expect(() => g.matmul(x, g.input('i', [3, 2], 'i32'))).toThrow(/must hold numbers \(f32\), got indices/);
  });
});

describe('reductions', () => {
  test('values and shapes', () => {
    const x = (g: Graph): Node => g.constant([1, 5, 3, 4, 2, 6], [2, 3]);
    expect(tensorOf(g => g.sum(x(g)))).toEqual({ shape: [], data: [21] });
    expect(tensorOf(g => g.sum(x(g), [0]))).toEqual({ shape: [3], data: [5, 7, 9] });
    expect(tensorOf(g => g.mean(x(g), [-1], true))).toEqual({ shape: [2, 1], data: [3, 4] });
    expect(tensorOf(g => g.max(x(g), [1]))).toEqual({ shape: [2], data: [5, 6] });
    expect(tensorOf(g => g.min(x(g), [0]))).toEqual({ shape: [3], data: [1, 2, 3] });
    expect(() => tensorOf(g => g.sum(x(g), [2]))).toThrow(/axis 2 of a tensor with 2 axes/);
  });
  test('gradients', () => {
    for (const axes of [[0], [1], [0, 2], [0, 1, 2]]) {
      checkGradient([[2, 3, 2]], (g, x) => g.sum(x, axes));
      checkGradient([[2, 3, 2]], (g, x) => g.mean(x, axes, true));
      checkGradient([[2, 3, 2]], (g, x) => g.max(x, axes));
      checkGradient([[2, 3, 2]], (g, x) => g.min(x, axes));
    }
  });
  test('argmax: lowest index on ties', () => {
    const { shape, data } = tensorOf(g => g.argmax(g.constant([1, 3, 3, 2, 2, 0], [2, 3])));
    expect(shape).toEqual([2]);
    expect(data).toEqual([1, 0]);
    expect(tensorOf(g => g.argmax(g.constant([1, 3, 3, 2, 2, 0], [2, 3]), 0)).data).toEqual([1, 0, 0]);
  });
});

describe('softmax', () => {
  test('large logits do not overflow, rows sum to one', () => {
    const { data } = tensorOf(g => g.softmax(g.constant([1000, 1000 + Math.log(3), -5, -5], [2, 2])));
    close(data, [0.25, 0.75, 0.5, 0.5], 1e-12);
    const log = tensorOf(g => g.logSoftmax(g.constant([1000, 1000 + Math.log(3)], [2])));
    close(log.data, [Math.log(0.25), Math.log(0.75)], 1e-12);
  });
  test('gradients', () => {
    checkGradient([[2, 4]], (g, x) => g.softmax(g.mul(x, 3)));
    checkGradient([[2, 2, 3]], (g, x) => g.logSoftmax(g.mul(x, 3)));
  });
});

describe('indexing', () => {
  const x = (g: Graph): Node => g.constant([1, 2, 3, 4, 5, 6], [3, 2]);
  test('values; an index outside reads 0 and is not written', () => {
    expect(tensorOf(g => g.take(x(g), indices(g, 2, -1, 0, 3)))).toEqual({
      shape: [4, 2],
      data: [5, 6, 0, 0, 1, 2, 0, 0],
    });
    expect(tensorOf(g => g.take(x(g), indices(g, 1, 1), 1))).toEqual({ shape: [3, 2], data: [2, 2, 4, 4, 6, 6] });
    expect(tensorOf(g => g.take(x(g), g.constant([0, 1, 2, 0], [2, 2], 'i32'))).shape).toEqual([2, 2, 2]);
    expect(tensorOf(g => g.scatterAdd(x(g), indices(g, 1, 1, 5), 0, 2))).toEqual({ shape: [2, 2], data: [0, 0, 4, 6] });
    expect(tensorOf(g => g.takeAlong(x(g), g.constant([1, 0, 9], [3, 1], 'i32'), 1)).data).toEqual([2, 3, 0]);
    expect(tensorOf(g => g.pick(x(g), indices(g, 1, 0, 1)))).toEqual({ shape: [3], data: [2, 3, 6] });
    expect(tensorOf(g => g.scatterAlong(row(g, 1, 2, 3), indices(g, 0, 0, 7), 0, 2)).data).toEqual([3, 0]);
    expect(tensorOf(g => g.oneHot(indices(g, 1, -1, 3), 3))).toEqual({
      shape: [3, 3],
      data: [0, 1, 0, 0, 0, 0, 0, 0, 0],
    });
    expect(tensorOf(g => g.float(indices(g, 4, -2))).data).toEqual([4, -2]);
  });
  test('gradients', () => {
    checkGradient([[3, 2]], (g, a) => g.take(a, indices(g, 2, -1, 0, 2)));
    checkGradient([[2, 3, 2]], (g, a) => g.take(a, indices(g, 2, 2), 1));
    checkGradient([[3, 2]], (g, a) => g.scatterAdd(a, indices(g, 1, 1, 5), 0, 2));
    checkGradient([[2, 3]], (g, a) => g.takeAlong(a, g.constant([1, 0, 1, 2, 2, 5], [2, 3], 'i32'), 1));
    checkGradient([[2, 3]], (g, a) => g.takeAlong(a, g.constant([1, 0, 1], [1, 3], 'i32'), 0));
    checkGradient([[2, 3]], (g, a) => g.scatterAlong(a, g.constant([1, 0, 1, 2, 2, 5], [2, 3], 'i32'), 1, 4));
    checkGradient([[2, 3]], (g, a) => g.pick(a, indices(g, 1, 2)));
  });
  test('refusals', () => {
    expect(() => tensorOf(g => g.take(x(g), row(g, 1)))).toThrow(/indices must be i32/);
    expect(() => tensorOf(g => g.scatterAdd(x(g), indices(g, 1, 1), 0, 2))).toThrow(/have 3 entries on axis 0/);
    expect(() => tensorOf(g => g.takeAlong(x(g), indices(g, 1), 1))).toThrow(/must match \[3, 2\] on every axis but 1/);
    expect(() => tensorOf(g => g.scatterAlong(x(g), indices(g, 1), 0, 2))).toThrow(/must have one shape/);
    expect(() => tensorOf(g => g.oneHot(row(g, 1), 2))).toThrow(/must hold indices/);
    expect(() => tensorOf(g => g.oneHot(indices(g, 1), 0))).toThrow(/positive/);
    expect(() => tensorOf(g => g.float(row(g, 1)))).toThrow(/must hold indices/);
  });
});

describe('moves', () => {
  const x = (g: Graph): Node => g.constant([1, 2, 3, 4, 5, 6], [2, 3]);
  test('values', () => {
    expect(tensorOf(g => g.transpose(x(g), [1, 0]))).toEqual({ shape: [3, 2], data: [1, 4, 2, 5, 3, 6] });
    expect(tensorOf(g => g.transpose(g.constant([1, 2, 3, 4, 5, 6], [1, 2, 3]), [2, 0, 1]))).toEqual({
      shape: [3, 1, 2],
      data: [1, 4, 2, 5, 3, 6],
    });
    expect(tensorOf(g => g.reshape(x(g), [3, -1]))).toEqual({ shape: [3, 2], data: [1, 2, 3, 4, 5, 6] });
    expect(tensorOf(g => g.broadcast(row(g, 1, 2), [2, 2])).data).toEqual([1, 2, 1, 2]);
    expect(tensorOf(g => g.slice(x(g), 1, 1, 3))).toEqual({ shape: [2, 2], data: [2, 3, 5, 6] });
    expect(tensorOf(g => g.padTo(row(g, 1, 2), [1], [4])).data).toEqual([0, 1, 2, 0]);
    expect(tensorOf(g => g.concat([x(g), g.slice(x(g), 1, 0, 1)]))).toEqual({
      shape: [2, 4],
      data: [1, 2, 3, 1, 4, 5, 6, 4],
    });
    expect(tensorOf(g => g.sumTo(x(g), [1, 3]))).toEqual({ shape: [1, 3], data: [5, 7, 9] });
  });
  test('gradients', () => {
    checkGradient([[2, 3, 4]], (g, a) => g.transpose(a, [2, 0, 1]));
    checkGradient([[2, 3]], (g, a) => g.reshape(a, [6]));
    checkGradient([[3, 1]], (g, a) => g.broadcast(a, [2, 3, 2]));
    checkGradient([[3, 4]], (g, a) => g.sliceAt(a, [1, 2], [2, 1]));
    checkGradient([[2, 2]], (g, a) => g.padTo(a, [1, 0], [4, 3]));
    checkGradient(
      [
        [2, 1],
        [2, 3],
      ],
      (g, a, b) => g.concat([a, b, a], 1),
    );
  });
  test('refusals', () => {
    expect(() => tensorOf(g => g.transpose(x(g), [0, 0]))).toThrow(/does not name each of the 2 axes once/);
    expect(() => tensorOf(g => g.reshape(x(g), [4]))).toThrow(/has 6 elements, \[4\] would have 4/);
    expect(() => tensorOf(g => g.reshape(x(g), [4, -1]))).toThrow(/not a shape/);
    expect(() => tensorOf(g => g.broadcast(x(g), [2, 4]))).toThrow(/does not stretch/);
    expect(() => tensorOf(g => g.slice(x(g), 1, 2, 4))).toThrow(/entries 2 .. 3 of axis 1, which has length 3/);
    expect(() => tensorOf(g => g.padTo(x(g), [1, 1], [2, 4]))).toThrow(/does not fit into/);
    expect(() => tensorOf(g => g.concat([x(g), row(g, 1)]))).toThrow(/must match on every axis but 1/);
    expect(() => tensorOf(g => g.input('x', [0]))).toThrow(/not a shape/);
  });
});

test('stopGradient keeps the value and stops the gradient', () => {
  checkGradient([[3]], (g, x) => g.mul(g.stopGradient(g.constant([1, 2, 3], [3])), x));
  const g = new Graph('stop');
  const x = g.input('x', [3]);
  expect(tensorOf(h => h.stopGradient(row(h, 1, 2))).data).toEqual([1, 2]);
  expect(() => g.add(x, new Graph('other').input('x', [3]))).toThrow(/tensor of another graph/);
});
