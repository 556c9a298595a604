import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ZeroMassError } from '../../compiler/game/evaluateErrors.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { IllegalActionError, Stepped } from '../../compiler/game/stepped.ts';
import { purposes, Stream } from '../../runtime/rng/stream.ts';
import { Builder, bernoulli, binary, draw, int, load, put, real } from './build.ts';
import { clock, depot, drift, kuhn, matchingPennies, soccer, ticTacToe, twoCells } from './models.ts';
import { jointOf, tableOf } from './tables.ts';

describe('streams', () => {
  test('two cells: the draws of a step are the numbers of the stream of (seed, game, episode)', () => {
    for (const [seed, game] of [
      [1, 0],
      [1, 5],
      [99, 0],
    ] as const) {
      const stepped = new Stepped({ ...twoCells(), end: undefined }, seed, game);
      for (let episode = 0; episode < 3; episode++) {
        const stream = new Stream(seed, purposes.game, game, episode);
        const at = [0, 0];
        while (stepped.ended === 'running') {
          const first = stream.below(2);
          const slip = stream.bernoulli(1 / 3);
          for (const p of [0, 1]) if (p === first || !slip) at[p] = 1 - (at[p] as number);
          const { rewards } = stepped.step([1, 1]);
          expect(stepped.store('at')).toEqual(at);
          expect(rewards).toEqual(at.map(x => x / 2));
        }
        expect([stepped.ended, stepped.time, stepped.episode]).toEqual(['truncated', 20, episode]);
        stepped.reset();
      }
    }
  });

  test('drift: real draws and arithmetic, bit for bit', () => {
    const game = new Stepped(drift(), 7, 3);
    const stream = new Stream(7, purposes.game, 3, 0);
    const x = [0, 1].map(() => -1 + (1 - -1) * stream.unit());
    const v = [0, 0];
    expect(game.store('x')).toEqual(x);
    const forces = [
      [0.5, -1],
      [-0.25, 1],
    ];
    for (let time = 0; game.ended === 'running'; time++) {
      const say = [time % 3, (time + 1) % 3];
      const { rewards } = game.step(say, forces);
      const expected = [0, 1].map(p => {
        const noise = 0 + 0.1 * stream.normal();
        const [f0, f1] = forces[p] as [number, number];
        v[p] = Math.max(Math.min((v[p] as number) * 0.75 + (f0 * 0.1 + (noise - f1 * 0.01)), 10), -10);
        x[p] = Math.max(Math.min((x[p] as number) + (v[p] as number), 10), -10);
        return p;
      });
      expect(game.store('x')).toEqual(x);
      expect(game.store('v')).toEqual(v);
      expect(game.store('heard')).toEqual([say[0]]);
      expect(rewards).toEqual(
        expected.map(p => {
          const [a, b] = [x[p] as number, v[p] as number];
          return -(Math.sqrt(a * a + b * b) + (say[p] === 2 ? 1 : 0));
        }),
      );
      const seen = game.observation(1);
      expect(Array.from(seen.numbers)).toEqual(
        [x[0], x[1], v[1], ...[0, 1, 2].map(k => (k === say[0] ? 1 : 0))].map(n => Math.fround(n as number)),
      );
      expect(seen.pieces.at(-1)).toEqual({ label: 'heard', values: [say[0]] });
    }
  });

  test('kuhn: a conditioned draw is repeated until it holds', () => {
    let repeated = 0;
    for (let episode = 0; episode < 50; episode++) {
      const stream = new Stream(3, purposes.game, 0, episode);
      const game = new Stepped(kuhn(), 3);
      game.reset(episode);
      for (;;) {
        const cards = [stream.below(3), stream.below(3)];
        if (cards[0] === cards[1]) {
          repeated++;
          continue;
        }
        expect(game.store('card')).toEqual(cards);
        break;
      }
    }
    expect(repeated).toBeGreaterThan(5);
  });

  test('an impossible condition is given up after 100,000 attempts, with its place', () => {
    const model = kuhn();
    const [first] = model.init;
    if (first?.op !== 'such_that') throw new Error('the deal comes first');
    const never: GameModel = { ...model, init: [{ ...first, condition: int(0), span: { start: 5, end: 9 } }] };
    let thrown: unknown;
    try {
      new Stepped(never, 1);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ZeroMassError);
    expect(thrown).toMatchObject({ span: { start: 5, end: 9 }, message: expect.stringContaining('100000 attempts') });
  });

  test('a probability above one is refused', () => {
    const model = twoCells();
    const wrong: GameModel = {
      ...model,
      step: model.step.map(s =>
        s.op === 'draw' && s.dist.kind === 'bernoulli' ? draw(s.local, bernoulli(real(1.5))) : s,
      ),
    };
    expect(() => new Stepped(wrong, 1).step([0, 0])).toThrow('a probability must lie in 0..1, but this one is 1.5');
  });
});

/** Plays uniformly at random; calls back before every step with the legal actions chosen. */
function play(game: Stepped, choices: Stream, onStep: (actions: number[]) => void): void {
  while (game.ended === 'running') {
    const actions = game.model.agents.map((_, agent) => {
      const legal = game.legal(agent);
      return legal.length === 0 ? -1 : (legal[choices.below(legal.length)]?.action as number);
    });
    onStep(actions);
  }
}

describe('side by side with the exact reading', () => {
  test.each(
    [matchingPennies, twoCells, kuhn, depot, ticTacToe, soccer, clock].map(make => [make().name, make] as const),
  )('%s: states, masks, observations, rewards and ends are those of the table', (_, make) => {
    const model = make();
    const table = tableOf(model);
    const agents = model.agents.length;
    const states = new Map(Array.from({ length: table.stateCount }, (_, s) => [table.describeState(s), s]));
    const stateOf = (game: Stepped): number => {
      const found = states.get(describeNow(model, game));
      if (found === undefined) throw new Error(`not in the table: ${describeNow(model, game)}`);
      return found;
    };
    // Number in the table -> numbers seen, per agent: they must correspond one to one.
    const seen = model.agents.map(() => new Map<number, string>());
    const game = new Stepped(model, 11);
    const choices = new Stream(11, purposes.policy, 0, 0);
    for (let episode = 0; episode < 60; episode++) {
      expect(Array.from(table.initialStates)).toContain(stateOf(game));
      play(game, choices, actions => {
        const state = stateOf(game);
        for (let i = 0; i < agents; i++) {
          const k = state * agents + i;
          const legal = table.legalActions.subarray(table.legalStart[k], table.legalStart[k + 1]);
          expect(game.legal(i).map(l => l.action)).toEqual(Array.from(legal));
          const numbers = Array.from(game.observation(i).numbers).join();
          const id = table.observation[k] as number;
          expect(seen[i]?.get(id) ?? numbers).toBe(numbers);
          seen[i]?.set(id, numbers);
        }
        const joint = jointOf(table, state, actions);
        const { rewards, ended } = game.step(actions.map(a => (a < 0 ? undefined : a)));
        const next = ended === 'terminated' ? -1 : ended === 'running' ? stateOf(game) : undefined;
        let matches = 0;
        for (let o = table.outcomeStart[joint] as number; o < (table.outcomeStart[joint + 1] as number); o++) {
          const same = rewards.every((r, i) => Math.abs(r - (table.outcomeReward[o * agents + i] as number)) < 1e-12);
          if (same && (next === undefined || next === table.outcomeState[o])) matches++;
        }
        expect(matches).toBeGreaterThan(0);
        if (next !== undefined) expect(matches).toBe(1);
      });
      game.reset();
    }
    for (const numbers of seen) expect(new Set(numbers.values()).size).toBe(numbers.size);
  });
});

function describeNow(model: GameModel, game: Stepped): string {
  const parts: string[] = [];
  // The text of the table, put together anew from the values.
  for (const [name, value] of Object.entries(game.state())) parts.push(line(name, value));
  if (model.usesTime) parts.push(`time = ${game.time}`);
  return parts.length === 0 ? '(no state)' : parts.join(', ');
}

function line(name: string, value: unknown): string {
  if (name === 'board') return `board = [${(value as string[][]).map(row => row.join(' ')).join(' / ')}]`;
  if (name === 'moves') return `moves = [${(value as string[]).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return `${name} = ${value}`;
  return Object.entries(value)
    .map(
      ([key, item]) =>
        `${name}[${key}] = ${typeof item === 'object' ? `Cell(${Object.values(item).join(', ')})` : item}`,
    )
    .join(', ');
}

/** Pearson's statistic; the bound is five standard deviations above the mean of its distribution. */
function chiSquare(observed: readonly number[], probabilities: readonly number[]): void {
  const total = observed.reduce((a, b) => a + b, 0);
  const statistic = observed.reduce(
    (sum, n, k) => sum + (n - total * (probabilities[k] as number)) ** 2 / (total * (probabilities[k] as number)),
    0,
  );
  const degrees = probabilities.length - 1;
  expect(statistic).toBeLessThan(degrees + 5 * Math.sqrt(2 * degrees));
}

describe('frequencies follow the exact probabilities', () => {
  test.each([
    ['Kuhn deals', kuhn],
    ['depot piles', depot],
  ] as const)('%s', (_, make) => {
    const model = make();
    const table = tableOf(model);
    const game = new Stepped(model, 2024);
    const index = new Map(Array.from(table.initialStates, (s, k) => [table.describeState(s), k]));
    const counts = Array.from(table.initialStates, () => 0);
    for (let n = 0; n < 6000; n++) {
      game.reset();
      const k = index.get(describeNow(model, game)) as number;
      counts[k] = (counts[k] as number) + 1;
    }
    chiSquare(counts, Array.from(table.initialProbabilities));
  });

  test.each([
    ['two cells', twoCells, [1, 1]],
    ['depot', depot, [0, 0, 5]],
  ] as const)('%s: one step', (_, make, actions) => {
    const model = make();
    const table = tableOf(model);
    const game = new Stepped(model, 5);
    const start = game.snapshot();
    const state = Array.from({ length: table.stateCount }, (_, s) => s).find(
      s => table.describeState(s) === describeNow(model, game),
    ) as number;
    const joint = jointOf(table, state, actions);
    const from = table.outcomeStart[joint] as number;
    const outcomes = Array.from({ length: (table.outcomeStart[joint + 1] as number) - from }, (_, k) => from + k);
    const key = (to: string, rewards: readonly number[]) => `${to} ${rewards.map(r => r.toFixed(6)).join()}`;
    const n = model.agents.length;
    const index = new Map(
      outcomes.map((o, k) => {
        const to = table.outcomeState[o] as number;
        return [
          key(to < 0 ? 'end' : table.describeState(to), Array.from(table.outcomeReward.subarray(o * n, o * n + n))),
          k,
        ];
      }),
    );
    const counts = outcomes.map(() => 0);
    for (let run = 0; run < 6000; run++) {
      game.restore({ ...start, counter: 100 + 7 * run });
      const { rewards, ended } = game.step(actions);
      const k = index.get(key(ended === 'terminated' ? 'end' : describeNow(model, game), rewards)) as number;
      counts[k] = (counts[k] as number) + 1;
    }
    expect(outcomes.length).toBeGreaterThan(1);
    chiSquare(
      counts,
      outcomes.map(o => table.outcomeProbability[o] as number),
    );
  });
});

describe('undo', () => {
  test('law: going back and on again gives the same game', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 0, max: 4 }),
        fc.boolean(),
        (seed, back, other) => {
          const model = other ? drift() : depot();
          const game = new Stepped(model, seed);
          const forces = [0.1, -0.3].map(f => [f, f]);
          const snapshots = [game.snapshot()];
          const steps: (readonly number[])[] = [];
          const rewards: (readonly number[])[] = [];
          play(game, new Stream(seed, purposes.policy, 0, 0), actions => {
            steps.push(actions);
            rewards.push(game.step(actions, forces).rewards);
            snapshots.push(game.snapshot());
          });
          // JSON may come between: a snapshot is plain data.
          const at = Math.max(0, steps.length - 1 - back);
          game.restore(JSON.parse(JSON.stringify(snapshots[at])));
          for (let k = at; k < steps.length; k++) {
            expect(game.step(steps[k] as number[], forces).rewards).toEqual(rewards[k]);
            expect(game.snapshot()).toEqual(snapshots[k + 1]);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

test('what init leaves unwritten starts at zero in every episode', () => {
  const model = clock();
  const b = new Builder();
  const [n, next] = b.state('n', 1, { low: 0, high: 9 });
  const counting: GameModel = {
    ...model,
    stores: [n, next],
    state: [n],
    step: [put(next, 0, binary('add', load(n), int(1)))],
  };
  const game = new Stepped(counting, 1);
  game.step([0]);
  expect(game.store('n')).toEqual([1]);
  game.reset();
  expect(game.store('n')).toEqual([0]);
});

describe('ends', () => {
  test('terminating at the horizon is terminating', () => {
    const model = { ...clock(), horizon: 4 };
    const game = new Stepped(model, 1);
    const ends = [0, 1, 2, 3].map(() => game.step([0]).ended);
    expect(ends).toEqual(['running', 'running', 'running', 'terminated']);
    const short = new Stepped({ ...clock(), horizon: 3 }, 1);
    expect([0, 1, 2].map(() => short.step([0]).ended)).toEqual(['running', 'running', 'truncated']);
    expect(short.rewards).toEqual([1]);
  });

  test('an ended episode takes no step and offers no action until it is reset', () => {
    const game = new Stepped(matchingPennies(), 1);
    expect(game.step([0, 0])).toEqual({ rewards: [1, -1], ended: 'terminated' });
    expect([game.acting(), game.legal(0)]).toEqual([[], []]);
    expect(() => game.step([0, 0])).toThrow(IllegalActionError);
    game.reset();
    expect([game.episode, game.time, game.ended, game.rewards]).toEqual([1, 0, 'running', [0, 0]]);
    expect(game.acting()).toEqual([0, 1]);
  });
});

describe('actions that cannot be taken', () => {
  test.each([
    ['missing', [undefined, 0], 'Row acts now and needs an action'],
    ['out of range', [2, 0], 'the actions of Row are numbered 0..1, but 2 was given'],
    ['no integer', [0.5, 0], 'but 0.5 was given'],
  ] as const)('%s', (_, actions, message) => {
    const game = new Stepped(matchingPennies(), 1);
    expect(() => game.step(actions)).toThrow(message);
    expect(game.ended).toBe('running');
  });

  test('illegal ones, and actions of agents that do not act', () => {
    const game = new Stepped(ticTacToe(), 1);
    // O does not act: what is given for it does not matter.
    game.step([4, 99]);
    expect(() => game.step([undefined, 4])).toThrow('4 is not legal for O now');
    expect(game.acting()).toEqual([1]);
    expect(game.legal(0)).toEqual([]);
    expect(game.legal(1).map(l => l.name)).toEqual(['0', '1', '2', '3', '5', '6', '7', '8']);
  });

  test('real components that are missing or out of bounds', () => {
    const game = new Stepped(drift(), 1);
    expect(() => game.step([0, 0], [[0, 0]])).toThrow(
      '`force` of Mass[1] must lie in -1..1, but component 0 is missing',
    );
    expect(() =>
      game.step(
        [0, 0],
        [
          [0, Number.NaN],
          [0, 0],
        ],
      ),
    ).toThrow('component 1 is NaN');
    expect(() =>
      game.step(
        [0, 0],
        [
          [0, 0],
          [0, 1.5],
        ],
      ),
    ).toThrow('component 1 is 1.5');
    expect(game.time).toBe(0);
  });

  test('an index outside its store is named', () => {
    const model = twoCells();
    const store = model.state[0] as (typeof model.state)[number];
    expect(() => new Stepped({ ...model, init: [put(store, 2, int(0))] }, 1)).toThrow(
      '`at` has elements 0..1, but element 2 was written',
    );
  });
});

describe('the state in words', () => {
  test('soccer: records by agent', () => {
    const game = new Stepped(soccer(), 1);
    const ball = (game.store('ball')[0] as number) === 0 ? 'A' : 'B';
    expect(game.state()).toEqual({ at: { A: { row: 2, col: 1 }, B: { row: 1, col: 3 } }, ball });
    expect(game.print()).toBe(`at\n  A  Cell(2, 1)\n  B  Cell(1, 3)\nball  ${ball}`);
    // Fields of an array of records interleave: row and column of A, then of B.
    const one = (size: number, at: number) => Array.from({ length: size }, (_, k) => (k === at ? 1 : 0));
    expect(Array.from(game.observation(0).numbers)).toEqual([
      ...one(4, 2),
      ...one(5, 1),
      ...one(4, 1),
      ...one(5, 3),
      ...one(2, ball === 'A' ? 0 : 1),
    ]);
  });

  test('tic-tac-toe: a grid', () => {
    const game = new Stepped(ticTacToe(), 1);
    game.step([4, undefined]);
    game.step([undefined, 0]);
    expect(game.print()).toBe('board\n     0 1 2\n  0  O . .\n  1  . X .\n  2  . . .\nturn  X');
    expect(game.state()).toEqual({
      board: [
        ['O', '.', '.'],
        ['.', 'X', '.'],
        ['.', '.', '.'],
      ],
      turn: 'X',
    });
    expect(JSON.parse(JSON.stringify(game.state()))).toEqual(game.state());
  });

  test('Kuhn: sequences show what they hold; the padding of an observation is empty', () => {
    const game = new Stepped(kuhn(), 1);
    game.step([0, undefined]);
    expect(game.state().moves).toEqual(['Pass']);
    const { numbers, pieces } = game.observation(1);
    expect(Array.from(numbers).slice(3)).toEqual([1, 0, 0, 0, 0, 0]);
    expect(pieces[1]).toEqual({ label: 'moves', values: [0, -1, -1] });
    expect(game.printObservation(1)).toMatch(/^card {2}[012]\nmoves {2}0 -1 -1$/);
  });

  test('depot: an observation built in scratch stores', () => {
    const game = new Stepped(depot(), 4);
    const piles = game.store('pile');
    const stocked = [0, 1, 2].filter(k => (piles[k] as number) > 0);
    const { pieces } = game.observation(2);
    expect(pieces[0]?.values).toEqual([...stocked, -1, -1, -1].slice(0, 3));
    expect(pieces[1]?.values).toEqual([4]);
    expect(pieces[2]?.values).toEqual([0, 1, 2].map(k => (piles[k] as number) * ([1 / 3, 0.5, 1][k] as number)));
  });
});
