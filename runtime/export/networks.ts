/** The acting networks of a deep learner, taken out of a checkpoint: a program for any number of rows, and its parameters. */
import type { GameSpec } from '../games/vector.ts';
import { algorithmNamed, completeSettings } from '../learners/catalogue.ts';
import { type ActionVector, actionVector } from '../learners/deep/deterministic-actions.ts';
import { policyStep as actorStep, policyCarries } from '../learners/deep/deterministic-networks.ts';
import { type Group, groupsOf } from '../learners/deep/groups.ts';
import { actorCarries, logPolicy, type PolicyNetworks } from '../learners/deep/policy-networks.ts';
import type { PolicySettings } from '../learners/deep/policy-settings.ts';
import { type QNetwork, qCarries, qStep } from '../learners/deep/q-networks.ts';
import type { DeepValueSettings } from '../learners/deep/value-settings.ts';
import type { Arrays } from '../learners/shared/learner.ts';
import { shapeOf } from '../learners/shared/shape.ts';
import { Graph } from '../tensor/graph.ts';
import type { Node, Program, Shape } from '../tensor/ir.ts';
import { describeNetwork, type NetworkSpec } from '../tensor/layers/spec.ts';
import type { TrainSpec } from '../train/spec.ts';

/** One network with the agents that act by it. */
export interface ActingNetwork {
  /** The group of agents that share it, or the one agent it belongs to. */
  readonly name: string;
  /** Numbers of its agents, ascending. */
  readonly agents: readonly number[];
  /** What a row of its input is made of. */
  readonly group: Group;
  /**
   * Action values, or logarithms of probabilities where every action is available; `actions`: such logarithms, if there is anything
   * finite to choose, and behind them real numbers, in -1 .. 1 for the whole range between the bounds of each.
   */
  readonly output: 'values' | 'logits' | 'actions';
  /** How many of the outputs are about finite actions, and how many are real numbers. */
  readonly finite: number;
  readonly reals: number;
  /** As the language writes it. */
  readonly network: string;
  /** Numbers per row of each tensor that it remembers. */
  readonly carries: readonly number[];
  /** Inputs `observation` [rows, features] and `carryK` [rows, n]; outputs as `output` says [rows, n] and `nextCarryK`. */
  program(rows: number): Program;
  /** Values of the states of `program`, by name. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
}

/**
 * The networks that a training acts by, one for each group of agents that share parameters; with `sharing = none` one for each agent.
 *
 * @param checkpoint as `trainSeed` wrote it
 * @throws RangeError where the algorithm has no networks, or the checkpoint is of another training
 */
export function actingNetworks(
  spec: Pick<TrainSpec, 'algorithm' | 'settings'>,
  game: GameSpec,
  checkpoint: Arrays,
): readonly ActingNetwork[] {
  const algorithm = algorithmNamed(spec.algorithm);
  if (algorithm?.deep !== true) throw new RangeError(`${spec.algorithm} has no networks`);
  const settings = completeSettings(algorithm, spec.settings, game.discount) as unknown as DeepValueSettings &
    PolicySettings;
  const { sharing, agent_ids: agentIds, last_action: lastAction } = settings;
  const groups = groupsOf(shapeOf(game, 1), game, { sharing, agentIds, lastAction });
  const stepOf = (group: Group): Step => {
    if (learnsValues(checkpoint)) return valueStep(settings);
    const real = group.agents.some(agent => (game.realActionLength[agent] ?? 0) > 0);
    return real ? realStep(settings, actionVector(group, game)) : policyStep(settings);
  };
  return groups.flatMap(group =>
    partsOf(group, game).map(part => networkOf(part, stepOf(group), settings.network, checkpoint)),
  );
}

/** Learners of values name their parameters `online/..`, those of policies `actor/..`. */
function learnsValues(checkpoint: Arrays): boolean {
  return [...checkpoint.keys()].some(name => name.startsWith('learner.tensor.online/'));
}

interface Part {
  readonly name: string;
  readonly agents: readonly number[];
  /** A single agent, whose row is the network's input. */
  readonly group: Group;
  /** Which of the parameters side by side are its own; undefined where they are shared. */
  readonly copy: number | undefined;
}

function partsOf(group: Group, game: GameSpec): readonly Part[] {
  const { copies: _, ...rest } = group;
  const one = (agents: readonly number[]): Group => ({ ...rest, agents: agents.slice(0, 1), copies: undefined });
  if (group.copies === undefined)
    return [{ name: group.name, agents: group.agents, group: one(group.agents), copy: undefined }];
  return group.agents.map((agent, copy) => ({
    name: game.agents[agent] ?? `${agent}`,
    agents: [agent],
    group: one([agent]),
    copy,
  }));
}

interface Step {
  readonly output: ActingNetwork['output'];
  /** Of the outputs; those of all actions where missing. */
  readonly sizes?: { readonly finite: number; readonly reals: number };
  carries(group: Group, rows: number): readonly Shape[];
  build(g: Graph, group: Group, x: Node, carries: readonly Node[]): { output: Node; carries: readonly Node[] };
}

function valueStep({ network: torso, dueling }: DeepValueSettings): Step {
  const network: QNetwork = { torso, dueling };
  return {
    output: 'values',
    carries: (group, rows) => qCarries(network, group, rows),
    build: (g, group, x, carries) => qStep(g, network, 'online', group, x, carries),
  };
}

function policyStep({ network }: PolicySettings): Step {
  // How weights start does not matter to a network that is given its weights.
  const networks: PolicyNetworks = {
    actor: network,
    critic: network,
    criticReads: 'observation',
    stateLength: 0,
    headGains: undefined,
  };
  return {
    output: 'logits',
    carries: (group, rows) => actorCarries(networks, group, rows),
    build(g, group, x, carries) {
      const available = g.broadcast(1, [...x.shape.slice(0, -1), group.actionCount]);
      return logPolicy(g, networks, group, x, available, { carries });
    },
  };
}

/** Policies that choose real numbers. */
function realStep({ network }: PolicySettings, vector: ActionVector): Step {
  const { finite, real, width } = vector;
  return {
    output: 'actions',
    sizes: { finite, reals: real },
    carries: (group, rows) => policyCarries(network, group, rows),
    build(g, group, x, carries) {
      // One agent alone has all numbers of its group: where it has fewer, those behind its own are not read.
      const own: ActionVector = { ...vector, group, ownReals: undefined };
      const { output, carries: after } = actorStep(g, network, own, x, carries);
      const numbers = g.tanh(g.slice(output, -1, finite, width));
      if (finite === 0) return { output: numbers, carries: after };
      return { output: g.concat([g.logSoftmax(g.slice(output, -1, 0, finite)), numbers]), carries: after };
    },
  };
}

function networkOf(part: Part, step: Step, network: NetworkSpec, checkpoint: Arrays): ActingNetwork {
  const { group } = part;
  const { finite, reals } = step.sizes ?? { finite: group.actionCount, reals: 0 };
  function program(rows: number): Program {
    const g = new Graph(part.name);
    const before = step.carries(group, rows).map((shape, k) => {
      const flat = g.input(`carry${k}`, [rows, shape.at(-1) as number]);
      return g.reshape(flat, shape);
    });
    const x = g.reshape(g.input('observation', [rows, group.inputLength]), [1, rows, group.inputLength]);
    const { output, carries } = step.build(g, group, x, before);
    g.output(step.output, g.reshape(output, [rows, finite + reals]));
    for (const [k, carry] of carries.entries()) g.output(`nextCarry${k}`, g.reshape(carry, [rows, -1]));
    return g.program();
  }
  const parameters = new Map(
    program(1).states.map(({ name, shape }) => {
      const length = shape.reduce((product, n) => product * n, 1);
      return [name, valuesOf(checkpoint, name, length, part.copy)];
    }),
  );
  return {
    name: part.name,
    agents: part.agents,
    group,
    output: step.output,
    finite,
    reals,
    network: describeNetwork(network),
    carries: step.carries(group, 1).map(shape => shape.at(-1) as number),
    program,
    parameters,
  };
}

function valuesOf(checkpoint: Arrays, name: string, length: number, copy: number | undefined): Float32Array {
  const all = checkpoint.get(`learner.tensor.${name}`);
  const from = (copy ?? 0) * length;
  if (!(all instanceof Float32Array) || (copy === undefined ? all.length !== length : all.length < from + length))
    throw new RangeError(`the checkpoint does not hold ${name} as this version of Marl names it`);
  return all.slice(from, from + length);
}
