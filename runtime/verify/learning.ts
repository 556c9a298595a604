/** Branches of logit equilibria, courses of learning and rankings, recomputed from the payoffs. */
import type { Profile, Solution } from './claim.ts';
import type { Findings } from './findings.ts';
import { type Field, floats, type Num, showNum, toFloat } from './number.ts';
import { checkDevice, checkProfile } from './one-shot.ts';
import { digits, massErrors, type PayoffTable } from './reading.ts';

type Branch = Extract<Solution, { kind: 'branch' }>;
type Course = Extract<Solution, { kind: 'course' }>;

/** The same table in doubles. */
function inDoubles<T extends Num>(table: PayoffTable<T>): PayoffTable<number> {
  return { ...table, payoff: table.payoff.map(toFloat) };
}

/**
 * At every point log p_a - log p_b must be lambda (u_a - u_b). What is off is measured as a payoff: the error of the logarithms over lambda,
 * or the error itself while lambda is small.
 */
export function judgeBranch<T extends Num>(
  field: Field<T>,
  table: PayoffTable<T>,
  solution: Branch,
  findings: Findings<T>,
): void {
  const doubles = inDoubles(table);
  const range = spread(doubles.payoff);
  let worst = 0;
  for (const { lambda, profile } of solution.points) {
    if (profile.some(strategy => !sumsToOne(strategy)))
      findings.problem(`the strategies at lambda ${lambda} do not sum to one`);
    const { deviations } = checkProfile(floats, doubles, profile);
    deviations.forEach((gets, i) => {
      const p = (profile[i] ?? []).map(toFloat);
      const top = p.reduce((best, x, a) => (x > (p[best] as number) ? a : best), 0);
      gets.forEach((worth, a) => {
        const log = Math.log(p[a] as number) - Math.log(p[top] as number);
        const due = lambda * (worth - (gets[top] as number));
        // Where a probability is too small for a double, its logarithm must be small, too.
        const error = (p[a] as number) < 1e-280 ? Math.max(0, due + 600) : Math.abs(log - due);
        worst = Math.max(worst, error / Math.max(1, lambda * range));
      });
    });
  }
  if (!(worst <= 1e-7)) findings.problem(`a point of the branch misses the logit condition by ${showNum(worst)}`);
  const end: Profile | undefined = solution.limit ?? solution.points.at(-1)?.profile;
  if (end === undefined) {
    findings.problem('the branch has no points');
    return;
  }
  for (const strategy of end) findings.mass(strategy);
  findings.profile(checkProfile(field, table, end));
  if (solution.limit !== undefined) findings.judgeRegret();
}

/** Distances are measured again for every moment; the regret is that of the whole play, as a coarse correlated equilibrium. */
export function judgeCourse<T extends Num>(
  field: Field<T>,
  table: PayoffTable<T>,
  solution: Course,
  tolerance: number,
  findings: Findings<T>,
): void {
  const doubles = inDoubles(table);
  let last = 0;
  for (const { at, play, average, current, distances } of solution.snapshots) {
    if (!(at > last)) findings.problem('the moments are not in order');
    last = at;
    if (play.length !== table.size) {
      findings.problem('what was played is not given for every joint action');
      return;
    }
    findings.mass(play);
    if (current?.some(strategy => !sumsToOne(strategy)) === true)
      findings.problem(`the strategies at ${at} do not sum to one`);
    const p = play.map(toFloat);
    const means = table.counts.map(count => new Array<number>(count).fill(0));
    p.forEach((mass, number) => {
      digits(table.counts, number).forEach((choice, i) => {
        const list = means[i] as number[];
        list[choice] = (list[choice] as number) + mass;
      });
    });
    const off = means.some((list, i) => list.some((x, a) => Math.abs(x - toFloat(average[i]?.[a] ?? -1)) > 1e-9));
    if (off) findings.problem(`the average strategies after ${at} are not those of what was played`);
    const most = (regret: readonly number[]): number => Math.max(0, ...regret);
    const measured = {
      nash: most(checkProfile(floats, doubles, means).regret),
      ce: most(checkDevice(floats, doubles, p, 'ce').regret),
      cce: most(checkDevice(floats, doubles, p, 'cce').regret),
    };
    for (const name of ['nash', 'ce', 'cce'] as const)
      if (!(Math.abs(measured[name] - distances[name]) <= tolerance))
        findings.problem(
          `after ${at} the distance ${name} was said to be ${showNum(distances[name])} and is ${showNum(measured[name])}`,
        );
  }
  const end = solution.snapshots.at(-1);
  if (end === undefined) findings.problem('nothing was recorded');
  else
    findings.device(
      checkDevice(
        field,
        table,
        end.play.map(p => field.of(p)),
        'cce',
      ),
    );
}

function sumsToOne(strategy: readonly Num[]): boolean {
  const { negative, sum } = massErrors(strategy);
  return negative === 0 && sum <= 1e-10;
}

function spread(values: readonly number[]): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high > low ? high - low : 1;
}
