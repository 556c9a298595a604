/** The runs of a sweep side by side. */
import { join } from 'node:path';
import type { GameSpec } from '../runtime/games/vector.ts';
import { headline, returnsCancel } from '../runtime/train/describe.ts';
import type { Estimate } from '../runtime/train/evaluate.ts';
import { withNoise } from '../runtime/train/figures.ts';
import { readRunFolder, readSummary, runFoldersIn, type Summary, unfinishedSeeds } from '../runtime/train/folder.ts';
import type { TrainSpec } from '../runtime/train/spec.ts';
import { table } from './text.ts';

/** One run of a sweep as its folder tells it. */
export interface SweepRun {
  readonly name: string;
  /** The folder, as a user would type it. */
  readonly out: string;
  readonly finished: boolean;
  readonly seeds: number;
  /** The last evaluation over the seeds; undefined before the first. */
  readonly summary: Summary | undefined;
  readonly game: Pick<GameSpec, 'agents'>;
  readonly train: Pick<TrainSpec, 'teamReward'>;
}

/** The runs below a folder, by the names of their folders; those that cannot be read are named with the reason. */
export function sweepRunsIn(
  folder: string,
  shown: string,
): { readonly runs: readonly SweepRun[]; readonly damaged: readonly string[] } {
  const runs: SweepRun[] = [];
  const damaged: string[] = [];
  for (const name of runFoldersIn(folder)) {
    const at = join(folder, name);
    const run = readRunFolder(at);
    if ('error' in run) {
      damaged.push(run.error.replaceAll(folder, shown));
      continue;
    }
    const found = readSummary(at);
    const summary = 'error' in found ? undefined : found;
    runs.push({
      name: run.train.name,
      out: join(shown, name),
      finished: summary !== undefined && unfinishedSeeds(run.train, summary).length === 0,
      seeds: run.train.seeds.length,
      summary,
      game: run.game,
      train: run.train,
    });
  }
  return { runs, damaged };
}

/** Label, the number that tells the runs apart, and where each lies; the greatest number first, runs without one last. */
export function sweepTable(runs: readonly SweepRun[]): string {
  const agent = runs[0]?.game.agents[0] ?? 'the first agent';
  // One column means one thing: where the mean over agents says nothing in any run, the first agent stands for all.
  const cancel = runs.some(({ summary, train }) => summary !== undefined && cancels(summary, train));
  const worth = (run: SweepRun): number =>
    (cancel ? sweepValue(run).value : run.summary?.return)?.mean ?? Number.NEGATIVE_INFINITY;
  const sorted = [...runs].sort((a, b) => (worth(a) === worth(b) ? 0 : worth(b) - worth(a)));
  const rows = sorted.map(run => [run.name, valueText(run, cancel), `${run.seeds}`, run.out]);
  return table(['run', cancel ? `return of ${agent}` : 'return', 'seeds', 'folder'], rows);
}

/** The number of a run in `sweepTable`; undefined before the first evaluation. */
export function sweepValue(run: SweepRun): { readonly of: string; readonly value: Estimate | undefined } {
  if (run.summary === undefined) return { of: 'return', value: undefined };
  const { label, value } = headline(run.summary, run.game, run.train);
  return { of: label, value };
}

function valueText(run: SweepRun, cancel: boolean): string {
  if (run.summary === undefined) return 'not finished';
  const { value } = cancel ? sweepValue(run) : { value: run.summary.return };
  const text = value === undefined ? 'not evaluated' : withNoise(value);
  return run.finished ? text : `${text} (interrupted)`;
}

function cancels(summary: Summary, train: Pick<TrainSpec, 'teamReward'>): boolean {
  return returnsCancel(
    train,
    summary.seeds.flatMap(({ final }) => (final === undefined ? [] : [final])),
  );
}
