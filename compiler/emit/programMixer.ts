/** A mixer as the tensor code that `runtime/mixers/tensor.ts` makes of its model, written out: the same operations in the same order. */
import type { MixerModel, MixerNode, Shape } from '../../runtime/mixers/model.ts';
import type { Entity } from './programSources.ts';
import { quote } from './programSyntax.ts';

export const mixerImports: readonly Entity[] = [
  { path: 'runtime/mixers/tensor.ts', name: 'MixerInputs' },
  { path: 'runtime/tensor/graph.ts', name: 'Graph' },
  { path: 'runtime/tensor/ir.ts', name: 'Node' },
];

/** `function mixer(g, path, rows, inputs)`: the total of every row, [rows]. */
export function mixerPart(model: MixerModel): string {
  const names = namesOf(model);
  const batched: boolean[] = [];
  const lines: string[] = [];
  const at = (index: number): string => names[index] as string;
  const shapeOf = (index: number): Shape => (model.nodes[index] as MixerNode).shape;
  const rowsOf = (index: number): string =>
    batched[index] ? at(index) : `g.broadcast(${at(index)}, ${list(['rows', ...shapeOf(index)])})`;
  const weight = (index: number): string => {
    const { name, shape, init } = model.weights[index] as MixerModel['weights'][number];
    return `weight(${quote(name)}, ${list(shape)}, ${init.bound})`;
  };
  const reshaped = (text: string, from: Shape | undefined, to: Shape): string =>
    from !== undefined && from.join() === to.join() ? text : `g.reshape(${text}, ${list(['rows', ...to])})`;

  model.nodes.forEach((node, index) => {
    const text = lower(node);
    batched.push(isBatched(node));
    lines.push(`const ${at(index)} = ${text};`);
  });
  const params = model.params.map(({ name, value }) => `${name} = ${value}`).join(', ');
  return `/** The mixer ${model.name}${params === '' ? '' : `(${params})`}: the team's value of every row, [rows]. Weights from [-bound, bound]. */
function mixer(g: Graph, path: string, rows: number, inputs: MixerInputs): Node {
  const weight = (name: string, shape: readonly number[], bound: number): Node =>
    g.parameter(\`\${path}/\${name}\`, shape, { kind: 'uniform', bound });
${lines.join('\n')}
  return ${rowsOf(model.output)};
}`;

  function isBatched(node: MixerNode): boolean {
    switch (node.op) {
      case 'number':
      case 'size':
      case 'weight':
        return false;
      case 'unary':
        return batched[node.of] as boolean;
      case 'binary':
        return (batched[node.left] as boolean) || (batched[node.right] as boolean);
      default:
        return true;
    }
  }

  function lower(node: MixerNode): string {
    switch (node.op) {
      case 'input':
        return `inputs(${quote(node.input)})`;
      case 'number':
      case 'size':
        return `g.constant(${node.value})`;
      case 'weight':
        return weight(node.weight);
      case 'network': {
        let x = rowsOf(node.of);
        for (const layer of node.layers) {
          x = `g.add(g.matmul(${x}, ${weight(layer.weight)}), ${weight(layer.bias)})`;
          if (layer.activation === 'relu') x = `g.relu(${x})`;
        }
        return reshaped(x, undefined, node.shape);
      }
      case 'unary': {
        if (node.fn === 'leaky_relu') return `g.maximum(${at(node.of)}, g.mul(${at(node.of)}, 0.01))`;
        if (node.fn === 'stop_gradient') return `g.stopGradient(${at(node.of)})`;
        return `g.${node.fn}(${at(node.of)})`;
      }
      case 'binary':
        return `g.binary(${quote(node.fn)}, ${aligned(node.left, node.shape.length)}, ${aligned(node.right, node.shape.length)})`;
      case 'matmul':
        return reshaped(product(node.left, node.right), undefined, node.shape);
      case 'reduce': {
        const axes = node.axis === undefined ? shapeOf(node.of).map((_, k) => k + 1) : [node.axis + 1];
        return reshaped(`g.${node.fn}(${rowsOf(node.of)}, ${list(axes)})`, undefined, node.shape);
      }
      case 'softmax':
        return `g.softmax(${rowsOf(node.of)})`;
      case 'concat':
        return `g.concat(${list(node.parts.map(rowsOf))}, -1)`;
      case 'reshape':
        return reshaped(rowsOf(node.of), undefined, node.shape);
      case 'transpose':
        return `g.transpose(${rowsOf(node.of)}, [0, 2, 1])`;
      case 'index':
        return reshaped(`g.slice(${rowsOf(node.of)}, 1, ${node.at}, ${node.at + 1})`, undefined, node.shape);
    }
  }

  /** Shapes are aligned at their last axes: between the rows and a shorter shape come axes of length 1. */
  function aligned(index: number, rank: number): string {
    if (!batched[index]) return at(index);
    const shape = shapeOf(index);
    const ones = new Array<number>(rank - shape.length).fill(1);
    return reshaped(at(index), shape, [...ones, ...shape]);
  }

  /** Vectors as a row on the left and a column on the right. */
  function product(left: number, right: number): string {
    const a = shapeOf(left);
    const b = shapeOf(right);
    const x = reshaped(rowsOf(left), a, a.length === 1 ? [1, ...a] : a);
    const y = reshaped(rowsOf(right), b, b.length === 1 ? [...b, 1] : b);
    return `g.matmul(${x}, ${y})`;
  }
}

function list(items: readonly (string | number)[]): string {
  return `[${items.join(', ')}]`;
}

/** Inputs and learned arrays by their names; other values by their place. */
function namesOf({ nodes, weights }: MixerModel): readonly string[] {
  const taken = new Set(['g', 'path', 'rows', 'inputs', 'weight']);
  return nodes.map((node, index) => {
    const wanted =
      node.op === 'input'
        ? node.input
        : node.op === 'weight'
          ? (weights[node.weight] as MixerModel['weights'][number]).name
          : node.op === 'network'
            ? `${(weights[node.layers[0]?.weight ?? 0] as MixerModel['weights'][number]).name}Made`
            : `x${index}`;
    let name = wanted.replaceAll(/\W/g, '_');
    while (taken.has(name)) name += '_';
    taken.add(name);
    return name;
  });
}
