/** The sampled reading: many copies of one game, stepped together in flat typed arrays. */

/** What a learner must know of a game. Agents are numbered in declaration order. */
export interface GameSpec {
  readonly name: string;
  readonly agents: readonly string[];
  /** Class number of each agent; agents of a class share spaces. */
  readonly classOf: readonly number[];
  readonly classNames: readonly string[];
  /** Length of each agent's numeric observation (0 when it sees nothing). */
  readonly observationLength: readonly number[];
  /** Number of flat finite actions of each agent, and their names. */
  readonly actionCount: readonly number[];
  readonly actionNames: readonly (readonly string[])[];
  /** Length of each agent's real action vector (0 for finite actions only) and its bounds, component by component. */
  readonly realActionLength: readonly number[];
  readonly realActionLow: readonly (readonly number[])[];
  readonly realActionHigh: readonly (readonly number[])[];
  readonly horizon: number | undefined;
  readonly discount: number;
  /** True for one-step games without state: every step ends its episode and all observations are alike. */
  readonly oneShot: boolean;
  /** True where every agent always acts and all its actions are always legal: masks hold nothing but ones. */
  readonly alwaysLegal?: boolean;
  /** Length of the whole state as numbers; 0 where the program does not write it (it does so for learners that ask for it). */
  readonly stateLength: number;
}

/** `ended[e]` after a step. Truncation is not an end of the problem: learners bootstrap through it. */
export const running = 0;
export const terminated = 1;
export const truncated = 2;

/**
 * Memory shared by a game and its learner; game e owns a row of each array. Slices of agent i inside a row start at the sum of the
 * lengths of the agents before it (`offsets`).
 */
export interface GameBuffers {
  /** E x sum of observationLength. After `step`, the observation that the next action is chosen on (of the new episode, where one ended). */
  readonly observations: Float32Array;
  /** E x sum of actionCount: 1 where an action is legal; all 0 where the agent does not act. */
  readonly masks: Uint8Array;
  /** E x agents: flat action index chosen; read by `step` for agents that act. */
  readonly actions: Int32Array;
  /** E x sum of realActionLength. */
  readonly realActions: Float64Array;
  /** E x agents: rewards of the last step. */
  readonly rewards: Float64Array;
  /** E: running, terminated or truncated in the last step. */
  readonly ended: Uint8Array;
  /** E x sum of observationLength: observation of the state an episode ended in; written only in rows whose `ended` is not 0. */
  readonly finalObservations: Float32Array;
  /** E x stateLength: the whole state that the next action is chosen in; critics and mixers may read it in training. */
  readonly states: Float32Array;
  /** E x stateLength: the state an episode ended in, as `finalObservations`. */
  readonly finalStates: Float32Array;
  /** E x sum of actionCount: legal actions of the state an episode ended in; written where the whole state is. */
  readonly finalMasks: Uint8Array;
}

export interface VectorGame {
  readonly envs: number;
  readonly buffers: GameBuffers;
  /** Starts episode 0 in every game and writes observations and masks. */
  reset(): void;
  /** Steps every game with `actions`; ended games restart at once. */
  step(): void;
  /** The state stores by name, for tests and checkpoints: `E x size` each; includes `$time`, `$episode`, `$counter`. */
  readonly state: Readonly<Record<string, Int32Array | Float64Array>>;
}

/** Game e of the vector is game number `firstGame + e` of the seed. */
export type CreateVectorGame = (envs: number, seed: number, firstGame: number, buffers: GameBuffers) => VectorGame;

export function allocateBuffers(spec: GameSpec, envs: number): GameBuffers {
  const observationRow = total(spec.observationLength);
  return {
    observations: new Float32Array(envs * observationRow),
    masks: new Uint8Array(envs * total(spec.actionCount)),
    actions: new Int32Array(envs * spec.agents.length),
    realActions: new Float64Array(envs * total(spec.realActionLength)),
    rewards: new Float64Array(envs * spec.agents.length),
    ended: new Uint8Array(envs),
    finalObservations: new Float32Array(envs * observationRow),
    states: new Float32Array(envs * spec.stateLength),
    finalStates: new Float32Array(envs * spec.stateLength),
    finalMasks: new Uint8Array(spec.stateLength === 0 ? 0 : envs * total(spec.actionCount)),
  };
}

/** Start of each agent's slice inside a row, and the row length as last element. */
export function offsets(lengths: readonly number[]): readonly number[] {
  const starts = [0];
  for (const length of lengths) starts.push((starts.at(-1) as number) + length);
  return starts;
}

function total(lengths: readonly number[]): number {
  return lengths.reduce((sum, length) => sum + length, 0);
}

/** Games whose episode ended in the last step. */
export function countEnded(ended: Uint8Array): number {
  let count = 0;
  for (let e = 0; e < ended.length; e++) if (ended[e] !== running) count++;
  return count;
}
