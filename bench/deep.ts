/**
 * Game steps per second of CPU of deep trainings on one core, as `marl train` does them: playing, learning, nothing else. Settings are those
 * of the programs people compare with.
 *
 *   node bench/deep.ts [NAME]
 */
import { fileHost } from '../cli/host.ts';
import { packageRoot } from '../cli/package.ts';
import { emitGame } from '../compiler/emit/game.ts';
import { compile, type Host } from '../compiler/index.ts';
import { loadGame } from '../runtime/games/load.ts';
import { wasmEngine } from '../runtime/tensor/engines/wasm/index.ts';
import { trainSeed } from '../runtime/train/run.ts';

const cases = [
  {
    name: 'IPPO on SimpleSpread, settings of JaxMARL’s ippo_ff_mpe',
    goal: 40_000,
    steps: 160_000,
    text: `import std.games.SimpleSpread
train T on SimpleSpread {
  algorithm IPPO {
    network = mlp(64, 64, tanh)
    optimizer = adam(lr: 2.5e-4)
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
  budget 160_000 steps
  evaluate every 160_000 steps for 1 episodes
}`,
  },
  {
    name: 'QMIX on Foraging 8x8-2p-2f-coop, PyMARL’s cadence (gru 64, 32 episodes per update, one update per episode)',
    goal: undefined,
    steps: 20_000,
    text: `import std.games.Foraging
train T on Foraging(size: 8, players: 2, foods: 2, coop: true) {
  team reward = sum
  algorithm QMIX { network = gru(64) optimizer = rmsprop(lr: 5e-4) last_action = true  replay = 1_000 episodes }
  budget 20_000 steps
  evaluate every 20_000 steps for 1 episodes
}`,
  },
] as const;

const library = fileHost(packageRoot(), 'bench.marl', undefined);
const wanted = process.argv[2];
for (const { name, goal, steps, text } of cases) {
  if (wanted !== undefined && !name.toLowerCase().includes(wanted.toLowerCase())) continue;
  const host: Host = { ...library, read: path => (path === 'bench.marl' ? { text } : library.read(path)) };
  const program = compile(host, 'bench.marl');
  const [train] = program.trains;
  const { model } = train?.instantiate(new Map()) ?? { model: undefined };
  if (train === undefined || model === undefined) {
    for (const { message } of program.diagnostics) console.error(message);
    throw new Error(`${name} does not compile`);
  }
  const game = loadGame(emitGame(model, { types: false, module: 'function', state: true }));
  const rates: number[] = [];
  for (let round = 0; round < 3; round++) {
    const before = process.cpuUsage();
    trainSeed(train.spec, game, 1 + round, {}, undefined, wasmEngine());
    const { user, system } = process.cpuUsage(before);
    rates.push((steps / (user + system)) * 1e6);
  }
  rates.sort((a, b) => a - b);
  const aim = goal === undefined ? '' : `, goal ${goal / 1000} k`;
  const shown = rates.map(rate => `${(rate / 1000).toFixed(1)}`).join(', ');
  console.log(`${name}: median ${((rates[1] ?? 0) / 1000).toFixed(1)} k game steps per CPU second (${shown})${aim}`);
}
