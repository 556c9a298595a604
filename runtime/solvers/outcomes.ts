/** Outcomes that are best for all together (welfare) and outcomes that none dominates (Pareto). */
import type { Rational } from '../games/rational.ts';
import { rationals, showNum } from '../verify/number.ts';
import { expired, type Found, type SolveContext } from './answer.ts';
import { choicesOf, type NormalForm, rationalPayoffs } from './normal-form.ts';
import { payoffsAt } from './pure.ts';

/** Every profile with the greatest sum of payoffs. */
export function solveWelfare(form: NormalForm): Found {
  const n = form.agents.length;
  const payoffs = rationalPayoffs(form);
  let best = rationals.zero;
  let profiles: number[] = [];
  for (let profile = 0; profile < form.size; profile++) {
    let sum = rationals.zero;
    for (let i = 0; i < n; i++) sum = rationals.add(sum, payoffs[profile * n + i] as typeof sum);
    const order = profiles.length === 0 ? 1 : sum.compare(best);
    if (order > 0) {
      best = sum;
      profiles = [profile];
    } else if (order === 0) profiles.push(profile);
  }
  return outcomes(
    form,
    'welfare',
    profiles,
    `the greatest sum of payoffs over all ${form.size} profiles is ${form.exact === undefined ? best.toNumber() : showNum(best, 12)}`,
  );
}

/** Every pure profile that no other makes better for some agent and worse for none. */
export function solvePareto(form: NormalForm, ctx: SolveContext): Found {
  const n = form.agents.length;
  const { payoff, exact } = form;
  const at = (profile: number, i: number, other: number) =>
    exact === undefined
      ? (payoff[profile * n + i] as number) - (payoff[other * n + i] as number)
      : (exact[profile * n + i] as Rational).compare(exact[other * n + i] as Rational);
  // Only profiles that are undominated so far need to be compared with a new one: dominance is transitive.
  let front: number[] = [];
  let complete = true;
  for (let profile = 0; profile < form.size; profile++) {
    if (profile % 1024 === 1023 && expired(ctx)) {
      complete = false;
      break;
    }
    const relation = (other: number): { better: boolean; worse: boolean } => {
      let better = false;
      let worse = false;
      for (let i = 0; i < n; i++) {
        const sign = at(profile, i, other);
        if (sign > 0) better = true;
        if (sign < 0) worse = true;
      }
      return { better, worse };
    };
    const relations = front.map(relation);
    if (relations.some(r => r.worse && !r.better)) continue;
    front = front.filter((_, k) => !(relations[k]?.better === true && relations[k]?.worse === false));
    front.push(profile);
  }
  const found = outcomes(form, 'pareto', front, `${front.length} of ${form.size} pure profiles are undominated`);
  return complete
    ? found
    : {
        ...found,
        completeness: 'some',
        warnings: ['stopped at the time limit; profiles not reached may dominate those listed'],
      };
}

function outcomes(form: NormalForm, kind: 'welfare' | 'pareto', profiles: readonly number[], note: string): Found {
  const profileValues = profiles.map(profile => payoffsAt(form, profile));
  return {
    kind,
    method: 'enumeration',
    note,
    solution: { kind: 'outcomes', outcomes: profiles.map(profile => choicesOf(form, profile)) },
    values: profileValues[0],
    profileValues,
    completeness: 'all-proved',
    warnings: [],
  };
}
