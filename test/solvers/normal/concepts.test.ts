/** Commitment, fairness, dominance among equilibria, stability, rankings, objectives: published answers, laws, planted errors. */
import { describe, expect, it } from 'vitest';
import type { TabularGame } from '../../../runtime/games/tabular.ts';
import { type Answer, isRefusal, type SolveOptions, solve } from '../../../runtime/solvers/index.ts';
import { type Num, toFloat } from '../../../runtime/verify/number.ts';
import { verify } from '../../../runtime/verify/verify.ts';
import { bimatrix, integers, matrix, randomMatrix, rockPaperScissors } from '../games.ts';

async function answerOf(game: TabularGame, options: SolveOptions): Promise<Answer> {
  const answer = await solve(game, options);
  if (isRefusal(answer)) throw new Error(`${answer.refused}; ${answer.remedy}`);
  return answer;
}

function profiles(answer: Answer): string[] {
  if (answer.solution.kind !== 'profiles') throw new Error('no profiles');
  return answer.solution.profiles.map(one => one.map(s => s.map(String).join(' ')).join(' ; '));
}

function device(answer: Answer): number[] {
  if (answer.solution.kind !== 'device') throw new Error('no device');
  return answer.solution.probabilities.map(toFloat);
}

function outcomes(answer: Answer): readonly (readonly number[])[] {
  if (answer.solution.kind !== 'outcomes') throw new Error('no outcomes');
  return answer.solution.outcomes;
}

const chicken = bimatrix(
  [
    [0, 7],
    [2, 6],
  ],
  [
    [0, 2],
    [7, 6],
  ],
);

/** A symmetric game of two agents with the same actions. */
function symmetric(rows: readonly (readonly number[])[]): TabularGame {
  const names = rows.map((_, k) => `s${k}`);
  return matrix([names, names], ([i = 0, j = 0]) => [rows[i]?.[j] as number, rows[j]?.[i] as number]);
}

describe('objectives of correlated equilibria', () => {
  it('the least welfare of Chicken is 36/5', async () => {
    const answer = await answerOf(chicken, { concept: 'correlated', maximizing: 'social_cost' });
    expect(String(answer.objective?.value)).toBe('-36/5');
    expect(answer.certificate.kind).toBe('ce');
    expect(String(answer.certificate.gap?.upper)).toBe('-36/5');
  });

  it('the greatest entropy of Chicken to 1e-8, bounded from both sides', async () => {
    const answer = await answerOf(chicken, { concept: 'correlated', maximizing: 'entropy' });
    const known = [0.148343717, 0.296687435, 0.296687435, 0.258281413];
    device(answer).forEach((p, k) => {
      expect(Math.abs(p - (known[k] as number))).toBeLessThan(1e-8);
    });
    expect(answer.certificate.kind).toBe('ce');
    const { lower, upper } = answer.certificate.gap as { lower: Num; upper: Num };
    expect(toFloat(upper) - toFloat(lower)).toBeLessThan(1e-9);
  });

  it('in a game with uniform play as equilibrium the greatest entropy is that of uniform play', async () => {
    const answer = await answerOf(bimatrix(rockPaperScissors), { concept: 'correlated', maximizing: 'entropy' });
    for (const p of device(answer)) expect(p).toBeCloseTo(1 / 9, 9);
    expect(toFloat(answer.objective?.value as Num)).toBeCloseTo(Math.log(9), 9);
  });

  it('where no deviation ever gains anything, everything is played alike', async () => {
    const idle = matrix(
      [
        ['a', 'b'],
        ['a', 'b'],
        ['a', 'b', 'c'],
      ],
      () => [1, 1, 1],
    );
    for (const concept of ['correlated', 'coarse_correlated'] as const) {
      const answer = await answerOf(idle, { concept, maximizing: 'entropy' });
      expect(toFloat(answer.objective?.value ?? 0)).toBeCloseTo(Math.log(12), 12);
      for (const p of device(answer)) expect(p).toBeCloseTo(1 / 12, 12);
      expect(answer.certificate.kind).toBe(concept === 'correlated' ? 'ce' : 'cce');
    }
  });

  it('where dominated actions are never played the entropy is that of the rest, and still proved', async () => {
    const dilemma = symmetric([
      [3, 0],
      [5, 1],
    ]);
    const one = await answerOf(dilemma, { concept: 'correlated', maximizing: 'entropy' });
    expect(device(one)).toEqual([0, 0, 0, 1]);
    expect(one.certificate.kind).toBe('ce');
    // A dominated third action on either side of Chicken changes nothing.
    const more = bimatrix(
      [
        [0, 7, 0],
        [2, 6, 0],
        [-1, 1, -1],
      ],
      [
        [0, 2, -1],
        [7, 6, 1],
        [0, 0, -1],
      ],
    );
    const answer = await answerOf(more, { concept: 'correlated', maximizing: 'entropy' });
    expect(answer.certificate.kind).toBe('ce');
    expect(device(answer)[0]).toBeCloseTo(0.148343717, 8);
    expect(device(answer)[4]).toBeCloseTo(0.258281413, 8);
  });

  it('random games: no objective exceeds its bound, and entropies are ordered', async () => {
    const next = integers(5, 20);
    for (let k = 0; k < 12; k++) {
      const game = bimatrix(randomMatrix(3, 4, next), randomMatrix(3, 4, next));
      const entropy = async (concept: string, maximizing: string): Promise<number> => {
        const answer = await answerOf(game, { concept, maximizing });
        expect(answer.certificate.kind, `${k} ${concept} ${maximizing}`).not.toBe('approximate');
        return device(answer).reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
      };
      const most = await entropy('correlated', 'entropy');
      for (const other of ['welfare', 'social_cost', 'egalitarian', 'Row'])
        expect(await entropy('correlated', other)).toBeLessThanOrEqual(most + 1e-9);
      expect(await entropy('coarse_correlated', 'entropy')).toBeGreaterThanOrEqual(most - 1e-9);
      const welfare = toFloat((await answerOf(game, { concept: 'correlated' })).objective?.value as Num);
      const least = await answerOf(game, { concept: 'correlated', maximizing: 'social_cost' });
      expect(-toFloat(least.objective?.value as Num)).toBeLessThanOrEqual(welfare + 1e-9);
    }
  });
});

describe('Stackelberg', () => {
  const known: readonly (readonly [number[][], number[][], string, string])[] = [
    [
      [
        [2, 4],
        [1, 3],
      ],
      [
        [1, 0],
        [0, 1],
      ],
      '1/2 1/2',
      '7/2',
    ],
    [
      [
        [2, 0, 0],
        [1, 0, 0],
      ],
      [
        [0, 2, 5],
        [0, -1, -4],
      ],
      '1/3 2/3',
      '4/3',
    ],
    [
      [
        [3, 9],
        [9, 1],
      ],
      [
        [0, 0],
        [1, 8],
      ],
      '1 0',
      '9',
    ],
  ];

  it.each(known)('%j against %j', async (rows, columns, leader, value) => {
    const answer = await answerOf(bimatrix(rows, columns), { concept: 'stackelberg' });
    expect(profiles(answer)[0]?.split(' ; ')[0]).toBe(leader);
    expect(String(answer.values?.[0])).toBe(value);
    expect(answer.certificate.kind).toBe('stackelberg');
    expect(String(answer.certificate.gap?.upper)).toBe(value);
    // The other way round: the same game with the agents exchanged, the second leading.
    const flip = (m: readonly (readonly number[])[]) => (m[0] ?? []).map((_, j) => m.map(row => row[j] as number));
    const other = await answerOf(bimatrix(flip(columns), flip(rows)), { concept: 'stackelberg', maximizing: 'Column' });
    expect(String(other.values?.[1])).toBe(value);
    const inDoubles = await answerOf(bimatrix(rows, columns, { exact: false }), { concept: 'stackelberg' });
    expect(toFloat(inDoubles.values?.[0] as Num)).toBeCloseTo(toFloat(answer.values?.[0] as Num), 10);
    expect(inDoubles.certificate.kind).toBe('stackelberg');
  });

  it('is worth at least any Nash equilibrium to the leader, and the value of a zero-sum game exactly', async () => {
    const next = integers(21, 9);
    for (let k = 0; k < 15; k++) {
      const [rows, columns] = [randomMatrix(3, 3, next), randomMatrix(3, 3, next)];
      const led = await answerOf(bimatrix(rows, columns), { concept: 'stackelberg' });
      expect(led.certificate.kind).toBe('stackelberg');
      const nash = await answerOf(bimatrix(rows, columns), { concept: 'nash', method: 'vertex_enumeration' });
      for (const values of nash.profileValues ?? [])
        expect(toFloat(led.values?.[0] as Num)).toBeGreaterThanOrEqual(toFloat(values[0] as Num) - 1e-12);
      const zero = bimatrix(rows);
      expect(String((await answerOf(zero, { concept: 'stackelberg' })).values?.[0])).toBe(
        String((await answerOf(zero, { concept: 'minimax' })).values?.[0]),
      );
    }
  });

  it('the verifier refuses a worse commitment and one with a better reply', async () => {
    const game = bimatrix(known[0]?.[0] ?? [], known[0]?.[1]);
    const answer = await answerOf(game, { concept: 'stackelberg' });
    const judge = (leader: Num[], follower: Num[]) =>
      verify(
        game,
        {
          kind: 'stackelberg',
          solution: { kind: 'profiles', profiles: [[leader, follower]] },
          values: undefined,
          completeness: 'some',
          optimality: { objective: { kind: 'agent', agent: 0 }, weights: [], multipliers: new Array<Num>(4).fill(0) },
        },
        1e-9,
      ).problems.join();
    expect(judge([1, 0], [1, 0])).toContain('optimum lies between');
    expect(judge([1, 0], [0, 1])).toContain('better reply');
    expect(answer.certificate.problems).toEqual([]);
  });
});

describe('fairness and dominance among equilibria', () => {
  const stag = bimatrix(
    [
      [9, 0],
      [8, 7],
    ],
    [
      [9, 8],
      [0, 7],
    ],
  );

  it('payoff and risk dominance part in a stag hunt', async () => {
    expect(profiles(await answerOf(stag, { concept: 'payoff_dominant' }))).toEqual(['1 0 ; 1 0']);
    const risk = await answerOf(stag, { concept: 'risk_dominant' });
    expect(profiles(risk)).toEqual(['0 1 ; 0 1']);
    expect(risk.certificate.kind).toBe('risk_dominant');
    // Equal deviation losses: neither dominates, which is proved.
    const even = bimatrix(
      [
        [1, 0],
        [0, 1],
      ],
      [
        [1, 0],
        [0, 1],
      ],
    );
    expect((await answerOf(even, { concept: 'risk_dominant' })).completeness).toBe('none-proved');
    expect(profiles(await answerOf(even, { concept: 'payoff_dominant' }))).toHaveLength(2);
  });

  it('leximin and the product of gains', async () => {
    const share = bimatrix(
      [
        [10, 4, 0],
        [6, 4, 0],
      ],
      [
        [1, 4, 0],
        [3, 5, 0],
      ],
    );
    expect(outcomes(await answerOf(share, { concept: 'fairness' }))).toEqual([[1, 1]]);
    // Both secure 0 alone: 10 * 1, 4 * 4, 6 * 3 and 4 * 5.
    expect(outcomes(await answerOf(share, { concept: 'fairness', method: 'nash_product' }))).toEqual([[1, 1]]);
    const claim = (outcome: number[], kind: 'leximin' | 'nash_product') =>
      verify(
        share,
        { kind, solution: { kind: 'outcomes', outcomes: [outcome] }, values: undefined, completeness: 'all-proved' },
        0,
      ).kind;
    expect(claim([0, 1], 'leximin')).toBe('approximate');
    expect(claim([1, 0], 'nash_product')).toBe('approximate');
    expect(claim([1, 1], 'nash_product')).toBe('nash_product');
  });

  it('epsilon-equilibria: the least, and all up to a number', async () => {
    const pennies = bimatrix([
      [3, -1],
      [-1, 1],
    ]);
    // No pure equilibrium; someone gains 4 where Column plays its first action, and 2 where it plays the second.
    const least = await answerOf(pennies, { concept: 'epsilon_nash' });
    expect(toFloat(least.certificate.epsilon)).toBe(2);
    expect(least.certificate.kind).toBe('epsilon_nash');
    expect(profiles(least)).toEqual(['1 0 ; 0 1', '0 1 ; 0 1']);
    expect((await answerOf(pennies, { concept: 'epsilon_nash', epsilon: 1.9 })).completeness).toBe('none-proved');
    expect(profiles(await answerOf(pennies, { concept: 'epsilon_nash', epsilon: 4 }))).toHaveLength(4);
    const refused = await solve(pennies, { concept: 'pure', epsilon: 1 });
    expect(isRefusal(refused)).toBe(true);
  });
});

describe('evolutionary stability', () => {
  const stable = async (rows: readonly (readonly number[])[]): Promise<string[]> => {
    const answer = await answerOf(symmetric(rows), { concept: 'evolutionarily_stable' });
    expect(answer.certificate.kind).toBe('ess');
    expect(answer.exact).toBe(true);
    return profiles(answer).map(one => one.split(' ; ')[0] as string);
  };

  it('hawk and dove mix; coordination has the pure ones; rock-paper-scissors has none', async () => {
    expect(
      await stable([
        [-1, 4],
        [0, 2],
      ]),
    ).toEqual(['2/3 1/3']);
    expect(
      await stable([
        [2, 0],
        [0, 1],
      ]),
    ).toEqual(['1 0', '0 1']);
    const answer = await answerOf(symmetric(rockPaperScissors), { concept: 'evolutionarily_stable' });
    expect(answer.completeness).toBe('none-proved');
  });

  it('good rock-paper-scissors is stable at thirds, the bad one is not (Hofbauer and Sigmund 1998)', async () => {
    const rps = (win: number, loss: number) => [
      [0, -loss, win],
      [win, 0, -loss],
      [-loss, win, 0],
    ];
    expect(await stable(rps(2, 1))).toEqual(['1/3 1/3 1/3']);
    expect(await stable(rps(1, 2))).toEqual([]);
  });

  it('several with overlapping supports', async () => {
    // Mixing with any other pays: all three at thirds.
    const all = [
      [0, 3, 3],
      [3, 0, 3],
      [3, 3, 0],
    ];
    expect(await stable(all)).toEqual(['1/3 1/3 1/3']);
    // The first and the third do not go together. Each pair with the second gets 3 at one half, where the third one gets 5/2.
    const pairs = [
      [1, 5, 0],
      [5, 1, 5],
      [0, 5, 1],
    ];
    expect(await stable(pairs)).toEqual(['1/2 1/2 0', '0 1/2 1/2']);
  });

  it('agrees with the definition on random games: a stable strategy beats every nearby mutant', async () => {
    const next = integers(13, 4);
    let found = 0;
    for (let k = 0; k < 40; k++) {
      const rows = randomMatrix(3, 3, next);
      const answer = await answerOf(symmetric(rows), { concept: 'evolutionarily_stable' });
      if (answer.completeness === 'none-proved') expect(answer.certificate.problems).toEqual([]);
      else expect(answer.certificate.kind).toBe('ess');
      if (answer.solution.kind !== 'profiles') continue;
      for (const profile of answer.solution.profiles) {
        found++;
        const p = (profile[0] ?? []).map(toFloat);
        const worth = (x: readonly number[], y: readonly number[]) =>
          x.reduce((sum, a, i) => sum + a * y.reduce((inner, b, j) => inner + b * (rows[i]?.[j] as number), 0), 0);
        for (let t = 0; t < 60; t++) {
          const draw = [next() + 5, next() + 5, next() + 5];
          const total = draw.reduce((sum, x) => sum + x, 0);
          const y = p.map((x, i) => 0.99 * x + (0.01 * (draw[i] as number)) / total);
          if (Math.max(...y.map((x, i) => Math.abs(x - (p[i] as number)))) < 1e-6) continue;
          expect(worth(p, y)).toBeGreaterThan(worth(y, y) - 1e-12);
        }
      }
    }
    expect(found).toBeGreaterThan(20);
  });

  it('the verifier finds a mutant; asymmetric games are refused with a remedy', async () => {
    const third = [1 / 3, 1 / 3, 1 / 3];
    const claim = {
      kind: 'ess' as const,
      solution: { kind: 'profiles' as const, profiles: [[third, third]] },
      values: undefined,
      completeness: 'some' as const,
    };
    expect(verify(symmetric(rockPaperScissors), claim, 1e-9).problems.join()).toContain('mutant');
    const refused = await solve(
      bimatrix(
        [
          [1, 2],
          [3, 4],
        ],
        [
          [1, 2],
          [5, 4],
        ],
      ),
      { concept: 'evolutionarily_stable' },
    );
    expect(isRefusal(refused) && refused.refused).toContain('symmetric');
  });
});

describe('alpha-rank', () => {
  it('a dominant profile takes all, coordination shares, cycles go round', async () => {
    const dilemma = await answerOf(
      symmetric([
        [3, 0],
        [5, 1],
      ]),
      { concept: 'alpha_rank' },
    );
    expect(device(dilemma)[3]).toBeCloseTo(1, 6);
    const even = await answerOf(
      symmetric([
        [1, 0],
        [0, 1],
      ]),
      { concept: 'alpha_rank' },
    );
    expect(device(even)[0]).toBeCloseTo(1 / 2, 6);
    const pennies = await answerOf(
      bimatrix([
        [1, -1],
        [-1, 1],
      ]),
      { concept: 'alpha_rank' },
    );
    for (const p of device(pennies)) expect(p).toBeCloseTo(1 / 4, 9);
    for (const answer of [dilemma, even, pennies]) expect(answer.certificate.kind).toBe('alpha_rank');
  });

  it('the verifier refuses mass in the wrong place', () => {
    const claim = (probabilities: Num[]) =>
      verify(
        symmetric([
          [3, 0],
          [5, 1],
        ]),
        { kind: 'alpha_rank', solution: { kind: 'device', probabilities }, values: undefined, completeness: 'one' },
        1e-9,
      ).kind;
    expect(claim([0.5, 0, 0, 0.5])).toBe('approximate');
  });

  // Four pure profiles that pay best where both agree, on four actions: (0, 0) and (1, 1) lead to each other only by rare switches.
  const agree = (n: number) =>
    symmetric(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0))));
  const ranked = (probabilities: Num[], chain = { neutral: 1 / 50, against: 1e-12 }, n = 4) =>
    verify(
      agree(n),
      {
        kind: 'alpha_rank',
        chain,
        solution: { kind: 'device', probabilities },
        values: undefined,
        completeness: 'one',
      },
      1e-9,
    );
  const masses = async (n: number): Promise<Num[]> => {
    const answer = await answerOf(agree(n), { concept: 'alpha_rank' });
    expect(answer.certificate.problems).toEqual([]);
    return [...device(answer)];
  };

  it.each([3, 4, 6])('the right masses are confirmed, in fractions and in doubles: %i actions', async n => {
    const found = await masses(n);
    for (let k = 0; k < n; k++) expect(found[k * n + k]).toBeCloseTo(1 / n, 9);
    expect(ranked(found, undefined, n).kind).toBe('alpha_rank');
  });

  it('a distribution whose flows balance within every group, but not between two, is refused', async () => {
    const found = (await masses(4)).map(toFloat);
    // One half of the chain gets more: inside each half all stays in proportion.
    const half = (k: number) => (Math.floor(k / 4) < 2 && k % 4 < 2 ? 1.2 : 1);
    const shifted = found.map((p, k) => p * half(k));
    const sum = shifted.reduce((total, p) => total + p, 0);
    const judged = ranked(shifted.map(p => p / sum));
    expect(judged.kind).toBe('approximate');
    expect(judged.problems.join()).toContain('the chain at rest gives it');
  });

  it('another strength of selection has another distribution; one that lets nobody leave has none of its own', async () => {
    const found = await masses(4);
    // Mistakes that are as usual as gains spread the mass.
    expect(ranked(found, { neutral: 1, against: 1 }).kind).toBe('approximate');
    expect(ranked(new Array<number>(16).fill(1 / 16), { neutral: 1, against: 1 }).kind).toBe('alpha_rank');
    const stuck = ranked(found, { neutral: 0, against: 0 });
    expect(stuck.problems.join()).toContain('more than one distribution');
    expect(ranked(found, { neutral: 0.1, against: 0.2 }).problems.join()).toContain('not those of any selection');
  });
});
