/** Which nodes of a mixer always have the same value because they are the same expression, and what a mixer is to its gradient. */
import { argumentsOf, type MixerModel, type MixerNode } from '../../runtime/mixers/model.ts';

/** By node: the first node that is the same expression of the same inputs and weights. Every network has weights of its own. */
export function firstEquals(model: MixerModel): readonly number[] {
  const known = new Map<string, number>();
  const first: number[] = [];
  for (const [k, node] of model.nodes.entries()) {
    const key = keyOf(
      k,
      node,
      argumentsOf(node).map(arg => first[arg]!),
    );
    const before = known.get(key);
    if (before === undefined) known.set(key, k);
    first.push(before ?? k);
  }
  return first;
}

function keyOf(k: number, node: MixerNode, args: readonly number[]): string {
  const key = (own: string, ordered = args) => `${node.op} ${own} ${node.shape.join('x')} ${ordered.join(',')}`;
  switch (node.op) {
    case 'input':
      return key(node.input);
    case 'number':
      return key(`${node.value}`);
    case 'size':
      return key(node.size);
    case 'weight':
      return key(`${node.weight}`);
    case 'network':
      return key(`of ${k}`);
    case 'unary':
      return key(node.fn);
    case 'binary': {
      const either = node.fn !== 'sub' && node.fn !== 'div';
      return key(node.fn, either ? [...args].sort((a, b) => a - b) : args);
    }
    case 'reduce':
      return key(`${node.fn} ${node.axis ?? 'all'}`);
    case 'index':
      return key(`${node.at}`);
    case 'matmul':
    case 'softmax':
    case 'concat':
    case 'reshape':
    case 'transpose':
      return key('');
  }
}

/**
 * The mixer as its gradient sees it: what `stop_gradient` lets through is a free constant. Undefined where nothing that the total
 * depends on is detached. It is for proofs only: the constants are weights with negative indices, which no evaluation knows.
 */
export function differentiatedPart(model: MixerModel): MixerModel | undefined {
  const needed = new Set([model.output]);
  let detached = false;
  for (let k = model.output; k >= 0; k--) {
    const node = model.nodes[k]!;
    if (!needed.has(k)) continue;
    if (node.op === 'unary' && node.fn === 'stop_gradient') detached = true;
    for (const argument of argumentsOf(node)) needed.add(argument);
  }
  if (!detached) return undefined;
  const first = firstEquals(model);
  const nodes = model.nodes.map(
    (node, k): MixerNode =>
      node.op === 'unary' && node.fn === 'stop_gradient'
        ? { op: 'weight', weight: -1 - first[k]!, shape: node.shape }
        : node,
  );
  return { ...model, nodes };
}
