import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type RandomHelper, randomHelpers, randomNames } from '../../compiler/emit/gameRandom.ts';
import { hash32, key0, key1, purposes, Stream } from '../../runtime/rng/stream.ts';

type Fn = (...args: readonly (number | Float64Array)[]) => number;
const all: ReadonlySet<RandomHelper> = new Set(['below', 'unit', 'chance', 'normal', 'categorical']);
const helpers = new Function(
  `${randomHelpers(all, false).join('\n')}\nreturn { ${randomNames.join(', ')} };`,
)() as Record<string, Fn>;
const helper = (name: string): Fn => helpers[name] as Fn;

const seeds = [0, 1, -1, 42, 2 ** 31, 2 ** 32 + 5, 2 ** 52 + 1];
const games = [0, 1, 1023, 2 ** 31 + 3, 2 ** 33 + 7];
const episodes = [0, 1, 77, 2 ** 31 - 1];

test('the hash is the hash of runtime/rng, as a signed integer', () => {
  for (let k = 0; k < 1000; k++) {
    const [a, b] = [Math.imul(k, 0x9e3779b9), Math.imul(k + 1, 0x85ebca6b)];
    expect(helper('hash32')(a, b, k)).toBe(hash32(a, b, k) | 0);
  }
});

test('keys of episodes are the keys of their streams', () => {
  for (const seed of seeds) {
    const common = helper('seedKey')(seed);
    for (const game of games)
      for (const episode of episodes) {
        expect(helper('gameKey0')(common, game, episode)).toBe(key0(seed, purposes.game, game, episode));
        expect(helper('gameKey1')(common, game, episode)).toBe(key1(seed, purposes.game, game, episode));
      }
  }
});

test('draws are the draws of Stream, from the same words', () => {
  const stream = new Stream(9, purposes.game, 4, 2);
  let counter = 0;
  const word = (): number => helper('hash32')(stream.k0, stream.k1, counter++);
  const unit = (): number => helper('unit')(word(), word());
  const weights = Float64Array.of(0.125, 0, 0.5, 0.25, 0.125, 0);
  const counts = [1, 2, 3, 6, 1000, 2 ** 21];
  for (let k = 0; k < 3000; k++) {
    const count = counts[k % counts.length] as number;
    expect(helper('below')(word(), count)).toBe(stream.below(count));
    expect(unit()).toBe(stream.unit());
    expect(helper('chance')(word()) < 0.3).toBe(stream.bernoulli(0.3));
    expect(helper('categorical')(word(), weights, weights.length)).toBe(stream.categorical(weights));
    expect(helper('normal')(unit(), unit())).toBe(stream.normal());
    expect(counter).toBe(stream.counter);
  }
});

test('programs import the same text from runtime/rng/game.ts', () => {
  const file = readFileSync(new URL('../../runtime/rng/game.ts', import.meta.url), 'utf8');
  const text = file.replaceAll(/^export /gm, '').replaceAll(']!', ']');
  expect(text.slice(text.indexOf('*/') + 2).trim()).toBe(randomHelpers(all, true).join('\n'));
});

test('TypeScript and JavaScript text differ in annotations only', () => {
  const plain = randomHelpers(all, true).map(line => line.replace(/: (number|Float64Array)/g, ''));
  expect(plain).toEqual(randomHelpers(all, false));
});
