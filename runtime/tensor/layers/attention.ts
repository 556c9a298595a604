import { maskLogits } from '../compose.ts';
import type { Graph } from '../graph.ts';
import type { Node } from '../ir.ts';
import { dense } from './dense.ts';
import type { AttentionSpec } from './spec.ts';
import type { Place } from './weights.ts';
import { child } from './weights.ts';

/**
 * Scaled dot-product attention among the agents of a group (Vaswani et al. 2017), x [.., agents, features] -> [.., agents, units]:
 * heads softmax(Q K^T / sqrt(units per head)) V side by side, then a linear map. `present` [.., agents] is 0 for agents nobody attends
 * to (who have left); where nobody is present all weigh the same, and the caller masks the result.
 */
export function attention(g: Graph, place: Place, spec: AttentionSpec, x: Node, present?: Node): Node {
  if (place.copies !== undefined) g.refuse('has no copies per agent; share its parameters');
  if (x.shape.length < 2) g.refuse('expects one vector per agent');
  if (spec.units % spec.heads !== 0) g.refuse(`${spec.units} units do not divide into ${spec.heads} heads`);
  const [agents, features] = x.shape.slice(-2) as [number, number];
  const lead = x.shape.slice(0, -2);
  const each = spec.units / spec.heads;
  const flat = g.reshape(x, [...(lead.length === 0 ? [1] : [-1]), agents, features]);
  const batch = flat.shape[0]!;
  const project = (name: string, input: Node): Node =>
    dense(g, child(place, name), { kind: 'dense', units: spec.units, weights: spec.weights }, input);
  const split = (name: string): Node =>
    g.transpose(g.reshape(project(name, flat), [batch, agents, spec.heads, each]), [0, 2, 1, 3]);
  const scores = g.mul(g.matmul(split('query'), split('key'), false, true), 1 / Math.sqrt(each));
  const shown = present === undefined ? scores : maskLogits(g, scores, g.reshape(present, [batch, 1, 1, agents]));
  const mixed = g.matmul(g.softmax(shown), split('value'));
  const joined = g.reshape(g.transpose(mixed, [0, 2, 1, 3]), [...lead, agents, spec.units]);
  return project('output', joined);
}
