import type { Graph } from '../graph.ts';
import { kaimingUniform, xavierUniform } from '../initialise.ts';
import type { Initial, Node, Shape } from '../ir.ts';
import type { Activation, WeightScheme } from './spec.ts';

/** Where a layer's parameters live: their name in checkpoints, and how many copies side by side (one per agent without sharing). */
export interface Place {
  readonly path: string;
  /** With copies, parameters get a leading axis and inputs are [.., copies, rows, features]. */
  readonly copies?: number;
}

export function child(place: Place, name: string): Place {
  return { ...place, path: `${place.path}/${name}` };
}

/** A trainable tensor, with the axis of copies in front if there are any. */
export function parameter(g: Graph, place: Place, name: string, shape: Shape, initial: Initial): Node {
  const full = place.copies === undefined ? shape : [place.copies, ...shape];
  return g.parameter(`${place.path}/${name}`, full, initial);
}

/** Start of a weight [fan in, fan out]. */
export function weightInitial(scheme: WeightScheme | undefined, fanIn: number, fanOut: number): Initial {
  if (scheme === undefined || scheme.kind === 'pytorch') return kaimingUniform(fanIn);
  if (scheme.kind === 'xavier') return xavierUniform(fanIn, fanOut, scheme.gain);
  return { kind: 'orthogonal', gain: scheme.gain };
}

/** Start of the bias that goes with it. */
export function biasInitial(scheme: WeightScheme | undefined, fanIn: number): Initial {
  if (scheme === undefined || scheme.kind === 'pytorch') return kaimingUniform(fanIn);
  return { kind: 'constant', value: 0 };
}

/**
 * x [.., features] times a weight [features, units]; with copies x [.., copies, rows, features] times [copies, features, units]. What is
 * in front of the copies (time) is moved behind them, so that it is one batched product.
 */
export function product(g: Graph, place: Place, x: Node, weight: Node): Node {
  if (place.copies === undefined) {
    // A single vector becomes a matrix of one row.
    return x.shape.length === 1 ? g.reshape(g.matmul(g.reshape(x, [1, -1]), weight), [-1]) : g.matmul(x, weight);
  }
  const [copies, rows, features] = x.shape.slice(-3) as [number, number, number];
  if (copies !== place.copies) g.refuse(`expects ${place.copies} copies on the third axis from the end, got ${copies}`);
  if (x.shape.length === 3) return g.matmul(x, weight);
  const lead = x.shape.slice(0, -3);
  const flat = g.transpose(g.reshape(x, [-1, copies, rows, features]), [1, 0, 2, 3]);
  const steps = flat.shape[1]!;
  const out = g.matmul(g.reshape(flat, [copies, -1, features]), weight);
  const units = out.shape[2]!;
  return g.reshape(g.transpose(g.reshape(out, [copies, steps, rows, units]), [1, 0, 2, 3]), [
    ...lead,
    copies,
    rows,
    units,
  ]);
}

/** x plus a bias [units], or [copies, 1, units]. */
export function addBias(g: Graph, place: Place, x: Node, bias: Node): Node {
  return g.add(x, place.copies === undefined ? bias : g.reshape(bias, [place.copies, 1, -1]));
}

export function activate(g: Graph, activation: Activation | undefined, x: Node): Node {
  return activation === undefined || activation === 'identity' ? x : g.unary(activation, x);
}
