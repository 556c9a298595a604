import { describe, expect, test } from 'vitest';
import type { GameDecl, GameItem } from '../../grammar/ast.ts';
import { parse } from '../../grammar/index.ts';
import { showExpr, showStmt, showType } from './show.ts';

function game(text: string): GameDecl {
  const { ast, errors } = parse(text);
  expect(errors).toEqual([]);
  const declaration = ast.declarations[0];
  if (declaration?.kind !== 'Game') throw new Error('not a game');
  return declaration;
}

function item<K extends GameItem['kind']>(kind: K, text: string): GameItem & { kind: K } {
  const found = game(`game G {\n${text}\n}`).items[0];
  if (found?.kind !== kind) throw new Error(`not ${kind}: ${found?.kind}`);
  return found as GameItem & { kind: K };
}

describe('a game', () => {
  test('has parameters with types and defaults, and a condition on them', () => {
    const { name, params, where } = game(
      'game G(size: 2..20 = 8, k: real = 1/2, coop: bool) where size > 2 { agents A }',
    );
    expect(name.text).toBe('G');
    expect(params.map(one => [one.name.text, showType(one.type), one.default && showExpr(one.default)])).toEqual([
      ['size', '(2..20)', '8'],
      ['k', 'real', '(1 / 2)'],
      ['coop', 'bool', undefined],
    ]);
    expect(where && showExpr(where)).toBe('(size > 2)');
  });

  test('may name a condition with braces of its own', () => {
    const { where, items } = game('game G(n: int) where match n { 1 => true _ => false } { agents A }');
    expect(where?.kind).toBe('Match');
    expect(items).toHaveLength(1);
  });

  test('may be another game at other parameters, or repeated', () => {
    const { ast, errors } = parse(
      'game S = std.games.Foraging(size: 5)\ngame R(n: int) = repeated(PD(k: 2), rounds: n)',
    );
    expect(errors).toEqual([]);
    expect(ast.declarations).toMatchObject([
      {
        kind: 'GameAlias',
        of: { path: [{ text: 'std' }, { text: 'games' }, { text: 'Foraging' }], args: [{ name: { text: 'size' } }] },
      },
      {
        kind: 'GameAlias',
        params: [{ name: { text: 'n' } }],
        of: {
          path: [{ text: 'repeated' }],
          base: { path: [{ text: 'PD' }], args: [{ name: { text: 'k' } }] },
          args: [{ name: { text: 'rounds' } }],
        },
      },
    ]);
  });

  test('contains any item in any order, on one line if need be', () => {
    const kinds = game(
      'game G { agents A index F[2] enum E { X } record R { a: bool } let k = 1 fn f() = 2 assert finite actions { U } ' +
        'state { x: bool } init { } legal U for p = true active[p] = true turn = A step { } reward = 0 observe { } ' +
        'end when x horizon 3 discount 1 payoff { U U: 1 } }',
    ).items.map(one => one.kind);
    expect(kinds).toEqual(
      (
        'Agents Index Enum Record Const Fn Assert Actions State Init Legal Active Turn Step Reward Observe End Horizon ' +
        'Discount Payoff'
      ).split(' '),
    );
  });
});

describe('items', () => {
  test('agents and index sets', () => {
    const { classes } = item('Agents', 'agents Predator[2 * n], Prey');
    expect(classes.map(one => [one.name.text, one.count && showExpr(one.count)])).toEqual([
      ['Predator', '(2 * n)'],
      ['Prey', undefined],
    ]);
    expect(showExpr(item('Index', 'index Food[foods]').count)).toBe('foods');
  });

  test('actions are names, parts or a type, for all agents or a class', () => {
    expect(item('Actions', 'actions { North, South, end }')).toMatchObject({
      of: undefined,
      space: { kind: 'ActionEnum', members: [{ text: 'North' }, { text: 'South' }, { text: 'end' }] },
    });
    const parts = item('Actions', 'actions[Prey] { force: real[2] in -1..1, say: 0..2 }');
    expect(parts.of?.text).toBe('Prey');
    expect(parts.space.kind === 'ActionParts' && parts.space.parts.map(one => showType(one.type))).toEqual([
      'real in (- 1)..1[2]',
      '(0..2)',
    ]);
    const type = item('Actions', 'actions = 0..8').space;
    expect(type.kind === 'ActionType' && showType(type.type)).toBe('(0..8)');
  });

  test('state variables are separated by line breaks or commas', () => {
    const { fields } = item(
      'State',
      'state { at: Cell[agents] = { A: Cell(2, 1), B: c }, ball: agents\n end: bool = x\n y: real }',
    );
    expect(fields.map(one => [one.name.text, showType(one.type), one.initial && showExpr(one.initial)])).toEqual([
      ['at', 'Cell[agents]', '{ A: Cell(2, 1), B: c }'],
      ['ball', 'agents', undefined],
      ['end', 'bool', 'x'],
      ['y', 'real', undefined],
    ]);
  });

  test('statements of init and step', () => {
    const { stmts } = item(
      'Init',
      `init {
        let a = 1  let b[p: Player][f]: 0..3 = skill[p]
        let c ~ uniform(agents) such that c != A
        x = a  such = that
        at[p: Player] ~ uniform(Cell) such that not any(at[q] == at[p] for q in Player)
        board[k] = a - 1
        board[i, j + 1] = b
      }`,
    );
    expect(stmts.map(showStmt)).toEqual([
      'let a = 1',
      'let b[p: Player][f]: (0..3) = skill[p]',
      'let c ~ uniform(agents) such that (c != A)',
      'x = a',
      'such = that',
      'at[p: Player] ~ uniform(Cell) such that (not any((at[q] == at[p]) for q in Player))',
      'board[k] = (a - 1)',
      'board[i][(j + 1)] = b',
    ]);
    const step = item('Step', 'step { next x = next y  next at[p: Player] = c with row - 1 clamped  next z ~ d }');
    expect(step.stmts.map(showStmt)).toEqual([
      'next x = (next y)',
      'next at[p: Player] = (c with row - 1 clamped)',
      'next z ~ d',
    ]);
  });

  test('legality, activity, turn and ends', () => {
    const legal = item('Legal', 'legal Up, Down for p: Prey = x[p] > 0');
    expect(legal.actions.map(one => one.text)).toEqual(['Up', 'Down']);
    expect(legal.binder).toMatchObject({ name: { text: 'p' }, type: { kind: 'NamedType' } });
    expect(showExpr(legal.condition)).toBe('(x[p] > 0)');
    expect(item('Active', 'active[p] = alive[p]').binder.type).toBeUndefined();
    expect(showExpr(item('Turn', 'turn = if a then B else C').agent)).toBe('(if a then B else C)');
    expect(showExpr(item('End', 'end when a or b').condition)).toBe('(a or b)');
    expect(showExpr(item('Horizon', 'horizon horizon').steps)).toBe('horizon');
    expect(showExpr(item('Discount', 'discount 1 - 1/n').factor)).toBe('(1 - (1 / n))');
  });

  test('the three forms of a reward', () => {
    expect(item('Reward', 'reward = 1').form).toEqual({ kind: 'common' });
    expect(item('Reward', 'reward[p: Player] = x[p]').form).toMatchObject({
      kind: 'each',
      binder: { name: { text: 'p' } },
    });
    expect(item('Reward', 'reward zero_sum A = -x').form).toMatchObject({ kind: 'zero_sum', agent: { text: 'A' } });
  });

  test('observations have names and padding where given', () => {
    const { binder, parts } = item(
      'Observe',
      'observe[p: Player] { at[p], goal: goals[p], moves else Pass, [e for f in F if c], }',
    );
    expect(binder?.name.text).toBe('p');
    expect(parts.map(one => [one.name?.text, showExpr(one.value), one.pad && showExpr(one.pad)])).toEqual([
      [undefined, 'at[p]', undefined],
      ['goal', 'goals[p]', undefined],
      [undefined, 'moves', 'Pass'],
      [undefined, '[e for f in F if c]', undefined],
    ]);
  });

  test('a function is an expression, or a block that ends in one', () => {
    const short = item('Fn', 'fn f(x: T, y: 0..3): U = x + y');
    expect(short.params).toHaveLength(2);
    expect(short.result && showType(short.result)).toBe('U');
    const long = item('Fn', 'fn f(x: T) { let y = x  let z[p: P] = y  z[y] }');
    expect(long.lets.map(showStmt)).toEqual(['let y = x', 'let z[p: P] = y']);
    expect(showExpr(long.body)).toBe('z[y]');
    expect(long.result).toBeUndefined();
  });
});

describe('payoff tables', () => {
  const cells = (text: string): string[][] => {
    const { rows } = item('Payoff', text);
    return rows.map(row => row.cells.map(cell => cell.alternatives.map(one => one.map(showExpr).join(' ')).join('|')));
  };

  test('a header and a row per action of the first agent', () => {
    const table = item(
      'Payoff',
      'payoff {\n         Left      Right\n  Up:   (1, -1)   ( 0, 5)\n  Down:  3         k\n}',
    );
    expect(table.header?.map(one => (one.kind === 'Name' ? one.text : ''))).toEqual(['Left', 'Right']);
    expect(table.rows.map(row => row.labels.map(one => one.text))).toEqual([['Up'], ['Down']]);
    expect(table.rows.map(row => row.cells.length)).toEqual([2, 2]);
  });

  test('cells are signed numbers, fractions, names, tuples and alternatives, separated by white space alone', () => {
    expect(
      cells('payoff { A B C D E: 5 -3 1/3 -1/2 F: k -k 10|12 (0, 1)|(1, 0) G: (a + b) (1/2, -c) -1|2 0|-k }'),
    ).toEqual([
      ['5', '(- 3)', '(1 / 3)', '((- 1) / 2)'],
      ['k', '(- k)', '10|12', '0 1|1 0'],
      ['(a + b)', '(1 / 2) (- c)', '(- 1)|2', '0|(- k)'],
    ]);
  });

  test('profiles name one action per agent', () => {
    const { header, rows } = item('Payoff', 'payoff { (A, B, A): (1, 0, 1) (B, B, A): 3 (0, -1): (2) }');
    expect(header).toBeUndefined();
    expect(rows.map(row => row.labels.map(one => one.text))).toEqual([
      ['A', 'B', 'A'],
      ['B', 'B', 'A'],
      ['0', '-1'],
    ]);
    expect(rows.map(row => row.cells[0]?.alternatives[0]?.length)).toEqual([3, 1, 1]);
  });

  test('numeric actions label rows and columns', () => {
    const { header, rows } = item('Payoff', 'payoff { -1 0 1 -1: 5 6 7 0: 1 2 3 }');
    expect(header?.map(one => one.text)).toEqual(['-1', '0', '1']);
    expect(rows.map(row => [row.labels[0]?.text, row.cells.length])).toEqual([
      ['-1', 3],
      ['0', 3],
    ]);
  });
});
