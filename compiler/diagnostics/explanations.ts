/** What `marl explain CODE` says: why each rule of `rules.ts` holds, a small program that breaks it, and the same repaired. */
import type { Explanation } from './explanations/base.ts';
import { flow } from './explanations/flow.ts';
import { games, ranges } from './explanations/games.ts';
import { learning } from './explanations/learning.ts';
import { mixers } from './explanations/mixers.ts';
import { names, types } from './explanations/names.ts';
import { networks } from './explanations/networks.ts';
import { strict } from './explanations/strict.ts';
import { type RuleName, rules } from './rules.ts';

export type { Explanation } from './explanations/base.ts';

/** A rule without an explanation, or the other way round, does not compile. */
export const explanations: Readonly<Record<RuleName, Explanation>> = {
  ...names,
  ...types,
  ...ranges,
  ...games,
  ...learning,
  ...networks,
  ...mixers,
  ...flow,
  ...strict,
};

/** The explanation of a rule by its code (`M0201`) or name (`unknown-name`). */
export function explanationOf(
  code: string,
): (Explanation & { readonly code: string; readonly name: RuleName }) | undefined {
  for (const name of Object.keys(rules) as RuleName[])
    if (rules[name].code === code.toUpperCase() || name === code)
      return { code: rules[name].code, name, ...explanations[name] };
  return undefined;
}
