import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitProgram } from '../../compiler/emit/program.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { algorithms } from '../../runtime/learners/catalogue.ts';
import { trainSeed } from '../../runtime/train/run.ts';
import type { TrainSpec } from '../../runtime/train/spec.ts';
import { trainSpec } from '../learners/support.ts';
import { coordinationText, meetingText, textOf } from '../learners/texts.ts';
import {
  emitted,
  filesOf,
  printedBy,
  printedByAll,
  programFolder,
  read,
  typeErrors,
  writeProgram,
} from '../support/emitted.ts';

let dir: string;
beforeAll(() => {
  dir = programFolder();
});
afterAll(() => rmSync(dir, { recursive: true }));

function outputs(train: TrainSpec, gameText: string): { program: string; printed: string; expected: string } {
  const game = loadGame(gameText);
  const text = emitProgram({ train, game: game.spec, gameText, read, files: filesOf('program') });
  const printed = printedBy(writeProgram(dir, 'program', text));
  const { program } = text;
  const lines = train.seeds.flatMap(seed => trainSeed(train, game, seed).metrics);
  return { program, printed, expected: `${lines.join('\n')}\n` };
}

/** A training of an algorithm, with its options off and with others on. */
function trainingText(game: string, algorithm: string, settings: string, clauses = ''): string {
  return `import std.games.{${game}}
train Learn on ${game} {
  algorithm ${algorithm} { ${settings} }
  budget 200 steps  envs 2  seeds [7]
  evaluate every 100 steps for 10 episodes
  ${clauses}
}
`;
}

/** Settings that make one learner or another take its other branches; those that an algorithm does not have are left out. */
const others: Readonly<Record<string, string>> = {
  network: 'Net',
  sharing: 'none',
  last_action: 'true',
  agent_ids: 'false',
  dueling: 'true',
  double: 'false',
  n_step: '3',
  tau: '0.1',
  clip: '0',
  batch: '8',
  rollout: '20',
  minibatches: '2',
  value_clip: 'false',
  value_loss: 'mse',
  normalize_advantages: 'false',
  normalize_values: 'false',
  standardize_rewards: 'true',
};

const small: Readonly<Record<string, string>> = { batch: '8', rollout: '20' };

function pick(algorithm: string, from: Readonly<Record<string, string>>): string {
  const known = algorithms.find(({ name }) => name === algorithm)!.settings;
  return Object.entries(from)
    .filter(([name, value]) =>
      known.some(doc => doc.name === name && (doc.choices === undefined || doc.choices.includes(value))),
    )
    .map(([name, value]) => `${name} = ${value}`)
    .join('  ');
}

describe('an emitted program prints the metrics of the library, byte for byte, and has no type errors', () => {
  const cases = algorithms.flatMap(({ name, deep }) => {
    const games = name === 'MinimaxQ' ? ['MatchingPennies'] : deep === true ? ['TwoStep'] : ['Climbing', 'TwoStep'];
    const plain = games.map(game => ({
      name: `${name} on ${game}`,
      texts: [trainingText(game, name, pick(name, small))],
    }));
    if (deep !== true) return plain;
    const settings = pick(name, others);
    const remembers = `network Net = gru(8)\n${trainingText('TwoStep', name, settings)}`;
    const plainly = trainingText('Climbing', name, settings.replace('network = Net', ''));
    return [...plain, { name: `${name} with other options`, texts: [remembers, plainly] }];
  });
  const notes = 'importance = true  temperature = 1  batch = 8';
  const steady = 'visits = false  explore = 0.5 -> 0.1 over 100 steps';
  for (const [learner, selection] of [
    ['NashQ', 'second'],
    ['CorrelatedQ', 'libertarian'],
  ] as const)
    cases.push({
      name: `${learner}, ${selection}`,
      texts: [trainingText('Chicken', learner, `selection = ${selection}  ${steady}`)],
    });
  cases.push(
    { name: 'IDQN with notes in its replay', texts: [trainingText('TwoStep', 'IDQN', notes)] },
    ...['REINFORCE', 'IPPO', 'MADDPG'].map(name => ({
      name: `${name}, sampled, and the greatest return`,
      texts: [
        trainingText('TwoStep', name, pick(name, small), 'report max over agents').replace(
          'episodes',
          'episodes sampled',
        ),
      ],
    })),
    {
      name: 'IQL, by class',
      texts: [trainingText('Chicken', 'IQL', '', 'report sum per class  stop when return >= 100')],
    },
    { name: 'REINFORCE without a critic', texts: [trainingText('TwoStep', 'REINFORCE', 'baseline = none')] },
  );
  const made = new Map<string, { readonly file: string; readonly expected: string; readonly printed: string }>();

  beforeAll(() => {
    const written = cases.map(({ name, texts }, k) => {
      // The first that the compiler accepts: not every learner remembers.
      const own = `program-${k}`;
      const all = texts.map(text => emitted(text, own));
      const found = all.find(of => !('refused' in of));
      if (found === undefined || 'refused' in found) throw new Error(`${name}: ${JSON.stringify(all[0])}`);
      const file = writeProgram(dir, own, found.text);
      return { name, file, expected: found.expected };
    });
    const printed = printedByAll(written.map(({ file }) => file));
    for (const [k, { name, ...of }] of written.entries()) made.set(name, { ...of, printed: printed[k]! });
  }, 400_000);

  for (const { name } of cases)
    test(name, () => {
      const { printed, expected } = made.get(name)!;
      expect(printed).toBe(expected);
    });

  test('strict types', { timeout: 120_000 }, () => {
    expect(typeErrors([...made.values()].map(({ file }) => file))).toEqual([]);
  });
});

describe('tabular learners on games with state and observations', () => {
  for (const { name } of algorithms.filter(({ deep }) => deep !== true)) {
    for (const [game, text] of Object.entries({ coordination: coordinationText, meeting: meetingText })) {
      test(`${name} on ${game}`, () => {
        const train = trainSpec(name, {
          envs: 3,
          seeds: [1, 2],
          budget: { amount: 3000, unit: 'steps' },
          evaluate: { every: { amount: 1000, unit: 'steps' }, episodes: 20 },
        });
        const { program, printed, expected } = outputs(train, textOf(text, name === 'MinimaxQ'));
        expect(printed).toBe(expected);
        expect(
          program
            .match(/^import .* from '(.*)';$/gm)
            ?.every(line => /'(marl\/runtime\/|\.\/program\.game\.ts')/.test(line)),
        ).toBe(true);
      });
    }
  }

  test('with schedules by episode, a team reward, a stop condition and one game', () => {
    const train = trainSpec('IQL', {
      settings: { epsilon: { from: 1, to: 0.05, over: 300, unit: 'episodes' } },
      teamReward: 'mean',
      budget: { amount: 4000, unit: 'episodes' },
      evaluate: { every: { amount: 500, unit: 'steps' }, episodes: 10 },
      stop: { metric: 'length', op: '<=', value: 2.2 },
    });
    const { program, printed, expected } = outputs(train, textOf(meetingText));
    expect(printed).toBe(expected);
    expect(program).toContain('shareRewards');
  });

  test('hostile names stay text', () => {
    const train = trainSpec('IQL', {
      name: 'a */ throw 1 /*',
      game: 'b\nthrow 2',
      budget: { amount: 100, unit: 'steps' },
    });
    const { printed, expected } = outputs(train, textOf(coordinationText));
    expect(printed).toBe(expected);
  });
});
