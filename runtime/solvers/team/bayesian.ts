/**
 * Collaborative Bayesian games: every agent has a type and picks an action for each, all are paid alike. Their joint policies are found one after
 * the other, best first, by branch and bound over the types (Oliehoek, Spaan, Dibangoye and Amato 2010).
 */
import { Heap } from './heap.ts';

/** A combination of types that can occur, with what each joint action pays there, times its probability. */
export interface JointType {
  readonly types: readonly number[];
  /** By joint choice, the last agent fastest. */
  readonly payoff: Float64Array;
}

export interface BayesianGame {
  /** Choices of each agent at each of its types. */
  readonly counts: readonly (readonly number[])[];
  readonly joint: readonly JointType[];
}

/** A joint policy begun: choices of the variables in order, -1 where still open. */
type Partial = Int32Array;

export class BayesianSearch {
  readonly #game: BayesianGame;
  /** (agent, type) in the order in which they are decided: the last agent at the end. */
  readonly #variables: readonly (readonly [number, number])[];
  readonly #place: readonly Int32Array[];
  readonly #open = new Heap<{ readonly partial: Partial; readonly decided: number }>();
  /** Joint types with a type of the last agent. */
  readonly #byLast: readonly (readonly number[])[];

  constructor(game: BayesianGame) {
    this.#game = game;
    const n = game.counts.length;
    const mass = game.counts.map(list => new Float64Array(list.length));
    for (const { types, payoff } of game.joint) {
      const spread = payoff.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      types.forEach((type, i) => {
        const list = mass[i] as Float64Array;
        list[type] = (list[type] as number) + spread;
      });
    }
    this.#variables = game.counts.flatMap((list, i) =>
      [...list.keys()]
        .sort((a, b) => (mass[i]?.[b] as number) - (mass[i]?.[a] as number))
        .map(type => [i, type] as const),
    );
    const place = game.counts.map(list => new Int32Array(list.length));
    this.#variables.forEach(([i, type], k) => {
      (place[i] as Int32Array)[type] = k;
    });
    this.#place = place;
    const byLast: number[][] = (game.counts[n - 1] ?? []).map(() => []);
    game.joint.forEach(({ types }, k) => {
      byLast[types[n - 1] as number]?.push(k);
    });
    this.#byLast = byLast;
    const none = new Int32Array(this.#variables.length).fill(-1);
    this.#open.push(this.#bound(none), { partial: none, decided: 0 });
  }

  /** No policy that is still to come pays more. */
  get bound(): number {
    return this.#open.top;
  }

  get size(): number {
    return this.#open.size;
  }

  /** One step of the search; the next best policy where it completes one: `choice[agent][type]`, with what it pays. */
  step(): { readonly choice: readonly (readonly number[])[]; readonly value: number } | undefined {
    const value = this.#open.top;
    const found = this.#open.pop();
    if (found === undefined) return undefined;
    const { partial, decided } = found;
    const variable = this.#variables[decided];
    if (variable === undefined)
      return {
        value,
        choice: this.#place.map(list => Array.from(list, k => partial[k] as number)),
      };
    const [agent, type] = variable;
    const count = this.#game.counts[agent]?.[type] as number;
    for (let choice = count - 1; choice >= 0; choice--) {
      const next = partial.slice();
      next[decided] = choice;
      this.#open.push(this.#bound(next), { partial: next, decided: decided + 1 });
    }
    return undefined;
  }

  /** For each type of the last agent one action for all that the others may be; the others each as if they saw all types. */
  #bound(partial: Partial): number {
    const { counts, joint } = this.#game;
    const n = counts.length;
    let total = 0;
    this.#byLast.forEach((list, type) => {
      const own = partial[this.#place[n - 1]?.[type] as number] as number;
      const count = counts[n - 1]?.[type] as number;
      let best = Number.NEGATIVE_INFINITY;
      for (let a = own < 0 ? 0 : own; a < (own < 0 ? count : own + 1); a++) {
        let sum = 0;
        for (const k of list) sum += this.#most(joint[k] as JointType, partial, a);
        best = Math.max(best, sum);
      }
      if (list.length > 0) total += best;
    });
    return total;
  }

  /** The best payoff of a joint type when the last agent plays `last` and the others keep to what is decided. */
  #most({ types, payoff }: JointType, partial: Partial, last: number): number {
    const { counts } = this.#game;
    const n = counts.length;
    const lastCount = counts[n - 1]?.[types[n - 1] as number] as number;
    const visit = (i: number, joint: number): number => {
      if (i === n - 1) return payoff[joint * lastCount + last] as number;
      const count = counts[i]?.[types[i] as number] as number;
      const own = partial[this.#place[i]?.[types[i] as number] as number] as number;
      if (own >= 0) return visit(i + 1, joint * count + own);
      let best = Number.NEGATIVE_INFINITY;
      for (let a = 0; a < count; a++) best = Math.max(best, visit(i + 1, joint * count + a));
      return best;
    };
    return visit(0, 0);
  }
}
