/**
 * Whole sessions with the server as a process: two files that are typed into, saved, closed and opened again, while all kinds of things
 * are asked. It never leaves, never answers for another text, and whenever the keyboard rests it shows what a fresh look finds.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { lspDesk } from '../../cli/lspDesk.ts';
import { compile } from '../../compiler/index.ts';
import { purposes, Stream } from '../../runtime/rng/stream.ts';
import { Client, eventually, type Shown } from './client.ts';
import { Session } from './session.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'marl-lsp-sessions-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `MARL_FUZZ=2000 npx vitest run test/lsp/sessions.test.ts` for a long session. */
const steps = Number(process.env.MARL_FUZZ ?? 60);

const lib = `enum Side { Left, Right }
fn flip(s: Side): Side = match s { Left => Right  Right => Left }
let far = 3
`;
const main = `import "./lib.marl"

${readFileSync(join(root, 'examples/3-two-rooms.marl'), 'utf8')}
let side = flip(Left)
let further = far + 1
`;

interface Position {
  readonly line: number;
  readonly character: number;
}

/** Lines end as the protocol says: by `\n`, `\r\n` or `\r`. */
function placeIn(text: string, offset: number): Position {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: lines.length - 1, character: lines.at(-1)!.length };
}

/** The one stretch in which two texts differ; never with an end inside of a line break. */
function difference(old: string, now: string): { readonly from: number; readonly to: number; readonly text: string } {
  const breaks = (text: string, at: number): boolean => /[\r\n]/.test(text.slice(Math.max(0, at - 1), at + 1));
  let from = 0;
  while (from < Math.min(old.length, now.length) && old[from] === now[from]) from++;
  while (from > 0 && (breaks(old, from) || breaks(now, from))) from--;
  let tail = 0;
  while (tail < Math.min(old.length, now.length) - from && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  while (tail > 0 && (breaks(old, old.length - tail) || breaks(now, now.length - tail))) tail--;
  return { from, to: old.length - tail, text: now.slice(from, now.length - tail) };
}

/** One file in the editor. */
class Open {
  readonly uri: string;
  readonly path: string;
  readonly session: Session;
  version = 1;
  open = true;

  constructor(name: string, text: string, seed: number) {
    this.path = join(folder, name);
    this.uri = pathToFileURL(this.path).href;
    this.session = new Session(text, seed);
  }
}

interface Published extends Pick<Shown, 'uri' | 'version'> {
  readonly diagnostics: readonly (Shown['diagnostics'][number] & { readonly data?: { readonly name: string } })[];
}

/** Found only when a file is saved, by the slow part. */
const slow = new Set(['assertion-failed', 'assertion-unknown', 'unplayable']);

describe('whole sessions', { timeout: 1_800_000 }, () => {
  for (const seed of [21, 22])
    test(`session ${seed}`, async () => {
      const stream = new Stream(seed, purposes.policy, 0, 0);
      const files = [new Open('lib.marl', lib, seed), new Open('main.marl', main, seed + 100)] as const;
      for (const { path, session } of files) writeFileSync(path, session.text);
      const client = new Client();
      await client.begin(pathToFileURL(folder).href, { window: { workDoneProgress: true } });
      for (const { uri, session, version } of files) client.open(uri, session.text, version);

      const type = (file: Open): void => {
        const before = file.session.text;
        file.session.step();
        const now = file.session.text;
        if (!file.open) return;
        const { from, to, text } = difference(before, now);
        const range = { start: placeIn(before, from), end: placeIn(before, to) };
        const change = stream.below(8) === 0 ? { text: now } : { range, text };
        client.notify('textDocument/didChange', {
          textDocument: { uri: file.uri, version: ++file.version },
          contentChanges: [change],
        });
      };
      const asked: Promise<unknown>[] = [];
      const ask = (file: Open): void => {
        const requests = ['hover', 'completion', 'codeLens', 'semanticTokens/full', 'foldingRange', 'documentSymbol'];
        const place = placeIn(file.session.text, stream.below(file.session.text.length + 1));
        asked.push(
          client.request(`textDocument/${requests[stream.below(requests.length)]}`, {
            textDocument: { uri: file.uri },
            position: place,
          }),
        );
        const range = { start: place, end: place };
        const context = { diagnostics: [] };
        asked.push(client.request('textDocument/codeAction', { textDocument: { uri: file.uri }, range, context }));
      };
      /** What a compiler that starts afresh finds, as the protocol writes it. */
      const fresh = (file: Open): readonly string[] => {
        const texts = new Map(
          files.map(one => [one.path, one.open ? one.session.text : readFileSync(one.path, 'utf8')]),
        );
        const disk = lspDesk().host(file.path);
        const read = (path: string) => {
          const text = texts.get(path);
          return text === undefined ? disk.read(path) : { text };
        };
        const { text } = { text: texts.get(file.path) ?? '' };
        return compile({ ...disk, read }, file.path)
          .diagnostics.filter(one => one.at.file === file.path)
          .map(one => `${JSON.stringify(placeIn(text, one.at.span.start))} ${one.code}`)
          .sort();
      };
      const shown = (file: Open): readonly string[] | undefined => {
        const last = client.heard.findLast(
          one => one.method === 'textDocument/publishDiagnostics' && (one.params as Shown).uri === file.uri,
        )?.params as Published | undefined;
        if (last?.version !== file.version) return undefined;
        return last.diagnostics
          .filter(one => !slow.has(one.data?.name ?? ''))
          .map(one => `${JSON.stringify(one.range.start)} ${one.code}`)
          .sort();
      };

      for (let k = 1; k <= steps; k++) {
        const file = files[stream.below(4) === 0 ? 0 : 1];
        type(file);
        const dice = stream.below(30);
        if (dice < 6) ask(file);
        if (dice === 6) client.notify('textDocument/didSave', { textDocument: { uri: file.uri } });
        if (dice === 7 && file === files[0]) {
          // Closed without saving: what is on disk counts again.
          if (file.open) client.notify('textDocument/didClose', { textDocument: { uri: file.uri } });
          else client.open(file.uri, file.session.text, ++file.version);
          file.open = !file.open;
        }
        if (dice > 24) await new Promise(resolve => setTimeout(resolve, stream.below(300)));
        if (k % 15 !== 0) continue;
        for (const one of files) {
          if (!one.open) continue;
          const expected = fresh(one);
          const about = `step ${k}, ${one.path}`;
          await eventually(async () => {
            const now = shown(one);
            return now !== undefined && now.join('\n') === expected.join('\n') ? now : undefined;
          }).catch(() => expect([about, ...(shown(one) ?? ['nothing'])]).toEqual([about, ...expected]));
        }
        await Promise.all(asked.splice(0));
        // And it stays so: nothing late overwrites it.
        await new Promise(resolve => setTimeout(resolve, 600));
        for (const one of files) if (one.open) expect(shown(one)).toEqual(fresh(one));
      }
      expect(await client.end()).toBe(0);
      expect(client.errors).toBe('');
      const complaints = client.heard.filter(one => one.method === 'window/logMessage');
      expect(complaints).toEqual([]);
    });
});
