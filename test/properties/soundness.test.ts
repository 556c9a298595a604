/**
 * Soundness on random games: whatever is proved holds by the definitions (test/properties/definitions.ts), whatever is refuted
 * fails by them and replays. Small games are decided, so that for most properties the verdict must be that of the definition.
 */
import { describe, expect, test } from 'vitest';
import { enumerate } from '../../compiler/game/exact.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { type Facts, type PropertyName, propertyNames } from '../../compiler/properties/base.ts';
import { rewardBounds } from '../../compiler/properties/bounds.ts';
import { factsOf } from '../../compiler/properties/facts.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import { confirm } from './confirm.ts';
import {
  bestActions,
  everyOutcome,
  hasPotential,
  type Naive,
  near,
  statesByHistory,
  suitsAll,
  unfold,
} from './definitions.ts';
import { randomGame } from './randomGames.ts';
import { modelOf } from './support.ts';

const games = 100;

/** What the definition says; undefined where it is not written out for this game. */
function truth(property: PropertyName, game: TabularGame, model: GameModel): boolean | undefined {
  const naive = unfold(game);
  const n = game.agents.length;
  const sum = (rewards: readonly number[]): number => rewards.reduce((a, b) => a + b, 0);
  const acting = naive.map(joints => (joints[0]?.actions ?? []).filter(action => action !== -1).length);
  const common = everyOutcome(naive, ({ rewards }) => near(rewards[0] as number, rewards[1] as number));
  switch (property) {
    case 'zero_sum':
      return everyOutcome(naive, ({ rewards }) => near(sum(rewards), 0));
    case 'constant_sum': {
      const first = sum(naive[0]?.[0]?.outcomes[0]?.rewards ?? []);
      return everyOutcome(naive, ({ rewards }) => near(sum(rewards), first));
    }
    case 'common_reward':
      return common;
    case 'deterministic':
      return (
        game.initialStates.length === 1 && naive.every(joints => joints.every(({ outcomes }) => outcomes.length === 1))
      );
    case 'turn_based':
      return acting.every(count => count <= 1);
    case 'simultaneous':
      return acting.every(count => count === n);
    case 'finite':
    case 'terminating':
    case 'legal_action':
    case 'well_formed_chance':
    case 'perfect_recall':
      return true;
    case 'no_conflict':
      return [...game.initialStates].every(state => suitsAll(naive, state, n));
    case 'exact_potential':
      return game.stateCount === 1 ? hasPotential(naive[0] ?? [], n) : undefined;
    case 'perfect_information':
      return (
        acting.every(count => count <= 1) &&
        game.agents.every((_, agent) =>
          [...statesByHistory(game, naive, agent).values()].every(
            states => states.size === 1 || (naive[[...states][0] as number]?.[0]?.actions[agent] as number) === -1,
          ),
        )
      );
    case 'distinguishing':
      if (!common) return undefined;
      return game.agents.every((_, agent) =>
        [...statesByHistory(game, naive, agent).values()].every(states => pairwise([...states], naive, agent)),
      );
    case 'informative_observations':
      return informative(game, model);
    case 'symmetric':
    case 'rewards_reachable':
      return undefined;
  }
}

/** Any two states share a best action, if the agent acts there. */
function pairwise(states: readonly number[], naive: Naive, agent: number): boolean {
  return states.every(a =>
    states.every(b => {
      const [inA, inB] = [bestActions(naive, a, agent), bestActions(naive, b, agent)];
      return inA.has(-1) || [...inA].some(action => inB.has(action));
    }),
  );
}

/** Every observed number differs somewhere while all the other parts are the same. (Parts of these games are single numbers.) */
function informative(game: TabularGame, model: GameModel): boolean {
  const n = game.agents.length;
  return model.agents.every(({ cls }, agent) => {
    const length = model.classes[cls]?.observation.length ?? 0;
    const seen = Array.from({ length: game.stateCount }, (_, s) => [
      ...(game.observedNumbers?.(agent, game.observation[s * n + agent] as number) ?? []),
    ]);
    return Array.from({ length }, (_, part) => part).every(part =>
      seen.some(a => seen.some(b => a[part] !== b[part] && a.every((value, k) => k === part || value === b[k]))),
    );
  });
}

function study(seed: number): { model: GameModel; game: TabularGame; facts: Facts; searched: Facts } {
  const model = modelOf(randomGame(seed));
  const { game, problem } = enumerate(model, { maxStates: 1000 });
  if (game === undefined) throw new Error(problem.message);
  const unlisted = factsOf(model, { game: undefined, why: 'it was not listed' }, { search: 'quick' });
  return { model, game, facts: factsOf(model, { game }), searched: unlisted };
}

const seen = new Map<string, number>();

describe('facts of random games', () => {
  for (let from = 0; from < games; from += 20)
    test(`${from}..${from + 19}`, () => {
      for (let seed = from; seed < from + 20; seed++) {
        const { model, game, facts, searched } = study(seed);
        for (const property of propertyNames) {
          const wanted = truth(property, game, model);
          for (const fact of [facts[property], searched[property]]) {
            const what = `${property} of\n${randomGame(seed)}\n${JSON.stringify(fact)}`;
            seen.set(`${property} ${fact.status}`, (seen.get(`${property} ${fact.status}`) ?? 0) + 1);
            if (wanted !== undefined && fact.status !== 'unknown') expect(fact.status === 'proved', what).toBe(wanted);
            if (fact.status === 'refuted') confirm(model, property, fact.witness);
          }
        }
        for (const [i, exact] of rewardBounds(model, { game }).entries()) {
          const range = rewardBounds(model, { game: undefined, why: '' })[i];
          expect(range?.low, randomGame(seed)).toBeLessThanOrEqual(exact.low + 1e-12);
          expect(range?.high, randomGame(seed)).toBeGreaterThanOrEqual(exact.high - 1e-12);
        }
      }
    });

  test('both verdicts came up for all that these games can differ in', () => {
    const both = propertyNames.filter(p => seen.has(`${p} proved`) && seen.has(`${p} refuted`));
    for (const property of [
      'zero_sum',
      'constant_sum',
      'common_reward',
      'no_conflict',
      'exact_potential',
      'deterministic',
      'turn_based',
      'simultaneous',
      'perfect_information',
      'informative_observations',
      'distinguishing',
      'rewards_reachable',
      'symmetric',
    ])
      expect(both, `${property}: ${[...seen].filter(([key]) => key.startsWith(property)).join(' ')}`).toContain(
        property,
      );
  });
});
