import { Graph } from '../graph.ts';
import type { Body, Node, Op, ScanOp, Shape } from '../ir.ts';
import { append } from '../node-list.ts';
import { activeInBody } from './active.ts';
import { hoistable, hoisted } from './hoist.ts';
import { ReversePass } from './reverse.ts';

export interface ScanGradientOptions {
  readonly target: Graph;
  readonly value: (node: Node) => Node;
  readonly extend: (op: Op, inputs: readonly Node[]) => Node;
  readonly node: Node;
  /** Per operand. */
  readonly needs: readonly boolean[];
  /** Adjoints of the outputs that have one. */
  readonly outputs: ReadonlyMap<number, Node>;
}

/** An operand of the backward loop: its argument in the body and what stands for it outside. */
interface Operand {
  readonly argument: Node;
  readonly outside: Node;
}

/**
 * Adjoints of a scan's operands: one loop in the other direction, whose carries are the adjoints of the forward carries. Forward values
 * it needs are stacked by the forward loop (which gets more outputs), never computed twice, except for moves, which are free. What a step
 * adds to a shared weight is a product over its rows or a sum over them; both are pulled out of the loop, where all steps are one product.
 */
export function scanGradient(options: ScanGradientOptions): (Node | undefined)[] {
  const { target, node, needs, outputs } = options;
  const op = node.op as ScanOp;
  const { body } = op;
  const active = activeInBody(op, needs);
  const b = new Graph('backward scan', true);
  const carried: Operand[] = [];
  const residuals = new Residuals(options, b);
  const shared = new Set(body.arguments.slice(op.carries + op.slices));
  const lifted = new Map<Node, Node[]>();

  const pass = new ReversePass({
    target: b,
    forward: body.nodes.slice(),
    value: forward => residuals.value(forward),
    extend: (extra, inputs) => residuals.extend(extra, inputs),
    wanted: body.arguments.filter(argument => active.has(argument)),
    intercept(argument, contribution) {
      if (!shared.has(argument) || !hoistable(contribution)) return false;
      lifted.set(argument, [...(lifted.get(argument) ?? []), contribution]);
      return true;
    },
  });

  // Adjoints that come in: of the carries after the step, and of what the step stacked.
  const activeCarries = body.arguments.slice(0, op.carries).filter(argument => active.has(argument));
  for (const argument of activeCarries) {
    const index = body.arguments.indexOf(argument);
    const outside = outputs.get(index) ?? target.broadcast(0, argument.shape);
    const adjoint = b.argument(-1, argument.shape, 'f32');
    carried.push({ argument: adjoint, outside });
    pass.contribute(body.next[index] as Node, adjoint);
  }
  for (const [index, outside] of outputs) {
    const stacked = body.stacked[index - op.carries];
    if (index >= op.carries && stacked !== undefined) pass.contribute(stacked, residuals.slice(outside));
  }
  pass.run();

  // Adjoints that go out.
  const next = activeCarries.map(argument => pass.adjoint(argument) ?? b.broadcast(0, argument.shape));
  const stacked: Node[] = [];
  const accumulated: Node[] = [];
  for (const argument of shared) {
    const step = pass.adjoint(argument);
    if (step === undefined) continue;
    const sum = b.argument(-1, argument.shape, 'f32');
    carried.push({ argument: sum, outside: target.broadcast(0, argument.shape) });
    next.push(b.add(sum, step));
    accumulated.push(argument);
  }
  const sliceAdjoints = body.arguments
    .slice(op.carries, op.carries + op.slices)
    .map(argument => pass.adjoint(argument));
  const needed = sliceAdjoints.filter(adjoint => adjoint !== undefined);
  for (const list of lifted.values())
    for (const contribution of list) needed.push(...hoistable(contribution)!.operands);
  for (const value of needed) {
    if (residuals.outside(value) === undefined && !stacked.includes(value)) stacked.push(value);
  }

  const operands = [...carried, ...residuals.slices, ...residuals.shared];
  const whole: Body = { nodes: b.nodes, arguments: number(operands), next, stacked };
  const loop: ScanOp = {
    kind: 'scan',
    body: whole,
    length: op.length,
    reverse: !op.reverse,
    carries: carried.length,
    slices: residuals.slices.length,
  };
  const backward = target.emit(
    loop,
    operands.map(operand => operand.outside),
  );
  const part = (index: number): Node => target.emit({ kind: 'part', index }, [backward]);
  const stackedOutside = (value: Node): Node =>
    residuals.outside(value) ?? part(carried.length + stacked.indexOf(value));

  return body.arguments.map((argument, k) => {
    if (!needs[k]) return undefined;
    if (k < op.carries) return part(activeCarries.indexOf(argument));
    if (k < op.carries + op.slices) {
      const adjoint = sliceAdjoints[k - op.carries];
      return adjoint === undefined ? undefined : stackedOutside(adjoint);
    }
    const sums = (lifted.get(argument) ?? []).map(c => hoisted(target, c, stackedOutside));
    const at = accumulated.indexOf(argument);
    if (at >= 0) sums.push(part(activeCarries.length + at));
    return sums.length === 0 ? undefined : sums.reduce((sum, term) => target.add(sum, term));
  });
}

/** Gives the arguments their final numbers; they were made before their number was known. */
function number(operands: readonly Operand[]): Node[] {
  operands.forEach(({ argument }, index) => {
    (argument.op as { index: number }).index = index;
  });
  return operands.map(operand => operand.argument);
}

/** Forward values inside the backward body: where they come from, made on demand. */
class Residuals {
  readonly slices: Operand[] = [];
  readonly shared: Operand[] = [];
  readonly #options: ScanGradientOptions;
  readonly #op: ScanOp;
  readonly #b: Graph;
  readonly #values = new Map<Node, Node>();

  constructor(options: ScanGradientOptions, b: Graph) {
    this.#options = options;
    this.#op = options.node.op as ScanOp;
    this.#b = b;
  }

  /** The tensor outside of which an argument of the backward body is the slice. */
  outside(argument: Node): Node | undefined {
    return this.slices.find(operand => operand.argument === argument)?.outside;
  }

  /** A new slice of the backward loop. */
  slice(outside: Node): Node {
    const shape: Shape = outside.shape.slice(1);
    const argument = this.#b.argument(-1, shape, outside.type);
    this.slices.push({ argument, outside });
    return argument;
  }

  value(node: Node): Node {
    const known = this.#values.get(node);
    if (known !== undefined) return known;
    const made = this.#make(node);
    this.#values.set(node, made);
    return made;
  }

  #make(node: Node): Node {
    const { op } = node;
    const b = this.#b;
    switch (op.kind) {
      case 'constant':
        return b.constant(op.data, node.shape, node.type);
      case 'reshape':
      case 'broadcast':
      case 'transpose':
      case 'stopGradient':
        return b.emit(
          op,
          node.inputs.map(input => this.value(input)),
          node.shape,
        );
      case 'argument':
        if (op.index < this.#op.carries) return this.#stacked(node);
        return op.index < this.#op.carries + this.#op.slices
          ? this.slice(this.#operand(op.index))
          : this.#sharedArgument(node, op.index);
      default:
        return this.#stacked(node);
    }
  }

  #operand(index: number): Node {
    return this.#options.value(this.#options.node.inputs[index] as Node);
  }

  #sharedArgument(node: Node, index: number): Node {
    const argument = this.#b.argument(-1, node.shape, node.type);
    this.shared.push({ argument, outside: this.#operand(index) });
    return argument;
  }

  /** Has the forward loop stack this node, unless it does so already. */
  #stacked(node: Node): Node {
    const list = this.#op.body.stacked as Node[];
    if (!list.includes(node)) list.push(node);
    const index = this.#op.carries + list.indexOf(node);
    const part = this.#options.extend({ kind: 'part', index }, [this.#options.node]);
    return this.slice(this.#options.value(part));
  }

  /** Adds a node to the forward body: a further output of a scan inside it. */
  extend(op: Op, inputs: readonly Node[]): Node {
    return appendTo(this.#op.body, op, inputs);
  }
}

function appendTo(body: Body, op: Op, inputs: readonly Node[]): Node {
  return append(body.nodes as Node[], op, inputs);
}
