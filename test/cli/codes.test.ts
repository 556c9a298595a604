/** Every diagnostic code has a name of its own, an explanation, and a program that triggers it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { codes } from '../../cli/codes.ts';
import { marl, marlJson } from './run.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-codes-'));
  mkdirSync(join(cwd, 'folder.marl'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

test('codes and names are unique', () => {
  const all = codes();
  expect(all.length).toBeGreaterThan(80);
  expect(new Set(all.map(c => c.code)).size).toBe(all.length);
  expect(new Set(all.map(c => c.name)).size).toBe(all.length);
});

test.each(codes().map(c => [c.code, c.name, c] as const))('%s %s: its bad program triggers it', async (_, __, code) => {
  writeFileSync(join(cwd, 'bad.marl'), code.example);
  const strict = code.code.startsWith('M10');
  const { json, code: exit } = await marlJson(['check', 'bad.marl', ...(strict ? ['--strict'] : [])], { cwd });
  const found = json.diagnostics as { code: string; name: string; severity: string }[];
  expect(found.map(d => `${d.code} ${d.name}`)).toContain(`${code.code} ${code.name}`);
  expect(exit).toBe(strict || found.some(d => d.severity === 'error') ? 1 : 0);
});

test.each(codes().map(c => [c.code, c] as const))('%s is explained', async (_, code) => {
  const ran = await marl(['explain', code.code], { cwd });
  expect(ran.code).toBe(0);
  expect(ran.out).toContain(code.name);
  expect(code.explanation.length).toBeGreaterThan(20);
  expect(ran.out).toContain(code.explanation.split('\n')[0]);
});
