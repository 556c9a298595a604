/**
 * The verifier. It recomputes what an answer claims from the game itself and shares no code with the solvers (a lint rule keeps it
 * so): expected payoffs, regrets, feasibility of probabilities, bounds on optima. What it cannot confirm becomes `approximate`.
 */
import type { TabularGame } from '../games/tabular.ts';
import { verifyBehaviour } from './behaviour.ts';
import type { Certificate, Claim, Solution } from './claim.ts';
import { judgeCommitment, replyProblem } from './commitment.ts';
import { checkComponents } from './components.ts';
import { checkedBy, Findings, outOfTime } from './findings.ts';
import { verifyJoint } from './joint.ts';
import { judgeBranch, judgeCourse } from './learning.ts';
import { verifyMediator } from './mediator.ts';
import { type Field, floats, isExact, type Num, rationals, toFloat } from './number.ts';
import {
  checkDevice,
  checkElimination,
  checkProfile,
  deviceUpperBound,
  isPureEquilibrium,
  objectiveOf,
  type ProfileCheck,
  undominated,
} from './one-shot.ts';
import { verifyPolicy } from './policy.ts';
import { judgeRanking } from './ranking.ts';
import {
  absoluteTolerance,
  digits,
  exactReading,
  floatReading,
  never,
  type PayoffTable,
  profileOf,
  type Stop,
  tabulate,
  unlessOutOfTime,
} from './reading.ts';

import { isChosen, judgeChosen } from './selection.ts';
import { checkStability } from './stability.ts';

export { checkedBy } from './findings.ts';

/**
 * Checks a claim about a game.
 * @param stop asked now and then; once it is true the rest is left unchecked, and the certificate says so.
 * @param tolerance regret that counts as none, as a part of the range of the payoffs; ignored (0) where all is rational.
 */
export function verify(game: TabularGame, claim: Claim, tolerance: number, stop: Stop = never): Certificate {
  return unlessOutOfTime(() => verifyAll(game, claim, tolerance, stop)) ?? abandoned(game, claim);
}

/** Nothing was confirmed in the time there was. */
function abandoned(game: TabularGame, claim: Claim): Certificate {
  const findings = new Findings(floats, game.agents.length, 0);
  findings.abandon(outOfTime);
  return findings.certificate(claim.kind);
}

function verifyAll(game: TabularGame, claim: Claim, tolerance: number, stop: Stop): Certificate {
  if (claim.solution.kind === 'policy') return verifyPolicy(game, claim, claim.solution, tolerance, stop);
  if (claim.solution.kind === 'devices' || claim.solution.kind === 'outlooks')
    return verifyJoint(game, claim, claim.solution, tolerance, stop);
  if (claim.solution.kind === 'mixture') return verifyMediator(game, claim, claim.solution, tolerance, stop);
  if (claim.solution.kind === 'behaviour') return verifyBehaviour(game, claim, claim.solution.agents, tolerance, stop);
  const exact = exactReading(game, stop);
  if (exact !== undefined && solutionNumbers(claim.solution).every(isExact)) {
    const table = tabulate(exact);
    if (table !== undefined) {
      // A bound proved by multipliers in doubles cannot be met exactly, even where the device itself is exact.
      const scale = table.payoff.map(value => value.toNumber());
      return judge(rationals, table, claim, 0, absoluteTolerance(scale, tolerance));
    }
  }
  const table = tabulate(floatReading(game, stop));
  if (table === undefined) return unreadable(game);
  const allowed = absoluteTolerance(table.payoff, tolerance);
  return judge(floats, table, claim, allowed, allowed);
}

function solutionNumbers(solution: Solution): Num[] {
  if (solution.kind === 'profiles') return solution.profiles.flat(2);
  if (solution.kind === 'device') return [...solution.probabilities];
  if (solution.kind === 'branch') return (solution.limit ?? solution.points.at(-1)?.profile ?? []).flat();
  if (solution.kind === 'course') return [...(solution.snapshots.at(-1)?.play ?? [])];
  if (solution.kind === 'elimination') return solution.steps.flatMap(step => [...step.by]);
  return [];
}

function unreadable(game: TabularGame): Certificate {
  const unknown = game.agents.map(() => Number.POSITIVE_INFINITY);
  return {
    kind: 'approximate',
    values: undefined,
    regret: unknown,
    nashConv: Number.POSITIVE_INFINITY,
    epsilon: Number.POSITIVE_INFINITY,
    feasibility: { negativeMass: 0, sumError: 0, maxViolation: 0 },
    arithmetic: 'float64',
    tolerance: 0,
    checkedBy,
    problems: ['the game is not a one-step game in which all agents see the same'],
  };
}

/** The common part: one table of payoffs, one field of numbers. Tolerances are in payoff units; the second is for numbers that are doubles. */
function judge<T extends Num>(
  field: Field<T>,
  table: PayoffTable<T>,
  claim: Claim,
  tolerance: number,
  floatTolerance: number,
): Certificate {
  const findings = new Findings(field, table.counts.length, tolerance);
  const { solution } = claim;
  if (solution.kind === 'branch') judgeBranch(field, table, solution, findings);
  else if (solution.kind === 'course') judgeCourse(field, table, solution, floatTolerance, findings);
  else if (solution.kind === 'device' && claim.kind === 'alpha_rank')
    judgeRanking(field, table, claim, solution.probabilities, findings);
  else if (solution.kind === 'profiles')
    judgeProfiles(field, table, claim, solution.profiles, findings, { exact: tolerance, float: floatTolerance });
  else if (solution.kind === 'device')
    judgeDevice(field, table, claim, solution.probabilities, findings, floatTolerance);
  else if (solution.kind === 'outcomes') judgeOutcomes(field, table, claim, solution.outcomes, findings);
  else if (solution.kind === 'elimination') {
    const slack = field.of(tolerance);
    findings.problem(checkElimination(field, table, solution.steps, solution.surviving, slack));
    if (solution.surviving.every(list => list.length === 1)) {
      const choices = solution.surviving.map(list => list[0] as number);
      findings.profile(checkProfile(field, table, pure(table.counts, choices)));
    }
  }
  findings.values(claim.values);
  return findings.certificate(claim.kind);
}

function pure(counts: readonly number[], choices: readonly number[]): number[][] {
  return counts.map((count, i) => Array.from({ length: count }, (_, a) => (a === choices[i] ? 1 : 0)));
}

function shapeProblem(counts: readonly number[], profile: readonly (readonly Num[])[]): string | undefined {
  const fits = profile.length === counts.length && counts.every((count, i) => profile[i]?.length === count);
  return fits ? undefined : 'a profile does not have one probability per action of every agent';
}

function judgeProfiles<T extends Num>(
  field: Field<T>,
  table: PayoffTable<T>,
  claim: Claim,
  profiles: readonly (readonly (readonly Num[])[])[],
  findings: Findings<T>,
  allowed: { readonly exact: number; readonly float: number },
): void {
  const listed = new Set<number>();
  for (const profile of profiles) {
    const problem = shapeProblem(table.counts, profile);
    if (problem !== undefined) {
      findings.problem(problem);
      continue;
    }
    for (const strategy of profile) findings.mass(strategy);
    const check = checkProfile(field, table, profile);
    findings.profile(check);
    if (claim.kind === 'epsilon_nash')
      findings.problem(epsilonProblem(field, check, claim.epsilon ?? 0, allowed.exact));
    else if (claim.kind === 'stackelberg') findings.problem(replyProblem(field, check, claim, allowed.exact));
    else findings.judgeRegret();
    if (claim.kind === 'ess') findings.problem(checkStability(field, table, profile, allowed.exact));
    if (claim.kind === 'minimax') findings.gap(...valueBounds(field, check, table.counts.length));
    const choices = profile.map(strategy => strategy.findIndex(p => toFloat(p) === 1));
    if (choices.every(choice => choice >= 0)) listed.add(profileOf(table.counts, choices));
  }
  if (claim.components !== undefined)
    findings.problem(checkComponents(field, profiles, claim.components, claim.completeness));
  if (claim.kind === 'stackelberg') judgeCommitment(field, table, claim, profiles, findings, allowed.float);
  if (claim.kind === 'ess' || claim.kind === 'stackelberg') return;
  if (isChosen(claim.kind)) {
    findings.problem(judgeChosen(field, table, claim.kind, listed, profiles.length, claim.epsilon ?? 0));
    return;
  }
  if (claim.completeness === 'all-proved' || claim.completeness === 'none-proved') {
    // A list that claims to be complete must at least hold every pure equilibrium.
    for (let number = 0; number < table.size; number++) {
      if (listed.has(number) || !isPureEquilibrium(field, table, number, field.zero)) continue;
      findings.problem(
        `the pure equilibrium ${digits(table.counts, number).join(', ')} is missing from a list that claims to be complete`,
      );
      break;
    }
  }
}

function epsilonProblem<T extends Num>(
  field: Field<T>,
  check: ProfileCheck<T>,
  epsilon: number,
  tolerance: number,
): string | undefined {
  const most = Math.max(...check.regret.map(regret => field.toNumber(regret)));
  return most <= epsilon + tolerance ? undefined : `an agent could gain ${most}, more than the ${epsilon} claimed`;
}

/** What the first agent is sure of and what the second cannot let it exceed, in a two-agent constant-sum game. */
function valueBounds<T>(field: Field<T>, check: ProfileCheck<T>, agents: number): [T, T] {
  const first = check.values[0] as T;
  if (agents !== 2) return [first, first];
  return [field.sub(first, check.regret[1] as T), field.add(first, check.regret[0] as T)];
}

function judgeDevice<T extends Num>(
  field: Field<T>,
  table: PayoffTable<T>,
  claim: Claim,
  probabilities: readonly Num[],
  findings: Findings<T>,
  floatTolerance: number,
): void {
  if (probabilities.length !== table.size) {
    findings.problem('the device does not have one probability per joint action');
    return;
  }
  findings.mass(probabilities);
  const kind = claim.kind === 'cce' ? 'cce' : 'ce';
  const check = checkDevice(
    field,
    table,
    probabilities.map(p => field.of(p)),
    kind,
  );
  findings.device(check);
  findings.judgeRegret();
  const optimality = claim.optimality;
  if (optimality === undefined) return;
  const reached = objectiveOf(
    field,
    optimality.objective,
    check.values,
    probabilities.map(p => field.of(p)),
  );
  const upper = deviceUpperBound(field, table, kind, optimality.objective, optimality.weights, optimality.multipliers);
  if (upper === undefined) findings.problem('the proof of optimality does not fit the game');
  else if ([...optimality.weights, ...optimality.multipliers].every(isExact)) findings.gap(reached, upper);
  else findings.gap(reached, upper, floatTolerance * 10);
}

function judgeOutcomes<T extends Num>(
  field: Field<T>,
  table: PayoffTable<T>,
  claim: Claim,
  outcomes: readonly (readonly number[])[],
  findings: Findings<T>,
): void {
  const n = table.counts.length;
  const listed = new Set(outcomes.map(choices => profileOf(table.counts, choices)));
  if (outcomes.length === 0 && claim.kind !== 'nash_product')
    findings.problem('no outcome is listed, yet some outcome is always best');
  for (const choices of outcomes) findings.profile(checkProfile(field, table, pure(table.counts, choices)));
  if (claim.kind === 'leximin' || claim.kind === 'nash_product') {
    findings.problem(judgeChosen(field, table, claim.kind, listed, outcomes.length, 0));
    return;
  }
  if (claim.kind === 'pareto') {
    const front = undominated(field, table);
    if (front.length !== listed.size || front.some(number => !listed.has(number)))
      findings.problem('the list differs from the undominated outcomes');
    return;
  }
  const sums = Array.from({ length: table.size }, (_, number) => {
    let total = field.zero;
    for (let i = 0; i < n; i++) total = field.add(total, table.payoff[number * n + i] as T);
    return total;
  });
  const best = sums.reduce((most, sum) => (field.compare(sum, most) > 0 ? sum : most));
  const worst = [...listed]
    .map(number => sums[number] as T)
    .reduce((least, sum) => (field.compare(sum, least) < 0 ? sum : least), best);
  findings.gap(worst, best);
}
