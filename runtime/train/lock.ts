/**
 * One process at a time writes a run folder: `running.json` in it names the one that does, and is gone when that is done.
 *
 * While it lives, the writer writes the file again from time to time. The hold of a process of this machine ends with it; of another
 * machine nothing can be asked, so there it ends when the file has not been written for `patience`. Whoever lost the folder (it was
 * suspended, or somebody used `--take-over`) finds another name in the file, or none, and writes no more: two writers would spoil it.
 *
 * Ages are differences between times that the file system itself gave: the clocks of two machines may differ, and no clock has any part
 * in what is learned.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  linkSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../checkpoint/disk.ts';

export const lockName = 'running.json';

/** Names of what taking a lock may leave behind, where the process is killed in the middle of it. */
export const lockLeftover = /^running\.json\..+\.(probe|old)$/;

/** Seconds between two signs of life. */
const interval = 20;

/** Seconds without a sign of life after which a process of another machine is taken for dead. */
export const patience = 300;

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Tells one hold from all others. Versions of Marl that did not renew their holds wrote none. */
  readonly token?: string;
}

/** Who may write a folder. Plain data: the threads of a training get it, too. */
export interface Claim {
  readonly file: string;
  readonly token: string;
}

export interface RunLock {
  readonly claim: Claim;
  /** What a person should know of how the folder was taken. */
  readonly notes: readonly string[];
  release(): void;
}

/** Locks of this process: a file with its own number that is not among them was left by another one that had the number before. */
const mine = new Set<string>();

/**
 * Takes the folder, which is made if need be. Undefined where no file can be written: whoever writes next says so.
 *
 * @param takeOver take it from whoever has it
 */
export function lockRun(dir: string, takeOver = false): RunLock | { readonly error: string } | undefined {
  const file = join(dir, lockName);
  const token = randomUUID();
  const notes: string[] = [];
  // Others may come in between; who is beaten three times in a row lets them.
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      makeFolder(dir);
      writeFileSync(file, `${JSON.stringify({ pid: process.pid, host: hostname(), token })}\n`, { flag: 'wx' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST' && existsSync(file))) return undefined;
      const found = held(file, token);
      if (found === undefined) continue;
      const { text, holder, age } = found;
      if (holder !== undefined && isAlive(holder, file, age)) {
        if (!takeOver) return { error: refusal(dir, holder, age) };
        notes.push(`${dir} was taken from ${whoText(holder)}, ${ageText(age)}: if it still runs, it ends`);
      } else if (holder !== undefined && holder.host !== hostname())
        notes.push(`${dir} was held by ${whoText(holder)}, ${ageText(age)}; it is taken for dead`);
      putAside(file, text, token);
      continue;
    }
    mine.add(file);
    const claim = { file, token };
    const beat = setInterval(() => renew(claim), 1000 * interval);
    beat.unref();
    return {
      claim,
      notes,
      release() {
        clearInterval(beat);
        mine.delete(file);
        if (lost(claim) === undefined) rmSync(file, { force: true });
      },
    };
  }
  return { error: `${dir} is being written by another marl train` };
}

/** Why the holder of a claim may not write any more; undefined where it may. */
export function lost({ file, token }: Claim): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    // What cannot be read just now (a network that is down) says nothing.
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? `${file} is gone: the folder was removed, or another marl train had it meanwhile`
      : undefined;
  }
  const holder = holderIn(text);
  if (holder?.token === token) return undefined;
  return `another marl train has taken over (${holder === undefined ? `${file} is damaged` : whoText(holder)})`;
}

/** A sign of life: the same bytes again. By the open file, so that a file that another one put in its place is not touched. */
export function renew({ file, token }: Claim): void {
  try {
    const opened = openSync(file, 'r+');
    try {
      const bytes = Buffer.alloc(1000);
      const length = readSync(opened, bytes, 0, bytes.length, 0);
      if (holderIn(bytes.toString('utf8', 0, length))?.token === token) writeSync(opened, bytes, 0, length, 0);
    } finally {
      closeSync(opened);
    }
  } catch {
    // Its threads find out what is wrong with the folder when they write.
  }
}

interface Held {
  readonly text: string;
  /** Undefined for a file that is damaged: its writer died while it wrote. */
  readonly holder: Holder | undefined;
  /** Seconds since the last sign of life; undefined where it cannot be measured. */
  readonly age: number | undefined;
}

/** Undefined where the file is gone by now. */
function held(file: string, token: string): Held | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return { text, holder: holderIn(text), age: ageOf(file, token) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return { text: '', holder: undefined, age: undefined };
  }
}

/** A new file beside the old one shows what time the file system has now. */
function ageOf(file: string, token: string): number | undefined {
  const probe = `${file}.${token}.probe`;
  try {
    writeFileSync(probe, '');
    return Math.max(0, (statSync(probe).mtimeMs - statSync(file).mtimeMs) / 1000);
  } catch {
    return undefined;
  } finally {
    rmSync(probe, { force: true });
  }
}

/** Removes the lock with this text, and no other: one that came between reading and renaming gets its name back. */
function putAside(file: string, text: string, token: string): void {
  const aside = `${file}.${token}.old`;
  try {
    renameSync(file, aside);
    if (readFileSync(aside, 'utf8') !== text) linkSync(aside, file);
  } catch {
    // It is gone already, or a third one has the name.
  }
  rmSync(aside, { force: true });
}

function refusal(dir: string, holder: Holder, age: number | undefined): string {
  const by = `${dir} is being written by another marl train (${whoText(holder)}, ${ageText(age)})`;
  const free = `in ${durationText(patience - (age ?? 0))}, after ${durationText(patience)} without a sign of life`;
  const late = holder.host === hostname() ? '' : `${free}, or `;
  return `${by}; wait for it, or choose another folder with --out. If it is dead, the folder can be taken ${late}at once with --take-over`;
}

function whoText({ pid, host }: Holder): string {
  return host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
}

function ageText(age: number | undefined): string {
  return age === undefined ? 'its last sign of life unknown' : `last sign of life ${durationText(age)} ago`;
}

/** `40 s`, `7 min`, `3 h`. */
function durationText(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  if (seconds < 6000) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.ceil(seconds / 3600)} h`;
}

/** A process of this machine can be asked for; suspended or busy, it counts as alive. */
function isAlive({ pid, host }: Holder, file: string, age: number | undefined): boolean {
  if (host !== hostname()) return age === undefined || age < patience;
  if (pid === process.pid) return mine.has(file);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function holderIn(text: string): Holder | undefined {
  try {
    const found = JSON.parse(text) as Partial<Holder> | null;
    const { pid, host, token } = found ?? {};
    if (!Number.isInteger(pid) || (pid as number) <= 0 || typeof host !== 'string') return undefined;
    return { pid: pid as number, host, ...(typeof token === 'string' ? { token } : {}) };
  } catch {
    return undefined;
  }
}
