/**
 * What actor-critics should compute, in doubles and by definition, for policies and critics that are one linear layer: on a stream of
 * random observations, masks, rewards, ends and cuts that no policy influences, so that every case comes up.
 */
import { allocateBuffers, type GameBuffers, type GameSpec } from '../../runtime/games/vector.ts';
import { algorithmNamed, completeSettings, type Settings } from '../../runtime/learners/catalogue.ts';
import type { Arrays, Learner } from '../../runtime/learners/shared/learner.ts';
import { shapeOf } from '../../runtime/learners/shared/shape.ts';
import { Stream } from '../../runtime/rng/stream.ts';
import { wasmEngine } from '../../runtime/tensor/engines/wasm/index.ts';
import { sgd } from '../../runtime/tensor/optimisers/spec.ts';
import { constant } from './deep-support.ts';

/** Two agents of a class and one of another. */
export function specOf(observationLength: readonly number[], actionCount: readonly number[]): GameSpec {
  return {
    name: 'Noise',
    agents: ['P1', 'P2', 'R'],
    classOf: [0, 0, 1],
    classNames: ['P', 'R'],
    observationLength,
    actionCount,
    actionNames: actionCount.map(n => Array.from({ length: n }, (_, k) => `${k}`)),
    realActionLength: [0, 0, 0],
    realActionLow: [[], [], []],
    realActionHigh: [[], [], []],
    horizon: 6,
    discount: 0.9,
    oneShot: false,
    stateLength: 2,
  };
}

export const unequal = specOf([2, 2, 3], [3, 3, 2]);
export const alike = specOf([2, 2, 2], [3, 3, 3]);

/** Everything at random: agents that wait in three steps of ten, actions that are missing, ends and cuts; rewards after an agent has left. */
class Noise {
  readonly buffers: GameBuffers;
  readonly #spec: GameSpec;
  readonly #envs: number;
  readonly #stream: Stream;

  constructor(spec: GameSpec, envs: number, seed: number) {
    this.#spec = spec;
    this.#envs = envs;
    this.buffers = allocateBuffers(spec, envs);
    this.#stream = new Stream(seed, 99, 0, 0);
    this.step();
    this.buffers.ended.fill(0);
  }

  step(): void {
    const { buffers: b } = this;
    const s = this.#stream;
    for (const array of [b.observations, b.finalObservations, b.states, b.finalStates, b.rewards])
      for (let k = 0; k < array.length; k++) array[k] = s.unit() * 2 - 1;
    for (let e = 0; e < this.#envs; e++) {
      const u = s.unit();
      b.ended[e] = u < 0.15 ? 1 : u < 0.35 ? 2 : 0;
    }
    for (const masks of [b.masks, b.finalMasks]) this.#allow(masks);
  }

  /** What followed the step, by game. */
  followed(): (e: number) => { observations: number[][]; state: number[]; allowed: number[][] } {
    const { observationLength, actionCount, stateLength } = this.#spec;
    const b = structuredClone(this.buffers);
    const parts = (row: ArrayLike<number>, e: number, lengths: readonly number[]): number[][] => {
      let at = e * lengths.reduce((sum, n) => sum + n, 0);
      return lengths.map(length => Array.from({ length }, () => row[at++]!));
    };
    return e => {
      const cut = b.ended[e] === 2;
      return {
        observations: parts(cut ? b.finalObservations : b.observations, e, observationLength),
        state: parts(cut ? b.finalStates : b.states, e, [stateLength])[0]!,
        allowed: parts(cut ? b.finalMasks : b.masks, e, actionCount),
      };
    };
  }

  #allow(masks: Uint8Array): void {
    const s = this.#stream;
    let at = 0;
    for (let e = 0; e < this.#envs; e++)
      for (const count of this.#spec.actionCount) {
        const waits = s.unit() < 0.3;
        const sure = s.below(count);
        for (let a = 0; a < count; a++) masks[at + a] = !waits && (a === sure || s.unit() < 0.6) ? 1 : 0;
        at += count;
      }
  }
}

export interface Played {
  readonly spec: GameSpec;
  readonly settings: Settings;
  readonly steps: number;
  readonly games: number;
  /** What was saved before the last rollout, and after the update from it. */
  readonly before: Arrays;
  readonly after: Arrays;
  /** Of the last update. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly learner: Learner;
  /** What followed a step: the end of a cut episode, else what is seen next; `allowed` by agent. */
  followed(step: Step): Following;
}

export interface Following {
  readonly x: readonly number[];
  readonly state: readonly number[];
  readonly allowed: readonly (readonly number[])[];
}

const linear = { layers: [] };

/** Some rollouts of a linear learner that takes steps of plain gradient descent with rate 1, unclipped. */
export function play(name: string, spec: GameSpec, given: Settings, steps = 9, games = 4): Played {
  const algorithm = algorithmNamed(name)!;
  const settings = completeSettings(
    algorithm,
    {
      network: linear,
      critic_network: linear,
      initialization: 'pytorch',
      optimizer: { ...sgd, lr: constant(1) },
      clip: 0,
      rollout: steps,
      entropy: constant(0.3),
      gamma: 0.8,
      ...(algorithm.settings.some(doc => doc.name === 'normalize_values') ? { normalize_values: false } : {}),
      ...given,
    },
    0.9,
  );
  const noise = new Noise(spec, games, 5);
  const context = { engine: wasmEngine(), game: spec };
  const learner = algorithm.create(shapeOf(spec, games), settings, noise.buffers, 3, context);
  let before = learner.save();
  let rows: ((e: number) => { observations: number[][]; state: number[]; allowed: number[][] })[] = [];
  for (let rollout = 0; rollout < 3; rollout++) {
    learner.metrics!();
    before = learner.save();
    rows = [];
    for (let t = 0; t < steps; t++) {
      learner.act(t, 0);
      noise.step();
      rows.push(noise.followed());
      learner.update(t, 0);
    }
  }
  const followed = ({ t, e, x, agent }: Step): Following => {
    const { observations, state, allowed } = rows[t]!(e);
    const seen = observations[agent]!;
    return { x: [...seen, ...x.slice(seen.length)], state, allowed };
  };
  return {
    spec,
    settings,
    steps,
    games,
    before,
    after: learner.save(),
    metrics: learner.metrics!(),
    learner,
    followed,
  };
}

// ------------------------------------------------------------------------------------------ what was recorded

/** A step of one agent. */
export interface Step {
  readonly group: string;
  /** Number in the group, and in the game. */
  readonly a: number;
  readonly agent: number;
  readonly t: number;
  readonly e: number;
  readonly x: readonly number[];
  readonly available: readonly number[];
  readonly state: readonly number[];
  readonly action: number;
  readonly active: boolean;
  readonly reward: number;
  readonly value: number;
  readonly next: number;
  readonly probability: number;
}

const groupsOf: Readonly<Record<string, readonly (readonly [string, readonly number[]])[]>> = {
  class: [
    ['P', [0, 1]],
    ['R', [2]],
  ],
  none: [
    ['P', [0, 1]],
    ['R', [2]],
  ],
  all: [['agents', [0, 1, 2]]],
  beside: [['agents', [0, 1, 2]]],
};

/** All steps of the last rollout, group by group, and how each step of each game ended. */
export function recorded({ settings, steps, games, after }: Played): {
  readonly all: readonly Step[];
  readonly ended: (t: number, e: number) => number;
} {
  const endings = after.get('rollout.ended')!;
  const states = after.get('rollout.states')!;
  const width = states.length / (steps * games);
  const all = groupsOf[settings.sharing as string]!.flatMap(([group, agents]) => {
    const of = (name: string) => after.get(`rollout.${group}.${name}`)!;
    const row = (array: ArrayLike<number>, at: number, length: number) =>
      Array.from({ length }, (_, k) => array[at * length + k]!);
    const entries = steps * agents.length * games;
    return Array.from({ length: entries }, (_, at): Step => {
      const e = at % games;
      const a = Math.floor(at / games) % agents.length;
      const t = Math.floor(at / (games * agents.length));
      return {
        group,
        a,
        agent: agents[a]!,
        t,
        e,
        x: row(of('x'), at, of('x').length / entries),
        available: row(of('available'), at, of('available').length / entries),
        state: row(states, t * games + e, width),
        action: of('actions')[at]!,
        active: of('active')[at] === 1,
        reward: of('rewards')[at]!,
        value: of('values')[at]!,
        next: of('next')[at]!,
        probability: of('probabilities')[at]!,
      };
    });
  });
  return { all, ended: (t, e) => endings[t * games + e]! };
}

/** What all other agents do beside this step, as a critic of actions is told it. */
export function othersAt({ spec, settings }: Played, all: readonly Step[], step: Step): readonly number[] {
  const most = Math.max(...groupsOf[settings.sharing as string]!.map(([, of]) => spec.actionCount[of[0]!]!));
  return spec.agents.flatMap((_, other) => {
    if (other === step.agent) return [];
    const beside = all.find(({ agent, t, e }) => agent === other && t === step.t && e === step.e)!;
    return Array.from({ length: most }, (_, k) => (beside.active && beside.action === k ? 1 : 0));
  });
}

// ------------------------------------------------------------------------------------------ linear networks

export type Weights = ReadonlyMap<string, Float64Array>;

/** The parameters whose names begin with `actor/`, `critic/` and so on, as doubles. */
export function weights(arrays: Arrays, kind: string): Map<string, Float64Array> {
  const found = [...arrays].filter(([name]) => name.startsWith(`tensor.${kind}/`));
  return new Map(found.map(([name, array]) => [name.slice('tensor.'.length), Float64Array.from(array)]));
}

/** Outputs of the network `kind` of a group; number `copy` of those side by side, which have `units` outputs each. */
export function output(
  of: Weights,
  kind: string,
  group: string,
  copy: number,
  units: number,
  x: readonly number[],
): number[] {
  const weight = of.get(`${kind}/${group}/head/dense0/weight`)!;
  const bias = of.get(`${kind}/${group}/head/dense0/bias`)!;
  if (weight.length !== bias.length * x.length) throw new Error(`the ${kind} of ${group} reads something else`);
  return Array.from({ length: units }, (_, u) => {
    let sum = bias[copy * units + u]!;
    for (let k = 0; k < x.length; k++) sum += x[k]! * weight[(copy * x.length + k) * units + u]!;
    return sum;
  });
}

/** Probabilities of a masked softmax with the share `explore` spread over what is available. */
export function softmax(logits: readonly number[], available: readonly number[], explore = 0): number[] {
  const powers = logits.map((x, k) => (available[k] === 0 ? 0 : Math.exp(x)));
  const total = powers.reduce((sum, x) => sum + x, 0);
  const count = available.reduce((sum, x) => sum + x, 0);
  return powers.map((x, k) => (1 - explore) * (x / total) + explore * (available[k]! / count));
}

/** Gradient of a function of weights by central differences. */
export function gradient(at: Weights, loss: (of: Weights) => number): Map<string, Float64Array> {
  const h = 1e-4;
  return new Map(
    [...at].map(([name, values]) => {
      const found = values.map((_, k) => {
        const moved = (by: number): number => {
          const other = values.slice();
          other[k]! += by;
          return loss(new Map([...at, [name, other]]));
        };
        return (moved(h) - moved(-h)) / (2 * h);
      });
      return [name, found];
    }),
  );
}

// ------------------------------------------------------------------------------------------ returns by definition

export interface Line {
  readonly rewards: readonly number[];
  readonly values: readonly number[];
  readonly next: readonly number[];
  readonly active: readonly boolean[];
  readonly ended: readonly number[];
}

/** The n-step return of the decision at `t`, forward in time. */
export function nStepReturn(
  { rewards, values, next, active, ended }: Line,
  gamma: number,
  n: number,
  t: number,
): number {
  let sum = 0;
  let weight = 1;
  let decisions = 0;
  for (let s = t; s < rewards.length; s++) {
    if (s > t && active[s] && ++decisions === n) return sum + weight * values[s]!;
    sum += weight * rewards[s]!;
    weight *= gamma;
    if (ended[s] === 1) return sum;
    if (ended[s] === 2 || s === rewards.length - 1) return sum + weight * next[s]!;
  }
  return sum;
}

/** The return of TD(lambda) as the mean of n-step returns that Sutton and Barto define: (1 - lambda) sum of lambda^(n-1) G^(n). */
export function lambdaReturn(line: Line, gamma: number, lambda: number, t: number): number {
  let sum = 0;
  let weight = 1;
  const whole = nStepReturn(line, gamma, 1e9, t);
  for (let n = 1; n <= line.rewards.length; n++) {
    sum += (1 - lambda) * weight * nStepReturn(line, gamma, n, t);
    weight *= lambda;
  }
  return sum + weight * whole;
}
