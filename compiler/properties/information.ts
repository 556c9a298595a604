/** Facts about what agents see. */
import type { TabularGame } from '../../runtime/games/tabular.ts';
import { acts, decode, everywhere, type Fact, proved, refuted, unknown } from './base.ts';
import { turnBased } from './structure.ts';

const pairLimit = 2_000_000;

/** Does the present observation tell every agent the state, in every state? (Full observability, as in Markov games.) */
export function fullyObserved(game: TabularGame): Fact {
  const n = game.agents.length;
  for (let agent = 0; agent < n; agent++) {
    const seen = new Map<number, number>();
    for (let state = 0; state < game.stateCount; state++) {
      const observation = game.observation[state * n + agent] as number;
      const other = seen.get(observation);
      if (other !== undefined) return confused(game, agent, other, state);
      seen.set(observation, state);
    }
  }
  return proved('exhaustive', everywhere(game));
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
      return unknown(`more than ${pairLimit} pairs of states would have to be compared for ${game.agents[agent]}`);
    if (found !== undefined) return confused(game, agent, found[0], found[1]);
  }
  return proved('exhaustive', `what the agents remember tells them the state; ${everywhere(game)}`);
}

/** Two states in which `agent` acts with the same history behind it, or undefined. */
function confusedPair(game: TabularGame, agent: number): readonly [number, number] | 'too many' | undefined {
  const n = game.agents.length;
  const size = game.stateCount;
  if (size > 94_906_265) return 'too many'; // state pairs would not be safe integers
  const seen = new Set<number>();
  const queue: number[] = [];
  const observationOf = (state: number): number => game.observation[state * n + agent] as number;
  const visit = (a: number, b: number): void => {
    if (a === -1 || b === -1 || a === b || observationOf(a) !== observationOf(b)) return;
    // An agent knows whether it is asked to act, and which actions it has.
    if (!sameChoices(game, agent, a, b)) return;
    const key = Math.min(a, b) * size + Math.max(a, b);
    if (seen.has(key)) return;
    seen.add(key);
    queue.push(key);
  };
  // Pairs of the same state reach pairs of different ones through chance and through what others do.
  const single = new Uint8Array(size);
  const actionsA = new Int32Array(n);
  const actionsB = new Int32Array(n);
  const expand = (a: number, b: number): void => {
    for (let ja = game.jointStart[a] as number; ja < (game.jointStart[a + 1] as number); ja++) {
      decode(game, a, ja, actionsA);
      for (let jb = game.jointStart[b] as number; jb < (game.jointStart[b + 1] as number); jb++) {
        decode(game, b, jb, actionsB);
        if (actionsA[agent] !== actionsB[agent]) continue;
        for (let oa = game.outcomeStart[ja] as number; oa < (game.outcomeStart[ja + 1] as number); oa++)
          for (let ob = game.outcomeStart[jb] as number; ob < (game.outcomeStart[jb + 1] as number); ob++)
            visit(game.outcomeState[oa] as number, game.outcomeState[ob] as number);
      }
    }
  };
  for (const a of game.initialStates) for (const b of game.initialStates) visit(a, b);
  for (let state = 0; state < size; state++) {
    if (single[state] === 1) continue;
    single[state] = 1;
    expand(state, state);
    if (seen.size > pairLimit) return 'too many';
  }
  for (let at = 0; at < queue.length; at++) {
    const key = queue[at] as number;
    const a = Math.floor(key / size);
    const b = key % size;
    if (acts(game, a, agent)) return [a, b];
    expand(a, b);
    if (seen.size > pairLimit) return 'too many';
  }
  return undefined;
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
  return refuted(
    `${name} cannot tell the state ${game.describeState(a)} from the state ${game.describeState(b)}.`,
    game.describeState(b),
  );
}
