/** Components, branches and courses as plain values. */
import { legalOf, type TabularGame } from '../../games/tabular.ts';
import type { Component, Profile, Solution, Strategy } from '../../verify/claim.ts';
import { toFloat } from '../../verify/number.ts';
import { digits } from '../../verify/reading.ts';
import { number, perAgent, strategyJson, table } from '../plain.ts';
import { choiceName } from '../wording.ts';

const startOf = (game: TabularGame): number => game.initialStates[0] ?? 0;

function profileJson(game: TabularGame, profile: Profile): object {
  const start = startOf(game);
  return table(
    profile.map((strategy, i) => [game.agents[i] as string, strategyJson(game, start, i, strategy)] as const),
  );
}

export function componentsJson(components: readonly Component[], game: TabularGame): object[] {
  const start = startOf(game);
  const vertices = (agent: number, list: readonly Strategy[]): object[] =>
    list.map(strategy => strategyJson(game, start, agent, strategy));
  return components.map(({ members, dimension, sets, setsComplete }) => ({
    members,
    dimension,
    sets: sets.map(set => ({
      dimension: set.dimension,
      vertices: perAgent(game, [vertices(0, set.row), vertices(1, set.column)], list => list),
    })),
    setsComplete,
  }));
}

export function branchJson(game: TabularGame, solution: Extract<Solution, { kind: 'branch' }>): object[] {
  const { points, limit } = solution;
  return [
    ...points.map(({ lambda, profile }) => ({ lambda, strategies: profileJson(game, profile) })),
    ...(limit === undefined ? [] : [{ lambda: null, strategies: profileJson(game, limit) }]),
  ];
}

export function courseJson(game: TabularGame, solution: Extract<Solution, { kind: 'course' }>): object[] {
  const start = startOf(game);
  const counts = game.agents.map((_, i) => Math.max(1, legalOf(game, start, i).length));
  return solution.snapshots.map(({ at, play, average, current, distances }, k) => ({
    [solution.unit]: at,
    distances,
    strategies: profileJson(game, average),
    ...(current === undefined ? {} : { current: profileJson(game, current) }),
    ...(k < solution.snapshots.length - 1
      ? {}
      : {
          played: play.flatMap((p, profile) =>
            toFloat(p) > 0
              ? [
                  {
                    actions: table(
                      digits(counts, profile).map(
                        (choice, i) => [game.agents[i] as string, choiceName(game, start, i, choice)] as const,
                      ),
                    ),
                    probability: number(p),
                  },
                ]
              : [],
          ),
        }),
  }));
}
