/**
 * Correlated-Q (Greenwald and Hall 2003): the values of joint actions for all agents, and at every observation a correlated equilibrium of the
 * game that they make. One device draws the joint action and tells every agent its part; nobody gains by doing something else.
 *
 *   V(o)       = sum_u p(u | o) Q(o, u)                      p: the selected correlated equilibrium of (Q_1(o, .), ..., Q_n(o, .))
 *   Q_j(o, u) += alpha (r_j + gamma (1 - term) V_j(o') - Q_j(o, u))      for all j
 *
 * p satisfies, for every agent i and all its actions a, b: sum over the others' c of p(a, c) (Q_i(a, c) - Q_i(b, c)) >= 0. Among these it
 * is selected as `selection` says, by linear programs: greatest sum (uCE-Q), greatest least value (eCE-Q), greatest value of anybody
 * (rCE-Q), or for every agent its own part of what is best for itself (lCE-Q), which is then played independently.
 *
 * With probability `explore` a joint action is drawn uniformly. Who does not act counts as having one action.
 *
 * Greenwald, A., Hall, K. (2003). Correlated-Q learning. ICML.
 */
import { type GameBuffers, running, terminated } from '../games/vector.ts';
import { purposes } from '../rng/stream.ts';
import { type CorrelatedSelection, correlatedGames } from '../solvers/stochastic/stage-games.ts';
import type { SettingDoc } from '../train/spec.ts';
import { drawOf, policyKeys } from './shared/draws.ts';
import { drawCount, exploreBelow } from './shared/explore.ts';
import { allowed, jointDigits, jointOf } from './shared/joint.ts';
import type { Arrays, LearnedTable, Learner } from './shared/learner.ts';
import { bitsOf, rowsFor } from './shared/rows.ts';
import { valueAt } from './shared/schedule.ts';
import { stageSettings } from './shared/settings.ts';
import type { Shape } from './shared/shape.ts';
import type { StageSettings } from './shared/stage-values.ts';

// ------------------------------------------------------------------------------------------ settings

export interface CorrelatedQSettings extends StageSettings {
  readonly selection: CorrelatedSelection;
}

const paper = 'Greenwald and Hall 2003';

export const correlatedQSettings: readonly SettingDoc[] = [
  {
    name: 'selection',
    type: 'choice',
    choices: ['utilitarian', 'egalitarian', 'republican', 'libertarian'],
    default: 'utilitarian',
    doc: 'Which correlated equilibrium: of the greatest sum of values, of the greatest least value, of the greatest value of anybody, or for every agent its own part of the one best for itself.',
    source: `${paper}: uCE-Q, eCE-Q, rCE-Q, lCE-Q`,
  },
  ...stageSettings,
];

// ------------------------------------------------------------------------------------------ the learner

export function correlatedQ(shape: Shape, settings: CorrelatedQSettings, buffers: GameBuffers, seed: number): Learner {
  const { masks, actions, rewards, ended } = buffers;
  const { agents, jointCount } = shape;
  const observed = bitsOf(buffers.observations);
  const lastObserved = bitsOf(buffers.finalObservations);
  const keys = policyKeys(shape.envs, seed, purposes.policy, 0, 0);
  const stage = correlatedGames(shape, settings.selection);
  /** Rows by what all agents see: Q(agent, joint action), V(agent), p(joint action), and how often each was taken. */
  const rows = rowsFor(shape, shape.observationRow, shape.actionRow);
  const q = rows.column('q', agents * jointCount, settings.initial);
  const value = rows.column('value', agents, settings.initial);
  const device = rows.column('device', jointCount, 1 / jointCount);
  const visits = rows.column('visits', jointCount, 0);
  const digits = jointDigits(shape);
  /** Row of every game at its last decision. */
  const decided = new Int32Array(shape.envs);

  function legal(on: Uint8Array, maskStart: number, u: number): boolean {
    for (let i = 0; i < agents; i++) if (!allowed(shape, on, maskStart, i, digits[u * agents + i]!)) return false;
    return true;
  }

  /** The joint action for a draw; row -1 is an observation never seen. */
  function choose(row: number, on: Uint8Array, maskStart: number, split: number, draw: number): number {
    const uniform = draw < split || row < 0;
    const weightOf = (u: number) => (!legal(on, maskStart, u) ? 0 : uniform ? 1 : device.values[row * jointCount + u]!);
    let total = 0;
    for (let u = 0; u < jointCount; u++) total += weightOf(u);
    let rest = (draw < split ? draw / split : (draw - split) / (drawCount - split)) * total;
    let last = 0;
    for (let u = 0; u < jointCount; u++) {
      const weight = weightOf(u);
      if (weight === 0) continue;
      last = u;
      if (rest < weight) return u;
      rest -= weight;
    }
    return last;
  }

  function act(step: number, episode: number): void {
    const split = exploreBelow(valueAt(settings.explore, step, episode));
    for (let e = 0; e < shape.envs; e++) {
      const maskStart = e * shape.actionRow;
      const row = rows.rowOf(observed, e * shape.observationRow, masks, maskStart);
      decided[e] = row;
      const joint = choose(row, masks, maskStart, split, drawOf(keys, e, 0));
      for (let i = 0; i < agents; i++) actions[e * agents + i] = digits[joint * agents + i]!;
    }
    keys.counter[0]! += 1;
  }

  function update(step: number, episode: number): void {
    const alpha = valueAt(settings.alpha, step, episode);
    for (let e = 0; e < shape.envs; e++) {
      const row = decided[e]!;
      const joint = jointOf(shape, actions, e);
      let next = -1;
      if (ended[e] !== terminated) {
        const start = e * shape.observationRow;
        next =
          ended[e] === running
            ? rows.rowOf(observed, start, masks, e * shape.actionRow)
            : rows.find(lastObserved, start);
      }
      const times = ++visits.values[row * jointCount + joint]!;
      const size = settings.visits ? alpha / times : alpha;
      for (let i = 0; i < agents; i++) {
        let target = rewards[e * agents + i]!;
        if (ended[e] !== terminated)
          target += settings.gamma * (next < 0 ? settings.initial : value.values[next * agents + i]!);
        const cell = (row * agents + i) * jointCount + joint;
        q.values[cell]! += size * (target - q.values[cell]!);
      }
      stage.solve(q.values, row * agents * jointCount, rows.legal, row * shape.actionRow);
      for (let i = 0; i < agents; i++) value.values[row * agents + i] = stage.worth[i]!;
      for (let u = 0; u < jointCount; u++) device.values[row * jointCount + u] = stage.joint[u]!;
    }
  }

  function greedy(on: GameBuffers, envs: number, draws: Uint32Array): void {
    const seenNow = bitsOf(on.observations);
    for (let e = 0; e < envs; e++) {
      const row = rows.find(seenNow, e * shape.observationRow);
      const joint = choose(row, on.masks, e * shape.actionRow, 0, draws[e * agents]!);
      for (let i = 0; i < agents; i++) on.actions[e * agents + i] = digits[joint * agents + i]!;
    }
  }

  function save(): Arrays {
    const arrays: Arrays = new Map();
    rows.save('central', arrays);
    return arrays.set('policy.counter', keys.counter.slice());
  }

  function restore(arrays: Arrays): void {
    rows.restore('central', arrays);
    keys.counter.set(arrays.get('policy.counter') as Int32Array);
  }

  function view(): readonly LearnedTable[] {
    return [
      {
        agent: undefined,
        quantity: 'probability',
        rows: rows.count,
        keyLength: rows.keyLength,
        key: row => rows.key(row),
        value: (row, joint) => device.values[row * jointCount + joint]!,
        legal: (row, joint) => legal(rows.legal, row * shape.actionRow, joint),
        best: () => undefined,
      },
    ];
  }

  return { act, update, greedy, save, restore, view };
}
