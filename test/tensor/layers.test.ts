import { describe, expect, test } from 'vitest';
import type { LayerSpec, NetworkSpec, Node } from '../../runtime/tensor/index.ts';
import {
  entropy,
  Graph,
  gradients,
  huber,
  maskedMean,
  maskLogits,
  networkCarries,
  networkSequence,
  networkStep,
  sizeOf,
} from '../../runtime/tensor/index.ts';
import { attention } from '../../runtime/tensor/layers/attention.ts';
import { networksSequence } from '../../runtime/tensor/layers/network.ts';
import { attentionGolden, convGolden, recurrentGolden } from './pytorch.ts';
import { checkGradient, close, evaluate, numbers, tensorOf } from './support.ts';

/** The filling of the golden numbers. */
function fill(g: Graph, shape: readonly number[], k: number): Node {
  return g.constant(
    Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1.7 * (i + 1) + k)),
    shape,
  );
}

/** Runs a network whose parameters, by the last part of their name, have these numbers; gives the named outputs. */
function run(parameters: Readonly<Record<string, number>>, build: (g: Graph) => void): Map<string, number[]> {
  const g = new Graph('layer');
  build(g);
  const leaves = new Map<string, number[]>();
  for (const { name, shape } of g.program().states) {
    const k = Object.entries(parameters).find(([suffix]) => name.endsWith(suffix))?.[1];
    if (k === undefined) throw new Error(`no numbers for ${name}`);
    leaves.set(name, tensorOf(h => fill(h, shape, k)).data);
  }
  return evaluate(g.program(), leaves);
}

const options = { path: 'net', owner: 'the policy of Player' };
const one = (layer: LayerSpec): NetworkSpec => ({ layers: [layer] });

describe('recurrent layers against torch.nn.GRU and LSTM', () => {
  const parameters = { inputWeight: 1, hiddenWeight: 2, inputBias: 3, hiddenBias: 4 };

  test.each(['gru', 'lstm'] as const)('%s: outputs and all gradients over 3 steps, 2 rows', kind => {
    const values = run(parameters, g => {
      const x = fill(g, [3, 2, 2], 5);
      const carries = kind === 'gru' ? [fill(g, [2, 2], 6)] : [fill(g, [2, 2], 6), fill(g, [2, 2], 7)];
      const { output, carries: after } = networkSequence(g, one({ kind, units: 2 }), options, x, { carries });
      g.output('y', output);
      g.output('after', after.at(-1)!);
      const wanted = [x, ...g.parameters];
      gradients(g, g.sum(g.mul(output, fill(g, [3, 2, 2], 8))), wanted).forEach((d, k) => {
        const { op } = wanted[k]!;
        g.output(op.kind === 'state' ? op.name.split('/').at(-1)! : 'dx', d);
      });
    });
    for (const [name, expected] of Object.entries(recurrentGolden[kind])) close(values.get(name)!, expected, 1e-9);
    const last =
      kind === 'gru' ? recurrentGolden.gru.y.slice(8) : [0.0540480353, 0.2415678214, -0.2649527949, 0.9433063047];
    close(values.get('after')!, last, 1e-9);
  });

  test.each(['gru', 'lstm'] as const)(
    '%s: a reset at t is a fresh start at t, and steps one by one are the sequence',
    kind => {
      const spec = one({ kind, units: 2 });
      const values = run(parameters, g => {
        const x = fill(g, [4, 2, 3], 5);
        // Row 0 starts anew at t = 2, row 1 never.
        const reset = g.constant([0, 0, 0, 0, 1, 0, 0, 0], [4, 2]);
        g.output('whole', networkSequence(g, spec, options, x, { reset }).output);
        g.output('free', networkSequence(g, spec, options, x).output);
        g.output('tail', networkSequence(g, spec, options, g.slice(x, 0, 2, 4)).output);
        let carries = networkCarries(spec, [2, 3]).map(shape => g.broadcast(0, shape));
        for (let t = 0; t < 4; t++) {
          const step = networkStep(g, spec, options, g.reshape(g.slice(x, 0, t, t + 1), [2, 3]), { carries });
          carries = step.carries;
          g.output(`step${t}`, step.output);
        }
      });
      const rows = (name: string): number[][] => {
        const data = values.get(name)!;
        return Array.from({ length: data.length / 2 }, (_, k) => data.slice(2 * k, 2 * k + 2));
      };
      const [whole, free, tail] = [rows('whole'), rows('free'), rows('tail')];
      [4, 6].forEach((k, i) => {
        close(whole[k]!, tail[2 * i]!, 1e-14);
      });
      [0, 1, 2, 3, 5, 7].forEach(k => {
        close(whole[k]!, free[k]!, 1e-14);
      });
      expect(Math.abs(whole[4]![0]! - free[4]![0]!)).toBeGreaterThan(1e-3);
      for (let t = 0; t < 4; t++) close(values.get(`step${t}`)!, free.slice(2 * t, 2 * t + 2).flat(), 1e-14);
    },
  );
});

test('layer norm against torch.nn.functional.layer_norm', () => {
  const values = run({ gain: 2, offset: 3 }, g => {
    g.output('y', networkStep(g, one({ kind: 'layerNorm' }), options, fill(g, [2, 4], 1)).output);
  });
  close(
    values.get('y')!,
    [-1.2592067724, 1.2100826633, 0.7129648386, 0.3811486274, -0.9090401621, 1.2721170917, 1.2746470709, 0.3639848952],
    1e-9,
  );
});

describe('conv against torch.nn.functional.conv2d', () => {
  test.each(['valid', 'same'] as const)('%s, a window of 2 x 3 on a grid of 3 x 4 with 2 channels', padding => {
    const values = run({ weight: 2, bias: 3 }, g => {
      const x = fill(g, [1, 3, 4, 2], 1);
      const y = networkStep(g, one({ kind: 'conv', channels: 2, size: [2, 3], padding }), options, x).output;
      g.output('y', y);
      g.output('dx', gradients(g, g.sum(g.mul(y, fill(g, y.shape, 4))), [x])[0]!);
    });
    close(values.get('y')!, convGolden[padding].y, 1e-9);
    close(values.get('dx')!, convGolden[padding].dx, 1e-9);
  });
});

test('conv, same, with an even window: the zero that is missing stands behind, as in PyTorch', () => {
  const sums = (size: [number, number]): number[] => {
    const g = new Graph('even');
    const spec = one({ kind: 'conv', channels: 1, size, padding: 'same' });
    g.output('y', networkStep(g, spec, options, g.constant([1, 2, 4, 8], [2, 2, 1])).output);
    const leaves = new Map([
      ['net/conv0/weight', [1, 10]],
      ['net/conv0/bias', [0]],
    ]);
    return evaluate(g.program(), leaves).get('y')!;
  };
  expect(sums([1, 2])).toEqual([21, 2, 84, 8]);
  expect(sums([2, 1])).toEqual([41, 82, 4, 8]);
});

test('attention against torch.nn.MultiheadAttention with a key padding mask', () => {
  const names = {
    'query/weight': 1,
    'key/weight': 2,
    'value/weight': 3,
    'query/bias': 4,
    'key/bias': 5,
    'value/bias': 6,
  };
  const values = run({ ...names, 'output/weight': 7, 'output/bias': 8 }, g => {
    // The third agent of the first row is masked there: the three attend to the first two.
    const place = { path: 'net/attention0' };
    const all = fill(g, [2, 3, 4], 9);
    const row = (k: number, agents: number): Node =>
      g.reshape(g.sliceAt(all, [k, 0, 0], [1, agents, 4]), [agents, 1, 4]);
    const rows = [0, 1].map(k =>
      attention(g, place, { kind: 'attention', heads: 2, units: 4 }, row(k, 3), [row(k, 3 - 1 + k)]),
    );
    g.output('y', g.concat(rows, 1));
  });
  // PyTorch has rows in front, we the agents.
  const byAgent = [0, 1, 2].flatMap(agent =>
    [0, 1].flatMap(row => attentionGolden.slice((row * 3 + agent) * 4, (row * 3 + agent + 1) * 4)),
  );
  close(values.get('y')!, byAgent, 1e-9);
});

describe('whole networks: gradients with respect to inputs and every parameter', () => {
  const cases: [string, NetworkSpec, number[], number?][] = [
    [
      'mlp with layer norm',
      { layers: [{ kind: 'mlp', units: [4, 3], activation: 'tanh' }, { kind: 'layerNorm' }] },
      [2, 3, 3],
    ],
    [
      'gru between dense layers',
      {
        layers: [
          { kind: 'dense', units: 3, activation: 'elu' },
          { kind: 'gru', units: 2 },
          { kind: 'dense', units: 2 },
        ],
      },
      [3, 2, 3],
    ],
    [
      'lstm on lstm',
      {
        layers: [
          { kind: 'lstm', units: 2 },
          { kind: 'lstm', units: 2 },
        ],
      },
      [3, 2, 2],
    ],
    [
      'conv into dense',
      {
        layers: [
          { kind: 'conv', channels: 2, size: [2, 2], padding: 'same', activation: 'tanh' },
          { kind: 'flatten' },
          { kind: 'dense', units: 2 },
        ],
      },
      [2, 3, 3, 1],
    ],
    [
      'attention',
      {
        layers: [
          { kind: 'attention', heads: 2, units: 4 },
          { kind: 'activation', activation: 'softplus' },
        ],
      },
      [2, 3, 2, 3],
    ],
    [
      'attention that adds to its input, a copy per agent',
      {
        layers: [
          { kind: 'dense', units: 2, activation: 'tanh' },
          { kind: 'attention', heads: 1, units: 2, residual: true },
        ],
      },
      [2, 2, 2, 2],
      2,
    ],
    [
      'conv, a copy per agent',
      {
        layers: [
          { kind: 'grid', rows: 2, columns: 2, channels: 2 },
          { kind: 'conv', channels: 4, size: [2, 1], padding: 'same', activation: 'tanh' },
          { kind: 'layerNorm' },
          { kind: 'flatten' },
        ],
      },
      [2, 2, 2, 8],
      2,
    ],
    [
      'mlp, a copy per agent',
      { layers: [{ kind: 'mlp', units: [3, 2], activation: 'tanh' }, { kind: 'layerNorm' }] },
      [2, 2, 3],
      2,
    ],
    ['gru, a copy per agent', { layers: [{ kind: 'gru', units: 2 }] }, [3, 2, 2, 2], 2],
  ];
  test.each(cases)('%s', (_, spec, shape, copies) => {
    const place = copies === undefined ? options : { ...options, copies };
    const probe = new Graph('probe');
    networkSequence(probe, spec, place, probe.input('x', shape));
    const shapes = probe.program().states.map(s => s.shape);
    // Parameters become inputs of the check: a graph whose states are looked up among them.
    checkGradient(
      [shape, ...shapes],
      (g, x, ...parameters) => {
        let next = 0;
        const original = g.parameter.bind(g);
        g.parameter = () => parameters[next++]!;
        const { output } = networkSequence(g, spec, place, x!);
        g.parameter = original;
        expect(next).toBe(parameters.length);
        return output;
      },
      { tolerance: 1e-6 },
    );
  });

  test('copies compute what separate networks would', () => {
    const spec: NetworkSpec = {
      layers: [
        { kind: 'grid', rows: 1, columns: 3, channels: 1 },
        { kind: 'conv', channels: 2, size: [1, 2], padding: 'valid' },
        { kind: 'layerNorm' },
        { kind: 'flatten' },
        { kind: 'mlp', units: [3], activation: 'tanh' },
        { kind: 'gru', units: 2 },
      ],
    };
    const shapeOf = [4, 2, 3, 3];
    const g = new Graph('copies');
    const x = g.input('x', shapeOf);
    g.output('both', networkSequence(g, spec, { ...options, copies: 2 }, x).output);
    for (const agent of [0, 1]) {
      const own = g.reshape(g.slice(x, 1, agent, agent + 1), [4, 3, 3]);
      g.output(`own${agent}`, networkSequence(g, spec, { ...options, path: `own${agent}` }, own).output);
    }
    const leaves = new Map<string, Float64Array>([['x', numbers(sizeOf(shapeOf), 1)]]);
    g.program()
      .states.filter(s => s.name.startsWith('net'))
      .forEach((state, k) => {
        const values = numbers(sizeOf(state.shape), 10 + k);
        const half = values.length / 2;
        leaves.set(state.name, values);
        for (const agent of [0, 1])
          leaves.set(state.name.replace('net', `own${agent}`), values.slice(agent * half, (agent + 1) * half));
      });
    const values = evaluate(g.program(), leaves);
    const both = values.get('both')!;
    // [T, agent, row, unit]: the agents' blocks of 6 alternate.
    for (const agent of [0, 1]) {
      close(
        both.filter((_, k) => Math.floor(k / 6) % 2 === agent),
        values.get(`own${agent}`)!,
        1e-13,
      );
    }
  });
});

describe('agents of several networks attend to each other', () => {
  const spec: NetworkSpec = {
    layers: [
      { kind: 'dense', units: 4, activation: 'tanh' },
      { kind: 'gru', units: 4 },
      { kind: 'attention', heads: 2, units: 4 },
      { kind: 'dense', units: 1 },
    ],
  };
  // [time 3, agents, rows 2, features]
  const shapes = { A: [3, 2, 2, 3], B: [3, 1, 2, 5] };
  const build = (g: Graph): { readonly inputs: readonly Node[]; readonly outputs: readonly Node[] } => {
    const inputs = Object.entries(shapes).map(([name, shape]) => g.input(name, shape));
    const member = (path: string, x: Node) => ({ options: { path, owner: `the critic of ${path}` }, x });
    const [a, b] = inputs as [Node, Node];
    const outputs = networksSequence(g, spec, [
      member('A', a),
      { ...member('B', b), options: { path: 'B', owner: 'B' } },
    ]);
    return { inputs, outputs: outputs.map(({ output }) => output) };
  };

  test('shapes, and what a value depends on: everybody in the same row up to its time, nobody in another row', () => {
    const g = new Graph('several');
    const { inputs, outputs } = build(g);
    expect(outputs.map(({ shape }) => shape)).toEqual([
      [3, 2, 2, 1],
      [3, 1, 2, 1],
    ]);
    // The value of agent 0 of A at time 1 in row 1.
    const value = g.sliceAt(outputs[0]!, [1, 0, 1, 0], [1, 1, 1, 1]);
    for (const [k, d] of gradients(g, g.sum(value), inputs).entries()) g.output(`d${k}`, d);
    const leaves = new Map(Object.entries(shapes).map(([name, shape], k) => [name, numbers(sizeOf(shape), k + 1)]));
    for (const [k, { name, shape }] of g.program().states.entries()) leaves.set(name, numbers(sizeOf(shape), k + 10));
    const values = evaluate(g.program(), leaves);
    for (const [k, [time, agents, rows, features]] of Object.values(shapes).entries()) {
      const d = values.get(`d${k}`)!;
      for (let t = 0; t < time!; t++)
        for (let a = 0; a < agents!; a++)
          for (let r = 0; r < rows!; r++) {
            const at = ((t * agents! + a) * rows! + r) * features!;
            const felt = d.slice(at, at + features!).some(x => Math.abs(x) > 1e-9);
            expect([k, t, a, r, felt]).toEqual([k, t, a, r, r === 1 && t <= 1]);
          }
    }
  });

  test('agents alike get alike values, in whatever order they stand', () => {
    const g = new Graph('order');
    const layers: NetworkSpec = { layers: [{ kind: 'attention', heads: 1, units: 2 }] };
    const rows = [1, 2, 5, -3, 0.5, 4];
    const turned = [5, -3, 0.5, 4, 1, 2];
    g.output('a', networkStep(g, layers, options, g.constant(rows, [3, 1, 2])).output);
    g.output('b', networkStep(g, layers, options, g.constant(turned, [3, 1, 2])).output);
    const leaves = new Map(g.program().states.map(({ name, shape }, k) => [name, numbers(sizeOf(shape), k)]));
    const values = evaluate(g.program(), leaves);
    const [a, b] = [values.get('a')!, values.get('b')!];
    close([...b.slice(4), ...b.slice(0, 4)], a, 1e-12);
    expect(Math.abs(a[0]! - a[2]!)).toBeGreaterThan(1e-6);
  });

  test('what does not fit is refused', () => {
    const layers: NetworkSpec = { layers: [{ kind: 'attention', heads: 1, units: 2 }] };
    const g = new Graph('bad');
    const member = (path: string, features: number) => ({
      options: { path, owner: `the critic of ${path}` },
      x: g.input(path, [1, 2, 2, features]),
    });
    expect(() => networksSequence(g, layers, [member('A', 3), member('B', 5)])).toThrow(
      'attention(2, heads: 1) of the critic of A: the agents it mixes have rows of 3 and 5 numbers; put `dense(2)` before it',
    );
    const wide = one({ kind: 'attention', heads: 1, units: 4, residual: true });
    expect(() => networkStep(g, wide, options, g.input('x', [1, 2, 3]))).toThrow('its input, which has 3 numbers');
  });
});

test('a monotonic mixer (QMIX) through its hypernetworks: gradients, and no negative weight', () => {
  const mixer = (g: Graph, q: Node, s: Node, w1: Node, b1: Node, w2: Node): Node => {
    const rows = q.shape[0]!;
    const first = g.reshape(g.abs(g.matmul(s, w1)), [rows, 2, 3]);
    const hidden = g.elu(g.add(g.matmul(g.reshape(q, [rows, 1, 2]), first), g.reshape(g.matmul(s, b1), [rows, 1, 3])));
    const second = g.reshape(g.abs(g.matmul(s, w2)), [rows, 3, 1]);
    return g.reshape(g.matmul(hidden, second), [rows]);
  };
  const shapes = [
    [4, 2],
    [4, 2],
    [2, 6],
    [2, 3],
    [2, 3],
  ];
  checkGradient(shapes, (g, q, s, w1, b1, w2) => mixer(g, q!, s!, w1!, b1!, w2!), { tolerance: 1e-6 });
  const g = new Graph('mixer');
  const [q, ...rest] = shapes.map((shape, k) => g.input(`x${k}`, shape)) as [Node, Node, Node, Node, Node];
  g.output('d', gradients(g, g.sum(mixer(g, q, ...rest)), [q])[0]!);
  const values = evaluate(g.program(), new Map(shapes.map((shape, k) => [`x${k}`, numbers(sizeOf(shape), k)])));
  expect(Math.min(...values.get('d')!)).toBeGreaterThan(0);
});

describe('masks and losses', () => {
  test('an unavailable action has probability 0 and gets no gradient; with none available everything stays finite', () => {
    const g = new Graph('mask');
    const logits = g.input('logits', [2, 3]);
    const mask = g.constant([1, 0, 1, 0, 0, 0], [2, 3]);
    const log = g.logSoftmax(maskLogits(g, logits, mask));
    g.output('p', g.exp(log));
    g.output('h', entropy(g, log));
    g.output('d', gradients(g, g.sum(entropy(g, log)), [logits])[0]!);
    const values = evaluate(g.program(), new Map([['logits', [0, 9, Math.log(3), 1, 2, 3]]]));
    close(values.get('p')!, [0.25, 0, 0.75, 1 / 3, 1 / 3, 1 / 3], 1e-12);
    close(values.get('h')!, [-(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75)), Math.log(3)], 1e-6);
    expect(values.get('d')!.every(Number.isFinite)).toBe(true);
    expect(values.get('d')![1]).toBe(0);
    expect(
      values
        .get('d')!
        .slice(3)
        .every(d => d === 0),
    ).toBe(true);
  });
  test('huber_loss of PyTorch (delta 1.5), and its gradient', () => {
    close(tensorOf(g => huber(g, g.constant([0.5, -3, 2], [3]), 1.5)).data, [0.125, 3.375, 1.875], 1e-14);
    checkGradient([[4]], (g, x) => huber(g, g.mul(x, 3), 1.5));
  });
  test('a masked mean ignores what is masked, and is 0 of nothing', () => {
    expect(tensorOf(g => maskedMean(g, g.constant([1, 2, 6], [3]), g.constant([1, 0, 1], [3]))).data).toEqual([3.5]);
    expect(tensorOf(g => maskedMean(g, g.constant([1, 2], [2]), g.constant([0, 0], [2]))).data).toEqual([0]);
  });
});

test('a row of numbers as a grid, and back', () => {
  const grid = { kind: 'grid', rows: 2, columns: 3, channels: 1 } as const;
  const run = (layers: NetworkSpec['layers']) =>
    tensorOf(g => networkStep(g, { layers }, options, g.constant([1, 2, 3, 4, 5, 6], [1, 6])).output);
  expect(run([grid]).shape).toEqual([1, 2, 3, 1]);
  expect(run([grid, { kind: 'flatten' }])).toMatchObject({ shape: [1, 6], data: [1, 2, 3, 4, 5, 6] });
});

describe('errors name the layer in the user’s words', () => {
  const cases: [string, NetworkSpec, (g: Graph) => Node, RegExp][] = [
    [
      'width',
      one({ kind: 'mlp', units: [64, 64], activation: 'identity' }),
      g => g.input('x', [32, 20]),
      /^mlp\(64, 64, identity\) of the policy of Player: expects 18 inputs, got 20$/,
    ],
    [
      'grid',
      one({ kind: 'conv', channels: 8, size: [3, 3], padding: 'valid' }),
      g => g.input('x', [2, 18]),
      /^conv\(8, 3\) of the policy of Player: expects a grid/,
    ],
    [
      'a grid of another size',
      one({ kind: 'grid', rows: 2, columns: 3, channels: 2 }),
      g => g.input('x', [4, 18]),
      /^grid\(2, 3, 2\) of the policy of Player: makes a grid of 12 numbers, got 18$/,
    ],
    [
      'window',
      one({ kind: 'conv', channels: 8, size: [3, 3], padding: 'valid' }),
      g => g.input('x', [2, 4, 18]),
      /does not fit into 2 x 4; use padding same/,
    ],
    [
      'heads',
      one({ kind: 'attention', heads: 3, units: 4 }),
      g => g.input('x', [2, 18]),
      /^attention\(4, heads: 3\) of the policy of Player: 4 units do not divide/,
    ],
    [
      'entries',
      one({ kind: 'embedding', units: 4, given: { '': [{ from: 0, count: 2, stride: 3, values: 3 }] } }),
      g => g.input('x', [2, 18]),
      /^embedding\(4\) of the policy of Player: expects 6 inputs, got 18$/,
    ],
    [
      'flatten',
      one({ kind: 'flatten' }),
      g => g.input('x', [2, 18]),
      /^flatten of the policy of Player: expects a grid/,
    ],
  ];
  test.each(cases)('%s', (_, spec, input, message) => {
    const g = new Graph('bad');
    expect(() => networkStep(g, spec, { ...options, expects: 18 }, input(g))).toThrow(message);
  });
  test('a shared network used with another width, a memory of another shape, a wrong number of copies', () => {
    const g = new Graph('bad');
    const spec = one({ kind: 'gru', units: 4 });
    networkStep(g, spec, options, g.input('x', [2, 3]));
    expect(() => networkStep(g, spec, options, g.input('y', [2, 5]))).toThrow(
      /^gru\(4\) of the policy of Player: state net\/gru0\/inputWeight has shape \[3, 12\], not \[5, 12\]$/,
    );
    const carries = [g.input('h', [2, 5])];
    expect(() => networkStep(g, spec, options, g.input('z', [2, 3]), { carries })).toThrow(
      /memory has shape \[2, 4\], got \[2, 5\]/,
    );
    const copied = { ...options, path: 'copied', copies: 3 };
    expect(() => networkStep(g, spec, copied, g.input('u', [2, 7, 3]))).toThrow(/expects 3 copies.*got 2/);
  });
});
