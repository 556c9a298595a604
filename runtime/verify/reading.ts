import type { Rational } from '../games/rational.ts';
import type { TabularGame } from '../games/tabular.ts';
import { type Field, floats, type Num, rationals } from './number.ts';

/** The numbers of a game read as doubles or as fractions. */
export interface Reading<T> {
  readonly game: TabularGame;
  readonly field: Field<T>;
  readonly initial: ArrayLike<T>;
  readonly probability: ArrayLike<T>;
  readonly reward: ArrayLike<T>;
  readonly discount: T;
  /** Choices of agent i in state s: `counts[s * n + i]`. */
  readonly counts: Int32Array;
  /** Called often by checks that may take long; throws `OutOfTime` once the check has to end. */
  readonly tick: () => void;
}

/** Asked now and then by a check: true once it has to end with what it has. */
export type Stop = () => boolean;
export const never: Stop = () => false;

/** Ends a check that was told to stop; `verify` catches it. */
export class OutOfTime extends Error {}

/** What a check finds, or undefined where it was out of time. */
export function unlessOutOfTime<T>(check: () => T): T | undefined {
  try {
    return check();
  } catch (error) {
    if (error instanceof OutOfTime) return undefined;
    throw error;
  }
}

/** Steps of a check between two looks at the clock. */
const between = 512;

function ticking(stop: Stop): () => void {
  let left = between;
  return () => {
    if (--left > 0) return;
    left = between;
    if (stop()) throw new OutOfTime();
  };
}

export function floatReading(game: TabularGame, stop: Stop = never): Reading<number> {
  return {
    game,
    field: floats,
    initial: game.initialProbabilities,
    probability: game.outcomeProbability,
    reward: game.outcomeReward,
    discount: game.discount,
    counts: allCounts(game),
    tick: ticking(stop),
  };
}

/** Undefined when the game has a number that is not a fraction. */
export function exactReading(game: TabularGame, stop: Stop = never): Reading<Rational> | undefined {
  const exact = game.exact;
  if (exact === undefined) return undefined;
  return {
    game,
    field: rationals,
    initial: exact.initialProbabilities,
    probability: exact.outcomeProbability,
    reward: exact.outcomeReward,
    discount: exact.discount,
    counts: allCounts(game),
    tick: ticking(stop),
  };
}

function allCounts(game: TabularGame): Int32Array {
  const n = game.agents.length;
  return Int32Array.from({ length: game.stateCount * n }, (_, k) => choiceCount(game, Math.floor(k / n), k % n));
}

/** Number of choices of an agent in a state; 1 when it does not act. */
export function choiceCount(game: TabularGame, state: number, agent: number): number {
  const k = state * game.agents.length + agent;
  return Math.max(1, (game.legalStart[k + 1] as number) - (game.legalStart[k] as number));
}

/** Expected one-shot payoffs: `payoff[profile * n + i]`, profiles with the last agent fastest. */
export interface PayoffTable<T> {
  readonly counts: readonly number[];
  readonly size: number;
  readonly payoff: readonly T[];
  /** As that of the reading. */
  readonly tick: () => void;
}

/** Reads a game that ends after one step, averaging over chance and over initial states (which must look alike to all). */
export function tabulate<T>(reading: Reading<T>): PayoffTable<T> | undefined {
  const { game, field } = reading;
  const n = game.agents.length;
  const first = game.initialStates[0];
  if (first === undefined) return undefined;
  const counts = game.agents.map((_, i) => choiceCount(game, first, i));
  const size = counts.reduce((product, count) => product * count, 1);
  const payoff: T[] = new Array(size * n).fill(field.zero);
  for (let k = 0; k < game.initialStates.length; k++) {
    const state = game.initialStates[k] as number;
    const start = game.jointStart[state] as number;
    if ((game.jointStart[state + 1] as number) - start !== size) return undefined;
    for (let i = 0; i < n; i++)
      if (game.observation[state * n + i] !== game.observation[first * n + i]) return undefined;
    for (let profile = 0; profile < size; profile++) {
      reading.tick();
      const joint = start + profile;
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
        if ((game.outcomeState[o] as number) >= 0) return undefined;
        const weight = field.mul(reading.initial[k] as T, reading.probability[o] as T);
        for (let i = 0; i < n; i++) {
          const at = profile * n + i;
          payoff[at] = field.add(payoff[at] as T, field.mul(weight, reading.reward[o * n + i] as T));
        }
      }
    }
  }
  return { counts, size, payoff, tick: reading.tick };
}

/** The choices of a profile number. */
export function digits(counts: readonly number[], profile: number): number[] {
  const choices = new Array<number>(counts.length);
  for (let i = counts.length - 1; i >= 0; i--) {
    const count = counts[i] as number;
    choices[i] = profile % count;
    profile = Math.floor(profile / count);
  }
  return choices;
}

/** The profile number of some choices. */
export function profileOf(counts: readonly number[], choices: readonly number[]): number {
  return choices.reduce((number, choice, i) => number * (counts[i] as number) + choice, 0);
}

/**
 * The regret, in payoff units, that still counts as none: `relative` times the distance between the least and the greatest
 * payoff (1 when all are equal), plus what doubles of that size cannot resolve.
 */
export function absoluteTolerance(values: ArrayLike<number>, relative: number): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < values.length; k++) {
    const value = values[k] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const range = high > low ? high - low : 1;
  return relative * range + 1e-14 * Math.max(Math.abs(low), Math.abs(high));
}

/** Negative mass and error of the sum of some probabilities. */
export function massErrors(probabilities: readonly Num[]): { negative: number; sum: number } {
  if (probabilities.every(p => typeof p !== 'number')) {
    const total = probabilities.reduce((sum, p) => rationals.add(sum, rationals.of(p)), rationals.zero);
    const negative = probabilities.reduce((sum: number, p) => sum + Math.max(0, -rationals.of(p).toNumber()), 0);
    return { negative, sum: Math.abs(total.sub(rationals.one).toNumber()) };
  }
  let total = 0;
  let negative = 0;
  for (const p of probabilities) {
    const value = floats.of(p);
    total += value;
    if (!(value >= 0)) negative += Number.isNaN(value) ? 1 : -value;
  }
  return { negative, sum: Number.isNaN(total) ? 1 : Math.abs(total - 1) };
}
