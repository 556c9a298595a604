/** Random programs, run by the generated WebAssembly and by the interpreter: the plan of memory and fusion must not show. */
import { expect, test } from 'vitest';
import { referenceEngine } from '../../runtime/tensor/engines/reference.ts';
import { wasmEngine } from '../../runtime/tensor/engines/wasm/index.ts';
import { blockRows } from '../../runtime/tensor/engines/wasm/rows.ts';
import { gradients } from '../../runtime/tensor/gradients/index.ts';
import { Graph } from '../../runtime/tensor/graph.ts';
import type { Node, Program } from '../../runtime/tensor/ir.ts';
import { sizeOf } from '../../runtime/tensor/ir.ts';
import { optimise } from '../../runtime/tensor/passes/index.ts';
import { scan } from '../../runtime/tensor/scan.ts';

/** A small generator of its own: the same programs in every run. */
class Draw {
  #state: number;
  constructor(seed: number) {
    this.#state = (seed * 2654435761) >>> 0 || 1;
  }
  below(n: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    this.#state >>>= 0;
    return this.#state % n;
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
  unit(): number {
    return this.below(1 << 20) / (1 << 20);
  }
}

const lengths = [1, 2, 3, 4, 5, 7, 8, 13];

/** One more node from those there are; bounded functions only, so that values stay of order 1. */
function grow(g: Graph, d: Draw, pool: Node[]): Node {
  const x = d.pick(pool.filter(n => n.type === 'f32'));
  const rank = x.shape.length;
  const axis = rank === 0 ? 0 : d.below(rank);
  switch (d.below(14)) {
    case 0:
      return g.unary(d.pick(['tanh', 'sigmoid', 'relu', 'abs', 'neg', 'elu', 'not', 'sign', 'floor'] as const), x);
    case 1: {
      const same = pool.filter(n => n.type === 'f32' && n.shape.join() === x.shape.join());
      return g.binary(
        d.pick(['add', 'sub', 'mul', 'max', 'min', 'less', 'and', 'or', 'equal'] as const),
        x,
        d.pick(same),
      );
    }
    case 2: {
      // A row, a column or a number broadcast over it.
      const keep = x.shape.map(n => (d.below(2) === 0 ? 1 : n));
      return g.sub(x, g.mul(g.sumTo(x, keep), 0.3));
    }
    case 3: {
      if (rank !== 2) return g.mul(x, 0.5);
      const columns = d.pick(lengths);
      const w = g.parameter(`w${g.nodes.length}`, d.below(2) === 0 ? [x.shape[1]!, columns] : [columns, x.shape[1]!], {
        kind: 'uniform',
        bound: 0.5,
      });
      return w.shape[0] === x.shape[1] && w.shape[1] === columns ? g.matmul(x, w) : g.matmul(x, w, false, true);
    }
    case 4:
      return rank === 2 ? g.mul(g.matmul(x, x, true), 0.1) : g.neg(x);
    case 5:
      return rank === 0 ? x : g.mean(x, [axis], d.below(2) === 0);
    case 6:
      return rank === 0 ? x : g.max(x, [axis], d.below(2) === 0);
    case 7:
      return rank === 0 ? x : d.below(2) === 0 ? g.softmax(x) : g.mul(g.logSoftmax(x), 0.2);
    case 8:
      return rank < 2
        ? g.square(x)
        : g.transpose(
            x,
            x.shape.map((_, k) => (k + 1) % rank),
          );
    case 9: {
      if (rank === 0) return g.add(x, 1);
      const from = d.below(x.shape[axis]!);
      return g.slice(x, axis, from, from + 1 + d.below(x.shape[axis]! - from));
    }
    case 10:
      return rank === 0 || sizeOf(x.shape) > 400 ? x : g.concat([x, g.tanh(x)], axis);
    case 11:
      return rank === 0
        ? x
        : g.padTo(
            x,
            x.shape.map(() => 1),
            x.shape.map(n => n + 2),
          );
    case 12: {
      if (rank === 0) return x;
      const indices = g.constant(
        Array.from({ length: 3 }, () => d.below(x.shape[axis]! + 2) - 1),
        [3],
        'i32',
      );
      return g.take(x, indices, axis);
    }
    default: {
      if (rank === 0) return x;
      return g.select(g.less(x, 0.1), x, g.float(g.broadcast(g.constant([d.below(3)], [1], 'i32'), x.shape)));
    }
  }
}

function randomProgram(seed: number): Program {
  const d = new Draw(seed);
  const g = new Graph('run');
  const shapes = [[], [d.pick(lengths)], [d.pick(lengths), d.pick(lengths)], [2, d.pick(lengths), 3]];
  const pool: Node[] = shapes.map((shape, k) => g.input(`x${k}`, shape));
  pool.push(g.state('s', [d.pick(lengths), 4], { kind: 'normal', deviation: 1 }));
  const [s] = pool.slice(-1) as [Node];
  for (let k = 0; k < 6 + d.below(14); k++) {
    const made = grow(g, d, pool);
    if (sizeOf(made.shape) < 3000) pool.push(made);
  }
  if (d.below(2) === 0) pool.push(randomScan(g, d, pool));
  for (let k = 0; k < d.below(5); k++) pool.push(grow(g, d, pool));
  const last = pool.slice(-4).filter(n => n.type === 'f32');
  for (const [k, node] of last.entries()) g.output(`y${k}`, node);
  if (d.below(2) === 0) g.assign(s, g.tanh(g.add(g.mul(s, 0.9), g.mean(last[0]!))));
  if (d.below(2) === 0 && g.parameters.length > 0) {
    const loss = last.map(n => g.mean(g.square(n))).reduce((a, b) => g.add(a, b));
    const at = g.parameters;
    for (const [k, gradient] of gradients(g, loss, at).entries()) g.assign(at[k]!, g.sub(at[k]!, g.mul(gradient, 0.1)));
  }
  return g.program();
}

function randomScan(g: Graph, d: Draw, pool: readonly Node[]): Node {
  const length = d.pick([1, 2, 5]);
  const width = d.pick([1, 3, 4, 6]);
  const start = g.mul(g.broadcast(g.mean(d.pick(pool.filter(n => n.type === 'f32'))), [2, width]), 0.5);
  const slices = g.broadcast(g.mul(start, 0.7), [length, 2, width]);
  const w = g.parameter('recurrent', [width, width], { kind: 'uniform', bound: 0.5 });
  const swap = d.below(2) === 0;
  const { carries, stacked } = scan(
    g,
    { length, reverse: d.below(2) === 0, carries: [start, g.neg(start)], slices: [slices], shared: [w] },
    (b, [h, c], [x], [weights]) => {
      const next = b.tanh(b.add(b.matmul(h!, weights!), b.mul(x!, c!)));
      return { next: swap ? [c!, next] : [next, b.mul(c!, 0.5)], stacked: [h!, next, b.softmax(next)] };
    },
  );
  return g.concat([g.reshape(d.pick(stacked), [length * 2, width]), ...carries], 0);
}

/** Everything that can be read after each of three runs. */
async function results(
  program: Program,
  which: 'reference' | 'wasm',
  seed: number,
): Promise<Map<string, Float32Array>> {
  const session = await (which === 'wasm' ? wasmEngine() : referenceEngine).open([program]);
  const d = new Draw(seed + 77);
  for (const { name, shape } of session.states)
    session.write(
      name,
      Float32Array.from({ length: sizeOf(shape) }, () => d.unit() - 0.5),
    );
  const entry = session.entry('run');
  const found = new Map<string, Float32Array>();
  for (let run = 0; run < 3; run++) {
    for (const node of program.inputs)
      if (node.op.kind === 'input') {
        const into = entry.input(node.op.name);
        for (let k = 0; k < into.length; k++) into[k] = 2 * d.unit() - 1;
      }
    entry.run();
    for (const { name } of program.outputs) found.set(`${name} of run ${run}`, entry.output(name).slice());
  }
  for (const { name } of session.states) found.set(`state ${name}`, await session.read(name));
  session.close();
  return found;
}

/** Compares the runs of a program with those of what stands for it; gives the count of numbers compared. */
async function compared(
  seed: number,
  stand: (program: Program) => Program,
  which: 'reference' | 'wasm',
): Promise<number> {
  const program = randomProgram(seed);
  const expected = await results(program, 'reference', seed);
  const actual = await results(stand(program), which, seed);
  let count = 0;
  for (const [name, values] of expected)
    for (const [k, value] of values.entries()) {
      const got = actual.get(name)![k]!;
      // Thresholds (floor, less, sign) may fall on either side of a rounding; such a jump is rare, and of size 1.
      const close = Math.abs(got - value) <= 2e-4 * (1 + Math.abs(value)) || Object.is(got, value);
      if (!close) throw new Error(`program ${seed}: ${name}[${k}] is ${got}, the interpreter says ${value}`);
      count++;
    }
  return count;
}

test('400 random programs give what the interpreter gives', async () => {
  let count = 0;
  for (let seed = 1; seed <= 400; seed++) count += await compared(seed, program => program, 'wasm');
  expect(count).toBeGreaterThan(20_000);
});

test('the same programs in the smallest row blocks', async () => {
  let blocked = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const stand = (program: Program): Program => {
      const plain = optimise(program);
      const made = blockRows(plain, { block: 1, worthwhile: 1, fewestRows: 1 });
      if (made !== plain) blocked++;
      return made;
    };
    await compared(seed, stand, seed % 2 === 0 ? 'wasm' : 'reference');
  }
  expect(blocked).toBeGreaterThan(200);
});
