/** Programs that try to make the elaborator claim too much. Each is refused, or computes what it says. */
import { describe, expect, test } from 'vitest';
import { enumerate } from '../../compiler/game/exact.ts';
import { Stepped } from '../../compiler/game/stepped.ts';
import { errorsOf, firstState, game, modelOf, tableOf } from '../support/memory-host.ts';

const names = (text: string): readonly string[] => errorsOf(text).map(d => d.name);

describe('conditions reach only as far as they hold', () => {
  test('equal branches do not keep what one of them knew', () => {
    expect(
      names(game('state { x: 0..3 = 0 }', 'step {\n let y = if x > 0 then x else x\n next x = div(3, y)\n }')),
    ).toEqual(['division-by-zero']);
    expect(
      names(game('state { x: 0..3 = 0 }', 'step {\n let y = match x { 0 => x  _ => x }\n next x = div(3, y)\n }')),
    ).toEqual(['division-by-zero']);
  });

  test('a condition taken in `init` before an assignment says nothing behind it', () => {
    const text = (line: string): string =>
      game('state { x: 0..3 = 2, y: 0..9 = 0 }', `init {\n let positive = x > 0\n x = 0\n ${line}\n }`);
    expect(names(text('y = if positive then div(6, x) else 1'))).toEqual(['division-by-zero']);
    expect(firstState(text('y = if positive then 7 else 1')).state()).toEqual({ x: 0, y: 7 });
  });

  test('a condition on the next value of an element says nothing after the element changed again', () => {
    const text = game(
      'state { xs: (0..3)[2] = [1, 1], y: 0..9 = 0 }',
      'step {\n next xs[0] = 2\n let positive = next xs[0] > 0\n next xs[0] = 0\n next y = if positive then div(6, next xs[0]) else 1\n }',
    );
    expect(names(text)).toEqual(['division-by-zero']);
  });

  test('what is known of one element of a `let` array says nothing about another', () => {
    const text = (index: string): string =>
      game(
        'state { x: (0..3)[3] = [0, 1, 2] }',
        `step {\n let n[i: 0..2] = len([j for j in 0..2 if x[j] > i]) + x[i]\n next x[0] = if n[0] > 5 and n[1] < 1 then div(6, x[${index}]) else 0\n }`,
      );
    // n[1] < 1 says that x[1] is 0; nothing is said of x[2].
    expect(names(text('2'))).toContain('division-by-zero');
    expect(names(text('1'))).toContain('division-by-zero');
  });

  test('a function is compiled for all calls, whatever was known at the first', () => {
    const text = (divisor: string): string =>
      game(
        'state { x: 0..3 = 0 }',
        `fn share(y: 0..6): int = div(y, ${divisor})`,
        'step { next x = if x > 0 then min(3, share(6)) else min(3, share(2)) }',
      );
    expect(names(text('x + 1'))).toEqual([]);
    expect(names(text('x'))).toEqual(['division-by-zero']);
    const stepped = new Stepped(modelOf(text('x + 1')), 1);
    stepped.step([0, 0]);
    expect(stepped.state()).toEqual({ x: 2 });
  });

  test('an array computed where something was known is guarded where it is read', () => {
    const text = (guard: string): string =>
      game(
        'state { x: 0..3 = 0, y: 0..9 = 0 }',
        `step {\n let safe = if ${guard} then [div(6, x), x] else [0, 0]\n next y = min(9, safe[0])\n }`,
      );
    expect(names(text('x > 0'))).toEqual([]);
    expect(names(text('x < 3'))).toContain('division-by-zero');
    const stepped = new Stepped(modelOf(text('x > 0')), 1);
    stepped.step([0, 0]);
    expect(stepped.state()).toEqual({ x: 0, y: 0 });
  });

  test('the right side of `and` and `or` relies on the left side, not the other way round', () => {
    const text = (condition: string): string =>
      game('state { x: 0..3 = 0 }', `step { next x = if ${condition} then 1 else 2 }`);
    expect(names(text('x > 0 and div(6, x) > 2'))).toEqual([]);
    expect(names(text('x == 0 or div(6, x) > 2'))).toEqual([]);
    expect(names(text('div(6, x) > 2 and x > 0'))).toEqual(['division-by-zero']);
    expect(names(text('x > 0 or div(6, x) > 2'))).toEqual(['division-by-zero']);
    expect(names(text('not (x == 0 or x > 7) and div(6, x) > 2'))).toEqual([]);
    expect(names(text('not (x == 0 and x < 7) and div(6, x) > 2'))).toEqual([]);
  });

  test('reals: a sum that rounds to 4 does not make its part 0', () => {
    const text = game('state { x: real in 0..1 = 0 }', 'step { next x = if x + 4 <= 4 then sqrt(0 - x) else 0 }');
    expect(names(text)).toEqual(['outside-domain']);
    expect(names(game('state { x: real in 0..1 = 0 }', 'reward = if x > 0 then 1 / x else 0'))).toEqual([]);
    expect(names(game('state { x: real in 0..1 = 0 }', 'reward = if x >= 0 then 1 / x else 0'))).toEqual([
      'division-by-zero',
    ]);
  });
});

describe('lists', () => {
  test('elements are judged by their values, not by the type that the place expects', () => {
    const text = (list: string): string =>
      game('state { s: seq<0..3, 3> = [], n: 0..3 = 0 }', `step { next s = ${list} }`);
    expect(names(text('[9 * i for i in 0..2 if i != n]'))).toEqual(['out-of-range']);
    expect(names(text('[9 * i for i in 0..2 if i > n]'))).toEqual(['out-of-range']);
    expect(names(text('[i for i in 0..2 if i > n]'))).toEqual([]);
  });

  test('a draw from one of two distributions is judged like any other', () => {
    expect(names(game('state { n: 0..3 = 0 }', 'step { next n ~ if n > 1 then uniform(0..9) else point(0) }'))).toEqual(
      ['out-of-range'],
    );
  });

  test('elements of an array may repeat, so leaving one value out leaves out any number', () => {
    const text = game(
      'state { xs: (0..2)[3] = [1, 1, 2], n: 0..3 = 0 }',
      'step {\n let others = [x for x in xs if x != 1]\n next n = len(others)\n }',
    );
    const stepped = new Stepped(modelOf(text), 1);
    stepped.step([0, 0]);
    expect(stepped.state().n).toBe(1);
    expect(
      names(game('state { xs: (0..2)[3] = [1, 1, 2] }', 'step { next xs[0] = [x for x in xs if x != 1][1] }')),
    ).toEqual(['index-out-of-bounds']);
  });

  test('slots of a sequence that are not used may hold 0 whatever its type', () => {
    const { stateCount, initialStates } = tableOf(
      game('state { s: seq<3..5, 2> = [] }', 'step { next s = if len(s) < 2 then s + [4] else s }'),
    );
    expect(stateCount).toBe(3);
    expect(initialStates.length).toBe(1);
    expect(
      names(
        game(
          'state { s: seq<3..5, 2> = [4], n: 0..9 = 0 }',
          'step { next n = if len(s) > 0 then div(9, s[0]) else 0 }',
        ),
      ),
    ).toEqual([]);
  });

  test('lists of different lengths are sequences of one type', () => {
    const text = game(
      'state { pick: 0..1 = 0, n: 0..9 = 0 }',
      'step {\n let lists = [[1], [2, 3]]\n let one = if pick == 0 then [1] else [2, 3]\n next n = len(lists[1]) + len(one)\n }',
    );
    const stepped = new Stepped(modelOf(text), 1);
    stepped.step([0, 0]);
    expect(stepped.state().n).toBe(3);
  });
});

describe('the first state', () => {
  test('a variable is not read before it has a value', () => {
    const read = (line: string): readonly string[] =>
      names(game('state { x: 1..3, y: 1..3 }', 'fn both(): int = x + y', `init {\n ${line}\n }`));
    expect(read('y = x\n x = 2')).toEqual(['read-before-set']);
    expect(read('x = x\n y = 1')).toEqual(['read-before-set']);
    expect(read('x = 1\n y = div(both(), 2)')).toEqual(['read-before-set']);
    expect(read('x = 2\n y = x')).toEqual([]);
    expect(names(game('state { x: 1..3 = y, y: 1..3 = 2 }'))).toEqual(['read-before-set']);
    expect(names(game('state { x: 1..3 = 2, y: 1..3 = x }'))).toEqual([]);
  });

  test('every element gets a value', () => {
    const init = (line: string): readonly string[] => names(game('state { x: (1..3)[2, 2] }', `init {\n ${line}\n }`));
    expect(init('x[0, 0] = 1')).toEqual(['missing-initial']);
    expect(init('x[0, j: 0..1] = 1')).toEqual(['missing-initial']);
    expect(init('x[0, j: 0..1] = 1\n x[1, 0] = 2\n x[1, 1] = 3')).toEqual([]);
    expect(init('x[i: 0..1, j: 0..1] = i + j + 1')).toEqual([]);
  });

  test('elements that are not drawn yet hold a value of their type when a condition looks at them', () => {
    const text = game(
      'state { x: (2..4)[3] }',
      'init { x[i: 0..2] ~ uniform(2..4) such that all(x[j] != x[i] for j in 0..2 if j != i) }',
    );
    const { game: table, problem } = enumerate(modelOf(text), { maxStates: 1000 });
    // The first two elements avoid the 2 that stands in the others; the third must be one that is left.
    expect(problem).toBeUndefined();
    expect(table?.initialStates.length).toBe(2);
  });

  test('a value that is made of what it replaces is computed as a whole', () => {
    const swapped = game(
      'record Cell { row: 0..9, col: 0..9 }',
      'state { c: Cell = Cell(1, 2), xs: (0..9)[3] = [1, 2, 3] }',
      'init {\n c = Cell(c.col, c.row)\n xs = [xs[2], xs[1], xs[0]]\n }',
    );
    expect(firstState(swapped).state()).toEqual({ c: { row: 2, col: 1 }, xs: [3, 2, 1] });
  });

  test('a name keeps the value it was given, arrays inside of others too', () => {
    const text = game(
      'record Box { xs: (0..9)[2] }',
      'state { b: Box = Box([1, 2]), xs: (0..9)[2] = [3, 4], sum: 0..99 = 0 }',
      'init {\n let old = b\n let pair = (xs, 1)\n b = Box([5, 6])\n xs = [7, 8]\n sum = old.xs[0] + pair.0[0] * 10\n }',
    );
    expect(firstState(text).state().sum).toBe(31);
  });
});

describe('steps', () => {
  test('a family drawn under a condition on itself starts from the old values', () => {
    const text = game(
      'state { x: (0..2)[2] = [0, 1] }',
      'step { next x[i: 0..1] ~ uniform(0..2) such that next x[0] != next x[1] }',
    );
    const table = tableOf(text);
    for (let s = 0; s < table.stateCount; s++) {
      const { x } = JSON.parse(JSON.stringify(new Stepped(modelOf(text), s + 1).state())) as { x: number[] };
      expect(x[0]).not.toBe(x[1]);
    }
    // From (0, 1) the first draw avoids the old 1, then the second avoids the first.
    expect(table.stateCount).toBe(6);
  });

  test('`time` is at most the horizon', () => {
    const at = (expression: string): readonly string[] =>
      names(game('state { n: 0..5 = 0 }', `step { next n = ${expression} }`));
    expect(at('time')).toEqual([]);
    expect(at('time + 1')).toEqual(['out-of-range']);
    expect(
      names('game G { agents A actions { X } state { n: 0..5 = 0 } step { next n = time } reward = 0 discount 0.9 }'),
    ).toEqual(['out-of-range']);
  });

  test('remainders have the sign of the divisor', () => {
    const within = (type: string, expression: string): readonly string[] =>
      names(game('state { x: -5..5 = 0 }', `step {\n let r: ${type} = ${expression}\n next x = 0 * r\n }`));
    expect(within('0..2', 'x % 3')).toEqual([]);
    expect(within('-2..0', 'x % -3')).toEqual([]);
    expect(within('0..2', 'x % -3')).toEqual(['out-of-range']);
    expect(within('-2..1', 'div(x, 3)')).toEqual([]);
    expect(within('-1..1', 'div(x, 3)')).toEqual(['out-of-range']);
  });

  test('the least of nothing is refused', () => {
    const of = (expression: string): readonly string[] =>
      names(game('state { x: 0..3 = 0 }', `step { next x = ${expression} }`));
    expect(of('min(i for i in 0..x)')).toEqual([]);
    expect(of('max(i for i in 1..x)')).toEqual(['empty-choice']);
    expect(of('if x > 0 then max(i for i in 1..x) else 0')).toEqual([]);
    expect(of('max(i for i in 0..x if i > 1)')).toEqual(['empty-choice']);
    expect(of('argmax(i * i for i in 0..3 if i > x)')).toEqual(['empty-choice']);
  });

  test('sums of reals allow for rounding', () => {
    const text = (limit: string): string =>
      game('state { x: real in 0..0.1 = 0 }', `reward = if sum(x for i in 0..9) > ${limit} then 1 else 0`);
    expect(names(text('0.5'))).toEqual([]);
    expect(
      names(
        game(
          'state { x: real in 0..0.7 = 0 }',
          `step {\n let y: real in 0..2.1 = sum(x for i in 0..2)\n next x = 0 * y\n }`,
        ),
      ),
    ).toEqual([]);
  });
});
