/**
 * What a mediator may recommend, as the unknowns of a linear program. For each list of one sequence per agent the program must be able to say
 * with what probability the recommendations agree with all of them; two ways to write that down are here.
 *
 * `drawnPlans`: a pure reduced strategy of every agent but one is drawn, and the remaining agent gets the sequence form, one copy for each draw
 * (Farina, Celli and Sandholm 2021 call this semi-randomised). It describes every distribution over pure strategies, in any game, and is as
 * large as the strategies are many.
 *
 * `relevantPairs`: one unknown for each pair of sequences that can matter together (von Stengel and Forges 2008). Its size is polynomial. In
 * two-agent games without chance its solutions are the distributions over pure strategies (their section 3); with chance it may have
 * more, so that whoever uses one has to find the distribution behind it.
 */
import type { PlanSpace } from './form.ts';
import type { GameTree } from './tree.ts';

export interface Recommendations {
  readonly unknowns: number;
  /** Sums of unknowns that are zero: `[unknown, 1 or -1]`. */
  readonly equations: readonly (readonly (readonly [number, 1 | -1])[])[];
  /** Unknowns that sum to one. */
  readonly whole: readonly number[];
  /** Unknowns whose sum is the probability that all recommendations agree with these sequences, one per agent. */
  at(sequences: readonly number[]): readonly number[];
}

/** Of every sequence: 1 where a pure strategy plays it. */
export type Pure = Uint8Array;

/** Pure strategies that differ where it can matter: choices at information sets which the strategy itself excludes are left out. */
export function reducedStrategyCount(space: PlanSpace): number {
  // Ways to go on after each sequence: a product over the information sets there of sums over choices.
  const ways = new Float64Array(space.sequences).fill(1);
  for (let h = space.sets - 1; h >= 0; h--) {
    let sum = 0;
    const from = space.first[h] as number;
    for (let s = from; s < from + (space.count[h] as number); s++) sum += ways[s] as number;
    const before = space.parent[h] as number;
    ways[before] = (ways[before] as number) * sum;
  }
  return ways[0] as number;
}

/** All of them; ask for their number before. */
export function reducedStrategies(space: PlanSpace): readonly Pure[] {
  const found: Pure[] = [];
  const plays = new Uint8Array(space.sequences);
  plays[0] = 1;
  const go = (h: number): void => {
    if (h === space.sets) {
      found.push(plays.slice());
      return;
    }
    if (plays[space.parent[h] as number] === 0) {
      go(h + 1);
      return;
    }
    const from = space.first[h] as number;
    for (let s = from; s < from + (space.count[h] as number); s++) {
      plays[s] = 1;
      go(h + 1);
      plays[s] = 0;
    }
  };
  go(0);
  return found;
}

export interface DrawnPlans extends Recommendations {
  /** The agent that gets a sequence form. */
  readonly free: number;
  /** Pure strategies of all agents, one list per draw; that of the free agent is empty. */
  readonly draws: readonly (readonly Pure[])[];
  /** Unknown of a draw and a sequence of the free agent. */
  place(draw: number, sequence: number): number;
}

/** @param free the agent whose strategy is not drawn whole */
export function drawnPlans(spaces: readonly PlanSpace[], free: number): DrawnPlans {
  const lists = spaces.map((space, i) => (i === free ? [new Uint8Array(0)] : reducedStrategies(space)));
  let draws: (readonly Pure[])[] = [[]];
  for (const list of lists) draws = draws.flatMap(begun => list.map(pure => [...begun, pure]));
  const own = spaces[free] as PlanSpace;
  const place = (draw: number, sequence: number) => draw * own.sequences + sequence;
  const equations: (readonly [number, 1 | -1])[][] = [];
  for (let draw = 0; draw < draws.length; draw++)
    for (let h = 0; h < own.sets; h++) equations.push(flow(own, h, sequence => place(draw, sequence)));
  const known = new Map<string, readonly number[]>();
  return {
    free,
    draws,
    place,
    unknowns: draws.length * own.sequences,
    equations,
    whole: draws.map((_, draw) => place(draw, 0)),
    at(sequences) {
      const key = sequences.join();
      let found = known.get(key);
      if (found === undefined) {
        found = draws.flatMap((pures, draw) =>
          pures.every((pure, i) => i === free || pure[sequences[i] as number] === 1)
            ? [place(draw, sequences[free] as number)]
            : [],
        );
        known.set(key, found);
      }
      return found;
    },
  };
}

/** What the choices of an information set add up to. */
function flow(space: PlanSpace, h: number, place: (sequence: number) => number): (readonly [number, 1 | -1])[] {
  const from = space.first[h] as number;
  const list: (readonly [number, 1 | -1])[] = [[place(space.parent[h] as number), -1]];
  for (let s = from; s < from + (space.count[h] as number); s++) list.push([place(s), 1]);
  return list;
}

export interface RelevantPairs extends Recommendations {
  /** Unknown of a pair of sequences; -1 where the two can never matter together. */
  pair(one: number, two: number): number;
}

/** For two agents. */
export function relevantPairs(tree: GameTree, spaces: readonly [PlanSpace, PlanSpace]): RelevantPairs {
  const [one, two] = spaces;
  const connected = connectedSets(tree, two.sets);
  const width = two.sequences;
  const numbers = new Int32Array(one.sequences * width).fill(-1);
  let unknowns = 0;
  const [setOne, setTwo] = spaces.map(setOfSequence) as [Int32Array, Int32Array];
  for (let s = 0; s < one.sequences; s++)
    for (let t = 0; t < width; t++) {
      const near = s === 0 || t === 0 || connected.has((setOne[s] as number) * two.sets + (setTwo[t] as number));
      if (near) numbers[s * width + t] = unknowns++;
    }
  const pair = (s: number, t: number) => numbers[s * width + t] as number;
  const equations: (readonly [number, 1 | -1])[][] = [];
  for (let h = 0; h < one.sets; h++)
    for (let t = 0; t < width; t++)
      if (pair(one.first[h] as number, t) >= 0) equations.push(flow(one, h, s => pair(s, t)));
  for (let h = 0; h < two.sets; h++)
    for (let s = 0; s < one.sequences; s++)
      if (pair(s, two.first[h] as number) >= 0) equations.push(flow(two, h, t => pair(s, t)));
  return {
    unknowns,
    equations,
    whole: [pair(0, 0)],
    pair,
    at: ([s = 0, t = 0]) => {
      const unknown = pair(s, t);
      return unknown < 0 ? [] : [unknown];
    },
  };
}

/** Information set that each sequence ends in; -1 for the empty one. */
export function setOfSequence(space: PlanSpace): Int32Array {
  const found = new Int32Array(space.sequences).fill(-1);
  for (let h = 0; h < space.sets; h++) {
    const from = space.first[h] as number;
    found.fill(h, from, from + (space.count[h] as number));
  }
  return found;
}

/** Pairs of information sets of two agents that one play can meet both, in either order: `first * sets of the second + second`. */
function connectedSets(tree: GameTree, secondSets: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (let node = 0; node < tree.nodes; node++) {
    const mover = tree.mover[node] as number;
    if (mover < 0) continue;
    const own = tree.set[node] as number;
    for (let up = tree.parent[node] as number; up >= 0; up = tree.parent[up] as number) {
      const other = tree.mover[up] as number;
      if (other < 0 || other === mover) continue;
      const set = tree.set[up] as number;
      found.add(mover === 0 ? own * secondSets + set : set * secondSets + own);
    }
  }
  return found;
}

/** Does nothing in a game depend on a draw? Then the polynomial program describes exactly what a mediator can do. */
export function withoutChance(tree: GameTree): boolean {
  return tree.probability.every(p => p === 1);
}
