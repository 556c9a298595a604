import type { BinaryFunction, Graph, Node, Shape, UnaryFunction } from '../../../runtime/tensor/index.ts';
import { scan, sizeOf } from '../../../runtime/tensor/index.ts';
import type { Kind } from '../../../runtime/tensor/ops/rule.ts';
import { type Case, floats, integers, type Leaf, noise } from './base.ts';

type Build = Case['build'];

const one = (op: Kind, name: string, leaves: readonly Leaf[], build: Build, differentiable = false): Case => {
  return { op, name: `${name} on ${leaves.map(l => `[${l.shape}]`).join(' and ')}`, leaves, build, differentiable };
};

/** Noise of this shape with sizes in [0.1, 1.1), so that no kink at 0 is near. */
const away = (shape: Shape, phase = 0): Leaf =>
  floats(
    shape,
    noise(sizeOf(shape), phase).map(x => x + Math.sign(x) * 0.1),
  );

/** Lengths around those of a vector register. */
const tails: readonly Shape[] = [[], [1], [2], [3], [4], [5], [8], [17], [2, 3], [7, 5], [3, 1, 5], [2, 1, 3, 4]];

const inf = Number.POSITIVE_INFINITY;
const special = [
  0, -0, 1, -1, 0.5, -0.5, 1e-30, -1e-30, 1.2e-38, 1e30, -1e30, 3.4e38, -3.4e38, 7.5, -7.5, 88, -87, 100, -100,
];

/** Where the function is not meant for everything; else `special` with both infinities. */
const domains: Partial<Record<UnaryFunction, readonly number[]>> = {
  sqrt: [0, 1, 4, 2, 1e-30, 1.2e-38, 1e30, 3.4e38, inf],
  log: [0, 1, 2, 0.5, 1.0000001, 0.9999999, 1e-30, 1.2e-38, 1e30, 3.4e38, inf],
};

const unaryFunctions: readonly UnaryFunction[] = [
  ...(['neg', 'abs', 'sign', 'square', 'sqrt', 'reciprocal', 'exp', 'log', 'tanh'] as const),
  ...(['sigmoid', 'softplus', 'relu', 'elu', 'floor', 'not'] as const),
];

function unaryCases(): Case[] {
  return unaryFunctions.flatMap(fn => {
    const positive = fn === 'sqrt' || fn === 'log';
    const build: Build = (g, x) => g.unary(fn, x!);
    const values = domains[fn] ?? [...special, inf, -inf];
    return [
      ...tails.map(shape => {
        const leaf = away(shape, 3);
        return one('unary', fn, [positive ? floats(shape, leaf.data.map(Math.abs)) : leaf], build, true);
      }),
      one('unary', `${fn}, special values,`, [floats([values.length], values)], build),
    ];
  });
}

const binaryFunctions: readonly BinaryFunction[] = [
  ...(['add', 'sub', 'mul', 'div', 'max', 'min', 'less', 'lessEqual', 'equal', 'and', 'or'] as const),
];

const pairs: readonly (readonly [Shape, Shape])[] = [
  [[], []],
  [[1], [5]],
  [[5], [1]],
  [[3], [3]],
  [[13], []],
  [[2, 3], [3]],
  [
    [2, 3],
    [2, 1],
  ],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[], [2, 2]],
  [
    [4, 1, 1],
    [1, 5, 1],
  ],
  [
    [2, 3, 4, 5],
    [4, 1],
  ],
];

/** Each of `special` with each. */
const crossed = special.flatMap(a => special.map(b => [a, b] as const));

/** NaN comes through max and min, and is true. */
function notNumbers(fn: BinaryFunction): Case {
  const nan = Number.NaN;
  const [a, b] = [floats([5], [nan, 1, nan, 0, nan]), floats([5], [1, nan, 0, nan, nan])];
  return one('binary', `${fn} of NaN`, [a, b], (g, x, y) => g.binary(fn, x!, y!));
}

function binaryCases(): Case[] {
  return binaryFunctions.flatMap(fn => {
    const build: Build = (g, a, b) => g.binary(fn, a!, b!);
    // Without the quotients and products beyond the range, whose sign of zero and NaN are looked at elsewhere.
    const fits = crossed.filter(([, b]) => fn !== 'div' || b !== 0);
    const sides = [0, 1].map(side =>
      floats(
        [fits.length],
        fits.map(pair => pair[side]!),
      ),
    );
    const nan = fn === 'max' || fn === 'min' || fn === 'and' || fn === 'or' ? [notNumbers(fn)] : [];
    return [
      ...nan,
      ...pairs.map(([a, b]) => one('binary', fn, [away(a, 1), away(b, 2)], build, true)),
      one('binary', `${fn} of equal numbers`, [floats([3], [1, 0, -2]), floats([3], [1, -0, -2])], build),
      one('binary', `${fn}, special values,`, sides, build),
    ];
  });
}

function selectCases(): Case[] {
  const build: Build = (g, c, a, b) => g.select(g.less(0, c!), a!, b!);
  const shapes: readonly (readonly [Shape, Shape, Shape])[] = [
    [[5], [5], [5]],
    [[], [3], [3]],
    [[3], [], []],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [[4], [2, 4], []],
    [
      [3, 1, 1],
      [2, 1],
      [1, 5],
    ],
  ];
  const nan = Number.NaN;
  return [
    ...shapes.map(([c, a, b]) => one('select', 'by sign', [away(c, 5), away(a, 6), away(b, 7)], build, true)),
    one(
      'select',
      'the side not chosen is NaN or infinite',
      [floats([4], [1, 0, 0.5, -0]), floats([4], [1, nan, 3, inf]), floats([4], [nan, 2, -inf, 4])],
      (g, c, a, b) => g.select(c!, a!, b!),
    ),
    one('select', 'NaN is true', [floats([2], [nan, 0])], (g, c) => g.select(c!, 1, 2)),
    one('unary', 'not of NaN', [floats([3], [nan, 1, 0])], (g, x) => g.not(x!)),
    one('select', 'by fractions', [floats([3], [0.25, -0.25, 0]), floats([], [1])], (g, c, a) => g.select(c!, a!, -1)),
  ];
}

function productCases(): Case[] {
  const sizes = [
    [1, 1, 1],
    [1, 5, 1],
    [2, 3, 5],
    [5, 1, 3],
    [3, 7, 4],
    [4, 8, 16],
    [7, 18, 33],
    [17, 64, 5],
    [9, 130, 12],
    [33, 65, 31],
    [130, 64, 66],
    [66, 7, 129],
  ] as const;
  return sizes.flatMap(([m, k, n]) =>
    [0, 1, 2, 3].flatMap(flags => {
      const ta = (flags & 1) !== 0;
      const tb = (flags & 2) !== 0;
      const build: Build = (g, a, b) => g.product(a!, b!, ta, tb);
      const a = ta ? [k, m] : [m, k];
      const b = tb ? [n, k] : [k, n];
      const name = `${ta ? 'transposed' : 'plain'} times ${tb ? 'transposed' : 'plain'}`;
      const flat = one('matmul', name, [away(a, 11), away(b, 12)], build, m * k * n < 600);
      if (m * k * n > 2000) return [flat];
      return [flat, one('matmul', name, [away([3, ...a], 13), away([3, ...b], 14)], build, m * k * n < 100)];
    }),
  );
}

const reductions: readonly (readonly [Shape, readonly number[]])[] = [
  [[1], [0]],
  [[5], [0]],
  [[130], [0]],
  [[2, 3], [0]],
  [[2, 3], [1]],
  [
    [2, 3],
    [0, 1],
  ],
  [[3, 4, 5], [1]],
  [
    [3, 4, 5],
    [0, 2],
  ],
  [
    [3, 4, 5],
    [1, 2],
  ],
  [[2, 1, 7], [1]],
  [
    [2, 3, 2, 5],
    [1, 3],
  ],
  [[33, 9], [0]],
];

function reductionCases(): Case[] {
  return (['sum', 'max'] as const).flatMap(fn => [
    ...reductions.map(([shape, axes]) =>
      one('reduce', `${fn} over ${axes}`, [away(shape, 21)], (g, x) => g[fn](x!, axes, true), true),
    ),
    one('reduce', `${fn} of a wide range`, [floats([6], [1e20, -1e20, 1, -1e-20, 3, -7])], (g, x) =>
      g[fn](x!, [0], true),
    ),
    one('reduce', `${fn} of negative numbers`, [floats([2, 3], [-3, -1, -2, -9, -8, -7])], (g, x) =>
      g[fn](x!, [1], true),
    ),
  ]);
}

function choiceCases(): Case[] {
  const largest = reductions
    .filter(([, axes]) => axes.length === 1)
    .map(([shape, [axis]]) => one('argmax', `along ${axis}`, [away(shape, 22)], (g, x) => g.argmax(x!, axis)));
  const ties = floats([3, 4], [1, 2, 2, 0, 0, 0, 0, 0, -1, -2, -1, -1]);
  const rows: readonly Shape[] = [[1], [2], [3], [5], [4, 1], [2, 3], [3, 4, 5], [2, 19]];
  const extreme = floats([4, 4], [1e9, -1e9, 0, 3, 80, -80, 81, 79, -1e9, -1e9, -1e9, -1e9, 1000, 1000.5, 999, 0]);
  const soft = (['softmax', 'logSoftmax'] as const).flatMap(fn => [
    ...rows.map(shape => one('softmax', fn, [away(shape, 23)], (g, x) => g[fn](x!), true)),
    one('softmax', `${fn} of far apart numbers`, [extreme], (g, x) => g[fn](x!)),
  ]);
  return [
    ...largest,
    one('argmax', 'lowest on ties', [ties], (g, x) => g.argmax(x!)),
    one('argmax', 'lowest on ties, down the columns,', [ties], (g, x) => g.argmax(x!, 0)),
    ...soft,
  ];
}

function indexCases(): Case[] {
  const shapes: readonly (readonly [Shape, number])[] = [
    [[1], 0],
    [[5], 0],
    [[4, 3], 0],
    [[4, 3], 1],
    [[2, 5, 3], 1],
    [[2, 3, 5], 2],
    [[3, 4], 0],
  ];
  const list = shapes.flatMap(([shape, axis]) => {
    const size = shape[axis]!;
    // Repeated, at both ends, and two outside.
    const at = [0, size - 1, 0, size, -1, size >> 1];
    const indices = integers([at.length], at);
    const values = shape.map((d, k) => (k === axis ? at.length : d));
    const along = values.map(d => d);
    const table = Array.from({ length: sizeOf(along) }, (_, i) => at[(i * 7 + (i >> 2)) % at.length]!);
    const each = integers(along, table);
    return [
      one('take', `along ${axis}`, [away(shape, 31), indices], (g, x, i) => g.take(x!, i!, axis), true),
      one(
        'take',
        `along ${axis}, constant indices,`,
        [away(shape, 32)],
        (g, x) => g.take(x!, g.constant([size - 1, 0, -1], [3], 'i32'), axis),
        true,
      ),
      one('takeAlong', `${axis}`, [away(shape, 33), each], (g, x, i) => g.takeAlong(x!, i!, axis), true),
      one(
        'scatterAdd',
        `along ${axis}`,
        [away(values, 34), indices],
        (g, v, i) => g.scatterAdd(v!, i!, axis, size),
        true,
      ),
      one('scatterAlong', `${axis}`, [away(along, 35), each], (g, v, i) => g.scatterAlong(v!, i!, axis, size), true),
    ];
  });
  const oneHots = ([[], [1], [3], [2, 3], [5]] as Shape[]).map(shape => {
    const at = integers(shape, [2, 0, -1, 4, 1, 3].slice(0, sizeOf(shape)));
    return one('oneHot', 'of 4', [at], (g, i) => g.oneHot(i!, 4));
  });
  const words = integers([5], [3, 1, 0, 4, -2]);
  return [
    ...list,
    ...oneHots,
    one('oneHot', 'of 1', [integers([2], [0, 1])], (g, i) => g.oneHot(i!, 1)),
    one('take', 'of indices', [words, integers([3], [4, 0, 9])], (g, x, i) => g.take(x!, i!)),
    one('float', 'of indices', [words], (g, i) => g.float(i!)),
    one('float', 'of large indices', [integers([3], [16777217, -16777219, 2147483647])], (g, i) => g.float(i!)),
  ];
}

function moveCases(): Case[] {
  const f = (shape: Shape): Leaf => away(shape, 41);
  const i = (shape: Shape): Leaf =>
    integers(
      shape,
      noise(sizeOf(shape)).map(x => Math.round(x * 9)),
    );
  const both = (op: Kind, name: string, shape: Shape, build: Build): Case[] => [
    one(op, name, [f(shape)], build, true),
    one(op, `${name}, indices,`, [i(shape)], build),
  ];
  const pads = (shape: Shape, before: number[], to: Shape): Case =>
    one('pad', `to [${to}]`, [f(shape)], (g, x) => g.padTo(x!, before, to), true);
  return [
    ...both('broadcast', 'to [5]', [], (g, x) => g.broadcast(x!, [5])),
    ...both('broadcast', 'to [2, 3]', [3], (g, x) => g.broadcast(x!, [2, 3])),
    ...both('broadcast', 'to [3, 2, 4]', [3, 1, 1], (g, x) => g.broadcast(x!, [3, 2, 4])),
    ...both('broadcast', 'to [4, 3, 2, 5]', [3, 1, 5], (g, x) => g.broadcast(x!, [4, 3, 2, 5])),
    ...both('reshape', 'to a row', [2, 3], (g, x) => g.reshape(x!, [6])),
    ...both('reshape', 'to a scalar', [1, 1], (g, x) => g.reshape(x!, [])),
    ...both('reshape', 'to four axes', [12, 5], (g, x) => g.reshape(x!, [3, 2, 2, 5])),
    ...both('transpose', 'of a row', [3], (g, x) => g.transpose(x!, [0])),
    ...both('transpose', 'of a matrix', [5, 3], (g, x) => g.transpose(x!, [1, 0])),
    ...both('transpose', '2, 0, 1', [2, 3, 4], (g, x) => g.transpose(x!, [2, 0, 1])),
    ...both('transpose', '0, 2, 1, 3', [2, 3, 1, 5], (g, x) => g.transpose(x!, [0, 2, 1, 3])),
    ...both('slice', 'of a row', [7], (g, x) => g.sliceAt(x!, [2], [3])),
    ...both('slice', 'of everything', [], (g, x) => g.sliceAt(x!, [], [])),
    ...both('slice', 'of a block', [4, 5], (g, x) => g.sliceAt(x!, [1, 2], [3, 3])),
    ...both('slice', 'of one entry', [2, 3, 4], (g, x) => g.sliceAt(x!, [1, 2, 3], [1, 1, 1])),
    ...both('concat', 'with itself along 0', [3], (g, x) => g.concat([x!, x!], 0)),
    ...both('concat', 'with itself along 1', [2, 3], (g, x) => g.concat([x!, x!, x!], 1)),
    one('concat', 'along 0', [f([1, 3]), f([4, 3])], (g, x, y) => g.concat([x!, y!], 0), true),
    one('concat', 'along 2', [f([2, 2, 1]), f([2, 2, 5]), f([2, 2, 2])], (g, ...x) => g.concat(x, 2), true),
    one('concat', 'of one', [f([5])], (g, x) => g.concat([x!], 0), true),
    pads([3], [2], [7]),
    pads([2, 3], [0, 1], [2, 5]),
    pads([2, 3], [1, 0], [4, 4]),
    pads([2, 1, 3], [1, 2, 0], [3, 4, 3]),
    pads([], [], []),
  ];
}

function leafCases(): Case[] {
  return [
    one('input', 'given back', [away([3])], (_, x) => x!, true),
    one('state', 'read before it was written', [away([5])], (g, x) => g.add(x!, g.state('empty', [5])), true),
    one('constant', 'one number for all', [away([5])], (g, x) => g.mul(x!, g.constant(0.375, [5])), true),
    one(
      'constant',
      'all numbers',
      [away([2, 3])],
      (g, x) => g.mul(x!, g.constant([1, 2, 3, 4, 5, 0.125], [2, 3])),
      true,
    ),
    one('constant', 'given back', [], g => g.constant([0.1, 1e30, -0], [3])),
    one('stopGradient', 'one factor of two', [away([5])], (g, x) => g.mul(g.stopGradient(x!), 2)),
  ];
}

/** Two carries, a sequence, a weight; the outputs chosen by `part`. Its derivative comes out of a scan in the other direction. */
function loop(length: number, reverse: boolean, part: number): Case {
  const build = (g: Graph, h: Node, c: Node, x: Node, w: Node): Node => {
    const { carries, stacked } = scan(
      g,
      { length, reverse, carries: [h, c], slices: [x], shared: [w] },
      (b, [before, cell], [step], [weight]) => {
        const next = b.tanh(b.add(b.matmul(before!, weight!), b.mul(step!, cell!)));
        return { next: [next, b.mul(cell!, b.sigmoid(next))], stacked: [next, b.max(next, [1])] };
      },
    );
    return [...carries, ...stacked][part]!;
  };
  const leaves = [away([2, 3], 51), away([2, 3], 52), away([length, 2, 3], 53), away([3, 3], 54)];
  const name = `${length} steps${reverse ? ' down' : ''}, output ${part}`;
  const whole = one(
    part === 0 ? 'scan' : 'part',
    name,
    leaves,
    (g, ...x) => build(g, x[0]!, x[1]!, x[2]!, x[3]!),
    true,
  );
  return { ...whole, tolerance: { relative: 2e-6, absolute: 2e-6 } };
}

function loopCases(): Case[] {
  const counting = one('argument', 'of indices', [floats([], [0]), integers([4], [3, 1, 4, 1])], (g, start, list) => {
    const { carries } = scan(g, { length: 4, carries: [start!], slices: [list!] }, (b, [sum], [next]) => ({
      next: [b.add(sum!, b.float(next!))],
      stacked: [],
    }));
    return carries[0]!;
  });
  const all = [1, 2, 5].flatMap(length =>
    [false, true].flatMap(reverse => [0, 1, 2, 3].map(part => loop(length, reverse, part))),
  );
  return [counting, ...all];
}

/** Cases of every operation. */
export const cases: readonly Case[] = [
  ...unaryCases(),
  ...binaryCases(),
  ...selectCases(),
  ...productCases(),
  ...reductionCases(),
  ...choiceCases(),
  ...indexCases(),
  ...moveCases(),
  ...leafCases(),
  ...loopCases(),
];
