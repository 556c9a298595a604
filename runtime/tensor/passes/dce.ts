import type { Body, Node, Program, ScanOp } from '../ir.ts';
import { append } from '../node-list.ts';
import { copy } from './rebuild.ts';

/**
 * Dead-code elimination. Keeps what outputs and assignments need, and the inputs, which are the program's interface. A scan loses the
 * outputs nobody takes, carries that only feed themselves, and operands its body no longer reads.
 */
export function removeDead(program: Program): Program {
  const roots = [...program.outputs.map(o => o.node), ...program.assignments.map(a => a.value), ...program.inputs];
  const { nodes, renamed } = prune(program.nodes, roots);
  return {
    ...program,
    nodes,
    inputs: program.inputs.map(renamed),
    outputs: program.outputs.map(({ name, node }) => ({ name, node: renamed(node) })),
    assignments: program.assignments.map(({ state, value }) => ({ state, value: renamed(value) })),
  };
}

interface Pruned {
  readonly nodes: Node[];
  readonly renamed: (node: Node) => Node;
}

/** What is kept of a scan, as old positions. */
interface Kept {
  readonly carries: readonly number[];
  readonly operands: readonly number[];
  readonly stacked: readonly number[];
}

function prune(list: readonly Node[], roots: readonly Node[]): Pruned {
  const { live, kept } = liveness(list, roots);
  const nodes: Node[] = [];
  const map = new Map<Node, Node>();
  const renamed = (node: Node): Node => map.get(node) as Node;
  for (const node of list) {
    if (!live.has(node)) continue;
    const { op } = node;
    if (op.kind === 'scan') {
      const keep = kept.get(node) as Kept;
      const inputs = keep.operands.map(k => renamed(node.inputs[k] as Node));
      map.set(node, append(nodes, prunedScan(op, keep), inputs, { label: node.label }));
    } else if (op.kind === 'part') {
      const owner = node.inputs[0] as Node;
      const { carries, stacked } = kept.get(owner) as Kept;
      const before = (owner.op as ScanOp).carries;
      const index = op.index < before ? carries.indexOf(op.index) : carries.length + stacked.indexOf(op.index - before);
      map.set(node, copy(node, [renamed(owner)], nodes, { kind: 'part', index }));
    } else {
      map.set(node, copy(node, node.inputs.map(renamed), nodes));
    }
  }
  return { nodes, renamed };
}

function liveness(list: readonly Node[], roots: readonly Node[]): { live: Set<Node>; kept: Map<Node, Kept> } {
  const live = new Set<Node>(roots);
  const kept = new Map<Node, Kept>();
  const outputs = new Map<Node, Set<number>>();
  for (let k = list.length - 1; k >= 0; k--) {
    const node = list[k] as Node;
    if (!live.has(node)) continue;
    if (node.op.kind === 'scan') {
      const keep = needed(node.op, outputs.get(node) ?? new Set());
      kept.set(node, keep);
      for (const operand of keep.operands) live.add(node.inputs[operand] as Node);
      continue;
    }
    for (const input of node.inputs) live.add(input);
    if (node.op.kind === 'part') {
      const owner = node.inputs[0] as Node;
      outputs.set(owner, (outputs.get(owner) ?? new Set()).add(node.op.index));
    }
  }
  return { live, kept };
}

/** What a scan must keep so that these outputs come out. */
function needed(op: ScanOp, outputs: ReadonlySet<number>): Kept {
  const { body, carries } = op;
  const stacked = body.stacked.map((_, k) => k).filter(k => outputs.has(carries + k));
  const alive = new Set([...outputs].filter(index => index < carries));
  for (;;) {
    const roots = [...stacked.map(k => body.stacked[k] as Node), ...[...alive].map(k => body.next[k] as Node)];
    const { live } = liveness(body.nodes, roots);
    const grown = body.arguments.slice(0, carries).flatMap((a, k) => (live.has(a) && !alive.has(k) ? [k] : []));
    if (grown.length === 0) {
      const read = body.arguments.flatMap((a, k) => (k >= carries && live.has(a) ? [k] : []));
      const kept = [...alive].sort((a, b) => a - b);
      return { carries: kept, operands: [...kept, ...read], stacked };
    }
    for (const k of grown) alive.add(k);
  }
}

function prunedScan(op: ScanOp, keep: Kept): ScanOp {
  const { body } = op;
  const next = keep.carries.map(k => body.next[k] as Node);
  const stacked = keep.stacked.map(k => body.stacked[k] as Node);
  const args = keep.operands.map(k => body.arguments[k] as Node);
  const { nodes, renamed } = prune(body.nodes, [...next, ...stacked, ...args]);
  const whole: Body = {
    nodes,
    arguments: args.map((argument, index) => renumbered(renamed(argument), index, nodes)),
    next: [],
    stacked: [],
  };
  // Renumbering replaces argument nodes, so everything that refers to them is rebuilt by `relink`.
  const linked = relink(whole, next.map(renamed), stacked.map(renamed));
  const slices = keep.operands.filter(k => k >= op.carries && k < op.carries + op.slices).length;
  return { ...op, body: linked, carries: keep.carries.length, slices };
}

/** The argument with its new number, put in the place of the old one. */
function renumbered(argument: Node, index: number, nodes: Node[]): Node {
  const made: Node = { ...argument, op: { kind: 'argument', index } };
  nodes[argument.id] = made;
  return made;
}

function relink(body: Body, next: readonly Node[], stacked: readonly Node[]): Body {
  const nodes: Node[] = [];
  for (const node of body.nodes)
    copy(
      node,
      node.inputs.map(input => nodes[input.id] as Node),
      nodes,
    );
  const at = (node: Node): Node => nodes[node.id] as Node;
  return { nodes, arguments: body.arguments.map(at), next: next.map(at), stacked: stacked.map(at) };
}
