/**
 * The random numbers of games as programs draw them: those of `Stream`, on plain variables. Words are signed, so that engines keep them in
 * registers, and the caller advances the counter: `below(hash32(k0, k1, counter++), 6)`. Games that are compiled carry the same text
 * (compiler/emit/gameRandom.ts); programs that are written for people import it.
 */

/** The counter-th 32-bit word of the stream with this key, as a signed integer. */
export function hash32(k0: number, k1: number, counter: number): number {
  let x = counter ^ k0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0xd35a2d97);
  x = ((x ^ (x >>> 15)) + k1) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0xd35a2d97);
  return x ^ (x >>> 15);
}

/** What the keys of all games of one seed have in common. */
export function seedKey(seed: number): number {
  return hash32(hash32(0x243f6a88, 0x85a308d3, seed | 0), 0x13198a2e, Math.floor(seed / 4294967296) | 0);
}

/** First key word of an episode of a game; 1 is the purpose "game". */
export function gameKey0(common: number, game: number, episode: number): number {
  return hash32(hash32(common, 1, game | 0), Math.floor(game / 4294967296) | 0, episode | 0);
}

/** Second key word of the same episode. */
export function gameKey1(common: number, game: number, episode: number): number {
  const inner = hash32(common, 1 ^ 0x5bd1e995, episode | 0);
  return hash32(0x03707344, hash32(inner, Math.floor(episode / 4294967296) | 0, game | 0), 0xa4093822 | 0);
}

/** An integer in 0 .. count-1 from one word; count is at most 2^21. */
export function below(word: number, count: number): number {
  return ((word >>> 0) * count * (1 / 4294967296)) | 0;
}

/** A number in [0, 1) from one word. */
export function chance(word: number): number {
  return (word >>> 0) * (1 / 4294967296);
}

/** A number in [0, 1) with 53 random bits from two words. */
export function unit(high: number, low: number): number {
  return ((high >>> 5) * 67108864 + (low >>> 6)) * (1 / 9007199254740992);
}

/** A standard normal number (Box and Muller 1958) from two numbers in [0, 1). */
export function normal(u: number, v: number): number {
  return Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
}

/** An index in 0 .. count-1 with these weights, which sum to one, from one word. */
export function categorical(word: number, weights: Float64Array, count: number): number {
  let rest = chance(word);
  let last = 0;
  for (let k = 0; k < count; k++) {
    const w = weights[k]!;
    if (w > 0) {
      if (rest < w) return k;
      last = k;
    }
    rest -= w;
  }
  return last;
}
