/** What the file host reads and what it refuses. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileHost, readText } from '../../cli/host.ts';
import { splitTarget } from '../../cli/open.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'marl-host-'));
  mkdirSync(join(root, 'project/games/deep'), { recursive: true });
  writeFileSync(join(root, 'project/package.json'), '{}');
  writeFileSync(join(root, 'project/games/entry.marl'), '');
  writeFileSync(join(root, 'project/games/deep/below.marl'), '');
  writeFileSync(join(root, 'project/beside.marl'), '');
  writeFileSync(join(root, 'secret.marl'), 'game Secret {}');
  symlinkSync(join(root, 'secret.marl'), join(root, 'project/games/link.marl'));
  symlinkSync(root, join(root, 'project/games/up'));
  mkdirSync(join(root, 'loose/sub'), { recursive: true });
  writeFileSync(join(root, 'loose/sub/alone.marl'), '');
  writeFileSync(join(root, 'loose/outside.marl'), '');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('imports', () => {
  const host = () => fileHost(join(root, 'project'), 'games/entry.marl', undefined);

  test('reach files below the project folder, shown from the working folder', () => {
    expect(host().resolve('games/entry.marl', './deep/below.marl')).toEqual({ path: 'games/deep/below.marl' });
    expect(host().resolve('games/entry.marl', '../beside.marl')).toEqual({ path: 'beside.marl' });
  });

  test('reach the entry itself under the name it was given', () => {
    expect(host().resolve('games/deep/below.marl', '../entry.marl')).toEqual({ path: 'games/entry.marl' });
    const absolute = join(root, 'project/games/entry.marl');
    expect(fileHost(root, absolute, undefined).resolve(absolute, './deep/../entry.marl')).toEqual({ path: absolute });
  });

  test.each([
    ['../../secret.marl', /below its project folder/],
    ['./link.marl', /leads out of the project/],
    ['./up/secret.marl', /leads out of the project/],
    ['/etc/passwd', /relative to the file/],
    ['C:\\secret.marl', /relative to the file/],
    ['./missing.marl', /no such file/],
  ])('%s is refused', (file, why) => {
    const found = host().resolve('games/entry.marl', file);
    expect(found).toHaveProperty('error');
    expect((found as { error: string }).error).toMatch(why);
  });

  test('without a project, only the folder of the entry is open', () => {
    const alone = fileHost(join(root, 'loose'), 'sub/alone.marl', undefined);
    expect(alone.resolve('sub/alone.marl', '../outside.marl')).toHaveProperty('error');
  });

  test('a library file cannot reach out of the library', () => {
    expect(host().resolve('std:games/Kuhn.marl', '../../package.json')).toHaveProperty('error');
    expect(host().resolve('std:games/Kuhn.marl', './Leduc.marl')).toEqual({ path: 'std:games/Leduc.marl' });
  });
});

describe('the library', () => {
  test('finds the file that declares a game, also where the file is called otherwise', () => {
    const host = fileHost(root, 'x.marl', undefined);
    expect(host.library('games', 'Kuhn')).toBe('std:games/Kuhn.marl');
    expect(host.library('games', 'FullyStochasticClimbing')).toBe('std:games/Climbing.marl');
    expect(host.library('games', 'Khun')).toBeUndefined();
    expect(host.library('..', 'Kuhn')).toBeUndefined();
    expect(host.library('games', '__proto__')).toBeUndefined();
    expect(host.libraryNames('games')).toContain('Soccer');
    expect(host.read('std:games/Kuhn.marl')).toHaveProperty('text');
  });
});

describe('reading', () => {
  const write = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(join(root, name), bytes);
    return join(root, name);
  };

  test('UTF-8 with or without a byte order mark', () => {
    expect(readText(write('plain.marl', 'game Ä'))).toEqual({ text: 'game Ä' });
    expect(readText(write('bom.marl', Buffer.from([0xef, 0xbb, 0xbf, 0x61])))).toEqual({ text: 'a' });
  });

  test.each([
    ['utf16.marl', Buffer.from('\ufeffgame G', 'utf16le'), /UTF-16/],
    ['latin1.marl', Buffer.from('// one\ngame \xe4 {}\n', 'latin1'), /not UTF-8 text: line 2/],
    ['binary.marl', Buffer.from([0x61, 0, 0x62]), /zero bytes/],
    ['large.marl', Buffer.alloc(17 * 1024 * 1024, 0x20), /larger than 16 MB/],
  ])('%s is refused with its reason', (name, bytes, why) => {
    const found = readText(write(name, bytes));
    expect(found).toHaveProperty('error');
    expect((found as { error: string }).error).toMatch(why);
  });

  test('folders, devices, missing files, impossible names', () => {
    expect(readText(root)).toEqual({ error: 'it is a folder' });
    expect(readText('/dev/zero')).toEqual({ error: 'it is a device, not a file' });
    expect(readText(join(root, 'none.marl'))).toEqual({ error: 'there is no such file' });
    expect(readText(join(root, 'plain.marl', 'x'))).toEqual({ error: 'there is no such file' });
    expect(readText(join(root, 'n'.repeat(5000)))).toEqual({ error: 'its name is too long' });
    expect(readText('a\0b')).toEqual({ error: 'its name holds a zero byte' });
  });

  test('a pipe is read', () => {
    const fifo = join(root, 'pipe');
    execFileSync('mkfifo', [fifo]);
    spawn('sh', ['-c', `printf 'game P' > '${fifo}'`], { stdio: 'ignore' });
    expect(readText(fifo)).toEqual({ text: 'game P' });
  });
});

describe('FILE:name', () => {
  const exists = (path: string): boolean => path === 'odd:file.marl';
  test.each([
    ['a.marl', 'a.marl', undefined],
    ['a.marl:G', 'a.marl', 'G'],
    ['std.games.Kuhn:Learn', 'std.games.Kuhn', 'Learn'],
    ['-:G', '-', 'G'],
    ['dir:x/a.marl', 'dir:x/a.marl', undefined],
    ['odd:file.marl', 'odd:file.marl', undefined],
    ['C:\\games\\a.marl', 'C:\\games\\a.marl', undefined],
    ['C:\\games\\a.marl:G', 'C:\\games\\a.marl', 'G'],
    ['a.marl:nash of G', 'a.marl', 'nash of G'],
    ['a.marl:', 'a.marl', undefined],
  ])('%s', (typed, file, name) => {
    expect(splitTarget(typed, exists)).toEqual({ file, name });
  });
});
