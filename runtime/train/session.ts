/** A training as a host runs it: all seeds, hooks for what is shown, and the run folder if one is wanted. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../checkpoint/disk.ts';
import { keepOnly } from '../checkpoint/store.ts';
import { curveCsv, curveSvg, pointsOf } from './curve.ts';
import { headline } from './describe.ts';
import { type DivergedSeed, forgetDivergence, readDivergence } from './diverged-seed.ts';
import {
  createRunFolder,
  cutMetrics,
  type Failure,
  finishRunFolder,
  notWritten,
  type RunDescription,
  readRunFolder,
  readSeed,
  type SeedSummary,
  type Summary,
  seedFolder,
  seedsIn,
  summarise,
  tidyRunFolder,
} from './folder.ts';
import { type Claim, lockRun, lost } from './lock.ts';
import { type From, type PoolHooks, type TrainedSeed, TrainingFault, trainSeeds } from './pool.ts';
import type { Slots } from './slots.ts';

export interface Session {
  readonly finished: Promise<Outcome>;
  /** Stops every seed where it is (Ctrl-C); `finished` then resolves with what there is. */
  stop(): void;
  /** What a person should know before: checkpoints that were damaged, an engine that rounds otherwise. */
  readonly notes: readonly string[];
}

export interface Outcome {
  readonly summary: Summary;
  /** Of the seeds trained by this call, in the order of the spec. */
  readonly results: readonly TrainedSeed[];
  /** Seeds that are not at their end: `resumeSession` goes on with them. */
  readonly unfinished: readonly number[];
}

export interface SessionOptions {
  /** Threads at a time; sessions that share their slots share the cores. One per core where missing. */
  readonly threads?: number | Slots | undefined;
  /** Steps of a seed between two checkpoints; about a minute where missing. Changes nothing in the results. */
  readonly checkpoint?: number | undefined;
  /**
   * Of a run that is gone on with, the seeds to go on with, those that diverged included: these are trained again from their last
   * checkpoints. Where missing, all that are not at their end; to have diverged is an end.
   */
  readonly only?: readonly number[] | undefined;
  /** Take the folder from another process that seems to write it. */
  readonly takeOver?: boolean | undefined;
}

/** Trains all seeds of a run; with `out`, writes the run folder while it goes. */
export function startSession(
  run: RunDescription,
  gameText: string,
  out: string | undefined,
  hooks: PoolHooks = {},
  options: SessionOptions = {},
): Session | Failure {
  const fresh: Past = { from: new Map(), ended: [], notes: [] };
  if (out === undefined) return session(run, gameText, out, hooks, options, fresh);
  return alone(
    out,
    options,
    claim => createRunFolder(out, run) ?? session(run, gameText, out, hooks, options, fresh, claim),
  );
}

/**
 * Goes on with a run in its folder, whether it was stopped or killed, from the last checkpoint of every seed that is whole: with the
 * same metrics and checkpoints as if nothing had happened. `gameText` has to be the same game, compiled again from the sources of the
 * run; `engine` of `now` is what this machine has.
 */
export function resumeSession(
  dir: string,
  gameText: string,
  hooks: PoolHooks = {},
  options: SessionOptions = {},
  now: Pick<RunDescription, 'engine'> = {},
): Session | Failure {
  const run = readRunFolder(dir);
  if ('error' in run) return run;
  return alone(dir, options, claim => resume(run, dir, gameText, hooks, options, now, claim));
}

function resume(
  run: RunDescription,
  dir: string,
  gameText: string,
  hooks: PoolHooks,
  options: SessionOptions,
  now: Pick<RunDescription, 'engine'>,
  claim: Claim | undefined,
): Session | Failure {
  const untidy = tidyRunFolder(dir);
  if (untidy !== undefined) return untidy;
  const past: Past = { from: new Map(), ended: [], notes: [...engineNotes(run, now)] };
  const present = seedsIn(dir);
  for (const seed of run.train.seeds) {
    const named = options.only?.includes(seed) === true;
    const diverged = readDivergence(dir, seed);
    if (diverged !== undefined && named) forgetDivergence(dir, seed);
    const failure =
      diverged !== undefined && !named
        ? keepDiverged(dir, diverged, past)
        : present.includes(seed)
          ? look(dir, run, seed, past, named || options.only === undefined)
          : cutMetrics(dir, seed, 0);
    if (failure !== undefined) return failure;
  }
  return session(run, gameText, dir, hooks, options, past, claim);
}

/** A session that nobody else writes the folder of while it runs. */
function alone(
  dir: string,
  { takeOver }: SessionOptions,
  begin: (claim: Claim | undefined) => Session | Failure,
): Session | Failure {
  const lock = lockRun(dir, takeOver);
  if (lock !== undefined && 'error' in lock) return lock;
  const begun = begin(lock?.claim);
  if ('error' in begun) {
    lock?.release();
    return begun;
  }
  const notes = [...(lock?.notes ?? []), ...begun.notes];
  return { ...begun, notes, finished: begun.finished.finally(() => lock?.release()) };
}

/** What a run has behind it. */
interface Past {
  readonly from: Map<number, From>;
  /** Seeds that this call does not train. */
  readonly ended: SeedSummary[];
  readonly notes: string[];
}

/** The same training would diverge again at the same step: only who names the seed has it tried. */
function keepDiverged(dir: string, diverged: DivergedSeed, past: Past): Failure | undefined {
  const { seed, step, episode, evaluations, final, found } = diverged;
  past.ended.push({ seed, step, episode, reason: 'diverged', final, diverged: found });
  past.notes.push(
    `seed ${seed} diverged at step ${step} and stays as it is; --resume --seed ${seed} trains it again from its last checkpoint`,
  );
  return cutMetrics(dir, seed, evaluations);
}

/** Where a seed is, from its checkpoint. */
function look(dir: string, run: RunDescription, seed: number, past: Past, goesOn: boolean): Failure | undefined {
  const found = readSeed(dir, seed);
  if ('error' in found) return { error: `${found.error}; train anew with --force, or into another folder` };
  const { manifest, arrays, damaged, at } = found;
  const { step, episode, reason, final, evaluations } = manifest;
  if (manifest.seed !== seed || JSON.stringify(manifest.spec) !== JSON.stringify(run.train))
    return { error: `${at} belongs to another training; remove it, or train anew with --force` };
  past.notes.push(...damaged.map(sentence => `${sentence}; going on from step ${step}`));
  const cut = cutMetrics(dir, seed, evaluations);
  if (cut !== undefined) return cut;
  if (reason === 'budget' || reason === 'stop') {
    past.ended.push({ seed, step, episode, reason, final });
    keepOnly(seedFolder(dir, seed), at);
  } else if (goesOn) past.from.set(seed, { arrays, final });
  else past.ended.push({ seed, step, episode, reason: 'interrupted', final });
  return undefined;
}

/** Bits depend on the engine, and on whether the machine fuses products and sums. */
function engineNotes(run: RunDescription, now: Pick<RunDescription, 'engine'>): string[] {
  const [before, after] = [run.engine, now.engine];
  if (before === undefined || after === undefined) return [];
  if (before.name === after.name && before.fma === after.fma) return [];
  const name = ({ name: engine, fma }: typeof before) =>
    `${engine}${fma === undefined ? '' : fma ? ' with fused multiply-add' : ' without fused multiply-add'}`;
  return [
    `the training began on ${name(before)} and goes on with ${name(after)}: its numbers will differ in their last digits from those of a training that was not interrupted`,
  ];
}

function session(
  run: RunDescription,
  gameText: string,
  out: string | undefined,
  hooks: PoolHooks,
  options: SessionOptions,
  { from, ended, notes }: Past,
  claim?: Claim,
): Session {
  const { train, engine } = run;
  const { only = train.seeds } = options;
  const seeds = train.seeds.filter(seed => only.includes(seed) && !ended.some(other => other.seed === seed));
  const recording =
    out === undefined ? undefined : { out, marl: run.versions.marl, engine, every: options.checkpoint, claim };
  const pool = trainSeeds(train, gameText, seeds, hooks, {
    from,
    threads: options.threads,
    engine: engine?.name,
    recording,
  });
  const finished = pool.results.then(results => {
    const all = train.seeds.flatMap<SeedSummary>(
      seed => results.find(r => r.seed === seed) ?? ended.find(r => r.seed === seed) ?? [],
    );
    const summary = out === undefined ? summarise(train, all) : write(out, claim, () => finish(out, run, all));
    const complete = (seed: number) => all.some(r => r.seed === seed && r.reason !== 'interrupted');
    return { summary, results, unfinished: train.seeds.filter(seed => !complete(seed)) };
  });
  return { finished, stop: pool.stop, notes };
}

function finish(out: string, run: RunDescription, all: readonly SeedSummary[]): Summary {
  const summary = finishRunFolder(out, run.train, all);
  const { label, agent } = headline(summary, run.game, run.train);
  const points = pointsOf(readFileSync(join(out, 'metrics.jsonl'), 'utf8'), agent);
  replaceFile(join(out, 'curve.csv'), curveCsv(points));
  if (points.length > 0) replaceFile(join(out, 'curve.svg'), curveSvg(points, `${run.train.name}: ${label}`));
  return summary;
}

/** A disk that is full, or a folder that somebody removes, ends a training; it is no mistake of the code. */
function write<T>(out: string, claim: Claim | undefined, body: () => T): T {
  const taken = claim === undefined ? undefined : lost(claim);
  if (taken !== undefined) throw new TrainingFault(taken);
  try {
    return body();
  } catch (error) {
    throw new TrainingFault(notWritten(out, error));
  }
}
