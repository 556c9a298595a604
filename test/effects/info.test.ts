/** `marl info` shows who can know what. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { marl, marlJson } from '../cli/run.ts';
import { game } from '../support/memory-host.ts';

const cards = game(
  'state { card: (0..2)[agents], deck: 0..2 }',
  'init { card[p: agents] ~ uniform(0..2)  deck ~ uniform(0..2) }',
  'observe[p: agents] { card[p] }',
  'observe[B] { card[A] > 0 }',
  'legal X for p = card[p] < 2',
);
const open = game('state { n: 0..2 = 0 }', 'step { next n = min(n + 1, 2) }');

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-know-'));
  writeFileSync(join(cwd, 'cards.marl'), cards);
  writeFileSync(join(cwd, 'open.marl'), open);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

test('as a table, with leaks marked', async () => {
  const { out } = await marl(['info', 'cards.marl'], { cwd });
  expect(out).toContain(`who can know what  A            B
card, own          sees         sees
card, others'      hidden       sees part *
deck               hidden       hidden
legal actions      nothing new  nothing new
* each agent sees its own; here others see it, too
`);
});

test('in JSON', async () => {
  const { json } = await marlJson(['info', 'cards.marl'], { cwd });
  expect(json.knowledge).toEqual({
    rows: [
      { variable: 'card', of: 'own', private: true, leaks: false, cells: { A: 'sees', B: 'sees' } },
      { variable: 'card', of: 'others', private: true, leaks: true, cells: { A: 'hidden', B: 'part' } },
      { variable: 'deck', of: 'all', private: false, leaks: false, cells: { A: 'hidden', B: 'hidden' } },
    ],
    legal: { A: 'nothing new', B: 'nothing new' },
    turn: { A: null, B: null },
  });
});

test('nothing is said where everybody sees everything', async () => {
  const { out } = await marl(['info', 'open.marl'], { cwd });
  expect(out).not.toContain('who can know what');
});
