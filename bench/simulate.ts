/**
 * Game steps per second of the sampled reading on one core: uniformly random play included, observations and masks written.
 *
 *   node bench/simulate.ts [--envs 1024] [--rounds 7]
 *
 * Wall-clock time: other work on the machine counts against the figures.
 */
import { parseArgs } from 'node:util';
import { fileHost } from '../cli/host.ts';
import { emitGame } from '../compiler/emit/game.ts';
import { compile } from '../compiler/index.ts';
import { loadGame } from '../runtime/games/load.ts';
import { simulate } from '../runtime/games/simulate.ts';

interface Case {
  readonly game: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Game steps of one measurement. */
  readonly steps: number;
  /** The rate to reach, in millions of game steps per second. */
  readonly goal: number | undefined;
}

const cases: readonly Case[] = [
  { game: 'TwoStep', parameters: {}, steps: 20_000_000, goal: 30 },
  { game: 'Foraging', parameters: { size: '8', players: '2', foods: '3' }, steps: 4_000_000, goal: 5 },
  { game: 'SimpleSpread', parameters: {}, steps: 3_000_000, goal: 4 },
  { game: 'PrisonersDilemma', parameters: {}, steps: 20_000_000, goal: undefined },
  { game: 'Soccer', parameters: {}, steps: 4_000_000, goal: undefined },
  { game: 'TicTacToe', parameters: {}, steps: 4_000_000, goal: undefined },
  { game: 'Leduc', parameters: {}, steps: 4_000_000, goal: undefined },
];

const { values } = parseArgs({
  options: { envs: { type: 'string', default: '1024' }, rounds: { type: 'string', default: '7' } },
});
const envs = Number(values.envs);
const rounds = Number(values.rounds);
const clock = (): number => performance.now() / 1000;

for (const { game, parameters, steps, goal } of cases) {
  const path = `stdlib/games/${game}.marl`;
  const program = compile(fileHost(process.cwd(), path, undefined), path);
  const { model } = program.instantiate(game, new Map(Object.entries(parameters)));
  if (model === undefined) throw new Error(`${path} does not compile; run \`marl check ${path}\``);
  const { spec, create } = loadGame(emitGame(model, { types: false, module: 'function' }));
  const rates: number[] = [];
  let last = simulate(create, spec, { steps: steps / 10, envs, seed: 0, clock });
  for (let seed = 1; seed <= rounds; seed++) {
    last = simulate(create, spec, { steps, envs, seed, clock });
    rates.push(last.steps / (last.seconds as number) / 1e6);
  }
  rates.sort((a, b) => a - b);
  const [median, best] = [rates[rounds >> 1], rates.at(-1)].map(rate => (rate as number).toFixed(1).padStart(6));
  const returns = last.returns.map(r => r.mean.toFixed(3)).join(' ');
  const target = goal === undefined ? '' : `, goal ${goal}`;
  console.log(
    `${game.padEnd(18)} E=${envs} ${median} M steps/s (median of ${rounds}; best ${best}${target})   returns ${returns}   length ${last.length.mean.toFixed(2)}`,
  );
}
