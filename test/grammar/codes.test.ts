import { describe, expect, test } from 'vitest';
import { forms, transparentRules } from '../../grammar/forms.ts';
import { LineMap, parse, type SyntaxCodeInfo, syntaxCodes } from '../../grammar/index.ts';
import { makeLexer } from '../../grammar/lexer.ts';
import { MarlParser } from '../../grammar/parser.ts';

/** What the bad program of each code marks. */
const marked: Readonly<Record<keyof typeof syntaxCodes, string>> = {
  M0101: '@',
  M0102: '"./mine.marl',
  M0103: '/*',
  M0104: '"""',
  M0105: '&&',
  M0106: "'./mine.marl'",
  M0107: 'gr\u00f6\u00dfe',
  M0108: '3agents',
  M0109: '\\q',
  M0110: '#',
  M0111: '',
  M0112: ')',
  M0113: ']',
  M0114: '(',
  M0120: 'gmae',
  M0121: 'rewards',
  M0122: 'if',
  M0123: '',
  M0124: '{',
  M0125: 'match',
  M0126: '5',
  M0127: 'Kuhn',
  M0128: '=',
  M0129: ' ',
  M0130: '',
  M0131: '<',
  M0132: '=>',
  M0133: ',',
  M0134: 'k',
  M0135: 'by b',
  M0136: '2',
  M0137: "'##'",
  M0138: '{ }',
  M0139: '2',
  M0140: 'epsilon 1.0',
  M0141: 'horizon',
  M0142: 'epochs',
  M0143: '=',
  M0144: '=',
};

const entries = Object.entries(syntaxCodes) as [keyof typeof syntaxCodes, SyntaxCodeInfo][];

describe('every code', () => {
  test.each(entries)('%s is shown by its program, and by nothing else', (code, info) => {
    const { errors } = parse(info.bad);
    expect(errors.map(one => [one.code, one.name])).toEqual([[code, info.name]]);
    const [error] = errors;
    expect(info.bad.slice(error!.span.start, error!.span.end)).toBe(marked[code]);
  });

  test.each(entries)('%s speaks in sentences', (code, info) => {
    expect(info.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(info.summary).toMatch(/^[A-Z`].*\.$/);
    expect(info.explanation.length).toBeGreaterThan(40);
    for (const error of parse(info.bad).errors) {
      expect(error.message, code).toMatch(/^[A-Z`].*\.$/);
      expect(error.message).not.toMatch(/unexpected token|expecting|\?$|undefined|null|NaN/i);
      expect(error.remedy).toMatch(/^(?:[A-Z`].*\.|Did you mean `\w+`\?)$/);
    }
  });

  test('names are unique', () => {
    expect(new Set(entries.map(([, info]) => info.name)).size).toBe(entries.length);
  });

  test('every fix of a bad program leaves fewer mistakes', () => {
    for (const [code, info] of entries) {
      const fix = parse(info.bad).errors[0]?.fix;
      if (fix === undefined) continue;
      const fixed = [...fix.edits]
        .sort((a, b) => b.span.start - a.span.start)
        .reduce((text, edit) => text.slice(0, edit.span.start) + edit.text + text.slice(edit.span.end), info.bad);
      const left = parse(fixed).errors.filter(one => one.code === code);
      expect(left, `${code}: ${fixed}`).toEqual([]);
    }
  });
});

describe('the grammar', () => {
  test('has no ambiguities and no unreachable tokens', () => {
    expect(makeLexer(false).lexerDefinitionErrors).toEqual([]);
    expect(() => new MarlParser({ validate: true })).not.toThrow();
    expect(() => new MarlParser({ validate: true, recovery: true })).not.toThrow();
  });

  test('says of every rule how it is written', () => {
    const rules = Object.keys(new MarlParser().getGAstProductions());
    expect(rules.filter(rule => forms[rule] === undefined && !transparentRules.has(rule))).toEqual([]);
  });

  test('what a form shows is the form: complete ones parse', () => {
    const inGame = [
      'indexItem',
      'legalItem',
      'activeItem',
      'horizonItem',
      'discountItem',
      'stepItem',
      'stateItem',
      'initItem',
    ];
    for (const rule of inGame) {
      const text = forms[rule]!.form.replaceAll('{ ... }', '{ }').replaceAll(/\btype\b/g, 'bool');
      expect(parse(`game G {\n  ${text}\n}`).errors, text).toEqual([]);
    }
    for (const rule of [
      'enumDecl',
      'recordDecl',
      'constDecl',
      'fnDecl',
      'assertDecl',
      'mixerDecl',
      'solveDecl',
      'sweepDecl',
    ]) {
      const text = forms[rule]!.form.replaceAll(/\btype\b/g, 'bool')
        .replace('(params)', '')
        .replace('concept', 'nash');
      expect(parse(text).errors, text).toEqual([]);
    }
  });
});

describe('places', () => {
  const text = 'ab\r\n\ncd\rx\u{1f600}y\n';
  const lines = new LineMap(text);

  test('count lines and columns from one, columns in UTF-16 units', () => {
    expect(lines.lineCount).toBe(5);
    expect(lines.position(0)).toEqual({ line: 1, column: 1 });
    expect(lines.position(text.indexOf('c'))).toEqual({ line: 3, column: 1 });
    expect(lines.position(text.indexOf('y'))).toEqual({ line: 4, column: 4 });
    expect(lines.position(text.length)).toEqual({ line: 5, column: 1 });
    expect(lines.position(-5)).toEqual({ line: 1, column: 1 });
    expect(lines.position(1e9)).toEqual(lines.position(text.length));
  });

  test('turn back into offsets', () => {
    for (let at = 0; at <= text.length; at++) {
      if (at > 0 && /[\r\n]/.test(text[at - 1]!) && text[at] === '\n') continue;
      expect(lines.offset(lines.position(at))).toBe(at);
    }
    expect(lines.offset({ line: 1, column: 99 })).toBe(2);
    expect(lines.offset({ line: 99, column: 1 })).toBe(text.length);
    expect(lines.offset({ line: 0, column: 1 })).toBe(0);
  });

  test('know the text of a line without its line break', () => {
    expect([1, 2, 3, 4, 5, 6].map(line => lines.lineText(line))).toEqual(['ab', '', 'cd', 'x\u{1f600}y', '', '']);
  });
});
