import { describe, expect, test } from 'vitest';
import { interpret } from '../../runtime/tensor/engines/reference/interpret.ts';
import type { OptimiserSpec } from '../../runtime/tensor/index.ts';
import {
  adam,
  adamw,
  clipByGlobalNorm,
  counter,
  Graph,
  initialise,
  linearSchedule,
  referenceEngine,
  rmsprop,
  sgd,
  sizeOf,
  update,
  updateTargets,
} from '../../runtime/tensor/index.ts';
import { close, evaluate, tensorOf } from './support.ts';

/** The gradient of step t = 1, 2, ... */
const gradientAt = (t: number): number[] => [Math.sin(t), 2 * Math.cos(t), 0.1 * t - 0.3];

/** Five steps from w = (1, -2, 0.5) in double precision; the weights after each. */
function steps(spec: OptimiserSpec): number[][] {
  const g = new Graph('step');
  const w = g.parameter('w', [3], { kind: 'values', data: [1, -2, 0.5] });
  update(g, spec, 'opt', [w], [g.input('gradient', [3])], 0.1);
  const program = g.program();
  const states = new Map<string, ArrayLike<number>>(
    program.states.map(s => [s.name, new Float64Array(sizeOf(s.shape))]),
  );
  states.set('w', [1, -2, 0.5]);
  return [1, 2, 3, 4, 5].map(t => {
    const { assigned } = interpret(program, new Map([['gradient', gradientAt(t)]]), states, 'float64');
    for (const [name, tensor] of assigned) states.set(name, Array.from(tensor.data));
    return states.get('w') as number[];
  });
}

/**
 * Weights after steps 1, 2 and 5, from PyTorch 2.15.0 in float64:
 *
 *   w = torch.tensor([1.0, -2.0, 0.5], requires_grad=True); o = OPTIMISER([w], lr=0.1, ...)
 *   for t in range(1, 6):
 *       w.grad = torch.tensor([math.sin(t), 2 * math.cos(t), 0.1 * t - 0.3]); o.step()
 */
const golden: [string, OptimiserSpec, number[][]][] = [
  [
    'SGD()',
    sgd,
    [
      [0.9158529015, -2.1080604612, 0.52],
      [0.8249231588, -2.0248310939, 0.53],
      [0.982383835, -1.7528363075, 0.5],
    ],
  ],
  [
    'SGD(momentum=0.9, weight_decay=0.01)',
    { ...sgd, momentum: 0.9, weightDecay: 0.01 },
    [
      [0.9148529015, -2.1060604612, 0.5195],
      [0.7463759173, -2.1161794485, 0.5465305],
      [0.533272316, -1.4016183025, 0.5703120562],
    ],
  ],
  [
    'SGD(momentum=0.9, nesterov=True)',
    { ...sgd, momentum: 0.9, nesterov: true },
    [
      [0.8401205129, -2.2053148762, 0.538],
      [0.599194852, -2.1347080519, 0.5732],
      [0.5721127252, -1.238094383, 0.5695628],
    ],
  ],
  [
    'RMSprop(alpha=0.99, eps=1e-5)',
    rmsprop,
    [
      [0.0001188254, -2.9999074678, 1.4995002499],
      [-0.7354706635, -2.3878298521, 1.9483119825],
      [0.2286775493, -1.2868234721, 0.8968468365],
    ],
  ],
  [
    'RMSprop(alpha=0.9, eps=1e-5, momentum=0.5, centered=True, weight_decay=0.01)',
    { ...rmsprop, alpha: 0.9, momentum: 0.5, centered: true, weightDecay: 0.01 },
    [
      [0.6666797155, -2.3333228575, 0.833276363],
      [0.2365408061, -2.2950750888, 1.1537665772],
      [0.246407964, -1.5875837622, 0.922260696],
    ],
  ],
  [
    'Adam()',
    adam,
    [
      [0.9000000012, -2.0999999991, 0.599999995],
      [0.7998731517, -2.1076539925, 0.693217953],
      [0.6967408237, -1.9539249874, 0.780564433],
    ],
  ],
  [
    'Adam(betas=(0.8, 0.99), eps=1e-5, weight_decay=0.01)',
    { ...adam, beta1: 0.8, beta2: 0.99, eps: 1e-5, weightDecay: 0.01 },
    [
      [0.9000011744, -2.0999990572, 0.5999948721],
      [0.7996732736, -2.099721292, 0.690866667],
      [0.7251200997, -1.9267254881, 0.7321262566],
    ],
  ],
  [
    'AdamW(weight_decay=0.1)',
    { ...adamw, weightDecay: 0.1 },
    [
      [0.8900000012, -2.0799999991, 0.594999995],
      [0.7809731517, -2.0668539925, 0.682267953],
      [0.6566066125, -1.8533499887, 0.7476152659],
    ],
  ],
];

describe('updates against PyTorch', () => {
  test.each(golden)('%s', (_, spec, expected) => {
    const got = steps(spec);
    [0, 1, 4].forEach((step, k) => {
      close(got[step]!, expected[k]!, 2e-10);
    });
  });

  test('in float32, a thousand steps of Adam stay with the float64 sequence', async () => {
    const g = new Graph('step');
    const w = g.parameter('w', [3], { kind: 'values', data: [1, -2, 0.5] });
    update(g, adam, 'opt', [w], [g.input('gradient', [3])], 0.01);
    const session = await referenceEngine.open([g.program()]);
    initialise(session, 0);
    const entry = session.entry('step');
    // The published equations, written out independently in double precision.
    const weights = [1, -2, 0.5];
    const m = [0, 0, 0];
    const v = [0, 0, 0];
    let power1 = 1;
    let power2 = 1;
    for (let t = 1; t <= 1000; t++) {
      const gradient = gradientAt(t % 7);
      entry.input('gradient').set(gradient);
      entry.run();
      power1 *= 0.9;
      power2 *= 0.999;
      gradient.forEach((d, k) => {
        m[k] = 0.9 * m[k]! + 0.1 * d;
        v[k] = 0.999 * v[k]! + 0.001 * d * d;
        weights[k]! -= (0.01 * (m[k]! / (1 - power1))) / (Math.sqrt(v[k]! / (1 - power2)) + 1e-8);
      });
    }
    close(await session.read('w'), weights, 1e-4);
  });
});

test('clipByGlobalNorm is clip_grad_norm_: with its 1e-6, and gradients below the limit untouched', () => {
  const g = new Graph('clip');
  const gradient = [g.constant([3, -4], [2]), g.constant([12, 0, 1, -2], [2, 2])];
  const clipped = clipByGlobalNorm(g, gradient, 5);
  const loose = clipByGlobalNorm(g, gradient, 100);
  g.output('norm', clipped.norm);
  clipped.gradients.forEach((node, k) => {
    g.output(`d${k}`, node);
  });
  g.output('loose', loose.gradients[1]!);
  const values = evaluate(g.program(), new Map());
  // PyTorch 2.15.0: torch.nn.utils.clip_grad_norm_(parameters with these gradients, 5.0).
  close(values.get('norm')!, [13.190905958272918], 1e-14);
  close(values.get('d0')!, [1.1371469791614652, -1.5161959722152871], 1e-9);
  close(values.get('d1')!, [4.548587916645861, 0, 0.3790489930538218, -0.7580979861076436], 1e-9);
  expect(values.get('loose')).toEqual([12, 0, 1, -2]);
});

test('a linear schedule over a counter; assignments read the states before the run', async () => {
  const g = new Graph('schedule');
  const steps = counter(g, 'steps');
  g.output('rate', linearSchedule(g, steps, 1, 0.2, 4));
  const session = await referenceEngine.open([g.program()]);
  const entry = session.entry('schedule');
  const rates = Array.from({ length: 6 }, () => {
    entry.run();
    return entry.output('rate')[0]!;
  });
  close(rates, [1, 0.8, 0.6, 0.4, 0.2, 0.2], 1e-6);
  expect(Array.from(await session.read('steps'))).toEqual([6]);
  expect(tensorOf(h => linearSchedule(h, 3, 1, 0.2, 0)).data).toEqual([0.2]);
});

test('target updates: a copy and Polyak averaging; two states exchanged in one run', async () => {
  const g = new Graph('targets');
  const [a, b, hard, soft] = ['a', 'b', 'hard', 'soft'].map((name, k) =>
    g.state(name, [2], { kind: 'values', data: [k, 10 * k] }),
  );
  updateTargets(g, [{ source: a!, target: hard! }], 1);
  updateTargets(g, [{ source: b!, target: soft! }], 0.25);
  g.assign(a!, b!);
  g.assign(b!, a!);
  const session = await referenceEngine.open([g.program()]);
  initialise(session, 1);
  session.entry('targets').run();
  expect(Array.from(await session.read('hard'))).toEqual([0, 0]);
  expect(Array.from(await session.read('soft'))).toEqual([2.5, 25]);
  expect(Array.from(await session.read('a'))).toEqual([1, 10]);
  expect(Array.from(await session.read('b'))).toEqual([0, 0]);
});

test('what cannot be assigned is refused', () => {
  const g = new Graph('bad');
  const w = g.parameter('w', [3], { kind: 'constant', value: 0 });
  expect(() => g.assign(w, g.constant(0))).toThrow(/state w has shape \[3\], the value assigned \[\]/);
  expect(() => g.assign(g.input('x', [3]), w)).toThrow(/only a state can be assigned/);
  expect(() => update(g, sgd, 'opt', [w], [g.input('d', [1])], 0.1)).toThrow(
    /w has shape \[3\], the gradient given for it has shape \[1\]/,
  );
  expect(() => update(g, sgd, 'opt', [w], [], 0.1)).toThrow(/the gradient given for it has no value/);
  g.assign(w, w);
  expect(() => g.assign(w, w)).toThrow(/assigned twice/);
});
