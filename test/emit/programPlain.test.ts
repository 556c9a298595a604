/** The game of an emitted program says things plainly: the same values, without what a machine's code had around them. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { plainly } from '../../compiler/emit/programPlain.ts';
import { withoutShadows } from '../../compiler/emit/programTidy.ts';
import { marl } from '../cli/run.ts';

const cwd = mkdtempSync(join(tmpdir(), 'marl-plain-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

test.each([
  ['const a = x !== 0 && (y < z || (y === z && false)) ? 1 : 0;', 'const a = x !== 0 && (y < z) ? 1 : 0;'],
  ['const a = 0 >= p || f(1);', 'const a = p <= 0 || f(1);'],
  ['const a = 1 !== p && 0 < count;', 'const a = p !== 1 && count > 0;'],
  ['const a = 1 < 2;', 'const a = 1 < 2;'],
  ['const a = false || b;', 'const a = b;'],
])('%s', (text, plain) => expect(plainly(text)).toBe(plain));

const lines = (text: string): readonly string[] =>
  text.split('\n').flatMap(line => (line.trim() === '' ? [] : [line.trim()]));

test('a block around statements goes where its names are free', () => {
  expect(lines(plainly('for (;;) {\n  a[0] = 1;\n  {\n    b[0] = 2;\n  }\n}\n'))).toEqual([
    'for (;;) {',
    'a[0] = 1;',
    'b[0] = 2;',
    '}',
  ]);
  expect(lines(plainly('{\n  const o = 1;\n  {\n    const o = 2;\n    f(o);\n  }\n}\n'))).toHaveLength(7);
});

test('a variable is named once above its components', () => {
  const text = '// at\nout[o] = a;\nout[o + 2] = b;\n// at\nout[o + 1] = c;\n// skill\nout[o + 3] = d;\n';
  expect(plainly(text).match(/\/\/ at/g)).toHaveLength(1);
  expect(plainly(text)).toContain('// skill');
});

test('parameters do not hide what is imported', () => {
  const text = 'function act(now: number) {\n  return [1].map(x => x + now) + given.now;\n}\n';
  expect(withoutShadows(text, new Set(['now']))).toBe(
    'function act(step: number) {\n  return [1].map(x => x + step) + given.now;\n}\n',
  );
});

test('functions without a comment say their line, those beside the game too', async () => {
  const text = `fn near(a: 0..3, b: 0..3) = abs(a - b) <= 1
game G {
  agents A, B
  actions { X, Y }
  state { n: 0..3 = 0, m: 0..3 = 2 }
  fn seen(k: 0..3) = near(k, m) and not near(k, n)
  step { next n = if seen(n) or seen(m) then 1 else 3  next m = if seen(n) and near(n, m) then 2 else 0 }
  reward = if seen(m) and near(m, n) then 1 else 0
  horizon 5
}
train T on G { algorithm IQL { epsilon = 0.1 } budget 50 steps }
`;
  const { code } = await marl(['emit', '-', '-o', 'own'], { cwd, stdin: text });
  expect(code).toBe(0);
  const made = readFileSync(join(cwd, 'own', 'T.game.ts'), 'utf8');
  expect(made).toContain('/** (line 1) */\n  function near(');
  expect(made).toContain('/** (line 6) */\n  function seen(');
});
