/** A training whose numbers are none any more: found before it overwrites what was good. */
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

/** The sentence for a training that cannot go on. The last checkpoint was written before, and stays. */
export function divergedText(
  step: number,
  arrays: Arrays,
  statistic?: { readonly name: string; readonly value: number },
): string {
  const tensor = oddTensor(arrays);
  const facts = [
    ...(statistic === undefined ? [] : [`${statistic.name} is ${statistic.value}`]),
    ...(tensor === undefined ? [] : [`the tensor ${tensor.name} holds ${tensor.value}`]),
  ];
  return `learning has diverged by step ${step}: ${facts.join(', and ')}; lower the learning rate or clip the gradient`;
}
