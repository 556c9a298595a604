/** One process at a time writes a run folder: `running.json` in it names the one that does, and is gone when that is done. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../checkpoint/disk.ts';

export const lockName = 'running.json';

interface Holder {
  readonly pid: number;
  readonly host: string;
}

export interface RunLock {
  release(): void;
}

/** Locks of this process: a file with its own number that is not among them was left by another one that had the number before. */
const mine = new Set<string>();

/**
 * Takes the folder, which is made if need be. The lock of a process of this machine that is no more (killed, out of power) counts for
 * nothing. Undefined where no file can be written: whoever writes next says so.
 */
export function lockRun(dir: string): RunLock | { readonly error: string } | undefined {
  const file = join(dir, lockName);
  const holder = { pid: process.pid, host: hostname() };
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      makeFolder(dir);
      writeFileSync(file, `${JSON.stringify(holder)}\n`, { flag: 'wx' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST' && existsSync(file))) return undefined;
      const other = read(file);
      if (other !== undefined && isAlive(other, file)) return { error: refusal(dir, other) };
      rmSync(file, { force: true });
      continue;
    }
    mine.add(file);
    return {
      release() {
        mine.delete(file);
        rmSync(file, { force: true });
      },
    };
  }
  return { error: `${dir} is being written by another marl train` };
}

function refusal(dir: string, { pid, host }: Holder): string {
  const where = host === hostname() ? '' : ` on ${host}`;
  return `${dir} is being written by another marl train (process ${pid}${where}); wait for it, or choose another folder with --out. If that process is something else, remove ${join(dir, lockName)}`;
}

/** Of another machine nothing can be known, so it counts as alive. */
function isAlive({ pid, host }: Holder, file: string): boolean {
  if (host !== hostname()) return true;
  if (pid === process.pid) return mine.has(file);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Undefined for a file that is damaged: its writer died while it wrote. */
function read(file: string): Holder | undefined {
  try {
    const found = JSON.parse(readFileSync(file, 'utf8')) as Partial<Holder>;
    const { pid, host } = found;
    return Number.isInteger(pid) && (pid as number) > 0 && typeof host === 'string'
      ? { pid: pid as number, host }
      : undefined;
  } catch {
    return undefined;
  }
}
