/** The tools that guard the repository: the import rules and the closing line of CI. */
import { describe, expect, test } from 'vitest';
import { checkFile } from '../../tools/imports.ts';
import { closingCounts } from './closing-line.ts';

describe('import rules', () => {
  test.each<[string, string, RegExp]>([
    ['grammar/x.ts', "import { a } from '../compiler/api.ts';", /grammar\/ may import nothing of ours/],
    ['runtime/x.ts', "import type { A } from '../grammar/ast.ts';", /runtime\/ may import nothing of ours/],
    ['runtime/games/x.ts', "const m = await import('../../compiler/index.ts');", /runtime\/ may import nothing/],
    ['compiler/x.ts', "import { a } from '../cli/io.ts';", /compiler\/ may import grammar\/, runtime\//],
    ['compiler/x.ts', "import { readFileSync } from 'node:fs';", /reaches the machine/],
    ['compiler/x.ts', 'console.log(1);', /is pure/],
    ['grammar/x.ts', 'const a = process.env;', /is pure/],
    ['runtime/verify/x.ts', "import { solve } from '../solvers/solve.ts';", /must not share code/],
    ['runtime/learners/a-learner.ts', "import { b } from './b-learner.ts';", /one algorithm does not import another/],
    ['runtime/train/x.ts', "import glpk from 'glpk.js/node';", /only runtime\/solvers\/glpk.ts/],
    ['cli/x.ts', 'export default 1;', /no default exports/],
    ['cli/x.ts', 'export default function f() {}', /no default exports/],
    ['runtime/x.ts', 'const x = Math.random();', /cannot be repeated/],
    ['compiler/x.ts', 'const x = Math.pow(2, 3);', /differs between engines/],
    ['runtime/x.ts', 'const x = a ** b;', /differs between engines/],
    ['runtime/x.ts', 'const x = Date.now();', /clock/],
    ['cli/x.ts', '\n'.repeat(551), /at most 550 lines/],
    ['cli/x.ts', "import { a } from '../../outside.ts';", /leads out of the package/],
  ])('%s: %s', (path, text, rule) => {
    expect(
      checkFile(path, text)
        .map(v => v.rule)
        .join('\n'),
    ).toMatch(rule);
  });

  test.each([
    ['compiler/x.ts', "import { a } from '../grammar/ast.ts';\nimport { b } from '../runtime/rng/stream.ts';"],
    ['runtime/x.ts', 'const x = 10n ** BigInt(k);'],
    ['runtime/learners/catalogue.ts', "import { b } from './b-learner.ts';"],
    ['runtime/learners/a-learner.ts', "import { b } from './shared/rows.ts';"],
    ['cli/x.ts', 'const x = Math.random();'],
    ['compiler/x.ts', 'const text = "process.exit(console)"; const a = { process: 1 }.process;'],
    ['test/x.ts', "import { a } from '../cli/io.ts';"],
  ])('%s: %s is fine', (path, text) => {
    expect(checkFile(path, text)).toEqual([]);
  });

  test('the line of a violation is its own', () => {
    expect(checkFile('runtime/x.ts', '// first\n\nconst x = Math.random();')[0]?.line).toBe(3);
  });
});

describe('closing line', () => {
  const escapeCode = String.fromCharCode(27);
  test.each([
    ['      Tests  340 passed (340)\n', { passed: 340, failed: 0, skipped: 0 }],
    ['      Tests  2 failed | 338 passed | 1 skipped (341)\n   Duration  3s\n', { passed: 338, failed: 2, skipped: 1 }],
    [
      `${escapeCode}[2m      Tests ${escapeCode}[22m ${escapeCode}[1m${escapeCode}[32m33 passed${escapeCode}[39m${escapeCode}[22m (33)`,
      { passed: 33, failed: 0, skipped: 0 },
    ],
  ])('%j', (log, counts) => {
    expect(closingCounts(log)).toEqual(counts);
  });

  test('a log without one has no counts', () => {
    expect(closingCounts('Test Files  no tests\n')).toBeUndefined();
  });
});
