/** Names people mix up in this field, beyond slips of the finger. */
const confusables: readonly (readonly string[])[] = [
  ['sum', 'mean', 'total'],
  ['obs', 'observe', 'observation'],
  ['reward', 'payoff', 'utility'],
  ['lr', 'alpha', 'learning_rate', 'step_size'],
  ['gamma', 'discount'],
  ['eps', 'epsilon', 'explore', 'exploration'],
  ['len', 'length', 'size', 'count'],
  ['IQL', 'QLearning', 'IndependentQ', 'IndependentQLearning'],
  ['welfare', 'utilitarian'],
  ['egalitarian', 'maxmin', 'max_min'],
  ['minimax', 'maximin', 'zero_sum'],
  ['common_reward', 'common', 'cooperative', 'team'],
  ['nash', 'ne', 'nash_equilibrium', 'nash_equilibria', 'mixed_nash', 'equilibrium'],
  ['pure', 'pure_nash', 'pure_equilibrium', 'pure_nash_equilibrium'],
  ['epsilon_nash', 'approximate_nash', 'epsilon_equilibrium'],
  ['correlated', 'ce', 'correlated_equilibrium'],
  ['coarse_correlated', 'cce', 'coarse_correlated_equilibrium'],
  ['stackelberg', 'stackelberg_equilibrium', 'leader'],
  ['quantal_response', 'qre', 'quantal_response_equilibrium', 'logit'],
  ['evolutionarily_stable', 'ess', 'evolutionary_stable_strategy'],
  ['mean_field', 'mfe', 'mfg', 'mean_field_equilibrium'],
  ['linear_program', 'lp', 'linear_programming'],
  ['bool', 'boolean'],
  ['real', 'float', 'double', 'number'],
  ['int', 'integer'],
];

const maxCandidates = 2000;
const maxLength = 200;

/** The candidate a writer most likely meant: case first, then the field's confusables, then edit distance. */
export function suggest(name: string, candidates: Iterable<string>): string | undefined {
  const lower = name.toLowerCase();
  const known = [...new Set(candidates)].filter(c => c !== name);
  // Among thousands of names something is always near, and a file with thousands of mistakes would be compared for minutes.
  if (known.length > maxCandidates || name.length > maxLength)
    return known.find(c => c.length === name.length && c.toLowerCase() === lower);
  const bare = (s: string) => s.toLowerCase().replaceAll('_', '');
  const sameCase = known.find(c => c.toLowerCase() === lower) ?? known.find(c => bare(c) === bare(name));
  if (sameCase !== undefined) return sameCase;
  for (const group of confusables) {
    if (!group.some(word => word.toLowerCase() === lower)) continue;
    const hit = known.find(c => group.some(word => word.toLowerCase() === c.toLowerCase()));
    if (hit !== undefined) return hit;
  }
  const limit = name.length <= 3 ? 1 : name.length <= 6 ? 2 : 3;
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    const distance = editDistance(lower, candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = candidate;
    }
  }
  // A short name is not "close" to everything of its own length.
  return best !== undefined && bestDistance < name.length ? best : undefined;
}

/** Insertions, deletions, substitutions and swaps of neighbours; stops early above `limit`. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let value = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        value = Math.min(value, (before[j - 2] as number) + 1);
      next.push(value);
    }
    before = row;
    row = next;
  }
  return row[b.length] as number;
}

/** `1 cell`, `2 cells`. */
export function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
