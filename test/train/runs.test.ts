/** What a run shows and keeps besides its numbers: checkpoints on the way, statistics, curves, shared cores, learning that diverges. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { emitGame } from '../../compiler/emit/game.ts';
import { compile } from '../../compiler/index.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { sgd } from '../../runtime/tensor/optimisers/spec.ts';
import { curveCsv, curveSvg, meanCurve, plotCurve, pointsOf } from '../../runtime/train/curve.ts';
import { divergedText, divergenceOf, explodedStatistic, oddTensor, type Scale } from '../../runtime/train/diverged.ts';
import { readSeed } from '../../runtime/train/folder.ts';
import { trainSeed } from '../../runtime/train/run.ts';
import { startSession } from '../../runtime/train/session.ts';
import { Slots } from '../../runtime/train/slots.ts';
import { trainSpec } from '../learners/support.ts';
import { meetingText, textOf } from '../learners/texts.ts';
import { memoryHost } from '../support/memory-host.ts';

const text = textOf(meetingText);
const game = loadGame(text);
const train = trainSpec('IQL', {
  envs: 4,
  seeds: [1, 2],
  budget: { amount: 4000, unit: 'steps' },
  evaluate: { every: { amount: 1500, unit: 'steps' }, episodes: 10 },
});

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'marl-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A one-step game of two agents that pays `scale` where both choose X, for learners with networks. */
function matrix(scale: string): string {
  const program = compile(
    memoryHost({
      'm.marl': `game M {\n  agents A, B\n  actions { X, Y }\n  reward = if action[A] == X and action[B] == X then ${scale} else 0\n}\n`,
    }),
    'm.marl',
  );
  const { model } = program.instantiate('M', new Map());
  if (model === undefined) throw new Error(JSON.stringify(program.diagnostics));
  return emitGame(model, { types: false, module: 'function', state: true });
}

describe('checkpoints on the way', () => {
  test.each([undefined, 1, 7, 1500, 100_000])('every %s steps: the same lines and the same end', every => {
    const plain = trainSeed(train, game, 3);
    const kept: number[] = [];
    const result = trainSeed(train, game, 3, {
      keeping: {
        every,
        due: () => true,
        keep: state => {
          kept.push(state.step);
          expect(state.evaluations).toBe(Math.floor(state.step / 1500));
        },
      },
    });
    expect(result).toEqual(plain);
    if (every === 1) expect(kept.slice(0, 3)).toEqual([4, 8, 12]);
    if (every === 7) expect(kept.slice(0, 4)).toEqual([8, 16, 24, 28]);
    if (every === 100_000) expect(kept).toEqual([]);
  });

  test('each of them leads to the same end', () => {
    const whole = trainSeed(train, game, 3);
    const states: { readonly checkpoint: typeof whole.checkpoint; readonly evaluations: number }[] = [];
    trainSeed(train, game, 3, { keeping: { every: 900, due: () => false, keep: state => states.push(state) } });
    expect(states.length).toBeGreaterThan(3);
    for (const { checkpoint, evaluations } of states) {
      const rest = trainSeed(train, game, 3, {}, checkpoint);
      expect(rest.metrics).toEqual(whole.metrics.slice(evaluations));
      expect(rest.checkpoint).toEqual(whole.checkpoint);
      expect(rest.evaluations).toBe(whole.evaluations);
    }
  });
});

describe('networks', () => {
  const deep = trainSpec('IPPO', {
    envs: 8,
    budget: { amount: 2400, unit: 'steps' },
    evaluate: { every: { amount: 800, unit: 'steps' }, episodes: 2 },
  });

  test('losses stand in the metrics; a resumed run is the same bit for bit', () => {
    const loaded = loadGame(matrix('4'));
    const whole = trainSeed(deep, loaded, 1);
    for (const line of whole.metrics) {
      const { learner } = JSON.parse(line);
      expect(Object.values(learner).every(value => typeof value === 'number')).toBe(true);
      expect(Object.keys(learner)).not.toEqual([]);
    }
    const states: { readonly checkpoint: typeof whole.checkpoint; readonly evaluations: number }[] = [];
    trainSeed(deep, loaded, 1, { keeping: { every: 500, due: () => false, keep: state => states.push(state) } });
    for (const { checkpoint, evaluations } of states) {
      const rest = trainSeed(deep, loaded, 1, {}, checkpoint);
      expect(rest.metrics).toEqual(whole.metrics.slice(evaluations));
      expect(rest.checkpoint).toEqual(whole.checkpoint);
    }
  });

  test('learning that diverges stops, says what and when, and the last good checkpoint stays', async () => {
    const broken = matrix('1e30');
    const loaded = loadGame(broken);
    expect(() => trainSeed({ ...deep, algorithm: 'IDQN' }, loaded, 1)).toThrow(
      /learning has diverged at step \d+: loss is Infinity, the tensor online\/\S+ holds .*, and the rewards of a step came to [24]e\+30, .*; scale the rewards down/,
    );
    const run = {
      train: { ...deep, algorithm: 'IDQN', seeds: [1] },
      game: loaded.spec,
      parameters: {},
      entry: 'm.marl',
      sources: {},
      versions: { marl: '0', node: '0' },
    };
    const session = startSession(run, broken, join(dir, 'run'), {}, { checkpoint: 8 });
    if ('error' in session) throw new Error(session.error);
    const { summary } = await session.finished;
    expect(summary.seeds).toMatchObject([{ seed: 1, reason: 'diverged', diverged: { statistic: { name: 'loss' } } }]);
    const found = readSeed(join(dir, 'run'), 1);
    if ('error' in found) throw new Error(found.error);
    expect(oddTensor(found.arrays)).toBeUndefined();
  });

  test('what counts as diverged', () => {
    const arrays = new Map<string, Float32Array | Int32Array>([
      ['game.x', Float32Array.of(Number.NaN)],
      ['learner.w', Float32Array.of(1, Number.POSITIVE_INFINITY)],
      ['learner.b', Float32Array.of(0, Number.NaN)],
    ]);
    expect(oddTensor(arrays)).toEqual({ name: 'b', value: Number.NaN });
  });

  test('a loss beyond what wrong estimates of any return can make stops, too', () => {
    // Returns are at most 2 / (1 - 0.9) = 20, so estimates are wrong by at most 60; a hundred times that squared is 3.6e7.
    const scale: Scale = { reward: 2, gamma: 0.9, steps: 1e6, standardized: false, first: 5 };
    expect(explodedStatistic({ loss: 3.5e7, gradientNorm: 1e12 }, scale)).toBeUndefined();
    expect(explodedStatistic({ loss: 3.7e7 }, scale)).toBe('loss');
    expect(explodedStatistic({ policyLoss: 1e30, valueLoss: 4e7 }, scale)).toBe('valueLoss');
    expect(explodedStatistic({ criticLoss: 4e7 }, scale)).toBe('criticLoss');
    // Networks that start far off, rewards that nothing discounts, rewards in deviations, and what is not known yet.
    expect(explodedStatistic({ loss: 4e7 }, { ...scale, first: 1e4 })).toBeUndefined();
    expect(explodedStatistic({ loss: 4e7 }, { ...scale, gamma: 1 })).toBeUndefined();
    expect(explodedStatistic({ loss: 4e7 }, { ...scale, standardized: true })).toBeUndefined();
    expect(explodedStatistic({ loss: 1e30 }, { ...scale, first: undefined })).toBeUndefined();
    // Small rewards: where nothing is learned losses are of the size of what networks start with.
    expect(explodedStatistic({ loss: 9e3 }, { ...scale, reward: 1e-9, first: 0 })).toBeUndefined();
  });

  test('an explosion that stays finite: which loss, which tensor, which step', () => {
    const arrays = new Map<string, Float64Array | Float32Array>([
      ['learner.tensor.online/mixer/w1', Float32Array.of(1, -812.4)],
      ['learner.tensor.optimizer/online/mixer/w1/v', Float32Array.of(1e20, 0)],
      ['learner.progress', Float64Array.of(1e9)],
    ]);
    expect(divergedText(divergenceOf(4000, arrays, { name: 'loss', value: 1.234e11 }))).toBe(
      'learning has diverged by step 4000: loss is 123000000000, more than estimates of any return of this game can be wrong by, and the tensor online/mixer/w1 holds the largest number, -812; lower the learning rate or clip the gradient',
    );
  });

  test('a training that explodes but stays finite stops, and what it keeps is from before', () => {
    // Plain gradient steps of a linear network that are far too long: the error grows by a factor with every update.
    const wild = {
      ...deep,
      algorithm: 'IDQN',
      envs: 1,
      settings: {
        network: { layers: [] },
        optimizer: { ...sgd, lr: { from: 1.001, to: 1.001, over: 0, unit: 'steps' as const } },
        clip: 0,
        batch: 1,
        gamma: 0.5,
      },
      budget: { amount: 2_000_000, unit: 'steps' as const },
      evaluate: { every: { amount: 50, unit: 'steps' as const }, episodes: 1 },
    };
    const kept: number[] = [];
    const losses: number[] = [];
    expect(() =>
      trainSeed(wild, loadGame(matrix('4')), 1, {
        metrics: line => losses.push(JSON.parse(line).learner.loss),
        keeping: { every: 10, due: () => false, keep: state => kept.push(state.step) },
      }),
    ).toThrow(/learning has diverged by step \d+: loss is .*, and the tensor \S+ holds the largest number/);
    expect(losses.length).toBeGreaterThan(1);
    expect(kept.length).toBeGreaterThan(5);
    // Both get 4 at most, 8 in all; no estimate of 8 / (1 - 0.5) is wrong by more than three times that.
    const most = 1e4 * Math.max(48 * 48, losses[0] as number);
    expect(losses.filter(loss => loss > most)).toEqual([]);
  });
});

describe('curves', () => {
  const points = [
    { seed: 1, step: 100, value: 0 },
    { seed: 2, step: 100, value: 2 },
    { seed: 1, step: 200, value: 4 },
  ];

  test('the mean over the seeds that are there', () => {
    expect(meanCurve(points)).toEqual([
      { step: 100, mean: 1, stderr: 1, seeds: 2 },
      { step: 200, mean: 4, stderr: 0, seeds: 1 },
    ]);
    expect(curveCsv(points)).toBe('step,mean,stderr,seeds,seed 1,seed 2\n100,1,1,2,0,2\n200,4,0,1,4,\n');
  });

  test('as text: low at the left, high at the right', () => {
    const plot = plotCurve(meanCurve(points), 'return', 20, 2).split('\n');
    expect(plot).toHaveLength(4);
    expect(plot[1]).toMatch(/^ 4 ┤ +[▁-█]+█$/);
    expect(plot[2]).toMatch(/^ 1 ┤▁/);
    expect(plotCurve([], 'return', 20)).toBe('');
  });

  test('as SVG, names escaped', () => {
    const svg = curveSvg(points, 'a < b & c');
    expect(svg).toContain('a &lt; b &amp; c');
    expect(svg.match(/<polyline/g)).toHaveLength(3);
    expect(svg).not.toContain('NaN');
  });

  test('a run folder holds both, made of its metrics', async () => {
    const out = join(dir, 'run');
    const run = {
      train,
      game: game.spec,
      parameters: {},
      entry: 'm.marl',
      sources: {},
      versions: { marl: '0', node: '0' },
    };
    const session = startSession(run, text, out, {}, { threads: 1 });
    if ('error' in session) throw new Error(session.error);
    await session.finished;
    expect(readdirSync(out)).toEqual(
      expect.arrayContaining([
        'curve.csv',
        'curve.svg',
        'metrics.jsonl',
        'seed-1',
        'seed-2',
        'spec.json',
        'summary.json',
      ]),
    );
    const metrics = readFileSync(join(out, 'metrics.jsonl'), 'utf8');
    expect(readFileSync(join(out, 'curve.csv'), 'utf8')).toBe(curveCsv(pointsOf(metrics)));
    expect(pointsOf(metrics)).toHaveLength(2 * 3);
    expect(JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8')).reduction).toBe('mean over agents');
  });
});

test('slots: never more at a time than there are, first come first served', async () => {
  const slots = new Slots(2);
  let at = 0;
  let most = 0;
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 7 }, async (_, k) => {
      const release = await slots.take();
      order.push(k);
      most = Math.max(most, ++at);
      await new Promise(resolve => setTimeout(resolve, 5));
      at--;
      release();
      release();
    }),
  );
  expect(most).toBe(2);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6]);
});
