/** Which `marl` is started: the setting, else the workspace's own where it is trusted, else the one of the extension. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findMarl, type Machine, runFolder, titleOf, typedPath, wordsOf } from '../../lsp/vscode/launch.ts';

const bundled = '/extension/dist/server/dist/cli/main.js';
const ours = JSON.stringify({ name: 'marl', bin: { marl: './dist/cli/main.js' }, exports: { './runtime/*': {} } });
const installed: Readonly<Record<string, string>> = {
  [join('/games', 'node_modules', 'marl', 'package.json')]: ours,
  [join('/games', 'node_modules', 'marl', 'dist', 'cli', 'main.js')]: '',
};

function machine(change: Partial<Machine> = {}, files = installed): Machine {
  return {
    setting: '',
    folders: ['/games/poker'],
    trusted: true,
    bundled,
    node: '/usr/bin/node',
    electron: false,
    home: '/home/ada',
    read: path => files[path],
    ...change,
  };
}

test('the package of the workspace, found in the folder or above it', () => {
  const found = findMarl(machine());
  expect(found.origin).toBe('workspace');
  expect(found.args).toEqual([join('/games', 'node_modules', 'marl', 'dist', 'cli', 'main.js')]);
  expect(findMarl(machine({}, {})).origin).toBe('bundled');
  expect(findMarl(machine({ folders: [] })).args).toEqual([bundled]);
});

test('nothing of an untrusted workspace is started', () => {
  const found = findMarl(machine({ trusted: false }));
  expect(found).toMatchObject({ origin: 'bundled', command: '/usr/bin/node', args: [bundled] });
});

test('another package that is called marl, or one that leads out of itself, is not ours', () => {
  const file = join('/games', 'node_modules', 'marl', 'package.json');
  const bad = (text: string) => findMarl(machine({}, { ...installed, [file]: text })).origin;
  expect(bad(JSON.stringify({ name: 'marl', bin: { marl: './dist/cli/main.js' } }))).toBe('bundled');
  expect(bad(JSON.stringify({ bin: { marl: '../../../evil.js' }, exports: { './runtime/*': {} } }))).toBe('bundled');
  expect(bad('{')).toBe('bundled');
});

test('the setting names a command or a file; Electron is told to be Node', () => {
  expect(findMarl(machine({ setting: ' marl ' }))).toMatchObject({ command: 'marl', args: [], origin: 'setting' });
  expect(findMarl(machine({ setting: '~/marl/cli/main.ts', electron: true }))).toMatchObject({
    command: '/usr/bin/node',
    args: ['/home/ada/marl/cli/main.ts'],
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
  expect(findMarl(machine({ setting: '${workspaceFolder}/m.js' })).args).toEqual(['/games/poker/m.js']);
});

test('the words of a task', () => {
  expect(wordsOf({ verb: 'train', file: 'a.marl', name: 'Learn', options: ['--workers', '2'] })).toEqual([
    'train',
    'a.marl:Learn',
    '--workers',
    '2',
  ]);
  // A name with a blank or a sign of the shell stays one word: no shell reads it.
  expect(wordsOf({ verb: 'solve', file: 'my games/a;b.marl', name: '' })).toEqual(['solve', 'my games/a;b.marl']);
  expect(wordsOf({ verb: 'check', file: 'a.marl', name: 'G' })).toEqual(['check', 'a.marl']);
  expect(titleOf({ verb: 'emit', file: 'a.marl', name: 'L', options: ['-o', 'x'] })).toBe('emit a.marl:L');
  expect(typedPath('/games', '/games/poker/kuhn.marl')).toBe(join('poker', 'kuhn.marl'));
  expect(typedPath('/games', '/other/kuhn.marl')).toBe('/other/kuhn.marl');
  expect(runFolder('/games', 'Learn')).toBe(join('/games', 'runs', 'Learn'));
  expect(runFolder('/games', 'Learn', ['--out', 'here', '--workers', '2'])).toBe(join('/games', 'here'));
  expect(runFolder('/games', 'Learn', ['--out=/there'])).toBe('/there');
});
