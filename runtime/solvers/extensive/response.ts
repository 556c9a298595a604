/** Plans, best responses and exploitability on the sequence form. A plan holds the probability of each own sequence, 1 for the empty one. */
import type { PayoffRows, PlanSpace, SequenceForm } from './form.ts';

/** Expected payoff of each own sequence against a plan of the other agent: that of the ends right behind it. */
export function gradient(rows: PayoffRows, otherPlan: Float64Array, into: Float64Array): void {
  const { start, other, payoff } = rows;
  for (let r = 0; r < into.length; r++) {
    let total = 0;
    for (let k = start[r] as number, stop = start[r + 1] as number; k < stop; k++)
      total += (payoff[k] as number) * (otherPlan[other[k] as number] as number);
    into[r] = total;
  }
}

/** Greatest payoff against the other's plan. `values` (one number per sequence) is overwritten: afterwards the best that can follow. */
export function bestValue(space: PlanSpace, rows: PayoffRows, otherPlan: Float64Array, values: Float64Array): number {
  gradient(rows, otherPlan, values);
  const { parent, first, count } = space;
  for (let h = space.sets - 1; h >= 0; h--) {
    const from = first[h] as number;
    let best = values[from] as number;
    for (let s = from + 1; s < from + (count[h] as number); s++) best = Math.max(best, values[s] as number);
    const before = parent[h] as number;
    values[before] = (values[before] as number) + best;
  }
  return values[0] as number;
}

/** Expected payoff of two plans to the agent whose rows these are. */
export function planValue(rows: PayoffRows, plan: Float64Array, otherPlan: Float64Array): number {
  const { start, other, payoff } = rows;
  let value = 0;
  for (let r = 0; r < plan.length; r++) {
    let total = 0;
    for (let k = start[r] as number; k < (start[r + 1] as number); k++)
      total += (payoff[k] as number) * (otherPlan[other[k] as number] as number);
    value += total * (plan[r] as number);
  }
  return value;
}

/** What each agent could still gain, and the payoffs: NashConv is the sum of the gains, exploitability half of it. */
export function gains(
  form: SequenceForm,
  plans: readonly [Float64Array, Float64Array],
): {
  readonly values: readonly [number, number];
  readonly gains: readonly [number, number];
  readonly nashConv: number;
} {
  const of = (agent: 0 | 1): readonly [number, number] => {
    const other = agent === 0 ? 1 : 0;
    const scratch = new Float64Array(form.spaces[agent].sequences);
    const best = bestValue(form.spaces[agent], form.rows[agent], plans[other], scratch);
    return [planValue(form.rows[agent], plans[agent], plans[other]), best];
  };
  const [[u, bestU], [v, bestV]] = [of(0), of(1)];
  const found = [Math.max(0, bestU - u), Math.max(0, bestV - v)] as const;
  return { values: [u, v], gains: found, nashConv: found[0] + found[1] };
}

/** Probabilities of the choices of every information set, by sequences, as a plan. */
export function planOf(
  space: PlanSpace,
  strategy: Float64Array,
  into = new Float64Array(space.sequences),
): Float64Array {
  into[0] = 1;
  const { parent, first, count } = space;
  for (let h = 0; h < space.sets; h++) {
    const reach = into[parent[h] as number] as number;
    const from = first[h] as number;
    for (let s = from; s < from + (count[h] as number); s++) into[s] = reach * (strategy[s] as number);
  }
  return into;
}

/** The other way round, from weights of sequences of any scale; uniform where an information set has none. */
export function strategyOf(space: PlanSpace, weights: ArrayLike<number>): Float64Array {
  const strategy = new Float64Array(space.sequences);
  const { first, count } = space;
  for (let h = 0; h < space.sets; h++) {
    const from = first[h] as number;
    const size = count[h] as number;
    let sum = 0;
    for (let s = from; s < from + size; s++) sum += Math.max(0, weights[s] as number);
    for (let s = from; s < from + size; s++) strategy[s] = sum > 0 ? Math.max(0, weights[s] as number) / sum : 1 / size;
  }
  return strategy;
}
