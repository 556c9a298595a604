import type {
  BinaryFunction,
  ElementType,
  Initial,
  Node,
  Op,
  Program,
  Shape,
  StateDeclaration,
  UnaryFunction,
} from './ir.ts';
import { showShape, sizeOf } from './ir.ts';
import { append } from './node-list.ts';
import { refuse, ShapeError } from './ops/rule.ts';

/** A tensor, or a number meant as a scalar constant. */
export type Operand = Node | number;

/**
 * Builds a program: every method adds one node (or a few) and returns it. Shapes are checked at once; an error names the innermost
 * `scope`, which layers set to the user's words. Compositions that are no operation of the IR (losses, layers) and loops
 * are functions over a graph, in compose.ts, scan.ts and layers/.
 */
export class Graph {
  readonly nodes: Node[] = [];
  readonly #name: string;
  /** Bodies of scans have arguments only: no inputs, states, outputs. */
  readonly #isBody: boolean;
  readonly #scopes: string[] = [];
  readonly #inputs = new Map<string, Node>();
  readonly #states = new Map<string, { readonly declaration: StateDeclaration; readonly node: Node }>();
  readonly #outputs: { name: string; node: Node }[] = [];
  readonly #assignments = new Map<string, Node>();

  constructor(name: string, isBody = false) {
    this.#name = name;
    this.#isBody = isBody;
  }

  /** Runs `build` with errors and labels naming `label`, the layer in the user's words. */
  scope<T>(label: string, build: () => T): T {
    this.#scopes.push(label);
    try {
      return build();
    } finally {
      this.#scopes.pop();
    }
  }

  /** The innermost scope, or ''. */
  get label(): string {
    return this.#scopes.at(-1) ?? '';
  }

  /** Throws a ShapeError that names the innermost scope. */
  refuse(message: string): never {
    return refuse(this.label === '' ? message : `${this.label}: ${message}`);
  }

  /** Adds a node. `asked` is the wanted shape of reshape, broadcast, slice and pad. */
  emit(op: Op, inputs: readonly Node[], asked: Shape = []): Node {
    for (const input of inputs) {
      if (this.nodes[input.id] !== input) {
        this.refuse('a tensor of another graph is used; hand it to the body of a scan as a slice or a shared operand');
      }
    }
    try {
      return append(this.nodes, op, inputs, { asked, label: this.label });
    } catch (error) {
      if (error instanceof ShapeError) this.refuse(error.message);
      throw error;
    }
  }

  #leaf(op: Op, shape: Shape, type: ElementType): Node {
    if (!shape.every(d => Number.isInteger(d) && d >= 1)) {
      this.refuse(`${showShape(shape)} is not a shape; every length is a positive integer`);
    }
    return append(this.nodes, op, [], { leaf: { shape, type }, label: this.label });
  }

  // Leaves

  /** A tensor given anew in every run. */
  input(name: string, shape: Shape, type: ElementType = 'f32'): Node {
    if (this.#isBody) this.refuse(`input ${name} inside a scan; pass it as a slice or a shared operand`);
    if (this.#inputs.has(name)) this.refuse(`two inputs are named ${name}`);
    const node = this.#leaf({ kind: 'input', name }, shape, type);
    this.#inputs.set(name, node);
    return node;
  }

  /** A tensor kept between runs. Asking twice for one name gives the same node; the shapes must agree. */
  state(name: string, shape: Shape, initial: Initial = { kind: 'constant', value: 0 }, trainable = false): Node {
    if (this.#isBody) this.refuse(`state ${name} inside a scan; pass it as a shared operand`);
    const known = this.#states.get(name);
    if (known !== undefined) {
      if (known.node.shape.join() !== shape.join()) {
        this.refuse(`state ${name} has shape ${showShape(known.node.shape)}, not ${showShape(shape)}`);
      }
      return known.node;
    }
    const node = this.#leaf({ kind: 'state', name }, shape, 'f32');
    this.#states.set(name, { declaration: { name, shape, initial, trainable }, node });
    return node;
  }

  /** A state that optimisers train. */
  parameter(name: string, shape: Shape, initial: Initial): Node {
    return this.state(name, shape, initial, true);
  }

  /** A constant: one number for every element, or all of them row-major. */
  constant(data: number | ArrayLike<number>, shape: Shape = [], type: ElementType = 'f32'): Node {
    const values = typeof data === 'number' ? Float64Array.of(data) : Float64Array.from(data);
    if (values.length !== 1 && values.length !== sizeOf(shape)) {
      this.refuse(`a constant of shape ${showShape(shape)} from ${values.length} numbers`);
    }
    return this.#leaf({ kind: 'constant', data: values }, shape, type);
  }

  /** Argument number `index` of a body. */
  argument(index: number, shape: Shape, type: ElementType): Node {
    return this.#leaf({ kind: 'argument', index }, shape, type);
  }

  #lift(x: Operand): Node {
    return typeof x === 'number' ? this.constant(x) : x;
  }

  // Element by element

  unary(fn: UnaryFunction, x: Operand): Node {
    return this.emit({ kind: 'unary', fn }, [this.#lift(x)]);
  }

  binary(fn: BinaryFunction, a: Operand, b: Operand): Node {
    return this.emit({ kind: 'binary', fn }, [this.#lift(a), this.#lift(b)]);
  }

  neg = (x: Operand): Node => this.unary('neg', x);
  abs = (x: Operand): Node => this.unary('abs', x);
  sign = (x: Operand): Node => this.unary('sign', x);
  square = (x: Operand): Node => this.unary('square', x);
  sqrt = (x: Operand): Node => this.unary('sqrt', x);
  reciprocal = (x: Operand): Node => this.unary('reciprocal', x);
  exp = (x: Operand): Node => this.unary('exp', x);
  log = (x: Operand): Node => this.unary('log', x);
  tanh = (x: Operand): Node => this.unary('tanh', x);
  sigmoid = (x: Operand): Node => this.unary('sigmoid', x);
  softplus = (x: Operand): Node => this.unary('softplus', x);
  relu = (x: Operand): Node => this.unary('relu', x);
  elu = (x: Operand): Node => this.unary('elu', x);
  floor = (x: Operand): Node => this.unary('floor', x);
  not = (x: Operand): Node => this.unary('not', x);

  add = (a: Operand, b: Operand): Node => this.binary('add', a, b);
  sub = (a: Operand, b: Operand): Node => this.binary('sub', a, b);
  mul = (a: Operand, b: Operand): Node => this.binary('mul', a, b);
  div = (a: Operand, b: Operand): Node => this.binary('div', a, b);
  maximum = (a: Operand, b: Operand): Node => this.binary('max', a, b);
  minimum = (a: Operand, b: Operand): Node => this.binary('min', a, b);
  less = (a: Operand, b: Operand): Node => this.binary('less', a, b);
  lessEqual = (a: Operand, b: Operand): Node => this.binary('lessEqual', a, b);
  greater = (a: Operand, b: Operand): Node => this.binary('less', b, a);
  greaterEqual = (a: Operand, b: Operand): Node => this.binary('lessEqual', b, a);
  equal = (a: Operand, b: Operand): Node => this.binary('equal', a, b);
  and = (a: Operand, b: Operand): Node => this.binary('and', a, b);
  or = (a: Operand, b: Operand): Node => this.binary('or', a, b);

  /** a where condition is not 0, else b. */
  select(condition: Node, a: Operand, b: Operand): Node {
    return this.emit({ kind: 'select' }, [condition, this.#lift(a), this.#lift(b)]);
  }

  /** x limited to [low, high]; the gradient passes at the bounds themselves (PyTorch 2.15's clamp gives 0 there). */
  clip(x: Node, low: Operand, high: Operand): Node {
    return this.minimum(this.maximum(x, low), high);
  }

  /** i32 to f32. */
  float(x: Node): Node {
    return this.emit({ kind: 'float' }, [x]);
  }

  stopGradient(x: Node): Node {
    return this.emit({ kind: 'stopGradient' }, [x]);
  }

  // Products and reductions

  /** The `matmul` operation itself: both operands with 2 axes, or both with 3 and one batch length. */
  product(a: Node, b: Node, transposeA = false, transposeB = false): Node {
    return this.emit({ kind: 'matmul', transposeA, transposeB }, [a, b]);
  }

  /**
   * [.., M, K] x [K, N] -> [.., M, N] as one flat product, or [.., M, K] x [.., K, N] with equal leading axes. The flags say that an
   * operand is stored with its last two axes exchanged.
   */
  matmul(a: Node, b: Node, transposeA = false, transposeB = false): Node {
    const rankA = a.shape.length;
    const rankB = b.shape.length;
    if (rankA === rankB && (rankA === 2 || rankA === 3)) return this.product(a, b, transposeA, transposeB);
    if (rankB === 2 && rankA > 2 && !transposeA) {
      const columns = a.shape[rankA - 1]!;
      const flat = this.reshape(a, [-1, columns]);
      const out = this.product(flat, b, false, transposeB);
      return this.reshape(out, [...a.shape.slice(0, -1), out.shape[1]!]);
    }
    if (rankA === rankB && rankA > 3 && a.shape.slice(0, -2).join() === b.shape.slice(0, -2).join()) {
      const flatten = (x: Node): Node => this.reshape(x, [-1, ...x.shape.slice(-2)]);
      const out = this.product(flatten(a), flatten(b), transposeA, transposeB);
      return this.reshape(out, [...a.shape.slice(0, -2), ...out.shape.slice(-2)]);
    }
    return this.refuse(
      `matmul: ${showShape(a.shape)} times ${showShape(b.shape)}; the leading axes must be equal, or the right side a matrix`,
    );
  }

  #axes(x: Node, axes: readonly number[] | undefined): readonly number[] {
    const rank = x.shape.length;
    const list = axes === undefined ? x.shape.map((_, k) => k) : axes.map(k => (k < 0 ? k + rank : k));
    return [...new Set(list)].sort((a, b) => a - b);
  }

  #reduce(fn: 'sum' | 'max', x: Node, axes: readonly number[] | undefined, keep: boolean): Node {
    const list = this.#axes(x, axes);
    if (list.length === 0) return x;
    const out = this.emit({ kind: 'reduce', fn, axes: list }, [x]);
    return keep
      ? out
      : this.reshape(
          out,
          x.shape.filter((_, k) => !list.includes(k)),
        );
  }

  /** Sum over axes (all where none are given; negative ones count from the end). */
  sum(x: Node, axes?: readonly number[], keep = false): Node {
    return this.#reduce('sum', x, axes, keep);
  }

  /** Largest over axes. */
  max(x: Node, axes?: readonly number[], keep = false): Node {
    return this.#reduce('max', x, axes, keep);
  }

  /** Smallest over axes. */
  min(x: Node, axes?: readonly number[], keep = false): Node {
    return this.neg(this.max(this.neg(x), axes, keep));
  }

  mean(x: Node, axes?: readonly number[], keep = false): Node {
    const total = this.sum(x, axes, keep);
    return this.mul(total, sizeOf(total.shape) / sizeOf(x.shape));
  }

  /** Index of the largest along an axis (the last unless said), lowest index on ties. */
  argmax(x: Node, axis = -1): Node {
    return this.emit({ kind: 'argmax', axis: axis < 0 ? axis + x.shape.length : axis }, [x]);
  }

  /** Over the last axis. */
  softmax(x: Node): Node {
    return this.emit({ kind: 'softmax', log: false }, [x]);
  }

  logSoftmax(x: Node): Node {
    return this.emit({ kind: 'softmax', log: true }, [x]);
  }

  // Indexing

  /** Entries `indices` (any shape) of an axis: that axis is replaced by the shape of indices. */
  take(x: Node, indices: Node, axis = 0): Node {
    if (indices.shape.length === 1) return this.emit({ kind: 'take', axis }, [x, indices]);
    const flat = this.emit({ kind: 'take', axis }, [x, this.reshape(indices, [sizeOf(indices.shape)])]);
    return this.reshape(flat, [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]);
  }

  scatterAdd(values: Node, indices: Node, axis: number, size: number): Node {
    return this.emit({ kind: 'scatterAdd', axis, size }, [values, indices]);
  }

  takeAlong(x: Node, indices: Node, axis: number): Node {
    return this.emit({ kind: 'takeAlong', axis }, [x, indices]);
  }

  scatterAlong(values: Node, indices: Node, axis: number, size: number): Node {
    return this.emit({ kind: 'scatterAlong', axis, size }, [values, indices]);
  }

  /** x[.., indices[..]]: one entry of the last axis each; x [.., n], indices [..] -> [..]. */
  pick(x: Node, indices: Node): Node {
    const out = this.takeAlong(x, this.reshape(indices, [...indices.shape, 1]), x.shape.length - 1);
    return this.reshape(out, indices.shape);
  }

  oneHot(indices: Node, depth: number): Node {
    return this.emit({ kind: 'oneHot', depth }, [indices]);
  }

  // Moves

  broadcast(x: Operand, shape: Shape): Node {
    return this.emit({ kind: 'broadcast' }, [this.#lift(x)], shape);
  }

  /** One length may be -1: whatever is left. */
  reshape(x: Node, shape: Shape): Node {
    const known = shape.reduce((product, d) => (d === -1 ? product : product * d), 1);
    const full = shape.map(d => (d === -1 ? sizeOf(x.shape) / known : d));
    return full.join() === x.shape.join() ? x : this.emit({ kind: 'reshape' }, [x], full);
  }

  transpose(x: Node, permutation: readonly number[]): Node {
    return this.emit({ kind: 'transpose', permutation }, [x]);
  }

  concat(parts: readonly Node[], axis = -1): Node {
    const rank = parts[0]?.shape.length ?? 0;
    return this.emit({ kind: 'concat', axis: axis < 0 ? axis + rank : axis }, parts);
  }

  /** The block of this shape that begins at `starts`. */
  sliceAt(x: Node, starts: readonly number[], shape: Shape): Node {
    return this.emit({ kind: 'slice', starts }, [x], shape);
  }

  /** Entries from .. to-1 of one axis. */
  slice(x: Node, axis: number, from: number, to: number): Node {
    const k = axis < 0 ? axis + x.shape.length : axis;
    const starts = x.shape.map((_, i) => (i === k ? from : 0));
    return this.sliceAt(
      x,
      starts,
      x.shape.map((d, i) => (i === k ? to - from : d)),
    );
  }

  /** x as the block at `before` of a tensor of this shape, zeros around it. */
  padTo(x: Node, before: readonly number[], shape: Shape): Node {
    return this.emit({ kind: 'pad', before }, [x], shape);
  }

  /** The adjoint of broadcasting: sums x down to a shape that broadcasts to it. */
  sumTo(x: Node, shape: Shape): Node {
    const extra = x.shape.length - shape.length;
    const axes = x.shape.map((_, k) => k).filter(k => k < extra || (shape[k - extra] === 1 && x.shape[k] !== 1));
    const summed = this.sum(x, axes.length === 0 ? [] : axes, true);
    return this.reshape(summed, shape);
  }

  // The program

  output(name: string, node: Node): void {
    if (this.#outputs.some(o => o.name === name)) this.refuse(`two outputs are named ${name}`);
    this.#outputs.push({ name, node });
  }

  /** At the end of a run `state` takes this value. */
  assign(state: Node, value: Node): void {
    if (state.op.kind !== 'state') {
      this.refuse('only a state can be assigned');
      return;
    }
    const { name } = state.op;
    if (this.#assignments.has(name)) this.refuse(`state ${name} is assigned twice`);
    if (state.shape.join() !== value.shape.join()) {
      this.refuse(`state ${name} has shape ${showShape(state.shape)}, the value assigned ${showShape(value.shape)}`);
    }
    this.#assignments.set(name, value);
  }

  /** The trainable states used so far, in the order of their declaration. */
  get parameters(): Node[] {
    return [...this.#states.values()].filter(s => s.declaration.trainable).map(s => s.node);
  }

  program(): Program {
    return {
      name: this.#name,
      nodes: this.nodes,
      inputs: [...this.#inputs.values()],
      states: [...this.#states.values()].map(s => s.declaration),
      outputs: this.#outputs,
      assignments: [...this.#assignments].map(([state, value]) => ({ state, value })),
    };
  }
}
