/**
 * What on-policy learners have in common: acting by the policy in parallel games, rollouts, updates, checkpoints. Critics, what a rollout
 * is worth, and the loss are the learner's own: an `ActorCritic`.
 */
import type { GameBuffers } from '../../games/vector.ts';
import { purposes, Stream } from '../../rng/stream.ts';
import { initialise } from '../../tensor/initialise.ts';
import { drawOf, policyKeys } from '../shared/draws.ts';
import type { Arrays, DeepContext, Learner, Seen } from '../shared/learner.ts';
import { valueAt } from '../shared/schedule.ts';
import type { Shape } from '../shared/shape.ts';
import { Acting, openNow, playRows, restoreStates, runner, saveStates } from './acting.ts';
import type { ActorCritic } from './actor-critic.ts';
import { drawn } from './choices.ts';
import { Critic, criticPrograms } from './critic.ts';
import { replayOf } from './deciding.ts';
import { estimatesOf, experienceOf } from './estimates.ts';
import { groupsOf } from './groups.ts';
import { aheadProgram, NextActions } from './next-actions.ts';
import { policyActingPrograms, RolloutMemory } from './policy-acting.ts';
import { orthogonalStart, type PolicyNetworks } from './policy-networks.ts';
import { policyProgram } from './policy-program.ts';
import type { OnPolicySettings } from './policy-settings.ts';
import { policyTables } from './policy-table.ts';
import { Minibatch, partsOf, shuffle } from './ppo-batch.ts';
import { isRecurrent } from './q-networks.ts';
import { Rollout } from './rollout.ts';
import { followedProgram } from './target-networks.ts';
import { Updates } from './updates.ts';

export function policyLearner(
  shape: Shape,
  settings: OnPolicySettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
  method: ActorCritic,
): Learner {
  const groups = groupsOf(shape, context.game, {
    sharing: settings.sharing,
    agentIds: settings.agent_ids,
    lastAction: settings.last_action,
  });
  const networks = networksOf(settings, method, context.game.stateLength);
  const recurrent = isRecurrent(networks.actor) || isRecurrent(networks.critic);
  const steps = stepsOf(settings, method, shape);
  const { batch, lanes } = partsOf(
    steps,
    shape.envs,
    recurrent,
    method.minibatches === 1 ? undefined : method.minibatches,
  );
  const judges = method.critics.length > 0;
  const ofActions = method.critics.some(({ values }) => values === 'action');

  // Programs and what they share
  const train = policyProgram(groups, networks, method, settings, batch);
  const session = openNow(context.engine, [
    train,
    ...(judges ? criticPrograms(groups, networks, shape.envs, method) : []),
    ...policyActingPrograms(networks, groups, shape.envs, method.explore !== undefined),
    ...(ofActions ? [aheadProgram(groups, networks, shape.envs, method.explore !== undefined)] : []),
    ...(method.target === undefined ? [] : [followedProgram(train.states, 'critic/')]),
  ]);
  initialise(session, seed);
  // Target networks start as the others.
  const follow = method.target === undefined ? undefined : runner(session, 'follow');
  follow?.();
  const actor = new Acting(session, 'act', shape.envs, shape, groups);
  const player = new Acting(session, 'play', playRows, shape, groups);
  const nextActions = ofActions ? new NextActions(session, groups, shape.envs, seed) : undefined;
  const critic = judges ? new Critic(session, shape, groups, networks.stateLength, nextActions) : undefined;
  const rate = session.entry('train').input('lr');
  const entropyWeight = session.entry('train').input('entropy');
  const exploring = ofActions ? ['train', 'act', 'ahead'] : ['train', 'act'];
  const explores = method.explore === undefined ? [] : exploring.map(name => session.entry(name).input('explore'));

  // What happened, and what it is worth
  const rollout = new Rollout(shape, groups, steps, networks.stateLength);
  const memory = recurrent ? new RolloutMemory(session, groups, networks, shape.envs) : undefined;
  const estimates = estimatesOf(rollout, settings.normalize_values, memory);
  const minibatch = new Minibatch(session, rollout, networks, batch, method.clipsValues === true);
  const order = Int32Array.from({ length: lanes }, (_, k) => k);

  // Progress
  const keys = policyKeys(shape.envs, seed, purposes.policy, 0, 0);
  const shuffling = new Stream(seed, purposes.replay, 0, 0);
  const updates = new Updates(session, [train]);

  function act(now: number, episode: number): void {
    // The share that explores is that of the rollout's first step in all of it, and in the update from it.
    if (rollout.length === 0 || rollout.length === rollout.steps)
      for (const explore of explores) explore[0] = valueAt(method.explore!, now, episode);
    if (rollout.length === rollout.steps) rollout.clear();
    if (rollout.length === 0) memory?.keep();
    // Policies, a draw from each, and what the critic makes of what is seen
    actor.run(buffers, shape.envs);
    rollout.see(buffers, actor.lastActions);
    actor.choose(buffers, shape.envs, (probabilities, available, start, count, e, agent) =>
      drawn(probabilities, available, start, count, drawOf(keys, e, agent)),
    );
    keys.counter[0]! += shape.agents;
    rollout.chose(buffers, actor);
    critic?.see(rollout);
  }

  function update(now: number, episode: number): void {
    rollout.add(buffers);
    // The value of what follows the rollout's last step, or a step that a time limit cut
    if (rollout.needsNext) critic?.lookAhead(rollout, buffers, actor.lastActions);
    if (rollout.length === rollout.steps) learn(now, episode);
  }

  function learn(now: number, episode: number): void {
    if (method.wholeEpisodes) rollout.dropUnfinished();
    // What the steps are worth
    for (const [k, of] of estimates.entries())
      method.estimate(experienceOf(rollout, rollout.groups[k]!, of), of, of.policies);
    minibatch.begin(estimates);

    // Updates
    rate[0] = valueAt(settings.optimizer.lr, now, episode);
    entropyWeight[0] = valueAt(settings.entropy, now, episode);
    if (method.epochs === 1 && method.minibatches === 1) {
      improve(0, lanes, false);
      return;
    }
    for (let epoch = 0; epoch < method.epochs; epoch++) {
      if (method.minibatches === 1) improve(0, lanes, epoch > 0);
      else {
        shuffle(order, shuffling);
        for (let from = 0; from < lanes; from += batch.lanes) improve(from, Math.min(from + batch.lanes, lanes), false);
      }
    }
  }

  /** An update from a part of the rollout, `order[from .. to-1]`; `again`: the same as the last time. */
  function improve(from: number, to: number, again: boolean): void {
    minibatch.fill(order, from, to, estimates, again);
    updates.run();
    if (method.target?.tau === 1 && updates.count % method.target.every === 0) follow?.();
  }

  function sample(on: GameBuffers, envs: number, draws: Uint32Array): void {
    player.run(on, envs);
    player.choose(on, envs, (probabilities, available, start, count, e, agent) =>
      drawn(probabilities, available, start, count, draws[e * shape.agents + agent]!),
    );
  }

  function decide(agent: number, seen: readonly Seen[]): number {
    replayOf(player, shape, agent, seen);
    const action = player.bestOf(agent);
    player.forget();
    return action;
  }

  function save(): Arrays {
    const arrays: Arrays = new Map();
    saveStates(session, arrays);
    rollout.save(arrays);
    actor.save('act', arrays);
    memory?.save(arrays);
    estimates.forEach(({ norms }, k) => {
      for (const [p, norm] of norms.entries()) arrays.set(`values.${groups[k]!.name}.${p}`, norm.save());
    });
    if (nextActions !== undefined) arrays.set('ahead', Float64Array.of(nextActions.stream.counter));
    for (const [k, input] of explores.entries()) arrays.set(`explore.${k}`, input.slice());
    return arrays
      .set('policy.counter', keys.counter.slice())
      .set('order', order.slice())
      .set('progress', Float64Array.of(updates.count, shuffling.counter, ...updates.sums));
  }

  function restore(arrays: Arrays): void {
    restoreStates(session, arrays);
    rollout.restore(arrays);
    actor.restore('act', arrays);
    memory?.restore(arrays);
    estimates.forEach(({ norms }, k) => {
      for (const [p, norm] of norms.entries()) norm.restore(arrays.get(`values.${groups[k]!.name}.${p}`)!);
    });
    if (nextActions !== undefined) nextActions.stream.counter = arrays.get('ahead')![0]!;
    for (const [k, input] of explores.entries()) input.set(arrays.get(`explore.${k}`)!);
    keys.counter.set(arrays.get('policy.counter')!);
    order.set(arrays.get('order')!);
    const progress = arrays.get('progress')!;
    shuffling.counter = progress[1]!;
    updates.restore(progress[0]!, progress.subarray(2));
  }

  const remembers = isRecurrent(networks.actor) || settings.last_action;
  const view = () => (remembers ? [] : policyTables(session, shape, rollout));
  const learner: Learner = {
    act,
    update,
    greedy: (on: GameBuffers, envs: number) => player.greedy(on, envs),
    sample,
    probabilities: (on, envs, before, into) => player.probabilities(on, envs, before, into, false),
    metrics: (peek?: boolean) => updates.metrics(peek),
    save,
    restore,
    view,
  };
  return remembers ? { ...learner, begin: () => player.forget(), decide } : learner;
}

/** Steps of a rollout: of learners from whole episodes so many that one has room, up to a thousand. */
function stepsOf({ rollout }: OnPolicySettings, { wholeEpisodes }: ActorCritic, { episodeLimit }: Shape): number {
  return wholeEpisodes ? Math.max(rollout, Math.min(episodeLimit, 1000)) : rollout;
}

function networksOf(settings: OnPolicySettings, method: ActorCritic, stateLength: number): PolicyNetworks {
  const { network, critic_network: own } = settings;
  const { reads, critics } = method;
  // Without a critic there is nothing to remember.
  const critic = critics.length === 0 ? { layers: [] } : typeof own === 'string' ? network : own;
  const orthogonal = settings.initialization === 'orthogonal';
  return {
    actor: orthogonal ? orthogonalStart(network) : network,
    critic: orthogonal ? orthogonalStart(critic) : critic,
    criticReads: reads,
    stateLength: reads === 'observation' || critics.length === 0 ? 0 : stateLength,
    headGains: orthogonal ? { actor: 0.01, critic: 1 } : undefined,
  };
}
