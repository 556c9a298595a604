/** The runs of a sweep side by side. */
import { join } from 'node:path';
import type { GameSpec } from '../runtime/games/vector.ts';
import { headline } from '../runtime/train/describe.ts';
import type { Estimate, Evaluation } from '../runtime/train/evaluate.ts';
import { withNoise } from '../runtime/train/figures.ts';
import {
  readRunFolder,
  readSummary,
  runFoldersIn,
  type Summary,
  sound,
  unfinishedSeeds,
} from '../runtime/train/folder.ts';
import type { Told } from '../runtime/train/reduction.ts';
import { returnsCancel, shownOverSeeds, shownReturns } from '../runtime/train/reported.ts';
import { table } from './text.ts';

/** Returns that are shown side by side, where every agent or class has one. */
const mostColumns = 8;

/** One run of a sweep as its folder tells it. */
export interface SweepRun {
  readonly name: string;
  /** The folder, as a user would type it. */
  readonly out: string;
  readonly finished: boolean;
  readonly seeds: number;
  /** The last evaluation over the seeds; undefined before the first. */
  readonly summary: Summary | undefined;
  readonly game: Pick<GameSpec, 'agents' | 'classNames' | 'classOf'>;
  readonly train: Told;
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
    if ('error' in found && found.absent !== true) damaged.push(found.error.replaceAll(folder, shown));
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
  const [first] = runs;
  if (first === undefined) return '';
  // One column means one thing: where the mean over agents says nothing in any run, the first agent stands for all.
  const cancel = runs.some(({ summary, train }) => summary !== undefined && returnsCancel(train, finalsOf(summary)));
  const finals = runs.flatMap(({ summary }) => (summary === undefined ? [] : finalsOf(summary)));
  const columns = shownReturns(first.train, first.game, finals, cancel).slice(0, mostColumns);
  const values = ({ summary }: SweepRun): readonly (Estimate | undefined)[] =>
    columns.map(column => (summary === undefined ? undefined : shownOverSeeds(column, finalsOf(summary))));
  const worth = (run: SweepRun): number => values(run)[0]?.mean ?? Number.NEGATIVE_INFINITY;
  const sorted = [...runs].sort((a, b) => (worth(a) === worth(b) ? 0 : worth(b) - worth(a)));
  const rows = sorted.map(run => [
    run.name,
    ...values(run).map((value, k) => (k === 0 ? valueText(run, value) : value === undefined ? '' : withNoise(value))),
    `${run.seeds}`,
    run.out,
  ]);
  return table(['run', ...columns.map(({ label }) => label), 'seeds', 'folder'], rows);
}

/** The one number of a run; undefined before the first evaluation. */
export function sweepValue(run: SweepRun): { readonly of: string; readonly value: Estimate | undefined } {
  if (run.summary === undefined) return { of: 'return', value: undefined };
  const { label, value } = headline(run.summary, run.game, run.train);
  return { of: label, value };
}

function valueText(run: SweepRun, value: Estimate | undefined): string {
  if (run.summary === undefined) return 'not finished';
  const { seeds } = run.summary;
  const lost = seeds.length - sound(run.summary).length;
  const text = value === undefined ? 'not evaluated' : withNoise(value);
  if (lost > 0) return `${lost < seeds.length ? `${text} ` : ''}(${lost} of ${seeds.length} seeds diverged)`;
  return run.finished ? text : `${text} (interrupted)`;
}

function finalsOf(summary: Summary): readonly Evaluation[] {
  return sound(summary).flatMap(({ final }) => (final === undefined ? [] : [final]));
}
