/** Facts about what agents see. */
import type { TabularGame } from '../../runtime/games/tabular.ts';
import type { GameModel } from '../game/model.ts';
import { acts, brief, decode, everywhere, type Fact, proved, unknown } from './base.ts';
import { depths, refutedAt } from './evidence.ts';
import { turnBased } from './structure.ts';

const pairLimit = 2_000_000;
/** Pairs of successors looked at, over all pairs. */
const workLimit = 30_000_000;

/**
 * Does the present observation tell every agent the state, in every state? (Full observability, as in Markov games.) With `times`, the
 * steps taken in each state, time is known, too.
 */
export function fullyObserved(game: TabularGame, times?: Int32Array): Fact {
  const n = game.agents.length;
  const kinds = 1 + game.observation.reduce((most, observation) => Math.max(most, observation), 0);
  for (let agent = 0; agent < n; agent++) {
    const seen = new Map<number, number>();
    for (let state = 0; state < game.stateCount; state++) {
      const observation = (game.observation[state * n + agent] as number) + kinds * (times?.[state] ?? 0);
      const other = seen.get(observation);
      if (other !== undefined) return confused(game, agent, other, state);
      seen.set(observation, state);
    }
  }
  return proved('exhaustive', everywhere(game));
}

/** The same, where a game lists the time with its states: steps are counted by everyone. */
export function knowsState(game: TabularGame, model: GameModel | undefined): Fact {
  return fullyObserved(game, model?.usesTime === true ? depths(game) : undefined);
}

/**
 * One agent acts at a time and knows the state when it does. What an agent knows is its own history of observations and
 * actions: two states are confused only if they can be reached with the same history of the agent that acts in them. The
 * pairs of states that an agent cannot tell apart are found breadth-first from the pairs of initial states.
 */
export function perfectInformation(game: TabularGame): Fact {
  const turns = turnBased(game);
  if (turns.status === 'refuted') return turns;
  if (fullyObserved(game).status === 'proved') return proved('exhaustive', everywhere(game));
  for (let agent = 0; agent < game.agents.length; agent++) {
    const found = confusedPair(game, agent);
    if (found === 'too many')
      return unknown(`too many pairs of states would have to be compared for ${game.agents[agent]}`);
    if (found !== undefined) return confused(game, agent, found[0], found[1]);
  }
  return proved('exhaustive', `what the agents remember tells them the state; ${everywhere(game)}`);
}

/** Two states in which `agent` acts with the same history behind it, or undefined. */
function confusedPair(game: TabularGame, agent: number): readonly [number, number] | 'too many' | undefined {
  let found: readonly [number, number] | undefined;
  const all = eachConfusedPair(game, agent, undefined, (a, b) => {
    found = acts(game, a, agent) ? [a, b] : undefined;
    return found === undefined;
  });
  return found ?? (all ? undefined : 'too many');
}

/**
 * Visits the pairs of different states that `agent` cannot tell apart by its history of observations and actions, nearest to
 * the start first, until `visit` returns false. With `horizon`, plays of up to so many steps only, and a pair is visited once
 * for each number of steps taken. Returns false if there are too many to visit all.
 */
export function eachConfusedPair(
  game: TabularGame,
  agent: number,
  horizon: number | undefined,
  visit: (a: number, b: number, time: number) => boolean,
): boolean {
  const n = game.agents.length;
  const size = game.stateCount;
  const layers = horizon === undefined ? 1 : Math.max(1, horizon);
  if (size * size * layers > Number.MAX_SAFE_INTEGER) return false; // keys would not be safe integers
  const seen = new Set<number>();
  const queue: number[] = [];
  let work = 0;
  const meet = (a: number, b: number, time: number): void => {
    if (game.observation[a * n + agent] !== game.observation[b * n + agent]) return;
    // An agent knows whether it is asked to act, and which actions it has.
    if (a !== b && !sameChoices(game, agent, a, b)) return;
    const key = (time * size + Math.min(a, b)) * size + Math.max(a, b);
    if (seen.has(key)) return;
    seen.add(key);
    queue.push(key);
  };
  for (const a of game.initialStates) for (const b of game.initialStates) if (a <= b) meet(a, b, 0);
  const successors = new Successors(game, agent);
  for (let at = 0; at < queue.length; at++) {
    const key = queue[at] as number;
    const b = key % size;
    const a = Math.floor(key / size) % size;
    const time = Math.floor(key / size / size);
    if (a !== b && !visit(a, b, time)) return true;
    if (horizon !== undefined && time + 1 >= layers) continue;
    const later = horizon === undefined ? 0 : time + 1;
    // Both sides list their successors by the agent's own action, in the same order.
    const [fromA, fromB] = [successors.of(a), successors.of(b)];
    for (let k = 0; k < fromA.length; k++) {
      const [nextA, nextB] = [fromA[k] as readonly number[], fromB[k] as readonly number[]];
      work += nextA.length * nextB.length;
      if (work > workLimit) return false;
      for (const x of nextA) for (const y of nextB) meet(x, y, later);
    }
    if (seen.size > pairLimit) return false;
  }
  return true;
}

/** The states that may follow a state, by the agent's own action (one group if it does not act). */
class Successors {
  private readonly game: TabularGame;
  private readonly agent: number;
  private readonly known = new Map<number, readonly (readonly number[])[]>();
  private readonly actions: Int32Array;

  constructor(game: TabularGame, agent: number) {
    this.game = game;
    this.agent = agent;
    this.actions = new Int32Array(game.agents.length);
  }

  of(state: number): readonly (readonly number[])[] {
    const before = this.known.get(state);
    if (before !== undefined) return before;
    const { game } = this;
    const groups = new Map<number, Set<number>>();
    for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++) {
      decode(game, state, joint, this.actions);
      const own = this.actions[this.agent] as number;
      const group = groups.get(own) ?? new Set<number>();
      groups.set(own, group);
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++)
        if (game.outcomeState[o] !== -1) group.add(game.outcomeState[o] as number);
    }
    const found = [...groups].sort(([x], [y]) => x - y).map(([, group]) => [...group]);
    this.known.set(state, found);
    return found;
  }
}

function sameChoices(game: TabularGame, agent: number, a: number, b: number): boolean {
  const n = game.agents.length;
  const fromA = game.legalStart[a * n + agent] as number;
  const fromB = game.legalStart[b * n + agent] as number;
  const count = (game.legalStart[a * n + agent + 1] as number) - fromA;
  if (count !== (game.legalStart[b * n + agent + 1] as number) - fromB) return false;
  for (let k = 0; k < count; k++) if (game.legalActions[fromA + k] !== game.legalActions[fromB + k]) return false;
  return true;
}

function confused(game: TabularGame, agent: number, a: number, b: number): Fact {
  const name = game.agents[agent];
  const [first, second] = [game.describeState(a), game.describeState(b)];
  return refutedAt(
    game,
    `${name} cannot tell the state ${brief(first)} from the state ${brief(second)}.`,
    { state: b },
    { left: { text: `one state that ${name} may be in`, value: first }, right: { text: 'another', value: second } },
    { state: a },
  );
}
