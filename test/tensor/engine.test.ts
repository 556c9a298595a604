import { describe, expect, test } from 'vitest';
import type { NetworkSpec, Program } from '../../runtime/tensor/index.ts';
import {
  adam,
  checkStates,
  clipByGlobalNorm,
  Graph,
  gradients,
  initialise,
  networkSequence,
  networkStep,
  optimise,
  referenceEngine,
  toleranceOf,
  update,
} from '../../runtime/tensor/index.ts';
import { numbers } from './support.ts';

const spec: NetworkSpec = {
  layers: [
    { kind: 'dense', units: 8, activation: 'tanh' },
    { kind: 'gru', units: 8 },
    { kind: 'dense', units: 2 },
  ],
};
const options = { path: 'policy', owner: 'the policy of Player' };

/** Learn to say what was seen one step ago: needs the memory, and the whole of backpropagation through time. */
function recall(): Program {
  const g = new Graph('train');
  const x = g.input('x', [6, 8, 2]);
  const { output } = networkSequence(g, spec, options, x);
  const said = g.slice(output, 0, 1, 6);
  const seen = g.slice(x, 0, 0, 5);
  const loss = g.mean(g.square(g.sub(said, seen)));
  const clipped = clipByGlobalNorm(g, gradients(g, loss, g.parameters), 1);
  update(g, adam, 'optimiser', g.parameters, clipped.gradients, 0.03);
  g.output('loss', loss);
  g.output('norm', clipped.norm);
  return optimise(g.program());
}

function act(): Program {
  const g = new Graph('act');
  const memory = g.input('memory', [1, 8]);
  const { output, carries } = networkStep(g, spec, options, g.input('x', [1, 2]), { carries: [memory] });
  g.output('said', output);
  g.output('best', g.argmax(output));
  g.output('memory', carries[0]!);
  return optimise(g.program());
}

describe('the reference engine', () => {
  test('a recurrent training step is one program, learns, and shares its states with the acting program', async () => {
    const session = await referenceEngine.open([recall(), act()]);
    initialise(session, 3);
    const train = session.entry('train');
    train.input('x').set(numbers(6 * 8 * 2, 5));
    train.run();
    const first = train.output('loss')[0]!;
    for (let k = 0; k < 150; k++) train.run();
    expect(train.output('loss')[0]).toBeLessThan(first / 20);

    const acting = session.entry('act');
    acting.input('x').set([0.7, -0.2]);
    acting.run();
    acting.input('memory').set(acting.output('memory'));
    acting.input('x').set([-0.3, 0.4]);
    acting.run();
    const [a, b] = acting.output('said');
    expect(Math.abs(a! - 0.7)).toBeLessThan(0.25);
    expect(Math.abs(b! + 0.2)).toBeLessThan(0.25);
    expect(Array.from(acting.indexOutput('best'))).toEqual([0]);
  }, 20000);

  test('the same seed gives the same bits, another seed other ones; states can be saved and put back', async () => {
    const program = recall();
    const trained = async (
      seed: number,
      steps: number,
    ): Promise<{ weights: number[]; all: Map<string, Float32Array> }> => {
      const session = await referenceEngine.open([program]);
      initialise(session, seed);
      const entry = session.entry('train');
      entry.input('x').set(numbers(6 * 8 * 2, 5));
      for (let k = 0; k < steps; k++) entry.run();
      const all = new Map<string, Float32Array>();
      for (const { name } of session.states) all.set(name, await session.read(name));
      return { weights: Array.from(all.get('policy/gru1/hiddenWeight')!), all };
    };
    const four = await trained(1, 4);
    expect((await trained(1, 4)).weights).toEqual(four.weights);
    expect((await trained(2, 4)).weights).not.toEqual(four.weights);
    const resumed = await referenceEngine.open([program]);
    for (const [name, values] of (await trained(1, 2)).all) resumed.write(name, values);
    const entry = resumed.entry('train');
    entry.input('x').set(numbers(6 * 8 * 2, 5));
    entry.run();
    entry.run();
    expect(Array.from(await resumed.read('policy/gru1/hiddenWeight'))).toEqual(four.weights);
  }, 20000);

  test('a program survives structuredClone, for worker threads', async () => {
    const outputs: number[][] = [];
    for (const program of [act(), structuredClone(act())]) {
      const session = await referenceEngine.open([program]);
      initialise(session, 3);
      const entry = session.entry('act');
      entry.input('x').set([0.7, -0.2]);
      entry.run();
      outputs.push(Array.from(entry.output('said')));
    }
    expect(outputs[1]).toEqual(outputs[0]);
  });

  test('misuse is refused by name', async () => {
    const session = await referenceEngine.open([act()]);
    const entry = session.entry('act');
    expect(() => session.entry('train')).toThrow(/there is no program train; there are act/);
    expect(() => entry.input('y')).toThrow(/there is no input y; there are memory, x/);
    expect(() => entry.indices('x')).toThrow(/x holds numbers/);
    expect(() => entry.output('best')).toThrow(/best holds indices/);
    expect(() => session.write('policy/dense0/bias', [1])).toThrow(/has 8 elements, got 1/);
    expect(() => checkStates([act(), act()])).toThrow(/two programs of a session are named act/);
    const other = new Graph('other');
    other.state('policy/dense0/bias', [9]);
    expect(() => checkStates([act(), other.program()])).toThrow(/\[8\] in one program and \[9\] in other/);
    expect(checkStates([act()]).map(s => s.name)).toEqual([...checkStates([act()])].map(s => s.name).sort());
  });
});

test('float32 functions of the reference stay inside the tolerances engines are held to', async () => {
  for (const fn of ['exp', 'log', 'tanh', 'sigmoid', 'softplus', 'elu', 'sqrt', 'reciprocal'] as const) {
    const g = new Graph('f');
    const x = g.input('x', [200]);
    const y = g.unary(fn, x);
    g.output('y', y);
    const session = await referenceEngine.open([g.program()]);
    const entry = session.entry('f');
    const at = Array.from({ length: 200 }, (_, k) => (fn === 'log' || fn === 'sqrt' ? 0.03 : -10) + 0.101 * k);
    entry.input('x').set(at);
    entry.run();
    const exact: Record<string, (v: number) => number> = {
      exp: Math.exp,
      log: Math.log,
      tanh: Math.tanh,
      sigmoid: v => 1 / (1 + Math.exp(-v)),
      softplus: v => Math.log1p(Math.exp(v)),
      elu: v => (v > 0 ? v : Math.expm1(v)),
      sqrt: Math.sqrt,
      reciprocal: v => 1 / v,
    };
    const { relative, absolute } = toleranceOf(y.op);
    entry.input('x').forEach((v, k) => {
      const want = exact[fn]!(v);
      expect(Math.abs(entry.output('y')[k]! - want)).toBeLessThanOrEqual(relative * Math.abs(want) + absolute);
    });
  }
});
