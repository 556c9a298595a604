/** Short programs that stand for too much: refused with the reason, long before memory or patience run out. */
import { describe, expect, test } from 'vitest';
import { compileHostile, gameOf, repeat, rewardOf, stateOf } from './support.ts';

/** What a program is expected to be called. */
type Verdict = string | undefined;

function expectVerdict(text: string, verdict: Verdict): void {
  const { errors } = compileHostile(text);
  if (verdict === undefined) expect(errors.map(d => d.message)).toEqual([]);
  else expect(errors.map(d => d.name)).toContain(verdict);
}

const doubledRecords = `record R0 { a: bool, b: bool }\n${repeat(40, k => `record R${k + 1} { a: R${k}, b: R${k} }`)}`;

describe('things that double forty times', () => {
  const chain = (first: string, next: (k: number) => string): string => `${first}\n${repeat(40, next)}\n`;
  test.each<[string, string, Verdict]>([
    ['records in records', doubledRecords, undefined],
    ['and a state of them', stateOf('R40', 's').replace(/^/, doubledRecords), 'too-large'],
    [
      'and actions',
      `${doubledRecords}\ngame G {\n  agents A\n  actions = R40\n  reward = 1\n  horizon 1\n}\n`,
      'too-large',
    ],
    ['and a parameter', `${doubledRecords}\nfn f(r: R40): bool = r.a.a.a == r.b.b.b\n`, 'too-large'],
    ['and a domain', `${doubledRecords}\nlet x = [0 for r in R40]\n`, 'too-large'],
    ['sequences', chain('let s0 = [1]', k => `let s${k + 1} = s${k} + s${k}`), 'too-large'],
    ['numbers', chain('let a0 = 1', k => `let a${k + 1} = a${k} + a${k}`), undefined],
    ['squares', chain('let a0 = 3', k => `let a${k + 1} = a${k} * a${k}`), 'inexact-integer'],
    ['squared fractions', chain('let a0 = 1/3', k => `let a${k + 1} = a${k} * a${k}`), undefined],
    ['reciprocals', chain('let a0 = 1/3', k => `let a${k + 1} = 1 / (a${k} * a${k} + 1)`), undefined],
    [
      'calls',
      rewardOf(
        'f40(time)',
        chain('fn f0(x: int): int = x + 1', k => `fn f${k + 1}(x: int): int = f${k}(x) + f${k}(x + 1)`),
      ),
      'too-large',
    ],
    [
      'calls of constants',
      `${chain('fn f0(x: int): int = x + 1', k => `fn f${k + 1}(x: int): int = f${k}(x) + f${k}(x + 1)`)}let y = f40(1)\n`,
      'too-large',
    ],
    [
      'calls that return records',
      rewardOf(
        'f40(C(1, time)).x',
        chain(
          'record C { x: int, y: int }\nfn f0(c: C): C = C(c.x + 1, c.y)',
          k => `fn f${k + 1}(c: C): C = f${k}(f${k}(c))`,
        ),
      ),
      'too-large',
    ],
    [
      'calls that choose between records',
      rewardOf(
        'f40(C(1, time)).x',
        chain(
          'record C { x: int, y: int }\nfn f0(c: C): C = if c.x > 3 then C(c.y, c.x) else c',
          k => `fn f${k + 1}(c: C): C = if f${k}(c).x > 1 then f${k}(c) else C(c.y, c.x)`,
        ),
      ),
      'too-large',
    ],
    [
      'calls that return arrays',
      rewardOf(
        'sum(f40())',
        chain('fn f0(): int[3] = [1, 2, 3]', k => `fn f${k + 1}(): int[3] = f${k}() + f${k}()`),
      ),
      'too-large',
    ],
    [
      'calls in arguments',
      rewardOf(
        'f40(f40(f40(time)))',
        chain('fn f0(x: int): int = x + x', k => `fn f${k + 1}(x: int): int = f${k}(x + x) + x`),
      ),
      undefined,
    ],
    [
      'variables of a step',
      gameOf(
        `step {\n    let a0 = time\n${repeat(40, k => `    let a${k + 1} = a${k} + a${k}`)}\n  }\n  reward = a40\n  horizon 2`,
      ),
      undefined,
    ],
    [
      'vectors of a step',
      gameOf(
        `step {\n    let a0 = [time, 1]\n${repeat(40, k => `    let a${k + 1} = a${k} + a${k}`)}\n  }\n  reward = a40[0]\n  horizon 2`,
      ),
      undefined,
    ],
  ])('%s', (_, text, verdict) => expectVerdict(text, verdict));
});

describe('long chains of definitions', () => {
  test.each<[string, string, Verdict]>([
    ['constants, each of the one before', `let c0 = 1\n${repeat(5000, k => `let c${k + 1} = c${k} + 1`)}`, undefined],
    [
      'constants, each of the next',
      `${repeat(20_000, k => `let c${k} = c${k + 1} + 1`)}\nlet c20000 = 1\n`,
      'too-large',
    ],
    [
      'functions, each calling the one before',
      `fn f0(x: int): int = x\n${repeat(3000, k => `fn f${k + 1}(x: int): int = f${k}(x) + 1`)}`,
      'too-large',
    ],
    [
      'functions, each calling the next',
      `${repeat(10_000, k => `fn f${k}(x: int): int = f${k + 1}(x) + 1`)}\nfn f10000(x: int): int = x\n`,
      'too-large',
    ],
    [
      'records, each of the next',
      `${repeat(10_000, k => `record R${k} { x: R${k + 1} }`)}\nrecord R10000 { x: int }\n`,
      'too-large',
    ],
    [
      'other names of a game',
      `game G0 {\n  agents A\n  actions { X, Y }\n  payoff { X: 1 Y: 0 }\n}\n${repeat(500, k => `game G${k + 1} = G${k}`)}`,
      'too-large',
    ],
    [
      'games and uses of them',
      `game G {\n  agents A\n  actions { X, Y }\n  payoff { X: 1 Y: 0 }\n}\n${repeat(4000, () => 'assert zero_sum of G')}`,
      'too-large',
    ],
    [
      'state variables',
      gameOf(`state { ${repeat(20_000, k => `s${k}: bool = false`, ', ')} }\n  reward = 1\n  horizon 2`),
      'too-large',
    ],
  ])('%s', (_, text, verdict) => expectVerdict(text, verdict));

  test.each<[string, (k: number) => string]>([
    ['constants', k => `let c${k} = ${k}`],
    ['enums with a member in common', k => `enum E${k} { A${k}, Common }`],
  ])('100,000 %s are just many', (_, line) => {
    expect(compileHostile(repeat(100_000, line), 10).errors).toEqual([]);
  });

  test('a thousand mistakes are enough', () => {
    const { program } = compileHostile(
      repeat(20_000, k => `let x${k} = unknown_${k}`),
      10,
    );
    expect(program.diagnostics).toHaveLength(1000);
  });
});

describe('recursion', () => {
  test.each<[string, string]>([
    ['a function', 'fn f(x: int): int = f(x)\n'],
    ['two functions', 'fn f(x: int): int = g(x)\nfn g(x: int): int = f(x)\n'],
    ['a function of composite values', 'fn f(x: int[2]): int[2] = f(x) + x\n'],
    ['constants', 'let a = b + 1\nlet b = a\n'],
    ['a constant and a function', 'let a = f(1)\nfn f(x: int): int = x + a\n'],
    ['records', 'record A { b: B }\nrecord B { a: A }\n'],
    ['a record in a sequence', 'record A { b: seq<A, 3> }\n'],
    ['games', 'game A = B\ngame B = A\n'],
    ['a repeated game', 'game A = repeated(A, rounds: 3)\n'],
    ['a size', 'let n = len(x)\nlet x: int[n] = [1]\n'],
    ['a local constant', gameOf('let a = a\n  reward = a\n  horizon 1')],
  ])('%s', (_, text) => expectVerdict(text, 'recursive-declaration'));
});

describe('sizes', () => {
  const billion = '1_000_000_000';
  test.each<[string, string, Verdict]>([
    [
      'agents A[1_000_000_000]',
      `game G {\n  agents A[${billion}]\n  actions { X }\n  reward = 1\n  horizon 1\n}\n`,
      'too-many-agents',
    ],
    ['agents A[-1]', 'game G {\n  agents A[-1]\n  actions { X }\n  reward = 1\n  horizon 1\n}\n', 'too-many-agents'],
    ['agents A[0]', 'game G {\n  agents A[0]\n  actions { X }\n  reward = 1\n  horizon 1\n}\n', 'too-many-agents'],
    ['agents A[1e9]', 'game G {\n  agents A[1e9]\n  actions { X }\n  reward = 1\n  horizon 1\n}\n', 'type-mismatch'],
    [
      'agents A[1 / 0]',
      'game G {\n  agents A[1 / 0]\n  actions { X }\n  reward = 1\n  horizon 1\n}\n',
      'division-by-zero',
    ],
    ['index I[0]', gameOf('index I[0]\n  reward = 1\n  horizon 1'), 'bad-size'],
    ['a billion indices', gameOf(`index I[${billion}]\n  reward = 1\n  horizon 1`), 'bad-size'],
    ['a range of a quintillion', stateOf('0..1_000_000_000_000_000_000', '0'), 'type-mismatch'],
    ['a range of a quadrillion', stateOf('0..1_000_000_000_000_000', '0'), undefined],
    ['a range downwards', stateOf('5..1', '0'), 'empty-range'],
    [
      'a trillion actions',
      'game G {\n  agents A\n  actions = 0..999_999_999_999\n  reward = 1\n  horizon 1\n}\n',
      'bad-size',
    ],
    [
      'actions in parts',
      `game G {\n  agents A\n  actions { ${repeat(20, k => `a${k}: 0..999_999`, ', ')} }\n  reward = 1\n  horizon 1\n}\n`,
      'bad-size',
    ],
    ['a sequence of a billion', stateOf(`seq<int, ${billion}>`, '[]'), 'bad-size'],
    ['a sequence of -5', stateOf('seq<int, -5>', '[]'), 'bad-size'],
    ['an array of a billion', stateOf(`int[${billion}]`, '0'), 'bad-size'],
    ['arrays in arrays', stateOf('int[100_000][100_000]', '0'), 'bad-size'],
    ['sequences in sequences', stateOf('seq<seq<seq<int, 1000>, 1000>, 1000>', '[]'), 'bad-size'],
    ['an array of none', stateOf('int[0]', '0'), 'bad-size'],
    ['a sum over a trillion', rewardOf('sum(i % 2 for i in 0..999_999_999_999)'), 'too-large'],
    ['the sum of a trillion numbers', rewardOf('sum(i for i in 0..999_999_999_999)'), 'inexact-integer'],
    ['sums in sums', rewardOf('sum(sum(j % 3 + time for j in 0..999_999) for i in 0..999_999)'), 'too-large'],
    [
      'a one-hot of a quadrillion',
      gameOf('state { s: 0..1_000_000_000_000_000 = 0 }\n  observe { onehot(s) }\n  reward = 1\n  horizon 1'),
      'too-large',
    ],
    ['a horizon of a quintillion', gameOf('reward = 1\n  horizon 1_000_000_000_000_000_000'), 'type-mismatch'],
    [
      'a memory of a million',
      'game P {\n  agents A, B\n  actions { X, Y }\n  payoff { X Y\n X: 1 1\n Y: 1 1 }\n}\ngame G = repeated(P, rounds: 1_000_000, memory: 1_000_000)\n',
      'too-large',
    ],
    ['three thousand terms', rewardOf(repeat(3000, k => `time * ${k}`, ' + ')), 'too-deep'],
    ['the same in groups', rewardOf(repeat(300, () => `(${repeat(10, j => `time * ${j}`, ' + ')})`, ' + ')), undefined],
    [
      'a table of two thousand values',
      gameOf(`step { let v = [${repeat(2000, k => `time + ${k}`, ', ')}] }\n  reward = v[time]\n  horizon 2`),
      'too-large',
    ],
    [
      'ten thousand agents',
      'game G {\n  agents A[10_000]\n  actions { X, Y }\n  reward = 1\n  horizon 1\n}\n',
      undefined,
    ],
  ])('%s', (_, text, verdict) => expectVerdict(text, verdict));
});

describe('numbers', () => {
  test.each<[string, string, Verdict]>([
    ['1e400', rewardOf('1e400'), 'too-large'],
    ['1e-400', rewardOf('1e-400'), undefined],
    ['300 digits', rewardOf('9'.repeat(300)), undefined],
    ['400 digits', rewardOf('9'.repeat(400)), 'too-large'],
    ['a product beyond numbers', rewardOf('1e308 * 1e308'), 'too-large'],
    ['an exponent beyond exponents', 'let x = 1e999999999999\n', 'too-large'],
    ['100,000 digits over 100,000', `let x = 1${'0'.repeat(100_000)} / ${'3'.repeat(100_000)}\n`, 'too-large'],
    ['division by zero', 'let x = 1 / 0\n', 'division-by-zero'],
    ['remainder by zero', 'let x = 1 % 0\n', 'division-by-zero'],
    ['integer division by zero', 'let x = div(1, 0)\n', 'division-by-zero'],
    ['division by what may be zero', rewardOf('1 / time'), 'division-by-zero'],
    ['a logarithm of zero', rewardOf('log(0) - log(0)'), 'outside-domain'],
    ['a root of less than zero', rewardOf('sqrt(0 - time)'), 'outside-domain'],
    ['an index beyond everything', 'let a = [1, 2]\nlet x = a[1_000_000_000_000]\n', 'index-out-of-bounds'],
  ])('%s', (_, text, verdict) => {
    const { errors } = compileHostile(text);
    if (verdict === undefined) expect(errors.map(d => d.message)).toEqual([]);
    else expect(errors.map(d => d.name)).toContain(verdict);
  });
});
