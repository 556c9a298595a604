/**
 * Critics of actions: given the whole state, perhaps what their agent sees, and what all others do, Q of every action of their own agent.
 * What the agent itself does is no input.
 */
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';
import type { Group } from './groups.ts';
import { allOthers, othersOf, type Team } from './others.ts';
import { actionCritic, type CriticPath, criticInput, type PolicyNetworks } from './policy-networks.ts';

export interface Situation {
  readonly group: Group;
  /** [.., agents, games, features] */
  readonly x: Node;
  /** [.., 1, games, numbers] */
  readonly state: Node | undefined;
  readonly team: Team;
}

/** Q(s, (u_-i, .)) for what the others do: [.., agents, games, actions]. */
export function actionValues(
  g: Graph,
  networks: PolicyNetworks,
  { group, x, state, team }: Situation,
  path: CriticPath,
): Node {
  const seen = criticInput(g, networks, group, x, state);
  const input = team.counts.length === 1 ? seen : g.concat([seen, othersOf(g, group, team.done)]);
  return actionCritic(g, networks, group, input, path);
}

/** max over u_-i of Q(s, (u_-i, .)), over the joint actions that the others have: [.., agents, games, actions]. */
export function bestActionValues(g: Graph, networks: PolicyNetworks, situation: Situation, path: CriticPath): Node {
  const { group, x, state, team } = situation;
  if (team.counts.length === 1) return actionValues(g, networks, situation, path);
  const seen = criticInput(g, networks, group, x, state);
  const { done, possible } = allOthers(g, group, team);
  const lead = seen.shape.slice(0, -2);
  const [games, features] = seen.shape.slice(-2) as [number, number];
  const joint = possible.shape.at(-1) as number;
  const spread = g.broadcast(g.reshape(seen, [...lead, games, 1, features]), [...lead, games, joint, features]);
  const rows = g.reshape(g.concat([spread, done]), [...lead, games * joint, -1]);
  const values = g.reshape(actionCritic(g, networks, group, rows, path), [...lead, games, joint, group.actionCount]);
  const allowed = g.broadcast(g.reshape(possible, [...possible.shape, 1]), values.shape);
  return g.max(g.select(allowed, values, -1e30), [-2]);
}
