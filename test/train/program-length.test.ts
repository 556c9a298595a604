import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { algorithms } from '../../runtime/learners/catalogue.ts';
import { programFolder, programText, typeErrors } from '../support/emitted.ts';

let dir: string;
beforeAll(() => {
  dir = programFolder();
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Climbing is one step without observations, TwoStep has a state and observations: 60 and 137 lines of the programs are the game. */
const games = ['Climbing', 'TwoStep'] as const;

/** Most lines of a program with the algorithm's own settings. */
const most = { Climbing: 350, MatchingPennies: 350, TwoStep: 400 } as const;

/** Those with more: mixers are written out (two of them in WQMIX), and losses of joint actions and of everybody's experience. */
const more: Readonly<Record<string, Partial<Record<keyof typeof most, number>>>> = {
  COMA: { TwoStep: 405 },
  QMIX: { TwoStep: 410 },
  QTRAN: { TwoStep: 410 },
  QPLEX: { Climbing: 420, TwoStep: 495 },
  SEAC: { TwoStep: 410 },
  WQMIX: { Climbing: 460, TwoStep: 535 },
};

const written = new Map<string, string>();

function programOf(algorithm: string, game: string): string {
  const key = `${algorithm} on ${game}`;
  const text =
    written.get(key) ??
    programText(`import std.games.{${game}}
train Learn on ${game} {
  algorithm ${algorithm}
  budget 200 steps  envs 2  seeds [7]
  evaluate every 100 steps for 10 episodes
}
`);
  if (typeof text !== 'string') throw new Error(text.refused);
  written.set(key, text);
  return text;
}

describe('an emitted program can be read in one sitting', () => {
  // Minimax-Q is for two opponents.
  for (const { name } of algorithms)
    for (const game of name === 'MinimaxQ' ? ['MatchingPennies' as const] : games)
      test(`${name} on ${game}`, () => {
        const lines = programOf(name, game).trimEnd().split('\n');
        expect(lines.length).toBeLessThanOrEqual(more[name]?.[game] ?? most[game]);
        const code = lines.filter(line => !/^\s*(\*|\/\/)/.test(line));
        expect(code.filter(line => line.length > 140)).toEqual([]);
      });

  test('and has no name that nothing reads', { timeout: 120_000 }, () => {
    const files = [...written].map(([name, text]) => {
      const file = join(dir, `${name}.ts`);
      writeFileSync(file, text);
      return file;
    });
    expect(files.length).toBeGreaterThan(40);
    expect(typeErrors(files)).toEqual([]);
    const odd = join(dir, 'odd.ts');
    writeFileSync(odd, 'export function f(a: number, b: number): number {\n  const c = 1;\n  return a;\n}\n');
    expect(typeErrors([odd])).toEqual([
      "odd.ts:1 'b' is declared but its value is never read.",
      "odd.ts:2 'c' is declared but its value is never read.",
    ]);
  });
});
