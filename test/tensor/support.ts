import { expect } from 'vitest';
import { Stream } from '../../runtime/rng/stream.ts';
import { interpret } from '../../runtime/tensor/engines/reference/interpret.ts';
import type { Node, Program, Shape } from '../../runtime/tensor/index.ts';
import { Graph, gradients, optimise, sizeOf } from '../../runtime/tensor/index.ts';

/** Deterministic numbers in (-1, 1), away from the kinks at 0 by at least 0.05. */
export function numbers(count: number, name: number): Float64Array {
  const stream = new Stream(20261121, 99, name, 0);
  return Float64Array.from({ length: count }, () => {
    const x = 2 * stream.unit() - 1;
    return x + Math.sign(x) * 0.05;
  });
}

/** Values of a graph's tensors in double precision, for these leaves by name. */
export function evaluate(program: Program, leaves: ReadonlyMap<string, ArrayLike<number>>): Map<string, number[]> {
  const { outputs } = interpret(program, leaves, leaves, 'float64');
  return new Map([...outputs].map(([name, tensor]) => [name, Array.from(tensor.data)]));
}

/** Builds one tensor from constants and gives its numbers. */
export function tensorOf(build: (g: Graph) => Node): { shape: Shape; data: number[] } {
  const g = new Graph('value');
  const node = build(g);
  g.output('y', node);
  return { shape: node.shape, data: evaluate(g.program(), new Map()).get('y')! };
}

/**
 * Compares the gradient of a function of some tensors with central differences, in double precision, with the graph as built and after
 * the passes. The tensor it gives is weighted with fixed numbers and summed, so that no symmetry hides an error.
 */
export function checkGradient(
  shapes: readonly Shape[],
  build: (g: Graph, ...x: Node[]) => Node,
  options: { readonly at?: readonly ArrayLike<number>[]; readonly tolerance?: number } = {},
): void {
  const g = new Graph('check');
  const leaves = new Map<string, Float64Array>();
  const x = shapes.map((shape, k) => {
    const at = options.at?.[k];
    leaves.set(`x${k}`, at === undefined ? numbers(sizeOf(shape), k) : Float64Array.from(at));
    return g.input(`x${k}`, shape);
  });
  const y = build(g, ...x);
  const loss = g.sum(g.mul(y, g.constant(numbers(sizeOf(y.shape), 1000), y.shape)));
  g.output('loss', loss);
  const forward = optimise(g.program());
  gradients(g, loss, x).forEach((node, k) => {
    expect(node.shape).toEqual(shapes[k]);
    g.output(`d${k}`, node);
  });
  const plain = evaluate(g.program(), leaves);
  const optimised = evaluate(optimise(g.program()), leaves);
  const step = 1e-5;
  shapes.forEach((_, k) => {
    const values = leaves.get(`x${k}`)!;
    const expected = Array.from(values, (value, i) => {
      values[i] = value + step;
      const above = evaluate(forward, leaves).get('loss')![0]!;
      values[i] = value - step;
      const below = evaluate(forward, leaves).get('loss')![0]!;
      values[i] = value;
      return (above - below) / (2 * step);
    });
    close(plain.get(`d${k}`)!, expected, options.tolerance ?? 1e-7);
    close(optimised.get(`d${k}`)!, expected, options.tolerance ?? 1e-7);
  });
}

export function close(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const scale = Math.max(1, Math.abs(expected[i]!));
    if (!(Math.abs(got[i]! - expected[i]!) <= tolerance * scale)) {
      expect.fail(
        `entry ${i} is ${got[i]}, expected ${expected[i]}\n got ${[...Array.from(got)]}\n exp ${[...Array.from(expected)]}`,
      );
    }
  }
}
