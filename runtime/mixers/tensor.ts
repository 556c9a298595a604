/** A mixer in the tensor layer: every value of the model gets one leading axis, the rows of a batch. */
import type { Graph } from '../tensor/graph.ts';
import type { Node } from '../tensor/ir.ts';
import type { MixerInput, MixerModel, MixerNode, Shape, UnaryFunction } from './model.ts';

/** Makes an input: `q` [rows, agents], `state` [rows, state], and so on. Asked only for what the mixer reads. */
export type MixerInputs = (input: MixerInput) => Node;

interface Value {
  readonly node: Node;
  /** False for numbers and learned arrays, which are the same in every row. */
  readonly batched: boolean;
}

/** The total of every row, [rows]. Learned arrays become parameters `path/NAME`. */
export function mix(g: Graph, model: MixerModel, path: string, rows: number, inputs: MixerInputs): Node {
  const values: Value[] = [];
  const weightOf = (index: number): Node => {
    const { name, shape, init } = model.weights[index]!;
    return g.parameter(`${path}/${name}`, shape, { kind: 'uniform', bound: init.bound });
  };
  /** With the leading axis, whether the value differs by row or not. */
  const rowsOf = (index: number): Node => {
    const { node, batched } = values[index]!;
    return batched ? node : g.broadcast(node, [rows, ...model.nodes[index]!.shape]);
  };
  const shapeOf = (index: number): Shape => model.nodes[index]!.shape;
  for (const node of model.nodes) values.push(lower(node));
  return rowsOf(model.output);

  function lower(node: MixerNode): Value {
    switch (node.op) {
      case 'input':
        return { node: inputs(node.input), batched: true };
      case 'number':
      case 'size':
        return { node: g.constant(node.value), batched: false };
      case 'weight':
        return { node: weightOf(node.weight), batched: false };
      case 'network': {
        let x = rowsOf(node.of);
        for (const layer of node.layers) {
          x = g.add(g.matmul(x, weightOf(layer.weight)), weightOf(layer.bias));
          if (layer.activation === 'relu') x = g.relu(x);
        }
        return { node: g.reshape(x, [rows, ...node.shape]), batched: true };
      }
      case 'unary': {
        const { node: x, batched } = values[node.of]!;
        return { node: unary(g, node.fn, x), batched };
      }
      case 'binary': {
        const operands = [node.left, node.right].map(index => aligned(index, node.shape.length));
        const [a, b] = operands as [Node, Node];
        const batched = values[node.left]!.batched || values[node.right]!.batched;
        return { node: g.binary(node.fn, a, b), batched };
      }
      case 'matmul':
        return { node: g.reshape(product(node.left, node.right), [rows, ...node.shape]), batched: true };
      case 'reduce': {
        const x = rowsOf(node.of);
        const axes = node.axis === undefined ? shapeOf(node.of).map((_, k) => k + 1) : [node.axis + 1];
        const reduced = { sum: g.sum, mean: g.mean, max: g.max, min: g.min }[node.fn].call(g, x, axes);
        return { node: g.reshape(reduced, [rows, ...node.shape]), batched: true };
      }
      case 'softmax':
        return { node: g.softmax(rowsOf(node.of)), batched: true };
      case 'concat':
        return { node: g.concat(node.parts.map(rowsOf), -1), batched: true };
      case 'reshape':
        return { node: g.reshape(rowsOf(node.of), [rows, ...node.shape]), batched: true };
      case 'transpose':
        return { node: g.transpose(rowsOf(node.of), [0, 2, 1]), batched: true };
      case 'index':
        return {
          node: g.reshape(g.slice(rowsOf(node.of), 1, node.at, node.at + 1), [rows, ...node.shape]),
          batched: true,
        };
    }
  }

  /** Shapes are aligned at their last axes: between the rows and a shorter shape come axes of length 1. */
  function aligned(index: number, rank: number): Node {
    const { node, batched } = values[index]!;
    if (!batched) return node;
    const shape = shapeOf(index);
    return g.reshape(node, [rows, ...new Array<number>(rank - shape.length).fill(1), ...shape]);
  }

  /** Vectors as a row on the left and a column on the right. */
  function product(left: number, right: number): Node {
    const a = shapeOf(left);
    const b = shapeOf(right);
    const x = g.reshape(rowsOf(left), a.length === 1 ? [rows, 1, a[0]!] : [rows, ...a]);
    const y = g.reshape(rowsOf(right), b.length === 1 ? [rows, b[0]!, 1] : [rows, ...b]);
    return g.matmul(x, y);
  }
}

function unary(g: Graph, fn: UnaryFunction, x: Node): Node {
  switch (fn) {
    case 'leaky_relu':
      return g.maximum(x, g.mul(x, 0.01));
    case 'stop_gradient':
      return g.stopGradient(x);
    default:
      return g.unary(fn, x);
  }
}

/** A layer x W + b: names of W [inputs, outputs] and b, and its sizes. */
export type DenseLayer = readonly [w: string, b: string, inputs: number, outputs: number];

/** Layers with ReLU between them, of the parameters `path/...`, which start uniform in +-1/sqrt(inputs): a `network` node, written out. */
export function dense(g: Graph, path: string, x: Node, ...layers: readonly DenseLayer[]): Node {
  let y = x;
  for (const [k, [w, b, inputs, outputs]] of layers.entries()) {
    const start = { kind: 'uniform', bound: 1 / Math.sqrt(Math.max(1, inputs)) } as const;
    const z = g.matmul(k === 0 ? y : g.relu(y), g.parameter(`${path}/${w}`, [inputs, outputs], start));
    y = g.add(z, g.parameter(`${path}/${b}`, [outputs], start));
  }
  return y;
}
