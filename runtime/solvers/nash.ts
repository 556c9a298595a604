/** Nash equilibria: minimax where it applies, all extreme equilibria for two agents, pure ones for more. */
import { Rational } from '../games/rational.ts';
import type { Num } from '../verify/number.ts';
import { expired, type Found, type Refusal, type SolveContext } from './answer.ts';
import { solveMinimax } from './minimax.ts';
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
  return solvePureNash(form, ctx);
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
  const payoffs = rationalPayoffs(form);
  const of = (agent: number) => Array.from({ length: m * n }, (_, k) => payoffs[2 * k + agent] as Rational);
  const [a, b] = [of(0), of(1)];
  let bases = 0;
  const stop = () => {
    bases++;
    if (bases % 256 === 0) ctx.onProgress?.(bases, undefined, 'bases');
    return bases > mostBases || (bases % 16 === 0 && expired(ctx));
  };
  const { equilibria, components, complete } = extremeEquilibria(a, b, m, n, stop);
  const profileValues = equilibria.map(([x, y]): Num[] => [bilinear(a, x, y), bilinear(b, x, y)]);
  const joined = components.filter(component => component.length > 1);
  const warnings: string[] = [];
  if (!complete) warnings.push('stopped before all vertices were seen; there may be more equilibria');
  if (joined.length > 0)
    warnings.push(
      'the game is degenerate: equilibria of one component are joined by a continuum of equilibria, of which the extreme points are listed',
    );
  return {
    kind: 'nash',
    method: 'vertex_enumeration',
    note: `${equilibria.length} extreme ${equilibria.length === 1 ? 'equilibrium' : 'equilibria'} in ${components.length} ${components.length === 1 ? 'component' : 'components'}, in fractions`,
    solution: { kind: 'profiles', profiles: equilibria },
    values: profileValues[0],
    profileValues,
    components,
    completeness: complete ? 'all-proved' : equilibria.length > 0 ? 'some' : 'none-found',
    warnings,
  };
}

function bilinear(matrix: readonly Rational[], x: readonly Rational[], y: readonly Rational[]): Rational {
  let total = Rational.zero;
  x.forEach((p, i) => {
    if (p.sign === 0) return;
    y.forEach((q, j) => {
      if (q.sign !== 0) total = total.add(p.mul(q).mul(matrix[i * y.length + j] as Rational));
    });
  });
  return total;
}
