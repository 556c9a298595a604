/**
 * The random-number helpers that emitted games carry: the same numbers as `runtime/rng/stream.ts`, on plain variables
 * instead of a `Stream` object. A helper takes hashed 32-bit words (signed, so that engines keep them in registers), and the
 * caller advances the counter: `below(hash32(k0, k1, counter++), 6)`.
 */

/** Which helpers a game needs. */
export type RandomHelper = 'below' | 'unit' | 'chance' | 'normal' | 'categorical';

/** Names that the helper text declares. */
export const randomNames: readonly string[] = [
  'hash32',
  'seedKey',
  'gameKey0',
  'gameKey1',
  'below',
  'unit',
  'chance',
  'normal',
  'categorical',
];

/** The text of the helpers that `used` needs, with type annotations or without. */
export function randomHelpers(used: ReadonlySet<RandomHelper>, types: boolean): readonly string[] {
  const num = types ? ': number' : '';
  const list = types ? ': Float64Array' : '';
  const lines = [
    '/** The counter-th 32-bit word of the stream with this key, as a signed integer. */',
    `function hash32(k0${num}, k1${num}, counter${num})${num} {`,
    '  let x = counter ^ k0;',
    '  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);',
    '  x = Math.imul(x ^ (x >>> 15), 0xd35a2d97);',
    '  x = ((x ^ (x >>> 15)) + k1) | 0;',
    '  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);',
    '  x = Math.imul(x ^ (x >>> 15), 0xd35a2d97);',
    '  return x ^ (x >>> 15);',
    '}',
    '',
    '/** What the keys of all games of one seed have in common. */',
    `function seedKey(seed${num})${num} {`,
    '  return hash32(hash32(0x243f6a88, 0x85a308d3, seed | 0), 0x13198a2e, Math.floor(seed / 4294967296) | 0);',
    '}',
    '',
    '/** First key word of an episode of a game; 1 is the purpose "game". */',
    `function gameKey0(common${num}, game${num}, episode${num})${num} {`,
    '  return hash32(hash32(common, 1, game | 0), Math.floor(game / 4294967296) | 0, episode | 0);',
    '}',
    '',
    '/** Second key word of the same episode. */',
    `function gameKey1(common${num}, game${num}, episode${num})${num} {`,
    '  const inner = hash32(common, 1 ^ 0x5bd1e995, episode | 0);',
    '  return hash32(0x03707344, hash32(inner, Math.floor(episode / 4294967296) | 0, game | 0), 0xa4093822 | 0);',
    '}',
  ];
  if (used.has('below'))
    lines.push(
      '',
      '/** An integer in 0 .. count-1 from one word; count is at most 2^21. */',
      `function below(word${num}, count${num})${num} {`,
      '  return ((word >>> 0) * count * (1 / 4294967296)) | 0;',
      '}',
    );
  if (used.has('chance') || used.has('categorical'))
    lines.push(
      '',
      '/** A number in [0, 1) from one word. */',
      `function chance(word${num})${num} {`,
      '  return (word >>> 0) * (1 / 4294967296);',
      '}',
    );
  if (used.has('unit') || used.has('normal'))
    lines.push(
      '',
      '/** A number in [0, 1) with 53 random bits from two words. */',
      `function unit(high${num}, low${num})${num} {`,
      '  return ((high >>> 5) * 67108864 + (low >>> 6)) * (1 / 9007199254740992);',
      '}',
    );
  if (used.has('normal'))
    lines.push(
      '',
      '/** A standard normal number (Box and Muller 1958) from two numbers in [0, 1). */',
      `function normal(u${num}, v${num})${num} {`,
      '  return Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);',
      '}',
    );
  if (used.has('categorical'))
    lines.push(
      '',
      '/** An index in 0 .. count-1 with these weights, which sum to one, from one word. */',
      `function categorical(word${num}, weights${list}, count${num})${num} {`,
      '  let rest = chance(word);',
      '  let last = 0;',
      '  for (let k = 0; k < count; k++) {',
      '    const w = weights[k];',
      '    if (w > 0) {',
      '      if (rest < w) return k;',
      '      last = k;',
      '    }',
      '    rest -= w;',
      '  }',
      '  return last;',
      '}',
    );
  return lines;
}
