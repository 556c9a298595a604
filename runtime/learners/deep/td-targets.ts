/** Targets of action values. */
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';

export interface Steps {
  /** [T, agents or 1, windows] */
  readonly rewards: Node;
  /** [T, 1, windows] */
  readonly terminated: Node;
  readonly last: Node;
}

/**
 * n-step targets (Sutton 1988), [T, agents or 1, windows], from the values `next` of what follows each step:
 *   y_t = r_t + gamma (1 - term_t) next_t                          with n = 1
 *   y_t = r_t + gamma (1 - term_t) (y_{t+1} with n - 1)            with n > 1; at the last step of a window as with n = 1
 */
export function nStepTargets(
  g: Graph,
  { rewards, terminated, last }: Steps,
  next: Node,
  gamma: number,
  n: number,
): Node {
  const goesOn = g.mul(gamma, g.sub(1, terminated));
  const length = rewards.shape[0]!;
  let target = g.add(rewards, g.mul(goesOn, next));
  for (let k = 1; k < Math.min(n, length); k++) {
    const tail = g.slice(target, 0, 1, length);
    const zeros = g.broadcast(0, [1, ...target.shape.slice(1)]);
    const later = g.concat([tail, zeros], 0);
    target = g.add(rewards, g.mul(goesOn, g.select(g.broadcast(last, next.shape), next, later)));
  }
  return target;
}

/** Entries 0 .. T-1, and 1 .. T, of a tensor over T + 1 moments. */
export function now(g: Graph, x: Node): Node {
  return g.slice(x, 0, 0, x.shape[0]! - 1);
}

export function later(g: Graph, x: Node): Node {
  return g.slice(x, 0, 1, x.shape[0]!);
}
