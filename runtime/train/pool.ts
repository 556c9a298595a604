/** Seeds trained side by side on worker threads. How many threads there are changes nothing in the results. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Arrays } from '../learners/shared/learner.ts';
import type { Evaluation } from './evaluate.ts';
import type { SeedResult } from './run.ts';
import type { TrainSpec } from './spec.ts';

export interface WorkerData {
  readonly spec: TrainSpec;
  readonly gameText: string;
  /** One Int32: not 0 once the host wants to stop. A training thread is busy and reads no messages. */
  readonly stop: SharedArrayBuffer;
}

export interface ToWorker {
  readonly seed: number;
  readonly from: Arrays | undefined;
}

export type FromWorker =
  | { readonly kind: 'progress'; readonly seed: number; readonly step: number; readonly episode: number }
  | { readonly kind: 'metrics'; readonly seed: number; readonly line: string; readonly evaluation: Evaluation }
  | { readonly kind: 'result'; readonly result: SeedResult }
  | {
      readonly kind: 'failed';
      readonly seed: number;
      readonly message: string;
      readonly stack: string;
      readonly fault: boolean;
    };

/** A training that cannot go on for a reason that lies in its program: a draw that is impossible, tables beyond memory. */
export class TrainingFault extends Error {
  override readonly name = 'TrainingFault';
}

function outOfMemory(error: unknown): TrainingFault | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? new TrainingFault('what is learned does not fit into memory')
    : undefined;
}

export interface PoolHooks {
  /** As they come: the seeds interleave, the lines of one seed are in order. */
  metrics?(seed: number, line: string, evaluation: Evaluation): void;
  /** At most ten times a second for each seed. */
  progress?(seed: number, step: number, episode: number): void;
  finished?(result: SeedResult): void;
}

export interface Pool {
  /**
   * In the order of the seeds; after `stop`, without the seeds that had not begun. Rejects with the error of the first seed that
   * failed, once all threads are down.
   */
  readonly results: Promise<readonly SeedResult[]>;
  /** Asks every seed to stop where it is; `results` then has their checkpoints. */
  stop(): void;
}

/**
 * Trains `seeds` of a spec. `gameText` is the game as `emitGame(model, { types: false, module: 'function' })` writes it; `from` holds
 * the checkpoints of the seeds to go on with.
 */
export function trainSeeds(
  spec: TrainSpec,
  gameText: string,
  seeds: readonly number[],
  hooks: PoolHooks = {},
  from: ReadonlyMap<number, Arrays> = new Map(),
  threads: number = availableParallelism(),
): Pool {
  const stop = new SharedArrayBuffer(4);
  const flag = new Int32Array(stop);
  const waiting = [...seeds];
  const done = new Map<number, SeedResult>();
  const data: WorkerData = { spec, gameText, stop };
  const count = Math.max(1, Math.min(seeds.length, threads));
  const workers = Array.from({ length: count }, () => work(data, hooks, from, waiting, done, flag));
  const results = Promise.allSettled(workers).then(outcomes => {
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    return seeds.flatMap(seed => done.get(seed) ?? []);
  });
  return { results, stop: () => void Atomics.store(flag, 0, 1) };
}

/** One thread: takes seeds from `waiting` until there are none. */
function work(
  data: WorkerData,
  hooks: PoolHooks,
  from: ReadonlyMap<number, Arrays>,
  waiting: number[],
  done: Map<number, SeedResult>,
  flag: Int32Array,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerFile(), { workerData: data });
    let closed = false;
    const fail = (error: Error) => {
      closed = true;
      Atomics.store(flag, 0, 1);
      void worker.terminate();
      reject(error);
    };
    const next = () => {
      const seed = Atomics.load(flag, 0) === 0 ? waiting.shift() : undefined;
      if (seed === undefined) {
        closed = true;
        void worker.terminate().then(() => resolve());
        return;
      }
      const job: ToWorker = { seed, from: from.get(seed) };
      worker.postMessage(job);
    };
    worker.on('message', (message: FromWorker) => {
      if (closed) return;
      try {
        take(message);
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    });
    const take = (message: FromWorker): void => {
      switch (message.kind) {
        case 'progress':
          hooks.progress?.(message.seed, message.step, message.episode);
          return;
        case 'metrics':
          hooks.metrics?.(message.seed, message.line, message.evaluation);
          return;
        case 'result':
          done.set(message.result.seed, message.result);
          hooks.finished?.(message.result);
          next();
          return;
        case 'failed':
          fail(
            message.fault
              ? new TrainingFault(`seed ${message.seed} failed: ${message.message}`)
              : new Error(`seed ${message.seed} failed: ${message.message}`, { cause: message.stack }),
          );
          return;
      }
    };
    worker.on('error', error =>
      fail(outOfMemory(error) ?? (error instanceof Error ? error : new Error(String(error)))),
    );
    worker.on('exit', code => {
      if (!closed) fail(new Error(`a training thread ended early with exit code ${code}`));
    });
    next();
  });
}

/** The worker as source in a checkout, as JavaScript in a built package. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
}
