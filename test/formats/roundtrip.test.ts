/** import(export(game)) = game, and hostile files: an answer or an error with its place, in linear time. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as F from '../../runtime/formats/index.ts';
import { Rational } from '../../runtime/games/rational.ts';
import { decPomdp, efgGame, nfgGame } from './arbitrary.ts';
import { chicken, dilemma, kuhn, recycling, tiger } from './fixtures.ts';

/** Rationals as text: BigInts compare badly in messages. */
function plain(value: unknown): unknown {
  if (value instanceof Rational) return `${value}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  return value;
}

function read<T>(parsed: F.Parsed<T>): T {
  if (parsed.error !== undefined) throw new Error(F.describeProblem(parsed.error));
  return parsed.game;
}

describe('round trips', () => {
  test('.nfg, both forms, any labels', () => {
    fc.assert(
      fc.property(nfgGame, game => {
        const { text, warnings } = F.printNfg(game, game.outcomes === undefined ? 'payoffs' : 'outcomes');
        expect(warnings).toEqual([]);
        expect(plain(read(F.parseNfg(text)))).toEqual(plain(game));
        // The payoff form of a game with outcomes pays the same.
        expect(plain(read(F.parseNfg(F.printNfg(game).text)))).toEqual(plain({ ...game, outcomes: undefined }));
      }),
      { numRuns: 300 },
    );
  });

  test('.efg, any labels, with and without perfect recall', () => {
    let forgetful = 0;
    fc.assert(
      fc.property(efgGame, game => {
        if (F.recallProblem(game) !== undefined) forgetful++;
        const { text, warnings } = F.printEfg(game);
        expect(warnings).toEqual([]);
        expect(plain(read(F.parseEfg(text)))).toEqual(plain(game));
      }),
      { numRuns: 300 },
    );
    expect(forgetful).toBeGreaterThan(0);
  });

  test('.dpomdp', () => {
    fc.assert(
      fc.property(decPomdp, game => {
        const { text, warnings } = F.printDpomdp(game);
        expect(warnings).toEqual([]);
        expect(plain(read(F.parseDpomdp(text)))).toEqual(plain(game));
      }),
      { numRuns: 300 },
    );
  });

  test('a backslash before a quote gets a space behind it, and the report says so', () => {
    const game = { ...read(F.parseNfg(dilemma)), title: 'a\\', comment: 'b\\"c' };
    const { text, warnings } = F.printNfg(game);
    expect(warnings).toHaveLength(2);
    const again = read(F.parseNfg(text));
    expect([again.title, again.comment]).toEqual(['a\\ ', 'b\\ "c']);
  });

  test('fractions in .dpomdp are rounded with a warning', () => {
    const game = read(F.parseDpomdp(tiger));
    const { text, warnings } = F.printDpomdp({ ...game, discount: Rational.of(1, 3) });
    expect(text).toContain('discount: 0.33333333333333331');
    expect(warnings.join()).toMatch(/1 number .*rounded/);
  });
});

describe('hostile files', () => {
  const whole = [
    { text: dilemma, parse: F.parseNfg },
    { text: chicken, parse: F.parseNfg },
    { text: kuhn(), parse: F.parseEfg },
    { text: tiger, parse: F.parseDpomdp },
    { text: recycling(), parse: F.parseDpomdp },
  ] as const;

  test('cut anywhere, or with a piece replaced: an error with a place in the file, or a game', () => {
    const junk = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom('"', '{', '}', '999999999999999999999', '-', '1/0', '1e99999', '*', ':', '\n', 'p', '\0'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...whole), fc.nat(), fc.nat(), junk, ({ text, parse }, at, length, piece) => {
        const from = at % text.length;
        const broken = text.slice(0, from) + piece + text.slice(from + (length % 12));
        const parsed = parse(broken);
        if (parsed.error === undefined) return;
        const lines = broken.split('\n');
        expect(parsed.error.line).toBeGreaterThanOrEqual(1);
        expect(parsed.error.line).toBeLessThanOrEqual(lines.length);
        expect(parsed.error.column).toBeLessThanOrEqual((lines[parsed.error.line - 1] ?? '').length + 1);
        expect(parsed.error.rule).not.toBe('');
      }),
      { numRuns: 1500 },
    );
  });

  const timely = (name: string, text: () => string, parse: (text: string) => F.Parsed<unknown>, good: boolean) =>
    test(name, () => {
      const made = text();
      const start = performance.now();
      expect(parse(made).error === undefined).toBe(good);
      expect(performance.now() - start).toBeLessThan(6000);
    });

  timely(
    'a tree 100 000 nodes deep',
    () => `EFG 2 R "" { "A" }\n${'p "" 1 1 "" { "a" } 0\n'.repeat(100_000)}t "" 0`,
    F.parseEfg,
    true,
  );
  timely('open braces', () => `EFG 2 R "" { "A" } ${'{'.repeat(1_000_000)}`, F.parseEfg, false);
  timely(
    'a table of 500 x 500',
    () => `NFG 1 R "" { "A" "B" } { 500 500 }\n${'1/3 -.5 '.repeat(250_000)}`,
    F.parseNfg,
    true,
  );
  timely('counts that no memory holds', () => 'NFG 1 R "" { "A" "B" } { 900000000 900000000 } 1 2', F.parseNfg, false);
  timely('a number of a million digits', () => `NFG 1 R "" { "A" } { 1 } ${'7'.repeat(1_000_000)}`, F.parseNfg, false);
  timely('a label of a million escapes', () => `NFG 1 R "${'\\"'.repeat(500_000)}" { "A" } { 1 } 1`, F.parseNfg, true);
  timely('a label without end', () => `NFG 1 R "${'x'.repeat(2_000_000)}`, F.parseNfg, false);
  timely(
    'probabilities whose sum has no end',
    () =>
      `EFG 2 R "" { "A" } c "" 1 "" { ${Array.from({ length: 20_000 }, (_, k) => `"${k}" 1/${1_000_003 + 2 * k}`).join(' ')} } 0`,
    F.parseEfg,
    false,
  );
  timely(
    'more joint actions than numbers',
    () => tiger.replace('listen open-left open-right\nlisten', '1000000\n1000000\n'),
    F.parseDpomdp,
    false,
  );
  timely(
    'wildcards over and over',
    () =>
      tiger
        .replace('states: tiger-left tiger-right', 'states: 1000')
        .replace(/T: \* :[\s\S]*/, 'R: * : * : * : 0 : 1\n'.repeat(50_000)),
    F.parseDpomdp,
    false,
  );
});
