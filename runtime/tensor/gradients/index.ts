import type { Graph } from '../graph.ts';
import type { Node, Op } from '../ir.ts';
import { ReversePass } from './reverse.ts';

/**
 * Derivatives of a scalar with respect to tensors of the same graph, by reverse-mode differentiation: adds the backward computation to
 * the graph and returns one node per tensor, of its shape (zeros where the scalar does not depend on it). Works on its own results, so
 * second derivatives are gradients of gradients. Through a scan it is backpropagation through time over the whole loop.
 */
export function gradients(g: Graph, loss: Node, tensors: readonly Node[]): Node[] {
  if (loss.shape.length !== 0) {
    g.refuse(`gradients: the loss must be a scalar, it has shape [${loss.shape.join(', ')}]; take a sum or a mean`);
  }
  const pass = new ReversePass({
    target: g,
    forward: g.nodes.slice(0, loss.id + 1),
    value: node => node,
    extend: (op: Op, inputs: readonly Node[]) => g.emit(op, inputs),
    wanted: tensors,
  });
  pass.contribute(loss, g.constant(1));
  pass.run();
  return tensors.map(tensor => pass.adjoint(tensor) ?? g.broadcast(0, tensor.shape));
}
