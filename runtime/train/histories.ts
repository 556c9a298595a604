/**
 * Policies that remember, as tables: a listed game spread out by what every agent has seen and done, in which a history is one observation.
 * What holds for policies of the present observation in that game holds for policies with memory in the game itself.
 */
import { legalOf, type TabularGame } from '../games/tabular.ts';
import { allocateBuffers, type GameSpec } from '../games/vector.ts';
import type { Learner } from '../learners/shared/learner.ts';
import { type Shape, shapeOf } from '../learners/shared/shape.ts';
import type { Course } from '../solvers/markov.ts';
import { mixed, remembering, type StateRule } from './rule.ts';

/** States with histories, outcomes from them, and steps of the networks, up to which a game is spread out. */
const mostStates = 20_000;
const mostOutcomes = 400_000;
const mostSteps = 5_000;
/** Episodes that networks play side by side. */
const rows = 128;

/** A game whose observations are histories, and a policy of those. */
export interface SpreadOut {
  readonly game: TabularGame;
  readonly rule: StateRule;
}

/**
 * Spreads a game out along a policy. `deviations`: also along what one agent does against the policy, for best replies; otherwise only
 * where the policy leads. `greedy` and `sampled` as in `learnedRule`.
 */
export function spreadOut(
  learner: Learner,
  spec: GameSpec,
  game: TabularGame,
  course: Course,
  kind: 'greedy' | 'sampled',
  deviations: boolean,
): SpreadOut | { readonly why: string } {
  if (learner.probabilities === undefined) return { why: remembering };
  if (course.kind === 'cyclic')
    return { why: 'its policies remember earlier steps, and play has no last step up to which they could be followed' };
  if (game.observedNumbers === undefined) return { why: 'the listed game does not tell what agents see' };
  const spreading = new Spreading(new Remembered(learner, spec, game, kind), game, course, deviations);
  return spreading.run();
}

const tooMany = { why: 'its policies remember earlier steps, and there are too many histories to follow' };

/** What an agent has seen and done. */
interface History {
  /** Number of the history before; -1 at the beginning. */
  readonly parent: number;
  /** What the agent did last; -1 at the beginning. */
  readonly before: number;
  readonly observation: number;
  /** One of the states behind it: what may be done is the same in all of them. */
  readonly state: number;
  readonly depth: number;
}

/** The histories of every agent, and what the learned policy does after each. */
class Remembered {
  readonly #learner: Learner;
  readonly #spec: GameSpec;
  readonly #shape: Shape;
  readonly #game: TabularGame;
  readonly #kind: 'greedy' | 'sampled';
  readonly #histories: readonly History[][];
  readonly #numbers: readonly Map<string, number>[];
  readonly #strategies: readonly (readonly number[])[][];
  #steps = 0;

  constructor(learner: Learner, spec: GameSpec, game: TabularGame, kind: 'greedy' | 'sampled') {
    this.#learner = learner;
    this.#spec = spec;
    this.#shape = shapeOf(spec, rows);
    this.#game = game;
    this.#kind = kind;
    this.#histories = game.agents.map(() => []);
    this.#numbers = game.agents.map(() => new Map());
    this.#strategies = game.agents.map(() => []);
  }

  /** The number of an agent's history behind `parent` when it did `before` and then sees `state`. */
  follow(agent: number, parent: number, before: number, state: number): number {
    const histories = this.#histories[agent] as History[];
    const numbers = this.#numbers[agent] as Map<string, number>;
    const observation = this.#game.observation[state * this.#game.agents.length + agent] as number;
    const key = `${parent} ${before} ${observation} ${legalOf(this.#game, state, agent).join()}`;
    let number = numbers.get(key);
    if (number === undefined) {
      number = histories.length;
      numbers.set(key, number);
      const depth = parent < 0 ? 0 : (histories[parent] as History).depth + 1;
      histories.push({ parent, before, observation, state, depth });
    }
    return number;
  }

  /** Probabilities over the legal actions after a history; `[1]` where the agent does not act. */
  strategy(agent: number, history: number): readonly number[] {
    return (this.#strategies[agent] as readonly (readonly number[])[])[history] as readonly number[];
  }

  /** Asks the networks what they do after every history that was added since the last time, all of them of one depth. */
  ask(depth: number): boolean {
    const { agents } = this.#game;
    for (;;) {
      const first = agents.map((_, i) => (this.#strategies[i] as readonly unknown[]).length);
      const left = agents.map((_, i) => (this.#histories[i] as History[]).length - (first[i] as number));
      const count = Math.min(rows, Math.max(...left));
      if (count === 0) return true;
      this.#steps += depth + 1;
      if (this.#steps > mostSteps) return false;
      this.#play(first, count, depth);
    }
  }

  /** One row per history, agent by agent side by side: none of them decides by what another has seen. */
  #play(first: readonly number[], count: number, depth: number): void {
    const { agents, actionRow, actionStart, observationRow, observationStart, observationLength } = this.#shape;
    const game = this.#game;
    const paths = game.agents.map((_, i) =>
      Array.from({ length: count }, (_, e) => this.#path(i, (first[i] as number) + e)),
    );
    const buffers = allocateBuffers(this.#spec, rows);
    const before = new Int32Array(rows * agents);
    const probabilities = new Float32Array(rows * actionRow);
    this.#learner.begin?.();
    for (let t = 0; t <= depth; t++) {
      buffers.masks.fill(0);
      for (let e = 0; e < count; e++)
        for (let i = 0; i < agents; i++) {
          const history = paths[i]?.[e]?.[t];
          before[e * agents + i] = history?.before ?? -1;
          if (history === undefined) continue;
          const seen = game.observedNumbers?.(i, history.observation) ?? new Float64Array(0);
          // Who sees nothing is listed with one number that says nothing.
          buffers.observations.set(
            seen.subarray(0, observationLength[i]),
            e * observationRow + (observationStart[i] as number),
          );
          for (const action of legalOf(game, history.state, i))
            buffers.masks[e * actionRow + (actionStart[i] as number) + action] = 1;
        }
      this.#learner.probabilities?.(buffers, count, before, probabilities);
    }
    this.#learner.begin?.();
    for (let i = 0; i < agents; i++)
      for (const [e, path] of (paths[i] as readonly (readonly History[])[]).entries()) {
        const last = path.at(-1);
        if (last === undefined) continue;
        const from = e * actionRow + (actionStart[i] as number);
        const weights = [...legalOf(game, last.state, i)].map(action => probabilities[from + action] as number);
        this.#strategies[i]?.push(
          weights.length === 0 ? [1] : this.#kind === 'sampled' ? mixed(weights) : sure(weights),
        );
      }
  }

  /** From the beginning of an episode; empty where there is no such history. */
  #path(agent: number, history: number): readonly History[] {
    const path: History[] = [];
    const histories = this.#histories[agent] as History[];
    for (let at = histories[history]; at !== undefined; at = histories[at.parent]) path.push(at);
    return path.reverse();
  }
}

/** All on the likeliest, the first of several. */
function sure(weights: readonly number[]): readonly number[] {
  const best = weights.indexOf(Math.max(...weights));
  return weights.map((_, k) => (k === best ? 1 : 0));
}

/** A state, and the history of every agent in it. */
interface Node {
  readonly state: number;
  readonly histories: readonly number[];
}

class Spreading {
  readonly #remembered: Remembered;
  readonly #game: TabularGame;
  readonly #course: Course;
  readonly #deviations: boolean;
  readonly #nodes: Node[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #rule: (readonly number[])[] = [];
  readonly #legalStart = [0];
  readonly #legalActions: number[] = [];
  readonly #jointStart = [0];
  readonly #outcomeStart = [0];
  readonly #outcomeState: number[] = [];
  readonly #outcomeProbability: number[] = [];
  readonly #outcomeReward: number[] = [];

  constructor(remembered: Remembered, game: TabularGame, course: Course, deviations: boolean) {
    this.#remembered = remembered;
    this.#game = game;
    this.#course = course;
    this.#deviations = deviations;
  }

  run(): SpreadOut | { readonly why: string } {
    const game = this.#game;
    const initialStates = Int32Array.from(game.initialStates, state =>
      this.#add(
        state,
        game.agents.map((_, i) => this.#remembered.follow(i, -1, -1, state)),
      ),
    );
    let first = 0;
    for (let depth = 0; first < this.#nodes.length; depth++) {
      if (!this.#remembered.ask(depth)) return tooMany;
      const last = this.#course.kind === 'timed' && depth + 1 === this.#course.steps;
      const end = this.#nodes.length;
      for (; first < end; first++) {
        this.#expand(this.#nodes[first] as Node, last);
        if (this.#nodes.length > mostStates || this.#outcomeState.length > mostOutcomes) return tooMany;
      }
    }
    const nodes = this.#nodes;
    const spread: TabularGame = {
      name: game.name,
      agents: game.agents,
      actionNames: game.actionNames,
      stateCount: nodes.length,
      terminalCount: game.terminalCount,
      initialStates,
      initialProbabilities: game.initialProbabilities,
      legalStart: Int32Array.from(this.#legalStart),
      legalActions: Int32Array.from(this.#legalActions),
      jointStart: Int32Array.from(this.#jointStart),
      outcomeStart: Int32Array.from(this.#outcomeStart),
      outcomeState: Int32Array.from(this.#outcomeState),
      outcomeProbability: Float64Array.from(this.#outcomeProbability),
      outcomeReward: Float64Array.from(this.#outcomeReward),
      observation: Int32Array.from(nodes.flatMap(({ histories }) => histories)),
      exact: undefined,
      discount: game.discount,
      horizon: undefined,
      describeState: node => game.describeState((nodes[node] as Node).state),
    };
    return { game: spread, rule: this.#rule };
  }

  #add(state: number, histories: readonly number[]): number {
    const key = `${state} ${histories.join(' ')}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#nodes.length;
      this.#numbers.set(key, number);
      this.#nodes.push({ state, histories });
    }
    return number;
  }

  #expand({ state, histories }: Node, last: boolean): void {
    const game = this.#game;
    const n = game.agents.length;
    const legal = game.agents.map((_, i) => legalOf(game, state, i));
    const strategies = histories.map((history, i) => this.#remembered.strategy(i, history));
    for (const own of legal) {
      this.#legalActions.push(...own);
      this.#legalStart.push(this.#legalActions.length);
    }
    this.#rule.push(...strategies);
    const choices = new Array<number>(n).fill(0);
    for (let joint = game.jointStart[state] as number; joint < (game.jointStart[state + 1] as number); joint++) {
      const against = choices.filter((choice, i) => strategies[i]?.[choice] === 0).length;
      // Joint actions that nobody asks for have no outcomes here: their weight is 0 wherever they are met.
      if (against <= (this.#deviations ? 1 : 0))
        for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
          const probability = game.outcomeProbability[o] as number;
          if (probability === 0) continue;
          const next = last ? -1 : (game.outcomeState[o] as number);
          this.#outcomeState.push(next < 0 ? -1 : this.#add(next, this.#after(histories, legal, choices, next)));
          this.#outcomeProbability.push(probability);
          for (let i = 0; i < n; i++) this.#outcomeReward.push(game.outcomeReward[o * n + i] as number);
        }
      this.#outcomeStart.push(this.#outcomeState.length);
      // The next joint action: the last agent's choice moves fastest.
      for (let i = n - 1; i >= 0; i--) {
        choices[i] = (choices[i] as number) + 1;
        if ((choices[i] as number) < Math.max(1, legal[i]?.length ?? 0)) break;
        choices[i] = 0;
      }
    }
    this.#jointStart.push(this.#outcomeStart.length - 1);
  }

  /** Who does not act is taken to have done action 0, as networks are told. */
  #after(
    histories: readonly number[],
    legal: readonly Int32Array[],
    choices: readonly number[],
    next: number,
  ): readonly number[] {
    return histories.map((history, i) =>
      this.#remembered.follow(i, history, legal[i]?.[choices[i] as number] ?? 0, next),
    );
  }
}
