/** Games whose states need no time: only what is earned or seen reads it. */
import type { TabularGame } from '../../runtime/games/tabular.ts';
import * as ir from '../elaborate/ir.ts';
import { enumerate } from '../game/exact.ts';
import type { GameModel } from '../game/model.ts';

/** States of the game without time that are listed at least before giving up; few against what a listing with time holds. */
const fewest = 10_000;

/**
 * The states of a game whose moves do not depend on `time`, without time, rewards, observations and horizon: who acts, what is
 * allowed, what follows and what ends the game are those of the game itself. Undefined where moves do read `time`, or where
 * there are more than `states` (and some thousand) of them.
 */
export function listedWithoutTime(model: GameModel, states: number): TabularGame | undefined {
  if (model.movesReadTime !== false) return undefined;
  const blind: GameModel = {
    ...model,
    usesTime: false,
    horizon: undefined,
    rewards: model.rewards.map(() => ir.int(0)),
    classes: model.classes.map(cls => ({
      ...cls,
      observation: { ...cls.observation, length: 0, prelude: [], pieces: [] },
    })),
  };
  return enumerate(blind, { maxStates: Math.max(fewest, 2 * states), maxTransitions: 1_000_000 }).game;
}
