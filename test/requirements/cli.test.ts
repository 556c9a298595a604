/** `marl info --fits` and `marl check --strict` as commands. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { marl, marlJson } from '../cli/run.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-fits-'));
  writeFileSync(join(cwd, 'loose.marl'), 'game G { agents A actions { X, Y } let spare = 3 reward = 1 horizon 3 }\n');
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface JsonFit {
  readonly name: string;
  readonly available: boolean;
  readonly status: string;
  readonly reason: string | null;
  readonly requirements: readonly { readonly kind: string; readonly status: string; readonly fact: string }[];
}

test('what fits a game, with the fact that decides', async () => {
  const { code, json } = await marlJson(['info', 'std.games.Climbing:Climbing', '--fits'], { cwd });
  expect(code).toBe(0);
  const fits = new Map((json.fits as JsonFit[]).map(fit => [fit.name, fit]));
  expect(fits.get('HystereticQ')).toMatchObject({ available: true, status: 'fits', reason: null });
  expect(fits.get('PR2')).toMatchObject({ available: false, status: 'fits' });
  expect(fits.get('MinimaxQ')?.status).toBe('no');
  expect(fits.get('MinimaxQ')?.reason).toContain('needs rewards that sum to zero: after (Row A, Column A)');
  expect(fits.get('nash by vertex_enumeration')?.status).toBe('fits');
  const text = await marl(['info', 'std.games.Climbing:Climbing', '--fits'], { cwd });
  expect(text.out).toContain('does not fit');
  expect(text.out).toContain('[PR2]');
});

test('the strict check stops at what it finds; the plain one does not', async () => {
  expect((await marl(['check', 'loose.marl'], { cwd })).code).toBe(0);
  const { code, json } = await marlJson(['check', '--strict', 'loose.marl'], { cwd });
  expect(code).toBe(1);
  expect(json.ok).toBe(false);
  expect((json.diagnostics as { name: string; severity: string }[]).map(d => `${d.name} ${d.severity}`)).toEqual([
    'unused warning',
  ]);
});
