import type { GameBuffers, GameSpec } from '../../games/vector.ts';
import type { Engine } from '../../tensor/engine.ts';
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
  /** Forgets what it remembers of the games that `greedy` plays: called before the first step of an evaluation. Without memory, absent. */
  begin?(): void;
  /**
   * Statistics of learning (losses, norms) since the last call that did not only `peek`, for the metrics; absent where there are none.
   */
  metrics?(peek?: boolean): Readonly<Record<string, number>>;
  /**
   * As `greedy`, but drawing from the stochastic policy that was learned; `draws` as there. Absent where a policy is not learned
   * but follows from values.
   */
  sample?(buffers: GameBuffers, envs: number, draws: Uint32Array): void;
  /**
   * Writes what `sample` draws from, or all on what `greedy` does where there is no `sample`: probabilities of the finite actions of all
   * agents in the first `envs` rows (at most 128) of other buffers, rows laid out as masks. `before`: what every agent did in the step before
   * in a row, -1 at the beginning of an episode. With memory a row is led through its episode from a `begin` on. Networks have it.
   */
  probabilities?(buffers: GameBuffers, envs: number, before: Int32Array, into: Float32Array): void;
  /**
   * The learned action of one agent, from all that it has seen in this episode, the present last: for play by hand, where others choose
   * too and choices are taken back. Every learner with `begin` has it; those without memory are asked through `greedy`. Real numbers of
   * the action, where the agent chooses any, are written to `numbers`.
   */
  decide?(agent: number, seen: readonly Seen[], draw: number, numbers?: Float64Array): number;
  /** Everything it knows, for checkpoints; `restore` continues from there bit for bit. */
  save(): Arrays;
  restore(arrays: Arrays): void;
  /** What was learned, for people. */
  view(): readonly LearnedTable[];
}

/** What one agent saw before a step, also where it did not act. */
export interface Seen {
  /** Its own slices of a row of observations and of masks. */
  readonly observation: Float32Array;
  readonly mask: Uint8Array;
  /** What it did in the step before; -1 at the beginning of an episode. */
  readonly before: number;
}

/** One learned table: a line per observation seen. */
export interface LearnedTable {
  /** Agent number; undefined for a table of all agents together. */
  readonly agent: number | undefined;
  /** What the numbers are: `Q`, `AV`, `probability`; `action`: probabilities, and behind them real numbers as they are chosen. */
  readonly quantity: string;
  /** Where the columns are not the agent's actions: how many of those come first, and real numbers behind them. */
  readonly columns?: { readonly finite: number; readonly reals: number };
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

/** What deep learners need besides: an engine for their tensors, and the game's classes and whole state. */
export interface DeepContext {
  /** One whose programs open and run at once. */
  readonly engine: Engine;
  readonly game: Pick<
    GameSpec,
    'classOf' | 'classNames' | 'stateLength' | 'realActionLength' | 'realActionLow' | 'realActionHigh'
  >;
}

/** Makes a deep learner; otherwise as `CreateLearner`. */
export type CreateDeepLearner<Settings> = (
  shape: Shape,
  settings: Settings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
) => Learner;

/** Makes a learner for these buffers; games are reset before. By convention `settings` is the algorithm's own settings. */
export type CreateLearner<Settings> = (shape: Shape, settings: Settings, buffers: GameBuffers, seed: number) => Learner;
