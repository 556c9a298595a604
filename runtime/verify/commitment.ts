/** What no commitment of a leader can exceed, by weak duality. */
import type { Claim, Profile } from './claim.ts';
import type { Findings } from './findings.ts';
import { type Field, isExact, type Num } from './number.ts';
import { checkProfile, type ProfileCheck } from './one-shot.ts';
import { type PayoffTable, profileOf } from './reading.ts';

/** The follower must answer the commitment as well as it can; the leader is bound by it and may regret it. */
export function replyProblem<T>(
  field: Field<T>,
  check: ProfileCheck<T>,
  claim: Claim,
  tolerance: number,
): string | undefined {
  const objective = claim.optimality?.objective;
  if (objective?.kind !== 'agent') return 'the leader is not named';
  const regret = check.regret[1 - objective.agent];
  return regret !== undefined && field.toNumber(regret) <= tolerance
    ? undefined
    : 'the follower has a better reply to the commitment';
}

/** What every listed commitment reaches, against the bound of weak duality. */
export function judgeCommitment<T extends Num>(
  field: Field<T>,
  table: PayoffTable<T>,
  claim: Claim,
  profiles: readonly Profile[],
  findings: Findings<T>,
  floatTolerance: number,
): void {
  const { optimality } = claim;
  if (optimality?.objective.kind !== 'agent' || profiles.length === 0) {
    findings.problem('no commitment is listed');
    return;
  }
  const leader = optimality.objective.agent;
  const worths = profiles.map(profile => checkProfile(field, table, profile).values[leader] as T);
  const reached = worths.reduce((least, worth) => (field.compare(worth, least) < 0 ? worth : least));
  const upper = commitmentBound(field, table, leader, optimality.multipliers);
  if (upper === undefined) findings.problem('the proof of optimality does not fit the game');
  else if (optimality.multipliers.every(isExact)) findings.gap(reached, upper);
  else findings.gap(reached, upper, floatTolerance * 10);
}

/**
 * For any multipliers y_jk >= 0: a mixture x to which j is a best reply has sum_i x_i (B_ik - B_ij) <= 0 for all k, so its worth to the leader
 * is at most max_i (A_ij - sum_k y_jk (B_ik - B_ij)). The greatest of these over all j bounds every commitment.
 * @param multipliers `y[j * n + k]` for a follower with n actions.
 */
export function commitmentBound<T>(
  field: Field<T>,
  table: PayoffTable<T>,
  leader: number,
  multipliers: readonly Num[],
): T | undefined {
  if (table.counts.length !== 2) return undefined;
  const follower = 1 - leader;
  const [m, n] = [table.counts[leader] as number, table.counts[follower] as number];
  if (multipliers.length !== n * n) return undefined;
  const of = (agent: number, i: number, j: number): T =>
    table.payoff[profileOf(table.counts, leader === 0 ? [i, j] : [j, i]) * 2 + agent] as T;
  let bound: T | undefined;
  for (let j = 0; j < n; j++)
    for (let i = 0; i < m; i++) {
      let worth = of(leader, i, j);
      for (let k = 0; k < n; k++) {
        const y = field.of(multipliers[j * n + k] as Num);
        if (field.sign(y) <= 0) continue;
        worth = field.sub(worth, field.mul(y, field.sub(of(follower, i, k), of(follower, i, j))));
      }
      if (bound === undefined || field.compare(worth, bound) > 0) bound = worth;
    }
  return bound;
}
