import type { Graph } from '../graph.ts';
import type { ElementType, Node, Op, Shape } from '../ir.ts';

export type Kind = Op['kind'];
export type OpOf<K extends Kind> = Extract<Op, { readonly kind: K }>;

export interface Value {
  readonly shape: Shape;
  readonly type: ElementType;
}

/** What a gradient rule may use: `y` is the node, `dy` the adjoint of its value, all in the graph the gradient is built in. */
export interface GradientContext<K extends Kind> {
  readonly g: Graph;
  readonly op: OpOf<K>;
  /** The node itself, for its shape and its operands' shapes; its *values* are reached through `x` and `y`. */
  readonly node: Node;
  readonly dy: Node;
  /** Value of operand k. Asked for lazily: inside a scan every value asked for has to be kept by the forward loop. */
  x(k: number): Node;
  /** Value of the node. */
  y(): Node;
  /** Whether operand k leads to something a derivative is wanted for. */
  needs(k: number): boolean;
}

/** Everything about one operation that is not execution. Its meaning is written at its kind in ir.ts. */
export interface OpRule<K extends Kind> {
  /**
   * Shape and element type of the result; throws ShapeError. `asked` is the shape wanted, which only reshape, broadcast, slice and pad
   * read: the node carries it, not the op.
   */
  shape(op: OpOf<K>, inputs: readonly Node[], asked: Shape): Value;
  /** Adjoints of the operands, in order; undefined where it is zero or not needed. Undefined for operations without derivative. */
  readonly gradient: ((ctx: GradientContext<K>) => (Node | undefined)[]) | undefined;
}

/** A tensor operation that does not fit; the message carries the layer in the user's words. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

export function refuse(message: string): never {
  throw new ShapeError(message);
}

/** Refuses unless there are `count` operands with these element types. */
export function operands(name: string, inputs: readonly Node[], types: readonly ElementType[]): void {
  if (inputs.length !== types.length) refuse(`${name} takes ${types.length} operands, got ${inputs.length}`);
  types.forEach((type, k) => {
    const node = inputs[k] as Node;
    if (node.type !== type) {
      const words = { f32: 'numbers (f32)', i32: 'indices (i32)' };
      refuse(`${name}: operand ${k + 1} must hold ${words[type]}, got ${words[node.type]}`);
    }
  });
}

export function axisOf(name: string, axis: number, rank: number): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= rank)
    refuse(`${name}: axis ${axis} of a tensor with ${rank} axes`);
}

/** `shape` with the length of one axis replaced. */
export function withAxis(shape: Shape, axis: number, length: number): Shape {
  return shape.map((d, k) => (k === axis ? length : d));
}
