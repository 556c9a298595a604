import type { Graph, Operand } from './graph.ts';
import type { Node } from './ir.ts';

/**
 * What stands in place of the logit of an action that is not available: finite, so that nothing turns into NaN where no action at all
 * is available (an agent that has left), and so low that its probability is exactly 0 everywhere else.
 */
export const unavailable = -1e9;

/** Logits with those of unavailable actions (mask 0) replaced; mask broadcasts. No gradient reaches them. */
export function maskLogits(g: Graph, logits: Node, mask: Node): Node {
  return g.select(mask, logits, unavailable);
}

/** Entropy of a categorical distribution given its log-probabilities [.., n] -> [..], in nats. */
export function entropy(g: Graph, logProbabilities: Node): Node {
  return g.neg(g.sum(g.mul(g.exp(logProbabilities), logProbabilities), [-1]));
}

/** Mean of x over the entries where the mask is 1; 0 when there is none. Shapes equal. */
export function maskedMean(g: Graph, x: Node, mask: Node): Node {
  return g.div(g.sum(g.mul(x, mask)), g.maximum(g.sum(mask), 1));
}

/** 0.5 x^2 for |x| <= delta, delta (|x| - 0.5 delta) beyond (Huber 1964; PyTorch's huber_loss before its mean). */
export function huber(g: Graph, x: Node, delta: number): Node {
  const size = g.abs(x);
  const inside = g.minimum(size, delta);
  // One expression for both parts, without a branch: inside (|x| - 0.5 inside).
  return g.mul(inside, g.sub(size, g.mul(0.5, inside)));
}

/** 0.5 x^2. */
export function halfSquare(g: Graph, x: Node): Node {
  return g.mul(0.5, g.square(x));
}

/** Linear from `from` to `to` over the first `over` steps, then constant; `step` counts from 0. */
export function linearSchedule(g: Graph, step: Operand, from: number, to: number, over: number): Node {
  if (over <= 0) return g.constant(to);
  const progress = g.minimum(g.div(step, over), 1);
  return g.add(from, g.mul(to - from, progress));
}

/** A state that counts runs: gives the number of runs before this one. Exact up to 2^24. */
export function counter(g: Graph, name: string): Node {
  const count = g.state(name, []);
  g.assign(count, g.add(count, 1));
  return count;
}

/** Each target parameter moves to its source: tau = 1 copies, below 1 is Polyak averaging, target + tau (source - target). */
export function updateTargets(g: Graph, pairs: readonly { source: Node; target: Node }[], tau: Operand): void {
  for (const { source, target } of pairs) {
    g.assign(target, tau === 1 ? source : g.add(target, g.mul(tau, g.sub(source, target))));
  }
}
