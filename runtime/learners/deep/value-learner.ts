/**
 * What learners of deep action values have in common: epsilon-greedy acting in parallel games, replay, when to update, target networks,
 * checkpoints. The loss is the learner's own.
 */
import { countEnded, type GameBuffers } from '../../games/vector.ts';
import { purposes, Stream } from '../../rng/stream.ts';
import { initialise } from '../../tensor/initialise.ts';
import { drawOf, policyKeys } from '../shared/draws.ts';
import { exploreBelow } from '../shared/explore.ts';
import type { Arrays, DeepContext, Learner, Seen } from '../shared/learner.ts';
import { valueAt } from '../shared/schedule.ts';
import type { Shape } from '../shared/shape.ts';
import { Acting, openNow, playRows, restoreStates, runner, saveStates } from './acting.ts';
import { epsilonGreedy } from './choices.ts';
import { replayOf } from './deciding.ts';
import { groupsOf } from './groups.ts';
import { keepNotes, type Note } from './notes.ts';
import { isRecurrent, type QNetwork, valueActingPrograms } from './q-networks.ts';
import { Replay, stepsKept } from './replay.ts';
import { followProgram } from './target-networks.ts';
import { lengthsBelow, ReplayUpdates } from './updates.ts';
import { type ValueLoss, valueProgram } from './value-program.ts';
import type { DeepValueSettings } from './value-settings.ts';
import { valueTables } from './value-table.ts';

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
    : settings.n_step === 1
      ? 1
      : Math.min(settings.n_step, shape.episodeLimit);
  const stateLength = loss.readsState ? context.game.stateLength : 0;

  // Programs and what they share
  const train = valueProgram(groups, network, settings, length, stateLength, loss, notes);
  const lengths = recurrent ? lengthsBelow(length) : [];
  const shorter = lengths.map(steps => valueProgram(groups, network, settings, steps, stateLength, loss, notes));
  const session = openNow(context.engine, [
    ...shorter,
    train,
    followProgram(train.states, 'online/'),
    ...valueActingPrograms(network, groups, shape.envs),
  ]);
  initialise(session, seed);
  // Target networks start as the others.
  const follow = runner(session, 'follow');
  follow();
  const actor = new Acting(session, 'act', shape.envs, shape, groups);
  const player = new Acting(session, 'play', playRows, shape, groups);

  // Replay
  const steps = stepsKept(settings.replay, shape.episodeLimit);
  const replay = new Replay(shape, {
    capacity: Math.max(recurrent ? Math.ceil(steps / length) : steps, settings.batch),
    length,
    sliding: !recurrent,
    stateLength,
    ...(notes.length > 0 ? { notes: notes.length } : {}),
    ...(settings.standardize_rewards ? { standardize: true } : {}),
  });
  const batches = { batch: settings.batch, stateLength, firstOnly: !recurrent };
  const updates = new ReplayUpdates(
    session,
    [...shorter, train],
    [...lengths, length],
    replay,
    shape,
    groups,
    batches,
    notes,
  );
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
    updates.learn(drawn, {
      lr: valueAt(settings.optimizer.lr, now, episode),
      ...(loss.readsExplore ? { explore: valueAt(settings.explore, now, episode) } : {}),
    });
    if (settings.tau === 1 && updates.count % settings.target_every === 0) follow();
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
    probabilities: (on, envs, before, into) => player.probabilities(on, envs, before, into, true),
    metrics: (peek?: boolean) => updates.metrics(peek),
    save,
    restore,
    view,
  };
  return remembers ? { ...learner, begin: () => player.forget(), decide } : learner;
}
