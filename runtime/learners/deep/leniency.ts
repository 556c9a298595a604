/**
 * Leniency of deep learners: how much of what goes badly an agent forgives is noted when it acts and kept in the replay.
 *
 *   l = 1 - exp(-K T(o, a))            kept with the transition; T starts at T0
 *   T(o, a) <- nu T(o, a)              at each visit
 *
 * Each time that the transition is drawn, a negative TD error is forgiven with probability l. Palmer et al. find T by a hash of what an
 * autoencoder makes of the observation; here it is a hash of the observation itself, and observations of one bucket share their
 * temperatures. Where hardly any observation returns, the buckets cool all alike, as a schedule would.
 *
 * Palmer, Tuyls, Bloembergen and Savani (2018). Lenient multi-agent deep reinforcement learning. AAMAS.
 */
import { hash32, purposes, Stream } from '../../rng/stream.ts';
import type { Shape } from '../shared/shape.ts';
import type { Note } from './notes.ts';

export interface LeniencySettings {
  /** T0. */
  readonly temperature: number;
  /** K. */
  readonly leniency: number;
  /** nu, the factor at each visit. */
  readonly cooling: number;
}

/** Temperatures kept per agent and action. */
const buckets = 4096;

/** The loss is given 1 where a negative TD error counts, 0 where it is forgiven. */
export function leniencyNote(shape: Shape, settings: LeniencySettings, seed: number): Note {
  const most = Math.max(...shape.actionCount);
  const temperatures = new Float32Array(shape.agents * buckets * most).fill(settings.temperature);
  const forgiveness = new Stream(seed, purposes.replay, 0, 1);
  return {
    name: 'heard',
    keep({ agent, action, observations, observationAt }) {
      const bucket = bucketOf(observations, observationAt, shape.observationLength[agent]!);
      const cell = (agent * buckets + bucket) * most + action;
      const kept = 1 - Math.exp(-settings.leniency * temperatures[cell]!);
      temperatures[cell]! *= settings.cooling;
      return kept;
    },
    recall: kept => (forgiveness.bernoulli(kept) ? 0 : 1),
    save(into) {
      into.set('leniency.temperatures', temperatures.slice());
      into.set('leniency.counter', Float64Array.of(forgiveness.counter));
    },
    restore(from) {
      temperatures.set(from.get('leniency.temperatures')!);
      forgiveness.counter = from.get('leniency.counter')![0]!;
    },
  };
}

const word = new Float32Array(1);
const bits = new Int32Array(word.buffer);

function bucketOf(observations: Float32Array, from: number, length: number): number {
  let hash = 0;
  for (let k = 0; k < length; k++) {
    // 0 and -0 are one observation.
    word[0] = observations[from + k]! + 0;
    hash = hash32(hash, k, bits[0]!);
  }
  return hash % buckets;
}
