/** Rewards proved by calculation: what people write is decided, and nothing false is proved. */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileHost } from '../../cli/host.ts';
import { enumerate } from '../../compiler/game/exact.ts';
import type { GameModel } from '../../compiler/game/model.ts';
import { compile } from '../../compiler/index.ts';
import { algebraicFact, residual, rewardBounds } from '../../compiler/properties/algebra/index.ts';
import { Exhausted, Session } from '../../compiler/properties/algebra/session.ts';
import { Rewards } from '../../compiler/properties/algebra/view.ts';
import { decode, type Fact } from '../../compiler/properties/base.ts';
import { noConflict } from '../../compiler/properties/conflict.ts';
import { exactPotential } from '../../compiler/properties/potential.ts';
import { commonReward, constantSum, zeroSum } from '../../compiler/properties/rewards.ts';
import { symmetric } from '../../compiler/properties/symmetry.ts';
import type { TabularGame } from '../../runtime/games/tabular.ts';
import { type Claim, cases } from './algebraCases.ts';
import { arbitrary, cancelling } from './algebraGames.ts';
import { Unfollowed, worth } from './algebraValue.ts';
import { modelOf } from './support.ts';

const claims: readonly Claim[] = [
  'zero_sum',
  'constant_sum',
  'common_reward',
  'no_conflict',
  'exact_potential',
  'symmetric',
];

/** The same questions answered by looking at every outcome, with code that shares nothing with the calculation. */
const exhaustive: Readonly<Record<Claim, (game: TabularGame) => Fact>> = {
  zero_sum: zeroSum,
  constant_sum: constantSum,
  common_reward: commonReward,
  no_conflict: noConflict,
  exact_potential: exactPotential,
  symmetric,
};

const tableOf = (model: GameModel): TabularGame => {
  const { game, problem } = enumerate(model, { maxStates: 20_000 });
  if (game === undefined) throw new Error(problem.message);
  return game;
};

/** The model, or undefined where the checker cannot show that values stay in their ranges. */
function accepted(text: string): GameModel | undefined {
  try {
    return modelOf(text);
  } catch {
    return undefined;
  }
}

describe('reward systems as people write them', () => {
  test('there are enough of them', () => expect(cases.length).toBeGreaterThanOrEqual(25));
  for (const { name, text, proves, leaves } of cases)
    test(name, () => {
      const model = modelOf(text);
      const proved = [...proves, ...leaves].filter(claim => algebraicFact(model, claim)?.status === 'proved');
      expect(proved).toEqual(proves);
    });
});

describe('what is left over is said in the names of the game', () => {
  const text = (rest: string): string => `game G {
    agents A, B
    actions { X, Y }
    state { bonus: (0..3)[agents] = 1, gold: real[agents] = 0 }
    init { gold ~ uniform((real in 0..1)[agents]) }
    step { let won = action[A] == X }
    ${rest}
    horizon 3
  }`;
  const lines: readonly (readonly [string, Claim, string])[] = [
    ['reward[A] = gold[A] + bonus[A]\n reward[B] = bonus[A] - gold[A]', 'zero_sum', '2*bonus[A]'],
    ['reward[A] = 1\n reward[B] = 2', 'zero_sum', '3'],
    ['reward[p: agents] = gold[p]', 'constant_sum', 'sum(gold[p] for p)'],
    ['reward[A] = gold[A]\n reward[B] = gold[B]', 'common_reward', 'gold[A] - gold[B]'],
    ['reward[A] = if won then 1 else 0\n reward[B] = 0', 'zero_sum', 'won'],
  ];
  for (const [rest, claim, expected] of lines)
    test(expected, () => {
      const model = modelOf(text(rest));
      expect(algebraicFact(model, claim)).toBeUndefined();
      expect(residual(model, claim)).toBe(expected);
    });
});

describe('nothing false is proved', () => {
  test('random rewards that cancel, or nearly so: what is proved holds in every state', () => {
    let proved = 0;
    let meant = 0;
    let decided = 0;
    fc.assert(
      fc.property(cancelling, game => {
        const model = accepted(game.text);
        if (model === undefined) return;
        let table: TabularGame | undefined;
        for (const claim of claims) {
          if (algebraicFact(model, claim)?.status !== 'proved') continue;
          proved++;
          table ??= tableOf(model);
          const fact = exhaustive[claim](table);
          if (fact.status === 'refuted') throw new Error(`${claim}: ${fact.witness.text}\n${game.text}`);
        }
        if (!game.meant) return;
        meant++;
        if (algebraicFact(model, 'constant_sum')?.status === 'proved') decided++;
      }),
      { numRuns: 150, seed: 7 },
    );
    expect(proved).toBeGreaterThan(50);
    expect(decided).toBeGreaterThan(0.6 * meant);
  });

  test('a reward and its polynomial are the same number, and lie in the bounds', () => {
    let compared = 0;
    fc.assert(
      fc.property(arbitrary, text => {
        const model = accepted(text);
        if (model === undefined) return;
        const table = tableOf(model);
        const bounds = rewardBounds(model);
        const n = model.agents.length;
        const state = initialState(model);
        const actions = new Int32Array(n);
        for (const unroll of [0, 8])
          for (let joint = 0; joint < (table.jointStart[1] as number); joint++) {
            decode(table, 0, joint, actions);
            const point = { model, state, actions: [...actions] };
            for (let agent = 0; agent < n; agent++) {
              const reward = table.outcomeReward[(table.outcomeStart[joint] as number) * n + agent] as number;
              expect(reward).toBeGreaterThanOrEqual((bounds[agent]?.low as number) - 1e-9);
              expect(reward).toBeLessThanOrEqual((bounds[agent]?.high as number) + 1e-9);
              const value = quietly(() => worth(polynomials(model, unroll)[agent] as never, point));
              if (value === undefined) continue;
              compared++;
              if (Math.abs(value - reward) > 1e-6) throw new Error(`${value} is not ${reward}\n${text}`);
            }
          }
      }),
      { numRuns: 60, seed: 11 },
    );
    expect(compared).toBeGreaterThan(500);
  });
});

const cache = new WeakMap<GameModel, Map<number, readonly unknown[]>>();

function polynomials(model: GameModel, unroll: number): readonly unknown[] {
  const known = cache.get(model) ?? new Map<number, readonly unknown[]>();
  cache.set(model, known);
  let made = known.get(unroll);
  if (made === undefined) {
    made = [];
    try {
      const rewards = new Rewards(new Session(100_000), model, { open: true, unroll });
      made = model.agents.map((_, agent) => rewards.of(agent));
    } catch (error) {
      if (!(error instanceof Exhausted)) throw error;
    }
    known.set(unroll, made);
  }
  if (made.length === 0) throw new Unfollowed();
  return made;
}

function quietly(compute: () => number): number | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof Unfollowed) return undefined;
    throw error;
  }
}

/** The values that the initial state is given, all of them constants. */
function initialState(model: GameModel): ReadonlyMap<number, readonly number[]> {
  const values = new Map(model.state.map(store => [store.id, new Array<number>(store.size).fill(0)]));
  const run = (body: GameModel['init'], env: Map<number, number>): void => {
    const of = (e: GameModel['rewards'][number]): number => {
      if (e.op === 'const') return Number(e.value);
      if (e.op === 'local') return env.get(e.local.id) as number;
      if (e.op === 'load' && e.store.role.kind === 'constant') return Number(e.store.role.data[of(e.index)]);
      if (e.op === 'select') return of(e.condition) !== 0 ? of(e.then) : of(e.else);
      if (e.op === 'binary' && e.operator === 'eq') return of(e.left) === of(e.right) ? 1 : 0;
      throw new Error(`the initial state is written with ${e.op}`);
    };
    for (const stmt of body) {
      if (stmt.op === 'store') (values.get(stmt.store.id) as number[])[of(stmt.index)] = of(stmt.value);
      else if (stmt.op === 'for')
        for (let k = 0; k < of(stmt.count); k++) run(stmt.body, new Map(env).set(stmt.variable.id, k));
      else if (stmt.op === 'let') env.set(stmt.local.id, of(stmt.value));
      else throw new Error(`the initial state is made with ${stmt.op}`);
    }
  };
  run(model.init, new Map());
  return values;
}

describe('every game of the library', () => {
  const folder = 'stdlib/games';
  for (const file of readdirSync(folder).filter(name => name.endsWith('.marl')))
    test(file, () => {
      const path = `${folder}/${file}`;
      const program = compile(fileHost(process.cwd(), path, undefined), path);
      for (const { name } of program.games) {
        const { model } = program.instantiate(name, new Map());
        if (model === undefined) throw new Error(`${name} has no model at its defaults`);
        const { game } = enumerate(model, { maxStates: 3_000 });
        for (const claim of claims) {
          const fact = algebraicFact(model, claim);
          if (fact?.status !== 'proved' || game === undefined) continue;
          expect(exhaustive[claim](game).status, `${name} ${claim}`).not.toBe('refuted');
        }
        rewardBounds(model).forEach(({ low, high }, agent) => {
          const { bounds } = model.rewards[agent] as GameModel['rewards'][number];
          expect(low).toBeGreaterThanOrEqual(bounds.low);
          expect(high).toBeLessThanOrEqual(bounds.high);
        });
      }
    });
});
