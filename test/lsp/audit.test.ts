/** Everything that the server says it can do, asked for over the protocol at marks in programs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client, eventually, type Shown } from './client.ts';
import { mark } from './desk.ts';

interface Position {
  readonly line: number;
  readonly character: number;
}
interface Range {
  readonly start: Position;
  readonly end: Position;
}
interface Place {
  readonly uri: string;
  readonly range: Range;
}
interface Edit {
  readonly range: Range;
  readonly newText: string;
}
type Hint = { readonly position: Position; readonly label: string; readonly tooltip: string };
type Changes = { readonly changes: Readonly<Record<string, readonly Edit[]>> };
type Offered = { readonly title: string; readonly kind: string; readonly edit?: Changes };

const folder = mkdtempSync(join(tmpdir(), 'marl-lsp-audit-'));
const uriOf = (name: string): string => pathToFileURL(join(folder, name)).href;

const lib = `enum Side { Left, Right }
/// The other one.
fn flip(s: Side): Side = match s { Left => Right  Right => Left }
fn twice(s: Side): Side = flip(flip(s))
`;
const walk = `import "./lib.marl"

// Who
// walks.
game Walk(size: 2..9 = 4) {
  agents Ann, Bob
  record Cell { row: 0..size-1, side: Side }
  actions { Stay, Go }
  state {
    /// Where each of them is.
    at: Cell[agents] = Cell(0, Left)
  }
  step {
    let goal[p: agents] = if action[p] == Go then at[p] with row + 1 clamped else at[p]
    next at[p: agents]  = goal[p] with side = flip(goal[p].side)
  }
  reward[p: agents] = if goal[p].row == size - 1 then 1 else 0
  observe[p: agents] { at[p] }
  horizon 5
}

solve welfare of Walk

train Learn on Walk {
  algorithm IQL {
    alpha = 0.1
  }
  budget 100 steps
}
`;
const main = uriOf('walk.marl');
let client: Client;

beforeAll(async () => {
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(folder, 'lib.marl'), lib);
  client = new Client();
  await client.begin(pathToFileURL(folder).href, {
    textDocument: { completion: { completionItem: { snippetSupport: true } } },
    window: { workDoneProgress: true },
    workspace: { inlayHint: { refreshSupport: true } },
  });
  client.open(main, walk);
  await client.diagnostics(main, shown => shown.diagnostics.length === 0);
  // Insight follows when the keyboard rests.
  await eventually(async () => {
    const request = { textDocument: { uri: main }, range: everywhere };
    const hints = await client.request<readonly Hint[]>('textDocument/inlayHint', request);
    return hints.find(one => one.label.includes('states'));
  });
}, 90_000);

afterAll(() => {
  client.process.kill();
  rmSync(folder, { recursive: true, force: true });
});

function placeIn(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, character: before.at(-1)!.length };
}

/** Where a mark in a piece of the program is: `go▮al[p].row`. */
function at(piece: string): { readonly textDocument: { readonly uri: string }; readonly position: Position } {
  const found = walk.indexOf(piece.replace(mark, ''));
  if (found < 0) throw new Error(`there is no ${piece}`);
  return { textDocument: { uri: main }, position: placeIn(walk, found + piece.indexOf(mark)) };
}

const document = { textDocument: { uri: main } };
const options = { options: { tabSize: 2, insertSpaces: true } };
const everywhere: Range = { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } };

/** The text of a range, or of the whole line it begins in. */
function under({ start, end }: Range): string {
  const lines = walk.split('\n').slice(start.line, end.line + 1);
  lines[lines.length - 1] = lines.at(-1)!.slice(0, end.character);
  return [lines[0]!.slice(start.character), ...lines.slice(1)].join('\n');
}

function applied(text: string, edits: readonly Edit[]): string {
  const offset = ({ line, character }: Position): number =>
    text
      .split('\n')
      .slice(0, line)
      .reduce((sum, one) => sum + one.length + 1, character);
  let result = text;
  for (const edit of [...edits].sort((a, b) => offset(b.range.start) - offset(a.range.start)))
    result = result.slice(0, offset(edit.range.start)) + edit.newText + result.slice(offset(edit.range.end));
  return result;
}

const ask = <T>(method: string, params: object): Promise<T> => client.request<T>(`textDocument/${method}`, params);

describe('what stands at a name', { timeout: 60_000 }, () => {
  test('hover', async () => {
    const hover = async (piece: string): Promise<string> =>
      (await ask<{ contents: { value: string } }>('hover', at(piece))).contents.value;
    expect(await hover('game Wa▮lk')).toMatch(/2-player[\s\S]*sees \d+ numbers/);
    expect(await hover('at: Ce▮ll')).toContain('record Cell');
    expect(await hover('fl▮ip(goal')).toContain('The other one.');
    expect(await hover('I▮QL')).toMatch(/Q_i\(o_i, a_i\) <- \(1 - alpha\) Q_i\(o_i, a_i\)/);
    expect(await hover('al▮pha')).toMatch(/Default: /);
    expect(await hover('solve wel▮fare')).toContain(
      '```text\na in argmax over joint actions of sum over i of u_i(a)\n```',
    );
  });
  test('definition, type definition, references, highlights', async () => {
    expect(await ask<Place>('definition', at('fl▮ip(goal'))).toMatchObject({
      uri: uriOf('lib.marl'),
      range: { start: { line: 2, character: 3 } },
    });
    const type = await ask<Place>('typeDefinition', at('a▮t: Cell'));
    expect(under(type.range)).toBe('Cell');
    const places = await ask<Place[]>('references', {
      ...at('fl▮ip(goal'),
      context: { includeDeclaration: true },
    });
    expect(places.map(one => one.uri).sort()).toEqual([...Array(3).fill(uriOf('lib.marl')), main]);
    const shown = await ask<{ range: Range; kind: number }[]>('documentHighlight', at('let go▮al'));
    expect(shown).toHaveLength(4);
    expect(shown.filter(one => one.kind === 3)).toHaveLength(1);
  });
  test('renaming across imports', async () => {
    expect(await ask('prepareRename', at('fl▮ip(goal'))).toMatchObject({ placeholder: 'flip' });
    const { changes } = await ask<Changes>('rename', { ...at('fl▮ip(goal'), newName: 'turn_round' });
    expect(Object.keys(changes).sort()).toEqual([main, uriOf('lib.marl')].sort());
    expect(applied(lib, changes[uriOf('lib.marl')] ?? [])).toBe(lib.replaceAll('flip', 'turn_round'));
    expect(applied(walk, changes[main] ?? [])).toBe(walk.replaceAll('flip', 'turn_round'));
  });
  test('who calls whom, across files', async () => {
    const [item] = await ask<{ name: string; uri: string }[]>('prepareCallHierarchy', at('fl▮ip(goal'));
    expect(item).toMatchObject({ name: 'flip', uri: uriOf('lib.marl') });
    const incoming = await client.request<{ from: { name: string }; fromRanges: Range[] }[]>(
      'callHierarchy/incomingCalls',
      { item },
    );
    expect(incoming.map(one => [one.from.name, one.fromRanges.length]).sort()).toEqual([
      ['Walk', 1],
      ['twice', 2],
    ]);
    const [twice] = await client.request<{ name: string }[]>('textDocument/prepareCallHierarchy', {
      textDocument: { uri: uriOf('lib.marl') },
      position: { line: 3, character: 4 },
    });
    const outgoing = await client.request<{ to: { name: string } }[]>('callHierarchy/outgoingCalls', { item: twice });
    expect(outgoing.map(one => one.to.name)).toEqual(['flip']);
  });
  test('signature help', async () => {
    const help = await ask<{ signatures: { label: string; parameters: object[] }[]; activeParameter: number }>(
      'signatureHelp',
      at('flip(▮goal'),
    );
    expect(help.signatures[0]?.label).toContain('flip(s: Side)');
    expect(help.activeParameter).toBe(0);
  });
});

describe('the shape of the file', { timeout: 60_000 }, () => {
  test('symbols of the document and of the folder', async () => {
    const symbols = await ask<{ name: string; children: { name: string }[] }[]>('documentSymbol', document);
    expect(symbols.map(one => one.name)).toEqual(['Walk', 'welfare of Walk', 'Learn']);
    expect(symbols[0]?.children.map(one => one.name)).toEqual(expect.arrayContaining(['Ann', 'Cell', 'state', 'step']));
    const found = await client.request<{ name: string }[]>('workspace/symbol', { query: 'twi' });
    expect(found.map(one => one.name)).toContain('twice');
  });
  test('folding, selections, links', async () => {
    const folds = await ask<{ startLine: number; endLine: number; kind?: string }[]>('foldingRange', document);
    expect(folds).toContainEqual({ startLine: 4, endLine: 18 });
    expect(folds).toContainEqual({ startLine: 2, endLine: 3, kind: 'comment' });
    const { position } = at('goal[p].ro▮w ==');
    type Nested = { range: Range; parent?: Nested };
    const [selection] = await ask<Nested[]>('selectionRange', { ...document, positions: [position] });
    const grown: string[] = [];
    for (let one: Nested | undefined = selection; one !== undefined; one = one.parent) grown.push(under(one.range));
    expect(grown.slice(0, 3)).toEqual(['row', 'goal[p].row', 'goal[p].row == size - 1']);
    const links = await ask<{ range: Range; target: string }[]>('documentLink', document);
    expect(links.map(one => [under(one.range), one.target])).toEqual([['"./lib.marl"', uriOf('lib.marl')]]);
  });
  test('semantic tokens, whole and of a range', async () => {
    const whole = await ask<{ data: number[] }>('semanticTokens/full', document);
    expect(whole.data.length).toBeGreaterThan(200);
    expect(whole.data.length % 5).toBe(0);
    const range = { start: { line: 4, character: 0 }, end: { line: 5, character: 99 } };
    const part = await ask<{ data: number[] }>('semanticTokens/range', { ...document, range });
    expect(part.data.length).toBeLessThan(whole.data.length / 4);
    expect(part.data[0]).toBe(4);
  });
  test('hints and lenses', async () => {
    const hints = await ask<{ position: Position; label: string }[]>('inlayHint', { ...document, range: everywhere });
    const shown = hints.map(one => `${walk.split('\n')[one.position.line]?.trim()}|${one.label}`);
    expect(shown).toContainEqual(expect.stringMatching(/^let goal\[p: agents\] .*\|: Cell$/));
    expect(shown).toContainEqual(expect.stringMatching(/^observe.*\| \d+ numbers$/));
    expect(shown).toContainEqual(expect.stringMatching(/^game Walk.*\| \d+ states, all act at once$/));
    const lenses = await ask<{ command: { title: string; command: string } }[]>('codeLens', document);
    expect(lenses.map(one => one.command.title)).toEqual(expect.arrayContaining(['Check', 'Solve']));
  });
  test('formatting: whole, range, on type', async () => {
    expect(await ask('formatting', { ...document, ...options })).toEqual([]);
    const uri = uriOf('ugly.marl');
    const ugly = 'game  G {\nagents A\n  actions {X,Y}\n  reward =   1\n  horizon 1\n}\n';
    client.open(uri, ugly);
    await client.diagnostics(uri);
    const of = async (method: string, more: object): Promise<string> =>
      applied(ugly, await ask<Edit[]>(method, { textDocument: { uri }, ...options, ...more }));
    const formatted = 'game G {\n  agents A\n  actions { X, Y }\n  reward = 1\n  horizon 1\n}\n';
    expect(await of('formatting', {})).toBe(formatted);
    const lines = { start: { line: 1, character: 0 }, end: { line: 2, character: 0 } };
    expect(await of('rangeFormatting', { range: lines })).toBe(ugly.replace('\nagents', '\n  agents'));
    expect(await of('onTypeFormatting', { position: { line: 2, character: 15 }, ch: '}' })).toBe(
      ugly.replace('{X,Y}', '{ X, Y }'),
    );
    expect(await of('onTypeFormatting', { position: { line: 5, character: 1 }, ch: '}' })).toBe(formatted);
  });
});

describe('changes that are offered', { timeout: 60_000 }, () => {
  const offered = async (start: string, end = start, only?: readonly string[]): Promise<readonly Offered[]> =>
    await ask<Offered[]>('codeAction', {
      ...document,
      range: { start: at(start).position, end: at(end).position },
      context: { diagnostics: [], ...(only === undefined ? {} : { only }) },
    });
  const titles = async (...given: Parameters<typeof offered>): Promise<readonly string[]> =>
    (await offered(...given)).map(one => one.title);
  test('at every place the ones that are of use there', async () => {
    expect(await titles('▮at: Cell')).toEqual([]);
    expect(await titles('{ ▮Stay')).toContain('Say when Stay is legal');
    expect(await titles('game Wa▮lk')).toContain('Assert what is known of this game');
    expect(await titles('I▮QL')).toEqual(
      expect.arrayContaining(['Use JAL, which fits', 'Let the agents share the sum of their rewards']),
    );
    expect(await titles('rew▮ard[p')).toContain('Pay every agent the sum of all rewards');
    expect(await titles('horizon ▮5')).toContain('Make 5 a parameter');
  });
  test('only of the kind that is asked for', async () => {
    const kinds = async (only: readonly string[]) =>
      new Set((await offered('▮goal[p].row == size', 'goal[p].row == size - 1▮', only)).map(one => one.kind));
    expect(await kinds(['refactor.extract'])).toEqual(new Set(['refactor.extract']));
    expect(await kinds(['refactor'])).toEqual(new Set(['refactor.extract']));
    expect(await kinds(['quickfix'])).toEqual(new Set());
  });
  test('their edits can be applied', async () => {
    const [extract] = await offered('▮goal[p].row == size', 'goal[p].row == size - 1▮', ['refactor.extract']);
    expect(applied(walk, extract?.edit?.changes[main] ?? [])).toContain(
      '  fn extracted(goal: Cell) = goal.row == size - 1\n  reward[p: agents] = if extracted(goal[p]) then 1 else 0\n',
    );
  });
  test('repairing a whole file, for those who ask for that', async () => {
    const uri = uriOf('wrong.marl');
    const text = 'let speed = 1\nlet twice = 2 * sped\nlet thrice = 3 * spede\n';
    client.open(uri, text);
    const { diagnostics } = await client.diagnostics(uri, (shown: Shown) => shown.diagnostics.length === 2);
    expect(diagnostics[0]).toMatchObject({ code: 'M0201', source: 'marl' });
    const request = { textDocument: { uri }, range: everywhere };
    const all = await ask<Offered[]>('codeAction', {
      ...request,
      context: { diagnostics: [], only: ['source.fixAll'] },
    });
    expect(applied(text, all[0]?.edit?.changes[uri] ?? [])).toBe(text.replace(/spede?\n/g, 'speed\n'));
    const usual = await ask<Offered[]>('codeAction', { ...request, context: { diagnostics: [] } });
    expect(usual.map(one => one.kind)).not.toContain('source.fixAll');
  });
});

describe('completion', { timeout: 60_000 }, () => {
  type Item = { label: string; detail?: string; documentation?: { value: string }; insertTextFormat: number };
  let version = 1;
  /** What is offered where something is typed instead of a piece of the program, which is put back. */
  const typed = async (piece: string, instead: string): Promise<readonly Item[]> => {
    const text = walk.replace(piece, instead.replace(mark, ''));
    const position = placeIn(text, walk.indexOf(piece) + instead.indexOf(mark));
    const change = (to: string): void =>
      client.notify('textDocument/didChange', {
        textDocument: { uri: main, version: ++version },
        contentChanges: [{ text: to }],
      });
    change(text);
    const { items } = await ask<{ items: Item[] }>('completion', { textDocument: { uri: main }, position });
    change(walk);
    return items;
  };
  test('members, settings with default and source, snippets', async () => {
    const members = await typed('goal[p].row', `goal[p].${mark}`);
    expect(members.map(one => one.label)).toEqual(['row', 'side']);
    const settings = await typed('alpha = 0.1', mark);
    const gamma = settings.find(one => one.label === 'gamma');
    expect(`${gamma?.detail} ${gamma?.documentation?.value}`).toMatch(/game/);
    const top = await typed('solve welfare of Walk\n', `${mark}\n`);
    expect(top.filter(one => one.insertTextFormat === 2).length).toBeGreaterThan(3);
  });
});

describe('what takes longer', { timeout: 90_000 }, () => {
  test('a solve is answered between the lines, with progress', async () => {
    const since = client.heard.length;
    await client.request('workspace/executeCommand', {
      command: 'marl.answer',
      arguments: [main, 'welfare of Walk'],
    });
    const line = walk.split('\n').indexOf('solve welfare of Walk');
    const answer = await eventually(async () => {
      const hints = await ask<Hint[]>('inlayHint', { ...document, range: everywhere });
      return hints.find(one => one.position.line === line);
    });
    expect(answer.label).toMatch(/^ value Ann \d.*, Bob \d/);
    expect(answer.tooltip).toMatch(/^welfare of Walk by/);
    expect(client.heard.slice(since).some(one => one.method === 'window/workDoneProgress/create')).toBe(true);
  });
  test('and can be cancelled', async () => {
    const uri = uriOf('long.marl');
    // More states than fit into a moment.
    const text =
      'game Long {\n  agents A, B\n  actions { X, Y }\n  state { n: 0..99_999 = 0 }\n  step { next n = (n * 31 + ord(action[A]) + 2 * ord(action[B])) % 100_000 }\n  reward[A] = n\n  reward[B] = 0\n  discount 0.99\n}\nsolve welfare of Long\n';
    client.open(uri, text);
    await client.diagnostics(uri);
    const since = client.heard.length;
    await client.request('workspace/executeCommand', { command: 'marl.answer', arguments: [uri, 'welfare of Long'] });
    const created = await client.until(
      heard => heard.slice(since).find(one => one.method === 'window/workDoneProgress/create'),
      'progress',
    );
    const { token } = created.params as { token: string };
    const ended = (): boolean =>
      client.heard
        .slice(since)
        .some(
          one =>
            one.method === '$/progress' &&
            (one.params as { token: string; value: { kind: string } }).token === token &&
            (one.params as { value: { kind: string } }).value.kind === 'end',
        );
    client.notify('window/workDoneProgress/cancel', { token });
    await client.until(() => (ended() ? true : undefined), 'the end of the progress');
    // The server goes on.
    expect(await ask('documentSymbol', document)).toHaveLength(3);
  });
  test('it leaves when it is told to', async () => {
    expect(await client.end()).toBe(0);
    expect(client.errors).toBe('');
  });
});
