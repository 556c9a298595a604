/** The best that one member of a team can do while the others keep to what they do: a decision process over its own histories. */
import { floatNumbers } from '../markov.ts';
import { type Controller, choiceAt, follow, jointOf, nowhere, type Team } from './problem.ts';

/** Histories of the agent that are looked at before the search for a best response gives up. */
const mostHistories = 2_000_000;

/** States and the others' nodes that one own history leaves possible. */
type Cloud = Map<string, { readonly state: number; readonly nodes: readonly number[]; weight: number }>;

export class TooManyHistories extends Error {}

/** @returns the agent's best controller with the team's return. @throws TooManyHistories */
export function bestResponse(
  team: Team,
  agent: number,
  controllers: readonly Controller[],
): { readonly controller: Controller; readonly value: number } {
  const { game } = team;
  const { reward } = floatNumbers(game, 0);
  const choice: number[] = [];
  const next: Map<number, number>[] = [];
  let histories = 0;
  const put = (groups: Map<number, Cloud>, state: number, nodes: readonly number[], weight: number) => {
    const sight = team.sight[agent]?.[state] as number;
    let cloud = groups.get(sight);
    if (cloud === undefined) {
      cloud = new Map();
      groups.set(sight, cloud);
    }
    const key = `${state} ${nodes.join()}`;
    const known = cloud.get(key);
    if (known === undefined) cloud.set(key, { state, nodes, weight });
    else known.weight += weight;
  };
  /** The best of a history, and the nodes that do it: appended only where they are kept. */
  const visit = (sight: number, cloud: Cloud, time: number): { value: number; build: () => number } => {
    if (++histories > mostHistories) throw new TooManyHistories('too many histories');
    const count = team.choices[agent]?.[sight] as number;
    let best = { value: Number.NEGATIVE_INFINITY, choice: 0, after: new Map<number, () => number>() };
    for (let own = 0; own < count; own++) {
      const groups = new Map<number, Cloud>();
      let value = 0;
      for (const { state, nodes, weight } of cloud.values()) {
        const joint = jointOf(
          team,
          state,
          controllers.map((c, i) => (i === agent ? own : choiceAt(c, nodes[i] as number))),
        );
        for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
          const p = weight * (game.outcomeProbability[o] as number);
          if (p === 0) continue;
          value += p * reward(o);
          const to = game.outcomeState[o] as number;
          if (to < 0 || time + 1 >= team.steps) continue;
          const reached = controllers.map((c, i) =>
            i === agent ? nowhere : follow(c, nodes[i] as number, team.sight[i]?.[to] as number),
          );
          put(groups, to, reached, p);
        }
      }
      const after = new Map<number, () => number>();
      for (const [seen, group] of groups) {
        const rest = visit(seen, group, time + 1);
        value += game.discount * rest.value;
        after.set(seen, rest.build);
      }
      if (own === 0 || value > best.value + 1e-13 * Math.abs(best.value)) best = { value, choice: own, after };
    }
    const build = (): number => {
      const node = choice.length;
      choice.push(best.choice);
      const edges = new Map<number, number>();
      next.push(edges);
      for (const [seen, make] of best.after) edges.set(seen, make());
      return node;
    };
    return { value: best.value, build };
  };
  const groups = new Map<number, Cloud>();
  game.initialStates.forEach((state, k) => {
    const p = game.initialProbabilities[k] as number;
    if (p === 0) return;
    const nodes = controllers.map((c, i) =>
      i === agent ? nowhere : (c.start.get(team.sight[i]?.[state] as number) ?? nowhere),
    );
    put(groups, state, nodes, p);
  });
  let value = 0;
  const start = new Map<number, number>();
  for (const [sight, cloud] of groups) {
    const found = visit(sight, cloud, 0);
    value += found.value;
    start.set(sight, found.build());
  }
  return { controller: { choice, next, start }, value };
}
