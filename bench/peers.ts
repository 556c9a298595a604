/**
 * Random play beside the Python originals, in turn on the same machine: game steps per second of `marl simulate`'s engine at E=1024
 * and of the original package, and their ratio (medians of three). Says so where a package is not installed.
 *
 *   node bench/peers.ts [python]     (pip install lbforaging mpe2)
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileHost } from '../cli/host.ts';
import { emitGame } from '../compiler/emit/game.ts';
import { compile } from '../compiler/index.ts';
import { loadGame } from '../runtime/games/load.ts';
import { simulate } from '../runtime/games/simulate.ts';

const python = process.argv[2] ?? 'python3';
const root = join(import.meta.dirname, '..');

const pairs = [
  {
    file: 'Foraging',
    game: 'Foraging',
    set: [['foods', '3']],
    peer: 'foraging',
    original: 'lbforaging Foraging-8x8-2p-3f-v3',
  },
  { file: 'SimpleSpread', game: 'SimpleSpread', set: [], peer: 'spread', original: 'MPE simple_spread, 3 agents' },
] as const;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

for (const { file, game, set, peer, original } of pairs) {
  const { model } = compile(fileHost(root, 'std:', undefined), `std:games/${file}.marl`).instantiate(
    game,
    new Map(set),
  );
  if (model === undefined) throw new Error(`${game} does not compile`);
  const { spec, create } = loadGame(emitGame(model, { types: false, module: 'function' }));
  const ours: number[] = [];
  const theirs: number[] = [];
  let why = '';
  for (let round = 0; round < 3; round++) {
    const result = simulate(create, spec, {
      steps: 2_000_000,
      envs: 1024,
      seed: round,
      clock: () => performance.now() / 1000,
    });
    ours.push(result.steps / (result.seconds as number));
    const output = spawnSync(python, [join(import.meta.dirname, 'peers/random_play.py'), peer], { encoding: 'utf8' });
    const text = output.error === undefined ? output.stdout.trim() : `unavailable: ${output.error.message}`;
    if (Number.isFinite(Number(text)) && text !== '') theirs.push(Number(text));
    else {
      why = text === '' ? (output.stderr.trim().split('\n').at(-1) ?? '') : text;
      break;
    }
  }
  const mine = `${(median(ours) / 1e6).toFixed(2)} M steps/s`;
  if (theirs.length === 0) console.log(`${original}: ours ${mine}; original not measured (${why})`);
  else
    console.log(
      `${original}: ours ${mine}, original ${Math.round(median(theirs))} steps/s, ratio ${Math.round(median(ours) / median(theirs))}`,
    );
}
