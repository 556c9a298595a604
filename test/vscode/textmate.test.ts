/** The generated grammar colours every program of the library as the language reads it: the same words, numbers, signs and comments. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type PieceKind, scan } from '../../grammar/index.ts';
import * as T from '../../grammar/tokens.ts';
import { keywordScope, signScope, textMateGrammar } from '../../lsp/vscode/textmate.ts';
import { type Colour, tokenize } from './tokenize.ts';

const root = join(import.meta.dirname, '../..');
const grammar = textMateGrammar();

function programs(): readonly string[] {
  return ['stdlib', 'examples'].flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.marl'))
      .map(name => join(root, folder, name))
      .sort(),
  );
}

/** What the scope of a piece of each kind begins with. */
const begins: Readonly<Record<PieceKind, RegExp>> = {
  word: /^(keyword|storage|entity|support|variable|constant\.language)\./,
  number: /^constant\.numeric\./,
  string: /^string\./,
  sign: /^(keyword\.operator|punctuation)\./,
  comment: /^comment\.(line|block)\./,
  doc: /^comment\.line\.documentation\./,
  mistake: /^invalid\./,
};

/** Pieces of one line each, as a grammar that sees one line at a time can have them. */
function expected(text: string): readonly { at: number; text: string; kind: PieceKind }[] {
  return scan(text).flatMap(({ kind, text: whole, start }) => {
    let at = start;
    return whole.split('\n').flatMap(line => {
      const piece = { at, text: line, kind };
      at += line.length + 1;
      return line === '' ? [] : [piece];
    });
  });
}

test('every program of the library and of the examples comes apart as in the lexer', () => {
  const files = programs();
  expect(files.length).toBeGreaterThan(30);
  for (const file of files) {
    const text = readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
    const colours = new Map<number, Colour>(tokenize(grammar, text).map(colour => [colour.start, colour]));
    for (const piece of expected(text)) {
      const about = `${file}: ${piece.kind} ${piece.text} at ${piece.at}`;
      const found = colours.get(piece.at);
      expect(found?.scope ?? 'nothing', about).toMatch(begins[piece.kind]);
      // A comment or string may hold escapes of another colour; everything else is coloured whole.
      if (piece.kind !== 'string' && piece.kind !== 'comment')
        expect(text.slice(found?.start, found?.end).trimEnd(), about).toBe(piece.text.trimEnd());
    }
  }
});

test('every keyword is a keyword, and every sign has a scope of its own', () => {
  for (const type of T.hardKeywords) {
    const [found] = tokenize(grammar, type.name);
    expect(found?.scope, type.name).toBe(keywordScope(type));
  }
  for (const type of T.softKeywords) {
    // `seq` is one where `<` follows.
    const [found] = tokenize(grammar, type === T.Seq ? 'seq<Action, 3>' : `${type.name} `);
    expect(found?.scope, type.name).toMatch(/^(keyword|storage|support\.type)/);
  }
  for (const type of T.lexicalTokens)
    if (typeof type.PATTERN === 'string' && type !== T.OpenChar) {
      const [found] = tokenize(grammar, type.PATTERN);
      expect(signScope(type), type.name).toBeDefined();
      expect(found, type.name).toMatchObject({ scope: signScope(type), start: 0, end: type.PATTERN.length });
    }
});

test('a soft keyword is a name where only a name can stand', () => {
  const scopeOf = (text: string, word: string): string | undefined =>
    tokenize(grammar, text).find(({ start, end }) => text.slice(start, end) === word)?.scope;
  expect(scopeOf('record Move { turn: 0..3 }', 'turn')).toBe('variable.other.marl');
  expect(scopeOf('next x = at.index', 'index')).toBe('variable.other.property.marl');
  expect(scopeOf('let y = sample(3)', 'sample')).toBe('entity.name.function.marl');
  expect(scopeOf('turn = First', 'turn')).toBe('keyword.other.marl');
});

test('what is not of this language stands out', () => {
  for (const mistake of ['&&', '||', '**', '!', '==='])
    expect(tokenize(grammar, `a ${mistake} b`)[1]?.scope, mistake).toBe('invalid.illegal.marl');
  expect(tokenize(grammar, "a ' b")[1]?.scope).toBe('invalid.illegal.marl');
  expect(tokenize(grammar, '# a comment of another language')[0]?.scope).toBe('invalid.illegal.marl');
  expect(tokenize(grammar, 'a /* one\n two */ b').map(({ scope }) => scope)).toEqual([
    'variable.other.marl',
    'comment.block.marl',
    'comment.block.marl',
    'variable.other.marl',
  ]);
});
