/** Correlated (Aumann 1974) and coarse correlated (Moulin and Vial 1978) equilibria that maximise an objective, by linear programming. */
import { Rational } from '../games/rational.ts';
import type { Objective } from '../verify/claim.ts';
import { type Num, toFloat } from '../verify/number.ts';
import { expired, type Found, limitsOf, type Refusal, type SolveContext, stopped } from './answer.ts';
import { pureDevice } from './correlated-hurry.ts';
import {
  builtInEntries,
  exactEntries,
  incentivesOf,
  programOf,
  solveDensely,
  solveExactly,
  weightOf,
} from './correlated-program.ts';
import { glpk } from './glpk.ts';
import { maximumEntropy, mostEntropyEntries } from './normal/entropy.ts';
import { type NormalForm, payoffScale } from './normal-form.ts';
import { dualExactly, polish, polishExactly } from './polish.ts';

/** GLPK's answer is turned into fractions when its support and its binding constraints are at most this many entries. */
const exactPolishEntries = 6_000;

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
  const solved = entries <= builtInEntries ? solveDensely(program) : undefined;
  const solution = solved ?? (await glpk.solve(program, limitsOf(ctx)));
  const pure = solution.status === 'limit' ? pureDevice(form, objective) : undefined;
  if (pure !== undefined) {
    const { optimality: _, ...found } = finish(pure, () => 0, 'the best pure equilibrium', [
      'stopped before the linear program was solved: this is a correlated equilibrium, and others may be better',
    ]);
    return found;
  }
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
