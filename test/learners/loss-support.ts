/**
 * One update of a deep value learner beside a computation of its own: the transitions of the batch and all parameters before the update,
 * from what the learner saves. Losses are written out in doubles, one transition at a time, and share no code with the learners.
 */
import { expect } from 'vitest';
import type { LoadedGame } from '../../runtime/games/load.ts';
import type { Settings } from '../../runtime/learners/catalogue.ts';
import type { Arrays } from '../../runtime/learners/shared/learner.ts';
import { shapeOf } from '../../runtime/learners/shared/shape.ts';
import { evaluateMixer } from '../../runtime/mixers/evaluate.ts';
import type { MixerModel } from '../../runtime/mixers/model.ts';
import { sgd } from '../../runtime/tensor/optimisers/spec.ts';
import { constant, gameFrom, loaded, mlp, startDeep } from './deep-support.ts';

/** Ends in state 3, is cut after 3 steps; Z is not always legal; the best action depends on both. */
export const smallGame = (): LoadedGame =>
  loaded(
    gameFrom(`game Small {
      agents A, B
      actions { X, Y, Z }
      state { n: 0..3 = 0 }
      step { next n = if action[A] == action[B] then n else min(n + 1, 3) }
      observe[p: agents] { n, if n == 2 then 1 else 0 }
      legal Z for p = n > 0
      reward = if action[A] == action[B] then 2 - n else if action[B] == Z then -3 else 0.5
      end when n == 3
      horizon 3
      discount 0.9
    }`),
  );

export interface Seen {
  /** By agent. */
  readonly observations: readonly number[][];
  readonly legal: readonly boolean[][];
  readonly state: readonly number[];
}

export interface Transition {
  readonly now: Seen;
  readonly next: Seen;
  readonly actions: readonly number[];
  readonly reward: number;
  readonly ended: boolean;
  /** Kept numbers by note, then by agent. */
  readonly notes: readonly (readonly number[])[];
}

/** Parameters by name, `online/...` and `target/...`. */
export type Parameters = ReadonlyMap<string, Float64Array>;

export interface Update {
  readonly batch: readonly Transition[];
  readonly before: Parameters;
  readonly after: Parameters;
  readonly loss: number;
}

const rate = 0.1;
const batch = 24;

/** Trains for a while by plain gradient steps, so that online and target networks differ, then looks at one update. */
export function oneUpdate(name: string, more: Settings = {}, notes = 0): Update {
  const game = smallGame();
  const settings: Settings = {
    network: mlp(6),
    explore: constant(0.8),
    optimizer: { ...sgd, lr: constant(rate * 0.1) },
    clip: 0,
    batch,
    replay: { amount: batch, unit: 'steps' },
    train_every: { amount: 1, unit: 'steps' },
    target_every: 25,
    ...more,
  };
  const { training, learner } = startDeep(game, name, settings, 3, { steps: 1000, episodes: 1 });
  while (training.step() < 90) training.advance(90 - training.step());
  learner.metrics?.();
  const before = parametersOf(learner.save());
  training.advance(1);
  const saved = learner.save();
  return {
    batch: transitionsOf(game, saved, notes),
    before,
    after: parametersOf(saved),
    loss: learner.metrics?.().loss ?? Number.NaN,
  };
}

function parametersOf(saved: Arrays): Parameters {
  const found = new Map<string, Float64Array>();
  for (const [name, array] of saved)
    if (/^tensor\.(online|target)\//.test(name)) found.set(name.slice('tensor.'.length), Float64Array.from(array));
  return found;
}

function transitionsOf({ spec }: LoadedGame, saved: Arrays, notes: number): readonly Transition[] {
  const shape = shapeOf(spec, 1);
  const numbers = (name: string): readonly number[] => Array.from(saved.get(`replay.${name}`)!);
  const [observations, masks, states] = ['observations', 'masks', 'states'].map(numbers) as [
    readonly number[],
    readonly number[],
    readonly number[],
  ];
  const seen = (row: number): Seen => ({
    observations: shape.observationLength.map((length, i) => {
      const at = row * shape.observationRow + shape.observationStart[i]!;
      return observations.slice(at, at + length);
    }),
    legal: shape.actionCount.map((count, i) => {
      const at = row * shape.actionRow + shape.actionStart[i]!;
      return masks.slice(at, at + count).map(x => x === 1);
    }),
    state: states.slice(row * spec.stateLength, (row + 1) * spec.stateLength),
  });
  const n = shape.agents;
  const perAgent = (name: string, window: number): readonly number[] => numbers(name).slice(window * n, window * n + n);
  const found = Array.from({ length: batch }, (_, window) => ({
    now: seen(2 * window),
    next: seen(2 * window + 1),
    actions: perAgent('actions', window),
    reward: perAgent('rewards', window)[0]!,
    ended: numbers('ended')[window] === 1,
    notes: Array.from({ length: notes }, (_, k) => perAgent(`note${k}`, window)),
  }));
  // Both ways to stop are among them, and actions that are not available: or the tests below would show nothing.
  expect(found.some(({ ended }) => ended)).toBe(true);
  const cut = found.filter(
    ({ next, ended }, k) =>
      !ended && found[k + 1] !== undefined && next.observations.join() !== found[k + 1]!.now.observations.join(),
  );
  expect(cut.length).toBeGreaterThan(0);
  expect(found.some(({ now }) => now.legal.some(legal => !legal[2]))).toBe(true);
  return found;
}

// ------------------------------------------------------------------------------------------ networks, one sample at a time

/** Dense layers with ReLU between them; weights are [inputs, outputs]. */
export function dense(parameters: Parameters, names: readonly string[], x: readonly number[]): number[] {
  return names.reduce<number[]>(
    (input, name, k) => {
      const weight = parameters.get(`${name}/weight`)!;
      const out = Array.from(parameters.get(`${name}/bias`)!, (bias, unit) =>
        input.reduce((sum, value, i) => sum + value * weight[i * (weight.length / input.length) + unit]!, bias),
      );
      return k < names.length - 1 ? out.map(value => Math.max(0, value)) : out;
    },
    [...x],
  );
}

/** Values of one agent's actions. `path`: `online`, `target`, `online/central`. */
export function utilities(parameters: Parameters, path: string, seen: Seen, agent: number): number[] {
  const place = `${path}/${['A', 'B'][agent]}`;
  return dense(parameters, [`${place}/mlp0/dense0`, `${place}/q/dense0`], seen.observations[agent]!);
}

/** The best legal action of every agent, as the network at `path` finds. */
export function greedy(parameters: Parameters, path: string, seen: Seen): number[] {
  return [0, 1].map(agent => {
    const q = utilities(parameters, path, seen, agent).map((x, a) => (seen.legal[agent]![a] ? x : -Infinity));
    return q.indexOf(Math.max(...q));
  });
}

export function oneHot(actions: readonly number[]): number[] {
  return actions.flatMap(action => [0, 1, 2].map(a => (a === action ? 1 : 0)));
}

export interface MixedBy {
  readonly model: MixerModel;
  /** Of the mixer's weights, and of the utilities. */
  readonly mixer: string;
  readonly path: string;
  /** Where given, the distance of every utility from the best one stays what it is with these parameters. */
  readonly fixed?: Parameters;
}

export function total(parameters: Parameters, by: MixedBy, seen: Seen, actions: readonly number[]): number {
  const weights = by.model.weights.map(({ name }) => parameters.get(`${by.mixer}/${name}`)!);
  const q = [0, 1].map(agent => utilities(parameters, by.path, seen, agent)[actions[agent]!]!);
  const at = by.fixed ?? parameters;
  const top = greedy(at, by.path, seen);
  const best = [0, 1].map(agent => {
    const then = utilities(at, by.path, seen, agent);
    return q[agent]! + then[top[agent]!]! - then[actions[agent]!]!;
  });
  return evaluateMixer(by.model, weights, { q, best, state: seen.state, actions: oneHot(actions) });
}

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

// ------------------------------------------------------------------------------------------ what is compared

/**
 * The loss of the update, and its gradient: where every parameter of a few per tensor went, against central differences of `loss`, which is
 * given the parameters that move and those that stand still (`sg`).
 */
export function expectUpdate(
  { before, after, loss }: Update,
  written: (parameters: Parameters, fixed: Parameters) => number,
  of = /^online\//,
): void {
  expect(written(before, before)).toBeCloseTo(loss, 3);
  let moved = 0;
  for (const [name, values] of before) {
    if (!of.test(name)) continue;
    for (let k = 0; k < values.length; k += Math.ceil(values.length / 5)) {
      const slope = slopeOf(before, name, k, parameters => written(parameters, before));
      const went = (values[k]! - after.get(name)![k]!) / (rate * 0.1);
      expect(Math.abs(went - slope), `${name}[${k}]: gradient ${went}, by differences ${slope}`).toBeLessThan(
        2e-3 * (1 + Math.abs(slope)),
      );
      if (Math.abs(slope) > 1e-2) moved++;
    }
  }
  // Most of what is compared is not 0 = 0.
  expect(moved).toBeGreaterThan(5);
}

function slopeOf(at: Parameters, name: string, k: number, f: (parameters: Parameters) => number): number {
  const step = 1e-5;
  const moved = (by: number): Parameters => {
    const values = at.get(name)!.slice();
    values[k]! += by;
    return new Map(at).set(name, values);
  };
  return (f(moved(step)) - f(moved(-step))) / (2 * step);
}
