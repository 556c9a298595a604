/** Emitted programs of trainings whose networks depend on what they are given: they print what the library does, and can be read. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emitted, printedBy, programFolder, typeErrors, writeProgram } from '../support/emitted.ts';

let dir: string;
beforeAll(() => {
  dir = programFolder();
});
afterAll(() => rmSync(dir, { recursive: true }));

const game = `enum Side { Left, Right }
game G {
  agents A[2], B
  actions = Side
  state { board: (0..1)[2, 3]  at: 0..5 = 0 }
  init { at ~ uniform(0..5)  board[r: 0..1, c: 0..2] = if r * 3 + c == at then 1 else 0 }
  step { next at ~ uniform(0..5)  next board[r: 0..1, c: 0..2] = if r * 3 + c == next at then 1 else 0 }
  reward[p: agents] = if (at % 2 == 0) == (action[p] == Left) then 1 else 0
  observe[p: A] { board }
  observe[p: B] { board }
  horizon 4
}
`;

const cases = [
  [
    'attention in the critic of MAPPO',
    'MAPPO { rollout = 20  critic_state = false  critic_network = mlp(8) |> attention(8, heads: 2, residual: true) }',
  ],
  [
    'attention behind memory in the critic of MAA2C',
    'MAA2C { rollout = 20  sharing = none  critic_state = false  critic_network = gru(8) |> attention(8) }',
  ],
  ['embeddings, of the state, too', 'MAPPO { rollout = 20  network = embedding(4) |> mlp(8) }'],
  ['embeddings of a learner of values', 'VDN { batch = 8  network = embedding(4) |> gru(8)  last_action = true }'],
  [
    'convolutions of each agent’s own',
    'IPPO { rollout = 20  sharing = none  network = grid(2, 3) |> conv(4, 2) |> layer_norm |> flatten }',
  ],
] as const;

test.each(cases)('%s', { timeout: 120_000 }, (_, algorithm) => {
  const team = algorithm.startsWith('VDN') ? '  team reward = sum\n' : '';
  const text = `${game}train Learn on G {\n${team}  algorithm ${algorithm}\n  budget 200 steps  envs 2  seeds [7]\n  evaluate every 100 steps for 10 episodes\n}\n`;
  const found = emitted(text, 'program');
  if ('refused' in found) throw new Error(found.refused);
  const file = writeProgram(dir, 'program', found.text);
  expect(printedBy(file)).toBe(found.expected);
  expect(typeErrors([file])).toEqual([]);
  const lines = found.text.program.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(350);
  expect(lines.filter(line => line.length > 140 && !/^\s*(\*|\/\/)/.test(line))).toEqual([]);
});
