/** Faults while checkpoints are written and after: what was there before is never lost, and nothing torn is taken for whole. */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Disk, realDisk, replaceFile } from '../../runtime/checkpoint/disk.ts';
import type { Manifest } from '../../runtime/checkpoint/manifest.ts';
import { keepOnly, readCheckpoint, writeCheckpoint } from '../../runtime/checkpoint/store.ts';
import type { Arrays } from '../../runtime/learners/shared/learner.ts';
import type { Evaluation } from '../../runtime/train/evaluate.ts';
import { trainSpec } from '../learners/support.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'marl-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const state = (step: number): Omit<Manifest, 'format' | 'tensors'> => ({
  marl: '0',
  spec: trainSpec('IQL'),
  engine: undefined,
  seed: 1,
  step,
  episode: step,
  evaluations: 0,
  reason: 'running',
  final: undefined,
});
const arraysAt = (step: number): Arrays =>
  new Map<string, Float64Array | Uint8Array>([
    ['learner.q', Float64Array.from({ length: 100 }, (_, k) => k * step)],
    ['buffers.ended', Uint8Array.of(step % 256)],
  ]);
const write = (step: number, disk: Disk = realDisk, only = false) =>
  writeCheckpoint(dir, state(step), arraysAt(step), only, disk);

function whole(): number {
  const found = readCheckpoint(dir);
  if ('error' in found) throw new Error(found.error);
  expect(found.arrays).toEqual(arraysAt(found.manifest.step));
  return found.manifest.step;
}

/** A disk whose operation number `fatal` is cut off in the middle, as by a killed process: nothing happens after it. */
function dying(fatal: number): { disk: Disk; count: () => number } {
  let count = 0;
  const turn = (last: () => void, body: () => void) => {
    count++;
    if (count < fatal) return body();
    if (count === fatal) last();
    throw new Error('killed');
  };
  const half = (content: string | Uint8Array) =>
    typeof content === 'string' ? content.slice(0, content.length / 2) : content.subarray(0, content.length / 2);
  const disk: Disk = {
    makeFolder: path =>
      turn(
        () => undefined,
        () => realDisk.makeFolder(path),
      ),
    write: (path, content) =>
      turn(
        () => writeFileSync(path, half(content)),
        () => realDisk.write(path, content),
      ),
    sync: folder =>
      turn(
        () => undefined,
        () => realDisk.sync(folder),
      ),
    rename: (from, to) =>
      turn(
        () => undefined,
        () => realDisk.rename(from, to),
      ),
    // A folder is removed file by file.
    remove: path =>
      turn(
        () => rmSync(join(path, 'tensors.safetensors'), { force: true }),
        () => realDisk.remove(path),
      ),
    list: realDisk.list,
    read: realDisk.read,
  };
  return { disk, count: () => count };
}

describe('killed while writing', () => {
  for (const [name, before, next, only] of [
    ['the first', [], 100, false],
    ['the second', [100], 200, false],
    ['the third, which removes the first', [100, 200], 300, false],
    ['the last, which removes all others', [100, 200], 300, true],
    ['the same step again', [100, 200], 200, false],
    ['after damage and a new start', [100, 900], 200, false],
  ] as const) {
    test(`${name}: what is found is the one before or the new one, and the next writes over the rest`, () => {
      const counting = dying(Number.POSITIVE_INFINITY);
      const prepare = () => {
        for (const other of readdirSync(dir)) rmSync(join(dir, other), { recursive: true });
        for (const step of before) write(step);
        if (before.some(step => step === 900)) rmSync(join(dir, 'step-900', 'manifest.json'));
      };
      prepare();
      write(next, counting.disk, only);
      expect(whole()).toBe(next);
      expect(counting.count()).toBeGreaterThan(5);
      const sound = Math.max(0, ...before.filter(step => step !== 900));
      for (let fatal = 1; fatal <= counting.count(); fatal++) {
        prepare();
        expect(() => write(next, dying(fatal).disk, only)).toThrow('killed');
        if (sound > 0) expect([sound, next]).toContain(whole());
        else if (!('error' in readCheckpoint(dir))) expect(whole()).toBe(next);
        // Whoever goes on is not hindered by what was left.
        write(next + 50);
        expect(whole()).toBe(next + 50);
        expect(readdirSync(dir).filter(other => other.endsWith('.new'))).toEqual([]);
      }
    });
  }
});

test('a full disk: the error is told, the one before stays, and no half remains', () => {
  write(100);
  const full: Disk = {
    ...realDisk,
    write(path, content) {
      if (path.endsWith('.safetensors')) return realDisk.write(path, content);
      writeFileSync(path, content.slice(0, 10));
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    },
  };
  expect(() => write(200, full)).toThrow('no space left');
  expect(readdirSync(dir)).toEqual(['step-100']);
  expect(whole()).toBe(100);
});

describe('a file that is replaced', () => {
  const steps = (): { disk: Disk; seen: string[] } => {
    const seen: string[] = [];
    const disk: Disk = {
      ...realDisk,
      write(path, content) {
        seen.push(`write ${basename(path)}`);
        realDisk.write(path, content);
      },
      rename(from, to) {
        seen.push(`rename ${basename(from)} to ${basename(to)}`);
        realDisk.rename(from, to);
      },
      sync(folder) {
        seen.push(folder === dir ? 'sync the folder' : `sync ${folder}`);
        realDisk.sync(folder);
      },
    };
    return { disk, seen };
  };

  test('is written beside its place, renamed, and its folder waited for, in this order', () => {
    const { disk, seen } = steps();
    replaceFile(join(dir, 'a.json'), '{}', disk);
    expect(seen).toEqual(['write a.json.new', 'rename a.json.new to a.json', 'sync the folder']);
    expect(readdirSync(dir)).toEqual(['a.json']);
  });

  test('stays as it was where the disk is full, and nothing is left beside it', () => {
    replaceFile(join(dir, 'a.json'), 'old');
    const full: Disk = {
      ...realDisk,
      write(path, content) {
        writeFileSync(path, content.slice(0, 1));
        throw new Error('no space left on device');
      },
    };
    expect(() => replaceFile(join(dir, 'a.json'), 'new', full)).toThrow('no space left');
    expect(readdirSync(dir)).toEqual(['a.json']);
    expect(readFileSync(join(dir, 'a.json'), 'utf8')).toBe('old');
  });
});

test('two are kept while training goes on, one at the end', () => {
  for (const step of [100, 200, 300]) write(step);
  expect(readdirSync(dir)).toEqual(['step-200', 'step-300']);
  write(1000, realDisk, true);
  expect(readdirSync(dir)).toEqual(['step-1000']);
});

describe('damage after writing is seen, named, and the one before is used', () => {
  const tensors = () => join(dir, 'step-200', 'tensors.safetensors');
  const manifest = () => join(dir, 'step-200', 'manifest.json');
  const flip = (file: string, at: number) => {
    const bytes = readFileSync(file);
    bytes[at]! ^= 1;
    writeFileSync(file, bytes);
  };
  const edit = (changes: object) =>
    writeFileSync(manifest(), JSON.stringify({ ...JSON.parse(readFileSync(manifest(), 'utf8')), ...changes }));
  const evaluation: Evaluation = {
    episodes: 1,
    policy: 'greedy',
    reduction: 'mean over agents',
    return: { mean: 1e6, stderr: 0 },
    discounted: { mean: 1e6, stderr: 0 },
    returns: [{ mean: 1e6, stderr: 0 }],
    length: { mean: 1, stderr: 0 },
    cut: 0,
  };
  test.each<[string, () => void, RegExp]>([
    ['a cut file', () => writeFileSync(tensors(), readFileSync(tensors()).subarray(0, -8)), /bytes instead of/],
    ['a longer file', () => appendFileSync(tensors(), 'x'), /bytes instead of/],
    ['a flipped bit in the last number', () => flip(tensors(), readFileSync(tensors()).length - 1), /SHA-256 differs/],
    ['a flipped bit in the header', () => flip(tensors(), 20), /SHA-256 differs/],
    ['no tensors', () => rmSync(tensors()), /tensors\.safetensors is missing/],
    ['no manifest', () => rmSync(manifest()), /its manifest is missing/],
    [
      'a cut manifest',
      () => writeFileSync(manifest(), readFileSync(manifest()).subarray(0, 50)),
      /its manifest is damaged/,
    ],
    ['an empty manifest', () => writeFileSync(manifest(), '{}'), /its manifest is damaged/],
    [
      'a manifest that names another file',
      () =>
        writeFileSync(
          manifest(),
          readFileSync(manifest(), 'utf8').replace('tensors.safetensors', '../step-100/tensors.safetensors'),
        ),
      /its manifest is damaged/,
    ],
    [
      'a later format',
      () => writeFileSync(manifest(), readFileSync(manifest(), 'utf8').replace('"format": 2', '"format": 9')),
      /format 9, and this version of marl reads format 2/,
    ],
    ['no last evaluation', () => edit({ final: {} }), /its manifest is damaged: final\.episodes is missing/],
    [
      'a mean that is a text',
      () => edit({ final: { ...evaluation, return: { mean: 'x', stderr: 0 } } }),
      /final\.return\.mean is not a number/,
    ],
    ['another step', () => edit({ step: 999_999 }), /changed after it was written/],
    ['another end', () => edit({ reason: 'budget' }), /changed after it was written/],
    ['a better return', () => edit({ final: evaluation }), /changed after it was written/],
    ['a manifest without its hash', () => edit({ sha256: undefined }), /sha256 is missing/],
    [
      'another step in a manifest of the format before',
      () => edit({ format: 1, sha256: undefined, step: 999_999 }),
      /its manifest says that it is of step 999999/,
    ],
    [
      'the folder of another step',
      () => renameSync(join(dir, 'step-200'), join(dir, 'step-300')),
      /its manifest says that it is of step 200/,
    ],
  ])('%s', (_, damage, sentence) => {
    write(100);
    write(200);
    damage();
    const found = readCheckpoint(dir);
    if ('error' in found) throw new Error(found.error);
    expect(found.manifest.step).toBe(100);
    expect(found.arrays).toEqual(arraysAt(100));
    expect(found.damaged).toEqual([expect.stringMatching(sentence)]);
    rmSync(join(dir, 'step-100'), { recursive: true });
    expect(readCheckpoint(dir)).toEqual({ error: expect.stringMatching(sentence), absent: false });
    expect(readdirSync(dir)).toHaveLength(1);
  });

  test('a manifest set out in another way, or of the format before the hash, is read', () => {
    write(200);
    const { sha256: _, ...facts } = JSON.parse(readFileSync(manifest(), 'utf8'));
    writeFileSync(manifest(), JSON.stringify(JSON.parse(readFileSync(manifest(), 'utf8'))));
    expect(whole()).toBe(200);
    writeFileSync(manifest(), JSON.stringify({ ...facts, format: 1 }));
    expect(whole()).toBe(200);
  });

  test('numbers that JSON has no word for are no damage', () => {
    const final = { ...evaluation, return: { mean: 1, stderr: Number.NaN } };
    writeCheckpoint(dir, { ...state(100), final }, arraysAt(100), false);
    const found = readCheckpoint(dir);
    if ('error' in found) throw new Error(found.error);
    expect(found.manifest.final).toEqual(final);
  });

  test('every single bit of the tensors counts', () => {
    write(100);
    const file = join(dir, 'step-100', 'tensors.safetensors');
    const length = readFileSync(file).length;
    for (let at = 0; at < length; at += 37) {
      flip(file, at);
      expect(readCheckpoint(dir)).toHaveProperty('error');
      flip(file, at);
    }
    expect(whole()).toBe(100);
  });
});

test('a folder without checkpoints says so', () => {
  expect(readCheckpoint(dir)).toEqual({ error: `${dir} holds no checkpoint`, absent: true });
});

test('what a kill left behind the last checkpoint is removed', () => {
  for (const step of [100, 200, 300]) write(step);
  mkdirSync(join(dir, 'step-300.new'));
  keepOnly(dir, join(dir, 'step-300'));
  expect(readdirSync(dir)).toEqual(['step-300']);
  expect(whole()).toBe(300);
});
