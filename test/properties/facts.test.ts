/** Facts about games: each proved on a game that has the property and refuted, with the right case, on one that has not. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PropertyName, propertyNames } from '../../compiler/properties/base.ts';
import { decide } from '../../compiler/properties/facts.ts';
import { longestPlay } from '../../compiler/properties/structure.ts';
import { modelOf, study } from './support.ts';

const table = (cells: readonly (readonly string[])[]): string => `game T {
  agents Row, Column
  actions { X, Y }
  payoff {
          X    Y
    X: ${cells[0]?.join(' ')}
    Y: ${cells[1]?.join(' ')}
  }
}`;

/** A walk of one agent; `extra` are further items. */
const walk = (step: string, extra = ''): string => `game W {
  agents A
  actions { Left, Right }
  state { at: 0..3 = 1 }
  step { ${step} }
  reward = next at
  ${extra}
}`;

const proves: readonly (readonly [PropertyName, string])[] = [
  [
    'finite',
    table([
      ['(1, 1)', '(0, 0)'],
      ['(0, 0)', '(1, 1)'],
    ]),
  ],
  [
    'zero_sum',
    table([
      ['(1/3, -1/3)', '(0, 0)'],
      ['(0.1, -1/10)', '(-2, 2)'],
    ]),
  ],
  [
    'constant_sum',
    table([
      ['(3, 2)', '(5, 0)'],
      ['(1, 4)', '(2, 3)'],
    ]),
  ],
  [
    'common_reward',
    table([
      ['1', '2'],
      ['3', '4'],
    ]),
  ],
  [
    'symmetric',
    table([
      ['(3, 3)', '(0, 5)'],
      ['(5, 0)', '(1, 1)'],
    ]),
  ],
  [
    'simultaneous',
    table([
      ['1', '2'],
      ['3', '4'],
    ]),
  ],
  ['deterministic', walk('next at = if action[A] == Left then max(at - 1, 0) else min(at + 1, 3)', 'horizon 5')],
  ['terminating', walk('next at = if action[A] == Left then max(at - 1, 0) else min(at + 1, 3)', 'end when true')],
  // Every second step on average moves on; no choice can prevent it, though plays of any length exist.
  [
    'terminating',
    walk('let go ~ bernoulli(1/2)\n next at = if go then min(at + 1, 3) else at', 'end when next at == 3'),
  ],
  ['perfect_information', walk('next at = at', 'horizon 2')],
];

const refutes: readonly (readonly [PropertyName, string, RegExp])[] = [
  [
    'zero_sum',
    table([
      ['(1, -1)', '(0, 0)'],
      ['(0, 1/3)', '(0, 0)'],
    ]),
    /Row Y, Column X.*add up to 1\/3/,
  ],
  [
    'constant_sum',
    table([
      ['(3, 2)', '(5, 0)'],
      ['(1, 4)', '(2, 2)'],
    ]),
    /add up to 4, but to 5 after \(Row X, Column X\)/,
  ],
  [
    'common_reward',
    table([
      ['1', '2'],
      ['3', '(4, 5)'],
    ]),
    /Row gets 4 but Column gets 5/,
  ],
  [
    'symmetric',
    table([
      ['(2, 1)', '(0, 0)'],
      ['(0, 0)', '(1, 2)'],
    ]),
    /After \(Row X, Column X\), Row gets 2, but after the mirrored choice Column gets 1/,
  ],
  ['simultaneous', walk('next at = at', 'horizon 2'), /one agent/],
  [
    'turn_based',
    table([
      ['1', '2'],
      ['3', '4'],
    ]),
    /at the same time/,
  ],
  [
    'deterministic',
    table([
      ['10|12', '0'],
      ['0', '0'],
    ]),
    /2 outcomes, with probabilities 1\/2, 1\/2/,
  ],
  [
    'terminating',
    walk('next at = if action[A] == Left then max(at - 1, 0) else min(at + 1, 3)', 'end when next at == 3'),
    /can go on for ever/,
  ],
  ['terminating', walk('next at = at', 'horizon 2'), /horizon of 2 steps cuts the play/],
  [
    'perfect_information',
    table([
      ['1', '2'],
      ['3', '4'],
    ]),
    /at the same time/,
  ],
];

describe('proved', () => {
  test.each(proves.map(([property, text], k) => [`${property} (${k})`, property, text] as const))(
    '%s',
    (_, property, text) => {
      expect(study(text).facts[property]).toMatchObject({ status: 'proved', how: expect.stringMatching(/./) });
    },
  );
});

describe('refuted, with the case', () => {
  test.each(refutes.map(([property, text, why], k) => [`${property} (${k})`, property, text, why] as const))(
    '%s',
    (_, property, text, why) => {
      const fact = study(text).facts[property];
      expect(fact.status).toBe('refuted');
      expect(fact.status === 'refuted' ? fact.witness.text : '').toMatch(why);
    },
  );
});

test('a game with one state after another has no cycle; its longest play is counted', () => {
  const { game } = study(walk('next at = min(at + 1, 3)', 'end when next at == 3'));
  expect(longestPlay(game)).toBe(2);
});

describe('what agents know', () => {
  const hidden = (observe: string): string =>
    `game H {
  agents First, Second
  actions { Heads, Tails }
  state { coin: bool = false  moves: 0..2 = 0  said: bool = false }
  init { coin ~ bernoulli(1/3) }
  turn = if moves == 0 then First else Second
  step {
    next moves = moves + 1 clamped_
    next said = if moves == 0 then action[turn] == Heads else said
  }
  reward zero_sum First = if next moves == 2 and (action[turn] == Heads) == coin then -1 else 0
  ${observe}
  end when next moves == 2
}`.replace('moves + 1 clamped_', 'min(moves + 1, 2)');

  test('without `observe` the state is known', () => {
    expect(study(hidden('')).facts.perfect_information.status).toBe('proved');
  });

  test('what is hidden from all is not', () => {
    const fact = study(hidden('observe { moves }')).facts.perfect_information;
    expect(fact.status === 'refuted' ? fact.witness.text : '').toMatch(/First cannot tell .*coin = /);
  });

  test('what one sees the other may not', () => {
    const fact = study(hidden('observe[First] { coin, moves }\n  observe[Second] { moves }')).facts.perfect_information;
    expect(fact.status === 'refuted' ? fact.witness.text : '').toMatch(/^Second cannot tell/);
  });

  test('what was seen before is remembered', () => {
    const text = `game Memory {
  agents A
  actions { Go, Stay }
  state { secret: bool = false  time2: 0..2 = 0 }
  init { secret ~ bernoulli(1/2) }
  step { next time2 = min(time2 + 1, 2) }
  reward = if (action[A] == Go) == secret then 1 else 0
  observe[p: agents] { time2, if time2 == 0 then secret else false }
  end when next time2 == 2
}`;
    const { facts, cls } = study(text);
    expect(cls.observed).toBe('partly');
    expect(facts.perfect_information).toMatchObject({ status: 'proved', how: expect.stringContaining('remember') });
  });
});

describe('by form alone', () => {
  const large = `game Large {
  agents A, B
  actions { Up, Down }
  state { x: int = 0 }
  step { next x = x + 1 }
  reward zero_sum A = if action[A] == action[B] then x else -x
  horizon 10
}`;

  test('a game without end is zero-sum as written', () => {
    const model = modelOf(large);
    const fact = decide(model, 'zero_sum', () => {
      throw new Error('the form decides: nothing is listed');
    });
    expect(fact).toMatchObject({ status: 'proved', how: expect.stringContaining('as written') });
  });

  test('what the form leaves open stays open, with the reason', () => {
    expect(decide(modelOf(large), 'symmetric', () => ({ game: undefined, why: 'it is endless' }))).toEqual({
      status: 'unknown',
      why: 'it is endless',
    });
  });

  test('the form never proves what the states refute', () => {
    const texts = [...proves.map(p => p[1]), ...refutes.map(r => r[1])];
    for (const text of texts) {
      const { model, facts } = study(text);
      for (const property of propertyNames) {
        const fact = decide(model, property, () => ({ game: undefined, why: '' }));
        if (fact.status === 'proved') expect(facts[property].status, `${property} of ${text}`).toBe('proved');
      }
    }
  });
});

describe('random tables', () => {
  const number = fc.integer({ min: -3, max: 3 });
  const cells = fc.array(fc.tuple(number, number), { minLength: 4, maxLength: 4 });
  const textOf = (all: readonly (readonly [number, number])[]): string => {
    const [a, b, c, d] = all.map(([x, y]) => `(${x}, ${y})`) as [string, string, string, string];
    return table([
      [a, b],
      [c, d],
    ]);
  };

  test('the facts are what the definitions say', () => {
    fc.assert(
      fc.property(cells, all => {
        const { facts } = study(textOf(all));
        const [a, b, c, d] = all as [[number, number], [number, number], [number, number], [number, number]];
        const sums = all.map(([x, y]) => x + y);
        expect(facts.zero_sum.status === 'proved').toBe(sums.every(s => s === 0));
        expect(facts.constant_sum.status === 'proved').toBe(sums.every(s => s === sums[0]));
        expect(facts.common_reward.status === 'proved').toBe(all.every(([x, y]) => x === y));
        const mirrored = a[0] === a[1] && d[0] === d[1] && b[0] === c[1] && b[1] === c[0];
        expect(facts.symmetric.status === 'proved').toBe(mirrored);
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});

describe('classes in words', () => {
  test.each<[string, string]>([
    [
      table([
        ['(3, 3)', '(0, 5)'],
        ['(5, 0)', '(1, 1)'],
      ]),
      '2-player general-sum normal-form game, symmetric',
    ],
    [
      table([
        ['1', '2'],
        ['3', '4'],
      ]),
      '2-player common-reward normal-form game',
    ],
    [walk('next at = at', 'horizon 2'), 'MDP (Markov decision process)'],
    [walk('next at = if action[A] == Left then 0 else 3', 'observe { at > 1 }\n  horizon 3'), 'POMDP'],
    [
      `${table([
        ['(3, 3)', '(0, 5)'],
        ['(5, 0)', '(1, 1)'],
      ])}\ngame Again = repeated(T, rounds: 3)`,
      // The time is counted by everyone: the agents see the whole state.
      '2-player general-sum repeated game, symmetric',
    ],
  ])('%#', (text, words) => {
    expect(study(text).cls.words).toBe(words);
  });
});
