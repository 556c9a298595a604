/**
 * What learners of deterministic or reparametrised policies with critics of joint actions have in common: acting with noise in parallel
 * games, replay, when to update, target networks, checkpoints. The losses are the learner's own.
 */
import { countEnded, type GameBuffers } from '../../games/vector.ts';
import { purposes, Stream } from '../../rng/stream.ts';
import { initialise } from '../../tensor/initialise.ts';
import { policyKeys } from '../shared/draws.ts';
import type { Arrays, DeepContext, Learner, Seen } from '../shared/learner.ts';
import { valueAt } from '../shared/schedule.ts';
import type { Shape } from '../shared/shape.ts';
import { Acting, openNow, playRows, restoreStates, runner, saveStates } from './acting.ts';
import { replayOf } from './deciding.ts';
import { Actors, explorationAt } from './deterministic-acting.ts';
import { actionVector, RealRange } from './deterministic-actions.ts';
import { actionFiller } from './deterministic-batch.ts';
import { deterministicActingPrograms } from './deterministic-networks.ts';
import { type DeterministicLoss, deterministicProgram } from './deterministic-program.ts';
import type { DeterministicSettings } from './deterministic-settings.ts';
import { deterministicTables } from './deterministic-table.ts';
import { groupsOf } from './groups.ts';
import { isRecurrent } from './q-networks.ts';
import { Replay, stepsKept } from './replay.ts';
import { followProgram } from './target-networks.ts';
import { ReplayUpdates } from './updates.ts';

// Throws RangeError for real actions without bounds and for critics with memory.
export function deterministicLearner(
  shape: Shape,
  settings: DeterministicSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
  loss: DeterministicLoss,
): Learner {
  const groups = groupsOf(shape, context.game, {
    sharing: settings.sharing,
    agentIds: settings.agent_ids,
    lastAction: settings.last_action,
  });
  const vectors = groups.map(group => actionVector(group, context.game));
  const choosesNumbers = context.game.realActionLength.some(count => count > 0);
  const range = choosesNumbers ? new RealRange(context.game) : undefined;
  if (isRecurrent(settings.critic_network))
    throw new RangeError('a critic of joint actions has no memory; give critic_network layers without gru and lstm');
  const recurrent = isRecurrent(settings.network);
  const length = recurrent ? Math.min(shape.episodeLimit, settings.window) : 1;
  const stateLength = settings.critic_input === 'state' ? context.game.stateLength : 0;

  // Programs and what they share
  const train = deterministicProgram(vectors, settings, length, stateLength, loss);
  const session = openNow(context.engine, [
    train,
    followProgram(train.states, ''),
    ...deterministicActingPrograms(settings.network, vectors, shape.envs),
  ]);
  initialise(session, seed);
  // Target networks start as the others.
  const follow = runner(session, 'follow');
  follow();
  const acting = new Acting(session, 'act', shape.envs, shape, groups);
  const playing = new Acting(session, 'play', playRows, shape, groups);
  const actors = new Actors(acting, shape, vectors, range);
  const players = new Actors(playing, shape, vectors, range);

  // Replay
  const steps = stepsKept(settings.replay, shape.episodeLimit);
  const replay = new Replay(shape, {
    capacity: Math.max(recurrent ? Math.ceil(steps / length) : steps, settings.batch),
    length,
    sliding: !recurrent,
    stateLength,
    ...(choosesNumbers ? { realRow: range!.row } : {}),
  });
  const batches = { batch: settings.batch, stateLength, firstOnly: !recurrent };
  const updates = new ReplayUpdates(session, [train], [length], replay, shape, groups, batches);
  const fillActions = actionFiller(session.entry('train'), vectors, replay, range);
  const drawn = new Int32Array(settings.batch);

  // Progress
  const keys = policyKeys(shape.envs, seed, purposes.policy, 0, 0);
  const sampling = new Stream(seed, purposes.replay, 0, 0);
  const relaxing = new Stream(seed, purposes.replay, 1, 0);
  let played = 0;

  function act(now: number, episode: number): void {
    replay.seeAll(buffers);
    const epsilon = valueAt(settings.explore, now, episode);
    const noise = choosesNumbers ? valueAt(settings.noise, now, episode) : undefined;
    actors.explore(buffers, keys, explorationAt(epsilon, noise));
  }

  function update(now: number, episode: number): void {
    replay.addAll(buffers);
    // An update each time that so much more was played
    const { amount, unit } = settings.train_every;
    const before = played;
    played += unit === 'steps' ? shape.envs : countEnded(buffers.ended);
    const due = Math.floor(played / amount) - Math.floor(before / amount);
    if (replay.count < Math.max(settings.batch, settings.warmup)) return;
    for (let k = 0; k < due; k++) learn(now, episode);
  }

  function learn(now: number, episode: number): void {
    replay.draw(sampling, drawn);
    fillActions(drawn, relaxing);
    updates.learn(drawn, { lr: valueAt(settings.optimizer.lr, now, episode) });
    if (settings.tau === 1 && updates.count % settings.target_every === 0) follow();
  }

  function decide(agent: number, seen: readonly Seen[], _draw: number, numbers?: Float64Array): number {
    replayOf(playing, shape, agent, seen);
    const action = players.decide(agent, numbers);
    playing.forget();
    return action;
  }

  function save(): Arrays {
    const arrays: Arrays = new Map();
    saveStates(session, arrays);
    replay.save(arrays);
    acting.save('act', arrays);
    return arrays
      .set('policy.counter', keys.counter.slice())
      .set('progress', Float64Array.of(updates.count, played, sampling.counter, relaxing.counter, ...updates.sums));
  }

  function restore(arrays: Arrays): void {
    restoreStates(session, arrays);
    replay.restore(arrays);
    acting.restore('act', arrays);
    keys.counter.set(arrays.get('policy.counter')!);
    const progress = arrays.get('progress')!;
    played = progress[1]!;
    sampling.counter = progress[2]!;
    relaxing.counter = progress[3]!;
    updates.restore(progress[0]!, progress.subarray(4));
  }

  const remembers = recurrent || settings.last_action;
  const learner: Learner = {
    act,
    update,
    greedy: (on: GameBuffers, envs: number) => players.play(on, envs),
    ...(vectors.some(({ finite }) => finite > 0)
      ? { sample: (on: GameBuffers, envs: number, draws: Uint32Array) => players.play(on, envs, draws) }
      : {}),
    probabilities: (on: GameBuffers, envs: number, before: Int32Array, into: Float32Array) =>
      players.probabilities(on, envs, before, into),
    metrics: (peek?: boolean) => updates.metrics(peek),
    save,
    restore,
    view: () => (remembers ? [] : deterministicTables(session, shape, vectors, range, replay)),
  };
  return remembers ? { ...learner, begin: () => playing.forget(), decide } : learner;
}
