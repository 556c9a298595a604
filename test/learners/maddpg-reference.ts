/**
 * MADDPG's losses in doubles, from what a learner saved: networks, replay and random streams read from the checkpoint, arithmetic of its
 * own. For agents that share nothing, networks of one hidden relu layer, windows of one step, and actions A = {finite, one real}, B = two
 * reals.
 */
import type { GameSpec } from '../../runtime/games/vector.ts';
import type { Arrays } from '../../runtime/learners/shared/learner.ts';
import { purposes, Stream } from '../../runtime/rng/stream.ts';

export interface Problem {
  readonly spec: GameSpec;
  /** By agent: name of its group, and its number in it. */
  readonly place: readonly { readonly group: string; readonly copy: number }[];
  readonly groups: readonly { readonly name: string; readonly agents: readonly number[]; readonly finite: number }[];
  readonly gamma: number;
  readonly penalty: number;
  readonly temperature: number;
  readonly hard: boolean;
  readonly batch: number;
  readonly seed: number;
}

type Vector = readonly number[];

interface Moment {
  readonly seen: readonly Vector[];
  readonly legal: readonly Vector[];
}

interface Transition {
  readonly now: Moment;
  readonly later: Moment;
  /** By agent: one-hot of the finite action, reals in -1 .. 1. */
  readonly actions: readonly Vector[];
  readonly rewards: Vector;
  readonly ended: number;
}

/** Losses of critics and policies, each summed over agents and averaged over the batch of the first update. */
export function lossesOf(problem: Problem, saved: Arrays): { readonly critic: number; readonly policy: number } {
  const { spec, gamma, penalty } = problem;
  const agents = spec.agents.map((_, i) => i);
  const { transitions, noise } = batchOf(problem, saved);
  let critic = 0;
  let policy = 0;
  transitions.forEach(({ now, later, actions, rewards, ended }, b) => {
    const next = agents.map(i => acted(problem, saved, 'target/actor', i, later, noise(1, i, b)).vector);
    for (const i of agents) {
      const q = qOf(problem, saved, 'critic', i, now, actions);
      const following = qOf(problem, saved, 'target/critic', i, later, next);
      const y = rewards[i]! + (ended === 1 ? 0 : gamma * following);
      critic += (q - y) * (q - y);
      const own = acted(problem, saved, 'actor', i, now, noise(0, i, b));
      const joint = actions.map((action, j) => (j === i ? own.vector : action));
      policy += penalty * own.meanSquare - qOf(problem, saved, 'critic', i, now, joint);
    }
  });
  return { critic: critic / transitions.length, policy: policy / transitions.length };
}

/** The windows that the first update draws, different ones, and the Gumbel numbers it draws. */
function batchOf(problem: Problem, saved: Arrays) {
  const { spec, batch, seed, groups } = problem;
  const count = saved.get('replay.place')![0]!;
  const stream = new Stream(seed, purposes.replay, 0, 0);
  const drawn: number[] = [];
  while (drawn.length < batch) {
    const window = stream.below(count);
    if (!drawn.includes(window)) drawn.push(window);
  }
  const relaxing = new Stream(seed, purposes.replay, 1, 0);
  const gumbels = groups
    .filter(({ finite }) => finite > 0)
    .map(({ name, agents, finite }) => ({
      name,
      numbers: Array.from(
        { length: 2 * agents.length * batch * finite },
        () => -Math.log(-Math.log((relaxing.next32() + 0.5) / 2 ** 32)),
      ),
    }));
  const noise = (t: number, agent: number, b: number): Vector => {
    const group = groups.find(({ agents }) => agents.includes(agent))!;
    const { finite } = group;
    const from = ((t * group.agents.length + group.agents.indexOf(agent)) * batch + b) * finite;
    return gumbels.find(({ name }) => name === group.name)?.numbers.slice(from, from + finite) ?? [];
  };
  return { transitions: drawn.map(window => transitionOf(spec, saved, window)), noise };
}

function transitionOf(spec: GameSpec, saved: Arrays, window: number): Transition {
  const n = spec.agents.length;
  const part = (name: string, row: number, lengths: readonly number[]): Vector[] => {
    const width = lengths.reduce((sum, length) => sum + length, 0);
    const numbers = [...saved.get(`replay.${name}`)!.slice(row * width, (row + 1) * width)];
    return lengths.map(length => numbers.splice(0, length));
  };
  const momentAt = (row: number): Moment => ({
    seen: part('observations', row, spec.observationLength),
    legal: part('masks', row, spec.actionCount),
  });
  const reals = part('reals', window, spec.realActionLength);
  const actions = spec.agents.map((_, i) => {
    const chosen = saved.get('replay.actions')![window * n + i]!;
    const finite = spec.actionCount[i]! > 1 ? spec.actionCount[i]! : 0;
    const unit = reals[i]!.map((x, k) => {
      const [low, high] = [spec.realActionLow[i]![k]!, spec.realActionHigh[i]![k]!];
      return (2 * (x - low)) / (high - low) - 1;
    });
    return [...Array.from({ length: finite }, (_, a) => (a === chosen ? 1 : 0)), ...unit];
  });
  return {
    now: momentAt(2 * window),
    later: momentAt(2 * window + 1),
    actions,
    rewards: [...saved.get('replay.rewards')!.slice(window * n, (window + 1) * n)],
    ended: saved.get('replay.ended')![window]!,
  };
}

function acted(problem: Problem, saved: Arrays, path: string, agent: number, moment: Moment, noise: Vector) {
  const { temperature, hard } = problem;
  const outputs = network(problem, saved, path, agent, moment.seen[agent]!);
  const legal = noise.length === 0 ? [] : moment.legal[agent]!;
  const disturbed = legal.map((flag, a) => (flag === 1 ? outputs[a]! + noise[a]! : -Infinity));
  const top = Math.max(...disturbed);
  const weights = disturbed.map(x => Math.exp((x - top) / temperature));
  const total = weights.reduce((sum, w) => sum + w, 0);
  const soft = weights.map(w => w / total);
  const finite = hard ? disturbed.map(x => (x === top ? 1 : 0)) : soft;
  const numbers = outputs.slice(legal.length).map(Math.tanh);
  const squares = outputs.map((x, k) => (k < legal.length ? x * x * legal[k]! : x * x));
  return { vector: [...finite, ...numbers], meanSquare: squares.reduce((sum, x) => sum + x, 0) / outputs.length };
}

function qOf(
  problem: Problem,
  saved: Arrays,
  path: string,
  agent: number,
  moment: Moment,
  actions: readonly Vector[],
): number {
  return network(problem, saved, path, agent, [...moment.seen.flat(), ...actions.flat()])[0]!;
}

/** One hidden relu layer and a linear head, the weights of one agent out of those side by side. */
function network({ place, groups }: Problem, saved: Arrays, path: string, agent: number, x: Vector): Vector {
  const { group, copy } = place[agent]!;
  const copies = groups.find(({ name }) => name === group)!.agents.length;
  const own = (name: string): Vector => {
    const all = saved.get(`tensor.${path}/${group}/${name}`)!;
    const size = all.length / copies;
    return [...all.slice(copy * size, (copy + 1) * size)];
  };
  const layer = (input: Vector, name: string): Vector => {
    const weight = own(`${name}/weight`);
    const bias = own(`${name}/bias`);
    return bias.map((b, u) => input.reduce((sum, value, k) => sum + value * weight[k * bias.length + u]!, b));
  };
  const hidden = layer(x, 'mlp0/dense0').map(h => Math.max(0, h));
  return layer(hidden, 'head/dense0');
}
