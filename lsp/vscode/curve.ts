/** What a run folder holds while `marl train` writes it: the curves so far, drawn again whenever lines were added. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { chart, legend, withInterval } from '../../runtime/report/chart.ts';
import { curveOf, lastLines, type Measured, metricNames, readMetrics } from '../../runtime/report/curves.ts';
import { html, type Markup } from '../../runtime/report/markup.ts';
import { figure } from '../../runtime/train/figures.ts';

/** One training, as far as its folder tells. */
export interface Run {
  readonly label: string;
  readonly algorithm: string;
  readonly game: string;
  readonly agents: readonly string[];
  readonly seeds: readonly number[];
  readonly budget: { readonly amount: number; readonly unit: 'steps' | 'episodes' };
  readonly metrics: readonly Measured[];
  /** A process is writing; it came to its end; it stopped before. */
  readonly phase: 'running' | 'finished' | 'stopped';
}

/** The runs of a folder: its own, or those of a sweep below it. Damaged and half-written ones are left out until they are whole. */
export function readRuns(folder: string): readonly Run[] {
  return foldersOf(folder).flatMap(dir => readRun(dir) ?? []);
}

/** Changes whenever `readRuns` would read something else; cheap enough to ask every second. */
export function mark(folder: string): string {
  return foldersOf(folder)
    .flatMap(dir => [
      ...['spec.json', 'summary.json', 'running.json'].map(name => join(dir, name)),
      ...seedFolders(dir).map(seed => join(dir, seed, 'metrics.jsonl')),
    ])
    .map(file => {
      const found = statSync(file, { throwIfNoEntry: false });
      return found === undefined ? '-' : `${found.size} ${found.mtimeMs}`;
    })
    .join(';');
}

export function isRunning(runs: readonly Run[]): boolean {
  return runs.some(run => run.phase === 'running');
}

function foldersOf(folder: string): readonly string[] {
  if (existsSync(join(folder, 'spec.json'))) return [folder];
  return entries(folder)
    .map(name => join(folder, name))
    .filter(dir => existsSync(join(dir, 'spec.json')));
}

function seedFolders(dir: string): readonly string[] {
  return entries(dir).filter(name => /^seed-\d+$/.test(name));
}

function entries(dir: string): readonly string[] {
  try {
    return readdirSync(dir).sort();
  } catch {
    return [];
  }
}

function readRun(dir: string): Run | undefined {
  const spec = json(join(dir, 'spec.json')) as
    | { train?: Partial<Omit<Run, 'label' | 'metrics' | 'phase' | 'agents'>>; game?: { agents?: readonly string[] } }
    | undefined;
  const { algorithm, game, seeds, budget } = spec?.train ?? {};
  if (typeof algorithm !== 'string' || typeof game !== 'string' || !Array.isArray(seeds) || budget === undefined)
    return undefined;
  const agents = Array.isArray(spec?.game?.agents) ? spec.game.agents.map(String) : [];
  const texts = seedFolders(dir).map(seed => text(join(dir, seed, 'metrics.jsonl')) ?? '');
  const summary = json(join(dir, 'summary.json')) as { seeds?: readonly { reason?: string }[] } | undefined;
  const ended = summary?.seeds?.filter(({ reason }) => reason !== 'interrupted').length ?? 0;
  const running = existsSync(join(dir, 'running.json'));
  return {
    label: basename(dir),
    algorithm,
    game,
    agents,
    seeds: seeds.map(Number),
    budget: { amount: Number(budget.amount), unit: budget.unit === 'episodes' ? 'episodes' : 'steps' },
    metrics: texts.flatMap(one => readMetrics(one, agents)),
    phase: running ? 'running' : ended >= seeds.length ? 'finished' : 'stopped',
  };
}

function text(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function json(file: string): unknown {
  try {
    const found: unknown = JSON.parse(text(file) ?? '');
    return typeof found === 'object' && found !== null ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Agents whose returns have a curve of their own. */
const mostAgents = 8;
/** Metrics of a learner that are drawn. */
const mostMetrics = 16;

/** The panel's content. */
export function curveMarkup(title: string, runs: readonly Run[]): string {
  if (runs.length === 0)
    return html`<h1>${title}</h1><p class="note">Nothing has been written yet; the curve appears here as soon as there is.</p>`
      .text;
  const [first, ...others] = metricsOf(runs).map(
    name =>
      html`<figure><figcaption>${name}</figcaption>${chart(
        runs.map(run => ({ name: run.label, points: curveOf(run.metrics, name) })),
        name,
      )}</figure>`,
  );
  const several = runs.length > 1;
  const reductions = [...new Set(runs.flatMap(run => run.metrics.flatMap(({ reduction }) => reduction ?? [])))];
  const over = reductions.length === 0 ? '' : ` Return: ${reductions.join(', or ')}.`;
  return html`<h1>${title}</h1>
${runs.map(run => html`<p class="note">${several ? `${run.label}: ` : ''}${run.algorithm} on ${run.game} · ${ending(run)}</p>`)}
${several ? legend(runs.map(run => run.label)) : undefined}
<div class="charts">${first}</div>
<h2>Seeds</h2>
<table><thead><tr>${several ? html`<th scope="col">run</th>` : undefined}<th scope="col">seed</th><th scope="col">so far</th><th scope="col">steps</th><th scope="col">episodes</th><th scope="col">return</th></tr></thead>
<tbody>${runs.map(run => rows(run, several))}</tbody></table>
${others.length === 0 ? undefined : html`<h2>Other metrics</h2><div class="charts">${others}</div>`}
<p class="note">Mean over the seeds, and its 95 % bootstrap interval.${over}</p>`.text;
}

/** The return first; the discounted one where it says something else. */
function metricsOf(runs: readonly Run[]): readonly string[] {
  const lines = runs.flatMap(run => run.metrics);
  const same = lines.every(({ values }) => values.get('return') === values.get('discounted return'));
  const hidden = new Set(runs.flatMap(run => run.agents.slice(mostAgents)).map(agent => `return of ${agent}`));
  if (same) hidden.add('discounted return');
  const names = metricNames(lines).filter(name => !hidden.has(name));
  return names.length === 0 ? ['return'] : names.slice(0, mostMetrics);
}

function rows({ label, metrics, seeds, budget, phase }: Run, named: boolean): readonly Markup[] {
  const last = new Map(lastLines(metrics).map(line => [line.seed, line]));
  return seeds.map(seed => {
    const line = last.get(seed);
    const done = line === undefined ? 0 : budget.unit === 'steps' ? line.step : line.episode;
    const part = phase === 'finished' ? 1 : Math.min(1, done / Math.max(1, budget.amount));
    const value = line?.values.get('return');
    return html`<tr>${named ? html`<td>${label}</td>` : undefined}<td class="number">${seed}</td><td><progress max="1" value="${part}"></progress></td><td class="number">${line === undefined ? '' : line.step}</td><td class="number">${line === undefined ? '' : line.episode}</td><td class="number">${value === undefined ? '' : figure(value)}</td></tr>`;
  });
}

function ending({ phase, metrics }: Run): string {
  if (phase === 'running') return 'training';
  if (phase === 'stopped') return 'stopped before its end';
  const last = curveOf(metrics, 'return').at(-1);
  return last === undefined ? 'finished' : `finished at a return of ${withInterval(last)}`;
}
