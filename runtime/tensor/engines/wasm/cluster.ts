/** Which operations share a loop: a block of nodes becomes kernels, in an order in which operands come first. */
import type { Node } from '../../ir.ts';
import { finishes } from './kernels/finish.ts';
import { fuses, isMap, uniformValue } from './kernels/map.ts';

/** One loop nest of the program: fused element-wise nodes, a product and what is done to its result, or a single other operation. */
export interface Kernel {
  readonly kind: 'map' | 'product' | 'single';
  /** In an order in which operands come first. */
  readonly nodes: readonly Node[];
}

/** The node whose memory holds the value: reshapes change nothing. */
export function sourceOf(node: Node): Node {
  let at = node;
  while (at.op.kind === 'reshape' || at.op.kind === 'stopGradient') at = at.inputs[0]!;
  return at;
}

export function isLeaf(node: Node): boolean {
  const { kind } = node.op;
  return kind === 'input' || kind === 'state' || kind === 'constant' || kind === 'argument';
}

/** What computes a node: a part is computed by its scan. */
export function computedBy(node: Node): Node {
  return node.op.kind === 'part' ? node.inputs[0]! : node;
}

/** Kernels that compute what `wanted` needs. */
export function cluster(nodes: readonly Node[], wanted: readonly Node[]): readonly Kernel[] {
  return ordered(new Clusters(nodes, wanted).found());
}

/** Operations on the result of a product inside its kernel, at most: they are written out for every register of a tile. */
const longestFinish = 5;

interface Cluster {
  readonly number: number;
  readonly kind: Kernel['kind'];
  readonly nodes: Node[];
  /** Numbers of all clusters that must run before. */
  readonly before: Uint32Array;
}

class Clusters {
  readonly #nodes: readonly Node[];
  readonly #words: number;
  readonly #all: (Cluster | undefined)[] = [];
  readonly #of = new Map<Node, Cluster>();
  /** How often a node is read, by others and as a result. */
  readonly #uses = new Map<Node, number>();

  constructor(nodes: readonly Node[], wanted: readonly Node[]) {
    const needed = new Set<Node>(wanted);
    for (const node of [...nodes].reverse()) if (needed.has(node)) for (const input of node.inputs) needed.add(input);
    this.#nodes = nodes.filter(node => needed.has(node));
    for (const node of [...this.#nodes.flatMap(n => n.inputs), ...wanted])
      this.#uses.set(node, (this.#uses.get(node) ?? 0) + 1);
    this.#words = (this.#nodes.length + 31) >> 5;
  }

  found(): readonly Cluster[] {
    for (const node of this.#nodes) {
      if (isLeaf(node) || node.op.kind === 'part' || sourceOf(node) !== node) continue;
      const { inside, outside } = this.#operands(node);
      const home = isMap(node) ? this.#home(node, inside, outside) : undefined;
      if (home === undefined) this.#start(node, [...inside, ...outside]);
      else this.#join(node, home, inside, outside);
    }
    return this.#all.filter(c => c !== undefined);
  }

  /** The clusters that a node reads: `inside` at its own place only, `outside` in any other way. */
  #operands(node: Node): { inside: Set<Cluster>; outside: Set<Cluster> } {
    const inside = new Set<Cluster>();
    const outside = new Set<Cluster>();
    node.inputs.forEach((input, k) => {
      const of = this.#of.get(computedBy(sourceOf(input)));
      if (of === undefined) return;
      const direct = isMap(node) && of.kind !== 'single' && this.#of.get(input) === of && fuses(node, k);
      (direct ? inside : outside).add(of);
    });
    for (const of of outside) inside.delete(of);
    return { inside, outside };
  }

  #runsBefore(a: Cluster, b: Cluster): boolean {
    return ((b.before[a.number >> 5]! >>> (a.number & 31)) & 1) === 1;
  }

  /** A cluster that the node can join: nothing else that the node reads may have to wait for it. */
  #home(node: Node, inside: ReadonlySet<Cluster>, outside: ReadonlySet<Cluster>): Cluster | undefined {
    const others = [...inside, ...outside];
    return [...inside].find(
      c =>
        c.nodes[0]!.shape.join() === node.shape.join() &&
        others.every(o => o === c || !this.#runsBefore(c, o)) &&
        (c.kind === 'map' || this.#finishes(c, node)),
    );
  }

  /** A product takes what follows it only if nothing else wants the bare product: an optimiser's update stays in one piece. */
  #finishes({ nodes }: Cluster, node: Node): boolean {
    return this.#uses.get(nodes[0]!) === 1 && nodes.length <= longestFinish && finishes(nodes, node);
  }

  #start(node: Node, operands: readonly Cluster[]): void {
    const made: Cluster = {
      number: this.#all.length,
      kind: isMap(node) ? 'map' : node.op.kind === 'matmul' ? 'product' : 'single',
      nodes: [node],
      before: new Uint32Array(this.#words),
    };
    this.#all.push(made);
    this.#of.set(node, made);
    for (const operand of operands) this.#follow(made, operand);
  }

  #join(node: Node, home: Cluster, inside: ReadonlySet<Cluster>, outside: ReadonlySet<Cluster>): void {
    home.nodes.push(node);
    this.#of.set(node, home);
    for (const operand of outside) this.#wait(home, operand);
    for (const other of inside) {
      if (other === home) continue;
      // Two loops become one where neither waits for the other, nor for something between them.
      const apart = !this.#runsBefore(home, other) && !this.#runsBefore(other, home);
      const between = [...outside].some(o => this.#runsBefore(other, o));
      const loops = home.kind === 'map' && other.kind === 'map';
      if (loops && apart && !between) this.#merge(other, home);
      else this.#wait(home, other);
    }
  }

  #merge(from: Cluster, into: Cluster): void {
    into.nodes.push(...from.nodes);
    into.nodes.sort((a, b) => a.id - b.id);
    for (const node of from.nodes) this.#of.set(node, into);
    for (let k = 0; k < this.#words; k++) into.before[k]! |= from.before[k]!;
    this.#all[from.number] = undefined;
    for (const c of this.#all) {
      if (c === undefined) continue;
      if (this.#runsBefore(from, c)) {
        c.before[from.number >> 5]! &= ~(1 << (from.number & 31));
        this.#follow(c, into);
      } else if (this.#runsBefore(into, c)) this.#follow(c, into);
    }
  }

  /** `later` waits for `earlier`, and so does everything that waits for `later`. */
  #wait(later: Cluster, earlier: Cluster): void {
    this.#follow(later, earlier);
    for (const c of this.#all) if (c !== undefined && this.#runsBefore(later, c)) this.#follow(c, later);
  }

  #follow(later: Cluster, earlier: Cluster): void {
    for (let k = 0; k < this.#words; k++) later.before[k]! |= earlier.before[k]!;
    later.before[earlier.number >> 5]! |= 1 << (earlier.number & 31);
  }
}

/** Each cluster as soon as all that it waits for has run, earliest nodes first. */
function ordered(clusters: readonly Cluster[]): readonly Kernel[] {
  const rest = [...clusters].sort((a, b) => a.nodes.at(-1)!.id - b.nodes.at(-1)!.id);
  const pending = new Set(rest.map(c => c.number));
  const waits = (c: Cluster): boolean => [...pending].some(n => ((c.before[n >> 5]! >>> (n & 31)) & 1) === 1);
  const out: Kernel[] = [];
  while (rest.length > 0) {
    const at = rest.findIndex(c => !waits(c));
    if (at < 0) throw new Error('the kernels of a program wait for each other');
    const [next] = rest.splice(at, 1) as [Cluster];
    pending.delete(next.number);
    out.push({ kind: next.kind, nodes: next.nodes });
  }
  return out;
}

/** What a kernel reads from memory. */
export function readsOf(kernel: Kernel): readonly Node[] {
  const own = new Set(kernel.nodes);
  const found = new Set<Node>();
  for (const node of kernel.nodes)
    node.inputs.forEach((input, k) => {
      if (isMap(node) && ((own.has(input) && fuses(node, k)) || uniformValue(input) !== undefined)) return;
      found.add(sourceOf(input));
    });
  return [...found];
}
