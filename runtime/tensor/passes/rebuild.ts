import type { Body, Node, Op, Program } from '../ir.ts';
import { append } from '../node-list.ts';

/** What stands for `node` in the new list, given its new operands: a new node appended to `nodes`, or one that is there already. */
export type Visit = (node: Node, inputs: readonly Node[], nodes: Node[]) => Node;

/** A fresh visitor for one list of nodes; bodies of scans get their own. */
export type Pass = () => Visit;

/** The same node with new operands, and another op if given; its shape stays. */
export function copy(node: Node, inputs: readonly Node[], nodes: Node[], op: Op = node.op): Node {
  return append(nodes, op, inputs, { leaf: { shape: node.shape, type: node.type }, label: node.label });
}

/** A program built anew, node by node. */
export function rebuild(program: Program, pass: Pass): Program {
  const { nodes, renamed } = rebuildNodes(program.nodes, pass);
  return {
    ...program,
    nodes,
    inputs: program.inputs.map(renamed),
    outputs: program.outputs.map(({ name, node }) => ({ name, node: renamed(node) })),
    assignments: program.assignments.map(({ state, value }) => ({ state, value: renamed(value) })),
  };
}

export function rebuildBody(body: Body, pass: Pass): Body {
  const { nodes, renamed } = rebuildNodes(body.nodes, pass);
  return {
    nodes,
    arguments: body.arguments.map(renamed),
    next: body.next.map(renamed),
    stacked: body.stacked.map(renamed),
  };
}

function rebuildNodes(list: readonly Node[], pass: Pass): { nodes: Node[]; renamed: (node: Node) => Node } {
  const visit = pass();
  const nodes: Node[] = [];
  const map = new Map<Node, Node>();
  const renamed = (node: Node): Node => map.get(node) as Node;
  for (const node of list) map.set(node, visit(node, node.inputs.map(renamed), nodes));
  return { nodes, renamed };
}
