/** Every word that `marl explain` knows has an example that compiles and shows it. */
import { expect, test } from 'vitest';
import { fileHost, stdinPath } from '../../cli/host.ts';
import { wordNamed, words } from '../../cli/words/index.ts';
import { compile } from '../../compiler/index.ts';
import { marl, marlJson } from './run.ts';

const cwd = import.meta.dirname;

test('words are explained once', () => {
  const all = words.flatMap(({ word, also }) => [word, ...(also ?? [])]);
  expect(new Set(all).size).toBe(all.length);
  expect(words.length).toBeGreaterThan(35);
});

test.each(words.map(word => [word.word, word] as const))('%s', (_, { word, example, summary, text }) => {
  const program = compile(fileHost(cwd, stdinPath, { text: example }), stdinPath);
  expect(program.diagnostics.map(d => `${d.code} ${d.message}`)).toEqual([]);
  expect(program.games.length + program.solves.length).toBeGreaterThan(0);
  for (const { name } of program.games) {
    const { model, diagnostics } = program.instantiate(name, new Map());
    expect(diagnostics.filter(d => d.severity === 'error')).toEqual([]);
    expect(model).toBeDefined();
  }
  // The example shows the word itself, which a reader looks for.
  expect(example).toContain(word);
  expect(summary).toMatch(/[.`]$/);
  expect(text.length).toBeGreaterThan(40);
});

test.each(words.map(({ word, example }) => [word, example] as const))(
  'the example of %s passes `marl check --strict`',
  async (_, example) => {
    const { out, code } = await marl(['check', '--strict', '-'], { cwd, stdin: example });
    expect(out).not.toMatch(/^(error|warning)/m);
    expect(code).toBe(0);
  },
);

test('a word is found by what it is called elsewhere', () => {
  for (const [name, word] of [
    ['next', 'step'],
    ['where', 'game'],
    ['algorithm', 'train'],
    ['observations', 'observe'],
  ])
    expect(wordNamed(name as string)?.word).toBe(word);
  expect(wordNamed('hasOwnProperty')).toBeUndefined();
});

test.each([
  'value',
  'repeated',
  'horizon',
  'observe',
  'end',
  'legal',
  'turn',
  'solve',
  'train',
  'sweep',
  'assert',
  'payoff',
])('marl explain %s', async word => {
  const { out, code } = await marl(['explain', word], { cwd });
  expect(code).toBe(0);
  expect(out.split('\n')[0]).toBe(`${word}: ${wordNamed(word)?.summary}`);
  expect(out).toContain('For example:');
  const { json } = await marlJson(['explain', word], { cwd });
  expect(json).toMatchObject({ verb: 'explain', ok: true, topic: word, example: wordNamed(word)?.example });
});

test('a word that is nearly one is suggested, and the list names all', async () => {
  expect((await marl(['explain', 'horizen'], { cwd })).err).toContain('The nearest topic is `horizon`.');
  const { out } = await marl(['explain', 'words'], { cwd });
  for (const { word, summary } of words)
    expect(out.split('\n').some(line => line.startsWith(word) && line.endsWith(summary))).toBe(true);
});
