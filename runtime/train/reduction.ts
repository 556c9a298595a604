/** How the returns of several agents become the numbers that are reported. Nothing that is learned depends on it. */
import type { Reduction, TrainSpec } from './spec.ts';

/** What decides it: `report`, and where that says nothing `team reward`. */
export type Told = Pick<TrainSpec, 'teamReward' | 'report'>;

/** How `return` is made of the agents' returns. */
export function reductionOf({ teamReward, report }: Told): Reduction {
  return report?.reduction ?? (teamReward === 'sum' ? 'sum' : 'mean');
}

/** The same in words: `max over agents`. */
export function reductionText(told: Told): string {
  return `${reductionOf(told)} over agents`;
}

/** What is reported, in the words of the language: `mean over agents`, `mean per class`, `per agent`. */
export function reportText(told: Told): string {
  const per = told.report?.per ?? 'team';
  if (per === 'team') return reductionText(told);
  return per === 'agent' ? 'per agent' : `${reductionOf(told)} per class`;
}

/**
 * One number per episode from one per episode and agent (`values`, episodes x agents): the mean, sum, maximum or minimum over the agents in
 * `members`. What is averaged over episodes afterwards is the maximum of each, not the maximum of averages.
 */
export function reduced(
  reduction: Reduction,
  values: Float64Array,
  agents: number,
  members: readonly number[],
): Float64Array {
  const totals = new Float64Array(values.length / agents);
  for (let k = 0; k < totals.length; k++) totals[k] = reducedAt(reduction, values, k * agents, members);
  return totals;
}

/** The same of one episode, whose agents' returns stand in `values` from `start` on. */
export function reducedAt(
  reduction: Reduction,
  values: ArrayLike<number>,
  start: number,
  members: readonly number[],
): number {
  let sum = 0;
  let most = Number.NEGATIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  for (const i of members) {
    const value = values[start + i]!;
    sum += value;
    most = Math.max(most, value);
    least = Math.min(least, value);
  }
  if (reduction === 'sum') return sum;
  if (reduction === 'mean') return sum / members.length;
  return reduction === 'max' ? most : least;
}
