/** What the extension carries may be passed on, and solves without what it must leave out. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { commandBundle, notices } from '../../lsp/vscode/carried.ts';
import { glpk } from '../../lsp/vscode/linearPrograms.ts';
import { canonicalProgram } from '../../runtime/solvers/linear-program.ts';

const root = join(import.meta.dirname, '../..');

describe('licences', () => {
  test('nothing under the GNU General Public Licence is carried, and the licence of all else is', {
    timeout: 60_000,
  }, async () => {
    const { metafile, outputFiles } = await build({ ...commandBundle(root, join(root, 'nowhere')), write: false });
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.filter(path => path.includes('glpk'))).toEqual([]);
    expect(inputs).toContain('lsp/vscode/linearPrograms.ts');
    // What an import would fetch when it is first needed counts, too.
    for (const { path, text } of outputFiles) expect(text, path).not.toMatch(/glpk\.js\/|glpk\.wasm/);
    const text = notices(
      root,
      inputs.map(path => join(root, path)),
    );
    // Microsoft's notices mention the Lesser one; the licences themselves are headed by their names.
    expect(text).not.toMatch(/^\s*GNU (LESSER |AFFERO )?GENERAL PUBLIC LICENSE/m);
    for (const name of ['chevrotain', 'typescript', 'vscode-languageserver', 'picocolors'])
      expect(text).toMatch(new RegExp(`^${name} \\d+\\.`, 'm'));
    expect(text.match(/Apache License\s+Version 2\.0/g)?.length).toBeGreaterThanOrEqual(2);
  });

  test('a package under another licence stops the build', () => {
    expect(() => notices(root, [join(root, 'node_modules', 'glpk.js', 'dist', 'index.js')])).toThrow(
      /glpk\.js is under GPL-3\.0.*must not carry it/,
    );
  });
});

describe('linear programs without GLPK', () => {
  // max x + y with x + 2 y <= 4 and 3 x + y <= 6: at (8/5, 6/5), worth 14/5.
  const small = canonicalProgram(Float64Array.of(1, 2, 3, 1), Float64Array.of(4, 6), Float64Array.of(1, 1));
  test('the built-in simplex solves those that fit it', async () => {
    const { status, x } = await glpk.solve(small);
    expect(status).toBe('optimal');
    expect(x[0]).toBeCloseTo(8 / 5, 12);
    expect(x[1]).toBeCloseTo(6 / 5, 12);
  });
  test('for those that do not, it says what would', async () => {
    const size = 1_001;
    const program = canonicalProgram(
      new Float64Array(size * size).fill(1),
      new Float64Array(size).fill(1),
      new Float64Array(size).fill(1),
    );
    const { status, reason } = await glpk.solve(program);
    expect(status).toBe('failed');
    expect(reason).toMatch(/too large for the built-in simplex.*npm install marl/);
  });
});
