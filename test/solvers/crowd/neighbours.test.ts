/** Crowds whose members meet certain others, as on a ring or a lattice: each is a member of the crowd of its own. */
import { describe, expect, it } from 'vitest';
import { enumerate } from '../../../compiler/game/exact.ts';
import type { CrowdGame } from '../../../runtime/games/crowd.ts';
import { bestResponse, type CrowdPolicy, evaluate, flowOf, uniform } from '../../../runtime/solvers/crowd/flow.ts';
import { format, memberOf, toJson } from '../../../runtime/solvers/index.ts';
import { verifyCrowd } from '../../../runtime/verify/crowd.ts';
import { toFloat } from '../../../runtime/verify/number.ts';
import { gameOf } from '../../stdlib/library.ts';
import { crowd, gainOf, libraryCrowd, solved } from './support.ts';

/** The same probabilities at every step: `rule[s][a]`. */
function always(game: CrowdGame, rule: readonly (readonly number[])[]): CrowdPolicy {
  return Array.from({ length: game.steps }, () => Float64Array.from(rule.flat()));
}

/** A ring of agents with a bit and two actions; `reward` of agent p, whose neighbours are `left(p)` and `right(p)`. */
const ring = (reward: string, { n = 8, step = 'next x[p: W] = action[p] == B', start = '1/4', rest = '' } = {}) => `
game Ring {
  agents W[${n}]
  actions { A, B }
  state { x: bool[W] }
  init { x[p: W] ~ bernoulli(${start}) }
  fn left(p: W): W = W((ord(p) + ${n - 1}) % ${n})
  fn right(p: W): W = W((ord(p) + 1) % ${n})
  fn far(p: W, by: 0..16): W = W((ord(p) + by) % ${n})
  fn near(p: W, q: W): bool = q == left(p) or q == right(p)
  step { ${step} }
  reward[p: W] = ${reward}
  ${rest}
  horizon 3
}`;

/** Expected reward of state s and action a at the start, where the crowd does as `policy` says. */
function rewardAt(game: CrowdGame, policy: CrowdPolicy, s = 0, a = 0): number {
  return flowOf(game, policy).steps[0]?.reward[2 * s + a] as number;
}

describe('neighbours are members of the crowd, each drawn on its own', () => {
  const q = 0.3;
  const mixed = [
    [1 - q, q],
    [1 - q, q],
  ];
  const of = (reward: string, options = {}) => {
    const game = crowd(ring(reward, options));
    return { game, worth: rewardAt(game, always(game, mixed)) };
  };

  it.each([
    ['both of two', '(if x[left(p)] and x[right(p)] then 1 else 0)', 1 / 16],
    ['one at least', '(if x[left(p)] or x[right(p)] then 1 else 0)', 1 - 9 / 16],
    ['how many of two', 'count(x[q] for q in W if near(p, q))', 1 / 2],
    ['the square of how many', 'count(x[q] for q in W if near(p, q)) * count(x[q] for q in W if near(p, q))', 10 / 16],
    ['what is asked first does not matter', 'count(x[q] and near(p, q) for q in W)', 1 / 2],
    ['any fold will do', '(if any(x[q] for q in W if near(p, q)) then 1 else 0)', 7 / 16],
    ['actions', '(if action[left(p)] == B and action[right(p)] == B then 1 else 0)', q * q],
    ['what follows', '(if next x[left(p)] and next x[right(p)] then 1 else 0)', q * q],
    ['one agent is one draw', '(if x[left(p)] and x[left(p)] then 1 else 0)', 1 / 4],
    [
      'state and action of one agent',
      '(if x[left(p)] == (action[left(p)] == B) then 1 else 0)',
      0.25 * q + 0.75 * (1 - q),
    ],
    ['by two ways to one agent', '(if x[far(p, 2)] and x[far(p, 10)] then 1 else 0)', 1 / 4],
    ['to itself', '(if x[far(p, 8)] then 1 else 0) + (if x[far(p, 1)] then 1 else 0)', 1 / 4],
  ])('%s', (_, reward, expected) => {
    expect(of(reward).worth).toBeCloseTo(expected, 13);
    expect(of(reward).game.meets).toBe(/left.*right|near/.test(reward) ? 2 : 1);
  });

  it('state and action of a member are drawn together', () => {
    const game = crowd(ring('(if x[left(p)] and action[left(p)] == B then 1 else 0)'));
    // Whoever is in x plays A: a quarter is in x, three quarters play B, and nobody does both.
    const apart = always(game, [
      [0, 1],
      [1, 0],
    ]);
    expect(rewardAt(game, apart)).toBe(0);
  });

  it('what an agent becomes by its neighbours: all in x with two in x around them', () => {
    const game = crowd(ring('1', { step: 'next x[p: W] = x[left(p)] and x[right(p)]', start: '1/2' }));
    const { shares } = flowOf(game, uniform(game));
    const inX = shares.map(list => (list[2] as number) + (list[3] as number));
    expect(inX).toEqual([1 / 2, 1 / 4, 1 / 16]);
  });

  it('sums over all agents stay what they are, beside neighbours and without them', () => {
    const n = 8;
    const other = `count(x[q] for q in W if q != p) / ${n}`;
    expect(of(other).worth).toBeCloseTo(1 / 4, 13);
    expect(of(other).game.meets).toBe(0);
    expect(of(`(if x[left(p)] then count(action[q] == B for q in W) / ${n} else 0)`).worth).toBeCloseTo(0.25 * q, 13);
    expect(of(`count(x[q] == x[left(p)] for q in W) / ${n}`).worth).toBeCloseTo(0.0625 + 0.5625, 13);
    expect(of(`count(next x[q] for q in W) / ${n}`).worth).toBeCloseTo(q, 13);
  });

  it('a partner drawn among all is oneself once in n times', () => {
    const step = 'let partner[p: W] ~ uniform(W)\n next x[p: W] = x[partner[p]]';
    const game = crowd(ring('1', { step }));
    const { steps } = flowOf(game, uniform(game));
    const { start, next, probability } = steps[0] as (typeof steps)[number];
    const toX = (row: number): number => {
      let sum = 0;
      for (let k = start[row] as number; k < (start[row + 1] as number); k++)
        if (next[k] === 1) sum += probability[k] as number;
      return sum;
    };
    expect(toX(0)).toBeCloseTo((7 / 8) * 0.25, 13);
    expect(toX(2)).toBeCloseTo((7 / 8) * 0.25 + 1 / 8, 13);
  });

  it('with time and with the crowd in the rules, every step is its own', () => {
    const later = crowd(ring('(if x[left(p)] then 1 + time else 0)', { step: 'next x[p: W] = x[p]' }));
    const rewards = (game: CrowdGame) => flowOf(game, uniform(game)).steps.map(({ reward }) => reward[0] as number);
    rewards(later).forEach((reward, t) => {
      expect(reward).toBeCloseTo((1 + t) / 4, 13);
    });
    const fading = crowd(
      ring('1', {
        step: 'let u[p: W] ~ bernoulli(count(x[q] for q in W) / 8)\n next x[p: W] = x[left(p)] and u[p]',
        start: '1/2',
      }),
    );
    const inX = flowOf(fading, uniform(fading)).shares.map(list => (list[2] as number) + (list[3] as number));
    [1 / 2, 1 / 4, 1 / 16].forEach((share, t) => {
      expect(inX[t]).toBeCloseTo(share, 13);
    });
    // A quarter, then half of them, then none: the rule holds, does not, and holds again.
    const turning = crowd(
      ring('(if next x[left(p)] then 1 else 0)', {
        step: 'next x[p: W] = action[p] == B and count(x[q] for q in W) / 8 < 0.3',
      }),
    );
    expect(rewards(turning)).toEqual([1 / 2, 0, 1 / 2]);
  });

  it('several draws of one agent are drawn one by one', () => {
    const game = crowd(`
      game Dice {
        agents W[4]
        actions { A, B }
        state { die: (0..3)[W, 0..1] = 0 }
        step {
          let thrown[p: W, k: 0..1] ~ uniform(1..3)
          next die[p: W, k: 0..1] = thrown[p, k]
        }
        reward[p: W] = (if next die[p, 0] == next die[p, 1] then 1 else 0) + 10 * next die[p, 0] + 100 * next die[p, 1]
        horizon 1
      }`);
    expect(rewardAt(game, uniform(game))).toBeCloseTo(1 / 3 + 220, 12);
  });
});

describe('where a reward is linear in the neighbours, it is the mean over all that counts', () => {
  it('both ways of writing have the same course and the same answer', async () => {
    // (1/2 + j) / (k + 1) is never 2/5: fictitious play meets no ties.
    const pay = (crowded: string) => `(if action[p] == B then 4/5 - ${crowded} else 0) + (if x[p] then 1/10 else 0)`;
    const around = crowd(ring(pay('count(action[q] == B for q in W if near(p, q))')));
    const all = crowd(ring(pay('2 * count(action[q] == B for q in W) / 8')));
    expect([around.meets, all.meets]).toEqual([2, 0]);
    for (const method of ['fictitious_play', 'mirror_descent']) {
      const [first, second] = [await solved(around, method, 50), await solved(all, method, 50)];
      first.trace?.forEach(({ nashConv }, k) => {
        expect(Math.abs(nashConv - (second.trace?.[k]?.nashConv as number))).toBeLessThan(1e-12);
      });
      expect(toFloat(first.values?.[0] as number)).toBeCloseTo(toFloat(second.values?.[0] as number), 12);
      expect([first.claim === undefined, second.claim === undefined]).toEqual([false, true]);
    }
  });

  it('one over the number of neighbours is not linear: 1 / (1 + k) means (1 - (1 - q)^3) / (3 q)', () => {
    const game = crowd(ring('1 / (1 + count(action[q] == B for q in W if near(p, q)))'));
    const q = 0.3;
    const policy = always(game, [
      [1 - q, q],
      [1 - q, q],
    ]);
    expect(rewardAt(game, policy)).toBeCloseTo((1 - 0.7 * 0.7 * 0.7) / (3 * q), 13);
  });
});

describe('Ising', () => {
  it('whoever is up earns 4 m - 2 where a share m goes up, and nothing is left to gain at m = 0, 1/2 and 1', async () => {
    const game = libraryCrowd('Ising(n: 4, steps: 5)');
    expect(game).toMatchObject({ stateCount: 2, meets: 4, steps: 5, size: 16 });
    for (const m of [0, 0.2, 0.5, 1]) {
      const policy = always(game, [
        [1 - m, m],
        [1 - m, m],
      ]);
      for (const s of [0, 1]) {
        expect(rewardAt(game, policy, s, 1)).toBeCloseTo(4 * m - 2, 12);
        expect(rewardAt(game, policy, s, 0)).toBeCloseTo(2 - 4 * m, 12);
      }
      // The discount is 0: |4 m - 2| can be had, (2 m - 1) (4 m - 2) is.
      expect(gainOf(game, policy)).toBeCloseTo(Math.abs(4 * m - 2) - (2 * m - 1) * (4 * m - 2), 12);
    }
    const answer = await solved(game, 'fictitious_play', 20);
    expect(answer.certificate.kind).toBe('mean_field');
    expect(toFloat(answer.certificate.nashConv)).toBe(0);
  });

  it('the answer says what it is about', async () => {
    const game = libraryCrowd('Ising(n: 4, steps: 5)');
    const answer = await solved(game, 'mirror_descent', 5);
    const about =
      'of the mean field: each of the 4 others whom a Spin meets is an independent member of the crowd, drawn anew at every step, and a Spin acts on its own state alone; an approximation of Ising with 16 agents, where neighbours stay and their states depend on each other';
    expect(format(answer, memberOf(game))).toContain(`claim    ${about}`);
    expect(toJson(answer, memberOf(game)).claim).toBe(about);
    expect(answer.note).not.toContain('limit of many agents');
  });
});

// ------------------------------------------------------------------------------------------ the epidemic

interface Disease {
  readonly reach: number;
  readonly infect: number;
  readonly recover: number;
  readonly cost: number;
  readonly first: number;
  readonly steps: number;
}

const usual: Disease = { reach: 1, infect: 0.3, recover: 0.2, cost: 0.25, first: 0.25, steps: 10 };

function written(d: Disease, people = 8): string {
  return `Epidemic(people: ${people}, reach: ${d.reach}, infect: ${d.infect}, recover: ${d.recover}, cost: ${d.cost}, first: ${d.first}, steps: ${d.steps})`;
}

/** Chance to stay in by state (0 healthy, 1 sick) at every step. */
type Staying = readonly (readonly [number, number])[];

/** Share of the sick over time, and the chance to catch the disease, where all follow `staying`. */
function spread(d: Disease, staying: Staying): { sick: number[]; risk: number[] } {
  let sick = d.first;
  const course = { sick: [] as number[], risk: [] as number[] };
  for (const [inside] of staying) {
    let spared = 1;
    for (let k = 0; k < 2 * d.reach; k++) spared *= 1 - d.infect * sick;
    course.sick.push(sick);
    course.risk.push(1 - spared);
    sick = sick * (1 - d.recover) + (1 - sick) * (1 - inside) * (1 - spared);
  }
  return course;
}

/** What going out (0) and staying in (1) are worth by step and state to one who goes on by `staying`, or as is best. */
function worth(d: Disease, risk: readonly number[], staying: Staying | undefined) {
  let [healthy, ill] = [0, 0];
  const table: [[number, number], [number, number]][] = [];
  for (let t = d.steps - 1; t >= 0; t--) {
    const r = risk[t] as number;
    const later = d.recover * healthy + (1 - d.recover) * ill;
    const row: [[number, number], [number, number]] = [
      [(1 - r) * healthy + r * ill, healthy - d.cost],
      [later - 1, later - 1 - d.cost],
    ];
    table.unshift(row);
    const value = (s: 0 | 1): number => {
      const [out, inside] = row[s];
      const p = staying?.[t]?.[s];
      return p === undefined ? Math.max(out, inside) : (1 - p) * out + p * inside;
    };
    [healthy, ill] = [value(0), value(1)];
  }
  return { table, value: (1 - d.first) * healthy + d.first * ill };
}

function leftToGain(d: Disease, staying: Staying): number {
  const { risk } = spread(d, staying);
  return worth(d, risk, undefined).value - worth(d, risk, staying).value;
}

/** Fictitious play: the average over all so far of how often one is healthy or sick and goes out or stays in. */
function play(d: Disease, rounds: number): number[] {
  let staying: Staying = Array.from({ length: d.steps }, () => [0.5, 0.5]);
  const left: number[] = [];
  const meets = (policy: Staying, risk: readonly number[]): number[][] => {
    let sick = d.first;
    return policy.map(([h, s], t) => {
      const here = [(1 - sick) * (1 - h), (1 - sick) * h, sick * (1 - s), sick * s];
      sick = sick * (1 - d.recover) + (1 - sick) * (1 - h) * (risk[t] as number);
      return here;
    });
  };
  let average = meets(staying, spread(d, staying).risk);
  for (let k = 1; k <= rounds; k++) {
    const { risk } = spread(d, staying);
    const best: Staying = worth(d, risk, undefined).table.map(([h, s]) => [h[1] > h[0] ? 1 : 0, s[1] > s[0] ? 1 : 0]);
    const met = meets(best, risk);
    average = average.map((list, t) => list.map((x, i) => (x * k + (met[t]?.[i] as number)) / (k + 1)));
    staying = average.map(([a = 0, b = 0, c = 0, e = 0]) => [b / (a + b), e / (c + e)]);
    left.push(leftToGain(d, staying));
  }
  return left;
}

function descend(d: Disease, rounds: number): number[] {
  let staying: Staying = Array.from({ length: d.steps }, () => [0.5, 0.5]);
  const sums = staying.map(() => [0, 0]);
  const left: number[] = [];
  let rate: number | undefined;
  for (let k = 1; k <= rounds; k++) {
    const { table } = worth(d, spread(d, staying).risk, staying);
    rate ??= 1 / Math.max(...table.flatMap(row => row.map(([out, inside]) => Math.abs(inside - out))));
    for (const [t, list] of sums.entries())
      for (const s of [0, 1] as const) {
        const [out, inside] = (table[t] as (typeof table)[number])[s];
        list[s] = (list[s] as number) + rate * (inside - out);
      }
    staying = sums.map(([h = 0, s = 0]) => [1 / (1 + Math.exp(-h)), 1 / (1 + Math.exp(-s))]);
    left.push(leftToGain(d, staying));
  }
  return left;
}

describe('the epidemic', () => {
  it.each([
    { ...usual, steps: 60 },
    { ...usual, reach: 2, infect: 0.15, steps: 60 },
    { ...usual, reach: 3, infect: 0.9, recover: 0.4, steps: 20 },
    { ...usual, reach: 2, infect: 0.04, recover: 0.2, first: 0.9, steps: 200 },
  ])('left to itself: $reach on each side, $infect, $recover', d => {
    const game = libraryCrowd(written(d));
    expect(game.meets).toBe(2 * d.reach);
    const out = always(game, [
      [1, 0],
      [1, 0],
    ]);
    const { sick } = spread(
      d,
      Array.from({ length: d.steps }, () => [0, 0]),
    );
    flowOf(game, out).shares.forEach((list, t) => {
      expect((list[2] as number) + (list[3] as number)).toBeCloseTo(sick[t] as number, 12);
    });
    // It dies out where infect * 2 reach < recover, and else stays.
    const last = sick.at(-1) as number;
    if (2 * d.reach * d.infect < d.recover) expect(last).toBeLessThan(0.01);
    else expect(last).toBeGreaterThan(0.2);
  });

  it('both methods go the way of an independent program', async () => {
    for (const d of [usual, { ...usual, reach: 2 }, { ...usual, reach: 2, infect: 0.2, cost: 1, steps: 20 }]) {
      const game = libraryCrowd(written(d));
      for (const [method, expected] of [
        ['fictitious_play', play(d, 100)],
        ['mirror_descent', descend(d, 100)],
      ] as const) {
        const { trace = [] } = await solved(game, method, 100);
        expect(trace.length).toBe(7);
        for (const { iteration, nashConv } of trace)
          expect(Math.abs(nashConv - (expected[iteration - 1] as number)), `${method}, ${iteration}`).toBeLessThan(
            1e-9,
          );
      }
    }
  });

  it('what a member could gain is what the best of all its 256 plans gains', () => {
    const d = { ...usual, reach: 2, cost: 0.4, steps: 4 };
    const game = libraryCrowd(written(d));
    const policy = always(game, [
      [0.7, 0.3],
      [0.9, 0.1],
    ]);
    const all: Staying = Array.from({ length: 4 }, () => [0.3, 0.1]);
    const { risk } = spread(d, all);
    /** Total of a plan, by following its shares forwards. */
    const total = (plan: Staying): number => {
      let [sick, sum] = [d.first, 0];
      plan.forEach(([h, s], t) => {
        sum -= sick + d.cost * ((1 - sick) * h + sick * s);
        sick = sick * (1 - d.recover) + (1 - sick) * (1 - h) * (risk[t] as number);
      });
      return sum;
    };
    const plans = Array.from(
      { length: 256 },
      (_, bits): Staying => [0, 1, 2, 3].map(t => [(bits >> t) & 1, (bits >> (t + 4)) & 1]),
    );
    const best = Math.max(...plans.map(total));
    const flow = flowOf(game, policy);
    expect(bestResponse(game, flow).value).toBeCloseTo(best, 12);
    expect(evaluate(game, flow, policy).value).toBeCloseTo(total(all), 12);
    const rules = policy.map(rule => [0, 1].map(s => [...rule.subarray(2 * s, 2 * s + 2)]));
    const claim = { kind: 'mean_field', values: undefined, completeness: 'one', epsilon: 1 } as const;
    const judged = verifyCrowd(game, { ...claim, solution: { kind: 'flow', rules, shares: [] } }, 1e-9);
    expect(toFloat(judged.nashConv)).toBeCloseTo(best - total(all), 12);
  });

  it('nobody ever stays in where that costs more than the disease can', async () => {
    // (1 - 0.7^2) / 0.2 = 2.55
    const answer = await solved(libraryCrowd(written({ ...usual, cost: 2.55, steps: 40 })), 'mirror_descent', 200);
    if (answer.solution.kind !== 'flow') throw new Error('no flow');
    for (const rule of answer.solution.rules) expect(toFloat(rule[0]?.[0] as number)).toBeGreaterThan(1 - 1e-9);
    expect(answer.certificate.kind).toBe('mean_field');
  });

  it.each([
    written({ ...usual, steps: 1 }, 5),
    written({ ...usual, reach: 2, steps: 1 }, 5),
    written({ ...usual, infect: 0.9, steps: 1 }, 4),
  ])('neighbours are independent at the start, so that the first step is that of the game itself: %s', name => {
    const { game } = enumerate(gameOf(name), { maxStates: 100 });
    if (game === undefined) throw new Error('not listed');
    // Uniform play by all in the game as listed: how likely is Person[0] to be sick after the step?
    let sick = 0;
    game.initialStates.forEach((state, k) => {
      const [from, to] = [game.jointStart[state] as number, game.jointStart[state + 1] as number];
      for (let joint = from; joint < to; joint++)
        for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++)
          if (game.describeState(game.outcomeState[o] as number).includes('sick[Person[0]] = true'))
            sick += ((game.initialProbabilities[k] as number) * (game.outcomeProbability[o] as number)) / (to - from);
    });
    const reading = libraryCrowd(name.replace('steps: 1', 'steps: 2'));
    const after = flowOf(reading, uniform(reading)).shares[1] as Float64Array;
    expect(sick).toBeGreaterThan(0.2);
    expect((after[2] as number) + (after[3] as number)).toBeCloseTo(sick, 12);
  });

  it('the answer is the same every time', async () => {
    const [first, second] = [
      await solved(libraryCrowd(written(usual)), 'mirror_descent', 30),
      await solved(libraryCrowd(written(usual)), 'mirror_descent', 30),
    ];
    expect(second).toEqual(first);
  });

  it('the number of people does not matter, nor in which order neighbours are asked', async () => {
    const [few, many] = [
      await solved(libraryCrowd(written(usual, 4)), 'mirror_descent', 30),
      await solved(libraryCrowd(written(usual, 40)), 'mirror_descent', 30),
    ];
    expect(many.trace).toEqual(few.trace);
    const asked = (sides: string) => crowd(ring(`-${sides}`, { step: `next x[p: W] = ${sides} >= 1` }));
    const one = asked('(count(x[q] for q in W if near(p, q)))');
    const other = asked('((if x[right(p)] then 1 else 0) + (if x[left(p)] then 1 else 0))');
    const [here, there] = [flowOf(one, uniform(one)), flowOf(other, uniform(other))];
    here.shares.forEach((list, t) => {
      list.forEach((share, row) => {
        expect(share).toBeCloseTo(there.shares[t]?.[row] as number, 14);
      });
    });
  });
});

describe('states that look alike', () => {
  const unseen = ring('(if action[p] == B then 1 - count(x[q] for q in W if near(p, q)) else 0)', {
    step: 'next x[p: W] = action[p] == B',
    start: '9/10',
    rest: 'observe[p: W] { time }',
  });

  it('are one to the agent, which acts alike in them whatever brought it there', async () => {
    const game = crowd(unseen);
    expect([...game.looks]).toEqual([0, 0]);
    for (const method of ['fictitious_play', 'mirror_descent']) {
      const answer = await solved(game, method, 37);
      if (answer.solution.kind !== 'flow') throw new Error('no flow');
      for (const [first, second] of answer.solution.rules) expect(second).toEqual(first);
      expect(answer.certificate.problems).toEqual([]);
    }
  });

  it('the verifier refutes a policy that tells them apart', () => {
    const game = crowd(unseen);
    const rules = Array.from({ length: 3 }, () => [
      [1, 0],
      [0, 1],
    ]);
    const claim = { kind: 'mean_field', values: undefined, completeness: 'one', epsilon: 10 } as const;
    const judged = verifyCrowd(game, { ...claim, solution: { kind: 'flow', rules, shares: [] } }, 1e-9);
    expect(judged.kind).toBe('approximate');
    expect(judged.problems.join()).toContain('which look alike');
  });
});
