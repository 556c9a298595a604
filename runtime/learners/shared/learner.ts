import type { GameBuffers } from '../../games/vector.ts';
import type { Schedule } from '../../train/spec.ts';
import type { Shape } from './shape.ts';

/** Arrays by name: what is written to a checkpoint. */
export type Arrays = Map<string, Float64Array | Float32Array | Int32Array | Uint8Array>;

/**
 * What the training loop asks of a learner. A vector step is `act`, the games' step, `update`: all games act on the same
 * tables, then the tables learn from game 0, game 1, and so on. With one game this is the textbook loop; with E games a
 * table is up to E transitions old when it chooses.
 */
export interface Learner {
  /** Writes an action, exploring, for every agent that acts in every game. `step` and `episode` drive the schedules. */
  act(step: number, episode: number): void;
  /** Learns from what the last step wrote to the buffers. */
  update(step: number, episode: number): void;
  /**
   * Writes the action that was learned to be best (lowest index first where several are) in the first `envs` rows of other
   * buffers; mixed strategies spend `draws`, one 32-bit number per game and agent.
   */
  greedy(buffers: GameBuffers, envs: number, draws: Uint32Array): void;
  /** Everything it knows, for checkpoints; `restore` continues from there bit for bit. */
  save(): Arrays;
  restore(arrays: Arrays): void;
  /** What was learned, for people. */
  view(): readonly LearnedTable[];
}

/** One learned table: a line per observation seen. */
export interface LearnedTable {
  /** Agent number; undefined for a table of all agents together. */
  readonly agent: number | undefined;
  /** What the numbers are: `Q`, `AV`, `probability`. */
  readonly quantity: string;
  /** Number of observations (rows) and the length of each. */
  readonly rows: number;
  readonly keyLength: number;
  key(row: number): Float32Array;
  /** One number per action of the agent (per joint action when `agent` is undefined), and whether it is legal. */
  value(row: number, action: number): number;
  legal(row: number, action: number): boolean;
  /** The greedy action; undefined where the policy is mixed. */
  best(row: number): number | undefined;
}

/** Settings that every learner with epsilon-greedy exploration has. */
export interface ValueSettings {
  readonly epsilon: Schedule;
  readonly initial: number;
  readonly gamma: number;
}

/** Makes a learner for these buffers; games are reset before. By convention `settings` is the algorithm's own settings. */
export type CreateLearner<Settings> = (shape: Shape, settings: Settings, buffers: GameBuffers, seed: number) => Learner;
