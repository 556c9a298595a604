/** Texts that are no programs, and very long lines. What is shown of them stays short. */
import { describe, expect, test } from 'vitest';
import { compileHostile, gameOf, rewardOf } from './support.ts';

const fill = (piece: string, bytes = 2_000_000): string => piece.repeat(Math.floor(bytes / piece.length));
/** Where every byte is a word of its own, a quarter tells as much (the time grows with the length, no faster). */
const quarter = (piece: string): string => fill(piece, 500_000);
const deep = (open: string, middle: string, close = ''): string => open.repeat(10_000) + middle + close.repeat(10_000);

describe('two megabytes in one line', () => {
  test.each<[string, string, string | undefined]>([
    ['of digits', `let x = ${fill('9')}`, 'too-large'],
    ['of decimals', `let x = 0.${fill('3')}\n`, undefined],
    ['of parentheses', rewardOf(fill('(')), 'too-deep'],
    ['of an identifier', `let ${fill('x')} = 1\n`, undefined],
    ['of an identifier that is unknown', `let y = ${fill('x')}\n`, 'unknown-name'],
    ['of +1', rewardOf(`1${quarter('+1')}`), 'too-deep'],
    ['of members', rewardOf(`a${quarter('.b')}`), 'too-deep'],
    ['of a list', `let x = [${quarter('1,')}1]\n`, 'too-large'],
    ['of a comment', `// ${fill('c')}\n${rewardOf('1')}`, undefined],
    ['of a doc comment', `/// ${fill('c')}\n${rewardOf('1')}`, undefined],
    ['of a block comment', `/* ${fill('* ')}*/${rewardOf('1')}`, undefined],
    ['of a string', `let x = "${fill('s')}"\n`, 'not-here'],
    ['of an import', `import "${fill('s')}"\n`, 'import-not-found'],
    ['of quotes', fill('"'), 'expected-declaration'],
    ['of minus signs', rewardOf(fill('-')), 'too-deep'],
    ['of closing braces', quarter('}'), 'unopened-delimiter'],
    ['of foreign letters', quarter('é'), 'foreign-letters'],
    ['of foreign signs', quarter('@'), 'unknown-character'],
    ['of foreign operators', quarter('& '), 'foreign-operator'],
    ['of let', quarter('let '), 'expected-name'],
    ['of game', quarter('game '), 'expected-name'],
    ['of if', `let x = ${fill('if ')}`, 'too-deep'],
    ['of wrong declarations', quarter('let x = ) '), 'unopened-delimiter'],
    ['of empty lines', fill('\n'), undefined],
  ])('%s', (_, text, expected) => {
    const { errors } = compileHostile(text, 12);
    if (expected === undefined) expect(errors.map(d => d.message)).toEqual([]);
    else expect(errors.map(d => d.name)).toContain(expected);
  });
});

describe('10,000 levels', () => {
  test.each<[string, string]>([
    ['parentheses', rewardOf(deep('(', '1', ')'))],
    ['brackets', rewardOf(deep('[', '1', ']'))],
    ['if', rewardOf(deep('if true then 1 else ', '1'))],
    ['not', gameOf(`reward = 1\n  end when ${deep('not ', 'true')}`)],
    ['minus', rewardOf(deep('-', '1'))],
    ['match', rewardOf(deep('match 1 { _ => ', '1', '}'))],
    ['calls', rewardOf(deep('abs(', '1', ')'))],
    ['indices', rewardOf(`x${'[0]'.repeat(10_000)}`)],
    ['updates', rewardOf(`x${' with [0] = 1'.repeat(10_000)}`)],
    ['or', rewardOf(`if true${' or true'.repeat(10_000)} then 1 else 0`)],
    ['sequences', `record R { x: ${deep('seq<', 'int', ', 2>')} }\n`],
    ['tuples', `record R { x: ${deep('(', 'int', ', int)')} }\n`],
    ['arrays', `record R { x: int${'[2]'.repeat(10_000)} }\n`],
    ['repeated games', `game R = ${deep('repeated(', 'G', ', rounds: 2)')}\n`],
    ['games in games', 'game G { '.repeat(10_000)],
  ])('of %s', (_, text) => {
    expect(compileHostile(text).errors.map(d => d.name)).toContain('too-deep');
  });

  test('as deep as allowed is compiled', () => {
    for (const text of [
      rewardOf(`${'('.repeat(190)}1${')'.repeat(190)}`),
      rewardOf(`${'if time == 0 then 1 else '.repeat(190)}1`),
      rewardOf(`1${' + time'.repeat(900)}`),
    ])
      expect(compileHostile(text).errors.map(d => d.message)).toEqual([]);
  });
});

describe('texts of no sense', () => {
  test.each<[string, string, number]>([
    ['nothing', '', 0],
    ['a byte order mark', '\ufeff', 0],
    ['spaces', '   \n\t\r\n', 0],
    ['control characters', '\u0001\u0002\u001b[31m', 1],
    ['a lone surrogate', 'let \ud800 = 1\n', 1],
    ['line separators', 'let x = 1\u2028let y = 2\u2029', 1],
    ['another language', 'class Game:\n    def step(self, action):\n        return self.state, 0.0\n', 1],
    ['markup', '<html><body onload="alert(1)"></body></html>', 1],
    ['JSON', '{ "games": [{ "name": "G" }] }', 1],
  ])('%s', (_, text, least) => {
    expect(compileHostile(text).errors.length).toBeGreaterThanOrEqual(least);
  });
});
