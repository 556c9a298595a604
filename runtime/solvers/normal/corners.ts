/**
 * What each action of an agent gains over another, as a function of the others' probabilities on given supports. In the probabilities of all actions
 * of a support but its first, which has the rest, it is affine in each alone, so that over a box it is greatest and least at corners.
 */
import { type NormalForm, payoffScale, withChoice } from '../normal-form.ts';

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** A box of free probabilities: agent i's begin at `from[i]`. */
export interface Box {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** The gain of one action over the first of its agent's support, by what the others play; in parts of the range of payoffs. */
export interface Gain {
  readonly agent: number;
  readonly action: number;
  /** Entries by the actions of the other agents' supports, the last agent's running fastest. */
  readonly table: Float64Array;
}

export class Supports {
  readonly lists: readonly (readonly number[])[];
  readonly from: readonly number[];
  /** Number of free probabilities. */
  readonly size: number;
  /** One per free probability: what must be zero. */
  readonly equations: readonly Gain[];
  /** Of actions outside the supports: what must not be positive. */
  readonly outside: readonly Gain[];
  /** More than rounding does to any bound, value or sum: weights at corners may be below 0, but not by more than there are actions. */
  readonly rounding: number;

  constructor(form: NormalForm, lists: readonly (readonly number[])[]) {
    this.lists = lists;
    const from: number[] = [];
    let size = 0;
    for (const support of lists) {
      from.push(size);
      size += support.length - 1;
    }
    this.from = from;
    this.size = size;
    // Free probabilities are from -0.1 to 1.1, so that absolute weights of an agent's actions sum to no more than this; tables hold numbers up to 1.
    const weights = lists.map(({ length }) => (length === 1 ? 1 : length === 2 ? 1.2 : 2.2 * (length - 1)));
    const terms = lists.reduce((sum, support) => sum + support.length, 4);
    this.rounding = Math.max(
      1e-13,
      weights.reduce((product, w) => product * w, terms * 4e-16),
    );
    const gain = (agent: number, action: number): Gain => ({
      agent,
      action,
      table: tableOf(form, lists, agent, action),
    });
    this.equations = lists.flatMap((support, i) => support.slice(1).map(action => gain(i, action)));
    this.outside = lists.flatMap((support, i) =>
      Array.from({ length: form.counts[i] as number }, (_, a) => a)
        .filter(a => !support.includes(a))
        .map(action => gain(i, action)),
    );
  }

  /** Bounds of a gain over a box. */
  range(gain: Gain, box: Box): Range {
    return this.#bounds(this.#contracted(gain, box, -1, -1));
  }

  /** Bounds of its derivative by free probability `b` (counted from 1) of agent j. */
  slope(gain: Gain, box: Box, j: number, b: number): Range {
    return j === gain.agent ? { low: 0, high: 0 } : this.#bounds(this.#contracted(gain, box, j, b));
  }

  /** The value at a point. */
  at(gain: Gain, point: Float64Array): number {
    return this.#contracted(gain, { low: point, high: point }, -1, -1)[0] as number;
  }

  #bounds(values: Float64Array): Range {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const x of values) {
      low = Math.min(low, x);
      high = Math.max(high, x);
    }
    return { low: low - this.rounding, high: high + this.rounding };
  }

  /** Values at the corners of the box; along agent `j` the difference of its actions 0 and b. */
  #contracted(gain: Gain, box: Box, j: number, b: number): Float64Array {
    let values = gain.table;
    let before = 1;
    this.lists.forEach((support, k) => {
      if (k === gain.agent) return;
      const count = support.length;
      const weights = k === j ? [difference(count, b)] : this.#corners(box, k);
      const after = values.length / (before * count);
      const next = new Float64Array(before * weights.length * after);
      for (let x = 0; x < before; x++)
        weights.forEach((weight, c) => {
          for (let y = 0; y < after; y++) {
            let sum = 0;
            for (let a = 0; a < count; a++)
              sum += (weight[a] as number) * (values[(x * count + a) * after + y] as number);
            next[(x * weights.length + c) * after + y] = sum;
          }
        });
      values = next;
      before *= weights.length;
    });
    return values;
  }

  /** Strategies at the corners of an agent's part of a box: one where it is a point. */
  #corners(box: Box, agent: number): Float64Array[] {
    const count = (this.lists[agent] as readonly number[]).length;
    const from = this.from[agent] as number;
    let list = [new Float64Array(count)];
    for (let a = 1; a < count; a++) {
      const [low, high] = [box.low[from + a - 1] as number, box.high[from + a - 1] as number];
      list = list.flatMap(weight =>
        (low === high ? [low] : [low, high]).map(x => weight.map((w, b) => (b === a ? x : w))),
      );
    }
    for (const weight of list) {
      let rest = 1;
      for (let a = 1; a < count; a++) rest -= weight[a] as number;
      weight[0] = rest;
    }
    return list;
  }
}

function difference(count: number, b: number): Float64Array {
  const weights = new Float64Array(count);
  weights[0] = -1;
  weights[b] = 1;
  return weights;
}

function tableOf(form: NormalForm, lists: readonly (readonly number[])[], agent: number, action: number): Float64Array {
  const n = form.agents.length;
  const scale = payoffScale(form);
  const first = lists[agent]?.[0] as number;
  let profiles = [0];
  lists.forEach((support, k) => {
    if (k !== agent)
      profiles = profiles.flatMap(profile => support.map(a => profile + a * (form.strides[k] as number)));
  });
  const at = (profile: number, a: number) => form.payoff[withChoice(form, profile, agent, a) * n + agent] as number;
  return Float64Array.from(profiles, profile => (at(profile, action) - at(profile, first)) / scale);
}
