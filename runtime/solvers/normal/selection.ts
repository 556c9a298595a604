/** Outcomes and equilibria singled out by a criterion: fairness, payoff and risk dominance, pure epsilon-equilibria. */
import { Rational } from '../../games/rational.ts';
import { type Num, toFloat } from '../../verify/number.ts';
import { expired, type Found, type Refusal, type SolveContext, stopped } from '../answer.ts';
import { choicesOf, type NormalForm, rationalPayoffs, withChoice } from '../normal-form.ts';
import { payoffsAt, pureEquilibria, pureProfile } from '../pure.ts';

/**
 * The fairest pure outcomes. `leximin` (Sen 1970): the greatest least payoff, then the greatest second least, and so on. `nash_product`
 * (Nash 1950): the greatest product of what each agent gets above what it can secure alone by one action; outcomes below that for
 * anybody do not count.
 */
export function solveFairness(form: NormalForm, how: 'leximin' | 'nash_product', ctx: SolveContext): Found | Refusal {
  const n = form.agents.length;
  const payoffs = rationalPayoffs(form);
  const secure = how === 'nash_product' ? securityLevels(form, payoffs) : [];
  let best: readonly Rational[] | undefined;
  let profiles: number[] = [];
  for (let profile = 0; profile < form.size; profile++) {
    if (profile % 4096 === 4095 && expired(ctx)) return stopped;
    const own = payoffs.slice(profile * n, profile * n + n);
    let key: readonly Rational[];
    if (how === 'leximin') key = own.sort((x, y) => x.compare(y));
    else {
      const above = own.map((x, i) => x.sub(secure[i] as Rational));
      if (above.some(x => x.sign < 0)) continue;
      key = [above.reduce((product, x) => product.mul(x), Rational.one)];
    }
    const order = best === undefined ? 1 : compareLists(key, best);
    if (order > 0) {
      best = key;
      profiles = [profile];
    } else if (order === 0) profiles.push(profile);
  }
  const profileValues = profiles.map(profile => payoffsAt(form, profile));
  const text = (x: Rational): string => (form.exact === undefined ? `${x.toNumber()}` : `${x}`);
  const note =
    how === 'leximin'
      ? `the greatest least payoff is ${text(best?.[0] ?? Rational.zero)}, ties broken by the next`
      : `the greatest product of gains over what each secures alone (${form.agents.map((agent, i) => `${agent} ${text(secure[i] as Rational)}`).join(', ')}) is ${text(best?.[0] ?? Rational.zero)}`;
  return {
    kind: how,
    method: how,
    note,
    solution: { kind: 'outcomes', outcomes: profiles.map(profile => choicesOf(form, profile)) },
    values: profileValues[0],
    profileValues,
    completeness: profiles.length > 0 ? 'all-proved' : 'none-proved',
    warnings: [],
  };
}

/** The most that each agent's payoff cannot fall below if it plays one action, whatever the others do. */
function securityLevels(form: NormalForm, payoffs: readonly Rational[]): Rational[] {
  const n = form.agents.length;
  return form.counts.map((count, i) => {
    const least = new Array<Rational | undefined>(count).fill(undefined);
    for (let profile = 0; profile < form.size; profile++) {
      const choice = Math.floor(profile / (form.strides[i] as number)) % count;
      const worth = payoffs[profile * n + i] as Rational;
      const known = least[choice];
      if (known === undefined || worth.compare(known) < 0) least[choice] = worth;
    }
    return (least as Rational[]).reduce((most, x) => (x.compare(most) > 0 ? x : most));
  });
}

function compareLists(x: readonly Rational[], y: readonly Rational[]): number {
  for (let k = 0; k < x.length; k++) {
    const order = (x[k] as Rational).compare(y[k] as Rational);
    if (order !== 0) return order;
  }
  return 0;
}

/** Pure equilibria that give every agent at least what every other pure equilibrium gives it (Harsanyi and Selten 1988). */
export function solvePayoffDominance(form: NormalForm, ctx: SolveContext): Found | Refusal {
  const n = form.agents.length;
  const payoffs = rationalPayoffs(form);
  const { profiles, complete } = pureEquilibria(form, ctx);
  if (!complete) return stopped;
  const chosen = profiles.filter(profile =>
    profiles.every(other =>
      form.agents.every(
        (_, i) => (payoffs[profile * n + i] as Rational).compare(payoffs[other * n + i] as Rational) >= 0,
      ),
    ),
  );
  return pureFound(form, chosen, {
    kind: 'payoff_dominant',
    method: 'enumeration',
    note: `${chosen.length} of ${profiles.length} pure equilibria ${chosen.length === 1 ? 'is' : 'are'} best for every agent among them`,
  });
}

/**
 * Half-dominant pure equilibria (Morris, Rob and Shin 1995): each agent's action is its only best reply to every belief that gives the
 * other's at least one half. In a game of two actions each that is risk dominance (Harsanyi and Selten 1988).
 */
export function solveRiskDominance(form: NormalForm, ctx: SolveContext): Found | Refusal {
  if (form.agents.length !== 2)
    return {
      refused: `risk dominance is about two agents; ${form.name} has ${form.agents.length}`,
      remedy: 'use `payoff_dominant` or `pure`',
    };
  const payoffs = rationalPayoffs(form);
  const { profiles, complete } = pureEquilibria(form, ctx);
  if (!complete) return stopped;
  // Beliefs with at least one half on an action are mixtures of those with one half on it and one half on some action.
  const chosen = profiles.filter(profile =>
    [0, 1].every(agent => {
      const other = 1 - agent;
      const gets = (a: number, b: number): Rational =>
        payoffs[withChoice(form, withChoice(form, profile, agent, a), other, b) * 2 + agent] as Rational;
      const choices = choicesOf(form, profile);
      const [own, theirs] = [choices[agent] as number, choices[other] as number];
      for (let a = 0; a < (form.counts[agent] as number); a++) {
        if (a === own) continue;
        for (let b = 0; b < (form.counts[other] as number); b++)
          if (
            gets(own, theirs)
              .add(gets(own, b))
              .compare(gets(a, theirs).add(gets(a, b))) <= 0
          )
            return false;
      }
      return true;
    }),
  );
  return pureFound(form, chosen, {
    kind: 'risk_dominant',
    method: 'half_dominance',
    note: `${chosen.length} of ${profiles.length} pure equilibria ${chosen.length === 1 ? 'is' : 'are'} the only best reply to a belief of one half`,
  });
}

/**
 * Pure profiles in which nobody can gain more than epsilon by deviating alone; with no epsilon, those with the least such epsilon.
 * @param epsilon in payoff units, from 0.
 */
export function solveEpsilon(form: NormalForm, epsilon: number | undefined, ctx: SolveContext): Found | Refusal {
  const n = form.agents.length;
  const payoffs = rationalPayoffs(form);
  const bound = epsilon === undefined ? undefined : shortest(epsilon);
  let least: Rational | undefined;
  let profiles: number[] = [];
  for (let profile = 0; profile < form.size; profile++) {
    if (profile % 4096 === 4095 && expired(ctx)) return stopped;
    let most = Rational.zero;
    for (let i = 0; i < n; i++)
      for (let a = 0; a < (form.counts[i] as number); a++) {
        const other = withChoice(form, profile, i, a);
        const gain = (payoffs[other * n + i] as Rational).sub(payoffs[profile * n + i] as Rational);
        if (gain.compare(most) > 0) most = gain;
      }
    if (bound !== undefined) {
      if (most.compare(bound) <= 0) profiles.push(profile);
      continue;
    }
    const order = least === undefined ? -1 : most.compare(least);
    if (order < 0) {
      least = most;
      profiles = [profile];
    } else if (order === 0) profiles.push(profile);
  }
  const limit = bound ?? least ?? Rational.zero;
  const text = form.exact === undefined ? `${limit.toNumber()}` : `${limit}`;
  return {
    ...pureFound(form, profiles, {
      kind: 'epsilon_nash',
      method: 'enumeration',
      note:
        bound === undefined
          ? `the least epsilon of any pure profile is ${text}`
          : `pure profiles in which nobody gains more than ${text}, of ${form.size}`,
    }),
    // Rounded up, so that a fraction without a double near it is not missed.
    epsilon: toFloat(limit) * (1 + 2e-16),
  };
}

/** A decimal as it was written: 0.1 is one tenth. */
function shortest(value: number): Rational {
  return Rational.parse(`${value}`) ?? Rational.fromNumber(value);
}

function pureFound(
  form: NormalForm,
  profiles: readonly number[],
  about: Pick<Found, 'kind' | 'method' | 'note'>,
): Found {
  const profileValues: Num[][] = profiles.map(profile => payoffsAt(form, profile));
  return {
    ...about,
    solution: {
      kind: 'profiles',
      profiles: profiles.map(profile => pureProfile(form.counts, choicesOf(form, profile))),
    },
    values: profileValues[0],
    profileValues,
    completeness: profiles.length > 0 ? 'all-proved' : 'none-proved',
    warnings: [],
  };
}
