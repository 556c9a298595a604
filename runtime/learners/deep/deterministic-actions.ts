/**
 * Actions as vectors that critics read and gradients pass through. An action is a distribution over the finite actions (one-hot for one
 * that was taken) followed by its real numbers, each scaled from its bounds to -1 .. 1. Agents of a group have vectors of one width: where
 * one has fewer actions or numbers than another, the rest is zero. Who chooses nothing but real numbers has no finite part.
 */
import { type GameBuffers, type GameSpec, offsets } from '../../games/vector.ts';
import type { Graph } from '../../tensor/graph.ts';
import type { Node } from '../../tensor/ir.ts';
import type { Group } from './groups.ts';

export type RealActions = Pick<GameSpec, 'realActionLength' | 'realActionLow' | 'realActionHigh'>;

/** The vectors of one group. */
export interface ActionVector {
  readonly group: Group;
  /** Entries for finite actions: `group.actionCount`, or 0 where there is nothing finite to choose. */
  readonly finite: number;
  /** Entries for real numbers. */
  readonly real: number;
  readonly width: number;
  /** By agent of the group, 1 for every real entry that is its own: [agents x real]; undefined where all are. */
  readonly ownReals: readonly number[] | undefined;
}

export function actionVector(group: Group, { realActionLength }: RealActions): ActionVector {
  const lengths = group.agents.map(agent => realActionLength[agent] ?? 0);
  const real = Math.max(0, ...lengths);
  const finite = group.actionCount === 1 && lengths.every(length => length > 0) ? 0 : group.actionCount;
  const unequal = lengths.some(length => length !== real);
  const ownReals = unequal
    ? lengths.flatMap(length => Array.from({ length: real }, (_, k) => (k < length ? 1 : 0)))
    : undefined;
  return { group, finite, real, width: finite + real, ownReals };
}

/** Real actions of all agents in a row of `realActions`, between their bounds and the unit interval -1 .. 1. */
export class RealRange {
  /** Where the numbers of each agent begin in a row, and the length of the row. */
  readonly starts: readonly number[];
  readonly row: number;
  /** How many real numbers each agent chooses. */
  readonly counts: readonly number[];
  readonly #low: readonly number[];
  readonly #high: readonly number[];

  /** @throws RangeError for a number without bounds: there is no range to scale. */
  constructor({ realActionLength, realActionLow, realActionHigh }: RealActions, agents: readonly string[] = []) {
    const starts = offsets(realActionLength);
    this.starts = starts;
    this.row = starts.at(-1) as number;
    this.counts = realActionLength;
    this.#low = realActionLow.flat();
    this.#high = realActionHigh.flat();
    const odd = [...this.#low, ...this.#high].findIndex(bound => !Number.isFinite(bound));
    if (odd < 0) return;
    const at = odd % this.row;
    const agent = starts.findLastIndex(start => start <= at);
    throw new RangeError(
      `deterministic policies need bounds on every real action, but ${agents[agent] ?? `agent ${agent}`} has one without; declare it as \`real in low..high\``,
    );
  }

  /** The number that entry `at` of a row stands for; always within its bounds. */
  fromUnit(at: number, unit: number): number {
    const low = this.#low[at]!;
    const high = this.#high[at]!;
    return Math.min(high, Math.max(low, low + (high - low) * ((unit + 1) / 2)));
  }

  /** -1 .. 1; 0 where the bounds are equal. */
  toUnit(at: number, value: number): number {
    const low = this.#low[at]!;
    const span = this.#high[at]! - low;
    return span > 0 ? (2 * (value - low)) / span - 1 : 0;
  }

  /** Writes entry k of an agent's numbers in game e. */
  write(buffers: GameBuffers, e: number, agent: number, k: number, unit: number): void {
    const at = this.starts[agent]! + k;
    buffers.realActions[e * this.row + at] = this.fromUnit(at, unit);
  }
}

/** What was done, as vectors: actions [.., agents, games] (i32), reals [.., agents, games, real] -> [.., agents, games, width]. */
export function playedVector(g: Graph, { finite, real }: ActionVector, actions: Node, reals: Node | undefined): Node {
  const parts: Node[] = [];
  if (finite > 0) parts.push(g.oneHot(actions, finite));
  if (real > 0 && reals !== undefined) parts.push(reals);
  return parts.length === 1 ? parts[0]! : g.concat(parts);
}

/** The real entries that a policy's outputs stand for: tanh, and zero where an agent has no such number. */
export function squashed(g: Graph, { group, real, ownReals }: ActionVector, outputs: Node): Node {
  const unit = g.tanh(outputs);
  if (ownReals === undefined) return unit;
  return g.mul(unit, g.constant(ownReals, [group.agents.length, 1, real]));
}

/** Vectors of all groups [T, agents, games, width] side by side: [T, 1, games, sum of agents x width]. */
export function jointVector(g: Graph, vectors: readonly Node[]): Node {
  const flat = vectors.map(vector => sideBySide(g, vector));
  return flat.length === 1 ? flat[0]! : g.concat(flat);
}

/** [T, agents, games, n] -> [T, 1, games, agents x n]. */
export function sideBySide(g: Graph, x: Node): Node {
  const [length, agents, games, n] = x.shape as [number, number, number, number];
  return g.reshape(g.transpose(x, [0, 2, 1, 3]), [length, 1, games, agents * n]);
}

/**
 * The joint actions in which every agent of group `k` does what `own` says and all others what `vectors` says: [T, agents of the group,
 * games, sum of agents x width], a joint action for each agent of the group.
 */
export function jointWithOwn(g: Graph, vectors: readonly Node[], k: number, own: Node): Node {
  const [length, agents, games, width] = own.shape as [number, number, number, number];
  const parts = vectors.map((vector, j) => {
    const flat = sideBySide(g, vector);
    if (j !== k) return g.broadcast(flat, [length, agents, games, flat.shape[3]!]);
    if (agents === 1) return sideBySide(g, own);
    // 1 where the agent of the first axis is the agent of the last but one.
    const self = g.constant(
      Array.from({ length: agents * agents }, (_, at) => (at % (agents + 1) === 0 ? 1 : 0)),
      [agents, 1, agents, 1],
    );
    const others = g.mul(g.reshape(flat, [length, 1, games, agents, width]), g.sub(1, self));
    const mine = g.mul(g.reshape(own, [length, agents, games, 1, width]), self);
    return g.reshape(g.add(others, mine), [length, agents, games, agents * width]);
  });
  return parts.length === 1 ? parts[0]! : g.concat(parts);
}
