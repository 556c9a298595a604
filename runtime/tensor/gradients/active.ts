import type { Node, ScanOp } from '../ir.ts';
import { rules } from '../ops/index.ts';

/** Nodes that depend on `wanted` along a path with derivatives: the ones whose adjoint is worth computing. */
export function activeNodes(nodes: readonly Node[], wanted: readonly Node[]): Set<Node> {
  const active = new Set<Node>(wanted);
  for (const node of nodes) {
    if (active.has(node) || node.type !== 'f32') continue;
    const { op } = node;
    if (op.kind === 'scan') {
      // A scan stands for its outputs; which of them are active its body says.
      if (node.inputs.some(input => active.has(input))) active.add(node);
    } else if (op.kind === 'part') {
      const owner = node.inputs[0] as Node;
      if (active.has(owner) && outputIsActive(owner, op.index, active)) active.add(node);
    } else if (rules[op.kind].gradient !== undefined && node.inputs.some(input => active.has(input))) {
      active.add(node);
    }
  }
  return active;
}

function outputIsActive(owner: Node, index: number, active: ReadonlySet<Node>): boolean {
  const op = owner.op as ScanOp;
  const inside = activeInBody(
    op,
    owner.inputs.map(input => active.has(input)),
  );
  const output = index < op.carries ? op.body.arguments[index] : op.body.stacked[index - op.carries];
  return output !== undefined && inside.has(output);
}

/**
 * Active nodes of a scan's body when the operands marked in `needs` are. A carry is active if it starts so or becomes so in a step, hence
 * the fixed point.
 */
export function activeInBody(op: ScanOp, needs: readonly boolean[]): Set<Node> {
  const args = op.body.arguments;
  const wanted = new Set(args.filter((_, k) => needs[k]));
  for (;;) {
    const active = activeNodes(op.body.nodes, [...wanted]);
    const grown = args.slice(0, op.carries).filter((arg, k) => !wanted.has(arg) && active.has(op.body.next[k] as Node));
    if (grown.length === 0) return active;
    for (const arg of grown) wanted.add(arg);
  }
}
