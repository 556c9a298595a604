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
 *
 * Every file but `seed-K/metrics.jsonl` is written beside its place and renamed into it, so a killed process leaves the old or
 * the new one. Lines of metrics behind the last checkpoint are dropped when the run is gone on with, and made again.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, syncPath } from '../checkpoint/disk.ts';
import type { EngineFacts } from '../checkpoint/manifest.ts';
import { type FoundCheckpoint, holdsCheckpoint, readCheckpoint } from '../checkpoint/store.ts';
import type { GameSpec } from '../games/vector.ts';
import type { Engine } from '../tensor/engine.ts';
import type { Estimate } from './evaluate.ts';
import { overSeeds } from './figures.ts';
import { lockName } from './lock.ts';
import { type Policy, policyFrom } from './policy.ts';
import type { SeedResult } from './run.ts';
import type { TrainSpec } from './spec.ts';

/** The version of this layout. */
export const folderFormat = 2;

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

export type SeedSummary = Pick<SeedResult, 'seed' | 'step' | 'episode' | 'reason' | 'final'>;

export interface Summary {
  readonly name: string;
  readonly algorithm: string;
  readonly seeds: readonly SeedSummary[];
  /** The last evaluation's mean return: its mean over seeds and its standard error. */
  readonly return: Estimate | undefined;
  /** How the agents' returns become the one that is called `return`. */
  readonly reduction: 'sum over agents' | 'mean over agents';
}

export interface Failure {
  /** What is wrong and what to do, one line. */
  readonly error: string;
}

/** Makes `dir` the folder of a new run. A folder that holds anything but an older run is left alone. */
export function createRunFolder(dir: string, run: RunDescription): Failure | undefined {
  const refused = clear(dir);
  if (refused !== undefined) return refused;
  try {
    makeFolder(dir);
    replace(join(dir, 'spec.json'), `${JSON.stringify({ format: folderFormat, ...run }, undefined, 2)}\n`);
  } catch (error) {
    return { error: `${notWritten(dir, error)}; choose another folder with --out` };
  }
  return undefined;
}

/** A run that a new one in the same folder would destroy. */
export interface OlderRun {
  /** The same settings, game, parameters and sources as the new one. */
  readonly same: boolean;
  /** Every seed came to its end. */
  readonly finished: boolean;
  /** Not finished, and not stopped in good order: it was killed, or is still running. */
  readonly killed: boolean;
}

/**
 * What would be lost if `run` were started in `dir`; undefined where nothing would: an empty folder, a run that learned nothing
 * yet, or the same training at its end, which gives the same again.
 */
export function wouldReplace(dir: string, run: RunDescription): OlderRun | undefined {
  const before = readRunFolder(dir);
  if ('error' in before) return undefined;
  const summary = readSummary(dir);
  const stopped = !('error' in summary);
  if (!stopped && seedsIn(dir).length === 0 && !hasMetrics(dir)) return undefined;
  const same = sameRun(before, run);
  const finished = stopped && unfinishedSeeds(before.train, summary).length === 0;
  return same && finished ? undefined : { same, finished, killed: !stopped };
}

/** Seeds of a training that did not come to their end, in the order of the spec. */
export function unfinishedSeeds(train: TrainSpec, summary: Summary): number[] {
  const ended = (seed: number) => summary.seeds.some(s => s.seed === seed && s.reason !== 'interrupted');
  return train.seeds.filter(seed => !ended(seed));
}

/** The paths of the sources do not count: the same file may be named in several ways. */
function sameRun(a: RunDescription, b: RunDescription): boolean {
  const facts = ({ train, game, parameters, sources, engine }: RunDescription) => {
    const set = Object.entries(parameters).sort(([p], [q]) => (p < q ? -1 : 1));
    return JSON.stringify([train, game, set, Object.values(sources).sort(), engine?.name]);
  };
  return facts(a) === facts(b);
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
  replace(
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

/** Joins the metrics of all seeds and writes the summary. */
export function finishRunFolder(dir: string, train: TrainSpec, results: readonly SeedSummary[]): Summary {
  const lines = train.seeds.map(seed => join(seedFolder(dir, seed), 'metrics.jsonl')).filter(file => existsSync(file));
  replace(join(dir, 'metrics.jsonl'), lines.map(file => readFileSync(file, 'utf8')).join(''));
  const summary = summarise(train, results);
  replace(join(dir, 'summary.json'), `${JSON.stringify(summary, undefined, 2)}\n`);
  return summary;
}

export function summarise(train: TrainSpec, results: readonly SeedSummary[]): Summary {
  const seeds = results.map(({ seed, step, episode, reason, final }) => ({ seed, step, episode, reason, final }));
  const means = seeds.flatMap(({ final }) => (final === undefined ? [] : [final.return.mean]));
  const reduction = train.teamReward === 'sum' ? 'sum over agents' : 'mean over agents';
  return { name: train.name, algorithm: train.algorithm, seeds, return: overSeeds(means), reduction };
}

/** What was trained in a folder, or why that cannot be read. */
export function readRunFolder(dir: string): RunDescription | Failure {
  let text: string;
  try {
    text = readFileSync(join(dir, 'spec.json'), 'utf8');
  } catch {
    return { error: `${dir} is not the folder of a training: it has no spec.json` };
  }
  const found = parse(text);
  if (found?.format === undefined)
    return { error: `${join(dir, 'spec.json')} is damaged or was not written by marl train` };
  if (found.format !== folderFormat) {
    const versions = `format ${String(found.format)}, and this version of marl reads format ${folderFormat}`;
    return { error: `${dir} was written in ${versions}; train again, or read it with the version that wrote it` };
  }
  if (!isDescription(found)) return { error: `${join(dir, 'spec.json')} is damaged: parts of it are missing` };
  return found;
}

function isDescription(value: object): value is RunDescription {
  const parts = ['train', 'game', 'parameters', 'sources', 'versions'] as const;
  const { entry, ...rest } = value as Partial<RunDescription>;
  return typeof entry === 'string' && parts.every(part => typeof rest[part] === 'object' && rest[part] !== null);
}

/** The summary of a finished or interrupted run. */
export function readSummary(dir: string): Summary | Failure {
  try {
    return JSON.parse(readFileSync(join(dir, 'summary.json'), 'utf8')) as Summary;
  } catch {
    return {
      error: `${dir} has no readable summary.json: its training did not finish; go on with marl train --resume`,
    };
  }
}

/** What a seed learned, and what it needs to go on: its last checkpoint that is whole. */
export function readSeed(dir: string, seed: number): FoundCheckpoint | Failure {
  const found = readCheckpoint(seedFolder(dir, seed));
  if (!('error' in found)) return found;
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

/** Removes an older run; refuses a folder that holds anything else. */
function clear(dir: string): Failure | undefined {
  let names: string[];
  try {
    names = existsSync(dir) ? readdirSync(dir).filter(name => name !== lockName) : [];
  } catch {
    return { error: `${dir} is not a folder; choose another one with --out` };
  }
  if (names.length === 0) return undefined;
  const foreign = names.find(
    name => !/^(spec\.json|metrics\.jsonl|summary\.json|curve\.csv|curve\.svg|seed-\d+)$/.test(name),
  );
  if (foreign !== undefined || !names.includes('spec.json') || 'error' in readRunFolder(dir)) {
    const holds = foreign === undefined ? 'files that marl train did not write' : foreign;
    return {
      error: `${dir} is not empty and not the folder of a training (it holds ${holds}); choose another one with --out`,
    };
  }
  for (const name of names) rmSync(join(dir, name), { recursive: true });
  return undefined;
}

/** The folder of one seed in that of its run. */
export function seedFolder(dir: string, seed: number): string {
  return join(dir, `seed-${seed}`);
}

/** Writes a file beside its place and renames it into it. */
export function replace(file: string, content: string | Uint8Array): void {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
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
