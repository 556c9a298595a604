import { describe, expect, test } from 'vitest';
import { fileHost } from '../../cli/host.ts';
import { emitGame } from '../../compiler/emit/game.ts';
import { enumerate } from '../../compiler/game/exact.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { compile } from '../../compiler/index.ts';
import { loadGame } from '../../runtime/games/load.ts';
import { allocateBuffers } from '../../runtime/games/vector.ts';
import type { Learner } from '../../runtime/learners/shared/learner.ts';
import { type Gap, yardstickFor } from '../../runtime/train/gap.ts';
import { learnerFor } from '../../runtime/train/run.ts';
import { trainSpec } from '../learners/support.ts';

/** A learner that plays by a function of what one agent sees. */
function player(
  choose: (agent: number, seen: Float32Array, legal: readonly number[]) => number,
  game: GameModel,
): Learner {
  const { spec } = loadGame(emitGame(game, { types: false, module: 'function' }));
  const { shape } = learnerFor(trainSpec('IQL'), spec);
  const nothing = () => undefined;
  return {
    act: nothing,
    update: nothing,
    greedy(on, envs) {
      for (let e = 0; e < envs; e++)
        for (let i = 0; i < shape.agents; i++) {
          const o = e * shape.observationRow + shape.observationStart[i]!;
          const m = e * shape.actionRow + shape.actionStart[i]!;
          const legal = Array.from({ length: shape.actionCount[i]! }, (_, a) => a).filter(a => on.masks[m + a] === 1);
          if (legal.length > 0)
            on.actions[e * shape.agents + i] = choose(
              i,
              on.observations.subarray(o, o + shape.observationLength[i]!),
              legal,
            );
        }
    },
    save: () => new Map(),
    restore: nothing,
    view: () => [],
  };
}

function modelOf(name: string): GameModel {
  const entry = `std:games/${name}.marl`;
  const program = compile(fileHost('.', entry, undefined), entry);
  const { model } = program.instantiate(name, new Map());
  if (model === undefined) throw new Error(JSON.stringify(program.diagnostics));
  return model;
}

async function gapOf(
  model: GameModel,
  learner: Learner | ((model: GameModel) => Learner),
  teamReward: 'none' | 'sum' | 'mean' = 'none',
): Promise<Gap | { readonly why: string }> {
  const { game } = enumerate(model, { maxStates: 5000 });
  const { spec } = loadGame(emitGame(model, { types: false, module: 'function' }));
  const yardstick = await yardstickFor(game!, spec, { teamReward });
  return 'why' in yardstick ? yardstick : yardstick.measure(typeof learner === 'function' ? learner(model) : learner);
}

describe('a team', () => {
  test.each([
    [0, 0, 11, 0],
    [1, 1, 7, 4],
    [2, 2, 5, 6],
    [0, 1, -30, 41],
  ])('climbing, actions %i and %i', async (row, column, value, gap) => {
    const model = modelOf('Climbing');
    const found = await gapOf(
      model,
      player(i => (i === 0 ? row : column), model),
    );
    expect(found).toEqual({ kind: 'optimum', value, optimum: 11, gap, bound: undefined });
  });
});

test('a small team that hides things from itself has its own optimum, not that of one hand that sees all', async () => {
  // The tiger, three steps: the best joint policy earns 5.1908125 (MADP toolbox); listening three times costs 6.
  const model = modelOf('DecTiger');
  const found = await gapOf(
    model,
    player(() => 0, model),
  );
  if (!('gap' in found)) throw new Error(JSON.stringify(found));
  expect(found).toMatchObject({ kind: 'optimum', bound: undefined });
  expect(found.value).toBeCloseTo(-6, 9);
  expect(found.optimum).toBeCloseTo(5.1908125, 9);
  expect(found.gap).toBeCloseTo(11.1908125, 9);
});

describe('two opponents', () => {
  test('Kuhn poker: the uniform policy has NashConv 11/12', async () => {
    const model = modelOf('Kuhn');
    const { spec } = loadGame(emitGame(model, { types: false, module: 'function' }));
    // A table of mixed policies that has seen nothing plays uniformly.
    const { makeLearner } = learnerFor(trainSpec('MinimaxQ'), spec);
    const learner = makeLearner(allocateBuffers(spec, 1), 1);
    const found = await gapOf(model, learner);
    if (!('exploitability' in found)) throw new Error(JSON.stringify(found));
    expect(found.exploitability).toBeCloseTo(11 / 24, 12);
    expect(found.bound).toBeUndefined();
    expect(found.values[0]).toBeCloseTo(1 / 8, 12);
  });

  test('a device is judged by who would not do as it is told', async () => {
    const model = modelOf('Chicken');
    const { spec } = loadGame(emitGame(model, { types: false, module: 'function' }));
    const { makeLearner } = learnerFor(trainSpec('CorrelatedQ'), spec);
    const learner = makeLearner(allocateBuffers(spec, 1), 1);
    /** Both swerve half the time, each alone a quarter, and nobody gains; both always swerving, each gains 1 by going straight. */
    for (const [device, values, regret] of [
      [
        [0.5, 0.25, 0.25, 0],
        [5.25, 5.25],
        [0, 0],
      ],
      [
        [1, 0, 0, 0],
        [6, 6],
        [1, 1],
      ],
      // Told to go straight in half of the games, an agent crashes then, and gets 2 by swerving.
      [
        [0.5, 0, 0, 0.5],
        [3, 3],
        [1.5, 1.5],
      ],
    ] as const) {
      const arrays = learner.save();
      arrays.set('central.count', Int32Array.of(1)).set('central.legal', Uint8Array.of(1, 1, 1, 1));
      learner.restore(arrays.set('central.device', Float64Array.from(device)));
      const found = await gapOf(model, learner);
      expect(found).toEqual({
        kind: 'regret',
        policies: 'device',
        values,
        regret,
        exploitability: undefined,
        bound: undefined,
        bounded: [false, false],
      });
    }
    // A team's device is worth what it plays.
    const team = await gapOf(model, learner, 'sum');
    expect(team).toMatchObject({ kind: 'optimum', value: 6, optimum: 12, gap: 6 });
  });

  test('Kuhn poker: who always passes is robbed of the ante', async () => {
    const model = modelOf('Kuhn');
    const found = await gapOf(
      model,
      player((_, __, legal) => legal[0]!, model),
    );
    if (!('exploitability' in found)) throw new Error(JSON.stringify(found));
    // Passing for ever is a showdown for one chip each, worth 0; betting against it always wins the ante of 1.
    expect(found.values).toEqual([0, 0]);
    expect(found.regret).toEqual([1, 1]);
  });

  test('rock-paper-scissors: a pure policy loses 1', async () => {
    const model = modelOf('RockPaperScissors');
    const found = await gapOf(
      model,
      player(() => 0, model),
    );
    expect(found).toMatchObject({ kind: 'exploitability', regret: [1, 1], exploitability: 1, bound: undefined });
  });
});

test('general sum: what each would gain', async () => {
  const model = modelOf('PrisonersDilemma');
  const game = enumerate(model, { maxStates: 10 }).game!;
  const reward = (a: number, b: number, i: number) => game.outcomeReward[game.outcomeStart[2 * a + b]! * 2 + i]!;
  const found = await gapOf(
    model,
    player(() => 0, model),
  );
  expect(found).toMatchObject({
    kind: 'regret',
    values: [reward(0, 0, 0), reward(0, 0, 1)],
    regret: [Math.max(0, reward(1, 0, 0) - reward(0, 0, 0)), Math.max(0, reward(0, 1, 1) - reward(0, 0, 1))],
    exploitability: undefined,
  });
});

test('with a team reward, opposed payoffs have an optimum', async () => {
  const model = modelOf('PrisonersDilemma');
  const sum = await gapOf(
    model,
    player(() => 0, model),
    'sum',
  );
  const mean = await gapOf(
    model,
    player(() => 0, model),
    'mean',
  );
  if (!('gap' in sum) || !('gap' in mean)) throw new Error('no optimum');
  expect(sum.optimum).toBe(2 * mean.optimum);
  expect(sum.gap).toBe(2 * mean.gap);
});

test('where there are several decisions, policies that remember have no exact answer beside them, and say so', async () => {
  const model = modelOf('TwoStep');
  const found = await gapOf(model, { ...player(() => 0, model), begin: () => undefined });
  expect(found).toEqual({ why: expect.stringContaining('remember') });
});

test('where there is one decision, memory is empty and does not count', async () => {
  const model = modelOf('Climbing');
  const found = await gapOf(model, { ...player(() => 0, model), begin: () => undefined });
  expect(found).toMatchObject({ kind: 'optimum', value: 11, gap: 0 });
});
