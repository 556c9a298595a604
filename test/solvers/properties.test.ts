/** Laws: the verifier finds planted errors; solvers agree with brute force and with each other on random games. */
import { describe, expect, it } from 'vitest';
import { Rational } from '../../runtime/games/rational.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import { type Answer, isRefusal, type SolveOptions, solve, solverTable } from '../../runtime/solvers/index.ts';
import type { Claim, Policy, Strategy } from '../../runtime/verify/claim.ts';
import { type Num, toFloat } from '../../runtime/verify/number.ts';
import { verify } from '../../runtime/verify/verify.ts';
import { bimatrix, game, integers, matrix, randomMatrix, rockPaperScissors } from './games.ts';

async function answerOf(tabular: TabularGame, options: SolveOptions): Promise<Answer> {
  const answer = await solve(tabular, options);
  if (isRefusal(answer)) throw new Error(`${answer.refused}; ${answer.remedy}`);
  return answer;
}

const half = Rational.of(1, 2);
const pureClaim = (
  profiles: readonly (readonly (readonly Num[])[])[],
  values: readonly Num[],
  kind: Claim['kind'] = 'nash',
  completeness: Claim['completeness'] = 'one',
): Claim => ({
  kind,
  solution: { kind: 'profiles', profiles },
  values,
  completeness,
});

describe('the verifier finds what was planted', () => {
  const rps = bimatrix(rockPaperScissors);
  const uniform: Num[] = [1 / 3, 1 / 3, 1 / 3];

  it('a profile that is no equilibrium', () => {
    const certificate = verify(rps, pureClaim([[[1, 0, 0], uniform]], [0, 0]), 1e-9);
    expect(certificate.kind).toBe('approximate');
    expect(toFloat(certificate.regret[1] as Num)).toBeCloseTo(1, 12);
    expect(certificate.bestResponses?.[1]).toBe(1);
  });

  it('an error far below what the eye sees', () => {
    const certificate = verify(rps, pureClaim([[[1 / 3 + 1e-6, 1 / 3 - 1e-6, 1 / 3], uniform]], [0, 0]), 1e-9);
    expect(certificate.kind).toBe('approximate');
    expect(verify(rps, pureClaim([[[1 / 3 + 1e-6, 1 / 3 - 1e-6, 1 / 3], uniform]], [0, 0]), 1e-4).kind).toBe('nash');
  });

  it('wrong values, wrong sums, negative probabilities, wrong shapes', () => {
    expect(verify(rps, pureClaim([[uniform, uniform]], [0.5, -0.5]), 1e-9).problems.join()).toContain(
      'was said to get',
    );
    expect(verify(rps, pureClaim([[[0.3, 0.3, 0.3], uniform]], [0, 0]), 1e-9).problems.join()).toContain('sum');
    expect(verify(rps, pureClaim([[[2 / 3, 2 / 3, -1 / 3], uniform]], [0, 0]), 1e-9).problems.join()).toContain(
      'negative',
    );
    expect(verify(rps, pureClaim([[[0.5, 0.5], uniform]], [0, 0]), 1e-9).kind).toBe('approximate');
    expect(verify(rps, pureClaim([[[Number.NaN, 0.5, 0.5], uniform]], [0, 0]), 1e-9).kind).toBe('approximate');
  });

  it('a list that claims to be complete and is not', () => {
    const coordination = bimatrix(
      [
        [1, 0],
        [0, 1],
      ],
      [
        [1, 0],
        [0, 1],
      ],
    );
    const one = [Rational.one, Rational.zero];
    expect(verify(coordination, pureClaim([[one, one]], [Rational.one, Rational.one], 'nash', 'some'), 0).kind).toBe(
      'nash',
    );
    expect(
      verify(
        coordination,
        pureClaim([[one, one]], [Rational.one, Rational.one], 'nash', 'all-proved'),
        0,
      ).problems.join(),
    ).toContain('missing');
    expect(verify(coordination, { ...pureClaim([], []), values: undefined, completeness: 'none-proved' }, 0).kind).toBe(
      'approximate',
    );
  });

  it('a device that tempts, and one that is not the best', () => {
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
    const device = (probabilities: readonly Num[], values: readonly Num[], multipliers: readonly Num[]): Claim => ({
      kind: 'ce',
      solution: { kind: 'device', probabilities },
      values,
      completeness: 'one',
      optimality: { objective: { kind: 'welfare' }, weights: [], multipliers },
    });
    const zeros = new Array<Num>(8).fill(0);
    expect(verify(chicken, device([0, 0, 0, 1], [6, 6], zeros), 1e-9).kind).toBe('approximate');
    // (1/3, 1/3, 1/3) off the crash is correlated, with welfare 10: not the best, so no multipliers can prove it.
    const third = Rational.of(1, 3);
    const claimed = verify(
      chicken,
      device([Rational.zero, third, third, third], [Rational.of(5), Rational.of(5)], zeros),
      1e-9,
    );
    expect(claimed.regret.map(String)).toEqual(['0', '0']);
    expect(claimed.problems.join()).toContain('optimum lies between');
  });

  it('a false elimination step and a false welfare list', () => {
    const pd = bimatrix(
      [
        [3, 0],
        [5, 1],
      ],
      [
        [3, 5],
        [0, 1],
      ],
    );
    const step = { round: 1, agent: 0, choice: 1, by: [Rational.one, Rational.zero], weak: false };
    const claim: Claim = {
      kind: 'dominance',
      solution: { kind: 'elimination', steps: [step], surviving: [[0], [0, 1]] },
      values: undefined,
      completeness: 'all-proved',
    };
    expect(verify(pd, claim, 0).problems.join()).toContain('not better');
    const welfare: Claim = {
      kind: 'welfare',
      solution: { kind: 'outcomes', outcomes: [[1, 1]] },
      values: undefined,
      completeness: 'all-proved',
    };
    expect(verify(pd, welfare, 0).kind).toBe('approximate');
    const pareto: Claim = { ...welfare, kind: 'pareto', solution: { kind: 'outcomes', outcomes: [[0, 0]] } };
    expect(verify(pd, pareto, 0).problems.join()).toContain('undominated');
  });

  it('a policy that is not optimal, in fractions and in doubles', async () => {
    const tabular = game({
      agents: ['A'],
      actions: [['stay', 'go']],
      discount: '1/2',
      states: [
        { step: ([a]) => [{ p: 1, to: a === 0 ? 0 : 1, r: [0] }] },
        { step: ([a]) => [{ p: 1, to: 1, r: [a === 0 ? 1 : 0] }] },
      ],
    });
    const right = await answerOf(tabular, { concept: 'optimal' });
    expect(right.values?.map(String)).toEqual(['1']);
    expect(right.certificate.arithmetic).toBe('rational');
    const one = Rational.one;
    const lazy: Policy = {
      kind: 'stationary',
      rules: [
        [
          [one, Rational.zero],
          [one, Rational.zero],
        ] as Strategy[],
      ],
    };
    const claim: Claim = {
      kind: 'optimal',
      solution: { kind: 'policy', policy: lazy, stateValues: [[Rational.zero], [Rational.of(2)]] },
      values: [Rational.zero],
      completeness: 'one',
    };
    for (const subject of [tabular, { ...tabular, exact: undefined }]) {
      const certificate = verify(subject, claim, 1e-9);
      expect(certificate.kind).toBe('approximate');
      expect(toFloat(certificate.regret[0] as Num)).toBeCloseTo(1, 9);
    }
    // Claimed values that are no fixed point are not believed either.
    const boast: Claim = {
      ...claim,
      solution: { kind: 'policy', policy: lazy, stateValues: [[one], [Rational.of(2)]] },
      values: [one],
    };
    expect(verify(tabular, boast, 1e-9).kind).toBe('approximate');
  });

  it('a mixture exact in halves is checked in fractions', () => {
    const pennies = bimatrix([
      [1, -1],
      [-1, 1],
    ]);
    const certificate = verify(
      pennies,
      pureClaim(
        [
          [
            [half, half],
            [half, half],
          ],
        ],
        [Rational.zero, Rational.zero],
      ),
      0,
    );
    expect(certificate.arithmetic).toBe('rational');
    expect(certificate.nashConv.toString()).toBe('0');
  });
});

describe('random games', () => {
  const shapes = [
    [2, 2],
    [3, 3],
    [2, 5],
    [4, 3],
    [2, 3, 2],
    [2, 2, 2, 2],
  ];

  it.each(shapes.map(shape => [shape.join('x'), shape] as const))(
    'pure equilibria of %s games equal brute force',
    async (_, shape) => {
      for (let seed = 0; seed < 20; seed++) {
        const next = integers(1000 * shape.length + seed, 3);
        const payoffs = new Map<string, number[]>();
        const payoff = (choices: readonly number[]) => {
          const key = choices.join();
          const made = payoffs.get(key) ?? shape.map(() => next());
          payoffs.set(key, made);
          return made;
        };
        const tabular = matrix(
          shape.map(count => Array.from({ length: count }, (_, a) => `a${a}`)),
          payoff,
        );
        const expected: string[] = [];
        for (const [key, values] of payoffs) {
          const choices = key.split(',').map(Number);
          const stable = shape.every((count, i) =>
            Array.from(
              { length: count },
              (_, a) => (payoffs.get(choices.with(i, a).join()) as number[])[i] as number,
            ).every(other => other <= (values[i] as number)),
          );
          if (stable) expected.push(key);
        }
        const answer = await answerOf(tabular, { concept: 'pure' });
        if (answer.solution.kind !== 'profiles') throw new Error('no profiles');
        const found = answer.solution.profiles.map(profile =>
          profile.map(strategy => strategy.findIndex(p => toFloat(p) === 1)).join(),
        );
        expect(found.sort()).toEqual(expected.sort());
        expect(answer.certificate.kind).toBe('nash');
      }
    },
  );

  it('every equilibrium that is listed is one, there is an odd number in generic games, and pure ones are among them', async () => {
    for (let seed = 0; seed < 25; seed++) {
      const next = integers(seed, 100_000);
      const tabular = bimatrix(randomMatrix(4, 5, next), randomMatrix(4, 5, next));
      const answer = await answerOf(tabular, { concept: 'nash' });
      if (answer.solution.kind !== 'profiles') throw new Error('no profiles');
      expect(answer.certificate.kind).toBe('nash');
      expect(answer.exact).toBe(true);
      expect(answer.solution.profiles.length % 2).toBe(1);
    }
  });

  it('degenerate games with few payoffs always have an equilibrium and pass the verifier', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const next = integers(seed + 500, 1);
      const tabular = bimatrix(randomMatrix(4, 4, next), randomMatrix(4, 4, next));
      const answer = await answerOf(tabular, { concept: 'nash', method: 'vertex_enumeration' });
      expect(answer.certificate.kind).toBe('nash');
      expect(answer.solution.kind === 'profiles' && answer.solution.profiles.length > 0).toBe(true);
    }
  });

  it('correlated equilibria of zero-sum games give the minimax value', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const next = integers(seed + 90, 20);
      const a = randomMatrix(4, 5, next);
      for (const exact of [true, false]) {
        const tabular = bimatrix(a, undefined, { exact });
        const minimax = await answerOf(tabular, { concept: 'minimax' });
        for (const concept of ['correlated', 'coarse_correlated']) {
          const answer = await answerOf(tabular, { concept, maximizing: 'Row' });
          expect(answer.certificate.kind).not.toBe('approximate');
          expect(toFloat(answer.values?.[0] as Num)).toBeCloseTo(toFloat(minimax.values?.[0] as Num), 6);
        }
      }
    }
  });

  it.each(['welfare', 'egalitarian', 'Column'])(
    'correlated equilibria maximising %s: exact, dense and GLPK programs agree',
    async maximizing => {
      for (const size of [4, 9, 14]) {
        const next = integers(size, 9);
        const a = randomMatrix(size, size, next);
        const b = randomMatrix(size, size, next);
        const [exact, float] = await Promise.all(
          [true, false].map(flag => answerOf(bimatrix(a, b, { exact: flag }), { concept: 'correlated', maximizing })),
        );
        expect(exact?.certificate.kind).toBe('ce');
        expect(exact?.exact).toBe(true);
        expect(String(exact?.certificate.gap?.upper)).toBe(String(exact?.objective?.value));
        expect(float?.certificate.kind).toBe('ce');
        expect(toFloat(float?.objective?.value as Num)).toBeCloseTo(toFloat(exact?.objective?.value as Num), 7);
      }
    },
  );

  it('elimination keeps every equilibrium', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const next = integers(seed + 7000, 6);
      const tabular = bimatrix(randomMatrix(4, 4, next), randomMatrix(4, 4, next));
      const dominance = await answerOf(tabular, { concept: 'dominance' });
      const nash = await answerOf(tabular, { concept: 'nash', method: 'vertex_enumeration' });
      expect(dominance.certificate.kind).toBe('dominance');
      if (dominance.solution.kind !== 'elimination' || nash.solution.kind !== 'profiles') throw new Error('wrong kind');
      const { surviving } = dominance.solution;
      for (const profile of nash.solution.profiles)
        profile.forEach((strategy, i) => {
          strategy.forEach((p, choice) => {
            if (toFloat(p) > 0) expect(surviving[i]).toContain(choice);
          });
        });
    }
  });
});

describe('limits', () => {
  it('a deadline that has passed is a refusal, an aborted signal too', async () => {
    const rps = bimatrix(rockPaperScissors);
    expect(isRefusal(await solve(rps, { concept: 'minimax' }, { deadline: performance.now() - 1 }))).toBe(true);
    expect(isRefusal(await solve(rps, { concept: 'minimax' }, { signal: AbortSignal.abort() }))).toBe(true);
  });

  it('an enumeration that is cut short claims less', async () => {
    const next = integers(3, 1_000_000);
    const big = bimatrix(randomMatrix(14, 14, next), randomMatrix(14, 14, next));
    const answer = await solve(big, { concept: 'nash' }, { deadline: performance.now() + 60 });
    if (isRefusal(answer)) throw new Error(answer.refused);
    expect(['some', 'none-found']).toContain(answer.completeness);
    expect(answer.warnings.join()).toContain('stopped');
  });

  it('the table names every method once, with a doc sentence and a source', () => {
    const keys = solverTable.map(row => `${row.concept}/${row.method}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const row of solverTable) {
      expect(row.doc).toMatch(/\.$/);
      expect(row.source.length).toBeGreaterThan(3);
    }
  });
});
