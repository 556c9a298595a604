/**
 * The laws of formatting, on every program of the library and the examples and on versions of them with their white space shuffled:
 * the same tree, every comment, and formatting twice changes nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { format } from '../../compiler/format/index.ts';
import { parse, scan } from '../../grammar/index.ts';

const root = join(import.meta.dirname, '..', '..');
const programs = ['stdlib/games', 'stdlib/mixers', 'examples'].flatMap(folder =>
  readdirSync(join(root, folder))
    .filter(name => name.endsWith('.marl'))
    .sort()
    .map(name => ({ name: `${folder}/${name}`, text: readFileSync(join(root, folder, name), 'utf8') })),
);

/** The tree without places; rows of maps are in it as they are. */
function tree(text: string): unknown {
  const bare = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(bare);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !key.toLowerCase().endsWith('span'))
        .map(([key, inner]) => [key, bare(inner)]),
    );
  };
  return bare(parse(text).ast);
}

const comments = (text: string): readonly string[] =>
  scan(text).flatMap(piece => (piece.kind === 'comment' || piece.kind === 'doc' ? [piece.text] : []));

function holds(text: string): string {
  const { text: once, kept } = format(text);
  expect(kept).toEqual([]);
  expect(format(once).text).toBe(once);
  expect(tree(once)).toEqual(tree(text));
  expect(comments(once)).toEqual(comments(text));
  expect(once).not.toMatch(/[ \t]+\n/);
  expect(once).not.toMatch(/\n{3,}/);
  return once;
}

test.each(programs)('$name is formatted', ({ text }) => {
  expect(holds(text)).toBe(text);
});

describe('white space of the author', () => {
  // Pieces with other white space between them; line comments keep their line ends, texts of maps their rows.
  const shuffled = (text: string, choose: () => string): string => {
    const pieces = scan(text);
    return pieces
      .map((piece, k) => {
        const next = pieces[k + 1];
        if (next === undefined) return piece.text;
        const ends = piece.kind === 'doc' || piece.text.startsWith('//');
        const glued = next.start === piece.end;
        return piece.text + (ends ? '\n' : glued ? '' : choose());
      })
      .join('');
  };

  test.each(programs.filter(({ text }) => text.length < 6000))('$name, shuffled', ({ text }) => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.constantFrom(' ', '  ', '\n', ' \t ', '\n\n', '\n      ', ' ')), stream => {
        holds(shuffled(text, () => stream.next().value as string));
      }),
      { numRuns: 4, seed: 7 },
    );
  });

  test.each(programs.filter(({ text }) => text.length < 6000))('$name, on as few lines as may be', ({ text }) => {
    const once = holds(shuffled(text, () => ' '));
    const long = once.split('\n').filter(line => line.length > 120 && !/\/\/|"/.test(line));
    expect(long).toEqual([]);
  });
});

describe('damaged programs', () => {
  const text = programs.find(({ name }) => name.endsWith('Kuhn.marl'))!.text;

  test('any cut or insertion: nothing is lost, and formatting twice changes nothing', () => {
    const words = (of: string): readonly string[] => scan(of).map(piece => piece.text.replaceAll(/\s+/g, ' '));
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.nat(30),
        fc.constantFrom('', '{', ')', '"', "'", '"""', '/*', ' = ', '\u{1f600}', '`', '\r\n', '#', '[[', 'game'),
        (at, cut, extra) => {
          const damaged = text.slice(0, at) + extra + text.slice(at + cut);
          const { text: once } = format(damaged);
          expect(words(once)).toEqual(words(damaged.replaceAll('\r\n', '\n')));
          expect(format(once).text).toBe(once);
        },
      ),
      { numRuns: 300, seed: 11 },
    );
  });
});
