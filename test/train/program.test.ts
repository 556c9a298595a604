import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitProgram } from '../../compiler/emit/program.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { algorithms } from '../../runtime/learners/catalogue.ts';
import { trainSeed } from '../../runtime/train/run.ts';
import type { TrainSpec } from '../../runtime/train/spec.ts';
import { trainSpec } from '../learners/support.ts';
import { coordinationText, meetingText, textOf } from '../learners/texts.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'marl-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function outputs(train: TrainSpec, gameText: string): { program: string; printed: string; expected: string } {
  const game = loadGame(gameText);
  const program = emitProgram({ train, game: game.spec, gameText, read });
  const file = join(dir, 'program.ts');
  writeFileSync(file, program);
  const printed = execFileSync(process.execPath, [file], { encoding: 'utf8' });
  const lines = train.seeds.flatMap(seed => trainSeed(train, game, seed).metrics);
  return { program, printed, expected: `${lines.join('\n')}\n` };
}

describe('an emitted program prints the metrics of the library, byte for byte', () => {
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
        expect(program).not.toMatch(/^(import|export) /m);
        expect(program).not.toMatch(/\b(shape|settings)\./);
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
