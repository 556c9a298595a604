import type { MixerModel } from '../mixers/model.ts';
import type { NetworkSpec } from '../tensor/layers/spec.ts';
import type { OptimiserSpec } from '../tensor/optimisers/spec.ts';

/**
 * A training as plain data: every default filled in, JSON-serialisable, written to the run folder. Members that may be absent were not in
 * earlier versions: a training that does without them has the same spec as there.
 */
export interface TrainSpec {
  readonly name: string;
  /** The game as written: `Foraging(size: 5)`. */
  readonly game: string;
  readonly algorithm: string;
  /** All settings of the algorithm, by name, defaults included. */
  readonly settings: Readonly<Record<string, SettingValue>>;
  /** How individual rewards become one (declared by `team reward`); `none` leaves them individual. */
  readonly teamReward: 'none' | 'sum' | 'mean';
  readonly budget: Quantity;
  /** Parallel games. */
  readonly envs: number;
  readonly seeds: readonly number[];
  /** `policy`: what plays the episodes; the greedy one where absent. */
  readonly evaluate: { readonly every: Quantity; readonly episodes: number; readonly policy?: 'sampled' };
  /** What is reported of the agents' returns (declared by `report`); absent, what `team reward` says, or the mean over agents. */
  readonly report?: Reported;
  readonly stop: { readonly metric: string; readonly op: '>=' | '<='; readonly value: number } | undefined;
}

/** The mean, sum, maximum or minimum of every episode's returns, over all agents or over those of each class; or every agent by itself. */
export interface Reported {
  /** Where each agent is reported by itself: that of the one number that a stop condition or a sweep looks at. */
  readonly reduction: Reduction;
  readonly per: 'team' | 'class' | 'agent';
}

export const reductions = ['mean', 'sum', 'max', 'min'] as const;
export type Reduction = (typeof reductions)[number];

/** Steps count joint steps of one game, summed over the parallel games. */
export interface Quantity {
  readonly amount: number;
  readonly unit: 'steps' | 'episodes';
}

export type SettingValue =
  | number
  | boolean
  | string
  | Schedule
  | Quantity
  | NetworkSpec
  | OptimizerSetting
  | MixerSetting
  | Roles;

/** Linear from `from` to `to` over the first `over` steps (or episodes), then constant. A constant is `over: 0`. */
export interface Schedule {
  readonly from: number;
  readonly to: number;
  readonly over: number;
  readonly unit: 'steps' | 'episodes';
}

/** An optimiser with its learning rate, all of its own settings filled in. */
export type OptimizerSetting = OptimiserSpec & { readonly lr: Schedule };

/** A mixer as written (`TwoLayer(embed: 32)`), and made for the team, the state and the actions of the training's game. */
export interface MixerSetting {
  readonly name: string;
  readonly model: MixerModel;
}

/** Which agents share parameters: those of a role. Agents of no role share with the others of their class that have none. */
export interface Roles {
  readonly roles: readonly Role[];
}

export interface Role {
  readonly name: string;
  readonly members: readonly RoleMember[];
}

/** The agents of a class, or those of them with numbers `from` to `to`, counted from 0 in the class. */
export interface RoleMember {
  readonly class: string;
  readonly from?: number;
  readonly to?: number;
}

/** One hyper-parameter of an algorithm, as the checker, the docs and completion read it. */
export interface SettingDoc {
  readonly name: string;
  readonly type: 'real' | 'int' | 'bool' | 'schedule' | 'choice' | 'quantity' | 'network' | 'optimizer' | 'mixer';
  readonly choices?: readonly string[];
  /** Of a choice: `Roles` are one, too. */
  readonly roles?: boolean;
  readonly low?: number;
  readonly high?: number;
  /** Of a whole number or a quantity, which may then count nothing else. */
  readonly unit?: 'steps' | 'episodes';
  /** Of a mixer: it need not be what the algorithm asks of its mixers. */
  readonly free?: true;
  /** A mixer's default is the name of a mixer of `std.mixers`; the compiler puts a `MixerSetting` in its place. */
  readonly default: SettingValue;
  readonly doc: string;
  /** Where the default comes from. */
  readonly source: string;
}

/** A setting that others of its algorithm exclude, in words for a person: what it has to be, and why; what it is; what to do. */
export interface Clash {
  readonly name: string;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
}
