/** A training that is killed at any moment and gone on with leaves the same bytes as one that was not. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Stream } from '../../runtime/rng/stream.ts';
import { files } from '../support/files.ts';

const cli = join(import.meta.dirname, '../../cli/main.ts');
const program = `import std.games.TwoStep

train Learn on TwoStep {
  algorithm IQL {
    alpha = 0.1 -> 0.01 over 300_000 steps
    epsilon = 1.0 -> 0.05 over 500_000 steps
  }
  budget 300_000 steps
  envs 3
  seeds 1..2
  evaluate every 30_000 steps for 20 episodes
}
`;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'marl-'));
  writeFileSync(join(dir, 'learn.marl'), program);
});
afterEach(() => rmSync(dir, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly err: string;
}

/** Runs `marl train`; with `when`, kills it without warning as soon as that holds. */
function train(args: readonly string[], when?: () => boolean): Promise<Ended> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [cli, 'train', 'learn.marl', ...args], { cwd: dir });
    let err = '';
    child.stderr.on('data', data => {
      err += String(data);
    });
    const watch = when === undefined ? undefined : setInterval(() => when() && child.kill('SIGKILL'), 1);
    child.on('close', (code, signal) => {
      clearInterval(watch);
      resolve({ code, signal, err });
    });
  });
}

const stepsKept = (out: string): number => {
  const folder = join(dir, out, 'seed-1');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return Math.max(0, ...names.map(name => Number(/^step-(\d+)$/.exec(name)?.[1] ?? 0)));
};

test('killed three times, wherever it was', async () => {
  const whole = await train(['--out', 'whole']);
  expect(whole.code, whole.err).toBe(0);
  let kept = -1;
  let kills = 0;
  for (const share of [0.1, 0.5, 0.86]) {
    const more = kept < 0 ? [] : ['--resume'];
    const ended = await train(
      ['--out', 'cut', '--checkpoint', '20_000', ...more],
      () => stepsKept('cut') > share * 300_000,
    );
    if (ended.signal === 'SIGKILL') {
      kills++;
      expect(stepsKept('cut')).toBeGreaterThan(kept);
      expect(existsSync(join(dir, 'cut', 'summary.json'))).toBe(false);
    } else expect(ended.code, ended.err).toBe(0);
    kept = stepsKept('cut');
  }
  expect(kills).toBeGreaterThan(0);
  const anew = await train(['--out', 'cut']);
  expect(anew.code).toBe(1);
  expect(anew.err).toContain('killed before its end');
  const last = await train(['--out', 'cut', '--resume']);
  expect(last.code, last.err).toBe(0);
  expect(files(join(dir, 'cut'))).toEqual(files(join(dir, 'whole')));
}, 120_000);

/** Networks, their optimisers and targets, replays of episodes and rollouts with memory: all of it comes back. */
describe('learners with networks, killed twice at moments that are drawn', () => {
  const budget = 2_000;
  const moments = new Stream(11, 0, 0, 0);
  test.each([
    'QMIX { network = gru(8)  batch = 8  target_every = 50 }',
    'IPPO { network = gru(8)  rollout = 16  epochs = 2 }',
  ])(
    '%s',
    async algorithm => {
      const clauses = [`budget ${budget} steps`, 'envs 2', 'evaluate every 250 steps for 5 episodes'];
      writeFileSync(
        join(dir, 'learn.marl'),
        `import std.games.TwoStep\n\ntrain Learn on TwoStep {\n  algorithm ${algorithm}\n  ${clauses.join('\n  ')}\n}\n`,
      );
      const whole = await train(['--out', 'whole']);
      expect(whole.code, whole.err).toBe(0);
      let kills = 0;
      for (const more of [[], ['--resume']]) {
        // So far, and then some milliseconds more: in the middle of a step, of an update, of a file.
        const steps = (kills + moments.unit()) * 0.4 * budget;
        let left = moments.below(40);
        const ended = await train(
          ['--out', 'cut', '--checkpoint', '50', ...more],
          () => stepsKept('cut') > steps && left-- <= 0,
        );
        if (ended.signal === 'SIGKILL') kills++;
        else expect(ended.code, ended.err).toBe(0);
      }
      expect(kills).toBeGreaterThan(0);
      const last = await train(['--out', 'cut', '--resume']);
      expect(last.code, last.err).toBe(0);
      expect(files(join(dir, 'cut'))).toEqual(files(join(dir, 'whole')));
    },
    120_000,
  );
});

test('a checkpoint that was damaged costs an interval, not the run; without an earlier one the run is refused', async () => {
  const args = ['--out', 'cut', '--seed', '1'];
  expect((await train(['--out', 'whole', '--seed', '1'])).code).toBe(0);
  const ended = await train([...args, '--checkpoint', '20_000'], () => stepsKept('cut') >= 100_000);
  expect(ended.signal, ended.err).toBe('SIGKILL');
  const names = readdirSync(join(dir, 'cut/seed-1')).filter(name => /^step-\d+$/.test(name));
  const damaged = join(dir, 'cut/seed-1', `step-${Math.max(...names.map(name => Number(name.slice(5))))}`);
  writeFileSync(join(damaged, 'tensors.safetensors'), 'garbage');
  const resumed = await train([...args, '--resume']);
  expect(resumed.code, resumed.err).toBe(0);
  expect(resumed.err).toContain('is not used: its tensors have 7 bytes instead of');
  expect(resumed.err).toContain('going on from step');
  expect(files(join(dir, 'cut'))).toEqual(files(join(dir, 'whole')));
  const [only] = readdirSync(join(dir, 'cut/seed-1')).filter(name => name.startsWith('step-'));
  writeFileSync(join(dir, 'cut/seed-1', only!, 'manifest.json'), '{}');
  const refused = await train([...args, '--resume']);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('there is no earlier one; train anew with --force');
}, 120_000);
