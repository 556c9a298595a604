/**
 * The TextMate grammar, made from the tokens of the language: no word or sign is written down a second time. It colours a file before
 * the server has answered, and where there is none (a web view of a repository, a diff, a hover); semantic tokens refine it.
 */
import type { TokenType } from 'chevrotain';
import * as T from '../../grammar/tokens.ts';
import { builtins, builtinTypes } from '../builtins.ts';

export const scopeName = 'source.marl';

export interface Rule {
  readonly name?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly captures?: Readonly<Record<string, { readonly name: string }>>;
  readonly beginCaptures?: Readonly<Record<string, { readonly name: string }>>;
  readonly patterns?: readonly Rule[];
  readonly include?: string;
}

export interface Grammar {
  readonly name: string;
  readonly scopeName: string;
  readonly fileTypes: readonly string[];
  readonly patterns: readonly Rule[];
  readonly repository: Readonly<Record<string, { readonly patterns: readonly Rule[] }>>;
}

/** Keywords that are no ordinary keyword, by what themes colour apart. All others are `keyword.other.marl`. */
const kinds: readonly (readonly [scope: string, types: readonly TokenType[]])[] = [
  ['keyword.control.import.marl', [T.Import]],
  ['keyword.control.marl', [T.If, T.Then, T.Else, T.Match, T.For, T.With]],
  ['constant.language.boolean.marl', [T.True, T.False]],
  ['keyword.operator.word.marl', [T.And, T.Or, T.Not, T.In]],
  ['storage.type.marl', [T.Game, T.Enum, T.Record_, T.Fn, T.Let, T.Solve, T.Train, T.Sweep, T.Mixer, T.Network]],
];

/** What a word that declares something is followed by. */
const declaring: readonly (readonly [scope: string, types: readonly TokenType[]])[] = [
  ['entity.name.type.marl', [T.Game, T.Enum, T.Record_, T.Train, T.Sweep, T.Mixer, T.Network, T.Index]],
  ['entity.name.function.marl', [T.Fn]],
  ['variable.other.constant.marl', [T.Let]],
];

/** Signs by what they do; signs of none of these kinds are punctuation. */
const signs: readonly (readonly [scope: string, types: readonly TokenType[]])[] = [
  ['keyword.operator.arrow.marl', [T.FatArrow, T.Arrow, T.Pipe]],
  ['keyword.operator.comparison.marl', [T.EqualEqual, T.NotEqual, T.LessEqual, T.GreaterEqual, T.Less, T.Greater]],
  ['keyword.operator.random.marl', [T.Tilde]],
  ['keyword.operator.range.marl', [T.DotDot]],
  ['keyword.operator.assignment.marl', [T.Equals]],
  ['keyword.operator.arithmetic.marl', [T.Plus, T.Minus, T.Star, T.Slash, T.Percent]],
  ['keyword.operator.alternative.marl', [T.Bar]],
  ['punctuation.separator.marl', [T.Comma, T.Colon, T.Dot]],
  ['punctuation.section.marl', [T.LParen, T.RParen, T.LBracket, T.RBracket, T.LBrace, T.RBrace]],
];

/** A character without its second quote. */
const unclosed = T.OpenChar.PATTERN as string;

/** The scope of a keyword. */
export function keywordScope(type: TokenType): string {
  return kinds.find(([, types]) => types.includes(type))?.[0] ?? 'keyword.other.marl';
}

/** The scope of a sign; undefined where the table above has none for it. */
export function signScope(type: TokenType): string | undefined {
  return signs.find(([, types]) => types.includes(type))?.[0];
}

/** The grammar as VS Code and every other reader of TextMate grammars takes it. */
export function textMateGrammar(): Grammar {
  return {
    name: 'Marl',
    scopeName,
    fileTypes: ['marl'],
    patterns: ['#comments', '#strings', '#numbers', '#declarations', '#words', '#signs', '#mistakes'].map(include => ({
      include,
    })),
    repository: {
      comments: { patterns: comments() },
      strings: { patterns: strings() },
      numbers: { patterns: [{ name: 'constant.numeric.marl', match: `\\b${source(T.NumberLiteral)}` }] },
      declarations: { patterns: declarations() },
      words: { patterns: words() },
      signs: { patterns: signRules() },
      mistakes: {
        patterns: [source(T.HashComment), source(T.ForeignString), source(T.ForeignOperator), unclosed].map(match => ({
          name: 'invalid.illegal.marl',
          match,
        })),
      },
    },
  };
}

function comments(): readonly Rule[] {
  return [
    { name: 'comment.line.documentation.marl', match: source(T.DocComment) },
    { name: 'comment.line.double-slash.marl', match: source(T.LineComment) },
    // A TextMate rule sees one line at a time, so what may span lines is a pair of ends.
    { name: 'comment.block.marl', begin: '/\\*', end: '\\*/' },
  ];
}

function strings(): readonly Rule[] {
  const escapes = [{ name: 'constant.character.escape.marl', match: '\\\\.' }];
  return [
    // A map is drawn with characters that mean places: they are not escapes.
    { name: 'string.quoted.triple.marl', begin: '"""', end: '"""' },
    { name: 'string.quoted.double.marl', begin: '"', end: '"|$', patterns: escapes },
    { name: 'string.quoted.single.marl', match: source(T.CharLiteral) },
  ];
}

function declarations(): readonly Rule[] {
  return declaring.flatMap(([scope, types]) =>
    types.map(type => ({
      match: `(?<![\\w.])(${type.name})\\s+(${source(T.Identifier)})`,
      captures: { '1': { name: keywordScope(type) }, '2': { name: scope } },
    })),
  );
}

function words(): readonly Rule[] {
  const scopes = [...new Set(T.hardKeywords.map(keywordScope))];
  const functions = builtins.map(({ name }) => name);
  const types = builtinTypes.map(([name]) => name).filter(name => !T.keywordTypes.has(name));
  return [
    ...scopes.map(scope => ({
      name: scope,
      match: anyOf(T.hardKeywords.filter(type => keywordScope(type) === scope).map(type => type.name)),
    })),
    { name: 'support.type.marl', match: anyOf(types) },
    { name: 'support.type.marl', match: `(?<![\\w.])${T.Seq.name}(?=\\s*<)` },
    { name: 'support.function.marl', match: `${anyOf(functions)}(?=\\s*\\()` },
    { name: 'variable.language.marl', match: anyOf(['action', 'time']) },
    // Soft keywords are names behind a dot, before the colon of a field and where they are called.
    {
      name: 'keyword.other.marl',
      match: `${anyOf(T.softKeywords.filter(type => type !== T.Seq).map(type => type.name))}(?!\\s*[:(])`,
    },
    { name: 'entity.name.function.marl', match: `(?<![\\w.])[a-z_]\\w*(?=\\s*\\()` },
    { name: 'variable.other.property.marl', match: `(?<=[\\w)\\]]\\.)[a-z_]\\w*` },
    // Actions, members of enums, agents, games: what is named with a capital does not change.
    { name: 'variable.other.enummember.marl', match: `\\b[A-Z]\\w*` },
    { name: 'variable.other.marl', match: source(T.Identifier) },
  ];
}

/** Longer signs first, as in the lexer. Operators of other languages come before the signs that begin them. */
function signRules(): readonly Rule[] {
  const own = T.lexicalTokens.filter(type => typeof type.PATTERN === 'string' && type !== T.OpenChar);
  const foreign = own.indexOf(T.Pipe) + 1;
  const rule = (type: TokenType): Rule => ({
    name: signScope(type) ?? 'punctuation.marl',
    match: escaped(type.PATTERN as string),
  });
  return [
    ...own.slice(0, foreign).map(rule),
    { name: 'invalid.illegal.marl', match: source(T.ForeignOperator) },
    ...own.slice(foreign).map(rule),
  ];
}

function anyOf(names: readonly string[]): string {
  return `(?<![\\w.])(?:${names.map(escaped).join('|')})\\b`;
}

function source({ name, PATTERN }: TokenType): string {
  if (!(PATTERN instanceof RegExp)) throw new Error(`the token ${name} has no pattern`);
  return PATTERN.source;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** Programs in Markdown, between the fences of a code block that says `marl`. */
export function markdownGrammar(): object {
  return {
    scopeName: 'markdown.marl.codeblock',
    injectionSelector: 'L:text.html.markdown',
    patterns: [{ include: '#block' }],
    repository: {
      block: {
        name: 'markup.fenced_code.block.markdown',
        begin: '(^|\\G)(\\s*)(`{3,}|~{3,})\\s*(?i:(marl)((\\s+|:|,|\\{|\\?)[^`]*)?$)',
        end: '(^|\\G)(\\2|\\s{0,3})(\\3)\\s*$',
        beginCaptures: {
          '3': { name: 'punctuation.definition.markdown' },
          '4': { name: 'fenced_code.block.language.markdown' },
        },
        endCaptures: { '3': { name: 'punctuation.definition.markdown' } },
        patterns: [
          {
            begin: '(^|\\G)(\\s*)(.*)',
            while: '(^|\\G)(?!\\s*([`~]{3,})\\s*$)',
            contentName: 'meta.embedded.block.marl',
            patterns: [{ include: scopeName }],
          },
        ],
      },
    },
  };
}
