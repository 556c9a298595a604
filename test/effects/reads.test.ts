/** Effects themselves: what expressions and steps read, element by element. */
import { expect, test } from 'vitest';
import type { Elements } from '../../compiler/effects/base.ts';
import { observedBy } from '../../compiler/effects/observed.ts';
import { ReadsOf } from '../../compiler/effects/reads.ts';
import type { GameModel, Store } from '../../compiler/game/model.ts';
import { game, modelOf } from '../support/memory-host.ts';

const shown = (elements: Elements): readonly string[] =>
  [...elements].map(([store, k]) => `${store.name}[${k}]`).sort();

/** What the only observation of agent A reads. */
function readBy(expression: string): { state: readonly string[]; time: boolean } {
  const model = modelOf(
    game(
      'state { at: (0..2)[agents] = 0, board: (0..1)[3] = 0, k: 0..2 = 0 }',
      'fn twice(x: int): int = 2 * x',
      'fn second(x: int, y: int): int = y',
      `observe[p: agents] { ${expression} }`,
    ),
  );
  const { self, prelude, pieces } = (model.classes[0] as GameModel['classes'][number]).observation;
  const reads = new ReadsOf().fix(self, 0).run(prelude);
  const all = pieces.flatMap(piece =>
    Array.from({ length: piece.count }, (_, k) => reads.fix(piece.variable, k).of(piece.value).reads),
  );
  return {
    state: [...new Set(all.flatMap(r => shown(r.state)))].sort(),
    time: all.some(r => r.time),
  };
}

test.each([
  ['at[p]', ['at[0]']],
  ['at[other(p)]', ['at[1]']],
  ['at', ['at[0]', 'at[1]']],
  ['board[1] + board[2]', ['board[1]', 'board[2]']],
  ['board[k]', ['board[0]', 'board[1]', 'board[2]', 'k[0]']],
  ['sum(at[q] for q in agents if q != p)', ['at[1]']],
  ['any(at[q] == 1 for q in agents)', ['at[0]', 'at[1]']],
  ['if 1 + 1 == 2 then k else at[p]', ['k[0]']],
  ['twice(board[0])', ['board[0]']],
  ['second(at[p], k)', ['k[0]']],
  ['[board[i] for i in 0..2 if i != 1]', ['board[0]', 'board[2]']],
  ['3', []],
] as const)('%s reads %j', (expression, expected) => {
  expect(readBy(expression)).toEqual({ state: [...expected], time: false });
});

test('time is read as time', () => {
  expect(readBy('time')).toEqual({ state: [], time: true });
});

test('a step: actions, chance, and next values made of what made them', () => {
  const model = modelOf(
    game(
      'state { a: 0..3 = 0, b: 0..3 = 0, c: bool, d: 0..3 = 0 }',
      'init { c = true }',
      'step { let x = min(a + 1, 3)  next a = if action[A] == X then x else 0  let y ~ bernoulli(0.5)  next c = y  next d = next a }',
    ),
  );
  const reads = new ReadsOf().run(model.step);
  const of = (name: string) => reads.nextOf(model.stores.find(store => store.name === name) as Store);
  expect(shown(of('next_a').state)).toEqual(['a[0]']);
  expect([...of('next_a').actions]).toEqual([0]);
  expect(of('next_a').chance).toBe(false);
  expect(of('next_c').chance).toBe(true);
  expect(shown(of('next_c').state)).toEqual([]);
  expect(shown(of('next_d').next)).toEqual(['next_a[0]']);
});

/** What agent A is told for certain. */
function told(...items: readonly string[]): readonly string[] {
  return shown(
    observedBy(
      modelOf(
        game('state { n: 0..2 = 0, m: -1..1 = 0, x: real = 0, s: seq<0..1, 2> = [], t: seq<bool, 2> = [] }', ...items),
      ),
      0,
    ).told,
  );
}

test.each([
  ['n', ['n[0]']],
  ['-n', ['n[0]']],
  ['n + 1, 2 - m', ['m[0]', 'n[0]']],
  ['abs(m)', []],
  ['n + m', []],
  ['2 * x', []],
  ['-x', ['x[0]']],
  ['x + 1', []],
  ['onehot(m)', ['m[0]']],
  ['n == 0', []],
  ['n == 0, n == 2', ['n[0]']],
  ['n == 0, n - 1 == -1', []],
  ['if n == 1 then 0.2 else 0.7, if n == 2 then 1 else 0', ['n[0]']],
  // Missing slots look like zeros: the slots are told, and how many there are is not.
  ['s', ['s[0]', 's[1]']],
  ['s else -1', ['s[0]', 's[1]', 's_len[0]']],
  ['s, len(s)', ['s[0]', 's[1]', 's_len[0]']],
] as const)('{ %s } tells %j', (parts, expected) => {
  expect(told(`observe { ${parts} }`)).toEqual([...expected]);
});
