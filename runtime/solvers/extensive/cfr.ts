/**
 * Counterfactual regret minimisation on the sequence form: no tree is walked, an iteration of one agent is one sparse product (the
 * counterfactual values of its sequences, weighted by the reach of chance and of the other) and two passes over its information sets.
 *
 *   R(h, a) += u(h, a) - sum_b sigma(h, b) u(h, b),   sigma(h, a) ~ max(0, R(h, a))        (Zinkevich et al. 2007, eq. 7 and 8)
 *
 * The average strategy is weighted by own reach and by a power of the number of the iteration.
 */
import type { SweepingMethod } from '../regret-methods.ts';
import type { PlanSpace, SequenceForm } from './form.ts';
import { generateIterations, type Iterations, isSmall } from './generated.ts';
import { gains, gradient, strategyOf } from './response.ts';

export interface Scheme {
  /** As written after `by`. */
  readonly method: SweepingMethod;
  /** One agent after the other, the second against what the first has just become; or both against the strategies before. */
  readonly alternating: boolean;
  /** Regrets never fall below zero (regret matching+, Tammelin 2014). */
  readonly floor: boolean;
  /** Iteration t counts t to this power in the average. */
  readonly averaging: 0 | 1 | 2;
  /**
   * After iteration t, positive regrets are multiplied by t^a / (t^a + 1), negative ones by t^b / (t^b + 1) (Brown and Sandholm 2019):
   * `linear` a = b = 1, `discounted` a = 3/2, b = 0.
   */
  readonly discount: 'none' | 'linear' | 'discounted';
  /** Plays as if the last regrets came once more (Farina, Kroer and Sandholm 2021). */
  readonly predictive: boolean;
}

const plain: Scheme = {
  method: 'cfr',
  alternating: true,
  floor: false,
  averaging: 0,
  discount: 'none',
  predictive: false,
};

export const schemes: readonly Scheme[] = [
  plain,
  { ...plain, method: 'simultaneous_cfr', alternating: false },
  { ...plain, method: 'cfr_plus', floor: true, averaging: 1 },
  { ...plain, method: 'linear_cfr', averaging: 1, discount: 'linear' },
  { ...plain, method: 'discounted_cfr', averaging: 2, discount: 'discounted' },
  { ...plain, method: 'predictive_cfr_plus', floor: true, averaging: 2, predictive: true },
];

/** What one agent has learned, by sequences. */
class Minimiser {
  readonly space: PlanSpace;
  readonly strategy: Float64Array;
  /** Reach of the own sequences under the current strategy. */
  readonly plan: Float64Array;
  readonly regret: Float64Array;
  readonly average: Float64Array;
  /** During an iteration the values of the sequences, afterwards their regrets in it. */
  readonly last: Float64Array;
  readonly #scheme: Scheme;

  constructor(space: PlanSpace, scheme: Scheme) {
    this.space = space;
    this.#scheme = scheme;
    this.strategy = new Float64Array(space.sequences);
    this.plan = new Float64Array(space.sequences);
    this.regret = new Float64Array(space.sequences);
    this.average = new Float64Array(space.sequences);
    this.last = new Float64Array(space.sequences);
    this.#match();
  }

  /** Adds the current strategy to the average and the regrets against the other's plan; the strategy stays as it is. */
  observe(form: SequenceForm, agent: 0 | 1, otherPlan: Float64Array, t: number): void {
    const { plan, average, regret, strategy, space } = this;
    const { averaging, floor, discount } = this.#scheme;
    const weight = averaging === 0 ? 1 : averaging === 1 ? t : t * t;
    for (let s = 0; s < plan.length; s++) average[s] = (average[s] as number) + weight * (plan[s] as number);
    const values = this.last;
    gradient(form.rows[agent], otherPlan, values);
    const power = discount === 'linear' ? t : t * Math.sqrt(t);
    const gained = discount === 'none' ? 1 : power / (power + 1);
    const lost = discount === 'none' ? 1 : discount === 'linear' ? gained : 0.5;
    const { parent, first, count } = space;
    for (let h = space.sets - 1; h >= 0; h--) {
      const from = first[h] as number;
      const to = from + (count[h] as number);
      let value = 0;
      for (let s = from; s < to; s++) value += (strategy[s] as number) * (values[s] as number);
      for (let s = from; s < to; s++) {
        let total = (regret[s] as number) + (values[s] as number) - value;
        if (floor) total = total > 0 ? total : 0;
        else if (discount !== 'none') total *= total > 0 ? gained : lost;
        regret[s] = total;
        // What is left here is the regret of this iteration, the prediction for the next.
        values[s] = (values[s] as number) - value;
      }
      const before = parent[h] as number;
      values[before] = (values[before] as number) + value;
    }
  }

  /** The next strategy, and its plan. */
  advance(): void {
    this.#match();
  }

  #match(): void {
    const { regret, strategy, plan, space } = this;
    const values = this.last;
    const predictive = this.#scheme.predictive;
    const { parent, first, count } = space;
    plan[0] = 1;
    for (let h = 0; h < space.sets; h++) {
      const from = first[h] as number;
      const to = from + (count[h] as number);
      let sum = 0;
      for (let s = from; s < to; s++) {
        const r = predictive ? (regret[s] as number) + (values[s] as number) : (regret[s] as number);
        const positive = r > 0 ? r : 0;
        strategy[s] = positive;
        sum += positive;
      }
      const reach = plan[parent[h] as number] as number;
      const share = sum > 0 ? 1 / sum : 0;
      const rest = sum > 0 ? 0 : 1 / (to - from);
      for (let s = from; s < to; s++) {
        const p = (strategy[s] as number) * share + rest;
        strategy[s] = p;
        plan[s] = reach * p;
      }
    }
  }
}

/** A run of one scheme. Strategies start uniform. */
export class Cfr {
  iterations = 0;
  readonly #form: SequenceForm;
  readonly #scheme: Scheme;
  readonly #agents: readonly [Minimiser, Minimiser];
  readonly #generated: Iterations | undefined;

  /** @param generate false keeps to the loops; otherwise small games get code of their own, which computes the same */
  constructor(form: SequenceForm, scheme: Scheme, generate = true) {
    this.#generated = generate && isSmall(form) ? generateIterations(form, scheme) : undefined;
    this.#form = form;
    this.#scheme = scheme;
    this.#agents = [new Minimiser(form.spaces[0], scheme), new Minimiser(form.spaces[1], scheme)];
  }

  run(iterations: number): void {
    if (this.#generated === undefined) {
      for (let k = 0; k < iterations; k++) this.#step();
      return;
    }
    const from = this.iterations + 1;
    this.iterations += iterations;
    this.#generated(this.#agents[0], this.#agents[1], from, this.iterations);
  }

  #step(): void {
    const t = ++this.iterations;
    const [first, second] = this.#agents;
    first.observe(this.#form, 0, second.plan, t);
    if (this.#scheme.alternating) first.advance();
    second.observe(this.#form, 1, first.plan, t);
    if (!this.#scheme.alternating) first.advance();
    second.advance();
  }

  /** The average strategies so far, by sequences; uniform before the first iteration. */
  average(): readonly [Float64Array, Float64Array] {
    const [first, second] = this.#agents;
    return [strategyOf(first.space, first.average), strategyOf(second.space, second.average)];
  }

  /** What either agent could gain against the average strategies. */
  nashConv(): number {
    const plans = this.#agents.map(({ space, average }) => scaled(space, average)) as [Float64Array, Float64Array];
    return gains(this.#form, plans).nashConv;
  }
}

/** Sums of plans as a plan; nothing is reached where nothing was. */
function scaled(space: PlanSpace, sums: Float64Array): Float64Array {
  const total = sums[0] as number;
  if (total > 0) return sums.map(x => x / total);
  const plan = new Float64Array(space.sequences);
  plan[0] = 1;
  return plan;
}
