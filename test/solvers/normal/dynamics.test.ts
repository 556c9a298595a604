/** Learning dynamics against theorems about them: who converges, who cycles, what is conserved. */
import { describe, expect, it } from 'vitest';
import type { TabularGame } from '../../../runtime/games/tabular.ts';
import { type Answer, format, isRefusal, type SolveOptions, solve, toJson } from '../../../runtime/solvers/index.ts';
import { dynamicsMethods } from '../../../runtime/solvers/normal/methods.ts';
import type { CourseSnapshot } from '../../../runtime/verify/claim.ts';
import { type Num, toFloat } from '../../../runtime/verify/number.ts';
import { verify } from '../../../runtime/verify/verify.ts';
import { bimatrix, matrix, rockPaperScissors } from '../games.ts';

async function course(game: TabularGame, options: Partial<SolveOptions>): Promise<[readonly CourseSnapshot[], Answer]> {
  const answer = await solve(game, { concept: 'dynamics', ...options });
  if (isRefusal(answer)) throw new Error(answer.refused);
  if (answer.solution.kind !== 'course') throw new Error('no course');
  expect(answer.certificate.kind).toBe('dynamics');
  return [answer.solution.snapshots, answer];
}

const last = (list: readonly CourseSnapshot[]): CourseSnapshot => list.at(-1) as CourseSnapshot;

const shapley = bimatrix(
  [
    [0, 0, 1],
    [1, 0, 0],
    [0, 1, 0],
  ],
  [
    [0, 1, 0],
    [0, 0, 1],
    [1, 0, 0],
  ],
);

const pennies = bimatrix([
  [1, -1],
  [-1, 1],
]);

describe('fictitious play', () => {
  it("cycles in Shapley's game: average strategies stay away from equilibrium for ever longer", async () => {
    // Which first actions are drawn depends on the seed; on the diagonal both agents stay in step, so some seeds that leave it are taken.
    let cycling = 0;
    for (const seed of [1, 2, 3, 4, 5]) {
      const [snapshots] = await course(shapley, { method: 'fictitious_play', iterations: 50_000, seed });
      const late = snapshots.filter(one => one.at >= 1_000);
      if (late.every(one => one.distances.nash > 0.05)) cycling++;
    }
    expect(cycling).toBeGreaterThan(0);
  });

  it('converges in zero-sum games (Robinson 1951)', async () => {
    for (const game of [pennies, bimatrix(rockPaperScissors)]) {
      const [snapshots] = await course(game, { method: 'fictitious_play', iterations: 20_000 });
      expect(last(snapshots).distances.nash).toBeLessThan(0.02);
      expect(last(snapshots).distances.nash).toBeLessThan((snapshots[3] as CourseSnapshot).distances.nash);
    }
  });
});

describe('smooth fictitious play', () => {
  it('settles at the quantal response equilibrium of its precision (Hofbauer and Sandholm 2002)', async () => {
    // Row: [[a, 0], [0, 1]], Column the opposite; payoffs of range a + a, so that lambda is 10 / (2 a).
    const a = 3;
    const game = bimatrix([
      [a, 0],
      [0, 1],
    ]);
    const lambda = 10 / (2 * a);
    // p: Row's first, q: Column's first. Each is the logit of what the other's makes of the difference; solved by bisection in p.
    const logit = (x: number) => 1 / (1 + Math.exp(-lambda * x));
    const answer = (p: number) => logit(-(a * p - (1 - p)));
    let [low, high] = [0, 1];
    for (let k = 0; k < 60; k++) {
      const p = (low + high) / 2;
      const q = answer(p);
      if (logit(a * q - (1 - q)) > p) low = p;
      else high = p;
    }
    const [snapshots] = await course(game, { method: 'smooth_fictitious_play', iterations: 100_000 });
    const [row, column] = last(snapshots).average.map(s => toFloat(s[0] as Num));
    // Frequencies of 100,000 draws.
    expect(Math.abs((row as number) - low)).toBeLessThan(0.01);
    expect(Math.abs((column as number) - answer(low))).toBeLessThan(0.01);
    // Far from the equilibrium of the game itself, where Row's first has 1/4.
    expect(Math.abs(low - 1 / 4)).toBeGreaterThan(0.05);
  });
});

describe('regret', () => {
  it.each(['regret_matching', 'regret_matching_plus', 'multiplicative_weights', 'optimistic_multiplicative_weights'])(
    "%s: what was played tends to the coarse correlated equilibria, also in Shapley's game",
    async method => {
      const [snapshots] = await course(shapley, { method, iterations: 20_000 });
      expect(last(snapshots).distances.cce).toBeLessThan(0.02);
      // The regret of few rounds can be small by chance; that of some is not.
      const early = Math.max(...snapshots.filter(one => one.at <= 20).map(one => one.distances.cce));
      expect(last(snapshots).distances.cce).toBeLessThan(early / 10);
    },
  );

  it('the rate of regret matching: at most range * sqrt(actions / rounds) in expectation, with room for chance', async () => {
    const [snapshots] = await course(bimatrix(rockPaperScissors), { method: 'regret_matching', iterations: 20_000 });
    for (const { at, distances } of snapshots.filter(one => one.at >= 100))
      expect(distances.cce).toBeLessThan(2 * 2 * Math.sqrt(3 / at));
  });

  it('conditional regret matching tends to the correlated equilibria', async () => {
    // Switching is slow by design, so that regrets fall like the cube root of 4 / rounds; without conditions they need not fall at all.
    const [snapshots] = await course(shapley, { method: 'conditional_regret_matching', iterations: 200_000 });
    expect(last(snapshots).distances.ce).toBeLessThan(3 * Math.cbrt(4 / 200_000));
    const [coarse] = await course(shapley, { method: 'regret_matching', iterations: 200_000 });
    expect(last(coarse).distances.ce).toBeGreaterThan(3 * Math.cbrt(4 / 200_000));
  });

  it('three agents; the same seed gives the same course, another seed another one', async () => {
    const game = matrix(
      [
        ['H', 'T'],
        ['H', 'T'],
        ['H', 'T'],
      ],
      ([x, y, z]) => [x === y ? 1 : -1, y === z ? 1 : -1, z === x ? -1 : 1],
    );
    const run = async (seed: number) => (await course(game, { method: 'regret_matching', iterations: 2_000, seed }))[0];
    const [one, same, other] = [await run(1), await run(1), await run(2)];
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
    expect(last(one).distances.cce).toBeLessThan(0.1);
  });
});

describe('replicator', () => {
  it('conserves the product of probabilities in rock-paper-scissors (Hofbauer and Sigmund 1998)', async () => {
    const [snapshots] = await course(bimatrix(rockPaperScissors), { method: 'replicator', iterations: 5_000 });
    const product = (one: CourseSnapshot): number =>
      (one.current?.[0] ?? []).map(toFloat).reduce((sum, p) => sum + Math.log(p), 0);
    const start = Math.log(1 / 6) + Math.log(2 / 6) + Math.log(3 / 6);
    for (const one of snapshots) expect(Math.abs(product(one) - start)).toBeLessThan(1e-6);
    // The averages over time converge although the strategies do not (Hofbauer, Sorin and Viossat 2009).
    expect(last(snapshots).distances.nash).toBeLessThan(0.05);
  });

  it('leads to the dominant action of a dilemma, at the rate of its advantage', async () => {
    const dilemma = matrix(
      [
        ['C', 'D'],
        ['C', 'D'],
      ],
      ([i = 0, j = 0]) => [[3, 0, 5, 1][2 * i + j] as number, [3, 5, 0, 1][2 * i + j] as number],
    );
    const [snapshots] = await course(dilemma, { method: 'replicator', iterations: 2_000 });
    const { at, current } = last(snapshots);
    const cooperation = toFloat(current?.[0]?.[0] as Num);
    // The advantage of defection lies between 1 and 2, from odds of 2 to 1.
    const odds = Math.log((1 - cooperation) / cooperation);
    expect(odds).toBeGreaterThan(Math.log(2) + at);
    expect(odds).toBeLessThan(Math.log(2) + 2 * at);
  });

  it('hawk and dove go to the evolutionarily stable mixture', async () => {
    const dove = matrix(
      [
        ['Hawk', 'Dove'],
        ['Hawk', 'Dove'],
      ],
      ([i = 0, j = 0]) => [[-1, 4, 0, 2][2 * i + j] as number, [-1, 0, 4, 2][2 * i + j] as number],
    );
    const [snapshots] = await course(dove, { method: 'replicator', iterations: 5_000 });
    expect(toFloat(last(snapshots).current?.[0]?.[0] as Num)).toBeCloseTo(2 / 3, 9);
  });
});

describe('answers of dynamics', () => {
  it('every method runs for as long as asked, in words and as JSON; play is counted in fractions', async () => {
    for (const method of dynamicsMethods) {
      const [snapshots, answer] = await course(pennies, { method, iterations: 30 });
      expect(snapshots).toHaveLength(6);
      expect(format(answer, pennies).join('\n')).toContain('to coarse correl.');
      const json = JSON.parse(JSON.stringify(toJson(answer, pennies)));
      expect(json.strategies).toHaveLength(6);
      expect(json.strategies[5].played.length).toBeGreaterThan(0);
      expect(answer.exact).toBe(method !== 'replicator');
    }
  });

  it('a wrong distance and a wrong average are found', async () => {
    const [snapshots, answer] = await course(pennies, { method: 'regret_matching', iterations: 10 });
    const judge = (change: Partial<CourseSnapshot>): string =>
      verify(
        pennies,
        {
          kind: 'dynamics',
          solution: { kind: 'course', unit: 'rounds', snapshots: [{ ...last(snapshots), ...change }] },
          values: answer.values,
          completeness: 'one',
        },
        1e-9,
      ).problems.join();
    expect(judge({})).toBe('');
    expect(judge({ distances: { ...last(snapshots).distances, cce: -1 } })).toContain('distance cce');
    expect(
      judge({
        average: [
          [1, 0],
          [1, 0],
        ],
      }),
    ).toContain('average strategies');
  });

  it('can be stopped in between by a signal', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    for (const method of ['regret_matching', 'replicator']) {
      const answer = await solve(shapley, { concept: 'dynamics', method, iterations: 1e9 }, { signal: stop.signal });
      if (method === 'regret_matching') expect(isRefusal(answer)).toBe(false);
      else expect(isRefusal(answer) && answer.refused).toContain('time limit');
    }
  });

  it('a time limit leaves what was reached, with a warning', async () => {
    const deadline = performance.now() + 40;
    const answer = await solve(
      shapley,
      { concept: 'dynamics', method: 'regret_matching', iterations: 1e9 },
      { deadline },
    );
    if (isRefusal(answer)) throw new Error(answer.refused);
    expect(answer.warnings.join()).toContain('time limit');
    expect(answer.certificate.kind).toBe('dynamics');
  });
});
