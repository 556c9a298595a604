import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { enumerate } from '../../compiler/game/exact.ts';
import type { GameModel, IrExpr, IrStmt, Scalar } from '../../compiler/game/model.ts';
import { Stepped } from '../../compiler/game/stepped.ts';
import { Rational } from '../../runtime/games/rational.ts';
import {
  actions,
  add,
  and,
  Builder,
  bernoulli,
  binary,
  bind,
  categorical,
  copy,
  draw,
  eq,
  get,
  int,
  load,
  loop,
  lt,
  mul,
  ne,
  not,
  put,
  real,
  select,
  suchThat,
  unary,
  uniform,
  when,
} from './build.ts';
import { drift, kuhn, ticTacToe, twoCells } from './models.ts';
import { checkTable, outcomesOf, tableOf } from './tables.ts';

const digit = { low: 0, high: 9 };

/** A game whose initial state is three digits written by `init`; it ends after one step. */
function dice(
  init: (b: Builder, x: (k: number) => IrExpr, roll: (k: number, count: IrExpr | number) => IrStmt[]) => IrStmt[],
): GameModel {
  const b = new Builder();
  const [x] = b.state('x', 3, digit, 'int', false);
  const zero = b.local('zero', { low: 0, high: 2 });
  const roll = (k: number, count: IrExpr | number): IrStmt[] => {
    const drawn = b.local('drawn', digit);
    return [draw(drawn, uniform(count)), put(x, k, get(drawn))];
  };
  return b.finish({
    name: 'Dice',
    classes: [{ name: 'A', count: 1, self: b.local('self', { low: 0, high: 0 }) }],
    actions: [actions('Go')],
    init: [loop(zero, 3, put(x, get(zero), int(0))), ...init(b, k => load(x, k), roll)],
    rewards: [int(0)],
    end: int(1),
    hasChance: true,
  });
}

/** Initial states as `abc: probability`, sorted. */
function initial(model: GameModel): Record<string, string> {
  const game = tableOf(model);
  checkTable(game);
  const found = Array.from(game.initialStates, (state, k) => {
    const digits = game.describeState(state).replace(/x\[\d\] = |, /g, '');
    return [digits, `${game.exact?.initialProbabilities[k] ?? game.initialProbabilities[k]}`] as const;
  });
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('conditioned draws', () => {
  test('are renormalised given what was drawn before, not together with it', () => {
    const model = dice((_, x, roll) => [...roll(0, 3), suchThat(not(lt(x(0), x(1))), ...roll(1, 3))]);
    expect(initial(model)).toEqual({
      '000': '1/3',
      '100': '1/6',
      '110': '1/6',
      '200': '1/9',
      '210': '1/9',
      '220': '1/9',
    });
  });

  test('nest: the inner one is renormalised first', () => {
    const even = (e: IrExpr) => eq(binary('mod', e, int(2)), int(0));
    const model = dice((_, x, roll) => [
      suchThat(even(add(x(0), x(1))), ...roll(0, 3), suchThat(not(lt(x(0), x(1))), ...roll(1, 3))),
    ]);
    // 1/3, 1/6, 1/9, 1/9 over their sum 13/18.
    expect(initial(model)).toEqual({ '000': '6/13', '110': '3/13', '200': '2/13', '220': '2/13' });
  });

  test('element by element: distinct digits, each conditioned on those before', () => {
    const model = dice((_, x, roll) => [
      ...roll(0, 3),
      suchThat(ne(x(1), x(0)), ...roll(1, 3)),
      suchThat(and(ne(x(2), x(0)), ne(x(2), x(1))), ...roll(2, 3)),
    ]);
    expect(Object.values(initial(model))).toEqual(Array(6).fill('1/6'));
  });

  test('keep everything that the draw wrote, and only that', () => {
    const model = dice((b, x, roll) => {
      const double = b.local('double', digit);
      return [
        ...roll(2, 2),
        suchThat(lt(get(double), int(4)), ...roll(0, 3), bind(double, mul(x(0), int(2)))),
        // Uses what the accepted attempt left in the variable.
        when(eq(get(double), int(2)), roll(1, 2)),
      ];
    });
    expect(initial(model)).toEqual({
      '000': '1/4',
      '001': '1/4',
      '100': '1/8',
      '101': '1/8',
      '110': '1/8',
      '111': '1/8',
    });
  });

  test('law: any condition over any draws conditions the plain distribution (exact and stepped)', () => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
    );
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 2 ** 27 - 1 }), fc.integer(), ([n0, n1, n2], mask, seed) => {
        // Bit 9a + 3b + c of the mask says whether (a, b, c) is accepted; c is drawn from 0 .. (a + c's size - 1).
        const accepted = (a: number, b: number, c: number) => Math.floor(mask / 2 ** (9 * a + 3 * b + c)) % 2 === 1;
        const model = dice((b, x, roll) => {
          const table = b.constant(
            'mask',
            Array.from({ length: 27 }, (_, k) => Math.floor(mask / 2 ** k) % 2),
          );
          const index = add(add(mul(x(0), int(9)), mul(x(1), int(3))), x(2));
          const three = select(lt(add(x(0), int(n2)), int(3)), add(x(0), int(n2)), int(3));
          return [suchThat(load(table, index), ...roll(0, n0), ...roll(1, n1), ...roll(2, three))];
        });
        const weights = new Map<string, Rational>();
        let mass = Rational.zero;
        for (let a = 0; a < n0; a++) {
          for (let b = 0; b < n1; b++) {
            const count = Math.min(3, a + n2);
            for (let c = 0; c < count; c++) {
              if (!accepted(a, b, c)) continue;
              const p = Rational.of(1, n0 * n1 * count);
              mass = mass.add(p);
              weights.set(`${a}${b}${c}`, p);
            }
          }
        }
        const listed = enumerate(model, { maxStates: 1000 });
        if (weights.size === 0) {
          expect(listed.problem?.kind).toBe('zero-mass');
          return;
        }
        expect(initial(model)).toEqual(
          Object.fromEntries([...weights].map(([key, p]) => [key, p.div(mass).toString()])),
        );
        expect(weights.has((new Stepped(model, seed).store('x') as number[]).join(''))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('outcomes of a step', () => {
  test('start from what was written before the draw, not from what another outcome left', () => {
    const b = new Builder();
    const [bits, next] = b.state('bits', 3, { low: 0, high: 1 });
    const [one, two] = [b.local('one', digit), b.local('two', digit)];
    const model = b.finish({
      name: 'Flips',
      classes: [{ name: 'A', count: 1, self: b.local('self', { low: 0, high: 0 }) }],
      actions: [actions('Go')],
      step: [
        copy(bits, next),
        draw(one, uniform(3)),
        put(next, get(one), int(1)),
        draw(two, uniform(2)),
        put(next, get(two), not(load(next, get(two)))),
      ],
      rewards: [int(0)],
      hasChance: true,
    });
    const game = tableOf(model);
    const found = outcomesOf(game, 0, [0]).map(o => `${o.to.replace(/bits\[\d\] = |, /g, '')}: ${o.probability}`);
    expect(found).toEqual(['000: 1/3', '011: 1/6', '101: 1/6', '110: 1/3']);
  });

  test('are merged by state and rewards: the sum of two dice, paid when it is even', () => {
    const b = new Builder();
    const [sum, next] = b.state('sum', 1, { low: 0, high: 12 });
    const [one, two] = [b.local('one', digit), b.local('two', digit)];
    const total = add(get(one), get(two));
    const model = b.finish({
      name: 'TwoDice',
      classes: [{ name: 'A', count: 1, self: b.local('self', { low: 0, high: 0 }) }],
      actions: [actions('Roll', 'Keep')],
      init: [put(sum, 0, int(0))],
      step: [draw(one, uniform(6, 1)), draw(two, uniform(6, 1)), put(next, 0, total)],
      rewards: [eq(binary('mod', get(one), int(2)), int(0))],
      hasChance: true,
    });
    const game = tableOf(model);
    // 12 states, 2 actions, 20 outcomes: sums 3..11 with either first die, 2 and 12 with one.
    expect(checkTable(game)).toBe(12 * 2 * 20);
    const found = outcomesOf(game, 0, [1]).map(o => [Number(o.to.slice(6)), o.rewards.join(), o.probability] as const);
    // For each sum: how many of the 36 pairs have an odd first die (pays 0) and how many an even one (pays 1).
    const expected: (readonly [number, string, string])[] = [];
    for (let s = 2; s <= 12; s++) {
      for (const parity of [1, 0]) {
        const ways = [1, 2, 3, 4, 5, 6].filter(d => d % 2 === parity && s - d >= 1 && s - d <= 6).length;
        if (ways > 0) expected.push([s, `${1 - parity}`, Rational.of(ways, 36).toString()]);
      }
    }
    const order = (a: readonly [number, string, string], b: readonly [number, string, string]) =>
      a[0] - b[0] || Number(a[1]) - Number(b[1]);
    expect([...found].sort(order)).toEqual(expected);
  });
});

describe('draws that do not make sense', () => {
  const at = { start: 3, end: 7 };
  const drawing = (probability: Scalar) =>
    dice(b => [draw(b.local('coin', { low: 0, high: 1 }), bernoulli(real(probability)), at)]);
  const weighing = (...weights: readonly Scalar[]) =>
    dice((b, _, __) => {
      const drawn = b.local('drawn', digit);
      return [draw(drawn, categorical(...weights.map(real)), at)];
    });

  test.each([
    ['a probability above one', drawing(Rational.of(3, 2)), '3/2'],
    ['a negative probability', drawing(Rational.of(-1, 100)), '-1/100'],
    ['weights below one', weighing(Rational.of(1, 2), Rational.of(1, 3)), '5/6'],
    [
      'weights just below one',
      weighing(Rational.of(1, 3), Rational.of(1, 3), Rational.parse('0.3333333333333') as Rational),
      'sum to',
    ],
    ['a negative weight', weighing(Rational.of(3, 2), Rational.of(-1, 2)), '3/2'],
  ])('%s', (_, model, fact) => {
    const { problem } = enumerate(model, { maxStates: 10 });
    expect(problem?.kind).toBe('probability');
    expect(problem?.message).toContain(fact);
    expect(problem?.span).toEqual(at);
  });

  test('an empty set, an impossible condition', () => {
    const empty = enumerate(
      dice((_, __, roll) => roll(0, 0)),
      { maxStates: 10 },
    );
    expect(empty.problem?.kind).toBe('zero-mass');
    const never = enumerate(
      dice((_, x, roll) => [suchThat(lt(int(5), x(0)), ...roll(0, 3))]),
      { maxStates: 10 },
    );
    expect(never.problem?.kind).toBe('zero-mass');
  });

  test('doubles may miss a sum of one by rounding', () => {
    const game = tableOf(weighing(0.1, 0.2, 0.7));
    expect(game.exact).toBeUndefined();
    expect(enumerate(weighing(0.1, 0.2, 0.7001), { maxStates: 10 }).problem?.kind).toBe('probability');
  });

  test('outcomes of probability zero are left out', () => {
    const model = dice((b, _, roll) => {
      const coin = b.local('coin', { low: 0, high: 1 });
      return [draw(coin, bernoulli(real(0))), when(get(coin), roll(0, 3))];
    });
    expect(initial(model)).toEqual({ '000': '1' });
  });
});

describe('what cannot be listed', () => {
  test.each([
    ['real actions', drift(), 'Mass[0]'],
    ['real state', { ...drift(), classes: [], agents: [], rewards: [] }, '`x`'],
    [
      'a real draw',
      dice(b => [
        draw(b.local('u', { low: 0, high: 1 }, 'real'), { kind: 'uniform_real', low: real(0), high: real(1) }),
      ]),
      'draws real numbers',
    ],
  ] as const)('%s', (_, model, fact) => {
    const { problem } = enumerate(model, { maxStates: 10 });
    expect(problem?.kind).toBe('not-finite');
    expect(problem?.message).toContain(fact);
  });

  test('too many states, outcomes, transitions', () => {
    const states = enumerate(ticTacToe(), { maxStates: 1000 });
    expect([states.problem?.kind, states.problem?.states]).toEqual(['budget', 1001]);
    expect(enumerate(ticTacToe(), { maxStates: 5478 }).problem).toBeUndefined();
    expect(enumerate(ticTacToe(), { maxStates: 5477 }).problem?.kind).toBe('budget');
    expect(enumerate(kuhn(), { maxStates: 1000, maxOutcomes: 14 }).problem?.message).toContain('14 outcomes');
    // 9 attempts inside the condition, then 6 deals.
    expect(enumerate(kuhn(), { maxStates: 1000, maxOutcomes: 16 }).problem).toBeUndefined();
    expect(enumerate(twoCells(), { maxStates: 10, maxTransitions: 5 }).problem?.message).toContain('5 transitions');
  });

  test('an agent that acts but can do nothing', () => {
    const model = ticTacToe();
    const stuck: GameModel = { ...model, legal: [{ ...(model.legal[0] as object), condition: int(0) } as never] };
    const { problem } = enumerate(stuck, { maxStates: 10 });
    expect(problem?.kind).toBe('no-legal-action');
    expect(problem?.message).toContain('X has none in the state board = [. . . / . . . / . . .], turn = X');
    expect(() => new Stepped(stuck, 1)).toThrow('X has none after 0 steps');
  });

  test('a value outside its range names the variable and the value', () => {
    const model = dice(() => []);
    const store = model.state[0] as (typeof model.state)[number];
    const wrong = { ...model, init: [put(store, 1, int(12))] };
    const { problem } = enumerate(wrong, { maxStates: 10 });
    expect(problem?.kind).toBe('evaluation');
    expect(problem?.message).toContain('`x` holds values in 0..9, but it was given 12');
  });

  test('the action of an agent that does not act', () => {
    const model = kuhn();
    const b = new Builder();
    const wrong: GameModel = {
      ...model,
      after: [
        bind(b.local('other', undefined), {
          op: 'action',
          scalar: 'int',
          bounds: digit,
          agent: int(1),
          part: 0,
          component: undefined,
        }),
      ],
    };
    expect(enumerate(wrong, { maxStates: 100 }).problem?.message).toContain('the action of Second was read');
  });
});

describe('integers without bounds', () => {
  test('are listed while they stay finite', () => {
    const b = new Builder();
    const [n, next] = b.state('n', 1, { low: -Infinity, high: Infinity });
    const model = b.finish({
      name: 'Walk',
      classes: [{ name: 'A', count: 1, self: b.local('self', { low: 0, high: 0 }) }],
      actions: [actions('Down', 'Up')],
      init: [put(n, 0, int(3_000_000_000))],
      step: [
        put(
          next,
          0,
          add(
            load(n),
            sub1(
              mul(
                {
                  op: 'action',
                  scalar: 'int',
                  bounds: { low: 0, high: 1 },
                  agent: int(0),
                  part: 0,
                  component: undefined,
                },
                int(2),
              ),
            ),
          ),
        ),
      ],
      rewards: [int(0)],
      end: eq(unary('abs', add(load(next), int(-3_000_000_000))), int(3)),
    });
    const game = tableOf(model);
    expect([game.stateCount, game.terminalCount]).toEqual([5, 2]);
    expect(game.describeState(0)).toBe('n = 3000000000');
    expect(enumerate({ ...model, end: undefined }, { maxStates: 500 }).problem?.kind).toBe('budget');
  });
});

function sub1(e: IrExpr): IrExpr {
  return add(e, int(-1));
}
