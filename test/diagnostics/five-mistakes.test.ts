/** One file, five planted mistakes: all five are told in one run, each at its place and with the edit or advice that repairs it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LineMap } from '../../grammar/index.ts';
import { program } from '../support/memory-host.ts';

const text = readFileSync(new URL('five-mistakes.marl', import.meta.url), 'utf8');

function told(source: string): readonly unknown[] {
  const lines = new LineMap(source);
  return program(source).diagnostics.map(({ name, at, remedy, fixes, severity }) => {
    const { line, column } = lines.position(at.span.start);
    const edits = fixes.flatMap(fix => fix.edits.map(edit => edit.text));
    return { severity, name, line, column, text: source.slice(at.span.start, at.span.end), remedy, edits };
  });
}

test('all five, in order, and nothing else', () => {
  expect(told(text)).toEqual([
    {
      severity: 'error',
      name: 'probability-range',
      line: 22,
      column: 27,
      text: '1.2',
      remedy: 'A percentage is divided by 100: 30 percent is `0.3`. What is computed can be clamped: `clamp(p, 0, 1)`.',
      edits: [],
    },
    {
      severity: 'error',
      name: 'wrong-arity',
      line: 23,
      column: 26,
      text: 'ahead(at[r])',
      remedy: 'Write `ahead(at[r], move)`.',
      edits: [],
    },
    {
      severity: 'error',
      name: 'unknown-name',
      line: 24,
      column: 50,
      text: 'gaol',
      remedy: 'Did you mean `goal`?',
      edits: ['goal'],
    },
    {
      severity: 'error',
      name: 'type-mismatch',
      line: 25,
      column: 56,
      text: 'stored',
      remedy: 'Compare it, as in `stored > 0`.',
      edits: [],
    },
    {
      severity: 'error',
      name: 'unclosed-delimiter',
      line: 26,
      column: 76,
      text: expect.stringMatching(/^\s*$/),
      remedy: 'Insert `)`.',
      edits: [')'],
    },
  ]);
});

test('each alone is told alone, and without them the file is right', () => {
  const repairs: readonly (readonly [string, string, string])[] = [
    ['bernoulli(1.2)', 'bernoulli(0.12)', 'probability-range'],
    ['ahead(at[r])', 'ahead(at[r], action[r])', 'wrong-arity'],
    ['gaol', 'goal', 'unknown-name'],
    ['then stored else', 'then stored > 0 else', 'type-mismatch'],
    ['in Robot\n', 'in Robot)\n', 'unclosed-delimiter'],
  ];
  const repaired = (keep: string | undefined): string =>
    repairs.reduce((source, [wrong, right, name]) => (name === keep ? source : source.replace(wrong, right)), text);
  expect(told(repaired(undefined))).toEqual([]);
  for (const [, , name] of repairs) expect(told(repaired(name))).toMatchObject([{ name }]);
});

test('the whole text reads well', () => {
  const shown = program(text).diagnostics.map(d => `${d.code} ${d.message}`);
  expect(shown).toEqual([
    'M0404 A probability lies in 0..1, but this can be 1.2.',
    'M0302 `ahead` takes 2 arguments (cell, move), but 1 is given.',
    'M0201 There is no value named `gaol` here.',
    'M0301 This must be a condition (bool), but it is an integer.',
    'M0111 Every `(` needs its `)`; before `next` one is missing.',
  ]);
});
