/**
 * The folder of a training run (`--out`):
 *
 *   spec.json            what was trained: the TrainSpec, the game's facts and sources, the engine, versions
 *   metrics.jsonl        one line per evaluation, seed by seed; the same bytes for the same spec and versions
 *   summary.json         where every seed ended
 *   running.json         the process that is writing (lock.ts), while it does
 *   curve.csv, curve.svg the return over the steps (curve.ts)
 *   seed-K/metrics.jsonl the lines of one seed, as they are made
 *   seed-K/step-N/       what seed K had learned after N steps, and all it needs to go on (runtime/checkpoint)
 *   seed-K/diverged.json where and how the learning of seed K diverged (diverged-seed.ts)
 *
 * Every file but `seed-K/metrics.jsonl` is written beside its place, waited for, and renamed into it, so a killed process or a power cut
 * leaves the old or the new one. Lines of metrics behind the last checkpoint are dropped when the run is gone on with, and made again.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, replaceFile, syncPath, unfinishedSuffix } from '../checkpoint/disk.ts';
import { readHashed, writtenHashed } from '../checkpoint/hashed.ts';
import type { EngineFacts } from '../checkpoint/manifest.ts';
import { parseParts } from '../checkpoint/parts.ts';
import { type FoundCheckpoint, holdsCheckpoint, readCheckpoint } from '../checkpoint/store.ts';
import type { GameSpec } from '../games/vector.ts';
import type { Engine } from '../tensor/engine.ts';
import type { Divergence } from './diverged.ts';
import { readDivergence } from './diverged-seed.ts';
import type { Estimate, Evaluation } from './evaluate.ts';
import { overSeeds } from './figures.ts';
import { lockLeftover, lockName } from './lock.ts';
import { type Policy, policyFrom } from './policy.ts';
import { descriptionRecord, summaryRecord } from './records.ts';
import { reductionText, reportText } from './reduction.ts';
import type { SeedResult } from './run.ts';
import type { TrainSpec } from './spec.ts';

/** The version of this layout. In that before `spec.json` had no hash of itself; it is still read. */
export const folderFormat = 3;

export interface RunDescription {
  readonly train: TrainSpec;
  readonly game: GameSpec;
  /** Game parameters set from outside (`--set`), as written. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The entry file, and the text of every file it is made of, by path. */
  readonly entry: string;
  readonly sources: Readonly<Record<string, string>>;
  readonly versions: { readonly marl: string; readonly node: string };
  /** Of deep learners. */
  readonly engine?: EngineFacts;
}

/** Where a seed ended. One that diverged counts in no mean; `final` is then its last evaluation before. */
export interface SeedSummary extends Pick<SeedResult, 'seed' | 'step' | 'episode' | 'final'> {
  readonly reason: SeedResult['reason'] | 'diverged';
  readonly diverged?: Divergence | undefined;
}

export interface Summary {
  readonly name: string;
  readonly algorithm: string;
  readonly seeds: readonly SeedSummary[];
  /** The last evaluation's mean return: its mean over seeds and its standard error. */
  readonly return: Estimate | undefined;
  /** How the agents' returns become the one that is called `return`: `mean over agents`. */
  readonly reduction: string;
  /** What `report` asks for, in its words, and what played the evaluations; absent in folders of earlier versions. */
  readonly report?: string;
  readonly policy?: 'greedy' | 'sampled';
  /** The same as `return` by class, where `report` asks for that. */
  readonly classes?: Readonly<Record<string, Estimate>>;
}

export interface Failure {
  /** What is wrong and what to do, one line. */
  readonly error: string;
  /** There is no such file, where another failure means that it is damaged. */
  readonly absent?: true;
}

/** Makes `dir` the folder of a new run. A folder that holds anything but an older run is left alone. */
export function createRunFolder(dir: string, run: RunDescription): Failure | undefined {
  const refused = clear(dir);
  if (refused !== undefined) return refused;
  try {
    makeFolder(dir);
    replaceFile(join(dir, 'spec.json'), writtenHashed({ format: folderFormat, ...run }));
  } catch (error) {
    return { error: `${notWritten(dir, error)}; choose another folder with --out` };
  }
  return undefined;
}

/** A run that a new one in the same folder would destroy. */
export interface OlderRun {
  /** It would give the same numbers as the new one. */
  readonly same: boolean;
  /** Every seed came to its end. */
  readonly finished: boolean;
  /** Not finished, and not stopped in good order: it was killed, or is still running. */
  readonly killed: boolean;
}

/**
 * What would be lost if a run were started in `dir`; undefined where nothing would: an empty folder, a run that learned nothing
 * yet, or the same training at its end, which gives the same again.
 *
 * @param isSame would the new one give the same numbers as this older one?
 */
export function wouldReplace(dir: string, isSame: (older: RunDescription) => boolean): OlderRun | undefined {
  const before = readRunFolder(dir);
  if ('error' in before) return undefined;
  const summary = readSummary(dir);
  const stopped = !('absent' in summary);
  if (!stopped && seedsIn(dir).length === 0 && !hasMetrics(dir)) return undefined;
  const same = isSame(before);
  const finished = stopped && unfinishedIn(dir, before.train, summary).length === 0;
  return same && finished ? undefined : { same, finished, killed: !stopped };
}

/** Seeds of a training that did not come to their end, in the order of the spec. */
export function unfinishedSeeds(train: TrainSpec, summary: Summary): number[] {
  const ended = (seed: number) => summary.seeds.some(s => s.seed === seed && s.reason !== 'interrupted');
  return train.seeds.filter(seed => !ended(seed));
}

/**
 * The same, for a summary as `readSummary` found it. Where it is damaged the checkpoints tell; where there is none, no seed has a
 * training that ended.
 */
export function unfinishedIn(dir: string, train: TrainSpec, summary: Summary | Failure): number[] {
  if (!('error' in summary)) return unfinishedSeeds(train, summary);
  const open = train.seeds.filter(seed => readDivergence(dir, seed) === undefined);
  if (summary.absent === true) return open;
  return open.filter(seed => {
    const found = readCheckpoint(seedFolder(dir, seed));
    return 'error' in found || found.manifest.reason === 'interrupted' || found.manifest.reason === 'running';
  });
}

function hasMetrics(dir: string): boolean {
  return readdirSync(dir).some(name => /^seed-\d+$/.test(name) && existsSync(join(dir, name, 'metrics.jsonl')));
}

/** Why a file of a run cannot be written, in the words of the system. */
export function notWritten(dir: string, error: unknown): string {
  return `${dir} cannot be written (${reasonOf(error)})`;
}

/** Adds a line to the metrics of one seed. */
export function appendMetrics(dir: string, seed: number, line: string): void {
  makeFolder(seedFolder(dir, seed));
  appendFileSync(join(seedFolder(dir, seed), 'metrics.jsonl'), `${line}\n`);
}

/** Waits until the metrics of a seed lie on the disk: a checkpoint counts on the lines before it. */
export function syncMetrics(dir: string, seed: number): void {
  const file = join(seedFolder(dir, seed), 'metrics.jsonl');
  if (existsSync(file)) syncPath(file);
}

/** Drops all lines of a seed's metrics but the first `count`: those behind its checkpoint are made again. */
export function cutMetrics(dir: string, seed: number, count: number): Failure | undefined {
  const file = join(seedFolder(dir, seed), 'metrics.jsonl');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const lines = text.split('\n').slice(0, -1);
  if (lines.length < count)
    return { error: `${file} has ${lines.length} lines, and the checkpoint was made after ${count} evaluations` };
  if (text === '' || (lines.length === count && text.endsWith('\n'))) return undefined;
  replaceFile(
    file,
    lines
      .slice(0, count)
      .map(line => `${line}\n`)
      .join(''),
  );
  return undefined;
}

/** What a deep learner said of itself at the last evaluation of a seed: losses, norms. */
export function lastStatistics(dir: string, seed: number): Readonly<Record<string, number>> {
  const file = join(seedFolder(dir, seed), 'metrics.jsonl');
  if (!existsSync(file)) return {};
  const last = parse(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '');
  const found = last?.learner;
  if (typeof found !== 'object' || found === null) return {};
  return Object.fromEntries(
    Object.entries(found).filter((pair): pair is [string, number] => typeof pair[1] === 'number'),
  );
}

/** Joins the metrics of all seeds, but of those that diverged, and writes the summary. */
export function finishRunFolder(dir: string, train: TrainSpec, results: readonly SeedSummary[]): Summary {
  const diverged = results.filter(({ reason }) => reason === 'diverged').map(({ seed }) => seed);
  const kept = train.seeds.filter(seed => !diverged.includes(seed));
  const lines = kept.map(seed => join(seedFolder(dir, seed), 'metrics.jsonl')).filter(file => existsSync(file));
  replaceFile(join(dir, 'metrics.jsonl'), lines.map(file => readFileSync(file, 'utf8')).join(''));
  const summary = summarise(train, results);
  replaceFile(join(dir, 'summary.json'), `${JSON.stringify(summary, undefined, 2)}\n`);
  return summary;
}

/** The seeds that did not diverge: those that the numbers of a run are made of. */
export function sound({ seeds }: Pick<Summary, 'seeds'>): readonly SeedSummary[] {
  return seeds.filter(({ reason }) => reason !== 'diverged');
}

export function summarise(train: TrainSpec, results: readonly SeedSummary[]): Summary {
  const seeds = results.map(({ seed, step, episode, reason, final, diverged }) => ({
    ...{ seed, step, episode, reason, final },
    ...(diverged === undefined ? {} : { diverged }),
  }));
  const means = sound({ seeds }).flatMap(({ final }) => (final === undefined ? [] : [final.return.mean]));
  const classes = byClass(
    sound({ seeds }).flatMap(({ final }) => (final?.classes === undefined ? [] : [final.classes])),
  );
  return {
    ...{ name: train.name, algorithm: train.algorithm, seeds },
    return: overSeeds(means),
    reduction: reductionText(train),
    report: reportText(train),
    policy: train.evaluate.policy ?? 'greedy',
    ...(train.report?.per === 'class' ? { classes } : {}),
  };
}

/** The classes of evaluations over their seeds. */
function byClass(finals: readonly NonNullable<Evaluation['classes']>[]): Readonly<Record<string, Estimate>> {
  const names = Object.keys(finals[0] ?? {});
  const of = (name: string) => overSeeds(finals.flatMap(final => final[name]?.mean ?? [])) as Estimate;
  return Object.fromEntries(names.map(name => [name, of(name)]));
}

/** What was trained in a folder, or why that cannot be read. */
export function readRunFolder(dir: string): RunDescription | Failure {
  let text: string;
  try {
    text = readFileSync(join(dir, 'spec.json'), 'utf8');
  } catch {
    return { error: `${dir} is not the folder of a training: it has no spec.json` };
  }
  const file = join(dir, 'spec.json');
  const read = readHashed(text, folderFormat, descriptionRecord);
  if ('facts' in read) return read.facts as RunDescription;
  if ('error' in read)
    return {
      error: `${file} is damaged or was not written by marl train: ${read.error}; take it from a copy, or train again into another folder`,
    };
  const versions = `format ${read.otherFormat}, and this version of marl reads format ${folderFormat}`;
  return { error: `${dir} was written in ${versions}; train again, or read it with the version that wrote it` };
}

/** The summary of a finished or interrupted run. */
export function readSummary(dir: string): Summary | Failure {
  const file = join(dir, 'summary.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return {
      error: `${dir} has no readable summary.json: its training did not finish; go on with marl train --resume ${dir}`,
      absent: true,
    };
  }
  const read = parseParts(text, summaryRecord);
  if (!('error' in read)) return read.value as Summary;
  return { error: `${file} is damaged: ${read.error}; marl train --resume ${dir} writes it again` };
}

/**
 * What a seed learned, and what it needs to go on: its last checkpoint that is whole. With `train`, one of another training is refused:
 * somebody moved it there.
 */
export function readSeed(dir: string, seed: number, train?: TrainSpec): FoundCheckpoint | Failure {
  const found = readCheckpoint(seedFolder(dir, seed));
  if (!('error' in found)) {
    const { manifest, at } = found;
    const own =
      train === undefined || (manifest.seed === seed && JSON.stringify(manifest.spec) === JSON.stringify(train));
    return own ? found : { error: `${at} belongs to another training; remove it, or train anew with --force` };
  }
  if (!found.absent) return { error: found.error };
  const present = seedsIn(dir);
  const have = present.length === 0 ? 'it has none' : `it has ${present.join(', ')}`;
  return { error: `${dir} holds no checkpoint of seed ${seed}; ${have}` };
}

/** The policy that a seed learned; `engine` as in `trainSeed`. */
export function loadPolicy(dir: string, seed: number, engine?: Engine): Policy | Failure {
  const run = readRunFolder(dir);
  if ('error' in run) return run;
  const found = readSeed(dir, seed);
  return 'error' in found ? found : policyFrom(run.train, run.game, found.arrays, engine);
}

/** Seeds with checkpoints, in increasing order. */
export function seedsIn(dir: string): number[] {
  if (!existsSync(dir)) return [];
  const names = readdirSync(dir).filter(name => /^seed-\d+$/.test(name) && holdsCheckpoint(join(dir, name)));
  return names.map(name => Number(name.slice(5))).sort((a, b) => a - b);
}

/** Those that did not diverge: the seeds whose policies are played and measured. */
export function soundSeedsIn(dir: string): number[] {
  return seedsIn(dir).filter(seed => readDivergence(dir, seed) === undefined);
}

/** Folders of trainings directly below a folder, by name: the runs of a sweep. */
export function runFoldersIn(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter(name => existsSync(join(dir, name, 'spec.json')))
      .sort();
  } catch {
    return [];
  }
}

/** What `marl train` writes into the folder of a run, and which files in it and in those of its seeds it writes beside their places. */
const ownNames = /^(spec\.json|metrics\.jsonl|summary\.json|curve\.csv|curve\.svg|seed-\d+)$/;
const replacedNames = /^(spec\.json|metrics\.jsonl|summary\.json|curve\.csv|curve\.svg|diverged\.json)$/;

/** Files that were being written when a process was killed, the disk was full or the power failed. */
function leftoversIn(dir: string): string[] {
  if (!existsSync(dir)) return [];
  const files = readdirSync(dir, { withFileTypes: true }).filter(entry => entry.isFile());
  const isLeft = (name: string): boolean =>
    lockLeftover.test(name) ||
    (name.endsWith(unfinishedSuffix) && replacedNames.test(name.slice(0, -unfinishedSuffix.length)));
  return files.map(({ name }) => name).filter(isLeft);
}

/** Removes what an earlier process left half-written in the folder of a run, and in those of its seeds. Nobody else may be writing. */
export function tidyRunFolder(dir: string): Failure | undefined {
  try {
    const seeds = readdirSync(dir).filter(name => /^seed-\d+$/.test(name));
    for (const folder of [dir, ...seeds.map(name => join(dir, name))])
      for (const name of leftoversIn(folder)) rmSync(join(folder, name), { force: true });
  } catch (error) {
    return { error: notWritten(dir, error) };
  }
  return undefined;
}

/** Removes an older run; refuses a folder that holds anything else. */
function clear(dir: string): Failure | undefined {
  let names: string[];
  let left: string[];
  try {
    left = leftoversIn(dir);
    names = existsSync(dir) ? readdirSync(dir).filter(name => name !== lockName && !left.includes(name)) : [];
  } catch {
    return { error: `${dir} is not a folder; choose another one with --out` };
  }
  const foreign = names.find(name => !ownNames.test(name));
  if (names.length > 0 && (foreign !== undefined || !names.includes('spec.json'))) {
    const holds = foreign === undefined ? 'files that marl train did not write' : foreign;
    return {
      error: `${dir} is not empty and not the folder of a training (it holds ${holds}); choose another one with --out`,
    };
  }
  const before = names.length > 0 ? readRunFolder(dir) : undefined;
  if (before !== undefined && 'error' in before)
    return { error: `${before.error}; to use this folder, remove it first` };
  try {
    for (const name of [...names, ...left]) rmSync(join(dir, name), { recursive: true });
  } catch (error) {
    return { error: `${notWritten(dir, error)}; choose another folder with --out` };
  }
  return undefined;
}

/** The folder of one seed in that of its run. */
export function seedFolder(dir: string, seed: number): string {
  return join(dir, `seed-${seed}`);
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
