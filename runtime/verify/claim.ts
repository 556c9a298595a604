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

/** A maximal convex set of equilibria of a two-agent game: every mixture of the row strategies with every mixture of the others. */
export interface ConvexSet {
  readonly row: readonly Strategy[];
  readonly column: readonly Strategy[];
  readonly dimension: number;
}

/** A connected component of the set of equilibria of a two-agent game. */
export interface Component {
  /** Indices of the extreme equilibria in it. */
  readonly members: readonly number[];
  /** The component is the union of these. */
  readonly sets: readonly ConvexSet[];
  /** Greatest dimension of one of them: 0 for an isolated equilibrium, 1 for segments. */
  readonly dimension: number;
  /** False where there were too many sets to list all. */
  readonly setsComplete: boolean;
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
  | { readonly kind: 'policy'; readonly policy: Policy; readonly stateValues: readonly (readonly Num[])[] }
  /** Private recommendations in every state: `rules[t][s]` are probabilities of its joint actions, `t` as in policies. */
  | {
      readonly kind: 'devices';
      readonly time: Policy['kind'];
      readonly rules: readonly (readonly (readonly Num[])[])[];
      readonly stateValues: readonly (readonly Num[])[];
    }
  /** What every agent reckons with, each for itself: `rules[t][s * n + i]`. */
  | {
      readonly kind: 'outlooks';
      readonly time: Policy['kind'];
      readonly rules: readonly (readonly Outlook[])[];
      readonly stateValues: readonly (readonly Num[])[];
    }
  /** Of a crowd: `rules[t][s]` over all actions after t steps, and the share of the crowd in each state then. */
  | {
      readonly kind: 'flow';
      readonly rules: readonly (readonly Strategy[])[];
      readonly shares: readonly ArrayLike<number>[];
    }
  | { readonly kind: 'behaviour'; readonly agents: readonly Behaviour[] }
  /**
   * A mediator of a game of many steps: it draws one part and tells every agent that is to act what the agent's strategy in that part draws.
   */
  | { readonly kind: 'mixture'; readonly situations: readonly Situations[]; readonly parts: readonly MixturePart[] }
  /** Logit equilibria along a branch; `limit` is the Nash equilibrium at its end, where that was found. */
  | { readonly kind: 'branch'; readonly points: readonly BranchPoint[]; readonly limit: Profile | undefined }
  /** What happened while agents learned, now and then. */
  | { readonly kind: 'course'; readonly unit: 'rounds' | 'time'; readonly snapshots: readonly CourseSnapshot[] };

/** An agent's own strategy in a state and what it takes the others to do together: their joint choices, the last of them fastest. */
export interface Outlook {
  readonly own: Strategy;
  readonly others: Strategy;
}

/** Every agent plays a with probability in proportion to exp(lambda * payoff of a). */
export interface BranchPoint {
  /** Precision, in one over units of payoff. */
  readonly lambda: number;
  readonly profile: Profile;
}

/** Learning up to some moment. */
export interface CourseSnapshot {
  /** Rounds played, or time passed. */
  readonly at: number;
  /** How often each joint action was played, as a part of all; the average over time where strategies move continuously. */
  readonly play: readonly Num[];
  /** Average strategy of each agent. */
  readonly average: Profile;
  /** The strategies at this moment, where they move continuously. */
  readonly current?: Profile;
  /**
   * What one agent could gain at most: by leaving the average strategies (everybody mixing independently), by a rule from own actions to
   * own actions, by always playing one action.
   */
  readonly distances: { readonly nash: number; readonly ce: number; readonly cce: number };
}

/** With what probability a mediator draws a part, and what it then recommends: for each agent a strategy per situation in which it is asked. */
export interface MixturePart {
  readonly weight: Num;
  readonly strategies: readonly (readonly (Strategy | undefined)[])[];
}

/** How an agent that may stop listening would go on, for a proof that no mediator does better. */
export interface Deviation {
  readonly agent: number;
  /** The situation in which it stops listening, and the choice that it has been recommended there; -1 where it does not wait to be told. */
  readonly situation: number;
  readonly recommended: number;
  /** Multiplier >= 0 of "this gains nothing". */
  readonly weight: Num;
  /** What it does from there on; uniform where nothing is said. */
  readonly strategies: readonly { readonly situation: number; readonly strategy: Strategy }[];
}

/**
 * What one agent may know, where an agent knows the history of its own observations and actions. Situations are numbered, every one after the
 * one that it continues; whether or not the agent acts in a situation, it sees something.
 */
export interface Situations {
  /** The situation one step before, or -1 at the start; and the own action taken there, or -1 where the agent did not act. */
  readonly parent: Int32Array;
  readonly action: Int32Array;
  /** A state in which the agent is in this situation: it tells what the agent sees and may do. */
  readonly state: Int32Array;
}

/** What one agent does at each of its information sets. */
export interface Behaviour extends Situations {
  /** Over the legal actions, where the agent acts; undefined elsewhere. */
  readonly strategies: readonly (Strategy | undefined)[];
}

/** `epsilon_nash`: nobody can gain more than the `epsilon` of the claim. */
export type ClaimKind =
  | 'nash'
  | 'epsilon_nash'
  | 'ce'
  | 'cce'
  /** The same in games of many steps, where recommendations come one by one and an agent may stop listening at any time. */
  | 'efce'
  | 'efcce'
  | 'minimax'
  | 'optimal'
  | 'welfare'
  | 'pareto'
  | 'dominance'
  | 'leximin'
  | 'nash_product'
  | 'payoff_dominant'
  | 'risk_dominant'
  | 'stackelberg'
  | 'ess'
  | 'qre'
  | 'alpha_rank'
  | 'dynamics'
  /** What every agent gets if all others help it, and what it can secure if all others are against it. */
  | 'friend'
  | 'foe'
  /** The best joint policy of a team in which each acts on what it has seen itself. */
  | 'decentralised'
  | 'mean_field';

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

/**
 * One agent at a time may switch from one pure profile to another: at rate 1 to what pays it more, `neutral` to what pays it the same,
 * `against` to what pays it less; positive, the weaker the selection the closer to each other.
 */
export interface SelectionChain {
  readonly neutral: number;
  readonly against: number;
}

/** What a solver asserts and the verifier judges. */
export interface Claim {
  readonly kind: ClaimKind;
  readonly solution: Solution;
  /** Expected return of each agent; undefined where the solution has no single one. */
  readonly values: readonly Num[] | undefined;
  readonly completeness: Completeness;
  /** For all equilibria of two-agent games. */
  readonly components?: readonly Component[];
  /** For `epsilon_nash`: what any agent can gain at most, in payoff units. */
  readonly epsilon?: number;
  /** For policies of teams: what the solver says that none exceeds. Of a finished search this is the value; the verifier reports it and does not repeat the search. */
  readonly bound?: Num;
  /** For `alpha_rank`: the chain that is said to be at rest. */
  readonly chain?: SelectionChain;
  /**
   * For devices: the weight of each agent in the objective that was maximised (all 1 for welfare) or, for `egalitarian`, the dual
   * weights that prove its optimum (they sum to one), and a multiplier >= 0 for each incentive constraint, in the order agent,
   * recommended choice, deviation for `ce` and agent, deviation for `cce`. For `stackelberg`, whose objective names the leader: for each
   * reply j of the follower and each other action k a multiplier of "j is at least as good for the follower as k".
   */
  readonly optimality?: {
    readonly objective: Objective;
    readonly weights: readonly Num[];
    readonly multipliers: readonly Num[];
    /** For mediators of games of many steps, in place of multipliers. */
    readonly deviations?: readonly Deviation[];
  };
}

export type Objective =
  | { readonly kind: 'welfare' }
  | { readonly kind: 'egalitarian' }
  /** Minus the welfare. */
  | { readonly kind: 'social_cost' }
  /** In nats. */
  | { readonly kind: 'entropy' }
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
  /** In words, what was left unchecked for want of time or because it would be too much work; the rest was confirmed. */
  readonly unfinished?: string;
  /** In words, what was not confirmed. Empty unless `approximate`. */
  readonly problems: readonly string[];
}
