/**
 * What people and their tools feed a compiler by mistake or malice: each ends in a diagnostic or in correct work, never in a stack
 * trace, never in a hang (the runner's time limit), never in the exit code of a bug.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { marl, marlJson, type Ran } from './run.ts';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'marl-bad-'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const wrapped = (body: string): string => `game G {\n${body}\n}\n`;

function clean(ran: Ran): void {
  expect([0, 1, 2], ran.all.slice(0, 2000)).toContain(ran.code);
  expect(ran.all).not.toMatch(/^\s+at .*[\w.]+:\d+:\d+\)?$/m);
  expect(ran.all).not.toContain('this is a bug in Marl');
  // A diagnostic is for reading: even of a line of megabytes, no more than a screen or two.
  expect(ran.all.length).toBeLessThan(200_000);
}

describe('files', () => {
  test.each<[string, Uint8Array | string]>([
    ['utf16.marl', Buffer.from('\ufeffgame G {}', 'utf16le')],
    ['latin1.marl', Buffer.from('// caf\xe9', 'latin1')],
    ['zeros.marl', Buffer.alloc(100)],
    ['huge.marl', Buffer.alloc(17 * 1024 * 1024, 0x20)],
  ])('%s', async (name, bytes) => {
    writeFileSync(join(cwd, name), bytes);
    const ran = await marl(['check', name], { cwd });
    clean(ran);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain('unreadable-file');
  });

  test('standard input in a wrong encoding', async () => {
    const ran = await marl(['check', '-'], { cwd, stdin: Buffer.from([0xff, 0xfe, 0x67, 0]) });
    clean(ran);
    expect(ran.code).toBe(1);
  });

  test.each([
    ['a missing one', 'missing.marl'],
    ['a folder', '.'],
    ['a missing folder', 'no/such/folder/x.marl'],
    ['no name', ''],
    ['a name that is too long', 'x'.repeat(5000)],
  ])('%s', async (_, file) => {
    const ran = await marl(['check', file], { cwd });
    clean(ran);
    expect(ran.code).toBe(1);
  });

  test('imports that leave the project, form a cycle, or are missing', async () => {
    mkdirSync(join(cwd, 'p'), { recursive: true });
    writeFileSync(join(cwd, 'p/package.json'), '{}');
    writeFileSync(join(cwd, 'outside.marl'), '');
    writeFileSync(join(cwd, 'p/leave.marl'), 'import "../outside.marl"\n');
    writeFileSync(join(cwd, 'p/a.marl'), 'import "./b.marl"\n');
    writeFileSync(join(cwd, 'p/b.marl'), 'import "./a.marl"\n');
    writeFileSync(join(cwd, 'p/lost.marl'), 'import "./nowhere.marl"\nimport std.games.Khun\n');
    for (const [file, name] of [
      ['p/leave.marl', 'import-not-found'],
      ['p/a.marl', 'import-cycle'],
      ['p/lost.marl', 'import-not-found'],
    ] as const) {
      const { code, json } = await marlJson(['check', file], { cwd });
      expect(code).toBe(1);
      expect((json.diagnostics as { name: string }[]).map(d => d.name)).toContain(name);
    }
  });
});

describe('texts', () => {
  test.each<[string, string]>([
    ['two megabytes in one line', `game G { agents A actions { X } reward = ${'1 + '.repeat(500_000)}1 horizon 1 }`],
    ['two megabytes of one word', 'x'.repeat(2_000_000)],
    [
      '10,000 open parentheses',
      wrapped(`  agents A\n  actions { X }\n  reward = ${'('.repeat(10_000)}1${')'.repeat(10_000)}\n  horizon 1`),
    ],
    ['10,000 open brackets without end', `game G { let x = ${'['.repeat(10_000)}`],
    ['10,000 braces', '{'.repeat(10_000)],
    ['10,000 minus signs', wrapped(`  agents A\n  actions { X }\n  reward = ${'-'.repeat(10_000)}1\n  horizon 1`)],
    ['10,000 nots', wrapped(`  agents A\n  actions { X }\n  reward = 1\n  end when ${'not '.repeat(10_000)}true`)],
    ['a billion agents', wrapped(`  agents A[1e9]\n  actions { X }\n  reward = 1\n  horizon 1`)],
    [
      'a billion cells',
      wrapped(`  agents A\n  actions { X }\n  state { m: bool[1000, 1000, 1000] = [] }\n  reward = 1\n  horizon 1`),
    ],
    ['recursion between functions', 'fn f(x: int): int = g(x)\nfn g(x: int): int = f(x)\n'],
    ['a type inside itself', 'record R { r: R }\n'],
    ['a constant of itself', 'let a = b\nlet b = a\n'],
    ['a game of itself', 'game G = repeated(G, rounds: 2)\n'],
    [
      'no mass at all',
      wrapped(
        '  agents A\n  actions { X }\n  state { n: 0..3 }\n  init { n ~ uniform(0..3) such that n > 3 }\n  step { next n = n }\n  reward = 1\n  horizon 2\n  assert states == 1',
      ),
    ],
    ['numbers beyond numbers', wrapped(`  agents A\n  actions { X }\n  reward = 1e999999999\n  horizon 1`)],
    ['powers beyond memory', `let x = 1e-400000000\nlet y = ${'9'.repeat(50_000)}\n`],
    ['an empty file', ''],
    ['only a mark', '\ufeff'],
    ['control characters', '\u0000\u0001\u001b[31m'],
    ['lone surrogates are replaced', 'let x = "\ufffd"\n'],
    ['line ends of all kinds', 'game G {\r\n  agents A\r  actions { X }\n  payoff { X: 1 }\r\n}'],
  ])('%s', async (_, text) => {
    const ran = await marl(['check', '-'], { cwd, stdin: text });
    clean(ran);
  });

  test('mistakes in those are told', async () => {
    for (const [text, name] of [
      [wrapped('  agents A[1e9]\n  actions { X }\n  reward = 1\n  horizon 1'), /M\d{4}/],
      ['fn f(x: int): int = g(x)\nfn g(x: int): int = f(x)\n', /recursive-declaration/],
      [`game G { let x = ${'('.repeat(10_000)}`, /too-deep/],
    ] as const) {
      const ran = await marl(['check', '-'], { cwd, stdin: text });
      expect(ran.code).toBe(1);
      expect(ran.out).toMatch(name);
    }
  });
});

describe('names', () => {
  const names = [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'class',
    'function',
    'await',
    'arguments',
    'eval',
    'undefined',
    'NaN',
    'process',
    'Math',
    'Float64Array',
    'spec',
    'create',
    'buffers',
    'envs',
    'seed',
  ];

  test.each(names)('%s may be a game, an agent, an action, a variable and a function', async name => {
    const text = `fn ${name}_f(${name}: 0..3): 0..3 = ${name}
game ${name} {
  agents ${name}_a, Other
  actions { ${name}_x, Stay }
  state { ${name}_s: 0..3 = 0 }
  step {
    let ${name}_l = ${name}_f(${name}_s)
    next ${name}_s = if action[Other] == Stay then ${name}_l else clamp(${name}_l + 1, 0, 3)
  }
  reward zero_sum Other = 1
  end when next ${name}_s == 3
  horizon 5
}
train Learn on ${name} {
  algorithm IQL { alpha = 0.1 epsilon = 0.5 }
  budget 100 steps
}
`;
    for (const args of [
      ['check', '-'],
      ['simulate', '-', '--steps', '100', '--envs', '4'],
      ['train', '-', '--out', `run-${name}`],
      ['emit', '-', '-o', `own-${name}`],
    ]) {
      const ran = await marl(args, { cwd, stdin: text });
      expect(ran.code, `${args.join(' ')}\n${ran.all}`).toBe(0);
    }
  });

  test.each(names)('%s as an agent by itself', async name => {
    const text = `game G {\n  agents ${name}, Other\n  actions { X, Y }\n  payoff {\n      X      Y\n   X: (1, 0) (0, 1)\n   Y: (0, 1) (1, 0)\n  }\n}\nsolve minimax of G\n`;
    const { code, json } = await marlJson(['solve', '-'], { cwd, stdin: text });
    expect(code, JSON.stringify(json).slice(0, 500)).toBe(0);
    expect(Object.keys(json.values as object)).toEqual([name, 'Other']);
    const played = await marlJson(['simulate', '-', '--steps', '100'], { cwd, stdin: text });
    expect(Object.keys(played.json.returns as object)).toEqual([name, 'Other']);
  });
});

describe('injection', () => {
  test('comments and strings cannot end a comment or a template of the emitted program', async () => {
    const text = `/// */ globalThis.pwned = 1; /* \${globalThis.pwned = 2} \` \\u2028
/// */ process.exit(3) //
game G {
  agents A
  actions { X, Y }
  payoff { X: 1 Y: 0 }
}
/// */ globalThis.pwned = 3; /*
train Learn on G {
  algorithm IQL { alpha = 0.1 epsilon = 0.5 }
  budget 100 steps
}
`;
    for (const args of [
      ['check', '-'],
      ['simulate', '-', '--steps', '100'],
      ['train', '-', '--out', 'inject'],
      ['emit', '-', '-o', 'injected'],
    ]) {
      const ran = await marl(args, { cwd, stdin: text });
      clean(ran);
      expect(ran.code, ran.all).toBe(0);
    }
    expect((globalThis as { pwned?: number }).pwned).toBeUndefined();
  });

  test('a value of --set is a value, not a program', async () => {
    const text = 'game G(n: 1..9 = 2) {\n  agents A\n  actions = 0..n\n  reward = 1\n  horizon 1\n}\n';
    for (const value of ['3} game H {', '3)', '"*/"', '99', 'n', 'm', '1..', '', '((((', '1e999']) {
      const ran = await marl(['info', '-', '--set', `n=${value}`], { cwd, stdin: text });
      clean(ran);
      expect(ran.code, value).not.toBe(0);
    }
    expect((await marl(['info', '-', '--set', 'n=2+1'], { cwd, stdin: text })).code).toBe(0);
  });
});

describe('commands', () => {
  test.each<[string[], number]>([
    [[], 2],
    [['chekc', 'x'], 2],
    [['check'], 2],
    [['info', 'a.marl', 'b.marl'], 2],
    [['check', '--frobnicate', 'x'], 2],
    [['simulate', 'std.games.Kuhn', '--steps', '0'], 2],
    [['simulate', 'std.games.Kuhn', '--steps', '1e400'], 2],
    [['simulate', 'std.games.Kuhn', '--envs', '-3'], 2],
    [['info', 'std.games.Kuhn', '--set', 'nonsense'], 2],
    [['info', 'std.nothing.Kuhn'], 1],
    [['info', 'std.games'], 1],
    [['eval', 'nowhere'], 1],
    [['play', 'std.games.Kuhn', '--policy', 'nowhere'], 1],
    [['new', '123'], 2],
    [['new', 'x', '--template', 'nothing'], 2],
    [['--help'], 0],
    [['check', '--help'], 0],
    [['--version'], 0],
  ])('%j', async (args, code) => {
    const ran = await marl(args, { cwd });
    clean(ran);
    expect(ran.code, ran.all).toBe(code);
  });

  test('train does not write over what it did not write', async () => {
    mkdirSync(join(cwd, 'mine'));
    writeFileSync(join(cwd, 'mine/thesis.tex'), 'three years of work');
    const ran = await marl(['train', 'std.games.Climbing:Learn', '--out', 'mine'], { cwd });
    clean(ran);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('thesis.tex');
  });

  test('a damaged run folder is named as such', async () => {
    mkdirSync(join(cwd, 'broken/seed-1/step-10'), { recursive: true });
    writeFileSync(join(cwd, 'broken/spec.json'), '{ "format": 1 }');
    writeFileSync(join(cwd, 'broken/seed-1/step-10/tensors.safetensors'), 'garbage');
    const ran = await marl(['eval', 'broken'], { cwd });
    clean(ran);
    expect(ran.code).toBe(1);
  });
});
