/**
 * Programs as beginners write them, with habits of Python, C and JSON: each mistake is told once, at its place, in words that lead to
 * the repair, and nothing else is said.
 */
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../compiler/api.ts';
import { LineMap } from '../../grammar/index.ts';
import { game, program } from '../support/memory-host.ts';

/** `line:column code` of each diagnostic. */
function placesOf(source: string): readonly string[] {
  const lines = new LineMap(source);
  return program(source).diagnostics.map(({ at, code }) => {
    const { line, column } = lines.position(at.span.start);
    return `${line}:${column} ${code}`;
  });
}

/** The text with the first fix of every diagnostic made, from the last to the first. */
function mended(source: string): string {
  const edits = program(source)
    .diagnostics.flatMap((d: Diagnostic) => d.fixes[0]?.edits ?? [])
    .sort((a, b) => b.span.start - a.span.start);
  return edits.reduce((text, { span, text: by }) => text.slice(0, span.start) + by + text.slice(span.end), source);
}

const payoff = 'payoff { X Y\n    X: (1, 1) (0, 0)\n    Y: (0, 0) (1, 1)\n  }';
const table = `game G {\n  agents A, B\n  actions { X, Y }\n  ${payoff}\n}\n`;
const state = 'state { s: 0..4 = 0 }';

describe('a misspelt keyword is one error, and the rest is checked', () => {
  test.each([
    ['payoff', 'payoffs', table],
    ['agents', 'players', table],
    ['actions', 'action', game()],
    ['reward', 'rewards', game()],
    ['horizon', 'horizn', game()],
    ['state', 'states', game(state, 'step { next s = 4 }', 'reward = s')],
    ['step', 'setp', game(state, 'step { next s = 4 }', 'reward = s')],
    ['init', 'initial', game('state { s: 0..4 }', 'init { s = 3 }', 'reward = s')],
    ['observe', 'observation', game(state, 'observe { s }')],
    ['game', 'gmae', game()],
    ['train', 'trian', `${game()}train T on G {\n  algorithm IQL\n  budget 10 steps\n}\n`],
    ['budget', 'buget', `${game()}train T on G {\n  algorithm IQL\n  budget 10 steps\n}\n`],
    ['algorithm', 'algoritm', `${game()}train T on G {\n  algorithm IQL\n  budget 10 steps\n}\n`],
    ['next', 'nxt', game(state, 'step {\n    next s = 4\n  }')],
    ['let', 'var', game(state, 'step {\n    let k = 4\n    next s = k\n  }')],
  ])('`%s` as `%s`', (right, wrong, source) => {
    expect(program(source).diagnostics).toEqual([]);
    const at = source.search(new RegExp(`\\b${right}\\b`));
    const bad = source.slice(0, at) + wrong + source.slice(at + right.length);
    const found = program(bad).diagnostics;
    expect(found.map(d => d.at.span)).toEqual([{ start: at, end: at + wrong.length }]);
    expect(found[0]!.remedy).toBe(`Did you mean \`${right}\`?`);
    expect(mended(bad)).toBe(source);
  });

  test('also where everything stands on one line', () => {
    const source = 'game G { players A, B  action { X, Y }  rewards = foo  horizn 5 }\n';
    expect(placesOf(source)).toEqual(['1:10 M0121', '1:24 M0121', '1:41 M0121', '1:51 M0201', '1:56 M0121']);
  });

  test('mistakes in the piece behind it are still told', () => {
    const source = game('states { s: 0..4 = 0 }', 'step { next s = foo }', 'rewards = bar').replace(
      '  reward = 0\n',
      '',
    );
    expect(program(source).diagnostics.map(d => d.message)).toEqual([
      expect.stringContaining('`states`'),
      expect.stringContaining('`foo`'),
      expect.stringContaining('`rewards`'),
      expect.stringContaining('`bar`'),
    ]);
  });
});

describe('quantities', () => {
  test.each([
    ['budget 100', 'budget 100 steps'],
    [
      'budget 10 steps\n  evaluate every 5 for 10 episodes',
      'budget 10 steps\n  evaluate every 5 steps for 10 episodes',
    ],
    ['budget 10 steps\n  evaluate every 5 steps for 10', 'budget 10 steps\n  evaluate every 5 steps for 10 episodes'],
    ['budget = 10 steps', 'budget 10 steps'],
    ['seeds = 3 budget = 10 steps', 'seeds 3 budget 10 steps'],
  ])('`%s`', (bad, good) => {
    const training = (clauses: string) => `${game()}train T on G {\n  algorithm IQL\n  ${clauses}\n}\n`;
    expect(program(training(good)).diagnostics).toEqual([]);
    expect(program(training(bad)).diagnostics.length).toBe(bad.split('=').length > 2 ? 2 : 1);
    expect(mended(training(bad)).replaceAll(/ +/g, ' ')).toBe(training(good).replaceAll(/ +/g, ' '));
  });

  test('one line', () => {
    const source = `${table}train T on G { algorithm IQL budget 100 seeds 1 }\n`;
    expect(placesOf(source)).toEqual(['9:40 M0124']);
    expect(mended(source)).toBe(source.replace('100', '100 steps'));
  });
});

describe('an unclosed comment', () => {
  test('ends where the program goes on', () => {
    const source = game('/* what it is\n  and more of it', state, 'step { next s = foo }');
    expect(placesOf(source)).toEqual(['6:3 M0103', '9:19 M0201']);
    expect(mended(source.replace('foo', '4'))).toContain('and more of it */\n');
  });

  test('of several the first is told, and delimiters in them are not missed', () => {
    expect(
      placesOf('/* a\n * b\n\ngame G {\n  agents A /* two }\n  actions { X }\n  reward = q\n  horizon 5 } /* end\n'),
    ).toEqual(['1:1 M0103', '7:12 M0201']);
  });
});

describe('agents and their actions', () => {
  test.each([
    ['agents P[2]', 'P[0] == X', 'action[P[0]] == X'],
    ['agents P[2]', 'X != P[1]', 'X != action[P[1]]'],
    ['agents A, B', 'A == X', 'action[A] == X'],
  ])('%s: `%s`', (agents, bad, good) => {
    const source = (c: string) => game(agents, `reward = if ${c} then 1 else 0`);
    expect(program(source(bad)).diagnostics.map(d => d.name)).toEqual(['type-mismatch']);
    expect(mended(source(bad))).toBe(source(good));
    expect(program(source(good)).diagnostics).toEqual([]);
  });

  test('a class of several has no action of its own', () => {
    const [only, ...more] = program(game('agents P[2]', 'reward = if P == X then 1 else 0')).diagnostics;
    expect(more).toEqual([]);
    expect(only).toMatchObject({ remedy: 'What an agent chose is `action[P[0]]`.', fixes: [] });
  });
});

test.each([
  ['0..4[P]', '(0..4)[P]'],
  ['0..n - 1[P]', '(0..n - 1)[P]'],
  ['0..n[P]', '(0..n)[P]'],
])('the type `%s`', (bad, good) => {
  const source = (type: string) =>
    game('let n = 5', 'agents P[2]', `state { s: ${type} = 0 }`, 'step { next s[p: P] = min(4, s[p] + 1) }');
  expect(program(source(bad)).diagnostics.map(d => d.name)).toEqual(['not-indexable']);
  expect(mended(source(bad))).toBe(source(good));
  expect(program(source(good)).diagnostics).toEqual([]);
});

describe('habits with a repair', () => {
  test.each([
    ['agents A B', 'agents A, B'],
    ['agents A, B,\n  observe { time }', 'agents A, B\n  observe { time }'],
    ['actions { X Y }', 'actions { X, Y }'],
    ['actions { "X", Y }', 'actions { X, Y }'],
    ['reward(A) = 1', 'reward[A] = 1'],
    ['reward A = 1', 'reward[A] = 1'],
    ['reward[p in agents] = 1', 'reward[p: agents] = 1'],
    ['reward = if action[A] = X then 1 else 0', 'reward = if action[A] == X then 1 else 0'],
    ['reward = 1 if action[A] == X else 0', 'reward = if action[A] == X then 1 else 0'],
    ['reward = sum(1 for p in agents where p != A)', 'reward = sum(1 for p in agents if p != A)'],
    ['reward = sum(1 for p in agents and p != A)', 'reward = sum(1 for p in agents if p != A)'],
    ['observe p { time }', 'observe[p] { time }'],
    ['state { int s = 0 }', 'state { s: int = 0 }'],
    ['state { s: 0-4 = 0 }', 'state { s: 0..4 = 0 }'],
    ['state { s: boolean = true }', 'state { s: bool = true }'],
    ['horizon: 5', 'horizon 5'],
    ['horizon = 5', 'horizon 5'],
    ['end if time == 3', 'end when time == 3'],
    ['end time == 3', 'end when time == 3'],
    ['fn f(x: int): int { return x }', 'fn f(x: int): int { x }'],
    ['discount 0.9,\n  observe { time }', 'discount 0.9\n  observe { time }'],
  ])('`%s`', (bad, good) => {
    expect(program(game(good)).diagnostics).toEqual([]);
    const places = placesOf(game(bad));
    expect(places.length).toBe(1);
    expect(mended(game(bad))).toBe(game(good));
  });

  test('cells without parentheses', () => {
    const bad = table.replace('X: (1, 1)', 'X: 1,1');
    expect(placesOf(bad)).toEqual(['5:9 M0133']);
    expect(mended(bad)).toBe(table);
  });

  test('a payoff table without its header', () => {
    const bad = table.replace('{ X Y\n', '{\n');
    expect(placesOf(bad)).toEqual(['5:5 M0508']);
    expect(program(mended(bad)).diagnostics).toEqual([]);
  });
});

describe('habits that are one error', () => {
  const step = (body: string) => game(state, `step {\n    ${body}\n  }`, 'reward = s');
  test.each([
    ['if ... then next', step('if action[A] == X then\n      next s = 1\n    else\n      next s = 0'), '7:5 M0122'],
    ['braces', step('if action[A] == X { next s = 1 }'), '7:5 M0122'],
    [
      'Python',
      step('if action[A] == X:\n      s = 1\n    elif time > 2:\n      s = 2\n    else:\n      s = 0'),
      '7:5 M0122',
    ],
    ['a loop', step('for p in agents { next s = 1 }'), '7:5 M0122'],
    ['no `next`', step('s = 1'), '7:5 M0315'],
    ['a question mark', game('reward = action[A] == X ? 1 : 0'), '5:27 M0105'],
    ['an array as payoff', 'game G {\n  agents A, B\n  actions { X, Y }\n  payoff [[1, 0], [0, 1]]\n}\n', '4:10 M0127'],
    ['agents by number', game('agents 2'), '5:10 M0124'],
    ['agents as a list', game('agents [A, B]'), '5:10 M0124'],
    ['no type', game('fn f(x) = x + 1'), '6:9 M0127'],
    ['JSON', '{\n  "game": "G",\n  "agents": ["A", "B"]\n}\n', '1:1 M0120'],
    ['no concept', `${table}solve G\n`, '9:8 M0127'],
  ])('%s', (_, source, place) => {
    expect(placesOf(source)).toEqual([place]);
  });

  test('a statement behind one is still checked', () => {
    const source = step('if action[A] == X:\n      s = 1\n    next s = foo');
    expect(placesOf(source)).toEqual(['7:5 M0122', '9:14 M0201']);
  });

  test('a name that an unreadable line declares is not missed elsewhere', () => {
    const source = game('state { a: 0..3 = 0 b 0..3 = 0 }', 'step { next b = 1 }', 'reward = a + b');
    expect(placesOf(source)).toEqual(['5:22 M0129']);
  });
});
