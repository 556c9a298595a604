/**
 * One training step (forward, backward, optimiser), or one step of acting, on every engine of this machine, in turn: microseconds, and how many times the default
 * engine's. PyTorch and, inside lax.scan, JAX beside them where the Python has them.
 *
 *   node bench/tensor.ts [--python PYTHON] [--rounds 7] [--engines wasm,tfjs-wasm] [--only mlp] [--cpu]
 *
 * Wall-clock time, or with --cpu the processor time of all the process's threads, which other work on the machine disturbs less. Look at the
 * ratios of one run.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EngineUnavailable, engineNames, loadEngine } from '../runtime/tensor/engines/index.ts';
import type { Entry, Node, OptimiserSpec, Program, Session } from '../runtime/tensor/index.ts';
import {
  adam,
  clipByGlobalNorm,
  Graph,
  gradients,
  initialise,
  networkSequence,
  networkStep,
  rmsprop,
  sizeOf,
  update,
} from '../runtime/tensor/index.ts';

interface Workload {
  readonly name: string;
  /** Rows of the batch, for samples per second. */
  readonly rows: number;
  readonly program: Program;
}

function step(name: string, rows: number, optimiser: OptimiserSpec, loss: (g: Graph) => Node, clip?: number): Workload {
  const g = new Graph('train');
  const total = loss(g);
  g.output('loss', total);
  const raw = gradients(g, total, g.parameters);
  const list = clip === undefined ? raw : clipByGlobalNorm(g, raw, clip).gradients;
  update(g, optimiser, 'optimiser', g.parameters, list, 1e-3);
  return { name, rows, program: g.program() };
}

const squared = (g: Graph, y: Node): Node => g.mean(g.square(g.sub(y, g.input('target', y.shape))));

/** 18-64-64-5 with ReLU, mean squared error, Adam. */
function mlp(rows: number): Workload {
  return step(`mlp 18-64-64-5, batch ${rows}`, rows, adam, g => {
    const layers = [
      { kind: 'mlp', units: [64, 64], activation: 'relu' },
      { kind: 'dense', units: 5 },
    ] as const;
    return squared(g, networkStep(g, { layers }, { path: 'net', owner: 'the bench' }, g.input('x', [rows, 18])).output);
  });
}

/** PyMARL's recurrent agent over an episode: dense(64, relu), gru(64), dense(5); RMSProp, gradients clipped at 10. */
function gru(steps: number, rows: number): Workload {
  return step(
    `gru(64), ${steps} steps x batch ${rows}`,
    steps * rows,
    rmsprop,
    g => {
      const layers = [
        { kind: 'dense', units: 64, activation: 'relu' },
        { kind: 'gru', units: 64 },
        { kind: 'dense', units: 5 },
      ] as const;
      const x = g.input('x', [steps, rows, 18]);
      return squared(g, networkSequence(g, { layers }, { path: 'net', owner: 'the bench' }, x).output);
    },
    10,
  );
}

/** QMIX's mixing network alone (Rashid et al. 2018): 5 agents, a state of 48 numbers, embedding 32; Adam. */
function mixing(rows: number): Workload {
  const [agents, width, embed] = [5, 48, 32];
  return step(`QMIX mixing, ${agents} agents, batch ${rows}`, rows, adam, g => {
    const state = g.input('x', [rows, width]);
    const hyper = (name: string, units: number): Node =>
      networkStep(g, { layers: [{ kind: 'dense', units }] }, { path: name, owner: 'the mixer' }, state).output;
    const q = g.input('q', [rows, 1, agents]);
    const first = g.reshape(g.abs(hyper('w1', agents * embed)), [rows, agents, embed]);
    const hidden = g.elu(g.add(g.matmul(q, first), g.reshape(hyper('b1', embed), [rows, 1, embed])));
    const second = g.reshape(g.abs(hyper('w2', embed)), [rows, embed, 1]);
    const layers = [
      { kind: 'dense', units: embed, activation: 'relu' },
      { kind: 'dense', units: 1 },
    ] as const;
    const value = networkStep(g, { layers }, { path: 'v', owner: 'the mixer' }, state).output;
    return squared(g, g.add(g.reshape(g.matmul(hidden, second), [rows, 1]), value));
  });
}

/** The forward pass alone, on the rows that one decision needs: 18-64-64-5, or with memory PyMARL's agent for one step. */
function acting(rows: number, recurrent: boolean): Workload {
  const g = new Graph('train');
  const layers = recurrent
    ? ([
        { kind: 'dense', units: 64, activation: 'relu' },
        { kind: 'gru', units: 64 },
        { kind: 'dense', units: 5 },
      ] as const)
    : ([
        { kind: 'mlp', units: [64, 64], activation: 'relu' },
        { kind: 'dense', units: 5 },
      ] as const);
  const carries = recurrent ? [g.state('memory', [rows, 64], { kind: 'constant', value: 0 })] : [];
  const place = { path: 'net', owner: 'the bench' };
  const step = networkStep(g, { layers }, place, g.input('x', [rows, 18]), { carries });
  g.output('y', step.output);
  step.carries.forEach((carry, k) => {
    g.assign(carries[k]!, carry);
  });
  return { name: `acting, ${recurrent ? 'gru(64)' : 'mlp 18-64-64-5'}, ${rows} rows`, rows, program: g.program() };
}

const { values } = parseArgs({
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '7' },
    engines: { type: 'string', default: engineNames.join() },
    only: { type: 'string', default: '' },
    cpu: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const workloads = [
  mlp(32),
  mlp(256),
  mlp(512),
  mlp(2048),
  mlp(4096),
  gru(50, 32),
  mixing(32),
  mixing(800),
  acting(1, false),
  acting(64, false),
  acting(1024, false),
  acting(1, true),
  acting(64, true),
].filter(w => w.name.includes(values.only));

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[list.length >> 1] as number;
}

interface Runner {
  readonly name: string;
  readonly session: Session;
  readonly entry: Entry;
  /** Steps of one measurement: about 40 ms. */
  count: number;
  readonly times: number[];
}

function clock(): number {
  if (!values.cpu) return performance.now() * 1000;
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function microseconds(entry: Entry, count: number): Promise<number> {
  const start = clock();
  for (let k = 0; k < count; k++) {
    const running = entry.run();
    // Only where there is something to wait for: an await costs more than a small step.
    if (running !== undefined) await running;
  }
  return (clock() - start) / count;
}

async function open(name: string, { program }: Workload): Promise<Runner> {
  const session = await (await loadEngine(name)).open([program]);
  initialise(session, 1);
  const entry = session.entry('train');
  for (const node of program.inputs) {
    if (node.op.kind !== 'input') continue;
    entry.input(node.op.name).set(Float32Array.from({ length: sizeOf(node.shape) }, (_, i) => Math.sin(1.7 * (i + 1))));
  }
  // Warm: the first steps compile.
  await microseconds(entry, 3);
  const first = await microseconds(entry, 2);
  return { name, session, entry, count: Math.max(2, Math.min(2000, Math.round(40_000 / first))), times: [] };
}

/** The peers' microseconds by workload, or why there are none. */
function peers(python: string): ReadonlyMap<string, Readonly<Record<string, number>>> | string {
  const script = join(import.meta.dirname, 'peers/tensor_steps.py');
  const { error, stdout, stderr, status } = spawnSync(
    python,
    [script, String(rounds), ...(values.cpu ? ['cpu'] : [])],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 20,
    },
  );
  if (error !== undefined) return error.message;
  if (status !== 0) return stderr.trim().split('\n').at(-1) ?? `it ended with ${status}`;
  return new Map(Object.entries(JSON.parse(stdout) as Record<string, Record<string, number>>));
}

const available: string[] = [];
for (const name of values.engines.split(',')) {
  try {
    await loadEngine(name);
    available.push(name);
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    console.log(`not measured: ${error.message}`);
  }
}
const others = values.python === undefined ? 'say --python PYTHON' : peers(values.python);
if (typeof others === 'string') console.log(`PyTorch, JAX: not measured (${others})`);

for (const workload of workloads) {
  const runners: Runner[] = [];
  for (const name of available) runners.push(await open(name, workload));
  for (let round = 0; round < rounds; round++) {
    for (const runner of runners) runner.times.push(await microseconds(runner.entry, runner.count));
  }
  for (const { session } of runners) session.close();
  const all: [string, number][] = runners.map(({ name, times }) => [name, median(times)]);
  if (typeof others !== 'string') all.push(...Object.entries(others.get(workload.name) ?? {}));
  const base = (all[0] as [string, number])[1];
  console.log(`\n${workload.name}`);
  for (const [name, time] of all) {
    const rate = (workload.rows / time).toFixed(2).padStart(7);
    console.log(
      `  ${name.padEnd(16)} ${time.toFixed(1).padStart(11)} us/step  x${(time / base).toFixed(2).padStart(8)}  ${rate} M rows/s`,
    );
  }
}
// Some libraries keep the process alive.
process.exit();
