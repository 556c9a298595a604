/** The parts of a tabular game that grow while it is listed: initial states, reward vectors, outcomes. */
import { ExactNumbers, numberOf, rationalOf } from './exactNumbers.ts';
import { GrowingInts, KeyTable } from './exactPacking.ts';
import type { Scalar } from './model.ts';

/** Initial states with summed probabilities, in the order they are met. */
export class InitialTable {
  readonly probabilities: Scalar[] = [];
  private readonly numbers = new ExactNumbers();
  private readonly order: number[] = [];
  private readonly place = new Map<number, number>();

  add(state: number, probability: Scalar): void {
    const at = this.place.get(state);
    if (at !== undefined) {
      this.probabilities[at] = this.numbers.add(this.probabilities[at] as Scalar, probability);
      return;
    }
    this.place.set(state, this.order.length);
    this.order.push(state);
    this.probabilities.push(probability);
  }

  get rational(): boolean {
    return !this.numbers.inexact && this.probabilities.every(p => rationalOf(p) !== undefined);
  }

  states(): Int32Array {
    return Int32Array.from(this.order);
  }
}

/** Distinct reward vectors. */
export class RewardTable {
  /** True while every reward is a fraction. */
  rational = true;
  private readonly agents: number;
  private readonly values: Scalar[] = [];
  private readonly current: Scalar[];
  private readonly doubles: Float64Array;
  private readonly words: Int32Array;
  private readonly table: KeyTable;

  constructor(agents: number) {
    this.agents = agents;
    this.current = Array.from({ length: agents }, () => 0);
    // One more slot tells apart vectors whose fractions differ but whose doubles do not.
    this.doubles = new Float64Array(agents + 1);
    this.words = new Int32Array(this.doubles.buffer);
    this.table = new KeyTable(this.words.length, 64);
  }

  set(agent: number, reward: Scalar): void {
    this.current[agent] = typeof reward === 'number' ? reward + 0 : reward;
  }

  /** The number of the vector set. */
  add(): number {
    for (let i = 0; i < this.agents; i++) this.doubles[i] = numberOf(this.current[i] as Scalar);
    for (let twin = 0; ; twin++) {
      this.doubles[this.agents] = twin;
      const index = this.table.add(this.words);
      if (index * this.agents === this.values.length) {
        for (const value of this.current) {
          this.values.push(value);
          if (rationalOf(value) === undefined) this.rational = false;
        }
        return index;
      }
      if (this.current.every((value, i) => same(value, this.value(index, i)))) return index;
    }
  }

  value(index: number, agent: number): Scalar {
    return this.values[index * this.agents + agent] as Scalar;
  }

  copyTo(index: number, to: Float64Array, offset: number): void {
    for (let i = 0; i < this.agents; i++) to[offset + i] = numberOf(this.value(index, i));
  }
}

function same(a: Scalar, b: Scalar): boolean {
  if (typeof a === 'number' || typeof b === 'number') return Object.is(a, b);
  return a.equals(b);
}

/** Outcomes of one joint action after the other; those with equal state and rewards are one, with the sum of probabilities. */
export class OutcomeTable {
  readonly probabilities: Scalar[] = [];
  private readonly numbers = new ExactNumbers();
  private readonly reached = new GrowingInts();
  private readonly reward = new GrowingInts();
  private first = 0;
  private readonly index = new Map<number, Map<number, number>>();

  get length(): number {
    return this.probabilities.length;
  }

  get rational(): boolean {
    return !this.numbers.inexact && this.probabilities.every(p => rationalOf(p) !== undefined);
  }

  add(state: number, reward: number, probability: Scalar): void {
    const at = this.find(state, reward);
    if (at >= 0) {
      this.probabilities[at] = this.numbers.add(this.probabilities[at] as Scalar, probability);
      return;
    }
    this.reached.push(state);
    this.reward.push(reward);
    this.probabilities.push(probability);
  }

  /** What follows belongs to the next joint action. */
  endJoint(): void {
    this.first = this.length;
    this.index.clear();
  }

  rewardOf(outcome: number): number {
    return this.reward.at(outcome);
  }

  states(): Int32Array {
    return this.reached.finish();
  }

  /** A scan while there are few outcomes, an index from the ninth on. */
  private find(state: number, reward: number): number {
    const { length } = this;
    if (length - this.first <= 8) {
      for (let o = this.first; o < length; o++) {
        if (this.reached.at(o) === state && this.reward.at(o) === reward) return o;
      }
      return -1;
    }
    if (this.index.size === 0) for (let o = this.first; o < length; o++) this.remember(o);
    const found = this.index.get(state)?.get(reward);
    if (found === undefined) this.remember(length, state, reward);
    return found ?? -1;
  }

  private remember(outcome: number, state = this.reached.at(outcome), reward = this.reward.at(outcome)): void {
    let byReward = this.index.get(state);
    if (byReward === undefined) {
      byReward = new Map();
      this.index.set(state, byReward);
    }
    byReward.set(reward, outcome);
  }
}
