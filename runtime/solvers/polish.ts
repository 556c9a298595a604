/**
 * Repairs the solution of a correlated-equilibrium program. Backends stop within 1e-6 or so of feasibility on degenerate programs;
 * the constraints that bind, taken as equations on the support, give the vertex they meant, in doubles or in fractions.
 */
import { Rational } from '../games/rational.ts';
import { type Field, floats, rationals } from '../verify/number.ts';
import { exactGainOf, gainOf, type NormalForm } from './normal-form.ts';

export interface IncentiveSystem {
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
