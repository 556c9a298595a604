/** Nash equilibria: minimax where it applies, all extreme equilibria for two agents, pure ones for more, and one that mixes where there are none. */
import type { Num } from '../verify/number.ts';
import { expired, type Found, isRefusal, type Refusal, type SolveContext } from './answer.ts';
import { solveMinimax } from './minimax.ts';
import { bilinear, matricesOf } from './normal/bimatrix.ts';
import { solveLemkeHowson } from './normal/lemke-howson.ts';
import { solveByHomotopy } from './normal/quantal-response.ts';
import { solveBySupports } from './normal/supports.ts';
import { type NormalForm, rationalPayoffs } from './normal-form.ts';
import { solvePure } from './pure.ts';
import { extremeEquilibria, mostChoices } from './vertices.ts';

/** Bases looked at before the enumeration gives up without a deadline. */
const mostBases = 400_000;

export async function solveNash(form: NormalForm, ctx: SolveContext): Promise<Found | Refusal> {
  if (form.agents.length === 2) {
    if (form.constantSum !== undefined) return solveMinimax(form, ctx);
    if ((form.counts[0] as number) + (form.counts[1] as number) <= mostChoices) return solveByVertices(form, ctx);
  }
  const pure = solvePureNash(form, ctx);
  return pure.completeness === 'none-found' && !expired(ctx) ? (oneMixed(form, ctx) ?? pure) : pure;
}

/** As many equilibria as can be found, to choose among them. */
export function solveManyNash(form: NormalForm, ctx: SolveContext): Found | Refusal {
  if (form.agents.length !== 2) return solveBySupports(form, ctx);
  const few = (form.counts[0] as number) + (form.counts[1] as number) <= mostChoices;
  return few ? solveByVertices(form, ctx) : solveLemkeHowson(form, ctx);
}

/** No pure equilibrium: one that mixes, by pivoting or at the end of the logit branch, else on small supports. */
function oneMixed(form: NormalForm, ctx: SolveContext): Found | undefined {
  const ways =
    form.agents.length === 2
      ? [() => solveLemkeHowson(form, ctx, true)]
      : [() => solveByHomotopy(form, ctx), () => solveBySupports(form, ctx, 1)];
  for (const way of ways) {
    const found = way();
    if (
      !isRefusal(found) &&
      found.completeness !== 'none-found' &&
      !found.warnings.some(text => text.includes('end of the branch'))
    )
      return { ...found, note: `no pure equilibrium; ${found.note}`, completeness: 'one' };
  }
  return undefined;
}

/** The pure equilibria as a part of all: the list is complete for pure profiles and claims nothing about mixed ones. */
export function solvePureNash(form: NormalForm, ctx: SolveContext): Found {
  const found = solvePure(form, ctx);
  const none = found.solution.kind === 'profiles' && found.solution.profiles.length === 0;
  const why =
    form.agents.length === 2
      ? `only pure equilibria were looked for (mixed ones are listed up to ${mostChoices} actions of both agents together)`
      : `only pure equilibria were looked for (mixed ones are listed for two agents; ${form.name} has ${form.agents.length})`;
  return {
    ...found,
    method: 'pure',
    completeness: none ? 'none-found' : 'some',
    warnings: [...found.warnings, none ? `${why}: there is none, so every equilibrium mixes` : why],
  };
}

export function solveByVertices(form: NormalForm, ctx: SolveContext): Found | Refusal {
  if (form.agents.length !== 2)
    return {
      refused: `vertex enumeration is for two agents; ${form.name} has ${form.agents.length}`,
      remedy: 'use `pure`',
    };
  const [m, n] = form.counts as [number, number];
  if (m + n > mostChoices)
    return {
      refused: `vertex enumeration takes up to ${mostChoices} actions of both agents together; ${form.name} has ${m + n}`,
      remedy: 'use `pure` or `correlated`',
    };
  const [a, b] = matricesOf(rationalPayoffs(form), m, n);
  let bases = 0;
  const stop = () => {
    bases++;
    if (bases % 256 === 0) ctx.onProgress?.(bases, undefined, 'bases');
    return bases > mostBases || (bases % 16 === 0 && expired(ctx));
  };
  const { equilibria, components, complete } = extremeEquilibria(a, b, m, n, stop);
  // Cut short, an enumeration may have seen nothing; the end of one path is found soon.
  const instead = complete || equilibria.length > 0 ? undefined : solveLemkeHowson(form, {}, true);
  if (instead !== undefined && !isRefusal(instead))
    return {
      ...instead,
      method: 'vertex_enumeration',
      note: 'stopped before an equilibrium was complete; the end of one path of Lemke and Howson',
      warnings: ['stopped before all vertices were seen; there may be more equilibria'],
    };
  const profileValues = equilibria.map(([x, y]): Num[] => [bilinear(a, x, y), bilinear(b, x, y)]);
  const joined = components.filter(component => component.members.length > 1);
  const warnings: string[] = [];
  if (!complete) warnings.push('stopped before all vertices were seen; there may be more equilibria');
  if (joined.some(component => !component.setsComplete))
    warnings.push('a component has too many convex sets to list them all; its extreme equilibria are complete');
  return {
    kind: 'nash',
    method: 'vertex_enumeration',
    note: `${equilibria.length} extreme ${equilibria.length === 1 ? 'equilibrium' : 'equilibria'} in ${components.length} ${components.length === 1 ? 'component' : 'components'}${joined.length > 0 ? ' (the game is degenerate)' : ''}, in fractions`,
    solution: { kind: 'profiles', profiles: equilibria },
    values: profileValues[0],
    profileValues,
    components,
    completeness: complete ? 'all-proved' : equilibria.length > 0 ? 'some' : 'none-found',
    warnings,
  };
}
