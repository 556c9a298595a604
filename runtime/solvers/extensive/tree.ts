/**
 * A listed game unrolled into its tree of histories, in typed arrays. Agents that move at the same time move one after the other, the
 * later ones without having seen the earlier: simultaneous moves are information sets like all others.
 */
import { legalOf, type TabularGame } from '../../games/tabular.ts';
import { expired, isRefusal, type Refusal, type SolveContext, stopped } from '../answer.ts';
import { type Course, courseOf } from '../markov.ts';
import { Doubles, Ints } from './growing.ts';
import { nothing, Situations } from './situations.ts';

/** Nodes after which a tree is given up. */
export const mostNodes = 3_000_000;

/** Nodes of a tree whose equilibria are looked for by complementary pivots, which few choices allow. */
export const mostPivotedNodes = 20_000;

/** `mover` of nodes at which chance draws, and of ends. */
export const chance = -1;
export const end = -2;

/** Children of a node follow each other, and every node comes after its parent. */
export interface GameTree {
  readonly game: TabularGame;
  readonly nodes: number;
  /** Agent that chooses, `chance` or `end`. */
  readonly mover: Int32Array;
  readonly parent: Int32Array;
  readonly firstChild: Int32Array;
  readonly childCount: Int32Array;
  /** Information set of the agent that chooses, or -1. Its choice c leads to child c. */
  readonly set: Int32Array;
  /** Probability with which chance takes the edge into a node; 1 for agents' choices. */
  readonly probability: Float64Array;
  /** What happens on the edge into a node: outcome o of the game, -1 nothing, -2 - k start in initial state k. */
  readonly origin: Int32Array;
  /** Steps taken before a node. */
  readonly steps: Int32Array;
  readonly situations: readonly Situations[];
  readonly ends: number;
  /** Steps of the longest play. */
  readonly longest: number;
  /** Plays that the horizon cuts though the game would go on. */
  readonly cut: number;
}

/** Unrolls a game, or says why it cannot be. Plays stop at the horizon, discounted or not. */
export function buildTree(game: TabularGame, ctx: SolveContext = {}, limit = mostNodes): GameTree | Refusal {
  const course = treeCourse(game);
  return isRefusal(course) ? course : new Builder(game, ctx, limit).build();
}

/** Choices over all information sets of all agents. */
export function sequencesOf(tree: GameTree): number {
  return tree.situations.reduce((sum, { sequences }) => sum + sequences - 1, 0);
}

/** How play ends, or why a tree would have no end. */
export function treeCourse(game: TabularGame): Course | Refusal {
  const course = courseOf(game);
  if (isRefusal(course)) return course;
  if (course.kind === 'cyclic' && game.horizon === undefined)
    return {
      refused: `states of ${game.name} return and it has no horizon, so that it has no finite tree`,
      remedy: 'add `horizon n`, or let `observe` show the whole state and use `minimax` or `optimal`',
    };
  return course;
}

class Builder {
  readonly #game: TabularGame;
  readonly #ctx: SolveContext;
  readonly #limit: number;
  readonly #n: number;
  readonly #mover = new Ints();
  readonly #parent = new Ints();
  readonly #firstChild = new Ints();
  readonly #childCount = new Ints();
  readonly #set = new Ints();
  readonly #probability = new Doubles();
  readonly #origin = new Ints();
  readonly #situations: readonly Situations[];
  /** Where a node belongs to: a history at which a state was entered. */
  readonly #position = new Ints();
  readonly #state = new Ints();
  readonly #depth = new Ints();
  /** Situations of all agents at a position. */
  readonly #known = new Ints();
  /** Choices of the agents that have moved at a node's position, as the number of a joint action begun. */
  readonly #joint = new Ints();
  #ends = 0;
  #longest = 0;
  #cut = 0;

  constructor(game: TabularGame, ctx: SolveContext, limit: number) {
    this.#game = game;
    this.#ctx = ctx;
    this.#limit = limit;
    this.#n = game.agents.length;
    this.#situations = game.agents.map((_, i) => new Situations(game, i));
  }

  build(): GameTree | Refusal {
    const game = this.#game;
    const starts = [...game.initialStates.keys()].filter(k => (game.initialProbabilities[k] as number) > 0);
    const [only] = starts;
    if (only === undefined)
      return { refused: `${game.name} has no initial state`, remedy: 'give the state initial values' };
    if (starts.length === 1) this.#enter(-1, -2 - only, 1, game.initialStates[only] as number, undefined, 0);
    else {
      this.#node(-1, -1, 1, chance, -1, -1, 0);
      this.#firstChild.set(0, 1);
      this.#childCount.set(0, starts.length);
      for (const k of starts)
        this.#enter(0, -2 - k, game.initialProbabilities[k] as number, game.initialStates[k] as number, undefined, 0);
    }
    for (let node = starts.length === 1 ? 0 : 1; node < this.#mover.length; node++) {
      if (this.#mover.length > this.#limit) return this.#tooLarge();
      if (node % 4096 === 4095) {
        this.#ctx.onProgress?.(node, undefined, 'nodes of the tree');
        if (expired(this.#ctx)) return stopped;
      }
      if (this.#mover.get(node) !== end) this.#expand(node);
    }
    const position = this.#position.finish();
    return {
      game,
      nodes: this.#mover.length,
      mover: this.#mover.finish(),
      parent: this.#parent.finish(),
      firstChild: this.#firstChild.finish(),
      childCount: this.#childCount.finish(),
      set: this.#set.finish(),
      probability: this.#probability.finish(),
      origin: this.#origin.finish(),
      steps: position.map(at => (at < 0 ? 0 : this.#depth.get(at))),
      situations: this.#situations,
      ends: this.#ends,
      longest: this.#longest,
      cut: this.#cut,
    };
  }

  #tooLarge(): Refusal {
    return {
      refused: `the tree of ${this.#game.name} has more than ${this.#limit} nodes`,
      remedy: 'make the game smaller or its horizon shorter, or train learners',
    };
  }

  #node(
    parent: number,
    origin: number,
    probability: number,
    mover: number,
    set: number,
    position: number,
    joint: number,
  ): void {
    this.#mover.push(mover);
    this.#parent.push(parent);
    this.#firstChild.push(0);
    this.#childCount.push(0);
    this.#set.push(set);
    this.#probability.push(probability);
    this.#origin.push(origin);
    this.#position.push(position);
    this.#joint.push(joint);
  }

  /** A state is entered: every agent sees something. `before` is the node whose joint action led here. */
  #enter(
    parent: number,
    origin: number,
    probability: number,
    state: number,
    before: { readonly position: number; readonly choices: readonly number[] } | undefined,
    depth: number,
  ): void {
    const position = this.#state.push(state);
    this.#depth.push(depth);
    this.#longest = Math.max(this.#longest, depth + 1);
    for (let i = 0; i < this.#n; i++) {
      const situations = this.#situations[i] as Situations;
      if (before === undefined) {
        this.#known.push(situations.meet(nothing, -1, 0, state));
        continue;
      }
      const earlier = this.#known.get(before.position * this.#n + i);
      const choice = before.choices[i] as number;
      const set = situations.set.get(earlier);
      const action = set < 0 ? -1 : (legalOf(this.#game, this.#state.get(before.position), i)[choice] as number);
      const sequence = set < 0 ? situations.sequence.get(earlier) : situations.first.get(set) + choice;
      this.#known.push(situations.meet(earlier, action, sequence, state));
    }
    this.#decide(parent, origin, probability, position, 0, this.#game.jointStart[state] as number);
  }

  /** The next agent from `from` on that acts at a position gets a node; after the last one, chance. */
  #decide(parent: number, origin: number, probability: number, position: number, from: number, joint: number): void {
    for (let i = from; i < this.#n; i++) {
      const set = (this.#situations[i] as Situations).set.get(this.#known.get(position * this.#n + i));
      if (set < 0) continue;
      this.#node(parent, origin, probability, i, set, position, joint);
      return;
    }
    this.#node(parent, origin, probability, chance, -1, position, joint);
  }

  #expand(node: number): void {
    const game = this.#game;
    const position = this.#position.get(node);
    const state = this.#state.get(position);
    const mover = this.#mover.get(node);
    this.#firstChild.set(node, this.#mover.length);
    if (mover === chance) {
      this.#outcomes(node, position, this.#joint.get(node));
      this.#childCount.set(node, this.#mover.length - this.#firstChild.get(node));
      return;
    }
    const choices = legalOf(game, state, mover).length;
    this.#childCount.set(node, choices);
    // Joint actions are numbered with the last agent fastest.
    let stride = 1;
    let last = true;
    for (let i = mover + 1; i < this.#n; i++) {
      const count = legalOf(game, state, i).length;
      if (count > 0) last = false;
      stride *= Math.max(1, count);
    }
    for (let choice = 0; choice < choices; choice++) {
      const joint = this.#joint.get(node) + choice * stride;
      if (last && this.#certain(joint) >= 0) this.#follow(node, position, joint, this.#certain(joint), 1);
      else this.#decide(node, -1, 1, position, mover + 1, joint);
    }
  }

  /** The one outcome of a joint action that can happen, or -1 where there are several. */
  #certain(joint: number): number {
    const game = this.#game;
    let found = -1;
    for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
      if ((game.outcomeProbability[o] as number) === 0) continue;
      if (found >= 0) return -1;
      found = o;
    }
    return found;
  }

  #outcomes(node: number, position: number, joint: number): void {
    const game = this.#game;
    for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
      const probability = game.outcomeProbability[o] as number;
      if (probability > 0) this.#follow(node, position, joint, o, probability);
    }
  }

  #follow(node: number, position: number, joint: number, outcome: number, probability: number): void {
    const game = this.#game;
    const state = this.#state.get(position);
    const depth = this.#depth.get(position) + 1;
    const next = game.outcomeState[outcome] as number;
    const over = game.horizon !== undefined && depth >= game.horizon;
    if (next < 0 || over) {
      if (next >= 0 || game.outcomeCut?.[outcome] === 1) this.#cut++;
      this.#ends++;
      this.#node(node, outcome, probability, end, -1, position, joint);
      return;
    }
    const choices = new Array<number>(this.#n).fill(0);
    let rest = joint - (game.jointStart[state] as number);
    for (let i = this.#n - 1; i >= 0; i--) {
      const count = Math.max(1, legalOf(game, state, i).length);
      choices[i] = rest % count;
      rest = Math.floor(rest / count);
    }
    this.#enter(node, outcome, probability, next, { position, choices }, depth);
  }
}
