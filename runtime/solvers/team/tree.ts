/** All that one agent may come to see while it keeps to a rule, whatever the others do. */
import { type Controller, firstSights, sightsAfter, type Team } from './problem.ts';

/** Histories of a controller that is written out. */
const mostNodes = 200_000;

export class TooManyNodes extends Error {}

/**
 * A controller that is complete: `choose` is asked at every history, in an order in which every history follows the one that it continues, with the
 * number of the history and of its choices, the history it continues (-1: none), and what the agent sees. @throws TooManyNodes
 */
export function completeController(
  team: Team,
  agent: number,
  choose: (node: number, count: number, before: number, sight: number) => number,
): Controller {
  const choice: number[] = [];
  const next: Map<number, number>[] = [];
  const visit = (sight: number, states: Set<number>, time: number, before: number): number => {
    const node = choice.length;
    if (node >= mostNodes) throw new TooManyNodes('too many histories');
    const taken = choose(node, team.choices[agent]?.[sight] as number, before, sight);
    choice.push(taken);
    const edges = new Map<number, number>();
    next.push(edges);
    if (time + 1 < team.steps)
      for (const [seen, reached] of sightsAfter(team, agent, states, taken))
        edges.set(seen, visit(seen, reached, time + 1, node));
    return node;
  };
  const start = new Map<number, number>();
  for (const [sight, states] of firstSights(team, agent)) start.set(sight, visit(sight, states, 0, -1));
  return { choice, next, start };
}

/** Every complete controller of an agent, one after the other. @throws TooManyNodes */
export function* everyController(team: Team, agent: number): Generator<Controller> {
  let fixed: number[] = [];
  for (;;) {
    const taken: number[] = [];
    const counts: number[] = [];
    yield completeController(team, agent, (node, count) => {
      counts.push(count);
      taken.push(fixed[node] ?? 0);
      return fixed[node] ?? 0;
    });
    let last = taken.length - 1;
    while (last >= 0 && (taken[last] as number) + 1 >= (counts[last] as number)) last--;
    if (last < 0) return;
    fixed = [...taken.slice(0, last), (taken[last] as number) + 1];
  }
}
