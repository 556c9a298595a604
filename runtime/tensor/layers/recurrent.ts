import type { Graph } from '../graph.ts';
import type { Initial, Node, Shape } from '../ir.ts';
import { scan } from '../scan.ts';
import type { RecurrentSpec } from './spec.ts';
import type { Place } from './weights.ts';
import { addBias, parameter, product, weightInitial } from './weights.ts';

/** Number of gates: GRU reset, update, new; LSTM input, forget, cell, output (PyTorch's order). */
const gates = { gru: 3, lstm: 4 } as const;

/** Shapes of the carried tensors for inputs of shape [.., features] in one step: h, and c for an LSTM. */
export function carryShapes(spec: RecurrentSpec, step: Shape): Shape[] {
  const shape = [...step.slice(0, -1), spec.units];
  return spec.kind === 'gru' ? [shape] : [shape, shape];
}

interface Weights {
  readonly inputWeight: Node;
  readonly inputBias: Node;
  readonly hiddenWeight: Node;
  readonly hiddenBias: Node;
}

function weights(g: Graph, place: Place, spec: RecurrentSpec, features: number): Weights {
  const wide = gates[spec.kind] * spec.units;
  const own: Initial = { kind: 'uniform', bound: 1 / Math.sqrt(spec.units) };
  const isDefault = spec.weights === undefined || spec.weights.kind === 'pytorch';
  const initial = (fanIn: number): Initial => (isDefault ? own : weightInitial(spec.weights, fanIn, wide));
  const bias: Initial = isDefault ? own : { kind: 'constant', value: 0 };
  return {
    inputWeight: parameter(g, place, 'inputWeight', [features, wide], initial(features)),
    inputBias: parameter(g, place, 'inputBias', [wide], bias),
    hiddenWeight: parameter(g, place, 'hiddenWeight', [spec.units, wide], initial(spec.units)),
    hiddenBias: parameter(g, place, 'hiddenBias', [wide], bias),
  };
}

/**
 * One step. x [.., features], carries as `carryShapes` says. Returns the new carries; the first is the output h. Equations as in PyTorch's
 * GRU and LSTM, weights transposed:
 *   r = s(Wr x + br + Ur h + cr), z = s(Wz x + bz + Uz h + cz), n = tanh(Wn x + bn + r (Un h + cn)), h' = (1 - z) n + z h;
 *   i, f, o = s(..), g = tanh(..), c' = f c + i g, h' = o tanh(c').
 */
export function recurrentStep(g: Graph, place: Place, spec: RecurrentSpec, x: Node, carries: readonly Node[]): Node[] {
  const w = weights(g, place, spec, x.shape.at(-1)!);
  const projected = addBias(g, place, product(g, place, x, w.inputWeight), w.inputBias);
  return cell(g, place, spec, projected, carries, w.hiddenWeight, w.hiddenBias);
}

/**
 * Over time. x [T, .., features], carries as of before the first step, reset [T, ..] with 1 where a new episode begins at step t: the
 * carries are set to zero before that step. Returns h of every step [T, .., units] and the carries after the last. The part of the step
 * that does not depend on the past is one product over all steps, outside the loop.
 */
export function recurrentSequence(
  g: Graph,
  place: Place,
  spec: RecurrentSpec,
  x: Node,
  carries: readonly Node[],
  reset?: Node,
): { readonly outputs: Node; readonly carries: Node[] } {
  const length = x.shape[0] ?? g.refuse('expects a sequence');
  const w = weights(g, place, spec, x.shape.at(-1)!);
  const projected = addBias(g, place, product(g, place, x, w.inputWeight), w.inputBias);
  const keep = reset === undefined ? [] : [g.reshape(g.not(reset), [...reset.shape, 1])];
  const loop = scan(
    g,
    { length, carries, slices: [projected, ...keep], shared: [w.hiddenWeight, w.hiddenBias] },
    (b, before, [step, kept], [hiddenWeight, hiddenBias]) => {
      const start = kept === undefined ? before : before.map(carry => b.mul(carry, kept));
      const next = cell(b, place, spec, step!, start, hiddenWeight!, hiddenBias!);
      return { next, stacked: [next[0]!] };
    },
  );
  return { outputs: loop.stacked[0]!, carries: loop.carries };
}

function cell(
  g: Graph,
  place: Place,
  spec: RecurrentSpec,
  projected: Node,
  carries: readonly Node[],
  weight: Node,
  bias: Node,
): Node[] {
  const h = carries[0]!;
  const hidden = addBias(g, place, product(g, place, h, weight), bias);
  const gate = (x: Node, k: number): Node => g.slice(x, -1, k * spec.units, (k + 1) * spec.units);
  if (spec.kind === 'gru') {
    const r = g.sigmoid(g.add(gate(projected, 0), gate(hidden, 0)));
    const z = g.sigmoid(g.add(gate(projected, 1), gate(hidden, 1)));
    const n = g.tanh(g.add(gate(projected, 2), g.mul(r, gate(hidden, 2))));
    // (1 - z) n + z h with one product fewer.
    return [g.add(n, g.mul(z, g.sub(h, n)))];
  }
  const total = g.add(projected, hidden);
  const [i, f, o] = [0, 1, 3].map(k => g.sigmoid(gate(total, k))) as [Node, Node, Node];
  const c = g.add(g.mul(f, carries[1]!), g.mul(i, g.tanh(gate(total, 2))));
  return [g.mul(o, g.tanh(c)), c];
}
