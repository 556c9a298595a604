/** One step of every agent's network in many games at once, with the memory of recurrent networks between steps. */
import { type GameBuffers, running } from '../../games/vector.ts';
import type { Engine, Session } from '../../tensor/engine.ts';
import { Graph } from '../../tensor/graph.ts';
import type { Node, Program, Shape } from '../../tensor/ir.ts';
import type { Arrays } from '../shared/learner.ts';
import type { Shape as GameShape } from '../shared/shape.ts';
import { best } from './choices.ts';
import { type Group, writeAvailable, writeInputs } from './groups.ts';

/** Chooses an action of one agent, number `agent` of the game, in game e. */
export type Pick = (
  values: Float32Array,
  available: Float32Array,
  start: number,
  count: number,
  e: number,
  agent: number,
) => number;

/** Games that one run of the evaluation program serves. */
export const playRows = 128;

/** Builds one step of a group's network: x [agents, games, features], available [agents, games, actions] of 0 and 1. */
export type BuildStep = (
  g: Graph,
  group: Group,
  x: Node,
  carries: readonly Node[],
  available: Node,
) => { readonly output: Node; readonly carries: readonly Node[] };

/** A program that acts in `rows` games: one output `out/GROUP` per group. Carries stay in states of the program. */
export function actingProgram(
  name: string,
  rows: number,
  groups: readonly Group[],
  carryShapes: (group: Group, rows: number) => readonly Shape[],
  build: BuildStep,
): Program {
  const g = new Graph(name);
  // 0 where an episode begins: what was remembered of the last one is forgotten.
  const keep = g.reshape(g.input('keep', [rows]), [1, rows, 1]);
  for (const group of groups) {
    const agents = group.agents.length;
    const x = g.input(`x/${group.name}`, [agents, rows, group.inputLength]);
    const available = g.input(`available/${group.name}`, [agents, rows, group.actionCount]);
    const before = carryShapes(group, rows).map((shape, k) => g.state(`${name}/${group.name}/carry${k}`, shape));
    const { output, carries } = build(
      g,
      group,
      x,
      before.map(carry => g.mul(carry, keep)),
      available,
    );
    for (const [k, carry] of carries.entries()) g.assign(before[k]!, carry);
    g.output(`out/${group.name}`, output);
  }
  return g.program();
}

export class Acting {
  readonly rows: number;
  readonly #shape: GameShape;
  readonly #groups: readonly Group[];
  readonly #run: () => void;
  readonly #keep: Float32Array;
  readonly #inputs: readonly Float32Array[];
  readonly #available: readonly Float32Array[];
  readonly #outputs: readonly Float32Array[];
  /** rows x agents: the last action of this episode, -1 before the first. */
  readonly lastActions: Int32Array;

  constructor(session: Session, name: string, rows: number, shape: GameShape, groups: readonly Group[]) {
    const entry = session.entry(name);
    this.rows = rows;
    this.#shape = shape;
    this.#groups = groups;
    this.#run = () => void entry.run();
    this.#keep = entry.input('keep');
    this.#inputs = groups.map(group => entry.input(`x/${group.name}`));
    this.#available = groups.map(group => entry.input(`available/${group.name}`));
    this.#outputs = groups.map(group => entry.output(`out/${group.name}`));
    this.lastActions = new Int32Array(rows * shape.agents);
    this.forget();
  }

  /** Every game begins anew. */
  forget(): void {
    this.#keep.fill(0);
    this.lastActions.fill(-1);
  }

  /** Runs the networks on what the agents see in games 0 .. envs-1 of the buffers; games that ended in the last step begin anew. */
  run(buffers: GameBuffers, envs: number): void {
    const shape = this.#shape;
    const { agents, observationRow, actionRow } = shape;
    for (let e = 0; e < envs; e++) {
      if (buffers.ended[e] === running) continue;
      this.#keep[e] = 0;
      this.lastActions.fill(-1, e * agents, (e + 1) * agents);
    }
    this.#groups.forEach((group, k) => {
      for (let e = 0; e < envs; e++) {
        const row = {
          observations: buffers.observations,
          observationAt: e * observationRow,
          lastActions: this.lastActions,
          lastActionsAt: e * agents,
        };
        writeInputs(shape, group, row, this.#inputs[k]!, e, this.rows);
        writeAvailable(shape, group, buffers.masks, e * actionRow, this.#available[k]!, e, this.rows);
      }
    });
    this.#run();
    this.#keep.fill(1);
  }

  /** Numbers of all actions of one agent in one game: place in `values`. */
  at(group: number, agentInGroup: number, e: number): number {
    return (agentInGroup * this.rows + e) * this.#groups[group]!.actionCount;
  }

  /** The output of a group: [agents, rows, actions]. */
  values(group: number): Float32Array {
    return this.#outputs[group]!;
  }

  /** Which actions are available, laid out as `values`. */
  available(group: number): Float32Array {
    return this.#available[group]!;
  }

  /** Remembers what was chosen in games 0 .. envs-1. */
  chose(actions: Int32Array, envs: number): void {
    this.lastActions.set(actions.subarray(0, envs * this.#shape.agents));
  }

  /**
   * Writes what every agent does in games 0 .. envs-1, and remembers it. `pick` is given what `run` said of an agent's actions and which are
   * available, both from `start` on, and how many there are.
   */
  choose(buffers: GameBuffers, envs: number, pick: Pick): void {
    const { agents } = this.#shape;
    for (const [k, { agents: own, actionCount }] of this.#groups.entries()) {
      const values = this.#outputs[k]!;
      const available = this.#available[k]!;
      for (let a = 0; a < own.length; a++)
        for (let e = 0; e < envs; e++) {
          const agent = own[a]!;
          const start = (a * this.rows + e) * actionCount;
          buffers.actions[e * agents + agent] = pick(values, available, start, actionCount, e, agent);
        }
    }
    this.chose(buffers.actions, envs);
  }

  /** Every agent does what its network finds best. */
  greedy(buffers: GameBuffers, envs: number): void {
    this.run(buffers, envs);
    this.choose(buffers, envs, best);
  }

  /**
   * Runs the networks behind what was done `before` (-1: nothing yet) and writes probabilities, rows laid out as masks: what the networks say,
   * or 1 for what they find best (`certain`).
   */
  probabilities(buffers: GameBuffers, envs: number, before: Int32Array, into: Float32Array, certain: boolean): void {
    const { agents, actionCount, actionStart, actionRow } = this.#shape;
    this.lastActions.set(before.subarray(0, envs * agents));
    this.run(buffers, envs);
    for (const [k, { agents: own, actionCount: most }] of this.#groups.entries()) {
      const values = this.#outputs[k]!;
      const available = this.#available[k]!;
      for (const [a, agent] of own.entries())
        for (let e = 0; e < envs; e++) {
          const from = this.at(k, a, e);
          const to = e * actionRow + actionStart[agent]!;
          const found = certain ? best(values, available, from, most) : -1;
          for (let action = 0; action < actionCount[agent]!; action++)
            into[to + action] = certain ? Number(action === found) : values[from + action]! * available[from + action]!;
        }
    }
  }

  /** The action that its network finds best for one agent in game 0, by the last `run`. */
  bestOf(agent: number): number {
    const k = this.#groups.findIndex(group => group.agents.includes(agent));
    const { agents, actionCount } = this.#groups[k]!;
    return best(this.values(k), this.available(k), this.at(k, agents.indexOf(agent), 0), actionCount);
  }

  save(prefix: string, into: Arrays): void {
    into.set(`${prefix}.keep`, this.#keep.slice());
    into.set(`${prefix}.lastActions`, this.lastActions.slice());
  }

  restore(prefix: string, from: Arrays): void {
    this.#keep.set(from.get(`${prefix}.keep`)!);
    this.lastActions.set(from.get(`${prefix}.lastActions`)!);
  }
}

/** Opens programs on an engine that answers at once. */
export function openNow(engine: Engine, programs: readonly Program[]): Session {
  const session = engine.open(programs);
  if (session instanceof Promise) throw new RangeError(`engine ${engine.name} answers too late for training`);
  return session;
}

/** Runs an entry, on an engine that answers at once. */
export function runner(session: Session, name: string): () => void {
  const entry = session.entry(name);
  return () => void entry.run();
}

/** Everything an engine's session keeps, for checkpoints. Only for engines that answer at once. */
export function saveStates(session: Session, into: Arrays): void {
  for (const { name } of session.states) into.set(`tensor.${name}`, session.read(name) as Float32Array);
}

export function restoreStates(session: Session, from: Arrays): void {
  for (const { name } of session.states) session.write(name, from.get(`tensor.${name}`)!);
}
