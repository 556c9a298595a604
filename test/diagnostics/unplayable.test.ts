/** M0520 stands at what gets a game stuck, in which state, with the remedy for that. */
import { expect, test } from 'vitest';
import { marlJson } from '../cli/run.ts';

const game = (...items: readonly string[]): string =>
  `game G {\n  agents A, B\n  actions { X, Y }\n${items.map(item => `  ${item}\n`).join('')}  horizon 3\n}\n`;

async function firstOf(text: string): Promise<Record<string, unknown> | undefined> {
  const { json } = await marlJson(['check', '-'], { cwd: import.meta.dirname, stdin: text });
  return (json.diagnostics as Record<string, unknown>[])[0];
}

test('the action of an agent that waits', async () => {
  const text = game(
    'state { n: 0..2 = 0 }',
    'turn = if n == 0 then A else B',
    'step { next n = if action[B] == X then 1 else 2 }',
    'reward = n',
  );
  const found = await firstOf(text);
  expect(found).toMatchObject({
    code: 'M0520',
    range: { start: { line: 6, column: 22 }, end: { line: 6, column: 31 } },
  });
  expect(found?.message).toContain(
    'an agent that does not act has no action, but the action of B was read, where n = 0 and A chooses X',
  );
  expect(found?.remedy).toMatch(/^Read it only where the agent acts/);
});

test('a draw that no value satisfies', async () => {
  const text = game(
    'state { n: 0..2 = 0 }',
    'step { next n ~ uniform(0..2) such that next n > n }',
    'reward = if action[A] == X then n else 0',
  );
  const found = await firstOf(text);
  expect(found).toMatchObject({ code: 'M0520', range: { start: { line: 5 } } });
});

test('an agent that must act and may do nothing: at the clauses about it', async () => {
  const text = game(
    'state { n: 0..3 = 0 }',
    'legal X for B = n < 9',
    'legal X for p = n < 2',
    'legal Y for p: A = n < 1',
    'step { next n = if action[A] == X then min(n + 1, 3) else n }',
    'reward = n',
  );
  const found = await firstOf(text);
  expect(found).toMatchObject({
    code: 'M0520',
    range: { start: { line: 6, column: 3 }, end: { line: 6, column: 24 } },
    related: [{ range: { start: { line: 7, column: 3 } }, message: 'This restricts it, too.' }],
  });
  expect(found?.message).toMatch(/an agent that acts needs a legal action, but A has none in the state n = 2\.$/);
  expect(found?.remedy).toMatch(/^Make an action legal in that state, /);
  // The remedy is told once.
  expect(found?.message).not.toContain('make an action legal');
});

test('of a game with other parameters, at the clause of the game it is made of', async () => {
  const text = `game Base(least: 0..3 = 0) {
  agents A
  actions = 1..2
  legal a for A = a > least
  reward = action[A]
}
game Other = Base(least: 2)
`;
  const found = await firstOf(text);
  expect(found).toMatchObject({ code: 'M0520', range: { start: { line: 4, column: 3 } } });
  expect(found?.message).toContain(
    '`Other` does not: an agent that acts needs a legal action, but A has none when it is to choose.',
  );
});
