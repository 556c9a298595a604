/**
 * A mixer at fixed sizes: how the utilities of a team become one value. Plain data (JSON), so that it travels in checkpoints and
 * emitted programs. Every node has a static shape and an obvious batched form (a batch adds one leading axis to every node).
 * `compiler/mixers` makes it from a `mixer` declaration; `evaluate.ts` computes it in doubles.
 */

/** Extents, outermost first; `[]` is one number. */
export type Shape = readonly number[];

/** What a mixer is built for. */
export interface MixerSizes {
  /** Agents whose utilities are mixed. */
  readonly agents: number;
  /** Numbers in the global state. */
  readonly state: number;
  /** Numbers in an agent's own features (its observation); needed by mixers that read `features`. */
  readonly features: number;
  /** Actions per agent; needed by mixers that read `actions`. */
  readonly actions: number;
}

/**
 * What a mixer reads:
 * - `q` [agents]: Q_i(tau_i, u_i), the utilities of the actions taken;
 * - `best` [agents]: max_u Q_i(tau_i, u) over the actions available to agent i, so that q_i <= best_i, with equality where the action is greedy;
 * - `state` [state]: the global state; may be read in training only;
 * - `features` [agents, features]: what each agent observes;
 * - `actions` [agents, actions]: the actions taken, one-hot.
 */
export type MixerInput = 'q' | 'best' | 'state' | 'features' | 'actions';

export type UnaryFunction =
  | 'neg'
  | 'abs'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'square'
  | 'relu'
  /** x for x > 0, else e^x - 1. */
  | 'elu'
  /** x for x > 0, else x / 100. */
  | 'leaky_relu'
  | 'softplus'
  | 'sigmoid'
  | 'tanh'
  /** The value itself; no gradient flows through it. */
  | 'stop_gradient';

export type BinaryFunction = 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min';

export type Reduction = 'sum' | 'mean' | 'max' | 'min';

/** One linear layer `x W + b`, W [inputs, outputs], with what follows it. */
export interface MixerLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** Indices into `weights`. */
  readonly weight: number;
  readonly bias: number;
  readonly activation: 'relu' | 'none';
}

/** Arguments are indices of earlier nodes. */
export type MixerNode = { readonly shape: Shape } & (
  | { readonly op: 'input'; readonly input: MixerInput }
  | { readonly op: 'number'; readonly value: number }
  /** The number of agents (or the length of another input) as a value; its own operation because proofs hold for every size. */
  | { readonly op: 'size'; readonly size: keyof MixerSizes; readonly value: number }
  /** A learned array that reads nothing. */
  | { readonly op: 'weight'; readonly weight: number }
  /** Linear layers along the last axis of `of`; the axes before it are kept: `[..., inputs]` becomes `[..., ...result]`. */
  | { readonly op: 'network'; readonly of: number; readonly layers: readonly MixerLayer[] }
  | { readonly op: 'unary'; readonly fn: UnaryFunction; readonly of: number }
  /** Element by element; shapes are aligned at their last axes, and an extent of 1 (or a missing one) is repeated. */
  | { readonly op: 'binary'; readonly fn: BinaryFunction; readonly left: number; readonly right: number }
  /** `[k]·[k]`, `[k]·[k, m]`, `[m, k]·[k]` or `[m, k]·[k, p]`. */
  | { readonly op: 'matmul'; readonly left: number; readonly right: number }
  /** Over one axis, which disappears; over all without `axis`. */
  | { readonly op: 'reduce'; readonly fn: Reduction; readonly of: number; readonly axis: number | undefined }
  /** Along the last axis. */
  | { readonly op: 'softmax'; readonly of: number }
  /** Along the last axis. */
  | { readonly op: 'concat'; readonly parts: readonly number[] }
  /** The same elements in the same (row-major) order. */
  | { readonly op: 'reshape'; readonly of: number }
  /** Rows and columns of a matrix exchanged. */
  | { readonly op: 'transpose'; readonly of: number }
  /** The element at `at` of the first axis, which disappears. */
  | { readonly op: 'index'; readonly of: number; readonly at: number }
);

/** A learned array. Initial values are uniform in [-bound, bound]; a layer of n inputs uses 1/sqrt(n) for its weights and biases. */
export interface MixerWeight {
  /** Unique in the mixer: the binding it was made for, then a number where one is not enough. */
  readonly name: string;
  readonly shape: Shape;
  readonly init: { readonly kind: 'uniform'; readonly bound: number };
}

export interface MixerModel {
  readonly name: string;
  readonly params: readonly { readonly name: string; readonly value: string }[];
  readonly sizes: MixerSizes;
  /** In an order in which every node comes after its arguments. */
  readonly nodes: readonly MixerNode[];
  /** The node of the total, of shape []. */
  readonly output: number;
  readonly weights: readonly MixerWeight[];
  /** What nodes are called in the declaration; absent where a model was not made from one. */
  readonly bindings?: readonly { readonly name: string; readonly node: number }[];
  /** The inputs that the total depends on. */
  readonly reads: readonly MixerInput[];
}

export function sizeOfShape(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** The shape of an input at these sizes. */
export function inputShape(input: MixerInput, sizes: MixerSizes): Shape {
  switch (input) {
    case 'q':
    case 'best':
      return [sizes.agents];
    case 'state':
      return [sizes.state];
    case 'features':
      return [sizes.agents, sizes.features];
    case 'actions':
      return [sizes.agents, sizes.actions];
  }
}

/** The nodes a node is computed from. */
export function argumentsOf(node: MixerNode): readonly number[] {
  switch (node.op) {
    case 'input':
    case 'number':
    case 'size':
    case 'weight':
      return [];
    case 'binary':
    case 'matmul':
      return [node.left, node.right];
    case 'concat':
      return node.parts;
    default:
      return [node.of];
  }
}
