import type { Graph } from '../graph.ts';
import type { Node, Shape } from '../ir.ts';
import { attention } from './attention.ts';
import { conv } from './conv.ts';
import { dense } from './dense.ts';
import { embedding } from './embedding.ts';
import { layerNorm } from './layer-norm.ts';
import { carryShapes, recurrentSequence, recurrentStep } from './recurrent.ts';
import type { AttentionSpec, LayerSpec, NetworkSpec, RecurrentSpec } from './spec.ts';
import { describeLayer } from './spec.ts';
import type { Place } from './weights.ts';
import { activate, child } from './weights.ts';

export interface NetworkOptions {
  /** First part of the parameters' names: `policy/Player`. Two calls with one path share their parameters. */
  readonly path: string;
  /** In the user's words, for errors: `the policy of Player`. */
  readonly owner: string;
  /** Width the first layer must be given; checked, so that a wrong observation is refused by name. */
  readonly expects?: number;
  /** One set of parameters per agent, side by side: inputs are [.., copies, rows, features]. */
  readonly copies?: number;
  /** Which agents these are, and whether it is their critic: what they are given differs (`EmbeddingSpec`). */
  readonly group?: string;
  readonly critic?: boolean;
}

export interface SequenceOptions {
  /** Values of the carried tensors before the first step, in the order of `networkCarries`; zeros unless given. */
  readonly carries?: readonly Node[];
  /** [T, ..]: 1 where a new episode begins. */
  readonly reset?: Node;
}

/** One of several networks of the same form whose agents attend to each other. */
export interface Member extends SequenceOptions {
  readonly options: NetworkOptions;
  readonly x: Node;
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

/** One step: x [.., features] (or [.., rows, columns, channels] before a conv, [.., agents, rows, features] before attention). */
export function networkStep(
  g: Graph,
  spec: NetworkSpec,
  options: NetworkOptions,
  x: Node,
  extra: SequenceOptions = {},
): NetworkResult {
  return networksStep(g, spec, [{ options, x, ...extra }])[0]!;
}

/** Over time: x [T, .., features]. Feed-forward layers treat time like any leading axis. */
export function networkSequence(
  g: Graph,
  spec: NetworkSpec,
  options: NetworkOptions,
  x: Node,
  extra: SequenceOptions = {},
): NetworkResult {
  return networksSequence(g, spec, [{ options, x, ...extra }])[0]!;
}

/** Several networks side by side, layer by layer: in `attention` the agents of all of them attend to each other. */
export function networksStep(g: Graph, spec: NetworkSpec, members: readonly Member[]): readonly NetworkResult[] {
  return run(g, spec, members, 0, (place, layer, input, carries) => {
    const next = recurrentStep(g, place, layer, input, carries);
    return { output: next[0]!, carries: next };
  });
}

/** As `networksStep` over time: every x [T, .., features]. */
export function networksSequence(g: Graph, spec: NetworkSpec, members: readonly Member[]): readonly NetworkResult[] {
  return run(g, spec, members, 1, (place, layer, input, carries, reset) => {
    const { outputs, carries: after } = recurrentSequence(g, place, layer, input, carries, reset);
    return { output: outputs, carries: after };
  });
}

/** Whether agents attend to each other in it. */
export function attends({ layers }: NetworkSpec): boolean {
  return layers.some(({ kind }) => kind === 'attention');
}

type Recurrence = (
  place: Place,
  layer: RecurrentSpec,
  input: Node,
  carries: readonly Node[],
  reset: Node | undefined,
) => NetworkResult;

function run(
  g: Graph,
  spec: NetworkSpec,
  members: readonly Member[],
  timeAxes: number,
  recur: Recurrence,
): readonly NetworkResult[] {
  const after: Node[][] = members.map(() => []);
  let current = members.map(({ x }) => x);
  // Axes of a grid between the rows and the features.
  let cells = 0;
  spec.layers.forEach((layer, k) => {
    const before = current;
    current = members.map(({ options, carries, reset }, m): Node => {
      const { path, owner, copies, expects } = options;
      const place = child(copies === undefined ? { path } : { path, copies }, `${layer.kind}${k}`);
      const x = before[m]!;
      return g.scope(`${describeLayer(layer)} of ${owner}`, () => {
        const got = x.shape.at(-1);
        if (k === 0 && expects !== undefined && got !== expects) g.refuse(`expects ${expects} inputs, got ${got}`);
        if (layer.kind === 'attention') return attention(g, place, layer, x, before);
        if (!isRecurrent(layer)) return apply(g, place, layer, x, cells, options);
        const own = after[m]!;
        const memory = memoryOf(g, carryShapes(layer, x.shape.slice(timeAxes)), carries?.slice(own.length));
        const next = recur(place, layer, x, memory, reset);
        own.push(...next.carries);
        return next.output;
      });
    });
    if (layer.kind === 'grid') cells = 2;
    else if (layer.kind === 'flatten') cells = 0;
  });
  return current.map((output, m) => ({ output, carries: after[m]! }));
}

/** What a layer remembers before the first step: the first of the given tensors, or zeros. */
function memoryOf(g: Graph, shapes: readonly Shape[], given: readonly Node[] = []): readonly Node[] {
  return shapes.map((shape, i) => {
    const one = given[i];
    if (one !== undefined && one.shape.join() !== shape.join())
      g.refuse(`its memory has shape [${shape.join(', ')}], got [${one.shape.join(', ')}]`);
    return one ?? g.broadcast(0, shape);
  });
}

function isRecurrent(layer: LayerSpec): layer is RecurrentSpec {
  return layer.kind === 'gru' || layer.kind === 'lstm';
}

type Plain = Exclude<LayerSpec, RecurrentSpec | AttentionSpec>;

function apply(g: Graph, place: Place, layer: Plain, x: Node, cells: number, options: NetworkOptions): Node {
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
      return layerNorm(g, place, x, layer.eps, cells);
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
    case 'embedding':
      return embedding(g, place, layer, x, options);
  }
}
