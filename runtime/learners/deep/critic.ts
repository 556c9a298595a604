/** Values of what the agents see while they play, with the critic's own memory between steps. */
import { type GameBuffers, truncated } from '../../games/vector.ts';
import type { Session } from '../../tensor/engine.ts';
import { Graph } from '../../tensor/graph.ts';
import type { Node, Program } from '../../tensor/ir.ts';
import type { Shape as GameShape } from '../shared/shape.ts';
import { actionValues, bestActionValues } from './action-critic.ts';
import type { ActorCritic } from './actor-critic.ts';
import { type Group, writeAvailable, writeInputs } from './groups.ts';
import type { NextActions } from './next-actions.ts';
import { teamOf } from './others.ts';
import { type CriticPath, criticCarries, type PolicyNetworks, valuesOf } from './policy-networks.ts';
import type { Rollout } from './rollout.ts';

/** What the critic remembers of the games stays in states of this name, followed by its number. */
export const criticMemory = (group: Group, k: number): string => `value/${group.name}/carry${k}`;

/** The same of its target. */
const targetMemory = (group: Group, k: number): string => `targetValue/${group.name}/carry${k}`;

/**
 * `value` goes on with every game by a step. `bootstrap` looks a step ahead of that and leaves the memory as it is: for what follows the
 * last step of an episode or of a rollout. Both say what the first critic's target, or without one the critic, makes of the step.
 */
export function criticPrograms(
  groups: readonly Group[],
  networks: PolicyNetworks,
  games: number,
  method: Pick<ActorCritic, 'critics' | 'target' | 'worth'>,
): Program[] {
  const targets = method.target !== undefined;
  const speaks = targets ? 'target' : 'critic';
  return ['value', 'bootstrap'].map(name => {
    const g = new Graph(name);
    const { stateLength } = networks;
    const state = stateLength === 0 ? undefined : g.reshape(g.input('state', [games, stateLength]), [1, games, -1]);
    const keep = name === 'value' ? g.reshape(g.input('keep', [games]), [1, games, 1]) : undefined;
    const seen = groups.map(group => ({
      group,
      x: g.input(`x/${group.name}`, [group.agents.length, games, group.inputLength]),
    }));
    if (readsActions(method)) {
      const doing = groups.map(group => ({
        group,
        actions: g.input(`actions/${group.name}`, [group.agents.length, games], 'i32'),
        available: g.input(`available/${group.name}`, [group.agents.length, games, group.actionCount]),
        acts: g.input(`acts/${group.name}`, [group.agents.length, games]),
      }));
      const team = teamOf(g, doing);
      for (const [k, { group, x }] of seen.entries()) {
        const situation = { group, x, state, team };
        const judged = {
          actions: doing[k]!.actions,
          output: actionValues(g, networks, situation, speaks),
          best: () => bestActionValues(g, networks, situation, speaks),
        };
        g.output(`out/${group.name}`, method.worth?.(g, judged) ?? judged.output);
      }
      return g.program();
    }
    const memories = groups.map(group => criticCarries(networks, group, games));
    const steps = (path: CriticPath, memory: typeof criticMemory): ((of: number) => Node) => {
      const before = groups.map((group, of) => memories[of]!.map((shape, k) => g.state(memory(group, k), shape)));
      const values = valuesOf(
        g,
        networks,
        seen.map(({ group, x }, of) => {
          const carries = before[of]!.map((carry): Node => (keep === undefined ? carry : g.mul(carry, keep)));
          return { group, x, past: { carries } };
        }),
        state,
        path,
      );
      return of => {
        const { output, carries } = values(of);
        if (name === 'value') for (const [k, carry] of carries.entries()) g.assign(before[of]![k]!, carry);
        return output;
      };
    };
    const remembers = memories.some(shapes => shapes.length > 0);
    // Updates begin with what the critic itself remembers, whoever speaks.
    const own = !targets || (remembers && name === 'value') ? steps('critic', criticMemory) : undefined;
    const target = targets ? steps('target', targetMemory) : undefined;
    for (const [of, { group }] of seen.entries()) {
      const said = own?.(of);
      const output = target?.(of) ?? said!;
      const none = (): never => {
        throw new RangeError('only a critic of actions knows the best of them');
      };
      // What agents do is nothing to a critic of states.
      const actions = g.constant(0, output.shape, 'i32');
      g.output(`out/${group.name}`, method.worth?.(g, { actions, output, best: none }) ?? output);
    }
    return g.program();
  });
}

/** Whether a critic must be told what the agents do. */
export function readsActions({ critics }: Pick<ActorCritic, 'critics'>): boolean {
  return critics[0]?.values === 'action';
}

export class Critic {
  readonly #shape: GameShape;
  readonly #groups: readonly Group[];
  readonly #value: Run;
  readonly #bootstrap: Run;
  readonly #keep: Float32Array;
  readonly #stateLength: number;
  readonly #nextActions: NextActions | undefined;

  /** `nextActions`: for critics of actions, what the agents would do in what followed. */
  constructor(
    session: Session,
    shape: GameShape,
    groups: readonly Group[],
    stateLength: number,
    nextActions?: NextActions,
  ) {
    this.#shape = shape;
    this.#groups = groups;
    this.#stateLength = stateLength;
    this.#nextActions = nextActions;
    const actions = nextActions !== undefined;
    this.#value = runOf(session, 'value', groups, stateLength, actions);
    this.#bootstrap = runOf(session, 'bootstrap', groups, stateLength, actions);
    this.#keep = session.entry('value').input('keep');
  }

  /** Values of what the rollout saw, and did, in its next step, into its `values`. */
  see(rollout: Rollout): void {
    const { length: t, games } = rollout;
    for (let e = 0; e < games; e++) this.#keep[e] = 1 - rollout.resets[t * games + e]!;
    rollout.groups.forEach(({ group, x, actions, available, active }, k) => {
      const entries = group.agents.length * games;
      const part = (width: number): [number, number] => [t * entries * width, (t + 1) * entries * width];
      this.#value.inputs[k]!.set(x.subarray(...part(group.inputLength)));
      const doing = this.#value.doing?.[k];
      doing?.actions.set(actions.subarray(...part(1)));
      doing?.available.set(available.subarray(...part(group.actionCount)));
      doing?.acts.set(active.subarray(...part(1)));
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
    const { agents, observationRow, actionRow } = this.#shape;
    const { inputs, state, doing, outputs } = this.#bootstrap;
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
      if (doing === undefined) continue;
      const masks = cut && buffers.finalMasks.length > 0 ? buffers.finalMasks : buffers.masks;
      for (const [k, group] of this.#groups.entries()) {
        writeAvailable(this.#shape, group, masks, e * actionRow, doing[k]!.available, e, games);
        for (const [a, agent] of group.agents.entries()) {
          const start = e * actionRow + this.#shape.actionStart[agent]!;
          doing[k]!.acts[a * games + e] = masks.subarray(start, start + this.#shape.actionCount[agent]!).includes(1)
            ? 1
            : 0;
        }
      }
    }
    if (doing !== undefined) this.#nextActions?.draw(inputs, doing);
    this.#bootstrap.run();
    const t = rollout.length - 1;
    rollout.groups.forEach(({ group, next }, k) => {
      next.set(outputs[k]!, t * group.agents.length * games);
    });
  }
}

/** What a group does: [agents, games], `available` with the actions behind. */
export interface DoingArrays {
  readonly actions: Int32Array;
  readonly available: Float32Array;
  readonly acts: Float32Array;
}

interface Run {
  readonly inputs: readonly Float32Array[];
  readonly state: Float32Array | undefined;
  readonly doing: readonly DoingArrays[] | undefined;
  readonly outputs: readonly Float32Array[];
  readonly run: () => void;
}

function runOf(
  session: Session,
  program: string,
  groups: readonly Group[],
  stateLength: number,
  actions: boolean,
): Run {
  const entry = session.entry(program);
  return {
    inputs: groups.map(group => entry.input(`x/${group.name}`)),
    state: stateLength === 0 ? undefined : entry.input('state'),
    doing: actions
      ? groups.map(group => ({
          actions: entry.indices(`actions/${group.name}`),
          available: entry.input(`available/${group.name}`),
          acts: entry.input(`acts/${group.name}`),
        }))
      : undefined,
    outputs: groups.map(group => entry.output(`out/${group.name}`)),
    run: () => void entry.run(),
  };
}
