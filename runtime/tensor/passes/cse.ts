import type { Node } from '../ir.ts';
import type { Pass } from './rebuild.ts';
import { copy, rebuildBody } from './rebuild.ts';

const commutative: ReadonlySet<string> = new Set(['add', 'mul', 'equal', 'and', 'or']);

/**
 * Common-subexpression elimination: nodes with the same op, operands, shape and type become one. Leaves are one already, except
 * constants. Scans are not compared with each other.
 */
export const cse: Pass = () => {
  const seen = new Map<string, Node>();
  return (node, inputs, nodes) => {
    const { op } = node;
    if (op.kind === 'scan') return copy(node, inputs, nodes, { ...op, body: rebuildBody(op.body, cse) });
    if (op.kind === 'input' || op.kind === 'state' || op.kind === 'argument') return copy(node, inputs, nodes);
    const key = keyOf(node, inputs);
    const known = seen.get(key);
    if (known !== undefined) return known;
    const made = copy(node, inputs, nodes);
    seen.set(key, made);
    return made;
  };
};

function keyOf({ op, shape, type }: Node, inputs: readonly Node[]): string {
  const ids = inputs.map(input => input.id);
  if (op.kind === 'binary' && commutative.has(op.fn)) ids.sort((a, b) => a - b);
  // Joining numbers would make -0 and 0 the same.
  const attributes =
    op.kind === 'constant'
      ? Array.from(op.data, v => (Object.is(v, -0) ? '-0' : String(v))).join()
      : JSON.stringify(op);
  return `${op.kind}|${attributes}|${ids.join()}|${shape.join()}|${type}`;
}
