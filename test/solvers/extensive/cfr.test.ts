/** Regret minimisation against the published runs (Kuhn; OpenSpiel and an independent implementation), and generated code against loops. */
import { describe, expect, test } from 'vitest';
import { purposes, Stream } from '../../../runtime/rng/stream.ts';
import { Cfr, type Scheme, schemes } from '../../../runtime/solvers/extensive/cfr.ts';
import { isSmall } from '../../../runtime/solvers/extensive/generated.ts';
import { gains, planOf } from '../../../runtime/solvers/extensive/response.ts';
import { SampledCfr } from '../../../runtime/solvers/extensive/sampling.ts';
import { formOf, library, treeOf } from './support.ts';

const kuhn = formOf(library('Kuhn'));
const named = (method: string) => schemes.find(scheme => scheme.method === method) as Scheme;

/** Exploitability of the average policy: learners.md 12. The last column but one is regret matching+ without weights. */
const published: readonly (readonly [Scheme, readonly number[]])[] = [
  [
    named('cfr'),
    [0.458333333, 0.270833333, 0.121388889, 0.068698794, 0.015176602, 0.008225977, 0.000937617, 0.000113324],
  ],
  [
    named('simultaneous_cfr'),
    [0.458333333, 0.3125, 0.188573232, 0.0962085, 0.036218247, 0.025674736, 0.007269106, 0.002317786],
  ],
  [
    named('cfr_plus'),
    [0.458333333, 0.263888889, 0.073344529, 0.032687091, 0.002797251, 0.001194404, 0.000087365, 0.000009633],
  ],
  [
    { ...named('cfr_plus'), averaging: 0 },
    [0.458333333, 0.270833333, 0.103396713, 0.058541002, 0.010557453, 0.004346766, 0.000479977],
  ],
  [named('discounted_cfr'), [0.458333333, 0.258333333, 0.066432776, 0.022778784, 0.003198004, 0.001666342, 0.0001465]],
];
const iterations = [1, 2, 5, 10, 50, 100, 1000, 10000];

describe('Kuhn', () => {
  test.each(
    published.map(([scheme, row]) => [`${scheme.method}, weights t^${scheme.averaging}`, scheme, row] as const),
  )('%s', (_, scheme, row) => {
    for (const generate of [true, false]) {
      const run = new Cfr(kuhn, scheme, generate);
      row.forEach((exploitability, k) => {
        const t = iterations[k] as number;
        run.run(t - run.iterations);
        // 1e-6 relative up to 100 (the table has nine digits), 5 % after.
        const slack = t <= 100 ? 1e-6 * exploitability + 5e-10 : 0.05 * exploitability;
        expect(Math.abs(run.nashConv() / 2 - exploitability), `iteration ${t}`).toBeLessThan(slack);
      });
    }
  });

  test('predictive CFR+ reaches 1e-9 within 10 000 iterations', () => {
    const run = new Cfr(kuhn, named('predictive_cfr_plus'));
    run.run(10_000);
    expect(run.nashConv()).toBeLessThan(1e-9);
  });

  test('linear CFR beats CFR', () => {
    const runs = ['cfr', 'linear_cfr'].map(method => new Cfr(kuhn, named(method)));
    for (const run of runs) run.run(1_000);
    expect(runs[1]!.nashConv()).toBeLessThan(runs[0]!.nashConv() / 5);
  });
});

describe('generated code', () => {
  test.each(schemes.map(scheme => [scheme.method, scheme] as const))('%s does the same as the loops', (_, scheme) => {
    for (const name of ['Kuhn', 'RockPaperScissors']) {
      const form = formOf(library(name));
      expect(isSmall(form)).toBe(true);
      const [fast, plain] = [new Cfr(form, scheme), new Cfr(form, scheme, false)];
      for (const piece of [1, 1, 3, 95, 400]) {
        fast.run(piece);
        plain.run(piece);
        expect(fast.average()).toEqual(plain.average());
      }
      expect(fast.iterations).toBe(500);
    }
  });

  test('large games keep to the loops', () => expect(isSmall(formOf(library('Leduc')))).toBe(false));
});

describe('Leduc', () => {
  const leduc = formOf(library('Leduc'));

  // OpenSpiel 2.0.2's CFRSolver and CFRPlusSolver after 40 iterations: bench/cfr.ts prints both sides.
  test.each([
    ['cfr', 0.23203],
    ['cfr_plus', 0.0476452],
  ])('%s after 40 iterations', (method, exploitability) => {
    const run = new Cfr(leduc, named(method));
    run.run(40);
    expect(run.nashConv() / 2).toBeCloseTo(exploitability, 5);
  });

  test('the value of average play tends to -0.0856064', () => {
    const run = new Cfr(leduc, named('discounted_cfr'));
    run.run(1_500);
    const [one, two] = run.average();
    const found = gains(leduc, [planOf(leduc.spaces[0], one), planOf(leduc.spaces[1], two)]);
    // Within what either side could still gain.
    expect(found.values[0] + found.gains[0]).toBeGreaterThanOrEqual(-0.085606424078);
    expect(found.values[0] - found.gains[1]).toBeLessThanOrEqual(-0.085606424078);
    expect(found.nashConv).toBeLessThan(2e-3);
  });
});

describe('Monte Carlo', () => {
  const tree = treeOf(library('Kuhn'));
  /** Mean and deviation of OpenSpiel over 5 seeds: learners.md 12. */
  const rows = [
    ['external', [0.0961, 0.0195], [0.0276, 0.0061], [0.0119, 0.0039], [0.0028, 0.0011]],
    ['outcome', [0.243, 0.127], [0.0998, 0.0154], [0.0284, 0.016], [0.0095, 0.0042]],
  ] as const;

  test.each(rows)('%s sampling: the mean of five seeds within three deviations', (kind, ...row) => {
    const runs = [1, 2, 3, 4, 5].map(
      seed => new SampledCfr(tree, kuhn.spaces, kind, new Stream(seed, purposes.sampling, 0, 0)),
    );
    row.forEach(([mean, deviation], k) => {
      const t = [100, 1_000, 10_000, 100_000][k] as number;
      const found = runs.map(run => {
        run.run(t - run.iterations);
        const [one, two] = run.average() as [Float64Array, Float64Array];
        return gains(kuhn, [planOf(kuhn.spaces[0], one), planOf(kuhn.spaces[1], two)]).nashConv / 2;
      });
      const average = found.reduce((sum, x) => sum + x, 0) / found.length;
      expect(Math.abs(average - mean), `${kind} after ${t}: ${found.join(' ')}`).toBeLessThan(3 * deviation);
    });
  });

  test('a seed is a run', () => {
    const run = (seed: number) => {
      const sampled = new SampledCfr(tree, kuhn.spaces, 'outcome', new Stream(seed, purposes.sampling, 0, 0));
      sampled.run(200);
      return sampled.average();
    };
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });
});
