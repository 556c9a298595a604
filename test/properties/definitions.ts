/**
 * The definitions of the properties, written out naively over the table of a small game whose plays all end: sets of plays,
 * all plans, all cycles. Slow and independent of the code under test.
 */
import type { TabularGame } from '../../runtime/games/tabular.ts';

export interface Outcome {
  readonly probability: number;
  readonly rewards: readonly number[];
  readonly next: number;
}

export interface Joint {
  /** Action of every agent, -1 for who does not act. */
  readonly actions: readonly number[];
  readonly outcomes: readonly Outcome[];
}

export type Naive = readonly (readonly Joint[])[];

export function unfold(game: TabularGame): Naive {
  const n = game.agents.length;
  return Array.from({ length: game.stateCount }, (_, state) => {
    const choices = game.agents.map((_, i) => {
      const from = game.legalStart[state * n + i] as number;
      const to = game.legalStart[state * n + i + 1] as number;
      return from === to ? [-1] : [...game.legalActions.subarray(from, to)];
    });
    const profiles = choices.reduce<readonly (readonly number[])[]>(
      (all, mine) => all.flatMap(before => mine.map(action => [...before, action])),
      [[]],
    );
    return profiles.map((actions, k) => {
      const joint = (game.jointStart[state] as number) + k;
      const outcomes: Outcome[] = [];
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++)
        outcomes.push({
          probability: game.outcomeProbability[o] as number,
          rewards: [...game.outcomeReward.subarray(o * n, (o + 1) * n)],
          next: game.outcomeState[o] as number,
        });
      return { actions, outcomes };
    });
  });
}

export const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-7;

export function everyOutcome(naive: Naive, holds: (outcome: Outcome) => boolean): boolean {
  return naive.every(joints => joints.every(({ outcomes }) => outcomes.every(holds)));
}

/** Returns of a joint action when a fixed value follows. */
function worth({ outcomes }: Joint, agent: number, values: (state: number) => number): number {
  return outcomes.reduce(
    (sum, { probability, rewards, next }) =>
      sum + probability * ((rewards[agent] as number) + (next === -1 ? 0 : values(next))),
    0,
  );
}

const knownMost = new WeakMap<Naive, Map<string, number>>();

/** The most an agent can get from a state, by recursion over all plays. */
export function most(naive: Naive, state: number, agent: number): number {
  const known = knownMost.get(naive) ?? new Map<string, number>();
  knownMost.set(naive, known);
  const key = `${state} ${agent}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const joints = naive[state] as readonly Joint[];
  const value = Math.max(...joints.map(joint => worth(joint, agent, next => most(naive, next, agent))));
  known.set(key, value);
  return value;
}

/** Does some plan from a state give every agent the most it can get? */
export function suitsAll(naive: Naive, state: number, n: number): boolean {
  return (naive[state] as readonly Joint[]).some(
    joint =>
      Array.from({ length: n }, (_, agent) =>
        near(
          worth(joint, agent, next => most(naive, next, agent)),
          most(naive, state, agent),
        ),
      ).every(Boolean) && joint.outcomes.every(({ next }) => next === -1 || suitsAll(naive, next, n)),
  );
}

/** Around every cycle of four profiles of two agents of a one-step game the gains add up to 0. */
export function hasPotential(joints: readonly Joint[], n: number): boolean {
  const payoff = new Map(
    joints.map(joint => [joint.actions.join(), Array.from({ length: n }, (_, i) => worth(joint, i, () => 0))] as const),
  );
  for (const { actions } of joints)
    for (let i = 0; i < n; i++)
      for (let k = 0; k < n; k++)
        for (const { actions: other } of joints) {
          if (i === k) continue;
          const change = (from: readonly number[], agent: number): readonly number[] =>
            from.map((a, x) => (x === agent ? (other[agent] as number) : a));
          const [b, c, d] = [change(actions, i), change(change(actions, i), k), change(actions, k)];
          const u = (at: readonly number[], agent: number): number => payoff.get(at.join())?.[agent] as number;
          const gains = u(b, i) - u(actions, i) + (u(c, k) - u(b, k)) + (u(d, i) - u(c, i)) + (u(actions, k) - u(d, k));
          if (!near(gains, 0)) return false;
        }
  return true;
}

/** The states that an agent may be in by each history of its own observations, choices and actions. */
export function statesByHistory(
  game: TabularGame,
  naive: Naive,
  agent: number,
): ReadonlyMap<string, ReadonlySet<number>> {
  const n = game.agents.length;
  const known = new Map<string, Set<number>>();
  const see = (state: number, before: string): void => {
    const legal = [...new Set((naive[state] as readonly Joint[]).map(joint => joint.actions[agent]))].join('|');
    const history = `${before}; sees ${game.observation[state * n + agent]} may ${legal}`;
    known.set(history, (known.get(history) ?? new Set()).add(state));
    for (const { actions, outcomes } of naive[state] as readonly Joint[])
      for (const { next } of outcomes) if (next !== -1) see(next, `${history}, does ${actions[agent]}`);
  };
  for (const state of game.initialStates) see(state, '');
  return known;
}

/** The agent's actions in optimal joint actions of a team. */
export function bestActions(naive: Naive, state: number, agent: number): ReadonlySet<number> {
  const joints = naive[state] as readonly Joint[];
  const value = most(naive, state, 0);
  return new Set(
    joints
      .filter(joint =>
        near(
          worth(joint, 0, next => most(naive, next, 0)),
          value,
        ),
      )
      .map(joint => joint.actions[agent] as number),
  );
}
