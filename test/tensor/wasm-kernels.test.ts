/** Shapes at which the generated kernels change their form, and numbers too small to be normal. */
import { expect, test } from 'vitest';
import { referenceEngine } from '../../runtime/tensor/engines/reference.ts';
import { wasmEngine } from '../../runtime/tensor/engines/wasm/index.ts';
import { Graph } from '../../runtime/tensor/graph.ts';
import type { Node } from '../../runtime/tensor/ir.ts';

const entries = (count: number, step: number): Float32Array =>
  Float32Array.from({ length: count }, (_, k) => Math.sin(step * (k + 1)));

/** Every output, and the state, after two runs. */
async function outcomes(g: Graph, which: 'reference' | 'wasm'): Promise<number[]> {
  const program = g.program();
  const session = await (which === 'wasm' ? wasmEngine() : referenceEngine).open([program]);
  const entry = session.entry('run');
  for (const node of program.inputs)
    if (node.op.kind === 'input') entry.input(node.op.name).set(entries(entry.input(node.op.name).length, 1.7));
  await entry.run();
  await entry.run();
  const found = program.outputs.flatMap(({ name }) => [...entry.output(name)]);
  for (const { name } of session.states) found.push(...(await session.read(name)));
  session.close();
  return found;
}

async function agrees(g: Graph): Promise<void> {
  const expected = await outcomes(g, 'reference');
  const actual = await outcomes(g, 'wasm');
  expect(actual).toHaveLength(expected.length);
  for (const [k, value] of expected.entries())
    if (!(Math.abs(actual[k]! - value) <= 2e-5 * (1 + Math.abs(value))))
      throw new Error(`number ${k} is ${actual[k]}, the interpreter says ${value}`);
}

const rows = [1, 2, 3, 4, 5, 7, 8, 13];
const columns = [1, 2, 3, 4, 5, 8, 9, 12, 16, 17, 33, 36];

/** A product, bare and with a bias, a mask and an accumulator behind it. */
function product(g: Graph, x: Node, w: Node, turned: 'neither' | 'left' | 'right'): void {
  const y = g.matmul(x, w, turned === 'left', turned === 'right');
  const bias = g.input('bias', [y.shape[1]!]);
  const sum = g.state('sum', y.shape, { kind: 'constant', value: 0 });
  g.output('bare', g.matmul(g.neg(x), w, turned === 'left', turned === 'right'));
  const active = g.relu(g.add(y, bias));
  g.output('active', active);
  g.assign(sum, g.add(sum, g.matmul(g.mul(x, 0.5), w, turned === 'left', turned === 'right')));
  g.output('masked', g.select(active, g.matmul(g.mul(x, 3), w, turned === 'left', turned === 'right'), 0));
}

test.each(['neither', 'left', 'right'] as const)('products of every tile, turned: %s', async turned => {
  for (const m of rows)
    for (const n of columns) {
      const k = 1 + ((m * 5 + n) % 9);
      const g = new Graph('run');
      const x = g.input('x', turned === 'left' ? [k, m] : [m, k]);
      product(g, x, g.input('w', turned === 'right' ? [n, k] : [k, n]), turned);
      await agrees(g);
    }
});

test('products in a batch, with a bias for all', async () => {
  for (const [m, n] of [
    [1, 5],
    [3, 12],
    [6, 17],
  ] as const) {
    const g = new Graph('run');
    const y = g.matmul(g.input('x', [3, m, 4]), g.input('w', [3, 4, n]));
    g.output('y', g.abs(g.add(g.mul(y, g.input('scale', [])), g.input('b', [n]))));
    g.output(
      'each',
      g.add(g.matmul(g.input('u', [3, m, 4]), g.input('v', [3, n, 4]), false, true), g.input('c', [3, 1, n])),
    );
    await agrees(g);
  }
});

test('sums and maxima over long rows and many columns', async () => {
  for (const [m, n] of [
    [3, 64],
    [2, 70],
    [5, 131],
    [9, 16],
    [7, 37],
  ] as const) {
    const g = new Graph('run');
    const x = g.input('x', [m, n]);
    for (const axes of [[0], [1], [0, 1]]) {
      g.output(`sum ${axes.join()}`, g.sum(x, axes));
      g.output(`max ${axes.join()}`, g.max(x, axes));
    }
    g.output('shares', g.softmax(g.mul(x, 4)));
    await agrees(g);
  }
});

test('a state that decays ends at 0 instead of at a number too small to be normal', () => {
  const g = new Graph('run');
  const s = g.state('s', [6], { kind: 'constant', value: 1 });
  g.assign(s, g.mul(s, 0.9));
  const session = wasmEngine().open([g.program()]);
  if (session instanceof Promise) throw new Error('wasm is synchronous');
  session.write('s', [1, -1, 1e-30, Number.NaN, Infinity, 0]);
  const entry = session.entry('run');
  for (let k = 0; k < 1000; k++) entry.run();
  const left = session.read('s');
  if (left instanceof Promise) throw new Error('wasm is synchronous');
  expect([...left].map(Math.abs)).toEqual([0, 0, 0, Number.NaN, Infinity, 0]);
  // In float32, 0.9 x of a few times the smallest number rounds to x: without the rule it would stay for ever.
  expect(Math.fround(Math.fround(0.9) * Math.fround(4.2e-45))).toBeGreaterThan(0);
});
