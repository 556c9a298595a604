/** The compiler's eyes on the file system: what may be read, and why something may not. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Host } from '../compiler/api.ts';
import { Library } from './library.ts';
import { packageRoot } from './package.ts';

/** The name of the program read from standard input, as messages show it. */
export const stdinPath = '<stdin>';
const largest = 16 * 1024 * 1024;

type Read = { readonly text: string } | { readonly error: string };

export interface FileHost extends Host {
  readonly library: Host['library'];
  /** Names and folders of the library, for suggestions. */
  readonly groups: () => readonly string[];
}

/**
 * A host for one entry file. Paths are shown relative to `cwd` as the user would type them; a file reached in two ways has
 * one path, so that import cycles are seen.
 *
 * @param entry the path as typed, or `stdinPath`
 * @param stdin the text of standard input, if it has been read
 */
export function fileHost(cwd: string, entry: string, stdin: Read | undefined): FileHost {
  const stdlib = join(packageRoot(), 'stdlib');
  const library = new Library(stdlib);
  const entryFolder = entry === stdinPath || isLibrary(entry) ? cwd : dirname(resolve(cwd, entry));
  const root = projectRoot(entryFolder);
  const shown = new Map<string, string>();
  if (entry !== stdinPath && !isLibrary(entry)) shown.set(realPath(resolve(cwd, entry)), entry);

  return {
    read(path) {
      if (path === stdinPath) return stdin ?? { error: 'standard input was not read' };
      if (isLibrary(path)) return readText(Library.file(stdlib, path));
      return readText(resolve(cwd, path));
    },
    resolve(from, file) {
      if (isLibrary(from)) return resolveInLibrary(stdlib, from, file);
      if (isAbsolute(file) || /^[A-Za-z]:/.test(file))
        return { error: 'an import is written relative to the file it stands in' };
      const folder = from === stdinPath ? cwd : dirname(resolve(cwd, from));
      const target = resolve(folder, file);
      // Both the path as written and what it leads to through links must stay below the root.
      if (!isBelow(target, root) && !isBelow(target, realPath(root))) return { error: outside(root, cwd) };
      if (!existsSync(target)) return { error: 'there is no such file' };
      const real = realPath(target);
      if (!isBelow(real, realPath(root)))
        return { error: `it is a link that leads out of the project; ${outside(root, cwd)}` };
      let path = shown.get(real);
      if (path === undefined) {
        path = displayPath(cwd, target);
        shown.set(real, path);
      }
      return { path };
    },
    library: (group, name) => library.find(group, name),
    libraryNames: group => library.names(group),
    groups: () => library.groups(),
  };
}

export function isLibrary(path: string): boolean {
  return path.startsWith('std:');
}

/** Reads UTF-8 text; every reason for failing is a sentence piece that fits behind "cannot be read:". */
export function readText(file: string): Read {
  try {
    const found = statSync(file);
    if (found.isDirectory()) return { error: 'it is a folder' };
    // A pipe ends; a device such as /dev/zero need not.
    if (!found.isFile() && !found.isFIFO()) return { error: 'it is a device, not a file' };
    if (found.size > largest) return { error: tooLarge };
    return decode(readFileSync(file));
  } catch (error) {
    return { error: reason(error) };
  }
}

const tooLarge = `it is larger than ${largest / 1024 / 1024} MB`;

/** Bytes to text: UTF-8 with or without its mark; the message says what else they look like. */
export function decode(bytes: Uint8Array): Read {
  if (bytes.length > largest) return { error: tooLarge };
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return { error: 'it is UTF-16 text, and programs are UTF-8; save it as UTF-8' };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.includes('\0')) return { error: 'it holds zero bytes, so it is not text' };
    return { text };
  } catch {
    return {
      error: `it is not UTF-8 text: line ${firstBadLine(bytes)} holds a byte that is part of no character; save it as UTF-8`,
    };
  }
}

/** Line (from 1) of the first byte that no UTF-8 text can have there. */
function firstBadLine(bytes: Uint8Array): number {
  let low = 0;
  let high = bytes.length;
  // A prefix decodes in streaming mode exactly if it holds no bad byte: search the longest such prefix.
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (decodes(bytes.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  return bytes.subarray(0, low).reduce((line, byte) => line + (byte === 10 ? 1 : 0), 1);
}

function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** A file system error in words. */
export function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'there is no such file';
    case 'EACCES':
    case 'EPERM':
      return 'permission is denied';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENAMETOOLONG':
      return 'its name is too long';
    case 'ELOOP':
      return 'its links lead in a circle';
    case 'EEXIST':
      return 'it exists already';
    case 'ENOSPC':
      return 'the disk is full';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ERR_INVALID_ARG_VALUE':
      return 'its name holds a zero byte';
    default:
      return code === undefined ? 'the system gives no reason' : `the system says ${code}`;
  }
}

function resolveInLibrary(stdlib: string, from: string, file: string): { path: string } | { error: string } {
  const target = resolve(dirname(Library.file(stdlib, from)), file);
  if (!isBelow(target, stdlib)) return { error: 'a library file imports only from the library' };
  if (!existsSync(target)) return { error: 'there is no such file' };
  return { path: `std:${relative(stdlib, target).split(sep).join('/')}` };
}

/** The nearest folder upwards with a package.json or .git, else the folder itself. */
export function projectRoot(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json')) || existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return folder;
  }
}

function outside(root: string, cwd: string): string {
  return `a program may only import files below its project folder \`${relative(cwd, root) || '.'}\``;
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function displayPath(cwd: string, path: string): string {
  const way = relative(cwd, path);
  return way.startsWith('..') || isAbsolute(way) ? path : way.split(sep).join('/');
}
