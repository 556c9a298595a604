/** The line that `marl emit` ends with runs what it wrote, as it stands. */
import { execSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runningOf } from '../../cli/running.ts';
import { root } from '../support/emitted.ts';
import { marl } from './run.ts';

const training = `game Match {
  agents A, B
  actions { Left, Right }
  reward = if action[A] == action[B] then 1 else 0
  horizon 1
}
train Learn on Match {
  algorithm IQL
  budget 200 steps
}
`;
const outside = realpathSync(mkdtempSync(join(tmpdir(), 'marl-running-')));
const inside = mkdtempSync(join(root, '.marl-running-'));
afterAll(() => {
  for (const folder of [outside, inside]) rmSync(folder, { recursive: true, force: true });
});

const nextOf = (out: string): string => /^next: (.*) \(Node 22\.18 or newer\)$/m.exec(out)?.[1] ?? '';
/** What a shell prints whose \`node\` is the one that runs the tests. */
const shell = (command: string, cwd: string): string =>
  execSync(command, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(process.execPath, '..')}${delimiter}${process.env.PATH}` },
  });

test('in a checkout', async () => {
  writeFileSync(join(inside, 'match.marl'), training);
  const { out, code } = await marl(['emit', 'match.marl', '-o', 'own'], { cwd: inside });
  expect(code).toBe(0);
  expect(nextOf(out)).toContain(`node --conditions=marl-source ${join('own', 'Learn.ts')}`);
  expect(shell(nextOf(out), inside)).toMatch(/^\{"seed":1/);
});

test('in another folder the package has to be brought, and the line says how', async () => {
  writeFileSync(join(outside, 'match.marl'), training);
  const { out } = await marl(['emit', 'match.marl', '-o', 'own'], { cwd: outside });
  const own = join('own', 'Learn.ts');
  expect(nextOf(out)).toBe(`npm install ${root} && node --conditions=marl-source ${own}`);
  // What npm makes of a folder, without npm.
  mkdirSync(join(outside, 'node_modules'));
  symlinkSync(root, join(outside, 'node_modules', 'marl'), 'dir');
  const found = await marl(['emit', 'match.marl', '-o', 'own', '--force'], { cwd: outside });
  expect(nextOf(found.out)).toBe(`node --conditions=marl-source ${own}`);
  expect(shell(nextOf(found.out), outside)).toMatch(/^\{"seed":1/);
});

test('beside an installed package its JavaScript is taken, without a flag', () => {
  const cwd = join(outside, 'installed');
  const own = join(cwd, 'node_modules', 'marl');
  mkdirSync(join(own, 'dist'), { recursive: true });
  writeFileSync(join(own, 'package.json'), readFileSync(join(root, 'package.json'), 'utf8'));
  mkdirSync(join(cwd, 'own'));
  expect(runningOf('own/Learn.ts', cwd, own)).toEqual({ first: undefined, command: 'node own/Learn.ts' });
});

test('the Node that came with a checkout is reached through npm, from inside it', () => {
  const checkout = join(outside, 'checkout');
  const node = join(checkout, 'node_modules', 'node', 'bin', 'node');
  mkdirSync(join(node, '..'), { recursive: true });
  mkdirSync(join(checkout, 'runtime'));
  mkdirSync(join(checkout, 'own'));
  writeFileSync(node, '');
  writeFileSync(join(checkout, 'runtime', 'index.ts'), '');
  writeFileSync(
    join(checkout, 'package.json'),
    '{ "name": "marl", "exports": { "./package.json": "./package.json" } }',
  );
  const command = 'node --conditions=marl-source own/Learn.ts';
  expect(runningOf('own/Learn.ts', checkout, checkout, node)).toEqual({ first: undefined, command: `npx ${command}` });
  expect(runningOf('own/Learn.ts', checkout, checkout, process.execPath)).toEqual({ first: undefined, command });
});
