/**
 * A report: one HTML file that needs nothing else, no network and no server; it reads the same without its script. A content security
 * policy lets nothing run but the style sheet and the script of `style.ts`, whatever a program has for names.
 */
import { createHash } from 'node:crypto';
import { figure } from '../train/figures.ts';
import type { Reported } from '../train/spec.ts';
import { bootstrap, type Interval } from './bootstrap.ts';
import { chart, legend, withInterval } from './chart.ts';
import { curveOf, lastLines, type Measured, metricNames } from './curves.ts';
import { html, type Markup, trusted } from './markup.ts';
import { type Replay, replayMarkup } from './replay.ts';
import { script, style } from './style.ts';

/** One training as its folder tells it. */
export interface ReportedRun {
  /** Distinct among the runs of a report. */
  readonly label: string;
  /** The folder, as it was typed. */
  readonly folder: string;
  /** As written: `Foraging(size: 5)`. */
  readonly game: string;
  readonly algorithm: string;
  readonly agents: readonly string[];
  /** Seeds that were to be trained, and those that did not come to their end. */
  readonly seeds: readonly number[];
  readonly unfinished: readonly number[];
  /** Those that diverged, which stand in no number and in no curve. */
  readonly diverged: readonly { readonly seed: number; readonly step: number; readonly facts: string }[];
  /** How `return` is made of the agents': `mean over agents`. */
  readonly reduction: string;
  /** What `report` asks for, and the classes with what their returns are called. */
  readonly report?: Reported | undefined;
  readonly classes?: readonly (readonly [name: string, label: string])[];
  /** Whether evaluations draw from the stochastic policy. */
  readonly sampled?: boolean;
  readonly metrics: readonly Measured[];
  /**
   * Beside the exact answer: one number per seed and what they are, which of them are only known not to be greater, what they count that was
   * not played, and all in words; or why there is none.
   */
  readonly exact:
    | {
        readonly name: string;
        readonly values: readonly number[];
        readonly bounds: readonly boolean[];
        readonly notes: readonly string[];
        readonly text: string;
      }
    | { readonly why: string };
  readonly best: Replay | undefined;
  readonly worst: Replay | undefined;
  /** Why there are no replays. */
  readonly noReplay: string | undefined;
  /** The settings in the words of the language, defaults included. */
  readonly settings: readonly (readonly [name: string, value: string])[];
  /** Program texts by path; the first is the one that holds the training. */
  readonly sources: readonly (readonly [path: string, text: string])[];
  readonly versions: readonly (readonly [name: string, value: string])[];
}

/** The numbers of a run at its end, over its seeds; undefined where nothing was evaluated. */
export interface Final {
  readonly return: Interval | undefined;
  readonly returns: readonly (Interval | undefined)[];
  /** Where `report` asks for them. */
  readonly classes: readonly (readonly [name: string, value: Interval | undefined])[];
  readonly length: Interval | undefined;
  readonly exact: Interval | undefined;
  readonly seeds: number;
  readonly steps: number;
}

/** Agents of a run whose returns are shown. */
const mostAgents = 12;

/** The first line of every report, by which an older one is known. */
export const reportMark = '<!doctype html><!-- marl report -->';

export function finalOf(run: ReportedRun): Final {
  const last = lastLines(run.metrics);
  const over = (metric: string): Interval | undefined => overSeedsOf(run, metric);
  return {
    return: over('return'),
    returns: run.agents.map(agent => over(run.agents.length === 1 ? 'return' : `return of ${agent}`)),
    classes: run.report?.per === 'class' ? (run.classes ?? []).map(([name]) => [name, over(classMetric(name))]) : [],
    length: over('length'),
    exact: 'why' in run.exact || run.exact.values.length === 0 ? undefined : bootstrap(run.exact.values),
    seeds: last.length,
    steps: last.reduce((sum, { step }) => sum + step, 0),
  };
}

/** A metric of the last evaluations over the seeds. */
function overSeedsOf({ metrics }: ReportedRun, metric: string): Interval | undefined {
  const values = lastLines(metrics).flatMap(({ values: all }) => all.get(metric) ?? []);
  return values.length === 0 ? undefined : bootstrap(values);
}

export function reportPage(title: string, runs: readonly ReportedRun[]): string {
  const games = [...new Set(runs.map(run => run.game))];
  const policy = `default-src 'none'; style-src '${digest(style)}'; script-src '${digest(script)}'`;
  const page = html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<h1>${title}</h1>
${games.map(game =>
  comparison(
    game,
    runs.filter(run => run.game === game),
  ),
)}${runs.map(details)}<p class="note">Written by marl report. Curves: mean over the seeds and 95 % bootstrap interval (percentiles of 2000 resamples).</p>
<script>${trusted(script)}</script>
</body>
</html>
`;
  return `${reportMark}\n${page.text}`;
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** The runs on one game side by side. */
function comparison(game: string, runs: readonly ReportedRun[]): Markup {
  const shown = runs.map(run => shownMetrics(run, runs));
  const names = [...new Set(shown.flatMap(metrics => metrics.map(({ name }) => name)))];
  const figures = names.map(
    name => html`<figure><figcaption>${name}</figcaption>${chart(
      runs.map((run, k) => {
        const metric = shown[k]?.find(one => one.name === name)?.metric;
        return { name: run.label, points: metric === undefined ? [] : curveOf(run.metrics, metric) };
      }),
      name,
    )}</figure>
`,
  );
  return html`<section>
<h2>${game}</h2>
${legend(runs.map(run => run.label))}
<div class="charts">
${figures}</div>
${finalTable(runs)}
</section>
`;
}

/** A metric of a run, and what it is called where several runs may have it: returns of different reductions are different metrics. */
interface Shown {
  readonly metric: string;
  readonly name: string;
}

/**
 * Every metric of a run; the discounted return where that says something else than the return in any of `runs`. What `report` asks for is
 * shown in place of the return of all agents.
 */
function shownMetrics(run: ReportedRun, runs: readonly ReportedRun[]): readonly Shown[] {
  const per = run.report?.per ?? 'team';
  const hidden = new Set(
    run.agents.slice(per === 'class' && run.agents.length > 1 ? 0 : mostAgents).map(agent => `return of ${agent}`),
  );
  const same = runs.every(({ metrics }) =>
    metrics.every(({ values }) => values.get('return') === values.get('discounted return')),
  );
  const apart = per === 'class' || (per === 'agent' && run.agents.length > 1) || cancel(runs);
  if (same || apart) hidden.add('discounted return');
  if (apart) hidden.add('return');
  for (const [name] of run.classes?.slice(mostAgents) ?? []) hidden.add(classMetric(name));
  return metricNames(run.metrics)
    .filter(metric => !hidden.has(metric))
    .map(metric => ({ metric, name: nameIn(run, metric) }));
}

function nameIn({ agents, reduction, classes }: ReportedRun, metric: string): string {
  if (metric === 'return' || metric === 'discounted return')
    return agents.length > 1 ? `${metric} (${reduction})` : metric;
  return classes?.find(([name]) => metric === classMetric(name))?.[1] ?? metric;
}

const classMetric = (name: string): string => `class ${name}`;

/** The returns of a run in tables. */
function returnsIn(run: ReportedRun, runs: readonly ReportedRun[]): readonly Shown[] {
  const per = run.report?.per ?? 'team';
  const named = (metric: string): Shown => ({ metric, name: nameIn(run, metric) });
  if (per === 'class') return (run.classes ?? []).slice(0, mostAgents).map(([name]) => named(classMetric(name)));
  if (run.agents.length === 1) return [named('return')];
  const agents = run.agents.slice(0, mostAgents).map(agent => named(`return of ${agent}`));
  return per === 'agent' || cancel(runs) ? agents : [named('return'), ...agents];
}

/** Do the agents' returns always add up to 0 without being 0? Then their mean says nothing; a reduction that was declared was asked for. */
function cancel(runs: readonly ReportedRun[]): boolean {
  if (runs.some(({ report }) => report !== undefined && report.per !== 'agent')) return false;
  const lines = runs.flatMap(({ agents, metrics }) =>
    metrics.map(({ values }) => agents.map(agent => values.get(`return of ${agent}`) ?? 0)),
  );
  const size = (returns: readonly number[]): number => returns.reduce((sum, value) => sum + Math.abs(value), 0);
  const sum = (returns: readonly number[]): number => Math.abs(returns.reduce((all, value) => all + value, 0));
  return lines.some(line => size(line) > 0) && lines.every(line => sum(line) <= 1e-9 * size(line));
}

function finalTable(runs: readonly ReportedRun[]): Markup {
  const measures = [...new Set(runs.flatMap(({ exact }) => ('why' in exact ? [] : [exact.name])))];
  const returns = runs.map(run => returnsIn(run, runs));
  const names = [...new Set(returns.flatMap(some => some.map(({ name }) => name)))];
  const number = (value: Interval | undefined, bound = false): Markup =>
    html`<td class="number">${value === undefined ? '' : `${bound ? '<= ' : ''}${withInterval(value)}`}</td>`;
  const rows = runs.map((run, k) => {
    const final = finalOf(run);
    const value = (name: string): Interval | undefined => {
      const metric = returns[k]?.find(one => one.name === name)?.metric;
      return metric === undefined ? undefined : overSeedsOf(run, metric);
    };
    const { exact } = run;
    return html`<tr><th scope="row">${run.label}</th><td>${run.algorithm}</td>${names.map(name => number(value(name)))}${number(final.length)}${measures.map(name => ('why' in exact || exact.name !== name ? number(undefined) : number(final.exact, exact.bounds.includes(true))))}<td class="number">${final.seeds}${shortfall(run)}</td><td class="number">${final.steps}</td></tr>
`;
  });
  const head = ['run', 'algorithm', ...names, 'length', ...measures, 'seeds', 'steps'];
  const sampled = runs.filter(run => run.sampled === true).map(run => run.label);
  const drawn = sampled.length === 0 ? '' : ` Evaluated with the sampled policy: ${sampled.join(', ')}.`;
  return html`<h3>The last evaluation, over the seeds</h3>
<div class="wide"><table><thead><tr>${head.map(name => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>
${rows}</tbody></table></div>
<p class="note">The mean and, in brackets, its 95 % bootstrap interval. Return: ${[...new Set(runs.map(run => run.reduction))].join(', or ')}, undiscounted.${drawn}</p>`;
}

/** ` of 5, 1 not at the end, 1 diverged` */
function shortfall({ seeds, unfinished, diverged }: ReportedRun): Markup | undefined {
  if (unfinished.length + diverged.length === 0) return undefined;
  const open = unfinished.length > 0 ? `, ${unfinished.length} not at the end` : '';
  const lost = diverged.length > 0 ? `, ${diverged.length} diverged` : '';
  return html` of ${seeds.length}${open}${lost}`;
}

function details(run: ReportedRun): Markup {
  const drawn = run.sampled === true ? '; evaluated with the sampled policy' : '';
  const { exact, best, worst, noReplay, sources } = run;
  const replays = replaysOf(best, worst);
  return html`<section>
<h2>${run.label}: ${run.algorithm} on ${run.game}</h2>
<p class="note">${run.folder}${drawn}</p>
${seedTable(run)}
${run.diverged.map(
  ({ seed, step, facts }) => html`<p>Seed ${seed} diverged at step ${step}: ${facts}.</p>
`,
)}<h3>Beside the exact answer</h3>
${'why' in exact ? html`<p>There is none: ${exact.why}.</p>` : html`<pre>${exact.text}</pre>`}
<h3>Episodes</h3>
${noReplay === undefined ? undefined : html`<p>No replay: ${noReplay}.</p>`}${replays.map(
  replay => html`${replay}
`,
)}<h3>Settings</h3>
${pairs(run.settings)}
<h3>Program</h3>
${sources.map(
  (
    [path, text],
    k,
  ) => html`<details${k === 0 ? html` open` : undefined}><summary>${path}</summary><pre>${text}</pre></details>
`,
)}<h3>Versions</h3>
${pairs(run.versions)}
</section>
`;
}

/** One where all episodes earned the same. */
function replaysOf(best: Replay | undefined, worst: Replay | undefined): readonly Markup[] {
  if (best === undefined || worst === undefined) return [];
  if (best.seed === worst.seed && best.episode === worst.episode)
    return [replayMarkup('An evaluation episode (none earned more or less)', best, true)];
  return [
    replayMarkup('The best evaluation episode', best, true),
    replayMarkup('The worst evaluation episode', worst, false),
  ];
}

function seedTable(run: ReportedRun): Markup {
  const { metrics, exact } = run;
  const last = lastLines(metrics);
  if (last.length === 0) return html`<p>Nothing was evaluated yet.</p>`;
  const columns = [...returnsIn(run, [run]), { metric: 'length', name: 'length' }];
  const measure = 'why' in exact || exact.values.length !== last.length ? undefined : exact;
  const cell = (value: number | undefined, bound = false): Markup =>
    html`<td class="number">${value === undefined ? '' : `${bound ? '<= ' : ''}${figure(value)}`}</td>`;
  const rows = last.map(
    ({ seed, step, episode, values }, k) =>
      html`<tr><th scope="row">${seed}</th>${columns.map(({ metric }) => cell(values.get(metric)))}${measure === undefined ? undefined : cell(measure.values[k], measure.bounds[k])}${cell(step)}${cell(episode)}</tr>
`,
  );
  const head = [
    'seed',
    ...columns.map(({ name }) => name),
    ...(measure === undefined ? [] : [measure.name]),
    'steps',
    'episodes',
  ];
  return html`<div class="wide"><table><thead><tr>${head.map(name => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>
${rows}</tbody></table></div>`;
}

function pairs(list: readonly (readonly [string, string])[]): Markup {
  return html`<table><tbody>
${list.map(
  ([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>
`,
)}</tbody></table>`;
}
