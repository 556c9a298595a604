import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProgramText } from '../../compiler/emit/program.ts';
import { algorithms } from '../../runtime/learners/catalogue.ts';
import { programFolder, programText, typeErrors, writeProgram } from '../support/emitted.ts';

let dir: string;
beforeAll(() => {
  dir = programFolder();
});
afterAll(() => rmSync(dir, { recursive: true }));

/** One step without observations, two with a state and observations; Foraging, whose own rules are many, for deep learners. */
const games = ['Climbing', 'TwoStep'] as const;

/** Where a policy can be sampled, the program does so: that takes more lines. */
const stochastic = (algorithm: string): boolean => algorithms.some(a => a.name === algorithm && a.stochastic === true);

const nameOf = (key: string): string => key.replaceAll(' ', '-');
const written = new Map<string, ProgramText>();

function programOf(algorithm: string, game: string): string {
  const key = `${algorithm} on ${game}`;
  const text =
    written.get(key) ??
    programText(
      `import std.games.{${game}}
train Learn on ${game} {${game === 'Foraging' ? '\n  team reward = sum' : ''}
  algorithm ${algorithm}
  budget 200 steps  envs 2  seeds [7]
  evaluate every 100 steps for 10 episodes${stochastic(algorithm) ? ' sampled' : ''}
}
`,
      nameOf(key),
    );
  if ('refused' in text) throw new Error(`${key}: ${text.refused}`);
  written.set(key, text);
  return text.program;
}

describe('an emitted program can be read in one sitting', () => {
  // Minimax-Q is for two opponents.
  for (const { name, deep } of algorithms)
    for (const game of name === 'MinimaxQ' ? ['MatchingPennies'] : [...games, ...(deep === true ? ['Foraging'] : [])])
      test(`${name} on ${game}`, () => {
        const lines = programOf(name, game).trimEnd().split('\n');
        expect(lines.length).toBeLessThanOrEqual(350);
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
    const files = [...written].flatMap(([key, text]) => {
      const file = writeProgram(dir, nameOf(key), text);
      return [file, file.replace(/ts$/, 'game.ts')];
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
