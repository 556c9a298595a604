/** The best mixed strategy to commit to: one linear program per action of the follower (Conitzer and Sandholm 2006). */
import { Rational } from '../../games/rational.ts';
import type { Num } from '../../verify/number.ts';
import { expired, type Found, type Refusal, type SolveContext, stopped } from '../answer.ts';
import { exactSimplex } from '../exact-simplex.ts';
import { type NormalForm, payoffScale, rationalPayoffs, withChoice } from '../normal-form.ts';
import { denseSimplex } from '../simplex.ts';

/** Programs of up to so many entries are solved in fractions. */
const exactEntries = 2_500;

interface Commitment {
  readonly reply: number;
  readonly value: Num;
  readonly leader: readonly Num[];
}

/**
 * The strong Stackelberg equilibrium: among equally good replies the follower takes the one the leader prefers.
 * @param leader index of the agent that commits.
 */
export function solveStackelberg(form: NormalForm, leader: number, ctx: SolveContext): Found | Refusal {
  if (form.agents.length !== 2)
    return {
      refused: `\`stackelberg\` is for two agents; ${form.name} has ${form.agents.length}`,
      remedy: 'use `correlated maximizing AGENT`, whose value bounds that of a commitment',
    };
  const follower = 1 - leader;
  const [m, n] = [form.counts[leader] as number, form.counts[follower] as number];
  const at = (i: number, j: number): number => withChoice(form, withChoice(form, 0, leader, i), follower, j);
  const multipliers = new Array<Num>(n * n).fill(Rational.zero);
  const found: Commitment[] = [];
  for (let j = 0; j < n; j++) {
    if (expired(ctx)) return stopped;
    ctx.onProgress?.(j, n, 'actions of the follower');
    const program = form.exact !== undefined && (m + 1) * n <= exactEntries ? exactly : inDoubles;
    const solved = program(form, leader, m, n, j, at, () => expired(ctx));
    if (solved === undefined) return stopped;
    solved.dual.forEach((y, k) => {
      multipliers[j * n + k] = y;
    });
    if (solved.commitment !== undefined) found.push(solved.commitment);
  }
  const compare = (a: Num, b: Num): number =>
    typeof a !== 'number' && typeof b !== 'number' ? a.compare(b) : (a as number) - (b as number);
  const best = found.reduce((most, one) => (compare(one.value, most.value) > 0 ? one : most));
  const equal = found.filter(one => compare(one.value, best.value) === 0);
  const profiles = equal.map(({ leader: mixed, reply }) => {
    const pure = Array.from({ length: n }, (_, k): Num => (k === reply ? Rational.one : Rational.zero));
    return leader === 0 ? [mixed, pure] : [pure, mixed];
  });
  const profileValues = equal.map(({ leader: mixed, reply }) =>
    form.agents.map((_, i) => expected(form, i, mixed, k => at(k, reply))),
  );
  return {
    kind: 'stackelberg',
    method: 'linear_programs',
    note: `${form.agents[leader]} commits first, ${form.agents[follower]} sees it and breaks ties in its favour; ${n} linear programs`,
    solution: { kind: 'profiles', profiles },
    values: profileValues[0],
    profileValues,
    optimality: { objective: { kind: 'agent', agent: leader }, weights: [], multipliers },
    completeness: 'some',
    warnings: [],
  };
}

interface Solved {
  readonly commitment: Commitment | undefined;
  readonly dual: readonly Num[];
}

/** The leader's payoffs are moved up to be at least 1, so that mass 1 pays and mass 0 says that the reply cannot be brought about. */
function exactly(
  form: NormalForm,
  leader: number,
  m: number,
  n: number,
  j: number,
  at: (i: number, j: number) => number,
  stop: () => boolean,
): Solved | undefined {
  const payoffs = rationalPayoffs(form);
  const low = payoffs.reduce((least, x) => (x.compare(least) < 0 ? x : least));
  const shift = Rational.one.sub(low);
  const of = (agent: number, i: number, k: number): Rational => payoffs[2 * at(i, k) + agent] as Rational;
  const rows = Array.from({ length: n }, (_, k) =>
    Array.from({ length: m }, (_, i) => of(1 - leader, i, k).sub(of(1 - leader, i, j))),
  );
  const cost = Array.from({ length: m }, (_, i) => of(leader, i, j).add(shift));
  const found = exactSimplex(
    [...rows, cost.map(() => Rational.one)],
    [...rows.map(() => Rational.zero), Rational.one],
    cost,
    stop,
  );
  if (found.status !== 'optimal') return undefined;
  const dual = found.dual.slice(0, n);
  const mass = found.x.reduce((sum, x) => sum.add(x), Rational.zero);
  if (mass.sign <= 0) return { commitment: undefined, dual };
  const mixed = found.x.map(x => x.div(mass));
  return { commitment: { reply: j, value: found.objective.div(mass).sub(shift), leader: mixed }, dual };
}

function inDoubles(
  form: NormalForm,
  leader: number,
  m: number,
  n: number,
  j: number,
  at: (i: number, j: number) => number,
): Solved | undefined {
  const scale = payoffScale(form);
  const low = form.payoff.reduce((least, x) => Math.min(least, x), Number.POSITIVE_INFINITY);
  const of = (agent: number, i: number, k: number): number => form.payoff[2 * at(i, k) + agent] as number;
  const matrix = new Float64Array((n + 1) * m);
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < n; k++) matrix[k * m + i] = (of(1 - leader, i, k) - of(1 - leader, i, j)) / scale;
    matrix[n * m + i] = 1;
  }
  const bounds = new Float64Array(n + 1);
  bounds[n] = 1;
  const cost = Float64Array.from({ length: m }, (_, i) => (of(leader, i, j) - low) / scale + 1);
  const found = denseSimplex(matrix, bounds, cost);
  if (found.status !== 'optimal') return undefined;
  // Multipliers are ratios of payoffs, which no scaling changes.
  const dual = Array.from(found.dual.subarray(0, n), y => Math.max(0, y));
  const mass = found.x.reduce((sum, x) => sum + Math.max(0, x), 0);
  if (!(mass > 1e-9)) return { commitment: undefined, dual };
  const mixed = Array.from(found.x, x => Math.max(0, x) / mass);
  const value = mixed.reduce((sum, p, i) => sum + p * of(leader, i, j), 0);
  return { commitment: { reply: j, value, leader: mixed }, dual };
}

function expected(form: NormalForm, agent: number, mixed: readonly Num[], at: (choice: number) => number): Num {
  if (mixed.every(p => typeof p !== 'number') && form.exact !== undefined)
    return (mixed as readonly Rational[]).reduce(
      (sum, p, i) =>
        p.sign === 0 ? sum : sum.add(p.mul((form.exact as readonly Rational[])[2 * at(i) + agent] as Rational)),
      Rational.zero,
    );
  return (mixed as readonly number[]).reduce((sum, p, i) => sum + p * (form.payoff[2 * at(i) + agent] as number), 0);
}
