/** QTRAN, QPLEX and weighted QMIX where VDN and QMIX fail; hysteretic and lenient deep Q-learning where the plain one does. */
import { describe, expect, test } from 'vitest';
import type { LoadedGame } from '../../runtime/games/load.ts';
import { allocateBuffers } from '../../runtime/games/vector.ts';
import { algorithmNamed, type Settings } from '../../runtime/learners/catalogue.ts';
import { leniencyNote } from '../../runtime/learners/deep/leniency.ts';
import { behaviourNote } from '../../runtime/learners/deep/notes.ts';
import { Replay } from '../../runtime/learners/deep/replay.ts';
import type { Arrays } from '../../runtime/learners/shared/learner.ts';
import { shapeOf } from '../../runtime/learners/shared/shape.ts';
import { adamAt, constant, gru, libraryGame, mixerFor, mlp, startDeep } from './deep-support.ts';
import { dense, oneHot } from './loss-support.ts';

const withMixers = (game: LoadedGame, more: Settings): Settings => ({
  mixer: { name: 'TwoLayer', model: mixerFor(game, 'TwoLayer', 'TwoLayer') },
  central: { name: 'Central', model: mixerFor(game, 'Central', 'Central', { hidden: '32', layers: '2' }) },
  ...more,
});

describe('QTRAN game', () => {
  const game = libraryGame('Qtran');
  /** All joint actions are seen alike and none is forgotten. */
  const uniform = (steps: number): Settings => ({
    explore: constant(1),
    optimizer: adamAt(1e-3),
    target_every: 100,
    replay: { amount: steps, unit: 'episodes' },
  });
  const payoffs = [8, -12, -12, -12, 0, 0, -12, 0, 0];

  test.each(['base', 'alt'])('QTRAN (%s) finds 8, and its joint value is the payoff table', variant => {
    const { training, learner } = startDeep(game, 'QTRAN', { ...uniform(8000), variant }, 1, {
      steps: 8000,
      episodes: 1,
    });
    while (!training.done()) training.advance(8000);
    expect(training.evaluate().return.mean).toBe(8);
    const saved = new Map([...learner.save()].map(([name, array]) => [name, Float64Array.from(array)]));
    const units = ['mlp0/dense0', 'mlp0/dense1', 'dense1'].map(unit => `tensor.online/joint/${unit}`);
    // A game without state: the networks read a constant 1.
    const found = payoffs.map((_, k) => dense(saved, units, [1, ...oneHot([Math.floor(k / 3), k % 3])])[0]!);
    for (const [k, payoff] of payoffs.entries()) expect(Math.abs(found[k]! - payoff), `${found}`).toBeLessThan(0.5);
  });

  test('QPLEX finds 8', () => {
    const mixer = { name: 'Duplex', model: mixerFor(game, 'Duplex', 'Duplex') };
    expect(finalOf(game, 'QPLEX', { ...uniform(5000), mixer }, 5000)).toBe(8);
  });

  test.each(['central', 'optimistic'])('weighted QMIX (%s) finds 8', weighting => {
    expect(finalOf(game, 'WQMIX', withMixers(game, { ...uniform(5000), weighting }), 5000)).toBe(8);
  });

  test('without weights it is QMIX: 0', () => {
    expect(finalOf(game, 'WQMIX', withMixers(game, { ...uniform(5000), alpha: 1 }), 5000)).toBe(0);
  });
});

function finalOf(game: LoadedGame, name: string, settings: Settings, steps: number): number {
  const { training } = startDeep(game, name, settings, 1, { steps, episodes: 1 });
  while (!training.done()) training.advance(steps);
  return training.evaluate().return.mean;
}

describe('climbing, by agents that do not know of each other', () => {
  const game = libraryGame('Climbing');
  const settings: Settings = {
    explore: { from: 1, to: 0.05, over: 4000, unit: 'steps' },
    optimizer: adamAt(1e-3),
    target_every: 100,
  };

  // The pattern of table 1.1 of the tabular forms: IQL 5.07 on average, hysteretic 11, lenient 11 where it cools slowly, else 5.
  test.each([
    ['plain', {}, false],
    ['hysteretic', { beta: 0.05 }, true],
    ['lenient', { temperature: 50, cooling: 0.999 }, true],
    ['lenient, cooled too fast', { temperature: 1, cooling: 0.995 }, false],
  ] as const)('%s', (_, more, optimal) => {
    const found = finalOf(game, 'IDQN', { ...settings, ...more }, 6000);
    if (optimal) expect(found).toBe(11);
    else expect(found).toBeLessThan(8);
  });
});

describe('what is kept of a choice', () => {
  const { spec } = libraryGame('TwoStep');
  const shape = shapeOf(spec, 1);
  const choice = {
    agent: 0,
    action: 1,
    observations: Float32Array.of(9, 1, 0, 0),
    observationAt: 1,
    values: Float32Array.of(7, 1, 3, 2),
    available: Float32Array.of(1, 1, 1, 0),
    start: 1,
    actionCount: 3,
    epsilon: 0.2,
  };

  test('the probability of an epsilon-greedy choice, among what is available', () => {
    const note = behaviourNote();
    // Two are available, numbers 0 and 1 with values 1 and 3.
    expect(note.keep(choice)).toBeCloseTo(0.8 + 0.1, 12);
    expect(note.keep({ ...choice, action: 0 })).toBeCloseTo(0.1, 12);
    expect(note.keep({ ...choice, epsilon: 0 })).toBe(1);
  });

  test.each([
    [true, 3],
    [false, 3],
    [false, 1],
  ])('stays with its step (sliding windows %s, length %i), and through a checkpoint', (sliding, length) => {
    const buffers = allocateBuffers(spec, 1);
    const options = { capacity: 50, length, sliding, stateLength: 0, notes: 2 };
    const replay = new Replay(shape, options);
    // Each step is numbered by its reward; the notes are made of that number.
    for (let step = 0; step < 40; step++) {
      replay.see(buffers, 0);
      for (const agent of [0, 1]) for (const k of [0, 1]) replay.note(k, 0, agent, 100 * step + 10 * k + agent);
      buffers.rewards.fill(step);
      buffers.ended[0] = [0, 0, 1, 0, 0, 0, 2][step % 7]!;
      replay.add(buffers, 0);
    }
    const saved: Arrays = new Map();
    replay.save(saved);
    const again = new Replay(shape, options);
    again.restore(saved);
    let seen = 0;
    for (const one of [replay, again])
      for (let window = 0; window < one.count; window++)
        for (let t = 0; t < one.steps[window]!; t++)
          for (const agent of [0, 1]) {
            const at = (window * length + t) * 2 + agent;
            for (const k of [0, 1]) expect(one.notes[k]![at]).toBe(100 * one.rewards[at]! + 10 * k + agent);
            seen++;
          }
    expect(seen).toBeGreaterThan(100);
  });

  test('leniency falls with every visit of an observation and action, and forgives that often', () => {
    const note = leniencyNote(shape, { temperature: 2, leniency: 0.5, cooling: 0.5 }, 1);
    const of = (temperature: number): number => 1 - Math.exp(-0.5 * temperature);
    expect([1, 2, 3].map(() => note.keep(choice))).toEqual([of(2), of(1), of(0.5)]);
    expect(note.keep({ ...choice, action: 0 })).toBe(of(2));
    expect(note.keep({ ...choice, agent: 1 })).toBe(of(2));
    expect(note.keep({ ...choice, observationAt: 0 })).toBe(of(2));
    expect(note.keep({ ...choice, observations: Float32Array.of(-1, 1, -0, 0) })).toBe(of(0.25));
    const heard = Array.from({ length: 20_000 }, () => note.recall(0.3)).reduce((a, b) => a + b) / 20_000;
    // Five standard deviations.
    expect(Math.abs(heard - 0.7)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / 20_000));
  });
});

describe('as the other value learners', () => {
  test('settings that exclude each other are refused, with what to do', () => {
    const clash = (settings: Settings) => algorithmNamed('IDQN')?.clash?.(settings);
    expect(clash({ beta: 0.5, temperature: 0, importance: false, n_step: 3 })).toBeUndefined();
    expect(clash({ beta: 1, temperature: 1, importance: true, n_step: 1 })).toBeUndefined();
    expect(clash({ beta: 0.5, temperature: 1 })).toMatchObject({ name: 'beta', found: '0.5' });
    expect(clash({ importance: true, n_step: 2 })).toMatchObject({ name: 'n_step', found: '2' });
  });

  const forage = libraryGame('Foraging(size: 5, players: 2, foods: 1)');
  const duplex = { name: 'Duplex', model: mixerFor(forage, 'Duplex', 'Duplex', { hidden: '8' }) };
  test.each([
    ['QTRAN', 'alt', { variant: 'alt', joint_units: 8 }, mlp(16)],
    ['QTRAN', 'base', { joint_units: 8 }, gru(8)],
    ['QPLEX', 'with memory', { mixer: duplex }, gru(8)],
    ['WQMIX', 'with memory', withMixers(forage, { weighting: 'central' }), gru(8)],
    ['IDQN', 'lenient, importance', { temperature: 5, importance: true, importance_cap: 10 }, gru(8)],
    ['IDQN', 'lenient, n-step', { temperature: 5, n_step: 3 }, mlp(16)],
  ] as const)('%s (%s): interrupted and resumed gives the same as never interrupted', (name, _, more, network) => {
    const plan = { steps: 900, envs: 3, episodes: 10 };
    const settings: Settings = {
      explore: constant(0.3),
      optimizer: adamAt(1e-3),
      replay: { amount: 60, unit: 'episodes' },
      batch: 8,
      target_every: 5,
      network,
      ...more,
    };
    const start = () => startDeep(forage, name, settings, 5, plan);
    const whole = start();
    while (whole.training.step() < 450) whole.training.advance(150);
    const again = start();
    again.training.restore(whole.training.save());
    for (const { training } of [whole, again]) while (!training.done()) training.advance(150);
    const [one, two] = [whole, again].map(({ training }) =>
      [...training.save()].map(([key, array]) => [key, Array.from(array)]),
    );
    expect(two).toEqual(one);
    expect(whole.learner.metrics?.().updates).toBeGreaterThan(4);
  });
});
