/** All facts about a game: by its form where that suffices, else by looking at every state. */
import type { TabularGame } from '../../runtime/games/tabular.ts';
import type { GameModel } from '../game/model.ts';
import { type Fact, type Facts, type PropertyName, propertyNames, proved, unknown } from './base.ts';
import { perfectInformation } from './information.ts';
import { commonReward, constantSum, zeroSum } from './rewards.ts';
import { staticFact } from './static.ts';
import { deterministic, simultaneous, terminating, turnBased } from './structure.ts';
import { symmetric } from './symmetry.ts';

const checks: Readonly<Record<PropertyName, (game: TabularGame) => Fact>> = {
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
};

function listedAll(states: number): string {
  return states === 1 ? 'it has one state' : `all ${states} states were listed`;
}

export function isProperty(name: string): name is PropertyName {
  return (propertyNames as readonly string[]).includes(name);
}

/** One fact about an enumerated game. */
export function factOf(game: TabularGame, property: PropertyName): Fact {
  return checks[property](game);
}

/** A game with its table, or the reason why there is none. */
export type Listed = { readonly game: TabularGame } | { readonly game: undefined; readonly why: string };

/**
 * Every fact. The table is preferred where there is one: it sees what is reachable, and refutes with a case; the form decides
 * where there is none.
 */
export function factsOf(model: GameModel, listed: Listed): Facts {
  return Object.fromEntries(
    propertyNames.map(name => {
      const fact =
        listed.game === undefined ? (staticFact(model, name) ?? unknown(listed.why)) : factOf(listed.game, name);
      return [name, fact];
    }),
  ) as unknown as Facts;
}

/** One fact, without listing the game where its form decides. */
export function decide(model: GameModel, property: PropertyName, list: () => Listed): Fact {
  const shown = staticFact(model, property);
  if (shown !== undefined) return shown;
  const listed = list();
  return listed.game === undefined ? unknown(listed.why) : factOf(listed.game, property);
}
