/** What people see of arrays over two axes: boards, in the words that the choices have. */
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileHost, stdinPath } from '../../cli/host.ts';
import { readKeys } from '../../cli/observed.ts';
import { replay } from '../../cli/replays.ts';
import { Stepped } from '../../compiler/game/stepped.ts';
import { compile } from '../../compiler/index.ts';
import type { Episode } from '../../runtime/report/episodes.ts';
import { marl, marlJson } from './run.ts';

const ticTacToe = resolve('stdlib/games/TicTacToe.marl');

function game(declarations: string, state: string, more = ''): Stepped {
  const text = `game G {\n  agents A, B, C[2]\n  ${declarations}\n  actions { Go }\n  state { ${state} }\n  ${more}\n  reward = 0\n  horizon 2\n}\n`;
  const program = compile(fileHost('.', stdinPath, { text }), stdinPath);
  expect(program.diagnostics.filter(d => d.severity === 'error').map(d => d.message)).toEqual([]);
  const { model } = program.instantiate('G', new Map());
  if (model === undefined) throw new Error('no model');
  return new Stepped(model, 1);
}

const cell = 'record Cell { row: 0..1, col: 0..2 }';

describe('noughts and crosses by hand', () => {
  test('the board is drawn, rows down and columns across, where the choices say', async () => {
    const { out } = await marl(['play', ticTacToe], { cwd: '.', stdin: '6\n1\nq\n' });
    expect(out).toContain('  Cross Cell(1, 2)\n');
    expect(out).toContain(`--- step 1
board
  row\\col  0     1     2
        0  Empty Empty Empty
        1  Empty Empty X
        2  Empty Empty Empty

Nought sees
  board
    row\\col  0     1     2
          0  Empty Empty Empty
          1  Empty Empty X
          2  Empty Empty Empty
  1 Cell(0, 0)   2 Cell(0, 1)`);
    expect(out).not.toMatch(/Cell \d/);
  });

  test('programs get it as a list of rows', async () => {
    const { json } = await marlJson(['play', ticTacToe], { cwd: '.', stdin: '6\n1\nq\n' });
    expect(json.state).toEqual({
      board: [
        ['O', 'Empty', 'Empty'],
        ['Empty', 'Empty', 'X'],
        ['Empty', 'Empty', 'Empty'],
      ],
    });
  });

  test('the replay of a report draws it too, and what was seen has a stroke between rows', () => {
    const host = fileHost('.', ticTacToe, undefined);
    const { model } = compile(host, ticTacToe).instantiate('TicTacToe', new Map());
    if (model === undefined) throw new Error('no model');
    const episode: Episode = {
      games: 0,
      episode: 0,
      length: 1,
      actions: Int32Array.of(5, 0),
      reals: new Float64Array(0),
      return: 0,
      returns: [0, 0],
      ended: 'cut',
    };
    const shown = replay(model, episode, 1, 0);
    expect(shown.end?.split('\n')[3]).toBe('        1  Empty Empty X');
    const seen = new Stepped(model, 1);
    seen.step([5, undefined]);
    expect(readKeys(model)(0, seen.observation(0).numbers)).toBe(
      'board=[Empty Empty Empty / Empty Empty X / Empty Empty Empty]',
    );
  });
});

describe('the state', () => {
  test.each([
    ['a size each: labels alone', '', 'g: (0..99)[2, 3] = 7', ['g', '     0 1 2', '  0  7 7 7', '  1  7 7 7']],
    ['an array of arrays', '', 'g: (0..99)[3][2] = 7', ['g', '     0 1 2', '  0  7 7 7', '  1  7 7 7']],
    [
      'ranges that do not begin at 0',
      '',
      'g: bool[-1..0, 8..10] = true',
      ['g', '      8    9    10', '  -1  true true true', '   0  true true true'],
    ],
    [
      'sets: those with an index by their name and numbers',
      'index Food[3]\n  enum Hue { Red, Blue }',
      'likes: Hue[agents, Food] = Blue',
      [
        'likes',
        '  \\Food  0    1    2',
        '      A  Blue Blue Blue',
        '      B  Blue Blue Blue',
        '   C[0]  Blue Blue Blue',
        '   C[1]  Blue Blue Blue',
      ],
    ],
    [
      'a table for every agent',
      cell,
      'seen: bool[C, Cell] = false',
      [
        'seen[C[0]]',
        '  row\\col  0     1     2',
        '        0  false false false',
        '        1  false false false',
        'seen[C[1]]',
        '  row\\col  0     1     2',
        '        0  false false false',
        '        1  false false false',
      ],
    ],
    [
      'three indices',
      '',
      'g: (0..9)[2, 1, 3] = 5',
      ['g[0]', '     0 1 2', '  0  5 5 5', 'g[1]', '     0 1 2', '  0  5 5 5'],
    ],
    [
      'records of other shapes by name',
      'record Three { a: 0..1, b: bool, c: 3..3 }',
      'g: (0..9)[Three] = 5',
      ['g', '  Three(0, false, 3)  5', '  Three(0, true, 3)   5', '  Three(1, false, 3)  5', '  Three(1, true, 3)   5'],
    ],
    ['a short list on its line', '', 'g: (0..9)[4] = 5', ['g  [5, 5, 5, 5]']],
    ['places of agents, as ever', cell, 'at: Cell[C] = Cell(1, 2)', ['at', '  C[0]  Cell(1, 2)', '  C[1]  Cell(1, 2)']],
  ])('%s', (_, declarations, state, lines) => {
    expect(game(declarations, state).print()).toBe(lines.join('\n'));
  });

  test('x goes across though it comes first', () => {
    const stepped = game(
      'record Pos { x: 0..2, y: 0..1 }',
      'g: (0..9)[Pos] = 0',
      'step { next g[p: Pos] = 2 * p.x + p.y }',
    );
    stepped.step([0, 0, 0, 0]);
    expect(stepped.print()).toBe('g\n  y\\x  0 1 2\n    0  0 2 4\n    1  1 3 5');
    // As the program indexes it, x first.
    expect(stepped.state()).toEqual({
      g: [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    });
    expect(stepped.describe()).toBe('g = [0 1 / 2 3 / 4 5]');
    expect(stepped.printObservation(0)).toBe('g\n  y\\x  0 1 2\n    0  0 2 4\n    1  1 3 5');
  });

  test('tables by agent are objects by agent for programs', () => {
    expect(game(cell, 'seen: (0..9)[C, Cell] = 4').state()).toEqual({
      seen: {
        'C[0]': [
          [4, 4, 4],
          [4, 4, 4],
        ],
        'C[1]': [
          [4, 4, 4],
          [4, 4, 4],
        ],
      },
    });
  });
});

describe('what an agent sees', () => {
  test('a window around it', () => {
    const seen = game('', 'n: 0..9 = 4', 'observe { window: [10 * r + c + n for r in -1..1, c in 0..1] }');
    expect(seen.printObservation(0)).toBe('window\n      0  1\n  -1  -6 -5\n   0  4  5\n   1  14 15');
  });

  test('several numbers per place stand together', () => {
    const flat = game('', 'n: 0..9 = 4', 'observe { w: [(n + r, c > 0) for r in 0..1, c in 0..1] }');
    expect(flat.printObservation(0)).toBe('w\n     0       1\n  0  (4 no)  (4 yes)\n  1  (5 no)  (5 yes)');
    const deep = game('', 'n: 0..9 = 4', 'observe { w: [(r, [n + c + k for k in 0..1]) for r in 0..1, c in 0..1] }');
    expect(deep.printObservation(0)).toBe('w\n     0     1\n  0  0 4 5 0 5 6\n  1  1 4 5 1 5 6');
  });

  test('records in a row are told apart', () => {
    expect(game(cell, 'at: Cell[C] = Cell(1, 2)').printObservation(0)).toBe('at  (1 2) (1 2)');
    expect(game(cell, 'at: Cell = Cell(1, 2)').printObservation(0)).toBe('at  1 2');
  });
});

test('an action that names an agent or an element has the name it has elsewhere', () => {
  const text =
    'game G {\n  agents A, C[2]\n  index Food[2]\n  actions { who: agents, what: Food }\n  reward = 0\n  horizon 1\n}\n';
  const { model } = compile(fileHost('.', stdinPath, { text }), stdinPath).instantiate('G', new Map());
  expect(model?.actionSpaces[0]?.names).toEqual([
    'A, Food[0]',
    'A, Food[1]',
    'C[0], Food[0]',
    'C[0], Food[1]',
    'C[1], Food[0]',
    'C[1], Food[1]',
  ]);
});
