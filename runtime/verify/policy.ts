/** Judges policies of games of many steps. */
import type { TabularGame } from '../games/tabular.ts';
import type { Certificate, Claim, Policy, Solution } from './claim.ts';
import { Findings } from './findings.ts';
import { atStart, backup, type Free, MarkovChecker, type Payee, ruleIn, timedValues } from './markov.ts';
import { type Field, floats, isExact, type Num, rationals, toFloat } from './number.ts';
import {
  absoluteTolerance,
  choiceCount,
  exactReading,
  floatReading,
  never,
  type Reading,
  type Stop,
} from './reading.ts';

type PolicySolution = Extract<Solution, { kind: 'policy' }>;

/** Recomputing with fractions is tried up to this many outcomes (times steps, for timed policies). */
const exactWork = 400_000;

export function verifyPolicy(
  game: TabularGame,
  claim: Claim,
  solution: PolicySolution,
  relative: number,
  stop: Stop = never,
): Certificate {
  const tolerance = absoluteTolerance(game.outcomeReward, relative);
  const { policy } = solution;
  const broken = shapeProblem(game, policy);
  if (broken !== undefined) {
    const findings = new Findings(floats, game.agents.length, tolerance);
    findings.problem(broken);
    return findings.certificate(claim.kind);
  }
  const exact = exactReading(game, stop);
  const exactClaim = allExact(policy) && claim.values?.every(isExact) !== false;
  if (exact !== undefined && game.outcomeState.length * policy.rules.length <= exactWork && exactClaim) {
    const certificate =
      policy.kind === 'timed' ? judgeTimed(exact, claim, policy, 0) : judgeExactly(exact, claim, solution);
    if (certificate !== undefined) return certificate;
  }
  if (policy.kind === 'timed') return judgeTimed(floatReading(game, stop), claim, policy, tolerance);
  return judgeStationary(game, claim, policy, tolerance, guesses(game, solution), stop);
}

function allExact(policy: Policy): boolean {
  return policy.rules.every(rule => rule.every(strategy => strategy.every(isExact)));
}

function shapeProblem(game: TabularGame, policy: Policy): string | undefined {
  const n = game.agents.length;
  for (const rule of policy.rules)
    for (let s = 0; s < game.stateCount; s++)
      for (let i = 0; i < n; i++)
        if (rule[s * n + i]?.length !== choiceCount(game, s, i))
          return `the policy has no strategy for ${game.agents[i]} in ${game.describeState(s)}`;
  if (policy.rules.length === 0 && game.stateCount > 0) return 'the policy is empty';
  return undefined;
}

function massOf<T extends Num>(policy: Policy, findings: Findings<T>): void {
  for (const rule of policy.rules) for (const strategy of new Set(rule)) findings.mass(strategy);
}

/** What is compared with the policy's own value: each agent's best response, or the joint optimum of the common or summed reward. */
function questions(game: TabularGame, claim: Claim): readonly { readonly free: Free; readonly payee: Payee }[] {
  if (claim.kind === 'optimal') return [{ free: 'all', payee: 0 }];
  if (claim.kind === 'welfare') return [{ free: 'all', payee: 'sum' }];
  return game.agents.map((_, i) => ({ free: i, payee: i }));
}

function optimum(claim: Claim): boolean {
  return claim.kind === 'optimal' || claim.kind === 'welfare';
}

function judgeTimed<T extends Num>(reading: Reading<T>, claim: Claim, policy: Policy, tolerance: number): Certificate {
  const { game, field } = reading;
  const findings = new Findings(field, game.agents.length, tolerance);
  massOf(policy, findings);
  const values = game.agents.map((_, i) => timedValues(reading, policy, 'nobody', i));
  const asked = questions(game, claim).map(({ free, payee }) => ({
    own: typeof payee === 'number' ? (values[payee] as T[]) : timedValues(reading, policy, 'nobody', payee),
    best: timedValues(reading, policy, free, payee),
  }));
  report(reading, claim, values, asked, findings, 0);
  findings.values(claim.values);
  return findings.certificate(claim.kind);
}

/** The claimed values as a start for iterations: `of(i)` for agent i, `of('sum')` for all; nothing where the claim has no such table. */
function guesses(game: TabularGame, solution: PolicySolution): (payee: Payee) => Float64Array | undefined {
  const table = solution.stateValues.map(row => row.map(toFloat));
  const usable =
    table.length === game.stateCount &&
    table.every(row => row.length === game.agents.length && row.every(Number.isFinite));
  return payee =>
    usable
      ? Float64Array.from(table, row =>
          typeof payee === 'number' ? (row[payee] as number) : row.reduce((sum, x) => sum + x, 0),
        )
      : undefined;
}

function judgeStationary(
  game: TabularGame,
  claim: Claim,
  policy: Policy,
  tolerance: number,
  guess: (payee: Payee) => Float64Array | undefined,
  stop: Stop,
): Certificate {
  const reading = floatReading(game, stop);
  const findings = new Findings(floats, game.agents.length, tolerance);
  massOf(policy, findings);
  const checker = new MarkovChecker(game, stop);
  const rule = ruleIn(floats, policy.rules[0] as Policy['rules'][number]);
  const points = game.agents.map((_, i) => checker.fixedPoint(rule, 'nobody', i, guess(i)));
  let error = Math.max(...points.map(point => point.error));
  const asked = questions(game, claim).map(({ free, payee }) => {
    const own = typeof payee === 'number' ? points[payee] : checker.fixedPoint(rule, 'nobody', payee, guess(payee));
    const best = checker.fixedPoint(rule, free, payee, guess(payee));
    error = Math.max(error, best.error + (own?.error ?? 0));
    return { own: own?.values ?? [], best: best.values };
  });
  if (!Number.isFinite(error))
    findings.problem('play may go on for ever without discount, so that values are not bounded');
  report(
    reading,
    claim,
    points.map(point => point.values),
    asked,
    findings,
    error,
  );
  findings.values(claim.values);
  return findings.certificate(claim.kind);
}

function report<T extends Num>(
  reading: Reading<T>,
  claim: Claim,
  values: readonly ArrayLike<T>[],
  asked: readonly { readonly own: ArrayLike<T>; readonly best: ArrayLike<T> }[],
  findings: Findings<T>,
  error: number,
): void {
  const { game, field } = reading;
  const gains = asked.map(({ own, best }) => difference(field, atStart(reading, best), atStart(reading, own)));
  let worst = 0;
  for (const { own, best } of asked)
    for (let s = 0; s < game.stateCount; s++) worst = Math.max(worst, toFloat(field.sub(best[s] as T, own[s] as T)));
  const starts = values.map(list => atStart(reading, list));
  if (optimum(claim)) {
    const first = asked[0] as { readonly own: ArrayLike<T>; readonly best: ArrayLike<T> };
    findings.profile({ values: starts, regret: game.agents.map(() => gains[0] as T) });
    findings.gap(atStart(reading, first.own), atStart(reading, first.best));
  } else {
    findings.profile({ values: starts, regret: gains });
    findings.judgeRegret();
    if (claim.kind === 'minimax' && starts.length === 2)
      findings.gap(field.sub(starts[0] as T, gains[1] as T), field.add(starts[0] as T, gains[0] as T));
  }
  findings.uncertainty(error, worst);
}

/** Best minus own, never below zero: a best response can do no worse than the policy, whatever rounding says. */
function difference<T>(field: Field<T>, best: T, own: T): T {
  const gain = field.sub(best, own);
  return field.sign(gain) < 0 ? field.zero : gain;
}

/**
 * The exact check of a stationary policy whose values are claimed as fractions: V(s) = value of the rule at V, and no free choice
 * at V does better, in every state. Play that ends for certain or a discount below one make such a V the only one. Undefined
 * when the values are no such fixed point: the caller then measures with doubles.
 */
function judgeExactly(
  reading: NonNullable<ReturnType<typeof exactReading>>,
  claim: Claim,
  solution: PolicySolution,
): Certificate | undefined {
  const { game } = reading;
  const n = game.agents.length;
  if (
    solution.stateValues.length !== game.stateCount ||
    !solution.stateValues.every(row => row.length === n && row.every(isExact))
  )
    return undefined;
  if (!Number.isFinite(new MarkovChecker(game).amplification())) return undefined;
  const rule = ruleIn(rationals, solution.policy.rules[0] as Policy['rules'][number]);
  const values = game.agents.map((_, i) => solution.stateValues.map(row => rationals.of(row[i] as Num)));
  const sums = solution.stateValues.map(row =>
    row.reduce((sum: ReturnType<typeof rationals.of>, value) => sum.add(rationals.of(value)), rationals.zero),
  );
  for (let s = 0; s < game.stateCount; s++) {
    for (let i = 0; i < n; i++) {
      const list = values[i] as (typeof sums)[number][];
      if (!backup(reading, s, rule, 'nobody', i, list).equals(list[s] as (typeof sums)[number])) return undefined;
    }
    for (const { free, payee } of questions(game, claim)) {
      const list = typeof payee === 'number' ? (values[payee] as typeof sums) : sums;
      if (!backup(reading, s, rule, free, payee, list).equals(list[s] as (typeof sums)[number])) return undefined;
    }
  }
  const findings = new Findings(rationals, n, 0);
  massOf(solution.policy, findings);
  const same = questions(game, claim).map(({ payee }) => {
    const list = typeof payee === 'number' ? (values[payee] as typeof sums) : sums;
    return { own: list, best: list };
  });
  report(reading, claim, values, same, findings, 0);
  findings.values(claim.values);
  return findings.certificate(claim.kind);
}
