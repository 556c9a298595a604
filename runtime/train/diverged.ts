/** A training whose numbers are none any more, or beyond all bounds: found before it overwrites what was good. */
import type { Arrays } from '../learners/shared/learner.ts';

/** Statistics of learning that are not finite. */
export function oddStatistic(statistics: Readonly<Record<string, number>>): string | undefined {
  return Object.keys(statistics).find(name => !Number.isFinite(statistics[name]));
}

/** The first array of a learner with something that is not a number in it. Infinities may be meant (bounds, masks). */
export function oddTensor(arrays: Arrays): { readonly name: string; readonly value: number } | undefined {
  for (const [name, array] of arrays) {
    if (!name.startsWith('learner.') || array instanceof Int32Array || array instanceof Uint8Array) continue;
    for (let k = 0; k < array.length; k++) {
      const value = array[k] as number;
      if (Number.isNaN(value)) return { name: name.slice('learner.'.length), value };
    }
  }
  return undefined;
}

/** What bounds the returns of a training so far, and with them what its values can be. */
export interface Scale {
  /** Largest sum over the agents of the magnitudes of their rewards in a step. */
  readonly reward: number;
  readonly gamma: number;
  /** Joint steps so far. */
  readonly steps: number;
  /** Rewards are learned from in deviations from their mean. */
  readonly standardized: boolean;
  /** The largest squared error in the first line of metrics; undefined before it. */
  readonly first: number | undefined;
}

/** Statistics that are mean squares of what values are wrong by. */
const squaredErrors = ['loss', 'valueLoss', 'criticLoss'];

export function largestSquaredError(statistics: Readonly<Record<string, number>>): number {
  return Math.max(0, ...squaredErrors.map(name => statistics[name] ?? 0));
}

/**
 * A statistic that is finite, but more than 10^4 times what any estimates of the returns of this game could make it. No return is larger than
 * the largest reward R times 1 / (1 - gamma) (or times the steps played, where nothing is discounted), so estimates in that range differ
 * from their targets by at most three times that, and only estimates a hundred times too large exceed this limit. Healthy trainings
 * overestimate by small factors (van Hasselt et al. 2018 call what leaves the range once "soft divergence"). Networks may also start
 * far off, where observations are large and rewards small: what the first line of metrics said is allowed for likewise, and nothing is
 * judged before it. Standardised rewards are at most the square root of their number: one of N deviates by no more.
 */
export function explodedStatistic(
  statistics: Readonly<Record<string, number>>,
  { reward, gamma, steps, standardized, first }: Scale,
): string | undefined {
  if (first === undefined) return undefined;
  const unit = standardized ? Math.sqrt(steps) : reward;
  const error = Math.max(1, 3 * unit * (gamma < 1 ? Math.min(steps, 1 / (1 - gamma)) : steps));
  const most = 1e4 * Math.max(error * error, first);
  return squaredErrors.find(name => (statistics[name] ?? 0) > most);
}

/** The tensor with the largest number in it, moments of optimisers aside: `online/mixer/w1`. */
export function largestTensor(arrays: Arrays): { readonly name: string; readonly value: number } | undefined {
  let largest: { readonly name: string; readonly value: number } | undefined;
  for (const [name, array] of arrays) {
    if (!name.startsWith(tensors) || /optimizer/i.test(name)) continue;
    for (let k = 0; k < array.length; k++) {
      const value = array[k] as number;
      if (largest === undefined || Math.abs(value) > Math.abs(largest.value))
        largest = { name: name.slice(tensors.length), value };
    }
  }
  return largest;
}

const tensors = 'learner.tensor.';

/** The sentence for a training that cannot go on. The last checkpoint was written before, and stays. */
export function divergedText(
  step: number,
  arrays: Arrays,
  statistic?: { readonly name: string; readonly value: number },
): string {
  const odd = oddTensor(arrays);
  const largest = odd === undefined && Number.isFinite(statistic?.value) ? largestTensor(arrays) : undefined;
  const facts = [
    ...(statistic === undefined ? [] : [`${statistic.name} is ${shortly(statistic.value)}`]),
    ...(largest === undefined ? [] : ['more than estimates of any return of this game can be wrong by']),
    ...(odd === undefined ? [] : [`the tensor ${odd.name} holds ${odd.value}`]),
    ...(largest === undefined
      ? []
      : [`the tensor ${largest.name} holds the largest number, ${shortly(largest.value)}`]),
  ];
  const said = facts.length < 3 ? facts.join(', and ') : `${facts[0]}, ${facts[1]}, and ${facts[2]}`;
  return `learning has diverged by step ${step}: ${said}; lower the learning rate or clip the gradient`;
}

function shortly(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}
