/**
 * What no mediator can exceed, by weak duality: let y say with what weight and in what way each agent stops listening at each trigger. For every
 * equilibrium the gains of all these deviations, weighted, are at most 0; hence its objective is at most
 *
 *   max over pure strategies of all agents of   objective - sum over triggers of weight * (payoff of deviating - payoff of following)
 *
 * since a mixture is worth no more than the best that is mixed. The pure strategies of all agents but one are gone through, and the last one
 * answers by dynamic programming over its information sets. The tree is unrolled here from the listing.
 */
import { legalOf } from '../games/tabular.ts';
import { type Memory, unknown } from './behaviour.ts';
import type { Claim, Deviation, Objective, Solution } from './claim.ts';
import type { Field } from './number.ts';
import { objectiveOf } from './one-shot.ts';
import type { Reading } from './reading.ts';

type Mixture = Extract<Solution, { kind: 'mixture' }>;

/** Ends of the tree, and terms that are added up, in doubles and in fractions. */
const mostEnds = 200_000;
const mostTerms = 40_000_000;
const mostExactTerms = 400_000;

export type MediatorBound<T> =
  /** What would have been too much work. */
  { readonly left: string } | { readonly problem: string } | { readonly upper: T; reached(values: readonly T[]): T };

/** Own moves are numbered from 1; 0 is "none yet". */
interface Moves {
  readonly parent: number[];
  readonly situation: number[];
  readonly choice: number[];
  /** Number of a move by its situation and choice. */
  readonly number: Map<string, number>;
  /** Situations in which the agent chooses, with the move before each, earlier ones first. */
  readonly sets: { readonly situation: number; readonly before: number; readonly choices: readonly number[] }[];
  readonly setOf: Map<number, number>;
}

interface End<T> {
  readonly moves: readonly number[];
  readonly weight: T;
  readonly payoffs: readonly T[];
}

export function mediatorBound<T>(
  reading: Reading<T>,
  mixture: Mixture,
  memories: readonly Memory[],
  claim: Claim,
): MediatorBound<T> {
  const { field, game } = reading;
  const n = game.agents.length;
  const {
    objective = { kind: 'welfare' } as Objective,
    weights: claimed = [],
    deviations = [],
  } = claim.optimality ?? {};
  const unrolled = unroll(reading, memories, mixture);
  if (typeof unrolled === 'string') return { left: unrolled };
  const { ends, moves } = unrolled;
  const weights = objectiveWeights(field, objective, n, claimed.map(field.of));
  if (weights === undefined) return { problem: 'the proof of optimality does not fit the game' };
  const triggers = deviations.map(deviation => triggerOf(field, moves[deviation.agent], deviation));
  // What an end counts whoever deviates: the objective, and what following earns at the triggers on the way.
  const base = ends.map(e => {
    let worth = field.zero;
    for (let i = 0; i < n; i++) worth = field.add(worth, field.mul(weights[i] as T, e.payoffs[i] as T));
    for (const trigger of triggers)
      if (trigger.follows(e.moves[trigger.agent] as number))
        worth = field.add(worth, field.mul(trigger.weight, e.payoffs[trigger.agent] as T));
    return field.mul(worth, e.weight);
  });
  const losses = triggers.flatMap(trigger =>
    ends.flatMap(e => {
      const share = trigger.share(e.moves[trigger.agent] as number);
      if (field.sign(share) === 0) return [];
      const loss = field.mul(field.mul(share, e.weight), e.payoffs[trigger.agent] as T);
      return [{ agent: trigger.agent, told: trigger.told, moves: e.moves, loss }];
    }),
  );
  const counts = moves.map(strategyCount);
  const free = counts.indexOf(Math.max(...counts));
  const draws = counts.reduce((product, count, i) => (i === free ? product : product * count), 1);
  const terms = draws * (ends.length + losses.length + 1);
  if (terms > (field.exact ? mostExactTerms : mostTerms)) {
    return {
      left: `that no mediator does better is the word of the solver: ${draws} pure strategies are too many to go through again`,
    };
  }
  const own = moves[free] as Moves;
  const worth = new Array<T>(own.parent.length);
  let upper: T | undefined;
  eachDraw(moves, free, plays => {
    reading.tick();
    worth.fill(field.zero);
    const others = (at: readonly number[], besides: number) =>
      plays.every((list, i) => i === free || i === besides || list[at[i] as number] === 1);
    ends.forEach((e, k) => {
      if (!others(e.moves, free)) return;
      const at = e.moves[free] as number;
      worth[at] = field.add(worth[at] as T, base[k] as T);
    });
    for (const { agent, told, moves: path, loss } of losses) {
      if (!others(path, agent) || (agent !== free && plays[agent]?.[told] !== 1)) continue;
      const at = agent === free ? told : (path[free] as number);
      worth[at] = field.sub(worth[at] as T, loss);
    }
    for (let h = own.sets.length - 1; h >= 0; h--) {
      const { before, choices } = own.sets[h] as Moves['sets'][number];
      const best = choices.map(c => worth[c] as T).reduce((most, x) => (field.compare(x, most) > 0 ? x : most));
      worth[before] = field.add(worth[before] as T, best);
    }
    const value = worth[0] as T;
    if (upper === undefined || field.compare(value, upper) > 0) upper = value;
  });
  return { upper: upper ?? field.zero, reached: values => objectiveOf(field, objective, values, []) };
}

function objectiveWeights<T>(
  field: Field<T>,
  objective: Objective,
  n: number,
  claimed: readonly T[],
): readonly T[] | undefined {
  const each = (of: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => of(i));
  switch (objective.kind) {
    case 'welfare':
      return each(() => field.one);
    case 'social_cost':
      return each(() => field.sub(field.zero, field.one));
    case 'agent':
      return each(i => (i === objective.agent ? field.one : field.zero));
    case 'egalitarian': {
      // Any weights that sum to one bound the least of the payoffs.
      const positive = claimed.map(w => (field.sign(w) > 0 ? w : field.zero));
      const total = positive.reduce((sum, w) => field.add(sum, w), field.zero);
      if (positive.length !== n || field.sign(total) <= 0) return undefined;
      return positive.map(w => field.div(w, total));
    }
    case 'entropy':
      return undefined;
  }
}

interface TriggerCheck<T> {
  readonly agent: number;
  readonly weight: T;
  /** The move that the agent was told to make there, or its last move before where it did not wait. */
  readonly told: number;
  /** Does an agent that made this move last follow through the trigger? */
  follows(move: number): boolean;
  /** Weight of this last move when the agent deviates there; zero off the trigger. */
  share(move: number): T;
}

function triggerOf<T>(field: Field<T>, moves: Moves | undefined, deviation: Deviation): TriggerCheck<T> {
  const { agent, situation, recommended } = deviation;
  const claimed = field.of(deviation.weight);
  const weight = field.sign(claimed) > 0 ? claimed : field.zero;
  const set = moves?.sets[moves.setOf.get(situation) ?? -1];
  const told = recommended < 0 ? set?.before : set?.choices[recommended];
  // A situation that the game never comes to bounds nothing and costs nothing.
  if (moves === undefined || set === undefined || told === undefined)
    return { agent, weight: field.zero, told: 0, follows: () => false, share: () => field.zero };
  const rules = new Map(deviation.strategies.map(rule => [rule.situation, mixed(field, rule.strategy.map(field.of))]));
  // Moves come after those that they follow.
  const shares: T[] = [];
  const passes: boolean[] = [];
  for (let move = 0; move < moves.parent.length; move++) {
    const here = move === 0 ? undefined : moves.sets[moves.setOf.get(moves.situation[move] as number) as number];
    const before = moves.parent[move] as number;
    const starts = move > 0 && moves.situation[move] === situation;
    if (here === undefined || (!starts && field.sign(shares[before] as T) === 0)) shares.push(field.zero);
    else {
      const uniform = field.div(field.one, field.of(here.choices.length));
      const p = rules.get(moves.situation[move] as number)?.[moves.choice[move] as number] ?? uniform;
      shares.push(field.mul(starts ? weight : (shares[before] as T), p));
    }
    passes.push(move > 0 && (starts ? recommended < 0 || move === told : (passes[before] as boolean)));
  }
  return {
    agent,
    weight,
    told,
    follows: move => passes[move] === true,
    share: move => shares[move] ?? field.zero,
  };
}

/** Weights of any scale as probabilities; undefined where there are none. */
function mixed<T>(field: Field<T>, weights: readonly T[]): readonly T[] | undefined {
  const positive = weights.map(w => (field.sign(w) > 0 ? w : field.zero));
  const total = positive.reduce((sum, w) => field.add(sum, w), field.zero);
  return field.sign(total) > 0 ? positive.map(w => field.div(w, total)) : undefined;
}

/** Pure strategies that differ where it can matter. */
function strategyCount({ parent, sets }: Moves): number {
  const ways = new Float64Array(parent.length).fill(1);
  for (let h = sets.length - 1; h >= 0; h--) {
    const { before, choices } = sets[h] as Moves['sets'][number];
    ways[before] = (ways[before] as number) * choices.reduce((sum, c) => sum + (ways[c] as number), 0);
  }
  return ways[0] as number;
}

/** Calls `visit` with which moves are made, for every list of pure strategies of all agents but one. */
function eachDraw(moves: readonly Moves[], free: number, visit: (plays: readonly Uint8Array[]) => void): void {
  const plays = moves.map(({ parent }) => {
    const list = new Uint8Array(parent.length);
    list[0] = 1;
    return list;
  });
  const go = (agent: number, h: number): void => {
    if (agent === moves.length) {
      visit(plays);
      return;
    }
    const sets = (moves[agent] as Moves).sets;
    const set = sets[h];
    if (agent === free || set === undefined) {
      go(agent + 1, 0);
      return;
    }
    const own = plays[agent] as Uint8Array;
    if (own[set.before] === 0) {
      go(agent, h + 1);
      return;
    }
    for (const choice of set.choices) {
      own[choice] = 1;
      go(agent, h + 1);
      own[choice] = 0;
    }
  };
  go(0, 0);
}

/** All plays with the last move of every agent; what is too much, in words. */
function unroll<T>(
  reading: Reading<T>,
  memories: readonly Memory[],
  mixture: Mixture,
): { readonly ends: readonly End<T>[]; readonly moves: readonly Moves[] } | string {
  const { game, field, initial, probability, reward, discount } = reading;
  const n = game.agents.length;
  const moves = mixture.situations.map(
    (): Moves => ({ parent: [-1], situation: [-1], choice: [-1], number: new Map(), sets: [], setOf: new Map() }),
  );
  const ends: End<T>[] = [];
  let lost: string | undefined;
  const moveOf = (agent: number, situation: number, count: number, choice: number, before: number): number => {
    const own = moves[agent] as Moves;
    let set = own.setOf.get(situation);
    if (set === undefined) {
      set = own.sets.length;
      own.setOf.set(situation, set);
      const choices = Array.from({ length: count }, (_, c) => {
        own.situation.push(situation);
        own.choice.push(c);
        return own.parent.push(before) - 1;
      });
      own.sets.push({ situation, before, choices });
    }
    return own.sets[set]?.choices[choice] as number;
  };
  const go = (
    state: number,
    situations: readonly number[],
    last: readonly number[],
    weight: T,
    paid: readonly T[],
    scale: T,
    depth: number,
  ): void => {
    if (lost !== undefined) return;
    reading.tick();
    if (situations.includes(unknown)) {
      lost = 'that no mediator does better was not checked: a situation of the game is missing from the answer';
      return;
    }
    const counts = game.agents.map((_, i) => legalOf(game, state, i).length);
    const choices = new Array<number>(n).fill(0);
    for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++) {
      const made = last.map((before, i) =>
        (counts[i] as number) === 0
          ? before
          : moveOf(i, situations[i] as number, counts[i] as number, choices[i] as number, before),
      );
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
        const p = field.mul(weight, probability[o] as T);
        if (field.sign(p) === 0) continue;
        const sums = paid.map((sum, i) => field.add(sum, field.mul(scale, reward[o * n + i] as T)));
        const next = game.outcomeState[o] as number;
        if (next < 0 || (game.horizon !== undefined && depth + 1 >= game.horizon)) {
          if (ends.push({ moves: made, weight: p, payoffs: sums }) > mostEnds)
            lost = `that no mediator does better is the word of the solver: more than ${mostEnds} plays are too many to go through again`;
          continue;
        }
        const after = memories.map((memory, i) =>
          memory.follow(situations[i] as number, legalOf(game, state, i)[choices[i] as number] ?? -1, next),
        );
        go(next, after, made, p, sums, field.mul(scale, discount), depth + 1);
      }
      for (let i = n - 1; i >= 0; i--) {
        choices[i] = (choices[i] as number) + 1;
        if ((choices[i] as number) < Math.max(1, counts[i] as number)) break;
        choices[i] = 0;
      }
    }
  };
  game.initialStates.forEach((state, k) => {
    const weight = initial[k] as T;
    if (field.sign(weight) === 0) return;
    const situations = memories.map(memory => memory.follow(-1, -1, state));
    const none = new Array<number>(n).fill(0);
    go(state, situations, none, weight, new Array<T>(n).fill(field.zero), field.one, 0);
  });
  // Depth first, information sets are met before those that come after them.
  return lost ?? { ends, moves };
}
