/** The nodes of a mixer as they come into being, with their places and weights. */
import type { Span } from '../../grammar/ast.ts';
import type { MixerInput, MixerLayer, MixerNode, MixerSizes, MixerWeight, Shape } from '../../runtime/mixers/model.ts';
import { argumentsOf, inputShape, sizeOfShape } from '../../runtime/mixers/model.ts';
import { spend } from '../elaborate/budget.ts';
import type { Origin } from './source.ts';

/** What an expression came to. */
export interface Term {
  readonly node: number;
  readonly shape: Shape;
  /** Its own value, where it is a plain number. */
  readonly value: number | undefined;
}

/** Elements that one node may have. */
export const mostElements = 4_000_000;

export class Graph {
  readonly nodes: MixerNode[] = [];
  readonly origins: Origin[] = [];
  readonly weights: MixerWeight[] = [];
  readonly sizes: MixerSizes;
  readonly #inputs = new Map<MixerInput, Term>();
  readonly #names = new Map<string, number>();

  constructor(sizes: MixerSizes) {
    this.sizes = sizes;
  }

  add(node: MixerNode, span: Span, args: readonly Span[] = [], callee?: Span): Term {
    // Every node is walked by several analyses.
    spend(20);
    this.nodes.push(node);
    this.origins.push({ span, args, callee });
    return { node: this.nodes.length - 1, shape: node.shape, value: node.op === 'number' ? node.value : undefined };
  }

  number(value: number, span: Span): Term {
    return this.add({ op: 'number', value, shape: [] }, span);
  }

  input(input: MixerInput, span: Span): Term {
    const known = this.#inputs.get(input);
    if (known !== undefined) return known;
    const term = this.add({ op: 'input', input, shape: inputShape(input, this.sizes) }, span);
    this.#inputs.set(input, term);
    return term;
  }

  /** A learned array, named after the binding it is made for. */
  weight(binding: string, shape: Shape, inputs: number): number {
    const taken = this.#names.get(binding) ?? 0;
    this.#names.set(binding, taken + 1);
    const name = taken === 0 ? binding : `${binding}.${taken + 1}`;
    this.weights.push({ name, shape, init: { kind: 'uniform', bound: 1 / Math.sqrt(Math.max(1, inputs)) } });
    return this.weights.length - 1;
  }

  /** Linear layers with ReLU between them, from the last axis of `of` to `shape`. */
  network(binding: string, of: Term, hidden: readonly number[], shape: Shape, span: Span, args: readonly Span[]): Term {
    const layers: MixerLayer[] = [];
    let inputs = of.shape.at(-1)!;
    for (const [k, outputs] of [...hidden, sizeOfShape(shape)].entries()) {
      const weight = this.weight(binding, [inputs, outputs], inputs);
      const bias = this.weight(binding, [outputs], inputs);
      layers.push({ inputs, outputs, weight, bias, activation: k < hidden.length ? 'relu' : 'none' });
      inputs = outputs;
    }
    return this.add({ op: 'network', of: of.node, layers, shape: [...of.shape.slice(0, -1), ...shape] }, span, args);
  }

  /** What a node depends on. */
  reads(output: number): ReadonlySet<MixerInput> {
    const found = new Set<MixerInput>();
    const needed = new Set([output]);
    for (let k = output; k >= 0; k--) {
      if (!needed.has(k)) continue;
      const node = this.nodes[k]!;
      if (node.op === 'input') found.add(node.input);
      for (const argument of argumentsOf(node)) needed.add(argument);
    }
    return found;
  }
}
