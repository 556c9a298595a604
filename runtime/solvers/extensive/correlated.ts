/** Extensive-form correlated equilibria that maximise an objective: `ce` and the coarse kind. */
import { Rational } from '../../games/rational.ts';
import type { TabularGame } from '../../games/tabular.ts';
import type { Deviation, Objective, Situations } from '../../verify/claim.ts';
import { type Field, floats, type Num, rationals, toFloat } from '../../verify/number.ts';
import { expired, type Found, isRefusal, type Refusal, type SolveContext, stopped } from '../answer.ts';
import { parseObjective } from '../correlated.ts';
import { finiteRewards } from '../markov.ts';
import { type ExactEnd, exactEnds, type PlanSpace, spaceOf } from './form.ts';
import { type Part, partsOfDraws, partsOfPairs } from './mixture.ts';
import { drawnPlans, reducedStrategyCount, relevantPairs, withoutChance } from './recommendations.ts';
import { buildTree, type GameTree, mostPivotedNodes, sequencesOf } from './tree.ts';
import { type Trigger, type TriggerProgram, triggerProgram, type Weights } from './trigger-program.ts';
import { type Solved, solveProgram } from './trigger-solve.ts';

/** Unknowns of the program. */
const mostUnknowns = 40_000;

/** Choices over all information sets of all agents. */
export const mostTold = 400;

export async function solveExtensiveCorrelated(
  game: TabularGame,
  kind: 'ce' | 'cce',
  maximizing: string | undefined,
  ctx: SolveContext,
): Promise<Found | Refusal> {
  const objective = parseObjective(maximizing, game.agents);
  if (isRefusal(objective)) return objective;
  if (objective.kind === 'entropy')
    return {
      refused: 'the greatest entropy is sought over joint actions of games of one step only',
      remedy: 'use `maximizing welfare`, `egalitarian`, `social_cost` or an agent',
    };
  const infinite = finiteRewards(game);
  if (infinite !== undefined) return infinite;
  const tree = buildTree(game, ctx, mostPivotedNodes);
  if (isRefusal(tree)) return tree;
  const sequences = sequencesOf(tree);
  if (sequences > mostTold)
    return {
      refused: `recommendations are computed for up to ${mostTold} choices over all information sets; ${game.name} has ${sequences}`,
      remedy: 'make the game smaller or its horizon shorter',
    };
  const ends = exactEnds(tree, true) ?? [];
  const spaces = game.agents.map((_, i) => spaceOf(tree, i));
  const weights = weightsOf(objective, game.agents.length);
  // Without chance the polynomial program is as good, and with it a bound from which a mediator may still be read off.
  const two = spaces.length === 2;
  const exact = withoutChance(tree);
  const draws = two && exact ? undefined : drawsOf(spaces);
  if (draws !== undefined) {
    const plans = drawnPlans(spaces, draws.free);
    const program = triggerProgram(spaces, ends, plans, kind, weights);
    const solved = await solveProgram(program, game.exact !== undefined, ctx);
    if (isRefusal(solved)) return solved;
    const how = `${plans.draws.length} pure strategies of ${others(game, draws.free)} with sequences of ${game.agents[draws.free]}`;
    return answered(
      game,
      tree,
      spaces,
      ends,
      kind,
      objective,
      program,
      solved,
      partsOfDraws(spaces, plans, solved.x),
      how,
    );
  }
  if (!two)
    return {
      refused: `the pure strategies of ${game.name} are too many for a program over all of them, and for more than two agents there is no smaller one`,
      remedy: 'make the game smaller or its horizon shorter',
    };
  const plans = relevantPairs(tree, [spaces[0] as PlanSpace, spaces[1] as PlanSpace]);
  if (plans.unknowns > mostUnknowns)
    return {
      refused: `the program of ${game.name} has ${plans.unknowns} pairs of sequences, more than ${mostUnknowns}`,
      remedy: 'make the game smaller or its horizon shorter',
    };
  const program = triggerProgram(spaces, ends, plans, kind, weights);
  const solved = await solveProgram(program, game.exact !== undefined, ctx);
  if (isRefusal(solved)) return solved;
  const parts = partsOfPairs(tree, [spaces[0] as PlanSpace, spaces[1] as PlanSpace], plans, solved.x, () =>
    expired(ctx),
  );
  if (parts === undefined)
    return expired(ctx)
      ? stopped
      : {
          refused: `${game.name} has chance and too many pure strategies: the polynomial program has an optimum that no mediator was found to have`,
          remedy: 'make the game smaller, or use `nash`',
        };
  return answered(game, tree, spaces, ends, kind, objective, program, solved, parts, 'relevant pairs of sequences');
}

function others(game: TabularGame, free: number): string {
  const rest = game.agents.filter((_, i) => i !== free);
  return rest.length === 1 ? (rest[0] as string) : 'all other agents';
}

/** The agent to be free, such that the pure strategies of the others are fewest; undefined where they are too many. */
function drawsOf(spaces: readonly PlanSpace[]): { readonly free: number } | undefined {
  const counts = spaces.map(reducedStrategyCount);
  let best: { free: number; size: number } | undefined;
  spaces.forEach((space, free) => {
    const size = counts.reduce((product, count, i) => (i === free ? product : product * count), space.sequences);
    if (best === undefined || size < best.size) best = { free, size };
  });
  return best === undefined || best.size > mostUnknowns / 4 ? undefined : best;
}

function weightsOf(objective: Objective, n: number): Weights {
  if (objective.kind === 'egalitarian') return 'egalitarian';
  const sign = objective.kind === 'social_cost' ? -1 : 1;
  return Array.from({ length: n }, (_, i) => (objective.kind === 'agent' && objective.agent !== i ? 0 : sign));
}

function answered(
  game: TabularGame,
  tree: GameTree,
  spaces: readonly PlanSpace[],
  ends: readonly ExactEnd[],
  kind: 'ce' | 'cce',
  objective: Objective,
  program: TriggerProgram,
  solved: Solved,
  parts: readonly Part[],
  how: string,
): Found {
  const situations = tree.situations.map(
    (own): Situations => ({ parent: own.parent.finish(), action: own.action.finish(), state: own.state.finish() }),
  );
  const setOf = tree.situations.map(own => own.set.finish());
  const values = valuesOf(game, spaces, ends, parts);
  return {
    kind: kind === 'ce' ? 'efce' : 'efcce',
    method: 'linear_program',
    note: `${solved.how} (${program.rows.length} rows, ${program.unknowns} unknowns: ${how})`,
    solution: {
      kind: 'mixture',
      situations,
      parts: parts.map(({ weight, strategies }) => ({
        weight,
        strategies: strategies.map((list, i) =>
          Array.from(setOf[i] as Int32Array, set => (set < 0 ? undefined : list[set])),
        ),
      })),
    },
    values,
    objective: { of: objective, value: objectiveValue(objective, values) },
    optimality: {
      objective,
      weights: program.levels.map(row => solved.dual[row] ?? 0),
      multipliers: [],
      deviations: program.triggers.flatMap(trigger => deviationOf(tree, spaces, trigger, solved.dual)),
    },
    completeness: 'one',
    warnings:
      tree.cut > 0 && game.discount < 1
        ? [
            `the values are those of the first ${game.horizon} steps: the tree ends at the horizon, where play would go on`,
          ]
        : [],
  };
}

/** The multipliers of a trigger's rows: a plan of the agent that has stopped listening, times their sum at the first information set. */
function deviationOf(
  tree: GameTree,
  spaces: readonly PlanSpace[],
  trigger: Trigger,
  dual: readonly Num[],
): readonly Deviation[] {
  const own = spaces[trigger.agent] as PlanSpace;
  const situationOf = (tree.situations[trigger.agent] as GameTree['situations'][number]).setSituation;
  const rowsAt = (set: number): Num[] => {
    const from = trigger.rows.get(set) ?? 0;
    return Array.from({ length: own.count[set] as number }, (_, c) => dual[from + c] ?? 0);
  };
  const sum = (list: readonly Num[]): Num =>
    list.every(x => typeof x !== 'number')
      ? list.reduce((total: Rational, x) => total.add(x as Rational), Rational.zero)
      : list.reduce((total: number, x) => total + toFloat(x), 0);
  const weight = sum(rowsAt(trigger.set));
  if (!(toFloat(weight) > 0)) return [];
  const strategies = [...trigger.rows.keys()].flatMap(set => {
    const strategy = rowsAt(set);
    return toFloat(sum(strategy)) > 0 ? [{ situation: situationOf.get(set), strategy }] : [];
  });
  const { agent, recommended } = trigger;
  return [{ agent, situation: situationOf.get(trigger.set), recommended, weight, strategies }];
}

/** Expected payoffs when all follow. */
function valuesOf(
  game: TabularGame,
  spaces: readonly PlanSpace[],
  ends: readonly ExactEnd[],
  parts: readonly Part[],
): readonly Num[] {
  const exact =
    game.exact !== undefined &&
    parts.every(
      ({ weight, strategies }) =>
        typeof weight !== 'number' &&
        strategies.every(list => list.every(s => s === undefined || s.every(p => typeof p !== 'number'))),
    );
  return exact ? expected(rationals, spaces, ends, parts, x => x) : expected(floats, spaces, ends, parts, toFloat);
}

function expected<T extends Num>(
  field: Field<T>,
  spaces: readonly PlanSpace[],
  ends: readonly ExactEnd[],
  parts: readonly Part[],
  read: (value: Rational) => T,
): T[] {
  const totals = spaces.map(() => field.zero);
  for (const { weight, strategies } of parts) {
    const plans = spaces.map((space, i) => {
      const plan = new Array<T>(space.sequences).fill(field.zero);
      plan[0] = field.one;
      for (let h = 0; h < space.sets; h++)
        strategies[i]?.[h]?.forEach((p, c) => {
          plan[(space.first[h] as number) + c] = field.mul(field.of(p), plan[space.parent[h] as number] as T);
        });
      return plan;
    });
    for (const { sequences, payoffs, reach } of ends) {
      let p = field.mul(field.of(weight), read(reach));
      for (let i = 0; i < plans.length && field.sign(p) !== 0; i++)
        p = field.mul(p, plans[i]?.[sequences[i] as number] as T);
      if (field.sign(p) === 0) continue;
      payoffs.forEach((paid, i) => {
        totals[i] = field.add(totals[i] as T, field.mul(p, read(paid)));
      });
    }
  }
  return totals;
}

function objectiveValue(objective: Objective, values: readonly Num[]): Num {
  if (objective.kind === 'agent') return values[objective.agent] as Num;
  const exact = values.every(value => typeof value !== 'number');
  const field = (exact ? rationals : floats) as unknown as Field<Num>;
  if (objective.kind === 'egalitarian') return values.reduce((least, x) => (field.compare(x, least) < 0 ? x : least));
  const sum = values.reduce((total, x) => field.add(total, x), field.zero);
  return objective.kind === 'social_cost' ? field.sub(field.zero, sum) : sum;
}
