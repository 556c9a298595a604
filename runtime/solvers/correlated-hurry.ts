/** What stands in for the best correlated equilibrium where its program was given up: the best pure Nash equilibrium, which is one. */
import { Rational } from '../games/rational.ts';
import type { Objective } from '../verify/claim.ts';
import type { Num } from '../verify/number.ts';
import { weightOf } from './correlated-program.ts';
import { type NormalForm, withChoice } from './normal-form.ts';

/** Milliseconds after which no more profiles are looked at. */
const hurried = 1_500;

/** A device that always recommends it; undefined where there is none, or none was found soon enough. */
export function pureDevice(form: NormalForm, objective: Objective): readonly Num[] | undefined {
  const until = performance.now() + hurried;
  const n = form.agents.length;
  let best: { readonly profile: number; readonly worth: number } | undefined;
  for (let profile = 0; profile < form.size; profile++) {
    if (profile % 4096 === 4095 && performance.now() > until) break;
    if (!isEquilibrium(form, profile)) continue;
    const pays = form.agents.map((_, i) => form.payoff[profile * n + i] as number);
    const worth =
      objective.kind === 'egalitarian'
        ? Math.min(...pays)
        : pays.reduce((sum, pay, i) => sum + weightOf(objective, i) * pay, 0);
    if (best === undefined || worth > best.worth) best = { profile, worth };
  }
  if (best === undefined) return undefined;
  const { profile } = best;
  return Array.from(
    { length: form.size },
    (_, k): Num => (form.exact === undefined ? (k === profile ? 1 : 0) : k === profile ? Rational.one : Rational.zero),
  );
}

function isEquilibrium(form: NormalForm, profile: number): boolean {
  const n = form.agents.length;
  for (let i = 0; i < n; i++) {
    const here = form.payoff[profile * n + i] as number;
    for (let a = 0; a < (form.counts[i] as number); a++)
      if ((form.payoff[withChoice(form, profile, i, a) * n + i] as number) > here) return false;
  }
  return true;
}
