/** What kind of game it is, in the field's words. Nobody writes it down: it is read off the game. */
import { legalOf, type TabularGame } from '../../runtime/games/tabular.ts';
import type { GameModel } from '../game/model.ts';
import { acts, type Facts } from './base.ts';
import { depths } from './evidence.ts';
import { fullyObserved } from './information.ts';

export interface GameClass {
  /** `normal-form game`, `repeated game`, `Markov game`, `MDP`, `POMDP`, `Dec-POMDP`, ... */
  readonly kind: string;
  /** `2-player zero-sum Markov game` */
  readonly words: string;
  /** `zero-sum`, `common-reward`, `constant-sum`, `general-sum`, `one agent`, or `unknown`. */
  readonly rewards: string;
  /** Does every agent see the whole state? */
  readonly observed: 'fully' | 'partly' | 'unknown';
}

export function classify(model: GameModel, game: TabularGame | undefined, facts: Facts): GameClass {
  const observed = observation(model, game);
  const kind = kindOf(model, game, facts, observed);
  const rewards = rewardWord(model, facts);
  const n = model.agents.length;
  const adjective = rewards === 'one agent' || rewards === 'unknown' ? '' : `${rewards} `;
  const symmetric = n > 1 && facts.symmetric.status === 'proved' ? ', symmetric' : '';
  return { kind, words: n === 1 ? kind : `${n}-player ${adjective}${kind}${symmetric}`, rewards, observed };
}

function rewardWord(model: GameModel, facts: Facts): string {
  if (model.agents.length === 1) return 'one agent';
  if (facts.common_reward.status === 'proved') return 'common-reward';
  if (facts.zero_sum.status === 'proved') return 'zero-sum';
  if (facts.constant_sum.status === 'proved') return 'constant-sum';
  const decided = [facts.common_reward, facts.zero_sum, facts.constant_sum].every(fact => fact.status === 'refuted');
  return decided ? 'general-sum' : 'unknown';
}

function observation(model: GameModel, game: TabularGame | undefined): GameClass['observed'] {
  if (model.oneShot) return 'fully';
  if (game === undefined) return 'unknown';
  // Whoever is there at every step can count them: only states of the same time need to look different.
  const times = model.usesTime ? depths(game) : undefined;
  return fullyObserved(game, times).status === 'proved' ? 'fully' : 'partly';
}

function kindOf(
  model: GameModel,
  game: TabularGame | undefined,
  facts: Facts,
  observed: GameClass['observed'],
): string {
  const n = model.agents.length;
  const hidden = observed === 'partly';
  if (n === 1) return hidden ? 'POMDP' : 'MDP (Markov decision process)';
  if (model.oneShot) return 'normal-form game';
  if (game !== undefined && isOneStep(game)) return game.stateCount === 1 ? 'normal-form game' : 'Bayesian game';
  if (game !== undefined && isRepeated(game)) return 'repeated game';
  if (facts.turn_based.status === 'proved') {
    const shape = facts.terminating.status === 'proved' ? 'extensive-form game' : 'turn-based Markov game';
    if (facts.perfect_information.status === 'proved') return `${shape} with perfect information`;
    if (facts.perfect_information.status === 'refuted') return `${shape} with hidden information`;
    return 'turn-based game';
  }
  if (hidden) return facts.common_reward.status === 'proved' ? 'Dec-POMDP' : 'partially observable stochastic game';
  if (observed === 'unknown') return model.finite ? 'stochastic game' : `stochastic game with ${infinite(model)}`;
  return facts.common_reward.status === 'proved' ? 'team Markov game' : 'Markov game';
}

function infinite(model: GameModel): string {
  const real =
    model.state.some(store => store.scalar !== 'int') || model.actionSpaces.some(space => space.realSize > 0);
  return real ? 'real-valued states or actions' : 'unbounded integers';
}

/** Does every step end the game? */
function isOneStep(game: TabularGame): boolean {
  return game.outcomeState.every(next => next === -1);
}

/**
 * The same stage game is played again and again: choices and payoffs are those of the first state everywhere, what follows
 * is never left to chance, and whether the game ends does not depend on what is chosen. The states only remember.
 */
function isRepeated(game: TabularGame): boolean {
  const n = game.agents.length;
  if (game.stateCount === 0 || game.initialStates.length !== 1) return false;
  const stage = game.initialStates[0] as number;
  for (let agent = 0; agent < n; agent++) if (!acts(game, stage, agent)) return false;
  const width = (game.jointStart[stage + 1] as number) - (game.jointStart[stage] as number);
  for (let state = 0; state < game.stateCount; state++) {
    const from = game.jointStart[state] as number;
    if ((game.jointStart[state + 1] as number) - from !== width) return false;
    for (let agent = 0; agent < n; agent++) {
      const mine = legalOf(game, state, agent);
      const first = legalOf(game, stage, agent);
      if (mine.length !== first.length || mine.some((action, k) => action !== first[k])) return false;
    }
    let ends: boolean | undefined;
    for (let j = 0; j < width; j++) {
      if (!samePayoffs(game, from + j, (game.jointStart[stage] as number) + j)) return false;
      for (let o = game.outcomeStart[from + j] as number; o < (game.outcomeStart[from + j + 1] as number); o++) {
        const end = game.outcomeState[o] === -1;
        ends ??= end;
        if (ends !== end || game.outcomeState[o] !== game.outcomeState[game.outcomeStart[from + j] as number])
          return false;
      }
    }
  }
  return true;
}

function samePayoffs(game: TabularGame, a: number, b: number): boolean {
  const n = game.agents.length;
  for (let agent = 0; agent < n; agent++) {
    const sum = (joint: number): number => {
      let total = 0;
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++)
        total += (game.outcomeProbability[o] as number) * (game.outcomeReward[o * n + agent] as number);
      return total;
    };
    if (Math.abs(sum(a) - sum(b)) > 1e-12 * Math.max(1, Math.abs(sum(a)))) return false;
  }
  return true;
}
