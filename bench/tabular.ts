/**
 * Joint steps per second of tabular independent Q-learning on a 2x2 matrix game, on one core: acting, stepping and learning. As
 * `marl train` does it: a worker thread per round, its start and compilation included in the CPU time.
 *
 *   node bench/tabular.ts [envs]
 */
import { emitGame } from '../compiler/emit/game.ts';
import type { Host } from '../compiler/index.ts';
import { compile } from '../compiler/index.ts';
import { trainSeeds } from '../runtime/train/pool.ts';
import type { TrainSpec } from '../runtime/train/spec.ts';

const text = `
game StagHunt {
  agents Row, Column
  actions { Stag, Hare }
  payoff {
            Stag      Hare
    Stag:   (4, 4)    (0, 3)
    Hare:   (3, 0)    (2, 2)
  }
}
`;

const host: Host = {
  read: () => ({ text }),
  resolve: () => ({ error: 'this benchmark imports nothing' }),
  library: () => undefined,
  libraryNames: () => [],
};

const { model } = compile(host, 'bench.marl').instantiate('StagHunt', new Map());
if (model === undefined) throw new Error('the game of this benchmark does not compile');
const gameText = emitGame(model, { types: false, module: 'function' });

const steps = 100_000_000;
const rounds = 7;
const goal = 50;
for (const envs of process.argv[2] === undefined ? [1024, 1] : [Number(process.argv[2])]) {
  const spec: TrainSpec = {
    name: 'bench',
    game: 'StagHunt',
    algorithm: 'IQL',
    settings: { epsilon: { from: 1, to: 0.05, over: 0.8 * steps, unit: 'steps' } },
    teamReward: 'none',
    budget: { amount: steps, unit: 'steps' },
    envs,
    seeds: [1],
    evaluate: { every: { amount: steps, unit: 'steps' }, episodes: 1 },
    stop: undefined,
  };
  const rates: number[] = [];
  for (let seed = 0; seed <= rounds; seed++) {
    const start = process.cpuUsage();
    await trainSeeds(spec, gameText, [seed]).results;
    const { user, system } = process.cpuUsage(start);
    if (seed > 0) rates.push(steps / (user + system));
  }
  rates.sort((a, b) => a - b);
  const [worst, median, best] = [0, rounds >> 1, rounds - 1].map(k => rates[k]!.toFixed(1));
  const aim = envs > 1 ? `; goal ${goal}` : '';
  console.log(
    `IQL 2x2    E=${envs}  ${median} M joint steps/s of CPU time (median of ${rounds}, ${worst} to ${best}${aim})`,
  );
}
