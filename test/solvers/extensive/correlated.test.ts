/** Extensive-form correlated equilibria: the examples of the papers, laws that tie them to other concepts, and a verifier that refuses. */
import { describe, expect, test } from 'vitest';
import type { TabularGame } from '../../../runtime/games/tabular.ts';
import { sequenceForm, spaceOf } from '../../../runtime/solvers/extensive/form.ts';
import {
  drawnPlans,
  reducedStrategies,
  reducedStrategyCount,
  relevantPairs,
} from '../../../runtime/solvers/extensive/recommendations.ts';
import { format, isRefusal, solve, toJson } from '../../../runtime/solvers/index.ts';
import type { Claim, Solution } from '../../../runtime/verify/claim.ts';
import { toFloat } from '../../../runtime/verify/number.ts';
import { verify } from '../../../runtime/verify/verify.ts';
import { game, integers } from '../games.ts';
import { answerOf, library, treeOf } from './support.ts';

const efce = 'extensive_correlated';
const coarse = 'extensive_coarse_correlated';

/**
 * Von Stengel and Forges 2008, figure 1: a student, good or bad with equal chances, sends one of two signals that cost nothing; a teacher
 * accepts or refuses. Accepted, a good student earns 4 (the teacher 10) and a bad one 6 (the teacher 0); refused, any earns 0 (the teacher 6).
 */
function signalling(): TabularGame {
  const signals = [0, 1];
  return game({
    name: 'Signalling',
    agents: ['Student', 'Teacher'],
    actions: [
      ['X', 'Y'],
      ['accept', 'refuse'],
    ],
    initial: [
      [0, '1/2'],
      [1, '1/2'],
    ],
    states: [
      ...[0, 1].map(kind => ({
        legal: [signals, []],
        // The teacher sees nothing yet.
        sees: [kind, 0],
        step: ([signal]: readonly number[]) => [{ p: 1, to: 2 + 2 * kind + (signal as number), r: [0, 0] }],
      })),
      ...[0, 1].flatMap(kind =>
        signals.map(signal => ({
          legal: [[], [0, 1]],
          sees: [2 + 2 * kind + signal, 1 + signal],
          step: ([, reply]: readonly number[]) => [
            { p: 1, to: -1, r: reply === 1 ? [0, 6] : kind === 0 ? [4, 10] : [6, 0] },
          ],
        })),
      ),
    ],
  });
}

async function worth(of: TabularGame, concept: string, maximizing?: string): Promise<number> {
  const answer = await answerOf(of, { concept, maximizing });
  expect(answer.certificate.problems).toEqual([]);
  return toFloat(answer.objective?.value ?? Number.NaN);
}

describe('cheap talk (von Stengel and Forges 2008)', () => {
  test('without a mediator nobody is ever accepted', async () => {
    const nash = await answerOf(signalling(), { concept: 'nash' });
    expect(nash.values?.map(String)).toEqual(['0', '6']);
  });

  test('recommendations that come one by one make the signals mean something', async () => {
    // Let b be the chance that a bad student is accepted; a good one always is. The teacher must not prefer to refuse when told to accept:
    // 10 / (1 + b) >= 6, so that b <= 2/3. A bad student guesses the signal of acceptance with 1/2: b >= 1/2 with two signals.
    const [teacher, student, all, least] = await Promise.all(
      ['Teacher', 'Student', 'welfare', 'social_cost'].map(maximizing =>
        answerOf(signalling(), { concept: efce, maximizing }),
      ),
    );
    expect(teacher?.values?.map(String)).toEqual(['7/2', '13/2']);
    expect(student?.values?.map(String)).toEqual(['4', '6']);
    expect(all?.objective?.value.toString()).toBe('10');
    expect(least?.objective?.value.toString()).toBe('-6');
    for (const answer of [teacher, student, all, least]) {
      expect(answer?.certificate).toMatchObject({ kind: 'efce', arithmetic: 'rational', problems: [] });
      expect(answer?.certificate.regret.map(String)).toEqual(['0', '0']);
      expect(answer?.certificate.unfinished).toBeUndefined();
      // Both ends of the bound are found again, from the listing.
      expect(answer?.certificate.gap?.lower).toEqual(answer?.certificate.gap?.upper);
    }
  });

  test('deciding before the signal is told makes no difference here', async () => {
    // A bad student that does not listen guesses, as before: b >= 1/2. A teacher that does not listen refuses and gets 6, as when it is told to.
    expect(await worth(signalling(), coarse, 'Teacher')).toBeCloseTo(6.5, 12);
    expect(await worth(signalling(), coarse, 'Student')).toBeCloseTo(4, 12);
  });
});

describe('laws', () => {
  /** A bimatrix game of small whole numbers. */
  const matrix = (next: () => number): TabularGame => {
    const pay = Array.from({ length: 6 }, () => [next(), next()]);
    return game({
      agents: ['A', 'B'],
      actions: [
        ['a', 'b'],
        ['x', 'y', 'z'],
      ],
      states: [{ step: ([i, j]) => [{ p: 1, to: -1, r: pay[3 * (i as number) + (j as number)] as number[] }] }],
    });
  };

  test('of one step they are the correlated and the coarse correlated equilibria', async () => {
    const next = integers(5, 9);
    for (let round = 0; round < 12; round++) {
      const one = matrix(next);
      for (const objective of ['welfare', 'egalitarian', 'A']) {
        expect(await worth(one, efce, objective)).toBeCloseTo(await worth(one, 'correlated', objective), 9);
        expect(await worth(one, coarse, objective)).toBeCloseTo(await worth(one, 'coarse_correlated', objective), 9);
      }
    }
  });

  test('three agents of one step, too', async () => {
    const next = integers(8, 9);
    const pay = Array.from({ length: 8 }, () => [next(), next(), next()]);
    const three = game({
      agents: ['A', 'B', 'C'],
      actions: [
        ['a', 'b'],
        ['a', 'b'],
        ['a', 'b'],
      ],
      states: [
        {
          step: ([i, j, k]) => [
            { p: 1, to: -1, r: pay[4 * (i as number) + 2 * (j as number) + (k as number)] as number[] },
          ],
        },
      ],
    });
    expect(await worth(three, efce)).toBeCloseTo(await worth(three, 'correlated'), 9);
    expect(await worth(three, coarse)).toBeCloseTo(await worth(three, 'coarse_correlated'), 9);
  });

  test('two rounds without chance: a Nash equilibrium is worth no more than an EFCE, and that no more than a coarse one', async () => {
    const next = integers(3, 9);
    for (let round = 0; round < 6; round++) {
      const two = rounds(next, false);
      const nash = await answerOf(two, { concept: 'nash', method: 'sequence_form_lemke' });
      const sum = (nash.values ?? []).reduce((total: number, x) => total + toFloat(x), 0);
      const [one, other] = [await worth(two, efce), await worth(two, coarse)];
      expect(one).toBeGreaterThanOrEqual(sum - 1e-9);
      expect(other).toBeGreaterThanOrEqual(one - 1e-9);
    }
  });

  test('the polynomial program and the one over pure strategies agree where there is no chance', async () => {
    const next = integers(17, 9);
    for (let round = 0; round < 4; round++) {
      const pays = Array.from({ length: 60 }, () => next());
      const at = () => {
        let k = 0;
        return () => pays[k++ % pays.length] as number;
      };
      const plain = rounds(at(), false);
      // The same with a draw that nobody sees and that changes nothing: it is taken for a game with chance.
      const drawn = rounds(at(), true);
      const [one, other] = await Promise.all([plain, drawn].map(g => answerOf(g, { concept: efce })));
      expect(one?.note).toContain('relevant pairs');
      expect(other?.note).toContain('pure strategies');
      expect(toFloat(one?.objective?.value ?? 0)).toBeCloseTo(toFloat(other?.objective?.value ?? 1), 8);
      expect(one?.certificate.problems).toEqual([]);
      expect(other?.certificate.problems).toEqual([]);
      expect(one?.certificate.gap).toBeDefined();
    }
  });

  test('in a zero-sum game both are worth the value: Kuhn, -1/18', async () => {
    for (const concept of [efce, coarse]) {
      const answer = await answerOf(library('Kuhn'), { concept });
      expect(answer.certificate.problems).toEqual([]);
      expect(toFloat(answer.values?.[0] ?? 0)).toBeCloseTo(-1 / 18, 9);
    }
  }, 60_000);
});

/** Both choose at once, both see the result, both choose again; payoffs at the end depend on all. */
function rounds(next: () => number, draw: boolean): TabularGame {
  const pay = Array.from({ length: 16 }, () => [next(), next()]);
  const outcomes = (to: number, r: readonly number[]) =>
    draw
      ? [
          { p: '1/3', to, r },
          { p: '2/3', to, r },
        ]
      : [{ p: 1, to, r }];
  return game({
    agents: ['A', 'B'],
    actions: [
      ['a', 'b'],
      ['a', 'b'],
    ],
    states: [
      { step: ([i, j]) => outcomes(1 + 2 * (i as number) + (j as number), [0, 0]) },
      ...[0, 1, 2, 3].map(first => ({
        step: ([i, j]: readonly number[]) =>
          outcomes(-1, pay[4 * first + 2 * (i as number) + (j as number)] as number[]),
      })),
    ],
  });
}

describe('beyond two agents and small games', () => {
  test('three agents, two rounds: nobody gains by not listening, and none does better', async () => {
    const next = integers(21, 9);
    const pay = Array.from({ length: 32 }, () => [next(), next(), next()]);
    const three = game({
      agents: ['A', 'B', 'C'],
      actions: [
        ['a', 'b'],
        ['a', 'b'],
        ['a', 'b'],
      ],
      states: [
        // C alone begins, and all see it; then A and B choose at once.
        { legal: [[], [], [0, 1]], step: ([, , k]) => [{ p: 1, to: 1 + (k as number), r: [0, 0, 0] }] },
        ...[0, 1].map(first => ({
          legal: [[0, 1], [0, 1], []],
          step: ([i, j]: readonly number[]) => [
            { p: 1, to: -1, r: pay[8 * first + 2 * (i as number) + (j as number)] as number[] },
          ],
        })),
      ],
    });
    for (const maximizing of ['welfare', 'egalitarian', 'C']) {
      const [fine, rough] = await Promise.all([efce, coarse].map(concept => answerOf(three, { concept, maximizing })));
      for (const answer of [fine, rough]) {
        expect(answer?.certificate.problems).toEqual([]);
        expect(answer?.certificate.gap).toBeDefined();
      }
      expect(toFloat(rough?.objective?.value ?? 0)).toBeGreaterThanOrEqual(toFloat(fine?.objective?.value ?? 0) - 1e-9);
    }
  });

  test('many types: too many pure strategies, yet the polynomial program has a mediator', async () => {
    // Each of two agents learns one of 14 types of its own and answers it; their payoffs do not meet, so that all is decided type by type.
    const types = 14;
    const many = game({
      agents: ['A', 'B'],
      actions: [
        ['a', 'b'],
        ['a', 'b'],
      ],
      initial: Array.from({ length: types * types }, (_, k) => [k, `1/${types * types}`] as const),
      states: Array.from({ length: types * types }, (_, k) => {
        const [own, other] = [Math.floor(k / types), k % types];
        return {
          sees: [own, other],
          step: ([i, j]: readonly number[]) => [{ p: 1, to: -1, r: [i === own % 2 ? 1 : 0, j === other % 2 ? 1 : 0] }],
        };
      }),
    });
    const answer = await answerOf(many, { concept: efce });
    expect(answer.note).toContain('relevant pairs');
    for (const value of answer.values ?? []) expect(toFloat(value)).toBeCloseTo(1, 9);
    expect(answer.certificate.problems).toEqual([]);
    // 2^14 pure strategies of one agent can still be gone through; what is not is said.
    expect(answer.certificate.gap !== undefined || answer.certificate.unfinished?.includes('word of the solver')).toBe(
      true,
    );
  }, 60_000);
});

describe('what is counted', () => {
  test('reduced strategies of Kuhn: 27 and 64', () => {
    const tree = treeOf(library('Kuhn'));
    const counts = [0, 1].map(i => reducedStrategyCount(spaceOf(tree, i)));
    expect(counts).toEqual([27, 64]);
    expect(reducedStrategies(spaceOf(tree, 0))).toHaveLength(27);
    expect(drawnPlans([spaceOf(tree, 0), spaceOf(tree, 1)], 1).unknowns).toBe(27 * 13);
  });

  test('relevant pairs: sequences of different cards never meet themselves', () => {
    const tree = treeOf(library('Kuhn'));
    const form = sequenceForm(tree);
    const pairs = relevantPairs(tree, form.spaces);
    // 13 sequences each; with an empty one 1 + 12 + 12 pairs. For each of the 6 deals: First's opening (2) meets all 4 replies of Second's card,
    // its answer to a bet (2) only what Second does after a pass (2).
    expect(pairs.unknowns).toBe(25 + 6 * (2 * 4 + 2 * 2));
  });
});

describe('the verifier', () => {
  const claim = async (): Promise<{ answer: Solution; claim: Claim }> => {
    const answer = await answerOf(signalling(), { concept: efce, maximizing: 'Teacher' });
    return {
      answer: answer.solution,
      claim: { kind: 'efce', solution: answer.solution, values: undefined, completeness: 'one' },
    };
  };

  test('refuses a mediator that accepts everybody, and one that tells the student too much', async () => {
    const { claim: good } = await claim();
    if (good.solution.kind !== 'mixture') throw new Error('not a mixture');
    const { situations, parts } = good.solution;
    const first = parts[0];
    if (first === undefined) throw new Error('no part');
    const certain = (size: number, k: number) => Array.from({ length: size }, (_, c) => (c === k ? 1 : 0));
    const all = (student: number, teacher: number) =>
      situations.map((own, i) =>
        Array.from(own.state, () => certain(2, i === 0 ? student : teacher)),
      ) as typeof first.strategies;
    const judged = (list: typeof parts) =>
      verify(signalling(), { ...good, solution: { kind: 'mixture', situations, parts: list } }, 1e-9);
    const strategies = (student: number, teacher: number) =>
      all(student, teacher).map((list, i) =>
        list.map((s, k) => ((situations[i]?.state[k] as number) < 2 === (i === 0) ? s : undefined)),
      );
    // Accepting all: the teacher gains 1/2 * 6 - 1/2 * 10 + ... = 6 - 5 = 1 by refusing.
    const accepting = judged([{ weight: 1, strategies: strategies(0, 0) }]);
    expect(accepting.kind).toBe('approximate');
    expect(accepting.regret.map(toFloat)).toEqual([0, 1]);
    // Refusing all is an equilibrium.
    expect(judged([{ weight: 1, strategies: strategies(0, 1) }]).kind).toBe('efce');
  });

  test('refuses a claim of optimality that another mediator beats', async () => {
    const best = await answerOf(signalling(), { concept: efce, maximizing: 'Teacher' });
    const worst = await answerOf(signalling(), { concept: efce, maximizing: 'social_cost' });
    const { optimality, ...rest } = {
      kind: 'efce' as const,
      solution: worst.solution,
      values: worst.values,
      completeness: 'one' as const,
      optimality: { objective: { kind: 'agent' as const, agent: 1 }, weights: [], multipliers: [], deviations: [] },
    };
    expect(verify(signalling(), rest, 1e-9).kind).toBe('efce');
    const judged = verify(signalling(), { ...rest, optimality }, 1e-9);
    expect(judged.kind).toBe('approximate');
    // Without deviations the bound is what an obedient student would allow: the good accepted, the bad refused.
    expect(judged.gap?.upper.toString()).toBe('8');
    expect(best.certificate.gap?.upper.toString()).toBe('13/2');
  });
});

describe('refusals and words', () => {
  test('too many choices for any of the programs', async () => {
    const leduc = await solve(library('Leduc'), { concept: efce });
    expect(isRefusal(leduc) && leduc.refused).toContain('up to 400 choices');
  });

  test('entropy, and games without an end', async () => {
    const entropy = await solve(signalling(), { concept: efce, maximizing: 'entropy' });
    expect(isRefusal(entropy) && entropy.refused).toContain('entropy');
    const endless = await solve(library('GridGame1'), { concept: efce });
    expect(isRefusal(endless)).toBe(true);
  });

  test('an answer as text and as data', async () => {
    const answer = await answerOf(signalling(), { concept: efce, maximizing: 'Teacher' });
    const text = format(answer, signalling()).join('\n');
    expect(text).toContain('is recommended:');
    expect(text).toContain('Teacher 13/2');
    const data = toJson(answer, signalling());
    expect(data.certificate.kind).toBe('efce');
    const parts = data.strategies as { probability: string; recommends: { agent: string }[] }[];
    expect(parts.length).toBeGreaterThan(1);
    expect(parts[0]?.recommends.some(({ agent }) => agent === 'Teacher')).toBe(true);
  });
});
