/** The metrics of a run folder as curves: one per metric, a mean and an interval over the seeds at every evaluation. */
import { bootstrap, type Interval } from './bootstrap.ts';

/** One line of `metrics.jsonl`, its numbers by name: `return`, `return of A`, `class Player`, `length`, `loss`. */
export interface Measured {
  readonly seed: number;
  readonly step: number;
  readonly episode: number;
  /** How `return` is made of the agents': `mean over agents`; lines of earlier versions do not say it. */
  readonly reduction?: string;
  readonly values: ReadonlyMap<string, number>;
}

export interface CurvePoint extends Interval {
  readonly step: number;
  readonly seeds: number;
}

/** Lines that are torn are left out, and so are numbers that are none (`null`). */
export function readMetrics(text: string, agents: readonly string[]): readonly Measured[] {
  return text.split('\n').flatMap(line => {
    let found: Line | null;
    try {
      found = JSON.parse(line) as Line | null;
    } catch {
      return [];
    }
    if (found === null) return [];
    const { seed, step, episode } = found;
    if (typeof seed !== 'number' || typeof step !== 'number' || typeof episode !== 'number') return [];
    const values = new Map<string, number>();
    const put = (name: string, value: unknown): void => {
      if (typeof value === 'number') values.set(name, value);
    };
    put('return', found.return?.mean);
    for (const [name, estimate] of Object.entries(found.classes ?? {})) put(`class ${name}`, estimate?.mean);
    put('discounted return', found.discounted?.mean);
    if (agents.length > 1) for (const agent of agents) put(`return of ${agent}`, found.returns?.[agent]?.mean);
    put('length', found.length?.mean);
    for (const [name, value] of Object.entries(found.learner ?? {})) put(`learner: ${name}`, value);
    const reduction = typeof found.reduction === 'string' ? { reduction: found.reduction } : {};
    return [{ seed, step, episode, ...reduction, values }];
  });
}

interface Line {
  readonly seed?: unknown;
  readonly step?: unknown;
  readonly episode?: unknown;
  readonly reduction?: unknown;
  readonly return?: { readonly mean?: unknown };
  readonly discounted?: { readonly mean?: unknown };
  readonly returns?: Readonly<Record<string, { readonly mean?: unknown } | undefined>>;
  readonly classes?: Readonly<Record<string, { readonly mean?: unknown } | undefined>>;
  readonly length?: { readonly mean?: unknown };
  readonly learner?: Readonly<Record<string, unknown>>;
}

/** Names of the metrics in the order in which they first appear. */
export function metricNames(lines: readonly Measured[]): readonly string[] {
  return [...new Set(lines.flatMap(({ values }) => [...values.keys()]))];
}

/** Mean and interval over the seeds that were evaluated at a step, by steps. */
export function curveOf(lines: readonly Measured[], metric: string): readonly CurvePoint[] {
  const bySteps = new Map<number, number[]>();
  for (const { step, values } of lines) {
    const value = values.get(metric);
    if (value === undefined || !Number.isFinite(value)) continue;
    const there = bySteps.get(step);
    if (there === undefined) bySteps.set(step, [value]);
    else there.push(value);
  }
  return [...bySteps]
    .map(([step, values]) => ({ step, seeds: values.length, ...bootstrap(values) }))
    .sort((a, b) => a.step - b.step);
}

/** The last line of every seed, by seeds. */
export function lastLines(lines: readonly Measured[]): readonly Measured[] {
  const last = new Map<number, Measured>();
  for (const line of lines) if (line.step >= (last.get(line.seed)?.step ?? 0)) last.set(line.seed, line);
  return [...last.values()].sort((a, b) => a.seed - b.seed);
}
