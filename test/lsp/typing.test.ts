/** Files as they are while somebody types: no crash, no answer about an older text, the quick check as the whole one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../compiler/api.ts';
import { compile } from '../../compiler/index.ts';
import { actions } from '../../lsp/actions.ts';
import { Analysis } from '../../lsp/analysis.ts';
import { complete } from '../../lsp/completion.ts';
import { formatting } from '../../lsp/formatting.ts';
import { hints } from '../../lsp/hints.ts';
import { hover } from '../../lsp/hover.ts';
import { lenses } from '../../lsp/lenses.ts';
import { links } from '../../lsp/links.ts';
import { definition, highlights, rename } from '../../lsp/navigation.ts';
import { Project } from '../../lsp/project.ts';
import { signature } from '../../lsp/signature.ts';
import { chunksOf } from '../../lsp/slices.ts';
import { folds, selections } from '../../lsp/structure.ts';
import { documentSymbols } from '../../lsp/symbols.ts';
import { semanticTokens } from '../../lsp/tokens.ts';
import { purposes, Stream } from '../../runtime/rng/stream.ts';
import { memoryDesk } from './desk.ts';

const root = join(import.meta.dirname, '../..');
const examples = readdirSync(join(root, 'examples'))
  .filter(name => name.endsWith('.marl'))
  .sort()
  .map(name => readFileSync(join(root, 'examples', name), 'utf8'));
const main = 'main.marl';
/** `MARL_FUZZ=2000 npx vitest run test/lsp/typing.test.ts` for a long session. */
const keystrokes = Number(process.env.MARL_FUZZ ?? 60);

const words = [
  'game',
  'train',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '"',
  '"""',
  '/*',
  '//',
  '///',
  '~',
  '=',
  'next ',
  'if ',
  'else',
  '.',
  ':',
  'reward',
  'agents',
  '0',
  '1e999',
  '..',
  '|>',
  '\n',
  '\r\n',
  '\u0000',
  '😀',
  'match',
  '=>',
];

/** A session: types, deletes, pastes and undoes at random places. */
class Session {
  readonly #stream: Stream;
  readonly #before: string[] = [];
  text: string;
  at = 0;

  constructor(text: string, seed: number) {
    this.text = text;
    this.#stream = new Stream(seed, purposes.policy, 0, 0);
  }

  step(): void {
    const dice = this.#stream.below(10);
    if (dice >= 8 && this.#before.length > 0) {
      this.text = this.#before.pop() as string;
      return;
    }
    this.#before.push(this.text);
    // Mostly where one was typing before.
    if (this.#stream.below(4) === 0) this.at = this.#stream.below(this.text.length + 1);
    const at = Math.min(this.at, this.text.length);
    const [from, to] = [at, Math.min(this.text.length, at + 1 + this.#stream.below(12))];
    if (dice < 5) this.#replace(at, at, words[this.#stream.below(words.length)] as string);
    else if (dice < 7) this.#replace(from, to, '');
    else
      this.#replace(
        at,
        at,
        this.text.slice(this.#stream.below(this.text.length + 1)).slice(0, this.#stream.below(200)),
      );
  }

  #replace(from: number, to: number, text: string): void {
    this.text = this.text.slice(0, from) + text + this.text.slice(to);
    this.at = from + text.length;
  }
}

function lines(found: readonly Diagnostic[]): readonly string[] {
  return found.map(one => `${one.code} ${one.at.file} ${one.at.span.start}-${one.at.span.end} ${one.message}`);
}

/** Every feature at one place; none may throw, and none may answer with a place outside of the text. */
function everything(project: Project, text: string, at: number, diagnostics: readonly Diagnostic[]): void {
  const sheet = project.put(main, text);
  const inside = ({ start, end }: { start: number; end: number }): void => {
    expect(start).toBeGreaterThanOrEqual(0);
    expect(end).toBeLessThanOrEqual(text.length);
    expect(start).toBeLessThanOrEqual(end);
  };
  inside(complete(project, sheet, at).replace);
  const shown = hover(project, sheet, at);
  if (shown !== undefined) inside(shown.span);
  definition(project, sheet, at);
  signature(project, sheet, at);
  for (const one of highlights(project, sheet, at)) inside(one.span);
  rename(project, sheet, at, 'renamed');
  for (const one of actions(project, sheet, { start: at, end: at }, diagnostics))
    for (const edit of one.edits) if (edit.path === main) inside(edit.span);
  for (const one of documentSymbols(sheet)) inside(one.extent);
  for (const one of selections(sheet, at)) inside(one);
  for (const one of folds(sheet)) expect(one.to).toBeLessThanOrEqual(sheet.lines.lineCount);
  for (const one of semanticTokens(project, sheet)) inside(one);
  for (const one of hints(project, sheet, { start: 0, end: text.length })) inside({ start: one.at, end: one.at });
  for (const one of lenses(project, sheet, new Set(['marl.check']))) inside(one.span);
  for (const one of links(project, sheet)) inside(one.span);
  for (const one of formatting(sheet)) inside(one.span);
}

describe('sessions at random', { timeout: 600_000 }, () => {
  for (const seed of [1, 2, 3])
    test(`session ${seed}`, async () => {
      const session = new Session(examples[seed % examples.length] as string, seed);
      const project = new Project(memoryDesk({}));
      const analysis = new Analysis(memoryDesk({}));
      for (let k = 0; k < keystrokes; k++) {
        session.step();
        const { text } = session;
        analysis.put(main, text);
        const { diagnostics } = analysis.quick(main);
        for (const one of diagnostics) {
          if (one.at.file !== main) continue;
          expect(one.at.span.end).toBeLessThanOrEqual(text.length);
        }
        everything(project, text, Math.min(session.at, text.length), diagnostics);
        if (k % 10 !== 9) continue;
        // The keyboard rests: what is shown is what a fresh look finds.
        const { checked, insight } = await analysis.full(main, async () => true);
        for await (const one of insight) project.learn(main, one);
        const host = memoryDesk({ [main]: text }).host(main);
        expect(lines(checked.diagnostics)).toEqual(lines(compile(host, main).diagnostics));
      }
    });
});

describe('the quick check', () => {
  test('chunks are the whole text, in order', () => {
    for (const text of examples) {
      const chunks = chunksOf(text);
      expect(chunks.map(one => one.text).join('')).toBe(text);
      expect(chunks.filter(one => one.gives.length > 0).length).toBeGreaterThan(0);
    }
  });

  /** A file of several games with uses, in which single words are replaced. */
  const many = [
    'enum Side { In, Out }\n\n',
    'let most = 3\n\n',
    'fn flip(s: Side): Side = match s { In => Out  Out => In }\n\n',
    ...['Alpha', 'Beta', 'Gamma'].map(
      name =>
        `/// Game ${name}.\ngame ${name} {\n  agents A, B\n  actions { Up, Down }\n  state { side: Side = In  level: 0..most = 0 }\n  step {\n    next side = flip(side)\n    next level = min(level + 1, most)\n  }\n  reward = if side == In then level else 0\n  observe { side }\n  horizon 5\n}\n\n`,
    ),
    'game Small = Alpha\n\n',
    'train Learn on Beta {\n  algorithm IQL { alpha = 0.1 }\n  budget 100 steps\n}\n\n',
    'train Team on Gamma {\n  algorithm VDN { }\n  budget 100 steps\n}\n\n',
    'solve nash of Alpha\n\n',
    'assert common_reward of Beta\n',
  ].join('');

  test('an edit of one word gives the diagnostics of a whole check', () => {
    const replacements = ['Alpha', 'Beta', 'most', 'level', 'In', 'Middle', '99', 'flip', 'side', 'QMIX'];
    const places = [...many.matchAll(/\b[A-Za-z]\w*\b/g)].map(match => [match.index, match[0].length] as const);
    const stream = new Stream(7, purposes.policy, 0, 0);
    let partial = 0;
    for (let k = 0; k < 60; k++) {
      const [at, length] = places[stream.below(places.length)] as readonly [number, number];
      const text = many.slice(0, at) + replacements[stream.below(replacements.length)] + many.slice(at + length);
      const analysis = new Analysis(memoryDesk({}));
      analysis.put(main, many);
      analysis.whole(main);
      analysis.put(main, text);
      const quick = analysis.quick(main);
      if (quick.partial) partial++;
      const whole = compile(memoryDesk({ [main]: text }).host(main), main).diagnostics;
      expect([text.slice(Math.max(0, at - 20), at + 20), ...lines(quick.diagnostics)]).toEqual([
        text.slice(Math.max(0, at - 20), at + 20),
        ...lines(whole),
      ]);
    }
    // The law says nothing if every edit led to a whole check.
    expect(partial).toBeGreaterThan(15);
  });

  test('so does a bracket or a word too many or too few', () => {
    const stream = new Stream(11, purposes.policy, 0, 0);
    const places = [...many.matchAll(/[()[\]{}=,:]|\b\w+\b/g)].map(match => [match.index, match[0].length] as const);
    const inserts = ['', '', '(', '[', '{', ')', ']', '}', '=', 'tired[', 'let ', '= 1'];
    let partial = 0;
    for (let k = 0; k < 150; k++) {
      const [at, length] = places[stream.below(places.length)] as readonly [number, number];
      const insert = inserts[stream.below(inserts.length)] as string;
      const text = many.slice(0, at) + insert + many.slice(insert === '' ? at + length : at);
      const analysis = new Analysis(memoryDesk({}));
      analysis.put(main, many);
      analysis.whole(main);
      analysis.put(main, text);
      const quick = analysis.quick(main);
      if (quick.partial) partial++;
      const whole = compile(memoryDesk({ [main]: text }).host(main), main).diagnostics;
      const where = `${text.slice(Math.max(0, at - 20), at)}|${text.slice(at, at + 20)}`;
      expect([where, ...lines(quick.diagnostics)]).toEqual([where, ...lines(whole)]);
    }
    expect(partial).toBeGreaterThan(20);
  });

  test('an edit of an imported file that is open is seen', () => {
    const analysis = new Analysis(memoryDesk({ 'lib.marl': 'let a = 1\n', [main]: '' }));
    analysis.put(main, 'import "./lib.marl"\nlet b = a\n');
    expect(analysis.whole(main).diagnostics).toEqual([]);
    analysis.put('lib.marl', 'let c = 1\n');
    expect(analysis.quick(main).diagnostics.map(one => one.name)).toEqual(['unknown-name']);
  });
});
