/** Monte Carlo CFR (Lanctot et al. 2009): regrets from sampled parts of the tree. Works for two agents and more. */
import type { Stream } from '../../rng/stream.ts';
import { endsOf, type PlanSpace } from './form.ts';
import { strategyOf } from './response.ts';
import { chance, end, type GameTree } from './tree.ts';

/** Deeper trees would overflow the stack of the recursion. */
export const deepestSampled = 2_000;

/** `external`: all own choices, one of everybody else. `outcome`: one play. */
export type Sampling = 'external' | 'outcome';

/** Share of uniform play in the own choices that outcome sampling tries; as in OpenSpiel. */
const exploration = 0.6;

export class SampledCfr {
  iterations = 0;
  readonly #tree: GameTree;
  readonly #kind: Sampling;
  readonly #stream: Stream;
  readonly #n: number;
  readonly #spaces: readonly PlanSpace[];
  readonly #first: readonly Int32Array[];
  readonly #regret: readonly Float64Array[];
  readonly #average: readonly Float64Array[];
  /** Discounted payoffs of the ends, by node. */
  readonly #payoff: Float64Array;
  readonly #mover: Int32Array;
  /** Strategies on the path, one row per depth of the recursion. */
  readonly #scratch: Float64Array[] = [];

  constructor(tree: GameTree, spaces: readonly PlanSpace[], kind: Sampling, stream: Stream) {
    this.#tree = tree;
    this.#kind = kind;
    this.#stream = stream;
    this.#n = spaces.length;
    this.#spaces = spaces;
    this.#first = spaces.map(space => space.first);
    this.#regret = spaces.map(space => new Float64Array(space.sequences));
    this.#average = spaces.map(space => new Float64Array(space.sequences));
    this.#mover = tree.mover;
    const { payoff } = endsOf(tree);
    this.#payoff = new Float64Array(tree.nodes * this.#n);
    let k = 0;
    for (let node = 0; node < tree.nodes; node++) {
      if (tree.mover[node] !== end) continue;
      for (let i = 0; i < this.#n; i++) this.#payoff[node * this.#n + i] = payoff[k * this.#n + i] as number;
      k++;
    }
  }

  run(iterations: number): void {
    for (let k = 0; k < iterations; k++) this.#step();
  }

  /** One sampled walk for each agent. */
  #step(): void {
    this.iterations++;
    for (let agent = 0; agent < this.#n; agent++) {
      if (this.#kind === 'external') this.#external(0, agent, 0);
      else this.#outcome(0, agent, 1, 1, 1, 0);
    }
  }

  /** The average strategies so far, by sequences. */
  average(): readonly Float64Array[] {
    return this.#spaces.map((space, i) => strategyOf(space, this.#average[i] as Float64Array));
  }

  /** Regret matching at an information set: a row of probabilities, valid until the same depth is reached again. */
  #match(agent: number, from: number, size: number, depth: number): Float64Array {
    let row = this.#scratch[depth];
    if (row === undefined || row.length < size) {
      row = new Float64Array(Math.max(8, size));
      this.#scratch[depth] = row;
    }
    const regret = this.#regret[agent] as Float64Array;
    let sum = 0;
    for (let a = 0; a < size; a++) sum += Math.max(0, regret[from + a] as number);
    for (let a = 0; a < size; a++) row[a] = sum > 0 ? Math.max(0, regret[from + a] as number) / sum : 1 / size;
    return row;
  }

  #draw(row: Float64Array, size: number): number {
    let rest = this.#stream.unit();
    let last = 0;
    for (let a = 0; a < size; a++) {
      const p = row[a] as number;
      if (p <= 0) continue;
      if (rest < p) return a;
      last = a;
      rest -= p;
    }
    return last;
  }

  #drawChance(node: number): number {
    const { probability, firstChild, childCount } = this.#tree;
    const from = firstChild[node] as number;
    let rest = this.#stream.unit();
    for (let child = from; child < from + (childCount[node] as number) - 1; child++) {
      const p = probability[child] as number;
      if (rest < p) return child;
      rest -= p;
    }
    return from + (childCount[node] as number) - 1;
  }

  /** Sampled payoff of `agent`; its own regrets are updated on the way, the average strategy at the nodes of the agent after it. */
  #external(node: number, agent: number, depth: number): number {
    const mover = this.#mover[node] as number;
    if (mover === end) return this.#payoff[node * this.#n + agent] as number;
    if (mover === chance) return this.#external(this.#drawChance(node), agent, depth);
    const from = (this.#first[mover] as Int32Array)[this.#tree.set[node] as number] as number;
    const size = this.#tree.childCount[node] as number;
    const child = this.#tree.firstChild[node] as number;
    const row = this.#match(mover, from, size, depth);
    if (mover !== agent) {
      if (mover === (agent + 1) % this.#n) {
        const average = this.#average[mover] as Float64Array;
        for (let a = 0; a < size; a++) average[from + a] = (average[from + a] as number) + (row[a] as number);
      }
      return this.#external(child + this.#draw(row, size), agent, depth + 1);
    }
    const values = new Float64Array(size);
    let value = 0;
    for (let a = 0; a < size; a++) {
      const u = this.#external(child + a, agent, depth + 1);
      values[a] = u;
      value += (row[a] as number) * u;
    }
    const regret = this.#regret[agent] as Float64Array;
    for (let a = 0; a < size; a++) regret[from + a] = (regret[from + a] as number) + (values[a] as number) - value;
    return value;
  }

  /**
   * Estimated payoff of `agent` from a node on, unbiased. `own`, `others` (chance included) and `sampled` are the probabilities with which
   * the strategies reach the node, and with which the sampling does.
   */
  #outcome(node: number, agent: number, own: number, others: number, sampled: number, depth: number): number {
    const mover = this.#mover[node] as number;
    if (mover === end) return this.#payoff[node * this.#n + agent] as number;
    if (mover === chance) {
      const child = this.#drawChance(node);
      const p = this.#tree.probability[child] as number;
      return this.#outcome(child, agent, own, others * p, sampled * p, depth);
    }
    const from = (this.#first[mover] as Int32Array)[this.#tree.set[node] as number] as number;
    const size = this.#tree.childCount[node] as number;
    const row = this.#match(mover, from, size, depth);
    const child = this.#tree.firstChild[node] as number;
    if (mover !== agent) {
      const choice = this.#draw(row, size);
      const p = row[choice] as number;
      return this.#outcome(child + choice, agent, own, others * p, sampled * p, depth + 1);
    }
    const uniform = this.#stream.unit() < exploration;
    const choice = uniform ? this.#stream.below(size) : this.#draw(row, size);
    const p = row[choice] as number;
    const q = exploration / size + (1 - exploration) * p;
    const found = this.#outcome(child + choice, agent, own * p, others, sampled * q, depth + 1) / q;
    const value = p * found;
    const weight = others / sampled;
    const regret = this.#regret[agent] as Float64Array;
    const average = this.#average[agent] as Float64Array;
    for (let a = 0; a < size; a++) {
      const gain = (a === choice ? found : 0) - value;
      regret[from + a] = (regret[from + a] as number) + weight * gain;
      average[from + a] = (average[from + a] as number) + ((row[a] as number) * own) / sampled;
    }
    return value;
  }
}
