/** Zero-sum games of two agents that may hide things from each other: one linear program, or regret minimisation. */
import { Rational } from '../../games/rational.ts';
import type { TabularGame } from '../../games/tabular.ts';
import { purposes, Stream } from '../../rng/stream.ts';
import type { Behaviour, Strategy } from '../../verify/claim.ts';
import { expired, type Found, isRefusal, limitsOf, type Refusal, type SolveContext, stopped } from '../answer.ts';
import { glpk } from '../glpk.ts';
import { finiteRewards, zeroSum } from '../markov.ts';
import { isRegretMethod, type SamplingMethod } from '../regret-methods.ts';
import { builtIn } from '../simplex.ts';
import { Cfr, schemes } from './cfr.ts';
import { exactEnds, type PlanSpace, type SequenceForm, sequenceForm } from './form.ts';
import { type ExactPayoffs, lemke, mostSequences } from './lemke.ts';
import { gains, planOf, strategyOf } from './response.ts';
import { deepestSampled, SampledCfr, type Sampling } from './sampling.ts';
import {
  exactPlan,
  exactProgram,
  exactStrategies,
  exactValues,
  programSize,
  sequenceProgram,
  sequenceWeights,
  solveExactly,
} from './sequence-program.ts';
import { exactPlans } from './sequence-vertex.ts';
import { buildTree, type GameTree, mostPivotedNodes, sequencesOf, treeCourse } from './tree.ts';

/** Iterations where none are asked for. */
const usualIterations = 1_000;
const usualSamples = 100_000;
/** Rows of the program after which GLPK is not asked: it would take many minutes, and cannot be interrupted. */
const mostRows = 60_000;

const samplings: ReadonlyMap<string | SamplingMethod, Sampling> = new Map([
  ['external_sampling_cfr', 'external'],
  ['outcome_sampling_cfr', 'outcome'],
]);

/** Methods that work on the tree of information sets, by their names after `by`. */
export function isTreeMethod(method: string | undefined): method is string {
  return (
    method === 'sequence_form' || method === 'sequence_form_lemke' || (method !== undefined && isRegretMethod(method))
  );
}

/** Are plays bounded, so that the game unrolls into a finite tree? */
export function hasTree(game: TabularGame): boolean {
  return !isRefusal(treeCourse(game));
}

export async function solveTree(game: TabularGame, method: string, ctx: SolveContext): Promise<Found | Refusal> {
  if (game.agents.length !== 2)
    return {
      refused: `\`${method}\` is for two agents; ${game.name} has ${game.agents.length}`,
      remedy: 'use `pure`, `welfare` or `optimal` where they apply, or train learners',
    };
  const infinite = finiteRewards(game);
  if (infinite !== undefined) return infinite;
  if (method === 'sequence_form_lemke') return byLemke(game, ctx);
  if (!zeroSum(game))
    return {
      refused: `\`${method}\` needs rewards that sum to zero at every step; those of ${game.name} do not`,
      remedy: 'write `reward zero_sum A = ...`, or use `welfare`, or `nash` or `correlated` if the game has one step',
    };
  const tree = buildTree(game, ctx);
  if (isRefusal(tree)) return tree;
  const form = sequenceForm(tree);
  const warnings = tree.cut > 0 && game.discount < 1 ? [horizonText(game)] : [];
  const found =
    method === 'sequence_form' ? await bySequences(tree, form, ctx) : await byRegret(tree, form, method, ctx);
  return isRefusal(found) ? found : { ...found, warnings: [...found.warnings, ...warnings] };
}

function horizonText(game: TabularGame): string {
  return `the values are those of the first ${game.horizon} steps: the tree ends at the horizon, where play would go on`;
}

async function bySequences(tree: GameTree, form: SequenceForm, ctx: SolveContext): Promise<Found | Refusal> {
  const { rows, variables } = programSize(form);
  const size = `${rows} rows, ${variables} variables`;
  if (rows * variables <= exactProgram) {
    const exact = solveExactly(tree, form, () => expired(ctx));
    if (exact !== undefined)
      return inFractions(tree, form, `linear program over sequences in fractions (${size})`, exact);
  }
  if (expired(ctx)) return stopped;
  if (rows > mostRows) return tooLarge(tree, size);
  const program = sequenceProgram(form);
  const limits = limitsOf(ctx);
  ctx.onProgress?.(0, 1, 'linear program');
  let backend = glpk;
  let solution = await glpk.solve(program, limits);
  // Where GLPK is not installed, small programs do without it.
  if (solution.status === 'failed' && rows * variables <= 250_000) {
    backend = builtIn;
    solution = await builtIn.solve(program, limits);
  }
  if (solution.status === 'limit') return inHurry(tree, form, size);
  if (solution.status === 'failed') return inHurry(tree, form, size, solution.reason);
  if (solution.status !== 'optimal')
    return {
      refused: `the linear program over the sequences of ${tree.game.name} was not solved (${solution.reason ?? solution.status})`,
      remedy: 'use `by predictive_cfr_plus`',
    };
  const exact = exactPlans(tree, form, program, solution, () => expired(ctx));
  if (exact !== undefined)
    return inFractions(tree, form, `linear program over sequences by ${backend.name}, made exact (${size})`, exact);
  const weights = sequenceWeights(form, 1, solution.x, solution.dual);
  const strategies = weights.map((list, i) => strategyOf(form.spaces[i] as PlanSpace, list));
  const plans = plansOf(form, strategies);
  return {
    ...shared(
      tree,
      form,
      'sequence_form',
      `linear program over sequences by ${backend.name} (${size})`,
      numeric(tree, strategies),
    ),
    kind: 'minimax',
    values: gains(form, plans).values,
  };
}

/** Milliseconds for what stands in for a linear program that was given up. */
const hurried = 1_500;

/** What there is to say once the program had to be given up: average strategies of a short run, and what can still be gained against them. */
async function inHurry(tree: GameTree, form: SequenceForm, size: string, why?: string): Promise<Found | Refusal> {
  const found = await byRegret(tree, form, 'predictive_cfr_plus', {
    deadline: performance.now() + hurried,
    iterations: Number.MAX_SAFE_INTEGER,
  });
  if (isRefusal(found)) return found;
  return {
    ...found,
    method: 'sequence_form',
    warnings: [
      `the linear program (${size}) was given up${why === undefined ? '' : ` (${why})`}; these are average strategies of predictive regret minimisation, run for ${hurried / 1000} s`,
    ],
  };
}

function inFractions(tree: GameTree, form: SequenceForm, how: string, plans: readonly (readonly Rational[])[]): Found {
  const strategies = plans.map((weights, i) => exactStrategies(form.spaces[i] as PlanSpace, weights));
  const behaviours = strategies.map((list, i) => behaviourOf(tree, i, h => list[h] as Strategy));
  return {
    ...shared(tree, form, 'sequence_form', how, behaviours),
    kind: 'minimax',
    values: exactValues(tree, form, strategies),
  };
}

async function byLemke(game: TabularGame, ctx: SolveContext): Promise<Found | Refusal> {
  const tree = buildTree(game, ctx, mostPivotedNodes);
  if (isRefusal(tree)) return tree;
  const sequences = sequencesOf(tree);
  if (sequences > mostSequences)
    return {
      refused: `\`sequence_form_lemke\` works up to ${mostSequences} choices over all information sets; ${game.name} has ${sequences}`,
      remedy: 'make the game smaller or its horizon shorter, or train learners',
    };
  const form = sequenceForm(tree);
  const ends = exactEnds(tree, true) ?? [];
  const payoffs = (agent: 0 | 1): ExactPayoffs => ({
    own: ends.map(e => e.sequences[agent] as number),
    other: ends.map(e => e.sequences[1 - agent] as number),
    payoff: ends.map(e => (e.payoffs[agent] as Rational).mul(e.reach)),
  });
  const uniform = (space: PlanSpace) =>
    exactPlan(space, exactStrategies(space, new Array<Rational>(space.sequences).fill(Rational.zero)));
  const [one, two] = form.spaces;
  const plans = lemke(form.spaces, [payoffs(0), payoffs(1)], [uniform(one), uniform(two)], () => expired(ctx));
  if (plans === 'stopped') return stopped;
  if (plans === 'lost')
    return { refused: `the path of complementary pivots had no end in ${game.name}`, remedy: 'report this game' };
  const strategies = plans.map((weights, i) => exactStrategies(form.spaces[i] as PlanSpace, weights));
  const behaviours = strategies.map((list, i) => behaviourOf(tree, i, h => list[h] as Strategy));
  return {
    ...shared(
      tree,
      form,
      'sequence_form_lemke',
      'complementary pivots over sequences, from uniform play, in fractions',
      behaviours,
    ),
    kind: 'nash',
    values: exactValues(tree, form, strategies),
    warnings: tree.cut > 0 && game.discount < 1 ? [horizonText(game)] : [],
  };
}

function tooLarge(tree: GameTree, size: string): Refusal {
  return {
    refused: `the linear program of ${tree.game.name} is too large (${size})`,
    remedy: 'use `by predictive_cfr_plus`',
  };
}

/** What the two kinds of regret minimisation have in common. */
interface Iterating {
  readonly iterations: number;
  run(iterations: number): void;
  average(): readonly Float64Array[];
}

async function byRegret(
  tree: GameTree,
  form: SequenceForm,
  method: string,
  ctx: SolveContext,
): Promise<Found | Refusal> {
  const sampling = samplings.get(method);
  const scheme = schemes.find(one => one.method === method);
  let run: Iterating;
  if (scheme !== undefined) run = new Cfr(form, scheme);
  else {
    if (tree.longest > deepestSampled)
      return {
        refused: `plays of ${tree.game.name} have ${tree.longest} steps, too many to be sampled by recursion`,
        remedy: 'use `by cfr_plus`, which walks no tree',
      };
    run = new SampledCfr(tree, form.spaces, sampling ?? 'external', new Stream(ctx.seed ?? 1, purposes.sampling, 0, 0));
  }
  const wanted = ctx.iterations ?? (sampling === undefined ? usualIterations : usualSamples);
  const nashConv = () => gains(form, plansOf(form, run.average())).nashConv;
  const trace: { iteration: number; nashConv: number }[] = [];
  let rested = performance.now();
  let next = 1;
  while (run.iterations < wanted) {
    // In pieces of a few milliseconds at most, however large the game is.
    const piece = Math.max(1, Math.floor(1_000_000 / (tree.nodes + 100)));
    run.run(Math.min(next, wanted, run.iterations + piece) - run.iterations);
    if (run.iterations === next) {
      trace.push({ iteration: next, nashConv: nashConv() });
      next = after(next);
    }
    const now = performance.now();
    if (now - rested < 40) continue;
    ctx.onProgress?.(run.iterations, wanted, 'iterations');
    // Lets signals and timers through.
    await new Promise(resolve => setTimeout(resolve, 0));
    rested = performance.now();
    if (expired(ctx)) break;
  }
  const strategies = run.average();
  const measured = gains(form, plansOf(form, strategies));
  if (trace.at(-1)?.iteration !== run.iterations)
    trace.push({ iteration: run.iterations, nashConv: measured.nashConv });
  const short = run.iterations < wanted ? [`stopped after ${run.iterations} of ${wanted} iterations`] : [];
  const counted = `${run.iterations} ${run.iterations === 1 ? 'iteration' : 'iterations'}`;
  const how =
    sampling === undefined ? 'average strategies' : `average strategies of sampled walks, seed ${ctx.seed ?? 1}`;
  return {
    ...shared(
      tree,
      form,
      method,
      `${how} of ${counted}; exploitability ${brief(measured.nashConv / 2)}`,
      numeric(tree, strategies),
    ),
    kind: 'epsilon_nash',
    // The verifier adds up in another order.
    epsilon: Math.max(...measured.gains) * (1 + 1e-9),
    values: measured.values,
    trace,
    warnings: short,
  };
}

/** 1, 2, 5, 10, 20, 50, ... */
function after(iteration: number): number {
  let scale = 1;
  while (scale * 10 <= iteration) scale *= 10;
  const digit = iteration / scale;
  return (digit < 2 ? 2 : digit < 5 ? 5 : 10) * scale;
}

function brief(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}

function plansOf(form: SequenceForm, strategies: readonly Float64Array[]): [Float64Array, Float64Array] {
  return [planOf(form.spaces[0], strategies[0] as Float64Array), planOf(form.spaces[1], strategies[1] as Float64Array)];
}

function numeric(tree: GameTree, strategies: readonly Float64Array[]): Behaviour[] {
  return strategies.map((strategy, i) => {
    const { first, count } = tree.situations[i] as GameTree['situations'][number];
    return behaviourOf(tree, i, h => [...strategy.subarray(first.get(h), first.get(h) + count.get(h))]);
  });
}

function behaviourOf(tree: GameTree, agent: number, strategyAt: (set: number) => Strategy): Behaviour {
  const situations = tree.situations[agent] as GameTree['situations'][number];
  const sets = situations.set.finish();
  return {
    parent: situations.parent.finish(),
    action: situations.action.finish(),
    state: situations.state.finish(),
    strategies: Array.from(sets, h => (h < 0 ? undefined : strategyAt(h))),
  };
}

function shared(
  tree: GameTree,
  form: SequenceForm,
  method: string,
  how: string,
  agents: readonly Behaviour[],
): Omit<Found, 'kind' | 'values'> {
  const [one, two] = form.spaces;
  return {
    method,
    note: `${how}; ${one.sets} + ${two.sets} information sets, ${tree.nodes} nodes of the tree`,
    solution: { kind: 'behaviour', agents },
    completeness: 'one',
    warnings: [],
  };
}
