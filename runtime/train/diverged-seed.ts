/** `seed-K/diverged.json`: a seed whose learning diverged, as the folder of its run tells it. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../checkpoint/disk.ts';
import { count, oneOf, optional, type Part, parseParts, record, text } from '../checkpoint/parts.ts';
import { keepOnly, readCheckpoint } from '../checkpoint/store.ts';
import { type Divergence, divergedText } from './diverged.ts';
import type { Evaluation } from './evaluate.ts';
import { evaluationRecord } from './records.ts';

export interface DivergedSeed {
  /** The version of Marl that wrote it. */
  readonly marl: string;
  readonly seed: number;
  readonly step: number;
  readonly episode: number;
  /** Evaluations before: the lines of the seed's metrics. */
  readonly evaluations: number;
  /** The last of them; undefined where there was none. */
  readonly final: Evaluation | undefined;
  readonly found: Divergence;
}

const fileName = 'diverged.json';

/** Writes the file, into the folder of the seed, which exists. Of its checkpoints the last good one stays. */
export function writeDivergence(dir: string, diverged: DivergedSeed): void {
  const folder = join(dir, `seed-${diverged.seed}`);
  const last = readCheckpoint(folder);
  if (!('error' in last)) keepOnly(folder, last.at);
  // The step of that checkpoint, and the sentence, are for readers of the file.
  const checkpoint = 'error' in last ? null : last.manifest.step;
  const told = { ...diverged, checkpoint, message: divergedText(diverged.found) };
  replaceFile(join(folder, fileName), `${JSON.stringify(told, undefined, 2)}\n`);
}

/**
 * What the folder of a run says of a seed that diverged; undefined where it did not. Where the file is damaged the seed counts as
 * diverged all the same, from its last checkpoint on: its numbers are not to be believed.
 */
export function readDivergence(dir: string, seed: number): DivergedSeed | undefined {
  const folder = join(dir, `seed-${seed}`);
  const file = join(folder, fileName);
  if (!existsSync(file)) return undefined;
  const read = parseParts(readFileSync(file, 'utf8'), divergedRecord);
  if ('error' in read) return damaged(folder, seed, read.error);
  const found = read.value as DivergedSeed;
  return found.seed === seed ? found : damaged(folder, seed, `it tells of seed ${found.seed}`);
}

function damaged(folder: string, seed: number, error: string): DivergedSeed {
  const last = readCheckpoint(folder);
  const { step, episode, evaluations } = 'error' in last ? { step: 0, episode: 0, evaluations: 0 } : last.manifest;
  const damage = `seed-${seed}/${fileName} is damaged (${error})`;
  const found = { step, statistic: undefined, tensor: undefined, damage };
  return { marl: '', seed, step, episode, evaluations, final: undefined, found };
}

/** Seeds that diverged, in the order given. */
export function divergedSeeds(dir: string, seeds: readonly number[]): readonly DivergedSeed[] {
  return seeds.flatMap(seed => readDivergence(dir, seed) ?? []);
}

/** Forgets that a seed diverged: it is trained again from its last checkpoint. */
export function forgetDivergence(dir: string, seed: number): void {
  rmSync(join(dir, `seed-${seed}`, fileName), { force: true });
}

const figure: Part = (value, at) =>
  typeof value === 'number' ? undefined : oneOf('NaN', 'Infinity', '-Infinity')(value, at);

const finding = optional(record({ name: text, value: figure }));

/** `Divergence`. */
export const divergenceRecord = record({ step: count, statistic: finding, tensor: finding, reward: finding });

const divergedRecord = record({
  marl: text,
  seed: count,
  step: count,
  episode: count,
  evaluations: count,
  final: optional(evaluationRecord),
  found: divergenceRecord,
});
