/**
 * Row blocks: work on a long batch runs through all its operations some rows at a time, so that what lies between them stays in the
 * cache. The blocks are the steps of a scan: rows are its slices, weights are shared, and sums over rows (gradients of weights, a loss)
 * are carried from block to block, always in the same order.
 *
 * Which operations can run so is in split.ts. An operation that needs a finished sum waits for the next round, so a program has one scan
 * per round: most trainings have one, a loss with a normalised advantage has two.
 */
import type { Node, Program, ScanOp, Shape } from '../../ir.ts';
import { sizeOf } from '../../ir.ts';
import { append } from '../../node-list.ts';
import { sourceOf } from './cluster.ts';
import { asksWhole, isGiven, type Roles, rolesOf } from './split.ts';

export interface RowSizes {
  /** Bytes of values that the operations of one block compute; the half of them or less reaches memory, for many are fused. */
  readonly block: number;
  /** Rounds that write fewer bytes than this are left as they are. */
  readonly worthwhile: number;
  readonly fewestRows: number;
}

/** Measured on a processor with a second-level cache of 1 MiB; blocks fit one of half a megabyte too. */
const usual: RowSizes = { block: 512 * 1024, worthwhile: 768 * 1024, fewestRows: 8 };

/** The same program with its long batches in blocks. */
export function blockRows(program: Program, sizes = usual): Program {
  const plans = lengthsOf(program, sizes).map(rows => new Plan(program, rows, sizes));
  const best = plans.reduce<Plan | undefined>((a, b) => (a === undefined || b.bytes > a.bytes ? b : a), undefined);
  return best === undefined || best.bytes === 0 ? program : new Writer(program, best).written();
}

/** Numbers of rows that a batch may have. */
function lengthsOf({ nodes }: Program, { fewestRows }: RowSizes): readonly number[] {
  const sources = nodes.filter(isGiven);
  return [...new Set(sources.map(node => node.shape[0] ?? 1))].filter(rows => rows >= 2 * fewestRows);
}

interface Round {
  readonly members: readonly Node[];
  readonly blocks: number;
}

class Plan {
  readonly roles: Roles;
  /** By number; undefined where the operations of a round run one by one. */
  readonly rounds: readonly (Round | undefined)[];
  /** Bytes that stay in the cache. */
  readonly bytes: number;

  constructor(program: Program, rows: number, sizes: RowSizes) {
    this.roles = rolesOf(program, rows);
    let bytes = 0;
    this.rounds = Array.from({ length: this.roles.rounds }, (_, number) => {
      const members = program.nodes.filter(n => this.roles.role(n) !== 'whole' && this.roles.round(n) === number);
      const touched = members.reduce((sum, n) => sum + (this.#counts(n) ? sizeOf(n.shape) * 4 : 0), 0);
      const blocks = blocksFor(rows, touched / sizes.block, sizes);
      if (touched < sizes.worthwhile || blocks < 2) return undefined;
      bytes += touched;
      return { members, blocks };
    });
    this.bytes = bytes;
  }

  #counts(node: Node): boolean {
    return this.roles.role(node) === 'split' && node.op.kind !== 'reshape' && node.op.kind !== 'broadcast';
  }
}

/** The smallest divisor of `rows` that is at least `wanted`, else the largest, that leaves blocks of some rows. */
function blocksFor(rows: number, wanted: number, { fewestRows }: RowSizes): number {
  let best = 1;
  for (let blocks = 2; blocks * fewestRows <= rows && best < wanted; blocks++) if (rows % blocks === 0) best = blocks;
  return best;
}

class Writer {
  readonly #program: Program;
  readonly #plan: Plan;
  readonly #nodes: Node[] = [];
  readonly #made = new Map<Node, Node>();
  readonly #users = new Map<Node, Node[]>();
  readonly #roots: ReadonlySet<Node>;

  constructor(program: Program, plan: Plan) {
    this.#program = program;
    this.#plan = plan;
    for (const node of program.nodes)
      for (const input of node.inputs) this.#users.set(input, [...(this.#users.get(input) ?? []), node]);
    this.#roots = new Set([...program.outputs.map(o => o.node), ...program.assignments.map(a => a.value)]);
  }

  written(): Program {
    const { roles, rounds } = this.#plan;
    const last = Math.max(...this.#program.nodes.map(node => roles.round(node)));
    for (let number = 0; number <= last; number++) {
      const here = this.#program.nodes.filter(node => roles.round(node) === number);
      const round = rounds[number];
      // Operations on whole tensors never wait for the rows of their own round.
      for (const node of here) if (roles.role(node) === 'whole') this.#copy(node);
      if (round !== undefined) this.#scan(round);
      else for (const node of here) if (roles.role(node) !== 'whole') this.#copy(node);
    }
    const { outputs, assignments, inputs } = this.#program;
    return {
      ...this.#program,
      nodes: this.#nodes,
      inputs: inputs.map(node => this.#get(node)),
      outputs: outputs.map(({ name, node }) => ({ name, node: this.#get(node) })),
      assignments: assignments.map(({ state, value }) => ({ state, value: this.#get(value) })),
    };
  }

  #get(node: Node): Node {
    return this.#made.get(node)!;
  }

  #copy(node: Node): void {
    const inputs = node.inputs.map(input => this.#get(input));
    this.#made.set(node, append(this.#nodes, node.op, inputs, asIs(node, node.shape)));
  }

  #reshaped(node: Node, shape: Shape): Node {
    return append(this.#nodes, { kind: 'reshape' }, [node], asIs(node, shape));
  }

  #scan({ members, blocks }: Round): void {
    const inside = new Set(members);
    const body = new BodyWriter(members, blocks, node => this.#plan.roles.role(node) === 'sum');
    const seen = members.filter(
      node =>
        !body.carries.has(node) &&
        (this.#roots.has(node) || (this.#users.get(node) ?? []).some(user => !inside.has(user))),
    );
    // A reshape is made anew outside, of the rows that it shows.
    const stacked = [...new Set(seen.map(sourceOf).filter(node => inside.has(node)))];
    const outside = [
      ...[...body.carries.keys()].map(node => this.#start(node)),
      ...[...body.slices].map(([node, rows]) => this.#reshaped(this.#get(node), [blocks, ...rows.shape])),
      ...[...body.shared.keys()].map(node => this.#get(node)),
    ];
    const loop = append(this.#nodes, body.scan(stacked), outside, {
      leaf: { shape: [], type: 'f32' },
      label: 'row blocks',
    });
    const part = (node: Node, index: number, shape: Shape): Node =>
      append(this.#nodes, { kind: 'part', index }, [loop], asIs(node, shape));
    const sums = [...body.carries.keys()];
    sums.forEach((node, k) => {
      this.#made.set(node, part(node, k, node.shape));
    });
    stacked.forEach((node, k) => {
      const rows = part(node, sums.length + k, [blocks, ...body.rowsOf(node).shape]);
      this.#made.set(node, this.#reshaped(rows, node.shape));
    });
    for (const node of seen) {
      const source = sourceOf(node);
      if (source !== node) this.#made.set(node, this.#reshaped(this.#get(source), node.shape));
    }
  }

  /** What a sum or maximum over the rows begins with. */
  #start(node: Node): Node {
    const value = node.op.kind === 'reduce' && node.op.fn === 'max' ? -Infinity : 0;
    const one = append(this.#nodes, { kind: 'constant', data: Float64Array.of(value) }, [], asIs(node, []));
    return append(this.#nodes, { kind: 'broadcast' }, [one], asIs(node, node.shape));
  }
}

/** The members of a round on one block of rows. */
class BodyWriter {
  /** By the node outside: arguments that hold its rows, all of it, and the sum so far. */
  readonly slices = new Map<Node, Node>();
  readonly shared = new Map<Node, Node>();
  readonly carries = new Map<Node, Node>();
  readonly #blocks: number;
  readonly #nodes: Node[] = [];
  readonly #inside = new Map<Node, Node>();
  readonly #next: Node[] = [];

  constructor(members: readonly Node[], blocks: number, isSum: (node: Node) => boolean) {
    this.#blocks = blocks;
    const inRound = new Set(members);
    for (const node of members) if (isSum(node)) this.carries.set(node, this.#argument(node, node.shape));
    for (const node of members) {
      const inputs = node.inputs.map((input, k) =>
        inRound.has(input) ? this.rowsOf(input) : this.#outer(input, asksWhole(node, k)),
      );
      const carry = this.carries.get(node);
      const shape = carry === undefined ? this.#block(node.shape) : node.shape;
      const value = append(this.#nodes, node.op, inputs, asIs(node, shape));
      this.#inside.set(node, value);
      if (carry === undefined) continue;
      const fn = node.op.kind === 'reduce' && node.op.fn === 'max' ? 'max' : 'add';
      this.#next.push(append(this.#nodes, { kind: 'binary', fn }, [carry, value], asIs(node, node.shape)));
    }
  }

  /** What stands for a member inside. */
  rowsOf(member: Node): Node {
    return this.#inside.get(member)!;
  }

  scan(stacked: readonly Node[]): ScanOp {
    const list = [...this.carries.values(), ...this.slices.values(), ...this.shared.values()];
    list.forEach((node, index) => {
      (node.op as { index: number }).index = index;
    });
    const body = {
      nodes: this.#nodes,
      arguments: list,
      next: this.#next,
      stacked: stacked.map(node => this.rowsOf(node)),
    };
    const [carries, slices] = [this.carries.size, this.slices.size];
    return { kind: 'scan', body, length: this.#blocks, reverse: false, carries, slices };
  }

  #block(shape: Shape): Shape {
    return [shape[0]! / this.#blocks, ...shape.slice(1)];
  }

  #argument(node: Node, shape: Shape): Node {
    return append(this.#nodes, { kind: 'argument', index: -1 }, [], asIs(node, shape));
  }

  #outer(node: Node, whole: boolean): Node {
    const shape = whole ? node.shape : this.#block(node.shape);
    // One number for all elements is a constant inside too.
    if (node.op.kind === 'constant' && node.op.data.length === 1)
      return append(this.#nodes, node.op, [], asIs(node, shape));
    const known = whole ? this.shared : this.slices;
    const found = known.get(node) ?? this.#argument(node, shape);
    known.set(node, found);
    return found;
  }
}

function asIs(
  node: Node,
  shape: Shape,
): { readonly leaf: { shape: Shape; type: Node['type'] }; readonly label: string } {
  return { leaf: { shape, type: node.type }, label: node.label };
}
