/** Pure Nash equilibria of games with any number of agents, by testing every profile. */
import type { Rational } from '../games/rational.ts';
import { type Num, rationals } from '../verify/number.ts';
import { expired, type Found, type SolveContext } from './answer.ts';
import { choicesOf, type NormalForm, payoffScale, withChoice } from './normal-form.ts';

/** Profile numbers of all pure equilibria, ascending; `complete` is false when the deadline cut the search short. */
export function pureEquilibria(
  form: NormalForm,
  ctx: SolveContext,
): { readonly profiles: readonly number[]; readonly complete: boolean } {
  const n = form.agents.length;
  const slack = 1e-12 * payoffScale(form);
  const profiles: number[] = [];
  for (let profile = 0; profile < form.size; profile++) {
    if (profile % 8192 === 8191) {
      if (expired(ctx)) return { profiles, complete: false };
      ctx.onProgress?.(profile, form.size, 'profiles');
    }
    let stable = true;
    for (let i = 0; i < n && stable; i++)
      for (let a = 0; a < (form.counts[i] as number) && stable; a++) {
        const other = withChoice(form, profile, i, a);
        if (form.exact === undefined)
          stable = (form.payoff[other * n + i] as number) <= (form.payoff[profile * n + i] as number) + slack;
        else stable = (form.exact[other * n + i] as Rational).compare(form.exact[profile * n + i] as Rational) <= 0;
      }
    if (stable) profiles.push(profile);
  }
  return { profiles, complete: true };
}

/** Probabilities one and zero, as fractions, for a list of choices. */
export function pureProfile(counts: readonly number[], choices: readonly number[]): Num[][] {
  return counts.map((count, i) =>
    Array.from({ length: count }, (_, a) => (a === choices[i] ? rationals.one : rationals.zero)),
  );
}

export function payoffsAt(form: NormalForm, profile: number): Num[] {
  const n = form.agents.length;
  return form.agents.map((_, i) => form.exact?.[profile * n + i] ?? (form.payoff[profile * n + i] as number));
}

export function solvePure(form: NormalForm, ctx: SolveContext): Found {
  const { profiles, complete } = pureEquilibria(form, ctx);
  const profileValues = profiles.map(profile => payoffsAt(form, profile));
  return {
    kind: 'nash',
    method: 'enumeration',
    note: `all ${form.size} pure profiles tested`,
    solution: {
      kind: 'profiles',
      profiles: profiles.map(profile => pureProfile(form.counts, choicesOf(form, profile))),
    },
    values: profileValues[0],
    profileValues,
    completeness: complete
      ? profiles.length > 0
        ? 'all-proved'
        : 'none-proved'
      : profiles.length > 0
        ? 'some'
        : 'none-found',
    warnings: complete ? [] : ['stopped at the time limit; the profiles not reached may hold more equilibria'],
  };
}
