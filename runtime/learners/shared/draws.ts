import { hash32, key0, key1 } from '../../rng/stream.ts';

/** The random numbers of a policy: one stream per game, so that they do not depend on how many games run beside it. */
export interface PolicyKeys {
  readonly k0: Int32Array;
  readonly k1: Int32Array;
  /** Numbers taken from every stream so far (32 bits, wraps). */
  readonly counter: Int32Array;
}

/** Streams (seed, purpose, game, b) of games first .. first + envs - 1. */
export function policyKeys(envs: number, seed: number, purpose: number, first: number, b: number): PolicyKeys {
  const k0 = new Int32Array(envs);
  const k1 = new Int32Array(envs);
  for (let e = 0; e < envs; e++) {
    k0[e] = key0(seed, purpose, first + e, b);
    k1[e] = key1(seed, purpose, first + e, b);
  }
  return { k0, k1, counter: new Int32Array(1) };
}

/** Number `counter + offset` of game e's stream, in [0, 2^32). */
export function drawOf(keys: PolicyKeys, e: number, offset: number): number {
  return hash32(keys.k0[e]!, keys.k1[e]!, (keys.counter[0]! + offset) | 0);
}
