/** Information sets in words: what the agent sees now, and what it remembers where that alone does not tell them apart. */
import type { TabularGame } from '../../games/tabular.ts';
import { metBy } from '../../verify/behaviour.ts';
import type { Behaviour, Strategy } from '../../verify/claim.ts';

export interface LabelledSet {
  readonly agent: number;
  readonly label: string;
  /** A state in which the agent has these choices. */
  readonly state: number;
  readonly strategy: Strategy;
  /** False where these strategies never lead here; undefined where that is not known. */
  readonly reached: boolean | undefined;
}

/** Behind the strategy of an information set that is never reached. */
export const neverReached = '  (never reached)';

/**
 * Where there is something to choose, agent by agent, earlier ones first; at most `limit` of each agent, and how many there are. `marked`: with
 * what the behaviour itself leads to, which has to be whole for that.
 */
export function labelledSets(
  game: TabularGame,
  agents: readonly Behaviour[],
  limit: number,
  marked = false,
): readonly { readonly sets: readonly LabelledSet[]; readonly total: number }[] {
  const met = marked ? metBy(game, agents) : undefined;
  return agents.map((behaviour, agent) => {
    const all: number[] = [];
    behaviour.strategies.forEach((strategy, k) => {
      if (strategy !== undefined && strategy.length > 1) all.push(k);
    });
    const names = namesOf(game, behaviour, agent, all);
    const sets = all.slice(0, limit).map((k, at) => ({
      agent,
      label: names[at] as string,
      state: behaviour.state[k] as number,
      strategy: behaviour.strategies[k] as Strategy,
      reached: met?.[agent]?.has(k),
    }));
    return { sets, total: all.length };
  });
}

function namesOf(game: TabularGame, behaviour: Behaviour, agent: number, sets: readonly number[]): readonly string[] {
  const seen = sets.map(k => sight(game, agent, behaviour.state[k] as number));
  if (new Set(seen).size === sets.length) return seen;
  // What was done before tells most of the rest apart; where it does not, everything that was seen does.
  const done = sets.map((k, at) => joined(actionsBefore(game, behaviour, agent, k), seen[at] as string));
  const uses = new Map<string, number>();
  for (const name of done) uses.set(name, (uses.get(name) ?? 0) + 1);
  return sets.map((k, at) => {
    const short = done[at] as string;
    return uses.get(short) === 1 ? short : joined(history(game, behaviour, agent, k), seen[at] as string);
  });
}

function joined(before: readonly string[], now: string): string {
  return before.length === 0 ? now : `after ${before.join(', ')}: ${now}`;
}

function sight(game: TabularGame, agent: number, state: number): string {
  const observation = game.observation[state * game.agents.length + agent] as number;
  const text = game.describeObservation?.(agent, observation) ?? `observation ${observation}`;
  return text === '' ? 'the start' : text;
}

/** Situations on the way to one, the first of all first. */
function pathTo({ parent }: Behaviour, situation: number): readonly number[] {
  const path: number[] = [];
  for (let k = situation; k >= 0; k = parent[k] as number) path.push(k);
  return path.reverse();
}

function actionName(game: TabularGame, agent: number, action: number): readonly string[] {
  return action < 0 ? [] : [game.actionNames[agent]?.[action] ?? `${action}`];
}

function actionsBefore(game: TabularGame, behaviour: Behaviour, agent: number, situation: number): readonly string[] {
  return pathTo(behaviour, situation).flatMap(k => actionName(game, agent, behaviour.action[k] as number));
}

function history(game: TabularGame, behaviour: Behaviour, agent: number, situation: number): readonly string[] {
  const path = pathTo(behaviour, situation);
  return path.slice(0, -1).flatMap((k, at) => {
    const next = behaviour.action[path[at + 1] as number] as number;
    return [sight(game, agent, behaviour.state[k] as number), ...actionName(game, agent, next)];
  });
}
