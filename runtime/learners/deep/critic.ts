/** Values of what the agents see while they play, with the critic's own memory between steps. */
import { type GameBuffers, truncated } from '../../games/vector.ts';
import type { Session } from '../../tensor/engine.ts';
import { Graph } from '../../tensor/graph.ts';
import type { Node, Program } from '../../tensor/ir.ts';
import type { Shape as GameShape } from '../shared/shape.ts';
import { type Group, writeInputs } from './groups.ts';
import { criticCarries, criticValues, type PolicyNetworks } from './policy-networks.ts';
import type { Rollout } from './rollout.ts';

/** What the critic remembers of the games stays in states of this name, followed by its number. */
export const criticMemory = (group: Group, k: number): string => `value/${group.name}/carry${k}`;

/**
 * `value` goes on with every game by a step. `bootstrap` looks a step ahead of that and leaves the memory as it is: for what follows the
 * last step of an episode or of a rollout.
 */
export function criticPrograms(groups: readonly Group[], networks: PolicyNetworks, games: number): Program[] {
  return ['value', 'bootstrap'].map(name => {
    const g = new Graph(name);
    const { stateLength } = networks;
    const state = stateLength === 0 ? undefined : g.reshape(g.input('state', [games, stateLength]), [1, games, -1]);
    const keep = name === 'value' ? g.reshape(g.input('keep', [games]), [1, games, 1]) : undefined;
    for (const group of groups) {
      const x = g.input(`x/${group.name}`, [group.agents.length, games, group.inputLength]);
      const before = criticCarries(networks, group, games).map((shape, k) => g.state(criticMemory(group, k), shape));
      const kept = before.map((carry): Node => (keep === undefined ? carry : g.mul(carry, keep)));
      const { output, carries } = criticValues(g, networks, group, x, state, { carries: kept });
      if (name === 'value') for (const [k, carry] of carries.entries()) g.assign(before[k]!, carry);
      g.output(`out/${group.name}`, output);
    }
    return g.program();
  });
}

export class Critic {
  readonly #shape: GameShape;
  readonly #groups: readonly Group[];
  readonly #value: Run;
  readonly #bootstrap: Run;
  readonly #keep: Float32Array;
  readonly #stateLength: number;

  constructor(session: Session, shape: GameShape, groups: readonly Group[], stateLength: number) {
    this.#shape = shape;
    this.#groups = groups;
    this.#stateLength = stateLength;
    this.#value = runOf(session, 'value', groups, stateLength);
    this.#bootstrap = runOf(session, 'bootstrap', groups, stateLength);
    this.#keep = session.entry('value').input('keep');
  }

  /** Values of what the rollout saw before its next step, into its `values`. */
  see(rollout: Rollout): void {
    const { length: t, games } = rollout;
    for (let e = 0; e < games; e++) this.#keep[e] = 1 - rollout.resets[t * games + e]!;
    rollout.groups.forEach(({ group, x }, k) => {
      const size = group.agents.length * games * group.inputLength;
      this.#value.inputs[k]!.set(x.subarray(t * size, (t + 1) * size));
    });
    const size = games * this.#stateLength;
    this.#value.state?.set(rollout.states.subarray(t * size, (t + 1) * size));
    this.#value.run();
    rollout.groups.forEach(({ group, values }, k) => {
      values.set(this.#value.outputs[k]!, t * group.agents.length * games);
    });
  }

  /** Values of what followed the rollout's last step, into its `next`: the end of a cut episode, or what is seen now. */
  lookAhead(rollout: Rollout, buffers: GameBuffers, lastActions: Int32Array): void {
    const { games } = rollout;
    const { agents, observationRow } = this.#shape;
    const { inputs, state, outputs } = this.#bootstrap;
    for (let e = 0; e < games; e++) {
      const cut = buffers.ended[e] === truncated;
      const row = {
        observations: cut ? buffers.finalObservations : buffers.observations,
        observationAt: e * observationRow,
        lastActions,
        lastActionsAt: e * agents,
      };
      for (const [k, group] of this.#groups.entries()) writeInputs(this.#shape, group, row, inputs[k]!, e, games);
      const states = cut ? buffers.finalStates : buffers.states;
      const at = e * this.#stateLength;
      state?.set(states.subarray(at, at + this.#stateLength), at);
    }
    this.#bootstrap.run();
    const t = rollout.length - 1;
    rollout.groups.forEach(({ group, next }, k) => {
      next.set(outputs[k]!, t * group.agents.length * games);
    });
  }
}

interface Run {
  readonly inputs: readonly Float32Array[];
  readonly state: Float32Array | undefined;
  readonly outputs: readonly Float32Array[];
  readonly run: () => void;
}

function runOf(session: Session, program: string, groups: readonly Group[], stateLength: number): Run {
  const entry = session.entry(program);
  return {
    inputs: groups.map(group => entry.input(`x/${group.name}`)),
    state: stateLength === 0 ? undefined : entry.input('state'),
    outputs: groups.map(group => entry.output(`out/${group.name}`)),
    run: () => void entry.run(),
  };
}
