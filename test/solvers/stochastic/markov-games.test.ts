/** Equilibria of Markov games, state by state: strategy iteration, Nash, correlated, friend and foe. Facts from the papers and by hand. */
import { describe, expect, it } from 'vitest';
import { format, isRefusal, solve, toJson } from '../../../runtime/solvers/index.ts';
import { toFloat } from '../../../runtime/verify/number.ts';
import { verify } from '../../../runtime/verify/verify.ts';
import { answerOf, library } from '../extensive/support.ts';
import { game, integers, matrix, type Outcome } from '../games.ts';

const numbers = (values: readonly (number | object)[] | undefined) => values?.map(v => toFloat(v as number));
const two = [
  ['a', 'b'],
  ['a', 'b'],
];

/** (1,1) pays 1 and stays, (2,2) pays 1 and ends, the rest pays 0 and ends; discount 1/2. */
const oneState = game({
  agents: ['A', 'B'],
  actions: two,
  discount: '1/2',
  states: [{ step: ([i, j]) => [{ p: 1, to: i === 0 && j === 0 ? 0 : -1, r: i === j ? [1, -1] : [0, 0] }] }],
});

/** Random rewards and transitions among `states` states; play goes on for ever, discounted, or ends after `horizon` steps. */
function random(
  seed: number,
  options: { states: number; actions: number; agents?: number; zero?: boolean; horizon?: number },
) {
  const next = integers(seed, 9);
  const { states, actions, agents = 2, zero = false, horizon } = options;
  const names = Array.from({ length: actions }, (_, a) => `a${a}`);
  return game({
    agents: Array.from({ length: agents }, (_, i) => `P${i}`),
    actions: Array.from({ length: agents }, () => names),
    ...(horizon === undefined ? { discount: '4/5' } : { horizon }),
    states: Array.from({ length: states }, () => ({
      step: (): Outcome[] => {
        const a = next();
        const r = zero ? [a, -a] : Array.from({ length: agents }, () => next());
        const to = (next() + 9) % states;
        return [
          { p: '1/3', to, r },
          { p: '2/3', to: (to + 1) % states, r },
        ];
      },
    })),
  });
}

describe('strategy iteration', () => {
  it('finds the irrational value of the one-state game', async () => {
    const answer = await answerOf(oneState, { concept: 'minimax', method: 'hoffman_karp' });
    expect(answer.method).toBe('hoffman_karp');
    expect(Math.abs(toFloat(answer.values?.[0] as number) - (Math.sqrt(17) - 3) / 2)).toBeLessThan(1e-12);
    expect(answer.certificate.kind).toBe('minimax');
    expect(answer.note).toContain('improvement');
  });

  it('agrees with Shapley iteration in random games, by elimination and by sweeps', async () => {
    for (const [seed, states] of [
      [1, 3],
      [2, 12],
      [3, 230],
    ] as const) {
      const tabular = random(seed, { states, actions: 3, zero: true });
      const one = await answerOf(tabular, { concept: 'minimax', method: 'hoffman_karp' });
      const other = await answerOf(tabular, { concept: 'minimax', method: 'shapley_iteration' });
      expect(one.certificate.kind).toBe('minimax');
      expect(toFloat(one.values?.[0] as number)).toBeCloseTo(toFloat(other.values?.[0] as number), 10);
    }
  });

  it('stops after the improvements that are asked for and says so', async () => {
    const tabular = random(5, { states: 12, actions: 4, zero: true });
    const cut = await answerOf(tabular, { concept: 'minimax', method: 'hoffman_karp', iterations: 1 });
    expect(cut.warnings.join()).toContain('stopped after 1 improvement of the strategies as asked');
    // The first agent is sure of what its mixtures got against a best answer.
    const full = await answerOf(tabular, { concept: 'minimax' });
    expect(toFloat(cut.values?.[0] as number)).toBeLessThanOrEqual(toFloat(full.values?.[0] as number) + 1e-9);
  });
});

describe('Nash equilibria of Markov games', () => {
  it('grid game 1: both walk round each other', async () => {
    const answer = await answerOf(library('GridGame1'), { concept: 'nash' });
    expect(answer.method).toBe('value_iteration');
    expect(answer.certificate.kind).toBe('nash');
    for (const value of numbers(answer.values) ?? []) expect(value).toBeCloseTo(97.0299, 9);
  });

  it('grid game 2: the objective chooses between its two equilibria', async () => {
    for (const [maximizing, values] of [
      ['A', [98.01, 49.005]],
      ['B', [49.005, 98.01]],
    ] as const) {
      const answer = await answerOf(library('GridGame2'), { concept: 'nash', maximizing });
      expect(answer.certificate.kind).toBe('nash');
      numbers(answer.values)?.forEach((value, i) => {
        expect(value).toBeCloseTo(values[i] as number, 9);
      });
    }
  });

  it('the finitely repeated prisoner’s dilemma is defected in throughout, in fractions', async () => {
    const dilemma = game({
      agents: ['Row', 'Column'],
      actions: [
        ['C', 'D'],
        ['C', 'D'],
      ],
      horizon: 7,
      states: [
        {
          step: ([i = 0, j = 0]) => [
            { p: 1, to: 0, r: [[-1, -5, 0, -3][2 * i + j] as number, [-1, 0, -5, -3][2 * i + j] as number] },
          ],
        },
      ],
    });
    const answer = await answerOf(dilemma, { concept: 'nash' });
    expect(answer.method).toBe('backward_induction');
    expect(answer.values?.map(String)).toEqual(['-21', '-21']);
    expect(answer.exact).toBe(true);
    expect(answer.certificate.kind).toBe('nash');
    expect(format(answer, dilemma).join('\n')).toContain('Row: D | Column: D');
  });

  it('the library’s repeated prisoner’s dilemma: who counts rounds knows which is the last', async () => {
    const answer = await answerOf(library('IteratedPrisonersDilemma'), { concept: 'nash' });
    expect(answer.method).toBe('backward_induction');
    expect(answer.values?.map(String)).toEqual(['-30', '-30']);
    expect(answer.certificate.kind).toBe('nash');
  });

  it('mixes where a stage has no pure equilibrium: the second round of matching pennies with stakes', async () => {
    // Whoever wins the first round plays the second for more; 1/5 and 4/5 make the other indifferent.
    const stakes = game({
      agents: ['A', 'B'],
      actions: two,
      states: [
        { step: ([i, j]) => [{ p: 1, to: 1, r: i === j ? [1, 0] : [0, 1] }] },
        { step: ([i, j]) => [{ p: 1, to: -1, r: i === j ? [i === 0 ? 4 : 1, 0] : [0, 1] }] },
      ],
    });
    const answer = await answerOf(stakes, { concept: 'nash' });
    expect(answer.exact).toBe(true);
    // Second stage: A gets 4q = 1 - q, so q = 1/5 and 4/5; B is indifferent at 1/2.
    expect(answer.values?.map(String)).toEqual(['13/10', '1']);
    expect(answer.certificate.kind).toBe('nash');
  });

  it('random games over a horizon are certified, for two and three agents', async () => {
    for (let seed = 1; seed <= 6; seed++)
      for (const agents of [2, 3]) {
        const tabular = random(seed, { states: 3, actions: 2, agents, horizon: 4 });
        const answer = await answerOf(tabular, { concept: 'nash' });
        expect(answer.method).toBe('backward_induction');
        expect(answer.certificate.kind).toBe('nash');
      }
  });

  it('a cycle of stage equilibria ends as approximate, never as an equilibrium that it is not', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const tabular = random(seed, { states: 2, actions: 3 });
      const answer = await answerOf(tabular, { concept: 'nash' });
      const gain = Math.max(...(numbers(answer.certificate.regret) ?? []));
      expect(answer.certificate.kind).toBe(gain <= answer.certificate.tolerance ? 'nash' : 'approximate');
      if (answer.certificate.kind === 'approximate') expect(answer.warnings.join()).toContain('did not settle');
    }
  });

  it('names what it cannot do', async () => {
    const refused = await solve(library('GridGame1'), { concept: 'nash', maximizing: 'entropy' });
    expect(isRefusal(refused) && refused.refused).toContain('no objective `entropy`');
    const nobody = await solve(library('GridGame1'), { concept: 'correlated', maximizing: 'Nobody' });
    expect(isRefusal(nobody) && nobody.refused).toContain('nothing is called `Nobody`');
  });

  it('stops at the deadline with what it has', async () => {
    const answer = await solve(library('Soccer'), { concept: 'correlated' }, { deadline: performance.now() + 60 });
    if (isRefusal(answer)) throw new Error(answer.refused);
    expect(answer.certificate.kind).toBe('approximate');
    expect(answer.warnings.join()).toContain('did not settle');
  });
});

describe('correlated equilibria of Markov games', () => {
  it('equals minimax in zero-sum games', async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const tabular = random(seed, { states: 3, actions: 3, zero: true });
      const device = await answerOf(tabular, { concept: 'correlated' });
      const minimax = await answerOf(tabular, { concept: 'minimax' });
      expect(device.certificate.kind).toBe('ce');
      expect(toFloat(device.values?.[0] as number)).toBeCloseTo(toFloat(minimax.values?.[0] as number), 8);
    }
  });

  it('chicken after a free first step: 21/2 together', async () => {
    const chicken = [
      [0, 7, 2, 6],
      [0, 2, 7, 6],
    ] as const;
    const late = game({
      agents: ['A', 'B'],
      actions: two,
      states: [
        { step: () => [{ p: 1, to: 1, r: [0, 0] }] },
        { step: ([i = 0, j = 0]) => [{ p: 1, to: -1, r: chicken.map(m => m[2 * i + j] as number) }] },
      ],
    });
    const answer = await answerOf(late, { concept: 'correlated' });
    expect(answer.method).toBe('backward_induction');
    expect(answer.values?.map(String)).toEqual(['21/4', '21/4']);
    expect(answer.exact).toBe(true);
    expect(format(answer, late).join('\n')).toMatch(/\(a, b\) 1\/4, \(b, a\) 1\/4, \(b, b\) 1\/2/);
    const least = await answerOf(late, { concept: 'correlated', maximizing: 'social_cost' });
    expect(numbers(least.values)?.reduce((sum, x) => sum + x, 0)).toBeCloseTo(36 / 5, 12);
    const [, second] = toJson(answer, late).strategies;
    expect(second).toMatchObject({ device: [{}, {}, {}] });
  });

  it('grid game 2, egalitarian: no fixed point treats both alike, and one that does not is found', async () => {
    // Let both expect v at the start. Told to try the barrier (worth 99 * 0.99 / 2) while the other goes round, an agent obeys only
    // if running into it pays no more: 0.99 v - 1 <= 49.005, so v <= 50.51. But then a coin may choose who goes round, and both
    // expect (98.01 + 49.005) / 2 = 73.5. Above that, only collisions are left for both, and v falls. So v has no value.
    const barrier = (99 * 0.99) / 2;
    expect((98.01 + barrier) / 2).toBeGreaterThan((barrier + 1) / 0.99);
    const answer = await answerOf(library('GridGame2'), { concept: 'correlated', maximizing: 'egalitarian' });
    expect(answer.certificate.kind).toBe('ce');
    expect(answer.warnings).toEqual([]);
    expect(answer.note).toContain('from zero goes in circles');
    const [low, high] = (numbers(answer.values) ?? []).sort((a, b) => a - b);
    expect(low).toBeCloseTo(49.005, 9);
    expect(high).toBeCloseTo(98.01, 9);
    // As many sweeps as are asked for show the circle.
    const asked = await answerOf(library('GridGame2'), {
      concept: 'correlated',
      maximizing: 'egalitarian',
      iterations: 500,
    });
    expect(asked.certificate.kind).toBe('approximate');
    expect(asked.warnings.join()).toContain('stopped after 500 sweeps');
  });

  it('grid game 1: what is best for both, for the one who has less and for one alone is four steps to the goal', async () => {
    for (const maximizing of ['welfare', 'egalitarian', 'A']) {
      const answer = await answerOf(library('GridGame1'), { concept: 'correlated', maximizing });
      expect(answer.certificate.kind).toBe('ce');
      const [a, b] = numbers(answer.values) ?? [];
      expect(a).toBeCloseTo(97.0299, 9);
      // Who is not asked may end with nothing.
      if (maximizing !== 'A') expect(b).toBeCloseTo(97.0299, 9);
    }
  });

  it('the verifier finds what a disobedient agent gains', () => {
    const chicken = matrix(two, ([i = 0, j = 0]) => [
      [0, 7, 2, 6][2 * i + j] as number,
      [0, 2, 7, 6][2 * i + j] as number,
    ]);
    const judged = verify(
      chicken,
      {
        kind: 'ce',
        solution: { kind: 'devices', time: 'stationary', rules: [[[0, 0, 0, 1]]], stateValues: [[6, 6]] },
        values: [6, 6],
        completeness: 'one',
      },
      1e-9,
    );
    expect(judged.kind).toBe('approximate');
    expect(numbers(judged.regret)).toEqual([1, 1]);
  });
});

describe('friends and foes', () => {
  it('grid game 2: alone against the other, and with its help', async () => {
    const foe = await answerOf(library('GridGame2'), { concept: 'foe' });
    const friend = await answerOf(library('GridGame2'), { concept: 'friend' });
    expect(foe.certificate.kind).toBe('foe');
    expect(friend.certificate.kind).toBe('friend');
    // With help an agent goes round in two steps, 99 * 0.99; nothing is faster for certain.
    for (const value of numbers(friend.values) ?? []) expect(value).toBeCloseTo(98.01, 9);
    const nash = await answerOf(library('GridGame2'), { concept: 'nash' });
    numbers(nash.values)?.forEach((value, i) => {
      expect(value).toBeGreaterThanOrEqual((numbers(foe.values)?.[i] as number) - 1e-9);
      expect(value).toBeLessThanOrEqual((numbers(friend.values)?.[i] as number) + 1e-9);
    });
  });

  it('foe is minimax in zero-sum games, to every digit that fractions have', async () => {
    const tabular = random(4, { states: 3, actions: 3, zero: true, horizon: 3 });
    const foe = await answerOf(tabular, { concept: 'foe' });
    const minimax = await answerOf(tabular, { concept: 'minimax' });
    expect(foe.exact).toBe(true);
    expect(foe.values?.map(String)).toEqual(minimax.values?.map(String));
  });

  it('three agents: the two others conspire, with a joint mixture where it takes one', async () => {
    // P3 wins 1 when its bit is the parity of the others', so that they must correlate or mix to hold it to 1/2.
    const parity = matrix(
      [
        ['0', '1'],
        ['0', '1'],
        ['0', '1'],
      ],
      ([a = 0, b = 0, c = 0]) => [0, 0, (a ^ b) === c ? 1 : 0],
    );
    const foe = await answerOf(parity, { concept: 'foe' });
    const friend = await answerOf(parity, { concept: 'friend' });
    expect(foe.values?.map(String)).toEqual(['0', '0', '1/2']);
    expect(friend.values?.map(String)).toEqual(['0', '0', '1']);
    expect(foe.certificate.kind).toBe('foe');
    expect(friend.certificate.kind).toBe('friend');
    expect(format(foe, parity).join('\n')).toContain('P3: 0 1/2, 1 1/2 with');
  });

  it('the verifier refutes a security level that is too high', () => {
    const pennies = matrix(two, ([i, j]) => (i === j ? [1, -1] : [-1, 1]));
    const outlook = { own: [1, 0], others: [0.5, 0.5] };
    const judged = verify(
      pennies,
      {
        kind: 'foe',
        solution: { kind: 'outlooks', time: 'stationary', rules: [[outlook, outlook]], stateValues: [[0, 0]] },
        values: [0, 0],
        completeness: 'one',
      },
      1e-9,
    );
    expect(judged.kind).toBe('approximate');
    expect(numbers(judged.regret)).toEqual([1, 1]);
  });
});
