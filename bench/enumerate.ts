/**
 * Exact enumeration of library games: states, transitions, seconds (median of five), and connect four level by level.
 *
 *   node bench/enumerate.ts
 */
import { join } from 'node:path';
import { fileHost } from '../cli/host.ts';
import { enumerate } from '../compiler/game/exact.ts';
import { countLevels } from '../compiler/game/exactLevels.ts';
import type { GameModel } from '../compiler/game/model.ts';
import { compile } from '../compiler/index.ts';

function library(file: string, game: string): GameModel {
  const host = fileHost(join(import.meta.dirname, '..'), 'std:', undefined);
  const { model } = compile(host, `std:games/${file}.marl`).instantiate(game, new Map());
  if (model === undefined) throw new Error(`${game} does not compile`);
  return model;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

for (const [file, name] of [
  ['Soccer', 'Soccer'],
  ['TicTacToe', 'TicTacToe'],
  ['GridGames', 'GridGame2'],
  ['DecTiger', 'DecTiger'],
] as const) {
  const model = library(file, name);
  const seconds: number[] = [];
  let text = '';
  for (let run = 0; run < 5; run++) {
    const before = performance.now();
    const found = enumerate(model, { maxStates: 1_000_000 });
    seconds.push((performance.now() - before) / 1000);
    text =
      'game' in found && found.game !== undefined
        ? `${found.game.stateCount} states and ${found.game.terminalCount} ends, ${found.game.outcomeState.length} outcomes`
        : 'not enumerated';
  }
  console.log(`${name}: ${text} in ${median(seconds).toFixed(3)} s`);
}

const before = performance.now();
const levels = countLevels(library('ConnectFour', 'ConnectFour'), 8, { maxStates: 10_000_000 });
const counts = 'levels' in levels ? levels.levels : levels;
console.log(
  `ConnectFour, boards after each move: ${JSON.stringify(counts)} in ${((performance.now() - before) / 1000).toFixed(2)} s`,
);
