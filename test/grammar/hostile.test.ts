import { describe, expect, test } from 'vitest';
import { parse } from '../../grammar/index.ts';

const names = (text: string): string[] => parse(text).errors.map(one => one.name);

describe('depth', () => {
  const deep: readonly (readonly [string, string])[] = [
    ['parentheses', `let x = ${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
    ['open parentheses', `let x = ${'('.repeat(10_000)}`],
    ['lists', `let x = ${'['.repeat(10_000)}`],
    ['braces', `let x = ${'{ A: '.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['signs', `let x = ${'-'.repeat(10_000)}1`],
    ['negations', `let x = ${'not '.repeat(10_000)}a`],
    ['conditions', `let x = ${'if a then b else '.repeat(10_000)}c`],
    ['conditions in front', `let x = ${'if '.repeat(10_000)}c`],
    ['updates', `let x = ${'c with row = '.repeat(10_000)}1`],
    ['samples', `let x = ${'sample 1 of '.repeat(10_000)}T`],
    ['matches', `let x = ${'match a { A => '.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['sums', `let x = ${'1 + '.repeat(10_000)}1`],
    ['members', `let x = a${'.b'.repeat(10_000)}`],
    ['types', `record R { x: ${'seq<'.repeat(10_000)}`],
  ];
  test.each(deep)('%s: one clear complaint, quickly', (_, text) => {
    const begin = process.cpuUsage();
    expect(names(text)).toEqual(['too-deep']);
    const { user, system } = process.cpuUsage(begin);
    expect((user + system) / 1000).toBeLessThan(2000);
  });

  test('what a person would write is not too deep', () => {
    expect(names(`let x = ${'f(['.repeat(90)}1${'])'.repeat(90)}`)).toEqual([]);
    expect(names(`let x = ${'if a then 1 else '.repeat(150)}2`)).toEqual([]);
    expect(names(`let x = ${'1 + '.repeat(900)}1`)).toEqual([]);
    const items = 'let a = if b then c else d\n'.repeat(5000);
    expect(names(`game G { step { ${items} } }`)).toEqual([]);
  });
});

describe('two megabytes on one line', () => {
  const long: readonly (readonly [string, string, string | undefined])[] = [
    ['a name', `let ${'x'.repeat(2e6)} = 1`, undefined],
    ['words', 'a '.repeat(1e6), 'expected-declaration'],
    ['an argument list', `let x = f(${'a '.repeat(1e6)})`, 'missing-separator'],
    ['a string', `let x = "${'a'.repeat(2e6)}"`, undefined],
    ['an open string', `let x = "${'a'.repeat(2e6)}`, 'unterminated-string'],
    ['NUL bytes', '\0'.repeat(2e6), 'unknown-character'],
    ['closing braces', '}'.repeat(2e6), 'unopened-delimiter'],
    ['white space', ' '.repeat(2e6), undefined],
  ];
  test.each(long)('of %s', (_, text, name) => {
    const begin = process.cpuUsage();
    expect(names(text)[0]).toBe(name);
    const { user, system } = process.cpuUsage(begin);
    expect((user + system) / 1000).toBeLessThan(10_000);
  });

  test('make at most a thousand complaints', () => {
    expect(names('let x 1 '.repeat(20_000))).toHaveLength(1000);
    expect(names('@ '.repeat(20_000))).toHaveLength(1000);
  });
});

describe('odd characters', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['let x = 1\0', 'The character U+0000 has no meaning in the language.'],
    ['let x\u200b = 1', 'The character U+200B has no meaning in the language.'],
    ['let x = $', '`$` has no meaning in the language.'],
    ['let x = 1 \u{1f600}', '`\u{1f600}` has no meaning in the language.'],
    ['let \u03b5 = 1', 'Names use the letters A to Z, digits and `_`; `\u03b5` has others.'],
    ['let caf\u00e9_2 = 1', 'Names use the letters A to Z, digits and `_`; `caf\u00e9_2` has others.'],
    ["let x = '", "A single quote belongs around one character in the legend of a map, `'#'`; this one stands alone."],
    ['let x = 0x1F', 'A number is written in decimal digits, and a name begins with a letter; `0x1F` is neither.'],
    ['let x = 2 ** 3', 'There is no operator for powers; write `x * x`, or `exp` and `log`; this is `**`.'],
  ];
  test.each(cases)('%j', (text, message) => {
    expect(parse(text).errors[0]?.message).toBe(message);
  });

  test('a lone surrogate and other scripts do not disturb', () => {
    expect(names('let x = \ud800')).toContain('unknown-character');
    expect(parse('// \u4f60\u597d \u{1f600}\nlet x = "\u4f60\u597d"').errors).toEqual([]);
  });

  test('names that mean something to JavaScript are names', () => {
    const text = 'let __proto__ = constructor + toString.valueOf\nenum hasOwnProperty { __proto__, prototype }';
    expect(parse(text).errors).toEqual([]);
    expect(parse('record R { constructor: bool, __proto__: int }').ast.declarations).toMatchObject([
      { fields: [{ name: { text: 'constructor' } }, { name: { text: '__proto__' } }] },
    ]);
    expect(names('constructor { }')).toEqual(['expected-declaration']);
  });
});
