import { interpret } from '../../../runtime/tensor/engines/reference/interpret.ts';
import type { Engine, Graph, NetworkSpec, Node, OptimiserSpec, Program } from '../../../runtime/tensor/index.ts';
import {
  adam,
  adamw,
  clipByGlobalNorm,
  gradients,
  initialise,
  initialValues,
  networkSequence,
  networkStep,
  rmsprop,
  sgd,
  sizeOf,
  Graph as TensorGraph,
  update,
} from '../../../runtime/tensor/index.ts';
import { noise } from './base.ts';

/** A whole training step as one program: network, loss, derivatives, clipping, optimiser. */
export interface Training {
  readonly name: string;
  readonly program: Program;
}

const options = { path: 'net', owner: 'the test' };

function training(
  name: string,
  optimiser: OptimiserSpec,
  learningRate: number,
  loss: (g: Graph) => Node,
  clip?: number,
): Training {
  const g = new TensorGraph('train');
  const total = loss(g);
  g.output('loss', total);
  let list = gradients(g, total, g.parameters);
  if (clip !== undefined) {
    const clipped = clipByGlobalNorm(g, list, clip);
    g.output('norm', clipped.norm);
    list = clipped.gradients;
  }
  update(g, optimiser, 'optimiser', g.parameters, list, learningRate);
  return { name, program: g.program() };
}

function squared(g: Graph, y: Node): Node {
  return g.mean(g.square(g.sub(y, g.input('target', y.shape))));
}

const network = (...layers: NetworkSpec['layers']): NetworkSpec => ({ layers });

export const trainings: readonly Training[] = [
  training('mlp, Adam', adam, 0.01, g => {
    const spec = network(
      { kind: 'mlp', units: [17, 16], activation: 'tanh' },
      { kind: 'mlp', units: [9], activation: 'relu' },
      { kind: 'dense', units: 3 },
    );
    return squared(g, networkStep(g, spec, options, g.input('x', [10, 6])).output);
  }),
  training(
    'GRU over time with resets, RMSProp, clipping',
    rmsprop,
    0.003,
    g => {
      const spec = network(
        { kind: 'mlp', units: [8], activation: 'relu' },
        { kind: 'gru', units: 7 },
        { kind: 'dense', units: 4 },
      );
      const x = g.input('x', [6, 3, 5]);
      const reset = g.less(0.7, g.input('reset', [6, 3]));
      const { output } = networkSequence(g, spec, options, x, { reset });
      const chosen = g.pick(g.logSoftmax(output), g.argmax(g.input('action', [6, 3, 4])));
      return g.neg(g.mean(g.mul(chosen, g.input('weight', [6, 3]))));
    },
    0.05,
  ),
  training('LSTM over time, Adam', adam, 0.01, g => {
    const spec = network({ kind: 'lstm', units: 5 }, { kind: 'dense', units: 2 });
    return squared(g, networkSequence(g, spec, options, g.input('x', [4, 2, 3])).output);
  }),
  training('convolutions, SGD with momentum', { ...sgd, momentum: 0.9 }, 0.02, g => {
    const spec = network(
      { kind: 'conv', channels: 4, size: [3, 3], padding: 'same', activation: 'relu' },
      { kind: 'conv', channels: 3, size: [2, 2], padding: 'valid', activation: 'elu' },
      { kind: 'flatten' },
      { kind: 'dense', units: 2 },
    );
    return squared(g, networkStep(g, spec, options, g.input('x', [3, 4, 5, 2])).output);
  }),
  // A softmax does not see what all keys have in common, so the derivative of their bias is 0 but for rounding, and Adam's usual eps would
  // make steps out of that noise.
  training('attention, AdamW', { ...adamw, eps: 1e-3 }, 0.01, g => {
    const spec = network(
      { kind: 'attention', units: 8, heads: 2 },
      { kind: 'layerNorm' },
      { kind: 'dense', units: 3, activation: 'softplus' },
    );
    return squared(g, networkStep(g, spec, options, g.input('x', [4, 3, 6])).output);
  }),
];

const steps = 20;

/** The numbers of one input in one step. */
function fed(node: Node, k: number, step: number): Float32Array {
  return Float32Array.from(noise(sizeOf(node.shape), 100 * step + k));
}

/** What the oracle has after the steps in double precision: the states, and the outputs of every step. */
function exactly({ program }: Training): { readonly states: Map<string, Float64Array>; readonly outputs: number[][] } {
  const states = new Map([...initialValues(program.states, 7)].map(([name, v]) => [name, v.map(Math.fround)]));
  const outputs: number[][] = [];
  for (let step = 0; step < steps; step++) {
    const inputs = new Map(
      program.inputs.map((node, k) => [node.op.kind === 'input' ? node.op.name : '', fed(node, k, step)]),
    );
    const after = interpret(program, inputs, states, 'float64');
    outputs.push([...after.outputs.values()].map(tensor => tensor.data[0]!));
    for (const [name, tensor] of after.assigned) states.set(name, Float64Array.from(tensor.data));
  }
  return { states, outputs };
}

/** What an engine has after the same steps, where it is further from the oracle than rounding explains. */
export async function trainingFailures(engine: Engine, of: Training, tolerance = 2e-5): Promise<string[]> {
  const exact = exactly(of);
  const session = await engine.open([of.program]);
  try {
    initialise(session, 7);
    const entry = session.entry('train');
    const found: string[] = [];
    const compare = (what: string, got: number, expected: number): void => {
      const error = Math.abs(got - expected);
      if (!(error <= tolerance * (1 + Math.abs(expected))))
        found.push(`${of.name}: ${what} is ${got}, exactly ${expected}`);
    };
    for (let step = 0; step < steps; step++) {
      of.program.inputs.forEach((node, k) => {
        if (node.op.kind === 'input') entry.input(node.op.name).set(fed(node, k, step));
      });
      await entry.run();
      of.program.outputs.forEach(({ name }, k) => {
        compare(`${name} of step ${step}`, entry.output(name)[0]!, exact.outputs[step]![k]!);
      });
    }
    for (const { name } of session.states) {
      const got = await session.read(name);
      for (const [i, value] of exact.states.get(name)!.entries()) compare(`${name}[${i}]`, got[i]!, value);
    }
    return found;
  } finally {
    session.close();
  }
}
