/** A training whose numbers are none any more, or beyond all bounds: found before it overwrites what was good. */
import type { Arrays } from '../learners/shared/learner.ts';

/** A number with its name: of a statistic of learning, or in a tensor. JSON has no word for what is no number, so that stands as text. */
export interface Finding {
  readonly name: string;
  readonly value: number | 'NaN' | 'Infinity' | '-Infinity';
}

/** What was found where learning diverged. Plain data: it stands in the files of a run. */
export interface Divergence {
  /** Joint steps by then: to the end of those in which the update was made whose numbers are none; else when it was noticed. */
  readonly step: number;
  readonly statistic: Finding | undefined;
  readonly tensor: Finding | undefined;
  /** The largest sum over the agents of the magnitudes of their rewards in a step before, where no loss can bear it. */
  readonly reward?: Finding;
  /** Why nothing else is known any more: the file that said so is damaged. */
  readonly damage?: string;
}

function finding({ name, value }: { readonly name: string; readonly value: number }): Finding {
  return { name, value: Number.isFinite(value) ? value : (`${value}` as Finding['value']) };
}

/** The first array of a learner with something that is not a number in it. Infinities may be meant (bounds, masks). */
export function oddTensor(arrays: Arrays): { readonly name: string; readonly value: number } | undefined {
  for (const [name, array] of arrays) {
    if (!name.startsWith('learner.') || array instanceof Int32Array || array instanceof Uint8Array) continue;
    for (let k = 0; k < array.length; k++) {
      const value = array[k] as number;
      if (Number.isNaN(value)) return { name: name.replace(/^learner\.(tensor\.)?/, ''), value };
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

/** Losses square what values are wrong by, in numbers up to 3.4e38: rewards beyond this alone make them none. */
const largestReward = 1e18;

/** What there is to say where learning has diverged: the statistic that tells it, if one does, and the tensor to look at. */
export function divergenceOf(
  step: number,
  arrays: Arrays,
  statistic?: { readonly name: string; readonly value: number },
  reward = 0,
): Divergence {
  const tensor = oddTensor(arrays) ?? largestTensor(arrays);
  return {
    step,
    statistic: statistic === undefined ? undefined : finding(statistic),
    tensor: tensor === undefined ? undefined : finding(tensor),
    ...(reward > largestReward ? { reward: finding({ name: 'reward', value: reward }) } : {}),
  };
}

/** `loss is Infinity, and the tensor online/mixer/w1 holds NaN` */
export function divergenceFacts({ statistic, tensor, reward, damage }: Divergence): string {
  if (damage !== undefined) return `how is not known, because ${damage}`;
  const exploded = typeof statistic?.value === 'number' && tensor?.value !== 'NaN';
  const facts = [
    ...(statistic === undefined ? [] : [`${statistic.name} is ${shortly(statistic.value)}`]),
    ...(exploded ? ['more than estimates of any return of this game can be wrong by'] : []),
    ...(tensor === undefined ? [] : [`the tensor ${tensor.name} ${held(tensor.value)}`]),
    ...(reward === undefined
      ? []
      : [`the rewards of a step came to ${shortly(reward.value)}, whose square no network can hold`]),
  ];
  return facts.length < 2 ? facts.join('') : `${facts.slice(0, -1).join(', ')}, and ${facts.at(-1)}`;
}

/** The sentence for a training that cannot go on. The last checkpoint was written before, and stays. */
export function divergedText(found: Divergence): string {
  const exactly = found.statistic !== undefined && typeof found.statistic.value !== 'number';
  const remedy = found.reward === undefined ? 'lower the learning rate or clip the gradient' : 'scale the rewards down';
  return `learning has diverged ${exactly ? 'at' : 'by'} step ${found.step}: ${divergenceFacts(found)}; ${remedy}`;
}

function held(value: Finding['value']): string {
  return typeof value === 'number' ? `holds the largest number, ${shortly(value)}` : `holds ${value}`;
}

function shortly(value: Finding['value']): string {
  return typeof value === 'number' ? `${Number(value.toPrecision(3))}` : value;
}
