/** From a policy's outputs to actions in the games: exploring, sampled or greedy. */
import type { GameBuffers } from '../../games/vector.ts';
import { drawOf, type PolicyKeys } from '../shared/draws.ts';
import { drawCount, exploreBelow, pickLegal } from '../shared/explore.ts';
import type { Shape } from '../shared/shape.ts';
import type { Acting } from './acting.ts';
import type { ActionVector, RealRange } from './deterministic-actions.ts';

/** One agent in one game: where its probabilities and numbers stand among a group's outputs, and what is available to it. */
interface Chooser {
  readonly on: Acting;
  /** Number of the group, and of the agent in it. */
  readonly k: number;
  readonly a: number;
  readonly vector: ActionVector;
  /** How many real numbers it chooses. */
  readonly reals: number;
}

/** How much is left to chance while learning. */
export interface Exploration {
  /** Draws below this choose uniformly. */
  readonly split: number;
  /** Deviation of the noise on real numbers. */
  readonly noise: number;
}

/** All agents as they act by a program's networks. */
export class Actors {
  readonly #on: Acting;
  readonly #shape: Shape;
  readonly #range: RealRange | undefined;
  /** By agent. */
  readonly #choosers: readonly Chooser[];

  /** `range`: where agents choose real numbers. */
  constructor(on: Acting, shape: Shape, vectors: readonly ActionVector[], range?: RealRange) {
    this.#on = on;
    this.#shape = shape;
    this.#range = range;
    this.#choosers = Array.from({ length: shape.agents }, (_, agent) => {
      const k = vectors.findIndex(({ group }) => group.agents.includes(agent));
      const reals = range?.counts[agent] ?? 0;
      return { on, k, a: vectors[k]!.group.agents.indexOf(agent), vector: vectors[k]!, reals };
    });
  }

  /** Exploring actions in all games of a training. */
  explore(buffers: GameBuffers, keys: PolicyKeys, exploration: Exploration): void {
    const { agents, envs } = this.#shape;
    this.#on.run(buffers, envs);
    let first = 0;
    for (const [agent, chooser] of this.#choosers.entries()) {
      for (let e = 0; e < envs; e++)
        explore(chooser, this.#range, buffers, { e, agents, agent }, keys, first, exploration);
      first += drawsOf(chooser.reals);
    }
    keys.counter[0]! += first;
    this.#on.chose(buffers.actions, envs);
  }

  /** What the policies say, without noise; `draws` where finite actions are drawn. */
  play(buffers: GameBuffers, envs: number, draws?: Uint32Array): void {
    this.#on.run(buffers, envs);
    for (const [agent, chooser] of this.#choosers.entries())
      for (let e = 0; e < envs; e++) {
        const slot = e * this.#shape.agents + agent;
        buffers.actions[slot] = draws === undefined ? likeliest(chooser, e) : drawnAction(chooser, e, draws[slot]!);
        for (let k = 0; k < chooser.reals; k++) this.#range!.write(buffers, e, agent, k, numberOf(chooser, e, k));
      }
    this.#on.chose(buffers.actions, envs);
  }

  /** Writes probabilities of the finite actions, rows laid out as masks; `before`: what was done in the step before, -1 for nothing yet. */
  probabilities(buffers: GameBuffers, envs: number, before: Int32Array, into: Float32Array): void {
    const { agents, actionCount, actionStart, actionRow } = this.#shape;
    this.#on.lastActions.set(before.subarray(0, envs * agents));
    this.#on.run(buffers, envs);
    for (const [agent, chooser] of this.#choosers.entries())
      for (let e = 0; e < envs; e++) {
        const { probabilities, start, finite } = rowOf(chooser, e);
        const { available, from } = legalOf(chooser, e);
        const to = e * actionRow + actionStart[agent]!;
        for (let action = 0; action < actionCount[agent]!; action++)
          into[to + action] = action < finite ? probabilities[start + action]! * available[from + action]! : 1;
      }
  }

  /** What one agent does in game 0 by the last step of its network; writes its real numbers. */
  decide(agent: number, numbers: Float64Array | undefined): number {
    const chooser = this.#choosers[agent]!;
    for (let k = 0; k < chooser.reals && numbers !== undefined; k++)
      numbers[k] = this.#range!.fromUnit(this.#range!.starts[agent]! + k, numberOf(chooser, 0, k));
    return likeliest(chooser, 0);
  }
}

/** How often an agent with so many real numbers draws in a step: whether and what to choose, and two per real number. */
function drawsOf(reals: number): number {
  return 2 + 2 * reals;
}

/** The likeliest available action, lowest index among equals; number 0 where there is nothing finite to choose. */
function likeliest(chooser: Chooser, e: number): number {
  const { probabilities, start, finite } = rowOf(chooser, e);
  const { available, from } = legalOf(chooser, e);
  if (finite === 0) return 0;
  let best = -1;
  for (let action = 0; action < finite; action++) {
    if (available[from + action] === 0) continue;
    if (best < 0 || probabilities[start + action]! > probabilities[start + best]!) best = action;
  }
  return best;
}

/** The action that a 32-bit draw stands for: actions own intervals as long as their probabilities. */
function drawnAction(chooser: Chooser, e: number, draw: number): number {
  const { probabilities, start, finite } = rowOf(chooser, e);
  const { available, from } = legalOf(chooser, e);
  let rest = draw / drawCount;
  let last = 0;
  for (let action = 0; action < finite; action++) {
    if (available[from + action] === 0 || probabilities[start + action] === 0) continue;
    last = action;
    rest -= probabilities[start + action]!;
    if (rest < 0) break;
  }
  return last;
}

/** Writes an exploring action of one agent in game e, from draws `first` and following of the game's stream. */
function explore(
  chooser: Chooser,
  range: RealRange | undefined,
  buffers: GameBuffers,
  place: { readonly e: number; readonly agents: number; readonly agent: number },
  keys: PolicyKeys,
  first: number,
  { split, noise }: Exploration,
): void {
  const { e, agents, agent } = place;
  const random = drawOf(keys, e, first) < split;
  const draw = drawOf(keys, e, first + 1);
  buffers.actions[e * agents + agent] = random ? anyAction(chooser, e, draw) : drawnAction(chooser, e, draw);
  for (let k = 0; k < chooser.reals; k++) {
    const u = drawOf(keys, e, first + 2 + 2 * k);
    const v = drawOf(keys, e, first + 3 + 2 * k);
    const unit = random ? (2 * u + 1) / drawCount - 1 : numberOf(chooser, e, k) + noise * normal(u, v);
    range!.write(buffers, e, agent, k, Math.min(1, Math.max(-1, unit)));
  }
}

/** The present policy's real number k, in -1 .. 1. */
function numberOf(chooser: Chooser, e: number, k: number): number {
  const { probabilities, start, finite } = rowOf(chooser, e);
  return probabilities[start + finite + k]!;
}

export function explorationAt(probability: number, noise = 0): Exploration {
  return { split: exploreBelow(probability), noise };
}

function anyAction(chooser: Chooser, e: number, draw: number): number {
  const { available, from } = legalOf(chooser, e);
  const { actionCount } = chooser.vector.group;
  let legal = 0;
  for (let action = 0; action < actionCount; action++) if (available[from + action] !== 0) legal++;
  let nth = pickLegal(draw, drawCount, legal);
  for (let action = 0; action < actionCount; action++) {
    if (available[from + action] === 0) continue;
    if (nth-- === 0) return action;
  }
  return 0;
}

/** Outputs of a group are [agents, games, width]. */
function rowOf({ on, k, a, vector }: Chooser, e: number) {
  return { probabilities: on.values(k), start: (a * on.rows + e) * vector.width, finite: vector.finite };
}

function legalOf({ on, k, a }: Chooser, e: number) {
  return { available: on.available(k), from: on.at(k, a, e) };
}

/** A standard normal number from two draws (Box and Muller 1958, the cosine half). */
function normal(u: number, v: number): number {
  return Math.sqrt(-2 * Math.log((u + 0.5) / drawCount)) * Math.cos(2 * Math.PI * (v / drawCount));
}
