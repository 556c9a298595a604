/** Observations read back from the numbers that a learner is given. */
import { describe, expect, test } from 'vitest';
import { fileHost, stdinPath } from '../../cli/host.ts';
import { readKeys } from '../../cli/observed.ts';
import { Stepped } from '../../compiler/game/stepped.ts';
import { compile } from '../../compiler/index.ts';

function keysOf(items: string): { one: (agent: number) => string; all: string } {
  const text = `game G {\n  agents A, B, C[2]\n  actions { Left, Right }\n${items}\n  reward = 0\n  horizon 2\n}\n`;
  const program = compile(fileHost('.', stdinPath, { text }), stdinPath);
  expect(program.diagnostics.map(d => d.message)).toEqual([]);
  const { model } = program.instantiate('G', new Map());
  if (model === undefined) throw new Error('no model');
  const game = new Stepped(model, 1);
  const read = readKeys(model);
  const numbers = model.agents.map((_, i) => game.observation(i).numbers);
  return {
    one: agent => read(agent, numbers[agent] as Float32Array),
    all: read(undefined, Float32Array.from(numbers.flatMap(n => [...n]))),
  };
}

describe('one agent', () => {
  test.each([
    ['numbers and truth', 'state { n: 0..9 = 4, on: bool = true, x: real = 0.25 }', 'n=4 on=yes x=0.25'],
    ['names', 'enum E { Up, Down }\n state { e: E = Down }', 'e=Down'],
    ['agents', 'state { who: agents = C[1] }', 'who=C[1]'],
    ['index', 'index Food[3]\n state { f: Food = Food[2] }', 'f=Food[2]'],
    ['arrays', 'state { a: (0..9)[3] = 7 }', 'a=[7 7 7]'],
    ['records', 'record Cell { row: 0..4, col: 0..4 }\n state { at: Cell = Cell(1, 2) }', 'at=(1 2)'],
    [
      'arrays of records',
      'record Cell { row: 0..4, col: 0..4 }\n state { at: Cell[2] }\n init { at[k: 0..1] = Cell(k, 3) }',
      'at=[(0 3) (1 3)]',
    ],
    ['an empty sequence', 'state { s: seq<Action, 3> = [] }', 's=[]'],
    ['a sequence', 'state { s: seq<Action, 3> = [Right, Left] }', 's=[Right Left]'],
    ['a tuple', 'enum E { Up, Down }\n state { t: (0..5, E) = (3, Up) }', 't=(3 Up)'],
    ['the own element', 'state { c: (0..9)[agents] = { A: 1, _: 5 } }\n observe[p: agents] { c[p] }', 'c=1'],
    ['two elements', 'state { c: (0..9)[agents] = { A: 1, _: 5 } }\n observe[p: agents] { c[p], c[B] }', 'c=1 c[B]=5'],
    ['one that has a name', 'state { n: 0..9 = 4 }\n observe { twice: 2 * n }', 'twice=8'],
    ['nothing', 'state { n: 0..9 = 4 }\n observe[p: C] { n }', ''],
  ])('%s', (_, items, text) => expect(keysOf(items).one(0)).toBe(text));
});

test('all agents together: once where they see the same, by agent where they do not', () => {
  expect(keysOf('state { n: 0..9 = 4 }').all).toBe('n=4');
  expect(keysOf('state { n: 0..9 = 4 }\n observe[A] { n }\n observe[p: C] { me: ord(p), n }').all).toBe(
    'A: n=4 | B:  | C[0]: me=0 n=4 | C[1]: me=1 n=4',
  );
});
