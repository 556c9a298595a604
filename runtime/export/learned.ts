/** What a seed learned, without what it needs to go on: for a safetensors file that other tools read. */
import type { GameSpec } from '../games/vector.ts';
import { allocateBuffers } from '../games/vector.ts';
import type { Arrays, LearnedTable } from '../learners/shared/learner.ts';
import type { Engine } from '../tensor/engine.ts';
import { wasmEngine } from '../tensor/engines/wasm/index.ts';
import type { StateDeclaration } from '../tensor/ir.ts';
import { policyFrom } from '../train/policy.ts';
import { isDeep, learnerFor } from '../train/run.ts';
import type { TrainSpec } from '../train/spec.ts';

export interface LearnedTensors {
  readonly arrays: Arrays;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/**
 * The learned parameters of a deep learner under their own names (`online/Hunter/mlp0/dense0/weight`; no target networks, no moments of
 * the optimiser), or the tables of a tabular one: `QUANTITY/AGENT/observations` [rows, numbers], `/values` [rows, actions] and `/legal`
 * [rows, actions]; AGENT is `all` where one table is about all agents.
 *
 * @param checkpoint as `trainSeed` wrote it
 */
export function learnedTensors(spec: TrainSpec, game: GameSpec, checkpoint: Arrays): LearnedTensors {
  return isDeep(spec) ? parameters(spec, game, checkpoint) : tables(spec, game, checkpoint);
}

function parameters(spec: TrainSpec, game: GameSpec, checkpoint: Arrays): LearnedTensors {
  const arrays: Arrays = new Map();
  const shapes = new Map<string, readonly number[]>();
  for (const { name, shape, trainable } of statesOf(spec, game)) {
    const values = checkpoint.get(`learner.tensor.${name}`);
    if (!trainable || name.startsWith('target/') || values === undefined) continue;
    arrays.set(name, values);
    shapes.set(name, shape);
  }
  return { arrays, shapes };
}

/** The states of the learner's programs: it is made once on an engine that writes down what it is asked to open. */
function statesOf(spec: TrainSpec, game: GameSpec): readonly StateDeclaration[] {
  const inner = wasmEngine();
  let states: readonly StateDeclaration[] = [];
  const engine: Engine = {
    name: inner.name,
    synchronous: inner.synchronous,
    open(programs) {
      const session = inner.open(programs);
      if (!(session instanceof Promise)) states = session.states;
      return session;
    },
  };
  learnerFor(spec, game, engine).makeLearner(allocateBuffers(game, spec.envs), 0);
  return states;
}

function tables(spec: TrainSpec, game: GameSpec, checkpoint: Arrays): LearnedTensors {
  const arrays: Arrays = new Map();
  const shapes = new Map<string, readonly number[]>();
  for (const table of policyFrom(spec, game, checkpoint).view()) {
    const { agent, quantity, rows, keyLength } = table;
    const path = `${quantity}/${agent === undefined ? 'all' : game.agents[agent]}`;
    const actions = actionsOf(table, game);
    const observations = new Float32Array(rows * keyLength);
    const values = new Float64Array(rows * actions);
    const legal = new Uint8Array(rows * actions);
    for (let row = 0; row < rows; row++) {
      observations.set(table.key(row), row * keyLength);
      for (let action = 0; action < actions; action++) {
        values[row * actions + action] = table.value(row, action);
        legal[row * actions + action] = table.legal(row, action) ? 1 : 0;
      }
    }
    for (const [name, array, width] of [
      ['observations', observations, keyLength],
      ['values', values, actions],
      ['legal', legal, actions],
    ] as const) {
      arrays.set(`${path}/${name}`, array);
      shapes.set(`${path}/${name}`, [rows, width]);
    }
  }
  return { arrays, shapes };
}

function actionsOf({ agent }: LearnedTable, game: GameSpec): number {
  if (agent !== undefined) return game.actionCount[agent] as number;
  return game.actionCount.reduce((product, count) => product * count, 1);
}
