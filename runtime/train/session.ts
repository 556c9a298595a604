/** A training as a host runs it: all seeds, hooks for what is shown, and the run folder if one is wanted. */
import type { Arrays } from '../learners/shared/learner.ts';
import {
  appendMetrics,
  createRunFolder,
  type Failure,
  finishRunFolder,
  notWritten,
  type RunDescription,
  readRunFolder,
  readSummary,
  readTables,
  type SeedSummary,
  type Summary,
  summarise,
  writeTables,
} from './folder.ts';
import { type PoolHooks, TrainingFault, trainSeeds } from './pool.ts';
import type { SeedResult } from './run.ts';

export interface Session {
  readonly finished: Promise<Outcome>;
  /** Stops every seed where it is (Ctrl-C); `finished` then resolves with what there is. */
  stop(): void;
}

export interface Outcome {
  readonly summary: Summary;
  /** Of the seeds trained by this call, in the order of the spec. */
  readonly results: readonly SeedResult[];
  /** Seeds that are not at their end: `resumeTraining` goes on with them. */
  readonly unfinished: readonly number[];
}

/** Trains all seeds of a run; with `out`, writes the run folder while it goes. */
export function startSession(
  run: RunDescription,
  gameText: string,
  out: string | undefined,
  hooks: PoolHooks = {},
  threads?: number,
): Session | Failure {
  if (out !== undefined) {
    const failure = createRunFolder(out, run);
    if (failure !== undefined) return failure;
  }
  return session(run, gameText, out, hooks, new Map(), [], threads);
}

/**
 * Goes on with an interrupted run in its folder, with the same metrics and tables as if it had not been interrupted. `gameText` has
 * to be the same game, compiled again from the sources of the run.
 */
export function resumeSession(
  dir: string,
  gameText: string,
  hooks: PoolHooks = {},
  threads?: number,
): Session | Failure {
  const run = readRunFolder(dir);
  if ('error' in run) return run;
  const summary = readSummary(dir);
  if ('error' in summary) return summary;
  const ended = summary.seeds.filter(seed => seed.reason !== 'interrupted');
  const from = new Map<number, Arrays>();
  for (const { seed } of summary.seeds) {
    if (ended.some(other => other.seed === seed)) continue;
    const tables = readTables(dir, seed);
    if ('error' in tables) return tables as Failure;
    from.set(seed, tables as Arrays);
  }
  return session(run, gameText, dir, hooks, from, ended, threads);
}

function session(
  run: RunDescription,
  gameText: string,
  out: string | undefined,
  hooks: PoolHooks,
  from: ReadonlyMap<number, Arrays>,
  ended: readonly SeedSummary[],
  threads: number | undefined,
): Session {
  const { train } = run;
  const seeds = train.seeds.filter(seed => !ended.some(other => other.seed === seed));
  const writing: PoolHooks = {
    ...hooks,
    metrics(seed, line, evaluation) {
      if (out !== undefined) write(out, () => appendMetrics(out, seed, line));
      hooks.metrics?.(seed, line, evaluation);
    },
    finished(result) {
      if (out !== undefined) write(out, () => writeTables(out, result));
      hooks.finished?.(result);
    },
  };
  const pool = trainSeeds(train, gameText, seeds, writing, from, threads);
  const finished = pool.results.then(results => {
    const all = train.seeds.flatMap<SeedSummary>(
      seed => results.find(r => r.seed === seed) ?? ended.find(r => r.seed === seed) ?? [],
    );
    const summary = out === undefined ? summarise(train, all) : write(out, () => finishRunFolder(out, train, all));
    const complete = (seed: number) => all.some(r => r.seed === seed && r.reason !== 'interrupted');
    return { summary, results, unfinished: train.seeds.filter(seed => !complete(seed)) };
  });
  return { finished, stop: pool.stop };
}

/** A disk that is full, or a folder that somebody removes, ends a training; it is no mistake of the code. */
function write<T>(out: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw new TrainingFault(notWritten(out, error));
  }
}
