/** Policies of a crowd over time: where they lead it, what they are worth, and what a single member could gain. */
import type { CrowdGame, CrowdStep } from '../../games/crowd.ts';

/** `policy[t][s * actions + a]`: probability of action a in state s after t steps. */
export type CrowdPolicy = readonly Float64Array[];

export interface Flow {
  /** `shares[t][s * actions + a]`: part of the crowd that is in s and takes a at step t. */
  readonly shares: readonly Float64Array[];
  readonly steps: readonly CrowdStep[];
}

/** Equal probabilities of all legal actions. */
export function uniform(game: CrowdGame): CrowdPolicy {
  const actions = game.actionNames.length;
  const rule = new Float64Array(game.stateCount * actions);
  for (let s = 0; s < game.stateCount; s++) {
    let count = 0;
    for (let a = 0; a < actions; a++) count += game.legal[s * actions + a] as number;
    for (let a = 0; a < actions; a++) rule[s * actions + a] = (game.legal[s * actions + a] as number) / count;
  }
  return Array.from({ length: game.steps }, () => rule.slice());
}

/** Everybody follows the policy. */
export function flowOf(game: CrowdGame, policy: CrowdPolicy): Flow {
  const actions = game.actionNames.length;
  const shares: Float64Array[] = [];
  const steps: CrowdStep[] = [];
  let mass = game.initial;
  for (let t = 0; t < game.steps; t++) {
    const here = spread(policy[t] as Float64Array, mass, actions);
    const step = copyOf(game.step(t, here));
    shares.push(here);
    steps.push(step);
    mass = pushed(game, step, here);
  }
  return { shares, steps };
}

/** Where a single member that follows `policy` is over time, while the crowd flows as it does. */
export function occupancy(game: CrowdGame, { steps }: Flow, policy: CrowdPolicy): Float64Array[] {
  const actions = game.actionNames.length;
  let mass = game.initial;
  return steps.map((step, t) => {
    const here = spread(policy[t] as Float64Array, mass, actions);
    mass = pushed(game, step, here);
    return here;
  });
}

function spread(rule: Float64Array, mass: Float64Array, actions: number): Float64Array {
  return rule.map((p, row) => p * (mass[Math.floor(row / actions)] as number));
}

/** A reading may use its arrays again; rewards are what changes. */
function copyOf(step: CrowdStep): CrowdStep {
  return { ...step, reward: step.reward.slice() };
}

function pushed(game: CrowdGame, { start, next, probability }: CrowdStep, shares: Float64Array): Float64Array {
  const mass = new Float64Array(game.stateCount);
  for (let row = 0; row < shares.length; row++) {
    const share = shares[row] as number;
    if (share === 0) continue;
    for (let k = start[row] as number; k < (start[row + 1] as number); k++) {
      const to = next[k] as number;
      mass[to] = (mass[to] as number) + share * (probability[k] as number);
    }
  }
  return mass;
}

/** What each action is worth in each state at each step; the later steps as `value` makes of a state's row. */
export function actionValues(
  game: CrowdGame,
  { steps }: Flow,
  value: (time: number, state: number, row: Float64Array) => number,
): { readonly worth: readonly Float64Array[]; readonly values: Float64Array } {
  const actions = game.actionNames.length;
  const worth: Float64Array[] = [];
  let after = new Float64Array(game.stateCount);
  for (let t = steps.length - 1; t >= 0; t--) {
    const { reward, start, next, probability } = steps[t] as CrowdStep;
    const rows = reward.slice();
    for (let row = 0; row < rows.length; row++) {
      let rest = 0;
      for (let k = start[row] as number; k < (start[row + 1] as number); k++)
        rest += (probability[k] as number) * (after[next[k] as number] as number);
      rows[row] = (rows[row] as number) + game.discount * rest;
    }
    worth.unshift(rows);
    const values = new Float64Array(game.stateCount);
    for (let s = 0; s < game.stateCount; s++) values[s] = value(t, s, rows.subarray(s * actions, (s + 1) * actions));
    after = values;
  }
  return { worth, values: after };
}

/** Action values are equal that differ by no more than this, as a part of the largest. */
const tie = 1e-11;

/**
 * A best response of a single member, with what it is worth. Actions that are equally good are taken with equal probability: a crowd need not choose
 * between them by their order, and rounding does not choose for it.
 */
export function bestResponse(game: CrowdGame, flow: Flow): { readonly policy: CrowdPolicy; readonly value: number } {
  const actions = game.actionNames.length;
  const policy = flow.steps.map(() => new Float64Array(game.stateCount * actions));
  const { values } = actionValues(game, flow, (t, s, row) => {
    let best = Number.NEGATIVE_INFINITY;
    for (let a = 0; a < actions; a++) if (game.legal[s * actions + a] === 1) best = Math.max(best, row[a] as number);
    const least = best - tie * Math.max(1, Math.abs(best));
    const good = Array.from(row, (worth, a) => game.legal[s * actions + a] === 1 && worth >= least);
    const count = good.filter(Boolean).length;
    for (let a = 0; a < actions; a++) (policy[t] as Float64Array)[s * actions + a] = good[a] ? 1 / count : 0;
    return best;
  });
  return { policy, value: atStart(game, values) };
}

/** What following the policy is worth, and its action values. */
export function evaluate(
  game: CrowdGame,
  flow: Flow,
  policy: CrowdPolicy,
): { readonly worth: readonly Float64Array[]; readonly value: number } {
  const actions = game.actionNames.length;
  const { worth, values } = actionValues(game, flow, (t, s, row) => {
    const rule = policy[t] as Float64Array;
    let total = 0;
    for (let a = 0; a < actions; a++) total += (rule[s * actions + a] as number) * (row[a] as number);
    return total;
  });
  return { worth, value: atStart(game, values) };
}

function atStart(game: CrowdGame, values: Float64Array): number {
  return game.initial.reduce((sum, p, s) => sum + p * (values[s] as number), 0);
}
