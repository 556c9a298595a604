import type { Node, ScanOp } from '../../ir.ts';
import { lower } from './lower.ts';
import type { LoweringContext, Tensor } from './tensors.ts';

/** Runs a list of nodes once, given the values of its leaves; returns one tensor per node, by id. */
export type Plan = (leaf: (node: Node) => Tensor) => readonly Tensor[];

/** The outputs of the scans met so far in one run, by the scan's id. */
type Loops = Map<number, readonly Tensor[]>;

type Step = (values: readonly Tensor[], loops: Loops, leaf: (node: Node) => Tensor) => Tensor;

/** Prepares a program's nodes, or a body's. Running it makes tensors that the caller tidies away. */
export function planNodes(ctx: LoweringContext, nodes: readonly Node[]): Plan {
  const steps = nodes.map(node => stepOf(ctx, node));
  return leaf => {
    const values: Tensor[] = [];
    const loops: Loops = new Map();
    for (const step of steps) values.push(step(values, loops, leaf));
    return values;
  };
}

function stepOf(ctx: LoweringContext, node: Node): Step {
  const { op } = node;
  const from = node.inputs.map(input => input.id);
  switch (op.kind) {
    case 'input':
    case 'state':
    case 'argument':
      return (_values, _loops, leaf) => leaf(node);
    case 'scan': {
      const loop = planScan(ctx, op);
      // The scan itself has no value; its parts look the outputs up.
      const nothing = ctx.constant([0], [], 'f32');
      return (values, loops) => {
        loops.set(node.id, loop(from.map(id => values[id] as Tensor)));
        return nothing;
      };
    }
    case 'part': {
      const owner = from[0] as number;
      return (_values, loops) => loops.get(owner)?.[op.index] as Tensor;
    }
    default: {
      const kernel = lower(ctx, op, node);
      return values => kernel(from.map(id => values[id] as Tensor));
    }
  }
}

/** A loop as as many calls of its body: carries after the last step, then the stacked outputs. */
function planScan(ctx: LoweringContext, op: ScanOp): (operands: readonly Tensor[]) => readonly Tensor[] {
  const { tf } = ctx;
  const { body, length, carries, slices, reverse } = op;
  const plan = planNodes(ctx, body.nodes);
  return operands => {
    let carried = operands.slice(0, carries);
    const sequences = operands.slice(carries, carries + slices).map(x => tf.unstack(x));
    const stacked: Tensor[][] = body.stacked.map(() => []);
    for (let step = 0; step < length; step++) {
      const t = reverse ? length - 1 - step : step;
      const values = plan(node => {
        const index = node.op.kind === 'argument' ? node.op.index : -1;
        if (index < carries) return carried[index] as Tensor;
        return (index < carries + slices ? sequences[index - carries]?.[t] : operands[index]) as Tensor;
      });
      body.stacked.forEach((node, k) => {
        stacked[k]![t] = values[node.id] as Tensor;
      });
      carried = body.next.map(node => values[node.id] as Tensor);
    }
    return [...carried, ...stacked.map(list => tf.stack(list))];
  };
}
