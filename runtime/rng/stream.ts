/**
 * Counter-based random numbers. A stream is a key of two 32-bit words and a counter; the k-th number is a hash of key and k, so
 * a stream can be opened anywhere and never depends on how many other streams run beside it. Games draw from the stream of
 * (seed, game number, episode), policies from streams of their own, so results do not depend on the number of parallel games
 * or workers. The hash is two rounds of a 32-bit finaliser (xor-shift and multiply), keyed between the rounds.
 */

/** One number in [0, 2^32) as an unsigned integer. */
export function hash32(k0: number, k1: number, counter: number): number {
  let x = counter ^ k0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0xd35a2d97);
  x = ((x ^ (x >>> 15)) + k1) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0xd35a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/** First key word of the stream named by (seed, purpose, a, b); integers of any size up to 2^53. */
export function key0(seed: number, purpose: number, a: number, b: number): number {
  let k = hash32(0x243f6a88, 0x85a308d3, seed | 0);
  k = hash32(k, 0x13198a2e, Math.floor(seed / 4294967296) | 0);
  k = hash32(k, purpose | 0, a | 0);
  return hash32(k, Math.floor(a / 4294967296) | 0, b | 0) | 0;
}

/** Second key word of the same stream. */
export function key1(seed: number, purpose: number, a: number, b: number): number {
  return hash32(0x03707344, key0(seed, purpose ^ 0x5bd1e995, b, a), 0xa4093822 | 0) | 0;
}

/** What a stream is for; part of its name. */
export const purposes = {
  game: 1,
  policy: 2,
  initial: 3,
  evaluation: 4,
  evaluationPolicy: 5,
  replay: 6,
  bootstrap: 7,
  sampling: 8,
} as const;

/** One sequential reader of a stream; the emitted code does the same on local variables. */
export class Stream {
  readonly k0: number;
  readonly k1: number;
  counter: number;

  constructor(seed: number, purpose: number, a: number, b: number, counter = 0) {
    this.k0 = key0(seed, purpose, a, b);
    this.k1 = key1(seed, purpose, a, b);
    this.counter = counter;
  }

  /** An integer in [0, 2^32). */
  next32(): number {
    return hash32(this.k0, this.k1, this.counter++ | 0);
  }

  /** A double in [0, 1) with 53 random bits; takes two numbers from the stream. */
  unit(): number {
    const high = this.next32() >>> 5;
    const low = this.next32() >>> 6;
    return (high * 67108864 + low) * (1 / 9007199254740992);
  }

  /** An integer in 0 .. count-1; takes one number (two when count > 2^21). */
  below(count: number): number {
    if (count <= 2097152) return Math.floor(this.next32() * count * (1 / 4294967296));
    return Math.floor(this.unit() * count);
  }

  /** True with this probability; takes one number. */
  bernoulli(probability: number): boolean {
    return this.next32() * (1 / 4294967296) < probability;
  }

  /** An index drawn with these weights, which sum to one; takes one number. */
  categorical(weights: ArrayLike<number>): number {
    let rest = this.next32() * (1 / 4294967296);
    let last = 0;
    for (let k = 0; k < weights.length; k++) {
      const w = weights[k] as number;
      if (w > 0) {
        if (rest < w) return k;
        last = k;
      }
      rest -= w;
    }
    return last;
  }

  /** A standard normal number (Box and Muller 1958, the cosine half); takes four numbers. */
  normal(): number {
    const u = 1 - this.unit();
    const v = this.unit();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  }
}
