/** A learned policy, one decision at a time: for playing against it by hand and for `marl eval`. */
import { allocateBuffers, type GameSpec } from '../games/vector.ts';
import { nthLegal } from '../learners/shared/explore.ts';
import type { Arrays, LearnedTable, Learner } from '../learners/shared/learner.ts';
import type { Stream } from '../rng/stream.ts';
import { learnerFor } from './run.ts';
import type { Schedule, TrainSpec } from './spec.ts';

export interface Policy {
  /** True where one learner chooses for all agents from what all of them see; then only `actAll` works. */
  readonly central: boolean;
  /**
   * The action of one agent that acts, from its own observation and its own mask (a slice of each row). Takes one number from
   * `stream`, two where it explores. With `greedy` false it explores as at the end of the training.
   */
  act(agent: number, observation: Float32Array, mask: Uint8Array, stream: Stream, greedy: boolean): number;
  /** The actions of all agents (0 for who does not act), from one row of observations and of masks. */
  actAll(observations: Float32Array, masks: Uint8Array, stream: Stream, greedy: boolean): Int32Array;
  /** What was learned, observation by observation. */
  view(): readonly LearnedTable[];
}

/** The learner as a checkpoint of `trainSeed` left it. */
export function learnerFrom(spec: TrainSpec, game: GameSpec, checkpoint: Arrays): Learner {
  const learner = learnerFor(spec, game).makeLearner(allocateBuffers(game, spec.envs), 0);
  const learned: Arrays = new Map();
  for (const [name, array] of checkpoint) if (name.startsWith('learner.')) learned.set(name.slice(8), array);
  learner.restore(learned);
  return learner;
}

export function policyFrom(spec: TrainSpec, game: GameSpec, checkpoint: Arrays): Policy {
  const learner = learnerFrom(spec, game, checkpoint);
  const { shape } = learnerFor(spec, game);
  const buffers = allocateBuffers(game, 1);
  const draws = new Uint32Array(shape.agents);
  const central = learner.view().some(table => table.agent === undefined);
  const epsilon = lastExploration(spec);

  /** A random legal action in place of `action`, with probability epsilon. */
  function explored(action: number, agent: number, stream: Stream, greedy: boolean): number {
    if (greedy || !stream.bernoulli(epsilon)) return action;
    const start = shape.actionStart[agent]!;
    const count = shape.actionCount[agent]!;
    const legal = buffers.masks.subarray(start, start + count).reduce((n, flag) => n + flag, 0);
    return legal === 0 ? action : nthLegal(buffers.masks, start, count, stream.below(legal));
  }

  function act(agent: number, observation: Float32Array, mask: Uint8Array, stream: Stream, greedy: boolean): number {
    if (central) throw new RangeError('a central policy needs the observations of all agents: use actAll');
    buffers.observations.fill(0).set(observation, shape.observationStart[agent]!);
    buffers.masks.fill(0).set(mask, shape.actionStart[agent]!);
    draws[agent] = stream.next32();
    learner.greedy(buffers, 1, draws);
    return explored(buffers.actions[agent]!, agent, stream, greedy);
  }

  function actAll(observations: Float32Array, masks: Uint8Array, stream: Stream, greedy: boolean): Int32Array {
    buffers.observations.set(observations);
    buffers.masks.set(masks);
    buffers.actions.fill(0);
    for (let i = 0; i < shape.agents; i++) draws[i] = stream.next32();
    learner.greedy(buffers, 1, draws);
    return buffers.actions.map((action, agent) => explored(action, agent, stream, greedy));
  }

  return { central, act, actAll, view: () => learner.view() };
}

/** The exploration that the settings end with. */
function lastExploration({ settings }: TrainSpec): number {
  const schedule = (settings.epsilon ?? settings.explore) as Schedule | undefined;
  if (schedule === undefined) return 0;
  return schedule.over === 0 ? schedule.from : schedule.to;
}
