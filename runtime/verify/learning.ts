/** Branches of logit equilibria, courses of learning and rankings, recomputed from the payoffs. */
import type { Profile, Solution } from './claim.ts';
import type { Findings } from './findings.ts';
import { type Field, floats, type Num, showNum, toFloat } from './number.ts';
import { checkDevice, checkProfile } from './one-shot.ts';
import { digits, massErrors, type PayoffTable, profileOf } from './reading.ts';

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

/** The chain of Alpha-Rank: rates of switching, as `solvers/normal/alpha-rank.ts` documents them. */
const [neutral, vanishing] = [1 / 50, 1e-12];

/**
 * Mass that flows into every profile must flow out again, and so for every group of profiles that lead to each other by switches that pay, where
 * flows within the group would hide those across its border.
 */
export function judgeRanking<T extends Num>(
  field: Field<T>,
  table: PayoffTable<T>,
  probabilities: readonly Num[],
  findings: Findings<T>,
): void {
  findings.mass(probabilities);
  const n = table.counts.length;
  const { size } = table;
  if (probabilities.length !== size) {
    findings.problem('the ranking does not have one number per joint action');
    return;
  }
  const p = probabilities.map(toFloat);
  const switches: { readonly from: number; readonly to: number; readonly rate: number }[] = [];
  const slack = 1e-12 * spread(table.payoff.map(toFloat));
  for (let from = 0; from < size; from++) {
    const choices = digits(table.counts, from);
    for (let i = 0; i < n; i++)
      for (let a = 0; a < (table.counts[i] as number); a++) {
        if (a === choices[i]) continue;
        const to = profileOf(
          table.counts,
          choices.map((choice, k) => (k === i ? a : choice)),
        );
        const gain = toFloat(field.sub(table.payoff[to * n + i] as T, table.payoff[from * n + i] as T));
        switches.push({ from, to, rate: gain > slack ? 1 : gain < -slack ? vanishing : neutral });
      }
  }
  const unbalanced = (group: readonly number[]): boolean => {
    const inside = new Set(group);
    let [into, out] = [0, 0];
    for (const { from, to, rate } of switches) {
      if (inside.has(from) === inside.has(to)) continue;
      if (inside.has(from)) out += (p[from] as number) * rate;
      else into += (p[from] as number) * rate;
    }
    return Math.abs(into - out) > 1e-6 * Math.max(into, out) + 1e-300;
  };
  const next = Array.from({ length: size }, (): number[] => []);
  for (const { from, to, rate } of switches) if (rate !== vanishing) (next[from] as number[]).push(to);
  const groups = [...Array.from({ length: size }, (_, k) => [k]), ...mutuallyReachable(next).filter(g => g.length > 1)];
  if (size > 1 && groups.some(group => group.length < size && unbalanced(group)))
    findings.problem('more mass flows into a profile, or a group of them, than out of it');
  const values = table.counts.map((_, i) =>
    field.of(p.reduce((sum, mass, number) => sum + mass * toFloat(table.payoff[number * n + i] as T), 0)),
  );
  findings.profile({ values, regret: table.counts.map(() => field.zero) });
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

/** Strongly connected groups, by reaching forwards and backwards from one member of each. */
function mutuallyReachable(next: readonly (readonly number[])[]): number[][] {
  const before = next.map((): number[] => []);
  next.forEach((list, from) => {
    for (const to of list) (before[to] as number[]).push(from);
  });
  const reach = (start: number, edges: readonly (readonly number[])[]): Set<number> => {
    const seen = new Set([start]);
    const queue = [start];
    for (let k = queue.pop(); k !== undefined; k = queue.pop())
      for (const to of edges[k] as readonly number[])
        if (!seen.has(to)) {
          seen.add(to);
          queue.push(to);
        }
    return seen;
  };
  const done = new Set<number>();
  const groups: number[][] = [];
  for (let k = 0; k < next.length; k++) {
    if (done.has(k)) continue;
    const back = reach(k, before);
    const group = [...reach(k, next)].filter(other => back.has(other)).sort((x, y) => x - y);
    for (const member of group) done.add(member);
    groups.push(group);
  }
  return groups;
}
