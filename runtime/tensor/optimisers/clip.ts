import type { Graph } from '../graph.ts';
import type { Node } from '../ir.ts';

/**
 * PyTorch's `clip_grad_norm_`: all gradients times min(1, maximum / (norm + 1e-6)), where norm is the Euclidean norm of all of them
 * together. Returns the norm before clipping too, for the logs.
 */
export function clipByGlobalNorm(
  g: Graph,
  gradients: readonly Node[],
  maximum: number,
): { readonly gradients: Node[]; readonly norm: Node } {
  const squares = gradients.map(gradient => g.sum(g.square(gradient)));
  const norm = g.sqrt(squares.reduce((sum, term) => g.add(sum, term)));
  const factor = g.minimum(g.div(maximum, g.add(norm, 1e-6)), 1);
  return { gradients: gradients.map(gradient => g.mul(gradient, factor)), norm };
}
