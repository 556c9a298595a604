/** Agents of which `unreachedBy` says that no gradient reaches them: their slopes are 0 where what is detached stands still. */
import { expect, test } from 'vitest';
import { unreachedBy } from '../../compiler/mixers/reach.ts';
import { evaluateMixer, evaluateSlopes, type MixerInputs, type MixerWeights } from '../../runtime/mixers/evaluate.ts';
import { type MixerModel, type MixerNode, sizeOfShape } from '../../runtime/mixers/model.ts';
import { Stream } from '../../runtime/rng/stream.ts';
import { MixerGenerator } from './generate.ts';
import { mixerText, modelOf, randomCase } from './support.ts';

/** The elements of a node, each as the total of a mixer of its own. */
function valuesOf(model: MixerModel, k: number, weights: MixerWeights, inputs: MixerInputs): Float64Array {
  const size = sizeOfShape((model.nodes[k] as MixerNode).shape);
  return Float64Array.from({ length: size }, (_, at) => {
    const flat: MixerNode = { op: 'reshape', of: k, shape: [size] };
    const element: MixerNode = { op: 'index', of: model.nodes.length, at, shape: [] };
    const nodes = [...model.nodes, flat, element];
    return evaluateMixer({ ...model, nodes, output: nodes.length - 1 }, weights, inputs);
  });
}

/** The slopes in the utilities, what `stop_gradient` lets through held at its values. */
function learned(model: MixerModel, weights: MixerWeights, inputs: MixerInputs): readonly number[] {
  const held: Float64Array[] = [];
  const shapes: MixerModel['weights'][number][] = [];
  const nodes = model.nodes.map((node, k): MixerNode => {
    if (node.op !== 'unary' || node.fn !== 'stop_gradient') return node;
    held.push(valuesOf(model, k, weights, inputs));
    shapes.push({ name: `held${k}`, shape: node.shape, init: { kind: 'uniform', bound: 0 } });
    return { op: 'weight', weight: model.weights.length + held.length - 1, shape: node.shape };
  });
  const still = { ...model, nodes, weights: [...model.weights, ...shapes] };
  return evaluateSlopes(still, [...weights, ...held], inputs).slopes;
}

/** A few sums of which some terms are detached. */
function someDetached(stream: Stream): string {
  const terms = Array.from({ length: 1 + stream.below(4) }, () => {
    const inner = [
      'q',
      'q[0]',
      'q[1]',
      'q[2]',
      'q * hyper([agents])',
      'tanh(q)[1]',
      'softmax(q)[2]',
      'hyper([agents], of: q)',
    ];
    const e = `sum(1 * ${inner[stream.below(inner.length)]})`;
    return stream.below(2) === 0 ? `stop_gradient(${e})` : e;
  });
  return `total = ${terms.join(stream.below(3) === 0 ? ' * ' : ' + ')}`;
}

test('no gradient comes where none is said to, and where some is said to it mostly does', () => {
  const stream = new Stream(5, 3, 0, 0);
  const generator = new MixerGenerator(stream, false);
  let missing = 0;
  let taught = 0;
  let seen = 0;
  for (let k = 0; k < 400; k++) {
    const model = modelOf(mixerText(k % 4 === 0 ? generator.bindings() : someDetached(stream)));
    const found = unreachedBy(model);
    if (found === undefined) continue;
    const slopes = [0.5, 2].map(scale => {
      const { weights, inputs } = randomCase(model, stream, scale);
      return learned(model, weights, inputs);
    });
    for (const agent of found.agents) {
      missing++;
      expect(slopes.map(one => one[agent])).toEqual([0, 0]);
    }
    for (const agent of found.reached) {
      taught++;
      if (slopes.some(one => one[agent] !== 0)) seen++;
    }
  }
  expect(missing).toBeGreaterThan(50);
  expect(seen / taught).toBeGreaterThan(0.9);
});
