import type { Rational } from './rational.ts';

/**
 * A finite game, enumerated: states numbered in breadth-first order from the initial ones, every joint action of every
 * state, every outcome of chance. This is what the exact reading produces and what the solvers consume.
 *
 * Layout (all arrays flat): state s owns the joint actions `jointStart[s] .. jointStart[s + 1]`, numbered with the LAST
 * agent fastest over the agents' legal actions in that state (an agent that does not act counts as one choice, `-1`);
 * joint action j owns the outcomes `outcomeStart[j] .. outcomeStart[j + 1]`.
 */
export interface TabularGame {
  readonly name: string;
  readonly agents: readonly string[];
  /** Names of all actions of each agent; legal lists hold indices into this. */
  readonly actionNames: readonly (readonly string[])[];
  readonly stateCount: number;
  /** Number of distinct terminal states reached. */
  readonly terminalCount: number;
  readonly initialStates: Int32Array;
  readonly initialProbabilities: Float64Array;
  /** Legal actions of agent i in state s: `legalActions[legalStart[s * n + i] .. legalStart[s * n + i + 1]]`; none if it does not act. */
  readonly legalStart: Int32Array;
  readonly legalActions: Int32Array;
  readonly jointStart: Int32Array;
  readonly outcomeStart: Int32Array;
  /** The state reached, or -1 when the game has ended. */
  readonly outcomeState: Int32Array;
  /**
   * 1 where an outcome leads nowhere (-1) because the horizon cuts play there, not because the game ends. Only games whose listing
   * has time in its states hold such outcomes; undefined: there are none.
   */
  readonly outcomeCut?: Uint8Array | undefined;
  readonly outcomeProbability: Float64Array;
  /** `outcomeReward[o * n + i]`: reward of agent i. */
  readonly outcomeReward: Float64Array;
  /** Interned observation of agent i in state s (`s * n + i`): equal numbers mean that agent i sees the same. */
  readonly observation: Int32Array;
  /** What agent i sees by such a number, in the numeric encoding; where the game was listed from a program. */
  observedNumbers?(agent: number, observation: number): Float64Array;
  /** The same in words, `card=King moves=[Pass]`; where the host brings them. */
  describeObservation?(agent: number, observation: number): string;
  /** The same numbers as fractions, present when every probability and reward is rational. */
  readonly exact:
    | {
        readonly initialProbabilities: readonly Rational[];
        readonly outcomeProbability: readonly Rational[];
        readonly outcomeReward: readonly Rational[];
        readonly discount: Rational;
      }
    | undefined;
  readonly discount: number;
  /** Truncation after this many steps, if declared. */
  readonly horizon: number | undefined;
  /** A state in the game's own words, for messages: `at[A] = Cell(2, 1), ball = A`. */
  describeState(state: number): string;
}

/** Legal actions of one agent in one state. */
export function legalOf(game: TabularGame, state: number, agent: number): Int32Array {
  const k = state * game.agents.length + agent;
  return game.legalActions.subarray(game.legalStart[k], game.legalStart[k + 1]);
}
