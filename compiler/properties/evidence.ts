/** Cases of an enumerated game as evidence: the state, the joint action, and a shortest play that leads there. */
import type { TabularGame } from '../../runtime/games/tabular.ts';
import {
  type Evidence,
  type Fact,
  namedAction,
  type Place,
  type Play,
  type PlayStep,
  refuted,
  type Sides,
} from './base.ts';

/** A place in the table. */
export interface Case {
  readonly state: number;
  readonly joint?: number | undefined;
  readonly outcome?: number | undefined;
}

/** A refutation by a case of the table, with the play that leads to it. */
export function refutedAt(game: TabularGame, text: string, at: Case, sides?: Sides, other?: Case): Fact {
  const { state, joint, outcome } = at;
  const evidence: Evidence = {
    sides,
    play: playTo(game, state),
    reached: outcome === undefined ? undefined : reachedBy(game, outcome),
    other: other === undefined ? undefined : placeOf(game, other),
  };
  return refuted(
    text,
    game.describeState(state),
    joint === undefined ? undefined : namedAction(game, state, joint),
    evidence,
  );
}

export function placeOf(game: TabularGame, { state, joint }: Case): Place {
  return {
    state: game.describeState(state),
    jointAction: joint === undefined ? undefined : namedAction(game, state, joint),
    play: playTo(game, state),
  };
}

/** A play with the fewest steps from an initial state; states are numbered breadth-first, so the first way found is shortest. */
export function playTo(game: TabularGame, state: number): Play {
  const { from, outcome } = parentsOf(game);
  const steps: PlayStep[] = [];
  let at = state;
  while (from[at] !== -1) {
    const before = from[at] as number;
    const joint = jointOf(game, before, outcome[at] as number);
    steps.push({ jointAction: namedAction(game, before, joint), reached: game.describeState(at) });
    at = before;
  }
  return { start: game.describeState(at), steps: steps.reverse() };
}

/** Steps of a shortest play to every state. */
export function depths(game: TabularGame): Int32Array {
  const { from } = parentsOf(game);
  const depth = new Int32Array(game.stateCount);
  for (let state = 0; state < game.stateCount; state++)
    depth[state] = from[state] === -1 ? 0 : (depth[from[state] as number] as number) + 1;
  return depth;
}

interface Parents {
  /** The state before, -1 for initial states. Always a smaller number. */
  readonly from: Int32Array;
  /** The outcome that led here. */
  readonly outcome: Int32Array;
}

const known = new WeakMap<TabularGame, Parents>();

function parentsOf(game: TabularGame): Parents {
  const before = known.get(game);
  if (before !== undefined) return before;
  const from = new Int32Array(game.stateCount).fill(-2);
  const outcome = new Int32Array(game.stateCount).fill(-1);
  for (const state of game.initialStates) from[state] = -1;
  for (let state = 0; state < game.stateCount; state++) {
    const end = game.outcomeStart[game.jointStart[state + 1] as number] as number;
    for (let o = game.outcomeStart[game.jointStart[state] as number] as number; o < end; o++) {
      const next = game.outcomeState[o] as number;
      if (next === -1 || from[next] !== -2) continue;
      from[next] = state;
      outcome[next] = o;
    }
  }
  const parents = { from, outcome };
  known.set(game, parents);
  return parents;
}

/** The joint action of a state that an outcome belongs to. */
export function jointOf(game: TabularGame, state: number, outcome: number): number {
  let joint = game.jointStart[state] as number;
  while ((game.outcomeStart[joint + 1] as number) <= outcome) joint++;
  return joint;
}

export function reachedBy(game: TabularGame, outcome: number): string {
  const next = game.outcomeState[outcome] as number;
  if (next !== -1) return game.describeState(next);
  return game.outcomeCut?.[outcome] === 1 ? theHorizon : theEnd;
}

/** What a step reaches that ends the game. */
export const theEnd = 'the end';
/** What a step reaches at which the horizon cuts play, in games that list time with their states. */
export const theHorizon = 'the horizon';
