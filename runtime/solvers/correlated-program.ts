/**
 * The linear programs of correlated equilibria, and the built-in ways to solve them: all that stage games need. What is too large for
 * these goes on to GLPK in `correlated.ts`; nothing here leads to it, so that learners and bundled programs do without.
 */
import { Rational } from '../games/rational.ts';
import type { Objective } from '../verify/claim.ts';
import type { Num } from '../verify/number.ts';
import { exactSimplex } from './exact-simplex.ts';
import type { LinearProgram } from './linear-program.ts';
import { choicesOf, exactGainOf, gainOf, type NormalForm, payoffScale } from './normal-form.ts';
import { polish } from './polish.ts';
import { denseSimplex, solvesProgram } from './simplex.ts';

/** Programs with up to this many entries are solved in fractions throughout, and up to the second number by the built-in simplex. */
export const exactEntries = 800;
export const builtInEntries = 20_000;

/** One incentive constraint: sum over profiles of probability times gain is at most 0. */
export interface Incentive {
  readonly agent: number;
  /** The recommendation obeyed; undefined for coarse deviations. */
  readonly recommended: number | undefined;
  readonly deviation: number;
  /** Place of its multiplier in the proof of optimality. */
  readonly place: number;
  readonly profiles: readonly number[];
}

/**
 * The device of a correlated equilibrium of a small stage game, in fractions where the payoffs are and there are few; undefined where the
 * program in doubles has more than `most` entries or has no trustworthy end. Neither entropy nor multipliers: a stage game is one of many.
 */
export function stageDevice(form: NormalForm, objective: Objective, most = builtInEntries): readonly Num[] | undefined {
  const incentives = incentivesOf(form, 'ce');
  const egalitarian = objective.kind === 'egalitarian';
  const entries = (incentives.length + 1 + (egalitarian ? form.agents.length : 0)) * (form.size + 1);
  if (form.exact !== undefined) {
    if (entries > exactEntries) return undefined;
    return solveExactly(form, form.exact, incentives, objective, () => false)?.x.slice(0, form.size);
  }
  if (entries > most) return undefined;
  const solved = solveDensely(programOf(form, incentives, objective));
  if (solved === undefined) return undefined;
  const level = egalitarian
    ? form.agents.flatMap((_, i) => ((solved.dual[incentives.length + 1 + i] as number) > 1e-8 ? [i] : []))
    : [];
  return polish({ form, incentives, level, scale: payoffScale(form) }, solved.x.slice(0, form.size));
}

export function incentivesOf(form: NormalForm, kind: 'ce' | 'cce'): Incentive[] {
  const result: Incentive[] = [];
  let place = 0;
  form.counts.forEach((count, agent) => {
    const all = Array.from({ length: form.size }, (_, profile) => profile);
    for (let recommended = 0; recommended < (kind === 'ce' ? count : 1); recommended++) {
      const profiles = kind === 'ce' ? all.filter(profile => choicesOf(form, profile)[agent] === recommended) : all;
      for (let deviation = 0; deviation < count; deviation++) {
        if (kind === 'cce' || deviation !== recommended)
          result.push({
            agent,
            recommended: kind === 'ce' ? recommended : undefined,
            deviation,
            place: place + deviation,
            profiles,
          });
      }
      place += count;
    }
  });
  return result;
}

/**
 * The program in a shape whose origin is feasible: payoffs are moved up to be at least 1, and the probabilities sum to at most
 * one; at the optimum, to one, since scaling up pays. Rows: incentives, the sum, and for `egalitarian` t <= each agent's payoff
 * with t as an extra last variable.
 */
export function solveExactly(
  form: NormalForm,
  payoffs: readonly Rational[],
  incentives: readonly Incentive[],
  objective: Objective,
  stop: () => boolean,
) {
  const n = form.agents.length;
  const size = form.size;
  const egalitarian = objective.kind === 'egalitarian';
  const width = size + (egalitarian ? 1 : 0);
  const row = () => new Array<Rational>(width).fill(Rational.zero);
  const low = payoffs.reduce((least, x) => (x.compare(least) < 0 ? x : least));
  const shift = Rational.one.sub(low);
  const matrix = incentives.map(incentive => {
    const line = row();
    for (const profile of incentive.profiles) line[profile] = exactGainOf(form, payoffs, incentive, profile);
    return line;
  });
  const sum = row();
  sum.fill(Rational.one, 0, size);
  matrix.push(sum);
  const cost = row();
  if (egalitarian) {
    cost[size] = Rational.one;
    for (let i = 0; i < n; i++) {
      const line = row();
      for (let profile = 0; profile < size; profile++)
        line[profile] = (payoffs[profile * n + i] as Rational).add(shift).neg();
      line[size] = Rational.one;
      matrix.push(line);
    }
  } else {
    for (let profile = 0; profile < size; profile++)
      for (let i = 0; i < n; i++) {
        const weight = weightOf(objective, i);
        const worth = payoffs[profile * n + i] as Rational;
        if (weight !== 0) cost[profile] = (cost[profile] as Rational).add(weight > 0 ? worth : worth.neg());
      }
    const least = cost.reduce((most, x) => (x.compare(most) < 0 ? x : most));
    for (let profile = 0; profile < size; profile++)
      cost[profile] = (cost[profile] as Rational).sub(least).add(Rational.one);
  }
  const bounds = matrix.map((_, r) => (r === incentives.length ? Rational.one : Rational.zero));
  const found = exactSimplex(matrix, bounds, cost, stop);
  return found.status === 'optimal' ? found : undefined;
}

/** The same program in doubles, payoffs divided by their range (which leaves all multipliers as they are). */
export function programOf(form: NormalForm, incentives: readonly Incentive[], objective: Objective): LinearProgram {
  const n = form.agents.length;
  const size = form.size;
  const scale = payoffScale(form);
  const low = form.payoff.reduce((least, x) => Math.min(least, x), Number.POSITIVE_INFINITY);
  const moved = (profile: number, i: number) => ((form.payoff[profile * n + i] as number) - low) / scale + 1;
  const start: number[] = [0];
  const index: number[] = [];
  const value: number[] = [];
  const put = (variable: number, entry: number) => {
    if (entry === 0) return;
    index.push(variable);
    value.push(entry);
  };
  for (const incentive of incentives) {
    for (const profile of incentive.profiles) put(profile, gainOf(form, incentive, profile) / scale);
    start.push(index.length);
  }
  for (let profile = 0; profile < size; profile++) put(profile, 1);
  start.push(index.length);
  const egalitarian = objective.kind === 'egalitarian';
  const cost = new Float64Array(size + (egalitarian ? 1 : 0));
  if (egalitarian) {
    cost[size] = 1;
    for (let i = 0; i < n; i++) {
      for (let profile = 0; profile < size; profile++) put(profile, -moved(profile, i));
      put(size, 1);
      start.push(index.length);
    }
  } else {
    for (let profile = 0; profile < size; profile++)
      for (let i = 0; i < n; i++)
        cost[profile] = (cost[profile] as number) + weightOf(objective, i) * (moved(profile, i) - 1);
    const least = cost.reduce((most, x) => Math.min(most, x), Number.POSITIVE_INFINITY);
    for (let profile = 0; profile < size; profile++) cost[profile] = (cost[profile] as number) - least + 1;
  }
  const rows = start.length - 1;
  const rowUpper = new Float64Array(rows);
  rowUpper[incentives.length] = 1;
  return {
    variables: cost.length,
    rows,
    start: Int32Array.from(start),
    index: Int32Array.from(index),
    value: Float64Array.from(value),
    rowLower: new Float64Array(rows).fill(Number.NEGATIVE_INFINITY),
    rowUpper,
    lower: new Float64Array(cost.length),
    upper: new Float64Array(cost.length).fill(Number.POSITIVE_INFINITY),
    objective: cost,
  };
}

export function solveDensely(program: LinearProgram) {
  const matrix = new Float64Array(program.rows * program.variables);
  for (let r = 0; r < program.rows; r++)
    for (let k = program.start[r] as number; k < (program.start[r + 1] as number); k++)
      matrix[r * program.variables + (program.index[k] as number)] = program.value[k] as number;
  const found = denseSimplex(matrix, program.rowUpper, program.objective);
  return found.status === 'optimal' && solvesProgram(matrix, program.rowUpper, program.objective, found, 1e-7)
    ? { status: found.status, x: found.x, dual: found.dual, reason: undefined }
    : undefined;
}

/** What an agent's payoff counts in an objective that is a sum. */
export function weightOf(objective: Objective, agent: number): number {
  switch (objective.kind) {
    case 'welfare':
      return 1;
    case 'social_cost':
      return -1;
    case 'agent':
      return objective.agent === agent ? 1 : 0;
    default:
      return 0;
  }
}
