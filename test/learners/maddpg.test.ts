/** MADDPG: what the paper's equations say, what a learner of any kind has to get right, and games with a known end. */
import { describe, expect, test } from 'vitest';
import { allocateBuffers, type GameBuffers } from '../../runtime/games/vector.ts';
import { algorithmNamed, completeSettings, type Settings } from '../../runtime/learners/catalogue.ts';
import type { Arrays } from '../../runtime/learners/shared/learner.ts';
import { shapeOf } from '../../runtime/learners/shared/shape.ts';
import { wasmEngine } from '../../runtime/tensor/engines/wasm/index.ts';
import { sgd } from '../../runtime/tensor/optimisers/spec.ts';
import { adamAt, constant, gameFrom, gru, libraryGame, loaded, mlp, startDeep } from './deep-support.ts';
import { lossesOf, type Problem } from './maddpg-reference.ts';

type Game = ReturnType<typeof libraryGame>;

/**
 * Two alike agents with a choice and a number, a third with two numbers, a fourth with a choice that is not always legal; rewards of their
 * own; ends by chance or after three steps.
 */
const mixed = loaded(
  gameFrom(`game Mixed {
    agents A[2], B, C
    actions[A] { say: 0..2, push: real in -1..3 }
    actions[B] = real[2] in -2..2
    actions[C] { Left, Middle, Right, Back }
    state { x: real = 0  n: 0..3 = 0  over: bool = false }
    step {
      next x = 0.5 * x + 0.1 * (action[A[0]].push - action[A[1]].push) + 0.2 * action[B][0]
      next n ~ uniform(0..3)
      next over ~ bernoulli(0.3)
    }
    legal Middle for c: C = n > 1
    legal Back for c: C = n < 2
    observe[p: A] { x, n }
    observe[B] { n, x > 0, x }
    observe[C] { x }
    reward[p: A] = (if action[p].say == n then 1 else 0) - abs(action[p].push - 1)
    reward[B] = x - action[B][1] * action[B][1]
    reward[C] = (if action[C] == Middle then 2 else 0) - (if action[C] == Back then x else 0)
    end when over
    horizon 3
    discount 0.9
  }`),
);

/** A learner whose buffers the test can see. */
function opened(game: Game, given: Settings, envs = 1, seed = 1) {
  const buffers = allocateBuffers(game.spec, envs);
  const vector = game.create(envs, seed, 0, buffers);
  vector.reset();
  const algorithm = algorithmNamed('MADDPG')!;
  const settings = completeSettings(algorithm, given, game.spec.discount);
  const shape = shapeOf(game.spec, envs);
  const learner = algorithm.create(shape, settings, buffers, seed, { engine: wasmEngine(), game: game.spec });
  let steps = 0;
  /** `see` looks at the buffers after the choice. */
  const run = (count: number, see: (buffers: GameBuffers) => void = () => {}): void => {
    for (let k = 0; k < count; k++) {
      learner.act(steps, 0);
      see(buffers);
      vector.step();
      learner.update(steps, 0);
      steps += envs;
    }
  };
  return { learner, buffers, shape, vector, run };
}

const tiny: Settings = {
  network: mlp(6),
  critic_network: mlp(7),
  batch: 12,
  train_every: { amount: 12, unit: 'steps' },
  noise: constant(0.3),
};

describe('the losses', () => {
  const problem: Omit<Problem, 'hard' | 'temperature'> = {
    spec: mixed.spec,
    place: [
      { group: 'A', copy: 0 },
      { group: 'A', copy: 1 },
      { group: 'B', copy: 0 },
      { group: 'C', copy: 0 },
    ],
    groups: [
      { name: 'A', agents: [0, 1], finite: 3 },
      { name: 'B', agents: [2], finite: 0 },
      { name: 'C', agents: [3], finite: 4 },
    ],
    gamma: 0.9,
    penalty: 0.05,
    batch: 12,
    seed: 5,
  };

  test.each([
    ['soft', 1],
    ['soft', 0.5],
    ['hard', 1],
  ] as const)('are those of separate code in doubles, %s at temperature %f', (gumbel, temperature) => {
    const settings: Settings = { ...tiny, gumbel, temperature, logit_penalty: 0.05, tau: 0.5 };
    const { learner, run } = opened(mixed, settings, 1, 5);
    run(11);
    // Targets differ from the online networks: they are the initial ones, and these move.
    const before = learner.save();
    for (const [name, array] of before)
      if (name.startsWith('tensor.target/'))
        before.set(
          name,
          (array as Float32Array).map(w => 0.8 * w + 0.02),
        );
    learner.restore(before);
    run(1);
    const after = learner.save();
    const { criticLoss, policyLoss } = learner.metrics!();
    const saved: Arrays = new Map(after);
    for (const [name, array] of before) if (name.startsWith('tensor.')) saved.set(name, array);
    const ends = [...after.get('replay.ended')!.slice(0, 12)];
    expect(ends).toContain(1);
    expect(ends).toContain(0);
    expect([...after.get('replay.masks')!.slice(0, 24 * 11)]).toContain(0);
    const expected = lossesOf({ ...problem, hard: gumbel === 'hard', temperature }, saved);
    expect(criticLoss).toBeCloseTo(expected.critic, 4);
    expect(policyLoss).toBeCloseTo(expected.policy, 4);
  });

  /** Weights of the online networks after the update that the next step brings, where some were changed before it. */
  function updated(settings: Settings, change: (name: string) => boolean): Arrays {
    const { learner, vector, run } = opened(mixed, settings, 1, 3);
    run(11);
    learner.act(11, 0);
    vector.step();
    const saved = learner.save();
    for (const [name, array] of saved) {
      if (change(name))
        saved.set(
          name,
          (array as Float32Array).map(w => w + 0.1),
        );
    }
    learner.restore(saved);
    learner.update(11, 0);
    expect(learner.metrics!().updates).toBe(1);
    return learner.save();
  }

  test('a policy learns through its own action: the others’ present policies play no part', () => {
    const settings: Settings = { ...tiny, optimizer: { ...sgd, lr: constant(0.1) } };
    const plain = updated(settings, () => false);
    const other = updated(settings, name => name.startsWith('tensor.actor/B/'));
    const critics = updated(settings, name => name.startsWith('tensor.critic/B/'));
    for (const changed of [other, critics])
      for (const [name, array] of plain)
        if (/^tensor\.(actor|critic)\/A\//.test(name)) expect([name, changed.get(name)]).toEqual([name, array]);
    // The policies of A themselves do learn.
    const start = opened(mixed, settings, 1, 3).learner.save();
    expect(plain.get('tensor.actor/A/head/dense0/weight')).not.toEqual(start.get('tensor.actor/A/head/dense0/weight'));
    // And what A does next, by the target policies, does count for the critics.
    const targets = updated(settings, name => name.startsWith('tensor.target/actor/B/'));
    expect(targets.get('tensor.critic/A/head/dense0/bias')).not.toEqual(plain.get('tensor.critic/A/head/dense0/bias'));
    expect(targets.get('tensor.actor/A/head/dense0/bias')).toEqual(plain.get('tensor.actor/A/head/dense0/bias'));
  });

  test('the gradient of one agent is clipped by itself', () => {
    const settings: Settings = { ...tiny, clip: 1e-3, optimizer: { ...sgd, lr: constant(1) }, sharing: 'none' };
    const start = opened(mixed, settings, 1, 3).learner.save();
    const after = updated(settings, () => false);
    for (const path of ['actor', 'critic'])
      for (const [group, copies] of [
        ['A', 2],
        ['B', 1],
      ] as const)
        for (let copy = 0; copy < copies; copy++) {
          let squares = 0;
          for (const [name, array] of after) {
            if (!name.startsWith(`tensor.${path}/${group}/`)) continue;
            const size = array.length / copies;
            for (let k = copy * size; k < (copy + 1) * size; k++) {
              const step = array[k]! - start.get(name)![k]!;
              squares += step * step;
            }
          }
          // Every step is as long as is allowed; float32 weights near 1 round it.
          expect(Math.sqrt(squares)).toBeGreaterThan(0.99e-3);
          expect(Math.sqrt(squares)).toBeLessThan(1.01e-3);
        }
  });
});

describe('target networks', () => {
  const names = (arrays: Arrays) => [...arrays.keys()].filter(name => name.startsWith('tensor.target/'));
  const source = (name: string) => name.replace('target/', '');

  test('move a share of the way to both policies and critics after every update', () => {
    const { learner, run } = opened(mixed, { ...tiny, tau: 0.25, train_every: { amount: 1, unit: 'steps' } });
    run(16);
    const before = learner.save();
    run(1);
    const after = learner.save();
    expect(names(after).some(name => name.includes('actor'))).toBe(true);
    for (const name of names(after)) {
      const [from, to, now] = [before.get(name)!, before.get(source(name))!, after.get(name)!];
      for (let k = 0; k < now.length; k++) expect(now[k]).toBeCloseTo(from[k]! + 0.25 * (to[k]! - from[k]!), 6);
    }
  });

  test('or are copied after so many', () => {
    const { learner, run } = opened(mixed, {
      ...tiny,
      tau: 1,
      target_every: 3,
      train_every: { amount: 1, unit: 'steps' },
    });
    run(13);
    const first = learner.save();
    for (const name of names(first)) expect(first.get(name)).not.toEqual(first.get(source(name)));
    run(1);
    const third = learner.save();
    for (const name of names(third)) expect(third.get(name)).toEqual(third.get(source(name)));
  });
});

describe('acting', () => {
  test('one seed, one result, and a game plays alike beside others', () => {
    const played = (envs: number, seed: number): number[][] => {
      const { run, shape } = opened(mixed, { ...tiny, explore: constant(0.2) }, envs, seed);
      const found: number[][] = Array.from({ length: envs }, () => []);
      run(11, ({ actions, realActions }) => {
        for (let e = 0; e < envs; e++) {
          found[e]!.push(...actions.slice(e * shape.agents, (e + 1) * shape.agents));
          found[e]!.push(...realActions.slice(e * 4, (e + 1) * 4));
        }
      });
      return found;
    };
    const three = played(3, 1);
    expect(played(3, 1)).toEqual(three);
    expect(played(3, 2)).not.toEqual(three);
    expect(played(1, 1)[0]!.slice(0, 16)).toEqual(three[0]!.slice(0, 16));
  });

  test('finite actions are drawn from the softmax of the logits, real ones from a normal around the policy', () => {
    const game = loaded(
      gameFrom(`game Draw { agents A
        actions { say: 0..2, push: real in 0..10 }
        reward = 0
        end when true }`),
    );
    const { learner, run } = opened(game, { network: mlp(4), noise: constant(0.1), warmup: 1_000_000 });
    const saved = learner.save();
    const bias = saved.get('tensor.actor/A/head/dense0/bias')!;
    saved.get('tensor.actor/A/head/dense0/weight')!.fill(0);
    bias.set([Math.log(0.2), Math.log(0.5), Math.log(0.3), Math.atanh(0.4)]);
    learner.restore(saved);
    const counts = [0, 0, 0];
    let sum = 0;
    let squares = 0;
    const n = 20_000;
    run(n, ({ actions, realActions }) => {
      counts[actions[0]!]!++;
      sum += realActions[0]!;
      squares += realActions[0]! * realActions[0]!;
    });
    // Four standard errors, and the mean 7 and deviation 0.5 of 0.4 and 0.1 in -1 .. 1.
    for (const [k, p] of [0.2, 0.5, 0.3].entries())
      expect(Math.abs(counts[k]! / n - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
    expect(Math.abs(sum / n - 7)).toBeLessThan((4 * 0.5) / Math.sqrt(n));
    expect(Math.abs(Math.sqrt(squares / n - (sum / n) * (sum / n)) - 0.5)).toBeLessThan(0.02);
  });

  test('numbers keep to their bounds, whatever the noise; uniform draws fill them', () => {
    for (const given of [{ noise: constant(5) }, { explore: constant(1) }] as readonly Settings[]) {
      const { run } = opened(mixed, { ...tiny, ...given }, 4);
      let [low, high] = [Infinity, -Infinity];
      run(200, ({ realActions }) => {
        for (let e = 0; e < 4; e++)
          for (const [k, from, to] of [
            [0, -1, 3],
            [1, -1, 3],
            [2, -2, 2],
            [3, -2, 2],
          ] as const) {
            const x = realActions[4 * e + k]!;
            expect(x >= from && x <= to).toBe(true);
            if (k === 0) [low, high] = [Math.min(low, x), Math.max(high, x)];
          }
      });
      expect(low).toBeLessThan(-0.9);
      expect(high).toBeGreaterThan(2.9);
    }
  });

  test.each(['Kuhn', 'Foraging(size: 5, players: 2, foods: 1, coop: true)'])('only what is legal: %s', written => {
    const { run, shape, learner } = opened(
      libraryGame(written),
      { ...tiny, explore: constant(0.3), train_every: { amount: 4, unit: 'steps' } },
      4,
    );
    run(120, ({ masks, actions }) => {
      for (let slot = 0; slot < actions.length; slot++) {
        const agent = slot % shape.agents;
        const start = Math.floor(slot / shape.agents) * shape.actionRow + shape.actionStart[agent]!;
        const legal = masks.subarray(start, start + shape.actionCount[agent]!);
        expect(legal.includes(1) ? legal[actions[slot]!] : actions[slot]).toBe(legal.includes(1) ? 1 : 0);
      }
    });
    for (const value of Object.values(learner.metrics!())) expect(Number.isFinite(value)).toBe(true);
  });
});

describe('rules of the trade', () => {
  test.each([
    ['a time limit is not an end: 1 / (1 - 0.9)', 'horizon 5', 10],
    ['an end is one: 1', 'end when true', 1],
  ] as const)('%s', (_, clause, value) => {
    const game = loaded(
      gameFrom(
        `game Steady { agents A, B\n actions { X, Y }\n state { n: 0..1 = 0 }\n observe { n }\n reward = 1\n ${clause}\n discount 0.9 }`,
      ),
    );
    const settings: Settings = {
      batch: 32,
      train_every: { amount: 2, unit: 'steps' },
      optimizer: adamAt(3e-3),
      tau: 0.05,
      logit_penalty: 0,
    };
    const { training, learner } = startDeep(game, 'MADDPG', settings, 1, { steps: 8000 });
    while (training.step() < 7600) training.advance(7600 - training.step());
    learner.metrics?.();
    while (!training.done()) training.advance(400);
    // Of two agents the loss is minus the sum of their values.
    const { policyLoss } = learner.metrics!();
    expect(-policyLoss! / 2 / value).toBeGreaterThan(0.95);
    expect(-policyLoss! / 2 / value).toBeLessThan(1.05);
  });

  test.each(['none', 'class', 'all'] as const)('unequal agents, memory and every input, sharing %s', sharing => {
    for (const given of [
      { network: gru(5), last_action: true },
      { critic_input: 'state', gumbel: 'hard', target_actions: 'greedy' },
    ] as readonly Settings[]) {
      const settings: Settings = { ...tiny, ...given, sharing, batch: 4, train_every: { amount: 4, unit: 'steps' } };
      const { learner, run } = opened(mixed, settings, 3);
      run(40);
      const metrics = learner.metrics!();
      expect(metrics.updates).toBeGreaterThan(10);
      for (const [key, value] of Object.entries(metrics)) expect([key, Number.isFinite(value)]).toEqual([key, true]);
    }
  });

  test.each([
    ['without memory', { network: mlp(8) }],
    ['with memory', { network: gru(5), batch: 5, last_action: true, gumbel: 'hard' }],
  ] as const)('interrupted and resumed gives the same as never interrupted, %s', (_, given) => {
    const settings: Settings = { ...tiny, ...given, replay: { amount: 60, unit: 'steps' } };
    const plan = { steps: 600, envs: 3, episodes: 10 };
    const whole = startDeep(mixed, 'MADDPG', settings, 5, plan);
    while (whole.training.step() < 300) whole.training.advance(50);
    const saved = whole.training.save();
    const again = startDeep(mixed, 'MADDPG', settings, 5, plan);
    again.training.restore(saved);
    for (const { training } of [whole, again]) while (!training.done()) training.advance(50);
    const ends = [whole, again].map(({ training }) =>
      [...training.save()].map(([name, array]) => [name, Array.from(array)]),
    );
    expect(ends[1]).toEqual(ends[0]);
    expect(again.training.evaluate()).toEqual(whole.training.evaluate());
  });

  test('a decision by hand is that of the evaluation, numbers included', () => {
    for (const network of [mlp(6), gru(5)]) {
      const { learner, shape, run } = opened(mixed, { ...tiny, network, last_action: true }, 2);
      run(20);
      const on = allocateBuffers(mixed.spec, 1);
      const view = mixed.create(1, 9, 0, on);
      view.reset();
      learner.begin!();
      learner.greedy(on, 1, new Uint32Array(4));
      for (const [agent, reals] of [1, 1, 2, 0].entries()) {
        const numbers = new Float64Array(reals);
        const from = shape.observationStart[agent]!;
        const seen = {
          observation: on.observations.slice(from, from + shape.observationLength[agent]!),
          mask: on.masks.slice(shape.actionStart[agent], shape.actionStart[agent]! + shape.actionCount[agent]!),
          before: -1,
        };
        expect(learner.decide!(agent, [seen], 0, numbers)).toBe(on.actions[agent]);
        expect([...numbers]).toEqual([...on.realActions.slice(agent, agent + reals)]);
      }
    }
  });

  test('numbers without bounds and critics with memory are refused', () => {
    const { spec } = mixed;
    const unbounded = { ...spec, realActionHigh: [[3], [3], [2, Number.POSITIVE_INFINITY], []] };
    expect(() => opened({ ...mixed, spec: unbounded }, tiny)).toThrow(/bounds on every real action.*agent 2/);
    expect(() => opened(mixed, { ...tiny, critic_network: gru(4) })).toThrow(/no memory/);
    const clash = algorithmNamed('MADDPG')!.clash!({ critic_network: gru(4) });
    expect(clash?.name).toBe('critic_network');
    expect(algorithmNamed('MADDPG')!.clash!({ critic_network: mlp(4), network: gru(4) })).toBeUndefined();
  });
});
