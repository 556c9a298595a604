import { ts } from 'ts-morph';
import { describe, expect, test } from 'vitest';
import {
  commentText,
  docComment,
  identifier,
  lineComment,
  Names,
  propertyKey,
  stringLiteral,
} from '../../compiler/emit/gameNames.ts';
import { twin } from '../../compiler/game/naming.ts';

const nasty = [
  "it's",
  '`${process.exit(1)}`',
  '*/ alert(1) /*',
  'a\nb\r\nc\u2028d\u2029e',
  '\\',
  "\\' + x + '",
  '</script><!--',
  '\0\x1b[31m',
  '\ud800 alone',
  '//# sourceMappingURL=http://x',
  '@ts-ignore',
  'ünïcødé ∀',
];

/** The one literal that a text consists of, or undefined. */
function literalIn(text: string): string | undefined {
  const file = ts.createSourceFile('x.ts', `(${text})`, ts.ScriptTarget.ES2023, true);
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: readonly unknown[] };
  const [statement, ...more] = file.statements;
  if (parseDiagnostics.length > 0 || more.length > 0 || statement === undefined || !ts.isExpressionStatement(statement))
    return undefined;
  const inner = (statement.expression as ts.ParenthesizedExpression).expression;
  return ts.isStringLiteral(inner) ? inner.text : undefined;
}

describe('string literals', () => {
  for (const text of nasty)
    test(JSON.stringify(text), () => {
      const literal = stringLiteral(text);
      expect(literalIn(literal)).toBe(text);
      // Also inside a template, a block comment or a page.
      expect(literal).not.toMatch(/[`\n\r\u2028\u2029]|\$\{|\*\/|<\//);
    });
});

describe('comments', () => {
  for (const text of nasty)
    test(JSON.stringify(text), () => {
      const block = docComment([text, 'second']).join('\n');
      const code = `${block}\n${lineComment(text)}\nconst marker = 1;`;
      const file = ts.createSourceFile('x.ts', code, ts.ScriptTarget.ES2023, true);
      expect(file.statements).toHaveLength(1);
      expect(file.statements[0]?.getText()).toBe('const marker = 1;');
      expect((file as unknown as { parseDiagnostics: readonly unknown[] }).parseDiagnostics).toEqual([]);
      expect(code).not.toMatch(/@ts-|sourceMappingURL/);
    });

  test('keep plain text as it is', () => {
    expect(docComment(['Two players.', '', 'Each moves 1/2.'])).toEqual([
      '/**',
      ' * Two players.',
      ' *',
      ' * Each moves 1/2.',
      ' */',
    ]);
    expect(docComment(['One line.'])).toEqual(['/** One line. */']);
    expect(commentText('a < b && c')).toBe('a < b && c');
  });
});

describe('identifiers', () => {
  const words =
    'await break case class const default delete enum eval arguments export function if import in let new null package private protected public return static super switch this throw true typeof var void while with yield undefined NaN Infinity Math Int32Array globalThis __proto__ constructor prototype e e12 drawWeights drawWeights3';

  test('are never words that mean something', () => {
    for (const word of words.split(' ')) {
      if (word === 'prototype') continue;
      expect(identifier(word), word).toBe(`${word}_`);
    }
  });

  test('are always identifiers', () => {
    for (const text of [...nasty, '', '1st', 'a b', 'a-b', 'at.row', 'É'])
      expect(identifier(text)).toMatch(/^[A-Za-z_]\w*$/);
    expect(identifier('at_row')).toBe('at_row');
  });

  test('are unique in nested blocks and may repeat in sibling blocks', () => {
    const names = new Names(['step']);
    expect(names.declare('step')).toBe('step2');
    names.open();
    expect(names.declare('p')).toBe('p');
    names.open();
    expect(names.declare('p')).toBe('p2');
    expect(names.declare('x1')).toBe('x1');
    expect(names.declare('x1')).toBe('x1b');
    expect(names.declare('x1')).toBe('x1c');
    names.close();
    names.close();
    expect(names.declare('p')).toBe('p');
    const inner = names.inner();
    expect(inner.declare('p')).toBe('p2');
    expect(inner.declare('step')).toBe('step3');
    expect(names.has('step3')).toBe(false);
  });
});

test('a further name never looks like an element: `at_2` is element 2 of `at`, and `at2` is not beside it', () => {
  const names = new Names(['at', 'at_2']);
  expect(names.declare('at')).toBe('at3');
  expect(names.declare('at')).toBe('at4');
  const late = new Names(['at', 'at2']);
  // A name that was given stays as it is.
  expect(late.declare('at_2')).toBe('at_2');
  expect(Array.from({ length: 30 }, () => late.declare('x1')).slice(24)).toEqual([
    'x1y',
    'x1z',
    'x1v27',
    'x1v28',
    'x1v29',
    'x1v30',
  ]);
  expect(['at2', 'at_2', 'at_row_12', 'x', 'x_', '_2', 'e3'].map(twin)).toEqual([
    'at_2',
    'at2',
    'at_row12',
    undefined,
    undefined,
    undefined,
    'e_3',
  ]);
});

test('property keys define properties and nothing else', () => {
  for (const key of ['plain', '$time', '__proto__', 'with space', "it's", 'constructor', '`${1}`']) {
    const object = new Function(`return { ${propertyKey(key)}: 1 };`)() as object;
    expect(Object.keys(object)).toEqual([key]);
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
  }
});
