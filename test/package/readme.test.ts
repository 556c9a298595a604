/** What the README shows is true: its program checks, its two commands exist, its verbs and files too. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { marl } from '../cli/run.ts';

const root = join(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const scripts = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> })
  .scripts;

test('its program is right', async () => {
  const programs = [...readme.matchAll(/```marl\n([\s\S]*?)```/g)].map(match => match[1] as string);
  expect(programs.length).toBeGreaterThan(0);
  for (const text of programs) {
    const ran = await marl(['check', '-'], { cwd: root, stdin: text });
    expect(ran.code, ran.all).toBe(0);
  }
});

test('its two commands are scripts of the package', () => {
  expect(readme).toContain('npm ci && npm start');
  expect(readme).toContain('npm test');
  expect(scripts.start).toContain('cli/main.ts train');
  expect(scripts.test).toBe('vitest run');
});

test('the commands of its tour run', async () => {
  const tour = [...readme.matchAll(/^\$ marl (.*?)(?:\s+#.*)?$/gm)].map(match =>
    (match[1] as string).trim().split(/\s+/),
  );
  expect(tour.length).toBeGreaterThan(8);
  const cwd = mkdtempSync(join(tmpdir(), 'marl-readme-'));
  try {
    for (const args of tour) {
      const quick = args[0] === 'simulate' ? [...args, '--steps', '1000'] : args;
      const ran = await marl(quick, { cwd });
      expect(ran.code, `marl ${args.join(' ')}\n${ran.all}`).toBe(0);
    }
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
});

test('its links lead somewhere', () => {
  const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(match => match[1] as string);
  expect(links.length).toBeGreaterThan(3);
  for (const link of links) expect(existsSync(join(root, link)), link).toBe(true);
});
