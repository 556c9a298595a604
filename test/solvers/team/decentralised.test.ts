/** Decentralised control: the standard problems, small random ones against the oracle, and what is said when the search is cut short. */
import { describe, expect, it } from 'vitest';
import type { TabularGame } from '../../../runtime/games/tabular.ts';
import { format, isRefusal, solve, toJson } from '../../../runtime/solvers/index.ts';
import { toFloat } from '../../../runtime/verify/number.ts';
import { verify } from '../../../runtime/verify/verify.ts';
import { answerOf, library } from '../extensive/support.ts';
import { game, integers, type Outcome } from '../games.ts';

const worth = async (tabular: TabularGame, method?: string): Promise<number> => {
  const answer = await answerOf(tabular, { concept: 'decentralised', method });
  expect(answer.certificate.kind).toBe(method === 'jesp' ? 'nash' : 'decentralised');
  return toFloat(answer.values?.[0] as number);
};

/** Two robots that keep their batteries charged (Amato, Bernstein and Zilberstein 2007); each sees its own battery, action 0 recharges. */
function recycling(horizon: number): TabularGame {
  const high = [
    ['1', '7/10', '1/2'],
    ['1', '1/5', '3/10'],
  ] as const;
  const rewards = [
    ['0', '2', '0', '2', '4', '2', '0', '2', '5'],
    ['0', '-2/5', '-3', '2', '6/5', '-8/5', '0', '-2/5', '1/2'],
    ['0', '2', '0', '-2/5', '6/5', '-2/5', '-3', '-8/5', '1/2'],
    ['0', '-2/5', '-3', '-2/5', '-36/25', '-97/25', '-3', '-97/25', '-71/20'],
  ] as const;
  const share = (text: string): [number, number] => {
    const [a = '0', b = '1'] = text.split('/');
    return [Number(a), Number(b)];
  };
  const names = ['Recharge', 'Small', 'Big'];
  return game({
    name: 'Recycling',
    agents: ['First', 'Second'],
    actions: [names, names],
    discount: '9/10',
    horizon,
    states: [0, 1, 2, 3].map(s => ({
      name: `batteries ${s}`,
      sees: [s >> 1, s & 1],
      step: ([a = 0, b = 0]): Outcome[] => {
        const [x, y] = [share(high[s >> 1]?.[a] as string), share(high[s & 1]?.[b] as string)];
        return [0, 1, 2, 3].flatMap(to => {
          const p = (to >> 1 ? x[1] - x[0] : x[0]) * (to & 1 ? y[1] - y[0] : y[0]);
          const r = rewards[s]?.[3 * a + b] as string;
          return p === 0 ? [] : [{ p: `${p}/${x[1] * y[1]}`, to, r: [r, r] }];
        });
      },
    })),
  });
}

/** A random team problem: what agents see is a coarse function of the state. */
function random(seed: number, agents: number, horizon: number): TabularGame {
  const next = integers(seed, 6);
  const states = 4;
  return game({
    agents: Array.from({ length: agents }, (_, i) => `P${i}`),
    actions: Array.from({ length: agents }, () => ['a', 'b']),
    horizon,
    discount: '9/10',
    initial: [
      [0, '1/2'],
      [1, '1/2'],
    ],
    states: Array.from({ length: states }, (_, s) => ({
      sees: Array.from({ length: agents }, (_, i) => (s + i) % 2),
      step: (): Outcome[] => {
        const r = next();
        const to = (next() + 6) % states;
        return [
          { p: '1/4', to, r: Array.from({ length: agents }, () => r) },
          { p: '3/4', to: (to + 1 + ((next() + 6) % 2)) % states, r: Array.from({ length: agents }, () => r) },
        ];
      },
    })),
  });
}

describe('the standard problems', () => {
  it.each([
    [2, -4],
    [3, 5.1908125],
    [4, 4.80275515625],
    [5, 7.026450983203],
  ])('the decentralised tiger, horizon %i', async (steps, value) => {
    expect(Math.abs((await worth(library(`DecTiger(steps: ${steps})`))) - value)).toBeLessThan(1e-11);
  });

  it.each([
    [2, 6.8, 1e-9],
    [3, 9.76470125, 1e-9],
    [4, 11.72642, 1e-5],
    [5, 13.7642666, 1e-6],
  ])('recycling robots, horizon %i', async (steps, value, digits) => {
    expect(Math.abs((await worth(recycling(steps))) - value)).toBeLessThan(digits);
  });

  it('is exact, and says what the search did and what each does when', async () => {
    const tiger = library('DecTiger(steps: 3)');
    const answer = await answerOf(tiger, { concept: 'decentralised' });
    expect(answer.values?.map(String)).toEqual(['83053/16000', '83053/16000']);
    expect(answer.exact).toBe(true);
    expect(answer.certificate.gap?.upper).toEqual(answer.certificate.gap?.lower);
    expect(answer.note).toContain('search exhausted');
    const text = format(answer, tiger).join('\n');
    expect(text).toContain('bounds   reached and proved best');
    expect(text).toMatch(/First .*OpenLeft/);
    expect(toJson(answer, tiger).certificate.kind).toBe('decentralised');
  });
});

describe('against the oracle', () => {
  it('two and three agents, and one', async () => {
    for (let seed = 1; seed <= 12; seed++)
      for (const [agents, horizon] of [
        [2, 3],
        [3, 2],
        [1, 4],
      ] as const) {
        const tabular = random(seed, agents, horizon);
        const best = await worth(tabular, 'exhaustive');
        expect(await worth(tabular), `seed ${seed}, ${agents} agents`).toBeCloseTo(best, 10);
        expect(await worth(tabular, 'jesp')).toBeLessThanOrEqual(best + 1e-10);
      }
  });

  it('alternating best responses find the optimum of the tiger, and another seed may not', async () => {
    expect(await worth(library('DecTiger(steps: 3)'), 'jesp')).toBeCloseTo(5.1908125, 10);
    const once = await answerOf(library('DecTiger(steps: 3)'), {
      concept: 'decentralised',
      method: 'jesp',
      iterations: 1,
    });
    expect(once.certificate.kind).toBe('nash');
    expect(toFloat(once.certificate.gap?.upper as number)).toBeGreaterThanOrEqual(5.1908125);
  });
});

describe('sampling', () => {
  const sampled = (tabular: TabularGame, seed: number, iterations: number) =>
    answerOf(tabular, { concept: 'decentralised', method: 'cross_entropy', seed, iterations });

  it('finds the optimum of the tiger and of most small problems, and never more', async () => {
    for (const seed of [1, 2]) {
      const tiger = await sampled(library('DecTiger(steps: 3)'), seed, 30);
      expect(tiger.values?.map(String), `seed ${seed}`).toEqual(['83053/16000', '83053/16000']);
      // No agent gains by itself, but nothing proves it best: the bound is that of a team that shares what it sees.
      expect(tiger.certificate).toMatchObject({ kind: 'nash', arithmetic: 'rational' });
      expect(toFloat(tiger.certificate.gap?.upper as number)).toBeGreaterThan(5.1908125);
      expect(tiger.note).toBe(
        `the best of 3000 sampled joint policies in 30 rounds, seed ${seed}; 3 steps, 10 states, 3 + 3 kinds of observation`,
      );
    }
    let reached = 0;
    for (let seed = 1; seed <= 6; seed++)
      for (const [agents, horizon] of [
        [2, 3],
        [3, 2],
      ] as const) {
        const tabular = random(seed, agents, horizon);
        const best = await worth(tabular, 'exhaustive');
        const found = toFloat((await sampled(tabular, 1, 15)).values?.[0] as number);
        expect(found, `seed ${seed}, ${agents} agents`).toBeLessThan(best + 1e-9);
        if (found > best - 1e-9) reached++;
      }
    // Odds may settle beside the best policy; in problems this small they seldom do.
    expect(reached).toBeGreaterThan(6);
  });

  it('draws the same from the same seed, and stops with what it has', async () => {
    const tiger = library('DecTiger(steps: 4)');
    const [one, again, other] = [await sampled(tiger, 7, 1), await sampled(tiger, 7, 1), await sampled(tiger, 8, 1)];
    expect(again.values).toEqual(one.values);
    // One round is not enough; what each agent could still gain is part of the answer.
    expect(one.certificate.kind).toBe('epsilon_nash');
    expect(toFloat(one.certificate.epsilon)).toBeGreaterThan(0.1);
    expect(toFloat(one.certificate.gap?.upper as number)).toBeGreaterThan(4.80275515625);
    expect(other.values).not.toEqual(one.values);
    const answer = await solve(
      tiger,
      { concept: 'decentralised', method: 'cross_entropy', iterations: 100_000 },
      { deadline: performance.now() + 100 },
    );
    if (isRefusal(answer)) throw new Error(answer.refused);
    expect(answer.warnings.join()).toContain('stopped before the last round');
    expect(answer.solution.kind).toBe('behaviour');
  });
});

describe('edges', () => {
  it('cut short, the best so far and a bound that is not reached', async () => {
    const tiger = library('DecTiger(steps: 5)');
    const answer = await solve(tiger, { concept: 'decentralised' }, { deadline: performance.now() + 15 });
    if (isRefusal(answer)) throw new Error(answer.refused);
    expect(answer.certificate.kind).toBe('approximate');
    expect(answer.note).toContain('search stopped');
    const { lower, upper } = answer.certificate.gap as { lower: number; upper: number };
    expect(toFloat(lower)).toBeLessThanOrEqual(7.026450983204);
    expect(toFloat(upper)).toBeGreaterThan(7.026450983203);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const answer = await solve(
      library('DecTiger(steps: 4)'),
      { concept: 'decentralised', method: 'exhaustive' },
      { signal: stop.signal },
    );
    if (isRefusal(answer)) throw new Error(answer.refused);
    expect(answer.warnings.join()).toContain('stopped before every policy was tried');
  });

  it('refuses agents that are paid differently and play without an end', async () => {
    const soccer = await solve(library('Soccer'), { concept: 'decentralised' });
    expect(isRefusal(soccer) && soccer.refused).toContain('needs a common reward');
    const endless = await solve({ ...recycling(3), horizon: undefined }, { concept: 'decentralised' });
    expect(isRefusal(endless) && endless.remedy).toContain('horizon');
    const iterated = await solve(recycling(3), { concept: 'decentralised', iterations: 3 });
    expect(isRefusal(iterated) && iterated.refused).toContain('does not iterate');
  });

  it('the verifier refutes a policy that one agent can improve, and a bound that is exceeded', async () => {
    const tiger = library('DecTiger(steps: 3)');
    const answer = await answerOf(tiger, { concept: 'decentralised' });
    if (answer.solution.kind !== 'behaviour') throw new Error('no behaviour');
    const [first, second] = answer.solution.agents;
    if (first === undefined || second === undefined) throw new Error('no agents');
    const listen = {
      ...first,
      strategies: first.strategies.map(list => list?.map((_, a) => (a === 0 ? 1 : 0))),
    };
    const claim = { kind: 'decentralised', values: undefined, completeness: 'one' } as const;
    const worse = verify(
      tiger,
      { ...claim, solution: { kind: 'behaviour', agents: [listen, second] }, bound: 6 },
      1e-9,
    );
    expect(worse.kind).toBe('approximate');
    expect(toFloat(worse.regret[0] as number)).toBeGreaterThan(1);
    const exceeded = verify(tiger, { ...claim, solution: answer.solution, bound: 5 }, 1e-9);
    expect(exceeded.problems.join()).toContain('more than the bound 5');
  });

  it('what an agent would do where its own behaviour never leads need not be said', async () => {
    const tiger = library('DecTiger(steps: 2)');
    const answer = await answerOf(tiger, { concept: 'decentralised' });
    if (answer.solution.kind !== 'behaviour') throw new Error('no behaviour');
    // Both listen: one situation at first and two after that, none after doors that are not opened.
    for (const { parent } of answer.solution.agents) expect(parent.length).toBe(3);
    expect(answer.certificate.kind).toBe('decentralised');
  });
});
