import type { Num } from './number.ts';

/** Probabilities over the choices of one agent in one state, in the order of its legal actions; `[1]` for an agent that does not act. */
export type Strategy = readonly Num[];

/** One strategy per agent, for a one-shot game. */
export type Profile = readonly Strategy[];

/** What the agents do in every state of a Markov game. */
export interface Policy {
  /** `stationary`: one rule for all times. `timed`: `rules[t]` is the rule after t steps, one per step of the horizon. */
  readonly kind: 'stationary' | 'timed';
  /** `rules[t][s * n + i]`: strategy of agent i in state s. */
  readonly rules: readonly (readonly Strategy[])[];
}

/** One action struck out: `by` is a mixture over the agent's choices that does better than `choice` against all that was left. */
export interface Elimination {
  readonly round: number;
  readonly agent: number;
  readonly choice: number;
  readonly by: Strategy;
  readonly weak: boolean;
}

/** What a solver found, without its reasons. Choices are indices into the legal actions of the agent in that state. */
export type Solution =
  | { readonly kind: 'profiles'; readonly profiles: readonly Profile[] }
  | { readonly kind: 'device'; readonly probabilities: readonly Num[] }
  | { readonly kind: 'outcomes'; readonly outcomes: readonly (readonly number[])[] }
  | {
      readonly kind: 'elimination';
      readonly steps: readonly Elimination[];
      readonly surviving: readonly (readonly number[])[];
    }
  | { readonly kind: 'policy'; readonly policy: Policy; readonly stateValues: readonly (readonly Num[])[] };

export type ClaimKind = 'nash' | 'ce' | 'cce' | 'minimax' | 'optimal' | 'welfare' | 'pareto' | 'dominance';

/** Which claim a list of results makes. */
export type Completeness =
  /** Every solution is listed (for continua: every extreme point), and that is proved. */
  | 'all-proved'
  /** Some solutions; there may be others. */
  | 'some'
  /** One solution was asked for and found. */
  | 'one'
  /** There is none, and that is proved. */
  | 'none-proved'
  /** None was found; there may be some. */
  | 'none-found';

/** What a solver asserts and the verifier judges. */
export interface Claim {
  readonly kind: ClaimKind;
  readonly solution: Solution;
  /** Expected return of each agent; undefined where the solution has no single one. */
  readonly values: readonly Num[] | undefined;
  readonly completeness: Completeness;
  /**
   * For devices: the weight of each agent in the objective that was maximised (all 1 for welfare) or, for `egalitarian`, the dual
   * weights that prove its optimum (they sum to one), and a multiplier >= 0 for each incentive constraint, in the order agent,
   * recommended choice, deviation for `ce` and agent, deviation for `cce`.
   */
  readonly optimality?: {
    readonly objective: Objective;
    readonly weights: readonly Num[];
    readonly multipliers: readonly Num[];
  };
}

export type Objective =
  | { readonly kind: 'welfare' }
  | { readonly kind: 'egalitarian' }
  | { readonly kind: 'agent'; readonly agent: number };

/** The verifier's own findings; nothing in it is taken from the solver. */
export interface Certificate {
  /** The claim that was confirmed, or `approximate` when regret, feasibility or optimality missed the tolerance. */
  readonly kind: ClaimKind | 'approximate';
  /** Expected return of each agent, recomputed. */
  readonly values: readonly Num[] | undefined;
  /** What each agent could still gain by deviating alone (the worst over all listed profiles). */
  readonly regret: readonly Num[];
  /** Sum of the regrets. */
  readonly nashConv: Num;
  /** The largest regret, bounds on the verifier's own rounding included. */
  readonly epsilon: Num;
  /** Largest regret over all states as starting points, for policies. */
  readonly worstState?: number;
  /** One best choice per agent against the first profile. */
  readonly bestResponses?: readonly number[];
  /** Bounds on the optimum: reached, and proved impossible to exceed. */
  readonly gap?: { readonly lower: Num; readonly upper: Num };
  readonly feasibility: { readonly negativeMass: number; readonly sumError: number; readonly maxViolation: number };
  readonly arithmetic: 'rational' | 'float64';
  /** Regrets up to this (in payoff units) count as none; 0 in rational arithmetic. */
  readonly tolerance: number;
  readonly checkedBy: string;
  /** In words, what was not confirmed. Empty unless `approximate`. */
  readonly problems: readonly string[];
}
