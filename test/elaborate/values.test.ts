/** What expressions compute: put into the first state and read back. */
import { describe, expect, test } from 'vitest';
import { Stepped } from '../../compiler/game/stepped.ts';
import { errorsOf, firstState, game, modelOf, tableOf, valueIn } from '../support/memory-host.ts';

const names = (text: string): readonly string[] => errorsOf(text).map(d => d.name);
/** Names of what is wrong with a value of a type. */
const wrong = (type: string, expression: string, ...items: readonly string[]): readonly string[] =>
  names(game(...items, `state { value: ${type} = ${expression} }`));

const cell = 'record Cell { row: 0..3, col: 0..4 }';
const card = 'enum Card { Jack, Queen, King }';

describe('numbers', () => {
  test.each([
    ['div(7, 2)', 3],
    ['div(-7, 2)', -4],
    ['div(7, -2)', -4],
    ['7 % 3', 1],
    ['-7 % 3', 2],
    ['7 % -3', -2],
    ['2 + 3 * 4 - 1', 13],
    ['-(2 - 5)', 3],
    ['abs(-4) + sign(-3)', 3],
    ['floor(2.5) + ceil(2.5) + round(2.5)', 8],
    ['floor(-5/2)', -3],
    ['round(-5/2)', -2],
    ['min(3, 1, 2) + max(3, 1, 2)', 4],
    ['clamp(7, 0, 5) + clamp(-7, 0, 5)', 5],
    ['if 1 < 2 and not (2 < 1) then 4 else 5', 4],
    ['sum(i for i in 1..4)', 10],
    ['sum(i * j for i in 1..2, j in 1..3 if i != j)', 13],
    ['product(i for i in 1..4)', 24],
    ['count(i > 2 for i in 0..4)', 2],
    ['sum([1, 2, 3]) + max([1, 5, 3])', 11],
    ['argmax(i % 3 for i in 1..7)', 2],
    ['argmin((i - 3) * (i - 3) for i in 0..7)', 3],
    ['sum(1 for i in 3..1)', 0],
  ])('%s is %d', (expression, value) => {
    expect(valueIn('int', expression)).toBe(value);
  });

  test.each([
    ['1/3 + 1/6', 0.5],
    ['0.1 + 0.2', 0.3],
    ['5e-1 * 4', 2],
    ['sqrt(2) * sqrt(2)', Math.sqrt(2) * Math.sqrt(2)],
    ['exp(0) + log(1) + sin(0) + cos(0) + tanh(0)', 2],
    ['7', 7],
  ])('%s is %d', (expression, value) => {
    expect(valueIn('real', expression)).toBe(value);
  });

  test('an integer becomes a real, never the other way round', () => {
    expect(wrong('real', '3')).toEqual([]);
    expect(wrong('int', '3.0')).toEqual(['type-mismatch']);
    expect(wrong('int', '4 / 2')).toEqual(['type-mismatch']);
    expect(wrong('int', 'round(4 / 2)')).toEqual([]);
    expect(wrong('int', '3.5 % 2')).toEqual(['type-mismatch']);
    expect(wrong('bool', '1')).toEqual(['type-mismatch']);
    expect(wrong('int', 'true')).toEqual(['type-mismatch']);
    expect(wrong('prob', '1.5')).toEqual(['out-of-range']);
    expect(wrong('prob', '1')).toEqual([]);
    expect(wrong('real in -1..1', '-1.5')).toEqual(['out-of-range']);
    expect(wrong('bool', '1 == true')).toEqual(['type-mismatch']);
    expect(wrong('bool', '1 == 1.0')).toEqual([]);
  });

  test('comparisons of exact numbers are exact', () => {
    expect(valueIn('bool', '0.1 + 0.2 == 0.3')).toBe('true');
    expect(valueIn('bool', '1/3 + 1/3 + 1/3 == 1')).toBe('true');
  });
});

describe('records, tuples, enums', () => {
  test('records by position, by name, from a pair', () => {
    expect(valueIn('Cell', 'Cell(2, 1)', cell)).toEqual({ row: 2, col: 1 });
    expect(valueIn('Cell', 'Cell(col: 1, row: 2)', cell)).toEqual({ row: 2, col: 1 });
    expect(valueIn('Cell', 'Cell((2, 1))', cell)).toEqual({ row: 2, col: 1 });
    expect(valueIn('int', 'Cell(2, 1).row * 10 + Cell(2, 1).col', cell)).toBe(21);
    expect(wrong('Cell', 'Cell(4, 0)', cell)).toEqual(['out-of-range']);
    expect(wrong('Cell', 'Cell(1)', cell)).toEqual(['wrong-arity']);
    expect(wrong('Cell', 'Cell(1, 2, 3)', cell)).toEqual(['wrong-arity']);
    expect(wrong('Cell', 'Cell(1, row: 2)', cell)).toEqual(['duplicate-name']);
    expect(wrong('Cell', 'Cell(rwo: 1, col: 2)', cell)).toEqual(['unknown-argument']);
    expect(wrong('int', 'Cell(1, 2).columm', cell)).toEqual(['no-such-field']);
  });

  test('a record of a game is not the record of the file that has its name', () => {
    const text = `record Cell { row: 0..3 }\nlet origin = Cell(0)\n${game('record Cell { row: 0..3, col: 0..4 }', 'state { at: Cell = origin }')}`;
    expect(names(text)).toEqual(['type-mismatch']);
  });

  test('tuples', () => {
    expect(valueIn('(int, bool)', '(3, true)')).toEqual([3, 'true']);
    expect(valueIn('int', '(3, 4).1')).toBe(4);
    expect(wrong('int', '(3, 4).2')).toEqual(['no-such-field']);
    expect(wrong('(int, bool)', '(3, 4)')).toEqual(['type-mismatch']);
  });

  test('changed copies', () => {
    const change = (update: string): unknown => valueIn('Cell', `Cell(2, 4) with ${update}`, cell);
    expect(change('row = 0, col = 1')).toEqual({ row: 0, col: 1 });
    expect(change('row + 1')).toEqual({ row: 3, col: 4 });
    expect(change('row + 5 clamped, col - 9 clamped')).toEqual({ row: 3, col: 0 });
    expect(change('row + 3 wrapped, col + 1 wrapped')).toEqual({ row: 1, col: 0 });
    expect(change('col - 11 wrapped')).toEqual({ row: 2, col: 3 });
    expect(valueIn('int[3]', '[1, 2, 3] with [1] = 9')).toEqual([1, 9, 3]);
    expect(wrong('Cell', 'Cell(2, 4) with col + 1', cell)).toEqual(['out-of-range']);
    expect(wrong('Cell', 'Cell(2, 4) with cow = 1', cell)).toEqual(['no-such-field']);
    expect(wrong('Cell', 'Cell(2, 4) with row + 0.5 wrapped', cell)).toEqual(['not-here']);
    expect(wrong('Box', 'Box(2) with n + 1 wrapped', 'record Box { n: int }')).toEqual(['not-here']);
    expect(valueIn('Box', 'Box(2) with n + 1 clamped', 'record Box { n: int }')).toEqual({ n: 3 });
  });

  test('enums', () => {
    expect(valueIn('Card', 'Queen', card)).toBe('Queen');
    expect(valueIn('Card', 'next_of(King)', card)).toBe('Jack');
    expect(valueIn('Card', 'prev_of(Jack)', card)).toBe('King');
    expect(valueIn('int', 'ord(King)', card)).toBe(2);
    expect(valueIn('Card', 'Card(1)', card)).toBe('Queen');
    expect(valueIn('bool', 'Queen < King', card)).toBe('true');
    expect(wrong('Card', 'Card(3)', card)).toEqual(['index-out-of-bounds']);
    expect(wrong('Card', 'Quene', card)).toEqual(['unknown-name']);
    expect(valueIn('(0..9)[Card]', '{ Jack: 1, _: 5 }', card)).toEqual({ Jack: 1, Queen: 5, King: 5 });
    expect(wrong('(0..9)[Card]', '{ Jack: 1, King: 5 }', card)).toEqual(['match-incomplete']);
  });

  test('a member of two enums is told apart by the place it stands in', () => {
    const two = 'enum Card { Low, High }\nenum Tide { Low, High }\n';
    expect(names(`${two}${game('state { t: Tide = High }')}`)).toEqual([]);
    expect(names(`${two}${game('state { t: Tide = High, b: bool = High == t }')}`)).toEqual([]);
    expect(names(`${two}let x = Low\n`)).toEqual(['ambiguous-member']);
    expect(firstState(`${two}${game('state { t: Tide = High, b: bool = High == t }')}`).state()).toEqual({
      t: 'High',
      b: 'true',
    });
  });
});

describe('match', () => {
  const on = (type: string, value: string, arms: string): unknown =>
    firstState(
      game(card, `state { s: ${type} = ${value}, value: int = 0 }`, `init { value = match s { ${arms} } }`),
    ).state().value;
  const refused = (type: string, value: string, arms: string): readonly string[] =>
    names(game(card, `state { s: ${type} = ${value}, value: int = 0 }`, `init { value = match s { ${arms} } }`));

  test('takes the first arm that fits', () => {
    expect(on('Card', 'Queen', 'Jack => 1  Queen | King => 2')).toBe(2);
    expect(on('0..9', '4', '0 => 1  1..3 => 2  4..9 => 3')).toBe(3);
    expect(on('(Card, 0..2)', '(King, 1)', '(Jack, _) => 1  (King, 1..2) => 2  _ => 3')).toBe(2);
    expect(on('bool', 'true', 'true => 1  false => 2')).toBe(1);
    expect(on('-2..2', '-1', '-2 | -1 => 7  _ => 8')).toBe(7);
  });

  test('covers every value', () => {
    expect(refused('Card', 'Queen', 'Jack => 1  Queen => 2')).toEqual(['match-incomplete']);
    expect(refused('0..9', '4', '0..3 => 1  5..9 => 2')).toEqual(['match-incomplete']);
    expect(refused('(Card, bool)', '(King, true)', '(Jack, _) => 1  (_, true) => 2')).toEqual(['match-incomplete']);
    expect(refused('int', '3', '0..9 => 1')).toEqual(['match-incomplete']);
    const missing = errorsOf(
      game(card, 'state { c: Card = Jack }', 'step { next c = match c { Jack => King  King => Jack } }'),
    );
    expect(missing[0]?.message).toContain('`Queen`');
  });
});

describe('arrays, sequences, maps', () => {
  test('elements', () => {
    expect(valueIn('int', '[5, 6, 7][1]')).toBe(6);
    expect(wrong('int', '[5, 6, 7][3]')).toEqual(['index-out-of-bounds']);
    expect(wrong('int', '[5, 6, 7][-1]')).toEqual(['index-out-of-bounds']);
    expect(wrong('int', '[5, 6, 7][1, 1]')).toEqual(['index-count']);
    expect(wrong('int', '[5, 6, 7][true]')).toEqual(['type-mismatch']);
    expect(wrong('int[2]', '[1, 2, 3]')).toEqual(['type-mismatch']);
    expect(valueIn('int[2, 2]', '[[1, 2], [3, 4]]')).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(wrong('int[2, 2]', '[[1, 2, 3], [3, 4, 5]]')).toEqual(['type-mismatch']);
    expect(valueIn('int[3]', '0')).toEqual([0, 0, 0]);
    expect(valueIn('int[3]', '[i * i for i in 0..2]')).toEqual([0, 1, 4]);
    expect(valueIn('int[3]', 'xs + ys * 2 - 1', 'let xs = [1, 2, 3]', 'let ys = [10, 20, 30]')).toEqual([20, 41, 62]);
    expect(valueIn('(0..9)[agents]', '{ A: 3, B: 4 }')).toEqual({ A: 3, B: 4 });
  });

  test('sequences', () => {
    expect(valueIn('seq<0..9, 4>', '[1, 2] + [3]')).toEqual([1, 2, 3]);
    expect(valueIn('seq<0..9, 9>', '[i for i in 0..9 if i % 3 == 0]')).toEqual([0, 3, 6, 9]);
    expect(valueIn('seq<0..9, 9>', '[i for i in 0..4 by -i]')).toEqual([4, 3, 2, 1, 0]);
    expect(valueIn('seq<0..9, 9>', '[i for i in 0..9 if i > 4 by (i - 7) * (i - 7)]')).toEqual([7, 6, 8, 5, 9]);
    expect(valueIn('seq<0..99, 9>', '[10 * i + j for i in 0..2, j in 0..2 if i < j]')).toEqual([1, 2, 12]);
    expect(valueIn('int', 'last([4, 5])')).toBe(5);
    expect(valueIn('int', 'len([4, 5] + [])')).toBe(2);
    expect(valueIn('bool', '[1] + [2] in [[1], [1, 2]]')).toBe('true');
    expect(valueIn('bool', '3 in [1, 2]')).toBe('false');
    expect(valueIn('bool', '3 not in 1..2')).toBe('true');
    expect(wrong('seq<0..9, 2>', '[1, 2, 3]')).toEqual(['out-of-range']);
    expect(wrong('seq<0..9, 2>', '[1, 12]')).toEqual(['out-of-range']);
  });

  test('an index of a sequence is below its length', () => {
    const at = (expression: string): readonly string[] =>
      names(game('state { s: seq<0..9, 3> = [], k: 0..3 = 0, n: 0..9 = 0 }', `step { next n = ${expression} }`));
    expect(at('s[0]')).toEqual(['index-out-of-bounds']);
    expect(at('if len(s) > 0 then s[0] else 0')).toEqual([]);
    expect(at('if len(s) > 0 then last(s) else 0')).toEqual([]);
    expect(at('last(s)')).toEqual(['empty-choice']);
    expect(at('if k < len(s) then s[k] else 0')).toEqual([]);
    expect(at('if k <= len(s) then s[k] else 0')).toEqual(['index-out-of-bounds']);
    expect(at('if len(s) > 0 then s[len(s) - 1] else 0')).toEqual([]);
    expect(at('sum(s[i] for i in 0..len(s) - 1) % 10')).toEqual([]);
  });

  test('a picture is a grid', () => {
    const tile = 'enum Tile { Wall, Floor, Start }';
    const map = 'let grid = map """\n  ##.\n  #S.\n""" { \'#\': Wall, \'.\': Floor, \'S\': Start }';
    expect(valueIn('Tile', 'grid[0, 2]', tile, map)).toBe('Floor');
    expect(valueIn('(int, int)', 'find(grid, Start)', tile, map)).toEqual([1, 1]);
    expect(valueIn('int', 'rows(grid) * 10 + cols(grid)', tile, map)).toBe(23);
    expect(valueIn('int', 'count(t == Wall for t in grid)', tile, map)).toBe(3);
    expect(valueIn('Cell', 'Cell(find(grid, Start))', tile, map, cell)).toEqual({ row: 1, col: 1 });
    expect(wrong('(int, int)', 'find(grid, Wall)', tile, map)).toEqual(['bad-map']);
    expect(wrong('Tile', 'grid[2, 0]', tile, map)).toEqual(['index-out-of-bounds']);
  });
});

describe('agents', () => {
  test('classes, elements, the other one', () => {
    const text = game(
      'agents Row, Col',
      'state { who: agents = other(Row), n: 0..9[agents] = { Row: 1, Col: 2 } }'.replace(
        '0..9[agents]',
        '(0..9)[agents]',
      ),
    );
    expect(firstState(text).state()).toEqual({ who: 'Col', n: { Row: 1, Col: 2 } });
    expect(names(game('agents P[3]', 'state { who: agents = other(P[0]) }'))).toEqual(['not-here']);
    expect(
      firstState(game('agents P[3], Q', 'state { who: agents = next_of(P[2]), last: agents = Q }')).state(),
    ).toEqual({ who: 'P[0]', last: 'Q' });
    expect(names(game('agents P[3]', 'state { who: P = P[3] }'))).toEqual(['index-out-of-bounds']);
    expect(firstState(game('agents P[3]', 'state { ns: (0..9)[P] = [ord(p) * 2 for p in P] }')).state().ns).toEqual({
      'P[0]': 0,
      'P[1]': 2,
      'P[2]': 4,
    });
  });

  test('classes have their own actions', () => {
    const items = [
      'agents Hunter[2], Prey',
      'actions[Hunter] { Chase, Rest }',
      'actions[Prey] = 0..2',
      'state { n: 0..9 = 0 }',
    ];
    const text = (step: string): string => game(...items, `step { ${step} }`);
    const stepped = new Stepped(
      modelOf(text('next n = count(action[h] == Chase for h in Hunter) * 3 + action[Prey]')),
      1,
    );
    stepped.step([0, 1, 2]);
    expect(stepped.state().n).toBe(5);
    expect(names(text('next n = count(action[p] == Chase for p in agents)'))).toEqual(['not-here']);
    expect(names(text('next n = if action[Prey] == Chase then 1 else 0'))).toEqual(['type-mismatch']);
    expect(names(game('agents P, Q', 'actions[P] { X }'))).toEqual(['missing-item']);
  });

  test('actions of several parts and of reals', () => {
    const model = modelOf(
      game(
        'agents A',
        'actions { force: real[2] in -1..1, say: 0..2 }',
        'state { x: real = 0, n: 0..2 = 0 }',
        'step {\n next x = x + action[A].force[0] + 2 * action[A].force[1]\n next n = action[A].say\n }',
      ),
    );
    const stepped = new Stepped(model, 1);
    stepped.step([2], [[0.5, 0.25]]);
    expect(stepped.state()).toEqual({ x: 1, n: 2 });
  });
});

describe('chance', () => {
  /** The distribution of the first state, by its text. */
  const first = (...items: readonly string[]): Record<string, string> => {
    const table = tableOf(game(...items));
    const exact = table.exact?.initialProbabilities;
    return Object.fromEntries(
      [...table.initialStates].map((s, k) => [
        table.describeState(s),
        `${exact?.[k] ?? table.initialProbabilities[k]}`,
      ]),
    );
  };

  test.each([
    ['uniform(1..3)', '0..9', { 'x = 1': '1/3', 'x = 2': '1/3', 'x = 3': '1/3' }],
    ['uniform([2, 2, 5])', '0..9', { 'x = 2': '2/3', 'x = 5': '1/3' }],
    ['bernoulli(1/4)', 'bool', { 'x = true': '1/4', 'x = false': '3/4' }],
    ['categorical([0.5, 0.25, 0.25])', '0..2', { 'x = 0': '1/2', 'x = 1': '1/4', 'x = 2': '1/4' }],
    ['categorical({ A: 1/3, B: 2/3 })', 'agents', { 'x = A': '1/3', 'x = B': '2/3' }],
    ['point(4)', '0..9', { 'x = 4': '1' }],
    ['if 1 < 2 then uniform(0..1) else point(7)', '0..9', { 'x = 0': '1/2', 'x = 1': '1/2' }],
    ['uniform(0..5) such that x % 2 == 0', '0..9', { 'x = 0': '1/3', 'x = 2': '1/3', 'x = 4': '1/3' }],
  ])('%s', (dist, type, expected) => {
    expect(first(`state { x: ${type} }`, `init { x ~ ${dist} }`)).toEqual(expected);
  });

  test('permutations and samples', () => {
    const shuffled = first('index Food[3]', 'state { order: Food[Food] }', 'init { order ~ permutation(Food) }');
    expect(Object.values(shuffled)).toEqual(Array.from({ length: 6 }, () => '1/6'));
    const sampled = first('state { xs: (0..3)[2] }', 'init { xs ~ sample 2 of 0..3 }');
    expect(Object.values(sampled)).toEqual(Array.from({ length: 12 }, () => '1/12'));
  });

  test('a condition that nothing satisfies is found when the game is listed', () => {
    const text = game('state { x: 0..3 }', 'init { x ~ uniform(0..3) such that x > 5 - 1 }');
    expect(names(text)).toEqual([]);
    expect(() => tableOf(text)).toThrow('zero-mass');
  });

  test('what is no probability is refused', () => {
    const drawn = (dist: string, type = 'bool'): readonly string[] =>
      names(game(`state { x: ${type} }`, `init { x ~ ${dist} }`));
    expect(drawn('bernoulli(1.2)')).toEqual(['probability-range']);
    expect(drawn('categorical([0.5, 0.6])', '0..1')).toEqual(['probability-sum']);
    expect(drawn('categorical([1/3, 1/3, 1/3])', '0..2')).toEqual([]);
    expect(drawn('uniform(3..1)', '0..3')).toEqual(['empty-choice']);
    expect(drawn('uniform(real)', 'real')).toEqual(['not-finite']);
    expect(drawn('normal(0, -1)', 'real')).toEqual(['outside-domain']);
    expect(drawn('sample 5 of 0..3', 'seq<0..3, 5>')).toEqual(['out-of-range']);
    expect(drawn('true')).toEqual(['not-a-distribution']);
    expect(drawn('7', '0..9')).toEqual(['not-a-distribution']);
  });
});

describe('functions', () => {
  test('results of any type, with lets and named arguments', () => {
    expect(
      valueIn('Cell', 'right(Cell(1, 1), 2)', cell, 'fn right(c: Cell, n: 0..2): Cell = c with col + n clamped'),
    ).toEqual({ row: 1, col: 3 });
    expect(valueIn('int', 'f(b: 2, a: 10)', 'fn f(a: int, b: int): int {\n let d = a - b\n d * d\n }')).toBe(64);
    expect(valueIn('int', 'total([1, 2, 3])', 'fn total(xs: int[3]): int = sum(xs)')).toBe(6);
    expect(
      valueIn('seq<0..9, 4>', 'small([5, 1, 2])', 'fn small(xs: (0..9)[3]): seq<0..9, 3> = [x for x in xs if x < 4]'),
    ).toEqual([1, 2]);
    expect(valueIn('int', 'f(2)', 'fn f(x: int): int = g(x) + 1', 'fn g(x: int): int = x * 3')).toBe(7);
  });

  test('what does not fit', () => {
    const f = 'fn f(a: 0..3, b: bool): int = if b then a else 0';
    expect(wrong('int', 'f(4, true)', f)).toEqual(['out-of-range']);
    expect(wrong('int', 'f(1)', f)).toEqual(['wrong-arity']);
    expect(wrong('int', 'f(1, true, 2)', f)).toEqual(['wrong-arity']);
    expect(wrong('int', 'f(1, true, a: 2)', f)).toEqual(['duplicate-name']);
    expect(wrong('int', 'f(1, c: true)', f)).toEqual(['unknown-argument']);
    expect(wrong('int', 'f(a: 1)', f)).toEqual(['missing-argument']);
    expect(wrong('int', 'f', f)).toEqual(['not-here']);
    expect(wrong('int', '1', 'fn f(a: 0..3): 0..3 = a + 1')).toEqual(['out-of-range']);
    expect(wrong('int', '1', 'fn f(a: int): int = f(a)')).toEqual(['recursive-declaration']);
    expect(names('fn even(n: int): bool = odd(n)\nfn odd(n: int): bool = even(n)\n')).toContain(
      'recursive-declaration',
    );
  });

  test('functions read the state before the step, and the state reached in `end when`', () => {
    const text = game(
      'state { n: 0..9 = 0 }',
      'fn big(): bool = n >= 2',
      'step { next n = min(9, n + 1) }',
      'end when big()',
      'reward = if big() then 1 else 0',
    );
    const stepped = new Stepped(modelOf(text), 1);
    expect(stepped.step([0, 0])).toEqual({ rewards: [0, 0], ended: 'running' });
    expect(stepped.step([0, 0])).toEqual({ rewards: [0, 0], ended: 'terminated' });
  });
});
