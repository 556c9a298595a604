/**
 * Rankings by the chain of Alpha-Rank. A chain in which every profile can be reached from every other has exactly one distribution at rest. It is
 * found here again, and the claim must be that distribution, entry by entry: that flows nearly balance would prove little, since groups of
 * profiles that lead to each other by rare switches only could be given any mass.
 *
 * Small chains are solved in fractions. Large ones by elimination without subtraction (Grassmann, Taksar and Heyman 1985), whose relative error
 * in each entry is at most about the cube of the number of profiles in units of rounding, however rare the switches (O'Cinneide 1993).
 */
import { Rational } from '../games/rational.ts';
import type { Claim, SelectionChain } from './claim.ts';
import type { Findings } from './findings.ts';
import { type Field, floats, type Num, rationals, showNum, toFloat } from './number.ts';
import { digits, type PayoffTable, profileOf } from './reading.ts';

/** Where the claim says nothing. */
const usual: SelectionChain = { neutral: 1 / 50, against: 1e-12 };
/** Profiles up to which the chain is solved in fractions. */
const exactProfiles = 12;
/** Relative error of an entry that counts as none, and the mass below which doubles resolve nothing. */
const allowed = 1e-6;
const nothing = 1e-250;

interface Switch {
  readonly from: number;
  readonly to: number;
  readonly kind: 'better' | keyof SelectionChain;
}

export function judgeRanking<T extends Num>(
  field: Field<T>,
  table: PayoffTable<T>,
  claim: Claim,
  probabilities: readonly Num[],
  findings: Findings<T>,
): void {
  findings.mass(probabilities);
  const { size, counts } = table;
  if (probabilities.length !== size) {
    findings.problem('the ranking does not have one number per joint action');
    return;
  }
  const p = probabilities.map(toFloat);
  const values = counts.map((_, i) =>
    field.of(p.reduce((sum, mass, number) => sum + mass * toFloat(table.payoff[number * counts.length + i] as T), 0)),
  );
  findings.profile({ values, regret: counts.map(() => field.zero) });
  const chain = claim.chain ?? usual;
  if (!(chain.neutral >= chain.against && chain.neutral <= 1 && chain.against >= 0)) {
    findings.problem('the rates of the chain are not those of any selection: 1 >= neutral >= against >= 0');
    return;
  }
  const switches = switchesOf(field, table);
  const possible = switches.filter(({ kind }) => kind === 'better' || chain[kind] > 0);
  if (!connected(size, possible)) {
    findings.problem('some profiles of the chain cannot be left, so that it has more than one distribution at rest');
    return;
  }
  const rates = (kind: Switch['kind']): number => (kind === 'better' ? 1 : chain[kind]);
  const rest =
    size <= exactProfiles
      ? atRest(rationals, size, possible, kind => Rational.fromNumber(rates(kind)), table.tick).map(toFloat)
      : atRest(floats, size, possible, rates, table.tick);
  let worst = 0;
  let at = 0;
  rest.forEach((mass, number) => {
    const error = Math.abs((p[number] as number) - mass) / Math.max(mass, nothing);
    if (error > worst) [worst, at] = [error, number];
  });
  if (!(worst <= allowed))
    findings.problem(
      `the profile ${digits(counts, at).join(', ')} is given the mass ${showNum(p[at] as number)}, and the chain at rest gives it ${showNum(rest[at] as number)}`,
    );
}

/** Every switch of one agent, by what it does to that agent's payoff. */
function switchesOf<T extends Num>(field: Field<T>, table: PayoffTable<T>): readonly Switch[] {
  const { counts, size, payoff } = table;
  const n = counts.length;
  const [low, high] = payoff
    .map(toFloat)
    .reduce(([least, most], x) => [Math.min(least, x), Math.max(most, x)] as const, [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ] as const);
  const slack = 1e-12 * (high > low ? high - low : 1);
  const found: Switch[] = [];
  for (let from = 0; from < size; from++) {
    const choices = digits(counts, from);
    for (let i = 0; i < n; i++)
      for (let a = 0; a < (counts[i] as number); a++) {
        if (a === choices[i]) continue;
        const changed = choices.map((choice, k) => (k === i ? a : choice));
        const to = profileOf(counts, changed);
        const gain = toFloat(field.sub(payoff[to * n + i] as T, payoff[from * n + i] as T));
        found.push({ from, to, kind: gain > slack ? 'better' : gain < -slack ? 'against' : 'neutral' });
      }
  }
  return found;
}

/** Does every profile lead to every other? Then profile 0 reaches all, and all reach it. */
function connected(size: number, switches: readonly Switch[]): boolean {
  const reaches = (ends: (one: Switch) => readonly [number, number]): boolean => {
    const next = Array.from({ length: size }, (): number[] => []);
    for (const one of switches) {
      const [from, to] = ends(one);
      next[from]?.push(to);
    }
    const seen = new Set([0]);
    const queue = [0];
    for (let k = queue.pop(); k !== undefined; k = queue.pop())
      for (const to of next[k] as readonly number[])
        if (!seen.has(to)) {
          seen.add(to);
          queue.push(to);
        }
    return seen.size === size;
  };
  return reaches(({ from, to }) => [from, to]) && reaches(({ from, to }) => [to, from]);
}

/**
 * The distribution at rest of a connected chain. Profiles are taken out one after the other, the first one first: whoever would have gone
 * there goes on at once to where it leads. Then they are put back, each with the mass that flows into it over what flows out.
 */
function atRest<T>(
  field: Field<T>,
  size: number,
  switches: readonly Switch[],
  rateOf: (kind: Switch['kind']) => T,
  tick: () => void,
): T[] {
  const rate = Array.from({ length: size }, () => new Array<T>(size).fill(field.zero));
  for (const { from, to, kind } of switches) (rate[from] as T[])[to] = rateOf(kind);
  const out = new Array<T>(size).fill(field.one);
  for (let gone = 0; gone < size - 1; gone++) {
    const own = rate[gone] as T[];
    let sum = field.zero;
    for (let k = gone + 1; k < size; k++) sum = field.add(sum, own[k] as T);
    out[gone] = sum;
    for (let k = gone + 1; k < size; k++) {
      tick();
      const row = rate[k] as T[];
      const into = row[gone] as T;
      if (field.sign(into) === 0) continue;
      const share = field.div(into, sum);
      for (let j = gone + 1; j < size; j++) if (j !== k) row[j] = field.add(row[j] as T, field.mul(share, own[j] as T));
    }
  }
  const mass = new Array<T>(size).fill(field.zero);
  mass[size - 1] = field.one;
  let total = field.one;
  for (let back = size - 2; back >= 0; back--) {
    let into = field.zero;
    for (let k = back + 1; k < size; k++) into = field.add(into, field.mul(mass[k] as T, (rate[k] as T[])[back] as T));
    mass[back] = field.div(into, out[back] as T);
    total = field.add(total, mass[back] as T);
  }
  return mass.map(m => field.div(m, total));
}
