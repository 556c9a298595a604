/** Every file of the library and of the examples compiles clean, keeps its promises and meets the known values. */
import { describe, expect, test } from 'vitest';
import { Study } from '../../cli/study.ts';
import { enumerate } from '../../compiler/game/exact.ts';
import { countLevels } from '../../compiler/game/exactLevels.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { evaluateAssert } from '../../compiler/properties/asserts.ts';
import { simulate } from '../../runtime/games/simulate.ts';
import { legalOf, type TabularGame } from '../../runtime/games/tabular.ts';
import { load } from '../emit/against.ts';
import { type KnownGame, knownGames } from './known.ts';
import { exampleFiles, gameOf, libraryFiles, libraryGames, programOf, textOf } from './library.ts';

const files = [...libraryFiles, ...exampleFiles];

test('the library is found, and so are the examples', () => {
  expect(libraryGames.size).toBeGreaterThanOrEqual(33);
  expect(exampleFiles.length).toBeGreaterThanOrEqual(8);
});

describe('no diagnostics, and every game, solve and training can be built', () => {
  for (const file of files)
    test(file, () => {
      const program = programOf(file);
      // A note, such as that a learner is told what everybody is paid, asks for nothing.
      expect(program.diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([]);
      const none = new Map<string, string>();
      for (const { name } of program.games) expect(program.instantiate(name, none).model, name).toBeDefined();
      for (const spec of [
        ...program.solves,
        ...program.trains,
        ...program.asserts,
        ...program.sweeps.flatMap(sweep => sweep.runs),
      ])
        expect(spec.instantiate(none).model).toBeDefined();
    });
});

describe('every assertion is proved', () => {
  for (const file of files.filter(name => programOf(name).asserts.length > 0))
    test(file, async () => {
      const study = new Study(500_000);
      for (const spec of programOf(file).asserts) {
        const { model } = spec.instantiate(new Map());
        if (model === undefined) throw new Error(`${spec.text} is about a game that cannot be built`);
        expect(await evaluateAssert(spec, model, study), spec.text).toMatchObject({ status: 'proved' });
      }
    });
});

describe('what a reader looks for', () => {
  for (const [name, file] of libraryGames)
    test(`${name} says what it is and where it comes from`, () => {
      const doc = programOf(file).games.find(game => game.name === name)?.doc ?? '';
      const [summary = ''] = doc.split('\n');
      expect(summary.length).toBeGreaterThan(30);
      // A paper or a book has a year.
      expect(doc).toMatch(/\b(1[789]|20)\d\d\b/);
    });

  test('iterated prisoner’s dilemma takes at most 25 lines, matching pennies with its solve at most 15', () => {
    const lines = (file: string): number => textOf(file).trimEnd().split('\n').length;
    expect(lines('std:games/IteratedPrisonersDilemma.marl')).toBeLessThanOrEqual(25);
    expect(lines('std:games/MatchingPennies.marl')).toBeLessThanOrEqual(15);
    expect(programOf('std:games/MatchingPennies.marl').solves.length).toBe(1);
  });

  /** Real-valued or too large for tables; matching pennies has fifteen lines for everything. */
  const untrained = [
    'MatchingPennies',
    'Particles',
    'SimpleAdversary',
    'SimpleSpread',
    'SimpleTag',
    'SpeakerListener',
    'Warehouse',
  ];

  test(`every file trains something but for ${untrained.join(', ')}`, () => {
    const without = libraryFiles.filter(file => programOf(file).trains.length === 0);
    expect(without).toEqual(untrained.map(name => `std:games/${name}.marl`));
  });
});

/** Plies up to which connect four on the full board is counted; more take long. */
const plies = 7;
const maxStates = 200_000;

const tables = new Map<string, TabularGame>();
function tableOf(known: KnownGame): TabularGame {
  let table = tables.get(known.game);
  if (table === undefined) {
    const { game, problem } = enumerate(gameOf(known.game), { maxStates });
    if (game === undefined) throw new Error(`${known.game}: ${problem.message}`);
    table = game;
    tables.set(known.game, table);
  }
  return table;
}

describe('known numbers of states', () => {
  for (const known of knownGames.filter(one => one.states !== undefined || one.terminals !== undefined))
    test(`${known.game}: ${known.source}`, () => {
      const { stateCount, terminalCount } = tableOf(known);
      if (known.states !== undefined) expect(stateCount + terminalCount).toBe(known.states);
      if (known.terminals !== undefined) expect(terminalCount).toBe(known.terminals);
    });

  for (const known of knownGames.filter(one => one.statesByStep !== undefined))
    test(`${known.game}, step by step`, () => {
      const expected = (known.statesByStep as readonly number[]).slice(
        0,
        known.states === undefined ? plies + 1 : undefined,
      );
      const { states, problem } = countLevels(gameOf(known.game), expected.length - 1, { maxStates });
      expect(problem).toBeUndefined();
      expect(states).toEqual(expected);
    });

  for (const known of knownGames.filter(one => one.informationSets !== undefined))
    test(`${known.game}: information sets`, () => {
      const table = tableOf(known);
      const found = table.agents.map((label, agent) => {
        const seen = new Set<number>();
        for (let state = 0; state < table.stateCount; state++)
          if (legalOf(table, state, agent).length > 0)
            seen.add(table.observation[state * table.agents.length + agent] as number);
        return [label, seen.size] as const;
      });
      // What the agents see holds their own actions, so that it tells apart exactly what they can.
      expect(Object.fromEntries(found)).toEqual(known.informationSets);
    });
});

test('DecTiger: the best policy of three steps earns the published 5.1908125', () => {
  const table = tableOf({ game: 'DecTiger(steps: 3)', source: 'MADP toolbox' });
  const [listen, openLeft, openRight] = [0, 1, 2];
  const heardOf = (state: number): readonly [string, string] => {
    const [, first = '', second = ''] =
      /heard\[First\] = (\w+), heard\[Second\] = (\w+)/.exec(table.describeState(state)) ?? [];
    return [first, second];
  };
  // Listen twice; then open the door away from where the tiger was heard both times, if it was.
  const choice = (heard: readonly string[]): number =>
    heard.length < 2 || heard[0] !== heard[1] ? listen : heard[0] === 'FromLeft' ? openRight : openLeft;
  const value = (state: number, first: readonly string[], second: readonly string[]): number => {
    if (first.length === 3) return 0;
    const joint = (table.jointStart[state] as number) + 3 * choice(first) + choice(second);
    let sum = 0;
    for (let o = table.outcomeStart[joint] as number; o < (table.outcomeStart[joint + 1] as number); o++) {
      const next = table.outcomeState[o] as number;
      const [one, two] = heardOf(next);
      const later = (table.outcomeReward[2 * o] as number) + value(next, [...first, one], [...second, two]);
      sum += (table.outcomeProbability[o] as number) * later;
    }
    return sum;
  };
  const best = table.initialStates.reduce(
    (sum, state, k) => sum + (table.initialProbabilities[k] as number) * value(state, [], []),
    0,
  );
  expect(best).toBeCloseTo(5.1908125, 9);
});

test('a game of a hundred agents is refused at once, not after the last joint action that fits', () => {
  const { problem } = enumerate(gameOf('CrowdedSqueeze'), { maxStates });
  expect(problem?.kind).toBe('budget');
  expect(problem?.states).toBe(1);
}, 1_000);

describe('known lengths of observations', () => {
  for (const known of knownGames.filter(one => one.observationLength !== undefined))
    test(known.game, () => {
      const model = gameOf(known.game);
      for (const [label, length] of Object.entries(known.observationLength ?? {}))
        expect(model.classes[agentOf(model, label).cls]?.observation.length, label).toBe(length);
    });
});

/** Steps of random play per game: enough for means, seconds for all. */
const steps = 400_000;

describe('known returns and lengths under uniformly random legal play', () => {
  for (const known of knownGames.filter(one => one.randomReturn !== undefined || one.randomLength !== undefined))
    test(`${known.game}: ${known.source}`, () => {
      const model = gameOf(known.game);
      const { spec, create } = load(model);
      const { returns, length, unfinished, episodes } = simulate(create, spec, { steps, envs: 100, seed: 2025 });
      expect(unfinished).toBe(0);
      expect(episodes).toBeGreaterThanOrEqual(100);
      const wanted = Object.entries(known.randomReturn ?? {}).map(
        ([label, value]) => [label, returns[model.agents.indexOf(agentOf(model, label))], value] as const,
      );
      if (known.randomLength !== undefined) wanted.push(['length', length, known.randomLength]);
      for (const [label, found, { mean, slack }] of wanted) {
        if (found === undefined) throw new Error(`nothing was found for ${label}`);
        const far = Math.abs(found.mean - mean);
        expect(far, `${label}: ${found.mean} +- ${found.stderr}, known ${mean}`).toBeLessThanOrEqual(
          slack + 4 * found.stderr + 1e-9,
        );
      }
    });
});

function agentOf(model: GameModel, label: string): GameModel['agents'][number] {
  const agent = model.agents.find(one => one.label === label);
  if (agent === undefined) throw new Error(`${model.name} has no agent ${label}`);
  return agent;
}
