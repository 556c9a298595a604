/** Minibatches of a rollout: which steps or games, and their numbers as inputs of the training program. */
import type { Stream } from '../../rng/stream.ts';
import type { Session } from '../../tensor/engine.ts';
import type { Estimate } from './estimates.ts';
import type { Group } from './groups.ts';
import { actorCarries, criticCarries, type PolicyNetworks } from './policy-networks.ts';
import type { BatchShape } from './policy-tensors.ts';
import type { GroupRollout, Rollout } from './rollout.ts';

/** Parts of equal size, the last perhaps smaller; `sequences` keeps the steps of a game together. */
export function partsOf(
  steps: number,
  games: number,
  sequences: boolean,
  minibatches = 1,
): { readonly batch: BatchShape; readonly lanes: number } {
  const all = sequences ? games : steps * games;
  const lanes = Math.ceil(all / Math.min(minibatches, all));
  return { batch: { steps: sequences ? steps : undefined, lanes }, lanes: all };
}

/** A random order, in place (Fisher and Yates; Durstenfeld 1964). */
export function shuffle(order: Int32Array, stream: Stream): void {
  for (let k = order.length - 1; k > 0; k--) {
    const j = stream.below(k + 1);
    const other = order[j]!;
    order[j] = order[k]!;
    order[k] = other;
  }
}

/** Fills the inputs of `train` from a rollout. */
export class Minibatch {
  readonly #rollout: Rollout;
  readonly #shape: BatchShape;
  readonly #groups: readonly GroupInputs[];
  /** Of every group, by entry of the rollout: what it saw, what was available, and `packedNumbers` more. */
  readonly #packed: readonly Float32Array[];
  readonly #state: Float32Array | undefined;
  readonly #stateLength: number;
  readonly #reset: Float32Array | undefined;
  /** Entries of the minibatch: step and lane there, step and game in the rollout. */
  readonly #entries: {
    readonly t: Int32Array;
    readonly lane: Int32Array;
    readonly at: Int32Array;
    readonly e: Int32Array;
  };
  #count = 0;

  constructor(session: Session, rollout: Rollout, networks: PolicyNetworks, shape: BatchShape, valueClip: boolean) {
    const entry = session.entry('train');
    const { steps, lanes } = shape;
    this.#rollout = rollout;
    this.#shape = shape;
    const entries = (): Int32Array => new Int32Array((steps ?? 1) * lanes);
    this.#entries = { t: entries(), lane: entries(), at: entries(), e: entries() };
    this.#stateLength = networks.stateLength;
    this.#state = networks.stateLength === 0 ? undefined : entry.input('state');
    this.#reset = steps === undefined ? undefined : entry.input('reset');
    this.#packed = rollout.groups.map(
      ({ group, actions }) =>
        new Float32Array(actions.length * (group.inputLength + group.actionCount + packedNumbers)),
    );
    this.#groups = rollout.groups.map(({ group }) => ({
      x: entry.input(`x/${group.name}`),
      available: entry.input(`available/${group.name}`),
      actions: entry.indices(`actions/${group.name}`),
      probability: entry.input(`probability/${group.name}`),
      advantage: entry.input(`advantage/${group.name}`),
      weight: entry.input(`weight/${group.name}`),
      target: entry.input(`target/${group.name}`),
      value: valueClip ? entry.input(`value/${group.name}`) : undefined,
      actor: actorCarries(networks, group, lanes).map((_, k) => entry.input(`actor/${group.name}/${k}`)),
      critic: criticCarries(networks, group, lanes).map((_, k) => entry.input(`critic/${group.name}/${k}`)),
    }));
  }

  /** The rollout is complete, and what its steps are worth is known: minibatches of it are taken from now on. */
  begin(estimates: readonly Estimate[]): void {
    for (const [k, source] of this.#rollout.groups.entries()) pack(source, estimates[k]!.advantages, this.#packed[k]!);
  }

  /**
   * Lanes `order[from .. to-1]`; those of the program that are left over count for nothing. A lane is a game, or, without sequences,
   * step `lane / games` of game `lane % games`. Estimates go by group; their running means take in the returns first. `again`: the same
   * lanes of the same rollout as the last time.
   */
  fill(order: Int32Array, from: number, to: number, estimates: readonly Estimate[], again: boolean): void {
    const { groups } = this.#rollout;
    const chosen = order.subarray(from, to);
    if (!again) this.#visit(chosen);
    for (const [k, source] of groups.entries()) {
      this.#scaleTargets(source, this.#groups[k]!, estimates[k]!);
      if (again) continue;
      this.#copyGroup(source.group, this.#groups[k]!, this.#packed[k]!);
      const { length } = source.group.agents;
      this.#copyMemory(length, estimates[k]!.actorMemory, this.#groups[k]!.actor, chosen);
      this.#copyMemory(length, estimates[k]!.criticMemory, this.#groups[k]!.critic, chosen);
    }
    if (!again) this.#copyShared();
  }

  #visit(chosen: Int32Array): void {
    const { games } = this.#rollout;
    const { steps } = this.#shape;
    const { t, lane, at, e } = this.#entries;
    let count = 0;
    for (let k = 0; k < chosen.length; k++) {
      const which = chosen[k]!;
      for (let step = 0; step < (steps ?? 1); step++, count++) {
        t[count] = step;
        lane[count] = k;
        at[count] = steps === undefined ? Math.floor(which / games) : step;
        e[count] = steps === undefined ? which % games : which;
      }
    }
    this.#count = count;
  }

  #scaleTargets({ group, active }: GroupRollout, { target }: GroupInputs, { returns, norms }: Estimate): void {
    const { games } = this.#rollout;
    const { lanes } = this.#shape;
    const { t, lane, at, e } = this.#entries;
    const { length } = group.agents;
    for (const [p, norm] of norms.entries()) {
      const [first, end] = norms.length === 1 ? [0, length] : [p, p + 1];
      let count = 0;
      let sum = 0;
      let squares = 0;
      for (let k = 0; k < this.#count; k++)
        for (let a = first; a < end; a++) {
          const there = (at[k]! * length + a) * games + e[k]!;
          if (active[there] === 0) continue;
          count++;
          sum += returns[there]!;
          squares += returns[there]! * returns[there]!;
        }
      if (count > 0) norm.add(sum / count, squares / count);
      const { mean, deviation } = norm;
      for (let k = 0; k < this.#count; k++)
        for (let a = first; a < end; a++) {
          const there = (at[k]! * length + a) * games + e[k]!;
          target[(t[k]! * length + a) * lanes + lane[k]!] = (returns[there]! - mean) / deviation;
        }
    }
  }

  #copyGroup({ agents, inputLength, actionCount }: Group, into: GroupInputs, packed: Float32Array): void {
    const { games } = this.#rollout;
    const { lanes } = this.#shape;
    const { t, lane, at, e } = this.#entries;
    const { length } = agents;
    const { x, available, actions, probability, advantage, weight, value } = into;
    if (this.#count < t.length) {
      weight.fill(0);
      probability.fill(1);
      actions.fill(0);
    }
    for (let k = 0; k < this.#count; k++)
      for (let a = 0; a < length; a++) {
        const here = (t[k]! * length + a) * lanes + lane[k]!;
        let from = ((at[k]! * length + a) * games + e[k]!) * (inputLength + actionCount + packedNumbers);
        const xEnd = (here + 1) * inputLength;
        for (let to = here * inputLength; to < xEnd; to++) x[to] = packed[from++]!;
        const availableEnd = (here + 1) * actionCount;
        for (let to = here * actionCount; to < availableEnd; to++) available[to] = packed[from++]!;
        actions[here] = packed[from]!;
        probability[here] = packed[from + 1]!;
        advantage[here] = packed[from + 2]!;
        weight[here] = packed[from + 3]!;
        if (value !== undefined) value[here] = packed[from + 4]!;
      }
  }

  #copyShared(): void {
    const { games, states, resets } = this.#rollout;
    const { lanes } = this.#shape;
    const { t, lane, at, e } = this.#entries;
    for (let k = 0; k < this.#count; k++) {
      const here = t[k]! * lanes + lane[k]!;
      const there = at[k]! * games + e[k]!;
      if (this.#state !== undefined) copy(states, there, this.#state, here, this.#stateLength);
      if (this.#reset !== undefined) this.#reset[here] = resets[there]!;
    }
  }

  /** What was remembered before the first step: [agents, games, units] to [agents, lanes, units]. */
  #copyMemory(agents: number, saved: readonly Float32Array[], into: readonly Float32Array[], order: Int32Array): void {
    const { games } = this.#rollout;
    const { lanes } = this.#shape;
    for (const [c, input] of into.entries()) {
      const units = input.length / (agents * lanes);
      for (let a = 0; a < agents; a++)
        for (let k = 0; k < order.length; k++) copy(saved[c]!, a * games + order[k]!, input, a * lanes + k, units);
    }
  }
}

/** Buffers of the training program of one group, [steps, agents, lanes]. */
interface GroupInputs {
  readonly x: Float32Array;
  readonly available: Float32Array;
  readonly actions: Int32Array;
  readonly probability: Float32Array;
  readonly advantage: Float32Array;
  readonly weight: Float32Array;
  readonly target: Float32Array;
  readonly value: Float32Array | undefined;
  readonly actor: readonly Float32Array[];
  readonly critic: readonly Float32Array[];
}

/** Numbers of a packed entry behind what was seen and what was available: action, probability, advantage, weight, value. */
const packedNumbers = 5;

/**
 * All that a minibatch copies of an entry, side by side: minibatches take entries in random order, and would wait for memory once for every
 * array that an entry is spread over.
 */
function pack(source: GroupRollout, advantages: Float64Array, into: Float32Array): void {
  const { x, available, actions, probabilities, active, values } = source;
  const { inputLength, actionCount } = source.group;
  let at = 0;
  let seen = 0;
  let able = 0;
  for (let k = 0; k < actions.length; k++) {
    for (let j = 0; j < inputLength; j++) into[at++] = x[seen++]!;
    for (let j = 0; j < actionCount; j++) into[at++] = available[able++]!;
    into[at++] = actions[k]!;
    into[at++] = probabilities[k]!;
    into[at++] = advantages[k]!;
    into[at++] = active[k]!;
    into[at++] = values[k]!;
  }
}

/** Row `row` of `from` becomes row `toRow` of `to`. */
function copy(from: Float32Array, row: number, to: Float32Array, toRow: number, width: number): void {
  const source = row * width;
  const target = toRow * width;
  for (let k = 0; k < width; k++) to[target + k] = from[source + k]!;
}
