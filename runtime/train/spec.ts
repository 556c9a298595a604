/** A training as plain data: every default filled in, JSON-serialisable, written to the run folder. */
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
  readonly evaluate: { readonly every: Quantity; readonly episodes: number };
  readonly stop: { readonly metric: string; readonly op: '>=' | '<='; readonly value: number } | undefined;
}

/** Steps count joint steps of one game, summed over the parallel games. */
export interface Quantity {
  readonly amount: number;
  readonly unit: 'steps' | 'episodes';
}

export type SettingValue = number | boolean | string | Schedule;

/** Linear from `from` to `to` over the first `over` steps (or episodes), then constant. A constant is `over: 0`. */
export interface Schedule {
  readonly from: number;
  readonly to: number;
  readonly over: number;
  readonly unit: 'steps' | 'episodes';
}

/** One hyper-parameter of an algorithm, as the checker, the docs and completion read it. */
export interface SettingDoc {
  readonly name: string;
  readonly type: 'real' | 'int' | 'bool' | 'schedule' | 'choice';
  readonly choices?: readonly string[];
  readonly low?: number;
  readonly high?: number;
  readonly unit?: 'steps' | 'episodes';
  readonly default: SettingValue;
  readonly doc: string;
  /** Where the default comes from. */
  readonly source: string;
}
