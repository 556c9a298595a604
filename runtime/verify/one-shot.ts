/** Checks of answers to games of one step, from the payoffs themselves. */
import type { Elimination, Objective, Profile } from './claim.ts';
import type { Field, Num } from './number.ts';
import { digits, type PayoffTable, profileOf } from './reading.ts';

/** Expected payoffs of mixed strategies, and what each agent would get from each of its choices. */
export interface ProfileCheck<T> {
  readonly values: readonly T[];
  /** `deviations[i][a]`: payoff of agent i when it plays choice a and the others stay. */
  readonly deviations: readonly (readonly T[])[];
  readonly regret: readonly T[];
  readonly bestResponses: readonly number[];
}

export function checkProfile<T>(field: Field<T>, table: PayoffTable<T>, profile: Profile): ProfileCheck<T> {
  const n = table.counts.length;
  const strategies = profile.map(strategy => strategy.map(p => field.of(p)));
  const deviations = table.counts.map(count => new Array<T>(count).fill(field.zero));
  for (let number = 0; number < table.size; number++) {
    table.tick();
    const choices = digits(table.counts, number);
    for (let i = 0; i < n; i++) {
      let weight = field.one;
      for (let k = 0; k < n && field.sign(weight) !== 0; k++)
        if (k !== i) weight = field.mul(weight, (strategies[k] as T[])[choices[k] as number] as T);
      if (field.sign(weight) === 0) continue;
      const row = deviations[i] as T[];
      const choice = choices[i] as number;
      row[choice] = field.add(row[choice] as T, field.mul(weight, table.payoff[number * n + i] as T));
    }
  }
  const values = deviations.map((row, i) =>
    row.reduce((sum, payoff, a) => field.add(sum, field.mul((strategies[i] as T[])[a] as T, payoff)), field.zero),
  );
  const bestResponses = deviations.map(row => argmax(field, row));
  const regret = values.map((value, i) => {
    const best = (deviations[i] as T[])[bestResponses[i] as number] as T;
    return field.sub(best, value);
  });
  return { values, deviations, regret, bestResponses };
}

export function argmax<T>(field: Field<T>, row: readonly T[]): number {
  let best = 0;
  for (let a = 1; a < row.length; a++) if (field.compare(row[a] as T, row[best] as T) > 0) best = a;
  return best;
}

/** True when no agent gains more than `slack` by leaving this pure profile alone. */
export function isPureEquilibrium<T>(field: Field<T>, table: PayoffTable<T>, profile: number, slack: T): boolean {
  const n = table.counts.length;
  const choices = digits(table.counts, profile);
  for (let i = 0; i < n; i++) {
    const here = field.add(table.payoff[profile * n + i] as T, slack);
    for (let a = 0; a < (table.counts[i] as number); a++) {
      const other = profileOf(
        table.counts,
        choices.map((choice, k) => (k === i ? a : choice)),
      );
      if (field.compare(table.payoff[other * n + i] as T, here) > 0) return false;
    }
  }
  return true;
}

export interface DeviceCheck<T> {
  readonly values: readonly T[];
  readonly regret: readonly T[];
}

/**
 * Gains from disobeying a correlation device. `ce`: the agent sees its recommendation (Aumann 1974); its regret is the sum over
 * recommendations of the best gain there. `cce`: it must decide before (Moulin and Vial 1978).
 */
export function checkDevice<T>(
  field: Field<T>,
  table: PayoffTable<T>,
  probabilities: readonly T[],
  kind: 'ce' | 'cce',
): DeviceCheck<T> {
  const n = table.counts.length;
  const values = new Array<T>(n).fill(field.zero);
  // gains[i][recommended][deviation]; a coarse deviation ignores the recommendation.
  const gains = table.counts.map(count =>
    Array.from({ length: kind === 'ce' ? count : 1 }, () => new Array<T>(count).fill(field.zero)),
  );
  for (let number = 0; number < table.size; number++) {
    table.tick();
    const p = probabilities[number] as T;
    if (field.sign(p) === 0) continue;
    const choices = digits(table.counts, number);
    for (let i = 0; i < n; i++) {
      const here = table.payoff[number * n + i] as T;
      values[i] = field.add(values[i] as T, field.mul(p, here));
      const row = (gains[i] as T[][])[kind === 'ce' ? (choices[i] as number) : 0] as T[];
      for (let a = 0; a < row.length; a++) {
        const other = profileOf(
          table.counts,
          choices.map((choice, k) => (k === i ? a : choice)),
        );
        row[a] = field.add(row[a] as T, field.mul(p, field.sub(table.payoff[other * n + i] as T, here)));
      }
    }
  }
  const regret = gains.map(rows =>
    rows.reduce((sum, row) => {
      const best = row[argmax(field, row)] as T;
      return field.sign(best) > 0 ? field.add(sum, best) : sum;
    }, field.zero),
  );
  return { values, regret };
}

/** The objective at a device. */
export function objectiveOf<T>(
  field: Field<T>,
  objective: Objective,
  values: readonly T[],
  probabilities: readonly T[],
): T {
  if (objective.kind === 'entropy') return field.of(entropyOf(probabilities.map(p => field.toNumber(p))));
  if (objective.kind === 'social_cost') return values.reduce((sum, value) => field.sub(sum, value), field.zero);
  if (objective.kind === 'agent') return values[objective.agent] as T;
  if (objective.kind === 'welfare') return values.reduce((sum, value) => field.add(sum, value), field.zero);
  return values.reduce((least, value) => (field.compare(value, least) < 0 ? value : least));
}

/** In nats; terms of probability 0 are 0. */
function entropyOf(probabilities: readonly number[]): number {
  return probabilities.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
}

/**
 * A bound that no (coarse) correlated equilibrium can exceed, by weak duality: for any multipliers y >= 0 of the incentive
 * constraints and weights w of the objective, max over profiles of sum_i w_i u_i - sum_r y_r gain_r. For `egalitarian` any
 * weights >= 0 summing to one are allowed; they are normalised here. For `entropy`: log of the sum over profiles of
 * exp(-sum_r y_r gain_r), the dual of maximising a concave function.
 */
export function deviceUpperBound<T>(
  field: Field<T>,
  table: PayoffTable<T>,
  kind: 'ce' | 'cce',
  objective: Objective,
  claimedWeights: readonly Num[],
  claimedMultipliers: readonly Num[],
): T | undefined {
  const n = table.counts.length;
  const atLeastZero = (value: Num): T => {
    const number = field.of(value);
    return field.sign(number) > 0 ? number : field.zero;
  };
  let weights: T[] = table.counts.map((_, i) =>
    objective.kind === 'welfare' || (objective.kind === 'agent' && objective.agent === i) ? field.one : field.zero,
  );
  if (objective.kind === 'social_cost') weights = weights.map(() => field.sub(field.zero, field.one));
  if (objective.kind === 'egalitarian') {
    weights = claimedWeights.map(atLeastZero);
    const total = weights.reduce((sum, weight) => field.add(sum, weight), field.zero);
    if (weights.length !== n || field.sign(total) <= 0) return undefined;
    weights = weights.map(weight => field.div(weight, total));
  }
  const multipliers = claimedMultipliers.map(atLeastZero);
  const starts: number[] = [];
  let length = 0;
  for (const count of table.counts) {
    starts.push(length);
    length += kind === 'ce' ? count * count : count;
  }
  if (multipliers.length !== length) return undefined;
  let bound: T | undefined;
  const exponents: number[] = [];
  for (let number = 0; number < table.size; number++) {
    const choices = digits(table.counts, number);
    let total = field.zero;
    for (let i = 0; i < n; i++) {
      const here = table.payoff[number * n + i] as T;
      total = field.add(total, field.mul(weights[i] as T, here));
      const count = table.counts[i] as number;
      const start = (starts[i] as number) + (kind === 'ce' ? (choices[i] as number) * count : 0);
      for (let a = 0; a < count; a++) {
        const y = multipliers[start + a] as T;
        if (field.sign(y) === 0) continue;
        const other = profileOf(
          table.counts,
          choices.map((choice, k) => (k === i ? a : choice)),
        );
        total = field.sub(total, field.mul(y, field.sub(table.payoff[other * n + i] as T, here)));
      }
    }
    exponents.push(field.toNumber(total));
    if (bound === undefined || field.compare(total, bound) > 0) bound = total;
  }
  if (objective.kind === 'entropy' && bound !== undefined) {
    const most = field.toNumber(bound);
    return field.of(most + Math.log(exponents.reduce((sum, x) => sum + Math.exp(x - most), 0)));
  }
  return bound;
}

/**
 * Replays an elimination. Each step must name an action still in play and a mixture of actions still in play that does better
 * against everything left (never worse and once better, for weak steps). Differences up to `slack` count as none. Returns what
 * is wrong with the first step that fails, or undefined.
 */
export function checkElimination<T>(
  field: Field<T>,
  table: PayoffTable<T>,
  steps: readonly Elimination[],
  surviving: readonly (readonly number[])[],
  slack: T,
): string | undefined {
  const n = table.counts.length;
  const alive = table.counts.map(count => new Set(Array.from({ length: count }, (_, a) => a)));
  for (const [at, step] of steps.entries()) {
    const mine = alive[step.agent] as Set<number>;
    const mixture = step.by.map(p => field.of(p));
    let total = field.zero;
    for (const [b, p] of mixture.entries()) {
      if (field.sign(p) < 0) return `step ${at + 1} mixes with a negative probability`;
      if (field.sign(p) > 0 && !mine.has(b)) return `step ${at + 1} uses an action that was already struck out`;
      total = field.add(total, p);
    }
    if (Math.abs(field.toNumber(field.sub(total, field.one))) > 1e-9)
      return `step ${at + 1} mixes with probabilities that do not sum to one`;
    if (!mine.has(step.choice)) return `step ${at + 1} strikes out an action twice`;
    if (field.sign((mixture[step.choice] ?? field.zero) as T) > 0) return `step ${at + 1} mixes the action with itself`;
    let better = false;
    for (let number = 0; number < table.size; number++) {
      const choices = digits(table.counts, number);
      if (choices[step.agent] !== step.choice) continue;
      if (!choices.every((choice, k) => k === step.agent || (alive[k] as Set<number>).has(choice))) continue;
      let gain = field.sub(field.zero, table.payoff[number * n + step.agent] as T);
      for (const [b, p] of mixture.entries()) {
        if (field.sign(p) === 0) continue;
        const other = profileOf(
          table.counts,
          choices.map((choice, k) => (k === step.agent ? b : choice)),
        );
        gain = field.add(gain, field.mul(p, table.payoff[other * n + step.agent] as T));
      }
      const sign = field.compare(gain, slack) > 0 ? 1 : field.sign(field.add(gain, slack)) < 0 ? -1 : 0;
      if (sign < 0 || (sign === 0 && !step.weak))
        return `step ${at + 1}: the dominating mixture is not better against ${choices.join(', ')}`;
      if (sign > 0) better = true;
    }
    if (!better) return `step ${at + 1}: the mixture is nowhere better`;
    mine.delete(step.choice);
  }
  const left = alive.map(set => [...set].sort((a, b) => a - b));
  return left.every((list, i) => list.join() === (surviving[i] ?? []).join())
    ? undefined
    : 'the surviving actions are not those left by the steps';
}

/** The undominated pure profiles, by comparing all pairs. */
export function undominated<T>(field: Field<T>, table: PayoffTable<T>): number[] {
  const n = table.counts.length;
  const result: number[] = [];
  for (let p = 0; p < table.size; p++) {
    let dominated = false;
    for (let q = 0; q < table.size && !dominated; q++) {
      table.tick();
      let better = false;
      let worse = false;
      for (let i = 0; i < n && !worse; i++) {
        const sign = field.compare(table.payoff[q * n + i] as T, table.payoff[p * n + i] as T);
        if (sign < 0) worse = true;
        else if (sign > 0) better = true;
      }
      dominated = better && !worse;
    }
    if (!dominated) result.push(p);
  }
  return result;
}
