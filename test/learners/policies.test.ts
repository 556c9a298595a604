/** IPPO and MAPPO: what every policy-gradient learner of this kind has to get right, whatever the game. */
import { describe, expect, test } from 'vitest';
import { allocateBuffers, type GameBuffers } from '../../runtime/games/vector.ts';
import { algorithmNamed, completeSettings, type Settings } from '../../runtime/learners/catalogue.ts';
import { generalisedAdvantages } from '../../runtime/learners/deep/gae.ts';
import type { Arrays, Seen } from '../../runtime/learners/shared/learner.ts';
import { shapeOf } from '../../runtime/learners/shared/shape.ts';
import { wasmEngine } from '../../runtime/tensor/engines/wasm/index.ts';
import type { Schedule } from '../../runtime/train/spec.ts';
import { adamAt, constant, gameFrom, gru, libraryGame, loaded, mlp, returnOf, startDeep } from './deep-support.ts';

type Game = ReturnType<typeof libraryGame>;
const both = ['IPPO', 'MAPPO'] as const;
const small: Settings = { network: mlp(16), rollout: 8, epochs: 2 };

/** A learner whose buffers the test can see. */
function open(game: Game, name: string, given: Settings, envs: number, seed = 1) {
  const buffers = allocateBuffers(game.spec, envs);
  const vector = game.create(envs, seed, 0, buffers);
  vector.reset();
  const algorithm = algorithmNamed(name)!;
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
  return { learner, buffers, shape, run };
}

const kuhn = libraryGame('Kuhn');
const tag = libraryGame('SimpleTag');
const foraging = libraryGame('Foraging(size: 5, players: 2, foods: 1, coop: true)');

describe.each(both)('%s', name => {
  test.each([
    ['Kuhn', kuhn],
    ['Foraging', foraging],
  ] as const)('chooses only what is legal, and 0 where an agent waits: %s', (_, game) => {
    const { run, shape } = open(game, name, { ...small, optimizer: adamAt(0.01) }, 4);
    let waits = 0;
    run(60, ({ masks, actions }) => {
      for (let slot = 0; slot < actions.length; slot++) {
        const agent = slot % shape.agents;
        const start = Math.floor(slot / shape.agents) * shape.actionRow + shape.actionStart[agent]!;
        const legal = masks.subarray(start, start + shape.actionCount[agent]!);
        if (legal.includes(1)) expect(legal[actions[slot]!]).toBe(1);
        else {
          waits++;
          expect(actions[slot]).toBe(0);
        }
      }
    });
    expect(waits > 0).toBe(game === kuhn);
  });

  test.each(['none', 'class', 'all'] as const)('numbers stay finite with unequal classes, sharing %s', sharing => {
    const memories: Settings = { network: gru(8), critic_network: { layers: [{ kind: 'lstm', units: 6 }] } };
    for (const [minibatches, given] of [
      [3, { last_action: true, agent_ids: true }],
      [2, memories],
    ] as const) {
      const settings: Settings = { ...small, rollout: 7, sharing, ...given, minibatches, optimizer: adamAt(0.01) };
      const { learner, run } = open(tag, name, settings, 5);
      run(28);
      const metrics = learner.metrics!();
      expect(metrics.updates).toBe(4 * 2 * minibatches);
      for (const [key, value] of Object.entries(metrics)) expect([key, Number.isFinite(value)]).toEqual([key, true]);
      expect(metrics.entropy).toBeGreaterThan(0.1);
      for (const array of learner.save().values()) expect(array.every(Number.isFinite)).toBe(true);
    }
  });

  test.each([
    ['feed-forward', { network: mlp(8), minibatches: 3 }],
    [
      'recurrent',
      { network: gru(8), last_action: true, minibatches: 2, entropy: { from: 0.1, to: 0, over: 300, unit: 'steps' } },
    ],
  ] as const)('an interrupted training goes on bit for bit, %s', (_, given) => {
    const settings: Settings = { ...small, rollout: 6, ...given };
    const plan = { steps: 100_000, envs: 4 };
    const whole = startDeep(foraging, name, settings, 3, plan).training;
    whole.advance(40);
    whole.evaluate();
    const saved = whole.save();
    const resumed = startDeep(foraging, name, settings, 3, plan).training;
    resumed.restore(saved);
    for (const training of [whole, resumed]) training.advance(33);
    const [a, b] = [whole.save(), resumed.save()];
    expect([...b.keys()]).toEqual([...a.keys()]);
    for (const [key, array] of a) expect([key, same(array, b.get(key)!)]).toEqual([key, true]);
    expect(whole.statistics()).toEqual(resumed.statistics());
    expect(whole.evaluate()).toEqual(resumed.evaluate());
  });

  test('what a game draws does not depend on how many games run beside it', () => {
    const record = (envs: number): number[] => {
      const seen: number[] = [];
      open(foraging, name, { ...small, rollout: 100 }, envs).run(12, ({ actions }) =>
        seen.push(...actions.subarray(0, 6)),
      );
      return seen;
    };
    expect(record(3)).toEqual(record(8));
  });

  test.each([
    ['feed-forward', { network: mlp(8) }],
    ['recurrent', { network: gru(8), critic_network: { layers: [{ kind: 'lstm', units: 6 }] }, last_action: true }],
  ] as const)(
    'networks say the same in training as in play, across ends of episodes and of rollouts: %s',
    (_, given) => {
      // Before the first update of a rollout policy and critic are those that played: no divergence, and V - G is the advantage.
      const settings: Settings = {
        ...small,
        ...given,
        rollout: 7,
        epochs: 1,
        normalize_values: false,
        normalize_advantages: false,
        value_loss: 'mse',
        value_clip: false,
        gamma: 0.9,
        optimizer: adamAt(0.02),
      };
      const { learner, run, shape } = open(kuhn, name, settings, 6);
      for (let rollout = 0; rollout < 5; rollout++) {
        run(7);
        const { approximateKL, clipFraction, valueLoss } = learner.metrics!();
        expect(Math.abs(approximateKL!)).toBeLessThan(1e-7);
        expect(clipFraction).toBe(0);
        const losses = kuhn.spec.classNames.map(group => squaredAdvantages(learner.save(), group, 7, shape.envs));
        expect(valueLoss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / losses.length, 5);
      }
    },
  );

  test('what follows a cut is valued by its last observation and state, not by those of the next episode', () => {
    const game = loaded(
      gameFrom(`game Drift {
        agents A
        actions { Wait, Go }
        state { t: 0..9 }
        init { t ~ uniform(0..9) }
        step { next t = if t == 9 then 0 else t + 1 }
        observe { t }
        reward = t
        horizon 3
      }`),
    );
    const games = 16;
    const { learner, run } = open(game, name, { ...small, rollout: 10 }, games);
    run(10);
    const saved = learner.save();
    const [x, values, next] = ['x', 'values', 'next'].map(of => saved.get(`rollout.A.${of}`)!);
    const ended = saved.get('rollout.ended')!;
    const valueAt = new Map(Array.from(x!, (t, k) => [t, values![k]!]));
    expect(valueAt.size).toBe(10);
    let cuts = 0;
    for (let k = 0; k < x!.length; k++) {
      if (ended[k] === 0 && k < 9 * games) continue;
      cuts++;
      expect(next![k]).toBeCloseTo(valueAt.get((x![k]! + 1) % 10)!, 5);
    }
    expect(cuts).toBe(3 * games + games);
    expect(valueAt.get(0)).not.toBeCloseTo(valueAt.get(9)!, 2);
  });

  test('a time limit is no end: values go on behind it', () => {
    const value = (body: string): number => {
      const game = loaded(
        gameFrom(`game Paying {
          agents A
          actions { Wait, Go }
          observe { 0 }
          reward = 1
          ${body}
          discount 0.5
        }`),
      );
      const lr: Schedule = { from: 0.01, to: 0, over: 3200, unit: 'steps' };
      const settings: Settings = {
        ...small,
        optimizer: { ...adamAt(0), lr },
        epochs: 10,
        rollout: 5,
        normalize_values: false,
      };
      const { learner, run } = open(game, name, settings, 8);
      run(400);
      const values = learner.save().get('rollout.A.values')!;
      return Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;
    };
    // Paid 1 for ever every value is 1 + 1/2 + 1/4 + ... = 2; with five steps to go at most the mean is 1.6125.
    expect(value('state { t: 0..1 = 0 } horizon 5')).toBeCloseTo(2, 1);
    expect(value('state { t: 0..5 = 0 } step { next t = min(t + 1, 5) } end when t == 5')).toBeCloseTo(1.6125, 1);
  });
});

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((x, k) => Object.is(x, b[k]));
}

/** Half the mean of (G - V)^2 over the steps in which the agents of a group acted, from a checkpoint. */
function squaredAdvantages(saved: Arrays, group: string, steps: number, games: number): number {
  const of = (name: string) => saved.get(`rollout.${group}.${name}`)!;
  const active = of('active');
  const advantages = new Float64Array(active.length);
  const agents = active.length / (steps * games);
  const experience = { rewards: of('rewards'), values: of('values'), next: of('next'), active };
  const ended = saved.get('rollout.ended')!;
  generalisedAdvantages(
    { steps, agents, games, ended, ...experience },
    0.9,
    0.95,
    advantages,
    new Float64Array(active.length),
  );
  const count = Array.from(active).reduce((sum, flag) => sum + flag, 0);
  return (0.5 * advantages.reduce((sum, a) => sum + a * a, 0)) / count;
}

describe('choosing', () => {
  test('greedy takes the likeliest, sample follows the probabilities, the tables show them', () => {
    const climbing = libraryGame('Climbing');
    const settings: Settings = { ...small, optimizer: adamAt(0.01), entropy: constant(1) };
    const { learner, run, shape } = open(climbing, 'IPPO', settings, 4);
    run(64);
    const envs = 100;
    const on = allocateBuffers(climbing.spec, envs);
    on.masks.fill(1);
    const [row] = learner.view();
    expect(row!.rows).toBe(1);
    const probabilities = [0, 1, 2].map(action => row!.value(0, action));
    expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    learner.greedy(on, envs, new Uint32Array(envs * shape.agents));
    expect(new Set(on.actions.filter((_, k) => k % 2 === 0))).toEqual(new Set([row!.best(0)]));
    const draws = Uint32Array.from({ length: envs * 2 }, (_, k) => ((Math.floor(k / 2) + 0.5) / envs) * 4294967296);
    learner.sample!(on, envs, draws);
    for (const action of [0, 1, 2]) {
      const share = on.actions.filter((chosen, k) => k % 2 === 0 && chosen === action).length / envs;
      expect(Math.abs(share - probabilities[action]!)).toBeLessThanOrEqual(0.011);
    }
    expect(learner.begin).toBeUndefined();
  });

  test('one decision from what an agent has seen is what it does in the game', () => {
    const settings: Settings = { ...small, network: gru(8), last_action: true, optimizer: adamAt(0.02) };
    const { learner, run, shape } = open(foraging, 'MAPPO', settings, 4);
    run(32);
    const on = allocateBuffers(foraging.spec, 2);
    const vector = foraging.create(2, 7, 0, on);
    vector.reset();
    learner.begin!();
    const seen: Seen[] = [];
    const chosen: number[] = [];
    for (let t = 0; t < 10; t++) {
      const [o, m] = [shape.observationStart[1]!, shape.actionStart[1]!];
      seen.push({
        observation: on.observations.slice(o, o + shape.observationLength[1]!),
        mask: on.masks.slice(m, m + shape.actionCount[1]!),
        before: chosen.at(-1) ?? -1,
      });
      learner.greedy(on, 2, new Uint32Array(4));
      chosen.push(on.actions[1]!);
      vector.step();
    }
    expect(seen.map((_, t) => learner.decide!(1, seen.slice(0, t + 1), 0))).toEqual(chosen);
  });
});

describe('updates', () => {
  test('clipping the ratio keeps the policy near the one that played', () => {
    const divergence = (clip_ratio: number): number => {
      const settings: Settings = { ...small, clip_ratio, epochs: 30, optimizer: adamAt(0.01) };
      const { learner, run } = open(libraryGame('Climbing'), 'IPPO', settings, 16);
      run(32);
      return learner.metrics!().approximateKL!;
    };
    expect(divergence(0.05)).toBeLessThan(0.2 * divergence(1));
  });

  test('agents that share nothing learn as if the others were not there', () => {
    const ownPart = (scale: number): number[] => {
      const game = loaded(
        gameFrom(`game Alone {
          agents P[2]
          actions { Wait, Go }
          reward[p: P] = (if action[p] == Go then 1 else 0) * (if ord(p) == 0 then 1 else ${scale})
        }`),
      );
      const { learner, run } = open(game, 'IPPO', { ...small, sharing: 'none', clip: 0.01 }, 8);
      run(40);
      const learned = [...learner.save()].filter(([key]) => /^tensor\.(actor|critic)\/P\//.test(key));
      expect(learned.length).toBeGreaterThan(4);
      return learned.flatMap(([, array]) => Array.from(array.subarray(0, array.length / 2)));
    };
    expect(ownPart(1000)).toEqual(ownPart(1));
  });
});

describe('learning', () => {
  test.each(both)('%s slides to a safe equilibrium of penalty and climbing, as the published runs do', name => {
    const settings: Settings = { network: mlp(16), rollout: 16, optimizer: adamAt(2e-3) };
    const plan = { steps: 8000, envs: 16, episodes: 1 };
    expect(returnOf(libraryGame('Penalty(k: -25)'), name, settings, 1, plan)).toBe(2);
    expect([5, 6, 7]).toContain(returnOf(libraryGame('Climbing'), name, settings, 1, plan));
  });

  test('IPPO with rewards of their own: both defect in the prisoner’s dilemma', () => {
    const settings: Settings = { network: mlp(16), rollout: 16, optimizer: adamAt(2e-3) };
    expect(returnOf(libraryGame('PrisonersDilemma'), 'IPPO', settings, 1, { steps: 8000, envs: 16 })).toBe(-3);
  });

  test.each(both)('%s takes the risk in the two-step game, and forages together', name => {
    const settings: Settings = { rollout: 32, optimizer: adamAt(1e-3), network: mlp(64), minibatches: 4, epochs: 4 };
    expect(returnOf(libraryGame('TwoStep'), name, settings, 1, { steps: 20_000, envs: 8 })).toBe(8);
    const plan = { steps: 60_000, envs: 16, episodes: 100, teamReward: 'sum' } as const;
    // A random team earns 0.05.
    expect(returnOf(foraging, name, settings, 1, plan)).toBeGreaterThan(0.75);
  });

  test.each(both)('%s with memory answers a cue seen three steps before, without it cannot', name => {
    const remember = loaded(
      gameFrom(`game Remember {
        agents A, B
        actions { Left, Right }
        state { cue: 0..1  t: 0..4 = 0 }
        init { cue ~ uniform(0..1) }
        step { next t = min(t + 1, 4) }
        observe[p] { if t == 0 then 2 * cue - 1 else 0, t / 4 }
        reward = if t == 3 then sum(if (action[p] == Right) == (cue == 1) then 0.5 else 0 for p in agents) else 0
        end when t == 4
      }`),
    );
    const settings: Settings = { rollout: 10, optimizer: adamAt(3e-3), minibatches: 2, entropy: constant(0.02) };
    const plan = { steps: 40_000, envs: 16, episodes: 100 };
    expect(returnOf(remember, name, { ...settings, network: gru(16) }, 1, plan)).toBe(1);
    expect(returnOf(remember, name, { ...settings, network: mlp(16) }, 1, plan)).toBeLessThan(0.8);
  });
});
