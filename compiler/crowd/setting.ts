/** One agent of a crowd of agents that are alike. */
import type { GameModel, Store } from '../game/model.ts';

/** Why a game cannot be read as one of a crowd. */
export class NoCrowd extends Error {}

/** Ways in which one step of one agent may go: outcomes of chance, with what others are that it meets. */
export const mostWays = 20_000;

/** One variable of an agent: a place of a store, `offset` from where the agent's own places begin. */
export interface OwnSlot {
  readonly store: Store;
  readonly offset: number;
  readonly low: number;
  readonly count: number;
}

/** A crowd of agents that are alike, as its rules are carried out for one of them. */
export interface Setting {
  readonly model: GameModel;
  /** Number of agents. */
  readonly size: number;
  /** Variables of one agent. */
  readonly slots: readonly OwnSlot[];
  /** Its states: a value for each slot. */
  readonly values: readonly (readonly number[])[];
  readonly actions: number;
}

/** Whom an agent has met, as sets of members of the crowd; see `Encounters`. */
export type Met = readonly number[];

/** What becomes of a member by its own state and action. */
export interface Follower {
  /** The crowd is at `time` and spread like this. True where what was said before no longer holds. */
  meet(time: number, shares: Float64Array): boolean;
  /** The next value of a variable (a slot) of a member that is in a row (own state and action). @throws NoCrowd where that depends on more */
  next(row: number, slot: number): number;
}
