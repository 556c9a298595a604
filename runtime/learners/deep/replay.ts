/**
 * Replay of windows: runs of consecutive steps of one game. A feed-forward learner keeps a window of n steps from every step on (n = 1:
 * transitions), a recurrent one whole episodes. Longer episodes go on in another window.
 */
import { type GameBuffers, running, terminated } from '../../games/vector.ts';
import type { Stream } from '../../rng/stream.ts';
import type { Quantity } from '../../train/spec.ts';
import type { Arrays } from '../shared/learner.ts';
import type { Shape } from '../shared/shape.ts';
import { RewardScale } from './reward-scale.ts';

export interface WindowOptions {
  /** Windows kept; the oldest makes room. */
  readonly capacity: number;
  /** Steps per window. */
  readonly length: number;
  /** A window from every step on, or one after the other. */
  readonly sliding: boolean;
  /** Numbers of the whole state; 0 where nobody needs it. */
  readonly stateLength: number;
  /** Real numbers that the agents choose in a step, all together; 0 where missing. */
  readonly realRow?: number;
  /** Numbers kept of every step of every agent beside action and reward; none where missing. */
  readonly notes?: number;
  /** Rewards are learned from in deviations from the mean of all that were played, agent by agent. */
  readonly standardize?: boolean;
}

/** Steps that a replay of episodes keeps at most. */
const mostSteps = 1_000_000;

/** Steps of what `replay` asks for: episodes are counted as long as they may be, which where no horizon says so is a guess in thousands. */
export function stepsKept(replay: Quantity, episodeLimit: number): number {
  return replay.unit === 'steps' ? replay.amount : Math.min(replay.amount * episodeLimit, mostSteps);
}

/** Most bytes that a replay may take. */
const mostBytes = 4e9;

export class Replay {
  /** capacity x (length + 1) rows: what was seen before every step, and after the last. */
  readonly observations: Float32Array;
  readonly masks: Uint8Array;
  readonly states: Float32Array;
  /** capacity x length x agents. */
  readonly actions: Int32Array;
  readonly rewards: Float32Array;
  /** capacity x length x agents, one array per note. */
  readonly notes: readonly Float32Array[];
  /** capacity x length x real numbers that the agents choose. */
  readonly reals: Float32Array;
  /** capacity x agents: actions before the first step, -1 for none. */
  readonly before: Int32Array;
  /** capacity: steps in the window, and whether the last of them ended the problem (a time limit does not). */
  readonly steps: Int32Array;
  readonly ended: Uint8Array;
  readonly length: number;
  readonly capacity: number;
  readonly #shape: Shape;
  readonly #stateLength: number;
  readonly #realRow: number;
  readonly #sliding: boolean;
  readonly #scale: RewardScale | undefined;
  /** One window per game is being filled: number `capacity + game`. */
  readonly #windows: number;
  #count = 0;
  #next = 0;

  constructor(shape: Shape, options: WindowOptions) {
    const { capacity, length, sliding, stateLength, realRow = 0, notes = 0, standardize = false } = options;
    this.#shape = shape;
    this.length = length;
    this.capacity = capacity;
    this.#stateLength = stateLength;
    this.#realRow = realRow;
    this.#sliding = sliding;
    this.#scale = standardize ? new RewardScale(shape.agents) : undefined;
    this.#windows = capacity + shape.envs;
    const { agents, observationRow, actionRow } = shape;
    const bytes =
      (length + 1) * (4 * observationRow + actionRow + 4 * stateLength) +
      length * (agents * (8 + 4 * notes) + realRow * 4);
    if (bytes * this.#windows > mostBytes)
      throw new RangeError(
        `a replay of ${capacity} windows of ${length} steps takes ${Math.ceil((bytes * this.#windows) / 1e9)} GB; keep fewer`,
      );
    const rows = this.#windows * (length + 1);
    this.observations = new Float32Array(rows * observationRow);
    this.masks = new Uint8Array(rows * actionRow);
    this.states = new Float32Array(rows * stateLength);
    this.actions = new Int32Array(this.#windows * length * agents);
    this.rewards = new Float32Array(this.#windows * length * agents);
    this.notes = Array.from({ length: notes }, () => new Float32Array(this.#windows * length * agents));
    this.reals = new Float32Array(this.#windows * length * realRow);
    this.before = new Int32Array(this.#windows * agents).fill(-1);
    this.steps = new Int32Array(this.#windows);
    this.ended = new Uint8Array(this.#windows);
  }

  /** Windows that can be drawn. */
  get count(): number {
    return this.#count;
  }

  /** Row `t` of a window in `observations`, `masks` and `states`. */
  row(window: number, t: number): number {
    return window * (this.length + 1) + t;
  }

  /** What an agent learns from as its reward, at its place in `rewards`. */
  reward(at: number, agent: number): number {
    const reward = this.rewards[at]!;
    return this.#scale === undefined ? reward : this.#scale.scaled(agent, reward);
  }

  /** What every agent sees before a step of game e; call before the game is stepped. */
  see(buffers: GameBuffers, e: number): void {
    const open = this.capacity + e;
    this.#writeRow(this.row(open, this.steps[open]!), buffers.observations, buffers.masks, buffers.states, e);
  }

  /** What every agent sees before a step of all games. */
  seeAll(buffers: GameBuffers): void {
    for (let e = 0; e < this.#shape.envs; e++) this.see(buffers, e);
  }

  /** What a step of all games brought. */
  addAll(buffers: GameBuffers): void {
    for (let e = 0; e < this.#shape.envs; e++) this.add(buffers, e);
  }

  /** Note number k of what agent i is about to do in game e; call between `see` and `add`. */
  note(k: number, e: number, i: number, value: number): void {
    const open = this.capacity + e;
    this.notes[k]![(open * this.length + this.steps[open]!) * this.#shape.agents + i] = value;
  }

  /** What the step brought; call after the game was stepped. Returns the number of windows that were completed. */
  add(buffers: GameBuffers, e: number): number {
    const { agents } = this.#shape;
    const open = this.capacity + e;
    const t = this.steps[open]!;
    const at = (open * this.length + t) * agents;
    for (let i = 0; i < agents; i++) {
      this.actions[at + i] = buffers.actions[e * agents + i]!;
      this.rewards[at + i] = buffers.rewards[e * agents + i]!;
    }
    this.#scale?.add(buffers.rewards, e * agents);
    const realRow = this.#realRow;
    for (let k = 0; k < realRow; k++)
      this.reals[(open * this.length + t) * realRow + k] = buffers.realActions[e * realRow + k]!;
    this.steps[open] = t + 1;
    const over = buffers.ended[e] !== running;
    if (!over && t + 1 < this.length) return 0;
    this.ended[open] = buffers.ended[e] === terminated ? 1 : 0;
    const after = this.row(open, t + 1);
    if (over) this.#writeRow(after, buffers.finalObservations, buffers.finalMasks, buffers.finalStates, e);
    else this.#writeRow(after, buffers.observations, buffers.masks, buffers.states, e);
    if (over && buffers.finalMasks.length === 0)
      this.masks.fill(1, after * this.#shape.actionRow, (after + 1) * this.#shape.actionRow);
    if (!this.#sliding) {
      this.#keep(open, 0);
      this.#restart(open, over);
      return 1;
    }
    if (!over) {
      this.#keep(open, 0);
      this.#shift(open);
      return 1;
    }
    // The windows that would have begun later are as long as the episode still was.
    const windows = this.steps[open]!;
    for (let from = 0; from < windows; from++) this.#keep(open, from);
    this.#restart(open, true);
    return windows;
  }

  #writeRow(row: number, observations: Float32Array, masks: Uint8Array, states: Float32Array, e: number): void {
    const { observationRow, actionRow } = this.#shape;
    copy(observations, e * observationRow, this.observations, row * observationRow, observationRow);
    if (masks.length > 0) copy(masks, e * actionRow, this.masks, row * actionRow, actionRow);
    copy(states, e * this.#stateLength, this.states, row * this.#stateLength, this.#stateLength);
  }

  /** Copies the open window, from its step `from` on, to where the next window goes. */
  #keep(open: number, from: number): void {
    const to = this.#next;
    const left = this.steps[open]! - from;
    this.#copyRows(this.row(open, from), this.row(to, 0), left + 1);
    const { agents } = this.#shape;
    const source = (open * this.length + from) * agents;
    copy(this.actions, source, this.actions, to * this.length * agents, left * agents);
    copy(this.rewards, source, this.rewards, to * this.length * agents, left * agents);
    for (const note of this.notes) copy(note, source, note, to * this.length * agents, left * agents);
    const realRow = this.#realRow;
    const fromReals = (open * this.length + from) * realRow;
    copy(this.reals, fromReals, this.reals, to * this.length * realRow, left * realRow);
    if (from === 0) copy(this.before, open * agents, this.before, to * agents, agents);
    else copy(this.actions, source - agents, this.before, to * agents, agents);
    this.steps[to] = left;
    this.ended[to] = this.ended[open]!;
    this.#next = (to + 1) % this.capacity;
    this.#count = Math.min(this.capacity, this.#count + 1);
  }

  #copyRows(from: number, to: number, rows: number): void {
    const { observationRow, actionRow } = this.#shape;
    copy(this.observations, from * observationRow, this.observations, to * observationRow, rows * observationRow);
    copy(this.masks, from * actionRow, this.masks, to * actionRow, rows * actionRow);
    copy(this.states, from * this.#stateLength, this.states, to * this.#stateLength, rows * this.#stateLength);
  }

  /** The open window begins anew: with a new episode, or where it left off. */
  #restart(open: number, over: boolean): void {
    const { agents } = this.#shape;
    const last = (open * this.length + this.steps[open]! - 1) * agents;
    if (over) this.before.fill(-1, open * agents, (open + 1) * agents);
    else copy(this.actions, last, this.before, open * agents, agents);
    this.steps[open] = 0;
  }

  /** The open window loses its first step. */
  #shift(open: number): void {
    const { agents } = this.#shape;
    const steps = this.steps[open]! - 1;
    const at = open * this.length * agents;
    copy(this.actions, at, this.before, open * agents, agents);
    this.#copyRows(this.row(open, 1), this.row(open, 0), steps);
    copy(this.actions, at + agents, this.actions, at, steps * agents);
    copy(this.rewards, at + agents, this.rewards, at, steps * agents);
    for (const note of this.notes) copy(note, at + agents, note, at, steps * agents);
    const reals = open * this.length * this.#realRow;
    copy(this.reals, reals + this.#realRow, this.reals, reals, steps * this.#realRow);
    this.steps[open] = steps;
  }

  /** Draws different windows, uniformly; there are at least as many. */
  draw(stream: Stream, into: Int32Array): void {
    const drawn = new Set<number>();
    for (let k = 0; k < into.length; k++) {
      let window = stream.below(this.#count);
      while (drawn.has(window)) window = stream.below(this.#count);
      drawn.add(window);
      into[k] = window;
    }
  }

  #named(): Readonly<Record<string, Float32Array>> {
    return Object.fromEntries(this.notes.map((note, k) => [`note${k}`, note]));
  }

  /** Everything but what has never been written. */
  save(into: Arrays): void {
    const { agents } = this.#shape;
    const rows = [
      [0, this.#count],
      [this.capacity, this.#windows],
    ] as const;
    const parts = { observations: this.observations, masks: this.masks, states: this.states } as const;
    for (const [name, array] of Object.entries(parts)) {
      const width = array.length / this.#windows;
      into.set(`replay.${name}`, joined(array, rows, width));
    }
    const steps = { actions: this.actions, rewards: this.rewards, ...this.#named() };
    for (const [name, array] of Object.entries(steps))
      into.set(`replay.${name}`, joined(array, rows, this.length * agents));
    if (this.#realRow > 0) into.set('replay.reals', joined(this.reals, rows, this.length * this.#realRow));
    into.set('replay.before', joined(this.before, rows, agents));
    into.set('replay.steps', joined(this.steps, rows, 1));
    into.set('replay.ended', joined(this.ended, rows, 1));
    into.set('replay.place', Int32Array.of(this.#count, this.#next));
    if (this.#scale !== undefined) into.set('replay.scale', this.#scale.save());
  }

  restore(from: Arrays): void {
    const [count, next] = from.get('replay.place') as Int32Array;
    this.#count = count!;
    this.#next = next!;
    this.#scale?.restore(from.get('replay.scale')!);
    const arrays = {
      observations: this.observations,
      masks: this.masks,
      states: this.states,
      actions: this.actions,
      rewards: this.rewards,
      ...(this.#realRow > 0 ? { reals: this.reals } : {}),
      before: this.before,
      steps: this.steps,
      ended: this.ended,
      ...this.#named(),
    };
    for (const [name, array] of Object.entries(arrays)) {
      const saved = from.get(`replay.${name}`)!;
      const width = array.length / this.#windows;
      array.set(saved.subarray(0, this.#count * width), 0);
      array.set(saved.subarray(this.#count * width), this.capacity * width);
    }
  }
}

type Numbers = Float32Array | Uint8Array | Int32Array;

function copy(from: Numbers, fromAt: number, to: Numbers, toAt: number, count: number): void {
  for (let k = 0; k < count; k++) to[toAt + k] = from[fromAt + k]!;
}

/** The given ranges of windows, one behind the other. */
function joined<T extends Numbers>(array: T, ranges: readonly (readonly [number, number])[], width: number): T {
  const total = ranges.reduce((sum, [from, to]) => sum + (to - from) * width, 0);
  const out = new (array.constructor as new (length: number) => T)(total);
  let at = 0;
  for (const [from, to] of ranges) {
    out.set(array.subarray(from * width, to * width), at);
    at += (to - from) * width;
  }
  return out;
}
