/** How far learned policies are from the exact answer, against numbers computed here from the rules and from games that were played. */
import { describe, expect, test } from 'vitest';
import { describeExactly, type Exactly, exactJson, isBound } from '../../cli/exactly.ts';
import { enumerate } from '../../compiler/game/exact.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import type { LoadedGame } from '../../runtime/games/load.ts';
import { allocateBuffers } from '../../runtime/games/vector.ts';
import { algorithmNamed, completeSettings, type Settings } from '../../runtime/learners/catalogue.ts';
import type { Learner, Seen } from '../../runtime/learners/shared/learner.ts';
import { shapeOf } from '../../runtime/learners/shared/shape.ts';
import { Stream } from '../../runtime/rng/stream.ts';
import { wasmEngine } from '../../runtime/tensor/engines/wasm/index.ts';
import { type Gap, type Yardstick, yardstickFor } from '../../runtime/train/gap.ts';
import { adamAt, gameFrom, gru, loaded, mlp } from '../learners/deep-support.ts';

async function yardstickOf(model: GameModel, teamReward: 'none' | 'sum' = 'none'): Promise<Yardstick> {
  const { game } = enumerate(model, { maxStates: 5000 });
  const found = await yardstickFor(game!, loaded(model).spec, { teamReward });
  if ('why' in found) throw new Error(found.why);
  return found;
}

function measured(yardstick: Yardstick, learner: Learner): Gap {
  const gap = yardstick.measure(learner);
  if ('why' in gap) throw new Error(gap.why);
  return gap;
}

function learnerFor(game: LoadedGame, name: string, given: Settings, envs: number, steps: number): Learner {
  const buffers = allocateBuffers(game.spec, envs);
  const vector = game.create(envs, 1, 0, buffers);
  vector.reset();
  const algorithm = algorithmNamed(name)!;
  const settings = completeSettings(algorithm, given, game.spec.discount);
  const context = { engine: wasmEngine(), game: game.spec };
  const learner = algorithm.create(shapeOf(game.spec, envs), settings, buffers, 1, context);
  for (let k = 0; k < steps; k++) {
    learner.act(k * envs, 0);
    vector.step();
    learner.update(k * envs, 0);
  }
  return learner;
}

/** A learner without exploration that takes action 0 with a probability that depends on what is seen. */
function stochastic(game: LoadedGame, first: (agent: number, seen: string) => number): Learner {
  const shape = shapeOf(game.spec, 1);
  const nothing = () => undefined;
  const greedy: Learner['greedy'] = (on, envs) => void on.actions.fill(0, 0, envs * shape.agents);
  return {
    act: nothing,
    update: nothing,
    greedy,
    sample: greedy,
    probabilities(on, envs, _, into) {
      for (let e = 0; e < envs; e++)
        for (let i = 0; i < shape.agents; i++) {
          const o = e * shape.observationRow + shape.observationStart[i]!;
          const p = first(i, on.observations.slice(o, o + shape.observationLength[i]!).join());
          into[e * shape.actionRow + shape.actionStart[i]!] = p;
          into[e * shape.actionRow + shape.actionStart[i]! + 1] = 1 - p;
        }
    },
    save: () => new Map(),
    restore: nothing,
    view: () => [],
  };
}

const rounds = 20;
const dilemma = `game IPD {
  agents Row, Col
  actions { C, D }
  enum Last { None, Coop, Defect }
  state { last: Last[agents] = None }
  fn seen(a: Action): Last = if a == C then Coop else Defect
  step { next last[p: agents] = seen(action[p]) }
  reward[p: agents] = match (action[p], action[other(p)]) { (C, C) => 3  (C, D) => 0  (D, C) => 5  (D, D) => 1 }
  observe { last }
  end when time == ${rounds}
}`;
const pay = [
  [3, 0],
  [5, 1],
];

/** What both see at the start, and after each pair of actions: read from a game that is played, not from its listing. */
function sightsOf(game: LoadedGame): {
  readonly start: readonly string[];
  after(a: number, b: number): readonly string[];
} {
  const shape = shapeOf(game.spec, 1);
  const look = (actions: readonly number[] | undefined): readonly string[] => {
    const buffers = allocateBuffers(game.spec, 1);
    const vector = game.create(1, 1, 0, buffers);
    vector.reset();
    if (actions !== undefined) {
      buffers.actions.set(actions);
      vector.step();
    }
    return [0, 1].map(i => {
      const o = shape.observationStart[i]!;
      return buffers.observations.slice(o, o + shape.observationLength[i]!).join();
    });
  };
  return { start: look(undefined), after: (a, b) => look([a, b]) };
}

/** Values and best replies by backward induction over rounds and the last pair of actions: 4 is the start. */
function induction(first: (agent: number, last: number) => number): { own: number[]; best: number[] } {
  const probability = (agent: number, last: number, action: number): number =>
    action === 0 ? first(agent, last) : 1 - first(agent, last);
  const result = (free: number | undefined, payee: number): number => {
    let after = new Array<number>(5).fill(0);
    for (let t = rounds - 1; t >= 0; t--)
      after = after.map((_, last) => {
        const of = (a: number, b: number): number =>
          pay[payee === 0 ? a : b]![payee === 0 ? b : a]! + after[2 * a + b]!;
        const over = (a: number): number => probability(1, last, 0) * of(a, 0) + probability(1, last, 1) * of(a, 1);
        const under = (b: number): number => probability(0, last, 0) * of(0, b) + probability(0, last, 1) * of(1, b);
        if (free === 0) return Math.max(over(0), over(1));
        if (free === 1) return Math.max(under(0), under(1));
        return probability(0, last, 0) * over(0) + probability(0, last, 1) * over(1);
      });
    return after[4]!;
  };
  return { own: [result(undefined, 0), result(undefined, 1)], best: [result(0, 0), result(1, 1)] };
}

describe('twenty rounds of the prisoner’s dilemma: everybody sees the last round and counts', () => {
  const model = gameFrom(dilemma);
  const game = loaded(model);
  const sights = sightsOf(game);
  const lastOf = (agent: number): ReadonlyMap<string, number> =>
    new Map([
      ...[0, 1, 2, 3].map(k => [sights.after(k >> 1, k & 1)[agent]!, k] as const),
      [sights.start[agent]!, 4] as const,
    ]);
  const known = [lastOf(0), lastOf(1)];
  const player = (first: (agent: number, last: number) => number): Learner =>
    stochastic(game, (agent, seen) => first(agent, known[agent]!.get(seen)!));

  test('two that answer in kind: each gains 2, by defecting in the last round', async () => {
    // The other's last action: of agent 0 that is the low bit, of agent 1 the high bit.
    const kind = (agent: number, last: number): number => (last === 4 ? 1 : 1 - (agent === 0 ? last & 1 : last >> 1));
    const gap = measured(await yardstickOf(model), player(kind));
    expect(induction(kind)).toEqual({ own: [60, 60], best: [62, 62] });
    expect(gap).toMatchObject({ kind: 'regret', values: [60, 60], regret: [2, 2], bound: undefined });
  });

  test.each([1, 2, 3])('mixed policies, number %i: the numbers of backward induction, exact', async seed => {
    const table = Array.from({ length: 10 }, (_, k) => (((k + 1) * (2 * seed + 5) * 37) % 101) / 101);
    const first = (agent: number, last: number): number => Math.fround(table[agent * 5 + last]!);
    const yardstick = await yardstickOf(model);
    const gap = measured(yardstick, player(first));
    if (gap.kind === 'optimum') throw new Error('not a team');
    const { own, best } = induction(first);
    for (const i of [0, 1]) {
      expect(gap.values[i]).toBeCloseTo(own[i]!, 5);
      expect(gap.regret[i]).toBeCloseTo(best[i]! - own[i]!, 5);
      expect(gap.regret[i]).toBeGreaterThan(0.1);
    }
    expect(gap).toMatchObject({ bound: undefined, bounded: [false, false] });
    expect(yardstick.notes).toEqual(['a best reply counts its steps']);
  });

  test('networks are asked about every observation, also those that they do not meet any more', async () => {
    const settings = { network: mlp(16), rollout: 20, optimizer: adamAt(0.05) };
    const learner = learnerFor(game, 'IPPO', settings, 8, 400);
    // The probability of cooperating is where the action changes as the draw grows.
    const shape = shapeOf(game.spec, 1);
    const buffers = allocateBuffers(game.spec, 128);
    const found = known.map(
      (of, agent) =>
        new Map(
          [...of].map(([seen, last]) => {
            let low = 0;
            let high = 2 ** 32;
            while (high - low > 1) {
              const draw = Math.floor((low + high) / 2);
              buffers.observations.set(seen.split(',').map(Number), shape.observationStart[agent]!);
              buffers.masks.fill(1);
              learner.sample!(buffers, 1, new Uint32Array(2).fill(draw));
              if (buffers.actions[agent] === 0) low = draw;
              else high = draw;
            }
            return [last, low / 2 ** 32] as const;
          }),
        ),
    );
    const gap = measured(await yardstickOf(model), learner);
    if (gap.kind === 'optimum') throw new Error('not a team');
    const { own, best } = induction((agent, last) => found[agent]!.get(last)!);
    for (const i of [0, 1]) {
      expect(gap.values[i]).toBeCloseTo(own[i]!, 4);
      expect(gap.regret[i]).toBeCloseTo(best[i]! - own[i]!, 4);
    }
  });
});

describe('networks that remember are followed history by history', () => {
  const model = gameFrom(`game Echo {
    agents A, B
    actions { L, R }
    enum Card { Red, Black }
    enum Hint { Nothing, SawRed, SawBlack }
    state { card: Card[agents]  shown: bool = true }
    init { card ~ uniform(Card[agents]) }
    step { next shown = false }
    reward[p: agents] = (if ord(action[p]) == ord(card[p]) then 2 else 0)
      + (if action[p] == action[other(p)] then ord(card[p]) + time else 0)
    observe[p] { hint: if not shown then Nothing else if card[p] == Red then SawRed else SawBlack }
    end when time == 3
  }`);
  const game = loaded(model);
  const shape = shapeOf(game.spec, 1);
  const pairs = [0, 1, 2, 3].map(k => [k >> 1, k & 1] as const);
  const reward = (card: number, own: number, other: number, t: number): number =>
    (own === card ? 2 : 0) + (own === other ? card + t : 0);

  /** What an agent does in the three steps, by its card, each decision asked for by itself. */
  function playedBy(learner: Learner): readonly (readonly (readonly number[])[])[] {
    const played: number[][][] = [
      [[], []],
      [[], []],
    ];
    const envs = 64;
    const buffers = allocateBuffers(game.spec, envs);
    const vector = game.create(envs, 3, 0, buffers);
    vector.reset();
    const seen: Seen[][] = Array.from({ length: envs * 2 }, () => []);
    const length = shape.observationLength[0]!;
    const sight = (e: number, i: number): Float32Array => {
      const o = e * shape.observationRow + shape.observationStart[i]!;
      return buffers.observations.slice(o, o + length);
    };
    // Red and black differ at the start; which is which is told by the numbers of the enumeration.
    const signs = [...new Set(Array.from({ length: envs }, (_, e) => sight(e, 0).join()))].sort();
    expect(signs).toHaveLength(2);
    const cards = Array.from({ length: envs * 2 }, (_, k) => {
      const text = sight(k >> 1, k & 1).join();
      // One-hot with Nothing, SawRed, SawBlack in order, so that red sorts behind black.
      return text === signs[1] ? 0 : 1;
    });
    for (let t = 0; t < 3; t++) {
      for (let k = 0; k < envs * 2; k++) {
        const before = t === 0 ? -1 : buffers.actions[k]!;
        seen[k]!.push({ observation: sight(k >> 1, k & 1), mask: Uint8Array.of(1, 1), before });
      }
      for (let k = 0; k < envs * 2; k++) {
        const action = learner.decide!(k & 1, seen[k]!, 0);
        buffers.actions[k] = action;
        played[k & 1]![cards[k]!]![t] = action;
      }
      vector.step();
    }
    return played;
  }

  test.each([
    ['IDQN', { network: gru(8) }, 0],
    ['IDQN', { network: gru(8), last_action: true, warmup: 8, batch: 8, optimizer: adamAt(0.01) }, 60],
    ['IDQN', { network: mlp(8), last_action: true }, 0],
  ] as const)('%s with %j', async (name, settings, steps) => {
    const learner = learnerFor(game, name, settings, 4, steps);
    expect(learner.begin).toBeDefined();
    const played = playedBy(learner);
    const value = (own: number, as: (card: number) => readonly number[]): number =>
      pairs.reduce((sum, cards) => {
        const other = played[1 - own]![cards[1 - own]!]!;
        return sum + [0, 1, 2].reduce((r, t) => r + reward(cards[own]!, as(cards[own]!)[t]!, other[t]!, t), 0) / 4;
      }, 0);
    const gap = measured(await yardstickOf(model), learner);
    if (gap.kind === 'optimum') throw new Error('not a team');
    for (const i of [0, 1]) {
      // Nothing is learned about the other's card on the way: a best reply is the best plan for each own card.
      const plans = Array.from({ length: 8 }, (_, k) => [(k >> 2) & 1, (k >> 1) & 1, k & 1]);
      const best = Math.max(...plans.flatMap(red => plans.map(black => value(i, card => (card === 0 ? red : black)))));
      const own = value(i, card => played[i]![card]!);
      expect(gap.values[i]).toBeCloseTo(own, 9);
      expect(gap.regret[i]).toBeCloseTo(best - own, 9);
    }
    expect(gap.bound).toBeUndefined();
  });

  test('stochastic ones too, of which the probabilities of whole episodes add up', async () => {
    const learner = learnerFor(game, 'IPPO', { network: gru(8), rollout: 6 }, 4, 60);
    const gap = measured(await yardstickOf(model), learner);
    if (gap.kind === 'optimum') throw new Error('not a team');
    expect(gap.policies).toBe('sampled');
    // Played as often as it takes to see whether the values are those of the game.
    const envs = 128;
    const sums = [0, 0];
    let count = 0;
    const stream = new Stream(7, 0, 0, 0);
    for (let seed = 1; seed <= 40; seed++) {
      const buffers = allocateBuffers(game.spec, envs);
      const vector = game.create(envs, seed, 0, buffers);
      vector.reset();
      learner.begin!();
      for (let t = 0; t < 3; t++) {
        const draws = Uint32Array.from({ length: envs * 2 }, () => stream.next32());
        learner.sample!(buffers, envs, draws);
        vector.step();
        for (let k = 0; k < envs * 2; k++) sums[k & 1]! += buffers.rewards[k]!;
      }
      count += envs;
    }
    for (const i of [0, 1]) expect(Math.abs(sums[i]! / count - gap.values[i]!)).toBeLessThan(0.15);
  });

  test('where play has no last step, there are histories without end', async () => {
    const endless = gameFrom(`game Endless {
      agents A
      actions { L, R }
      state { at: 0..1 = 0 }
      step { next at = ord(action[A]) }
      reward = at
      observe { at }
      discount 0.9
    }`);
    const learner = learnerFor(loaded(endless), 'IDQN', { network: gru(4) }, 1, 0);
    expect((await yardstickOf(endless)).measure(learner)).toEqual({ why: expect.stringContaining('no last step') });
  });
});

describe('bounds', () => {
  /** Only B is kept from seeing something: the coin, which chance turns for ever. */
  const text = (more: string) => `game Coins {
    agents A, B
    actions { L, R }
    state { coin: 0..1 = 0 }
    step { let turn ~ bernoulli(1/2)  next coin = if turn then 1 - coin else coin }
    reward[p: agents] = if ord(action[p]) == coin then 1 else 0
    observe[p] { shown: if p == A then coin else 0 }
    discount 0.5
    ${more}
  }`;

  test('say who does not see what, and only where it matters', async () => {
    const model = gameFrom(text(''));
    const game = loaded(model);
    // Both always choose L: A could follow the coin, and B could if it saw it. Right now (1) and half of the time from then on (1).
    const gap = measured(
      await yardstickOf(model),
      stochastic(game, () => 1),
    );
    if (gap.kind === 'optimum') throw new Error('not a team');
    expect(gap.values[0]).toBeCloseTo(1.5, 9);
    expect(gap.regret[0]).toBeCloseTo(0.5, 9);
    expect(gap.regret[1]).toBeCloseTo(0.5, 9);
    expect(gap.bounded).toEqual([false, true]);
    expect(gap.bound).toBe(
      'a reply that sees the whole state gains that much, and B does not see all of it: coin = 0 and coin = 1 look alike',
    );
    // The greatest gain is exact: that of A is as great.
    expect(isBound(gap)).toBe(false);
    const exactly: Exactly = { kind: 'regret', seeds: [{ seed: 1, gap }], notes: [] };
    const [, , line] = describeExactly(exactly, ['A', 'B'], 0.5).split('\n');
    expect(line?.trim().split(/ {2,}/)).toEqual(['1', '<= 1', '0.5', '<= 0.5']);
    expect(exactJson(exactly, ['A', 'B'])).toMatchObject({ seeds: [{ bounded: ['B'] }] });
  });

  test('a bound that is 0 is none', async () => {
    const model = gameFrom(text('').replace('ord(action[p]) == coin', 'action[p] == L'));
    const gap = measured(
      await yardstickOf(model),
      stochastic(loaded(model), () => 1),
    );
    expect(gap).toMatchObject({ regret: [0, 0], bound: undefined, bounded: [false, false] });
  });

  test('of a team', async () => {
    const model = gameFrom(
      text('').replace('reward[p: agents] = if ord(action[p]) == coin', 'reward = if ord(action[B]) == coin'),
    );
    const gap = measured(
      await yardstickOf(model),
      stochastic(loaded(model), () => 1),
    );
    if (gap.kind !== 'optimum') throw new Error('a team');
    expect(gap.optimum).toBeCloseTo(2, 9);
    expect(gap.gap).toBeCloseTo(0.5, 9);
    expect(gap.bound).toContain('B does not see all of it');
    const shown = describeExactly({ kind: 'optimum', seeds: [{ seed: 1, gap }], notes: [] }, ['A', 'B'], 0.5);
    expect(shown).toContain('<= 0.5');
  });
});

test('a horizon that only cuts episodes is said beside values of play that goes on', async () => {
  const lamp = (end: string) =>
    gameFrom(`game Lamp {
      agents K
      actions { Sleep, Refill }
      state { oil: 0..1 = 1 }
      step { next oil = ord(action[K]) }
      reward = if oil > 0 then 2 else -5
      ${end}
    }`);
  const cut = await yardstickOf(lamp('horizon 20 discount 0.5'));
  expect(cut.notes).toEqual([expect.stringContaining('the horizon of 20 steps cuts episodes short')]);
  // Asleep for ever: 2 now, then -5 from the next step on: 2 - 5 * 0.5 / (1 - 0.5).
  const gap = measured(
    cut,
    stochastic(loaded(lamp('horizon 20 discount 0.5')), () => 1),
  );
  expect(gap).toMatchObject({ kind: 'optimum', bound: undefined });
  if (gap.kind !== 'optimum') throw new Error('a team');
  expect(gap.value).toBeCloseTo(-3, 6);
  expect(gap.optimum).toBeCloseTo(4, 6);
  const { notes } = await yardstickOf(lamp('discount 0.5'));
  expect(notes).toEqual([]);
  // Without a discount the horizon is what is valued, and whoever counts need not refill in the last step.
  const timed = await yardstickOf(lamp('horizon 3'));
  expect(timed.notes).toEqual(['the optimum counts its steps']);
});
