/** Whole numbers beyond 2^53: refused where ranges show them, checked in play where there are none, never wrong. */
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../compiler/api.ts';
import { emitGame } from '../../compiler/emit/game.ts';
import { enumerate } from '../../compiler/game/exact.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { remainder } from '../../compiler/game/operators.ts';
import { Stepped } from '../../compiler/game/stepped.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { simulate } from '../../runtime/games/simulate.ts';
import { errorsOf, game, modelOf, namesOf } from '../support/memory-host.ts';

const limit = 2 ** 53 - 1;

function played(model: GameModel, steps: number): Stepped {
  const stepped = new Stepped(model, 1);
  for (let t = 0; t < steps; t++) stepped.step(model.agents.map(() => 0));
  return stepped;
}

function textOf(model: GameModel): string {
  return emitGame(model, { types: false, module: 'function' });
}

/** Mean returns of uniformly random play of the emitted program. */
function sampled(model: GameModel, steps: number): readonly number[] {
  const { spec, create } = loadGame(textOf(model));
  return simulate(create, spec, { steps, envs: 1, seed: 1, clock: () => 0 }).returns.map(({ mean }) => mean);
}

const posix = 'step { next seed = (seed * 1103515245 + 12345) % 2147483648 }';
const split =
  'step {\n let high = 1103515245 * div(seed, 65536) % 2147483648\n next seed = (high * 65536 + 1103515245 * (seed % 65536) + 12345) % 2147483648\n }';

/** The seeds of the POSIX generator, in integers of any size. */
function seeds(count: number): readonly bigint[] {
  const found = [1n];
  while (found.length < count) found.push(((found.at(-1) as bigint) * 1103515245n + 12345n) % 2147483648n);
  return found;
}

describe('ranges that show it', () => {
  test.each([
    ['a product', 'state { n: 0..2147483647 = 1 }', 'reward = n * n % 7', 'n * n'],
    ['a sum', 'state { n: 0..9007199254740991 = 1 }', 'reward = (n + 1) % 7', 'n + 1'],
    ['a difference', 'state { n: 0..9007199254740991 = 1 }', 'reward = (0 - n - 1) % 7', '0 - n - 1'],
    [
      'a fold',
      'state { n: (0..9007199254740991)[2] = 1 }',
      'reward = sum(n[k] for k in 0..1) % 7',
      'n[k] for k in 0..1',
    ],
    ['constants', 'state { n: 0..3 = 1 }', 'reward = 3037000500 * 3037000500 % 7', '3037000500 * 3037000500'],
  ])('%s is an error at the operation, and there only', (_, state, reward, place) => {
    const source = game(state, reward, 'horizon 2');
    const errors = errorsOf(source);
    expect(errors.map(({ name }) => name)).toEqual(['inexact-integer']);
    const { start, end } = (errors[0] as Diagnostic).at.span;
    expect(source.slice(start, end)).toBe(place);
  });

  test.each([
    ['the greatest there is', 'state { n: 0..9007199254740990 = 1 }', 'reward = (n + 1) % 7'],
    ['a real', 'state { n: 0..2147483647 = 1 }', 'reward = 1.0 * n * n'],
    ['what a condition rules out', 'state { n: 0..2147483647 = 1 }', 'reward = if n < 1000 then n * n else 0'],
  ])('%s is none', (_, state, reward) => {
    expect(namesOf(game(state, reward, 'horizon 2'))).toEqual([]);
  });

  test('the generator of POSIX is refused, and split in two parts gives its numbers', () => {
    const around = (step: string) => game('state { seed: 0..2147483647 = 1 }', step, 'reward = seed % 2', 'horizon 20');
    expect(namesOf(around(posix))).toEqual(['inexact-integer']);
    const model = modelOf(around(split));
    const expected = seeds(21).map(Number);
    const stepped = new Stepped(model, 1);
    for (const seed of expected.slice(1)) {
      stepped.step([0, 0]);
      expect(stepped.state()).toEqual({ seed });
    }
    const odd = expected.slice(0, 20).filter(seed => seed % 2 === 1).length;
    expect(odd).toBe(10);
    expect(sampled(model, 20)[0]).toBe(odd);
    expect(textOf(model)).not.toContain('whole(');
  });
});

describe('numbers without a range', () => {
  const growing = modelOf(game('state { n: int = 1 }', 'step { next n = n * 3 + 1 }', 'reward = n % 7', 'horizon 60'));
  const message = 'whole numbers are exact up to 9,007,199,254,740,991 (2^53 - 1), but one made of `n` goes beyond';

  test('are right as long as they are exact, and stop the game after that', () => {
    // n(t) = (3^(t + 1) - 1) / 2, so that n(t + 1) is beyond 2^53 - 1 for the first time at t + 1 = 34.
    const stepped = played(growing, 33);
    const n = (3n ** 34n - 1n) / 2n;
    expect(n <= BigInt(limit) && 3n * n + 1n > BigInt(limit)).toBe(true);
    expect(stepped.state()).toEqual({ n: Number(n) });
    expect(() => stepped.step([0, 0])).toThrow(`${message}, in step 34, where n = ${n}`);
    expect(stepped.state()).toEqual({ n: Number(n) });
  });

  test('stop the emitted program with the name of the variable', () => {
    expect(() => sampled(growing, 60)).toThrow(/beyond|made of n goes/);
    expect(() => sampled(growing, 60)).toThrow(/one made of n goes beyond/);
  });

  test('are checked on the way, too: the result alone may be small again', () => {
    const model = modelOf(game('state { seed: int = 1 }', posix, 'reward = seed % 2', 'horizon 20'));
    const stepped = played(model, 1);
    expect(stepped.state()).toEqual({ seed: Number(seeds(2)[1]) });
    expect(() => played(model, 20)).toThrow('one made of `seed` goes beyond');
    expect(() => sampled(model, 20)).toThrow('one made of seed goes beyond');
  });

  test.each([
    ['a difference', 'n * 3 - n * 2', 'n'],
    ['a fold', 'sum(n for k in 0..20)', 'n'],
    ['a product', 'product(n for k in 0..2)', 'n'],
    ['a function', 'twice(n)', 'x'],
    ['what is compared', 'if n * 2 == n + n then 1 else 0', 'n'],
  ])('%s is checked', (_, value, name) => {
    const twice = 'fn twice(x: int): int = x * 2';
    const model = modelOf(game(`state { n: int = ${limit} }`, twice, `reward = (${value}) % 7`, 'horizon 2'));
    expect(() => played(model, 1)).toThrow(`made of \`${name}\` goes beyond`);
    expect(() => sampled(model, 2)).toThrow(`made of ${name} goes beyond`);
  });

  test('a rounded real is checked where it is stored', () => {
    const model = modelOf(
      game(
        'state { n: int = 0, x: real = 1e10 }',
        'step {\n next x = x * x\n next n = floor(x)\n }',
        'reward = n % 7',
        'horizon 9',
      ),
    );
    expect(played(model, 1).state()).toMatchObject({ n: 1e10 });
    expect(() => played(model, 2)).toThrow('goes beyond');
    expect(() => sampled(model, 9)).toThrow('goes beyond');
  });

  test('a counter costs one check, and reads of it none', () => {
    const model = modelOf(
      game(
        'state { count: int = 0 }',
        'step { next count = count + 1 }',
        'reward = count % 5 + count % 3',
        'horizon 30',
      ),
    );
    expect(played(model, 30).state()).toEqual({ count: 30 });
    const checks = textOf(model)
      .split('\n')
      .filter(line => /\bwhole\(/.test(line) && !line.startsWith('function'));
    expect(checks.map(line => line.trim())).toEqual(["const next_count = whole(count + 1, 'count');"]);
  });

  test('time and parameters that are given small numbers need no check', () => {
    const model = modelOf(
      game('fn ahead(x: int): int = x + 1', 'reward = ahead(ahead(time % 4)) + time * 3', 'end when time > 50'),
    );
    expect(textOf(model)).not.toContain('whole(');
  });

  test('are no obstacle to a listing that never meets them', () => {
    const model = modelOf(
      game(
        'state { n: 0..3 = 0 }',
        'fn twice(x: int): int = x * x',
        'step { next n = twice(n) % 4 }',
        'reward = n',
        'horizon 3',
      ),
    );
    expect(enumerate(model, { maxStates: 10 }).problem).toBeUndefined();
  });
});

test('a remainder is exact up to the limits, on both sides', () => {
  for (const x of [limit, -limit, limit - 3, 5 - limit, 0, -7, 7])
    for (const y of [7, -7, 10, 2 ** 31, limit, -limit, 1 - limit]) {
      const expected = ((BigInt(x) % BigInt(y)) + BigInt(y)) % BigInt(y);
      expect(BigInt(remainder(x, y)), `${x} % ${y}`).toBe(expected);
    }
});
