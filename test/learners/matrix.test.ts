import { describe, expect, test } from 'vitest';
import { algorithms } from '../../runtime/learners/catalogue.ts';
import { trainSeed } from '../../runtime/train/run.ts';
import { climbing, coordination, penalty, type TestGame, zeroSumGame } from './games.ts';
import { share, trainSpec } from './support.ts';

/** A small share of `test/validate/tabular.ts`, enough to notice a broken rule. */
describe('climbing and penalty, 12 seeds', () => {
  test('climbing separates the learners', () => {
    expect(share(climbing, 'IQL', 11, 12)).toBe(0);
    expect(share(climbing, 'JAL', 11, 12)).toBe(0);
    expect(share(climbing, 'DistributedQ', 11, 12)).toBe(100);
    expect(share(climbing, 'HystereticQ', 11, 12)).toBe(100);
    expect(share(climbing, 'CentralQ', 11, 12)).toBe(100);
    expect(share(climbing, 'LenientQ', 11, 12)).toBeGreaterThan(60);
  });

  test('penalty: distributed keeps one of the two optima together', () => {
    expect(share(penalty(-100), 'DistributedQ', 10, 12)).toBe(100);
    expect(share(penalty(-100), 'IQL', 10, 12)).toBe(0);
    expect(share(penalty(0), 'IQL', 10, 12)).toBe(100);
  });
});

test('minimax-Q finds the mixed equilibrium and its value', () => {
  const pennies = zeroSumGame('Pennies', 2, [3, -1, -1, 1]);
  const { checkpoint } = trainSeed(trainSpec('MinimaxQ'), pennies, 1);
  const policy = checkpoint.get('learner.agent0.policy') as Float64Array;
  expect(policy[0]).toBeCloseTo(1 / 3, 6);
  expect((checkpoint.get('learner.agent0.value') as Float64Array)[0]).toBeCloseTo(1 / 3, 6);
  expect((checkpoint.get('learner.agent1.value') as Float64Array)[0]).toBeCloseTo(-1 / 3, 6);
});

test('the one-shot path is the general path, bit for bit', () => {
  for (const name of ['IQL', 'HystereticQ', 'LenientQ', 'DistributedQ']) {
    for (const game of [coordination, climbing]) {
      for (const envs of [1, 7]) {
        const general: TestGame = { ...game, spec: { ...game.spec, oneShot: false } };
        const spec = trainSpec(name, { envs, budget: { amount: 3000, unit: 'steps' } });
        const fast = trainSeed(spec, game, 3).checkpoint;
        const slow = trainSeed(spec, general, 3).checkpoint;
        for (const part of ['agent0.q', 'agent1.q']) {
          expect([name, envs, fast.get(`learner.${part}`)]).toEqual([name, envs, slow.get(`learner.${part}`)]);
        }
      }
    }
  }
});

test('every algorithm documents its settings and names its source', () => {
  for (const { name, settings, doc, paper, source } of algorithms) {
    expect([name, doc.length > 20, paper.length > 5, source.file.endsWith('.ts')]).toEqual([name, true, true, true]);
    for (const setting of settings) {
      expect([name, setting.name, setting.doc.length > 0, setting.source.length > 0]).toEqual([
        name,
        setting.name,
        true,
        true,
      ]);
    }
    expect(new Set(settings.map(s => s.name)).size).toBe(settings.length);
  }
});
