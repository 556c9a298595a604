import type { PureOp } from '../engines/reference/compute.ts';
import { compute } from '../engines/reference/compute.ts';
import type { Node, Op, Shape } from '../ir.ts';
import { sizeOf } from '../ir.ts';
import { append } from '../node-list.ts';
import { broadcastShapes } from '../ops/elementwise.ts';
import { joined } from './pads.ts';
import type { Pass } from './rebuild.ts';
import { copy, rebuildBody } from './rebuild.ts';

/** Larger constants than this are left to be computed: a folded table of indices is worth its bytes, a folded tensor is not. */
const largestConstant = 4096;

/**
 * Constants computed ahead, and operations that change nothing removed: x + 0, x 1, moves that undo each other or stay in place, a
 * transposition in front of a product, broadcasting that the operation does by itself; sums of padded blocks
 * become concatenations. No rewrite changes the rounding of a result,
 * except that folded constants are computed in double precision.
 */
export const fold: Pass = () => (node, inputs, nodes) => {
  const { op } = node;
  if (op.kind === 'scan') return copy(node, inputs, nodes, { ...op, body: rebuildBody(op.body, fold) });
  const constant = folded(node, inputs, nodes);
  if (constant !== undefined) return constant;
  const same = unchanged(node, inputs, nodes);
  if (same !== undefined) return same;
  return (
    rewritten(node, inputs, nodes) ?? joined(node, inputs, nodes) ?? copy(node, stretched(node, inputs, nodes), nodes)
  );
};

function isPure(op: Op): op is PureOp {
  return !['input', 'state', 'argument', 'scan', 'part', 'constant'].includes(op.kind);
}

function uniform(node: Node): number | undefined {
  return node.op.kind === 'constant' && node.op.data.length === 1 ? node.op.data[0] : undefined;
}

const perElement: ReadonlySet<string> = new Set([
  'unary',
  'binary',
  'select',
  'float',
  'broadcast',
  'reshape',
  'transpose',
  'slice',
]);

function folded(node: Node, inputs: readonly Node[], nodes: Node[]): Node | undefined {
  const { op, shape, type, label } = node;
  if (!isPure(op) || inputs.length === 0) return undefined;
  const make = (data: Float64Array): Node =>
    append(nodes, { kind: 'constant', data }, [], { leaf: { shape, type }, label });
  const values = inputs.map(uniform);
  if (perElement.has(op.kind) && values.every(v => v !== undefined)) {
    const scalars = values.map(v => ({ shape: [], data: [v as number] }));
    if (op.kind === 'unary' || op.kind === 'binary' || op.kind === 'select') return make(compute(op, scalars, []));
    return make(Float64Array.of(values[0] as number));
  }
  if (!inputs.every(i => i.op.kind === 'constant') || sizeOf(shape) > largestConstant) return undefined;
  const tensors = inputs.map(i => ({ shape: i.shape, data: compute(i.op as PureOp, [], i.shape) }));
  return make(compute(op, tensors, shape));
}

/** An operand the node is equal to. */
function unchanged(node: Node, inputs: readonly Node[], nodes: Node[]): Node | undefined {
  const { op, shape } = node;
  const [x, y] = inputs as [Node, Node];
  const fits = (candidate: Node): Node =>
    candidate.shape.join() === shape.join()
      ? candidate
      : append(nodes, { kind: 'broadcast' }, [candidate], { asked: shape, label: node.label });
  switch (op.kind) {
    case 'stopGradient':
      return x;
    case 'reshape':
    case 'broadcast':
    case 'slice':
    case 'pad':
      return x.shape.join() === shape.join() ? x : undefined;
    case 'concat':
      return inputs.length === 1 ? x : undefined;
    case 'transpose':
      return op.permutation.every((p, k) => p === k) ? x : undefined;
    case 'reduce':
      return op.axes.every(axis => x.shape[axis] === 1) ? x : undefined;
    case 'unary':
      return op.fn === 'neg' && x.op.kind === 'unary' && x.op.fn === 'neg' ? x.inputs[0] : undefined;
    case 'select': {
      const condition = uniform(x);
      return condition === undefined ? undefined : fits(inputs[condition !== 0 ? 1 : 2] as Node);
    }
    case 'binary': {
      const neutral = op.fn === 'add' || op.fn === 'sub' ? 0 : op.fn === 'mul' || op.fn === 'div' ? 1 : undefined;
      if (neutral === undefined) return undefined;
      if (uniform(y) === neutral) return fits(x);
      const commutes = op.fn === 'add' || op.fn === 'mul';
      return commutes && uniform(x) === neutral ? fits(y) : undefined;
    }
    default:
      return undefined;
  }
}

function swapsLastTwo(op: Op): boolean {
  if (op.kind !== 'transpose') return false;
  const rank = op.permutation.length;
  return op.permutation.every((p, k) => p === (k < rank - 2 ? k : k === rank - 1 ? rank - 2 : rank - 1));
}

/** The node as a simpler operation on earlier operands. */
function rewritten(node: Node, inputs: readonly Node[], nodes: Node[]): Node | undefined {
  const { op, shape, label } = node;
  const [x, y] = inputs as [Node, Node];
  if (op.kind === 'reshape' && x.op.kind === 'reshape') {
    const source = x.inputs[0] as Node;
    if (source.shape.join() === shape.join()) return source;
    return append(nodes, op, [source], { asked: shape, label });
  }
  if (op.kind === 'transpose' && x.op.kind === 'transpose') {
    const inner = x.op.permutation;
    const permutation = op.permutation.map(p => inner[p] as number);
    const source = x.inputs[0] as Node;
    if (permutation.every((p, k) => p === k)) return source;
    return append(nodes, { kind: 'transpose', permutation }, [source], { label });
  }
  if (op.kind === 'matmul' && (swapsLastTwo(x.op) || swapsLastTwo(y.op))) {
    const left = swapsLastTwo(x.op);
    const right = swapsLastTwo(y.op);
    const operands = [left ? (x.inputs[0] as Node) : x, right ? (y.inputs[0] as Node) : y];
    const flags = { transposeA: op.transposeA !== left, transposeB: op.transposeB !== right };
    return append(nodes, { kind: 'matmul', ...flags }, operands, { label });
  }
  return undefined;
}

/** Operands of an elementwise node without the stretching it does itself; a constant of one value becomes a scalar. */
function stretched(node: Node, inputs: readonly Node[], nodes: Node[]): readonly Node[] {
  if (node.op.kind !== 'binary' && node.op.kind !== 'select') return inputs;
  const operands = [...inputs];
  inputs.forEach((input, k) => {
    const value = uniform(input);
    const isScalar = input.shape.length === 0;
    if (input.op.kind !== 'broadcast' && (value === undefined || isScalar)) return;
    const shape = input.op.kind === 'broadcast' ? (input.inputs[0] as Node).shape : [];
    if (stretch(operands.map((o, i) => (i === k ? shape : o.shape))).join() !== node.shape.join()) return;
    operands[k] =
      input.op.kind === 'broadcast'
        ? (input.inputs[0] as Node)
        : append(nodes, { kind: 'constant', data: Float64Array.of(value as number) }, [], {
            leaf: { shape: [], type: 'f32' },
          });
  });
  return operands;
}

function stretch(shapes: readonly Shape[]): Shape {
  return shapes.reduce((a, b) => broadcastShapes(a, b) ?? a, []);
}
