/** What a saved file is told that a keystroke is not: games that break off in play, in the words of the command line. */
import { describe, expect, test } from 'vitest';
import { Study } from '../../cli/study.ts';
import { study } from '../../lsp/study.ts';
import { marlJson } from '../cli/run.ts';
import { compileText } from '../robustness/support.ts';

const game = (...items: readonly string[]): string =>
  `game G {\n  agents A\n  actions { X, Y }\n${items.map(item => `  ${item}\n`).join('')}  horizon 9\n}\n`;

/** None of these can be listed: their states hold a real number, or a whole number without bounds. */
const broken: readonly (readonly [string, string, RegExp, string])[] = [
  [
    'a whole number that grows beyond what is exact',
    game('state { s: int = 1 }', 'step { next s = if action[A] == X then s * 1000 else s }', 'reward = 1'),
    /whole numbers are exact up to 9,007,199,254,740,991 .* one made of `s` goes beyond, in step \d/,
    'G',
  ],
  [
    'weights that do not sum to 1 everywhere',
    game(
      'state { x: real = 0, k: 0..3 = 1 }',
      'step {',
      '  next x = x + 0.3',
      '  next k ~ uniform(0..3)',
      '  let p = k / 4',
      '  let d ~ categorical([1/2, p, p])',
      '}',
      'reward = d',
    ),
    /the probabilities of a draw must sum to 1, but those of `d` sum to (0\.5|1\.5|2\b)/,
    'categorical([1/2, p, p])',
  ],
  [
    'a sequence that is full',
    game('state { x: real = 0, s: seq<0..3, 2> = [] }', 'step { next x = x + 1\n next s = s + [1] }', 'reward = 1'),
    /the sequence `s` holds at most 2 elements, but one of 3 is stored in it, in step 3/,
    'G',
  ],
  [
    'an agent that may do nothing',
    game('state { x: real = 0 }', 'step { next x = x + 1 }', 'legal X, Y for A = x < 2', 'reward = 1'),
    /A has none after 2 steps, in the state x = 2\.$/,
    'legal X, Y for A = x < 2',
  ],
];

describe('a game that breaks off in play', () => {
  test.each(broken)('%s', async (_, text, message, place) => {
    const program = compileText(text);
    expect(program.diagnostics).toEqual([]);
    const { diagnostics } = await study(program, new Study(10_000), () => undefined);
    const [found, ...rest] = diagnostics;
    expect(rest).toEqual([]);
    expect(found).toMatchObject({ code: 'M0520', severity: 'error' });
    expect(found?.message).toMatch(message);
    expect(text.slice(found?.at.span.start, found?.at.span.end)).toBe(place);

    const { json } = await marlJson(['check', '-'], { cwd: import.meta.dirname, stdin: text });
    const [told] = json.diagnostics as readonly Record<string, unknown>[];
    expect(told).toMatchObject({ code: 'M0520', message: found?.message, remedy: found?.remedy });
  });

  test('nothing is said of one that only might', async () => {
    const text = game(
      'state { x: real = 0, n: int = 0 }',
      'step { next x = x + 1\n next n = n + 1 }',
      'legal X for A = x < 2',
      'reward = 1',
    );
    const { diagnostics } = await study(compileText(text), new Study(10_000), () => undefined);
    expect(diagnostics).toEqual([]);
  });
});
