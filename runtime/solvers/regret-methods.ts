/** Names of the methods of regret minimisation, apart from their code: the compiler reads them, too. */

export const sweepingMethods = [
  'cfr',
  'simultaneous_cfr',
  'cfr_plus',
  'linear_cfr',
  'discounted_cfr',
  'predictive_cfr_plus',
] as const;

export const samplingMethods = ['external_sampling_cfr', 'outcome_sampling_cfr'] as const;

export type SweepingMethod = (typeof sweepingMethods)[number];
export type SamplingMethod = (typeof samplingMethods)[number];

/** Does `by` name regret minimisation over information sets? */
export function isRegretMethod(method: string): boolean {
  return [...sweepingMethods, ...samplingMethods].some(name => name === method);
}
