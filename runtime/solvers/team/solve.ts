/** Decentralised control: the joint policy of a team in which each acts on what it has seen itself. */
import type { Rational } from '../../games/rational.ts';
import type { TabularGame } from '../../games/tabular.ts';
import type { Behaviour } from '../../verify/claim.ts';
import { type Num, toFloat } from '../../verify/number.ts';
import { type Found, isRefusal, type Refusal, type SolveContext, stopped } from '../answer.ts';
import { exactNumbers, floatNumbers } from '../markov.ts';
import { bestResponse, TooManyHistories } from './best-response.ts';
import { type Belief, TeamBound } from './bound.ts';
import { crossEntropy } from './cross-entropy.ts';
import { MultiAgentSearch } from './maa-star.ts';
import { behaviourOf, type Controller, evaluateTeam, type Team, teamOf } from './problem.ts';
import { alternate, tryAll } from './search.ts';
import { TooManyNodes } from './tree.ts';

/** Outcomes seen when a policy is valued, in fractions and in doubles. */
const exactWork = 200_000;
const mostWork = 50_000_000;

interface Result {
  readonly controllers: readonly Controller[];
  /** Nothing pays more; undefined where the search says nothing about that. */
  readonly bound: number | undefined;
  readonly exhausted: boolean;
  /** What one agent could gain at most by itself, where that is what the answer claims. */
  readonly gain?: number;
  readonly note: string;
  readonly warnings: readonly string[];
}

export async function solveTeam(
  game: TabularGame,
  method: string | undefined,
  ctx: SolveContext,
): Promise<Found | Refusal> {
  const team = teamOf(game);
  if (isRefusal(team)) return team;
  let result: Result | undefined;
  try {
    result = await (method === 'jesp'
      ? byAlternation(team, ctx)
      : method === 'exhaustive'
        ? byAll(team, ctx)
        : method === 'cross_entropy'
          ? bySampling(team, ctx)
          : bySearch(team, ctx));
  } catch (error) {
    if (!(error instanceof TooManyHistories || error instanceof TooManyNodes)) throw error;
    return {
      refused: `an agent of ${game.name} has too many histories of what it sees and does for \`${method}\``,
      remedy:
        'make the horizon shorter, or use `decentralised by maa_star`, which puts histories together that mean the same',
    };
  }
  if (result === undefined) return stopped;
  return found(team, method ?? 'maa_star', result);
}

async function bySearch(team: Team, ctx: SolveContext): Promise<Result | undefined> {
  const done = await new MultiAgentSearch(team, ctx).run();
  if (done.controllers === undefined) return undefined;
  const size = `${done.stages} partial joint policies, at most ${done.widest} kinds of history of an agent at a step`;
  return {
    controllers: done.controllers,
    bound: done.bound,
    exhausted: done.exhausted,
    note: `${done.exhausted ? 'search exhausted' : 'search stopped'}: ${size}`,
    warnings: done.exhausted ? [] : ['the search was stopped; the bound says how much better a policy could be'],
  };
}

async function byAlternation(team: Team, ctx: SolveContext): Promise<Result> {
  const done = await alternate(team, ctx);
  return {
    controllers: done.controllers,
    bound: undefined,
    exhausted: false,
    note: `${done.responses} best responses from ${done.starts} ${done.starts === 1 ? 'start' : 'starts'}, seed ${ctx.seed ?? 1}; the best end`,
    warnings: done.finished ? [] : ['stopped before the last start had come to its end'],
  };
}

async function bySampling(team: Team, ctx: SolveContext): Promise<Result> {
  const done = await crossEntropy(team, ctx);
  const gain = gainOf(team, done.controllers, done.value);
  return {
    controllers: done.controllers,
    bound: openBound(team),
    exhausted: false,
    ...(gain === undefined ? {} : { gain }),
    note: `the best of ${done.drawn} sampled joint policies in ${done.rounds} ${done.rounds === 1 ? 'round' : 'rounds'}, seed ${ctx.seed ?? 1}`,
    warnings: done.finished ? [] : ['stopped before the last round'],
  };
}

/** The most that a best response of one agent adds; undefined where its histories are too many. */
function gainOf(team: Team, controllers: readonly Controller[], value: number): number | undefined {
  try {
    return Math.max(0, ...controllers.map((_, agent) => bestResponse(team, agent, controllers).value - value));
  } catch (error) {
    if (!(error instanceof TooManyHistories)) throw error;
    return undefined;
  }
}

async function byAll(team: Team, ctx: SolveContext): Promise<Result> {
  const done = await tryAll(team, ctx);
  return {
    controllers: done.controllers,
    bound: done.finished ? undefined : openBound(team),
    exhausted: done.finished,
    note: `${done.starts} joint policies of all but the last agent, each with the best response of the last`,
    warnings: done.finished
      ? []
      : ['stopped before every policy was tried; the bound is that of a team that shares what it sees'],
  };
}

/** What a team that shares all that its members see could get. */
export function openBound(team: Team): number {
  const { game, jointSight } = team;
  const groups = new Map<number, { states: number[]; weights: number[] }>();
  game.initialStates.forEach((state, k) => {
    const p = game.initialProbabilities[k] as number;
    if (p === 0) return;
    const sight = jointSight[state] as number;
    const group = groups.get(sight) ?? { states: [], weights: [] };
    groups.set(sight, group);
    group.states.push(state);
    group.weights.push(p);
  });
  const bound = new TeamBound(team);
  return [...groups.values()].reduce((sum: number, belief: Belief) => sum + bound.value(belief, team.steps), 0);
}

function found(team: Team, method: string, result: Result): Found | Refusal {
  const { game } = team;
  const { controllers } = result;
  const exact = exactNumbers(game, 0);
  const fraction = exact === undefined ? undefined : evaluateTeam<Rational>(team, exact, controllers, exactWork);
  const value: Num | undefined = fraction ?? evaluateTeam(team, floatNumbers(game, 0), controllers, mostWork);
  const behaviours = controllers.map((controller, i) => behaviourOf(team, i, controller));
  if (value === undefined || behaviours.some(behaviour => behaviour === undefined))
    return {
      refused: `the policy found for ${game.name} is worth ${result.bound ?? 'an unknown amount'} at most and too large to be written out`,
      remedy: 'make the horizon shorter',
    };
  const seen = game.agents.map((_, i) => (team.choices[i] as Int32Array).length).join(' + ');
  // The search counts in doubles; what it found to be best is worth exactly this.
  const bound: Num = result.exhausted ? value : Math.max(toFloat(value), result.bound ?? openBound(team));
  const { gain } = result;
  const local = method === 'jesp' || (gain !== undefined && gain <= 1e-12 * Math.max(1, Math.abs(toFloat(value))));
  return {
    kind: local ? 'nash' : gain === undefined ? 'decentralised' : 'epsilon_nash',
    method,
    // The verifier adds up in another order.
    ...(local || gain === undefined ? {} : { epsilon: gain * (1 + 1e-9) }),
    note: `${result.note}; ${team.steps} steps, ${game.stateCount} states, ${seen} kinds of observation`,
    solution: { kind: 'behaviour', agents: behaviours as readonly Behaviour[] },
    values: game.agents.map(() => value),
    bound,
    completeness: 'one',
    warnings: result.warnings,
  };
}
