/** The clause is not only checked: what is learned depends on it, the emitted program learns the same, and the policy can be played. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { marlJson } from '../cli/run.ts';
import { printedBy } from '../support/emitted.ts';

/** The first action is forced by a coin that is seen once; the second has to repeat it. */
const source = `game Twice {
  agents A, B
  actions { X, Y }
  state { coin: bool, n: 0..2 = 0 }
  init { coin ~ bernoulli(0.5) }
  legal X for p = n > 0 or coin
  legal Y for p = n > 0 or not coin
  step { next n = min(n + 1, 2) }
  reward[p: agents] = if n == 1 and (action[p] == X) == coin then 1 else 0
  observe { n, n == 0 and coin }
  end when n == 2
}
train Forgetful on Twice { algorithm IQL { epsilon = 1 -> 0 over 2000 steps } budget 4_000 steps }
train Mindful on Twice {
  algorithm IQL { epsilon = 1 -> 0 over 2000 steps }
  budget 4_000 steps
  policy reads { observation, last_action }
}
train Blind on Twice {
  algorithm IQL { epsilon = 1 -> 0 over 2000 steps }
  budget 4_000 steps
  policy reads { }
}
`;

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-reads-'));
  writeFileSync(join(cwd, 'twice.marl'), source);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

async function trained(name: string): Promise<number> {
  const { json } = await marlJson(['train', `twice.marl:${name}`], { cwd });
  const [seed] = json.metrics as readonly { readonly return: { readonly mean: number } }[];
  return seed?.return.mean ?? Number.NaN;
}

test('an agent that reads its last action remembers the coin; others guess', async () => {
  expect(await trained('Mindful')).toBe(1);
  for (const name of ['Forgetful', 'Blind']) {
    const mean = await trained(name);
    expect(mean).toBeGreaterThan(0.3);
    expect(mean).toBeLessThan(0.7);
  }
});

test('eval, emit and play know the inputs, too', async () => {
  const { json } = await marlJson(['eval', 'runs/Mindful'], { cwd });
  const [seed] = json.seeds as readonly { readonly return: { readonly mean: number } }[];
  expect(seed?.return.mean).toBe(1);
  const emitted = await marlJson(['emit', 'twice.marl:Mindful', '-o', 'out'], { cwd });
  const [file] = emitted.json.files as readonly string[];
  mkdirSync(join(cwd, 'node_modules'));
  symlinkSync(join(import.meta.dirname, '../..'), join(cwd, 'node_modules', 'marl'), 'dir');
  expect(printedBy(join(cwd, file as string))).toBe(
    readFileSync(join(cwd, 'runs', 'Mindful', 'metrics.jsonl'), 'utf8'),
  );
});
