/** An upper bound on what a team can get from a belief on: all see what any of them sees (a POMDP), or even the state (an MDP). */
import { floatNumbers } from '../markov.ts';
import type { Team } from './problem.ts';

/** States with probabilities; the probabilities need not sum to one. */
export interface Belief {
  readonly states: readonly number[];
  readonly weights: readonly number[];
}

/** Beliefs whose exact POMDP value is kept; where there are more, the state is taken to be seen. */
const mostBeliefs = 150_000;

export class TeamBound {
  readonly #team: Team;
  readonly #reward: (outcome: number) => number;
  /** Values of states with k steps to go. */
  readonly #seen: readonly Float64Array[];
  readonly #known: Map<string, number>[];
  readonly #stop: () => boolean;
  #beliefs = 0;

  /** @param stop asked now and then; once true, beliefs that are new count as if their states were seen. */
  constructor(team: Team, stop: () => boolean = () => false) {
    this.#team = team;
    this.#stop = stop;
    this.#reward = floatNumbers(team.game, 0).reward;
    this.#seen = this.#values();
    this.#known = Array.from({ length: team.steps + 1 }, () => new Map());
  }

  #values(): Float64Array[] {
    const { game, steps } = this.#team;
    const list = [new Float64Array(game.stateCount)];
    for (let k = 1; k <= steps; k++) {
      const after = list[k - 1] as Float64Array;
      list.push(
        Float64Array.from({ length: game.stateCount }, (_, s) => {
          let best = Number.NEGATIVE_INFINITY;
          for (let joint = game.jointStart[s] as number; joint < (game.jointStart[s + 1] as number); joint++) {
            let total = 0;
            for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
              const next = game.outcomeState[o] as number;
              const rest = next < 0 ? 0 : game.discount * (after[next] as number);
              total += (game.outcomeProbability[o] as number) * (this.#reward(o) + rest);
            }
            best = Math.max(best, total);
          }
          return best;
        }),
      );
    }
    return list;
  }

  /** The bound with `left` steps to go, in proportion to the weights. All states must look alike to everybody. */
  value({ states, weights }: Belief, left: number): number {
    const total = weights.reduce((sum, w) => sum + w, 0);
    if (left === 0 || total === 0) return 0;
    const shares = weights.map(w => w / total);
    const known = this.#known[left] as Map<string, number>;
    const key = states.map((s, k) => `${s}:${(shares[k] as number).toFixed(12)}`).join();
    const before = known.get(key);
    if (before !== undefined) return total * before;
    let best = Number.NEGATIVE_INFINITY;
    if (this.#beliefs >= mostBeliefs)
      best = states.reduce((sum, s, k) => sum + (shares[k] as number) * (this.#seen[left]?.[s] as number), 0);
    else {
      if (++this.#beliefs % 256 === 0 && this.#stop()) this.#beliefs = mostBeliefs;
      const { game } = this.#team;
      const first = states[0] as number;
      const size = (game.jointStart[first + 1] as number) - (game.jointStart[first] as number);
      for (let joint = 0; joint < size; joint++)
        best = Math.max(best, this.action({ states, weights: shares }, joint, left));
      known.set(key, best);
    }
    return total * best;
  }

  /** The same for a joint action, by its number in each of the states. */
  action(belief: Belief, joint: number, left: number): number {
    let total = 0;
    const { game } = this.#team;
    for (let k = 0; k < belief.states.length; k++) {
      const at = (game.jointStart[belief.states[k] as number] as number) + joint;
      for (let o = game.outcomeStart[at] as number; o < (game.outcomeStart[at + 1] as number); o++)
        total += (belief.weights[k] as number) * (game.outcomeProbability[o] as number) * this.#reward(o);
    }
    if (left === 1) return total;
    for (const next of this.after(belief, joint)) total += game.discount * this.value(next, left - 1);
    return total;
  }

  /** What everybody together may see next, each with its belief. */
  after({ states, weights }: Belief, joint: number): Belief[] {
    const { game, jointSight, future } = this.#team;
    const groups = new Map<number, Map<number, number>>();
    states.forEach((from, k) => {
      const at = (game.jointStart[from] as number) + joint;
      for (let o = game.outcomeStart[at] as number; o < (game.outcomeStart[at + 1] as number); o++) {
        const next = game.outcomeState[o] as number;
        const p = (weights[k] as number) * (game.outcomeProbability[o] as number);
        if (next < 0 || p === 0) continue;
        const seen = jointSight[next] as number;
        let group = groups.get(seen);
        if (group === undefined) {
          group = new Map();
          groups.set(seen, group);
        }
        const state = future[next] as number;
        group.set(state, (group.get(state) ?? 0) + p);
      }
    });
    return [...groups.values()].map(group => {
      const sorted = [...group].sort(([a], [b]) => a - b);
      return { states: sorted.map(([s]) => s), weights: sorted.map(([, p]) => p) };
    });
  }
}
