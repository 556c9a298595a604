import { allocateBuffers, type GameBuffers } from '../../runtime/games/vector.ts';
import { algorithmNamed, completeSettings, type Settings } from '../../runtime/learners/catalogue.ts';
import type { LearnedTable, Learner } from '../../runtime/learners/shared/learner.ts';
import { shapeOf } from '../../runtime/learners/shared/shape.ts';
import { Stream } from '../../runtime/rng/stream.ts';
import { policyFrom } from '../../runtime/train/policy.ts';
import { trainSeed } from '../../runtime/train/run.ts';
import type { Schedule, TrainSpec } from '../../runtime/train/spec.ts';
import type { TestGame } from './games.ts';

export const constant = (value: number): Schedule => ({ from: value, to: value, over: 0, unit: 'steps' });

/** A learner on buffers that the test fills by hand. */
export function learnerOn(
  game: Pick<TestGame, 'spec'>,
  name: string,
  given: Settings,
  envs = 1,
): { learner: Learner; buffers: GameBuffers } {
  const buffers = allocateBuffers(game.spec, envs);
  buffers.masks.fill(1);
  const algorithm = algorithmNamed(name)!;
  const settings = completeSettings(algorithm, given, game.spec.discount);
  return { learner: algorithm.create(shapeOf(game.spec, envs), settings, buffers, 1), buffers };
}

export function trainSpec(algorithm: string, changes: Partial<TrainSpec> = {}): TrainSpec {
  return {
    name: 'Learn',
    game: 'Game',
    algorithm,
    settings: {},
    teamReward: 'none',
    budget: { amount: 20_000, unit: 'steps' },
    envs: 1,
    seeds: [1],
    evaluate: { every: { amount: 20_000, unit: 'steps' }, episodes: 1 },
    stop: undefined,
    ...changes,
  };
}

/**
 * The greedy action of an optimistic learner; values within 1e-9 are equal and the lowest index wins, because such learners drive several actions
 * to one value, where only rounding would choose.
 */
function chosen(table: LearnedTable): number {
  const best = table.best(0)!;
  for (let a = 0; a < best; a++) if (table.value(0, a) > table.value(0, best) - 1e-9) return a;
  return best;
}

const nothing = new Float32Array(0);
const everything = new Uint8Array(6).fill(1);

/** For 3x3 matrix games: percent of seeds 1 .. trials whose final greedy joint action has mean payoff `best`, and the mean payoff. */
export function outcome(
  game: TestGame,
  algorithm: string,
  best: number,
  trials: number,
  settings: Settings = {},
): { percent: number; mean: number } {
  let found = 0;
  let sum = 0;
  for (let seed = 1; seed <= trials; seed++) {
    const spec = trainSpec(algorithm, { settings });
    const policy = policyFrom(spec, game.spec, trainSeed(spec, game, seed).checkpoint);
    const joint = policy.central
      ? [...policy.actAll(nothing, everything, new Stream(0, 0, 0, 0), true)]
      : policy.view().map(algorithm === 'LenientQ' ? chosen : table => table.best(0)!);
    const payoff = game.means[joint[0]! * game.spec.actionCount[1]! + joint[1]!]!;
    if (payoff === best) found++;
    sum += payoff;
  }
  return { percent: (100 * found) / trials, mean: sum / trials };
}

export function share(game: TestGame, algorithm: string, best: number, trials: number): number {
  return outcome(game, algorithm, best, trials).percent;
}
