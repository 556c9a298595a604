/** Legal actions that say more than the observation, and the table of who can know what. */
import { describe, expect, test } from 'vitest';
import { knowledgeTable } from '../../compiler/effects/knowledge.ts';
import { game, modelOf, namesOf, program } from '../support/memory-host.ts';

const coin = ['state { coin: bool, n: 0..2 = 0 }', 'init { coin ~ bernoulli(0.5) }', 'step { next n = min(n + 1, 2) }'];

describe('legality that reveals what is hidden', () => {
  const cases: readonly (readonly [string, readonly string[], boolean])[] = [
    ['a hidden coin decides', [...coin, 'observe { n }', 'legal Y for p = coin'], true],
    ['an observed coin decides', [...coin, 'observe { n, coin }', 'legal Y for p = coin'], false],
    ['nothing is observed but the number decides', [...coin, 'observe { coin }', 'legal Y for p = n > 0'], true],
    ['an observed function decides', [...coin, 'observe { n > 0 }', 'legal Y for p = n > 0'], false],
    ['only one agent lacks it', [...coin, 'observe[A] { coin }', 'observe[B] { n }', 'legal Y for p = coin'], true],
    [
      'the condition is about the other agent alone',
      [...coin, 'observe[A] { coin }', 'observe[B] { n }', 'legal Y for p: A = coin'],
      false,
    ],
    ['it never makes a difference', [...coin, 'observe { 0 }', 'legal Y for p = n < 3 or coin'], false],
    [
      'it differs only when somebody else acts',
      [...coin, 'turn = if n == 0 then A else B', 'observe { n }', 'legal Y for p = n == 0 or not coin or p == A'],
      true,
    ],
    [
      'the same, where nobody acts',
      [...coin, 'turn = A', 'observe[A] { coin }', 'observe[B] { 0 }', 'legal Y for p = coin'],
      false,
    ],
  ];
  test.each(cases)('%s', (_, items, reveals) => {
    expect(namesOf(game(...items))).toEqual(reveals ? ['legal-reveals'] : []);
  });

  test('the message names the agent, the secret, the two states and the action, and shows the path', () => {
    const text = game(...coin, 'fn lucky(): bool = coin', 'observe { n }', 'legal Y for p = lucky()');
    const [only] = program(text).diagnostics;
    expect(only?.severity).toBe('warning');
    expect(only?.message).toBe(
      'Which actions are legal tells A about `coin`, which it does not observe: in the states coin = true, n = 0 and coin = false, n = 0 A sees the same, but Y is legal only in the first.',
    );
    expect(text.slice(only?.at.span.start, only?.at.span.end)).toBe('lucky()');
    expect(only?.related.map(r => [text.slice(r.at.span.start, r.at.span.end), r.message])).toEqual([
      ['coin', '`coin` is part of the state'],
      ['coin', '`coin` is read here'],
    ]);
  });
});

describe('who can know what', () => {
  const rows = (text: string): Readonly<Record<string, readonly string[]>> =>
    Object.fromEntries(
      knowledgeTable(modelOf(text)).rows.map(row => [
        `${row.variable}${row.of === 'all' ? '' : ` ${row.of}`}${row.private ? ' private' : ''}`,
        row.cells,
      ]),
    );

  test('own and others, shown and hidden', () => {
    const items = [
      'state { card: (0..2)[agents], pot: 0..3 = 0, deck: 0..2 }',
      'init { card[p: agents] ~ uniform(0..2)  deck ~ uniform(0..2) }',
      'step { next pot = min(pot + 1, 3) }',
    ];
    expect(rows(game(...items, 'observe[p: agents] { card[p], pot }'))).toEqual({
      'card own private': ['sees', 'sees'],
      'card others private': ['hidden', 'hidden'],
      pot: ['sees', 'sees'],
      deck: ['hidden', 'hidden'],
    });
  });

  test('a leak of what is private', () => {
    const items = ['state { card: (0..2)[agents] }', 'init { card[p: agents] ~ uniform(0..2) }'];
    expect(rows(game(...items, 'observe[p: agents] { card[p] }', 'observe[B] { card[A] > 0 }'))).toEqual({
      'card own private': ['sees', 'sees'],
      'card others private': ['hidden', 'part'],
    });
  });

  test('what follows from what is shown', () => {
    const items = [
      'state { a: 0..3 = 0, b: 0..3 = 3, c: 0..1 = 1 }',
      'step { next a = min(a + 1, 3)  next b = max(b - 1, 0) }',
    ];
    expect(rows(game(...items, 'observe[A] { a }', 'observe[B] { a + b }'))).toEqual({
      // Nothing is left to chance or choice: whoever counts steps knows both.
      a: ['sees', 'by step'],
      b: ['inferred', 'by step'],
      c: ['inferred', 'inferred'],
    });
  });

  test('what follows from the step is known, and policies may read it', () => {
    const items = [
      'state { s: 0..3, u: 0..1 = 0, v: 0..1 = 0 }',
      'init { s ~ uniform(0..3) }',
      'step { next u = 1 - u  next v = if action[B] == Y then 1 else 0 }',
    ];
    const text = game(...items, 'observe { s }');
    expect(rows(text)).toEqual({
      s: ['sees', 'sees'],
      u: ['by step', 'by step'],
      v: ['hidden', 'hidden'],
    });
  });

  test('what can be told by nobody is not called hidden', () => {
    const items = ['state { x: real = 0, y: real = 0 }', 'step { next x = x + 1 }'];
    expect(rows(game(...items, 'observe { x }'))).toEqual({ x: ['sees', 'sees'], y: ['not shown', 'not shown'] });
  });

  test('classes of agents, and variables of one class', () => {
    const text = `game G {
      agents Hunter[2], Prey
      actions { X, Y }
      state { at: (0..2)[Hunter], hole: 0..2 }
      init { at[p: Hunter] ~ uniform(0..2)  hole ~ uniform(0..2) }
      reward = 0
      observe[p: Hunter] { at[p] }
      observe[Prey] { at, hole }
      horizon 2
    }`;
    expect(knowledgeTable(modelOf(text)).columns).toEqual(['Hunter', 'Prey']);
    expect(rows(text)).toEqual({
      'at own private': ['sees', 'none'],
      'at others private': ['hidden', 'sees'],
      hole: ['hidden', 'sees'],
    });
  });

  test('legal actions and turns', () => {
    const { legal, turn } = knowledgeTable(
      modelOf(game(...coin, 'turn = if coin then A else B', 'observe { n }', 'legal Y for p = n > 0')),
    );
    expect(legal).toEqual(['nothing new', 'nothing new']);
    expect(turn).toEqual(['reveals', 'reveals']);
  });
});
