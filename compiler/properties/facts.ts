/**
 * All facts about a game. Each is sought by its form, then by calculation with its expressions, then by visiting every state,
 * and last by random plays, which can only refute.
 */
import type { TabularGame } from '../../runtime/games/tabular.ts';
import type { Problem } from '../game/exact.ts';
import type { GameModel } from '../game/model.ts';
import { algebraicFact } from './algebra/index.ts';
import {
  everywhere,
  type Fact,
  type Facts,
  type PropertyName,
  propertyNames,
  proved,
  refuted,
  sentence,
  unknown,
} from './base.ts';
import { noConflict } from './conflict.ts';
import { distinguishing } from './distinguishing.ts';
import { perfectInformation } from './information.ts';
import { informativeObservations } from './observations.ts';
import { exactPotential } from './potential.ts';
import { rewardsReachable } from './reachable.ts';
import { inGeneral } from './residual.ts';
import { commonReward, constantSum, zeroSum } from './rewards.ts';
import { glance, quick, type SearchEffort, type Searched, search, searchable, thorough } from './search.ts';
import { staticFact } from './static.ts';
import { deterministic, simultaneous, terminating, turnBased } from './structure.ts';
import { symmetric } from './symmetry.ts';

const checks: Readonly<Record<PropertyName, (game: TabularGame, model: GameModel) => Fact>> = {
  finite: game => proved('exhaustive', listedAll(game.stateCount + game.terminalCount)),
  deterministic,
  turn_based: turnBased,
  simultaneous,
  perfect_information: perfectInformation,
  terminating,
  zero_sum: zeroSum,
  constant_sum: constantSum,
  common_reward: commonReward,
  symmetric,
  no_conflict: noConflict,
  exact_potential: exactPotential,
  rewards_reachable: (game, model) => rewardsReachable(model, () => ({ game })),
  // A listing breaks off at the first draw or state that is not well formed.
  legal_action: game => proved('exhaustive', everywhere(game)),
  well_formed_chance: game => proved('exhaustive', everywhere(game)),
  perfect_recall: (_, model) => staticFact(model, 'perfect_recall') as Fact,
  informative_observations: informativeObservations,
  distinguishing,
};

function listedAll(states: number): string {
  return states === 1 ? 'it has one state' : `all ${states} states were listed`;
}

export function isProperty(name: string): name is PropertyName {
  return (propertyNames as readonly string[]).includes(name);
}

/** One fact by visiting every state of a table; those that also need the program are unknown without it. */
export function factOf(game: TabularGame, property: PropertyName, model?: GameModel): Fact {
  if (model !== undefined) return checks[property](game, model);
  if (property === 'rewards_reachable' || property === 'informative_observations' || property === 'perfect_recall')
    return unknown('only the table of the game is at hand, not its program');
  return (checks[property] as (game: TabularGame) => Fact)(game);
}

/** A game with its table, or the reason why there is none. */
export type Listed =
  | { readonly game: TabularGame }
  | { readonly game: undefined; readonly why: string; readonly problem?: Problem | undefined };

/** How far to go where neither the form nor a table decides. */
export interface FactOptions {
  /** Play at random: `none`, for a moment, or for longer. */
  readonly search?: 'none' | 'quick' | 'thorough';
  /** False leaves out the calculation with the expressions: milliseconds a game, which add up in files of many games. */
  readonly calculate?: boolean;
}

/** Every fact. Each is decided when it is first read, so that a reader of a few does not pay for all. */
export function factsOf(
  model: GameModel,
  listed: Listed,
  { search: how = 'none', calculate = true }: FactOptions = {},
): Facts {
  const searches = new Map<string, Searched>();
  const play = (which: 'glance' | 'full'): Searched | undefined => {
    const effort = effortOf(how);
    if (effort === undefined) return undefined;
    const found = searches.get(which) ?? search(model, propertyNames, which === 'glance' ? glance : effort);
    searches.set(which, found);
    return found;
  };
  const facts = {};
  const decided = new Map<PropertyName, Fact>();
  for (const property of propertyNames)
    Object.defineProperty(facts, property, {
      enumerable: true,
      get: () => {
        const fact =
          decided.get(property) ??
          settle(
            model,
            property,
            () => listed,
            () => listed,
            play,
            calculate,
          );
        decided.set(property, fact);
        return fact;
      },
    });
  return facts as Facts;
}

/** One fact, without listing the game where its form decides. */
export function decide(
  model: GameModel,
  property: PropertyName,
  list: () => Listed,
  { search: how = 'quick' }: FactOptions = {},
): Fact {
  const effort = effortOf(how);
  let searched: Searched | undefined;
  const play = (): Searched | undefined => {
    if (effort !== undefined) searched ??= search(model, [property], effort);
    return searched;
  };
  return settle(model, property, list, () => undefined, play);
}

function effortOf(how: NonNullable<FactOptions['search']>): SearchEffort | undefined {
  return how === 'none' ? undefined : how === 'quick' ? quick : thorough;
}

function settle(
  model: GameModel,
  property: PropertyName,
  list: () => Listed,
  /** The listing, if it was made before. */
  ahead: () => Listed | undefined,
  play: (how: 'glance' | 'full') => Searched | undefined,
  calculate = true,
): Fact {
  const shown = staticFact(model, property);
  // A proof by form is final. A refutation by form may have a better one, with a case.
  if (shown !== undefined && (shown.status !== 'refuted' || property !== 'informative_observations')) return shown;
  if (property === 'rewards_reachable') return rewardsReachable(model, list);
  // What a case refutes needs no calculation: the table is asked first where there is one already, else a moment of play.
  const ready = ahead();
  const visited = ready?.game === undefined ? undefined : checks[property](ready.game, model);
  if (visited?.status === 'refuted') return visited;
  const glimpsed = ready === undefined || visited !== undefined ? undefined : play('glance')?.refuted.get(property);
  if (glimpsed !== undefined) return glimpsed;
  // A proof by calculation says more than one by visiting: it holds at any size. (It is not asked to refute: it may be about
  // states that are never reached.)
  const calculated = calculate ? algebraicFact(model, property) : undefined;
  if (calculated?.status === 'proved') return calculated;
  if (visited !== undefined) return visited;
  const listed = list();
  if (listed.game !== undefined) return checks[property](listed.game, model);
  const { problem } = listed;
  const broken =
    (property === 'legal_action' && problem?.kind === 'no-legal-action') ||
    (property === 'well_formed_chance' && (problem?.kind === 'probability' || problem?.kind === 'zero-mass'));
  const open = remedied(model, listed);
  const undecided = (why: string): Fact => {
    const general = calculate ? inGeneral(model, property) : undefined;
    return unknown(general === undefined ? why : `${why}; ${general}`);
  };
  if (!searchable.has(property)) return shown ?? undecided(open);
  const searched = play('full');
  const found = searched?.refuted.get(property);
  if (found !== undefined) return found;
  // The listing met the case, random plays did not.
  if (broken) return refuted(sentence(problem.message.replace(/\.$/, '')));
  if (shown !== undefined) return shown;
  return undecided(
    searched === undefined || searched.steps === 0
      ? open
      : `no counterexample in ${searched.steps.toLocaleString('en-US')} random steps, and ${open}`,
  );
}

/** Why the states were not listed, and which bound would list them, if one is known. */
function remedied(model: GameModel, { why, problem }: Extract<Listed, { game: undefined }>): string {
  if (problem?.kind !== 'budget' || !/ states/.test(problem.message)) return why;
  const most = stateBound(model);
  return most <= listable ? `${why}; \`--states ${most}\` would decide it` : why;
}

/** States that a listing may well hold. */
const listable = 5_000_000;

/** No game has more states than combinations of values of its variables (twice, as ends are counted apart). */
function stateBound(model: GameModel): number {
  if (!model.finite) return Number.POSITIVE_INFINITY;
  let bound = model.usesTime ? 2 * ((model.horizon ?? Number.POSITIVE_INFINITY) + 1) : 2;
  for (const { bounds, size } of model.state)
    for (let k = 0; k < size && bound <= listable; k++) bound *= bounds.high - bounds.low + 1;
  return bound;
}
