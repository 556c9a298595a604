/** Computes an ONNX graph by the letter of the operators' documentation, in double precision; for the operators that exports use. */
import type { OnnxModel, OnnxNode } from '../../runtime/export/onnx.ts';

export interface Value {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** The outputs of a model for these inputs. */
export function evaluateOnnx({ graph }: OnnxModel, inputs: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  const values = new Map(inputs);
  for (const { name, shape, data } of graph.constants) values.set(name, { shape, data: Array.from(data, Number) });
  for (const node of graph.nodes) {
    const operands = node.inputs.map(name => {
      const value = values.get(name);
      if (value === undefined) throw new Error(`${name} is used before it is computed`);
      return value;
    });
    if (values.has(node.output)) throw new Error(`${node.output} is computed twice`);
    const value = compute(node, operands);
    if (value.data.length !== size(value.shape)) throw new Error(`${node.op} gives a wrong number of elements`);
    values.set(node.output, value);
  }
  return new Map(graph.outputs.map(({ name }) => [name, values.get(name) as Value]));
}

type F1 = (x: number) => number;
type F2 = (x: number, y: number) => number;

const unary: Readonly<Record<string, F1>> = {
  Neg: x => -x,
  Abs: Math.abs,
  Sqrt: Math.sqrt,
  Reciprocal: x => 1 / x,
  Exp: Math.exp,
  Log: Math.log,
  Tanh: Math.tanh,
  Sigmoid: x => 1 / (1 + Math.exp(-x)),
  Softplus: x => Math.log1p(Math.exp(x)),
  Relu: x => Math.max(x, 0),
  Elu: x => (x > 0 ? x : Math.expm1(x)),
  Identity: x => x,
};

const binary: Readonly<Record<string, F2>> = {
  Add: (x, y) => x + y,
  Sub: (x, y) => x - y,
  Mul: (x, y) => x * y,
  Div: (x, y) => x / y,
  Max: Math.max,
  Min: Math.min,
  Less: (x, y) => (x < y ? 1 : 0),
  LessOrEqual: (x, y) => (x <= y ? 1 : 0),
  Equal: (x, y) => (x === y ? 1 : 0),
  And: (x, y) => (x !== 0 && y !== 0 ? 1 : 0),
  Or: (x, y) => (x !== 0 || y !== 0 ? 1 : 0),
};

function compute(node: OnnxNode, operands: readonly Value[]): Value {
  const [x, y, z, last] = operands;
  const { op, attributes } = node;
  if (x === undefined) throw new Error(`${op} without operands`);
  const f1 = unary[op];
  if (f1 !== undefined) return { shape: x.shape, data: x.data.map(f1) };
  const f2 = binary[op];
  if (f2 !== undefined && y !== undefined) {
    const shape = broadcast(x.shape, y.shape);
    const [a, b] = [expand(x, shape), expand(y, shape)];
    return { shape, data: a.data.map((value, k) => f2(value, b.data[k]!)) };
  }
  switch (op) {
    case 'Cast':
      return attributes.to === 9 ? { shape: x.shape, data: x.data.map(v => (v === 0 ? 0 : 1)) } : x;
    case 'Where': {
      const shape = broadcast(x.shape, broadcast(y!.shape, z!.shape));
      const [c, a, b] = [expand(x, shape), expand(y!, shape), expand(z!, shape)];
      return { shape, data: c.data.map((v, k) => (v !== 0 ? a.data[k]! : b.data[k]!)) };
    }
    case 'Shape': {
      const { start, end } = attributes as { start: number; end: number };
      const part = x.shape.slice(start, end);
      return { shape: [part.length], data: part };
    }
    case 'Reshape':
      return { shape: y!.data, data: x.data };
    case 'Expand':
      return expand(x, broadcast(x.shape, y!.data));
    case 'MatMul':
      return product(x, y!);
    case 'Transpose': {
      const perm = attributes.perm as readonly number[];
      const shape = perm.map(axis => x.shape[axis]!);
      return gather(x, shape, at => perm.reduce<number[]>((to, axis, k) => Object.assign(to, { [axis]: at[k] }), []));
    }
    case 'Concat': {
      const axis = attributes.axis as number;
      return operands.slice(1).reduce((all, part) => concat(all, part, axis), x);
    }
    case 'Gather': {
      const axis = attributes.axis as number;
      const shape = x.shape.map((length, k) => (k === axis ? y!.data.length : length));
      return gather(x, shape, at => at.map((i, k) => (k === axis ? y!.data[i]! : i)));
    }
    case 'Pad': {
      const rank = x.shape.length;
      const shape = x.shape.map((length, k) => length + y!.data[k]! + y!.data[rank + k]!);
      const data = new Array<number>(size(shape)).fill(0);
      each(x.shape, (at, k) => {
        data[
          place(
            at.map((i, axis) => i + y!.data[axis]!),
            shape,
          )
        ] = x.data[k]!;
      });
      return { shape, data };
    }
    case 'Slice':
      return sliced(x, y!, z!, last!);
    case 'ReduceSum': {
      const axes = new Set(y!.data);
      const shape = x.shape.map((length, k) => (axes.has(k) ? 1 : length));
      const data = new Array<number>(size(shape)).fill(0);
      each(x.shape, (at, k) => {
        data[
          place(
            at.map((i, axis) => (axes.has(axis) ? 0 : i)),
            shape,
          )
        ]! += x.data[k]!;
      });
      return { shape, data };
    }
    case 'LogSoftmax': {
      const n = x.shape.at(-1)!;
      const data = x.data.map((value, k) => {
        const row = x.data.slice(k - (k % n), k - (k % n) + n);
        const top = Math.max(...row);
        return value - top - Math.log(row.reduce((sum, v) => sum + Math.exp(v - top), 0));
      });
      return { shape: x.shape, data };
    }
    default:
      throw new Error(`no operator ${op} here`);
  }
}

function concat(a: Value, b: Value, axis: number): Value {
  const length = a.shape[axis]!;
  const shape = a.shape.map((n, k) => (k === axis ? n + b.shape[k]! : n));
  const data: number[] = [];
  each(shape, at => {
    // Both may be the same tensor.
    const behind = at[axis]! >= length;
    const from = behind ? b : a;
    data.push(
      from.data[
        place(
          at.map((i, k) => (k === axis && behind ? i - length : i)),
          from.shape,
        )
      ]!,
    );
  });
  return { shape, data };
}

function product(a: Value, b: Value): Value {
  const [rows, inner] = a.shape.slice(-2) as [number, number];
  const columns = b.shape.at(-1)!;
  const lead = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const [left, right] = [expand(a, [...lead, rows, inner]), expand(b, [...lead, inner, columns])];
  const data: number[] = [];
  for (let p = 0; p < size(lead); p++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let k = 0; k < inner; k++)
          sum += left.data[(p * rows + i) * inner + k]! * right.data[(p * inner + k) * columns + j]!;
        data.push(sum);
      }
  return { shape: [...lead, rows, columns], data };
}

function size(shape: readonly number[]): number {
  return shape.reduce((all, n) => all * n, 1);
}

function place(at: readonly number[], shape: readonly number[]): number {
  return at.reduce((sum, i, k) => sum * shape[k]! + i, 0);
}

function each(shape: readonly number[], visit: (at: readonly number[], k: number) => void): void {
  for (let k = 0; k < size(shape); k++) {
    let rest = k;
    const at = [...shape].reverse().map(length => {
      const i = rest % length;
      rest = Math.floor(rest / length);
      return i;
    });
    visit(at.reverse(), k);
  }
}

function gather(x: Value, shape: readonly number[], from: (at: readonly number[]) => readonly number[]): Value {
  const data: number[] = [];
  each(shape, at => void data.push(x.data[place(from(at), x.shape)]!));
  return { shape, data };
}

function broadcast(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, k) => {
    const [m, n] = [a[a.length - rank + k] ?? 1, b[b.length - rank + k] ?? 1];
    if (m !== n && m !== 1 && n !== 1) throw new Error(`[${a}] and [${b}] do not go together`);
    return m === 1 ? n : m;
  });
}

function expand(x: Value, shape: readonly number[]): Value {
  const lead = shape.length - x.shape.length;
  return gather(x, shape, at => at.slice(lead).map((i, k) => (x.shape[k] === 1 ? 0 : i)));
}

function sliced(x: Value, starts: Value, ends: Value, axes: Value): Value {
  const from = x.shape.map((_, k) => (axes.data.includes(k) ? starts.data[axes.data.indexOf(k)]! : 0));
  const to = x.shape.map((length, k) => (axes.data.includes(k) ? ends.data[axes.data.indexOf(k)]! : length));
  return gather(
    x,
    to.map((end, k) => end - from[k]!),
    at => at.map((i, k) => i + from[k]!),
  );
}
