/** `solve` on games with hidden information: values, certificates that can refuse, refusals, text and JSON. */
import { describe, expect, test } from 'vitest';
import type { TabularGame } from '../../../runtime/games/tabular.ts';
import { format, isRefusal, solve, toJson } from '../../../runtime/solvers/index.ts';
import type { Behaviour, Claim } from '../../../runtime/verify/claim.ts';
import { toFloat } from '../../../runtime/verify/number.ts';
import { verify } from '../../../runtime/verify/verify.ts';
import { game, integers } from '../games.ts';
import { answerOf, kuhnBest, kuhnValue, library } from './support.ts';

const kuhn = library('Kuhn');

describe('sequence form', () => {
  test('Kuhn is worth exactly -1/18, proved in fractions', async () => {
    const answer = await answerOf(kuhn, { concept: 'minimax' });
    expect(answer.method).toBe('sequence_form');
    expect(answer.values?.map(String)).toEqual(['-1/18', '1/18']);
    expect(answer.exact).toBe(true);
    expect(answer.certificate).toMatchObject({ kind: 'minimax', arithmetic: 'rational' });
    expect(answer.certificate.regret.map(String)).toEqual(['0', '0']);
    expect([answer.certificate.gap?.lower, answer.certificate.gap?.upper].map(String)).toEqual(['-1/18', '-1/18']);
  });

  test('its strategies are an equilibrium by the rules of the game, too', async () => {
    const answer = await answerOf(kuhn, { concept: 'nash' });
    const play = kuhnPlay(answer.solution.kind === 'behaviour' ? answer.solution.agents : []);
    expect(kuhnValue(play)).toBeCloseTo(-1 / 18, 14);
    expect(kuhnBest(play, 'First')).toBeCloseTo(-1 / 18, 14);
    expect(kuhnBest(play, 'Second')).toBeCloseTo(1 / 18, 14);
  });

  test('Leduc is worth -0.085606424078, and exactly what both guarantee in fractions', async () => {
    const answer = await answerOf(library('Leduc'), { concept: 'minimax' });
    expect(Math.abs(toFloat(answer.values?.[0] ?? 0) + 0.085606424078)).toBeLessThan(1e-12);
    expect(answer.certificate).toMatchObject({ kind: 'minimax', arithmetic: 'rational' });
    expect(answer.exact).toBe(true);
    expect(answer.certificate.regret.map(String)).toEqual(['0', '0']);
    const { lower, upper } = answer.certificate.gap ?? {};
    expect([lower, upper, answer.values?.[0]].map(String)).toEqual(
      new Array(3).fill('-1454920850547486749701863871533/16995463438839962469905132501930'),
    );
  });

  test('agrees with the matrix program where all move once', async () => {
    for (const name of ['RockPaperScissors', 'MatchingPennies']) {
      const [tree, matrix] = await Promise.all(
        ['sequence_form', 'linear_program'].map(method => answerOf(library(name), { concept: 'minimax', method })),
      );
      expect(String(tree?.values?.[0])).toBe(String(matrix?.values?.[0]));
    }
  });

  test('agrees with Shapley iteration where nothing is hidden', async () => {
    const next = integers(11, 7);
    for (let round = 0; round < 4; round++) {
      const states = Array.from({ length: 3 }, (_, s) => ({
        step: () => {
          const pay = next() - 3;
          return [
            { p: '1/4', to: -1, r: [pay, -pay] },
            { p: '3/4', to: s + 1 < 3 ? s + 1 : -1, r: [next() - 3, 0] },
          ].map(outcome => ({ ...outcome, r: [outcome.r[0] as number, 0 - (outcome.r[0] as number)] }));
        },
      }));
      const random = game({
        agents: ['A', 'B'],
        actions: [
          ['a', 'b', 'c'],
          ['a', 'b'],
        ],
        discount: '2/3',
        states,
      });
      const tree = await answerOf(random, { concept: 'minimax', method: 'sequence_form' });
      const stages = await answerOf(random, { concept: 'minimax' });
      expect(stages.method).toBe('backward_induction');
      expect(toFloat(tree.values?.[0] ?? Number.NaN)).toBeCloseTo(toFloat(stages.values?.[0] ?? Number.NaN), 9);
    }
  });

  test('a discounted game with a horizon is valued up to the horizon, with a warning', async () => {
    const forever = game({
      name: 'Forever',
      agents: ['A', 'B'],
      actions: [
        ['h', 't'],
        ['h', 't'],
      ],
      discount: '1/2',
      horizon: 2,
      states: [{ step: ([i, j]) => [{ p: 1, to: 0, r: i === j ? [3, -3] : [0, 0] }] }],
    });
    const answer = await answerOf(forever, { concept: 'minimax', method: 'sequence_form' });
    expect(String(answer.values?.[0])).toBe('9/4');
    expect(answer.warnings.join()).toContain('first 2 steps');
  });
});

describe('regret minimisation', () => {
  test('claims an epsilon, which the verifier confirms', async () => {
    const answer = await answerOf(kuhn, { concept: 'nash', method: 'cfr', iterations: 100 });
    expect(answer.certificate.kind).toBe('epsilon_nash');
    expect(toFloat(answer.certificate.nashConv) / 2).toBeCloseTo(0.008225977, 8);
    expect(answer.trace?.map(({ iteration }) => iteration)).toEqual([1, 2, 5, 10, 20, 50, 100]);
    expect((answer.trace?.[3]?.nashConv ?? 0) / 2).toBeCloseTo(0.068698794, 8);
    const { lower, upper } = answer.certificate.gap ?? { lower: 0, upper: 0 };
    expect(toFloat(lower)).toBeLessThan(-1 / 18);
    expect(toFloat(upper)).toBeGreaterThan(-1 / 18);
  });

  test('with nothing left to gain it is an equilibrium', async () => {
    const answer = await answerOf(kuhn, { concept: 'nash', method: 'predictive_cfr_plus', iterations: 10_000 });
    expect(answer.certificate.kind).toBe('nash');
  });

  test('sampling depends on the seed only', async () => {
    const run = async (seed: number) => {
      const answer = await answerOf(kuhn, { concept: 'nash', method: 'external_sampling_cfr', iterations: 500, seed });
      return answer.trace;
    };
    expect(await run(5)).toEqual(await run(5));
    expect(await run(5)).not.toEqual(await run(6));
  });

  test('a deadline and a signal end it with what it has', async () => {
    const slow = { concept: 'nash', method: 'cfr', iterations: 100_000_000 };
    const answer = await solve(library('Leduc'), slow, { deadline: performance.now() + 400 });
    if (isRefusal(answer)) throw new Error(answer.refused);
    expect(answer.warnings.join()).toMatch(/stopped after \d+ of 100000000 iterations/);
    expect(answer.certificate.kind).toBe('epsilon_nash');
    const stop = new AbortController();
    let told = 0;
    setTimeout(() => stop.abort(), 200);
    const progress = () => {
      told++;
    };
    const cut = await solve(library('Leduc'), slow, { signal: stop.signal, onProgress: progress });
    expect(isRefusal(cut)).toBe(false);
    expect(told).toBeGreaterThan(0);
  });
});

describe('refusals', () => {
  const refusal = async (tabular: TabularGame, method: string, iterations?: number) => {
    const answer = await solve(tabular, { concept: 'nash', method, iterations });
    return isRefusal(answer) ? `${answer.refused}; ${answer.remedy}` : 'answers';
  };

  test.each([
    ['sequence_form', 'PrisonersDilemma', 'needs rewards that sum to zero'],
    ['cfr', 'StagHunt', 'needs rewards that sum to zero'],
    ['cfr_plus', 'PublicGoods', 'is for two agents; PublicGoods has 3'],
    ['cfr', 'Soccer', 'no finite tree'],
  ])('%s of %s: %s', async (method, name, why) => {
    expect(await refusal(library(name), method)).toContain(why);
  });

  test('iterations of a method in one pass', async () => {
    expect(await refusal(kuhn, 'sequence_form', 10)).toContain('does not iterate');
    const chosen = await solve(kuhn, { concept: 'nash', iterations: 10 });
    expect(isRefusal(chosen) && chosen.remedy).toContain('`by cfr_plus`');
    expect(await refusal(kuhn, 'cfr', 0)).toContain('not a whole number');
  });
});

/** What Kuhn's agents do, by card: representative states tell card and moves. */
function kuhnPlay(agents: readonly Behaviour[]) {
  const play = { open: [0, 0, 0], call: [0, 0, 0], bet: [0, 0, 0], match: [0, 0, 0] };
  agents.forEach((behaviour, i) => {
    behaviour.strategies.forEach((strategy, k) => {
      if (strategy === undefined) return;
      const text = kuhn.describeState(behaviour.state[k] as number);
      const cards = [...text.matchAll(/Jack|Queen|King/g)].map(([card]) => ['Jack', 'Queen', 'King'].indexOf(card));
      const moves = [...text.matchAll(/Pass|Bet/g)].map(([move]) => move).join(' ');
      const list = { '': play.open, 'Pass Bet': play.call, Pass: play.bet, Bet: play.match }[moves];
      if (list !== undefined) list[cards[i] as number] = toFloat(strategy[1] ?? 0);
    });
  });
  return play;
}

describe('the verifier', () => {
  const claimOf = async (): Promise<Claim> => {
    const { solution, values } = await answerOf(kuhn, { concept: 'minimax' });
    return { kind: 'minimax', solution, values, completeness: 'one' };
  };
  const changed = (claim: Claim, change: (strategies: Behaviour['strategies']) => Behaviour['strategies']): Claim => {
    if (claim.solution.kind !== 'behaviour') throw new Error(claim.solution.kind);
    const [one, two] = claim.solution.agents as [Behaviour, Behaviour];
    return {
      ...claim,
      values: undefined,
      solution: { kind: 'behaviour', agents: [{ ...one, strategies: change(one.strategies) }, two] },
    };
  };

  test('measures what a worse strategy loses', async () => {
    const claim = await claimOf();
    const uniform = changed(claim, strategies => strategies.map(strategy => strategy?.map(() => 0.5)));
    const certificate = verify(kuhn, uniform, 1e-9);
    expect(certificate.kind).toBe('approximate');
    if (uniform.solution.kind !== 'behaviour') return;
    const play = kuhnPlay(uniform.solution.agents);
    expect(toFloat(certificate.values?.[0] ?? 0)).toBeCloseTo(kuhnValue(play), 14);
    expect(toFloat(certificate.regret[0] ?? 0)).toBeCloseTo(kuhnBest(play, 'First') - kuhnValue(play), 14);
    expect(toFloat(certificate.regret[1] ?? 0)).toBeCloseTo(kuhnBest(play, 'Second') + kuhnValue(play), 14);
  });

  test('refuses wrong values, missing strategies, bad probabilities and claims that are too good', async () => {
    const claim = await claimOf();
    expect(verify(kuhn, { ...claim, values: [0, 0] }, 1e-9).problems.join()).toContain('was said to get 0');
    const missing = changed(claim, strategies => strategies.map((s, k) => (k === 0 ? undefined : s)));
    expect(verify(kuhn, missing, 1e-9).problems.join()).toContain('no strategy for First');
    const heavy = changed(claim, strategies => strategies.map(s => s?.map(() => 0.6)));
    expect(verify(kuhn, heavy, 1e-9).problems.join()).toContain('miss the sum 1');
    const half = changed(claim, strategies => strategies.map(s => s?.map(() => 0.5)));
    expect(verify(kuhn, { ...half, kind: 'epsilon_nash', epsilon: 0.01 }, 1e-9).kind).toBe('approximate');
    expect(verify(kuhn, { ...half, kind: 'epsilon_nash', epsilon: 0.5 }, 1e-9).kind).toBe('epsilon_nash');
  });
});

describe('what is printed', () => {
  const named: TabularGame = {
    ...kuhn,
    describeObservation: (_, observation) => `card ${observation}`,
  };

  test('one line per information set, the value and the certificate', async () => {
    const lines = format(await answerOf(named, { concept: 'minimax' }), named);
    expect(lines.filter(line => /^ {2}(First|Second) /.test(line))).toHaveLength(12);
    expect(lines).toContain('value    First -1/18, Second 1/18');
    expect(lines.join('\n')).toContain('reached and proved best: -1/18');
  });

  test('many are counted', async () => {
    const leduc = library('Leduc');
    const lines = format(await answerOf(leduc, { concept: 'nash', method: 'cfr_plus', iterations: 20 }), leduc);
    expect(lines).toContain('  ... and 444 more information sets of First');
    expect(lines.join('\n')).toMatch(/course {3}NashConv .* after 1, .* after 10, .* after 20/);
  });

  test('what looks alike now is told apart by what was done before', async () => {
    const blind = game({
      name: 'Blind',
      agents: ['A', 'B'],
      actions: [
        ['x', 'y'],
        ['x', 'y'],
      ],
      states: [0, 1].map(round => ({
        sees: [0, 0],
        step: ([i, j]: readonly number[]) => [{ p: 1, to: round === 0 ? 1 : -1, r: i === j ? [1, -1] : [-1, 1] }],
      })),
    });
    const lines = format(await answerOf(blind, { concept: 'minimax', method: 'sequence_form' }), blind);
    expect(lines.join('\n')).toContain('after x: observation 0');
  });

  test('JSON has every information set, the trace and plain numbers', async () => {
    const answer = await answerOf(named, { concept: 'nash', method: 'cfr', iterations: 10 });
    const json = JSON.parse(JSON.stringify(toJson(answer, named)));
    expect(json.strategies).toHaveLength(12);
    expect(json.strategies[0]).toEqual({
      agent: 'First',
      informationSet: expect.stringContaining('card'),
      strategy: { Pass: expect.any(Number), Bet: expect.any(Number) },
      reached: true,
    });
    expect(json.trace.at(-1)).toEqual({ iteration: 10, nashConv: expect.any(Number) });
    const exact = JSON.parse(JSON.stringify(toJson(await answerOf(named, { concept: 'minimax' }), named)));
    expect(exact.exactValues).toEqual({ First: '-1/18', Second: '1/18' });
    expect(exact.certificate.kind).toBe('minimax');
  });
});
