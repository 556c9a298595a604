/** Lists of outcomes and equilibria that were singled out by a criterion, by applying it to all pairs. */
import type { ClaimKind } from './claim.ts';
import type { Field } from './number.ts';
import { isPureEquilibrium } from './one-shot.ts';
import { digits, type PayoffTable, profileOf } from './reading.ts';

export type Chosen = 'leximin' | 'nash_product' | 'payoff_dominant' | 'risk_dominant' | 'epsilon_nash';

/** Kinds of claims about lists of pure equilibria that all pairs decide. */
export function isChosen(kind: ClaimKind): kind is 'payoff_dominant' | 'risk_dominant' | 'epsilon_nash' {
  return kind === 'payoff_dominant' || kind === 'risk_dominant' || kind === 'epsilon_nash';
}

/**
 * What is wrong with the list, or undefined.
 * @param listed numbers of the pure profiles in it; `length` counts its entries.
 */
export function judgeChosen<T>(
  field: Field<T>,
  table: PayoffTable<T>,
  kind: Chosen,
  listed: ReadonlySet<number>,
  length: number,
  epsilon: number,
): string | undefined {
  const right = chosen(field, table, kind, epsilon);
  if (right === undefined) return 'the criterion does not fit the game';
  if (length !== listed.size) return 'the list names something twice, or something that is not a pure profile';
  const wrong = [...listed].find(number => !right.has(number));
  if (wrong !== undefined) return `${digits(table.counts, wrong).join(', ')} does not meet the criterion`;
  const missing = [...right].find(number => !listed.has(number));
  return missing === undefined ? undefined : `${digits(table.counts, missing).join(', ')} is missing from the list`;
}

function chosen<T>(field: Field<T>, table: PayoffTable<T>, kind: Chosen, epsilon: number): Set<number> | undefined {
  const n = table.counts.length;
  const all = Array.from({ length: table.size }, (_, number) => number);
  const at = (number: number, i: number): T => table.payoff[number * n + i] as T;
  const equilibria = (): number[] => all.filter(number => isPureEquilibrium(field, table, number, field.zero));
  switch (kind) {
    case 'epsilon_nash':
      return new Set(all.filter(number => isPureEquilibrium(field, table, number, field.of(epsilon))));
    case 'payoff_dominant': {
      const list = equilibria();
      return new Set(
        list.filter(p => list.every(q => table.counts.every((_, i) => field.compare(at(p, i), at(q, i)) >= 0))),
      );
    }
    case 'risk_dominant':
      return n === 2 ? new Set(equilibria().filter(p => isHalfDominant(field, table, p))) : undefined;
    case 'leximin':
      return best(all, (p, q) => compareLeximin(field, table, p, q));
    case 'nash_product': {
      const secure = table.counts.map((count, i) => {
        const least = Array.from({ length: count }, (_, a) =>
          all
            .filter(number => digits(table.counts, number)[i] === a)
            .map(number => at(number, i))
            .reduce((low, x) => (field.compare(x, low) < 0 ? x : low)),
        );
        return least.reduce((high, x) => (field.compare(x, high) > 0 ? x : high));
      });
      const gains = (number: number): T[] => secure.map((level, i) => field.sub(at(number, i), level));
      const able = all.filter(number => gains(number).every(gain => field.sign(gain) >= 0));
      const product = (number: number): T => gains(number).reduce((x, y) => field.mul(x, y), field.one);
      return best(able, (p, q) => field.compare(product(p), product(q)));
    }
  }
}

function best(list: readonly number[], compare: (p: number, q: number) => number): Set<number> {
  let top: number[] = [];
  for (const number of list) {
    const order = top.length === 0 ? 1 : compare(number, top[0] as number);
    if (order > 0) top = [number];
    else if (order === 0) top.push(number);
  }
  return new Set(top);
}

/** Counts, from the least payoff up: the first difference decides. */
function compareLeximin<T>(field: Field<T>, table: PayoffTable<T>, p: number, q: number): number {
  const n = table.counts.length;
  const rising = (number: number): T[] =>
    table.payoff.slice(number * n, number * n + n).sort((x, y) => field.compare(x, y));
  const [left, right] = [rising(p), rising(q)];
  for (let k = 0; k < n; k++) {
    const order = field.compare(left[k] as T, right[k] as T);
    if (order !== 0) return order;
  }
  return 0;
}

/** Against the belief that the other plays its part with one half and any one action with the other half, nothing else is as good. */
function isHalfDominant<T>(field: Field<T>, table: PayoffTable<T>, number: number): boolean {
  const choices = digits(table.counts, number);
  return [0, 1].every(agent => {
    const worth = (a: number, b: number): T =>
      table.payoff[profileOf(table.counts, agent === 0 ? [a, b] : [b, a]) * 2 + agent] as T;
    const [own, other] = [choices[agent] as number, choices[1 - agent] as number];
    return Array.from({ length: table.counts[1 - agent] as number }, (_, b) => b).every(b =>
      Array.from({ length: table.counts[agent] as number }, (_, a) => a).every(
        a =>
          a === own ||
          field.compare(field.add(worth(own, other), worth(own, b)), field.add(worth(a, other), worth(a, b))) > 0,
      ),
    );
  });
}
