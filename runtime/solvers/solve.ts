/** The one entry point: chooses a solver by concept and game, runs it, and has the verifier judge what it found. */
import type { TabularGame } from '../games/tabular.ts';
import type { Claim } from '../verify/claim.ts';
import { verify } from '../verify/verify.ts';
import {
  type Answer,
  type Concept,
  expired,
  type Found,
  isRefusal,
  type Refusal,
  type SolveContext,
  type SolveOptions,
  stopped,
} from './answer.ts';
import { parseObjective, solveCorrelated } from './correlated.ts';
import { solveDominance } from './dominance.ts';
import { isIterating, mayIterate } from './iterating.ts';
import { zeroSum } from './markov.ts';
import { solveMinimax } from './minimax.ts';
import { solveByVertices, solveNash, solvePureNash } from './nash.ts';
import { type NormalForm, normalForm } from './normal-form.ts';
import { solveJointWelfare, solveOptimal } from './optimal.ts';
import { solvePareto, solveWelfare } from './outcomes.ts';
import { solvePure } from './pure.ts';
import { solveShapley } from './shapley.ts';
import { concepts, methodsOf } from './table.ts';

/**
 * Solves a game. Nothing is returned unchecked: an answer carries the certificate of `runtime/verify`, of kind `approximate` where
 * that could not confirm the claim. A solver that does not apply is a value with the reason and a remedy.
 */
export async function solve(
  game: TabularGame,
  options: SolveOptions,
  ctx: SolveContext = {},
): Promise<Answer | Refusal> {
  const { concept, method, maximizing } = options;
  if (!isConcept(concept))
    return { refused: `there is no concept \`${concept}\``, remedy: `use one of ${concepts.join(', ')}` };
  if (method !== undefined && !methodsOf(concept).includes(method))
    return {
      refused: `\`${concept}\` has no method \`${method}\``,
      remedy: `leave \`by\` out, or use one of ${methodsOf(concept).join(', ')}`,
    };
  const tolerance = options.tolerance ?? 1e-9;
  if (!(tolerance >= 0 && tolerance < 1))
    return { refused: `the tolerance ${tolerance} is not in [0, 1)`, remedy: 'use a small number such as 1e-9' };
  const wantsObjective = concept === 'correlated' || concept === 'coarse_correlated';
  if (maximizing !== undefined && !wantsObjective)
    return {
      refused: `\`${concept}\` maximises nothing`,
      remedy: 'leave `maximizing` out, or use `correlated` or `coarse_correlated`',
    };
  const { iterations } = options;
  if (iterations !== undefined && !(Number.isSafeInteger(iterations) && iterations >= 1))
    return { refused: `${iterations} iterations are not a whole number from 1`, remedy: 'write `for 100 iterations`' };
  if (iterations !== undefined && !mayIterate(concept, method))
    return {
      refused: `\`${method ?? concept}\` does not iterate`,
      remedy: `leave \`for ${iterations} iterations\` out`,
    };
  if (expired(ctx)) return stopped;
  const found = await run(game, concept, method, maximizing, { ...ctx, iterations });
  if (isRefusal(found)) return found;
  if (iterations !== undefined && !isIterating(found.method))
    return {
      refused: `${game.name} is solved by \`${found.method}\` in one pass, which has no iterations`,
      remedy: `leave \`for ${iterations} iterations\` out`,
    };
  if (method !== undefined && !fits(concept, method, found.method))
    return {
      refused: `\`${method}\` does not fit ${game.name}: ${misfit(method, found.method)}`,
      remedy: `leave \`by\` out; \`${found.method}\` applies`,
    };
  return answer(game, concept, found, tolerance);
}

function isConcept(name: string): name is Concept {
  return concepts.some(concept => concept === name);
}

/** A pass from the end is what iteration comes down to where no state returns; minimax is what `nash` calls either of its forms. */
function fits(concept: Concept, asked: string, ran: string): boolean {
  if (asked === ran || (concept === 'nash' && asked === 'minimax')) return true;
  return ran === 'backward_induction' && (asked === 'value_iteration' || asked === 'shapley_iteration');
}

function misfit(asked: string, applies: string): string {
  if (asked === 'backward_induction') return 'states return and there is no finite horizon without discount';
  if (asked === 'linear_program' || asked === 'enumeration') return 'it lasts more than one step';
  return `it is a game for \`${applies}\``;
}

async function run(
  game: TabularGame,
  concept: Concept,
  method: string | undefined,
  maximizing: string | undefined,
  ctx: SolveContext,
): Promise<Found | Refusal> {
  const form = normalForm(game);
  if (concept === 'optimal') return solveOptimal(game, ctx);
  if (isRefusal(form)) return manySteps(game, concept, form, ctx);
  switch (concept) {
    case 'pure':
      return solvePure(form, ctx);
    case 'dominance':
      return solveDominance(form, method === 'weak', ctx);
    case 'minimax':
      return solveMinimax(form, ctx);
    case 'welfare':
      return solveWelfare(form);
    case 'pareto':
      return solvePareto(form, ctx);
    case 'correlated':
    case 'coarse_correlated': {
      const objective = parseObjective(maximizing, form.agents);
      return isRefusal(objective)
        ? objective
        : solveCorrelated(form, concept === 'correlated' ? 'ce' : 'cce', objective, ctx);
    }
    case 'nash':
      return nash(form, method, ctx);
  }
}

function nash(
  form: NormalForm,
  method: string | undefined,
  ctx: SolveContext,
): Promise<Found | Refusal> | Found | Refusal {
  if (method === 'minimax') return solveMinimax(form, ctx);
  if (method === 'vertex_enumeration') return solveByVertices(form, ctx);
  if (method === 'pure') return solvePureNash(form, ctx);
  return solveNash(form, ctx);
}

/** Games of many steps: zero-sum values and joint optima; the rest names what is missing. */
function manySteps(game: TabularGame, concept: Concept, why: Refusal, ctx: SolveContext): Found | Refusal {
  if (concept === 'welfare') return solveJointWelfare(game, ctx);
  if (concept === 'minimax') return solveShapley(game, ctx);
  if (concept === 'nash') {
    if (game.agents.length === 2 && zeroSum(game)) return solveShapley(game, ctx);
    return {
      refused: `${why.refused}, and its rewards do not cancel`,
      remedy:
        'equilibria of general-sum games of many steps arrive later; use `welfare` or `optimal`, or train learners',
    };
  }
  return why;
}

function answer(game: TabularGame, concept: Concept, found: Found, tolerance: number): Answer {
  const { kind, optimality, ...rest } = found;
  const claim: Claim = {
    kind,
    solution: found.solution,
    values: found.values,
    completeness: found.completeness,
    ...(optimality === undefined ? {} : { optimality }),
  };
  const certificate = verify(game, claim, tolerance);
  return {
    ...rest,
    concept,
    exact: certificate.arithmetic === 'rational' && certificate.kind !== 'approximate',
    certificate,
    warnings: [...found.warnings, ...certificate.problems],
  };
}
