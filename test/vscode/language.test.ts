/** Language configuration and snippets: made from the tokens and from the server's own, so that there is one of each. */
import { expect, test } from 'vitest';
import { compile } from '../../compiler/index.ts';
import { gameKeywords, topKeywords, trainKeywords } from '../../lsp/completionWords.ts';
import { languageConfiguration } from '../../lsp/vscode/language.ts';
import { snippets } from '../../lsp/vscode/snippets.ts';
import { memoryHost } from '../support/memory-host.ts';

interface Configuration {
  readonly brackets: readonly (readonly [string, string])[];
  readonly wordPattern: string;
  readonly indentationRules: { readonly increaseIndentPattern: string; readonly decreaseIndentPattern: string };
  readonly onEnterRules: readonly { readonly beforeText: string; readonly action: { readonly appendText?: string } }[];
  readonly folding: { readonly markers: { readonly start: string; readonly end: string } };
}

const configuration = languageConfiguration() as Configuration;

test('brackets and words are those of the language', () => {
  expect(configuration.brackets).toEqual([
    ['{', '}'],
    ['[', ']'],
    ['(', ')'],
  ]);
  const words = 'next at[p] = zero_sum + 1_000 - 5e-4'.match(new RegExp(configuration.wordPattern, 'g'));
  expect(words).toEqual(['next', 'at', 'p', 'zero_sum', '1_000', '5e-4']);
});

test('lines that open a bracket indent what follows', () => {
  const increases = new RegExp(configuration.indentationRules.increaseIndentPattern);
  for (const line of ['game Kuhn {', '  payoff {', 'fn f(', '  let x = [', '  step { // begin'])
    expect(increases.test(line.replace(/ \/\/.*/, '')), line).toBe(true);
  for (const line of ['actions { A, B }', 'reward = f(x)', '// game {', '}', 'let s = "{"'])
    expect(increases.test(line), line).toBe(false);
  const decreases = new RegExp(configuration.indentationRules.decreaseIndentPattern);
  expect(['  }', ')', '    ]'].every(line => decreases.test(line))).toBe(true);
  expect(decreases.test('  x }')).toBe(false);
});

test('Enter goes on with documentation and behind what wants more', () => {
  const rule = (line: string) => configuration.onEnterRules.find(({ beforeText }) => new RegExp(beforeText).test(line));
  expect(rule('  /// Two hunters')?.action.appendText).toBe('/// ');
  expect(rule('  reward =')).toBeDefined();
  expect(rule('  if a then')).toBeDefined();
  expect(rule('  // a =')).toBeUndefined();
  expect(rule('  horizon 5')).toBeUndefined();
  const { start, end } = configuration.folding.markers;
  expect([new RegExp(start).test('// #region rules'), new RegExp(end).test('// #endregion')]).toEqual([true, true]);
});

test('snippets are those of completion, none has a prefix, and no two share a name', () => {
  const made = snippets();
  for (const keywords of [topKeywords, gameKeywords, trainKeywords])
    for (const [, body] of keywords)
      expect(Object.values(made).filter(snippet => snippet.body.join('\n') === body).length).toBeGreaterThan(0);
  expect(Object.keys(made).length).toBe(topKeywords.length + gameKeywords.length + trainKeywords.length + 1);
  for (const snippet of Object.values(made)) expect(snippet).not.toHaveProperty('prefix');
});

test('the program for a new file is a right one as it is', () => {
  const [body] = Object.values(snippets()).flatMap(({ isFileTemplate, body: lines }) =>
    isFileTemplate ? [lines] : [],
  );
  const text = (body ?? []).join('\n').replace(/\$\{\d+:([^}]*)\}/g, '$1');
  const program = compile(memoryHost({ 'new.marl': text }), 'new.marl');
  expect(program.diagnostics).toEqual([]);
  expect(program.games.map(({ name }) => name)).toEqual(['Name']);
  expect(program.trains.map(({ name }) => name)).toEqual(['Learn']);
});
