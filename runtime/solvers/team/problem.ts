/** A team whose members act on what each has seen: what each sees, how it decides, and what that is worth. */
import { legalOf, type TabularGame } from '../../games/tabular.ts';
import type { Behaviour } from '../../verify/claim.ts';
import { rationals } from '../../verify/number.ts';
import { isRefusal, type Refusal } from '../answer.ts';
import { treeCourse } from '../extensive/tree.ts';
import { commonReward, finiteRewards, type Numbers } from '../markov.ts';

/** A game of common reward over a finite number of steps. */
export interface Team {
  readonly game: TabularGame;
  readonly agents: number;
  /** Steps of the longest play that count. */
  readonly steps: number;
  /** What agent i sees in state s, its legal actions included: `sight[i][s]`. */
  readonly sight: readonly Int32Array[];
  /** Choices of agent i at a sight; 1 where it does not act. */
  readonly choices: readonly Int32Array[];
  /** What all see together: states of one number look alike to everybody. */
  readonly jointSight: Int32Array;
  /** A state with the same future, the first there is: what agents saw on the way into a state is often kept in it, and matters no more. */
  readonly future: Int32Array;
}

/** Reads a game as a team problem, or says why it is none. */
export function teamOf(game: TabularGame): Team | Refusal {
  const infinite = finiteRewards(game);
  if (infinite !== undefined) return infinite;
  if (game.agents.length > 1 && !commonReward(game))
    return {
      refused: `\`decentralised\` needs a common reward; the agents of ${game.name} are paid differently`,
      remedy: 'use `nash` or `welfare`, or declare one reward for all',
    };
  const course = treeCourse(game);
  if (isRefusal(course)) return course;
  const longest = course.kind === 'acyclic' ? course.longest : Number.POSITIVE_INFINITY;
  const steps = Math.min(game.horizon ?? Number.POSITIVE_INFINITY, longest);
  const n = game.agents.length;
  const choices: Int32Array[] = [];
  const sight = game.agents.map((_, i) => {
    const numbers = new Map<string, number>();
    const counts: number[] = [];
    const list = Int32Array.from({ length: game.stateCount }, (_, s) => {
      const legal = legalOf(game, s, i);
      const key = `${game.observation[s * n + i]} ${legal.join()}`;
      let number = numbers.get(key);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(key, number);
        counts.push(Math.max(1, legal.length));
      }
      return number;
    });
    choices.push(Int32Array.from(counts));
    return list;
  });
  const joint = new Map<string, number>();
  const jointSight = Int32Array.from({ length: game.stateCount }, (_, s) => {
    const key = sight.map(list => list[s]).join();
    const number = joint.get(key) ?? joint.size;
    joint.set(key, number);
    return number;
  });
  return { game, agents: n, steps, sight, choices, jointSight, future: futures(game, sight, choices, jointSight) };
}

/** Rounds of partition refinement. */
const mostRounds = 12;

/** Partition refinement: states stay together while every joint action pays the same and leads to the same sights and sets of states. */
function futures(
  game: TabularGame,
  sight: Team['sight'],
  choices: Team['choices'],
  jointSight: Int32Array,
): Int32Array {
  const n = game.agents.length;
  let parts = Int32Array.from({ length: game.stateCount }, () => 0);
  for (let count = 1, round = 0; ; round++) {
    // Keeping all states apart is right, too, and long chains would be taken apart one state a round.
    if (round > mostRounds) return Int32Array.from({ length: game.stateCount }, (_, s) => s);
    const numbers = new Map<string, number>();
    const refined = Int32Array.from({ length: game.stateCount }, (_, s) => {
      const key: string[] = [sight.map((list, i) => choices[i]?.[list[s] as number]).join(), `${parts[s]}`];
      for (let joint = game.jointStart[s] as number; joint < (game.jointStart[s + 1] as number); joint++) {
        const rows = new Map<string, number>();
        for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
          const p = game.outcomeProbability[o] as number;
          if (p === 0) continue;
          const next = game.outcomeState[o] as number;
          const to = next < 0 ? '-' : `${parts[next]} ${jointSight[next]}`;
          const row = `${to} ${game.outcomeReward[o * n]}`;
          rows.set(row, (rows.get(row) ?? 0) + p);
        }
        key.push(
          [...rows]
            .map(([row, p]) => `${row} ${p}`)
            .sort()
            .join(),
        );
      }
      const text = key.join(';');
      const number = numbers.get(text) ?? numbers.size;
      numbers.set(text, number);
      return number;
    });
    parts = refined;
    if (numbers.size === count) break;
    count = numbers.size;
  }
  const first = new Map<number, number>();
  return parts.map((part, s) => {
    const known = first.get(part) ?? s;
    first.set(part, known);
    return known;
  });
}

/**
 * What one agent does, without chance: at a node it takes a choice, and what it then sees leads to the next node. Sights that have no edge
 * are met only when another agent does otherwise than was thought; then the agent takes its first choice to the end.
 */
export interface Controller {
  readonly choice: number[];
  readonly next: Map<number, number>[];
  /** Nodes of the first step, by sight. */
  readonly start: ReadonlyMap<number, number>;
}

/** No node: the first choice from here on. */
export const nowhere = -1;

export function choiceAt(controller: Controller, node: number): number {
  return node < 0 ? 0 : (controller.choice[node] as number);
}

export function follow(controller: Controller, node: number, sight: number): number {
  return node < 0 ? nowhere : (controller.next[node]?.get(sight) ?? nowhere);
}

/** Number of a state's joint action, from its first. */
export function jointOf(team: Team, state: number, choices: readonly number[]): number {
  let joint = 0;
  for (let i = 0; i < team.agents; i++)
    joint = joint * (team.choices[i]?.[team.sight[i]?.[state] as number] as number) + (choices[i] as number);
  return (team.game.jointStart[state] as number) + joint;
}

/** Expected return of all agents acting by their controllers; undefined where that takes more than `limit` outcomes to see. */
export function evaluateTeam<T>(
  team: Team,
  numbers: Numbers<T>,
  controllers: readonly Controller[],
  limit: number,
): T | undefined {
  const { game } = team;
  const { field } = numbers;
  let here = new Map<string, { readonly state: number; readonly nodes: readonly number[]; weight: T }>();
  game.initialStates.forEach((state, k) => {
    const weight = numbers.initial[k] as T;
    if (field.sign(weight) === 0) return;
    const nodes = controllers.map((c, i) => c.start.get(team.sight[i]?.[state] as number) ?? nowhere);
    here.set(`${state} ${nodes.join()}`, { state, nodes, weight });
  });
  let total = field.zero;
  let scale = field.one;
  let work = 0;
  for (let t = 0; t < team.steps && here.size > 0; t++) {
    const after: typeof here = new Map();
    for (const { state, nodes, weight } of here.values()) {
      const joint = jointOf(
        team,
        state,
        controllers.map((c, i) => choiceAt(c, nodes[i] as number)),
      );
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
        const p = numbers.probability[o] as T;
        if (field.sign(p) === 0) continue;
        if (++work > limit) return undefined;
        const q = field.mul(weight, p);
        total = field.add(total, field.mul(field.mul(scale, q), numbers.reward(o)));
        const next = game.outcomeState[o] as number;
        if (next < 0) continue;
        const to = controllers.map((c, i) => follow(c, nodes[i] as number, team.sight[i]?.[next] as number));
        const key = `${next} ${to.join()}`;
        const known = after.get(key);
        if (known === undefined) after.set(key, { state: next, nodes: to, weight: q });
        else known.weight = field.add(known.weight, q);
      }
    }
    here = after;
    scale = field.mul(scale, numbers.discount);
  }
  return total;
}

/** Histories of one agent that are written out at most. */
const mostHistories = 300_000;

/** The states in which an agent may be, by what it then sees, whatever the others did. */
export function sightsAfter(
  team: Team,
  agent: number,
  states: Iterable<number>,
  choice: number,
): Map<number, Set<number>> {
  const { game } = team;
  const found = new Map<number, Set<number>>();
  const sight = team.sight[agent] as Int32Array;
  for (const state of states) {
    let stride = 1;
    for (let j = team.agents - 1; j > agent; j--)
      stride *= team.choices[j]?.[team.sight[j]?.[state] as number] as number;
    const count = team.choices[agent]?.[sight[state] as number] as number;
    const from = game.jointStart[state] as number;
    for (let joint = from; joint < (game.jointStart[state + 1] as number); joint++) {
      if (Math.floor((joint - from) / stride) % count !== choice) continue;
      for (let o = game.outcomeStart[joint] as number; o < (game.outcomeStart[joint + 1] as number); o++) {
        const next = game.outcomeState[o] as number;
        if (next < 0 || (game.outcomeProbability[o] as number) === 0) continue;
        const key = sight[next] as number;
        const group = found.get(key);
        if (group === undefined) found.set(key, new Set([next]));
        else group.add(next);
      }
    }
  }
  return found;
}

export function firstSights(team: Team, agent: number): Map<number, Set<number>> {
  const found = new Map<number, Set<number>>();
  team.game.initialStates.forEach((state, k) => {
    if ((team.game.initialProbabilities[k] as number) === 0) return;
    const key = team.sight[agent]?.[state] as number;
    found.set(key, (found.get(key) ?? new Set()).add(state));
  });
  return found;
}

/** What a controller does at every history that can arise while the agent keeps to it; undefined where there are too many. */
export function behaviourOf(team: Team, agent: number, controller: Controller): Behaviour | undefined {
  const { game } = team;
  const parent: number[] = [];
  const action: number[] = [];
  const state: number[] = [];
  const strategies: Behaviour['strategies'][number][] = [];
  let level: { readonly at: number; readonly node: number; readonly states: Set<number> }[] = [];
  const meet = (from: number, taken: number, node: number, states: Set<number>) => {
    const [first] = states as Set<number> & Iterable<number>;
    const s = first as number;
    const legal = legalOf(game, s, agent);
    const choice = choiceAt(controller, node);
    parent.push(from);
    action.push(taken);
    state.push(s);
    strategies.push(
      legal.length === 0 ? undefined : Array.from(legal, (_, a) => (a === choice ? rationals.one : rationals.zero)),
    );
    return { at: parent.length - 1, node, states };
  };
  for (const [sight, states] of firstSights(team, agent))
    level.push(meet(-1, -1, controller.start.get(sight) ?? nowhere, states));
  for (let t = 1; t < team.steps; t++) {
    const after: typeof level = [];
    for (const { at, node, states } of level) {
      const choice = choiceAt(controller, node);
      const taken = legalOf(game, state[at] as number, agent)[choice] ?? -1;
      for (const [sight, reached] of sightsAfter(team, agent, states, choice)) {
        if (parent.length >= mostHistories) return undefined;
        after.push(meet(at, taken, follow(controller, node, sight), reached));
      }
    }
    level = after;
  }
  return {
    parent: Int32Array.from(parent),
    action: Int32Array.from(action),
    state: Int32Array.from(state),
    strategies,
  };
}
