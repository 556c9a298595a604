/**
 * The folder of a training run (`--out`):
 *
 *   spec.json            what was trained: the TrainSpec, the game's facts and sources, versions
 *   metrics.jsonl        one line per evaluation, seed by seed; the same bytes for the same spec and versions
 *   summary.json         where every seed ended
 *   seed-K/metrics.jsonl the lines of one seed, as they are made
 *   seed-K/tables.bin    what seed K learned, and all it needs to go on (arrays.ts)
 *
 * Every file but `seed-K/metrics.jsonl` is written beside its place and renamed into it, so a killed process leaves the old or
 * the new one.
 */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { GameSpec } from '../games/vector.ts';
import type { Arrays } from '../learners/shared/learner.ts';
import { decodeArrays, encodeArrays } from './arrays.ts';
import type { Estimate } from './evaluate.ts';
import { type Policy, policyFrom } from './policy.ts';
import type { SeedResult } from './run.ts';
import type { TrainSpec } from './spec.ts';

/** The version of this layout. */
export const folderFormat = 1;

export interface RunDescription {
  readonly train: TrainSpec;
  readonly game: GameSpec;
  /** Game parameters set from outside (`--set`), as written. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The entry file, and the text of every file it is made of, by path. */
  readonly entry: string;
  readonly sources: Readonly<Record<string, string>>;
  readonly versions: { readonly marl: string; readonly node: string };
}

export type SeedSummary = Pick<SeedResult, 'seed' | 'step' | 'episode' | 'reason' | 'final'>;

export interface Summary {
  readonly name: string;
  readonly algorithm: string;
  readonly seeds: readonly SeedSummary[];
  /** The last evaluation's mean return: its mean over seeds and its standard error. */
  readonly return: Estimate | undefined;
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
  /** Not finished, but stopped in good order, so that it can be gone on with. */
  readonly resumable: boolean;
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
  return same && finished ? undefined : { same, finished, resumable: stopped && !finished };
}

/** Seeds of a training that did not come to their end, in the order of the spec. */
export function unfinishedSeeds(train: TrainSpec, summary: Summary): number[] {
  const ended = (seed: number) => summary.seeds.some(s => s.seed === seed && s.reason !== 'interrupted');
  return train.seeds.filter(seed => !ended(seed));
}

/** The paths of the sources do not count: the same file may be named in several ways. */
function sameRun(a: RunDescription, b: RunDescription): boolean {
  const facts = ({ train, game, parameters, sources }: RunDescription) => {
    const set = Object.entries(parameters).sort(([p], [q]) => (p < q ? -1 : 1));
    return JSON.stringify([train, game, set, Object.values(sources).sort()]);
  };
  return facts(a) === facts(b);
}

function hasMetrics(dir: string): boolean {
  return readdirSync(dir).some(name => /^seed-\d+$/.test(name) && existsSync(join(dir, name, 'metrics.jsonl')));
}

/** Makes a folder and those it lies in. (`mkdirSync` with `recursive` tries for ever below /proc.) */
export function makeFolder(dir: string): void {
  if (existsSync(dir)) return;
  const parent = dirname(dir);
  if (parent !== dir) makeFolder(parent);
  try {
    mkdirSync(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
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

/** Writes what a seed learned. */
export function writeTables(dir: string, { seed, checkpoint }: SeedResult): void {
  makeFolder(seedFolder(dir, seed));
  replace(join(seedFolder(dir, seed), 'tables.bin'), encodeArrays(checkpoint));
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
  return { name: train.name, algorithm: train.algorithm, seeds, return: overSeeds(means) };
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

/** What a seed learned, and what it needs to go on. */
export function readTables(dir: string, seed: number): Arrays | Failure {
  const file = join(seedFolder(dir, seed), 'tables.bin');
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch {
    const present = seedsIn(dir);
    const have = present.length === 0 ? 'it has none' : `it has ${present.join(', ')}`;
    return { error: `${dir} holds no tables of seed ${seed}; ${have}` };
  }
  const read = decodeArrays(bytes);
  return 'error' in read ? { error: `${file} cannot be read: ${read.error}` } : read.arrays;
}

/** The policy that a seed learned. */
export function loadPolicy(dir: string, seed: number): Policy | Failure {
  const run = readRunFolder(dir);
  if ('error' in run) return run;
  const tables = readTables(dir, seed);
  if ('error' in tables) return tables as Failure;
  return policyFrom(run.train, run.game, tables as Arrays);
}

/** Seeds with tables, in increasing order. */
export function seedsIn(dir: string): number[] {
  if (!existsSync(dir)) return [];
  const names = readdirSync(dir).filter(name => /^seed-\d+$/.test(name) && existsSync(join(dir, name, 'tables.bin')));
  return names.map(name => Number(name.slice(5))).sort((a, b) => a - b);
}

/** Removes an older run; refuses a folder that holds anything else. */
function clear(dir: string): Failure | undefined {
  let names: string[];
  try {
    names = existsSync(dir) ? readdirSync(dir) : [];
  } catch {
    return { error: `${dir} is not a folder; choose another one with --out` };
  }
  if (names.length === 0) return undefined;
  const foreign = names.find(name => !/^(spec\.json|metrics\.jsonl|summary\.json|seed-\d+)$/.test(name));
  if (foreign !== undefined || !names.includes('spec.json') || 'error' in readRunFolder(dir)) {
    const holds = foreign === undefined ? 'files that marl train did not write' : foreign;
    return {
      error: `${dir} is not empty and not the folder of a training (it holds ${holds}); choose another one with --out`,
    };
  }
  for (const name of names) rmSync(join(dir, name), { recursive: true });
  return undefined;
}

function overSeeds(means: readonly number[]): Estimate | undefined {
  if (means.length === 0) return undefined;
  const mean = means.reduce((sum, m) => sum + m, 0) / means.length;
  const squares = means.reduce((sum, m) => sum + (m - mean) * (m - mean), 0);
  return { mean, stderr: means.length < 2 ? 0 : Math.sqrt(squares / (means.length - 1) / means.length) };
}

function seedFolder(dir: string, seed: number): string {
  return join(dir, `seed-${seed}`);
}

function replace(file: string, content: string | Uint8Array): void {
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
