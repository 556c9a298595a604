/**
 * Deep trainings on one core as `marl train` does them, beside Python programs of the same training (bench/peers), in turn in one run;
 * and how long `marl train` takes to start. Settings are those of the programs people compare with; what the peers are and what they leave
 * out is said in their files.
 *
 *   node bench/deep.ts [ippo] [qmix] [start] [--python PYTHON] [--epymarl DIR] [--rounds 3]
 *
 *   ippo     PYTHON needs jaxmarl
 *   qmix     PYTHON needs torch and lbforaging; with a checkout of EPyMARL in DIR also that itself, for which PYTHON needs sacred and pyyaml
 *   start    needs the built command: npm run build
 *
 * Game steps per second of the processor, all threads of a process together, and of the wall clock; medians. Work beside this disturbs the first
 * less. Ratios are of a round's neighbours, so that both had the same machine.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { fileHost } from '../cli/host.ts';
import { packageRoot } from '../cli/package.ts';
import { emitGame } from '../compiler/emit/game.ts';
import { compile, type Host } from '../compiler/index.ts';
import { loadGame } from '../runtime/games/load.ts';
import { wasmEngine } from '../runtime/tensor/engines/wasm/index.ts';
import { trainSeed } from '../runtime/train/run.ts';

// ------------------------------------------------------------------------------------------ what is trained

interface Peer {
  readonly name: string;
  /** Of a script in bench/peers. */
  readonly args: readonly string[];
  /** Its script takes the folder of a checkout first, named by this option. */
  readonly checkout?: 'epymarl';
}

interface Case {
  readonly name: string;
  readonly steps: number;
  readonly text: (steps: number) => string;
  readonly peers: readonly Peer[];
  /** What must be reached, as issue 4 has it. */
  readonly goal: string;
}

const ippo: Case = {
  name: 'IPPO on SimpleSpread, settings of JaxMARL’s ippo_ff_mpe: 16 games, 4 epochs of 4 minibatches every 128 steps, 18-64-64 tanh',
  goal: '40 k steps per CPU second',
  // 78 rollouts.
  steps: 159_744,
  text: steps => `import std.games.SimpleSpread
train T on SimpleSpread {
  algorithm IPPO {
    network = mlp(64, 64, tanh)
    optimizer = adam(lr: 2.5e-4 -> 0 over 159_744 steps)
    gamma = 0.99
    rollout = 128
    epochs = 4
    minibatches = 4
    clip_ratio = 0.2
    entropy = 0.01
    clip = 0.5
    agent_ids = false
    normalize_values = false
    value_loss = mse
  }
  envs 16
  budget ${steps} steps
  evaluate every ${steps} steps for 1 episodes
}`,
  peers: [{ name: 'the same in JAX, on JaxMARL’s environment', args: ['ippo_jax.py', '78'] }],
};

const qmix: Case = {
  name: 'QMIX on Foraging 8x8-2p-2f-coop, PyMARL’s cadence: dense 64, gru 64, mixer 32, an update of 32 episodes after every episode',
  goal: '3 x EPyMARL',
  steps: 20_000,
  text: steps => `import std.games.Foraging
train T on Foraging(size: 8, players: 2, foods: 2, coop: true) {
  team reward = sum
  algorithm QMIX {
    network = mlp(64, relu) |> gru(64)
    optimizer = rmsprop(lr: 5e-4)
    last_action = true
    replay = 1_000 episodes
  }
  budget ${steps} steps
  evaluate every ${steps} steps for 1 episodes
}`,
  peers: [
    { name: 'lean PyTorch on lbforaging', args: ['qmix_torch.py', 'lean', '20000'] },
    { name: 'PyTorch, step by step as EPyMARL unrolls', args: ['qmix_torch.py', 'steps', '20000'] },
    { name: 'EPyMARL itself', args: ['epymarl_run.py', '20000'], checkout: 'epymarl' },
  ],
};

// ------------------------------------------------------------------------------------------ ours

/** Of one training. */
interface Measured {
  readonly steps: number;
  /** Gradient steps. */
  readonly updates: number;
  readonly weights: number;
  /** Seconds. */
  readonly cpu: number;
  readonly wall: number;
}

function ours({ name, text, steps }: Case): (seed: number) => Measured {
  const library = fileHost(packageRoot(), 'bench.marl', undefined);
  const host: Host = { ...library, read: path => (path === 'bench.marl' ? { text: text(steps) } : library.read(path)) };
  const program = compile(host, 'bench.marl');
  const [train] = program.trains;
  const { model } = train?.instantiate(new Map()) ?? { model: undefined };
  if (train === undefined || model === undefined) {
    for (const { message } of program.diagnostics) console.error(message);
    throw new Error(`${name} does not compile`);
  }
  const game = loadGame(emitGame(model, { types: false, module: 'function', state: true }));
  return seed => {
    const start = performance.now();
    const before = process.cpuUsage();
    const { step, metrics, checkpoint } = trainSeed(train.spec, game, seed, {}, undefined, wasmEngine());
    const { user, system } = process.cpuUsage(before);
    const wall = (performance.now() - start) / 1000;
    const { learner } = JSON.parse(metrics.at(-1) ?? '{}') as { readonly learner: { readonly updates: number } };
    let weights = 0;
    for (const [key, { length }] of checkpoint)
      if (/^learner\.tensor\.(actor|critic|online)\//.test(key)) weights += length;
    return { steps: step, updates: learner.updates, weights, cpu: (user + system) / 1e6, wall };
  };
}

// ------------------------------------------------------------------------------------------ theirs

/** What a script of bench/peers prints. */
interface PeerMeasured extends Measured {
  /** Seconds of loading libraries, and of compiling. */
  readonly import?: number;
  readonly compile?: { readonly wall: number; readonly cpu: number };
  /** Seconds of the processor inside the environment, and in updates. */
  readonly environment?: number;
  readonly learning?: number;
  /** In the first and the last tenth. */
  readonly reward: readonly [number, number];
  readonly loss: readonly [number, number];
}

/** What is needed of the command line, by the name of the option. */
type Given = Readonly<Record<'python' | 'epymarl', string | undefined>>;

/** What is missing of the command line to run it, in words. */
function missing({ checkout }: Peer, given: Given): string | undefined {
  if (given.python === undefined) return 'say --python PYTHON';
  return checkout !== undefined && given[checkout] === undefined ? `say --${checkout} DIR` : undefined;
}

function theirs({ args: [script, ...args], checkout }: Peer, given: Given): PeerMeasured | string {
  const folder = checkout === undefined ? [] : [given[checkout] ?? ''];
  const { error, stdout, stderr, status } = spawnSync(
    given.python ?? '',
    [join(import.meta.dirname, 'peers', script ?? ''), ...folder, ...args],
    { encoding: 'utf8' },
  );
  if (error !== undefined) return error.message;
  if (status !== 0) return stderr.trim().split('\n').at(-1) ?? `it ended with ${status}`;
  // Some libraries greet before it.
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as PeerMeasured;
}

// ------------------------------------------------------------------------------------------ side by side

function median(list: readonly number[]): number {
  return [...list].sort((a, b) => a - b)[list.length >> 1] as number;
}

function rates(runs: readonly Measured[], of: 'cpu' | 'wall'): string {
  const list = runs.map(run => run.steps / run[of] / 1000);
  return `${median(list).toFixed(2)} k/s (${list.map(rate => rate.toFixed(2)).join(', ')})`;
}

function show(name: string, runs: readonly Measured[]): void {
  const [{ steps, updates, weights }] = runs as [Measured];
  console.log(`  ${name}: ${steps} game steps, ${updates} gradient steps, ${weights} weights`);
  console.log(`    of the processor ${rates(runs, 'cpu')}; of the clock ${rates(runs, 'wall')}`);
}

function showPeer(runs: readonly PeerMeasured[]): void {
  const [{ reward, loss }] = runs as [PeerMeasured];
  const shown = (pair: readonly number[]): string => pair.map(value => value.toPrecision(4)).join(' -> ');
  console.log(`    first and last tenth: loss ${shown(loss)}, return ${shown(reward)}`);
  const seconds = (of: (run: PeerMeasured) => number | undefined): string =>
    median(runs.map(run => of(run) ?? 0)).toFixed(1);
  const share = (of: (run: PeerMeasured) => number | undefined): string =>
    `${(100 * median(runs.map(run => (of(run) ?? 0) / run.cpu))).toFixed(0)} %`;
  const [{ compile, environment }] = runs as [PeerMeasured];
  if (compile !== undefined)
    console.log(
      `    not counted: libraries ${seconds(run => run.import)} s, compiling ${seconds(run => run.compile?.wall)} s of the clock, ${seconds(run => run.compile?.cpu)} s of the processor`,
    );
  if (environment !== undefined)
    console.log(`    in the environment ${share(run => run.environment)}, in updates ${share(run => run.learning)}`);
}

function compare(which: Case, given: Given, rounds: number): void {
  console.log(`\n${which.name}; goal ${which.goal}`);
  const train = ours(which);
  const mine: Measured[] = [];
  const others = which.peers.map(peer => ({ peer, runs: [] as PeerMeasured[], why: missing(peer, given) }));
  for (let round = 0; round < rounds; round++) {
    mine.push(train(1 + round));
    for (const other of others) {
      if (other.why !== undefined) continue;
      const result = theirs(other.peer, given);
      if (typeof result === 'string') other.why = result;
      else other.runs.push(result);
    }
  }
  show('ours', mine);
  for (const { peer, runs, why } of others) {
    if (why !== undefined) {
      console.log(`  ${peer.name}: not measured (${why})`);
      continue;
    }
    show(peer.name, runs);
    showPeer(runs);
    const ratio = (of: 'cpu' | 'wall'): string => {
      const list = runs.map(
        (run, k) => (mine[k] as Measured).steps / (mine[k] as Measured)[of] / (run.steps / run[of]),
      );
      return `${median(list).toFixed(2)} (${list.map(value => value.toFixed(2)).join(', ')})`;
    };
    console.log(`    ours is ahead by: processor ${ratio('cpu')}, clock ${ratio('wall')}`);
  }
}

// ------------------------------------------------------------------------------------------ start-up

/** From the start of the built command to its first decision, its first gradient step, and its end after one rollout. */
function starting(rounds: number): void {
  console.log('\nmarl train from its start, built command, the same IPPO; goal 0.5 s to the first step');
  const command = join(packageRoot(), 'dist/cli/main.js');
  if (!existsSync(command)) {
    console.log('  not measured (npm run build)');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'marl-start-'));
  const file = join(folder, 'start.marl');
  writeFileSync(file, ippo.text(2048));
  // As JavaScript: Node would load its TypeScript translator in the command's process, which takes longer than the command's own start.
  const watch = join(folder, 'first-step.mjs');
  writeFileSync(watch, stripTypeScriptTypes(readFileSync(join(import.meta.dirname, 'first-step.ts'), 'utf8')));
  const preload = pathToFileURL(watch).href;
  const found = new Map<string, { readonly wall: number[]; readonly cpu: number[] }>();
  const add = (name: string, wall: number, cpu: number): void => {
    const into = found.get(name) ?? { wall: [], cpu: [] };
    found.set(name, into);
    into.wall.push(wall);
    into.cpu.push(cpu);
  };
  // The first run fills Node's cache of compiled code, as the first use after an installation does.
  for (let round = 0; round <= rounds; round++) {
    const start = performance.timeOrigin + performance.now();
    const args = [
      '--import',
      preload,
      command,
      'train',
      `${file}:T`,
      '--json',
      '--force',
      '--out',
      join(folder, 'run'),
    ];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    if (round === 0) continue;
    for (const [, name, at, cpu] of stderr.matchAll(/^marl-first (\w+) (\S+) (\d+)$/gm))
      add(name as string, Number(at) - start, Number(cpu) / 1000);
  }
  rmSync(folder, { recursive: true });
  const names = { act: 'first step played', learn: 'first gradient step (2048 game steps later)' };
  for (const [key, name] of Object.entries(names)) {
    const times = found.get(key);
    if (times === undefined) throw new Error(`the command never said when it came to: ${name}`);
    const shown = (list: readonly number[]): string =>
      `${median(list).toFixed(0)} ms (${list.map(value => value.toFixed(0)).join(', ')})`;
    console.log(`  ${name}: clock ${shown(times.wall)}, processor ${shown(times.cpu)}`);
  }
}

// ------------------------------------------------------------------------------------------

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { python: { type: 'string' }, epymarl: { type: 'string' }, rounds: { type: 'string', default: '3' } },
});
const rounds = Number(values.rounds);
const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name);
const given: Given = { python: values.python, epymarl: values.epymarl };
if (wanted('ippo')) compare(ippo, given, rounds);
if (wanted('qmix')) compare(qmix, given, rounds);
if (wanted('start')) starting(2 * rounds + 1);
