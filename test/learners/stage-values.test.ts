/** Nash-Q, friend-Q, foe-Q and correlated-Q: updates by hand, stage games with known solutions, and Markov games solved exactly. */
import { describe, expect, test } from 'vitest';
import { emitGame } from '../../compiler/emit/game.ts';
import { loadGame } from '../../runtime/games/load.ts';
import type { GameSpec } from '../../runtime/games/vector.ts';
import type { Settings } from '../../runtime/learners/catalogue.ts';
import type { Arrays, Learner } from '../../runtime/learners/shared/learner.ts';
import { isRefusal, solve } from '../../runtime/solvers/index.ts';
import { trainSeed } from '../../runtime/train/run.ts';
import { toFloat } from '../../runtime/verify/number.ts';
import { library } from '../solvers/extensive/support.ts';
import { gameOf } from '../stdlib/library.ts';
import { handSpec, payoffGame, type TestGame, zeroSumGame } from './games.ts';
import { constant, learnerOn, trainSpec } from './support.ts';
import { meetingText, textOf } from './texts.ts';

const still = { alpha: constant(0.5), visits: false, explore: constant(0), initial: 0 };
const bits = (...numbers: number[]) => new Int32Array(Float32Array.from(numbers).buffer);
const numbers = (arrays: Arrays, name: string): number[] => [...(arrays.get(name) as Float64Array)];

/** Gives a table the rows of observations 5 (reached) and 7 (where an episode was cut) with these values. */
function withRows(learner: Learner, table: string, keys: Int32Array, columns: Record<string, readonly number[]>): void {
  const known = learner.save();
  known.set(`${table}.count`, Int32Array.of(2));
  known.set(`${table}.keys`, keys);
  known.set(`${table}.legal`, new Uint8Array(8).fill(1));
  known.set(`${table}.visits`, new Float64Array(8));
  for (const [name, values] of Object.entries(columns)) known.set(`${table}.${name}`, Float64Array.from(values));
  learner.restore(known);
}

describe('updates by hand', () => {
  for (const [ended, name, tail] of [
    [0, 'running', [10, -4]],
    [1, 'terminated', [0, 0]],
    [2, 'truncated', [4, 6]],
  ] as const) {
    const next = tail.map(value => 0.5 * value);

    test(`each of two Nash-Q learners values everybody when ${name}`, () => {
      const { learner, buffers } = learnerOn({ spec: handSpec }, 'NashQ', still);
      const q = new Array(16).fill(0);
      for (const agent of [0, 1])
        withRows(learner, `agent${agent}`, bits(5, 7), { q, value: [10, -4, 4, 6], policy: [1, 0, 1, 0] });
      buffers.observations.set([1, 1]);
      learner.act(0, 0);
      const joint = 2 * buffers.actions[0]! + buffers.actions[1]!;
      buffers.rewards.set([1, 3]);
      buffers.ended[0] = ended;
      buffers.observations.set([5, 5]);
      buffers.finalObservations.set([7, 7]);
      learner.update(0, 0);
      for (const agent of [0, 1]) {
        const learned = numbers(learner.save(), `agent${agent}.q`).slice(16);
        // Half of the way from 0 to r + 0.5 V, for both, in the tables of both.
        expect(learned[joint]).toBe(0.5 * (1 + next[0]!));
        expect(learned[4 + joint]).toBe(0.5 * (3 + next[1]!));
        expect(learned.filter(value => value !== 0)).toHaveLength(2);
      }
    });

    test(`correlated-Q has one table of what all see when ${name}`, () => {
      const { learner, buffers } = learnerOn({ spec: handSpec }, 'CorrelatedQ', still);
      withRows(learner, 'central', bits(5, 6, 7, 8), {
        q: new Array(16).fill(0),
        value: [10, -4, 4, 6],
        device: new Array(8).fill(0.25),
      });
      buffers.observations.set([1, 2]);
      learner.act(0, 0);
      const joint = 2 * buffers.actions[0]! + buffers.actions[1]!;
      buffers.rewards.set([1, 3]);
      buffers.ended[0] = ended;
      buffers.observations.set([5, 6]);
      buffers.finalObservations.set([7, 8]);
      learner.update(0, 0);
      const learned = numbers(learner.save(), 'central.q').slice(16);
      expect(learned[joint]).toBe(0.5 * (1 + next[0]!));
      expect(learned[4 + joint]).toBe(0.5 * (3 + next[1]!));
    });

    for (const algorithm of ['FriendQ', 'FoeQ'])
      test(`${algorithm} values itself when ${name}`, () => {
        const { learner, buffers } = learnerOn({ spec: handSpec }, algorithm, still);
        withRows(learner, 'agent1', bits(5, 7), { q: new Array(8).fill(0), value: [-4, 6], policy: [1, 0, 1, 0] });
        buffers.observations.set([1, 1]);
        learner.act(0, 0);
        const joint = 2 * buffers.actions[0]! + buffers.actions[1]!;
        buffers.rewards.set([1, 3]);
        buffers.ended[0] = ended;
        buffers.observations.set([5, 5]);
        buffers.finalObservations.set([7, 7]);
        learner.update(0, 0);
        expect(numbers(learner.save(), 'agent1.q').slice(8)[joint]).toBe(0.5 * (3 + next[1]!));
      });
  }

  test('with `visits` a value is the mean of its targets', () => {
    for (const name of ['NashQ', 'FriendQ', 'FoeQ', 'CorrelatedQ']) {
      const { learner, buffers } = learnerOn({ spec: handSpec }, name, { explore: constant(0) });
      buffers.observations.set([1, 1]);
      buffers.masks.set([1, 0, 1, 0]);
      for (const reward of [4, 1, 1, -2]) {
        learner.act(0, 0);
        expect([...buffers.actions]).toEqual([0, 0]);
        buffers.rewards.set([reward, 1]);
        buffers.ended[0] = 1;
        learner.update(0, 0);
      }
      const table = name === 'CorrelatedQ' ? 'central' : 'agent0';
      expect([name, numbers(learner.save(), `${table}.q`)[0]]).toEqual([name, 1]);
      expect([name, numbers(learner.save(), `${table}.value`)[0]]).toEqual([name, 1]);
    }
  });
});

/** Every joint action once, at step size 1: the values are the payoffs. */
function taught(game: TestGame, name: string, given: Settings = {}): Learner {
  const { learner, buffers } = learnerOn(game, name, { explore: constant(0), ...given });
  const [m, n] = game.spec.actionCount as [number, number];
  const played = game.create(1, 1, 0, buffers);
  played.reset();
  for (let k = 0; k < m * n; k++) {
    learner.act(0, 0);
    buffers.actions.set([Math.floor(k / n), k % n]);
    played.step();
    learner.update(0, 0);
  }
  return learner;
}

const battle = payoffGame('Battle', 2, [2, 0, 0, 1], [1, 0, 0, 2]);
const chicken = payoffGame('Chicken', 2, [6, 2, 7, 0], [6, 7, 2, 0]);

describe('Nash-Q selects', () => {
  test('the first, the second or, each for itself, the best of the pure equilibria', () => {
    const values = (selection: string) => {
      const arrays = taught(battle, 'NashQ', { selection }).save();
      return [numbers(arrays, 'agent0.value'), numbers(arrays, 'agent1.value')];
    };
    expect(values('first')).toEqual([
      [2, 1],
      [2, 1],
    ]);
    expect(values('second')).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(values('best')).toEqual([
      [2, 1],
      [1, 2],
    ]);
  });

  test('by what it is worth', () => {
    // Three equilibria on the diagonal: (9, 1) has the greatest sum, (4, 4) the greatest least value, (2, 2) comes first.
    const three = payoffGame('Three', 3, [2, 0, 0, 0, 9, 0, 0, 0, 4], [2, 0, 0, 0, 1, 0, 0, 0, 4]);
    for (const [selection, expected] of [
      ['first', [2, 2]],
      ['second', [9, 1]],
      ['welfare', [9, 1]],
      ['egalitarian', [4, 4]],
    ] as const)
      expect(numbers(taught(three, 'NashQ', { selection }).save(), 'agent1.value')).toEqual(expected);
  });

  test('a mixed one where there is no pure one', () => {
    // Row is indifferent at q = 1/5, Column at p = 1/2: worth 4/5 and 1/2.
    const stakes = payoffGame('Stakes', 2, [4, 0, 0, 1], [0, 1, 1, 0]);
    const arrays = taught(stakes, 'NashQ').save();
    expect(numbers(arrays, 'agent0.policy').map(p => p.toFixed(9))).toEqual(['0.500000000', '0.500000000']);
    expect(numbers(arrays, 'agent1.policy').map(p => p.toFixed(9))).toEqual(['0.200000000', '0.800000000']);
    expect(numbers(arrays, 'agent0.value')[0]).toBeCloseTo(4 / 5, 9);
    expect(numbers(arrays, 'agent0.value')[1]).toBeCloseTo(1 / 2, 9);
  });
});

describe('correlated-Q on Chicken', () => {
  test('the four equilibria of Greenwald and Hall', () => {
    const found = (selection: string) => {
      const arrays = taught(chicken, 'CorrelatedQ', { selection }).save();
      return { device: numbers(arrays, 'central.device'), value: numbers(arrays, 'central.value') };
    };
    for (const selection of ['utilitarian', 'egalitarian']) {
      const { device, value } = found(selection);
      [0.5, 0.25, 0.25, 0].forEach((p, u) => {
        expect(device[u]).toBeCloseTo(p, 12);
      });
      for (const v of value) expect(v).toBeCloseTo(21 / 4, 12);
    }
    // The most that anybody gets is 7, and the first of those who can is chosen; if each goes for its own, they crash.
    expect(found('republican')).toEqual({ device: [0, 0, 1, 0], value: [7, 2] });
    expect(found('libertarian')).toEqual({ device: [0, 0, 0, 1], value: [0, 0] });
  });

  test('the joint action is drawn from the device, not from its marginals', () => {
    const learner = taught(chicken, 'CorrelatedQ');
    const { buffers } = learnerOn(chicken, 'CorrelatedQ', {}, 4000);
    const draws = Uint32Array.from({ length: 8000 }, (_, k) => (Math.floor(k / 2) + 0.5) * (4294967296 / 4000));
    learner.greedy(buffers, 4000, draws);
    const counts = [0, 0, 0, 0];
    for (let e = 0; e < 4000; e++) counts[2 * buffers.actions[2 * e]! + buffers.actions[2 * e + 1]!]!++;
    // Independent draws would crash in one of sixteen games.
    expect(counts).toEqual([2000, 1000, 1000, 0]);
  });
});

describe('friends and foes', () => {
  test('two friends in the battle of the sexes each do what they like and miss each other', () => {
    const arrays = taught(battle, 'FriendQ').save();
    expect([numbers(arrays, 'agent0.value'), numbers(arrays, 'agent1.value')]).toEqual([[2], [2]]);
    expect([numbers(arrays, 'agent0.policy'), numbers(arrays, 'agent1.policy')]).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test('two foes there make themselves sure of 2/3', () => {
    const arrays = taught(battle, 'FoeQ').save();
    for (const agent of [0, 1]) {
      expect(numbers(arrays, `agent${agent}.value`)[0]).toBeCloseTo(2 / 3, 12);
      expect(numbers(arrays, `agent${agent}.policy`)[agent]).toBeCloseTo(1 / 3, 12);
    }
  });

  test('all others are one foe: it takes both to hold the third to a half', () => {
    const agents = ['A', 'B', 'C'];
    const names = agents.map(() => ['0', '1']);
    const parity: GameSpec = {
      ...handSpec,
      agents,
      classOf: [0, 1, 2],
      classNames: agents,
      observationLength: [0, 0, 0],
      actionCount: [2, 2, 2],
      actionNames: names,
      realActionLength: [0, 0, 0],
      realActionLow: [[], [], []],
      realActionHigh: [[], [], []],
      oneShot: true,
    };
    for (const [name, worth] of [
      ['FoeQ', 1 / 2],
      ['FriendQ', 1],
    ] as const) {
      const { learner, buffers } = learnerOn({ spec: parity }, name, {});
      for (let k = 0; k < 8; k++) {
        learner.act(0, 0);
        const [a, b, c] = [k >> 2, (k >> 1) & 1, k & 1] as const;
        buffers.actions.set([a, b, c]);
        buffers.rewards.set([0, 0, (a ^ b) === c ? 1 : 0]);
        buffers.ended[0] = 1;
        learner.update(0, 0);
      }
      expect(numbers(learner.save(), 'agent2.value')).toEqual([worth]);
      expect(numbers(learner.save(), 'agent0.value')).toEqual([0]);
    }
  });

  test('for two opponents foe-Q is minimax-Q, bit for bit', () => {
    const game = loadGame(textOf(meetingText, true));
    const common = { explore: constant(0.2), alpha: constant(0.3), initial: 1 };
    const budget = { amount: 4000, unit: 'steps' } as const;
    const foe = trainSeed(trainSpec('FoeQ', { settings: { ...common, visits: false }, budget }), game, 5).checkpoint;
    const minimax = trainSeed(trainSpec('MinimaxQ', { settings: { ...common, decay: 1 }, budget }), game, 5).checkpoint;
    for (const agent of [0, 1])
      for (const part of ['count', 'keys', 'value', 'policy'])
        expect(foe.get(`learner.agent${agent}.${part}`)).toEqual(minimax.get(`learner.agent${agent}.${part}`));
    // Joint actions are numbered by agent, minimax-Q's with the own action first: the second agent's are transposed.
    expect(foe.get('learner.agent0.q')).toEqual(minimax.get('learner.agent0.q'));
    const own = numbers(minimax, 'learner.agent1.q');
    expect(numbers(foe, 'learner.agent1.q')).toEqual(
      own.map((_, k) => own[9 * Math.floor(k / 9) + 3 * (k % 3) + Math.floor((k % 9) / 3)]),
    );
  });

  test('in zero-sum games correlated-Q learns the values of foe-Q', () => {
    const game = loadGame(textOf(meetingText, true));
    const learned = (name: string) =>
      trainSeed(
        trainSpec(name, {
          settings: { alpha: constant(1), visits: false },
          budget: { amount: 30_000, unit: 'steps' },
          evaluate: { every: { amount: 30_000, unit: 'steps' }, episodes: 1 },
        }),
        game,
        1,
      ).checkpoint;
    const [foe, device] = [learned('FoeQ'), learned('CorrelatedQ')];
    const keysOf = (arrays: Arrays, table: string, width: number) => {
      const flat = new Float32Array((arrays.get(`learner.${table}.keys`) as Int32Array).slice().buffer);
      return Array.from({ length: flat.length / width }, (_, row) => flat.slice(row * width, row * width + 2).join());
    };
    const values = numbers(foe, 'learner.agent0.value');
    const foes = new Map(keysOf(foe, 'agent0', 2).map((key, row) => [key, values[row]!]));
    const joint = numbers(device, 'learner.central.value');
    const keys = keysOf(device, 'central', 4);
    expect(keys).toHaveLength(foes.size);
    keys.forEach((key, row) => {
      expect(joint[2 * row]).toBeCloseTo(foes.get(key)!, 6);
      expect(joint[2 * row + 1]).toBeCloseTo(-foes.get(key)!, 6);
    });
    const pennies = taught(zeroSumGame('Pennies', 2, [3, -1, -1, 1]), 'CorrelatedQ').save();
    expect(numbers(pennies, 'central.value')[0]).toBeCloseTo(1 / 3, 12);
  });
});

/** Trained on a library game from uniformly random play. */
function trained(name: string, algorithm: string, steps: number, settings: Settings, seed: number) {
  const game = loadGame(emitGame(gameOf(name), { types: false, module: 'function' }));
  const budget = { amount: steps, unit: 'steps' } as const;
  const spec = trainSpec(algorithm, { settings, budget, evaluate: { every: budget, episodes: 1 } });
  return trainSeed(spec, game, seed);
}

/** Values of agent 0 and agent 1 at the start, each by its own table where it has one. */
function startValues(name: string, algorithm: string, steps: number, settings: Settings): [number, number] {
  const { checkpoint } = trained(name, algorithm, steps, settings, 1);
  // The first row is where every episode starts.
  if (algorithm === 'CorrelatedQ') return numbers(checkpoint, 'learner.central.value').slice(0, 2) as [number, number];
  const first = numbers(checkpoint, 'learner.agent0.value');
  if (algorithm === 'NashQ') return first.slice(0, 2) as [number, number];
  return [first[0]!, numbers(checkpoint, 'learner.agent1.value')[0]!];
}

describe('grid games, beside the exact solvers', () => {
  const sure = { alpha: constant(1), visits: false };

  test('grid game 1 is deterministic: values are those of value iteration', async () => {
    for (const [algorithm, concept, settings] of [
      ['NashQ', 'nash', { selection: 'welfare' }],
      ['CorrelatedQ', 'correlated', {}],
      ['FriendQ', 'friend', {}],
      ['FoeQ', 'foe', {}],
    ] as const) {
      const answer = await solve(library('GridGame1'), { concept });
      if (isRefusal(answer)) throw new Error(answer.refused);
      const found = startValues('GridGame1', algorithm, 12_000, { ...sure, ...settings });
      answer.values?.forEach((value, i) => {
        expect([algorithm, i, found[i]!.toFixed(6)]).toEqual([algorithm, i, toFloat(value).toFixed(6)]);
      });
      if (concept !== 'foe') expect(found[0]).toBeCloseTo(97.0299, 9);
    }
  });

  test('grid game 2: two Nash-Q learners that take the first agree who goes round, whatever they met by chance', () => {
    const outcomes = [1, 2, 3].map(seed => {
      const { checkpoint } = trained('GridGame2', 'NashQ', 15_000, { selection: 'first' }, seed);
      return [0, 1].map(agent => {
        const policy = numbers(checkpoint, `learner.agent${agent}.policy`).slice(0, 4);
        return ['Up', 'Down', 'Left', 'Right'][policy.indexOf(1)];
      });
    });
    // The two pure equilibria at the start; agents that choose different ones would collide or both try the barrier.
    for (const outcome of outcomes)
      expect([
        ['Right', 'Up'],
        ['Up', 'Left'],
      ]).toContainEqual(outcome);
  });
});
