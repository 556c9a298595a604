import { describe, expect, test } from 'vitest';
import type { Node, Op } from '../../runtime/tensor/index.ts';
import { Graph, gradients, optimise, scan } from '../../runtime/tensor/index.ts';
import { checkGradient, close, evaluate, numbers, tensorOf } from './support.ts';

/** c' = tanh(c w + x_t + b), stacked c'. */
function simple(g: Graph, x: Node, c: Node, w: Node, b: Node, reverse = false): { last: Node; all: Node } {
  const loop = scan(
    g,
    { length: x.shape[0]!, reverse, carries: [c], slices: [x], shared: [w, b] },
    (body, [carry], [step], [weight, bias]) => {
      const next = body.tanh(body.add(body.add(body.matmul(carry!, weight!), step!), bias!));
      return { next: [next], stacked: [next] };
    },
  );
  return { last: loop.carries[0]!, all: loop.stacked[0]! };
}

function scans(nodes: readonly Node[]): Extract<Op, { kind: 'scan' }>[] {
  return nodes.flatMap(node => (node.op.kind === 'scan' ? [node.op] : []));
}

describe('values', () => {
  test('a running sum, forwards and backwards, stacks y_t at position t', () => {
    for (const reverse of [false, true]) {
      const sums = tensorOf(g => {
        const x = g.constant([1, 2, 4], [3]);
        const loop = scan(g, { length: 3, reverse, carries: [g.constant(10)], slices: [x] }, (b, [c], [s]) => {
          const next = b.add(c!, s!);
          return { next: [next], stacked: [next] };
        });
        return g.concat([loop.stacked[0]!, g.reshape(loop.carries[0]!, [1])]);
      });
      expect(sums.data).toEqual(reverse ? [17, 16, 14, 17] : [11, 13, 17, 17]);
    }
  });

  test('a loop equals the same steps written out', () => {
    const build =
      (unrolled: boolean) =>
      (g: Graph): Node => {
        const tensor = (k: number, ...shape: number[]): Node =>
          g.constant(
            numbers(
              shape.reduce((a, b) => a * b, 1),
              k,
            ),
            shape,
          );
        const [x, c, w, b] = [tensor(1, 4, 2, 3), tensor(2, 2, 3), tensor(3, 3, 3), tensor(4, 3)] as const;
        if (!unrolled) return simple(g, x, c, w, b).all;
        const all: Node[] = [];
        let carry = c;
        for (let t = 0; t < 4; t++) {
          const step = g.reshape(g.slice(x, 0, t, t + 1), [2, 3]);
          carry = g.tanh(g.add(g.add(g.matmul(carry, w), step), b));
          all.push(g.reshape(carry, [1, 2, 3]));
        }
        return g.concat(all, 0);
      };
    expect(tensorOf(build(false))).toEqual(tensorOf(build(true)));
  });
});

describe('gradients', () => {
  const shapes = [[4, 2, 3], [2, 3], [3, 3], [3]];
  test('through the stacked outputs, the last carry, and both', () => {
    for (const reverse of [false, true]) {
      checkGradient(shapes, (g, x, c, w, b) => simple(g, x!, c!, w!, b!, reverse).all);
      checkGradient(shapes, (g, x, c, w, b) => simple(g, x!, c!, w!, b!, reverse).last);
      checkGradient(shapes, (g, x, c, w, b) => {
        const { all, last } = simple(g, x!, c!, w!, b!, reverse);
        return g.concat([g.sum(all, [0]), last], 0);
      });
    }
  });

  test('batched weights, shared tensors used element by element, weights used transposed', () => {
    checkGradient(
      [
        [3, 2, 2, 3],
        [2, 3, 3],
        [2, 1, 3],
      ],
      (g, x, w, b) => {
        const start = g.broadcast(0, [2, 2, 3]);
        return simple(g, x!, start, w!, b!).all;
      },
    );
    checkGradient(
      [
        [3, 2, 2],
        [2, 2],
        [2, 2],
      ],
      (g, x, w, scale) => {
        const loop = scan(
          g,
          { length: 3, carries: [g.broadcast(0.5, [2, 2])], slices: [x!], shared: [w!, scale!] },
          (b, [c], [s], [weight, factor]) => {
            const next = b.tanh(b.add(b.matmul(b.mul(c!, factor!), weight!, false, true), s!));
            return { next: [next], stacked: [b.mul(next, factor!)] };
          },
        );
        return loop.stacked[0]!;
      },
    );
  });

  test('several shared tensors whose gradients are summed inside the loop', () => {
    checkGradient([[3, 2], [2], [2], [2]], (g, x, p, q, start) => {
      const loop = scan(
        g,
        { length: 3, carries: [start!], slices: [x!], shared: [p!, q!] },
        (b, [c], [s], [scale, shift]) => ({
          next: [b.add(b.mul(b.tanh(c!), scale!), b.mul(s!, shift!))],
          stacked: [b.mul(c!, shift!)],
        }),
      );
      return g.concat([loop.stacked[0]!, g.reshape(loop.carries[0]!, [1, 2])], 0);
    });
  });

  test('several carries, of which one does not lead to the parameters, and a step counter', () => {
    checkGradient([[4, 2], [2]], (g, x, a) => {
      const loop = scan(
        g,
        { length: 4, carries: [a!, g.constant(0), g.constant([1, 1], [2])], slices: [x!] },
        (b, [p, count, q], [s]) => ({
          next: [b.add(b.mul(p!, q!), s!), b.add(count!, 1), b.mul(q!, 0.5)],
          stacked: [b.mul(p!, b.add(count!, 1)), b.square(p!)],
        }),
      );
      return g.concat([...loop.stacked, g.reshape(loop.carries[0]!, [1, 2])], 0);
    });
  });

  test('a carry that becomes active only in the second step', () => {
    checkGradient([[], [4]], (g, w, x) => {
      const zero = g.constant(0);
      const loop = scan(
        g,
        { length: 4, carries: [zero, zero], slices: [x!], shared: [w!] },
        (b, [a, delayed], [s], [weight]) => ({ next: [b.mul(s!, weight!), b.add(delayed!, a!)], stacked: [] }),
      );
      return loop.carries[1]!;
    });
  });

  test('a loop inside a loop', () => {
    checkGradient(
      [
        [3, 2, 2],
        [2, 2],
      ],
      (g, x, w) => {
        const outer = scan(
          g,
          { length: 3, carries: [g.broadcast(0.1, [2])], slices: [x!], shared: [w!] },
          (b, [c], [s], [weight]) => {
            const inner = scan(
              b,
              { length: 2, carries: [c!], slices: [s!], shared: [weight!] },
              (i, [h], [row], [v]) => {
                const mixed = i.reshape(i.matmul(i.reshape(h!, [1, 2]), v!), [2]);
                return { next: [i.tanh(i.add(mixed, i.mul(row!, row!)))], stacked: [i.square(h!)] };
              },
            );
            return { next: [inner.carries[0]!], stacked: [b.sum(inner.stacked[0]!, [0])] };
          },
        );
        return outer.stacked[0]!;
      },
      { tolerance: 1e-6 },
    );
  });

  test('second derivatives: the gradient of the square of a gradient', () => {
    checkGradient(
      [
        [3, 2, 2],
        [2, 2],
      ],
      (g, x, w) => {
        const zero = g.broadcast(0, [2, 2]);
        const { all } = simple(g, x!, zero, w!, g.constant(0));
        const [dw] = gradients(g, g.sum(g.square(all)), [w!]);
        return g.square(dw!);
      },
      { tolerance: 1e-5 },
    );
  });

  test('two losses over one loop share what the loop stacks', () => {
    const g = new Graph('two');
    const [x, c, w, b] = [[4, 2, 3], [2, 3], [3, 3], [3]].map((shape, k) => g.input(`x${k}`, shape)) as [
      Node,
      Node,
      Node,
      Node,
    ];
    const { all, last } = simple(g, x, c, w, b);
    const first = gradients(g, g.sum(all), [w]);
    const before = scans(g.nodes)[0]!.body.stacked.length;
    const second = gradients(g, g.sum(g.square(last)), [w]);
    expect(scans(g.nodes)[0]!.body.stacked.length).toBe(before);
    g.output('a', first[0]!);
    g.output('b', second[0]!);
    const leaves = new Map([24, 6, 9, 3].map((size, k) => [`x${k}`, numbers(size, k)]));
    const plain = evaluate(g.program(), leaves);
    const optimised = evaluate(optimise(g.program()), leaves);
    close(optimised.get('a')!, plain.get('a')!, 1e-12);
    close(optimised.get('b')!, plain.get('b')!, 1e-12);
  });
});

test('the gradient of a shared weight is one product outside the loop', () => {
  const g = new Graph('hoisted');
  const [x, c, w, b] = [[5, 2, 3], [2, 3], [3, 3], [3]].map((shape, k) => g.input(`x${k}`, shape)) as [
    Node,
    Node,
    Node,
    Node,
  ];
  const { all } = simple(g, x, c, w, b);
  gradients(g, g.sum(g.square(all)), [w, b]).forEach((d, k) => {
    g.output(`d${k}`, d);
  });
  const program = optimise(g.program());
  const [forward, backward] = scans(program.nodes);
  expect(forward?.reverse).toBe(false);
  expect(backward?.reverse).toBe(true);
  // One product forwards (carry times w), one backwards (adjoint times w transposed); nothing else is carried than the adjoint.
  expect(forward?.body.nodes.filter(n => n.op.kind === 'matmul').length).toBe(1);
  expect(backward?.body.nodes.filter(n => n.op.kind === 'matmul').length).toBe(1);
  expect(backward?.carries).toBe(1);
  const outside = program.nodes.filter(n => n.op.kind === 'matmul');
  expect(outside.map(n => n.inputs.map(i => i.shape))).toEqual([
    [
      [10, 3],
      [10, 3],
    ],
  ]);
});

describe('refusals', () => {
  test('a sequence of another length, a carry that changes its shape, a tensor from outside', () => {
    const g = new Graph('bad');
    const x = g.input('x', [3, 2]);
    const zero = g.broadcast(0, [2]);
    const same = (_: Graph, [c]: Node[]): { next: Node[]; stacked: Node[] } => ({ next: [c!], stacked: [] });
    expect(() => scan(g, { length: 4, carries: [zero], slices: [x] }, same)).toThrow(/scan over 4 steps.*\[3, 2\]/);
    expect(() =>
      scan(g, { length: 3, carries: [zero], slices: [x] }, (b, _, [s]) => ({ next: [b.sum(s!)], stacked: [] })),
    ).toThrow(/carry 0 starts with shape \[2\], after a step it is \[\]/);
    expect(() =>
      scan(g, { length: 3, carries: [zero], slices: [x] }, (b, [c]) => ({ next: [b.add(c!, zero)], stacked: [] })),
    ).toThrow(/tensor of another graph/);
    expect(() =>
      scan(g, { length: 3, carries: [zero], slices: [] }, (b, [c]) => ({
        next: [b.add(c!, b.state('w', []))],
        stacked: [],
      })),
    ).toThrow(/state w inside a scan; pass it as a shared operand/);
  });
});
