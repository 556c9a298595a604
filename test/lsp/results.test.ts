/** What is shown after something was run: answers of solvers, values that a study found, the last training. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Runs } from '../../cli/lspRuns.ts';
import { Solver } from '../../cli/lspSolving.ts';
import { Study } from '../../cli/study.ts';
import { compile } from '../../compiler/index.ts';
import { actions } from '../../lsp/actions.ts';
import { hints } from '../../lsp/hints.ts';
import { lenses } from '../../lsp/lenses.ts';
import { Project } from '../../lsp/project.ts';
import { answersTo } from '../../lsp/solving.ts';
import { study } from '../../lsp/study.ts';
import { writtenHashed } from '../../runtime/checkpoint/hashed.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { folderFormat } from '../../runtime/train/folder.ts';
import { trainSpec } from '../learners/support.ts';
import { meetingText, textOf } from '../learners/texts.ts';
import { edited, memoryDesk, opened } from './desk.ts';

const main = 'main.marl';
const folder = mkdtempSync(join(tmpdir(), 'marl-lsp-runs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function program(text: string) {
  return compile(memoryDesk({ [main]: text }).host(main), main);
}

const pennies = `game Pennies {
  agents A, B
  actions { H, T }
  payoff {
    H T
    H: (1, -1) (-1, 1)
    T: (-1, 1) (1, -1)
  }
}
`;

describe('answers of solvers', () => {
  const ask = async (text: string, name: string) =>
    await answersTo(program(text), name, new Solver(10_000), () => undefined);
  test('Kuhn poker is worth -1/18 to who goes first (Kuhn 1950), wherever it is asked', async () => {
    const text = 'import std.games.Kuhn\n\nsolve minimax of Kuhn\n';
    const answers = await ask(text, 'minimax of Kuhn');
    expect(answers.map(one => one.short)).toEqual(['value First -1/18, Second 1/18']);
    expect(answers[0]?.lines.join('\n')).toContain('regret');

    const { project, sheet } = opened(text);
    const shown = (): readonly string[] =>
      hints(project, project.sheet(main)!, { start: 0, end: 1e6 }).map(
        one => `${sheet.text.slice(0, one.at).split('\n').at(-1)}|${one.text}`,
      );
    expect(shown()).toEqual([]);
    project.learnAnswers(sheet, answers);
    expect(shown()).toEqual(['solve minimax of Kuhn| value First -1/18, Second 1/18']);
    // Spaces and comments change nothing, the question does.
    project.put(main, `// A comment.\n${text.replace('\n\n', '\n\n\n')}`);
    expect(hints(project, project.sheet(main)!, { start: 0, end: 1e6 })).toHaveLength(1);
    project.put(main, text.replace('minimax', 'nash'));
    expect(shown()).toEqual([]);
  });
  test('of a game without a question: the concept that says most', async () => {
    const answers = await ask(pennies, 'Pennies');
    expect(answers.map(one => [one.of, one.short])).toEqual([['Pennies', 'value A 0, B 0']]);
    expect(answers[0]?.lines[0]).toContain('minimax of Pennies');
  });
  test('those about a game, by its name; none for a name that is not there; a refusal says why', async () => {
    const text = `${pennies}solve first: nash of Pennies\nsolve pure of Pennies\n`;
    const answers = await ask(text, 'Pennies');
    expect(answers.map(one => one.of)).toEqual(['first', 'pure of Pennies']);
    expect(answers[0]?.short).toBe('value A 0, B 0');
    expect(await ask(text, 'Nobody')).toEqual([]);
    expect(await ask(text, 'first')).toHaveLength(1);
    const large = `${pennies.slice(0, pennies.indexOf('payoff'))}state { n: 0..50_000 }\n  init { n ~ uniform(0..50_000) }\n  reward = 1\n  horizon 3\n}\n`;
    const [refused] = await ask(large, 'Pennies');
    expect(refused?.short).toMatch(/^no answer: /);
  });
  test('the lens asks the client where that solves, else the server', () => {
    const { project, sheet } = opened(`${pennies}solve nash of Pennies\n`);
    const commands = (can: Parameters<typeof lenses>[2]) =>
      lenses(project, sheet, can).flatMap(one => (one.title === 'Solve' ? [[one.command, one.target.name]] : []));
    expect(commands(new Set(['marl.check', 'marl.answer']))).toEqual([['marl.answer', 'nash of Pennies']]);
    expect(commands(new Set(['marl.answer', 'marl.solve']))).toEqual([['marl.solve', 'nash of Pennies']]);
    expect(commands(new Set(['marl.check']))).toEqual([]);
  });
});

describe('values that a study finds', () => {
  const claims = async (text: string): Promise<readonly string[]> => {
    const { games } = await study(program(text), new Study(10_000), () => undefined);
    return games.flatMap(one => one.values ?? []).map(one => one.claim);
  };
  test('of zero-sum games, of teams, of tables with one value', async () => {
    expect(await claims(pennies)).toEqual(['value(minimax, A) == 0']);
    // Defect dominates; Claus and Boutilier's climbing game is worth 11 to a team.
    const dilemma = pennies
      .replace('(1, -1) (-1, 1)', '(-1, -1) (-5, 0)')
      .replace('(-1, 1) (1, -1)', '(0, -5) (-3, -3)');
    expect(await claims(dilemma)).toEqual(['value(nash, A) == -3', 'value(nash, B) == -3']);
    const climbing = pennies
      .replace('H, T', 'H, T')
      .replace('(1, -1) (-1, 1)', '11 -30')
      .replace('(-1, 1) (1, -1)', '-30 7');
    expect(await claims(climbing)).toEqual(['value(optimal) == 11']);
  });
  test('are asserted, and hold', async () => {
    const { project, sheet } = opened(pennies);
    const at = pennies.indexOf('Pennies');
    const { games } = await study(program(pennies), new Study(10_000), () => undefined);
    project.learn(main, { text: pennies, types: new Map(), games, trains: [], mixers: [] });
    expect(lenses(project, sheet, new Set())[0]?.title).toBe(
      '2-player zero-sum normal-form game. No equilibrium in pure strategies. Mixed: 1. value(minimax, A) is 0',
    );
    const known = actions(project, sheet, { start: at, end: at }, []).find(one => one.title.startsWith('Assert'));
    const text = edited(pennies, known?.edits ?? []);
    expect(text).toContain('  assert zero_sum\n');
    expect(text).toContain('  assert value(minimax, A) == 0\n');
    const again = await study(program(text), new Study(10_000), () => undefined);
    expect(again.diagnostics).toEqual([]);
  });
});

describe('the last training', () => {
  const text = 'import std.games.Kuhn\n\ntrain Learn on Kuhn {\n  algorithm IQL\n  budget 10 steps\n}\n';
  const file = join(folder, main);
  const learned = loadGame(textOf(meetingText)).spec;
  const write = (entry: string, trained: string, mean: number): void => {
    const dir = join(folder, 'runs', 'Learn');
    mkdirSync(dir, { recursive: true });
    const spec = {
      format: folderFormat,
      train: trainSpec('IQL'),
      game: learned,
      parameters: {},
      entry,
      sources: { [entry]: trained },
      versions: { marl: '0', node: '0' },
    };
    writeFileSync(join(dir, 'spec.json'), writtenHashed(spec));
    const seeds = [1, 2, 3].map(seed => ({ seed, step: 10, episode: 5, reason: 'budget' }));
    const summary = {
      name: 'Learn',
      algorithm: 'IQL',
      seeds,
      return: { mean, stderr: 0.021 },
      reduction: 'mean over agents',
    };
    writeFileSync(join(dir, 'summary.json'), JSON.stringify(summary));
  };
  const shown = (now: string): readonly string[] => {
    const runs = new Runs();
    const project = new Project({
      ...memoryDesk({}),
      lastRun: (path, train, folders) => runs.last(path, train, folders),
    });
    const sheet = project.put(file, now);
    return hints(project, sheet, { start: 0, end: 1e6 }).map(
      one => `${now.slice(0, one.at).split('\n').at(-1)}|${one.text}`,
    );
  };
  test('is shown behind its name, with what it was trained from', () => {
    expect(shown(text)).toEqual([]);
    write(main, text, 0.5);
    expect(shown(text)).toEqual(['train Learn on Kuhn| return 0.500 +- 0.021, 3 seeds']);
    expect(shown(text.replace('IQL', 'IQL // as ever'))).toHaveLength(1);
    expect(shown(text.replace('10 steps', '20 steps'))).toEqual([
      'train Learn on Kuhn| return 0.500 +- 0.021, 3 seeds, of an older text',
    ]);
  });
  test('not of another file, and not from a folder that is damaged', () => {
    write('/elsewhere/other.marl', text, 0.5);
    expect(shown(text)).toEqual([]);
    write(main, text, 0.5);
    writeFileSync(join(folder, 'runs', 'Learn', 'spec.json'), '{ "format":');
    expect(shown(text)).toEqual([]);
  });
});
