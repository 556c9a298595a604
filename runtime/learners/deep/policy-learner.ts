/**
 * What learners of proximal policy optimisation have in common: acting by the policy in parallel games, rollouts, advantages, rounds of
 * updates, checkpoints. What the critic reads is the learner's own.
 */
import type { GameBuffers } from '../../games/vector.ts';
import { purposes, Stream } from '../../rng/stream.ts';
import type { Session } from '../../tensor/engine.ts';
import { initialise } from '../../tensor/initialise.ts';
import type { Program } from '../../tensor/ir.ts';
import { drawOf, policyKeys } from '../shared/draws.ts';
import type { Arrays, DeepContext, Learner, Seen } from '../shared/learner.ts';
import { valueAt } from '../shared/schedule.ts';
import type { Shape } from '../shared/shape.ts';
import { Acting, actingProgram, openNow, playRows, restoreStates, saveStates } from './acting.ts';
import { Critic, criticMemory, criticPrograms } from './critic.ts';
import { replayOf } from './deciding.ts';
import { generalisedAdvantages, normaliseAdvantages } from './gae.ts';
import { type Group, groupsOf } from './groups.ts';
import {
  actorCarries,
  type CriticReads,
  criticCarries,
  logPolicy,
  orthogonalStart,
  type PolicyNetworks,
} from './policy-networks.ts';
import type { PolicySettings } from './policy-settings.ts';
import { policyTables } from './policy-table.ts';
import { type Estimate, Minibatch, partsOf, shuffle } from './ppo-batch.ts';
import { ppoProgram, statisticNames } from './ppo-program.ts';
import { isRecurrent } from './q-networks.ts';
import { Rollout } from './rollout.ts';
import { ValueNorm } from './value-norm.ts';

export function policyLearner(
  shape: Shape,
  settings: PolicySettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
  criticReads: CriticReads,
): Learner {
  const groups = groupsOf(shape, context.game, {
    sharing: settings.sharing,
    agentIds: settings.agent_ids,
    lastAction: settings.last_action,
  });
  const networks = networksOf(settings, criticReads, context.game.stateLength);
  const recurrent = isRecurrent(networks.actor) || isRecurrent(networks.critic);
  const { batch, lanes } = partsOf(settings.rollout, shape.envs, settings.minibatches, recurrent);

  // Programs and what they share
  const acting = (name: string, rows: number): Program =>
    actingProgram(
      name,
      rows,
      groups,
      (group, games) => actorCarries(networks, group, games),
      (g, group, x, carries, available) => {
        const { output, carries: after } = logPolicy(g, networks, group, x, available, { carries });
        return { output: g.exp(output), carries: after };
      },
    );
  const train = ppoProgram(groups, networks, settings, batch);
  const critics = criticPrograms(groups, networks, shape.envs);
  const programs = [train, ...critics, acting('act', shape.envs), acting('play', playRows)];
  const session = openNow(context.engine, programs);
  initialise(session, seed);
  const actor = new Acting(session, 'act', shape.envs, shape, groups);
  const player = new Acting(session, 'play', playRows, shape, groups);
  const critic = new Critic(session, shape, groups, networks.stateLength);

  // What happened, and what it is worth
  const rollout = new Rollout(shape, groups, settings.rollout, networks.stateLength);
  const minibatch = new Minibatch(session, rollout, networks, batch, settings.value_clip);
  const memory = memoryOf(session, groups, networks, shape.envs);
  const estimates = rollout.groups.map(
    ({ group, active }, k): Estimate => ({
      advantages: new Float64Array(active.length),
      returns: new Float64Array(active.length),
      norms: Array.from({ length: group.copies ?? 1 }, () => new ValueNorm(settings.normalize_values)),
      actorMemory: memory[k]!.actor.map(({ kept }) => kept),
      criticMemory: memory[k]!.critic.map(({ kept }) => kept),
    }),
  );
  const order = Int32Array.from({ length: lanes }, (_, k) => k);
  const step = session.entry('train');
  const rate = step.input('lr');
  const entropyWeight = step.input('entropy');
  const statistics = step.output('statistics');

  // Progress
  const keys = policyKeys(shape.envs, seed, purposes.policy, 0, 0);
  const shuffling = new Stream(seed, purposes.replay, 0, 0);
  let updates = 0;
  /** Sums of the statistics since they were last asked for, and over how many updates. */
  const sums = new Float64Array(statisticNames.length + 1);

  function act(): void {
    if (rollout.length === rollout.steps) rollout.clear();
    if (rollout.length === 0)
      for (const { actor: a, critic: c } of memory) for (const m of [...a, ...c]) keep(session, m);
    actor.run(buffers, shape.envs);
    rollout.see(buffers, actor.lastActions);
    critic.see(rollout);
    groups.forEach((group, k) => {
      const probabilities = actor.values(k);
      for (const [a, agent] of group.agents.entries())
        for (let e = 0; e < shape.envs; e++) {
          const action = drawn(actor, group, k, a, e, drawOf(keys, e, agent));
          buffers.actions[e * shape.agents + agent] = action;
          rollout.chose(k, a, e, action, probabilities[actor.at(k, a, e) + action]!);
        }
    });
    keys.counter[0]! += shape.agents;
    actor.chose(buffers.actions, shape.envs);
  }

  function update(now: number, episode: number): void {
    rollout.add(buffers);
    if (rollout.needsNext) critic.lookAhead(rollout, buffers, actor.lastActions);
    if (rollout.length === rollout.steps) learn(now, episode);
  }

  function learn(now: number, episode: number): void {
    for (const [k, of] of rollout.groups.entries()) estimate(rollout, of, estimates[k]!, settings);
    rate[0] = valueAt(settings.optimizer.lr, now, episode);
    entropyWeight[0] = valueAt(settings.entropy, now, episode);
    const size = batch.lanes;
    for (let epoch = 0; epoch < settings.epochs; epoch++) {
      if (size < lanes) shuffle(order, shuffling);
      for (let from = 0; from < lanes; from += size) {
        minibatch.fill(order, from, Math.min(from + size, lanes), estimates, epoch > 0 && size === lanes);
        void step.run();
        updates++;
        for (let k = 0; k < statistics.length; k++) sums[k]! += statistics[k]!;
        sums[statistics.length]! += 1;
      }
    }
  }

  function choose(
    on: GameBuffers,
    envs: number,
    pick: (group: Group, k: number, a: number, e: number) => number,
  ): void {
    player.run(on, envs);
    groups.forEach((group, k) => {
      for (const [a, agent] of group.agents.entries())
        for (let e = 0; e < envs; e++) on.actions[e * shape.agents + agent] = pick(group, k, a, e);
    });
    player.chose(on.actions, envs);
  }

  function greedy(on: GameBuffers, envs: number): void {
    choose(on, envs, (group, k, a, e) => likeliest(player, group, k, a, e));
  }

  function sample(on: GameBuffers, envs: number, draws: Uint32Array): void {
    choose(on, envs, (group, k, a, e) => drawn(player, group, k, a, e, draws[e * shape.agents + group.agents[a]!]!));
  }

  function decide(agent: number, seen: readonly Seen[]): number {
    replayOf(player, shape, agent, seen);
    const k = groups.findIndex(group => group.agents.includes(agent));
    const action = likeliest(player, groups[k]!, k, groups[k]!.agents.indexOf(agent), 0);
    player.forget();
    return action;
  }

  function metrics(): Readonly<Record<string, number>> {
    const count = sums[statisticNames.length]!;
    const means = count === 0 ? [] : statisticNames.map((name, k) => [name, sums[k]! / count] as const);
    sums.fill(0);
    return { updates, ...Object.fromEntries(means) };
  }

  function save(): Arrays {
    const arrays: Arrays = new Map();
    saveStates(session, arrays);
    rollout.save(arrays);
    actor.save('act', arrays);
    for (const { name, kept } of memory.flatMap(({ actor: a, critic: c }) => [...a, ...c]))
      arrays.set(`memory.${name}`, kept.slice());
    estimates.forEach(({ norms }, k) => {
      for (const [p, norm] of norms.entries()) arrays.set(`values.${groups[k]!.name}.${p}`, norm.save());
    });
    return arrays
      .set('policy.counter', keys.counter.slice())
      .set('order', order.slice())
      .set('progress', Float64Array.of(updates, shuffling.counter, ...sums));
  }

  function restore(arrays: Arrays): void {
    restoreStates(session, arrays);
    rollout.restore(arrays);
    actor.restore('act', arrays);
    for (const { name, kept } of memory.flatMap(({ actor: a, critic: c }) => [...a, ...c]))
      kept.set(arrays.get(`memory.${name}`)!);
    estimates.forEach(({ norms }, k) => {
      for (const [p, norm] of norms.entries()) norm.restore(arrays.get(`values.${groups[k]!.name}.${p}`)!);
    });
    keys.counter.set(arrays.get('policy.counter')!);
    order.set(arrays.get('order')!);
    const progress = arrays.get('progress')!;
    updates = progress[0]!;
    shuffling.counter = progress[1]!;
    sums.set(progress.subarray(2));
  }

  const remembers = isRecurrent(networks.actor) || settings.last_action;
  const view = () => (remembers ? [] : policyTables(session, shape, rollout));
  const learner: Learner = { act, update, greedy, sample, metrics, save, restore, view };
  return remembers ? { ...learner, begin: () => player.forget(), decide } : learner;
}

function networksOf(settings: PolicySettings, criticReads: CriticReads, stateLength: number): PolicyNetworks {
  const { network, critic_network: own } = settings;
  const critic = typeof own === 'string' ? network : own;
  const orthogonal = settings.initialization === 'orthogonal';
  return {
    actor: orthogonal ? orthogonalStart(network) : network,
    critic: orthogonal ? orthogonalStart(critic) : critic,
    criticReads,
    stateLength: criticReads === 'observation' ? 0 : stateLength,
    headGains: orthogonal ? { actor: 0.01, critic: 1 } : undefined,
  };
}

// ------------------------------------------------------------------------------------------ choosing

/** The action that a 32-bit draw stands for: actions own intervals as long as their probabilities. */
function drawn(on: Acting, group: Group, k: number, a: number, e: number, draw: number): number {
  const probabilities = on.values(k);
  const available = on.available(k);
  const start = on.at(k, a, e);
  let rest = draw / 4294967296;
  let last = 0;
  for (let action = 0; action < group.actionCount; action++) {
    if (available[start + action] === 0 || probabilities[start + action] === 0) continue;
    last = action;
    rest -= probabilities[start + action]!;
    if (rest < 0) break;
  }
  return last;
}

/** The likeliest available action, lowest index among equals. */
function likeliest(on: Acting, group: Group, k: number, a: number, e: number): number {
  const probabilities = on.values(k);
  const available = on.available(k);
  const start = on.at(k, a, e);
  let best = -1;
  for (let action = 0; action < group.actionCount; action++)
    if (available[start + action] !== 0 && (best < 0 || probabilities[start + action]! > probabilities[start + best]!))
      best = action;
  return best;
}

// ------------------------------------------------------------------------------------------ advantages

/** Advantages and returns of a group's rollout, in the units of rewards. */
function estimate(
  { steps, games, ended }: Rollout,
  { group, rewards, values, next, active }: Rollout['groups'][number],
  { advantages, returns, norms }: Estimate,
  settings: PolicySettings,
): void {
  const agents = group.agents.length;
  const scaled = (from: Float32Array): Float64Array =>
    Float64Array.from(from, (value, k) => {
      const norm = norms[norms.length === 1 ? 0 : Math.floor(k / games) % agents]!;
      return value * norm.deviation + norm.mean;
    });
  const experience = { steps, agents, games, rewards, values: scaled(values), next: scaled(next), active, ended };
  generalisedAdvantages(experience, settings.gamma, settings.gae_lambda, advantages, returns);
  if (!settings.normalize_advantages) return;
  if (norms.length === 1) normaliseAdvantages(experience, advantages, 0, agents);
  else for (let a = 0; a < agents; a++) normaliseAdvantages(experience, advantages, a, a + 1);
}

// ------------------------------------------------------------------------------------------ memory

/** A state of the session that a network carries from step to step, and what it was before the rollout. */
interface Carried {
  readonly name: string;
  readonly kept: Float32Array;
}

function memoryOf(
  session: Session,
  groups: readonly Group[],
  networks: PolicyNetworks,
  games: number,
): readonly { readonly actor: readonly Carried[]; readonly critic: readonly Carried[] }[] {
  const carried = (name: string): Carried => ({ name, kept: session.read(name) as Float32Array });
  return groups.map(group => ({
    actor: actorCarries(networks, group, games).map((_, k) => carried(`act/${group.name}/carry${k}`)),
    critic: criticCarries(networks, group, games).map((_, k) => carried(criticMemory(group, k))),
  }));
}

function keep(session: Session, { name, kept }: Carried): void {
  kept.set(session.read(name) as Float32Array);
}
