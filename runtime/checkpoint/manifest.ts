/** The JSON beside the tensors of a checkpoint: whose they are, where in the training, and how to know that they are whole. */
import type { Evaluation } from '../train/evaluate.ts';
import { engineRecord, evaluationRecord, trainRecord } from '../train/records.ts';
import type { TrainSpec } from '../train/spec.ts';
import { readHashed } from './hashed.ts';
import { count, oneOf, optional, record, text } from './parts.ts';

/** The version of this layout. That before had no hash of the manifest itself; it is still read. */
export const checkpointFormat = 2;

const reasons = ['running', 'budget', 'stop', 'interrupted'] as const;

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
  readonly reason: (typeof reasons)[number];
  /** The last evaluation; undefined before the first. */
  readonly final: Evaluation | undefined;
  readonly tensors: { readonly file: string; readonly bytes: number; readonly sha256: string };
}

export interface EngineFacts {
  readonly name: string;
  /** Fused multiply-add; undefined where the engine does not say. */
  readonly fma: boolean | undefined;
}

/** A manifest, or what is wrong with it: a clause behind the name of its folder. */
export function readManifest(json: string): Manifest | { readonly error: string } {
  const read = readHashed(json, checkpointFormat, manifestRecord);
  if ('facts' in read) return read.facts as Manifest;
  if ('error' in read) return { error: `its manifest is damaged: ${read.error}` };
  return { error: `it has format ${read.otherFormat}, and this version of marl reads format ${checkpointFormat}` };
}

const manifestRecord = record({
  marl: text,
  spec: trainRecord,
  engine: optional(engineRecord),
  seed: count,
  step: count,
  episode: count,
  evaluations: count,
  reason: oneOf(...reasons),
  final: optional(evaluationRecord),
  tensors: record({ file: fileName, bytes: count, sha256: text }),
});

/** The tensors lie beside their manifest. */
function fileName(value: unknown, at: string): string | undefined {
  return text(value, at) ?? (/^[\w.-]+$/.test(value as string) ? undefined : `${at} is no name of a file`);
}
