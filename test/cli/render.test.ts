/** How diagnostics look: columns under tabs and wide characters, long lines, secondary places, colours. */
import { describe, expect, test } from 'vitest';
import { render } from '../../cli/render.ts';
import type { Diagnostic, Source } from '../../compiler/api.ts';

function shown(text: string, marked: string, extra: Partial<Diagnostic> = {}, colour = false): string {
  const start = text.indexOf(marked);
  const diagnostic: Diagnostic = {
    code: 'M0000',
    name: 'some-rule',
    severity: 'error',
    at: { file: 'f.marl', span: { start, end: start + marked.length } },
    message: 'The rule and the fact.',
    remedy: undefined,
    related: [],
    fixes: [],
    ...extra,
  };
  const ast = { kind: 'SourceFile', span: { start: 0, end: text.length }, declarations: [] } as const;
  const sources = new Map<string, Source>([['f.marl', { path: 'f.marl', text, ast }]]);
  return render([diagnostic], { colour, sources });
}

/** The column (from 0) at which the caret stands, and the piece of the line above it. */
function under(text: string): { column: number; caret: string; line: string } {
  const lines = text.split('\n');
  const k = lines.findIndex(line => /\|\s*\^/.test(line));
  const caret = lines[k] as string;
  const bar = caret.indexOf('|') + 2;
  return { column: caret.indexOf('^') - bar, caret: caret.trim(), line: (lines[k - 1] as string).slice(bar) };
}

describe('carets', () => {
  test('stand under the marked text', () => {
    const { column, line } = under(shown('let a = 1\nlet bcd = 2\n', 'bcd'));
    expect(line.slice(column, column + 3)).toBe('bcd');
  });

  test('tabs count as up to four columns', () => {
    expect(under(shown('\tlet x\ty', 'y'))).toMatchObject({ line: '    let x   y', column: 12 });
  });

  test('wide characters count twice, combining marks not at all', () => {
    expect(under(shown('// 漢字 é! x', 'x')).column).toBe(3 + 4 + 1 + 2 + 1);
  });

  test('an empty place gets one caret', () => {
    expect(under(shown('game G {', '')).caret.match(/\^+/)?.[0]).toBe('^');
  });

  test('a place of several lines is marked to the end of its first', () => {
    expect(under(shown('abc (1,\n2)', '(1,\n2)')).caret.match(/\^+/)?.[0]).toBe('^^^');
  });
});

test('a line of a megabyte is shown in part, the marked text included', () => {
  const text = shown(`${'x'.repeat(500_000)} here ${'y'.repeat(500_000)}`, 'here');
  expect(text.length).toBeLessThan(1000);
  const { column, line } = under(text);
  expect(line.slice(column, column + 4)).toBe('here');
});

test('control characters of a program do not reach the terminal', () => {
  const text = shown('let x = "\u001b[31mred\u202e"', 'let');
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('\u202e');
});

test('secondary places, remedy and fix follow the primary place', () => {
  const source = 'first\nsecond\nthird\nlast';
  const text = shown(source, 'last', {
    remedy: 'Do this.',
    related: [{ at: { file: 'f.marl', span: { start: 0, end: 5 } }, message: 'because of this' }],
    fixes: [{ title: 'Replace', edits: [{ file: 'f.marl', span: { start: 6, end: 12 }, text: 'x' }] }],
  });
  expect(text).toBe(`error[M0000] some-rule: The rule and the fact.
 --> f.marl:4:1
  |
1 | first
  | ----- because of this
 ...
4 | last
  | ^^^^
  = help: Do this.
  = fix: Replace (line 2, column 1)

`);
});

test('a place in a file without text is named', () => {
  const text = render(
    [
      {
        code: 'M1',
        name: 'n',
        severity: 'warning',
        at: { file: 'gone.marl', span: { start: 0, end: 0 } },
        message: 'm',
        remedy: undefined,
        related: [],
        fixes: [],
      },
    ],
    { colour: false, sources: new Map() },
  );
  expect(text).toContain('--> gone.marl');
});

test('colours only where they are wanted', () => {
  expect(shown('abc', 'abc', {}, true)).toContain('\u001b[31m');
  expect(shown('abc', 'abc', {}, false)).not.toContain('\u001b');
});
