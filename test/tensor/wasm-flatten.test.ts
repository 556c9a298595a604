/** Batches of several axes as rows: the same numbers as the interpreter's, with the work where it should be. */
import { describe, expect, test } from 'vitest';
import { referenceEngine } from '../../runtime/tensor/engines/reference.ts';
import { cluster } from '../../runtime/tensor/engines/wasm/cluster.ts';
import { flattenRows } from '../../runtime/tensor/engines/wasm/flatten.ts';
import { wasmEngine } from '../../runtime/tensor/engines/wasm/index.ts';
import { blockRows } from '../../runtime/tensor/engines/wasm/rows.ts';
import { gradients } from '../../runtime/tensor/gradients/index.ts';
import { Graph } from '../../runtime/tensor/graph.ts';
import { adam, networkStep, optimise, update } from '../../runtime/tensor/index.ts';
import { initialise } from '../../runtime/tensor/initialise.ts';
import type { Node, Program } from '../../runtime/tensor/ir.ts';
import { sizeOf } from '../../runtime/tensor/ir.ts';

async function run(program: Program, which: 'reference' | 'wasm'): Promise<number[]> {
  const session = await (which === 'wasm' ? wasmEngine() : referenceEngine).open([program]);
  initialise(session, 5);
  const entry = session.entry('run');
  for (const { op, shape, type } of program.inputs) {
    if (op.kind !== 'input') continue;
    for (let k = 0; k < sizeOf(shape); k++)
      if (type === 'i32') entry.indices(op.name)[k] = (k * 7) % 4;
      else entry.input(op.name)[k] = Math.sin(1.7 * k + 1);
  }
  await entry.run();
  await entry.run();
  const found = program.outputs.flatMap(({ name, node }) => [
    ...(node.type === 'i32' ? entry.indexOutput(name) : entry.output(name)),
  ]);
  for (const { name } of session.states) found.push(...(await session.read(name)));
  session.close();
  return found;
}

async function agrees(g: Graph): Promise<Program> {
  const program = optimise(g.program());
  const flat = flattenRows(program);
  const expected = await run(program, 'reference');
  for (const actual of [await run(flat, 'reference'), await run(flat, 'wasm')]) {
    expect(actual).toHaveLength(expected.length);
    for (const [k, value] of expected.entries())
      if (!(Math.abs(actual[k]! - value) <= 2e-5 * (1 + Math.abs(value))))
        throw new Error(`number ${k} is ${actual[k]}, the interpreter says ${value}`);
  }
  return flat;
}

/** A product over [3, 8, 6] whose result [3, 8, 4] something is done to. */
const cases: Readonly<Record<string, (g: Graph, y: Node, x: Node) => Node>> = {
  'a bias, a number, one row for all': (g, y) =>
    g.mul(g.add(y, g.input('b', [4])), g.add(g.input('c', []), g.input('d', [1, 1, 4]))),
  'one number per row': (g, y) => g.div(y, g.add(g.exp(g.input('n', [3, 8, 1])), 1)),
  'a row for each agent': (g, y) => g.add(y, g.input('a', [3, 1, 4])),
  'a row for each game': (g, y) => g.add(y, g.input('e', [8, 4])),
  'softmax and one entry of it': (g, y) => g.takeAlong(g.logSoftmax(y), g.input('which', [3, 8, 1], 'i32'), 2),
  'the largest of each row': (g, y) => g.float(g.argmax(y, 2)),
  'the largest over the games': (g, y) => g.max(y, [1]),
  'sums over rows, over all, over one axis of the batch': (g, y) =>
    g.add(g.add(g.sum(y, [2], true), g.sum(y, [0, 1], true)), g.add(g.sum(y, [0], true), g.sum(y))),
  'cut and put together': (g, y) => g.concat([g.slice(y, 2, 1, 3), y, g.slice(g.tanh(y), 2, 0, 1)], 2),
  'cut across the batch': (g, y) => g.slice(y, 1, 2, 7),
  'turned in the batch': (g, y) => g.transpose(y, [1, 0, 2]),
  'whole rows beside what came in': (g, y, x) => g.concat([y, x], 2),
};

describe('what is done to rows of several axes', () => {
  for (const [name, build] of Object.entries(cases))
    test(name, async () => {
      const g = new Graph('run');
      const x = g.input('x', [3, 8, 6]);
      const w = g.parameter('w', [6, 4], { kind: 'normal', deviation: 1 });
      const y = g.reshape(g.matmul(g.reshape(x, [24, 6]), w), [3, 8, 4]);
      const z = build(g, y, x);
      g.output('z', z);
      g.output('tanh', g.tanh(z));
      g.output('slope', gradients(g, g.sum(g.square(z)), [w])[0]!);
      await agrees(g);
    });
});

function training(batch: readonly number[]): Graph {
  const g = new Graph('run');
  const layers = [
    { kind: 'mlp', units: [64, 64], activation: 'tanh' },
    { kind: 'dense', units: 5 },
  ] as const;
  const x = g.input('x', [...batch, 18]);
  const { output } = networkStep(g, { layers }, { path: 'net', owner: 'the test' }, x);
  const weight = g.input('weight', [...batch, 1]);
  const loss = g.div(g.sum(g.mul(g.square(output), weight)), g.maximum(g.sum(weight), 1));
  g.output('loss', loss);
  update(g, adam, 'optimiser', g.parameters, gradients(g, loss, g.parameters), 1e-3);
  return g;
}

test('a training over agents and games is the training over their rows', async () => {
  await agrees(training([3, 8]));
  const kinds = (g: Graph): string[] => {
    const program = blockRows(flattenRows(optimise(g.program())));
    const kernels = (nodes: readonly Node[], wanted: readonly Node[]): string[] =>
      cluster(nodes, wanted).flatMap(({ kind, nodes: parts }) => {
        const [{ op }] = parts as [Node];
        return op.kind === 'scan'
          ? kernels(op.body.nodes, [...op.body.next, ...op.body.stacked])
          : [`${kind} of ${parts.length}`];
      });
    return kernels(program.nodes, [
      ...program.outputs.map(o => o.node),
      ...program.assignments.map(({ value }) => value),
    ]).sort();
  };
  expect(kinds(training([3, 512]))).toEqual(kinds(training([1536])));
});

test('a loss runs in one pass through the blocks, with the gradient that waits for a sum', () => {
  const { nodes } = blockRows(flattenRows(optimise(training([3, 512]).program())));
  expect(nodes.filter(node => node.op.kind === 'scan')).toHaveLength(1);
});
