/** Text of a program never becomes code: not of the emitted program, not of another program, not a path. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folderName } from '../../cli/training.ts';
import type { ProgramText } from '../../compiler/emit/program.ts';
import { marl } from '../cli/run.ts';
import { inspect, runProgram } from './emitted.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-inject-'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const payloads = [
  '*/ globalThis.pwned = 1; /*',
  '`${globalThis.pwned = 2}`',
  "'); globalThis.pwned = 3; ('",
  '"; globalThis.pwned = 4; "',
  '\\u2028 globalThis.pwned = 5',
  '\u2028globalThis.pwned = 6\u2029',
  '</script><script>globalThis.pwned = 7</script>',
  '//# sourceMappingURL=data:application/json;base64,e30=',
  '@ts-nocheck @ts-ignore',
  '\\n globalThis.pwned = 8 \\',
  '\r globalThis.pwned = 9',
  '--> <!-- globalThis.pwned = 10',
  '${"`"}*/',
  '\u202e\u2066 hidden order',
];

const program = (doc: string): string => `/// ${doc}
/* ${doc.replaceAll('*/', '* /')} */ // ${doc.replaceAll(/[\r\u2028\u2029]/g, ' ')}
/// ${doc}
fn plus(x: 0..9): 0..10 = x + 1
/// ${doc}
game G(/// ${doc}
  size: 2..5 = 3) {
  agents A
  actions { X, Y }
  state {
    /// ${doc}
    s: 0..10 = 0
  }
  /// ${doc}
  step { next s = if s < 10 and action[A] == X then plus(s) else s }
  /// ${doc}
  reward = s + size
  observe { s }
  horizon 5
}
/// ${doc}
train Learn on G(size: 4) {
  algorithm IQL { alpha = 0.1 epsilon = 0.5 }
  budget 40 steps
  evaluate every 20 steps for 2 episodes
}
`;

function programIn(folder: string): ProgramText {
  const read = (file: string): string => readFileSync(join(cwd, folder, file), 'utf8');
  return { program: read('Learn.ts'), game: read('Learn.game.ts') };
}

describe('doc comments and comments', () => {
  test.each(payloads.map(payload => [JSON.stringify(payload), payload] as const))('%s', async (_, payload) => {
    const stdin = program(payload);
    const emitted = await marl(['emit', '-', '-o', 'emitted', '--force'], { cwd, stdin });
    // A line end of another kind ends the comment, and what follows is told to be no program.
    if (emitted.code !== 0) {
      expect(payload).toMatch(/[\r\u2028\u2029]/);
      expect(emitted.code).toBe(1);
      return;
    }
    const own = programIn('emitted');
    inspect(own.program);
    inspect(own.game);
    const plain = await marl(['emit', '-', '-o', 'plain', '--force'], { cwd, stdin: program('harmless') });
    expect(plain.code).toBe(0);
    expect(runProgram(own)).toEqual(runProgram(programIn('plain')));
    expect((globalThis as { pwned?: number }).pwned).toBeUndefined();
  });
});

describe('strings', () => {
  test.each(payloads.map(payload => [JSON.stringify(payload), payload] as const))(
    '%s are no values and no paths',
    async (_, payload) => {
      const quoted = JSON.stringify(payload);
      for (const stdin of [
        `let x = ${quoted}\n`,
        `import ${quoted}\n`,
        `game G {\n  agents A\n  actions { X }\n  reward = ${quoted}\n  horizon 1\n}\n`,
      ]) {
        const ran = await marl(['check', '-'], { cwd, stdin });
        expect(ran.code, ran.all.slice(0, 500)).toBe(1);
      }
      expect((globalThis as { pwned?: number }).pwned).toBeUndefined();
    },
  );
});

describe('--set', () => {
  const text =
    'game G(n: 1..9 = 2, b: bool = false, r: real in 0..1 = 0.5) where n != 7 {\n  agents A\n  actions = 0..n\n  reward = n * r\n  horizon 1\n}\n';
  const info = (set: string) => marl(['info', '-', '--set', set, '--json'], { cwd, stdin: text });

  test.each([
    'n=1 } game Evil {',
    'n=1 }',
    'n=3)',
    'n=3\nlet evil = 1',
    'n=3 let evil = 1',
    'n="*/"',
    'n=0',
    'n=10',
    'n=99',
    'n=-1',
    'n=2.5',
    'n=7',
    'n=n',
    'n=m',
    'n=1..',
    'n=((((',
    'n=1e999',
    `n=${'('.repeat(10_000)}`,
    `n=${'9'.repeat(10_000)}`,
    'n=true',
    'b=1',
    'b=maybe',
    'r=2',
    'r=1/0',
    'q=1',
    'N=1',
    '__proto__=1',
    'constructor=1',
  ])('%s is refused', async set => {
    const ran = await info(set.slice(0, 20_000));
    expect(ran.code, ran.all.slice(0, 500)).toBe(1);
    expect(ran.out.length).toBeLessThan(50_000);
    expect(JSON.parse(ran.out)).toMatchObject({ ok: false });
  });

  test.each(['nonsense', '=', '=3', 'n=', 'n', ' ', 'a b=3', 'n;m=3'])('%j is not understood', async set => {
    expect((await info(set)).code).toBe(2);
  });

  test.each(['n=3', 'n = 3', 'n=1+2', 'b=true', 'r=1/3', 'r=0.5e0'])('%s is taken', async set => {
    expect((await info(set)).code).toBe(0);
  });
});

describe('paths', () => {
  test('labels of runs are names of folders, one each', () => {
    for (const label of [
      'S[alpha=0.1]',
      'S[a=../../evil]',
      '../..',
      '/etc/passwd',
      'a\\..\\b',
      'C:evil',
      'x\0y',
      '...',
      '~',
      'con|in:*?"<>',
    ])
      expect(folderName(label), label).toMatch(/^(?!\.+$)[\w.=,+-]*$/);
  });

  test('a sweep writes below its folder only', async () => {
    const stdin = `${program('harmless')}sweep S of Learn {\n  algorithm.alpha in [0.1, 1/3]\n  envs in [1, 2]\n}\n`;
    writeFileSync(join(cwd, 'sweep.marl'), stdin);
    const ran = await marl(['train', 'sweep.marl:S', '--out', 'swept'], { cwd });
    expect(ran.code, ran.all).toBe(0);
    expect(readdirSync(join(cwd, 'swept'))).toHaveLength(4);
  });

  test.each([
    'train ../../evil on G { budget 1 steps }',
    'train "../../evil" on G { budget 1 steps }',
    'train a/b on G { budget 1 steps }',
    'train .. on G { budget 1 steps }',
  ])('%s is no training', async declaration => {
    const ran = await marl(['train', '-'], { cwd, stdin: `${program('harmless')}${declaration}\n` });
    expect(ran.code).toBe(1);
    expect(existsSync(join(cwd, '..', 'evil'))).toBe(false);
  });
});
