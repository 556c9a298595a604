/**
 * Batches with several axes become batches of rows: where a product sees [agents, games, features] as [agents x games, features], so do the
 * operations around it. A reshape costs nothing by itself, but it stands between a product and what could be done to its result in registers,
 * and it hides from row blocks that all of them work on the same rows.
 */
import type { Body, Node, Program, Shape } from '../../ir.ts';
import { append } from '../../node-list.ts';
import { removeDead } from '../../passes/dce.ts';
import { copy, type Pass, rebuild, rebuildBody } from '../../passes/rebuild.ts';

/** The same program, with one axis of rows instead of several wherever one of its products has it so. */
export function flattenRows(program: Program): Program {
  return removeDead(rebuild(program, flatteningOf(program.nodes)));
}

/** Leading axes that a product of this list sees as one. */
function leadsOf(list: readonly Node[]): readonly Shape[] {
  const found = new Map<string, Shape>();
  const look = (many: Shape, rows: Shape): void => {
    const lead = many.slice(0, -1);
    if (lead.length >= 2 && rows.length === 2 && rows[1] === many.at(-1)) found.set(lead.join(), lead);
  };
  for (const { op, inputs, shape } of list) {
    if (op.kind === 'reshape' && inputs[0]!.op.kind === 'matmul') look(shape, inputs[0]!.shape);
    if (op.kind !== 'matmul') continue;
    for (const x of inputs) if (x.op.kind === 'reshape') look(x.inputs[0]!.shape, x.shape);
  }
  return [...found.values()];
}

const flatteningOf = (list: readonly Node[]): Pass => {
  const leads = leadsOf(list);
  return () => {
    const views = new Views();
    return (node, inputs, nodes) => {
      const { op } = node;
      if (op.kind === 'scan') return copy(node, inputs, nodes, { ...op, body: flattenedBody(op.body) });
      if (op.kind === 'reshape') return views.as(nodes, inputs[0]!, node.shape);
      const lead = leads.find(l => startsWith(op.kind === 'reduce' ? inputs[0]!.shape : node.shape, l));
      const rows = lead === undefined ? undefined : inRows(node, inputs, nodes, lead, views);
      return rows === undefined ? copy(node, inputs, nodes) : views.as(nodes, rows, node.shape);
    };
  };
};

const flattenedBody = (body: Body): Body => rebuildBody(body, flatteningOf(body.nodes));

const startsWith = (shape: Shape, lead: Shape): boolean => lead.every((d, k) => shape[k] === d);

/** The same numbers in other shapes, each made once. */
class Views {
  readonly #known = new Map<Node, Map<string, Node>>();

  as(nodes: Node[], node: Node, shape: Shape): Node {
    const key = shape.join();
    let source = node;
    while (source.shape.join() !== key && source.op.kind === 'reshape') source = source.inputs[0]!;
    if (source.shape.join() === key) return source;
    const known = this.#known.get(source) ?? new Map<string, Node>();
    this.#known.set(source, known);
    const uniform = source.op.kind === 'constant' && source.op.data.length === 1;
    const made =
      known.get(key) ??
      append(nodes, uniform ? source.op : { kind: 'reshape' }, uniform ? [] : [source], {
        leaf: { shape, type: source.type },
        label: node.label,
      });
    known.set(key, made);
    return made;
  }
}

/** The node with one axis for all of `lead`; undefined where it does something to one of those axes alone. */
function inRows(node: Node, inputs: readonly Node[], nodes: Node[], lead: Shape, views: Views): Node | undefined {
  const { op, shape, type, label } = node;
  const many = lead.length;
  const rows = lead.reduce((a, b) => a * b, 1);
  const flat = (of: Shape): Shape => [rows, ...of.slice(many)];
  const make = (as: Node['op'], operands: readonly (Node | undefined)[], result = flat(shape)): Node | undefined =>
    operands.includes(undefined)
      ? undefined
      : append(nodes, as, operands as readonly Node[], { leaf: { shape: result, type }, label });
  const all = (x: Node): Node | undefined =>
    startsWith(x.shape, lead) ? views.as(nodes, x, flat(x.shape)) : undefined;
  const stretched = (x: Node): Node | undefined => {
    const missing = shape.length - x.shape.length;
    if (missing >= many) return x;
    if (missing === 0 && startsWith(x.shape, lead)) return all(x);
    const same = x.shape.slice(0, many - missing).every(d => d === 1);
    return same ? views.as(nodes, x, x.shape.slice(many - missing)) : undefined;
  };
  const inner = (axis: number): number => axis - many + 1;
  switch (op.kind) {
    case 'unary':
    case 'binary':
    case 'select':
    case 'float':
    case 'broadcast':
      return make(op, inputs.map(stretched));
    case 'softmax':
      return shape.length > many ? make(op, inputs.map(all)) : undefined;
    case 'oneHot':
      return shape.length > many ? make(op, inputs.map(all)) : undefined;
    case 'argmax':
    case 'concat':
    case 'takeAlong':
    case 'scatterAlong':
      return op.axis >= many ? make({ ...op, axis: inner(op.axis) }, inputs.map(all)) : undefined;
    case 'slice':
      return op.starts.slice(0, many).every(s => s === 0)
        ? make({ ...op, starts: [0, ...op.starts.slice(many)] }, inputs.map(all))
        : undefined;
    case 'pad':
      return op.before.slice(0, many).every(s => s === 0)
        ? make({ ...op, before: [0, ...op.before.slice(many)] }, inputs.map(all))
        : undefined;
    case 'transpose':
      return op.permutation.every((axis, k) => k >= many || axis === k)
        ? make({ ...op, permutation: [0, ...op.permutation.slice(many).map(inner)] }, inputs.map(all))
        : undefined;
    case 'reduce': {
      const over = op.axes.filter(axis => axis < many).length;
      if (over !== 0 && over !== many) return undefined;
      const axes = [...(over === 0 ? [] : [0]), ...op.axes.filter(axis => axis >= many).map(inner)];
      return make({ ...op, axes }, inputs.map(all), [over === 0 ? rows : 1, ...shape.slice(many)]);
    }
    default:
      return undefined;
  }
}
