import type { Graph } from '../graph.ts';
import type { Node, Shape } from '../ir.ts';
import { attention } from './attention.ts';
import { conv } from './conv.ts';
import { dense } from './dense.ts';
import { layerNorm } from './layer-norm.ts';
import { carryShapes, recurrentSequence, recurrentStep } from './recurrent.ts';
import type { LayerSpec, NetworkSpec, RecurrentSpec } from './spec.ts';
import { describeLayer } from './spec.ts';
import type { Place } from './weights.ts';
import { activate, child, parameter } from './weights.ts';

export interface NetworkOptions {
  /** First part of the parameters' names: `policy/Player`. Two calls with one path share their parameters. */
  readonly path: string;
  /** In the user's words, for errors: `the policy of Player`. */
  readonly owner: string;
  /** Width the first layer must be given; checked, so that a wrong observation is refused by name. */
  readonly expects?: number;
  /** One set of parameters per agent, side by side: inputs are [.., copies, rows, features]. */
  readonly copies?: number;
}

export interface SequenceOptions {
  /** Values of the carried tensors before the first step, in the order of `networkCarries`; zeros unless given. */
  readonly carries?: readonly Node[];
  /** [T, ..]: 1 where a new episode begins. */
  readonly reset?: Node;
  /** [.., agents] for attention layers. */
  readonly present?: Node;
}

export interface NetworkResult {
  readonly output: Node;
  /** After the last step, in the order of `networkCarries`. */
  readonly carries: Node[];
}

/** Shapes of the tensors the recurrent layers carry, for one step whose input has this shape. Empty: a feed-forward network. */
export function networkCarries(spec: NetworkSpec, step: Shape): Shape[] {
  return spec.layers.flatMap(layer => (isRecurrent(layer) ? carryShapes(layer, step) : []));
}

/** One step: x [.., features] (or [.., rows, columns, channels] before a conv, indices before an embedding). */
export function networkStep(
  g: Graph,
  spec: NetworkSpec,
  options: NetworkOptions,
  x: Node,
  extra: SequenceOptions = {},
): NetworkResult {
  return run(g, spec, options, x, extra, (place, layer, input, carries) => {
    const next = recurrentStep(g, place, layer, input, carries);
    return { output: next[0]!, carries: next };
  });
}

/** Over time: x [T, .., features]. Feed-forward layers treat time like any leading axis. */
export function networkSequence(
  g: Graph,
  spec: NetworkSpec,
  options: NetworkOptions,
  x: Node,
  extra: SequenceOptions = {},
): NetworkResult {
  return run(
    g,
    spec,
    options,
    x,
    extra,
    (place, layer, input, carries) => {
      const { outputs, carries: after } = recurrentSequence(g, place, layer, input, carries, extra.reset);
      return { output: outputs, carries: after };
    },
    1,
  );
}

type Recurrence = (place: Place, layer: RecurrentSpec, input: Node, carries: readonly Node[]) => NetworkResult;

function run(
  g: Graph,
  spec: NetworkSpec,
  options: NetworkOptions,
  x: Node,
  extra: SequenceOptions,
  recur: Recurrence,
  timeAxes = 0,
): NetworkResult {
  const root: Place =
    options.copies === undefined ? { path: options.path } : { path: options.path, copies: options.copies };
  const out: Node[] = [];
  let used = 0;
  let y = x;
  spec.layers.forEach((layer, k) => {
    const label = `${describeLayer(layer)} of ${options.owner}`;
    const place = child(root, `${layer.kind}${k}`);
    y = g.scope(label, () => {
      const got = y.shape.at(-1);
      if (k === 0 && options.expects !== undefined && layer.kind !== 'embedding' && got !== options.expects) {
        g.refuse(`expects ${options.expects} inputs, got ${got}`);
      }
      if (!isRecurrent(layer)) return apply(g, place, layer, y, extra);
      const shapes = carryShapes(layer, y.shape.slice(timeAxes));
      const before = shapes.map((shape, i) => {
        const given = extra.carries?.[used + i];
        if (given !== undefined && given.shape.join() !== shape.join()) {
          g.refuse(`its memory has shape [${shape.join(', ')}], got [${given.shape.join(', ')}]`);
        }
        return given ?? g.broadcast(0, shape);
      });
      used += shapes.length;
      const { output, carries } = recur(place, layer, y, before);
      out.push(...carries);
      return output;
    });
  });
  return { output: y, carries: out };
}

function isRecurrent(layer: LayerSpec): layer is RecurrentSpec {
  return layer.kind === 'gru' || layer.kind === 'lstm';
}

type Plain = Exclude<LayerSpec, RecurrentSpec>;

function apply(g: Graph, place: Place, layer: Plain, x: Node, extra: SequenceOptions): Node {
  switch (layer.kind) {
    case 'dense':
      return dense(g, place, layer, x);
    case 'mlp':
      return layer.units.reduce((y, units, k) => {
        const { activation, weights } = layer;
        return dense(
          g,
          child(place, `dense${k}`),
          { kind: 'dense', units, activation, ...(weights && { weights }) },
          y,
        );
      }, x);
    case 'activation':
      return activate(g, layer.activation, x);
    case 'layerNorm':
      return layerNorm(g, place, x, layer.eps);
    case 'grid': {
      const { rows, columns, channels } = layer;
      const got = x.shape.at(-1);
      if (got !== rows * columns * channels)
        g.refuse(`makes a grid of ${rows * columns * channels} numbers, got ${got}`);
      return g.reshape(x, [...x.shape.slice(0, -1), rows, columns, channels]);
    }
    case 'conv':
      return conv(g, place, layer, x);
    case 'flatten':
      if (x.shape.length < 3) g.refuse(`expects a grid [rows, columns, channels], got ${x.shape.length} axes`);
      return g.reshape(x, [...x.shape.slice(0, -3), x.shape.slice(-3).reduce((a, b) => a * b, 1)]);
    case 'attention':
      return attention(g, place, layer, x, extra.present);
    case 'embedding': {
      if (place.copies !== undefined) g.refuse('has no copies per agent; share its parameters');
      if (x.type !== 'i32') g.refuse('expects indices, got numbers');
      const table = parameter(g, place, 'table', [layer.count, layer.units], { kind: 'normal', deviation: 1 });
      return g.take(table, x);
    }
  }
}
