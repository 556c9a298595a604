import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Node, Op, Program } from '../../runtime/tensor/index.ts';
import { Graph, gradients, optimise, scan, sizeOf } from '../../runtime/tensor/index.ts';
import { close, evaluate, numbers } from './support.ts';

/** The program of one output, after the passes. */
function optimised(build: (g: Graph) => Node): Program {
  const g = new Graph('passes');
  g.output('y', build(g));
  return optimise(g.program());
}

const kinds = (program: Program): string[] =>
  program.nodes.map(({ op }) => ('fn' in op ? op.fn : op.kind)).filter(kind => kind !== 'input');

describe('folding', () => {
  const cases: [string, (g: Graph, x: Node) => Node, string[]][] = [
    ['x + 0', (g, x) => g.add(x, 0), []],
    ['0 + x', (g, x) => g.add(0, x), []],
    ['x - 0', (g, x) => g.sub(x, 0), []],
    ['1 x', (g, x) => g.mul(1, x), []],
    ['x / 1', (g, x) => g.div(x, 1), []],
    ['0 - x stays', (g, x) => g.sub(0, x), ['constant', 'sub']],
    ['0 x stays: x may be NaN', (g, x) => g.mul(0, x), ['constant', 'mul']],
    ['-(-x)', (g, x) => g.neg(g.neg(x)), []],
    ['x + 0 of a larger shape', (g, x) => g.add(x, g.constant(0, [4, 2, 3])), ['broadcast']],
    ['constants', (g, x) => g.mul(x, g.add(g.exp(0), g.square(2))), ['constant', 'mul']],
    ['a zero tensor and its sum', (g, x) => g.add(x, g.sum(g.broadcast(0, [4]))), []],
    ['select of a constant', (g, x) => g.select(g.constant(1), x, 3), []],
    ['reshape and back', (g, x) => g.reshape(g.reshape(x, [6]), [2, 3]), []],
    ['reshape twice', (g, x) => g.reshape(g.reshape(x, [6]), [3, 2]), ['reshape']],
    ['transpose twice', (g, x) => g.transpose(g.transpose(x, [1, 0]), [1, 0]), []],
    [
      'two transpositions as one',
      (g, x) => g.transpose(g.transpose(g.reshape(x, [1, 2, 3]), [1, 2, 0]), [0, 2, 1]),
      ['reshape', 'transpose'],
    ],
    ['transpose before a product', (g, x) => g.matmul(g.transpose(x, [1, 0]), x), ['matmul']],
    ['the whole slice', (g, x) => g.sliceAt(x, [0, 0], [2, 3]), []],
    ['nothing padded', (g, x) => g.padTo(x, [0, 0], [2, 3]), []],
    ['one part', (g, x) => g.concat([x]), []],
    ['stopGradient', (g, x) => g.stopGradient(x), []],
    [
      'broadcast that the operation does itself',
      (g, x) => g.mul(x, g.broadcast(g.sum(x), [2, 3])),
      ['sum', 'reshape', 'mul'],
    ],
    [
      'padded blocks that fill an axis, in any order',
      (g, x) =>
        g.add(
          g.add(g.padTo(x, [0, 5], [2, 8]), g.padTo(g.slice(x, 1, 0, 2), [0, 0], [2, 8])),
          g.padTo(x, [0, 2], [2, 8]),
        ),
      ['slice', 'concat'],
    ],
    [
      'padded blocks with a gap',
      (g, x) => g.add(g.padTo(x, [0, 4], [2, 7]), g.padTo(x, [0, 0], [2, 7])),
      ['pad', 'pad', 'add'],
    ],
    [
      'padded blocks that overlap',
      (g, x) => g.add(g.padTo(x, [0, 2], [2, 5]), g.padTo(x, [0, 0], [2, 5])),
      ['pad', 'pad', 'add'],
    ],
    [
      'padded blocks along different axes',
      (g, x) => g.add(g.padTo(x, [0, 3], [2, 6]), g.padTo(g.reshape(g.sum(x, [0]), [1, 3]), [0, 0], [2, 6])),
      ['pad', 'sum', 'pad', 'add'],
    ],
    ['a sum over axes of length 1', (g, x) => g.sum(g.reshape(x, [1, 2, 3]), [0]), []],
  ];
  test.each(cases)('%s', (_, build, expected) => {
    const program = optimised(g => build(g, g.input('x', [2, 3])));
    expect(kinds(program)).toEqual(expected);
    const g = new Graph('plain');
    g.output('y', build(g, g.input('x', [2, 3])));
    const leaves = new Map([['x', numbers(6, 1)]]);
    close(evaluate(program, leaves).get('y')!, evaluate(g.program(), leaves).get('y')!, 1e-15);
  });
});

describe('common subexpressions', () => {
  test('equal nodes are one, operands of commutative operations in either order, also inside loops', () => {
    const program = optimised(g => {
      const x = g.input('x', [2]);
      const y = g.input('y', [2]);
      return g.mul(g.exp(g.add(x, y)), g.exp(g.add(y, x)));
    });
    expect(kinds(program)).toEqual(['add', 'exp', 'mul']);
    const loop = optimised(g => {
      const x = g.input('x', [3, 2]);
      const start = g.broadcast(0, [2]);
      return scan(g, { length: 3, carries: [start], slices: [x] }, (b, [c], [s]) => ({
        next: [b.mul(b.exp(b.add(c!, s!)), b.exp(b.add(s!, c!)))],
        stacked: [],
      })).carries[0]!;
    });
    const body = loop.nodes.flatMap(({ op }) => (op.kind === 'scan' ? op.body.nodes : []));
    expect(body.filter(n => n.op.kind === 'unary').length).toBe(1);
  });
  test('what differs stays apart: order of a difference, sign of zero, shape, element type', () => {
    const g = new Graph('apart');
    const x = g.input('x', [2]);
    const y = g.input('y', [2]);
    g.output('a', g.sub(x, y));
    g.output('b', g.sub(y, x));
    g.output('c', g.div(x, 0));
    g.output('d', g.div(x, -0));
    g.output('e', g.constant(1, [1]));
    g.output('f', g.constant(1, [1], 'i32'));
    const { outputs } = optimise(g.program());
    expect(new Set(outputs.map(o => o.node)).size).toBe(6);
  });
});

describe('dead code', () => {
  test('unused nodes go, inputs and assignments stay', () => {
    const g = new Graph('dead');
    const x = g.input('x', [2]);
    const unused = g.input('unused', [3], 'i32');
    g.exp(x);
    g.oneHot(unused, 4);
    g.assign(g.state('s', [2]), g.mul(x, 2));
    const program = optimise(g.program());
    expect(program.inputs.map(i => i.op)).toEqual([
      { kind: 'input', name: 'x' },
      { kind: 'input', name: 'unused' },
    ]);
    expect(kinds(program).sort()).toEqual(['constant', 'mul']);
    expect(program.states.map(s => s.name)).toEqual(['s']);
  });

  test('a loop keeps only the carries, operands and outputs that lead to what is used', () => {
    const program = optimised(g => {
      const x = g.input('x', [3, 2]);
      const y = g.input('y', [3, 2]);
      const w = g.input('w', [2]);
      const zero = g.broadcast(0, [2]);
      const loop = scan(
        g,
        { length: 3, carries: [zero, zero, g.constant(0)], slices: [y, x], shared: [w, x] },
        (b, [p, q, n], [s, t], [v]) => ({
          next: [b.add(p!, s!), b.mul(b.add(q!, t!), v!), b.add(n!, 1)],
          stacked: [b.exp(p!), b.add(q!, b.broadcast(n!, [2])), s!],
        }),
      );
      return loop.stacked[1]!;
    });
    const node = program.nodes.find(n => n.op.kind === 'scan')!;
    const op = node.op as Extract<Op, { kind: 'scan' }>;
    expect([op.carries, op.slices, op.body.stacked.length]).toEqual([2, 1, 1]);
    expect(node.inputs.slice(2).map(i => (i.op.kind === 'input' ? i.op.name : i.op.kind))).toEqual(['x', 'w']);
    op.body.arguments.forEach((argument, index) => {
      expect(argument.op).toEqual({ kind: 'argument', index });
    });
    for (const list of [program.nodes, op.body.nodes]) {
      list.forEach((n, k) => {
        expect(n.id).toBe(k);
        for (const input of n.inputs) expect(list[input.id]).toBe(input);
      });
    }
    const values = evaluate(
      program,
      new Map([
        ['x', [1, 2, 3, 4, 5, 6]],
        ['y', [0, 0, 0, 0, 0, 0]],
        ['w', [2, 3]],
      ]),
    );
    expect(values.get('y')).toEqual([0, 0, 2 + 1, 6 + 1, 2 * (2 + 3) + 2, 3 * (6 + 4) + 2]);
  });
});

test('random graphs: values and gradients are the same with and without the passes', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(13), fc.nat(), fc.nat()), { minLength: 3, maxLength: 14 }), recipe => {
      const g = new Graph('random');
      const x = g.input('x', [2, 3]);
      const y = g.input('y', [2, 3]);
      const pool: Node[] = [x, y, g.constant(0), g.constant(1), g.constant([1, 2, 3], [3])];
      for (const [what, first, second] of recipe) {
        const a = g.broadcast(pool[first % pool.length]!, [2, 3]);
        const b = pool[second % pool.length]!;
        const fresh = [
          () => g.add(a, b),
          () => g.sub(a, b),
          () => g.mul(b, a),
          () => g.tanh(a),
          () => g.neg(a),
          () => g.sum(a, [0], true),
          () => g.mean(a),
          () => g.reshape(g.transpose(g.reshape(a, [3, 2]), [1, 0]), [2, 3]),
          () => g.select(g.less(a, b), a, b),
          () => g.softmax(a),
          () => g.matmul(g.matmul(a, g.transpose(a, [1, 0])), a),
          () => g.stopGradient(a),
          () => g.concat([g.slice(a, 1, 1, 3), g.slice(a, 1, 0, 1)]),
          () => g.sigmoid(g.maximum(a, b)),
        ];
        pool.push(g.mul(0.5, fresh[what]!()));
      }
      const loss = g.sum(g.square(g.broadcast(pool.at(-1)!, [2, 3])));
      g.output('loss', loss);
      gradients(g, loss, [x, y]).forEach((d, k) => {
        g.output(`d${k}`, d);
      });
      const leaves = new Map([
        ['x', numbers(6, 1)],
        ['y', numbers(6, 2)],
      ]);
      const plain = evaluate(g.program(), leaves);
      const program = optimise(g.program());
      expect(program.nodes.length).toBeLessThanOrEqual(g.nodes.length);
      for (const [name, values] of evaluate(program, leaves)) close(values, plain.get(name)!, 1e-9);
    }),
    { numRuns: 150, seed: 5 },
  );
});

test('the passes are idempotent on a training step', () => {
  const g = new Graph('step');
  const x = g.input('x', [4, 3]);
  const w = g.parameter('w', [3, 2], { kind: 'constant', value: 0.1 });
  const loss = g.mean(g.square(g.tanh(g.matmul(x, w))));
  g.assign(w, g.sub(w, g.mul(0.1, gradients(g, loss, [w])[0]!)));
  const once = optimise(g.program());
  const twice = optimise(once);
  expect(twice.nodes.map(n => n.op)).toEqual(once.nodes.map(n => n.op));
  expect(sizeOf(twice.assignments[0]!.value.shape)).toBe(6);
});
