/** Two trainings never write the same folder; what a process that is no more left behind stops nobody. */
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { lockName, lockRun, lost, patience, type RunLock, renew } from '../../runtime/train/lock.ts';

const dir = mkdtempSync(join(tmpdir(), 'marl-lock-'));
afterAll(() => rmSync(dir, { recursive: true }));

function held(folder: string, takeOver = false): RunLock {
  const lock = lockRun(folder, takeOver);
  if (lock === undefined || 'error' in lock) throw new Error(lock?.error ?? 'not written');
  return lock;
}

const refused = (folder: string): string | undefined => {
  const lock = lockRun(folder);
  return lock !== undefined && 'error' in lock ? lock.error : undefined;
};

test('the second is refused until the first is done', () => {
  const folder = join(dir, 'one');
  const lock = held(folder);
  expect(refused(folder)).toMatch(
    new RegExp(`process ${process.pid}, last sign of life \\d+ s ago\\).*--out.*--take-over`),
  );
  lock.release();
  expect(existsSync(join(folder, lockName))).toBe(false);
  held(folder).release();
});

test('a living process of another number keeps its folder, a dead one does not', async () => {
  const folder = join(dir, 'two');
  held(folder).release();
  const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
  const file = join(folder, lockName);
  writeFileSync(file, JSON.stringify({ pid: other.pid, host: hostname() }));
  expect(refused(folder)).toContain(`process ${other.pid}`);
  const gone = new Promise(resolve => other.once('exit', resolve));
  other.kill('SIGKILL');
  await gone;
  held(folder).release();
});

test('another machine is believed while it shows life; a file of this number from before, or a damaged one, is not', () => {
  const folder = join(dir, 'three');
  held(folder).release();
  const file = join(folder, lockName);
  writeFileSync(file, JSON.stringify({ pid: 1, host: 'elsewhere' }));
  expect(refused(folder)).toMatch(
    /process 1 on elsewhere, last sign of life \d+ s ago\).*--out.*in (5 min|\d+ s), after 5 min without a sign of life, or at once with --take-over/,
  );
  expect(readFileSync(file, 'utf8')).toContain('elsewhere');
  for (const left of [JSON.stringify({ pid: process.pid, host: hostname() }), '{"pid":', '{"pid":-1,"host":"x"}']) {
    writeFileSync(file, left);
    held(folder).release();
  }
});

test('where no file can be written there is no lock and no error: the run itself says what is wrong', () => {
  const file = join(dir, 'a-file');
  writeFileSync(file, '');
  expect(lockRun(file)).toBeUndefined();
});

/** Sets the last sign of life of the holder of a folder back by some seconds. */
function age(folder: string, seconds: number): void {
  const file = join(folder, lockName);
  const then = statSync(file).mtimeMs / 1000 - seconds;
  utimesSync(file, then, then);
}

function elsewhere(folder: string): string {
  held(folder).release();
  const text = `${JSON.stringify({ pid: 17, host: 'node17', token: 'theirs' })}\n`;
  writeFileSync(join(folder, lockName), text);
  return text;
}

describe('a holder on another machine', () => {
  test('that was killed is taken for dead after some minutes, and that is said', () => {
    const folder = join(dir, 'killed');
    elsewhere(folder);
    age(folder, patience - 30);
    expect(refused(folder)).toMatch(/last sign of life 5 min ago.* in (2\d|30) s, after/);
    age(folder, patience + 1);
    const lock = held(folder);
    expect(lock.notes).toEqual([expect.stringMatching(/was held by process 17 on node17, .*; it is taken for dead$/)]);
    expect(readdirSync(folder)).toEqual([lockName]);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('gives way at once where that is asked for', () => {
    const folder = join(dir, 'asked');
    elsewhere(folder);
    expect(refused(folder)).toBeDefined();
    const lock = held(folder, true);
    expect(lock.notes).toEqual([expect.stringContaining('was taken from process 17 on node17')]);
    lock.release();
  });

  test('that keeps on writing the file keeps its folder, however long it takes', () => {
    const folder = join(dir, 'alive');
    const text = elsewhere(folder);
    age(folder, 10 * patience);
    renew({ file: join(folder, lockName), token: 'theirs' });
    expect(readFileSync(join(folder, lockName), 'utf8')).toBe(text);
    expect(refused(folder)).toMatch(/last sign of life \d+ s ago/);
  });
});

test('whoever lost the folder knows, touches nothing of the other and does not take its lock away', () => {
  const folder = join(dir, 'lost');
  const first = held(folder);
  expect(lost(first.claim)).toBeUndefined();
  const second = held(folder, true);
  expect(lost(first.claim)).toMatch(new RegExp(`another marl train has taken over \\(process ${process.pid}\\)`));
  expect(lost(second.claim)).toBeUndefined();
  age(folder, 1000);
  const before = statSync(join(folder, lockName)).mtimeMs;
  renew(first.claim);
  first.release();
  expect(statSync(join(folder, lockName)).mtimeMs).toBe(before);
  renew(second.claim);
  expect(statSync(join(folder, lockName)).mtimeMs).toBeGreaterThan(before);
  second.release();
  expect(lost(second.claim)).toContain('is gone');
});
