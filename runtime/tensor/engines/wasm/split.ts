/** Which operations can run on some rows of a batch at a time, and in which round. */
import type { Node, Program } from '../../ir.ts';
import { sourceOf } from './cluster.ts';

/**
 * split: the value has the rows of the batch on its first axis (or some multiple of them, row after row), and a block of them needs the
 * same block of the operands only. sum: a sum, maximum or product over the rows, which blocks add to. whole: everything else.
 */
export type Role = 'split' | 'sum' | 'whole';

export interface Roles {
  role(node: Node): Role;
  /** Values of one round need nothing but each other's rows and what earlier rounds finished. */
  round(node: Node): number;
  readonly rounds: number;
}

/** Does the node need all of operand k for every row? Otherwise it needs the same rows of it. */
export function asksWhole(node: Node, k: number): boolean {
  const { op } = node;
  const input = node.inputs[k]!;
  switch (op.kind) {
    case 'binary':
    case 'select':
    case 'broadcast':
      return input.shape.length < node.shape.length || input.shape[0] !== node.shape[0];
    case 'matmul':
      return node.shape.length === 2 && !op.transposeA && k === 1;
    case 'take':
      return (op.axis === 0) === (k === 0);
    case 'scatterAdd':
      return k === 1;
    default:
      return false;
  }
}

/** What the node would be if its operands came in rows. */
function roleByKind(node: Node): Role {
  const { op } = node;
  const [x] = node.inputs as [Node];
  const sameRows = x !== undefined && x.shape.length > 0 && x.shape[0] === node.shape[0];
  const along = (axis: number): Role => (axis !== 0 && sameRows ? 'split' : 'whole');
  switch (op.kind) {
    case 'unary':
    case 'binary':
    case 'select':
    case 'float':
    case 'broadcast':
    case 'reshape':
    case 'stopGradient':
      return 'split';
    case 'matmul':
      if (node.shape.length === 3 || !op.transposeA) return 'split';
      return op.transposeB ? 'whole' : 'sum';
    case 'reduce':
      return op.axes.includes(0) ? 'sum' : 'split';
    case 'softmax':
      return along(node.shape.length - 1);
    case 'argmax':
    case 'scatterAdd':
    case 'takeAlong':
    case 'scatterAlong':
    case 'concat':
      return along(op.axis);
    case 'take':
      return 'split';
    case 'oneHot':
      return sameRows ? 'split' : 'whole';
    case 'transpose':
      return op.permutation[0] === 0 ? 'split' : 'whole';
    case 'slice':
      return op.starts[0] === 0 && sameRows ? 'split' : 'whole';
    case 'pad':
      return op.before[0] === 0 && sameRows ? 'split' : 'whole';
    default:
      return 'whole';
  }
}

/** What comes from outside or from a loop, in any shape: its rows are where blocks begin. */
export function isGiven(node: Node): boolean {
  const { kind } = sourceOf(node).op;
  return kind === 'input' || kind === 'part';
}

/** Roles for a batch of so many rows, and the latest round in which each value can be computed without delaying another. */
export function rolesOf(program: Program, rows: number): Roles {
  const roles = new Map<Node, Role>();
  const rounds = new Map<Node, number>();
  const role = (node: Node): Role => roles.get(node)!;
  const round = (node: Node): number => rounds.get(node)!;
  const isSource = (node: Node): boolean => isGiven(node) && node.shape[0] === rows;
  const inRows = (node: Node): boolean => node.shape.length > 0 && node.shape[0]! % rows === 0;
  for (const node of program.nodes) {
    const fits = node.inputs.every((input, k) => (asksWhole(node, k) ? role(input) !== 'split' : inRows(input)));
    const comes = node.inputs.some((input, k) => !asksWhole(node, k) && (role(input) === 'split' || isSource(input)));
    const kind = fits && comes ? roleByKind(node) : 'whole';
    const mine = kind === 'split' && !inRows(node) ? 'whole' : kind;
    roles.set(node, mine);
    let first = 0;
    for (const input of node.inputs) first = Math.max(first, round(input) + (waits(mine, role(input)) ? 1 : 0));
    rounds.set(node, first);
  }
  sink(program, role, rounds);
  return { role, round, rounds: 1 + Math.max(0, ...rounds.values()) };
}

/** Must a node of the one role wait for the next round after an operand of the other? */
function waits(mine: Role, operand: Role): boolean {
  return operand === 'sum' || (operand === 'split' && mine === 'whole');
}

/**
 * Work moves to the last round that still serves everybody: what one round alone uses is not kept over two, and a loss that is only told runs
 * where its gradient does, with the network between.
 */
function sink(program: Program, role: (node: Node) => Role, rounds: Map<Node, number>): void {
  const last = Math.max(0, ...rounds.values());
  const latest = new Map<Node, number>();
  const roots = new Set([...program.outputs.map(o => o.node), ...program.assignments.map(a => a.value)]);
  for (const node of [...program.nodes].reverse()) {
    const whole = role(node) === 'whole';
    const bound = latest.get(node) ?? (whole && roots.has(node) ? last : undefined);
    if (bound !== undefined && (whole || !roots.has(node))) rounds.set(node, Math.max(rounds.get(node)!, bound));
    for (const input of node.inputs) {
      const by = rounds.get(node)! - (waits(role(node), role(input)) ? 1 : 0);
      latest.set(input, Math.min(latest.get(input) ?? by, by));
    }
  }
  // A sum of rows that an earlier round has is taken there: it is smaller than they are.
  for (const node of program.nodes) {
    if (role(node) !== 'sum') continue;
    const ready = node.inputs.map(input => rounds.get(input)! + (waits('sum', role(input)) ? 1 : 0));
    rounds.set(node, Math.min(rounds.get(node)!, Math.max(...ready)));
  }
}
