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

/** Those with more: the mixers of these are written out, and the loss of joint actions from everybody's experience. */
const more: Readonly<Record<string, Partial<Record<keyof typeof most, number>>>> = {
  QPLEX: { Climbing: 360, TwoStep: 435 },
  SEAC: { TwoStep: 410 },
  WQMIX: { Climbing: 360, TwoStep: 440 },
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

  test('and has nothing that its settings and its game do not need', { timeout: 120_000 }, () => {
    const ippo = programOf('IPPO', 'TwoStep');
    // A schedule that never changes is a number.
    expect(ippo).toContain('  entropy: 0.01,');
    expect(ippo).not.toMatch(/valueAt|from: \d|over: \d/);
    // What decided a branch cannot be changed at the top any more.
    expect(ippo).not.toMatch(/^ {2}minibatches:/m);
    expect(ippo).toContain('minibatches = 1');
    expect(ippo).not.toContain('shuffle');

    const qmix = programOf('QMIX', 'TwoStep');
    expect(qmix).toContain("  explore: { from: 1, to: 0.05, over: 50000, unit: 'steps' },");
    expect(qmix).toContain('const w1 = g.abs(');
    // Its mixer reads utilities and the state; QPLEX's reads the best ones and the actions too.
    expect(qmix).not.toMatch(/best: |inputs\('(best|actions)'\)/);
    expect(programOf('QPLEX', 'TwoStep')).toMatch(/best: [\s\S]*inputs\('best'\)|inputs\('best'\)[\s\S]*best: /);

    expect(programOf('MADDPG', 'TwoStep')).not.toMatch(/RealRange|realRow|settings\.noise/);
    expect(programOf('WQMIX', 'Climbing')).toMatch(/function mixTwoLayer\([\s\S]*function mixCentral\(/);
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
