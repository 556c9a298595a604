/**
 * What learners of deep action values have in common: epsilon-greedy acting in parallel games, replay, when to update, target networks,
 * checkpoints. The loss is the learner's own.
 */
import { type GameBuffers, running } from '../../games/vector.ts';
import { purposes, Stream } from '../../rng/stream.ts';
import { gradients } from '../../tensor/gradients/index.ts';
import { Graph } from '../../tensor/graph.ts';
import { initialise } from '../../tensor/initialise.ts';
import type { Node, Program, StateDeclaration } from '../../tensor/ir.ts';
import { clipByGlobalNorm } from '../../tensor/optimisers/clip.ts';
import { update as optimise } from '../../tensor/optimisers/update.ts';
import { drawOf, policyKeys } from '../shared/draws.ts';
import { exploreBelow, pickLegal } from '../shared/explore.ts';
import type { Arrays, DeepContext, Learner, Seen } from '../shared/learner.ts';
import { valueAt } from '../shared/schedule.ts';
import type { Shape } from '../shared/shape.ts';
import { Acting, actingProgram, openNow, playRows, restoreStates, saveStates } from './acting.ts';
import { type Batch, batchFiller, batchInputs } from './batch.ts';
import { replayOf } from './deciding.ts';
import { type Group, groupsOf } from './groups.ts';
import { isRecurrent, type QNetwork, qCarries, qSequence, qStep } from './q-networks.ts';
import { Replay } from './replay.ts';
import type { DeepValueSettings } from './value-settings.ts';
import { valueTables } from './value-table.ts';

/** Tensors of a batch that a loss is made of; lists go by group. */
export interface ValueTensors {
  readonly batch: Batch;
  /** Q of the online and of the target network: [T + 1, agents, windows, actions]. */
  readonly online: readonly Node[];
  readonly target: readonly Node[];
}

export interface ValueLoss {
  /** Whether the loss reads the whole state. */
  readonly readsState: boolean;
  /**
   * The loss, one number. Parameters of its own are named `online/...`, their targets `target/...`: those are trained, these follow.
   */
  build(g: Graph, tensors: ValueTensors): Node;
}

export function valueLearner(
  shape: Shape,
  settings: DeepValueSettings,
  buffers: GameBuffers,
  seed: number,
  context: DeepContext,
  loss: ValueLoss,
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
  const trains = lengths.map(steps => trainProgram(groups, network, settings, steps, stateLength, loss));
  const acting = (name: string, rows: number): Program =>
    actingProgram(
      name,
      rows,
      groups,
      (group, games) => qCarries(network, group, games),
      (g, group, x, carries) => qStep(g, network, 'online', group, x, carries),
    );
  const follows = followProgram(trains[0]!.states);
  const programs = [...trains, follows, acting('act', shape.envs), acting('play', playRows)];
  const session = openNow(context.engine, programs);
  initialise(session, seed);
  const follow = session.entry('follow');
  follow.run();
  const actor = new Acting(session, 'act', shape.envs, shape, groups);
  const player = new Acting(session, 'play', playRows, shape, groups);

  // Replay
  const steps = settings.replay.unit === 'steps' ? settings.replay.amount : settings.replay.amount * shape.episodeLimit;
  const capacity = recurrent ? Math.ceil(steps / length) : steps;
  const replay = new Replay(shape, {
    capacity: Math.max(capacity, settings.batch),
    length,
    sliding: !recurrent,
    stateLength,
  });
  const updaters = lengths.map((steps, k) => {
    const entry = session.entry(trains[k]!.name);
    return {
      steps,
      fill: batchFiller(entry, shape, groups, replay, steps, settings.batch, stateLength, !recurrent),
      run: () => void entry.run(),
      rate: entry.input('lr'),
      loss: entry.output('loss'),
      norm: entry.output('norm'),
    };
  });
  const drawn = new Int32Array(settings.batch);

  // Progress
  const keys = policyKeys(shape.envs, seed, purposes.policy, 0, 0);
  const sampling = new Stream(seed, purposes.replay, 0, 0);
  let updates = 0;
  let played = 0;
  let lossSum = 0;
  let normSum = 0;
  let summed = 0;

  function act(now: number, episode: number): void {
    for (let e = 0; e < shape.envs; e++) replay.see(buffers, e);
    actor.run(buffers, shape.envs);
    const split = exploreBelow(valueAt(settings.explore, now, episode));
    groups.forEach((group, k) => {
      for (const [a, agent] of group.agents.entries())
        for (let e = 0; e < shape.envs; e++)
          buffers.actions[e * shape.agents + agent] = choose(actor, group, k, a, e, split, drawOf(keys, e, agent));
    });
    keys.counter[0]! += shape.agents;
    actor.chose(buffers.actions, shape.envs);
  }

  function update(now: number, episode: number): void {
    let ended = 0;
    for (let e = 0; e < shape.envs; e++) {
      replay.add(buffers, e);
      if (buffers.ended[e] !== running) ended++;
    }
    const { amount, unit } = settings.train_every;
    const before = played;
    played = unit === 'steps' ? now + shape.envs : played + ended;
    const due = Math.floor(played / amount) - Math.floor(before / amount);
    if (replay.count < Math.max(settings.batch, settings.warmup)) return;
    for (let k = 0; k < due; k++) learn(now, episode);
  }

  function learn(now: number, episode: number): void {
    replay.draw(sampling, drawn);
    const longest = drawn.reduce((most, window) => Math.max(most, replay.steps[window]!), 0);
    const updater = updaters.find(({ steps }) => steps >= longest) ?? updaters.at(-1)!;
    updater.fill(drawn);
    updater.rate[0] = valueAt(settings.optimizer.lr, now, episode);
    updater.run();
    lossSum += updater.loss[0]!;
    normSum += updater.norm[0]!;
    summed++;
    updates++;
    if (settings.tau === 1 && updates % settings.target_every === 0) void follow.run();
  }

  function greedy(on: GameBuffers, envs: number): void {
    player.run(on, envs);
    groups.forEach((group, k) => {
      for (const [a, agent] of group.agents.entries())
        for (let e = 0; e < envs; e++) on.actions[e * shape.agents + agent] = choose(player, group, k, a, e, 0, 0);
    });
    player.chose(on.actions, envs);
  }

  function metrics(): Readonly<Record<string, number>> {
    const found: Record<string, number> =
      summed === 0 ? { updates } : { updates, loss: lossSum / summed, gradientNorm: normSum / summed };
    lossSum = 0;
    normSum = 0;
    summed = 0;
    return found;
  }

  function save(): Arrays {
    const arrays: Arrays = new Map();
    saveStates(session, arrays);
    replay.save(arrays);
    actor.save('act', arrays);
    return arrays
      .set('policy.counter', keys.counter.slice())
      .set('progress', Float64Array.of(updates, played, sampling.counter, lossSum, normSum, summed));
  }

  function restore(arrays: Arrays): void {
    restoreStates(session, arrays);
    replay.restore(arrays);
    actor.restore('act', arrays);
    keys.counter.set(arrays.get('policy.counter') as Int32Array);
    const progress = arrays.get('progress') as Float64Array;
    [updates, played, sampling.counter, lossSum, normSum, summed] = progress as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
  }

  /** The greedy action from all that one agent has seen. */
  function decide(agent: number, seen: readonly Seen[]): number {
    replayOf(player, shape, agent, seen);
    const k = groups.findIndex(group => group.agents.includes(agent));
    const action = choose(player, groups[k]!, k, groups[k]!.agents.indexOf(agent), 0, 0, 0);
    player.forget();
    return action;
  }

  const remembers = recurrent || settings.last_action;
  const view = () => (remembers ? [] : valueTables(session, shape, groups, replay));
  const learner: Learner = { act, update, greedy, metrics, save, restore, view };
  return remembers ? { ...learner, begin: () => player.forget(), decide } : learner;
}

/** The best available action, lowest index among equals, or a random available one for draws below `split`. */
function choose(on: Acting, group: Group, k: number, a: number, e: number, split: number, draw: number): number {
  const values = on.values(k);
  const available = on.available(k);
  const start = on.at(k, a, e);
  let best = -1;
  let legal = 0;
  for (let action = 0; action < group.actionCount; action++) {
    if (available[start + action] === 0) continue;
    legal++;
    if (best < 0 || values[start + action]! > values[start + best]!) best = action;
  }
  if (draw >= split) return best;
  let nth = pickLegal(draw, split, legal);
  for (let action = 0; action < group.actionCount; action++) {
    if (available[start + action] === 0) continue;
    if (nth-- === 0) return action;
  }
  return best;
}

/** Shapes are fixed: batches of short episodes are learned from by a program for short ones. Ascending; the last is the longest. */
function lengthsUpTo(length: number): readonly number[] {
  const lengths = [length];
  while (lengths[0]! > 16 && lengths.length < 4) lengths.unshift(Math.ceil(lengths[0]! / 2));
  return lengths;
}

/** One update: the learner's loss, its gradient, clipping, the optimiser's step. */
function trainProgram(
  groups: readonly Group[],
  network: QNetwork,
  settings: DeepValueSettings,
  length: number,
  stateLength: number,
  loss: ValueLoss,
): Program {
  const g = new Graph(`train ${length}`);
  const batch = batchInputs(g, groups, length, settings.batch, stateLength);
  const online = batch.groups.map(({ group, x }) => qSequence(g, network, 'online', group, x));
  const target = batch.groups.map(({ group, x }) => g.stopGradient(qSequence(g, network, 'target', group, x)));
  const value = loss.build(g, { batch, online, target });
  const trained = g.parameters.filter(isOnline);
  const found = gradients(g, value, trained);
  const { gradients: clipped, norm } = clipByGlobalNorm(g, found, settings.clip === 0 ? 1e30 : settings.clip);
  optimise(g, settings.optimizer, 'optimizer', trained, settings.clip === 0 ? found : clipped, g.input('lr', []));
  g.output('loss', value);
  g.output('norm', norm);
  if (settings.tau < 1) {
    // As PyTorch code does it: after the step, so towards the new parameters. Here the old ones of this step serve: one update later.
    for (const node of g.parameters) {
      if (node.op.kind !== 'state' || !node.op.name.startsWith('target/')) continue;
      const source = g.state(onlineName(node.op.name), node.shape);
      g.assign(node, g.add(node, g.mul(settings.tau, g.sub(source, node))));
    }
  }
  return g.program();
}

function isOnline(node: Node): boolean {
  return node.op.kind === 'state' && node.op.name.startsWith('online/');
}

const onlineName = (target: string): string => target.replace(/^target\//, 'online/');

/** Target parameters become the online ones. */
function followProgram(states: readonly StateDeclaration[]): Program {
  const g = new Graph('follow');
  for (const { name, shape } of states)
    if (name.startsWith('target/')) g.assign(g.state(name, shape), g.state(onlineName(name), shape));
  return g.program();
}
