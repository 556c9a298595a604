/** What the formats say, to the letter: numbers, labels, outcomes, quirks, wildcards, overrides, sums. */
import { describe, expect, test } from 'vitest';
import * as F from '../../runtime/formats/index.ts';
import { chicken, dilemma, kuhn, recycling, tiger } from './fixtures.ts';

function read<T>(parsed: F.Parsed<T>): T {
  if (parsed.error !== undefined) throw new Error(F.describeProblem(parsed.error));
  return parsed.game;
}
const problem = (parsed: F.Parsed<unknown>): string =>
  parsed.error === undefined ? 'none' : F.describeProblem(parsed.error);
const texts = (values: readonly unknown[]): string => values.join(' ');

describe('.nfg', () => {
  test('player 1 varies fastest; both forms; D is R', () => {
    const game = read(F.parseNfg(dilemma));
    expect(game.strategies).toEqual([
      ['cooperate', 'defect'],
      ['cooperate', 'defect'],
    ]);
    expect(texts(game.payoffs)).toBe('3 3 5 0 0 5 1 1');
    expect(game.comment).toBe('A comment');
    // Row swerves against a driver who does not: row 2, column 1 of A = [[0,7],[2,6]].
    expect(texts(read(F.parseNfg(chicken)).payoffs)).toBe('0 0 2 7 7 2 6 6');
  });

  test('numbers are exact', () => {
    const numbers = '7 7. 1e2 1.5E-3 .5 -1/3 +0.1 -4';
    expect(texts(read(F.parseNfg(`NFG 1 R "" { "A" } { 8 } ${numbers}`)).payoffs)).toBe(
      '7 7 100 3/2000 1/2 -1/3 1/10 -4',
    );
  });

  test('labels: empty, repeated, with quotes and braces; outcome 0 pays nobody', () => {
    const game = read(
      F.parseNfg(
        'NFG 1 R "a \\"b\\" \\c" { "" "" } { { "x" "x_1" "x" } { "}" } }\n{ { "o" 1, 2 } { "" 1/2 -4} }\n0 2 1',
      ),
    );
    expect(game.title).toBe('a "b" \\c');
    expect(game.players).toEqual(['_1', '_2']);
    expect(game.strategies).toEqual([['x_2', 'x_1', 'x_3'], ['}']]);
    expect(texts(game.payoffs)).toBe('0 0 1/2 -4 1 2');
  });

  test.each([
    [
      'NFG 1 R "" { "A" "B" } { 2 2 } 1 2 3 4 5 6 7',
      '1:45: 4 profiles (2 x 2) of 2 players need 8 payoffs, but the file has 7',
    ],
    ['NFG 1 R "" { "A" } { 2 }\n1 2 3', '2:5: 2 profiles (2) of 1 players need 2 payoffs, but the file has 3'],
    [
      'NFG 1 R "" { "A" } { 2 }\n1, 2',
      '2:2: behind the strategies stand payoffs up to the end of the file, but `,` stands here',
    ],
    ['NFG 1 R "" { "A" } { 1 }\n{ { "" 1 } } 2', 'outcomes are numbered from 1 to 1'],
    ['NFG 1 R "" { "A" } { 1 }\n{ { "" 1,, } } 1', 'at most one comma'],
    ['NFG 1 R "" { "A" } { 1 }\n{ { "" 1 2 } } 1', 'one payoff for each of the 1 player, but 2 stand here'],
    ['NFG 1 R "" { "A" } { 1 } 1/0', 'denominator other than 0'],
    ['NFG 1 R "" { "A" } { 1 } 1 / 2', 'but `/` stands here'],
    ['NFG 1 R "" { "A" } { 1 } .5e3', '`.5e3` stands here'],
    ['NFG 2 R "" { "A" } { 1 } 1', 'only version 1 of NFG is known'],
    ['NFG 1 R "" { } { } ', 'a game has at least one player'],
    ['NFG 1 R "" { "A" } { 0 } ', 'at least one strategy'],
    ['NFG 1 R "open', 'this one never ends'],
    ['', 'begins with the word NFG, but the file ends here'],
  ])('%j is refused', (text, message) => expect(problem(F.parseNfg(text))).toContain(message));
});

describe('.efg', () => {
  test('Kuhn poker: 6 information sets each, 30 ends, perfect recall', () => {
    const game = read(F.parseEfg(kuhn()));
    expect(game.infosets.map(list => list.length)).toEqual([6, 6]);
    expect(game.nodes.filter(({ kind }) => kind === 'terminal')).toHaveLength(30);
    expect(game.nodes).toHaveLength(55);
    expect(game.outcomes).toHaveLength(4);
    expect(texts(game.chance[0]?.probabilities ?? [])).toBe('1/6 1/6 1/6 1/6 1/6 1/6');
    expect(F.recallProblem(game)).toBeUndefined();
  });

  test('quirks: sparse ids, shared labels, a missing chance label, commas or none, repeated descriptions', () => {
    const parsed = F.parseEfg(`EFG 2 D "" { "A" "B" }
c "" -7 { "l" .5 "r" 1/2 } 0
p "" 1 10 "same" { "a" "" } 9 "bonus" { 1 2 }
t "" 5 "w" { 1, 1, }
t "" 5 "w" { 1 1 }
p "" 1 3 "same" { "a" } 9
p "" 1 10 9
t "" 0
t "" 5`);
    const game = read(parsed);
    expect(game.infosets[0]).toEqual([
      { label: 'same_1', actions: ['a', '_1'] },
      { label: 'same_2', actions: ['a'] },
    ]);
    expect(game.outcomes.map(({ label }) => label)).toEqual(['bonus', 'w']);
    expect(parsed.warnings.map(({ line, column }) => [line, column])).toEqual([[2, 9]]);
    expect(game.chance[0]?.label).toBe('_1');
  });

  test('absent-mindedness and forgetting are named', () => {
    const absent = read(
      F.parseEfg(
        'EFG 2 R "" { "Driver" }\np "" 1 1 "junction" { "on" "off" } 0\np "" 1 1 0\nt "" 1 "home" { 1 }\nt "" 2 "far" { 4 }\nt "" 0',
      ),
    );
    expect(F.recallProblem(absent)).toMatchObject({ kind: 'absent-minded', player: 0, infoset: 0 });
    expect(F.recallProblem(absent)?.reason).toContain('"junction" of "Driver"');
    const forgetful = read(
      F.parseEfg(
        'EFG 2 R "" { "A" }\np "" 1 1 "one" { "l" "r" } 0\np "" 1 2 "two" { "x" } 0\nt "" 0\np "" 1 2 0\nt "" 0',
      ),
    );
    expect(F.recallProblem(forgetful)).toMatchObject({ kind: 'imperfect-recall', infoset: 1 });
    expect(F.recallProblem(forgetful)?.reason).toContain('after "l" in "one"');
  });

  const head = 'EFG 2 R "" { "A" "B" }\n';
  test.each([
    ['c "" 1 "" { "a" 0.333333 "b" 0.333333 "c" 0.333333 } 0', 'sum to exactly 1, but these sum to 999999/1000000'],
    ['p "" 1 1 "x" { "a" "b" } 0\nt "" 0', '3:7: a node begins with c'],
    ['p "" 1 1 "x" { "a" } 0\np "" 1 1 "y" { "a" } 0\nt "" 0', '(first described at: 2:8)'],
    [
      'p "" 1 1 "x" { "a" } 0\np "" 1 1 "x" { "b" } 0\nt "" 0',
      'the actions of information set 1 of player 1 differ here',
    ],
    ['p "" 1 1 "x" { "a" "b" } 0\nt "" 1 "o" { 0.5 1 }\nt "" 1 "o" { 1/2 1 }', 'the numbers of outcome 1 differ here'],
    ['p "" 1 1 0\nt "" 0', 'information set 1 of player 1 has none before'],
    ['p "" 3 1 "x" { "a" } 0\nt "" 0', 'players are numbered from 1 to 2'],
    ['t "" 4', 'outcome 4 has none here'],
    ['t "" 0 "x" { 1 2 }', 'outcome 0 pays nobody'],
    ['t "" 1 "x" { 1 }', 'one payoff for each of the 2 players, but 1 stand'],
    ['t "" 0\nt "" 0', 'behind the last node of the tree the file ends'],
    ['c "" 1 "" { "a" -1 "b" 2 } 0', 'a probability is not negative'],
    ['p "" 1 1.5 "x" { "a" } 0', '`1.5` is no whole number'],
  ])('%j is refused', (text, message) => expect(problem(F.parseEfg(head + text))).toContain(message));

  test('plain trees: unfit ones are refused', () => {
    const end = { kind: 'terminal' as const };
    expect(() =>
      F.toEfg(['A'], { kind: 'personal', player: 1, infoset: 'x', branches: [{ label: 'a', to: end }] }),
    ).toThrow(F.UnfitTree);
    expect(() => F.toEfg(['A'], { kind: 'terminal', payoffs: { of: [1, 2] } })).toThrow(/2 payoffs/);
    const third = { label: '', probability: 0.333, to: end };
    expect(
      texts(F.toEfg(['A'], { kind: 'chance', branches: [third, third, third] }).chance[0]?.probabilities ?? []),
    ).toBe('1/3 1/3 1/3');
  });
});

describe('.dpomdp', () => {
  test('the tiger: wildcards first, exceptions after; a joint index has the last agent fastest', () => {
    const game = read(F.parseDpomdp(tiger));
    const row = (a: number, b: number, s: number) => (a * 3 + b) * 2 + s;
    expect(game.transition[row(0, 0, 1)]).toEqual({
      rest: game.transition[row(0, 0, 1)]?.rest,
      entries: [[1, expect.anything()]],
    });
    expect(`${game.transition[row(0, 1, 0)]?.rest}`).toBe('1/2');
    expect(texts([0, 1, 2, 3].map(k => F.entryOf(game.observation[row(0, 0, 0)] as F.SparseRow, k)))).toBe(
      '289/400 51/400 51/400 9/400',
    );
    expect(
      `${game.reward[row(1, 1, 1)]?.rest} ${game.reward[row(2, 2, 0)]?.rest} ${game.reward[row(0, 2, 0)]?.rest}`,
    ).toBe('20 20 9');
    expect(game.agents).toEqual(['agent0', 'agent1']);
    expect(texts(game.start)).toBe('1/2 1/2');
  });

  test('costs are negated; start by name, index, include, exclude; rows, matrices and single entries overwrite', () => {
    const file = (start: string, body: string) =>
      `agents: one two\ndiscount: .5\nvalues: cost\nstates: 3\n${start}\nactions:\na\nb c\nobservations:\nx\ny z\n${body}`;
    const body =
      'T: * :\nidentity\nT: a b : 0 :\nuniform\nT: 0 : 1 : * : 0\nT: 0 : state1 : 2 : 1.\nO: * :\nuniform\nO: a * :\n1 0\n0 1\n.5 .5\nR: a c : * : * : x * : 4\nR: a c : 1 : 2 :\n1 2\nR: 0 : 0 :\n1 2\n3 4\n5 6\n';
    const game = read(F.parseDpomdp(file('start include: 0 state2', body)));
    expect(texts(game.start)).toBe('1/2 0 1/2');
    expect(texts(read(F.parseDpomdp(file('start exclude: 0', body))).start)).toBe('0 1/2 1/2');
    expect(texts(read(F.parseDpomdp(file('start: state1', body))).start)).toBe('0 1 0');
    expect(texts(read(F.parseDpomdp(file('start:\n0.2 0.3 0.5', body))).start)).toBe('1/5 3/10 1/2');
    expect(`${game.transition[0]?.rest}`).toBe('1/3');
    expect(texts(game.transition[1]?.entries.flat() ?? [])).toBe('2 1');
    expect(texts(game.observation[1]?.entries.flat() ?? [])).toBe('1 1');
    // Joint action `a c` is row 3 on: everything costs 4, but in state 1 going to 2 costs 1 or 2.
    const row = game.reward[4] as F.SparseRow;
    expect(texts([0, 1, 2, 3, 4, 5].map(k => F.entryOf(row, k)))).toBe('-4 -4 -4 -4 -1 -2');
    expect(texts([0, 1, 2, 3, 4, 5].map(k => F.entryOf(game.reward[0] as F.SparseRow, k)))).toBe('-1 -2 -3 -4 -5 -6');
  });

  test('recycling: every row sums to 1', () => {
    expect(read(F.parseDpomdp(recycling())).transition).toHaveLength(36);
  });

  test.each([
    [
      tiger.replace('T: listen listen :\nidentity', 'T: listen listen : tiger-left : tiger-left : 0.9'),
      'this is T at listen listen : tiger-left, but it sums to 1.4',
    ],
    [tiger.replace('T: * :\nuniform\n', ''), 'T at listen open-left : tiger-left, but it is never set'],
    [
      tiger.replace('tiger-left : hear-left hear-left : 0.7225', 'tiger-left : hear-left hear-left 0.7225'),
      'no colon stands before `0.7225`',
    ],
    [tiger.replace('R: 4', 'R: 9'), 'a joint index is a whole number from 0 to 8'],
    [tiger.replace('discount: 1\n', ''), 'the line begins with `values`'],
    [tiger.replace('values: reward', 'values: rewards'), 'values are `reward` or `cost`'],
    [tiger.replace('R: 4', 'reset: 4'), 'begins with `reset`'],
    [tiger.replace('R: 4 : tiger-right', 'R: 4 : tiger-center'), '`tiger-center` is neither'],
    [
      tiger.replace('0.0225 0.1275 0.1275 0.7225', '0.0225 0.1275 0.1275'),
      'a row has 4 numbers here, but this one has 3',
    ],
    [
      tiger.replace('hear-left hear-right\nhear-left hear-right', 'hear-left hear-right'),
      'the line of agent1 is missing',
    ],
    [tiger.replace('tiger-left tiger-right', 'uniform tiger-right'), 'a keyword is no name'],
    [tiger.replace('0.7225', '1/3'), '`1/3` stands here'],
  ])('refusal %#', (text, message) => expect(problem(F.parseDpomdp(text))).toContain(message));
});
