/** Small and odd games, and random zero-sum trees solved in several ways. */
import { describe, expect, test } from 'vitest';
import type { TabularGame } from '../../../runtime/games/tabular.ts';
import { sweepingMethods } from '../../../runtime/solvers/regret-methods.ts';
import { toFloat } from '../../../runtime/verify/number.ts';
import { game, integers, type Outcome } from '../games.ts';
import { answerOf } from './support.ts';

const pair = ['A', 'B'];

async function valueBy(tabular: TabularGame, method: string, iterations?: number): Promise<string> {
  const answer = await answerOf(tabular, { concept: 'nash', method, iterations });
  expect(answer.certificate.problems, method).toEqual([]);
  return String(answer.values?.[0]);
}

describe('odd games', () => {
  test.each([
    ['nobody ever acts', [[], []], 2],
    ['one choice each', [[0], [0]], 2],
    ['only A acts', [[0, 1], []], 3],
    ['only B acts', [[], [0, 1]], 1],
  ])('%s', async (_, legal, value) => {
    const odd = game({
      agents: pair,
      actions: [
        ['x', 'y'],
        ['x', 'y'],
      ],
      states: [
        {
          legal,
          step: ([i = 0, j = 0]) => {
            const pay = 2 + (i === 1 ? 1 : 0) - (j === 1 ? 1 : 0);
            return [{ p: 1, to: -1, r: [pay, -pay] }];
          },
        },
      ],
    });
    for (const method of ['sequence_form', 'sequence_form_lemke', 'cfr_plus', 'outcome_sampling_cfr'])
      expect(toFloat(Number(await valueBy(odd, method, method.includes('cfr') ? 2_000 : undefined)))).toBeCloseTo(
        value,
        1,
      );
  });

  test('all payoffs equal', async () => {
    const flat = game({
      agents: pair,
      actions: [
        ['x', 'y'],
        ['x', 'y'],
      ],
      states: [{ step: () => [{ p: 1, to: -1, r: [0, 0] }] }],
    });
    expect(await valueBy(flat, 'sequence_form')).toBe('0');
    expect(await valueBy(flat, 'sequence_form_lemke')).toBe('0');
    expect(await valueBy(flat, 'cfr', 5)).toBe('0');
  });

  test('the size of payoffs changes the value only', async () => {
    for (const scale of [1e-9, 1e9]) {
      const pennies = game({
        agents: pair,
        actions: [
          ['h', 't'],
          ['h', 't'],
        ],
        exact: false,
        states: [
          {
            step: ([i, j]) => [
              { p: 1, to: -1, r: i === j ? [(i === 0 ? 3 : 1) * scale, -(i === 0 ? 3 : 1) * scale] : [0, 0] },
            ],
          },
        ],
      });
      expect(Number(await valueBy(pennies, 'sequence_form')) / scale).toBeCloseTo(0.75, 9);
      expect(Number(await valueBy(pennies, 'predictive_cfr_plus', 2_000)) / scale).toBeCloseTo(0.75, 4);
    }
  });
});

/** Three rounds: both move at once or one after the other, chance in between; what is seen is random. */
function randomZeroSum(seed: number): TabularGame {
  const next = integers(seed, 1_000_003);
  const pick = (count: number) => Math.abs(next()) % count;
  const layers = [2, 3, 3];
  const offset = [0, 2, 5];
  const states = layers.flatMap((count, layer) =>
    Array.from({ length: count }, () => {
      const known = new Map<string, readonly Outcome[]>();
      return {
        legal: [0, 1].map(() => (pick(3) === 0 ? [] : [0, 1])),
        sees: [pick(2), pick(2)],
        step: (actions: readonly number[]): readonly Outcome[] => {
          const key = actions.join();
          const before = known.get(key);
          if (before !== undefined) return before;
          const outcome = (p: string): Outcome => {
            const pay = pick(11) - 5;
            return { p, to: layer === 2 ? -1 : (offset[layer + 1] as number) + pick(3), r: [pay, -pay] };
          };
          const outcomes = pick(2) === 0 ? [outcome('1')] : [outcome('2/5'), outcome('3/5')];
          known.set(key, outcomes);
          return outcomes;
        },
      };
    }),
  );
  return game({
    agents: pair,
    actions: [
      ['x', 'y'],
      ['x', 'y'],
    ],
    discount: seed % 2 === 0 ? '1' : '4/5',
    initial: [
      [0, '1/3'],
      [1, '2/3'],
    ],
    states,
  });
}

test('random zero-sum trees: the linear program, pivots in fractions and regret minimisation agree', async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = randomZeroSum(seed);
    const program = await answerOf(random, { concept: 'minimax', method: 'sequence_form' });
    expect(program.certificate.kind, `seed ${seed}`).toBe('minimax');
    const pivots = await answerOf(random, { concept: 'nash', method: 'sequence_form_lemke' });
    const value = toFloat(pivots.values?.[0] ?? Number.NaN);
    expect(toFloat(program.values?.[0] ?? Number.NaN)).toBeCloseTo(value, 9);
    // Where both are in fractions they are the same number.
    if (program.exact) expect(String(program.values?.[0])).toBe(String(pivots.values?.[0]));
    for (const method of sweepingMethods) {
      const run = await answerOf(random, { concept: 'nash', method, iterations: 300 });
      expect(['nash', 'epsilon_nash']).toContain(run.certificate.kind);
      const { lower, upper } = run.certificate.gap ?? { lower: 1, upper: 0 };
      expect(toFloat(lower)).toBeLessThanOrEqual(value + 1e-9);
      expect(toFloat(upper)).toBeGreaterThanOrEqual(value - 1e-9);
      expect(toFloat(upper) - toFloat(lower)).toBeLessThan(1);
    }
  }
});
