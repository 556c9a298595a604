/** The JSON beside the tensors of a checkpoint: whose they are, where in the training, and how to know that they are whole. */
import { createHash } from 'node:crypto';
import type { Evaluation } from '../train/evaluate.ts';
import type { TrainSpec } from '../train/spec.ts';

/** The version of this layout. */
export const checkpointFormat = 1;

export interface Manifest {
  readonly format: number;
  /** The version of Marl that wrote it. */
  readonly marl: string;
  readonly spec: TrainSpec;
  /** The engine of a deep learner, and whether it fused products and sums; another machine may round differently. */
  readonly engine: EngineFacts | undefined;
  readonly seed: number;
  readonly step: number;
  readonly episode: number;
  /** Evaluations so far: the lines of the seed's metrics that belong to it. */
  readonly evaluations: number;
  /** `running` in the middle of a training, otherwise why it stopped. */
  readonly reason: 'running' | 'budget' | 'stop' | 'interrupted';
  /** The last evaluation; undefined before the first. */
  readonly final: Evaluation | undefined;
  readonly tensors: { readonly file: string; readonly bytes: number; readonly sha256: string };
}

export interface EngineFacts {
  readonly name: string;
  /** Fused multiply-add; undefined where the engine does not say. */
  readonly fma: boolean | undefined;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A manifest, or what is wrong with it. */
export function readManifest(text: string): Manifest | { readonly error: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { error: 'its manifest is damaged' };
  }
  if (typeof value !== 'object' || value === null) return { error: 'its manifest is damaged' };
  const found = value as Partial<Manifest>;
  if (found.format !== checkpointFormat && typeof found.format === 'number')
    return {
      error: `it has format ${found.format}, and this version of marl reads format ${checkpointFormat}`,
    };
  return isManifest(found) ? found : { error: 'its manifest is damaged: parts of it are missing' };
}

function isManifest(value: Partial<Manifest>): value is Manifest {
  const { spec, tensors, reason } = value;
  const counts = [value.format, value.seed, value.step, value.episode, value.evaluations];
  return (
    counts.every(count => Number.isSafeInteger(count)) &&
    typeof spec === 'object' &&
    spec !== null &&
    typeof tensors === 'object' &&
    tensors !== null &&
    typeof tensors.file === 'string' &&
    /^[\w.-]+$/.test(tensors.file) &&
    typeof tensors.sha256 === 'string' &&
    (reason === 'running' || reason === 'budget' || reason === 'stop' || reason === 'interrupted')
  );
}
