/** Two trainings never write the same folder; what a process that is no more left behind stops nobody. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { lockName, lockRun, type RunLock } from '../../runtime/train/lock.ts';

const dir = mkdtempSync(join(tmpdir(), 'marl-lock-'));
afterAll(() => rmSync(dir, { recursive: true }));

function held(folder: string): RunLock {
  const lock = lockRun(folder);
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
  expect(refused(folder)).toMatch(new RegExp(`process ${process.pid}\\).*--out`));
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

test('another machine is believed; a file of this number from before, or a damaged one, is not', () => {
  const folder = join(dir, 'three');
  held(folder).release();
  const file = join(folder, lockName);
  writeFileSync(file, JSON.stringify({ pid: 1, host: 'elsewhere' }));
  expect(refused(folder)).toContain('on elsewhere');
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
