/**
 * Repairs the solution of a correlated-equilibrium program. Backends stop within 1e-6 or so of feasibility on degenerate programs;
 * the constraints that bind, taken as equations on the support, give the vertex they meant, in doubles or in fractions.
 */
import { Rational } from '../games/rational.ts';
import { type Field, floats, rationals } from '../verify/number.ts';
import { exactGainOf, gainOf, type NormalForm } from './normal-form.ts';

export interface IncentiveSystem {
  /** Agents whose payoffs are equal at the optimum, for `egalitarian`: they bind like constraints. */
  readonly level: readonly number[];
  readonly form: NormalForm;
  readonly incentives: readonly {
    readonly agent: number;
    readonly deviation: number;
    readonly profiles: readonly number[];
  }[];
  readonly scale: number;
}

/** Below this a probability counts as zero, and below this (in units of the payoff range) a constraint counts as binding. */
const negligible = 1e-8;

/** The nearest vertex in doubles; where the equations do not help, the cleaned-up input. */
export function polish(system: IncentiveSystem, x: Float64Array): number[] {
  const cleaned = clean(x);
  const { support, binding } = active(system, cleaned);
  const equations = binding.map(incentive => {
    const inside = new Set(incentive.profiles);
    return [
      ...support.map(profile => (inside.has(profile) ? gainOf(system.form, incentive, profile) / system.scale : 0)),
      0,
    ];
  });
  equations.push([...support.map(() => 1), 1]);
  const n = system.form.agents.length;
  for (const [first, agent] of levelPairs(system))
    equations.push([
      ...support.map(
        profile =>
          ((system.form.payoff[profile * n + first] as number) - (system.form.payoff[profile * n + agent] as number)) /
          system.scale,
      ),
      0,
    ]);
  const solved = solveNear(
    floats,
    equations,
    support.map(profile => cleaned[profile] as number),
    1e-9,
  );
  if (solved === undefined || solved.some(p => p < -1e-9)) return cleaned;
  const result = new Array<number>(x.length).fill(0);
  support.forEach((profile, k) => {
    result[profile] = Math.max(0, solved[k] as number);
  });
  const polished = clean(result);
  return violation(system, polished) <= violation(system, cleaned) ? polished : cleaned;
}

/** The same in fractions; undefined unless every constraint then holds exactly. `limit` bounds equations times support. */
export function polishExactly(system: IncentiveSystem, x: Float64Array, limit: number): Rational[] | undefined {
  const payoffs = system.form.exact;
  if (payoffs === undefined) return undefined;
  const cleaned = clean(x);
  const { support, binding } = active(system, cleaned);
  if ((binding.length + 1) * support.length > limit) return undefined;
  const equations = binding.map(incentive => {
    const inside = new Set(incentive.profiles);
    return [
      ...support.map(profile =>
        inside.has(profile) ? exactGainOf(system.form, payoffs, incentive, profile) : Rational.zero,
      ),
      Rational.zero,
    ];
  });
  equations.push([...support.map(() => Rational.one), Rational.one]);
  const n = system.form.agents.length;
  for (const [first, agent] of levelPairs(system))
    equations.push([
      ...support.map(profile =>
        (payoffs[profile * n + first] as Rational).sub(payoffs[profile * n + agent] as Rational),
      ),
      Rational.zero,
    ]);
  const solved = solveNear(
    rationals,
    equations,
    support.map(profile => Rational.fromNumber(cleaned[profile] as number)),
    0,
  );
  if (solved === undefined || solved.some(p => p.sign < 0)) return undefined;
  const result = new Array<Rational>(x.length).fill(Rational.zero);
  support.forEach((profile, k) => {
    result[profile] = solved[k] as Rational;
  });
  for (const incentive of system.incentives) {
    let total = Rational.zero;
    for (const profile of incentive.profiles) {
      const p = result[profile] as Rational;
      if (p.sign !== 0) total = total.add(p.mul(exactGainOf(system.form, payoffs, incentive, profile)));
    }
    if (total.sign > 0) return undefined;
  }
  return result;
}

/** Exact multipliers that prove the optimum of a device; see `deviceUpperBound` in the verifier. */
export interface ExactDual {
  /** One per incentive. */
  readonly multipliers: readonly Rational[];
  /** One per agent, for `egalitarian`. */
  readonly weights: readonly Rational[];
}

/**
 * Complementary slackness in fractions: on the support of the device the weighted payoffs less the weighted gains are all equal, with
 * multipliers only where the doubles had some. Undefined where that has no solution which proves the optimum.
 * @param fixed weights of the agents in the objective, or undefined where they are to be found too (`egalitarian`).
 */
export function dualExactly(
  system: IncentiveSystem,
  device: readonly Rational[],
  dual: (row: number) => number,
  fixed: readonly Rational[] | undefined,
  limit: number,
): ExactDual | undefined {
  const payoffs = system.form.exact;
  if (payoffs === undefined) return undefined;
  const n = system.form.agents.length;
  const rows = system.incentives.flatMap((_, r) => (dual(r) > negligible ? [r] : []));
  const weighted =
    fixed === undefined
      ? system.form.agents.flatMap((_, i) => (dual(system.incentives.length + 1 + i) > negligible ? [i] : []))
      : [];
  const insides = rows.map(r => new Set((system.incentives[r] as IncentiveSystem['incentives'][number]).profiles));
  /** Coefficients of the unknowns in a profile, then minus its objective where that is fixed. */
  const equation = (profile: number): Rational[] => {
    const line = rows.map((r, k) =>
      insides[k]?.has(profile) === true
        ? exactGainOf(
            system.form,
            payoffs,
            system.incentives[r] as IncentiveSystem['incentives'][number],
            profile,
          ).neg()
        : Rational.zero,
    );
    for (const i of weighted) line.push(payoffs[profile * n + i] as Rational);
    line.push(Rational.of(-1));
    const own = fixed?.reduce(
      (sum, w, i) => sum.sub(rationals.mul(w, payoffs[profile * n + i] as Rational)),
      Rational.zero,
    );
    line.push(own ?? Rational.zero);
    return line;
  };
  // Profiles in the support bind, and so do those whose slack vanishes in doubles: together they fix a vertex of the dual.
  const lines = device.map((_, profile) => equation(profile));
  const guess = [...rows.map(r => dual(r)), ...weighted.map(i => dual(system.incentives.length + 1 + i))];
  const worth = lines.map(line =>
    guess.reduce((sum, x, k) => sum + x * (line[k] as Rational).toNumber(), -(line.at(-1) as Rational).toNumber()),
  );
  const level = worth.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const tight = device.flatMap((p, profile) =>
    p.sign > 0 || (worth[profile] as number) > level - negligible * system.scale ? [profile] : [],
  );
  if ((guess.length + 1) * tight.length > limit) return undefined;
  const equations = tight.map(profile => (lines[profile] as Rational[]).slice());
  if (fixed === undefined)
    equations.push([
      ...rows.map(() => Rational.zero),
      ...weighted.map(() => Rational.one),
      Rational.zero,
      Rational.one,
    ]);
  const near = [...guess, level].map(Rational.fromNumber);
  const solved = solveNear(rationals, equations, near, 0);
  if (solved === undefined || solved.slice(0, -1).some(x => x.sign < 0)) return undefined;
  for (let profile = 0; profile < device.length; profile++) {
    const line = lines[profile] as Rational[];
    let slack = (line.at(-1) as Rational).neg();
    solved.forEach((x, k) => {
      slack = rationals.add(slack, rationals.mul(x, line[k] as Rational));
    });
    if (slack.sign > 0) return undefined;
  }
  const multipliers = system.incentives.map(() => Rational.zero);
  rows.forEach((r, k) => {
    multipliers[r] = solved[k] as Rational;
  });
  const weights =
    fixed ??
    system.form.agents.map((_, i) =>
      weighted.includes(i) ? (solved[rows.length + weighted.indexOf(i)] as Rational) : Rational.zero,
    );
  return { multipliers, weights };
}

function levelPairs(system: IncentiveSystem): [number, number][] {
  const [first, ...rest] = system.level;
  return first === undefined ? [] : rest.map(agent => [first, agent]);
}

function clean(x: ArrayLike<number>): number[] {
  const kept = Array.from(x, p => (p > negligible ? p : 0));
  const sum = kept.reduce((total, p) => total + p, 0);
  return kept.map(p => p / sum);
}

function gainAt(
  system: IncentiveSystem,
  incentive: IncentiveSystem['incentives'][number],
  x: readonly number[],
): number {
  let total = 0;
  for (const profile of incentive.profiles) {
    const p = x[profile] as number;
    if (p !== 0) total += p * gainOf(system.form, incentive, profile);
  }
  return total / system.scale;
}

function violation(system: IncentiveSystem, x: readonly number[]): number {
  return system.incentives.reduce((worst, incentive) => Math.max(worst, gainAt(system, incentive, x)), 0);
}

function active(system: IncentiveSystem, x: readonly number[]) {
  const support = x.flatMap((p, profile) => (p > 0 ? [profile] : []));
  const inSupport = new Set(support);
  const binding = system.incentives.filter(
    incentive =>
      incentive.profiles.some(profile => inSupport.has(profile)) && gainAt(system, incentive, x) > -negligible * 10,
  );
  return { support, binding };
}

/**
 * Solves equations (rows of coefficients, then the right-hand side) by Gauss-Jordan elimination; unknowns that they leave free
 * keep their value in `near`. Undefined when the equations contradict each other by more than `tolerance`.
 */
export function solveNear<T>(
  field: Field<T>,
  equations: T[][],
  near: readonly T[],
  tolerance: number,
): T[] | undefined {
  const width = near.length;
  const pivotOf = new Int32Array(width).fill(-1);
  let row = 0;
  for (let column = 0; column < width && row < equations.length; column++) {
    let best = -1;
    for (let r = row; r < equations.length; r++) {
      const size = Math.abs(field.toNumber((equations[r] as T[])[column] as T));
      const isZero = field.exact ? field.sign((equations[r] as T[])[column] as T) === 0 : size <= tolerance;
      if (isZero) continue;
      if (best < 0 || size > Math.abs(field.toNumber((equations[best] as T[])[column] as T))) best = r;
    }
    if (best < 0) continue;
    const source = equations[best] as T[];
    equations[best] = equations[row] as T[];
    equations[row] = source;
    const pivot = source[column] as T;
    for (let j = column; j <= width; j++) source[j] = field.div(source[j] as T, pivot);
    for (let r = 0; r < equations.length; r++) {
      if (r === row) continue;
      const target = equations[r] as T[];
      const factor = target[column] as T;
      if (field.sign(factor) === 0) continue;
      for (let j = column; j <= width; j++) target[j] = field.sub(target[j] as T, field.mul(factor, source[j] as T));
    }
    pivotOf[column] = row++;
  }
  for (let r = row; r < equations.length; r++) {
    const rest = (equations[r] as T[])[width] as T;
    if (field.exact ? field.sign(rest) !== 0 : Math.abs(field.toNumber(rest)) > tolerance * 10) return undefined;
  }
  const solution = near.slice();
  for (let column = 0; column < width; column++) {
    const at = pivotOf[column] as number;
    if (at < 0) continue;
    let value = (equations[at] as T[])[width] as T;
    for (let j = column + 1; j < width; j++)
      if ((pivotOf[j] as number) < 0) value = field.sub(value, field.mul((equations[at] as T[])[j] as T, near[j] as T));
    solution[column] = value;
  }
  return solution;
}
