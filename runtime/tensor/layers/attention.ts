import type { Graph } from '../graph.ts';
import type { Node } from '../ir.ts';
import { dense } from './dense.ts';
import type { AttentionSpec } from './spec.ts';
import type { Place } from './weights.ts';
import { child } from './weights.ts';

/**
 * Scaled dot-product attention among agents (Vaswani et al. 2017), row by row: own [.., agents, rows, features] -> [.., agents, rows, units].
 * In every row each agent of `own` attends to all agents of `all`, a list of tensors as `own` with as many agents as each has, itself
 * among them: heads softmax(Q K^T / sqrt(units per head)) V side by side, then a linear map; with `residual` the agent's own row is added.
 * The weights belong to the agents of `own`: with copies every one of them has its own queries, keys and values of what all others show.
 */
export function attention(g: Graph, place: Place, spec: AttentionSpec, own: Node, all: readonly Node[]): Node {
  const { units, heads } = spec;
  if (units % heads !== 0) g.refuse(`${units} units do not divide into ${heads} heads`);
  if (own.shape.length < 3) g.refuse(`expects rows of agents [agents, rows, features], got ${own.shape.length} axes`);
  const [agents, rows, features] = own.shape.slice(-3) as [number, number, number];
  const widths = [...new Set(all.map(({ shape }) => shape.at(-1)))];
  if (widths.length > 1)
    g.refuse(`the agents it mixes have rows of ${widths.join(' and ')} numbers; put \`dense(${units})\` before it`);
  if (spec.residual === true && features !== units)
    g.refuse(`adds its ${units} units to its input, which has ${features} numbers`);
  const everybody = all.length === 1 ? all[0]! : g.concat(all, -3);
  const lead = own.shape.slice(0, -3);
  const count = everybody.shape.at(-3)!;
  const project = (name: string, x: Node): Node =>
    dense(g, child(place, name), { kind: 'dense', units, weights: spec.weights }, x);
  const inHeads = (x: Node, shape: readonly number[]): Node => g.reshape(x, [...shape, heads, units / heads]);

  let mixed: Node;
  if (place.copies === undefined) {
    // [.., agents, rows, heads, each] to [.., rows, heads, agents, each], for one product per row and head.
    const split = (name: string, x: Node, n: number): Node =>
      g.transpose(inHeads(project(name, x), [-1, n, rows]), [0, 2, 3, 1, 4]);
    const weighed = weigh(g, split('query', own, agents), split('key', everybody, count), () =>
      split('value', everybody, count),
    );
    mixed = g.transpose(weighed, [0, 3, 1, 2, 4]);
  } else {
    const flat = g.reshape(everybody, [...lead, 1, count * rows, features]);
    const shown = g.broadcast(flat, [...lead, agents, count * rows, features]);
    const split = (name: string): Node =>
      g.transpose(inHeads(project(name, shown), [-1, count, rows]), [0, 2, 3, 1, 4]);
    const query = g.reshape(project('query', own), [-1, rows, heads, 1, units / heads]);
    mixed = weigh(g, query, split('key'), () => split('value'));
  }
  const output = project('output', g.reshape(mixed, [...lead, agents, rows, units]));
  return spec.residual === true ? g.add(own, output) : output;
}

/** softmax(Q K^T / sqrt(each)) V: query [.., n, each], key and value [.., m, each] -> [.., n, each]. */
function weigh(g: Graph, query: Node, key: Node, value: () => Node): Node {
  const scores = g.mul(g.matmul(query, key, false, true), 1 / Math.sqrt(query.shape.at(-1)!));
  return g.matmul(g.softmax(scores), value());
}
