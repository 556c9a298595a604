/** The components that a list of extreme equilibria of a two-agent game was said to have. */
import type { Completeness, Component, Profile, Strategy } from './claim.ts';
import type { Field } from './number.ts';

/**
 * What is wrong with them, or undefined. Every set must be spanned by listed equilibria: where all pairs of its vertices are equilibria, so are all
 * mixtures, since a reply that is best against two strategies is best against every mixture of them. Sets of one component must be
 * connected, and dimensions right. That no set was left out rests on the list being complete.
 */
export function checkComponents<T>(
  field: Field<T>,
  profiles: readonly Profile[],
  components: readonly Component[],
  completeness: Completeness,
): string | undefined {
  const numbers = new Map(profiles.map((profile, k) => [nameOf(profile), k]));
  const seen = new Set<number>();
  for (const { members, sets, dimension, setsComplete } of components) {
    for (const k of members) {
      if (seen.has(k) || profiles[k] === undefined) return 'an equilibrium belongs to two components, or is not listed';
      seen.add(k);
    }
    const covered = new Set<number>();
    const groups: Set<number>[] = [];
    for (const { row, column, dimension: claimed } of sets) {
      const own = new Set<number>();
      for (const x of row)
        for (const y of column) {
          const at = numbers.get(nameOf([x, y]));
          if (at === undefined || !members.includes(at))
            return 'a convex set of equilibria has a vertex that is not listed in its component';
          own.add(at);
          covered.add(at);
        }
      const measured = dimensionOf(field, row) + dimensionOf(field, column);
      if (measured !== claimed) return `a convex set was said to have dimension ${claimed} and has ${measured}`;
      const touching = groups.filter(group => [...own].some(k => group.has(k)));
      for (const group of touching) {
        for (const k of group) own.add(k);
        groups.splice(groups.indexOf(group), 1);
      }
      groups.push(own);
    }
    if (setsComplete && (covered.size !== members.length || groups.length > 1))
      return 'the convex sets of a component do not hang together';
    if (sets.reduce((most, set) => Math.max(most, set.dimension), 0) !== dimension)
      return 'the dimension of a component is not that of its largest set';
  }
  if (completeness === 'all-proved' && seen.size !== profiles.length) return 'an equilibrium belongs to no component';
  return undefined;
}

function nameOf(profile: Profile): string {
  return profile.map(strategy => strategy.map(String).join(' ')).join(' ; ');
}

/** Rank of the differences from the first point. */
function dimensionOf<T>(field: Field<T>, points: readonly Strategy[]): number {
  const rows = points.map(point => point.map(x => field.of(x)));
  const basis: { readonly at: number; readonly row: readonly T[] }[] = [];
  for (const row of rows.slice(1)) {
    let rest: readonly T[] = row.map((x, k) => field.sub(x, (rows[0] as readonly T[])[k] as T));
    for (const { at, row: head } of basis) {
      const factor = field.div(rest[at] as T, head[at] as T);
      rest = rest.map((x, k) => field.sub(x, field.mul(factor, head[k] as T)));
    }
    const at = rest.findIndex(x => Math.abs(field.toNumber(x)) > (field.exact ? 0 : 1e-9));
    if (at >= 0) basis.push({ at, row: rest });
  }
  return basis.length;
}
