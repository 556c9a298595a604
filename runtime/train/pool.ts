/** Seeds trained side by side on worker threads. How many threads there are changes nothing in the results. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Arrays } from '../learners/shared/learner.ts';
import { threadEnvironment } from '../threads.ts';
import type { Divergence } from './diverged.ts';
import type { Evaluation } from './evaluate.ts';
import type { Recording } from './recorder.ts';
import type { SeedResult } from './run.ts';
import { Slots } from './slots.ts';
import type { TrainSpec } from './spec.ts';

export interface WorkerData {
  readonly spec: TrainSpec;
  readonly gameText: string;
  /** One Int32: not 0 once the host wants to stop. A training thread is busy and reads no messages. */
  readonly stop: SharedArrayBuffer;
  /** Of deep learners. */
  readonly engine: string | undefined;
  readonly recording: Recording | undefined;
}

/** A seed to train, or that there are no more. */
export type ToWorker = SeedJob | 'end';

export interface SeedJob {
  readonly seed: number;
  readonly from: Arrays | undefined;
  /** The last evaluation before a resumption. */
  readonly before: Evaluation | undefined;
}

/** What a thread sends of a seed; without the checkpoint where it was written to a folder, or where learning diverged. */
export interface TrainedSeed extends Omit<SeedResult, 'checkpoint' | 'reason'> {
  readonly reason: SeedResult['reason'] | 'diverged';
  readonly checkpoint: Arrays | undefined;
  /** Where learning diverged: the other seeds are trained all the same. */
  readonly diverged?: Divergence;
}

export type FromWorker =
  | { readonly kind: 'progress'; readonly seed: number; readonly step: number; readonly episode: number }
  | { readonly kind: 'metrics'; readonly seed: number; readonly line: string; readonly evaluation: Evaluation }
  | { readonly kind: 'result'; readonly result: TrainedSeed }
  | {
      readonly kind: 'failed';
      readonly seed: number;
      readonly message: string;
      readonly stack: string;
      /** Whose fault it is, where it is not ours: of what the seed learns, or of the folder it is written to. */
      readonly fault: 'seed' | 'folder' | undefined;
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
  finished?(result: TrainedSeed): void;
}

export interface Pool {
  /**
   * In the order of the seeds; after `stop`, without the seeds that had not begun. Rejects with the error of the first seed that
   * failed, once all threads are down.
   */
  readonly results: Promise<readonly TrainedSeed[]>;
  /** Asks every seed to stop where it is; `results` then has their checkpoints. */
  stop(): void;
}

/** A seed to go on with. */
export interface From {
  readonly arrays: Arrays;
  /** The last evaluation. */
  readonly final?: Evaluation | undefined;
}

export interface PoolOptions {
  /** The seeds to go on with. */
  readonly from?: ReadonlyMap<number, From>;
  /** As many at a time; pools that share their slots share the cores. One per core where missing. */
  readonly threads?: number | Slots | undefined;
  /** Of deep learners, by the name that `--engine` takes; `wasm` where missing. */
  readonly engine?: string | undefined;
  readonly recording?: Recording | undefined;
}

/**
 * Trains `seeds` of a spec. `gameText` is the game as `emitGame(model, { types: false, module: 'function' })` writes it, with
 * `state: true` for deep learners.
 */
export function trainSeeds(
  spec: TrainSpec,
  gameText: string,
  seeds: readonly number[],
  hooks: PoolHooks = {},
  options: PoolOptions = {},
): Pool {
  const { from = new Map(), threads = availableParallelism(), engine, recording } = options;
  const stop = new SharedArrayBuffer(4);
  const flag = new Int32Array(stop);
  const waiting = [...seeds];
  const done = new Map<number, TrainedSeed>();
  const data: WorkerData = { spec, gameText, stop, engine, recording };
  const slots = typeof threads === 'number' ? new Slots(threads) : threads;
  const count = Math.max(1, Math.min(seeds.length, slots.count));
  const workers = Array.from({ length: count }, async () => {
    const release = await slots.take();
    try {
      if (waiting.length > 0 && Atomics.load(flag, 0) === 0) await work(data, hooks, from, waiting, done, flag);
    } finally {
      release();
    }
  });
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
  from: ReadonlyMap<number, From>,
  waiting: number[],
  done: Map<number, TrainedSeed>,
  flag: Int32Array,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerFile(), { workerData: data, env: threadEnvironment() });
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
        // The thread ends by itself: tearing one down from outside while its machine code is being made can crash Node.
        worker.once('exit', () => resolve());
        const end: ToWorker = 'end';
        worker.postMessage(end);
        return;
      }
      const resumed = from.get(seed);
      const job: ToWorker = { seed, from: resumed?.arrays, before: resumed?.final };
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
            message.fault !== undefined
              ? new TrainingFault(
                  message.fault === 'folder' ? message.message : `seed ${message.seed} failed: ${message.message}`,
                )
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
