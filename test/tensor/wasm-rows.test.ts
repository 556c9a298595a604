/** Row blocks are another order of the same work: programs and their blocked forms give the same in the interpreter. */
import { describe, expect, test } from 'vitest';
import { referenceEngine } from '../../runtime/tensor/engines/reference.ts';
import { wasmEngine } from '../../runtime/tensor/engines/wasm/index.ts';
import { blockRows } from '../../runtime/tensor/engines/wasm/rows.ts';
import { gradients } from '../../runtime/tensor/gradients/index.ts';
import { Graph } from '../../runtime/tensor/graph.ts';
import { adam, networkStep, optimise, update } from '../../runtime/tensor/index.ts';
import { initialise } from '../../runtime/tensor/initialise.ts';
import type { Node, Program, ScanOp } from '../../runtime/tensor/ir.ts';
import { sizeOf } from '../../runtime/tensor/ir.ts';

/** Blocks even where nobody would want them. */
const tiny = { block: 512, worthwhile: 64, fewestRows: 2 };

const loops = (program: Program): ScanOp[] =>
  program.nodes.flatMap(node => (node.op.kind === 'scan' && node.label === 'row blocks' ? [node.op] : []));

async function run(program: Program, which: 'reference' | 'wasm', runs = 2): Promise<Map<string, Float32Array>> {
  const session = await (which === 'wasm' ? wasmEngine() : referenceEngine).open([program]);
  initialise(session, 3);
  const entry = session.entry('run');
  for (const node of program.inputs) {
    if (node.op.kind !== 'input') continue;
    const size = sizeOf(node.shape);
    if (node.type === 'i32') for (let k = 0; k < size; k++) entry.indices(node.op.name)[k] = (k * 7) % 5;
    else for (let k = 0; k < size; k++) entry.input(node.op.name)[k] = Math.sin(1.7 * k + 1);
  }
  for (let k = 0; k < runs; k++) await entry.run();
  const found = new Map<string, Float32Array>();
  for (const { name, node } of program.outputs)
    found.set(name, node.type === 'i32' ? Float32Array.from(entry.indexOutput(name)) : entry.output(name).slice());
  for (const { name } of session.states) found.set(name, await session.read(name));
  session.close();
  return found;
}

/** Blocked and not, interpreted and compiled; returns the blocked form. */
async function agrees(program: Program, tolerance = 2e-5): Promise<Program> {
  const blocked = blockRows(program, tiny);
  const expected = await run(program, 'reference');
  for (const actual of [await run(blocked, 'reference'), await run(blocked, 'wasm')])
    for (const [name, values] of expected)
      for (const [k, value] of values.entries()) {
        const got = actual.get(name)![k]!;
        if (!(Math.abs(got - value) <= tolerance * (1 + Math.abs(value))))
          throw new Error(`${name}[${k}] is ${got} in blocks, ${value} without`);
      }
  return blocked;
}

function program(build: (g: Graph) => Readonly<Record<string, Node>>): Program {
  const g = new Graph('run');
  for (const [name, node] of Object.entries(build(g))) g.output(name, node);
  return optimise(g.program());
}

describe('what runs in blocks', () => {
  const cases: Readonly<Record<string, (g: Graph, x: Node) => Node>> = {
    'element by element, with a row and a number for all': (g, x) =>
      g.mul(
        g.add(x, g.parameter('b', [6], { kind: 'normal', deviation: 1 })),
        g.parameter('c', [], { kind: 'constant', value: 2 }),
      ),
    'a product with a shared matrix': (g, x) =>
      g.matmul(g.tanh(x), g.parameter('w', [6, 5], { kind: 'normal', deviation: 1 })),
    'a product with a turned matrix': (g, x) =>
      g.matmul(g.tanh(x), g.parameter('w', [5, 6], { kind: 'normal', deviation: 1 }), false, true),
    'one product per row': (g, x) => {
      const m = g.reshape(g.tanh(x), [24, 2, 3]);
      return g.matmul(m, m, false, true);
    },
    'a product over the rows': (g, x) => g.matmul(g.tanh(x), g.square(x), true),
    'sums over rows, columns and both': (g, x) =>
      g.add(g.add(g.sum(g.tanh(x), [0], true), g.sum(g.square(x), [1], true)), g.sum(g.neg(x))),
    'the maximum over the rows': (g, x) => g.max(g.neg(x), [0]),
    softmax: (g, x) => g.logSoftmax(g.mul(x, 3)),
    'the largest of each row': (g, x) => g.argmax(g.tanh(x), 1),
    'rows taken from a shared table': (g, x) =>
      g.mul(
        g.take(g.parameter('table', [5, 6], { kind: 'normal', deviation: 1 }), g.input('which', [24], 'i32'), 0),
        x,
      ),
    'one entry of each row': (g, x) => g.takeAlong(g.tanh(x), g.reshape(g.input('which', [24], 'i32'), [24, 1]), 1),
    'columns put together and cut': (g, x) => g.slice(g.concat([g.tanh(x), x], 1), 1, 4, 9),
    'turned inside a row': (g, x) => g.transpose(g.reshape(g.tanh(x), [24, 2, 3]), [0, 2, 1]),
    'more rows than at first': (g, x) => g.softmax(g.reshape(g.tanh(x), [72, 2])),
    'a constant with a row for each': (g, x) =>
      g.add(
        g.tanh(x),
        g.constant(
          Array.from({ length: 144 }, (_, k) => k / 7),
          [24, 6],
        ),
      ),
  };
  for (const [name, build] of Object.entries(cases))
    test(name, async () => {
      const blocked = await agrees(program(g => ({ y: build(g, g.tanh(g.input('x', [24, 6]))) })));
      expect(loops(blocked)[0]!.length).toBeGreaterThan(1);
    });
});

test('what mixes rows waits for all of them', async () => {
  const blocked = await agrees(
    program(g => {
      const x = g.tanh(g.input('x', [24, 6]));
      const turned = g.transpose(x, [1, 0]);
      const shifted = g.concat([g.slice(x, 0, 1, 24), g.slice(x, 0, 0, 1)], 0);
      return { turned: g.exp(turned), shifted: g.mul(shifted, 2), table: g.matmul(x, g.mul(x, 0.5), false, true) };
    }),
  );
  expect(loops(blocked).length).toBeGreaterThan(0);
});

test('what a loss over normalised rows waits for is not the network: that runs once, with its gradient', async () => {
  const g = new Graph('run');
  const x = g.input('x', [48, 18]);
  const layers = [
    { kind: 'mlp', units: [16], activation: 'relu' },
    { kind: 'dense', units: 1 },
  ] as const;
  const value = networkStep(g, { layers }, { path: 'net', owner: 'the test' }, x).output;
  const raw = g.tanh(g.input('advantage', [48, 1]));
  const centred = g.sub(raw, g.mean(raw));
  const loss = g.mean(g.square(g.sub(value, g.mul(centred, g.exp(centred)))));
  g.output('loss', loss);
  update(g, adam, 'optimiser', g.parameters, gradients(g, loss, g.parameters), 1e-3);
  const blocked = await agrees(optimise(g.program()));
  const products = loops(blocked).map(op => op.body.nodes.filter(node => node.op.kind === 'matmul').length);
  expect(products).toEqual([5]);
});

test('a training of usual size runs in blocks by itself, the same bits every time', async () => {
  const g = new Graph('run');
  const layers = [
    { kind: 'mlp', units: [64, 64], activation: 'relu' },
    { kind: 'dense', units: 5 },
  ] as const;
  const y = networkStep(g, { layers }, { path: 'net', owner: 'the test' }, g.input('x', [2048, 18])).output;
  const loss = g.mean(g.square(g.sub(y, g.input('target', [2048, 5]))));
  g.output('loss', loss);
  update(g, adam, 'optimiser', g.parameters, gradients(g, loss, g.parameters), 1e-3);
  const plain = optimise(g.program());
  expect(loops(blockRows(plain))).toHaveLength(1);
  const first = await run(g.program(), 'wasm');
  const second = await run(g.program(), 'wasm');
  for (const [name, values] of first) expect(second.get(name)).toEqual(values);
});

test('small batches stay as they are', () => {
  const plain = program(g => ({ y: g.softmax(g.tanh(g.input('x', [32, 64]))) }));
  expect(blockRows(plain)).toBe(plain);
});
