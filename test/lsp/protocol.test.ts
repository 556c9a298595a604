/** The server as a process, spoken to as editors do. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client, eventually } from './client.ts';

const folder = mkdtempSync(join(tmpdir(), 'marl-lsp-'));
const uriOf = (name: string): string => pathToFileURL(join(folder, name)).href;
let client: Client;
let capabilities: Record<string, unknown>;

const stag = `game Stag {
  agents A, B
  actions { Hunt, Gather }
  payoff {
              Hunt    Gather
    Hunt:    (4, 4)   (0, 3)
    Gather:  (3, 0)   (3, 3)
  }
  assert zero_sum
}

train Learn on Stag {
  algorithm QMIX { }
  budget 1_000 steps
}
`;

beforeAll(async () => {
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(
    join(folder, 'lib.marl'),
    'enum Side { Left, Right }\nfn flip(s: Side): Side = match s { Left => Right  Right => Left }\n',
  );
  client = new Client();
  const result = (await client.begin(pathToFileURL(folder).href, {
    textDocument: { completion: { completionItem: { snippetSupport: true } } },
    window: { workDoneProgress: true },
  })) as { capabilities: Record<string, unknown> };
  capabilities = result.capabilities;
}, 60_000);

afterAll(() => {
  client.process.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** Where a piece of a text is. */
function at(text: string, piece: string, shift = 0): { line: number; character: number } {
  const offset = text.indexOf(piece) + shift;
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, character: before.at(-1)!.length };
}

describe('marl lsp', { timeout: 90_000 }, () => {
  test('says what it can', () => {
    expect(Object.keys(capabilities)).toEqual(
      expect.arrayContaining([
        'completionProvider',
        'hoverProvider',
        'renameProvider',
        'semanticTokensProvider',
        'diagnosticProvider',
      ]),
    );
  });

  test('diagnostics come with code, place and a page that explains them, and go when the text is right', async () => {
    const uri = uriOf('wrong.marl');
    client.open(uri, 'game G {\n  agents A\n  actions { X, Y }\n  reward = spead\n  horizon 1\n}\n');
    const { diagnostics } = await client.diagnostics(uri, shown => shown.diagnostics.length > 0);
    expect(diagnostics.map(one => one.code)).toEqual(['M0201']);
    expect(diagnostics[0]!.range.start).toEqual({ line: 3, character: 11 });
    expect(diagnostics[0]!.codeDescription!.href).toMatch(/diagnostics\.md#m0201$/);
    const since = client.heard.length;
    client.notify('textDocument/didChange', {
      textDocument: { uri, version: 2 },
      contentChanges: [{ range: { start: { line: 3, character: 11 }, end: { line: 3, character: 16 } }, text: '1' }],
    });
    await client.diagnostics(uri, shown => shown.diagnostics.length === 0, since);
    client.notify('textDocument/didClose', { textDocument: { uri } });
  });

  test('completion, hover and code actions know which algorithms fit', async () => {
    const uri = uriOf('stag.marl');
    client.open(uri, stag);
    const { diagnostics } = await client.diagnostics(uri, shown => shown.diagnostics.length > 0);
    expect(diagnostics.map(one => one.code)).toContain('M0609');
    // Insight follows the diagnostics when the keyboard rests.
    const list = await eventually(async () => {
      const { items } = await client.request<{ items: { label: string; sortText: string; tags?: number[] }[] }>(
        'textDocument/completion',
        {
          textDocument: { uri },
          position: at(stag, 'QMIX'),
        },
      );
      return items.some(item => item.tags?.includes(1) === true && item.label === 'MinimaxQ') ? items : undefined;
    });
    const sorted = [...list].sort((a, b) => (a.sortText < b.sortText ? -1 : 1)).map(item => item.label);
    expect(sorted.indexOf('IQL')).toBeLessThan(sorted.indexOf('MinimaxQ'));
    const hovered = await client.request<{ contents: { value: string } }>('textDocument/hover', {
      textDocument: { uri },
      position: at(stag, 'Stag', 1),
    });
    expect(hovered.contents.value).toContain('**4, 4**');
    expect(hovered.contents.value).toContain('Pure equilibria: (Hunt, Hunt), (Gather, Gather).');
    const actions = await client.request<{ title: string; kind: string }[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: { start: at(stag, 'QMIX'), end: at(stag, 'QMIX') },
      context: { diagnostics: [] },
    });
    expect(actions.map(one => one.title)).toContain('Declare `team reward = sum`');
    expect(actions.some(one => /^Use .*, which fits$/.test(one.title))).toBe(true);
  });

  test('saving decides assertions, with progress', async () => {
    const uri = uriOf('saved.marl');
    const text = stag.slice(0, stag.indexOf('train'));
    client.open(uri, text);
    await client.diagnostics(uri);
    const since = client.heard.length;
    client.notify('textDocument/didSave', { textDocument: { uri } });
    const { diagnostics } = await client.diagnostics(uri, shown => shown.diagnostics.length > 0, since);
    expect(diagnostics[0]!.message).toContain('zero_sum');
    expect(client.heard.some(one => one.method === 'window/workDoneProgress/create')).toBe(true);
  });

  test('what an open file imports is read as it is typed', async () => {
    const lib = uriOf('lib.marl');
    const main = uriOf('main.marl');
    client.open(main, 'import "./lib.marl"\n\nlet turned = flip(Left)\n');
    await client.diagnostics(main, shown => shown.diagnostics.length === 0);
    const since = client.heard.length;
    client.open(
      lib,
      'enum Side { Left, Right }\nfn turn_round(s: Side): Side = match s { Left => Right  Right => Left }\n',
    );
    const { diagnostics } = await client.diagnostics(main, shown => shown.diagnostics.length > 0, since);
    expect(diagnostics[0]!.code).toBe('M0201');
    const places = await client.request<{ uri: string }[]>('textDocument/references', {
      textDocument: { uri: lib },
      position: { line: 0, character: 12 },
      context: { includeDeclaration: true },
    });
    expect(new Set(places.map(place => place.uri))).toEqual(new Set([lib, main]));
  });

  test('a rename that is refused says why', async () => {
    const uri = uriOf('stag.marl');
    await expect(
      client.request('textDocument/rename', { textDocument: { uri }, position: at(stag, 'Stag', 1), newName: 'match' }),
    ).rejects.toThrow('`match` is a word of the language.');
  });

  test('nonsense does not end it', async () => {
    const uri = uriOf('nonsense.marl');
    client.open(uri, 'game { { { \u0000 \ud800 """ /* ');
    await client.diagnostics(uri, shown => shown.diagnostics.length > 0);
    client.notify('textDocument/didChange', {
      textDocument: { uri, version: 2 },
      contentChanges: [{ range: { start: { line: 900, character: 5 }, end: { line: 3, character: 1e9 } }, text: 'x' }],
    });
    for (const method of [
      'hover',
      'completion',
      'definition',
      'documentSymbol',
      'foldingRange',
      'semanticTokens/full',
      'formatting',
      'codeLens',
    ])
      await client.request(`textDocument/${method}`, {
        textDocument: { uri },
        position: { line: 99, character: 99 },
        options: {},
      });
    expect(
      await client.request('textDocument/hover', {
        textDocument: { uri: 'file:///nowhere/at%all.marl' },
        position: { line: 0, character: 0 },
      }),
    ).toBeNull();
    await expect(client.request('textDocument/unheardOf', {})).rejects.toThrow();
  });

  test('it leaves when it is told to', async () => {
    expect(await client.end()).toBe(0);
    expect(client.errors).toBe('');
  });
});

describe('pull diagnostics', { timeout: 60_000 }, () => {
  test('a client that asks is answered for the newest text, and is not told besides', async () => {
    const other = new Client();
    await other.begin(undefined, {
      textDocument: { diagnostic: {} },
      workspace: { diagnostics: { refreshSupport: true } },
    });
    const uri = 'untitled:Untitled-1';
    other.open(uri, 'let a = b\n');
    const { items } = await other.request<{ items: { code: string }[] }>('textDocument/diagnostic', {
      textDocument: { uri },
    });
    expect(items.map(one => one.code)).toEqual(['M0201']);
    other.notify('textDocument/didChange', {
      textDocument: { uri, version: 2 },
      contentChanges: [{ text: 'let a = 1\n' }],
    });
    expect(
      (await other.request<{ items: unknown[] }>('textDocument/diagnostic', { textDocument: { uri } })).items,
    ).toEqual([]);
    expect(other.heard.filter(one => one.method === 'textDocument/publishDiagnostics')).toEqual([]);
    expect(await other.end()).toBe(0);
  });
});
