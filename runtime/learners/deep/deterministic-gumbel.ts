/**
 * Draws from a categorical distribution that gradients pass through (Jang, Gu and Poole 2017; Maddison, Mnih and Teh 2017):
 *   G_a = -log(-log U_a)                   U uniform in (0, 1): argmax over a of (logit_a + G_a) has the probabilities softmax(logits)
 *   y   = softmax((logits + G) / temperature)
 */
import type { Stream } from '../../rng/stream.ts';
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';

/** How a draw is relaxed. */
export interface Relaxation {
  readonly temperature: number;
  /** One-hot, with the gradient of the soft draw (straight through). */
  readonly hard: boolean;
}

/** logits (those of unavailable actions -1e9) and noise of one shape [.., actions] -> draws of that shape, which sum to 1. */
export function gumbelSoftmax(g: Graph, logits: Node, noise: Node, { temperature, hard }: Relaxation): Node {
  const disturbed = g.add(logits, noise);
  const soft = g.softmax(temperature === 1 ? disturbed : g.div(disturbed, temperature));
  if (!hard) return soft;
  const oneHot = g.oneHot(g.argmax(disturbed), logits.shape.at(-1)!);
  return g.add(soft, g.stopGradient(g.sub(oneHot, soft)));
}

/** Fills an array with independent standard Gumbel numbers, one 32-bit number of the stream each. */
export function fillGumbel(stream: Stream, into: Float32Array): void {
  for (let k = 0; k < into.length; k++) into[k] = gumbelOf(stream.next32());
}

/** The Gumbel number that a 32-bit draw stands for. */
export function gumbelOf(draw: number): number {
  return -Math.log(-Math.log((draw + 0.5) / 4294967296));
}
