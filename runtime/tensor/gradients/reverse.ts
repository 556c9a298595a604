import type { Graph } from '../graph.ts';
import type { Node, Op } from '../ir.ts';
import { rules } from '../ops/index.ts';
import type { GradientContext, Kind, OpRule } from '../ops/rule.ts';
import { activeNodes } from './active.ts';
import { scanGradient } from './scan.ts';

export interface ReverseOptions {
  /** Where adjoints are built. */
  readonly target: Graph;
  /** The forward computation, inputs first. */
  readonly forward: readonly Node[];
  /** The forward value of a node, as a node of `target`. */
  readonly value: (node: Node) => Node;
  /** Adds a node to the forward computation: the extra output of a scan that its gradient needs. */
  readonly extend: (op: Op, inputs: readonly Node[]) => Node;
  /** What derivatives are wanted for. */
  readonly wanted: readonly Node[];
  /** Takes over contributions to these nodes instead of summing them (see gradients/scan.ts). */
  readonly intercept?: (node: Node, contribution: Node) => boolean;
}

/** One walk backwards over a list of nodes; used for whole graphs and for the bodies of scans. */
export class ReversePass {
  readonly #options: ReverseOptions;
  readonly #active: ReadonlySet<Node>;
  readonly #adjoints = new Map<Node, Node>();
  /** Adjoints of the outputs of scans, by output number. */
  readonly #parts = new Map<Node, Map<number, Node>>();

  constructor(options: ReverseOptions) {
    this.#options = options;
    this.#active = activeNodes(options.forward, options.wanted);
  }

  /** Adds to the adjoint of a node. */
  contribute(node: Node, contribution: Node): void {
    if (!this.#active.has(node) || this.#options.intercept?.(node, contribution)) return;
    const known = this.#adjoints.get(node);
    this.#adjoints.set(node, known === undefined ? contribution : this.#options.target.add(known, contribution));
  }

  adjoint(node: Node): Node | undefined {
    return this.#adjoints.get(node);
  }

  run(): void {
    const { forward } = this.#options;
    for (let k = forward.length - 1; k >= 0; k--) {
      const node = forward[k] as Node;
      if (node.op.kind === 'scan') {
        const outputs = this.#parts.get(node);
        if (outputs !== undefined) this.#scan(node, outputs);
        continue;
      }
      const dy = this.#adjoints.get(node);
      if (dy === undefined) continue;
      if (node.op.kind === 'part') this.#part(node, node.op.index, dy);
      else this.#step(node, dy);
    }
  }

  #step(node: Node, dy: Node): void {
    const rule = rules[node.op.kind] as OpRule<Kind>;
    if (rule.gradient === undefined) return;
    const { target, value } = this.#options;
    const ctx: GradientContext<Kind> = {
      g: target,
      op: node.op,
      node,
      dy,
      x: k => value(node.inputs[k] as Node),
      y: () => value(node),
      needs: k => this.#active.has(node.inputs[k] as Node),
    };
    const build = (): (Node | undefined)[] => (rule.gradient as NonNullable<typeof rule.gradient>)(ctx);
    const contributions = target.scope(node.label, build);
    contributions.forEach((contribution, k) => {
      if (contribution !== undefined) this.contribute(node.inputs[k] as Node, contribution);
    });
  }

  #part(node: Node, index: number, dy: Node): void {
    const owner = node.inputs[0] as Node;
    const known = this.#parts.get(owner) ?? new Map<number, Node>();
    this.#parts.set(owner, known);
    const before = known.get(index);
    known.set(index, before === undefined ? dy : this.#options.target.add(before, dy));
  }

  #scan(node: Node, outputs: ReadonlyMap<number, Node>): void {
    const { target, value, extend } = this.#options;
    const needs = node.inputs.map(input => this.#active.has(input));
    const build = (): (Node | undefined)[] => scanGradient({ target, value, extend, node, needs, outputs });
    target.scope(node.label, build).forEach((contribution, k) => {
      if (contribution !== undefined) this.contribute(node.inputs[k] as Node, contribution);
    });
  }
}
