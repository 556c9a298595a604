/** A learned policy, one decision at a time: for playing against it by hand and for `marl eval`. */
import { allocateBuffers, type GameSpec, offsets } from '../games/vector.ts';
import { nthLegal } from '../learners/shared/explore.ts';
import type { Arrays, LearnedTable, Learner, Seen } from '../learners/shared/learner.ts';
import type { Stream } from '../rng/stream.ts';
import type { Engine } from '../tensor/engine.ts';
import { learnerFor } from './run.ts';
import type { Schedule, TrainSpec } from './spec.ts';

export interface Policy {
  /** True where one learner chooses for all agents from what all of them see; then only `actAll` works. */
  readonly central: boolean;
  /**
   * The action of one agent that acts, from all it has seen in this episode, the present last: its own observations and masks (slices
   * of each row). Policies without memory read the present only. Takes one number from `stream`, two where it explores. With `greedy`
   * false it explores as at the end of the training. Real numbers of the action, where the agent chooses any, are written to `numbers`.
   */
  act(agent: number, seen: readonly Seen[], stream: Stream, greedy: boolean, numbers?: Float64Array): number;
  /** Does it remember earlier steps of an episode? */
  readonly memory: boolean;
  /** The actions of all agents (0 for who does not act), from one row of observations and of masks, as at the start of an episode. */
  actAll(observations: Float32Array, masks: Uint8Array, stream: Stream, greedy: boolean): Int32Array;
  /** What was learned, observation by observation. */
  view(): readonly LearnedTable[];
}

/** The learner as a checkpoint of `trainSeed` left it; `engine` as there. */
export function learnerFrom(spec: TrainSpec, game: GameSpec, checkpoint: Arrays, engine?: Engine): Learner {
  const learner = learnerFor(spec, game, engine).makeLearner(allocateBuffers(game, spec.envs), 0);
  const learned: Arrays = new Map();
  for (const [name, array] of checkpoint) if (name.startsWith('learner.')) learned.set(name.slice(8), array);
  learner.restore(learned);
  return learner;
}

export function policyFrom(spec: TrainSpec, game: GameSpec, checkpoint: Arrays, engine?: Engine): Policy {
  const learner = learnerFrom(spec, game, checkpoint, engine);
  const { shape } = learnerFor(spec, game, engine);
  const memory = learner.begin !== undefined;
  const buffers = allocateBuffers(game, 1);
  const draws = new Uint32Array(shape.agents);
  const realStarts = offsets(game.realActionLength);
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

  function act(agent: number, seen: readonly Seen[], stream: Stream, greedy: boolean, numbers?: Float64Array): number {
    if (central) throw new RangeError('a central policy needs the observations of all agents: use actAll');
    const now = seen.at(-1);
    if (now === undefined) throw new RangeError('an agent that has seen nothing cannot choose');
    show(agent, now);
    return explored(chosen(agent, seen, stream.next32(), numbers), agent, stream, greedy);
  }

  function show(agent: number, { observation, mask }: Seen): void {
    buffers.observations.fill(0).set(observation, shape.observationStart[agent]!);
    buffers.masks.fill(0).set(mask, shape.actionStart[agent]!);
  }

  function chosen(agent: number, seen: readonly Seen[], draw: number, numbers?: Float64Array): number {
    if (learner.decide !== undefined) return learner.decide(agent, seen, draw, numbers);
    // Without `decide`, a learner is taken through the episode; in between it did what it would have chosen.
    learner.begin?.();
    for (const past of memory ? seen.slice(0, -1) : []) {
      show(agent, past);
      learner.greedy(buffers, 1, draws);
    }
    const now = seen.at(-1);
    if (now !== undefined) show(agent, now);
    draws[agent] = draw;
    learner.greedy(buffers, 1, draws);
    numbers?.set(buffers.realActions.subarray(realStarts[agent]!, realStarts[agent + 1]!));
    return buffers.actions[agent]!;
  }

  function actAll(observations: Float32Array, masks: Uint8Array, stream: Stream, greedy: boolean): Int32Array {
    buffers.observations.set(observations);
    buffers.masks.set(masks);
    buffers.actions.fill(0);
    learner.begin?.();
    for (let i = 0; i < shape.agents; i++) draws[i] = stream.next32();
    learner.greedy(buffers, 1, draws);
    return buffers.actions.map((action, agent) => explored(action, agent, stream, greedy));
  }

  return { central, memory, act, actAll, view: () => learner.view() };
}

/** The exploration that the settings end with. */
function lastExploration({ settings }: TrainSpec): number {
  const schedule = (settings.epsilon ?? settings.explore) as Schedule | undefined;
  if (schedule === undefined) return 0;
  return schedule.over === 0 ? schedule.from : schedule.to;
}
