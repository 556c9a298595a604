/** The evaluator against equations written out by hand, and the data a learner creates weights from. */
import { describe, expect, test } from 'vitest';
import { evaluateMixer, evaluateSlopes, initialWeights } from '../../runtime/mixers/evaluate.ts';
import { argumentsOf } from '../../runtime/mixers/model.ts';
import { Stream } from '../../runtime/rng/stream.ts';
import { mixerText, modelOf } from './support.ts';

const q = [1, -2, 0.5];

function computed(bindings: string, weights: readonly (readonly number[])[] = [], state = [1, 2, 3, 4]): number {
  const features = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const actions = [1, 0, 0, 1, 1, 0];
  return evaluateMixer(modelOf(mixerText(bindings)), weights, { q, best: [2, 0, 0.5], state, features, actions });
}

describe('operations', () => {
  test.each([
    ['total = sum(q)', -0.5],
    ['total = mean(q)', -0.5 / 3],
    ['total = max(q) - min(q)', 3],
    ['total = dot([q[0], q[1], q[2]], [1, 2, 4])', -1],
    ['total = sum(best - q)', 3],
    ['total = sum(abs(q)) + sum(square(q))', 3.5 + 5.25],
    ['total = sum(relu(q)) + sum(leaky_relu(q))', 1.5 + 1.48],
    ['total = sum(elu(q))', 1.5 + Math.expm1(-2)],
    ['total = sum(clamp(q, -1, 0.25))', 0.25 - 1 + 0.25],
    [
      'total = sigmoid(q[0]) + tanh(q[1]) + softplus(q[2])',
      1 / (1 + Math.exp(-1)) + Math.tanh(-2) + Math.log(1 + Math.exp(0.5)),
    ],
    ['total = log(exp(q[1])) + sqrt(exp(q[0]))', -2 + Math.exp(0.5)],
    ['total = softmax(q)[1]', Math.exp(-2) / (Math.exp(1) + Math.exp(-2) + Math.exp(0.5))],
    ['total = sum(features * reshape(q, [agents, 1]))', 6 - 30 + 12],
    ['total = max(sum(features, axis: 0))', 18],
    ['total = (q * features)[0]', 1 - 8 + 3.5],
    ['total = (matmul(features, transpose(features)) * q)[1]', 32 - 154 + 61],
    ['total = sum(matmul(features, transpose(features))[0])', 14 + 32 + 50],
    ['total = dot(concat(q, state, 5), concat(state, q, 1))', 1 - 4 + 1.5 + 4 + 2 - 6 + 2 + 5],
    ['total = features[1, 2] + flatten(actions)[3]', 7],
    [
      'total = sum(softmax(features), axis: 0)[0] * agents - q[agents - 1]',
      (3 * 3 * 1) / (1 + Math.E + Math.E * Math.E) - 0.5,
    ],
    ['total = -stop_gradient(q[0]) / 4', -0.25],
  ])('%s', (bindings, expected) => expect(computed(bindings)).toBeCloseTo(expected, 12));

  test('a network is linear layers with ReLU between them', () => {
    const model = modelOf(mixerText('total = hyper([1], hidden: 2)'));
    expect(model.weights.map(({ name, shape }) => [name, shape])).toEqual([
      ['total', [4, 2]],
      ['total.2', [2]],
      ['total.3', [2, 1]],
      ['total.4', [1]],
    ]);
    expect(model.weights.map(({ init }) => init.bound)).toEqual([0.5, 0.5, 1 / Math.sqrt(2), 1 / Math.sqrt(2)]);
    // state 1 2 3 4; the first unit gives 1 + 4 = 5, the second -10 + 1, cut to 0.
    const weights = [[1, -1, 0, -1, 0, -1, 1, -1], [0, 1], [3, 100], [0.5]];
    expect(computed('total = hyper([1], hidden: 2)', weights)).toBe(15.5);
  });

  test('a network of rows keeps them apart', () => {
    // The sum of every row of features, times q.
    expect(computed('total = dot(q, flatten(hyper([1], of: features)))', [[1, 1, 1], [0]])).toBe(6 - 30 + 12);
  });

  test("QMIX is w2' elu(w1 q + b1) + V", () => {
    const text =
      'w1 = abs(weight([agents, 2]))\ntotal = dot(elu(q * w1 + weight([2])), abs(weight([2]))) + weight([1])';
    const weights = [[1, -2, 0.5, 0, -4, 1], [0.25, -1], [2, -3], [10]];
    const [h1, h2] = [1 - 1 + 2 + 0.25, 2 + 0 + 0.5 - 1] as const;
    expect(computed(text, weights)).toBeCloseTo(2 * h1 + 3 * h2 + 10, 12);
  });
});

test('slopes are derivatives in the utilities', () => {
  const model = modelOf(mixerText('total = sum(square(q)) + q[0] * q[1]'));
  const { total, slopes } = evaluateSlopes(model, [], { q });
  expect(total).toBeCloseTo(3.25, 12);
  expect(slopes.map(slope => Math.round(slope * 1e6) / 1e6)).toEqual([0, -3, 1]);
});

test('inputs and weights of another length are refused', () => {
  const model = modelOf(mixerText('total = dot(q, hyper([agents]))'));
  const weights = initialWeights(model, new Stream(1, 3, 0, 0));
  expect(() => evaluateMixer(model, weights, { q })).toThrow('reads `state`');
  expect(() => evaluateMixer(model, weights, { q: [1], state: [1, 2, 3, 4] })).toThrow('`q` has 3 numbers, but 1');
  expect(() => evaluateMixer(model, [], { q, state: [1, 2, 3, 4] })).toThrow('the weight `total`');
  expect(weights.flatMap(weight => [...weight]).every(value => Math.abs(value) <= 0.5)).toBe(true);
});

test('a model is JSON in order', () => {
  const model = modelOf(mixerText('w = abs(hyper([agents, 8]))\ntotal = sum(elu(q * w))'));
  expect(JSON.parse(JSON.stringify(model))).toEqual(model);
  for (const [k, node] of model.nodes.entries()) for (const arg of argumentsOf(node)) expect(arg).toBeLessThan(k);
  expect(model.nodes[model.output]!.shape).toEqual([]);
  expect(model.reads).toEqual(['q', 'state']);
});
