/**
 * The tensor IR: a small graph with static shapes, in float32, that an engine compiles as a whole. A program is built by running
 * ordinary TypeScript once through `Graph` (graph.ts); gradients and optimisers add nodes to the same graph, so one program can be a
 * whole training step. This file is data only: everything here survives `structuredClone`.
 *
 * Rules every engine relies on
 * - Tensors are dense, row-major; a shape is a list of positive integers, `[]` is a scalar.
 * - Two element types. `f32` for numbers and for truth values (0 is false, everything else true; comparisons give exactly 0 or 1),
 *   `i32` for indices. Only leaves, `argmax`, and the moves (reshape, transpose, slice, concat, broadcast, take) may be `i32`.
 * - `nodes` is in an order in which inputs come first, and `nodes[i].id === i`.
 * - A `state` node reads the value from *before* the run, wherever it stands; assignments take effect together at the end of a run.
 * - An index outside 0 .. size-1 is allowed: reading it gives 0, writing to it is dropped. (Padding of convolutions relies on it.)
 * - The same engine on the same machine gives the same bits for the same inputs. Engines may sum in different orders; how far they may
 *   differ from each other is in `accuracy.ts`.
 */

export type Shape = readonly number[];
export type ElementType = 'f32' | 'i32';

/** One tensor-valued operation. `inputs` are its operands in the order `op` documents. */
export interface Node {
  /** Position in `nodes` of the program or body that owns the node. */
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly Node[];
  readonly shape: Shape;
  readonly type: ElementType;
  /** Where the node comes from, in the user's words: `mlp(64, 64) of the policy of Player`; empty where nothing was said. */
  readonly label: string;
}

export type UnaryFunction =
  | 'neg' // -x
  | 'abs'
  | 'sign' // -1, 0 or 1; sign(0) = 0
  | 'square' // x x
  | 'sqrt'
  | 'reciprocal' // 1 / x
  | 'exp'
  | 'log' // natural; log(0) = -Infinity
  | 'tanh'
  | 'sigmoid' // 1 / (1 + exp(-x))
  | 'softplus' // log(1 + exp(x)), computed as max(x, 0) + log(1 + exp(-|x|))
  | 'relu' // max(x, 0)
  | 'elu' // x > 0 ? x : exp(x) - 1
  | 'floor'
  | 'not'; // x = 0 ? 1 : 0

export type BinaryFunction =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'max' // NaN if either is NaN
  | 'min'
  | 'less' // a < b
  | 'lessEqual'
  | 'equal'
  | 'and' // both non-zero
  | 'or';

/** What a node computes, and its attributes. Elementwise operands are `f32` unless said otherwise. */
export type Op =
  // Leaves
  /** Given anew in every run. */
  | { readonly kind: 'input'; readonly name: string }
  /** Kept between runs and shared by name among the programs of a session. */
  | { readonly kind: 'state'; readonly name: string }
  /** `data` has one entry, meant for every element, or as many as the shape. Kept in double precision; engines round once. */
  | { readonly kind: 'constant'; readonly data: Float64Array }
  /** Only in the body of a scan: its operand number `index`. */
  | { readonly kind: 'argument'; readonly index: number }
  // Element by element
  | { readonly kind: 'unary'; readonly fn: UnaryFunction }
  /** Two operands, broadcast as NumPy does: shapes aligned at the right, a 1 or a missing axis stretches. */
  | { readonly kind: 'binary'; readonly fn: BinaryFunction }
  /** (condition, a, b), broadcast: a where condition is not 0, else b. The side not chosen may be NaN or infinite. */
  | { readonly kind: 'select' }
  /** i32 to f32. */
  | { readonly kind: 'float' }
  /** Same value; gradients do not pass. Engines treat it as an alias (the passes remove it). */
  | { readonly kind: 'stopGradient' }
  // Products and reductions
  /**
   * [M,K] x [K,N] -> [M,N], or with one batch axis, equal on both sides: [P,M,K] x [P,K,N] -> [P,M,N]. With `transposeA` the first
   * operand is stored [K,M], with `transposeB` the second [N,K].
   */
  | { readonly kind: 'matmul'; readonly transposeA: boolean; readonly transposeB: boolean }
  /** Over `axes` (ascending, not empty); reduced axes stay, with length 1. */
  | { readonly kind: 'reduce'; readonly fn: 'sum' | 'max'; readonly axes: readonly number[] }
  /** Index of the largest along `axis`, lowest index on ties; the axis goes. i32. */
  | { readonly kind: 'argmax'; readonly axis: number }
  /** Along the last axis, with the maximum subtracted first; `log` gives its logarithm as x - max - log(sum(exp(x - max))). */
  | { readonly kind: 'softmax'; readonly log: boolean }
  // Indexing (the last operand is i32)
  /** (x, indices [n]): replaces `axis` by n entries, out[.., j, ..] = x[.., indices[j], ..]. x may be i32. */
  | { readonly kind: 'take'; readonly axis: number }
  /** (values, indices [n]): values has n entries on `axis`; out has `size`, out[.., indices[j], ..] += values[.., j, ..], j ascending. */
  | { readonly kind: 'scatterAdd'; readonly axis: number; readonly size: number }
  /** (x, indices): same shape up to `axis`; out[.., j, ..] = x[.., indices[.., j, ..], ..], out has the shape of indices. */
  | { readonly kind: 'takeAlong'; readonly axis: number }
  /** (values, indices), same shape: out has `size` on `axis`; out[.., indices[.., j, ..], ..] += values[.., j, ..], j ascending. */
  | { readonly kind: 'scatterAlong'; readonly axis: number; readonly size: number }
  /** (indices): a new last axis of length `depth`. */
  | { readonly kind: 'oneHot'; readonly depth: number }
  // Moves
  | { readonly kind: 'broadcast' }
  | { readonly kind: 'reshape' }
  /** Axis k of the result is axis permutation[k] of the operand. */
  | { readonly kind: 'transpose'; readonly permutation: readonly number[] }
  | { readonly kind: 'concat'; readonly axis: number }
  /** From `starts` (one per axis), as long as the node's shape says. */
  | { readonly kind: 'slice'; readonly starts: readonly number[] }
  /** `before` zeros in front on each axis, and behind as many as the node's shape leaves room for. f32. */
  | { readonly kind: 'pad'; readonly before: readonly number[] }
  // Loops
  | ScanOp
  /** Output number `index` of a scan, its only operand: first the carries after the last step, then the stacked outputs. */
  | { readonly kind: 'part'; readonly index: number };

/**
 * A loop over the leading axis: for t = 0 .. length-1 (or down, with `reverse`)
 *   carry, y_t = body(carry, slices_t, shared).
 * Operands in order: `carries` initial values, `slices` tensors with leading axis `length`, then the shared ones, the same in every
 * step. The body's arguments have the same order (without the leading axis for slices). A scan node has no value of its own (shape
 * []); `part` nodes take its outputs. y_t is stacked at position t, also when the loop runs backwards. Carries are f32.
 */
export interface ScanOp {
  readonly kind: 'scan';
  readonly body: Body;
  readonly length: number;
  readonly reverse: boolean;
  readonly carries: number;
  readonly slices: number;
}

/** The body of a scan; a graph of its own, which refers to nothing outside but its arguments. May hold constants and scans. */
export interface Body {
  readonly nodes: readonly Node[];
  /** One per operand of the scan, in order. */
  readonly arguments: readonly Node[];
  /** The next carries, one per carry. */
  readonly next: readonly Node[];
  /** What is stacked. */
  readonly stacked: readonly Node[];
}

/** How a state begins. Random kinds draw from the stream of (seed, state name); see initialise.ts. */
export type Initial =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'values'; readonly data: readonly number[] }
  /** Same as another state at the start: target networks. */
  | { readonly kind: 'copy'; readonly of: string }
  /** Saxe, McClelland, Ganguli 2014: (semi-)orthogonal in the last two axes, times `gain`. */
  | { readonly kind: 'orthogonal'; readonly gain: number }
  /** Uniform in +-bound. PyTorch's Linear, GRU and LSTM defaults are bound = 1 / sqrt(fan in) and 1 / sqrt(hidden). */
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly deviation: number };

/** A tensor that lives across runs: a weight, an optimiser moment, a counter, a running statistic. Always f32. */
export interface StateDeclaration {
  /** Unique in the session; the name in checkpoints: `policy/Player/dense0/weight`. */
  readonly name: string;
  readonly shape: Shape;
  readonly initial: Initial;
  /** Whether an optimiser trains it. */
  readonly trainable: boolean;
}

/** One compiled unit: everything `run` does. */
export interface Program {
  readonly name: string;
  readonly nodes: readonly Node[];
  /** `input` nodes, also those the passes found unused (they keep their place in the interface). */
  readonly inputs: readonly Node[];
  readonly states: readonly StateDeclaration[];
  readonly outputs: readonly { readonly name: string; readonly node: Node }[];
  /** At most one per state; the value has the state's shape. */
  readonly assignments: readonly { readonly state: string; readonly value: Node }[];
}

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const d of shape) size *= d;
  return size;
}

/** `[3, 4]`, for messages. */
export function showShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
