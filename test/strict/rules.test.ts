/** The strict check: what each rule finds, and what it leaves alone. */
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../compiler/api.ts';
import { strict } from '../../compiler/diagnostics/explanations/strict.ts';
import { strictDiagnostics } from '../../compiler/strict/lint.ts';
import { outsideOfRun } from '../../compiler/strict/trainings.ts';
import type { SettingDoc, TrainSpec } from '../../runtime/train/spec.ts';
import { exampleFiles, libraryFiles, programOf } from '../stdlib/library.ts';
import { program } from '../support/memory-host.ts';

function lint(text: string): readonly Diagnostic[] {
  const compiled = program(text);
  expect(compiled.diagnostics.filter(d => d.severity === 'error').map(d => d.message)).toEqual([]);
  return strictDiagnostics(compiled);
}

describe.each(Object.entries(strict))('%s', (name, { bad, good }) => {
  test('its bad program breaks it, and only it; its good one breaks none', () => {
    expect(lint(bad).map(d => d.name)).toEqual([name]);
    expect(lint(good).map(d => d.message)).toEqual([]);
  });
});

const game = (...items: readonly string[]): string =>
  `game G {\n  agents A, B\n  actions { X, Y }\n${items.map(item => `  ${item}\n`).join('')}}\n`;
const counting = (...items: readonly string[]): string =>
  game('state { n: 0..3 = 0 }', 'step { next n = if action[A] == X then min(3, n + 1) else n }', ...items);

function repaired(text: string, diagnostic: Diagnostic): string {
  const edits = [...(diagnostic.fixes[0]?.edits ?? [])].sort((a, b) => b.span.start - a.span.start);
  return edits.reduce((result, { span, text: by }) => result.slice(0, span.start) + by + result.slice(span.end), text);
}

describe('unused', () => {
  const unused = (text: string): readonly string[] =>
    lint(text)
      .filter(d => d.name === 'unused')
      .map(d => d.message.replace(/.*: the /, ''));
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'a parameter',
      `game G(size: 1..9 = 3) { agents A actions { X, Y } reward = 1 horizon 3 }`,
      ['parameter `size` is not.'],
    ],
    ['a parameter of a type', `game G(size: 1..9 = 3) { agents A actions = 0..size reward = 1 horizon 3 }`, []],
    [
      'a parameter in `where`',
      `game G(size: 1..9 = 3) where size % 3 == 0 { agents A actions { X, Y } reward = 1 horizon 3 }`,
      [],
    ],
    [
      'a parameter of a function',
      game('fn f(x: int, y: int): int = x', 'reward = f(1, 2)', 'horizon 3'),
      ['parameter `y` is not.'],
    ],
    ['a function', game('fn f(x: int): int = x', 'reward = 1', 'horizon 3'), ['function `f` is not.']],
    ['a function of the file', `fn f(x: int): int = x\n${game('reward = 1', 'horizon 3')}`, ['function `f` is not.']],
    ['a function of a file that is imported', 'fn f(x: int): int = x\n', []],
    [
      'a variable of the step',
      counting('observe { n }', 'reward = n', 'horizon 9').replace('step { ', 'step { let k = n\n'),
      ['variable `k` is not.'],
    ],
    [
      'a variable that the reward reads',
      counting('observe { n }', 'reward = k', 'horizon 9').replace('step { ', 'step { let k = n\n'),
      [],
    ],
    ['a draw', game('step { let k ~ bernoulli(1/2) }', 'reward = 1', 'horizon 3'), ['variable `k` is not.']],
    [
      'a state variable that only feeds itself',
      counting('observe { 1 + 0 * ord(X) }', 'reward = if action[A] == X then 1 else 0', 'horizon 9'),
      ['state variable `n` is not, except to compute its own next value.'],
    ],
    ['a state variable that agents see', counting('reward = if action[A] == X then 1 else 0', 'horizon 9'), []],
    ['a name that says so', game('let _k = 3', 'reward = 1', 'horizon 3'), []],
    [
      'an enum member',
      game(
        'enum E { P, Q, R }',
        'state { e: E = P }',
        'step { next e = if action[A] == X then P else Q }',
        'reward = if e == P then 1 else 0',
        'horizon 3',
      ),
      ['enum member `R` is not.'],
    ],
    [
      'members that are drawn',
      game(
        'enum E { P, Q, R }',
        'state { e: E }',
        'init { e ~ uniform(E) }',
        'reward = if e == P then 1 else 0',
        'horizon 3',
      ),
      [],
    ],
    ['members that are actions', 'enum E { P, Q, R }\ngame G { agents A actions = E reward = 1 horizon 3 }', []],
    [
      'members of a drawn record',
      game(
        'enum E { P, Q }',
        'record C { e: E, k: 0..1 }',
        'state { c: C }',
        'init { c ~ uniform(C) }',
        'reward = c.k',
        'horizon 3',
      ),
      [],
    ],
  ];
  test.each(cases)('%s', (_, text, expected) => expect(unused(text)).toEqual(expected));

  test('the fix takes the line out', () => {
    const text = game('let bonus = 3', 'reward = 1', 'horizon 3');
    const [only] = lint(text);
    expect(repaired(text, only as Diagnostic)).toBe(game('reward = 1', 'horizon 3'));
  });
});

describe('trainings', () => {
  const train = (...clauses: readonly string[]): string =>
    `${counting('reward = n', 'horizon 50')}train T on G {\n${clauses.map(c => `  ${c}\n`).join('')}}\n`;

  test('a default says its number, and the fix writes it down', () => {
    const text = train('algorithm IQL', 'budget 5_000 steps');
    const [only, ...rest] = lint(text);
    expect(rest).toEqual([]);
    expect(only?.message).toContain(
      '`epsilon` changes from 1 to 0 over 16 000 steps, its default, and the run has 5 000 steps',
    );
    expect(repaired(text, only as Diagnostic)).toContain('algorithm IQL { epsilon = 1 -> 0 over 4000 steps }');
    expect(lint(repaired(text, only as Diagnostic))).toEqual([]);
  });

  test('beside other settings', () => {
    const text = train('algorithm IQL { alpha = 0.2 }', 'budget 5_000 steps');
    expect(lint(repaired(text, lint(text)[0] as Diagnostic))).toEqual([]);
  });

  test('budgets and schedules in different units', () => {
    expect(lint(train('algorithm IQL', 'budget 400 episodes')).map(d => d.message)).toEqual([]);
    expect(lint(train('algorithm IQL', 'budget 300 episodes'))[0]?.message).toContain('the run has 15 000 steps');
    const byEpisodes = 'algorithm IQL { epsilon = 1 -> 0 over 900 episodes }';
    expect(lint(train(byEpisodes, 'budget 1_000 steps')).map(d => d.name)).toEqual([]);
    expect(lint(train(byEpisodes, 'budget 800 steps')).map(d => d.name)).toEqual(['outside-the-run']);
  });

  test('evaluations closer than episodes, by clause and by default, times the games side by side', () => {
    const explore = 'algorithm IQL { epsilon = 1 -> 0 over 80 steps }';
    const given = train(explore, 'budget 1_000 steps', 'evaluate every 49 steps for 5 episodes');
    expect(lint(given).map(d => d.name)).toEqual(['evaluates-too-often']);
    expect(lint(repaired(given, lint(given)[0] as Diagnostic))).toEqual([]);
    expect(lint(train(explore, 'budget 1_000 steps', 'evaluate every 50 steps for 5 episodes'))).toEqual([]);
    const byDefault = train(explore, 'budget 1_000 steps', 'envs 3');
    expect(lint(byDefault)[0]?.message).toContain('an episode of 3 games takes at least 150');
    expect(lint(repaired(byDefault, lint(byDefault)[0] as Diagnostic))).toEqual([]);
  });

  test('replay memories and target networks, for settings that later learners bring', () => {
    const spec = program(train('algorithm IQL', 'budget 5_000 steps')).trains[0]?.spec as TrainSpec;
    const doc = (name: string): SettingDoc => ({ name, type: 'int', unit: 'steps', default: 0, doc: '', source: '' });
    const fact = (name: string, value: number): string | undefined =>
      outsideOfRun(doc(name), { ...spec, settings: { [name]: value } }, undefined)?.fact;
    expect(fact('replay', 100_000)).toBe('`replay` holds 100 000 steps');
    expect(fact('replay', 5_000)).toBeUndefined();
    expect(fact('target', 0)).toBe('`target` is renewed every 0 steps, which is never');
    expect(fact('target', 6_000)).toBe('`target` is renewed every 6 000 steps');
    expect(fact('target', 200)).toBeUndefined();
  });
});

describe('exceptions', () => {
  const text = (comment: string): string => game(comment, 'let bonus = 3', 'reward = 1', 'horizon 3');
  test('with a reason they hold', () =>
    expect(lint(text('// strict allows unused: for the next exercise'))).toEqual([]));
  test('without one they do not', () =>
    expect(lint(text('// strict allows unused:')).map(d => d.name)).toEqual(['unused']));
  test('one that allows nothing is reported', () => {
    const found = lint(game('// strict allows single-action: it once had one', 'reward = 1', 'horizon 3'));
    expect(found.map(d => d.message)).toEqual([
      'What is declared should be used: the exception from `single-action` is not: nothing of it is found.',
    ]);
  });
});

describe('the library and the examples are clean', () => {
  test.each([...libraryFiles, ...exampleFiles])('%s', { timeout: 30_000 }, file => {
    expect(strictDiagnostics(programOf(file)).map(d => d.message)).toEqual([]);
  });
});
