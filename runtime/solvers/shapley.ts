/** Two-agent zero-sum Markov games: one matrix game per state (Shapley 1953), turn-based states included. */
import type { Rational } from '../games/rational.ts';
import type { TabularGame } from '../games/tabular.ts';
import type { Policy, Strategy } from '../verify/claim.ts';
import { type Num, rationals } from '../verify/number.ts';
import { expired, type Found, type Refusal, type SolveContext, stopped } from './answer.ts';
import { describeIterations, induceFixedPoint, inducePasses, iterate } from './induction.ts';
import {
  type Course,
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
  zeroSum,
} from './markov.ts';
import { saddlePoint, solveMatrix, solveMatrixExactly } from './matrix-game.ts';
import { strategyIteration } from './stochastic/strategy-iteration.ts';

/** Fractions are used up to this many outcomes (times steps), while denominators stay below this many digits. */
const exactOutcomes = 60_000;
const exactDigits = 400;

interface Stage<T> {
  readonly value: T;
  readonly row: readonly T[];
  readonly column: readonly T[];
}

interface Play<T> {
  readonly values: ArrayLike<T>;
  /** Stage solutions, `stages[t][s]`; one list for stationary play. */
  readonly stages: readonly (readonly Stage<Num>[])[];
  readonly residual: number;
  readonly finished: boolean;
  /** What a limited number of iterations came to. */
  readonly reached?: string;
}

/** @param method `hoffman_karp` improves strategies where states return; elsewhere one pass from the end is enough. */
export function solveShapley(game: TabularGame, ctx: SolveContext, method?: string): Found | Refusal {
  if (game.agents.length !== 2)
    return {
      refused: `minimax is about two agents; ${game.name} has ${game.agents.length}`,
      remedy: 'use `welfare` or `optimal`, or train learners',
    };
  const infinite = finiteRewards(game);
  if (infinite !== undefined) return infinite;
  if (!zeroSum(game))
    return {
      refused: `minimax needs rewards that sum to zero at every step; those of ${game.name} do not`,
      remedy: 'write `reward zero_sum A = ...`, or use `welfare`',
    };
  const hidden = hiddenState(game);
  if (hidden !== undefined)
    return {
      refused: hiddenStateText(game, hidden),
      remedy: 'let `observe` show the whole state, or add `horizon n` and use `by sequence_form` or `by cfr_plus`',
    };
  const course = courseOf(game);
  if ('refused' in course) return course;
  const improving = method === 'hoffman_karp' && course.kind === 'cyclic';
  const play: Play<Num> = improving
    ? improve(game, ctx)
    : (playExactly(game, course, ctx) ?? playInFloats(game, course, ctx));
  if (!play.finished && course.kind !== 'cyclic') return stopped;
  const warnings = horizonWarning(game, course);
  if (!play.finished) warnings.push(play.reached ?? 'stopped at the time limit before the values settled');
  const policy = policyOf(course, play);
  const stateValues = Array.from({ length: game.stateCount }, (_, s) => {
    const value = play.values[s] as Num;
    return [value, negative(value)];
  });
  const value = startOf(game, play.values);
  return {
    kind: 'minimax',
    method: improving ? 'hoffman_karp' : course.kind === 'cyclic' ? 'shapley_iteration' : 'backward_induction',
    note: `${describeCourse(game, course)}; one matrix game for each of ${game.stateCount} states${play.reached !== undefined && play.finished ? `; ${play.reached}` : ''}`,
    solution: { kind: 'policy', policy, stateValues },
    values: [value, negative(value)],
    completeness: 'one',
    warnings,
  };
}

function negative(value: Num): Num {
  return typeof value === 'number' ? 0 - value : value.neg();
}

function startOf(game: TabularGame, values: ArrayLike<Num>): Num {
  const list = Array.from(values);
  const exact = exactNumbers(game, 0);
  if (exact !== undefined && list.every(value => typeof value !== 'number'))
    return startValue(game, exact, list as Rational[]);
  return startValue(
    game,
    floatNumbers(game, 0),
    list.map(value => (typeof value === 'number' ? value : value.toNumber())),
  );
}

function stageMatrix<T>(game: TabularGame, numbers: Numbers<T>, state: number, values: ArrayLike<T>): T[] {
  const from = game.jointStart[state] as number;
  return Array.from({ length: (game.jointStart[state + 1] as number) - from }, (_, k) =>
    lookahead(game, numbers, from + k, values),
  );
}

/** Runs the passes of a course and collects the stage solutions step by step. */
function collect<T extends Num>(
  game: TabularGame,
  course: Exclude<Course, { kind: 'cyclic' }>,
  numbers: Numbers<T>,
  solve: (state: number, matrix: T[]) => Stage<T>,
  ctx: SolveContext,
): Play<T> {
  const stages: Stage<Num>[][] = [];
  let list = new Array<Stage<Num>>(game.stateCount);
  let done = 0;
  const found = inducePasses(
    game,
    course,
    numbers.field.zero,
    (s, values) => {
      const stage = solve(s, stageMatrix(game, numbers, s, values));
      list[s] = stage;
      if (++done === game.stateCount) {
        stages.unshift(list);
        list = new Array<Stage<Num>>(game.stateCount);
        done = 0;
      }
      return stage.value;
    },
    ctx,
  );
  return { values: found.values, stages, residual: 0, finished: found.finished };
}

const pure = new PureStrategies();

/** The least the row agent gets in a state with this strategy, over the columns. */
function columnAnswer(
  game: TabularGame,
  numbers: Numbers<number>,
  state: number,
  row: readonly number[],
  values: Float64Array,
): number {
  const from = game.jointStart[state] as number;
  const n = ((game.jointStart[state + 1] as number) - from) / row.length;
  let least = Number.POSITIVE_INFINITY;
  for (let j = 0; j < n; j++) {
    let total = 0;
    for (let i = 0; i < row.length; i++) {
      const p = row[i] as number;
      if (p !== 0) total += p * lookahead(game, numbers, from + i * n + j, values);
    }
    least = Math.min(least, total);
  }
  return least;
}

/** A stage in fractions: a saddle point where there is one (found in fractions), else the simplex in integers. */
function solveStageExactly(m: number, n: number, matrix: readonly Rational[]): Stage<Rational> {
  const ranks = ranksOf(matrix);
  const saddle = saddlePoint(ranks, m, n);
  if (saddle !== undefined)
    return {
      value: matrix[saddle[0] * n + saddle[1]] as Rational,
      row: pure.of(m, saddle[0]),
      column: pure.of(n, saddle[1]),
    };
  return solveMatrixExactly(matrix, m, n);
}

/** Place of each number in ascending order, equal numbers sharing one: comparisons of ranks are comparisons of fractions. */
function ranksOf(values: readonly Rational[]): Float64Array {
  const order = values.map((_, k) => k).sort((a, b) => (values[a] as Rational).compare(values[b] as Rational));
  const ranks = new Float64Array(values.length);
  order.forEach((k, place) => {
    const before = order[place - 1];
    ranks[k] =
      before !== undefined && (values[before] as Rational).equals(values[k] as Rational)
        ? (ranks[before] as number)
        : place;
  });
  return ranks;
}

class TooLarge extends Error {}

function playExactly(game: TabularGame, course: Course, ctx: SolveContext): Play<Rational> | undefined {
  const numbers = exactNumbers(game, 0);
  if (numbers === undefined || course.kind === 'cyclic') return undefined;
  if (game.outcomeState.length * (course.kind === 'timed' ? course.steps : 1) > exactOutcomes) return undefined;
  const limit = 10n ** BigInt(exactDigits);
  try {
    const play = collect(
      game,
      course,
      numbers,
      (s, matrix) => {
        const [m, n] = countsIn(game, s) as [number, number];
        if (expired(ctx)) throw new TooLarge();
        const stage = solveStageExactly(m, n, matrix);
        if (stage.value.denominator > limit) throw new TooLarge();
        return stage;
      },
      ctx,
    );
    return play.finished ? play : undefined;
  } catch (error) {
    if (error instanceof TooLarge) return undefined;
    throw error;
  }
}

function playInFloats(game: TabularGame, course: Course, ctx: SolveContext): Play<number> {
  const numbers = floatNumbers(game, 0);
  const sizes = Array.from({ length: game.stateCount }, (_, s) => countsIn(game, s) as [number, number]);
  if (course.kind !== 'cyclic')
    return collect(
      game,
      course,
      numbers,
      (s, matrix) => {
        const [m, n] = sizes[s] as [number, number];
        return solveMatrix(matrix, m, n);
      },
      ctx,
    );
  const scale = game.outcomeReward.reduce((most, reward) => Math.max(most, Math.abs(reward)), Number.MIN_VALUE);
  const stages = new Array<Stage<number>>(game.stateCount);
  // Below every return, so that values only rise: then holding the row agent's strategies for some sweeps, while the column agent
  // answers, keeps them below the value too (van der Wal 1978) and saves most of the matrix games.
  const discounted = game.discount < 1;
  let least = 0;
  for (let o = 0; o < game.outcomeState.length; o++) least = Math.min(least, game.outcomeReward[2 * o] as number);
  const answer = (values: Float64Array) => {
    for (let sweep = 0; sweep < (discounted ? 10 : 0); sweep++)
      for (let s = game.stateCount - 1; s >= 0; s--)
        values[s] = columnAnswer(game, numbers, s, (stages[s] as Stage<number>).row, values);
  };
  const backup = (s: number, values: ArrayLike<number>): number => {
    const [m, n] = sizes[s] as [number, number];
    const stage = solveMatrix(stageMatrix(game, numbers, s, values), m, n);
    stages[s] = stage;
    return stage.value;
  };
  if (ctx.iterations !== undefined) {
    const cut = iterate(game, scale, backup, ctx.iterations, ctx);
    const { values, residual, finished } = cut;
    return { values, stages: [stages], residual, finished, reached: describeIterations(ctx, cut) };
  }
  const found = induceFixedPoint(game, scale, backup, ctx, answer, discounted ? least / (1 - game.discount) : 0);
  return { values: found.values, stages: [stages], residual: found.residual, finished: found.finished };
}

function improve(game: TabularGame, ctx: SolveContext): Play<number> {
  const scale = game.outcomeReward.reduce((most, reward) => Math.max(most, Math.abs(reward)), Number.MIN_VALUE);
  const { values, stages, residual, finished, rounds } = strategyIteration(game, scale, ctx);
  const done = `${rounds} ${rounds === 1 ? 'improvement' : 'improvements'} of the strategies`;
  const why = rounds === ctx.iterations ? 'as asked' : 'at the time limit';
  const moved = `the last one moved the values by up to ${Number(residual.toPrecision(3))}`;
  const reached = finished ? `settled after ${done}` : `stopped after ${done} ${why}; ${moved}`;
  return { values, stages: [stages], residual, finished, reached };
}

function policyOf(course: Course, play: Play<Num>): Policy {
  const rules = play.stages.map(list =>
    list.flatMap((stage): Strategy[] => [exactIfPure(stage.row), exactIfPure(stage.column)]),
  );
  return { kind: course.kind === 'timed' ? 'timed' : 'stationary', rules };
}

/** Strategies with one action are exact whatever they were computed in; sharing them keeps large policies small. */
function exactIfPure(strategy: readonly Num[]): Strategy {
  const at = strategy.findIndex(p => (typeof p === 'number' ? p === 1 : p.equals(rationals.one)));
  return at < 0 ? strategy : pure.of(strategy.length, at);
}
