/** The best that agents can do together, by value iteration (Bellman 1957) or backward induction: one agent, a common reward, or the sum. */
import type { Rational } from '../games/rational.ts';
import type { TabularGame } from '../games/tabular.ts';
import type { Policy, Strategy } from '../verify/claim.ts';
import { type Num, rationals } from '../verify/number.ts';
import type { Found, Refusal, SolveContext } from './answer.ts';
import { stopped } from './answer.ts';
import { describeIterations, induceFixedPoint, inducePasses, iterate } from './induction.ts';
import {
  type Course,
  commonReward,
  countsIn,
  courseOf,
  describeCourse,
  exactNumbers,
  finiteRewards,
  floatNumbers,
  hiddenState,
  hiddenStateText,
  horizonWarning,
  lookahead,
  type Numbers,
  PureStrategies,
  startValue,
} from './markov.ts';
import { solveNear } from './polish.ts';

/** Fractions are used up to this many outcomes (times steps), and for linear systems of this many states. */
const exactOutcomes = 200_000;
const exactSystem = 48;

export function solveOptimal(game: TabularGame, ctx: SolveContext): Found | Refusal {
  if (game.agents.length > 1 && !commonReward(game))
    return {
      refused: `\`optimal\` needs one agent or a common reward; the agents of ${game.name} are paid differently`,
      remedy: 'use `welfare` for the greatest sum, or `nash`',
    };
  return solveJointly(game, 0, 'optimal', ctx);
}

/** The greatest expected sum of returns under one hand. */
export function solveJointWelfare(game: TabularGame, ctx: SolveContext): Found | Refusal {
  return solveJointly(game, 'sum', 'welfare', ctx);
}

interface Plan<T> {
  readonly values: ArrayLike<T>;
  /** `choice[t][s]`: joint action chosen, counted from the state's first. One list for stationary plans. */
  readonly choice: readonly Int32Array[];
  readonly finished: boolean;
  /** What a limited number of iterations came to. */
  readonly reached?: string;
}

function solveJointly(
  game: TabularGame,
  payee: number | 'sum',
  kind: 'optimal' | 'welfare',
  ctx: SolveContext,
): Found | Refusal {
  const infinite = finiteRewards(game);
  if (infinite !== undefined) return infinite;
  const course = courseOf(game);
  if ('refused' in course) return course;
  const warnings = horizonWarning(game, course);
  const hidden = hiddenState(game);
  if (hidden !== undefined)
    warnings.push(
      `${hiddenStateText(game, hidden)}; the value is an upper bound that agents which decide on what they see may not reach`,
    );
  const limited = ctx.iterations !== undefined && course.kind === 'cyclic';
  const exact = limited ? undefined : planExactly(game, payee, course, ctx);
  const plan: Plan<Num> = exact ?? planInFloats(game, payee, course, ctx);
  if (!plan.finished) {
    if (course.kind !== 'cyclic') return stopped;
    warnings.push(plan.reached ?? 'stopped at the time limit before the values settled');
  }
  const policy = policyOf(game, course, plan);
  const ownValues = game.agents.map((_, i) =>
    payee === i || (kind === 'optimal' && payee === 0)
      ? plan.values
      : evaluate(game, i, course, plan, exact !== undefined, ctx),
  );
  const stateValues = Array.from({ length: game.stateCount }, (_, s) => ownValues.map(values => values[s] as Num));
  const inFractions = stateValues.every(row => row.every(value => typeof value !== 'number'));
  const values = ownValues.map((list, i) => startOf(game, i, list, inFractions));
  return {
    kind,
    method: course.kind === 'cyclic' ? 'value_iteration' : 'backward_induction',
    note: `${describeCourse(game, course)}; ${game.stateCount} states${hidden === undefined ? '' : '; all agents are taken to see the whole state'}${plan.reached !== undefined && plan.finished ? `; ${plan.reached}` : ''}`,
    solution: { kind: 'policy', policy, stateValues },
    values,
    completeness: 'one',
    warnings,
  };
}

function startOf(game: TabularGame, agent: number, values: ArrayLike<Num>, inFractions: boolean): Num {
  const exact = inFractions ? exactNumbers(game, agent) : undefined;
  if (exact !== undefined) return startValue(game, exact, Array.from(values, rationals.of));
  return startValue(
    game,
    floatNumbers(game, agent),
    Array.from(values, value => (typeof value === 'number' ? value : value.toNumber())),
  );
}

function greedy<T>(
  game: TabularGame,
  numbers: Numbers<T>,
  state: number,
  values: ArrayLike<T>,
  slack: number,
): { choice: number; value: T } {
  const from = game.jointStart[state] as number;
  let choice = 0;
  let best: T | undefined;
  for (let joint = from; joint < (game.jointStart[state + 1] as number); joint++) {
    const value = lookahead(game, numbers, joint, values);
    if (
      best === undefined ||
      (numbers.field.exact
        ? numbers.field.compare(value, best) > 0
        : numbers.field.toNumber(value) > numbers.field.toNumber(best) + slack)
    ) {
      best = value;
      choice = joint - from;
    }
  }
  return { choice, value: best ?? numbers.field.zero };
}

function planByPasses<T>(
  game: TabularGame,
  numbers: Numbers<T>,
  course: Exclude<Course, { kind: 'cyclic' }>,
  ctx: SolveContext,
): Plan<T> {
  const choices: Int32Array[] = [];
  let list = new Int32Array(game.stateCount);
  let done = 0;
  const found = inducePasses(
    game,
    course,
    numbers.field.zero,
    (s, values) => {
      const { choice, value } = greedy(game, numbers, s, values, 0);
      list[s] = choice;
      if (++done === game.stateCount) {
        choices.unshift(list);
        list = new Int32Array(game.stateCount);
        done = 0;
      }
      return value;
    },
    ctx,
  );
  return { values: found.values, choice: choices, finished: found.finished };
}

function planInFloats(game: TabularGame, payee: number | 'sum', course: Course, ctx: SolveContext): Plan<number> {
  const numbers = floatNumbers(game, payee);
  if (course.kind !== 'cyclic') return planByPasses(game, numbers, course, ctx);
  const scale = game.outcomeReward.reduce((most, reward) => Math.max(most, Math.abs(reward)), Number.MIN_VALUE);
  const choice = new Int32Array(game.stateCount);
  const backup = (s: number, values: ArrayLike<number>): number => {
    const best = greedy(game, numbers, s, values, 1e-13 * scale);
    choice[s] = best.choice;
    return best.value;
  };
  if (ctx.iterations !== undefined) {
    const cut = iterate(game, scale, backup, ctx.iterations, ctx);
    return { values: cut.values, choice: [choice], finished: cut.finished, reached: describeIterations(ctx, cut) };
  }
  const found = induceFixedPoint(game, scale, backup, ctx, values => {
    // Modified policy iteration (Puterman and Shin 1978): a few sweeps with the choices held cost little and save many.
    for (let sweep = 0; sweep < 12; sweep++)
      for (let s = game.stateCount - 1; s >= 0; s--)
        values[s] = lookahead(game, numbers, (game.jointStart[s] as number) + (choice[s] as number), values);
  });
  return { values: found.values, choice: [choice], finished: found.finished };
}

function planExactly(
  game: TabularGame,
  payee: number | 'sum',
  course: Course,
  ctx: SolveContext,
): Plan<Rational> | undefined {
  const numbers = exactNumbers(game, payee);
  if (numbers === undefined) return undefined;
  if (course.kind !== 'cyclic') {
    if (game.outcomeState.length * (course.kind === 'timed' ? course.steps : 1) > exactOutcomes) return undefined;
    const plan = planByPasses(game, numbers, course, ctx);
    return plan.finished ? plan : undefined;
  }
  if (game.stateCount > exactSystem) return undefined;
  // Policy iteration (Howard 1960) from the plan that doubles found: usually it only confirms it.
  let choice = planInFloats(game, payee, course, ctx).choice[0] as Int32Array;
  for (let round = 0; round < 20; round++) {
    const values = solveChain(game, numbers, choice);
    if (values === undefined) return undefined;
    let improved = false;
    const next = choice.slice();
    for (let s = 0; s < game.stateCount; s++) {
      const best = greedy(game, numbers, s, values, 0);
      if (best.value.compare(values[s] as Rational) > 0) {
        next[s] = best.choice;
        improved = true;
      }
    }
    if (!improved) return { values, choice: [choice], finished: true };
    choice = next;
  }
  return undefined;
}

/** Values of a fixed choice of joint actions: the linear system v = r + discount P v, in fractions. */
function solveChain(game: TabularGame, numbers: Numbers<Rational>, choice: Int32Array): Rational[] | undefined {
  const size = game.stateCount;
  const equations = Array.from({ length: size }, (_, s) => {
    const row = new Array<Rational>(size + 1).fill(rationals.zero);
    row[s] = rationals.one;
    const joint = (game.jointStart[s] as number) + (choice[s] as number);
    for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
      const p = numbers.probability[o] as Rational;
      const next = game.outcomeState[o] as number;
      row[size] = (row[size] as Rational).add(p.mul(numbers.reward(o)));
      if (next >= 0) row[next] = (row[next] as Rational).sub(p.mul(numbers.discount));
    }
    return row;
  });
  return solveNear(rationals, equations, new Array<Rational>(size).fill(rationals.zero), 0);
}

/** One agent's own return under the joint plan. */
function evaluate(
  game: TabularGame,
  agent: number,
  course: Course,
  plan: Plan<Num>,
  inFractions: boolean,
  ctx: SolveContext,
): ArrayLike<Num> {
  const exact = inFractions ? exactNumbers(game, agent) : undefined;
  if (exact !== undefined) {
    if (course.kind === 'cyclic')
      return solveChain(game, exact, plan.choice[0] as Int32Array) ?? evaluate(game, agent, course, plan, false, ctx);
    return follow(game, exact, course, plan.choice, ctx);
  }
  const numbers = floatNumbers(game, agent);
  if (course.kind !== 'cyclic') return follow(game, numbers, course, plan.choice, ctx);
  const choice = plan.choice[0] as Int32Array;
  const scale = game.outcomeReward.reduce((most, reward) => Math.max(most, Math.abs(reward)), Number.MIN_VALUE);
  return induceFixedPoint(
    game,
    scale,
    (s, values) => lookahead(game, numbers, (game.jointStart[s] as number) + (choice[s] as number), values),
    ctx,
  ).values;
}

function follow<T>(
  game: TabularGame,
  numbers: Numbers<T>,
  course: Exclude<Course, { kind: 'cyclic' }>,
  choice: readonly Int32Array[],
  ctx: SolveContext,
): ArrayLike<T> {
  let done = 0;
  return inducePasses(
    game,
    course,
    numbers.field.zero,
    (s, values) => {
      // Timed passes go from the last step to the first, all states in each.
      const list = choice[
        course.kind === 'timed' ? choice.length - 1 - Math.floor(done++ / game.stateCount) : 0
      ] as Int32Array;
      return lookahead(game, numbers, (game.jointStart[s] as number) + (list[s] as number), values);
    },
    { ...ctx, onProgress: undefined },
  ).values;
}

function policyOf(game: TabularGame, course: Course, plan: Plan<Num>): Policy {
  const pure = new PureStrategies();
  const rules = plan.choice.map(list => {
    const rule: Strategy[] = [];
    for (let s = 0; s < game.stateCount; s++) {
      const counts = countsIn(game, s);
      let rest = list[s] as number;
      const strategies = new Array<Strategy>(counts.length);
      for (let i = counts.length - 1; i >= 0; i--) {
        const count = counts[i] as number;
        strategies[i] = pure.of(count, rest % count);
        rest = Math.floor(rest / count);
      }
      rule.push(...strategies);
    }
    return rule;
  });
  return { kind: course.kind === 'timed' ? 'timed' : 'stationary', rules };
}
