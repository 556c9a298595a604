import type { Certificate, Claim, ClaimKind, Completeness, Component, Objective, Solution } from '../verify/claim.ts';
import type { Num } from '../verify/number.ts';
import type { LinearLimits } from './linear-program.ts';

export type Concept =
  | 'pure'
  | 'dominance'
  | 'minimax'
  | 'correlated'
  | 'coarse_correlated'
  | 'extensive_correlated'
  | 'extensive_coarse_correlated'
  | 'welfare'
  | 'pareto'
  | 'optimal'
  | 'nash'
  | 'fairness'
  | 'payoff_dominant'
  | 'risk_dominant'
  | 'epsilon_nash'
  | 'evolutionarily_stable'
  | 'stackelberg'
  | 'quantal_response'
  | 'alpha_rank'
  | 'dynamics'
  | 'friend'
  | 'foe'
  | 'decentralised'
  | 'mean_field';

/** What a solver found, with the verifier's certificate. */
export interface Answer {
  readonly concept: Concept;
  /** The row of `solverTable` that ran. */
  readonly method: string;
  /** One sentence on what was computed, for people. */
  readonly note: string;
  readonly solution: Solution;
  /** Expected return of each agent (of the first solution where there are several); undefined when there is no single outcome. */
  readonly values: readonly Num[] | undefined;
  /** For lists of profiles: the values of each. */
  readonly profileValues?: readonly (readonly Num[])[];
  /** For lists of profiles: what there is to say about each, such as how it was reached. */
  readonly remarks?: readonly string[];
  /** For all equilibria of two-agent games: the connected components of the set of equilibria. */
  readonly components?: readonly Component[];
  /** For devices. */
  readonly objective?: { readonly of: Objective; readonly value: Num };
  /** True when the certificate was computed in fractions. */
  readonly exact: boolean;
  readonly certificate: Certificate;
  readonly completeness: Completeness;
  /** What the answer is about where that is not the game itself, in words; absent where it is. */
  readonly claim?: string;
  /** For regret minimisation: what both agents together could gain against the average strategies, now and then on the way. */
  readonly trace?: readonly { readonly iteration: number; readonly nashConv: number }[];
  readonly warnings: readonly string[];
}

/** Why a solver does not apply, and what does. */
export interface Refusal {
  readonly refused: string;
  readonly remedy: string;
}

export function isRefusal(value: object): value is Refusal {
  return 'refused' in value;
}

export interface SolveOptions {
  readonly concept: string;
  /** A row of `solverTable`; chosen by the game when missing. */
  readonly method?: string | undefined;
  /** `welfare`, `egalitarian`, `social_cost` or an agent's name for correlated and Nash equilibria, `entropy` for the first; for `stackelberg` the leader. */
  readonly maximizing?: string | undefined;
  /** Regret that counts as none, as a part of the range of the payoffs; default 1e-9. Exact answers have none at all. */
  readonly tolerance?: number | undefined;
  /** How often methods that iterate go over all states or information sets, from 1; as often as it takes, or as is usual, when missing. */
  readonly iterations?: number | undefined;
  /** Of methods that sample; default 1. */
  readonly seed?: number | undefined;
  /** For `epsilon_nash`: what nobody may gain more than, in payoff units, from 0; the least possible when missing. */
  readonly epsilon?: number | undefined;
}

export interface SolveContext {
  /** Moment to stop at, on the clock of `performance.now()`, in milliseconds. What was found by then is returned. */
  readonly deadline?: number | undefined;
  /** Told now and then how far the work is: done of total, or total undefined where it is not known. */
  readonly onProgress?: ((done: number, total: number | undefined, what: string) => void) | undefined;
  /** Asked now and then; an AbortSignal, or whatever can be heard while a solver computes without a pause. */
  readonly signal?: { readonly aborted: boolean } | undefined;
  /** `iterations` of the options; methods that work in one pass leave it aside. */
  readonly iterations?: number | undefined;
  /** `seed` and `epsilon` of the options. */
  readonly seed?: number | undefined;
  readonly epsilon?: number | undefined;
}

/** True once the caller wants no more work done. */
export function expired(ctx: SolveContext): boolean {
  return ctx.signal?.aborted === true || (ctx.deadline !== undefined && performance.now() > ctx.deadline);
}

/** What is left of the time, and who may interrupt, for a linear program. */
export function limitsOf({ deadline, signal }: SolveContext): LinearLimits {
  return {
    ...(deadline === undefined ? {} : { seconds: Math.max(0.1, (deadline - performance.now()) / 1000) }),
    ...(signal === undefined ? {} : { signal }),
  };
}

export const stopped: Refusal = {
  refused: 'the time limit or an interruption came before anything was found',
  remedy: 'allow more time or make the game smaller',
};

/** What a solver hands to the verifier: everything of an answer that is not recomputed. */
export type Found = Omit<Answer, 'certificate' | 'exact' | 'concept'> & {
  readonly kind: ClaimKind;
  readonly optimality?: Claim['optimality'];
  /** For `epsilon_nash`. */
  readonly epsilon?: number;
  /** For teams. */
  readonly bound?: Num;
  /** For `alpha_rank`. */
  readonly chain?: Claim['chain'];
};
