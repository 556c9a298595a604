/**
 * A tensor program as an ONNX graph whose leading length, the batch, is free. Programs have fixed shapes, so the same program is built
 * twice, for two numbers of rows: lengths that differ between the two count rows. The operations of acting networks are translated;
 * others (loops, scatters, indices that are computed) are refused by name.
 */
import { type Node, type Program, type Shape, sizeOf, type UnaryFunction } from '../tensor/ir.ts';
import type { Dimension, OnnxAttribute, OnnxNode, OnnxTensor } from './onnx.ts';

/** An operation that has no translation, in the words of the layer it belongs to. */
export class NotExportable extends Error {
  override readonly name = 'NotExportable';
}

/** The same program for two numbers of rows; the numbers are primes larger than no length of a network by accident. */
export const rowCounts = [8191, 10007] as const;

export interface Translated {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  /** Shape of each output, by name. */
  readonly outputs: ReadonlyMap<string, readonly Dimension[]>;
}

/** A length: fixed, or so many times the number of rows. */
type Length = { readonly fixed: number } | { readonly rows: number };

/**
 * @param pair the program for `rowCounts[0]` and `rowCounts[1]` rows
 * @param parameters values of the program's states; each becomes a constant of the graph
 * @param batched name of an input whose leading length is the number of rows
 * @throws NotExportable
 */
export function translate(
  pair: readonly [Program, Program],
  parameters: ReadonlyMap<string, Float32Array>,
  batched: string,
): Translated {
  const [small, large] = pair;
  if (small.nodes.length !== large.nodes.length) throw new RangeError('two programs that are not the same');
  const writer = new Writer(parameters, batched);
  for (const [k, node] of small.nodes.entries()) writer.translate(node, lengthsOf(node.shape, large.nodes[k]!.shape));
  const outputs = new Map<string, readonly Dimension[]>();
  for (const [k, { name, node }] of small.outputs.entries()) {
    writer.rename(node, name);
    const lengths = lengthsOf(node.shape, large.outputs[k]!.node.shape);
    outputs.set(name, lengths.map(dimensionOf));
  }
  // Tables of indices are written again in the form that ONNX reads.
  const read = new Set(writer.nodes.flatMap(({ inputs }) => inputs));
  return { nodes: writer.nodes, constants: writer.constants.filter(({ name }) => read.has(name)), outputs };
}

function lengthsOf(small: Shape, large: Shape): readonly Length[] {
  const [few, many] = rowCounts;
  return small.map((length, axis): Length => {
    const other = large[axis];
    if (length === other) return { fixed: length };
    const rows = length / few;
    if (!Number.isInteger(rows) || rows * many !== other) throw new RangeError('two programs that are not the same');
    return { rows };
  });
}

function dimensionOf(length: Length): Dimension {
  if ('fixed' in length) return length.fixed;
  return length.rows === 1 ? 'batch' : `${length.rows}*batch`;
}

const unaryOps: Readonly<Partial<Record<UnaryFunction, string>>> = {
  neg: 'Neg',
  abs: 'Abs',
  sign: 'Sign',
  sqrt: 'Sqrt',
  reciprocal: 'Reciprocal',
  exp: 'Exp',
  log: 'Log',
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  softplus: 'Softplus',
  relu: 'Relu',
  elu: 'Elu',
  floor: 'Floor',
};

const arithmetic = { add: 'Add', sub: 'Sub', mul: 'Mul', div: 'Div', max: 'Max', min: 'Min' } as const;
const comparisons = { less: 'Less', lessEqual: 'LessOrEqual', equal: 'Equal' } as const;
const logic = { and: 'And', or: 'Or' } as const;

/** ONNX's numbers of the element types that `Cast` is told. */
const castTo = { f32: 1, bool: 9 } as const;

class Writer {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxTensor[] = [];
  readonly #names = new Map<number, string>();
  readonly #known = new Map<string, string>();
  readonly #parameters: ReadonlyMap<string, Float32Array>;
  readonly #batched: string;
  #rows: string | undefined;
  #count = 0;

  constructor(parameters: ReadonlyMap<string, Float32Array>, batched: string) {
    this.#parameters = parameters;
    this.#batched = batched;
  }

  /** Gives an output the name that users read; a node may be several outputs. */
  rename(node: Node, name: string): void {
    this.nodes.push({ op: 'Identity', inputs: [this.#of(node)], output: name, attributes: {} });
  }

  translate(node: Node, lengths: readonly Length[]): void {
    this.#names.set(node.id, this.#value(node, lengths));
  }

  #of(node: Node): string {
    const name = this.#names.get(node.id);
    if (name === undefined) throw new RangeError('a tensor is used before it is computed');
    return name;
  }

  #emit(op: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    const output = `t${this.#count++}`;
    this.nodes.push({ op, inputs, output, attributes });
    return output;
  }

  #value(node: Node, lengths: readonly Length[]): string {
    const { op } = node;
    const inputs = node.inputs.map(input => this.#of(input));
    const [x, y] = inputs as [string, string];
    switch (op.kind) {
      case 'input':
        return op.name;
      case 'state':
        return this.#parameter(op.name, node.shape);
      case 'constant':
        return this.#constant(node, op.data, lengths);
      case 'unary':
        return this.#unary(op.fn, x);
      case 'binary':
        return this.#binary(op.fn, x, y);
      case 'select':
        return this.#emit('Where', [this.#truth(x), y, inputs[2]!]);
      case 'float':
        return this.#emit('Cast', [x], { to: castTo.f32 });
      case 'stopGradient':
        return x;
      case 'matmul':
        return this.#emit('MatMul', [
          op.transposeA ? this.#swapped(x, node.inputs[0]!) : x,
          op.transposeB ? this.#swapped(y, node.inputs[1]!) : y,
        ]);
      case 'reduce':
        if (op.fn === 'sum') return this.#emit('ReduceSum', [x, this.#integers(op.axes)], { keepdims: 1 });
        return this.#emit('ReduceMax', [x], { axes: op.axes, keepdims: 1 });
      case 'argmax':
        return this.#emit('ArgMax', [x], { axis: op.axis, keepdims: 0 });
      case 'softmax':
        return this.#emit(op.log ? 'LogSoftmax' : 'Softmax', [x], { axis: -1 });
      case 'take':
        return this.#take(node, op.axis, x);
      case 'broadcast':
        return this.#emit('Expand', [x, this.#shape(lengths)]);
      case 'reshape':
        return this.#emit('Reshape', [x, this.#shape(lengths)]);
      case 'transpose':
        return this.#emit('Transpose', [x], { perm: op.permutation });
      case 'concat':
        return this.#emit('Concat', inputs, { axis: op.axis });
      case 'slice':
        return this.#slice(node, op.starts, x);
      case 'pad':
        return this.#pad(node, op.before, x);
      case 'argument':
      case 'scan':
      case 'part':
      case 'scatterAdd':
      case 'scatterAlong':
      case 'takeAlong':
      case 'oneHot':
        return refuse(node, `the operation ${op.kind}`);
    }
  }

  #parameter(name: string, shape: Shape): string {
    const data = this.#parameters.get(name);
    if (data === undefined || data.length !== sizeOf(shape)) throw new RangeError(`no values of ${name}`);
    this.constants.push({ name, shape, data });
    return name;
  }

  #constant(node: Node, data: Float64Array, lengths: readonly Length[]): string {
    const size = sizeOf(node.shape);
    const free = lengths.some(length => 'rows' in length);
    if (data.length === 1 && (size > 1 || free)) {
      const one = this.#tensor([], node.type, data);
      return this.#emit('Expand', [one, this.#shape(lengths)]);
    }
    if (free) return refuse(node, 'a constant with a number for every row');
    return this.#tensor(node.shape, node.type, data);
  }

  #tensor(shape: Shape, type: Node['type'], data: ArrayLike<number>): string {
    const name = `c${this.#count++}`;
    const values = type === 'f32' ? Float32Array.from(data) : BigInt64Array.from(Array.from(data, BigInt));
    this.constants.push({ name, shape, data: values });
    return name;
  }

  /** A list of whole numbers, written once. */
  #integers(values: readonly number[]): string {
    return this.#once(`ints ${values.join()}`, () => this.#tensor([values.length], 'i32', values));
  }

  #once(key: string, make: () => string): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = make();
    this.#known.set(key, name);
    return name;
  }

  /** A shape as a tensor: a constant, or put together from the number of rows. */
  #shape(lengths: readonly Length[]): string {
    if (lengths.every(length => 'fixed' in length))
      return this.#integers(lengths.map(length => (length as { fixed: number }).fixed));
    const key = lengths.map(length => ('fixed' in length ? `${length.fixed}` : `r${length.rows}`)).join();
    return this.#once(`shape ${key}`, () =>
      this.#emit(
        'Concat',
        lengths.map(length => ('fixed' in length ? this.#integers([length.fixed]) : this.#rowsTimes(length.rows))),
        { axis: 0 },
      ),
    );
  }

  #rowsTimes(factor: number): string {
    this.#rows ??= this.#emit('Shape', [this.#batched], { start: 0, end: 1 });
    const rows = this.#rows;
    if (factor === 1) return rows;
    return this.#once(`rows ${factor}`, () => this.#emit('Mul', [rows, this.#integers([factor])]));
  }

  #unary(fn: UnaryFunction, x: string): string {
    if (fn === 'square') return this.#emit('Mul', [x, x]);
    if (fn === 'not') return this.#number(this.#emit('Equal', [x, this.#zero()]));
    return this.#emit(unaryOps[fn]!, [x]);
  }

  #binary(fn: Extract<Node['op'], { kind: 'binary' }>['fn'], x: string, y: string): string {
    if (Object.hasOwn(arithmetic, fn)) return this.#emit(arithmetic[fn as keyof typeof arithmetic], [x, y]);
    if (Object.hasOwn(comparisons, fn))
      return this.#number(this.#emit(comparisons[fn as keyof typeof comparisons], [x, y]));
    return this.#number(this.#emit(logic[fn as keyof typeof logic], [this.#truth(x), this.#truth(y)]));
  }

  #zero(): string {
    return this.#once('zero', () => this.#tensor([], 'f32', [0]));
  }

  #truth(x: string): string {
    return this.#emit('Cast', [x], { to: castTo.bool });
  }

  #number(x: string): string {
    return this.#emit('Cast', [x], { to: castTo.f32 });
  }

  #swapped(x: string, { shape }: Node): string {
    const axes = shape.map((_, axis) => axis);
    const last = axes.length - 1;
    return this.#emit('Transpose', [x], { perm: [...axes.slice(0, -2), last, last - 1] });
  }

  /** Gather refuses an index outside; here it reads zero, so a zero is put behind what is read from. */
  #take(node: Node, axis: number, x: string): string {
    const [source, indices] = node.inputs as [Node, Node];
    if (indices.op.kind !== 'constant') return refuse(node, 'an index that is computed');
    const size = source.shape[axis]!;
    const { data } = indices.op;
    const count = sizeOf(indices.shape);
    const places = Array.from({ length: count }, (_, k) => data[data.length === 1 ? 0 : k]!);
    const outside = places.some(place => place < 0 || place >= size);
    const inside = places.map(place => (place < 0 || place >= size ? size : place));
    const zeros = source.shape.map(() => 0);
    const behind = source.shape.map((_, k) => (k === axis ? 1 : 0));
    const from = outside ? this.#emit('Pad', [x, this.#integers([...zeros, ...behind])]) : x;
    return this.#emit('Gather', [from, this.#integers(inside)], { axis });
  }

  #slice(node: Node, starts: readonly number[], x: string): string {
    const from = node.inputs[0]!.shape;
    const cut = starts.flatMap((_, axis) => (from[axis] === node.shape[axis] ? [] : [axis]));
    if (cut.length === 0) return x;
    const first = cut.map(axis => starts[axis]!);
    const ends = cut.map(axis => starts[axis]! + node.shape[axis]!);
    if (cut.some(axis => node.shape[axis]! % rowCounts[0] === 0)) return refuse(node, 'a part of the rows');
    return this.#emit('Slice', [x, this.#integers(first), this.#integers(ends), this.#integers(cut)]);
  }

  #pad(node: Node, before: readonly number[], x: string): string {
    const from = node.inputs[0]!.shape;
    const behind = node.shape.map((length, axis) => length - from[axis]! - before[axis]!);
    if (behind.some(length => length >= rowCounts[0])) return refuse(node, 'zeros that count rows');
    return this.#emit('Pad', [x, this.#integers([...before, ...behind])]);
  }
}

function refuse(node: Node, what: string): never {
  const where = node.label === '' ? '' : `${node.label}: `;
  throw new NotExportable(`${where}${what} has no translation into ONNX here`);
}
