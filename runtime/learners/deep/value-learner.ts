/**
 * What learners of deep action values have in common: epsilon-greedy acting in parallel games, replay, when to update, target networks,
 * checkpoints. The loss is the learner's own.
 */
import { countEnded, type GameBuffers } from '../../games/vector.ts';
import { purposes, Stream } from '../../rng/stream.ts';
import { Graph } from '../../tensor/graph.ts';
import { initialise } from '../../tensor/initialise.ts';
import type { Node, Program } from '../../tensor/ir.ts';
import { drawOf, policyKeys } from '../shared/draws.ts';
import { exploreBelow } from '../shared/explore.ts';
import type { Arrays, DeepContext, Learner, Seen } from '../shared/learner.ts';
import { valueAt } from '../shared/schedule.ts';
import type { Shape } from '../shared/shape.ts';
import { Acting, openNow, playRows, restoreStates, saveStates } from './acting.ts';
import { batchInputs } from './batch.ts';
import { epsilonGreedy } from './choices.ts';
import { replayOf } from './deciding.ts';
import { type Group, groupsOf } from './groups.ts';
import { keepNotes, type Note } from './notes.ts';
import { optimise, parametersUnder } from './optimise.ts';
import { isRecurrent, type QNetwork, valueActingPrograms } from './q-networks.ts';
import { Replay } from './replay.ts';
import { followProgram, followSlowly } from './target-networks.ts';
import { lengthsUpTo, ReplayUpdates, tell } from './updates.ts';
import type { DeepValueSettings } from './value-settings.ts';
import { valueTables } from './value-table.ts';
import { type ValueTensors, valueTensors } from './value-tensors.ts';

export interface ValueLoss {
  /** Whether the loss reads the whole state. */
  readonly readsState: boolean;
  /** Whether the loss reads the probability of exploring, the input `explore`. */
  readonly readsExplore?: boolean;
  /**
   * The loss, one number. Parameters of its own are named `online/...`, their targets `target/...`: those are trained, these follow.
   */
  build(g: Graph, tensors: ValueTensors): Node;
}

// `notes`: what the replay keeps of every choice besides.
export function valueLearner(
  shape: Shape,
  settings: DeepValueSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
  loss: ValueLoss,
  notes: readonly Note[],
): Learner {
  const groups = groupsOf(shape, context.game, {
    sharing: settings.sharing,
    agentIds: settings.agent_ids,
    lastAction: settings.last_action,
  });
  const network: QNetwork = { torso: settings.network, dueling: settings.dueling };
  const recurrent = isRecurrent(settings.network);
  const length = recurrent
    ? Math.min(shape.episodeLimit, settings.window)
    : Math.min(settings.n_step, shape.episodeLimit);
  const stateLength = loss.readsState ? context.game.stateLength : 0;

  // Programs and what they share
  const lengths = lengthsUpTo(length);
  const trains = lengths.map(steps => trainProgram(groups, network, settings, steps, stateLength, loss, notes));
  const follows = followProgram(trains[0]!.states, 'online/');
  const session = openNow(context.engine, [...trains, follows, ...valueActingPrograms(network, groups, shape.envs)]);
  initialise(session, seed);
  const follow = session.entry('follow');
  void follow.run();
  const actor = new Acting(session, 'act', shape.envs, shape, groups);
  const player = new Acting(session, 'play', playRows, shape, groups);

  // Replay
  const steps = settings.replay.unit === 'steps' ? settings.replay.amount : settings.replay.amount * shape.episodeLimit;
  const replay = new Replay(shape, {
    capacity: Math.max(recurrent ? Math.ceil(steps / length) : steps, settings.batch),
    length,
    sliding: !recurrent,
    stateLength,
    ...(notes.length > 0 ? { notes: notes.length } : {}),
  });
  const batches = { batch: settings.batch, stateLength, firstOnly: !recurrent };
  const updates = new ReplayUpdates(session, trains, lengths, replay, shape, groups, batches, notes);
  const drawn = new Int32Array(settings.batch);

  // Progress
  const keys = policyKeys(shape.envs, seed, purposes.policy, 0, 0);
  const sampling = new Stream(seed, purposes.replay, 0, 0);
  let played = 0;

  function act(now: number, episode: number): void {
    replay.seeAll(buffers);
    actor.run(buffers, shape.envs);
    const epsilon = valueAt(settings.explore, now, episode);
    const split = exploreBelow(epsilon);
    actor.choose(buffers, shape.envs, (q, available, start, count, e, agent) =>
      epsilonGreedy(q, available, start, count, split, drawOf(keys, e, agent)),
    );
    keys.counter[0]! += shape.agents;
    if (notes.length > 0) keepNotes(notes, replay, actor, buffers, shape, groups, epsilon);
  }

  function update(now: number, episode: number): void {
    replay.addAll(buffers);
    const { amount, unit } = settings.train_every;
    const before = played;
    played += unit === 'steps' ? shape.envs : countEnded(buffers.ended);
    const due = Math.floor(played / amount) - Math.floor(before / amount);
    if (replay.count < Math.max(settings.batch, settings.warmup)) return;
    for (let k = 0; k < due; k++) learn(now, episode);
  }

  function learn(now: number, episode: number): void {
    replay.draw(sampling, drawn);
    updates.learn(drawn, {
      lr: valueAt(settings.optimizer.lr, now, episode),
      ...(loss.readsExplore ? { explore: valueAt(settings.explore, now, episode) } : {}),
    });
    if (settings.tau === 1 && updates.count % settings.target_every === 0) void follow.run();
  }

  function save(): Arrays {
    const arrays: Arrays = new Map();
    saveStates(session, arrays);
    replay.save(arrays);
    actor.save('act', arrays);
    for (const note of notes) note.save(arrays);
    return arrays
      .set('policy.counter', keys.counter.slice())
      .set('progress', Float64Array.of(updates.count, played, sampling.counter, ...updates.sums));
  }

  function restore(arrays: Arrays): void {
    restoreStates(session, arrays);
    replay.restore(arrays);
    actor.restore('act', arrays);
    for (const note of notes) note.restore(arrays);
    keys.counter.set(arrays.get('policy.counter')!);
    const progress = arrays.get('progress')!;
    played = progress[1]!;
    sampling.counter = progress[2]!;
    updates.restore(progress[0]!, progress.subarray(3));
  }

  /** The greedy action from all that one agent has seen. */
  function decide(agent: number, seen: readonly Seen[]): number {
    replayOf(player, shape, agent, seen);
    const action = player.bestOf(agent);
    player.forget();
    return action;
  }

  const remembers = recurrent || settings.last_action;
  const view = () => (remembers ? [] : valueTables(session, shape, groups, replay));
  const learner: Learner = {
    act,
    update,
    greedy: (on: GameBuffers, envs: number) => player.greedy(on, envs),
    metrics: () => updates.metrics(),
    save,
    restore,
    view,
  };
  return remembers ? { ...learner, begin: () => player.forget(), decide } : learner;
}

/** One update: the learner's loss, a step of the optimiser on the online networks. */
function trainProgram(
  groups: readonly Group[],
  network: QNetwork,
  settings: DeepValueSettings,
  length: number,
  stateLength: number,
  of: ValueLoss,
  notes: readonly Note[],
): Program {
  const g = new Graph(`train ${length}`);
  const batch = batchInputs(g, groups, length, settings.batch, stateLength, notes);
  const loss = of.build(g, valueTensors(g, network, batch));
  const online = parametersUnder(g, 'online');
  const gradientNorm = optimise(g, online, loss, settings.optimizer, settings.clip, g.input('lr', []));
  if (settings.tau < 1) followSlowly(g, 'online/', settings.tau);
  tell(g, { loss, gradientNorm });
  return g.program();
}
