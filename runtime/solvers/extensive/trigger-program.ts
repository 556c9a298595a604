/**
 * The linear program of extensive-form correlated equilibria (von Stengel and Forges 2008, section 4) over either description of what a mediator
 * recommends, and of their coarse kind (Farina, Bianchi and Sandholm 2020).
 *
 * An agent that has followed so far may stop listening at an information set I: after it has been recommended a there (`ce`), or before it is told
 * anything (`cce`). From then on it does what is best given what it was told up to that moment, while the others go on following. For each such
 * trigger the program has one unknown v per information set J from I on, what the agent can still earn from J:
 *
 *   v_J >= sum of payoffs at ends right after J b + sum of v_J' right after J b       for every choice b at J
 *   v_I <= what following earns
 *
 * all weighted by the probability of what the agent was told and of what the others are told. Payoffs are moved up to be positive (which both
 * sides of an inequality notice alike), so that v >= 0.
 */
import { Rational } from '../../games/rational.ts';
import { rationals } from '../../verify/number.ts';
import type { ExactEnd, PlanSpace } from './form.ts';
import { type Recommendations, setOfSequence } from './recommendations.ts';

/** When an agent may stop listening. */
export interface Trigger {
  readonly agent: number;
  readonly set: number;
  /** Choice recommended there, or -1 where the agent decides before it is told. */
  readonly recommended: number;
  /** Unknown v of each information set from this one on, and the rows of its choices, by the number of the set. */
  readonly values: ReadonlyMap<number, number>;
  readonly rows: ReadonlyMap<number, number>;
}

/** Row r: the sum of its terms is at most (`equal`: exactly) its bound. */
export interface Row {
  readonly terms: ReadonlyMap<number, Rational>;
  readonly equal: boolean;
  readonly bound: Rational;
}

export interface TriggerProgram {
  readonly unknowns: number;
  readonly rows: readonly Row[];
  readonly objective: ReadonlyMap<number, Rational>;
  readonly triggers: readonly Trigger[];
  /** For the worst-off agent: the row of each agent; empty otherwise. */
  readonly levels: readonly number[];
}

export type Weights = readonly number[] | 'egalitarian';

/** @param weights of the agents' payoffs in the objective, or that the least payoff counts */
export function triggerProgram(
  spaces: readonly PlanSpace[],
  ends: readonly ExactEnd[],
  space: Recommendations,
  kind: 'ce' | 'cce',
  weights: Weights,
): TriggerProgram {
  const n = spaces.length;
  const { low, range } = sizeOf(ends);
  const paid = ends.map(e => e.payoffs.map(x => x.sub(low).div(range).add(Rational.one)));
  /** Payoff of an agent at an end, moved and scaled, times the probability of chance. */
  const worthAt = (e: number, agent: number): Rational =>
    ((paid[e] as readonly Rational[])[agent] as Rational).mul((ends[e] as ExactEnd).reach);
  const rows: Row[] = [];
  const triggers: Trigger[] = [];
  let unknowns = space.unknowns;
  const row = (bound = Rational.zero, equal = false): Map<number, Rational> => {
    const terms = new Map<number, Rational>();
    rows.push({ terms, equal, bound });
    return terms;
  };
  const total = row(Rational.one, true);
  for (const unknown of space.whole) add(total, unknown, Rational.one);
  for (const equation of space.equations) {
    const terms = row(Rational.zero, true);
    for (const [unknown, sign] of equation) add(terms, unknown, Rational.of(sign));
  }
  for (let i = 0; i < n; i++) {
    const own = spaces[i] as PlanSpace;
    const below = belowSets(own);
    const setOf = setOfSequence(own);
    const endsOf = endsBySequence(own, ends, i);
    const worth = (e: number) => worthAt(e, i);
    for (let set = 0; set < own.sets; set++) {
      const from = own.first[set] as number;
      const count = own.count[set] as number;
      // Where there is nothing to choose, whoever stops listening may as well do so later.
      if (count < 2) continue;
      const after = below[set] as readonly number[];
      for (let recommended = kind === 'ce' ? 0 : -1; recommended < (kind === 'ce' ? count : 0); recommended++) {
        const told = recommended < 0 ? (own.parent[set] as number) : from + recommended;
        const values = new Map<number, number>();
        const places = new Map<number, number>();
        for (const later of after) values.set(later, unknowns++);
        for (const later of after) {
          places.set(later, rows.length);
          const first = own.first[later] as number;
          for (let s = first; s < first + (own.count[later] as number); s++) {
            const terms = row();
            add(terms, values.get(later) as number, Rational.of(-1));
            for (const e of endsOf[s] as readonly number[]) {
              const seen = (ends[e] as ExactEnd).sequences.slice();
              seen[i] = told;
              for (const unknown of space.at(seen)) add(terms, unknown, worth(e));
            }
            for (const next of after) if (own.parent[next] === s) add(terms, values.get(next) as number, Rational.one);
          }
        }
        const follow = row();
        add(follow, values.get(set) as number, Rational.one);
        for (const later of after)
          for (let b = 0; b < (own.count[later] as number); b++) {
            const s = (own.first[later] as number) + b;
            if (recommended >= 0 && !leadsTo(own, setOf, s, set, told)) continue;
            for (const e of endsOf[s] as readonly number[])
              for (const unknown of space.at((ends[e] as ExactEnd).sequences)) add(follow, unknown, worth(e).neg());
          }
        triggers.push({ agent: i, set, recommended, values, rows: places });
      }
    }
  }
  const objective = new Map<number, Rational>();
  const levels: number[] = [];
  if (weights === 'egalitarian') {
    const level = unknowns++;
    objective.set(level, Rational.one);
    for (let i = 0; i < n; i++) {
      levels.push(rows.length);
      const terms = row();
      add(terms, level, Rational.one);
      ends.forEach((e, k) => {
        const worth = worthAt(k, i).neg();
        for (const unknown of space.at(e.sequences)) add(terms, unknown, worth);
      });
    }
  } else {
    const costs = paid.map(list =>
      list.reduce((sum, x, i) => rationals.add(sum, x.mul(Rational.of(weights[i] ?? 0))), Rational.zero),
    );
    // All ends together have probability one, whatever is recommended: a constant moves the objective, not its best place.
    const least = costs.reduce((worst, x) => (x.compare(worst) < 0 ? x : worst), costs[0] ?? Rational.zero);
    ends.forEach((e, k) => {
      const worth = (costs[k] as Rational).sub(least).add(Rational.one).mul(e.reach);
      for (const unknown of space.at(e.sequences)) add(objective, unknown, worth);
    });
  }
  return { unknowns, rows, objective, triggers, levels };
}

function add(terms: Map<number, Rational>, unknown: number, value: Rational): void {
  const sum = rationals.add(terms.get(unknown) ?? Rational.zero, value);
  if (sum.sign === 0) terms.delete(unknown);
  else terms.set(unknown, sum);
}

function sizeOf(ends: readonly ExactEnd[]): { readonly low: Rational; readonly range: Rational } {
  const all = ends.flatMap(e => e.payoffs);
  const low = all.reduce((least, x) => (x.compare(least) < 0 ? x : least), all[0] ?? Rational.zero);
  const high = all.reduce((most, x) => (x.compare(most) > 0 ? x : most), low);
  const range = high.sub(low);
  return { low, range: range.sign > 0 ? range : Rational.one };
}

/** Of every information set: itself and those that the agent can come to from it, earlier ones first. */
function belowSets(space: PlanSpace): readonly (readonly number[])[] {
  const setOf = setOfSequence(space);
  const found = Array.from({ length: space.sets }, (): number[] => []);
  for (let h = 0; h < space.sets; h++)
    for (let up = h; up >= 0; up = setOf[space.parent[up] as number] as number) (found[up] as number[]).push(h);
  return found;
}

/** Ends by the last sequence of one agent. */
function endsBySequence(space: PlanSpace, ends: readonly ExactEnd[], agent: number): readonly (readonly number[])[] {
  const found = Array.from({ length: space.sequences }, (): number[] => []);
  ends.forEach((e, k) => {
    found[e.sequences[agent] as number]?.push(k);
  });
  return found;
}

/** Does a sequence that passes an information set choose `told` there? */
function leadsTo(space: PlanSpace, setOf: Int32Array, sequence: number, set: number, told: number): boolean {
  let s = sequence;
  while ((setOf[s] as number) !== set) s = space.parent[setOf[s] as number] as number;
  return s === told;
}
