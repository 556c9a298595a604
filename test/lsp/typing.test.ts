/** Files as they are while somebody types: no crash, no answer about an older text, the quick check as the whole one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../compiler/api.ts';
import { compile } from '../../compiler/index.ts';
import { actions } from '../../lsp/actions.ts';
import { Analysis } from '../../lsp/analysis.ts';
import type { Edit } from '../../lsp/base.ts';
import { callable, incoming, outgoing } from '../../lsp/calls.ts';
import { complete } from '../../lsp/completion.ts';
import { formatting, rangeFormatting, typeFormatting } from '../../lsp/formatting.ts';
import { hints } from '../../lsp/hints.ts';
import { hover } from '../../lsp/hover.ts';
import { lenses } from '../../lsp/lenses.ts';
import { links } from '../../lsp/links.ts';
import { definition, highlights, rename } from '../../lsp/navigation.ts';
import { Project } from '../../lsp/project.ts';
import { signature } from '../../lsp/signature.ts';
import { chunksOf, rechunked } from '../../lsp/slices.ts';
import { folds, selections } from '../../lsp/structure.ts';
import { documentSymbols } from '../../lsp/symbols.ts';
import { semanticTokens } from '../../lsp/tokens.ts';
import { purposes, Stream } from '../../runtime/rng/stream.ts';
import { edited, memoryDesk } from './desk.ts';
import { Session } from './session.ts';

const root = join(import.meta.dirname, '../..');
const examples = readdirSync(join(root, 'examples'))
  .filter(name => name.endsWith('.marl'))
  .sort()
  .map(name => readFileSync(join(root, 'examples', name), 'utf8'));
const main = 'main.marl';
/** `MARL_FUZZ=2000 npx vitest run test/lsp/typing.test.ts` for a long session. */
const keystrokes = Number(process.env.MARL_FUZZ ?? 60);

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
  for (const end of [at, Math.min(text.length, at + 9)])
    for (const { title, edits } of actions(project, sheet, { start: at, end }, diagnostics)) {
      for (const edit of edits) if (edit.path === main) inside(edit.span);
      apart(title, edits);
    }
  const decl = callable(project, sheet, at);
  if (decl !== undefined)
    for (const one of [...incoming(project, decl), ...outgoing(project, decl)]) one.at.map(inside);
  for (const one of documentSymbols(sheet)) inside(one.extent);
  for (const one of selections(sheet, at)) inside(one);
  for (const one of folds(sheet)) expect(one.to).toBeLessThanOrEqual(sheet.lines.lineCount);
  for (const one of semanticTokens(project, sheet)) inside(one);
  for (const one of hints(project, sheet, { start: 0, end: text.length })) inside({ start: one.at, end: one.at });
  for (const one of lenses(project, sheet, new Set(['marl.check']))) inside(one.span);
  for (const one of links(project, sheet)) inside(one.span);
  const line = { start: at, end: Math.min(text.length, at + 40) };
  for (const edits of [
    formatting(sheet),
    rangeFormatting(sheet, line),
    typeFormatting(sheet, at, '\n'),
    typeFormatting(sheet, at, '}'),
  ]) {
    for (const one of edits) inside(one.span);
    apart('formatting', edits);
    // Only white space changes, whatever the text.
    const bare = (whole: string): string => whole.replace(/\s+/g, '');
    expect(bare(edited(text, edits))).toBe(bare(text));
  }
}

/** Edits of one change do not touch the same text: editors refuse such. */
function apart(title: string, edits: readonly Edit[]): void {
  const own = edits.filter(one => one.path === main).sort((a, b) => a.span.start - b.span.start);
  for (const [k, one] of own.entries())
    if (k > 0) expect(one.span.start, title).toBeGreaterThanOrEqual(own[k - 1]!.span.end);
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

test('declarations found again around an edit are those of the whole text', () => {
  const plain = (chunks: ReturnType<typeof chunksOf>) =>
    chunks.map(({ blank, ...one }) => ({ ...one, blank: blank() }));
  let around = 0;
  for (const seed of [4, 5, 6]) {
    // Several declarations, so that there is something to keep.
    const session = new Session(examples.join('\n'), seed);
    let old = session.text;
    let chunks = chunksOf(old);
    for (let k = 0; k < 80; k++) {
      session.step();
      const { text } = session;
      const now = rechunked(chunks, old, text);
      expect(plain(now)).toEqual(plain(chunksOf(text)));
      if (now.some(one => chunks.includes(one))) around++;
      // As in an editor: the older text is that of the last whole check.
      if (k % 5 === 0) [old, chunks] = [text, now];
    }
  }
  // The law says nothing if every edit led to a look at the whole text.
  expect(around).toBeGreaterThan(80);
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
