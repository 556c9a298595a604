/** From the unknowns of the program to what a mediator does: it draws one of finitely many parts, and follows its strategies. */

import type { Strategy } from '../../verify/claim.ts';
import { type Field, floats, type Num, rationals } from '../../verify/number.ts';
import type { PlanSpace } from './form.ts';
import type { DrawnPlans, Pure, RelevantPairs } from './recommendations.ts';
import type { GameTree } from './tree.ts';

/** One strategy per information set of every agent; undefined where it is never asked for. */
export interface Part {
  readonly weight: Num;
  readonly strategies: readonly (readonly (Strategy | undefined)[])[];
}

/** Choices tried while one pair of pure strategies is looked for. */
const mostTries = 200_000;

function fieldOf(x: readonly Num[]): Field<Num> {
  return (x.every(value => typeof value !== 'number') ? rationals : floats) as unknown as Field<Num>;
}

function pureStrategies(space: PlanSpace, pure: Pure, field: Field<Num>): (Strategy | undefined)[] {
  return Array.from({ length: space.sets }, (_, h) => {
    if (pure[space.parent[h] as number] === 0) return undefined;
    const from = space.first[h] as number;
    return Array.from({ length: space.count[h] as number }, (_, c) => (pure[from + c] === 1 ? field.one : field.zero));
  });
}

/** Draws as they stand: the strategy of the free agent is what its sequence form says. */
export function partsOfDraws(spaces: readonly PlanSpace[], plans: DrawnPlans, x: readonly Num[]): readonly Part[] {
  const used = x.slice(0, plans.unknowns);
  const field = fieldOf(used);
  const own = spaces[plans.free] as PlanSpace;
  const parts = plans.draws.flatMap((pures, draw): Part[] => {
    const weight = used[plans.place(draw, 0)] as Num;
    // Rounding of the solver is no part of the answer.
    if (field.toNumber(weight) <= (field.exact ? 0 : 1e-11)) return [];
    const strategies = spaces.map((space, i) =>
      i === plans.free
        ? drawn(own, h => used[plans.place(draw, h)] as Num, field)
        : pureStrategies(space, pures[i] as Pure, field),
    );
    return [{ weight, strategies }];
  });
  return normalised(parts, field);
}

function drawn(space: PlanSpace, mass: (sequence: number) => Num, field: Field<Num>): (Strategy | undefined)[] {
  return Array.from({ length: space.sets }, (_, h) => {
    const from = space.first[h] as number;
    const own = Array.from({ length: space.count[h] as number }, (_, c) => mass(from + c));
    const sum = own.reduce((total, p) => field.add(total, p), field.zero);
    return field.toNumber(sum) <= (field.exact ? 0 : 1e-13) ? undefined : own.map(p => field.div(p, sum));
  });
}

function normalised(parts: readonly Part[], field: Field<Num>): readonly Part[] {
  const total = parts.reduce((sum, part) => field.add(sum, part.weight), field.zero);
  return parts.map(part => ({ ...part, weight: field.div(part.weight, total) }));
}

/**
 * Pairs of pure strategies whose mixture has these probabilities on all relevant pairs of sequences: one that all of them allow is taken out
 * as often as it can be, which leaves one more probability at zero. Undefined where none is allowed though something is left, which in
 * games without chance cannot be, and elsewhere means that the numbers are of no mixture at all.
 */
export function partsOfPairs(
  tree: GameTree,
  spaces: readonly [PlanSpace, PlanSpace],
  plans: RelevantPairs,
  x: readonly Num[],
  stop: () => boolean,
): readonly Part[] | undefined {
  const left = x.slice(0, plans.unknowns);
  const field = fieldOf(left);
  const nothing = field.exact ? 0 : 1e-10;
  const order = inOrder(tree);
  const whole = plans.pair(0, 0);
  const parts: Part[] = [];
  while (field.toNumber(left[whole] as Num) > (field.exact ? 0 : 1e-9)) {
    if (stop()) return undefined;
    const pures = allowedPair(order, spaces, (s, t) => {
      const unknown = plans.pair(s, t);
      return unknown < 0 || field.toNumber(left[unknown] as Num) > nothing;
    });
    if (pures === undefined) return undefined;
    const [one, two] = pures;
    const both: number[] = [];
    for (let s = 0; s < one.length; s++)
      for (let t = 0; t < two.length; t++)
        if (one[s] === 1 && two[t] === 1 && plans.pair(s, t) >= 0) both.push(plans.pair(s, t));
    const weight = both.reduce(
      (least, unknown) => (field.compare(left[unknown] as Num, least) < 0 ? (left[unknown] as Num) : least),
      left[whole] as Num,
    );
    for (const unknown of both) left[unknown] = field.sub(left[unknown] as Num, weight);
    parts.push({
      weight,
      strategies: [pureStrategies(spaces[0], one, field), pureStrategies(spaces[1], two, field)],
    });
  }
  return normalised(parts, field);
}

/** Information sets of both agents as plays meet them. */
function inOrder(tree: GameTree): readonly { readonly agent: 0 | 1; readonly set: number }[] {
  const seen = [new Set<number>(), new Set<number>()];
  const order: { agent: 0 | 1; set: number }[] = [];
  for (let node = 0; node < tree.nodes; node++) {
    const agent = tree.mover[node] as number;
    const set = tree.set[node] as number;
    if (agent < 0 || seen[agent]?.has(set) === true) continue;
    seen[agent]?.add(set);
    order.push({ agent: agent === 0 ? 0 : 1, set });
  }
  return order;
}

function allowedPair(
  order: ReturnType<typeof inOrder>,
  spaces: readonly [PlanSpace, PlanSpace],
  allowed: (s: number, t: number) => boolean,
): readonly [Pure, Pure] | undefined {
  const pures: readonly [Pure, Pure] = [new Uint8Array(spaces[0].sequences), new Uint8Array(spaces[1].sequences)];
  pures[0][0] = 1;
  pures[1][0] = 1;
  let tries = 0;
  const go = (k: number): boolean => {
    const at = order[k];
    if (at === undefined) return true;
    const space = spaces[at.agent];
    const own = pures[at.agent];
    const other = pures[1 - at.agent] as Pure;
    if (own[space.parent[at.set] as number] === 0) return go(k + 1);
    const from = space.first[at.set] as number;
    for (let s = from; s < from + (space.count[at.set] as number); s++) {
      if (++tries > mostTries) return false;
      let fits = true;
      for (let t = 0; t < other.length && fits; t++)
        if (other[t] === 1) fits = at.agent === 0 ? allowed(s, t) : allowed(t, s);
      if (!fits) continue;
      own[s] = 1;
      if (go(k + 1)) return true;
      own[s] = 0;
    }
    return false;
  };
  return go(0) ? pures : undefined;
}
