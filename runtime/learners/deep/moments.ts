/** Tensors over the moments of a window, [T + 1, ...]: what stands before every step, and after the last. */
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';

/** Entries 0 .. T-1, and 1 .. T, of a tensor over T + 1 moments. */
export function now(g: Graph, x: Node): Node {
  return g.slice(x, 0, 0, x.shape[0]! - 1);
}

export function later(g: Graph, x: Node): Node {
  return g.slice(x, 0, 1, x.shape[0]!);
}

/** What targets are made of besides values. */
export interface Steps {
  /** [T, agents or 1, windows] */
  readonly rewards: Node;
  /** [T, 1, windows] */
  readonly terminated: Node;
  readonly last: Node;
}
