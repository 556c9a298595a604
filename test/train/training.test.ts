import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../../runtime/checkpoint/safetensors.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { algorithms } from '../../runtime/learners/catalogue.ts';
import { Stream } from '../../runtime/rng/stream.ts';
import { describePolicy, describeSummary, greedyActions } from '../../runtime/train/describe.ts';
import { loadPolicy, type RunDescription, readSeed } from '../../runtime/train/folder.ts';
import { policyFrom } from '../../runtime/train/policy.ts';
import { trainSeeds } from '../../runtime/train/pool.ts';
import { trainSeed } from '../../runtime/train/run.ts';
import { resumeSession, startSession } from '../../runtime/train/session.ts';
import type { TrainSpec } from '../../runtime/train/spec.ts';
import { trainSpec } from '../learners/support.ts';
import { coordinationText, meetingText, textOf } from '../learners/texts.ts';

const text = textOf(meetingText);
const game = loadGame(text);
const train = trainSpec('IQL', {
  envs: 4,
  seeds: [1, 2, 3],
  budget: { amount: 6000, unit: 'steps' },
  evaluate: { every: { amount: 2000, unit: 'steps' }, episodes: 30 },
});

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'marl-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const arraysOf = (folder: string, seed: number) => {
  const found = readSeed(folder, seed);
  if ('error' in found) throw new Error(found.error);
  return found.arrays;
};

const run = (spec: TrainSpec): RunDescription => ({
  train: spec,
  game: game.spec,
  parameters: {},
  entry: 'meeting.marl',
  sources: {},
  versions: { marl: '0', node: '0' },
});

test('learns to meet, and evaluations come when they are due', () => {
  const result = trainSeed({ ...train, budget: { amount: 60_000, unit: 'steps' } }, game, 1);
  expect(result.reason).toBe('budget');
  expect(result.final?.return.mean).toBeGreaterThan(0.8);
  const steps = result.metrics.map(line => JSON.parse(line).step);
  expect(steps).toEqual(Array.from({ length: 30 }, (_, k) => 2000 * (k + 1)));
});

test('budget and evaluations may count episodes', () => {
  const spec = {
    ...train,
    budget: { amount: 50, unit: 'episodes' },
    evaluate: { every: { amount: 20, unit: 'episodes' }, episodes: 2 },
  } as const;
  const { metrics, episode } = trainSeed(spec, game, 1);
  expect(metrics).toHaveLength(3);
  expect(episode).toBeGreaterThanOrEqual(50);
  expect(episode).toBeLessThan(50 + spec.envs);
});

test('the stop condition ends a seed', () => {
  const result = trainSeed({ ...train, stop: { metric: 'return.Left', op: '>=', value: -100 } }, game, 1);
  expect([result.reason, result.step, result.metrics.length]).toEqual(['stop', 2000, 1]);
});

test('team reward: every agent learns from the sum', () => {
  const opposed = loadGame(textOf(meetingText, true));
  const learned = trainSeed({ ...train, teamReward: 'sum' }, opposed, 1).checkpoint.get(
    'learner.agent0.q',
  ) as Float64Array;
  expect(learned.every(value => value === 0)).toBe(true);
  const alone = trainSeed(train, opposed, 1).checkpoint.get('learner.agent0.q') as Float64Array;
  expect(alone.some(value => value !== 0)).toBe(true);
});

test('worker threads change nothing', async () => {
  const here = train.seeds.map(seed => trainSeed(train, game, seed));
  for (const threads of [1, 2]) {
    const { results } = trainSeeds(train, text, train.seeds, {}, { threads });
    expect(await results).toEqual(here);
  }
});

test('an error in a worker is the caller’s, with the seed', async () => {
  const broken = text.replace('const at = new', "throw new Error('planted'); const at = new");
  await expect(trainSeeds(train, broken, [4], {}).results).rejects.toThrow('seed 4 failed: planted');
});

test('interrupted and resumed is the same as never interrupted, for every algorithm', () => {
  for (const { name } of algorithms.filter(({ deep }) => deep !== true)) {
    const opponents = loadGame(textOf(meetingText, name === 'MinimaxQ'));
    const spec = { ...train, algorithm: name };
    const whole = trainSeed(spec, opponents, 2);
    let calls = 0;
    const cut = trainSeed({ ...spec, envs: 4 }, opponents, 2, { stopped: () => ++calls > 1 });
    expect([name, cut.reason]).toEqual([name, 'interrupted']);
    const read = decodeSafetensors(encodeSafetensors(cut.checkpoint));
    if ('error' in read) throw new Error(read.error);
    const rest = trainSeed(spec, opponents, 2, {}, read.arrays);
    expect([...cut.metrics, ...rest.metrics]).toEqual(whole.metrics);
    expect(rest.checkpoint).toEqual(whole.checkpoint);
  }
});

describe('run folders', () => {
  test('hold metrics in the order of the seeds, and policies that play', async () => {
    const out = join(dir, 'run');
    const session = startSession(run(train), text, out);
    if ('error' in session) throw new Error(session.error);
    const { summary, unfinished, results } = await session.finished;
    expect(unfinished).toEqual([]);
    const lines = results.flatMap(result => result.metrics).map(line => `${line}\n`);
    expect(readFileSync(join(out, 'metrics.jsonl'), 'utf8')).toBe(lines.join(''));
    expect(JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'))).toEqual(summary);
    const policy = loadPolicy(out, 2);
    if ('error' in policy) throw new Error(policy.error);
    const stream = new Stream(1, 2, 3, 4);
    const seen = [{ observation: Float32Array.of(0, 1), mask: Uint8Array.of(0, 1, 1), before: -1 }];
    expect(policy.act(0, seen, stream, true)).toBeGreaterThan(0);
    for (let k = 0; k < 50; k++) {
      const [left, right] = policy.actAll(Float32Array.of(0, 4, 4, 0), Uint8Array.of(0, 1, 1, 1, 1, 0), stream, false);
      expect(left).toBeGreaterThan(0);
      expect(right).toBeLessThan(2);
    }
    expect(describeSummary(summary, game.spec)).toContain('over 3 seeds');
    expect(loadPolicy(out, 9)).toEqual({ error: `${out} holds no checkpoint of seed 9; it has 1, 2, 3` });
  });

  test('an interrupted run goes on where it was', async () => {
    const whole = join(dir, 'whole');
    const cut = join(dir, 'cut');
    const done = startSession(run(train), text, whole, {}, { threads: 1 });
    const half = startSession(
      run(train),
      text,
      cut,
      { metrics: () => 'finished' in half && half.stop() },
      { threads: 1 },
    );
    if ('error' in done || 'error' in half) throw new Error('folders');
    await done.finished;
    expect((await half.finished).unfinished).not.toEqual([]);
    const resumed = resumeSession(cut, text);
    if ('error' in resumed) throw new Error(resumed.error);
    expect((await resumed.finished).unfinished).toEqual([]);
    expect(readFileSync(join(cut, 'metrics.jsonl'))).toEqual(readFileSync(join(whole, 'metrics.jsonl')));
    for (const seed of train.seeds) expect(arraysOf(cut, seed)).toEqual(arraysOf(whole, seed));
  });

  test('a folder that is not ours is left alone, an older run is replaced', async () => {
    mkdirSync(join(dir, 'mine'));
    writeFileSync(join(dir, 'mine', 'thesis.txt'), 'years of work');
    const refused = startSession(run(train), text, join(dir, 'mine'));
    expect('error' in refused && refused.error).toContain('it holds thesis.txt');
    expect(readFileSync(join(dir, 'mine', 'thesis.txt'), 'utf8')).toBe('years of work');
    for (let k = 0; k < 2; k++) {
      const again = startSession(run({ ...train, seeds: [1 + k] }), text, join(dir, 'ours'));
      if ('error' in again) throw new Error(again.error);
      await again.finished;
    }
    expect('error' in loadPolicy(join(dir, 'ours'), 1)).toBe(true);
    expect('error' in loadPolicy(join(dir, 'ours'), 2)).toBe(false);
  });

  test('damaged files are named', () => {
    writeFileSync(join(dir, 'spec.json'), '{');
    expect(loadPolicy(dir, 1)).toEqual({
      error: `${join(dir, 'spec.json')} is damaged or was not written by marl train: it is no JSON; take it from a copy, or train again into another folder`,
    });
  });
});

test('what was learned, as text', () => {
  const small = loadGame(textOf(coordinationText));
  const spec = trainSpec('CentralQ', { budget: { amount: 4000, unit: 'steps' } });
  const { checkpoint } = trainSeed(spec, small, 1);
  const policy = policyFrom(spec, small.spec, checkpoint).view();
  expect(greedyActions(policy, small.spec)).toEqual(['A A']);
  expect(describePolicy(policy, small.spec)).toBe(
    ['all agents (Q, * greedy)', '  A A  A B  B A  B B', '   4*   0    1    3'].join('\n'),
  );
});
