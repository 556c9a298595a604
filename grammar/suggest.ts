/** Words people mean when they write others. */

/** What other languages call it. */
const foreignWords: ReadonlyMap<string, string> = new Map([
  ['def', 'fn'],
  ['func', 'fn'],
  ['function', 'fn'],
  ['fun', 'fn'],
  ['const', 'let'],
  ['var', 'let'],
  ['val', 'let'],
  ['struct', 'record'],
  ['class', 'record'],
  ['type', 'record'],
  ['players', 'agents'],
  ['player', 'agents'],
  ['agent', 'agents'],
  ['moves', 'actions'],
  ['action', 'actions'],
  ['start', 'init'],
  ['initial', 'init'],
  ['transition', 'step'],
  ['max_steps', 'horizon'],
  ['episode_limit', 'horizon'],
  ['time_limit', 'horizon'],
  ['dynamics', 'step'],
  ['update', 'step'],
  ['rewards', 'reward'],
  ['utility', 'reward'],
  ['payoffs', 'payoff'],
  ['matrix', 'payoff'],
  ['obs', 'observe'],
  ['observation', 'observe'],
  ['observations', 'observe'],
  ['done', 'end'],
  ['terminal', 'end'],
  ['terminate', 'end'],
  ['gamma', 'discount'],
  ['episode', 'horizon'],
  ['seed', 'seeds'],
  ['eval', 'evaluate'],
  ['learner', 'algorithm'],
  ['workers', 'envs'],
  ['use', 'import'],
  ['from', 'import'],
  ['include', 'import'],
  ['check', 'assert'],
]);

/** The candidate that was probably meant: same letters in another case, a known synonym, or the fewest changed letters. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  if (candidates.includes(lower)) return lower;
  const synonym = foreignWords.get(lower);
  if (synonym !== undefined && candidates.includes(synonym)) return synonym;
  const limit = Math.max(1, Math.floor(lower.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    const distance = editDistance(lower, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 5) return 6;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
