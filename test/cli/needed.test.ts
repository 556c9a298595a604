/** What a verb needs of a file, and what it says when it is stopped or goes on. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { marl, marlJson } from './run.ts';

const main = join(import.meta.dirname, '../../cli/main.ts');
let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-'));
  writeFileSync(
    join(cwd, 'g.marl'),
    `game G {
  agents A, B
  actions { X, Y }
  reward = if action[A] == X and action[B] == X then 1 else 0
}
train Fine on G {
  algorithm IQL
  budget 200 steps
  evaluate every 100 steps for 5 episodes
}
train Remembers on G {
  algorithm IDQN {
    last_action = true
    network = gru(8)
  }
  budget 200 steps
  evaluate every 100 steps for 5 episodes
}
solve optimal of G
`,
  );
  const text = readFileSync(join(cwd, 'g.marl'), 'utf8');
  writeFileSync(
    join(cwd, 'broken.marl'),
    `${text}train Broken on G {
  algorithm IQL { alhpa = 0.1 }
  budget 100 steps
}
solve Wrong: minimaxx of G
`,
  );
  writeFileSync(
    join(cwd, 'long.marl'),
    `game H {
  agents A, B
  actions { X, Y }
  state { n: int = 0 }
  step { next n = n + 1 }
  reward = if action[A] == X then 1 else 0
  observe { time }
  horizon 10
}
train Long on H {
  algorithm IQL
  budget 1_000_000_000 steps
  evaluate every 1_000 steps for 5 episodes
}
`,
  );
});
afterAll(() => rmSync(cwd, { recursive: true }));

describe('a named item needs only what it uses', () => {
  test.each([
    ['train', ['train', 'broken.marl:Fine', '--out', 'fine']],
    ['info', ['info', 'broken.marl:G']],
  ])('%s', async (_, args) => {
    const { code, err } = await marl(args, { cwd });
    expect(err).toContain('more problems: marl check broken.marl');
    expect(code, err).toBe(0);
  });

  test.each([
    ['the broken training itself', ['train', 'broken.marl:Broken']],
    ['a broken solve of the game', ['solve', 'broken.marl:G']],
    ['no name', ['info', 'broken.marl']],
    ['check', ['check', 'broken.marl']],
  ])('but not %s', async (_, args) => {
    expect((await marl(args, { cwd })).code).toBe(1);
  });
});

test('--resume does not ask how the path was typed', async () => {
  const out = join(cwd, 'typed');
  expect((await marl(['train', 'long.marl', '--out', out], { cwd, interruptAfter: 300 })).code).toBe(130);
  const again = await marl(['train', join('..', basename(cwd), 'long.marl'), '--resume', '--out', out], {
    cwd,
    interruptAfter: 300,
  });
  expect(again.err).not.toContain('has changed');
  expect(again.code, again.err).toBe(130);
  const { out: played } = await marl(['eval', 'typed', '--episodes', '5'], { cwd });
  expect(played).toMatch(/played as learned after [\d,]+ steps \(seed 1\)/);
  const folder = await marl(['train', 'typed'], { cwd });
  expect(folder.code).toBe(2);
  expect(folder.err).toContain('marl train --resume typed');
});

test('SIGTERM does what Ctrl-C does, with its own exit code', async () => {
  const child = spawn(process.execPath, [main, 'train', 'long.marl', '--out', 'term'], { cwd });
  let out = '';
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString();
  });
  const wait = setInterval(() => {
    if (!existsSync(join(cwd, 'term', 'spec.json'))) return;
    clearInterval(wait);
    setTimeout(() => child.kill('SIGTERM'), 700);
  }, 50);
  const code = await new Promise<number | null>(resolve => child.on('close', resolve));
  clearInterval(wait);
  expect(code).toBe(143);
  expect(out).toContain('marl train --resume term');
  expect(readdirSync(join(cwd, 'term', 'seed-1')).some(name => /^step-\d+$/.test(name))).toBe(true);
}, 30_000);

describe('beside a training', () => {
  test('a policy with memory has an exact answer where there is one decision', async () => {
    const { json, code } = await marlJson(['train', 'g.marl:Remembers', '--out', 'remembers'], { cwd });
    expect(code).toBe(0);
    expect((json.exact as { kind: string }).kind).toBe('optimum');
  });

  test('one line says why there is none', async () => {
    writeFileSync(
      join(cwd, 'none.marl'),
      readFileSync(join(cwd, 'long.marl'), 'utf8')
        .replace('budget 1_000_000_000', 'budget 500')
        .replace('1_000 steps', '500 steps')
        .replace('n: int = 0', 'n: real = 0')
        .replace('n + 1', 'n * 0.5 + time'),
    );
    const { out, code } = await marl(['train', 'none.marl', '--out', 'none'], { cwd });
    expect(code, out).toBe(0);
    expect(out).toMatch(/^no exact answer beside it: .+$/m);
  });
});
