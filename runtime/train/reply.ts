/** The best reply of one agent that sees only its observations, against fixed policies of the others: exact, by its histories. */
import { legalOf, type TabularGame } from '../games/tabular.ts';
import type { StateRule } from './rule.ts';

/** States in all histories together after which the search gives up. */
const mostWork = 400_000;
const deepest = 2_000;

/**
 * The greatest expected return (discounted) that `agent` can get when it remembers all it sees and does, and the others play `rule`.
 * Undefined where the histories are too many, or have no end.
 *
 * @param steps the horizon, where it ends the values; histories are followed to the end of play otherwise
 */
export function bestReply(
  game: TabularGame,
  rule: StateRule,
  agent: number,
  steps: number | undefined,
): number | undefined {
  const n = game.agents.length;
  let work = 0;
  /** Histories that leave the agent equally sure of every state are worth the same from then on: the value, for a probability of 1. */
  const known = new Map<string, number>();

  /** Expected return from a history, times its probability: `belief` is how likely it is together with each state. */
  function value(belief: ReadonlyMap<number, number>, depth: number): number | undefined {
    if (depth === steps) return 0;
    if (depth > deepest) return undefined;
    let mass = 0;
    for (const weight of belief.values()) mass += weight;
    const likely = [...belief].sort(([a], [b]) => a - b).map(([state, weight]) => `${state}:${sure(weight / mass)}`);
    // What is left to play tells steps apart where a horizon ends the values.
    const key = `${steps === undefined ? '' : depth} ${likely.join(' ')}`;
    const before = known.get(key);
    if (before !== undefined) return mass * before;
    const found = search(belief, depth);
    if (found !== undefined) known.set(key, found / mass);
    return found;
  }

  function search(belief: ReadonlyMap<number, number>, depth: number): number | undefined {
    const [some] = belief.keys();
    const choices = Math.max(1, legalOf(game, some as number, agent).length);
    let best: number | undefined;
    for (let choice = 0; choice < choices; choice++) {
      const next = new Map<string, Map<number, number>>();
      let total = 0;
      for (const [state, weight] of belief) total += weight * step(state, choice, weight, next);
      for (const group of next.values()) {
        work += group.size;
        if (work > mostWork) return undefined;
        const rest = value(group, depth + 1);
        if (rest === undefined) return undefined;
        total += game.discount * rest;
      }
      if (best === undefined || total > best) best = total;
    }
    return best;
  }

  /** Expected reward of one step; adds the states reached to what the agent will then have seen. */
  function step(state: number, choice: number, weight: number, next: Map<string, Map<number, number>>): number {
    const counts = Array.from({ length: n }, (_, i) => Math.max(1, legalOf(game, state, i).length));
    const choices = new Array<number>(n).fill(0);
    let reward = 0;
    for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++) {
      let p = choices[agent] === choice ? 1 : 0;
      for (let i = 0; i < n && p > 0; i++)
        if (i !== agent) p *= (rule[state * n + i] as readonly number[])[choices[i] as number] as number;
      if (p > 0) {
        for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
          const q = p * (game.outcomeProbability[o] as number);
          reward += q * (game.outcomeReward[o * n + agent] as number);
          const reached = game.outcomeState[o] as number;
          if (reached < 0 || q === 0) continue;
          add(next, reached, weight * q);
        }
      }
      // The next joint action: the last agent's choice moves fastest.
      for (let i = n - 1; i >= 0; i--) {
        choices[i] = (choices[i] as number) + 1;
        if ((choices[i] as number) < (counts[i] as number)) break;
        choices[i] = 0;
      }
    }
    return reward;
  }

  /** What the agent sees of a state: its observation, and what it may do. */
  function add(groups: Map<string, Map<number, number>>, state: number, weight: number): void {
    const key = `${game.observation[state * n + agent]} ${legalOf(game, state, agent).join()}`;
    const group = groups.get(key) ?? new Map<number, number>();
    group.set(state, (group.get(state) ?? 0) + weight);
    groups.set(key, group);
  }

  const starts = new Map<string, Map<number, number>>();
  for (let k = 0; k < game.initialStates.length; k++)
    add(starts, game.initialStates[k] as number, game.initialProbabilities[k] as number);
  let total = 0;
  for (const group of starts.values()) {
    const part = value(group, 0);
    if (part === undefined) return undefined;
    total += part;
  }
  return total;
}

/** A probability up to what adding up in another order changes. */
function sure(probability: number): string {
  return probability.toPrecision(13);
}
