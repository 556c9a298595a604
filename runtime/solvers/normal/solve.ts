/** Chooses among the solvers of games of one step beyond the first ones. */
import { Rational } from '../../games/rational.ts';
import type { Objective } from '../../verify/claim.ts';
import { isExact, type Num, toFloat } from '../../verify/number.ts';
import { type Concept, type Found, isRefusal, type Refusal, type SolveContext } from '../answer.ts';
import { parseObjective } from '../correlated.ts';
import type { NormalForm } from '../normal-form.ts';
import { solveAlphaRank } from './alpha-rank.ts';
import { solveDynamics } from './dynamics.ts';
import { isDynamics } from './methods.ts';
import { solveQuantalResponse } from './quantal-response.ts';
import { solveEpsilon, solveFairness, solvePayoffDominance, solveRiskDominance } from './selection.ts';
import { solveStability } from './stability.ts';
import { solveStackelberg } from './stackelberg.ts';

export type NormalConcept = Exclude<
  Concept,
  | 'pure'
  | 'dominance'
  | 'minimax'
  | 'correlated'
  | 'coarse_correlated'
  | 'extensive_correlated'
  | 'extensive_coarse_correlated'
  | 'welfare'
  | 'pareto'
  | 'optimal'
  | 'nash'
  | 'friend'
  | 'foe'
  | 'decentralised'
  | 'mean_field'
>;

export function solveNormal(
  form: NormalForm,
  concept: NormalConcept,
  method: string | undefined,
  maximizing: string | undefined,
  ctx: SolveContext,
): Promise<Found | Refusal> | Found | Refusal {
  switch (concept) {
    case 'fairness':
      return solveFairness(form, method === 'nash_product' ? 'nash_product' : 'leximin', ctx);
    case 'payoff_dominant':
      return solvePayoffDominance(form, ctx);
    case 'risk_dominant':
      return solveRiskDominance(form, ctx);
    case 'epsilon_nash':
      return solveEpsilon(form, ctx.epsilon, ctx);
    case 'evolutionarily_stable':
      return solveStability(form, ctx);
    case 'stackelberg': {
      const leader = maximizing === undefined ? 0 : form.agents.indexOf(maximizing);
      return leader < 0
        ? {
            refused: `no agent is called \`${maximizing}\` to lead`,
            remedy: `write \`maximizing\` and one of ${form.agents.join(', ')}`,
          }
        : solveStackelberg(form, leader, ctx);
    }
    case 'quantal_response':
      return solveQuantalResponse(form, ctx);
    case 'alpha_rank':
      return solveAlphaRank(form, ctx);
    case 'dynamics':
      return solveDynamics(form, method !== undefined && isDynamics(method) ? method : 'fictitious_play', ctx);
  }
}

/**
 * The best of the equilibria found. Over a convex set of equilibria of a two-agent game each payoff depends on the other's strategy alone and is
 * linear in it, so that extreme equilibria suffice for sums, for one agent and for the least payoff.
 */
export function selected(
  found: Found | Refusal,
  maximizing: string | undefined,
  agents: readonly string[],
): Found | Refusal {
  if (maximizing === undefined || isRefusal(found) || found.solution.kind !== 'profiles') return found;
  const objective = parseObjective(maximizing, agents);
  if (isRefusal(objective)) return objective;
  if (objective.kind === 'entropy')
    return { refused: '`nash` has no objective `entropy`', remedy: 'write `correlated of ... maximizing entropy`' };
  const { profiles } = found.solution;
  const worths = (found.profileValues ?? []).map(values => worthOf(objective, values));
  const [first] = worths;
  if (first === undefined) return found;
  const best = worths.reduce((most, worth) => (compare(worth, most) > 0 ? worth : most), first);
  const kept = worths.flatMap((worth, k) => (compare(worth, best) === 0 ? [k] : []));
  const keep = <T>(list: readonly T[] | undefined): readonly T[] | undefined => list && kept.map(k => list[k] as T);
  const { components: _, ...rest } = found;
  const remarks = keep(found.remarks);
  const profileValues = keep(found.profileValues) ?? [];
  const every = found.completeness === 'all-proved';
  return {
    ...rest,
    note: `the best of ${profiles.length} ${every ? 'extreme equilibria, all there are' : 'equilibria that were found'}`,
    solution: { kind: 'profiles', profiles: kept.map(k => profiles[k] as (typeof profiles)[number]) },
    values: profileValues[0],
    profileValues,
    ...(remarks === undefined ? {} : { remarks }),
    objective: { of: objective, value: best },
    completeness: every && kept.length === 1 ? 'one' : 'some',
    warnings: every ? found.warnings : [...found.warnings, 'not all equilibria were found; a better one may exist'],
  };
}

function worthOf(objective: Objective, values: readonly Num[]): Num {
  const sum = (): Num =>
    values.every(isExact)
      ? (values as readonly Rational[]).reduce((total, x) => total.add(x), Rational.zero)
      : values.reduce((total: number, x) => total + toFloat(x), 0);
  switch (objective.kind) {
    case 'agent':
      return values[objective.agent] as Num;
    case 'egalitarian':
      return values.reduce((least, x) => (compare(x, least) < 0 ? x : least));
    case 'social_cost': {
      const total = sum();
      return typeof total === 'number' ? -total : total.neg();
    }
    default:
      return sum();
  }
}

function compare(a: Num, b: Num): number {
  return isExact(a) && isExact(b) ? a.compare(b) : toFloat(a) - toFloat(b);
}
