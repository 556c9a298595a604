/** What given behaviour is worth: followed forwards, step by step, from the listing. */
import { legalOf, type TabularGame } from '../games/tabular.ts';
import type { Behaviour } from './claim.ts';
import type { Reading } from './reading.ts';

/** Finds the situation of an agent from the one before, its own action and the state. */
export interface Follows {
  follow(situation: number, action: number, state: number): number;
}

/** States, with the situations that all agents are in, and how likely they are together. */
interface Reached<T> {
  readonly state: number;
  readonly situations: readonly number[];
  weight: T;
}

export type Played<T> =
  /** `met`: by agent, the situations that are met with a probability above 0. */
  | { readonly values: readonly T[]; readonly work: number; readonly met: readonly ReadonlySet<number>[] }
  | { readonly problem: string; readonly work: number };

/**
 * Expected return of every agent. Plays that are in one state with the same situations are put together, so that the work grows with what
 * agents remember and not with the number of plays.
 */
export function played<T>(
  reading: Reading<T>,
  agents: readonly Behaviour[],
  memories: readonly Follows[],
  limits: { readonly work: number; readonly steps: number },
): Played<T> {
  const { game, field, initial } = reading;
  const strategies = agents.map(agent => agent.strategies.map(strategy => strategy?.map(p => field.of(p))));
  const values = game.agents.map(() => field.zero);
  const met = game.agents.map(() => new Set<number>());
  let now = new Map<string, Reached<T>>();
  let work = 0;
  const meet = (into: Map<string, Reached<T>>, state: number, situations: readonly number[], weight: T): void => {
    const key = `${state} ${situations.join()}`;
    const known = into.get(key);
    if (known === undefined) into.set(key, { state, situations, weight });
    else known.weight = field.add(known.weight, weight);
  };
  game.initialStates.forEach((state, k) => {
    const situations = memories.map(memory => memory.follow(-1, -1, state));
    if (field.sign(initial[k] as T) !== 0) meet(now, state, situations, initial[k] as T);
  });
  let scale = field.one;
  for (let depth = 0; now.size > 0 && depth !== game.horizon; depth++) {
    if (depth > limits.steps)
      return { problem: `plays have more than ${limits.steps} steps, too many to verify`, work };
    const next = new Map<string, Reached<T>>();
    for (const { state, situations, weight } of now.values()) {
      reading.tick();
      for (const [i, situation] of situations.entries()) met[i]?.add(situation);
      const own = agents.map((_, i) =>
        legalOf(game, state, i).length === 0 ? [field.one] : strategies[i]?.[situations[i] as number],
      );
      const without = own.indexOf(undefined);
      if (without >= 0)
        return {
          problem: `there is no strategy for ${game.agents[without]} at an information set with ${game.describeState(state)}`,
          work,
        };
      for (const { joint, choices, p } of taken(reading, state, own as readonly (readonly T[])[], weight))
        for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
          const q = field.mul(p, reading.probability[o] as T);
          if (field.sign(q) === 0) continue;
          if (++work > limits.work) return { problem: 'there are too many histories to verify', work };
          for (let i = 0; i < values.length; i++) {
            const earned = field.mul(scale, field.mul(q, reading.reward[o * values.length + i] as T));
            values[i] = field.add(values[i] as T, earned);
          }
          const to = game.outcomeState[o] as number;
          if (to >= 0) meet(next, to, after(game, memories, state, situations, choices, to), q);
        }
    }
    now = next;
    scale = field.mul(scale, reading.discount);
  }
  return { values, work, met };
}

/** The joint actions that are taken in a state, each with its probability times `weight`. */
function taken<T>(
  { game, field, counts }: Reading<T>,
  state: number,
  strategies: readonly (readonly T[])[],
  weight: T,
): readonly { readonly joint: number; readonly choices: readonly number[]; readonly p: T }[] {
  const n = game.agents.length;
  let found: { readonly joint: number; readonly choices: readonly number[]; readonly p: T }[] = [
    { joint: 0, choices: [], p: weight },
  ];
  for (let i = 0; i < n; i++)
    found = found.flatMap(({ joint, choices, p }) =>
      (strategies[i] as readonly T[]).flatMap((share, choice) =>
        field.sign(share) === 0
          ? []
          : [
              {
                joint: joint * (counts[state * n + i] as number) + choice,
                choices: [...choices, choice],
                p: field.mul(p, share),
              },
            ],
      ),
    );
  const from = game.jointStart[state] as number;
  return found.map(({ joint, ...rest }) => ({ joint: from + joint, ...rest }));
}

function after(
  game: TabularGame,
  memories: readonly Follows[],
  state: number,
  situations: readonly number[],
  choices: readonly number[],
  to: number,
): readonly number[] {
  return memories.map((memory, i) => {
    const action = legalOf(game, state, i)[choices[i] as number] ?? -1;
    return memory.follow(situations[i] as number, action, to);
  });
}
