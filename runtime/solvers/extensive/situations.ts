/** What one agent may know: its histories of own observations and own actions, as a trie. Recall is perfect by construction. */
import { legalOf, type TabularGame } from '../../games/tabular.ts';
import { Ints } from './growing.ts';

/** Situation before the first observation. */
export const nothing = -1;

/**
 * The situations of one agent, numbered in the order in which they are met, every one after the one that it continues. Those in which the
 * agent acts are its information sets, numbered from 0; sequences are numbered from 1, those of one information set in a row, 0 is the
 * empty one.
 */
export class Situations {
  readonly agent: number;
  /** The situation one step before, or -1; and the own action that led here, or -1 where the agent did not act. */
  readonly parent = new Ints();
  readonly action = new Ints();
  /** A state in which the agent is in this situation. */
  readonly state = new Ints();
  /** Information set of a situation, or -1. */
  readonly set = new Ints();
  /** Last own sequence of a situation, before it acts. */
  readonly sequence = new Ints();
  /** Of information sets: situation, first sequence, number of choices. */
  readonly setSituation = new Ints();
  readonly first = new Ints();
  readonly count = new Ints();
  sequences = 1;
  readonly #game: TabularGame;
  /** Number of what the agent sees in a state: its observation, whether it acts, and what it may do. */
  readonly #sights: Int32Array;
  readonly #sightCount: number;
  readonly #actions: number;
  readonly #edges = new Map<number, number>();
  readonly #known = new Map<number, number>();

  constructor(game: TabularGame, agent: number) {
    this.#game = game;
    this.agent = agent;
    this.#actions = (game.actionNames[agent]?.length ?? 0) + 1;
    const n = game.agents.length;
    const numbers = new Map<string, number>();
    this.#sights = Int32Array.from({ length: game.stateCount }, (_, s) => {
      const key = `${game.observation[s * n + agent]} ${legalOf(game, s, agent).join()}`;
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, numbers.size);
      return numbers.size - 1;
    });
    this.#sightCount = Math.max(1, numbers.size);
  }

  /** The situation of an agent that was in `parent`, did `action` (-1: nothing) by its last `sequence`, and is now in `state`. */
  meet(parent: number, action: number, sequence: number, state: number): number {
    const move = (parent + 1) * this.#actions + action + 1;
    let edge = this.#edges.get(move);
    if (edge === undefined) {
      edge = this.#edges.size;
      this.#edges.set(move, edge);
    }
    const key = edge * this.#sightCount + (this.#sights[state] as number);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const situation = this.parent.push(parent);
    this.#known.set(key, situation);
    this.action.push(action);
    this.state.push(state);
    this.sequence.push(sequence);
    const choices = legalOf(this.#game, state, this.agent).length;
    if (choices === 0) this.set.push(-1);
    else {
      this.set.push(this.setSituation.push(situation));
      this.first.push(this.sequences);
      this.count.push(choices);
      this.sequences += choices;
    }
    return situation;
  }
}
