/**
 * What the other agents do, as a critic of actions reads it. Agents stand in declaration order; an agent that waits does nothing, which is
 * a row of zeros, not its action 0.
 */
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';
import type { Group } from './groups.ts';

/** What one group does at some moments, [.., agents, games]; `available` has the actions behind. */
export interface Doing {
  readonly group: Group;
  readonly actions: Node;
  readonly available: Node;
  /** 1 where the agent acts. */
  readonly acts: Node;
}

/** All agents of the game side by side: [.., n, games, actions], as many actions as the agent with the most has. */
export interface Team {
  /** One-hot. */
  readonly done: Node;
  readonly available: Node;
  /** 1 in all actions of an agent that acts. */
  readonly acts: Node;
  /** Actions of every agent. */
  readonly counts: readonly number[];
}

export function teamOf(g: Graph, parts: readonly Doing[]): Team {
  const most = Math.max(...parts.map(({ group }) => group.actionCount));
  const order = parts.flatMap(({ group }) => group.agents);
  const counts: number[] = [];
  for (const { group } of parts) for (const agent of group.agents) counts[agent] = group.actionCount;
  const all = (of: (part: Doing) => Node): Node => {
    const nodes = parts.map(of);
    const joined = nodes.length === 1 ? nodes[0]! : g.concat(nodes, -3);
    if (order.every((agent, k) => agent === k)) return joined;
    const places = order.map((_, agent) => order.indexOf(agent));
    return g.take(joined, g.constant(places, [places.length], 'i32'), joined.shape.length - 3);
  };
  const acting = ({ acts }: Doing): Node => g.broadcast(g.reshape(acts, [...acts.shape, 1]), [...acts.shape, most]);
  return {
    done: all(part => g.mul(g.oneHot(part.actions, most), acting(part))),
    available: all(({ available }) => widened(g, available, most)),
    acts: all(acting),
    counts,
  };
}

/** [.., n, games, actions] to what each agent of the group sees of the others: [.., agents, games, (n - 1) actions]. */
export function othersOf(g: Graph, group: Group, all: Node): Node {
  const [n, games, actions] = all.shape.slice(-3) as [number, number, number];
  const lead = all.shape.slice(0, -3);
  const places = group.agents.flatMap(agent => others(agent, n));
  const taken = g.take(all, g.constant(places, [places.length], 'i32'), lead.length);
  const apart = g.reshape(taken, [...lead, group.agents.length, n - 1, games, actions]);
  const axes = lead.map((_, k) => k);
  const k = lead.length;
  const turned = g.transpose(apart, [...axes, k, k + 2, k + 1, k + 3]);
  return g.reshape(turned, [...lead, group.agents.length, games, (n - 1) * actions]);
}

/**
 * All joint actions of the others, for each agent of the group: `done` [.., agents, games, J, (n - 1) actions] as `othersOf` gives one of
 * them, and `possible` [.., agents, games, J], 1 where each of them has that action. J is the most that any agent of the group has; for an
 * agent with fewer the first stands several times.
 */
export function allOthers(g: Graph, group: Group, team: Team): { readonly done: Node; readonly possible: Node } {
  const n = team.counts.length;
  const most = team.done.shape.at(-1) as number;
  const width = (n - 1) * most;
  const joint = group.agents.map(agent => jointActions(others(agent, n).map(other => team.counts[other]!)));
  const count = Math.max(...joint.map(list => list.length));
  const hot = new Float64Array(group.agents.length * count * width);
  joint.forEach((list, a) => {
    for (let j = 0; j < count; j++)
      for (const [k, action] of (list[j] ?? list[0]!).entries()) hot[(a * count + j) * width + k * most + action] = 1;
  });
  const every = g.constant(hot, [group.agents.length, 1, count, width]);
  const spread = (x: Node): Node => {
    const seen = othersOf(g, group, x);
    return g.reshape(seen, [...seen.shape.slice(0, -1), 1, width]);
  };
  const missing = g.sum(g.mul(every, g.sub(1, spread(team.available))), [-1]);
  return { done: g.mul(every, spread(team.acts)), possible: g.equal(missing, 0) };
}

/** The agents but one, ascending. */
function others(agent: number, n: number): number[] {
  return Array.from({ length: n }, (_, k) => k).filter(k => k !== agent);
}

/** Every combination of one action each, the last fastest. */
function jointActions(counts: readonly number[]): readonly (readonly number[])[] {
  return counts.reduce<readonly (readonly number[])[]>(
    (lists, count) => lists.flatMap(list => Array.from({ length: count }, (_, action) => [...list, action])),
    [[]],
  );
}

/** Zeros behind the last axis, up to `length`. */
function widened(g: Graph, x: Node, length: number): Node {
  if (x.shape.at(-1) === length) return x;
  const none = x.shape.map(() => 0);
  return g.padTo(x, none, [...x.shape.slice(0, -1), length]);
}
