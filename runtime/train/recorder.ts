/** What one seed leaves in the folder of its run: lines of metrics and checkpoints, written by the thread that trains it. */
import { makeFolder } from '../checkpoint/disk.ts';
import type { EngineFacts } from '../checkpoint/manifest.ts';
import { writeCheckpoint } from '../checkpoint/store.ts';
import type { Divergence } from './diverged.ts';
import { writeDivergence } from './diverged-seed.ts';
import type { Evaluation } from './evaluate.ts';
import { appendMetrics, notWritten, seedFolder, syncMetrics } from './folder.ts';
import { type Claim, lost } from './lock.ts';
import type { Diverged, SeedResult, SeedState } from './run.ts';
import type { TrainSpec } from './spec.ts';

/** Where and how a run is recorded. Plain data: it is sent to the worker threads. */
export interface Recording {
  /** The folder of the run. */
  readonly out: string;
  /** The version of Marl, for the manifests. */
  readonly marl: string;
  readonly engine: EngineFacts | undefined;
  /** Steps between two checkpoints; about a minute where missing. */
  readonly every: number | undefined;
  /** By which the folder may be written; undefined where no lock could be made. */
  readonly claim?: Claim | undefined;
}

/** Seconds between two checkpoints where no number of steps was asked for. */
const interval = 60;

/** A file of a run cannot be written: a full disk, or a folder that somebody removed. Ends the training; no mistake of the code. */
export class NotWritten extends Error {
  override readonly name = 'NotWritten';
}

export class SeedRecorder {
  readonly #recording: Recording;
  readonly #spec: TrainSpec;
  readonly #seed: number;
  readonly #before: Evaluation | undefined;
  #kept = performance.now();

  /** @param before the last evaluation before a resumption */
  constructor(recording: Recording, spec: TrainSpec, seed: number, before: Evaluation | undefined) {
    this.#recording = recording;
    this.#spec = spec;
    this.#seed = seed;
    this.#before = before;
  }

  line(text: string): void {
    this.#write(() => appendMetrics(this.#recording.out, this.#seed, text));
  }

  /** The hook of `trainSeed`. Only the moments depend on the clock, and nothing depends on the moments. */
  get keeping() {
    return {
      every: this.#recording.every,
      due: () => performance.now() - this.#kept >= 1000 * interval,
      keep: (state: SeedState) => this.#keep(state, 'running'),
    };
  }

  /** The last checkpoint of a call; the only one that stays where the seed came to its end. */
  finish(result: SeedResult): void {
    if (result.unsound !== true) this.#keep(result, result.reason);
  }

  /** What there is to know of a seed whose learning diverged; its last checkpoint stays. */
  diverge(result: Diverged['result'], found: Divergence): void {
    const { out, marl } = this.#recording;
    const { step, episode, evaluations } = result;
    const final = result.final ?? this.#before;
    this.#write(() => {
      makeFolder(seedFolder(out, this.#seed));
      syncMetrics(out, this.#seed);
      writeDivergence(out, { marl, seed: this.#seed, step, episode, evaluations, final, found });
    });
  }

  #keep(state: SeedState, reason: SeedResult['reason'] | 'running'): void {
    const { out, marl, engine } = this.#recording;
    const { step, episode, evaluations, checkpoint } = state;
    const final = state.final ?? this.#before;
    const ended = reason === 'budget' || reason === 'stop';
    this.#write(() => {
      makeFolder(seedFolder(out, this.#seed));
      syncMetrics(out, this.#seed);
      const facts = { marl, spec: this.#spec, engine, seed: this.#seed, step, episode, evaluations, reason, final };
      writeCheckpoint(seedFolder(out, this.#seed), facts, checkpoint, ended);
    });
    this.#kept = performance.now();
  }

  #write(body: () => void): void {
    const { claim } = this.#recording;
    const taken = claim === undefined ? undefined : lost(claim);
    if (taken !== undefined) throw new NotWritten(taken);
    try {
      body();
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      throw new NotWritten(notWritten(this.#recording.out, error));
    }
  }
}
