import { describe, expect, test } from 'vitest';
import { expression, showExpr, showType, type, withoutSpans } from './show.ts';

describe('operators', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['1 + 2 * 3', '(1 + (2 * 3))'],
    ['1 - 2 - 3', '((1 - 2) - 3)'],
    ['(1 - 2) * 3 % 4 / 5', '((((1 - 2) * 3) % 4) / 5)'],
    ['-a * b', '((- a) * b)'],
    ['- - a', '(- (- a))'],
    ['a - -b', '(a - (- b))'],
    ['not a == b and c', '((not (a == b)) and c)'],
    ['not not a', '(not (not a))'],
    ['a == not b', '(a == (not b))'],
    ['a or b and c or d', '((a or (b and c)) or d)'],
    ['a + 1 < b and b <= c', '(((a + 1) < b) and (b <= c))'],
    ['x in 1..n - 1', '(x in (1 .. (n - 1)))'],
    ['x not in [a, b] or y', '((x not in [a, b]) or y)'],
    ['0..2 * k', '(0 .. (2 * k))'],
    ['-c.row[1](x)', '(- c.row[1](x))'],
    ['-c with row = 1', '(- (c with row = 1))'],
    ['if a then b else c + 1', '(if a then b else (c + 1))'],
    ['1 + if a then b else c or d', '(1 + (if a then b else (c or d)))'],
    ['if a then 1 else if b then 2 else 3', '(if a then 1 else (if b then 2 else 3))'],
    ['1_000 + 5e-4 + 0.5', '((1000 + 5e-4) + 0.5)'],
    ['1/3', '(1 / 3)'],
    ['-1/3', '((- 1) / 3)'],
  ];
  test.each(cases)('%s', (text, shape) => {
    expect(showExpr(expression(text))).toBe(shape);
  });

  test('parentheses belong to the span of the operation around them', () => {
    const sum = expression('(a + b) * c');
    expect(sum.span).toEqual({ start: 8, end: 19 });
    expect(sum.kind === 'Binary' && sum.left.span).toEqual({ start: 9, end: 14 });
    expect(sum.kind === 'Binary' && sum.opSpan).toEqual({ start: 16, end: 17 });
  });
});

describe('what is applied to a value', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['f()', 'f()'],
    ['f(a, b)(c)[d, e].g', 'f(a, b)(c)[d, e].g'],
    ['adam(lr: 1e-3, eps: 1e-8)', 'adam(lr: 1e-3, eps: 1e-8)'],
    ['f(1, k: 2,)', 'f(1, k: 2)'],
    ['t.0', 't.0'],
    ['t.0.1', 't.0.1'],
    ['t[0].1 + 1..3', '((t[0].1 + 1) .. 3)'],
    ['Food[0].row', 'Food[0].row'],
    ['next moves + [a]', '((next moves) + [a])'],
  ];
  test.each(cases)('%s', (text, shape) => {
    expect(showExpr(expression(text))).toBe(shape);
  });

  test('a tuple position is a name made of digits', () => {
    const member = expression('t.0.12');
    expect(withoutSpans(member)).toMatchObject({
      kind: 'Member',
      member: { text: '12' },
      object: { kind: 'Member', member: { text: '0' } },
    });
    expect(member.kind === 'Member' && member.member.span).toEqual({ start: 12, end: 14 });
  });
});

describe('collections', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['[]', '[]'],
    ['[[Pass, Bet], [Bet]]', '[[Pass, Bet], [Bet]]'],
    ['(a, b, (c))', '(a, b, c)'],
    ['{ A: Cell(2, 1), _: x }', '{ A: Cell(2, 1), _: x }'],
    ['{ (A, B): 1, _: 2, }', '{ (A, B): 1, _: 2 }'],
    ['sum(e for x in T)', 'sum(e for x in T)'],
    ['any(f(x, y) for x in T, y in 1..n if x != y)', 'any(f(x, y) for x in T, y in (1 .. n) if (x != y))'],
    ['[x for x in s if c or d by 0 - k]', '[x for x in s if (c or d) by (0 - k)]'],
    ['[i for i in (1..2)[Player]]', '[i for i in <(1..2)[Player]>]'],
    ['count(a in b for x in f(y) + z)', 'count((a in b) for x in (f(y) + z))'],
    ['sample 2 of Card', '(sample 2 of Card)'],
    ['sample n + 1 of 0..9', '(sample (n + 1) of (0 .. 9))'],
  ];
  test.each(cases)('%s', (text, shape) => {
    expect(showExpr(expression(text))).toBe(shape);
  });
});

describe('updates', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['c with row - 1 clamped', '(c with row - 1 clamped)'],
    ['c with row = 3, col + 1 wrapped', '(c with row = 3, col + 1 wrapped)'],
    ['board with [k] = x, [i, j] = y', '(board with [k] = x, [i, j] = y)'],
    ['f(c with row - 1 clamped, x)', 'f((c with row - 1 clamped), x)'],
    ['f(c with row = 1, g(x))', 'f((c with row = 1), g(x))'],
    ['[c with row = a + b, d]', '[(c with row = (a + b)), d]'],
    ['c with row + 2 * k clamped', '(c with row + (2 * k) clamped)'],
    ['c with row = 1 == d', '((c with row = 1) == d)'],
    ['{ A: c with row = 1, B: d }', '{ A: (c with row = 1), B: d }'],
    ['c.d with row = clamped', '(c.d with row = clamped)'],
  ];
  test.each(cases)('%s', (text, shape) => {
    expect(showExpr(expression(text))).toBe(shape);
  });
});

describe('match', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['match m { North => a  South | East => b  _ => c }', '(match m { North => a South | East => b _ => c })'],
    ['match m { A => 1, B => 2, }', '(match m { A => 1 B => 2 })'],
    ['match x { 0 => a -1 => b -3..-2 => c 1..n => d }', '(match x { 0 => a -1 => b -3..-2 => c 1..n => d })'],
    ['match x { A => a - 1 B => b }', '(match x { A => (a - 1) B => b })'],
    ['match x { A => a -k | 2 => b }', '(match x { A => a -k | 2 => b })'],
    ['match t { (A, _) => f (B, C) | (C, (D, E)) => g(x) }', '(match t { (A, _) => f (B, C) | (C, (D, E)) => g(x) })'],
    ['match t { A => f(B, C) D => e }', '(match t { A => f(B, C) D => e })'],
    ['match b { true => 1 false => 2 }', '(match b { true => 1 false => 2 })'],
    ['match a { A => match b { B => 1 } C => 2 } + 1', '((match a { A => (match b { B => 1 }) C => 2 }) + 1)'],
  ];
  test.each(cases)('%s', (text, shape) => {
    expect(showExpr(expression(text))).toBe(shape);
  });
});

describe('words that are keywords elsewhere', () => {
  const words =
    'of by from over every where within zero_sum clamped wrapped maximizing iterations steps episodes team algorithm ' +
    'budget envs seeds evaluate stop end when index state step map active turn such that sample horizon discount mixer network ' +
    'agents actions init legal reward observe payoff seq on repeated time action constructor __proto__';
  test.each(words.split(' '))('`%s` is a name', word => {
    const text = `${word} + f(${word}).${word}[${word}]`;
    expect(showExpr(expression(text))).toBe(`(${text})`);
    expect(type(word)).toMatchObject({ kind: 'NamedType', name: { text: word } });
  });
});

describe('types', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['bool', 'bool'],
    ['0..rows-1', '(0..(rows - 1))'],
    ['-1..1', '((- 1)..1)'],
    ['real in -1..1', 'real in (- 1)..1'],
    ['real[2] in -1..1', 'real in (- 1)..1[2]'],
    ['Cell[Player]', 'Cell[Player]'],
    ['bool[3, 0..2]', 'bool[3, type (0..2)]'],
    ['(1..2)[Player]', '(1..2)[Player]'],
    ['(0..2*players)[Food]', '(0..(2 * players))[Food]'],
    ['Action[Prey][bool]', 'Action[Prey][type bool]'],
    ['seq<Action, 3>', 'seq<Action, 3>'],
    ['seq<seq<Card, n + 1>, 2>[agents]', 'seq<seq<Card, (n + 1)>, 2>[agents]'],
    ['(bool, Card, 0..1)', '(bool, Card, (0..1))'],
    ['(Card, Card)[2]', '(Card, Card)[2]'],
  ];
  test.each(cases)('%s', (text, shape) => {
    expect(showType(type(text))).toBe(shape);
  });

  const arguments_: readonly (readonly [string, string])[] = [
    ['uniform(Cell[Food])', 'uniform(Cell[Food])'],
    ['uniform(real in -1..1)', 'uniform(<real in (- 1)..1>)'],
    ['uniform(real[3] in 0..1)', 'uniform(<real in 0..1[3]>)'],
    ['uniform(bool)', 'uniform(<bool>)'],
    ['uniform(bool[4])', 'uniform(<bool[4]>)'],
    ['uniform(seq<Card, 2>)', 'uniform(<seq<Card, 2>>)'],
    ['uniform((bool, Card))', 'uniform(<(bool, Card)>)'],
    ['uniform(0..3)', 'uniform((0 .. 3))'],
    ['x in real', '(x in <real>)'],
  ];
  test.each(arguments_)('as an argument: %s', (text, shape) => {
    expect(showExpr(expression(text))).toBe(shape);
  });
});

describe('literals', () => {
  test('strings know four escapes', () => {
    expect(expression('"a\\"b\\\\c\\nd\\te"')).toMatchObject({ kind: 'String', value: 'a"b\\c\nd\te' });
  });

  test('a map loses its indentation and its blank first and last line, and knows where its rows are', () => {
    const text = "map \"\"\"\n    #.#\n      x\n    \"\"\" { '#': Wall, '.': Floor, '\\'': Quote }";
    const map = expression(text);
    expect(map).toMatchObject({ kind: 'Map', legend: [{ char: '#' }, { char: '.' }, { char: "'" }] });
    if (map.kind !== 'Map') return;
    expect(map.rows.map(row => row.text)).toEqual(['#.#', '  x']);
    const source = `let v = ${text}`;
    expect(map.rows.map(row => source.slice(row.span.start, row.span.end))).toEqual(['#.#', '  x']);
  });

  test('a map on one line is one row, and line breaks may be those of Windows', () => {
    expect(expression('map """AB"""')).toMatchObject({ rows: [{ text: 'AB' }], legend: [] });
    expect(expression('map """\r\n  A\r\n  B\r\n"""')).toMatchObject({ rows: [{ text: 'A' }, { text: 'B' }] });
  });
});
