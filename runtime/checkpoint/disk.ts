/** What checkpoints ask of the file system. Tests hand in one that fails, fills up, or dies in the middle. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

export interface Disk {
  /** Makes one folder, in a folder that exists. */
  makeFolder(path: string): void;
  /** Writes a new file and waits until it lies on the disk. */
  write(path: string, content: string | Uint8Array): void;
  /** Waits until the names in a folder lie on the disk. */
  sync(folder: string): void;
  rename(from: string, to: string): void;
  /** Removes a file or a folder with all in it, if it is there. */
  remove(path: string): void;
  /** Names in a folder, sorted; none if there is no such folder. */
  list(folder: string): readonly string[];
  read(path: string): Uint8Array;
}

export const realDisk: Disk = {
  makeFolder: path => mkdirSync(path),
  write(path, content) {
    const file = openSync(path, 'w');
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  },
  sync(folder) {
    // Windows has no way to wait for a folder, and its renames are in order.
    if (process.platform !== 'win32') syncPath(folder);
  },
  rename: (from, to) => renameSync(from, to),
  remove: path => rmSync(path, { recursive: true, force: true }),
  list: folder => (existsSync(folder) ? readdirSync(folder).sort() : []),
  read: path => readFileSync(path),
};

/** Ends the name of what is being written beside its place; without its writer it is a leftover. */
export const unfinishedSuffix = '.new';

/**
 * Writes a file beside its place, waits until it lies on the disk, and renames it into its place: whoever reads finds the old file or
 * the new one, whole, whenever the process is killed or the power fails. Throws what the disk throws; then the old file is untouched.
 */
export function replaceFile(path: string, content: string | Uint8Array, disk: Disk = realDisk): void {
  const beside = `${path}${unfinishedSuffix}`;
  try {
    disk.write(beside, content);
  } catch (error) {
    discard(beside, disk);
    throw error;
  }
  disk.rename(beside, path);
  disk.sync(dirname(path));
}

/** A half-written file takes room that a full disk does not have; what stopped the writing is the error to report. */
export function discard(path: string, disk: Disk): void {
  try {
    disk.remove(path);
  } catch {
    // It is ignored when its place is read, and written over by the next one.
  }
}

/** Waits until a file or folder lies on the disk. */
export function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes a folder and those it lies in. (`mkdirSync` with `recursive` tries for ever below /proc.) */
export function makeFolder(dir: string): void {
  if (existsSync(dir)) return;
  const parent = dirname(dir);
  if (parent !== dir) makeFolder(parent);
  try {
    mkdirSync(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  try {
    realDisk.sync(parent);
  } catch {
    // A folder that may be written to but not read cannot be waited for.
  }
}
