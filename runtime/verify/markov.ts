/** Checks of policies in games of many steps: evaluation, best responses and optima, from the transitions themselves. */

import type { TabularGame } from '../games/tabular.ts';
import type { Policy } from './claim.ts';
import { evaluationOrder } from './graph.ts';
import type { Field } from './number.ts';
import { floatReading, type Reading, type Stop } from './reading.ts';

/** Who may choose freely: nobody (the policy is evaluated), one agent (its best response), or all together. */
export type Free = 'nobody' | 'all' | number;

/** One agent's reward per outcome, the sum of all, or a constant 1 (which counts steps). */
export type Payee = number | 'sum' | 'steps';

function rewardOf<T>(reading: Reading<T>, payee: Payee, outcome: number): T {
  const { field, game } = reading;
  const n = game.agents.length;
  if (payee === 'steps') return field.one;
  if (payee !== 'sum') return reading.reward[outcome * n + payee] as T;
  let total = field.zero;
  for (let i = 0; i < n; i++) total = field.add(total, reading.reward[outcome * n + i] as T);
  return total;
}

/** Value of one state when play goes on with `values`; `rule` holds the strategies of all agents in all states. */
export function backup<T>(
  reading: Reading<T>,
  state: number,
  rule: readonly (readonly T[])[],
  free: Free,
  payee: Payee,
  values: ArrayLike<T>,
): T {
  reading.tick();
  const { game, field } = reading;
  const n = game.agents.length;
  const from = game.jointStart[state] as number;
  const to = game.jointStart[state + 1] as number;
  const { counts } = reading;
  const row = state * n;
  const own = new Array<T>(typeof free === 'number' ? (counts[row + free] as number) : 1).fill(field.zero);
  let best: T | undefined;
  const choices = new Array<number>(n).fill(0);
  for (let joint = from; joint < to; joint++) {
    let weight = field.one;
    if (free !== 'all')
      for (let i = 0; i < n && field.sign(weight) !== 0; i++)
        if (i !== free) weight = field.mul(weight, (rule[row + i] as readonly T[])[choices[i] as number] as T);
    if (field.sign(weight) !== 0) {
      let total = field.zero;
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
        const next = game.outcomeState[o] as number;
        let worth = rewardOf(reading, payee, o);
        if (next >= 0) worth = field.add(worth, field.mul(reading.discount, values[next] as T));
        total = field.add(total, field.mul(reading.probability[o] as T, worth));
      }
      if (free === 'all') {
        if (best === undefined || field.compare(total, best) > 0) best = total;
      } else {
        const slot = free === 'nobody' ? 0 : (choices[free] as number);
        own[slot] = field.add(own[slot] as T, field.mul(weight, total));
      }
    }
    // The next joint action: the last agent's choice moves fastest.
    for (let i = n - 1; i >= 0; i--) {
      choices[i] = (choices[i] as number) + 1;
      if ((choices[i] as number) < (counts[row + i] as number)) break;
      choices[i] = 0;
    }
  }
  if (free === 'all') return best ?? field.zero;
  return own.reduce((most, value) => (field.compare(value, most) > 0 ? value : most));
}

/** Expected value at the start. */
export function atStart<T>(reading: Reading<T>, values: ArrayLike<T>): T {
  const { game, field } = reading;
  let total = field.zero;
  for (let k = 0; k < game.initialStates.length; k++)
    total = field.add(total, field.mul(reading.initial[k] as T, values[game.initialStates[k] as number] as T));
  return total;
}

/** Strategies as numbers of the field. */
export function ruleIn<T>(field: Field<T>, rule: Policy['rules'][number]): readonly (readonly T[])[] {
  return rule.map(strategy => strategy.map(p => field.of(p)));
}

/** Values over a finite horizon: one pass per step, from the last to the first. */
export function timedValues<T>(reading: Reading<T>, policy: Policy, free: Free, payee: Payee): T[] {
  const { game, field } = reading;
  let values = new Array<T>(game.stateCount).fill(field.zero);
  for (let t = policy.rules.length - 1; t >= 0; t--) {
    const rule = ruleIn(field, policy.rules[t] as Policy['rules'][number]);
    const before = new Array<T>(game.stateCount).fill(field.zero);
    for (let s = 0; s < game.stateCount; s++) before[s] = backup(reading, s, rule, free, payee, values);
    values = before;
  }
  return values;
}

/** A fixed point of `backup`, with a proved bound on its distance from the true one (rounding inside one backup aside). */
export interface FixedPoint {
  readonly values: Float64Array;
  /** Infinite when play may go on for ever without discount. */
  readonly error: number;
}

export class MarkovChecker {
  private readonly reading: Reading<number>;
  private readonly order: Int32Array;
  private readonly acyclic: boolean;
  private longest: number | undefined;

  constructor(game: TabularGame, stop?: Stop) {
    this.reading = floatReading(game, stop);
    const order = evaluationOrder(game);
    this.order = order.states;
    this.acyclic = order.acyclic;
  }

  /**
   * A number D such that a residual r of a fixed point means an error of at most r * D: 1 / (1 - discount), or an upper bound on
   * the expected length of an episode under any behaviour, proved by D(s) >= 1 + max E D(s'). Infinite when neither exists.
   */
  amplification(): number {
    if (this.longest !== undefined) return this.longest;
    const { game } = this.reading;
    if (game.discount < 1) {
      this.longest = 1 / (1 - game.discount);
      return this.longest;
    }
    const length = this.iterate([], 'all', 'steps', 1e-9).values;
    let most = 1;
    for (let s = 0; s < length.length; s++) {
      length[s] = (length[s] as number) * (1 + 1e-6) + (this.acyclic ? 0 : 1e-6);
      most = Math.max(most, length[s] as number);
    }
    let proved = true;
    for (let s = 0; s < length.length && proved; s++)
      proved = backup(this.reading, s, [], 'all', 'steps', length) <= (length[s] as number);
    this.longest = proved ? most : Number.POSITIVE_INFINITY;
    return this.longest;
  }

  /**
   * Values of a stationary rule, of a best response to it, or of the joint optimum. A guess saves sweeps and cannot mislead: the
   * error is bounded by the residual, wherever the iteration began.
   */
  fixedPoint(rule: readonly (readonly number[])[], free: Free, payee: Payee, guess?: Float64Array): FixedPoint {
    const scale = Math.max(...bounds(this.reading.game.outcomeReward), Number.MIN_VALUE);
    const { values, residual } = this.iterate(rule, free, payee, 1e-15 * scale, guess);
    return { values, error: residual * this.amplification() };
  }

  /** The same for any other way to value a state by the values of what follows, which must be a contraction like those. */
  fixedPointOf(value: (state: number, values: Float64Array) => number, guess?: Float64Array): FixedPoint {
    const scale = Math.max(...bounds(this.reading.game.outcomeReward), Number.MIN_VALUE);
    const { values, residual } = this.settle(value, 1e-15 * scale, guess);
    return { values, error: residual * this.amplification() };
  }

  private iterate(
    rule: readonly (readonly number[])[],
    free: Free,
    payee: Payee,
    target: number,
    guess?: Float64Array,
  ): { values: Float64Array; residual: number } {
    return this.settle((s, values) => backup(this.reading, s, rule, free, payee, values), target, guess);
  }

  /** Gauss-Seidel sweeps, successors first, until the residual stops shrinking. */
  private settle(
    worthAt: (state: number, values: Float64Array) => number,
    target: number,
    guess?: Float64Array,
  ): { values: Float64Array; residual: number } {
    const values = guess?.slice() ?? new Float64Array(this.reading.game.stateCount);
    const limit = this.acyclic ? 1 : 200_000;
    let residual = 0;
    let best = Number.POSITIVE_INFINITY;
    let stalled = 0;
    for (let sweep = 0; sweep < limit && stalled < 50; sweep++) {
      residual = 0;
      for (const s of this.order) {
        const value = worthAt(s, values);
        residual = Math.max(residual, Math.abs(value - (values[s] as number)));
        values[s] = value;
      }
      if (residual <= target) break;
      if (residual < best * 0.999) {
        best = residual;
        stalled = 0;
      } else stalled++;
    }
    residual = 0;
    for (const s of this.order) residual = Math.max(residual, Math.abs(worthAt(s, values) - (values[s] as number)));
    return { values, residual };
  }
}

function bounds(rewards: ArrayLike<number>): [number, number] {
  let low = 0;
  let high = 0;
  for (let k = 0; k < rewards.length; k++) {
    low = Math.min(low, rewards[k] as number);
    high = Math.max(high, rewards[k] as number);
  }
  return [-low, high];
}
