/** The parts of a report: escaping, intervals, curves, axes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bootstrap } from '../../runtime/report/bootstrap.ts';
import { axis, chart } from '../../runtime/report/chart.ts';
import { curveOf, lastLines, metricNames, readMetrics } from '../../runtime/report/curves.ts';
import { escaped, html } from '../../runtime/report/markup.ts';

describe('markup', () => {
  test('text of users never becomes markup', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), codes => {
        const out = escaped(`<${String.fromCharCode(...codes)}`);
        // Half of a pair of code units is no character.
        expect(Buffer.from(out).toString()).toBe(out);
        expect(out).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
        expect(out).not.toMatch(/(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  test('what is markup already stays, whatever else comes escaped', () => {
    const inner = html`<b title="${'"&'}">${'<i>'}</b>`;
    expect(html`<p>${inner}${['<x>', html`<br>`]}${undefined}${3}</p>`.text).toBe(
      '<p><b title="&quot;&amp;">&lt;i&gt;</b>&lt;x&gt;<br>3</p>',
    );
  });
});

describe('bootstrap', () => {
  test('is the same always, and holds the mean', () => {
    const values = [1, 4, 2, 8, 5, 7];
    const found = bootstrap(values);
    expect(bootstrap(values)).toEqual(found);
    expect(found.mean).toBe(4.5);
    expect(found.low as number).toBeGreaterThanOrEqual(1);
    expect(found.low as number).toBeLessThan(4.5);
    expect(found.high as number).toBeGreaterThan(4.5);
  });

  test('of many normal numbers is about 1.96 standard errors wide on each side', () => {
    // Quantiles of the normal distribution, so that the sample is the same always.
    const values = Array.from({ length: 200 }, (_, k) => Math.sqrt(2) * inverseErf((2 * (k + 0.5)) / 200 - 1));
    const { mean, low, high } = bootstrap(values);
    expect(mean).toBeCloseTo(0, 10);
    expect((high as number) * Math.sqrt(200)).toBeCloseTo(1.96, 0.5);
    expect((low as number) * Math.sqrt(200)).toBeCloseTo(-1.96, 0.5);
  });

  test('moves and stretches with its numbers', () => {
    const values = [3, 1, 4, 1, 5];
    const [a, b] = [bootstrap(values), bootstrap(values.map(v => 10 - 2 * v))];
    expect(b.mean).toBeCloseTo(10 - 2 * a.mean, 12);
    const shifted = bootstrap(values.map(v => v + 100));
    expect(shifted.low).toBeCloseTo((a.low as number) + 100, 9);
    expect(shifted.high).toBeCloseTo((a.high as number) + 100, 9);
  });

  test('a single number says nothing of others', () => {
    expect(bootstrap([3])).toEqual({ mean: 3, low: undefined, high: undefined });
    expect(bootstrap([2, 2, 2])).toEqual({ mean: 2, low: 2, high: 2 });
  });

  function inverseErf(y: number): number {
    let [low, high] = [-6, 6];
    for (let k = 0; k < 80; k++) {
      const x = (low + high) / 2;
      if (erf(x) < y) low = x;
      else high = x;
    }
    return low;
  }

  /** Its power series, which converges everywhere. */
  function erf(x: number): number {
    let [term, sum] = [x, x];
    for (let n = 1; n < 120; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
});

describe('curves', () => {
  const line = (seed: number, step: number, a: number, b: number, more: object = {}): string =>
    JSON.stringify({
      seed,
      step,
      episode: step,
      return: { mean: (a + b) / 2 },
      discounted: { mean: 0 },
      returns: { A: { mean: a }, B: { mean: b } },
      length: { mean: 4 },
      ...more,
    });

  test('by metric, step and seed; torn lines are left out', () => {
    const text = [
      line(1, 10, 1, 3),
      line(1, 20, 2, 4, { learner: { loss: 0.5 } }),
      line(2, 10, 3, 5),
      '{"seed":2,',
    ].join('\n');
    const lines = readMetrics(text, ['A', 'B']);
    expect(metricNames(lines)).toEqual([
      'return',
      'discounted return',
      'return of A',
      'return of B',
      'length',
      'learner: loss',
    ]);
    const curve = curveOf(lines, 'return of A');
    expect(curve.map(({ step, mean, seeds }) => [step, mean, seeds])).toEqual([
      [10, 2, 2],
      [20, 2, 1],
    ]);
    expect(curve[0]).toMatchObject({ low: 1, high: 3 });
    expect(lastLines(lines).map(({ seed, step }) => [seed, step])).toEqual([
      [1, 20],
      [2, 10],
    ]);
  });

  test('numbers that are none are left out', () => {
    const lines = readMetrics(line(1, 10, 1, 3).replace('"mean":1', '"mean":null'), ['A', 'B']);
    expect(curveOf(lines, 'return of A')).toEqual([]);
  });
});

describe('charts', () => {
  test('ticks are round and hold the numbers', () => {
    expect(axis(0, 3000).ticks).toEqual([0, 1000, 2000, 3000]);
    expect(axis(-0.13, 0.87).ticks).toEqual([-0.2, 0, 0.2, 0.4, 0.6, 0.8, 1]);
    fc.assert(
      fc.property(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
        (low, width) => {
          const { low: from, high: to, ticks } = axis(low, low + width);
          const slack = 1e-8 * (Math.abs(low) + width);
          expect(from).toBeLessThanOrEqual(low + slack);
          expect(to).toBeGreaterThanOrEqual(low + width - slack);
          expect(ticks.length).toBeGreaterThan(1);
          expect(ticks.length).toBeLessThan(12);
        },
      ),
    );
  });

  test('one value, one point, and names that are markup', () => {
    const point = { step: 100, seeds: 1, mean: 2, low: undefined, high: undefined };
    const { text } = chart([{ name: '<script>', points: [point] }], '"x"');
    expect(text).toContain('<circle');
    expect(text).not.toMatch(/<script>|NaN|Infinity/);
    expect(chart([{ name: 'a', points: [] }], 'x').text).toContain('nothing was evaluated');
  });
});
