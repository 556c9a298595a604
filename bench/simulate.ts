/**
 * Game steps per second of the sampled reading on one core: uniformly random play included, observations and masks written.
 *
 *   node bench/simulate.ts [envs]
 */
import { emitGame } from '../compiler/emit/game.ts';
import type { GameModel } from '../compiler/game/model.ts';
import { loadGame } from '../runtime/games/load.ts';
import { simulate } from '../runtime/games/simulate.ts';
import { foraging, spread, twoStep } from '../test/emit/models.ts';

const envs = Number(process.argv[2] ?? 1024);
const rounds = 7;

/** Games, the steps of one measurement, and the rate to reach in millions of game steps per second. */
const games: readonly { readonly model: GameModel; readonly steps: number; readonly goal: number }[] = [
  { model: twoStep(), steps: 20_000_000, goal: 30 },
  { model: foraging(8, 2, 3), steps: 4_000_000, goal: 5 },
  { model: spread(3), steps: 3_000_000, goal: 4 },
];

const clock = (): number => performance.now() / 1000;

for (const { model, steps, goal } of games) {
  const { spec, create } = loadGame(emitGame(model, { types: false, module: 'function' }));
  const rates: number[] = [];
  let last = simulate(create, spec, { steps: steps / 10, envs, seed: 0, clock });
  for (let seed = 1; seed <= rounds; seed++) {
    last = simulate(create, spec, { steps, envs, seed, clock });
    rates.push(last.steps / (last.seconds as number) / 1e6);
  }
  rates.sort((a, b) => a - b);
  const median = (rates[rounds >> 1] as number).toFixed(1);
  const returns = last.returns.map(r => r.mean.toFixed(3)).join(' ');
  console.log(
    `${model.name.padEnd(10)} E=${envs}  ${median.padStart(6)} M steps/s (median of ${rounds}; goal ${goal})  ` +
      `returns ${returns}  length ${last.length.mean.toFixed(2)}`,
  );
}
