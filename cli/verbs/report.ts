/** `marl report DIR...`: trainings as one HTML file that opens without a server. */
import { closeSync, existsSync, openSync, readSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Interval } from '../../runtime/report/bootstrap.ts';
import { finalOf, type ReportedRun, reportMark, reportPage } from '../../runtime/report/page.ts';
import type { Replay } from '../../runtime/report/replay.ts';
import { type RunDescription, readRunFolder, runFoldersIn } from '../../runtime/train/folder.ts';
import { reason } from '../host.ts';
import { exitCode, type Io } from '../io.ts';
import type { Got } from '../open.ts';
import { Reply } from '../reply.ts';
import { reportedRun } from '../reported.ts';
import { counted, grouped, quoted } from '../text.ts';

interface ReportOptions {
  readonly json?: boolean;
  readonly out?: string;
}

/** Runs that one page shows. */
const mostRuns = 100;

export async function report(io: Io, dirs: readonly string[], options: ReportOptions): Promise<number> {
  const reply = new Reply(io, 'report', options.json === true);
  const opened = open(reply, dirs);
  if (opened.exit !== undefined) return opened.exit;
  const out = options.out ?? usualName(io.cwd, dirs);
  const file = resolve(io.cwd, out);
  const refused = refuses(file, out);
  if (refused !== undefined) return reply.problem(exitCode.wrong, refused, 'Choose another file with --out.');
  const runs: ReportedRun[] = [];
  for (const { run, folder, shown } of opened.value) {
    const read = await reportedRun(reply, run, folder, shown);
    if (read.exit !== undefined) return read.exit;
    runs.push(read.value);
  }
  const labelled = distinct(runs);
  const title =
    labelled.length === 1 ? (labelled[0]?.label ?? '') : dirs.map(dir => basename(resolve(io.cwd, dir))).join(', ');
  const page = reportPage(title, labelled);
  try {
    writeFileSync(file, page);
  } catch (error) {
    return reply.problem(exitCode.wrong, `${out} cannot be written: ${reason(error)}.`);
  }
  reply.object(true, { out, bytes: Buffer.byteLength(page), runs: labelled.map(figuresOf), diagnostics: [] });
  reply.say(`${out}: ${counted(labelled.length, 'training')}, ${grouped(Buffer.byteLength(page))} bytes`);
  for (const { label, unfinished, diverged, noReplay } of labelled) {
    for (const { seed, step } of diverged) reply.say(`${label}: seed ${seed} diverged at step ${step}`);
    if (unfinished.length > 0) reply.say(`${label} is not at its end (seed ${unfinished.join(', ')})`);
    if (noReplay !== undefined) reply.say(`${label} has no replay: ${noReplay}`);
  }
  return exitCode.done;
}

interface OpenRun {
  readonly run: RunDescription;
  readonly folder: string;
  /** The folder as the user would type it. */
  readonly shown: string;
}

/** The runs in the folders, those of sweeps one by one; a run that was named twice is shown once. */
function open(reply: Reply, dirs: readonly string[]): Got<readonly OpenRun[]> {
  const runs = new Map<string, OpenRun>();
  for (const dir of dirs) {
    const folder = resolve(reply.io.cwd, dir);
    const run = readRunFolder(folder);
    const names = 'error' in run ? runFoldersIn(folder) : [];
    if ('error' in run && names.length === 0)
      return { exit: reply.problem(exitCode.wrong, `${run.error.replaceAll(folder, dir)}.`) };
    if (!('error' in run)) runs.set(folder, { run, folder, shown: dir });
    for (const name of names) {
      const inner = readRunFolder(join(folder, name));
      if ('error' in inner) reply.note(`marl report: ${inner.error.replaceAll(folder, dir)}; left out`);
      else runs.set(join(folder, name), { run: inner, folder: join(folder, name), shown: join(dir, name) });
    }
  }
  if (runs.size === 0) return { exit: reply.problem(exitCode.wrong, `no run in ${dirs.join(', ')} can be read.`) };
  if (runs.size > mostRuns)
    return {
      exit: reply.problem(
        exitCode.usage,
        `${counted(runs.size, 'training')} are more than one page shows (${mostRuns}).`,
      ),
    };
  return { value: [...runs.values()] };
}

/** `runs/Learn.html` for the run in `runs/Learn`: a run folder holds only what `marl train` writes. */
function usualName(cwd: string, dirs: readonly string[]): string {
  if (dirs.length !== 1) return 'report.html';
  const folder = resolve(cwd, dirs[0] as string);
  return relative(cwd, `${folder}.html`) || 'report.html';
}

/** Why a file is not written over; undefined where it is new or an older report. */
function refuses(file: string, shown: string): string | undefined {
  if (existsSync(join(dirname(file), 'spec.json')))
    return `${shown} lies in the folder of a training, which holds only what marl train writes.`;
  if (!existsSync(file)) return undefined;
  try {
    const start = Buffer.alloc(reportMark.length);
    const handle = openSync(file, 'r');
    try {
      readSync(handle, start);
    } finally {
      closeSync(handle);
    }
    return start.toString() === reportMark ? undefined : `${shown} exists and is no report.`;
  } catch (error) {
    return `${shown} cannot be written: ${reason(error)}.`;
  }
}

/** Runs of one name are told apart by their folders. */
function distinct(runs: readonly ReportedRun[]): readonly ReportedRun[] {
  return runs.map(run => {
    const alone = runs.filter(other => other.label === run.label).length === 1;
    return alone ? run : { ...run, label: `${run.label} (${quoted(run.folder)})` };
  });
}

/** A run as `--json` prints it (docs/cli.md). */
function figuresOf(run: ReportedRun): object {
  const { label, folder, game, algorithm, agents, unfinished, exact, best, worst } = run;
  const final = finalOf(run);
  const episode = (replay: Replay | undefined): object | null =>
    replay === undefined
      ? null
      : {
          seed: replay.seed,
          evaluation: replay.evaluation,
          episode: replay.episode,
          return: replay.return,
          returns: Object.fromEntries(agents.map((agent, i) => [agent, replay.returns[i]])),
          length: replay.length,
          ended: replay.ended,
        };
  return {
    name: label,
    out: folder,
    game,
    algorithm,
    finished: unfinished.length === 0,
    diverged: run.diverged,
    seeds: final.seeds,
    steps: final.steps,
    reduction: run.reduction,
    policy: run.sampled === true ? 'sampled' : 'greedy',
    return: interval(final.return),
    returns: Object.fromEntries(agents.map((agent, i) => [agent, interval(final.returns[i])])),
    ...(final.classes.length === 0
      ? {}
      : { classes: Object.fromEntries(final.classes.map(([name, value]) => [name, interval(value)])) }),
    length: interval(final.length),
    exact:
      'why' in exact
        ? { kind: 'none', why: exact.why }
        : {
            kind: exact.name,
            ...interval(final.exact),
            bound: exact.bounds.includes(true),
            notes: exact.notes,
          },
    best: episode(best),
    worst: episode(worst),
  };
}

function interval(of: Interval | undefined): object | null {
  return of === undefined ? null : { mean: of.mean, low: of.low ?? null, high: of.high ?? null };
}
