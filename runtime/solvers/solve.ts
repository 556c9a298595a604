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
import { solveExtensiveCorrelated } from './extensive/correlated.ts';
import { hasTree, isTreeMethod, solveTree } from './extensive/solve.ts';
import { isIterating, mayIterate } from './iterating.ts';
import { hiddenState, zeroSum } from './markov.ts';
import { solveMinimax } from './minimax.ts';
import { solveByVertices, solveManyNash, solveNash, solvePureNash } from './nash.ts';
import { solveLemkeHowson } from './normal/lemke-howson.ts';
import { objectiveWords } from './normal/methods.ts';
import { solveByHomotopy } from './normal/quantal-response.ts';
import { selected, solveNormal } from './normal/solve.ts';
import { solveBySupports } from './normal/supports.ts';
import { type NormalForm, normalForm } from './normal-form.ts';
import { solveJointWelfare, solveOptimal } from './optimal.ts';
import { solvePareto, solveWelfare } from './outcomes.ts';
import { solvePure } from './pure.ts';
import { solveShapley } from './shapley.ts';
import { solveStochastic } from './stochastic/solve.ts';
import { concepts, methodsOf } from './table.ts';
import { solveTeam } from './team/solve.ts';

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
  if (maximizing !== undefined && objectiveWords(concept) === undefined)
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
  const { seed } = options;
  if (seed !== undefined && !Number.isSafeInteger(seed))
    return { refused: `the seed ${seed} is not a whole number`, remedy: 'use a whole number such as 1' };
  const { epsilon } = options;
  if (epsilon !== undefined && concept !== 'epsilon_nash')
    return { refused: `\`${concept}\` has no epsilon`, remedy: 'leave it out, or use `epsilon_nash`' };
  if (epsilon !== undefined && !(epsilon >= 0 && Number.isFinite(epsilon)))
    return { refused: `the epsilon ${epsilon} is not a number from 0`, remedy: 'use a number such as 0.1' };
  if (expired(ctx)) return stopped;
  const deadline = ctx.deadline === undefined ? undefined : searchUntil(ctx.deadline);
  const found = await run(game, concept, method, maximizing, { ...ctx, deadline, iterations, seed, epsilon });
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
  return answer(game, concept, found, tolerance, patience(ctx));
}

function isConcept(name: string): name is Concept {
  return concepts.some(concept => concept === name);
}

/** A pass from the end is what iteration comes down to where no state returns; minimax is what `nash` calls either of its forms. */
function fits(concept: Concept, asked: string, ran: string): boolean {
  if (asked === ran || (concept === 'nash' && asked === 'minimax' && ran !== 'sequence_form_lemke')) return true;
  return (
    ran === 'backward_induction' &&
    (asked === 'value_iteration' || asked === 'shapley_iteration' || asked === 'hoffman_karp')
  );
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
  if (isTreeMethod(method)) return solveTree(game, method, ctx);
  if (concept === 'decentralised') return solveTeam(game, method, ctx);
  if (concept === 'mean_field') return noCrowd(game);
  if (concept === 'extensive_correlated' || concept === 'extensive_coarse_correlated')
    return solveExtensiveCorrelated(game, concept === 'extensive_correlated' ? 'ce' : 'cce', maximizing, ctx);
  const form = normalForm(game);
  if (concept === 'optimal') return solveOptimal(game, ctx);
  if (concept === 'friend' || concept === 'foe') return solveStochastic(game, concept, undefined, ctx);
  if (isRefusal(form)) return manySteps(game, concept, method, maximizing, form, ctx);
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
      const objective = parseObjective(maximizing ?? (method === 'dual_newton' ? 'entropy' : undefined), form.agents);
      return isRefusal(objective)
        ? objective
        : solveCorrelated(form, concept === 'correlated' ? 'ce' : 'cce', objective, ctx);
    }
    case 'nash':
      return selected(await nash(form, method, maximizing !== undefined, ctx), maximizing, form.agents);
    default:
      return solveNormal(form, concept, method, maximizing, ctx);
  }
}

function nash(
  form: NormalForm,
  method: string | undefined,
  many: boolean,
  ctx: SolveContext,
): Promise<Found | Refusal> | Found | Refusal {
  if (method === 'minimax') return solveMinimax(form, ctx);
  if (method === 'lemke_howson') return solveLemkeHowson(form, ctx);
  if (method === 'homotopy') return solveByHomotopy(form, ctx);
  if (method === 'support_enumeration') return solveBySupports(form, ctx);
  if (method === undefined && many) return solveManyNash(form, ctx);
  if (method === 'vertex_enumeration') return solveByVertices(form, ctx);
  if (method === 'pure') return solvePureNash(form, ctx);
  return solveNash(form, ctx);
}

/** Games of many steps: equilibria state by state where all see the state, else over the tree; values and joint optima. */
function manySteps(
  game: TabularGame,
  concept: Concept,
  method: string | undefined,
  maximizing: string | undefined,
  why: Refusal,
  ctx: SolveContext,
): Promise<Found | Refusal> | Found | Refusal {
  if (concept === 'welfare') return solveJointWelfare(game, ctx);
  const opposed = game.agents.length === 2 && zeroSum(game);
  const hidden = hiddenState(game) !== undefined;
  if (opposed && (concept === 'minimax' || concept === 'nash') && hidden && hasTree(game))
    return ctx.iterations === undefined ? solveTree(game, 'sequence_form', ctx) : onePass(game, ctx.iterations);
  if (concept === 'minimax') return solveShapley(game, ctx, method);
  if (concept === 'correlated') return solveStochastic(game, 'correlated', maximizing, ctx);
  if (concept === 'nash') {
    if (opposed && method !== 'value_iteration' && method !== 'backward_induction') return solveShapley(game, ctx);
    if (!hidden && method !== 'minimax') return solveStochastic(game, 'nash', maximizing, ctx);
    if (method === 'minimax') return { refused: `the rewards of ${game.name} do not cancel`, remedy: 'leave `by` out' };
    if (game.agents.length === 2 && hasTree(game)) return solveTree(game, 'sequence_form_lemke', ctx);
    return {
      refused: `${why.refused}, and agents do not see the whole state`,
      remedy:
        game.agents.length === 2
          ? 'add `horizon n` for an equilibrium by `sequence_form_lemke`, use `welfare` or `optimal`, or train learners'
          : 'let `observe` show the whole state, use `welfare` or `optimal`, or train learners',
    };
  }
  return why;
}

/** A listing of a few agents is no crowd: that is read from the program (`solveMeanField`). */
function noCrowd(game: TabularGame): Refusal {
  return {
    refused: `${game.name} was listed, agent by agent; a mean field needs the rules of one agent in a crowd`,
    remedy: 'solve the program that declares it, with `solve mean_field of ...`',
  };
}

/** Where agents hide things from each other, iterations belong to methods that are named. */
function onePass(game: TabularGame, iterations: number): Refusal {
  return {
    refused: `${game.name} is solved by \`sequence_form\` in one pass, which has no iterations`,
    remedy: `leave \`for ${iterations} iterations\` out, or name a method that iterates, as in \`by cfr_plus\``,
  };
}

/** Part of the time that the search may have: the rest is for checking what it found. */
const searching = 0.8;
/** Milliseconds that a check may take in any case, and those after an interruption. */
const leastCheck = 1_000;
const hurriedCheck = 2_000;

function searchUntil(deadline: number): number {
  const now = performance.now();
  return now + searching * Math.max(0, deadline - now);
}

/** True once a check has to end with what it has. */
function patience(ctx: SolveContext): () => boolean {
  let until =
    ctx.deadline === undefined ? Number.POSITIVE_INFINITY : Math.max(ctx.deadline, performance.now() + leastCheck);
  let hurried = false;
  let asked = 0;
  return () => {
    const now = performance.now();
    if (!hurried && ctx.signal?.aborted === true) {
      hurried = true;
      until = Math.min(until, now + hurriedCheck);
    }
    ctx.onProgress?.(++asked, undefined, 'parts of the certificate');
    return now > until;
  };
}

function answer(game: TabularGame, concept: Concept, found: Found, tolerance: number, stop: () => boolean): Answer {
  const { kind, optimality, epsilon, bound, chain, ...rest } = found;
  const claim: Claim = {
    kind,
    solution: found.solution,
    values: found.values,
    completeness: found.completeness,
    ...(optimality === undefined ? {} : { optimality }),
    ...(epsilon === undefined ? {} : { epsilon }),
    ...(bound === undefined ? {} : { bound }),
    ...(chain === undefined ? {} : { chain }),
    ...(found.components === undefined ? {} : { components: found.components }),
  };
  const certificate = verify(game, claim, tolerance, stop);
  return {
    ...rest,
    concept,
    exact: certificate.arithmetic === 'rational' && certificate.kind !== 'approximate',
    certificate,
    warnings: [...found.warnings, ...certificate.problems],
  };
}
