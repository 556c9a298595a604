/** A mixer computed in doubles, one sample at a time: the reference that compiled forms and proofs are tested against. */
import type { Stream } from '../rng/stream.ts';
import {
  inputShape,
  type MixerInput,
  type MixerModel,
  type MixerNode,
  type Shape,
  sizeOfShape,
  type UnaryFunction,
} from './model.ts';

/** Row-major values, one array per input the mixer reads. */
export type MixerInputs = Readonly<Partial<Record<MixerInput, ArrayLike<number>>>>;
/** Row-major values in the order of `model.weights`. */
export type MixerWeights = readonly ArrayLike<number>[];

/** Weights as a learner would create them. */
export function initialWeights(model: MixerModel, stream: Stream): Float64Array[] {
  return model.weights.map(({ shape, init }) =>
    Float64Array.from({ length: sizeOfShape(shape) }, () => init.bound * (2 * stream.unit() - 1)),
  );
}

/** The total. Throws where an input the mixer reads is missing or has another length. */
export function evaluateMixer(model: MixerModel, weights: MixerWeights, inputs: MixerInputs): number {
  return new Evaluation(model, weights, inputs).total();
}

/**
 * The total and its slopes in the utilities, by central differences of `step`. What else the mixer reads, `best` included, is held
 * fixed.
 */
export function evaluateSlopes(
  model: MixerModel,
  weights: MixerWeights,
  inputs: MixerInputs,
  step = 1e-5,
): { readonly total: number; readonly slopes: readonly number[] } {
  const total = evaluateMixer(model, weights, inputs);
  const q = Float64Array.from(inputs.q ?? []);
  const slopes = Array.from(q, (value, i) => {
    q[i] = value + step;
    const above = evaluateMixer(model, weights, { ...inputs, q });
    q[i] = value - step;
    const below = evaluateMixer(model, weights, { ...inputs, q });
    q[i] = value;
    return (above - below) / (2 * step);
  });
  return { total, slopes };
}

class Evaluation {
  readonly #model: MixerModel;
  readonly #weights: MixerWeights;
  readonly #inputs: MixerInputs;
  readonly #values: Float64Array[] = [];

  constructor(model: MixerModel, weights: MixerWeights, inputs: MixerInputs) {
    this.#model = model;
    this.#weights = weights;
    this.#inputs = inputs;
  }

  total(): number {
    for (const node of this.#model.nodes) this.#values.push(this.#compute(node));
    return this.#values[this.#model.output]![0]!;
  }

  #compute(node: MixerNode): Float64Array {
    switch (node.op) {
      case 'input':
        return this.#input(node.input);
      case 'number':
      case 'size':
        return Float64Array.of(node.value);
      case 'weight':
        return this.#weight(node.weight);
      case 'network':
        return this.#network(node);
      case 'unary':
        return this.#values[node.of]!.map(x => unary(node.fn, x));
      case 'binary':
        return this.#binary(node);
      case 'matmul':
        return this.#matmul(node);
      case 'reduce':
        return this.#reduce(node);
      case 'softmax':
        return this.#softmax(node);
      case 'concat':
        return this.#concat(node);
      case 'reshape':
        return this.#values[node.of]!;
      case 'transpose':
        return this.#transpose(node);
      case 'index': {
        const size = sizeOfShape(node.shape);
        return this.#values[node.of]!.subarray(node.at * size, (node.at + 1) * size);
      }
    }
  }

  #shape(node: number): Shape {
    return this.#model.nodes[node]!.shape;
  }

  #input(input: MixerInput): Float64Array {
    const given = this.#inputs[input];
    const size = sizeOfShape(inputShape(input, this.#model.sizes));
    if (given === undefined) throw new RangeError(`${this.#model.name} reads \`${input}\`, which is not given`);
    if (given.length !== size) throw new RangeError(`\`${input}\` has ${size} numbers, but ${given.length} are given`);
    return Float64Array.from(given);
  }

  #weight(weight: number): Float64Array {
    const given = this.#weights[weight];
    const spec = this.#model.weights[weight]!;
    if (given?.length !== sizeOfShape(spec.shape))
      throw new RangeError(`the weight \`${spec.name}\` has ${sizeOfShape(spec.shape)} numbers`);
    return Float64Array.from(given);
  }

  #network(node: MixerNode & { op: 'network' }): Float64Array {
    let rows = this.#values[node.of]!;
    for (const { inputs, outputs, weight, bias, activation } of node.layers) {
      const w = this.#weight(weight);
      const b = this.#weight(bias);
      const next = new Float64Array((rows.length / inputs) * outputs);
      for (let r = 0; r < next.length; r++) {
        const row = Math.floor(r / outputs);
        const column = r % outputs;
        let sum = b[column]!;
        for (let k = 0; k < inputs; k++) sum += rows[row * inputs + k]! * w[k * outputs + column]!;
        next[r] = activation === 'relu' ? Math.max(0, sum) : sum;
      }
      rows = next;
    }
    return rows;
  }

  #binary(node: MixerNode & { op: 'binary' }): Float64Array {
    const left = this.#values[node.left]!;
    const right = this.#values[node.right]!;
    const l = repeated(this.#shape(node.left), node.shape);
    const r = repeated(this.#shape(node.right), node.shape);
    return Float64Array.from({ length: sizeOfShape(node.shape) }, (_, at) => {
      const a = left[l(at)]!;
      const b = right[r(at)]!;
      switch (node.fn) {
        case 'add':
          return a + b;
        case 'sub':
          return a - b;
        case 'mul':
          return a * b;
        case 'div':
          return a / b;
        case 'max':
          return Math.max(a, b);
        case 'min':
          return Math.min(a, b);
      }
    });
  }

  #matmul(node: MixerNode & { op: 'matmul' }): Float64Array {
    const left = this.#values[node.left]!;
    const right = this.#values[node.right]!;
    const inner = this.#shape(node.left).at(-1)!;
    const columns = this.#shape(node.right).length === 2 ? this.#shape(node.right)[1]! : 1;
    return Float64Array.from({ length: sizeOfShape(node.shape) }, (_, at) => {
      const row = Math.floor(at / columns);
      const column = at % columns;
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += left[row * inner + k]! * right[k * columns + column]!;
      return sum;
    });
  }

  #reduce(node: MixerNode & { op: 'reduce' }): Float64Array {
    const of = this.#values[node.of]!;
    const shape = node.axis === undefined ? [of.length] : this.#shape(node.of);
    const axis = node.axis ?? 0;
    const count = shape[axis]!;
    const inner = sizeOfShape(shape.slice(axis + 1));
    return Float64Array.from({ length: sizeOfShape(node.shape) }, (_, at) => {
      const start = Math.floor(at / inner) * count * inner + (at % inner);
      let result = of[start]!;
      for (let k = 1; k < count; k++) {
        const next = of[start + k * inner]!;
        result =
          node.fn === 'max' ? Math.max(result, next) : node.fn === 'min' ? Math.min(result, next) : result + next;
      }
      return node.fn === 'mean' ? result / count : result;
    });
  }

  #softmax(node: MixerNode & { op: 'softmax' }): Float64Array {
    const of = this.#values[node.of]!;
    const count = node.shape.at(-1)!;
    const result = new Float64Array(of.length);
    for (let start = 0; start < of.length; start += count) {
      const row = of.subarray(start, start + count);
      const highest = row.reduce((a, b) => Math.max(a, b));
      const powers = row.map(x => Math.exp(x - highest));
      const sum = powers.reduce((a, b) => a + b, 0);
      for (let k = 0; k < count; k++) result[start + k] = powers[k]! / sum;
    }
    return result;
  }

  #concat(node: MixerNode & { op: 'concat' }): Float64Array {
    const result = new Float64Array(sizeOfShape(node.shape));
    const width = node.shape.at(-1)!;
    let offset = 0;
    for (const part of node.parts) {
      const values = this.#values[part]!;
      const own = this.#shape(part).at(-1) ?? 1;
      for (let at = 0; at < values.length; at++)
        result[Math.floor(at / own) * width + offset + (at % own)] = values[at]!;
      offset += own;
    }
    return result;
  }

  #transpose(node: MixerNode & { op: 'transpose' }): Float64Array {
    const of = this.#values[node.of]!;
    const [rows, columns] = node.shape as readonly [number, number];
    return Float64Array.from({ length: of.length }, (_, at) => of[(at % columns) * rows + Math.floor(at / columns)]!);
  }
}

/** From a place in `to` to the place in `from` whose element is repeated there. */
function repeated(from: Shape, to: Shape): (at: number) => number {
  const size = sizeOfShape(from);
  if (size === 1) return () => 0;
  if (size === sizeOfShape(to)) return at => at;
  const strides = to.map((_, axis) => {
    const own = axis - (to.length - from.length);
    return own < 0 || from[own] === 1 ? 0 : sizeOfShape(from.slice(own + 1));
  });
  return at => {
    let rest = at;
    let place = 0;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      place += (rest % to[axis]!) * strides[axis]!;
      rest = Math.floor(rest / to[axis]!);
    }
    return place;
  };
}

function unary(fn: UnaryFunction, x: number): number {
  switch (fn) {
    case 'neg':
      return -x;
    case 'abs':
      return Math.abs(x);
    case 'exp':
      return Math.exp(x);
    case 'log':
      return Math.log(x);
    case 'sqrt':
      return Math.sqrt(x);
    case 'square':
      return x * x;
    case 'relu':
      return Math.max(0, x);
    case 'elu':
      return x > 0 ? x : Math.expm1(x);
    case 'leaky_relu':
      return x > 0 ? x : x / 100;
    case 'softplus':
      return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    case 'sigmoid':
      return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
    case 'tanh':
      return Math.tanh(x);
    case 'stop_gradient':
      return x;
  }
}
