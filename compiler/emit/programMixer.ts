/** A mixer as the tensor code that `runtime/mixers/tensor.ts` makes of its model, written out: the same operations in the same order. */
import {
  argumentsOf,
  type BinaryFunction,
  type MixerModel,
  type MixerNode,
  type MixerWeight,
  type Shape,
} from '../../runtime/mixers/model.ts';
import type { Entity } from './programSources.ts';
import { quote } from './programSyntax.ts';

export const mixerImports: readonly Entity[] = [
  { path: 'runtime/mixers/tensor.ts', name: 'MixerInputs' },
  { path: 'runtime/mixers/tensor.ts', name: 'dense' },
  { path: 'runtime/tensor/graph.ts', name: 'Graph' },
  { path: 'runtime/tensor/ir.ts', name: 'Node' },
];

/** A value that is written where it is read, because nothing else reads it, may be so long. */
const longest = 110;

/** `function name(g, path, rows, inputs)`: the total of every row, [rows]. */
export function mixerPart(model: MixerModel, name: string): string {
  const nameOf = namer(model);
  const uses = usesOf(model);
  const batched: boolean[] = [];
  const lines: string[] = [];
  /** Texts of values that are not written yet, in the order of the operations. */
  const waiting = new Map<number, string>();
  const written = new Map<number, string>();
  const at = (index: number): string => written.get(index) ?? nameOf(index);
  const shapeOf = (index: number): Shape => (model.nodes[index] as MixerNode).shape;
  const rowsOf = (index: number): string =>
    batched[index] ? at(index) : `g.broadcast(${at(index)}, ${list(['rows', ...shapeOf(index)])})`;
  const weight = (index: number): string => {
    const { name, shape, init } = model.weights[index] as MixerWeight;
    return `weight(${quote(name)}, ${list(shape)}, ${init.bound})`;
  };
  const reshaped = (text: string, from: Shape | undefined, to: Shape): string =>
    from !== undefined && from.join() === to.join() ? text : `g.reshape(${text}, ${list(['rows', ...to])})`;
  const declare = (index: number, text: string): void => {
    lines.push(`const ${nameOf(index)} = ${text};`);
  };
  const declareWaiting = (): void => {
    for (const [index, text] of waiting) declare(index, text);
    waiting.clear();
  };

  const named = new Set((model.bindings ?? []).map(({ node }) => node));
  model.nodes.forEach((node, index) => {
    if (uses[index] === 0 && index !== model.output) {
      batched.push(isBatched(node));
      return;
    }
    // What is read here and nowhere else is written here, if that leaves the operations in their order.
    const read = argumentsOf(node).filter(argument => waiting.has(argument));
    const last = [...waiting.keys()].slice(waiting.size - read.length);
    written.clear();
    if (last.join() === read.join())
      for (const argument of read) {
        written.set(argument, waiting.get(argument) as string);
        waiting.delete(argument);
      }
    else declareWaiting();
    const text = lower(node);
    batched.push(isBatched(node));
    const waits = uses[index] === 1 && !named.has(index) && node.op !== 'input' && text.length <= longest;
    if (waits || index === model.output) waiting.set(index, text);
    else {
      declareWaiting();
      declare(index, text);
    }
  });
  const total = waiting.get(model.output);
  waiting.delete(model.output);
  declareWaiting();
  written.clear();
  if (total !== undefined) written.set(model.output, total);
  const params = model.params.map(({ name, value }) => `${name} = ${value}`).join(', ');
  const usesWeights = model.nodes.some((node, index) => node.op === 'weight' && uses[index] !== 0);
  const helper = usesWeights
    ? `  const weight = (name: string, shape: readonly number[], bound: number): Node =>
    g.parameter(\`\${path}/\${name}\`, shape, { kind: 'uniform', bound });
`
    : '';
  return `/** The mixer ${model.name}${params === '' ? '' : `(${params})`}: the team's value of every row, [rows]. */
function ${name}(g: Graph, path: string, rows: number, inputs: MixerInputs): Node {
${helper}${lines.join('\n')}
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
        const layers = node.layers.map(({ weight: w, bias: b, inputs, outputs }) => {
          const [own, bias] = [w, b].map(k => quote((model.weights[k] as MixerWeight).name));
          return list([own as string, bias as string, inputs, outputs]);
        });
        return reshaped(`dense(${['g', 'path', rowsOf(node.of), ...layers].join(', ')})`, undefined, node.shape);
      }
      case 'unary': {
        if (node.fn === 'leaky_relu') return `g.maximum(${at(node.of)}, g.mul(${at(node.of)}, 0.01))`;
        if (node.fn === 'stop_gradient') return `g.stopGradient(${at(node.of)})`;
        return `g.${node.fn}(${at(node.of)})`;
      }
      case 'binary':
        return `g.${binaries[node.fn]}(${aligned(node.left, node.shape.length)}, ${aligned(node.right, node.shape.length)})`;
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

const binaries: Readonly<Record<BinaryFunction, string>> = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  div: 'div',
  max: 'maximum',
  min: 'minimum',
};

/** How often each node is written where it is read. */
function usesOf({ nodes, output }: MixerModel): readonly number[] {
  const uses = nodes.map(() => 0);
  for (const node of nodes)
    for (const argument of argumentsOf(node))
      uses[argument]! += node.op === 'unary' && node.fn === 'leaky_relu' ? 2 : 1;
  uses[output]!++;
  return uses;
}

const reserved: readonly string[] = ['g', 'path', 'rows', 'inputs', 'weight', 'dense'];

/** Values by their names in the declaration, inputs and learned arrays by theirs, others by what they are a part of. */
function namer({ nodes, weights, bindings }: MixerModel): (index: number) => string {
  const given = new Map((bindings ?? []).map(({ name, node }) => [node, name]));
  for (const [index, node] of nodes.entries()) if (node.op === 'input') given.set(index, node.input);
  const taken = new Set([...reserved, ...[...given.values()].map(plainName)]);
  const names = new Map(
    [...given].map(([index, name]) => [
      index,
      reserved.includes(plainName(name)) ? `${plainName(name)}_` : plainName(name),
    ]),
  );
  return index => {
    const known = names.get(index);
    if (known !== undefined) return known;
    const node = nodes[index] as MixerNode;
    // What it is made for is the next value with a name.
    const [whole] = [...given].filter(([at]) => at > index && nodes[at]?.op !== 'input').sort(([a], [b]) => a - b);
    const wanted = node.op === 'weight' ? (weights[node.weight] as MixerWeight).name : `${whole?.[1] ?? 'total'}Part`;
    let name = plainName(wanted);
    for (let k = 2; taken.has(name); k++) name = `${plainName(wanted)}${k}`;
    taken.add(name);
    names.set(index, name);
    return name;
  };
}

function plainName(name: string): string {
  return name.replaceAll(/\W/g, '_');
}
