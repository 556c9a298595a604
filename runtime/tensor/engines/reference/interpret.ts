import type { Node, Program, ScanOp } from '../../ir.ts';
import { sizeOf } from '../../ir.ts';
import type { Tensor } from './compute.ts';
import { compute } from './compute.ts';

export type Precision = 'float32' | 'float64';

/** Named values, row-major. */
export type Values = ReadonlyMap<string, ArrayLike<number>>;

/**
 * Executes a program once and returns its outputs and the states it assigned. In `float32` every operation's result is rounded to
 * float32 (sums are exact to double precision first); in `float64` nothing is rounded, which is what finite differences need.
 */
export function interpret(
  program: Program,
  inputs: Values,
  states: Values,
  precision: Precision,
): { readonly outputs: Map<string, Tensor>; readonly assigned: Map<string, Tensor> } {
  const values = new Map<Node, Tensor>();
  const leaf = (node: Node): Tensor | undefined => {
    if (node.op.kind === 'input') return named('input', node, node.op.name, inputs);
    if (node.op.kind === 'state') return named('state', node, node.op.name, states);
    return undefined;
  };
  execute(program.nodes, values, leaf, precision);
  const value = (node: Node): Tensor => values.get(node) as Tensor;
  return {
    outputs: new Map(program.outputs.map(({ name, node }) => [name, value(node)])),
    assigned: new Map(program.assignments.map(({ state, value: node }) => [state, value(node)])),
  };
}

function named(what: string, node: Node, name: string, values: Values): Tensor {
  const data = values.get(name);
  if (data === undefined) throw new Error(`${what} ${name} has no value`);
  if (data.length !== sizeOf(node.shape)) {
    throw new Error(`${what} ${name} has ${sizeOf(node.shape)} elements, got ${data.length}`);
  }
  return { shape: node.shape, data };
}

/** Outputs of the scans met so far; parts look them up. */
type ScanOutputs = Map<Node, readonly Tensor[]>;

function execute(
  nodes: readonly Node[],
  values: Map<Node, Tensor>,
  leaf: (node: Node) => Tensor | undefined,
  precision: Precision,
): void {
  const scans: ScanOutputs = new Map();
  for (const node of nodes) {
    const operands = node.inputs.map(input => values.get(input) as Tensor);
    values.set(node, leaf(node) ?? step(node, operands, scans, precision));
  }
}

function step(node: Node, operands: readonly Tensor[], scans: ScanOutputs, precision: Precision): Tensor {
  const { op } = node;
  switch (op.kind) {
    case 'input':
    case 'state':
    case 'argument':
      throw new Error(`a leaf (${op.kind}) without a value`);
    case 'scan':
      scans.set(node, loop(op, operands, precision));
      return { shape: [], data: [0] };
    case 'part':
      return scans.get(node.inputs[0] as Node)?.[op.index] as Tensor;
    default: {
      const data = compute(op, operands, node.shape);
      return {
        shape: node.shape,
        data: node.type === 'f32' && precision === 'float32' ? Float32Array.from(data) : data,
      };
    }
  }
}

function loop(op: ScanOp, operands: readonly Tensor[], precision: Precision): Tensor[] {
  const { body, length, carries, slices } = op;
  let carried = operands.slice(0, carries);
  const stacked = body.stacked.map(node => new Float64Array(length * sizeOf(node.shape)));
  for (let step = 0; step < length; step++) {
    const t = op.reverse ? length - 1 - step : step;
    const values = new Map<Node, Tensor>();
    const argument = (node: Node): Tensor | undefined => {
      if (node.op.kind !== 'argument') return undefined;
      const { index } = node.op;
      if (index < carries) return carried[index];
      const operand = operands[index] as Tensor;
      if (index >= carries + slices) return operand;
      const size = sizeOf(node.shape);
      return { shape: node.shape, data: Array.from({ length: size }, (_, i) => operand.data[t * size + i]!) };
    };
    execute(body.nodes, values, argument, precision);
    body.stacked.forEach((node, k) => {
      stacked[k]!.set(Array.from((values.get(node) as Tensor).data), t * sizeOf(node.shape));
    });
    carried = body.next.map(node => values.get(node) as Tensor);
  }
  const outputs = body.stacked.map((node, k): Tensor => ({ shape: [length, ...node.shape], data: stacked[k]! }));
  return [...carried, ...outputs];
}
