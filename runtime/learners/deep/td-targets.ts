/** Targets of action values. */
import { maskLogits } from '../../tensor/compose.ts';
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';
import { later, now, type Steps } from './moments.ts';

/** n-step targets (Sutton 1988), [T, agents or 1, windows], from the values `next` of what follows each step. */
export function nStepTargets(
  g: Graph,
  { rewards, terminated, last }: Steps,
  next: Node,
  gamma: number,
  n: number,
): Node {
  // y_t = r_t + gamma (1 - term_t) next_t
  const goesOn = g.mul(gamma, g.sub(1, terminated));
  let target = g.add(rewards, g.mul(goesOn, next));
  if (n === 1) return target;
  // y_t of n steps = r_t + gamma (1 - term_t) (y_{t+1} of n - 1 steps); at the last step of a window as of one step
  const length = rewards.shape[0]!;
  for (let k = 1; k < Math.min(n, length); k++) {
    const tail = g.slice(target, 0, 1, length);
    const zeros = g.broadcast(0, [1, ...target.shape.slice(1)]);
    const later = g.concat([tail, zeros], 0);
    target = g.add(rewards, g.mul(goesOn, g.select(g.broadcast(last, next.shape), next, later)));
  }
  return target;
}

/** Q of what was done: q [T + 1, agents, windows, actions], actions [T, agents, windows] -> [T, agents, windows]. */
export function chosenValues(g: Graph, q: Node, actions: Node): Node {
  return g.pick(now(g, q), actions);
}

/**
 * Value of what follows each step, [T, agents, windows]: the target network's value of its own best available action, or, with `double`
 * (van Hasselt, Guez and Silver 2016), of the action that the online network finds best.
 */
export function nextValues(g: Graph, online: Node, target: Node, available: Node, double: boolean): Node {
  const legal = later(g, available);
  const values = maskLogits(g, later(g, target), legal);
  if (!double) return g.max(values, [-1]);
  return g.pick(values, g.argmax(maskLogits(g, later(g, online), legal)));
}
