/** What a training learned, for people and as data: the tables of its first seed. */
import type { GameModel } from '../compiler/game/model.ts';
import type { GameSpec } from '../runtime/games/vector.ts';
import type { Engine } from '../runtime/tensor/engine.ts';
import { describePolicy, type PolicyTable, policyTables } from '../runtime/train/describe.ts';
import { readSeed } from '../runtime/train/folder.ts';
import { policyFrom } from '../runtime/train/policy.ts';
import type { TrainSpec } from '../runtime/train/spec.ts';
import { orderKeys, readKeys } from './observed.ts';

/** Observations and actions of each table that `--json` prints. */
const jsonLimits = { rows: 100, columns: 100 };

export interface Learned {
  readonly seed: number;
  /** The tables as text, the beginning of each. */
  text(): string;
  tables(): readonly PolicyTable[];
}

/** Reads what a seed learned; undefined where there is nothing to read, or where its policy is no table. */
export function learnedBy(
  train: TrainSpec,
  game: GameSpec,
  model: GameModel,
  folder: string,
  seed: number,
  engine?: Engine,
): Learned | undefined {
  const found = readSeed(folder, seed);
  if ('error' in found) return undefined;
  const view = policyFrom(train, game, found.arrays, engine).view();
  if (view.length === 0) return undefined;
  const read = readKeys(model);
  const order = orderKeys(model);
  return {
    seed,
    text: () => describePolicy(view, game, undefined, read, order),
    tables: () => policyTables(view, game, jsonLimits, read, order),
  };
}
