/**
 * Importance weights of replayed transitions: the others learn while a transition lies in the replay, and what it tells of them grows old.
 *
 *   w_i = prod over j != i of pi_j(a_j | o_j) / mu_j
 *
 * pi is what the others do now, epsilon-greedy in their online values; mu_j, the probability of a_j when it was chosen, is kept in the
 * replay. No gradient flows through w. The weights are those of the step itself: what follows is valued by today's networks.
 *
 * Foerster, Nardelli, Farquhar, Afouras, Torr, Kohli and Whiteson (2017). Stabilising experience replay for deep multi-agent reinforcement
 * learning. ICML. Section 3.2.
 */
import { maskLogits } from '../../tensor/compose.ts';
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';
import type { Batch } from './batch.ts';
import { now } from './moments.ts';

export interface ImportanceSettings {
  readonly importance: boolean;
  /** Largest weight; 0 for none. */
  readonly importance_cap: number;
}

/**
 * Weights [T, agents, windows] by group. `online`: values of every group, [T + 1, agents, windows, actions]; `epsilon`: the probability of
 * exploring now; the batch has the note `behaviour`.
 */
export function importanceWeights(
  g: Graph,
  { groups }: Batch,
  online: readonly Node[],
  epsilon: Node,
  cap: number,
): readonly Node[] {
  const ratios = groups.map(({ available, actions, notes }, k) => {
    const legal = now(g, available);
    const greedy = g.argmax(maskLogits(g, now(g, online[k]!), legal));
    const isGreedy = g.equal(g.float(greedy), g.float(actions));
    const exploring = g.div(epsilon, g.sum(legal, [-1]));
    return g.div(g.add(g.mul(g.sub(1, epsilon), isGreedy), exploring), notes.behaviour!);
  });
  const all = ratios.length === 1 ? ratios[0]! : g.concat(ratios, 1);
  const agents = all.shape[1]!;
  const each = Array.from({ length: agents }, (_, i) => g.slice(all, 1, i, i + 1));
  // Products of those before and of those behind: a quotient by the agent's own ratio would be 0 / 0 where that is 0.
  const one = g.broadcast(1, each[0]!.shape);
  const before: Node[] = [one];
  const behind: Node[] = [one];
  for (let i = 1; i < agents; i++) {
    before.push(g.mul(before[i - 1]!, each[i - 1]!));
    behind.push(g.mul(behind[i - 1]!, each[agents - i]!));
  }
  let first = 0;
  return groups.map(({ group }) => {
    const own = group.agents.map((_, a) => g.mul(before[first + a]!, behind[agents - 1 - first - a]!));
    first += own.length;
    const joined = own.length === 1 ? own[0]! : g.concat(own, 1);
    return g.stopGradient(cap === 0 ? joined : g.minimum(joined, cap));
  });
}
