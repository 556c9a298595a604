/** Library games written in the formats of Gambit and MADP and read again: the same games. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileHost } from '../../cli/host.ts';
import { enumerate } from '../../compiler/game/exact.ts';
import { compile } from '../../compiler/index.ts';
import { legalOf, type TabularGame } from '../../runtime/games/tabular.ts';
import { isRefusal, solve } from '../../runtime/solvers/index.ts';
import { toFloat } from '../../runtime/verify/number.ts';
import { gameOf, libraryGames } from '../stdlib/library.ts';
import { marl } from './run.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-roundtrip-'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** What is written in each format; a game that is here and is refused one day is a failure. */
const written: Readonly<Record<string, readonly string[]>> = {
  nfg: [
    'BattleOfTheSexes',
    'Chicken',
    'Climbing',
    'FullyStochasticClimbing',
    'MatchingPennies',
    'PartiallyStochasticClimbing',
    'Penalty',
    'PrisonersDilemma',
    'PublicGoods',
    'Qtran',
    'RockPaperScissors',
    'Shapley',
    'StagHunt',
  ],
  efg: [
    'Kuhn',
    'Leduc',
    'TwoStep',
    'Chicken',
    'Climbing',
    'PublicGoods',
    'RockPaperScissors',
    'PartiallyStochasticClimbing',
  ],
  dpomdp: ['DecTiger', 'Climbing', 'Penalty', 'Qtran', 'TwoStep', 'FullyStochasticClimbing'],
};

function listedAs(file: string, overrides: ReadonlyMap<string, string> = new Map()): TabularGame {
  const program = compile(fileHost(cwd, file, undefined), file);
  const [only] = program.games;
  const { model } = program.instantiate(only?.name ?? '', overrides);
  if (model === undefined) throw new Error(program.diagnostics.map(d => d.message).join('\n'));
  return listing(model);
}

function listing(model: ReturnType<typeof gameOf>): TabularGame {
  const found = enumerate(model, { maxStates: 100_000 });
  if (found.game === undefined) throw new Error(found.problem.message);
  return found.game;
}

async function again(name: string, format: string): Promise<string> {
  const file = `${name}.${format}`;
  const out = await marl(['export', `std.games.${name}`, `--${format}`, '-o', file, '--force'], { cwd });
  expect(out.err).toBe('');
  expect(out.code).toBe(0);
  const back = await marl(['import', file, '-o', `${file}.marl`, '--force'], { cwd });
  expect(back.err).toBe('');
  expect(back.code).toBe(0);
  return `${file}.marl`;
}

/** Expected rewards of each agent, step by step, when everybody chooses evenly. */
function evenly(game: TabularGame, steps: number): number[][] {
  const n = game.agents.length;
  let mass = new Float64Array(game.stateCount);
  game.initialStates.forEach((s, k) => {
    mass[s] = (mass[s] as number) + (game.initialProbabilities[k] as number);
  });
  const last = Math.min(steps, game.horizon ?? steps);
  return Array.from({ length: last }, () => {
    const earned = new Array<number>(n).fill(0);
    const next = new Float64Array(game.stateCount);
    for (let s = 0; s < game.stateCount; s++) {
      if (mass[s] === 0) continue;
      const choices = game.agents.reduce((all, _, i) => all * Math.max(1, legalOf(game, s, i).length), 1);
      for (let j = game.jointStart[s] as number; j < (game.jointStart[s + 1] as number); j++)
        for (let o = game.outcomeStart[j] as number; o < (game.outcomeStart[j + 1] as number); o++) {
          const p = ((mass[s] as number) / choices) * (game.outcomeProbability[o] as number);
          for (let i = 0; i < n; i++) earned[i] = (earned[i] as number) + p * (game.outcomeReward[o * n + i] as number);
          const to = game.outcomeState[o] as number;
          if (to >= 0) next[to] = (next[to] as number) + p;
        }
    }
    mass = next;
    return earned;
  });
}

/** Discounted sums: a tree has them in its payoffs. */
function totals(game: TabularGame, steps = 60): number[] {
  let scale = 1 / game.discount;
  return evenly(game, steps).reduce(
    (sums, earned) => {
      scale *= game.discount;
      return sums.map((sum, i) => sum + scale * (earned[i] as number));
    },
    game.agents.map(() => 0),
  );
}

async function worth(game: TabularGame, concept: string): Promise<number> {
  const answer = await solve(game, { concept });
  if (isRefusal(answer)) throw new Error(answer.refused);
  expect(answer.certificate.problems).toEqual([]);
  return toFloat(answer.values?.[0] ?? Number.NaN);
}

describe.each(Object.entries(written))('.%s', (format, names) => {
  test.each(names)(
    '%s',
    async name => {
      expect(libraryGames.has(name)).toBe(true);
      const before = listing(gameOf(name));
      const after = listedAs(await again(name, format));
      expect(after.agents).toHaveLength(before.agents.length);
      if (format === 'dpomdp') {
        // A problem of this format never ends: the first steps are compared, one by one.
        const rewards = evenly(before, 3);
        evenly(after, 3)
          .slice(0, rewards.length)
          .forEach((earned, t) => {
            for (const value of earned) expect(value).toBeCloseTo(rewards[t]?.[0] as number, 9);
          });
        return;
      }
      totals(after).forEach((value, i) => {
        expect(value).toBeCloseTo(totals(before)[i] as number, 9);
      });
    },
    60_000,
  );
});

test('Leduc poker read from its tree is worth what it is worth', async () => {
  const file = await again('Leduc', 'efg');
  expect(await worth(listedAs(file), 'minimax')).toBeCloseTo(-0.085606424078, 9);
}, 120_000);

test.each([
  [2, -4],
  [3, 5.1908125],
  [4, 4.80275515625],
])(
  'the tiger written as .dpomdp and read again: horizon %i is worth %s',
  async (steps, value) => {
    const file = await again('DecTiger', 'dpomdp');
    const read = listedAs(
      file,
      new Map([
        ['steps', `${steps}`],
        ['gamma', '1'],
      ]),
    );
    expect(await worth(read, 'decentralised')).toBeCloseTo(value, 9);
    expect(await worth(listing(gameOf(`DecTiger(steps: ${steps})`)), 'decentralised')).toBeCloseTo(value, 9);
  },
  120_000,
);
