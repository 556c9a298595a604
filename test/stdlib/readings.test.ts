/**
 * One model, three readings: on every game of the library and of the examples the sampled reading (emitted code), the stepped reading and the exact
 * reading say the same.
 */
import { describe, expect, test } from 'vitest';
import type { GameModel } from '../../compiler/game/model.ts';
import { Stepped } from '../../compiler/game/stepped.ts';
import type { LoadedGame } from '../../runtime/games/load.ts';
import { allocateBuffers, offsets } from '../../runtime/games/vector.ts';
import { Stream } from '../../runtime/rng/stream.ts';
import { chooseRandomly, compareReadings, load, type Running, start } from '../emit/against.ts';
import { tableOf } from '../game/tables.ts';
import {
  deviation,
  type ExactOutcome,
  ExactStep,
  followExactly,
  followTable,
  type Moment,
  stateOf,
  stateOfVector,
} from './exactly.ts';
import { exampleGames, gameOf, libraryGames } from './library.ts';

/** Settings that switch on what the defaults leave out. */
const variants = [
  'ConnectFour(rows: 4, cols: 4)',
  'DecTiger(steps: 5)',
  'Epidemic(people: 4, cost: 0.5)',
  'Foraging(size: 5, players: 2, foods: 1, coop: true)',
  'Foraging(size: 6, players: 3, foods: 2, sight: 2, penalty: 0.1)',
  'GaussianSqueeze(players: 3, two_peaks: true)',
  'Ising(n: 3, steps: 7)',
  'IteratedPrisonersDilemma(rounds: 7, memory: 3)',
  'Lever(identities: 4, players: 3, levers: 2)',
  'PredatorPrey(size: 3, sight: 2, steps: 20)',
  'PublicGoods(citizens: 5)',
  'SimpleSpread(players: 5, self_collision: false)',
  'SimpleTag(predators: 2, obstacles: 1)',
  'Soccer(rows: 6, cols: 7)',
  'Warehouse(robots: 4, requests: 16, steps: 60)',
];
const games: readonly string[] = [...libraryGames.keys(), ...exampleGames.keys(), ...variants];

const models = new Map<string, GameModel>();
function modelOf(written: string): GameModel {
  let model = models.get(written);
  if (model === undefined) {
    model = gameOf(written);
    models.set(written, model);
  }
  return model;
}

const loaded = new Map<string, LoadedGame>();
function loadedOf(written: string): LoadedGame {
  let game = loaded.get(written);
  if (game === undefined) {
    game = load(modelOf(written));
    loaded.set(written, game);
  }
  return game;
}

/** Steps in which every game of the library with an end ends at least once. */
function stepsFor(model: GameModel): number {
  return (model.horizon ?? 0) > 200 ? Math.min(520, (model.horizon as number) + 5) : 200;
}

describe('sampled and stepped reading agree to the last bit, through restarts', () => {
  for (const written of games)
    test(written, () => {
      const model = modelOf(written);
      const ends = compareReadings(model, { unroll: true, envs: 3, steps: stepsFor(model), seed: 1, firstGame: 4 });
      if (!(model.name === 'Ising' && (model.horizon ?? 0) > 500))
        expect(ends.terminated + ends.truncated).toBeGreaterThan(0);
      // Another seed, wider than 32 bits, and the loops left as they are.
      compareReadings(model, { unroll: false, envs: 2, steps: 40, seed: 2 ** 35 + 3 });
    });
});

describe('what a game does depends on the seed and its number alone', () => {
  for (const written of games)
    test(written, () => {
      const game = loadedOf(written);
      const together = trace(start(game, 8, 3, 0), 0, 30);
      const three = trace(start(game, 3, 3, 4), 4, 30);
      const alone = trace(start(game, 1, 3, 5), 5, 30);
      expect(three).toEqual(together.slice(4, 7));
      expect(alone[0]).toEqual(together[5]);
    });

  /** Everything that the games of a vector show over some steps. */
  function trace(running: Running, firstGame: number, steps: number): number[][] {
    const { buffers, game } = running;
    const traces: number[][] = Array.from({ length: game.envs }, () => []);
    const streams = traces.map((_, e) => new Stream(5, 99, firstGame + e, 0));
    const arrays = [
      ...Object.values(game.state),
      buffers.observations,
      buffers.states,
      buffers.masks,
      buffers.rewards,
      buffers.ended,
    ];
    for (let t = 0; t < steps; t++) {
      chooseRandomly(running, streams);
      game.step();
      traces.forEach((values, e) => {
        for (const array of arrays) {
          const size = array.length / game.envs;
          for (let k = 0; k < size; k++) values.push(array[e * size + k] as number);
        }
      });
    }
    return traces;
  }
});

/** These hold real numbers in their states: no state can be listed, and the exact reading says so. */
const realValued = [
  'GaussianSqueeze',
  'SimpleAdversary',
  'SimpleSpread',
  'SimpleTag',
  'SpeakerListener',
  'TwoQuadratics',
  'Barge',
];
const finite = games.filter(written => !realValued.some(name => written.startsWith(name)));

test(`the exact reading refuses real numbers: ${realValued.join(', ')}`, () => {
  for (const name of realValued) {
    expect(modelOf(name).finite).toBe(false);
    expect(() => new ExactStep(modelOf(name))).toThrow('real numbers');
  }
});

const walks = new Map<string, readonly Moment[]>();
function walkOf(written: string): readonly Moment[] {
  let moments = walks.get(written);
  if (moments === undefined) {
    moments = followExactly(modelOf(written), 11, Math.min(200, stepsFor(modelOf(written))));
    walks.set(written, moments);
  }
  return moments;
}

describe('every step taken is an outcome of the exact reading', () => {
  for (const written of finite)
    test(written, () => {
      const moments = walkOf(written);
      expect(moments.length).toBeGreaterThan(0);
      for (const { outcomes } of moments) {
        const mass = outcomes.reduce((sum, outcome) => sum + outcome.probability, 0);
        expect(Math.abs(mass - 1)).toBeLessThan(1e-12);
      }
    });
});

/** Their tables are large: steps are looked up one by one only, above. */
const untabled = finite.filter(written =>
  /^(ConnectFour|CrowdedSqueeze|Foraging|Orchard|Grove|Ising|Lever|Warehouse)\b|^Epidemic$|^PredatorPrey$|^Soccer\(/.test(
    written,
  ),
);

describe(`every step taken is in the table of the whole game (not listed: ${untabled.join('; ')})`, () => {
  for (const written of finite.filter(game => !untabled.includes(game)))
    test(written, () => {
      const model = modelOf(written);
      followTable(model, tableOf(model, { maxStates: 20_000 }), walkOf(written));
    });
});

/** In normal deviations: one true hypothesis in 300 000 fails, and the seeds are fixed. */
const bound = 4.5;

describe('sampled transitions are as frequent as the exact reading says', () => {
  for (const written of finite)
    test(written, () => {
      const model = modelOf(written);
      const moments = informative(model, walkOf(written));
      expect(moments.length > 0).toBe(hasTransitionChance.has(model.name));
      moments.forEach((moment, k) => {
        const counts = sampleFrom(model, loadedOf(written), moment, 100 + k);
        expect(deviation(counts, categories(moment.outcomes)), `moment ${k}`).toBeLessThan(bound);
      });
    });

  /** Games in which a step can go several ways; in the others chance, if any, only draws the initial state. */
  const hasTransitionChance = new Set([
    'DecTiger',
    'Epidemic',
    'FullyStochasticClimbing',
    'GridGame2',
    'PartiallyStochasticClimbing',
    'PredatorPrey',
    'Soccer',
  ]);
});

test('Warehouse: the shelf that is asked for next is any that is not', () => {
  const model = modelOf('Warehouse');
  const exact = new ExactStep(model);
  const stepped = new Stepped(model, 5);
  // Robot 0 stands above the left delivery cell, looks down and carries what the first slot asks for.
  const state = new Map(stateOf(stepped));
  const [row, col, shelf] = [9, 4, stepped.store('queue')[0] as number];
  const put = (store: string, k: number, value: number): void => {
    state.set(
      store,
      (state.get(store) ?? []).map((old, at) => (at === k ? value : old)),
    );
  };
  put('at_row', 0, row);
  put('at_col', 0, col);
  put('facing', 0, 1);
  put('load', 0, shelf + 1);
  put('spot_row', shelf, row);
  put('spot_col', shelf, col);
  put('at_row', 1, 0);
  put('at_col', 1, 0);
  const actions = [1, 0];
  const outcomes = exact.outcomes(state, 0, actions);
  expect(outcomes.length).toBe(32 - 2);
  for (const { probability, rewards } of outcomes) {
    expect(probability).toBeCloseTo(1 / 30, 12);
    expect(rewards).toEqual([1, 0]);
  }
  const counts = sampleFrom(model, loadedOf('Warehouse'), { state, time: 0, actions }, 23);
  expect(deviation(counts, categories(outcomes))).toBeLessThan(bound);
});

/** Their initial states are too many to list. */
const widelyDrawn = finite.filter(
  written => /^(Foraging|Ising|Lever|Warehouse)\b/.test(written) && !/identities: 4|size: 5|n: 3/.test(written),
);

describe(`drawn initial states are as frequent as the exact reading says (too many to list: ${widelyDrawn.join('; ')})`, () => {
  for (const written of finite.filter(game => !widelyDrawn.includes(game)))
    test(written, () => {
      const model = modelOf(written);
      const exact = new ExactStep(model);
      const expected = exact.initial();
      const envs = envsFor(loadedOf(written));
      const { game } = start(loadedOf(written), envs, 17);
      const counts = new Map<string, number>();
      for (let e = 0; e < envs; e++) add(counts, exact.keyOf(stateOfVector(model, game, e), 0));
      expect(deviation(counts, expected)).toBeLessThan(bound);
    });
});

test('the bound on frequencies lets a fair coin pass and catches a bent one', () => {
  const fair = new Map([
    ['heads', 0.5],
    ['tails', 0.5],
  ]);
  const thrown = (heads: number): ReadonlyMap<string, number> =>
    new Map([
      ['heads', heads],
      ['tails', 20_000 - heads],
    ]);
  expect(deviation(thrown(10_100), fair)).toBeLessThan(bound);
  expect(deviation(thrown(10_500), fair)).toBeGreaterThan(bound);
  expect(deviation(new Map([...thrown(10_000), ['edge', 1]]), fair)).toBe(Number.POSITIVE_INFINITY);
});

/** Enough games for frequencies, within some megabytes of observations. */
function envsFor({ spec }: LoadedGame): number {
  return Math.max(
    200,
    Math.min(20_000, Math.floor(2_000_000 / Math.max(1, offsets(spec.observationLength).at(-1) as number))),
  );
}

/** The first few moments of a walk at which chance decides, in different states. */
function informative(model: GameModel, moments: readonly Moment[]): readonly Moment[] {
  const horizon = model.horizon ?? Number.POSITIVE_INFINITY;
  const seen = new Set<string>();
  return moments
    .filter(({ outcomes, time }) => categories(outcomes).size > 1 && time + 1 < horizon)
    .filter(({ state, actions }) => {
      const name = JSON.stringify([[...state.values()], actions]);
      return !seen.has(name) && seen.add(name);
    })
    .slice(0, 4);
}

/** Probability of everything that can be told apart after a step of the sampled reading, which restarts ended games at once. */
function categories(outcomes: readonly ExactOutcome[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { key, probability, rewards, ended } of outcomes) {
    const name = category(ended ? 'ended' : key, rewards);
    found.set(name, (found.get(name) ?? 0) + probability);
  }
  return found;
}

function category(state: string, rewards: readonly number[]): string {
  return `${state}: ${rewards.map(reward => (reward + 0).toPrecision(10)).join(' ')}`;
}

/** Puts many games into one state, takes one joint action in all of them and counts what happens. */
function sampleFrom(
  model: GameModel,
  game: LoadedGame,
  moment: Pick<Moment, 'state' | 'time' | 'actions'>,
  seed: number,
): ReadonlyMap<string, number> {
  const exact = new ExactStep(model);
  const envs = envsFor(game);
  const buffers = allocateBuffers(game.spec, envs);
  const vector = game.create(envs, seed, 0, buffers);
  vector.reset();
  const agents = model.agents.length;
  for (let e = 0; e < envs; e++) {
    for (const [name, values] of moment.state) vector.state[name]?.set(values, e * values.length);
    buffers.actions.set(moment.actions, e * agents);
  }
  vector.state.$time?.fill(moment.time);
  vector.step();
  const counts = new Map<string, number>();
  for (let e = 0; e < envs; e++) {
    const rewards = Array.from(buffers.rewards.subarray(e * agents, (e + 1) * agents));
    const reached = buffers.ended[e] === 0 ? exact.keyOf(stateOfVector(model, vector, e), moment.time + 1) : 'ended';
    add(counts, category(reached, rewards));
  }
  return counts;
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

test('the games are stepped as they are read: an illegal action is refused by hand', () => {
  const game = new Stepped(modelOf('TicTacToe'), 1);
  game.step([4, undefined]);
  expect(() => game.step([undefined, 4])).toThrow('not legal');
});
