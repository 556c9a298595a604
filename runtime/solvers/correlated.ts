/** Correlated (Aumann 1974) and coarse correlated (Moulin and Vial 1978) equilibria that maximise an objective, by linear programming. */
import { Rational } from '../games/rational.ts';
import type { Objective } from '../verify/claim.ts';
import { type Num, toFloat } from '../verify/number.ts';
import { expired, type Found, type Refusal, type SolveContext, stopped } from './answer.ts';
import { exactSimplex } from './exact-simplex.ts';
import { glpk } from './glpk.ts';
import type { LinearProgram } from './linear-program.ts';
import { maximumEntropy, mostEntropyEntries } from './normal/entropy.ts';
import { choicesOf, exactGainOf, gainOf, type NormalForm, payoffScale } from './normal-form.ts';
import { dualExactly, polish, polishExactly } from './polish.ts';
import { denseSimplex, solvesProgram } from './simplex.ts';

/** Programs with up to this many entries are solved in fractions throughout, and up to the second number by the built-in simplex. */
const exactEntries = 800;
const builtInEntries = 20_000;
/** GLPK's answer is turned into fractions when its support and its binding constraints are at most this many entries. */
const exactPolishEntries = 6_000;

/** One incentive constraint: sum over profiles of probability times gain is at most 0. */
interface Incentive {
  readonly agent: number;
  /** The recommendation obeyed; undefined for coarse deviations. */
  readonly recommended: number | undefined;
  readonly deviation: number;
  /** Place of its multiplier in the proof of optimality. */
  readonly place: number;
  readonly profiles: readonly number[];
}

export function parseObjective(text: string | undefined, agents: readonly string[]): Objective | Refusal {
  if (text === undefined || text === 'welfare') return { kind: 'welfare' };
  if (text === 'egalitarian' || text === 'social_cost' || text === 'entropy') return { kind: text };
  const agent = agents.indexOf(text);
  if (agent >= 0) return { kind: 'agent', agent };
  return {
    refused: `nothing is called \`${text}\` to maximise`,
    remedy: `write \`maximizing welfare\`, \`egalitarian\`, \`social_cost\`, \`entropy\` or an agent: ${agents.join(', ')}`,
  };
}

export async function solveCorrelated(
  form: NormalForm,
  kind: 'ce' | 'cce',
  objective: Objective,
  ctx: SolveContext,
): Promise<Found | Refusal> {
  const incentives = incentivesOf(form, kind);
  const places = form.counts.reduce((sum, count) => sum + (kind === 'ce' ? count * count : count), 0);
  const egalitarian = objective.kind === 'egalitarian';
  const rows = incentives.length + 1 + (egalitarian ? form.agents.length : 0);
  const entries = rows * (form.size + 1);
  const finish = (
    probabilities: readonly Num[],
    dual: (row: number) => Num,
    how: string,
    warnings: readonly string[],
  ): Found => {
    const multipliers = new Array<Num>(places).fill(Rational.zero);
    incentives.forEach((incentive, r) => {
      multipliers[incentive.place] = dual(r);
    });
    const weights = egalitarian ? form.agents.map((_, i) => dual(incentives.length + 1 + i)) : [];
    const values = valuesOf(form, probabilities);
    const value = objective.kind === 'entropy' ? entropy(probabilities) : objectiveValue(objective, values);
    return {
      kind,
      method: objective.kind === 'entropy' ? 'dual_newton' : 'linear_program',
      note: `${how}: ${form.size} probabilities, ${incentives.length} incentive constraints`,
      solution: { kind: 'device', probabilities },
      values,
      objective: { of: objective, value },
      optimality: { objective, weights, multipliers },
      completeness: 'one',
      warnings,
    };
  };
  if (objective.kind === 'entropy') {
    if (entries > mostEntropyEntries)
      return {
        refused: `the greatest entropy is sought in up to ${mostEntropyEntries} gains; ${form.name} has ${entries}`,
        remedy: 'use `maximizing welfare`, or a smaller game',
      };
    const found = await maximumEntropy(form, incentives, ctx);
    if (expired(ctx)) return stopped;
    if (found === undefined)
      return {
        refused: 'the linear programs that find what is ever played ended without an answer',
        remedy: 'scale the payoffs to a common size, or use `maximizing welfare`',
      };
    const warnings = found.converged ? [] : ["Newton's method stopped early; the bounds say how far it came"];
    return finish(found.probabilities, r => found.multipliers[r] as number, "Newton's method on the dual", warnings);
  }
  if (form.exact !== undefined && entries <= exactEntries) {
    const found = solveExactly(form, form.exact, incentives, objective, () => expired(ctx));
    if (found !== undefined)
      return finish(found.x.slice(0, form.size), r => found.dual[r] as Rational, 'linear program in fractions', []);
  }
  const program = programOf(form, incentives, objective);
  const seconds = ctx.deadline === undefined ? undefined : Math.max(1, (ctx.deadline - performance.now()) / 1000);
  const solved = entries <= builtInEntries ? solveDensely(program) : undefined;
  const solution = solved ?? (await glpk.solve(program, seconds === undefined ? {} : { seconds }));
  if (solution.status !== 'optimal')
    return {
      refused: `the linear program of ${form.size} probabilities ended as \`${solution.status}\`${solution.reason === undefined ? '' : `: ${solution.reason}`}`,
      remedy: 'allow more time, or scale the payoffs to a common size',
    };
  const backend = solved === undefined ? glpk.name : 'built-in';
  const dual = (r: number): Num => Math.max(0, solution.dual[r] as number);
  const x = solution.x.slice(0, form.size);
  const level = egalitarian
    ? form.agents.flatMap((_, i) => (toFloat(dual(incentives.length + 1 + i)) > 1e-8 ? [i] : []))
    : [];
  const system = { form, incentives, level, scale: payoffScale(form) };
  if (form.exact !== undefined) {
    const exact = polishExactly(system, x, exactPolishEntries);
    if (exact !== undefined) {
      const fixed = egalitarian ? undefined : form.agents.map((_, i) => Rational.of(weightOf(objective, i)));
      const proof = dualExactly(system, exact, r => Math.max(0, solution.dual[r] as number), fixed, exactPolishEntries);
      const exactDual = (r: number): Num =>
        (r < incentives.length ? proof?.multipliers[r] : proof?.weights[r - incentives.length - 1]) ?? Rational.zero;
      return finish(exact, proof === undefined ? dual : exactDual, `linear program by ${backend}, then fractions`, []);
    }
  }
  return finish(polish(system, x), dual, `linear program by ${backend}`, []);
}

/**
 * The device of a correlated equilibrium of a small stage game, in fractions where the payoffs are and there are few; undefined where the
 * program is too large for the built-in simplex or has no trustworthy end. Neither entropy nor multipliers: a stage game is one of many.
 */
export function stageDevice(form: NormalForm, objective: Objective): readonly Num[] | undefined {
  const incentives = incentivesOf(form, 'ce');
  const egalitarian = objective.kind === 'egalitarian';
  const entries = (incentives.length + 1 + (egalitarian ? form.agents.length : 0)) * (form.size + 1);
  if (form.exact !== undefined) {
    if (entries > exactEntries) return undefined;
    return solveExactly(form, form.exact, incentives, objective, () => false)?.x.slice(0, form.size);
  }
  if (entries > builtInEntries) return undefined;
  const solved = solveDensely(programOf(form, incentives, objective));
  if (solved === undefined) return undefined;
  const level = egalitarian
    ? form.agents.flatMap((_, i) => ((solved.dual[incentives.length + 1 + i] as number) > 1e-8 ? [i] : []))
    : [];
  return polish({ form, incentives, level, scale: payoffScale(form) }, solved.x.slice(0, form.size));
}

function incentivesOf(form: NormalForm, kind: 'ce' | 'cce'): Incentive[] {
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
function solveExactly(
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
function programOf(form: NormalForm, incentives: readonly Incentive[], objective: Objective): LinearProgram {
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

function solveDensely(program: LinearProgram) {
  const matrix = new Float64Array(program.rows * program.variables);
  for (let r = 0; r < program.rows; r++)
    for (let k = program.start[r] as number; k < (program.start[r + 1] as number); k++)
      matrix[r * program.variables + (program.index[k] as number)] = program.value[k] as number;
  const found = denseSimplex(matrix, program.rowUpper, program.objective);
  return found.status === 'optimal' && solvesProgram(matrix, program.rowUpper, program.objective, found, 1e-7)
    ? { status: found.status, x: found.x, dual: found.dual, reason: undefined }
    : undefined;
}

function valuesOf(form: NormalForm, probabilities: readonly Num[]): Num[] {
  const n = form.agents.length;
  const exact = form.exact;
  return form.agents.map((_, i) => {
    if (exact !== undefined && probabilities.every(p => typeof p !== 'number'))
      return probabilities.reduce((sum: Rational, p, profile) => {
        const weight = p as Rational;
        return weight.sign === 0 ? sum : sum.add(weight.mul(exact[profile * n + i] as Rational));
      }, Rational.zero);
    return probabilities.reduce(
      (sum: number, p, profile) => sum + (p as number) * (form.payoff[profile * n + i] as number),
      0,
    );
  });
}

/** What an agent's payoff counts in an objective that is a sum. */
function weightOf(objective: Objective, agent: number): number {
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

/** In nats. */
function entropy(probabilities: readonly Num[]): number {
  return probabilities.map(toFloat).reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0);
}

function objectiveValue(objective: Objective, values: readonly Num[]): Num {
  if (objective.kind === 'agent') return values[objective.agent] as Num;
  const exact = values.filter(value => typeof value !== 'number');
  const sign = objective.kind === 'social_cost' ? -1 : 1;
  const summed = objective.kind === 'welfare' || objective.kind === 'social_cost';
  if (exact.length === values.length)
    return summed
      ? exact.reduce((a, b) => a.add(b)).mul(Rational.of(sign))
      : exact.reduce((a, b) => (b.compare(a) < 0 ? b : a));
  const numbers = values as readonly number[];
  return summed ? sign * numbers.reduce((a, b) => a + b, 0) : numbers.reduce((a, b) => Math.min(a, b));
}
