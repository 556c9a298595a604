/** What happened in all games over a fixed number of steps, laid out as the training program reads it. */
import { type GameBuffers, running, truncated } from '../../games/vector.ts';
import type { Arrays } from '../shared/learner.ts';
import type { Shape } from '../shared/shape.ts';
import type { Acting } from './acting.ts';
import { type Group, type RowOf, writeAvailable, writeInputs } from './groups.ts';

/** Of one group: [steps, agents, games], with the features or actions behind where there are any. */
export interface GroupRollout {
  readonly group: Group;
  readonly x: Float32Array;
  readonly available: Float32Array;
  readonly actions: Int32Array;
  /** Of the action chosen, when it was chosen. */
  readonly probabilities: Float32Array;
  readonly rewards: Float64Array;
  /** The critic's output on what was seen before the step, and on what followed where that is needed. */
  readonly values: Float32Array;
  readonly next: Float32Array;
  /** 1 where the agent acted. */
  readonly active: Float32Array;
}

export class Rollout {
  readonly steps: number;
  readonly games: number;
  readonly groups: readonly GroupRollout[];
  /** [steps, games, numbers of the whole state]. */
  readonly states: Float32Array;
  /** [steps, games]: how the step ended, and 1 where an episode begins with it. */
  readonly ended: Uint8Array;
  readonly resets: Float32Array;
  /** Steps recorded so far. */
  length = 0;
  readonly #shape: Shape;

  constructor(shape: Shape, groups: readonly Group[], steps: number, stateLength: number) {
    const games = shape.envs;
    this.#shape = shape;
    this.steps = steps;
    this.games = games;
    this.groups = groups.map(group => {
      const entries = steps * group.agents.length * games;
      return {
        group,
        x: new Float32Array(entries * group.inputLength),
        available: new Float32Array(entries * group.actionCount),
        actions: new Int32Array(entries),
        probabilities: new Float32Array(entries),
        rewards: new Float64Array(entries),
        values: new Float32Array(entries),
        next: new Float32Array(entries),
        active: new Float32Array(entries),
      };
    });
    this.states = new Float32Array(steps * games * stateLength);
    this.ended = new Uint8Array(steps * games);
    this.resets = new Float32Array(steps * games);
  }

  /** What every agent sees before the next step. */
  see(buffers: GameBuffers, lastActions: Int32Array): void {
    const { agents: n, observationRow, actionRow, actionStart, actionCount } = this.#shape;
    const { games, length: t } = this;
    this.states.set(buffers.states.subarray(0, this.states.length / this.steps), t * (this.states.length / this.steps));
    for (let e = 0; e < games; e++) {
      this.resets[t * games + e] = buffers.ended[e] === running ? 0 : 1;
      const row: RowOf = {
        observations: buffers.observations,
        observationAt: e * observationRow,
        lastActions,
        lastActionsAt: e * n,
      };
      for (const { group, x, available, active } of this.groups) {
        const at = t * group.agents.length * games + e;
        writeInputs(this.#shape, group, row, x, at, games);
        writeAvailable(this.#shape, group, buffers.masks, e * actionRow, available, at, games);
        for (let a = 0; a < group.agents.length; a++) {
          const agent = group.agents[a]!;
          const start = e * actionRow + actionStart[agent]!;
          let any = 0;
          for (let k = 0; k < actionCount[agent]!; k++) any |= buffers.masks[start + k]!;
          active[at + a * games] = any;
        }
      }
    }
  }

  /** What every agent chose before the step that comes next, with the probability that the actors gave it. */
  chose(buffers: GameBuffers, actor: Acting): void {
    const { agents: n } = this.#shape;
    for (const [k, { group, actions, probabilities }] of this.groups.entries()) {
      const of = actor.values(k);
      for (let a = 0; a < group.agents.length; a++) {
        const start = (this.length * group.agents.length + a) * this.games;
        for (let e = 0; e < this.games; e++) {
          const action = buffers.actions[e * n + group.agents[a]!]!;
          actions[start + e] = action;
          probabilities[start + e] = of[actor.at(k, a, e) + action]!;
        }
      }
    }
  }

  /** What the step brought. */
  add(buffers: GameBuffers): void {
    const { agents: n } = this.#shape;
    const { games, length: t } = this;
    for (let e = 0; e < games; e++) {
      this.ended[t * games + e] = buffers.ended[e]!;
      for (const { group, rewards } of this.groups)
        for (let a = 0; a < group.agents.length; a++)
          rewards[(t * group.agents.length + a) * games + e] = buffers.rewards[e * n + group.agents[a]!]!;
    }
    this.length = t + 1;
  }

  /** Whether values of what followed the last recorded step are needed. */
  get needsNext(): boolean {
    if (this.length === this.steps) return true;
    const start = (this.length - 1) * this.games;
    for (let e = 0; e < this.games; e++) if (this.ended[start + e] === truncated) return true;
    return false;
  }

  /** Steps of episodes that have not ended count as if nobody had acted in them. */
  dropUnfinished(): void {
    const { games } = this;
    for (let e = 0; e < games; e++)
      for (let t = this.length - 1; t >= 0 && this.ended[t * games + e] === running; t--)
        for (const { group, active } of this.groups)
          for (let a = 0; a < group.agents.length; a++) active[(t * group.agents.length + a) * games + e] = 0;
  }

  /** Begins anew, with the games wherever they are. */
  clear(): void {
    this.length = 0;
  }

  save(into: Arrays): void {
    for (const [name, array] of this.#arrays()) into.set(name, array.slice());
    into.set('rollout.length', Int32Array.of(this.length));
  }

  restore(from: Arrays): void {
    for (const [name, array] of this.#arrays()) array.set(from.get(name)!);
    this.length = from.get('rollout.length')![0]!;
  }

  *#arrays(): Generator<readonly [string, Float64Array | Float32Array | Int32Array | Uint8Array]> {
    for (const { group, ...arrays } of this.groups)
      for (const [name, array] of Object.entries(arrays)) yield [`rollout.${group.name}.${name}`, array] as const;
    yield ['rollout.states', this.states];
    yield ['rollout.ended', this.ended];
    yield ['rollout.resets', this.resets];
  }
}
