/** A number that is only known not to be greater is printed as one, in every table of a report. */
import { expect, test } from 'vitest';
import { type ReportedRun, reportPage } from '../../runtime/report/page.ts';

function run(label: string, bounds: readonly boolean[]): ReportedRun {
  const line = (seed: number) => ({
    seed,
    step: 100,
    episode: 10,
    evaluation: 0,
    values: new Map([
      ['return', 1],
      ['length', 2],
    ]),
  });
  return {
    label,
    folder: `runs/${label}`,
    game: 'G',
    algorithm: 'QMIX',
    agents: ['A'],
    seeds: [1, 2],
    unfinished: [],
    diverged: [],
    reduction: 'mean',
    metrics: [line(1), line(2)],
    exact: { name: 'gap', values: [0.25, 0.75], bounds, notes: [], text: 'beside' },
    best: undefined,
    worst: undefined,
    noReplay: 'none',
    settings: [],
    sources: [],
    versions: [],
  };
}

const cells = (html: string): readonly string[] =>
  [...html.matchAll(/<td class="number">([^<]*)<\/td>/g)].map(([, text]) => text ?? '');

test('bounds', () => {
  const exact = cells(reportPage('Exact', [run('Exact', [false, false])]));
  expect(exact).toContain('0.25');
  expect(exact.filter(cell => cell.includes('&lt;='))).toEqual([]);
  const partly = cells(reportPage('Partly', [run('Partly', [false, true])]));
  // The mean over the seeds, with its interval, then the second seed; the first is exact.
  expect(partly.filter(cell => cell.startsWith('&lt;= '))).toEqual([
    expect.stringMatching(/^&lt;= 0\.5 \[/),
    '&lt;= 0.75',
  ]);
  expect(partly).toContain('0.25');
});
