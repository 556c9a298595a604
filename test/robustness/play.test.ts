/** Games that compile and cannot be played, or not to an end: told before or while they are played, never a hang or a trace. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { marl, type Ran } from '../cli/run.ts';
import { gameOf } from './support.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-play-'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const training = (budget = '200 steps', evaluation = 'evaluate every 100 steps for 5 episodes'): string =>
  `train L on G {\n  algorithm IQL { alpha = 0.1 epsilon = 0.5 }\n  budget ${budget}\n  ${evaluation}\n}\n`;

let runs = 0;
async function all(text: string): Promise<Record<'check' | 'info' | 'simulate' | 'train' | 'solve', Ran>> {
  const run = (...args: string[]): Promise<Ran> => marl(args, { cwd, stdin: text });
  return {
    check: await run('check', '-'),
    info: await run('info', '-'),
    simulate: await run('simulate', '-', '--steps', '200', '--envs', '4'),
    solve: await run('solve', '-', '--concept', 'optimal'),
    train: await run('train', '-', '--out', `run-${runs++}`),
  };
}

function answered({ code, all: text }: Ran): void {
  expect([0, 1, 2], text.slice(0, 1000)).toContain(code);
  expect(text).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
}

describe('chance without mass', () => {
  test.each<[string, string]>([
    ['in init', 'state { s: 0..3 }\n  init { s ~ uniform(0..3) such that s > 3 }\n  reward = s\n  horizon 3'],
    [
      'in a step',
      'state { s: 0..3 = 0 }\n  step { next s ~ uniform(0..3) such that next s > 3 }\n  reward = s\n  horizon 3',
    ],
    [
      'in a later step',
      'state { s: 0..3 = 0 }\n  step { next s ~ uniform(0..3) such that next s > time + 1 }\n  reward = s\n  horizon 9',
    ],
    [
      'element by element',
      'index I[5]\n  state { z: (0..3)[I] = 0 }\n  init { z[i: I] ~ uniform(0..3) such that z[i] > 3 }\n  reward = 1\n  horizon 5',
    ],
    [
      'in an empty choice',
      'state { s: 0..3 }\n  init { s ~ uniform([x for x in 0..3 if x > 5]) }\n  reward = 1\n  horizon 1',
    ],
  ])('%s', async (_, items) => {
    const ran = await all(`${gameOf(items)}${training()}`);
    for (const one of Object.values(ran)) answered(one);
    expect(ran.check.code).toBe(1);
    for (const one of [ran.simulate, ran.train]) {
      expect(one.code, one.all).toBe(1);
      expect(one.all).toMatch(/such that|empty|element|draw/);
    }
  });

  test('in a table of weights', async () => {
    const { check } = await all(
      gameOf('state { p: 0..3 }\n  init { p ~ categorical([0, 0, 0, 0]) }\n  reward = 1\n  horizon 1'),
    );
    expect(check.all).toContain('probability-sum');
  });

  test('where real states hide it until it is drawn', async () => {
    const items =
      'state { x: real = 0, s: 0..3 = 0 }\n  step {\n    next x = x + 0.5\n    next s ~ uniform(0..3) such that next s > x\n  }\n  reward = s\n  horizon 20';
    const ran = await all(`${gameOf(items)}${training()}`);
    for (const one of Object.values(ran)) answered(one);
    for (const one of [ran.simulate, ran.train]) {
      expect(one.code).toBe(1);
      expect(one.all).toContain('such that');
    }
  });
});

describe('no legal action', () => {
  test.each<[string, string]>([
    ['ever', 'legal X for p = false\n  legal Y for p = false\n  reward = 1\n  horizon 3'],
    ['after a while', 'legal X for p = time < 2\n  legal Y for p = time < 2\n  reward = 1\n  horizon 5'],
  ])('%s', async (_, items) => {
    const ran = await all(`${gameOf(items)}${training()}`);
    for (const one of [ran.check, ran.simulate, ran.train]) {
      answered(one);
      expect(one.code).toBe(1);
      expect(one.all).toContain('legal action');
    }
  });
});

describe('no end', () => {
  test('without discount is refused for training, and played as far as asked', async () => {
    const ran = await all(`${gameOf('state { s: 0..3 = 0 }\n  reward = 1')}${training()}`);
    for (const one of Object.values(ran)) answered(one);
    expect(ran.check.all).toContain('never-ends');
    expect(ran.train.all).toContain('endless-training');
    expect(ran.train.code).toBe(1);
  });

  test.each<[string, string, string]>([
    [
      'budgets in episodes',
      'reward = 1\n  discount 0.9',
      training('10 episodes', 'evaluate every 100 steps for 5 episodes'),
    ],
    [
      'intervals in episodes',
      'reward = 1\n  discount 0.9',
      training('100 steps', 'evaluate every 5 episodes for 5 episodes'),
    ],
    ['evaluations of a billion steps', 'reward = 1\n  horizon 1_000_000_000', training()],
    ['a false end', 'reward = 1\n  end when false', training()],
  ])('and %s', async (_, items, train) => {
    const ran = await marl(['check', '-'], { cwd, stdin: `${gameOf(`state { s: 0..3 = 0 }\n  ${items}`)}${train}` });
    answered(ran);
    expect(ran.code).toBe(1);
    expect(ran.all).toContain('endless-training');
  });

  test.each<[string, string]>([
    ['with discount', 'reward = 1\n  discount 0.9'],
    [
      'that a policy may avoid',
      'step { next s = if action[A] == X then 0 else 3 }\n  reward = 1\n  end when next s == 3',
    ],
    ['that never comes', 'step { next s = 0 }\n  reward = 1\n  discount 0.99\n  end when next s == 3'],
  ])('%s is trained and evaluated with a bound', async (_, items) => {
    const ran = await all(`${gameOf(`state { s: 0..3 = 0 }\n  ${items}`)}${training()}`);
    for (const one of Object.values(ran)) answered(one);
    expect(ran.train.code, ran.train.all).toBe(0);
  });

  test('a horizon of a billion is simulated as far as asked', async () => {
    const stdin = gameOf('state { s: 0..3 = 0 }\n  reward = 1\n  horizon 1_000_000_000');
    const ran = await marl(['simulate', '-', '--steps', '100', '--envs', '4', '--json'], { cwd, stdin });
    answered(ran);
    expect(JSON.parse(ran.out)).toMatchObject({ ok: true, unfinished: 4 });
  });
});

describe('rewards beyond numbers', () => {
  test.each<[string, string]>([
    ['that overflow', 'reward = s'],
    ['that are no number', 'reward = s - s'],
  ])('%s', async (_, reward) => {
    const items = `state { s: real = 1 }\n  step { next s = s * 1e200 }\n  observe { s > 0 }\n  ${reward}\n  horizon 10`;
    const ran = await all(`${gameOf(items)}${training()}`);
    for (const one of Object.values(ran)) answered(one);
    for (const one of [ran.simulate, ran.train]) {
      expect(one.code, one.all).toBe(1);
      expect(one.all).toContain('1.8e308');
    }
  });

  test('that overflow only in sum', async () => {
    const ran = await all(`${gameOf('reward = 1e308\n  horizon 10')}${training()}`);
    for (const one of Object.values(ran)) answered(one);
    expect(ran.train.code).toBe(1);
  });
});

describe('more than fits', () => {
  test('into memory', async () => {
    const stdin =
      'game G {\n  agents A[10_000]\n  actions { X, Y }\n  state { n: int[A] = 0 }\n  reward = 1\n  horizon 1\n}\n';
    const ran = await marl(['simulate', '-', '--steps', '100'], { cwd, stdin });
    answered(ran);
    expect(ran.code).toBe(1);
    expect(ran.all).toContain('GB');
    expect(ran.all).toContain('--envs');
  });

  test('onto a screen', async () => {
    const stdin = `game G {\n  agents A[1000]\n  actions { X, Y }\n  reward = 1\n  horizon 1\n}\n${training('20 steps')}`;
    const trained = await marl(['train', '-', '--out', 'many'], { cwd, stdin });
    answered(trained);
    expect(trained.code).toBe(0);
    expect(trained.all.length).toBeLessThan(10_000);
    const played = await marl(['simulate', '-', '--steps', '100', '--envs', '2'], { cwd, stdin });
    expect(played.code).toBe(0);
    expect(played.all.length).toBeLessThan(10_000);
  });

  test('into a listing', async () => {
    const stdin = gameOf('state { p: (0..9)[1000] }\n  init { p ~ uniform((0..9)[1000]) }\n  reward = 1\n  horizon 1');
    for (const verb of ['check', 'info']) answered(await marl([verb, '-'], { cwd, stdin }));
  });
});

describe('trainings out of range', () => {
  const game = gameOf('reward = 1\n  horizon 10');
  test.each<[string, string]>([
    ['budget', training('0 steps')],
    ['budget', training('-5 steps')],
    ['budget', training('1e30 steps')],
    ['budget', training('0.5 steps')],
    ['evaluate for', training('100 steps', 'evaluate every 100 steps for 1_000_000_000_000 episodes')],
    ['evaluate every', training('100 steps', 'evaluate every 0 steps for 1 episodes')],
    ['envs', training('100 steps', 'envs 0')],
    ['envs', training('100 steps', 'envs 1_000_000_000_000')],
    ['seeds', training('100 steps', 'seeds 1..1_000_000_000_000')],
    ['seeds', training('100 steps', 'seeds []')],
    ['alpha', training().replace('0.1', '1e300')],
    ['alpha', training().replace('0.1', '-5')],
  ])('%s: %s', async (setting, train) => {
    const ran = await marl(['check', '-'], { cwd, stdin: `${game}${train}` });
    answered(ran);
    expect(ran.code).toBe(1);
    expect(ran.all).toContain(`\`${setting}\` is`);
  });
});
