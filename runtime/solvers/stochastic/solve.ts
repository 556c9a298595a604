/** Games of many steps in which everybody sees the state: an equilibrium, a device or an outlook in every state, put together. */
import type { Rational } from '../../games/rational.ts';
import type { TabularGame } from '../../games/tabular.ts';
import type { Objective, Solution } from '../../verify/claim.ts';
import { isExact, type Num, rationals, toFloat } from '../../verify/number.ts';
import { type Found, isRefusal, type Refusal, type SolveContext, stopped } from '../answer.ts';
import { parseObjective } from '../correlated.ts';
import {
  type Course,
  courseOf,
  describeCourse,
  exactNumbers,
  finiteRewards,
  floatNumbers,
  hiddenState,
  hiddenStateText,
  horizonWarning,
  startValue,
} from '../markov.ts';
import { mixedEquilibria } from './mixed.ts';
import { foeRule, friendRule } from './outlooks.ts';
import { type Attempt, NoStage, type Played, playOn, playPasses } from './play.ts';
import { correlatedRule, nashRule, type StageRule } from './stage.ts';

export type StochasticConcept = 'nash' | 'correlated' | 'friend' | 'foe';

/** What is done in a state, for people. */
const stageText: Readonly<Record<StochasticConcept, string>> = {
  nash: 'an equilibrium',
  correlated: 'a correlated equilibrium',
  friend: 'the best joint action of every agent',
  foe: 'one matrix game of every agent',
};

/**
 * Backward induction or value iteration with the stage games of a concept.
 * @param maximizing which of several equilibria is taken in every state; the sum of values when missing.
 */
export async function solveStochastic(
  game: TabularGame,
  concept: StochasticConcept,
  maximizing: string | undefined,
  ctx: SolveContext,
): Promise<Found | Refusal> {
  const infinite = finiteRewards(game);
  if (infinite !== undefined) return infinite;
  const hidden = hiddenState(game);
  if (hidden !== undefined)
    return {
      refused: hiddenStateText(game, hidden),
      remedy: 'let `observe` show the whole state, or use `welfare`, or train learners',
    };
  const objective = parseObjective(maximizing, game.agents);
  if (isRefusal(objective)) return objective;
  if (objective.kind === 'entropy')
    return {
      refused: 'games of many steps have no objective `entropy`',
      remedy: 'write `maximizing welfare`, `egalitarian`, `social_cost` or an agent',
    };
  const course = courseOf(game);
  if (isRefusal(course)) return course;
  let played: Played | undefined;
  try {
    played =
      course.kind === 'cyclic'
        ? await playOn(game, attemptsOf(game, concept, objective, ctx), ctx)
        : playPasses(game, course, ruleOf(concept, objective, ctx), ctx);
  } catch (error) {
    if (!(error instanceof NoStage)) throw error;
    return {
      refused: `no solution was found of the stage game in ${game.describeState(error.state)}`,
      remedy: 'make the number of joint actions in a state smaller, or train learners',
    };
  }
  if (played === undefined) return stopped;
  return found(game, concept, objective, maximizing !== undefined, course, played, ctx);
}

/** The rule of a concept for single states. */
function ruleOf(concept: StochasticConcept, objective: Objective, ctx: SolveContext, loyal = false): StageRule {
  switch (concept) {
    case 'nash':
      return nashRule(objective, form => mixedEquilibria(form, ctx), loyal);
    case 'correlated':
      return correlatedRule(objective, loyal);
    case 'friend':
      return friendRule;
    case 'foe':
      return foeRule;
  }
}

/**
 * Choosing anew in every sweep may go in circles. From zero, agents that are alike stay alike, and there may be no fixed point in which they
 * are; from the values of an equilibrium that one of them likes best, another is often reached. Last, keeping to an equilibrium as long as
 * it is one often ends the circles.
 */
function attemptsOf(game: TabularGame, concept: StochasticConcept, objective: Objective, ctx: SolveContext): Attempt[] {
  const rule = ruleOf(concept, objective, ctx);
  if (concept === 'friend' || concept === 'foe') return [{ rule, from: 'zero' }];
  return [
    { rule, from: 'zero' },
    ...game.agents.map((name, agent): Attempt => {
      const how = `value iteration from zero goes in circles, and settles from the values of the equilibrium best for ${name}`;
      return { rule, from: ruleOf(concept, { kind: 'agent', agent }, ctx), how };
    }),
    {
      rule: ruleOf(concept, objective, ctx, true),
      from: 'here',
      how: 'value iteration goes in circles, and settles where an equilibrium is kept as long as it is one, though another may have become better',
    },
  ];
}

function found(
  game: TabularGame,
  concept: StochasticConcept,
  objective: Objective,
  chosen: boolean,
  course: Course,
  played: Played,
  ctx: SolveContext,
): Found {
  const warnings = horizonWarning(game, course);
  const sweeps = `${played.sweeps} ${played.sweeps === 1 ? 'sweep' : 'sweeps'} over all states`;
  const moved = `the last one moved values by up to ${Number(played.residual.toPrecision(3))}`;
  if (!played.finished)
    warnings.push(
      ctx.iterations !== undefined && played.sweeps >= ctx.iterations
        ? `stopped after ${sweeps} as asked; ${moved}`
        : `the values did not settle in ${sweeps}; ${moved}`,
    );
  const exact = played.values.every(row => row.every(isExact)) && game.exact !== undefined;
  const values = game.agents.map((_, i): Num => {
    const list = played.values.map(row => row[i] as Num);
    const numbers = exact ? exactNumbers(game, i) : undefined;
    return numbers === undefined
      ? startValue(game, floatNumbers(game, i), list.map(toFloat))
      : startValue(game, numbers, list.map(rationals.of) as Rational[]);
  });
  const which =
    concept === 'nash' || concept === 'correlated'
      ? `, that of ${objective.kind === 'agent' ? `the greatest value to ${game.agents[objective.agent]}` : `the ${objectiveText[objective.kind]}`}`
      : '';
  return {
    kind: concept === 'correlated' ? 'ce' : concept,
    method: course.kind === 'cyclic' ? 'value_iteration' : 'backward_induction',
    note: `${describeCourse(game, course)}; ${stageText[concept]} in each of ${game.stateCount} states${which}${played.how === undefined ? '' : `; ${played.how}`}`,
    solution: solutionOf(game, concept, course, played),
    values,
    ...(chosen ? { objective: { of: objective, value: scoreText(objective, values) } } : {}),
    completeness: 'one',
    warnings,
  };
}

const objectiveText: Readonly<Record<'welfare' | 'egalitarian' | 'social_cost' | 'entropy', string>> = {
  welfare: 'greatest sum of values',
  egalitarian: 'greatest least value',
  social_cost: 'least sum of values',
  entropy: 'greatest entropy',
};

function scoreText(objective: Objective, values: readonly Num[]): Num {
  if (objective.kind === 'agent') return values[objective.agent] as Num;
  const numbers = values.map(toFloat);
  const sum = numbers.reduce((total, x) => total + x, 0);
  return objective.kind === 'egalitarian' ? Math.min(...numbers) : objective.kind === 'social_cost' ? 0 - sum : sum;
}

function solutionOf(game: TabularGame, concept: StochasticConcept, course: Course, played: Played): Solution {
  const kind = course.kind === 'timed' ? 'timed' : 'stationary';
  const stateValues = played.values;
  if (concept === 'nash') {
    const rules = played.stages.map(list => list.flatMap(play => play.tables));
    return { kind: 'policy', policy: { kind, rules }, stateValues };
  }
  if (concept === 'correlated') {
    const rules = played.stages.map(list => list.map(play => play.tables[0] as readonly Num[]));
    return { kind: 'devices', time: kind, rules, stateValues };
  }
  const rules = played.stages.map(list =>
    list.flatMap(play =>
      game.agents.map((_, i) => ({
        own: play.tables[2 * i] as readonly Num[],
        others: play.tables[2 * i + 1] as readonly Num[],
      })),
    ),
  );
  return { kind: 'outlooks', time: kind, rules, stateValues };
}
