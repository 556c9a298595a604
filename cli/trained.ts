/** What came of a training, for people and as data. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GameSpec } from '../runtime/games/vector.ts';
import { meanCurve, plotCurve, pointsOf } from '../runtime/train/curve.ts';
import { describeSummary, headlines, type PolicyTable, summaryNotes } from '../runtime/train/describe.ts';
import { type Divergence, divergedText } from '../runtime/train/diverged.ts';
import { lastStatistics, type SeedSummary, sound } from '../runtime/train/folder.ts';
import { reportText } from '../runtime/train/reduction.ts';
import type { Outcome } from '../runtime/train/session.ts';
import { describeExactly, exactJson, exactlyOf } from './exactly.ts';
import { learnedBy } from './learned.ts';
import type { Prepared } from './prepare.ts';
import { took } from './progress.ts';
import type { Reply } from './reply.ts';
import { counted, grouped, quoted } from './text.ts';

/** What `--json` prints of a training (docs/cli.md). */
export interface Report {
  readonly name: string;
  readonly game: string;
  readonly algorithm: string;
  /** Of deep learners; null for tables. */
  readonly engine: string | null;
  readonly seeds: readonly number[];
  readonly out: string;
  readonly interrupted: boolean;
  readonly steps: number;
  readonly seconds: number;
  readonly return: { readonly mean: number; readonly stderr: number } | null;
  readonly reduction: string;
  /** What `report` asks for, and what played the evaluations. */
  readonly report: string;
  readonly policy: 'greedy' | 'sampled';
  /** As `return`, by class; only where `report` asks for that. */
  readonly classes?: Readonly<Record<string, { readonly mean: number; readonly stderr: number }>>;
  readonly metrics: readonly Record<string, unknown>[];
  /** The policies beside the exact answer, or the reason why there is none; null where the training was interrupted. */
  readonly exact: object | null;
  /** The tables of the first seed; null where the training was interrupted or learned no tables. */
  readonly learned: { readonly seed: number; readonly tables: readonly PolicyTable[] } | null;
}

/** Says what came of a training and returns it as data. */
export async function tell(
  reply: Reply,
  prepared: Prepared,
  outcome: Outcome,
  how: { readonly interrupted: boolean; readonly seconds: number; readonly plot: boolean },
): Promise<Report> {
  const { run, spec, game, model, folder, out, engine } = prepared;
  const { summary } = outcome;
  const seeds = sound(summary).map(({ seed }) => seed);
  const statistics = new Map(seeds.map(seed => [seed, lastStatistics(folder, seed)]));
  const cut = how.interrupted && outcome.unfinished.length > 0;
  const exact = cut || seeds.length === 0 ? undefined : await exactlyOf(model, game, spec, folder, seeds, engine);
  const [shown] = seeds;
  const learned = cut || shown === undefined ? undefined : learnedBy(spec, game, model, folder, shown, engine);
  const report: Report = {
    name: run.name,
    game: spec.game,
    algorithm: spec.algorithm,
    engine: engine?.name ?? null,
    seeds: spec.seeds,
    out,
    interrupted: cut,
    steps: outcome.results.reduce((sum, result) => sum + result.step, 0),
    seconds: how.seconds,
    return: summary.return ?? null,
    reduction: summary.reduction,
    report: reportText(spec),
    policy: spec.evaluate.policy ?? 'greedy',
    ...(summary.classes === undefined ? {} : { classes: summary.classes }),
    metrics: summary.seeds.map(({ seed, step, episode, reason, final, diverged }) => ({
      seed,
      step,
      episode,
      reason,
      ...(diverged === undefined
        ? { ...named(final, game), ...learnerOf(statistics.get(seed)) }
        : { diverged: divergedJson(diverged) }),
    })),
    exact: exact === undefined ? null : 'why' in exact ? { kind: 'none', ...exact } : exactJson(exact, game.agents),
    learned: reply.json && learned !== undefined ? { seed: learned.seed, tables: learned.tables() } : null,
  };
  if (reply.json) return report;
  reply.say();
  reply.say(describeSummary(summary, game, spec, seed => statistics.get(seed) ?? {}));
  for (const note of summaryNotes(spec, game, summary, seed => statistics.get(seed) ?? {})) reply.say(note);
  if (how.plot) sayCurve(reply, prepared, outcome);
  if (exact !== undefined && 'why' in exact) reply.say(`no exact answer beside it: ${exact.why}`);
  else if (exact !== undefined) {
    reply.say();
    reply.say(describeExactly(exact, game.agents, game.discount));
  }
  reply.say();
  reply.say(
    `${grouped(report.steps)} steps in ${took(how.seconds)}, ${grouped(report.steps / how.seconds)} steps per second`,
  );
  if (learned !== undefined) {
    reply.say();
    reply.say(`What seed ${learned.seed} learned:`);
    reply.say(learned.text());
  }
  sayNext(reply, prepared, outcome);
  return report;
}

/** Where and how a seed diverged, as `--json` prints it. */
export function divergedJson(found: Divergence): object {
  const { step, statistic = null, tensor = null } = found;
  return { step, statistic, tensor, message: divergedText(found) };
}

/** The last evaluation with the agents' names; nothing before the first. */
function named(final: SeedSummary['final'], game: GameSpec): Record<string, unknown> {
  if (final === undefined) return {};
  const { returns, ...rest } = final;
  return { ...rest, returns: Object.fromEntries(returns.map((estimate, i) => [game.agents[i] as string, estimate])) };
}

function learnerOf(statistics: Readonly<Record<string, number>> | undefined): Record<string, unknown> {
  return statistics === undefined || Object.keys(statistics).length === 0 ? {} : { learner: statistics };
}

/** Curves that are drawn below each other, where every agent or class has one. */
const mostCurves = 4;

function sayCurve(reply: Reply, { spec, game, folder }: Prepared, { summary }: Outcome): void {
  const metrics = readFileSync(join(folder, 'metrics.jsonl'), 'utf8');
  for (const { label, agent, class: cls } of headlines(summary, game, spec).slice(0, mostCurves)) {
    const points = pointsOf(metrics, agent ?? cls, cls === undefined ? 'returns' : 'classes');
    const seeds = counted(new Set(points.map(point => point.seed)).size, 'seed');
    const plot = plotCurve(meanCurve(points), `${label}, mean of ${seeds}`, reply.io.width);
    if (plot === '') continue;
    reply.say();
    reply.say(plot);
  }
}

function sayNext(reply: Reply, { out }: Prepared, outcome: Outcome): void {
  reply.say();
  if (outcome.unfinished.length > 0) {
    const aside = outcome.results.every(({ reason }) => reason !== 'interrupted');
    const state = aside ? `seed ${outcome.unfinished.join(', ')} not at the end` : 'interrupted';
    reply.say(`${state}; go on with: marl train --resume ${quoted(out)}`);
    return;
  }
  if (sound(outcome.summary).length === 0) {
    reply.say(`written to ${out}`);
    return;
  }
  reply.say(`written to ${out}; next: marl eval ${quoted(out)}`);
}
