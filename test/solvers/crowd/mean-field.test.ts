/** Mean fields: what is read of a program, the crowd model of the literature, and small crowds whose equilibrium is known by hand. */
import { describe, expect, it } from 'vitest';
import { crowdOf } from '../../../compiler/crowd/read.ts';
import { bestResponse, evaluate, flowOf, uniform } from '../../../runtime/solvers/crowd/flow.ts';
import { format, isRefusal, memberOf, solveMeanField, toJson } from '../../../runtime/solvers/index.ts';
import { verifyCrowd } from '../../../runtime/verify/crowd.ts';
import { toFloat } from '../../../runtime/verify/number.ts';
import { gameOf } from '../../stdlib/library.ts';
import { crowd, solved, whyNot } from './support.ts';

/** Ring of 10 places; what is earned depends on the place, on how many are there, and on the step taken before. */
const ring = (n: number) => `
game Crowd {
  agents Walker[${n}]
  actions { Back, Stay, On }
  state {
    at:   (0..9)[Walker]
    went: (0..2)[Walker] = 1
  }
  init { at[p: Walker] ~ uniform(0..9) }
  step {
    let noise[p: Walker] ~ uniform(0..2)
    next at[p: Walker]   = (at[p] + ord(action[p]) + noise[p] + 8) % 10
    next went[p: Walker] = ord(action[p])
  }
  reward[p: Walker] = 1 - abs(at[p] - 5) / 5 - abs(went[p] - 1) / 10
    - log(max(count(at[q] == at[p] for q in Walker) / ${n}, 1/1000000))
  observe[p: Walker] { at[p], went[p] }
  horizon 10
}`;

/** Two roads: the short one costs what share of the crowd takes it, the long one a half. */
const roads = (n: number) => `
game Roads {
  agents Driver[${n}]
  actions { Short, Long }
  let n = ${n}
  reward[d: Driver] = if action[d] == Short then -count(action[q] == Short for q in Driver) / n else -1/2
  step { }
  horizon 1
}`;

describe('the crowd model', () => {
  it('the uniform policy leaves 2.7866824162983264 to be gained, whatever number was declared', () => {
    for (const n of [10, 16]) {
      const game = crowd(ring(n));
      expect(game.stateCount).toBe(30);
      const policy = uniform(game);
      const flow = flowOf(game, policy);
      const gain = bestResponse(game, flow).value - evaluate(game, flow, policy).value;
      expect(Math.abs(gain - 2.7866824162983264)).toBeLessThan(1e-9);
    }
  });

  it('fictitious play and mirror descent leave what independent programs leave, and tend to the same value', {
    timeout: 180_000,
  }, async () => {
    const game = crowd(ring(10));
    const play = await solved(game, 'fictitious_play', 1_000);
    const descent = await solved(game, 'mirror_descent', 1_000);
    // Two peers that share no code with this project: another program for the same equations, equal best responses mixed evenly, and, for
    // mirror descent, a published library with the last action made part of its states and its policy held still while it is valued.
    for (const [answer, reference] of [
      [play, [2.8646800445223697, 1.46397656933771, 0.2086649365156533, 0.01842982397022297, 0.0019553061816495]],
      [descent, [0.704631577303747, 0.5688384398421, 0.4445489647447012, 0.008985689165626809, 6.15792905556134e-5]],
    ] as const)
      [1, 2, 10, 100, 1_000].forEach((k, at) => {
        const left = answer.trace?.find(({ iteration }) => iteration === k)?.nashConv as number;
        expect(Math.abs(left - (reference[at] as number)), `${answer.method}, ${k} iterations`).toBeLessThan(1e-9);
      });
    expect(play.certificate.kind).toBe('epsilon_nash');
    expect(toFloat(play.values?.[0] as number)).toBeCloseTo(toFloat(descent.values?.[0] as number), 2);
    // Fictitious play: what is left falls like one over the iterations.
    const at = (k: number) => play.trace?.find(t => t.iteration === k)?.nashConv as number;
    expect(at(1_000)).toBeLessThan(at(100) / 5);
    expect(at(100)).toBeLessThan(at(10) / 5);
  });

  it('says what the crowd does', async () => {
    const game = crowd(ring(10));
    const answer = await solved(game, 'mirror_descent', 20);
    const text = format(answer, memberOf(game)).join('\n');
    expect(text).toContain(
      'a crowd of Walker, 30 states of its own, 10 steps; the limit of many agents, where 10 were declared',
    );
    expect(text).toMatch(/step 9:\n {2}at = 5, went = 1 \| .* % of the crowd/);
    expect(text).toMatch(/course {3}NashConv .* after 20/);
    const json = toJson(answer, memberOf(game));
    expect(json.strategies[0]).toMatchObject({ time: 0, state: 'at = 0, went = 1' });
    expect(json.certificate.nashConv).toBeGreaterThan(0);
  });
});

describe('crowds whose equilibrium is known', () => {
  it('two roads: as many take the short one as make it as slow as the long one', async () => {
    const game = crowd(roads(8));
    const answer = await solved(game, 'mirror_descent', 400);
    expect(toFloat(answer.values?.[0] as number)).toBeCloseTo(-1 / 2, 6);
    expect(toFloat(answer.certificate.nashConv)).toBeLessThan(1e-6);
    if (answer.solution.kind !== 'flow') throw new Error('no flow');
    expect(toFloat(answer.solution.rules[0]?.[0]?.[0] as number)).toBeCloseTo(1 / 2, 4);
  });

  it('a public good: nobody gives where an own part of many is worth nothing', async () => {
    const game = crowd(`
      game Goods {
        agents Citizen[6]
        actions { Keep, Give }
        reward[c: Citizen] = 2 * count(action[q] == Give for q in Citizen) / 6 + (if action[c] == Keep then 1 else 0)
        step { }
        horizon 1
      }`);
    const answer = await solved(game, 'fictitious_play', 500);
    if (answer.solution.kind !== 'flow') throw new Error('no flow');
    expect(toFloat(answer.solution.rules[0]?.[0]?.[0] as number)).toBeGreaterThan(0.99);
    // From a uniform start, weight 1 / 501 is left of it: the average still gives that much with probability one half.
    expect(toFloat(answer.certificate.nashConv)).toBeCloseTo(1 / 2 / 501, 9);
  });

  it('moves that depend on the crowd: a bridge that lets fewer across the more there are', () => {
    const game = crowd(`
      game Bridge {
        agents Walker[10]
        actions { Wait, Cross }
        state { over: bool[Walker] = false }
        step {
          let safe[p: Walker] ~ bernoulli(1 - count(action[q] == Cross for q in Walker) / 20)
          next over[p: Walker] = over[p] or (action[p] == Cross and safe[p])
        }
        reward[p: Walker] = if over[p] then 1 else 0
        horizon 3
      }`);
    const policy = uniform(game);
    const { shares } = flowOf(game, policy);
    const over = shares.map(list => (list[2] as number) + (list[3] as number));
    // Half cross at every step, each safe with probability 3/4.
    expect(over[0]).toBe(0);
    expect(over[1]).toBeCloseTo(3 / 8, 12);
    expect(over[2]).toBeCloseTo(3 / 8 + (5 / 8) * (3 / 8), 12);
  });
});

describe('what is no crowd is said', () => {
  const game = (rest: string, agents = 'Walker[6]') =>
    `game G { agents ${agents}\n actions { A, B }\n state { x: (0..3)[Walker] = 0 }\n ${rest}\n horizon 3 }`;
  const still = 'step { next x[p: Walker] = x[p] }';

  it.each([
    ['few agents', game(`${still}\n reward[p: Walker] = x[p]`, 'Walker[3]'), 'The game has 3 agents'],
    [
      'greatest of all',
      game(`${still}\n reward[p: Walker] = max(x[q] for q in Walker)`),
      '`max` over all agents is no mean over a crowd',
    ],
    [
      'an exact number of agents',
      game(`${still}\n reward[p: Walker] = if count(x[q] == 1 for q in Walker) == 2 then 1 else 0`),
      'compared for equality',
    ],
    ['agents that differ', game(`${still}\n reward[p: Walker] = x[p] * ord(p)`), 'is not like Walker[0]'],
    [
      'chance for all at once',
      game(
        'step { let storm ~ bernoulli(1/2)\n next x[p: Walker] = if storm then 0 else x[p] }\n reward[p: Walker] = x[p]',
      ),
      'drawn once for all agents',
    ],
    [
      'an end for all',
      game(`${still}\n reward[p: Walker] = x[p]\n end when all(x[p] == 3 for p in Walker)`),
      'ends the game for all agents at once',
    ],
    [
      'own state unseen',
      game(`${still}\n reward[p: Walker] = x[p]\n observe[p: Walker] { count(x[q] == 0 for q in Walker) }`),
      'does not see its own state',
    ],
  ])('%s', (_, text, why) => {
    expect(whyNot(text)).toContain(why);
  });

  it('games of the library', () => {
    for (const name of ['PrisonersDilemma', 'Kuhn', 'Foraging'])
      expect('why' in crowdOf(gameOf(name)), name).toBe(true);
  });
});

describe('edges', () => {
  it('a reward that is not finite is refused with its state', async () => {
    const lonely = (reward: string) => `
      game Lonely {
        agents Walker[8]
        actions { A, B }
        state { x: (0..1)[Walker] = 0 }
        step { next x[p: Walker] = ord(action[p]) }
        reward[p: Walker] = ${reward}
        horizon 2
      }`;
    expect(whyNot(lonely('exp(1000 * x[p])'))).toContain('The reward in the state x = 1 is not a finite number');
    // Finite while the crowd is spread out; not where all are at one place.
    const answer = await solveMeanField(crowd(lonely('exp(90 * count(x[q] == 0 for q in Walker))')), {
      concept: 'mean_field',
    });
    expect(isRefusal(answer) && answer.refused).toContain('is not a finite number');
  });

  it('stops when told, with what it has', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 60);
    const answer = await solveMeanField(
      crowd(ring(10)),
      { concept: 'mean_field', iterations: 1_000_000 },
      { signal: stop.signal },
    );
    if (isRefusal(answer)) throw new Error(answer.refused);
    expect(answer.warnings.join()).toMatch(/stopped after \d+ of 1000000 iterations/);
    expect(answer.certificate.kind).toBe('epsilon_nash');
  });

  it('the verifier refutes a claim of less than can be gained, and impossible shares', () => {
    const game = crowd(ring(10));
    const policy = uniform(game);
    const rules = policy.map(rule => Array.from({ length: 30 }, (_, s) => [...rule.subarray(3 * s, 3 * s + 3)]));
    const claim = { kind: 'mean_field', values: undefined, completeness: 'one', epsilon: 1 } as const;
    const judged = verifyCrowd(game, { ...claim, solution: { kind: 'flow', rules, shares: [] } }, 1e-9);
    expect(judged.kind).toBe('approximate');
    expect(toFloat(judged.nashConv)).toBeCloseTo(2.7866824162983264, 9);
    const broken = rules.map(rule => rule.map(() => [1, 1, 1]));
    expect(verifyCrowd(game, { ...claim, solution: { kind: 'flow', rules: broken, shares: [] } }, 1e-9).kind).toBe(
      'approximate',
    );
  });
});
