/** Trainings and solves that cannot work are refused, with the case that shows it and with repairs that repair. */
import { expect, test } from 'vitest';
import type { Diagnostic } from '../../compiler/api.ts';
import { fitOf, Subject } from '../../compiler/requirements/fit.ts';
import { learnerRows } from '../../compiler/requirements/table.ts';
import { gameOf } from '../stdlib/library.ts';
import { program } from '../support/memory-host.ts';

const dilemma = `game Dilemma {
  agents Row, Column
  actions { C, D }
  payoff {
          C         D
    C:  (-1, -1)  (-5,  0)
    D:  ( 0, -5)  (-3, -3)
  }
}
`;
const pennies = `game Pennies {
  agents Even, Odd
  actions { H, T }
  payoff {
         H        T
    H: ( 1, -1) (-1,  1)
    T: (-1,  1) ( 1, -1)
  }
}
`;
const walk = `game Walk {
  agents A, B
  actions { X, Y }
  state { n: 0..3 = 0 }
  step { next n = if action[A] == X then min(3, n + 1) else n }
  reward[A] = n
  reward[B] = 1
  end when n == 3
  horizon 20
}
`;
const hidden = `game Hidden {
  agents A, B
  actions { X, Y }
  state { coin: bool }
  init { coin ~ bernoulli(1/2) }
  turn = A
  reward zero_sum A = if coin == (action[A] == X) then 1 else -1
  observe[p: agents] { 1 }
  horizon 2
}
`;

function said(text: string): readonly Diagnostic[] {
  return program(text).diagnostics;
}

function repaired(text: string, diagnostic: Diagnostic, k = 0): string {
  const edits = [...(diagnostic.fixes[k]?.edits ?? [])].sort((a, b) => b.span.start - a.span.start);
  return edits.reduce((result, { span, text: by }) => result.slice(0, span.start) + by + result.slice(span.end), text);
}

test('a team algorithm on individual rewards shows the rewards that differ and offers `team reward`', () => {
  const text = `${dilemma}train T on Dilemma {\n  algorithm HystereticQ\n  budget 20_000 steps\n}\n`;
  const [only, ...rest] = said(text);
  expect(rest).toEqual([]);
  expect(only?.name).toBe('does-not-fit');
  expect(only?.message).toContain(
    'needs a reward that all agents share, but after (Row C, Column D), Row gets -5 but Column gets 0',
  );
  expect(only?.fixes[0]?.title).toBe('Declare `team reward = sum`');
  const fixed = repaired(text, only as Diagnostic);
  expect(fixed).toContain('{\n  team reward = sum\n  algorithm HystereticQ\n');
  expect(said(fixed)).toEqual([]);
  expect(only?.fixes.slice(1).map(fix => fix.edits[0]?.text)).toEqual(['IQL']);
  expect(said(repaired(text, only as Diagnostic, 1))).toEqual([]);
});

test('the same on one line', () => {
  const text = `${dilemma}train T on Dilemma { algorithm CentralQ budget 20_000 steps }\n`;
  const [only] = said(text);
  expect(repaired(text, only as Diagnostic)).toContain('{ team reward = sum algorithm CentralQ budget');
  expect(said(repaired(text, only as Diagnostic))).toEqual([]);
});

test('a team reward of rewards that cancel is refused: nothing would be left to learn', () => {
  const body = '  algorithm HystereticQ\n  budget 20_000 steps\n}\n';
  const [declared] = said(`${pennies}train T on Pennies {\n  team reward = sum\n${body}`);
  expect(declared?.name).toBe('does-not-fit');
  expect(declared?.message).toContain('leaves nothing to learn');
  const [undeclared] = said(`${pennies}train T on Pennies {\n${body}`);
  expect(undeclared?.fixes.map(fix => fix.title)).toEqual(['Use `IQL`']);
});

test('only algorithms that fit this game are offered', () => {
  const [only] = said(`${dilemma}train T on Dilemma {\n  algorithm MinimaxQ\n  budget 20_000 steps\n}\n`);
  expect(only?.message).toBe(
    '`MinimaxQ` needs rewards that sum to zero, but after (Row C, Column C), Row gets -1 and Column gets -1: the rewards add up to -2, not to 0.',
  );
  expect(only?.fixes.map(fix => fix.edits[0]?.text)).toEqual(['NashQ', 'CorrelatedQ', 'JAL']);
});

test('who learns equilibria is told what everybody is paid, and the check says so where that is news', () => {
  const training = (game: string, algorithm: string, clauses = '') =>
    `${game}train T on ${game === dilemma ? 'Dilemma' : 'Pennies'} {\n  ${clauses}\n  algorithm ${algorithm}\n  budget 20_000 steps\n}\n`;
  const [only, ...rest] = said(training(dilemma, 'NashQ'));
  expect(rest).toEqual([]);
  expect(only?.name).toBe('told-rewards');
  expect(only?.severity).toBe('info');
  expect(only?.message).toContain('told what Row and Column do and are paid');
  expect(said(training(dilemma, 'CorrelatedQ')).map(d => d.name)).toEqual(['told-rewards']);
  // In a zero-sum game of two, and in a team, everybody knows what the other gets.
  expect(said(training(pennies, 'NashQ'))).toEqual([]);
  expect(said(training(dilemma, 'CorrelatedQ', 'team reward = sum'))).toEqual([]);
  // Whoever learns its own values only is not told, and expects of others what need not be.
  const [foe] = said(training(dilemma, 'FoeQ'));
  expect(foe?.name).toBe('may-not-fit');
  expect(foe?.message).toMatch(
    /^`FoeQ` is meant for rewards that sum to zero, and after \(Row C, Column C\), Row gets -1/,
  );
  const [friend] = said(training(dilemma, 'FriendQ'));
  expect(friend?.message).toMatch(/^`FriendQ` is meant for agents that agree on the best outcome, and/);
});

test('equilibria of two: three agents are refused by Nash-Q and offered correlated-Q', () => {
  const three = `game Three {
  agents A, B, C
  actions { X, Y }
  reward[A] = if action[A] == action[B] then 1 else 0
  reward[B] = if action[B] == action[C] then 1 else 0
  reward[C] = if action[C] == action[A] then 0 else 1
  end when true
}
`;
  const [only] = said(`${three}train T on Three {\n  algorithm NashQ\n  budget 20_000 steps\n}\n`);
  expect(only?.message).toBe('`NashQ` needs exactly 2 agents, but the game has 3.');
  expect(only?.fixes[0]?.edits[0]?.text).toBe('CorrelatedQ');
});

test('an announced algorithm: its fit first, then that it is not here', () => {
  const unfit = said(`${dilemma}train T on Dilemma {\n  algorithm FQL\n  budget 20_000 steps\n}\n`);
  expect(unfit.map(d => d.name)).toEqual(['does-not-fit']);
  const subject = new Subject(gameOf('PrisonersDilemma'), { team: 'sum' });
  const announced = learnerRows.find(row => !row.available && fitOf(row, subject).status === 'fits');
  if (announced === undefined) return; // Some day everything is here.
  const text = `${dilemma}train T on Dilemma {\n  team reward = sum\n  algorithm ${announced.name}\n  budget 20_000 steps\n}\n`;
  const [only, ...rest] = said(text);
  expect(rest).toEqual([]);
  expect(only?.name).toBe('not-available');
  // Which ones grows with the version; those that are announced themselves are not among them.
  expect(only?.remedy).toMatch(/^Use (`\w+`(, | or )?){1,3}, which this version has\.$/);
  expect(only?.remedy).not.toContain(`\`${announced.name}\``);
  expect(said(repaired(text, only as Diagnostic))).toEqual([]);
});

test('what is not known is a warning that says what would decide it; asserting it does', () => {
  const large = `game Large {
  agents A, B
  actions { X, Y }
  state { n: 0..9_999 = 0, seen: 0..1 = 0 }
  step { next n = min(9_999, n + 1) }
  reward[A] = n
  reward[B] = if n > 9_000 then 9_000 + (n - 9_000) else n
  horizon 9_999
  discount 0.9
}
`;
  const text = `${large}train T on Large {\n  algorithm HystereticQ\n  budget 20_000 steps\n}\n`;
  const found = said(text);
  if (found.length === 0) return; // Algebra may decide it some day; then nothing is unknown.
  const [only] = found as [Diagnostic];
  expect(only.name).toBe('may-not-fit');
  expect(only.message).toContain('whether that holds is not known');
  expect(only.remedy).toBe('Add `assert common_reward of Large`: assertions look at up to 500 000 states.');
  const fixed = repaired(text, only);
  expect(fixed).toContain('assert common_reward of Large');
  expect(said(fixed)).toEqual([]);
});

const solves: readonly (readonly [string, string, string, readonly string[]])[] = [
  [
    dilemma,
    'solve minimax of Dilemma',
    'needs payoffs that sum to a constant, but after (Row C, Column D), Row gets -5',
    ['nash', 'correlated', 'welfare'],
  ],
  [
    walk,
    'solve coarse_correlated of Walk',
    'needs a single simultaneous move, but Walk goes on after its first step',
    ['nash', 'welfare'],
  ],
  [walk, 'solve optimal of Walk', 'needs one agent or a common reward, but', ['welfare', 'nash']],
  [walk, 'solve pure of Walk', 'needs a single simultaneous move', ['nash', 'welfare']],
  [walk, 'solve minimax of Walk', 'needs rewards that sum to zero', ['nash', 'correlated', 'welfare']],
  [
    hidden.replace('horizon 2', 'discount 0.9'),
    'solve minimax of Hidden',
    'needs every agent to see the state',
    ['welfare'],
  ],
  [
    hidden,
    'solve minimax of Hidden by shapley_iteration',
    'needs every agent to see the state',
    ['minimax', 'nash', 'welfare'],
  ],
  [
    dilemma,
    'solve minimax of Dilemma by shapley_iteration',
    'needs a game of several steps',
    ['nash', 'correlated', 'welfare'],
  ],
  [dilemma, 'solve optimal of Dilemma', 'needs one agent or a common reward', ['welfare', 'nash']],
];

test.each(solves)('%#: %s%s', (game, line, message, offered) => {
  const text = `${game}${line}\n`;
  const [only, ...rest] = said(text);
  expect(rest).toEqual([]);
  expect(only?.name).toBe('does-not-fit');
  expect(only?.message).toContain(message);
  expect(only?.fixes.map(fix => fix.edits[0]?.text)).toEqual(offered);
  for (let k = 0; k < offered.length; k++) expect(said(repaired(text, only as Diagnostic, k))).toEqual([]);
});

test('solves that can run say nothing', () => {
  const fine = [
    'nash of Dilemma',
    'correlated of Dilemma maximizing welfare',
    'nash of Dilemma by pure',
    'welfare of Walk',
  ];
  expect(said(`${dilemma}${walk}${fine.map(line => `solve ${line}\n`).join('')}`)).toEqual([]);
  expect(said(`${pennies}solve minimax of Pennies\nsolve nash of Pennies by vertex_enumeration\n`)).toEqual([]);
  expect(said(`${pennies}solve nash of Pennies by cfr_plus for 100 iterations\n`)).toEqual([]);
  expect(said(`${hidden}solve minimax of Hidden\nsolve nash of Hidden by cfr for 10 iterations\n`)).toEqual([]);
});

test('an unknown method has a suggestion and a fix; an announced one says so', () => {
  const text = `${pennies}solve minimax of Pennies by linear_programme\n`;
  const [misspelt] = said(text);
  expect(misspelt?.name).toBe('bad-setting');
  expect(misspelt?.remedy).toBe('Did you mean `linear_program`?');
  expect(said(repaired(text, misspelt as Diagnostic))).toEqual([]);
  const [announced] = said(`${pennies}solve nash of Pennies by psro\n`);
  expect(announced?.name).toBe('not-available');
  expect(announced?.message).toBe('`nash by psro` is announced, but this version cannot run it.');
  expect(said(`${dilemma}solve extensive_correlated of Dilemma\n`)).toEqual([]);
  expect(said(`${dilemma}solve nah of Dilemma\n`)[0]?.name).toBe('unknown-concept');
});
